//! Where in a thread the person reads: at its end, or where they jumped or scrolled to.

use switchboard_contract::ids::ConversationId;

use super::loading::Place;
use super::{Aim, Desk, Effect, Fetch, Fetched};
use crate::Now;
use crate::passage::{Part, Passage, Target};
use crate::thread::Thread;

/// A place that the person wants to read at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    number: u64,
    target: Target,
    /// It was among the rows: nothing more is asked for because of it.
    reached: bool,
}

impl<E: Clone> Desk<E> {
    /// Where the person wants to read, once that message is among the rows.
    #[must_use]
    pub fn aim(&self, conversation: ConversationId) -> Option<Aim> {
        let wish = self.aims.get(&conversation)?;
        let seq = self.find(conversation, wish.target)?;
        let number = wish.number;
        Some(Aim { number, seq })
    }

    /// Whether the thread is shown to its end.
    #[must_use]
    pub fn is_at_latest(&self, conversation: ConversationId) -> bool {
        self.inbox.passage(conversation).is_none()
    }

    /// Whether there are earlier messages than those that are shown.
    #[must_use]
    pub fn has_more_before(&self, conversation: ConversationId) -> bool {
        match self.inbox.passage(conversation) {
            Some(passage) => passage.has_more_before(),
            None => self
                .inbox
                .thread(conversation)
                .is_some_and(Thread::has_more_before),
        }
    }

    fn find(&self, conversation: ConversationId, target: Target) -> Option<u64> {
        match self.inbox.passage(conversation) {
            Some(passage) => {
                let ends = (!passage.has_more_before(), !passage.has_more_after());
                target.find(passage.messages(), ends)
            }
            None => self.find_in_thread(conversation, target),
        }
    }

    fn find_in_thread(&self, conversation: ConversationId, target: Target) -> Option<u64> {
        let thread = self.inbox.thread(conversation)?;
        let ends = (!thread.has_more_before(), thread.is_loaded());
        target.find(thread.messages(), ends)
    }

    pub(super) fn jump(&mut self, now: Now, id: ConversationId, to: Target, out: &mut Vec<Effect>) {
        self.aimed += 1;
        let wish = Wish {
            number: self.aimed,
            target: to,
            reached: false,
        };
        self.aims.insert(id, wish);
        if self.find(id, to).is_none() {
            if self.find_in_thread(id, to).is_some() {
                let changes = self.inbox.leave_passage(id);
                self.changed(now, changes, out);
            } else {
                let part = to.part();
                self.load(
                    Fetch::Passage {
                        conversation: id,
                        part,
                    },
                    out,
                );
            }
        }
        self.note_reached(id);
        out.push(Effect::LoadingChanged);
    }

    pub(super) fn note_reached(&mut self, id: ConversationId) {
        let found = self.aim(id).is_some();
        if let Some(wish) = self.aims.get_mut(&id) {
            wish.reached |= found;
        }
    }

    /// The thread is read at its end from now on.
    pub(super) fn leave_passage(&mut self, now: Now, id: ConversationId, out: &mut Vec<Effect>) {
        self.aims.remove(&id);
        self.loads.forget(&Place::Passage(id));
        let changes = self.inbox.leave_passage(id);
        self.changed(now, changes, out);
        out.push(Effect::LoadingChanged);
    }

    pub(super) fn later_of_thread(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        if let Some(part) = self.inbox.passage(id).and_then(Passage::after)
            && !self.is_thread_loading(id)
        {
            self.load(
                Fetch::Passage {
                    conversation: id,
                    part,
                },
                out,
            );
        }
    }

    /// What is shown away from the end may have changed unheard; what is wanted may have had nobody to load it.
    pub(super) fn load_passage_anew(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        let wanted = self.aims.get(&id).filter(|wish| !wish.reached);
        let part = wanted.map(|wish| wish.target.part());
        if let Some(part) = part.or_else(|| self.inbox.passage(id).map(Passage::anew)) {
            self.load(
                Fetch::Passage {
                    conversation: id,
                    part,
                },
                out,
            );
        }
    }

    /// A page names the message of the time that was aimed at; where nothing is as late, that is the last one.
    pub(super) fn settle_aim(&mut self, now: Now, fetch: &Fetch, fetched: &Fetched, out: &mut Vec<Effect>) {
        let (Fetch::Passage { conversation, part }, Fetched::Messages(page)) = (fetch, fetched) else {
            return;
        };
        if page.items.is_empty() && matches!(part, Part::Around(_) | Part::At(_)) {
            return self.leave_passage(now, *conversation, out);
        }
        if let (Part::At(at), Some(wish)) = (part, self.aims.get_mut(conversation))
            && wish.target == Target::At(*at)
        {
            let reached = page.items.iter().find(|message| message.created_at >= *at);
            if let Some(message) = reached.or(page.items.last()) {
                wish.target = Target::Seq(message.seq);
            }
        }
    }
}
