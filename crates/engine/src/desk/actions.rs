//! What the person does, on its way to the server.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use switchboard_contract::ids::{ActionId, AttachmentId, ConversationId, MessageId};
use switchboard_contract::live_chat::{LiveChatConversation, SendMessage, Visibility};
use switchboard_contract::problem::{Problem, ProblemCode};

use super::batches::{Abandoned, Change};
use super::{Attempt, Deed, Desk, Effect, Request, Timer, TimerKind};
use crate::Now;
use crate::bulletin::{Merged, Word};
use crate::inbox::Changes;
use crate::outbox::Outcome;
use crate::planted::{self, Bug};
use crate::queue::{self, State};
use crate::store::{Action, Draft, Entry, Standing, message_id};

/// What an attempt was for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Posted {
    /// A file of a message that waits; the message itself comes after it.
    Upload(Box<Entry>, AttachmentId),
    /// A message with these files.
    Send(Vec<AttachmentId>),
    Read,
    TakeBack(ConversationId),
    Delete(ConversationId),
}

impl<E: Clone> Desk<E> {
    pub(super) fn act(
        &mut self,
        now: Now,
        id: ActionId,
        conversation: ConversationId,
        deed: Deed,
        out: &mut Vec<Effect>,
    ) {
        let mut hold = None;
        let action = match deed {
            Deed::Send {
                content,
                visibility,
                mentions,
                attachments,
                hold_ms,
            } => {
                hold = Some(hold_ms).filter(|hold_ms| *hold_ms > 0);
                Action::Send(Draft {
                    content,
                    visibility,
                    seen_seq: self.seen_seq(conversation),
                    mentions,
                    attachments,
                })
            }
            Deed::Change(set) => Action::Change(set),
            Deed::Delete => Action::Delete,
        };
        let entry = Entry {
            hold_ms: hold,
            ..Entry::new(id, conversation, action, now.wall)
        };
        self.on_queue(now, queue::Event::Do(Box::new(entry)), out);
    }

    /// The newest message that the person has had before their eyes; 0 where there was none.
    fn seen_seq(&self, conversation: ConversationId) -> u64 {
        self.on_screen.get(&conversation).copied().unwrap_or(0)
    }

    /// Messages up to this one stand on the screen. What was seen stays seen, wherever the person scrolls to.
    pub(super) fn show_message(&mut self, conversation: ConversationId, up_to: u64) {
        let seen = self.on_screen.entry(conversation).or_default();
        *seen = up_to.max(*seen);
    }

    /// One mark for each new message that is seen, and none where nothing is unread.
    pub(super) fn mark_read(
        &mut self,
        now: Now,
        id: ActionId,
        conversation: ConversationId,
        out: &mut Vec<Effect>,
    ) {
        let unread = self
            .conversation(conversation)
            .is_some_and(|known| known.unread_count > 0);
        let seq = self.seen_seq(conversation);
        if unread && seq > self.marked.get(&conversation).copied().unwrap_or(0) {
            self.marked.insert(conversation, seq);
            let entry = Entry::new(id, conversation, Action::Read { seq }, now.wall);
            self.on_queue(now, queue::Event::Do(Box::new(entry)), out);
        }
    }

    /// The person has seen why it was refused: what stood in the way no longer does.
    pub(super) fn retry(&mut self, now: Now, id: ActionId, out: &mut Vec<Effect>) {
        let Some(queued) = self.queue.all().find(|queued| queued.entry.id == id) else {
            return;
        };
        let State::Blocked(problem) = &queued.state else {
            return;
        };
        let seen_seq = self
            .seen_seq(queued.entry.lane.conversation)
            .max(current_seq(problem).unwrap_or(0));
        let reopen = problem.code == ProblemCode::ConversationClosed;
        self.on_queue(now, queue::Event::Again { id, reopen, seen_seq }, out);
    }

    /// What the person has held back goes at once: one of them, or all.
    pub(super) fn release(&mut self, now: Now, id: Option<ActionId>, out: &mut Vec<Effect>) {
        let held: Vec<ActionId> = self
            .queue
            .all()
            .filter(|queued| id.is_none_or(|id| id == queued.entry.id))
            .filter(|queued| queued.entry.held_for(now.wall) > 0)
            .map(|queued| queued.entry.id)
            .collect();
        for id in held {
            let (reopen, seen_seq) = (false, 0);
            self.on_queue(now, queue::Event::Again { id, reopen, seen_seq }, out);
        }
    }

    pub(super) fn on_queue(&mut self, now: Now, event: queue::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.queue.step(now, event, &mut effects);
        let mut touched = BTreeSet::new();
        for effect in effects {
            match effect {
                queue::Effect::Store { request, op } => self.ask(op, super::tabs::Asked::Queue(request), out),
                queue::Effect::Tell(change) => self.say(Word::Queue(change), out),
                queue::Effect::Post { generation, entry } => self.post(generation, *entry, out),
                queue::Effect::TakeBack { generation, entry } => {
                    self.take_back(now, generation, &entry, out);
                }
                queue::Effect::Abandon { generation } => {
                    let request = match self.batches.abandon(generation) {
                        Abandoned::Quietly => continue,
                        Abandoned::Request(request) => request,
                        Abandoned::Unknown => generation,
                    };
                    self.posted.remove(&request);
                    out.push(Effect::Abandon { generation: request });
                }
                queue::Effect::SetTimer { generation, after_ms } => out.push(Effect::SetTimer {
                    timer: Timer {
                        kind: TimerKind::Queue,
                        generation,
                    },
                    after_ms,
                }),
                queue::Effect::Changed(conversation) => {
                    touched.insert(conversation);
                }
                queue::Effect::Fenced { term } => {
                    self.on_leader(now, crate::leader::Event::Fenced { term }, out);
                }
                queue::Effect::Foreign => self.on_foreign(now, 0, out),
                queue::Effect::Dropped => self.reopen_store(out),
            }
        }
        self.stop_uploads(now, out);
        self.send_changes(out);
        if !touched.is_empty() {
            let lists = self.note_deletions(&touched);
            out.push(Effect::QueueChanged);
            out.push(Effect::Changed(Changes {
                lists,
                conversations: touched.clone(),
                threads: touched,
                ..Changes::default()
            }));
        }
    }

    /// Which of these conversations are being deleted. Says whether that has changed.
    fn note_deletions(&mut self, touched: &BTreeSet<ConversationId>) -> bool {
        let mut changed = false;
        for id in touched {
            changed |= if self.queue.is_deleting(*id) {
                self.deleting.insert(*id)
            } else {
                self.deleting.remove(id)
            };
        }
        changed
    }

    /// What was given up is not uploaded any further.
    fn stop_uploads(&mut self, now: Now, out: &mut Vec<Effect>) {
        let given_up = |entry: &Entry| {
            let known = self.queue.entry(entry.id);
            known.is_none_or(|known| known.standing == Standing::TakingBack)
        };
        let over: Vec<u64> = self
            .posted
            .iter()
            .filter(|(_, posted)| matches!(posted, Posted::Upload(entry, _) if given_up(entry)))
            .map(|(generation, _)| *generation)
            .collect();
        for generation in over {
            self.posted.remove(&generation);
            out.push(Effect::Abandon { generation });
            self.attempted(now, generation, Outcome::Unsure { wait_ms: 0 }, out);
        }
    }

    fn post(&mut self, generation: u64, entry: Entry, out: &mut Vec<Effect>) {
        let conversation_id = entry.lane.conversation;
        let missing = entry
            .files()
            .iter()
            .find(|file| !self.uploaded.contains(&file.id));
        if let Some(file) = missing.cloned() {
            let request = Request::Upload {
                id: entry.id,
                conversation: conversation_id,
                file: file.clone(),
            };
            self.posted
                .insert(generation, Posted::Upload(Box::new(entry), file.id));
            out.push(Effect::Post { generation, request });
            return;
        }
        let (posted, request) = match entry.action {
            Action::Send(draft) => {
                let mut id = message_id(entry.id);
                if planted::on(Bug::RetryWithNewId) {
                    let mut bytes = [0; 10];
                    bytes[..8].copy_from_slice(&generation.to_be_bytes());
                    id = MessageId::from_parts(entry.queued_at, bytes);
                }
                let message = SendMessage {
                    id,
                    conversation_id,
                    content: draft.content,
                    visibility: draft.visibility,
                    attachments: draft.attachments.iter().map(|file| file.id).collect(),
                    mentions: draft.mentions,
                    after_id: entry.after.map(message_id),
                    seen_seq: Some(draft.seen_seq).filter(|_| draft.visibility == Visibility::Public),
                    force: false,
                    reopen: entry.reopen,
                };
                (
                    Posted::Send(message.attachments.clone()),
                    Request::Send(Box::new(message)),
                )
            }
            Action::Change(set) => {
                let change = Change {
                    generation,
                    action: entry.id,
                    conversation: conversation_id,
                };
                return self.batches.add(set, change);
            }
            Action::Delete => {
                let conversation = conversation_id;
                let id = entry.id;
                (Posted::Delete(conversation), Request::Delete { conversation, id })
            }
            Action::Read { seq } => {
                let conversation = conversation_id;
                (Posted::Read, Request::Read { conversation, seq })
            }
        };
        self.posted.insert(generation, posted);
        out.push(Effect::Post { generation, request });
    }

    /// Only a message can be taken back. What else was given up is let go: its id makes sure that the server does it once
    /// or not at all, and whichever it was shows by itself.
    fn take_back(&mut self, now: Now, generation: u64, entry: &Entry, out: &mut Vec<Effect>) {
        let Some(id) = entry.message_id() else {
            self.batches.give_up(entry.id);
            let outcome = Outcome::TakenBack;
            return self.on_queue(now, queue::Event::Attempted { generation, outcome }, out);
        };
        self.posted
            .insert(generation, Posted::TakeBack(entry.lane.conversation));
        let request = Request::TakeBack(id);
        out.push(Effect::Post { generation, request });
    }

    pub(super) fn on_attempted(
        &mut self,
        now: Now,
        generation: u64,
        outcome: Attempt,
        out: &mut Vec<Effect>,
    ) {
        if let Some(changes) = self.batches.end(generation) {
            return self.on_changes(now, changes, outcome, out);
        }
        let Some(posted) = self.posted.remove(&generation) else {
            return;
        };
        let outcome = match (outcome, posted) {
            (Attempt::Uploaded, Posted::Upload(entry, file)) => {
                self.uploaded.insert(file);
                // Somebody else leads by now, or it was given up.
                if self.queue.is_attempting(generation) {
                    self.post(generation, *entry, out);
                }
                return;
            }
            // The server has let go of files that nobody sent for a day: trying again uploads them once more.
            (Attempt::Failed(Outcome::Refused(problem)), Posted::Send(files))
                if problem.fields.contains_key("attachments") =>
            {
                self.uploaded.retain(|file| !files.contains(file));
                Outcome::Refused(problem)
            }
            (Attempt::TakenBack, _) => Outcome::TakenBack,
            (Attempt::Deleted, Posted::Delete(conversation)) => {
                self.on_deleted(now, conversation, out);
                Outcome::Stored
            }
            // What is not there needs no deleting.
            (Attempt::Failed(Outcome::Refused(problem)), Posted::Delete(conversation))
                if problem.code == ProblemCode::NotFound =>
            {
                self.on_deleted(now, conversation, out);
                Outcome::Stored
            }
            // The answer to something else cannot be relied on.
            (Attempt::Deleted | Attempt::Changed(_) | Attempt::Uploaded, _) => Outcome::Unsure { wait_ms: 0 },
            // First the bubble that is stored, then the end of the one that waits: none is missing in between.
            (Attempt::Sent(result), _) => {
                for file in &result.message.attachments {
                    self.uploaded.remove(&file.id);
                }
                let merged = Merged {
                    message: Some(result.message),
                    conversation: None,
                    position: result.position,
                };
                self.on_result(now, merged, out);
                Outcome::Stored
            }
            (Attempt::Read(result), _) => {
                self.on_changed(now, result.conversation, result.position, out);
                Outcome::Stored
            }
            (Attempt::Failed(Outcome::Refused(problem)), Posted::TakeBack(conversation)) => {
                if problem.code == ProblemCode::AlreadySent {
                    self.load_anew(conversation, out);
                    Outcome::Stored
                } else {
                    // The conversation is gone, or no longer this person's: nothing can be added to it either.
                    Outcome::TakenBack
                }
            }
            // Nobody waits for a read mark, and nobody can decide about one.
            (Attempt::Failed(Outcome::Refused(_)), Posted::Read) => Outcome::TakenBack,
            (Attempt::Failed(outcome), _) => outcome,
        };
        self.attempted(now, generation, outcome, out);
    }

    /// A request with changes of conversations has ended: each of them has its own outcome.
    fn on_changes(&mut self, now: Now, changes: Vec<Change>, outcome: Attempt, out: &mut Vec<Effect>) {
        let (mut results, position, otherwise) = match outcome {
            Attempt::Changed(answer) => {
                let results = answer.results.into_iter().map(|result| (result.id, result));
                // What the answer does not name cannot be relied on.
                let otherwise = Outcome::Unsure { wait_ms: 0 };
                (results.collect(), Some(answer.position), otherwise)
            }
            Attempt::Failed(outcome) => (BTreeMap::new(), None, outcome),
            _ => (BTreeMap::new(), None, Outcome::Unsure { wait_ms: 0 }),
        };
        for change in changes {
            let result = results.remove(&change.conversation);
            let outcome = match result.map(|result| (result.conversation, result.problem)) {
                Some((Some(conversation), _)) => {
                    if let Some(position) = &position {
                        self.on_changed(now, conversation, position.clone(), out);
                    }
                    Outcome::Stored
                }
                Some((None, Some(problem))) => Outcome::Refused(Rc::new(problem)),
                Some((None, None)) | None => otherwise.clone(),
            };
            let outcome = match outcome {
                // Nobody can decide about a change of what is deleted.
                Outcome::Refused(problem)
                    if matches!(problem.code, ProblemCode::Gone | ProblemCode::NotFound)
                        && self.deleted_here.contains(&change.conversation) =>
                {
                    Outcome::TakenBack
                }
                outcome => outcome,
            };
            self.attempted(now, change.generation, outcome, out);
        }
    }

    /// Changes go out once the queue has kept all that become the same.
    fn send_changes(&mut self, out: &mut Vec<Effect>) {
        let queue = &self.queue;
        while let Some((generation, request)) = self.batches.next(|set| queue.is_saving_change(set)) {
            out.push(Effect::Post {
                generation,
                request: Request::Change(Box::new(request)),
            });
        }
    }

    fn attempted(&mut self, now: Now, generation: u64, outcome: Outcome, out: &mut Vec<Effect>) {
        self.on_queue(now, queue::Event::Attempted { generation, outcome }, out);
    }

    fn on_deleted(&mut self, now: Now, conversation: ConversationId, out: &mut Vec<Effect>) {
        self.say(Word::Deleted(conversation), out);
        self.merge_deleted(now, conversation, out);
    }

    /// The person's own deletion is done: what was queued behind it is refused from now on.
    pub(super) fn merge_deleted(&mut self, now: Now, conversation: ConversationId, out: &mut Vec<Effect>) {
        self.deleted_here.insert(conversation);
        out.push(Effect::Deleted(conversation));
        let changes = self.inbox.set_deleted(conversation);
        self.changed(now, changes, out);
    }

    fn on_changed(
        &mut self,
        now: Now,
        conversation: LiveChatConversation,
        position: switchboard_contract::position::Position,
        out: &mut Vec<Effect>,
    ) {
        let merged = Merged {
            message: None,
            conversation: Some(conversation),
            position,
        };
        self.on_result(now, merged, out);
    }

    fn on_result(&mut self, now: Now, merged: Merged, out: &mut Vec<Effect>) {
        self.say(Word::Result(Box::new(merged.clone())), out);
        self.merge_result(now, merged, out);
    }

    pub(super) fn merge_result(&mut self, now: Now, merged: Merged, out: &mut Vec<Effect>) {
        if let Some(message) = merged.message {
            let changes = self.inbox.merge_sent(message, &merged.position);
            self.changed(now, changes, out);
        }
        // What the server answered before a hole in what was heard may have changed in it.
        if let Some(conversation) = merged.conversation
            && !self.is_before_hole(&merged.position)
        {
            let changes = self.inbox.merge_conversation(conversation, &merged.position);
            self.changed(now, changes, out);
        }
    }
}

/// The `seq` of the reply that a `newer_reply` shows.
fn current_seq(problem: &Problem) -> Option<u64> {
    problem.current.as_ref()?.get("seq")?.as_u64()
}
