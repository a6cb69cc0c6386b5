//! Sending, taking back, and what visitors write.

use switchboard_contract::ids::{AttachmentId, ConversationId, MemberId, MessageId, VisitorId};
use switchboard_contract::live_chat::{
    Attachment, LiveChatMessage, MessageType, SendMessage, SendResult, Visibility,
};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate::{self, Checks};
use switchboard_domain::accept::{
    self, Attempt, Author, Content, Standing, TakeBack, Target, Upload, Verdict,
};
use switchboard_domain::conversation::Step;
use switchboard_domain::deletion;
use switchboard_domain::ledger::{Draft, Ledger};
use switchboard_domain::stored::StoredConversation;
use switchboard_domain::words;

use super::database::{Caller, Database, KeptMessage};
use super::{Answered, problem};

pub(super) fn internal(error: impl ToString) -> Box<Problem> {
    problem(ProblemCode::Internal, &error.to_string())
}

impl Database {
    /// Stores an operator's message, or answers the first result of one that is stored.
    ///
    /// # Errors
    /// As `POST /api/live-chat/messages`.
    pub fn send(&mut self, now: Timestamp, caller: &Caller, request: SendMessage) -> Answered<SendResult> {
        Checks::default()
            .field(
                "content",
                validate::message_text_beside(&request.content, request.attachments.len()),
            )
            .finish()
            .map_err(|fields| Box::new(Problem::validation(fields)))?;
        let Ok(conversation) = self.one(caller, request.conversation_id).cloned() else {
            let tombstone = self.tombstones.get(&request.conversation_id);
            let refused = deletion::refuse_message(tombstone, &caller.rights, now);
            return Err(Box::new(refused));
        };
        let author = Author::Operator(caller.member);
        let newer_reply = request
            .seen_seq
            .and_then(|seen| self.newer_reply(request.conversation_id, caller.member, seen))
            .cloned();
        let named = request.after_id.map(|after| self.same_id(after));
        let uploads: Vec<Option<Upload>> = request
            .attachments
            .iter()
            .map(|file| self.uploads.get(file).copied())
            .collect();
        let attempt = Attempt {
            author,
            content: Content {
                conversation: Some(request.conversation_id),
                text: request.content,
                visibility: request.visibility,
                attachments: request.attachments,
            },
            same_id: self.same_id(request.id),
            taken_back: self.burnt.contains(&(caller.member, request.id)),
            files_fit: accept::files_fit(&uploads, author, Some(request.conversation_id)),
            conversation: Some(standing(&conversation)),
            predecessor_stored: named
                .is_none_or(|named| accept::precedes(named.as_ref(), author, Some(request.conversation_id))),
            newer_reply: newer_reply.is_some(),
            force: request.force,
            reopen: request.reopen,
        };
        let target = match accept::decide(&attempt) {
            Verdict::Store(target) => target,
            Verdict::Repeat => {
                let kept = self
                    .message(request.id)
                    .ok_or_else(|| internal("a repeat of nothing"))?;
                return Ok(result(kept));
            }
            Verdict::Refuse(refusal) => {
                let refused = refusal.problem(newer_reply.as_ref()).map_err(internal)?;
                return Err(Box::new(refused));
            }
        };
        let mut ledger = Ledger::resume(conversation, now);
        if target == Target::Reopened {
            let notice = self.notice(now, words::of(&Step::Reopen, &caller.name, None));
            ledger.take(&Step::Reopen, notice).map_err(internal)?;
        }
        ledger
            .add(Draft {
                id: request.id,
                author,
                author_name: Some(caller.name.clone()),
                content: attempt.content.text,
                visibility: request.visibility,
                attachments: attempt.content.attachments.iter().map(|id| wire(*id)).collect(),
                mentions: Vec::new(),
            })
            .map_err(internal)?;
        for file in &attempt.content.attachments {
            if let Some(upload) = self.uploads.get_mut(file) {
                upload.is_sent = true;
            }
        }
        let kept = self.commit(now, ledger).pop();
        kept.as_ref()
            .map(result)
            .ok_or_else(|| internal("a message that was not stored"))
    }

    /// Takes a file for a message.
    ///
    /// # Errors
    /// As `POST /api/live-chat/attachments`.
    pub fn upload(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        conversation: ConversationId,
        file: AttachmentId,
    ) -> Answered<()> {
        if self.one(caller, conversation).is_err() {
            let tombstone = self.tombstones.get(&conversation);
            return Err(Box::new(deletion::refuse_message(tombstone, &caller.rights, now)));
        }
        let new = Upload {
            by: Author::Operator(caller.member),
            conversation: Some(conversation),
            is_sent: false,
        };
        let known = self.uploads.entry(file).or_insert(new);
        if (known.by, known.conversation) == (new.by, new.conversation) {
            Ok(())
        } else {
            Err(problem(ProblemCode::IdReused, "Upload it with a new id."))
        }
    }

    /// Takes a message back, so that an attempt which is still on its way comes to nothing.
    ///
    /// # Errors
    /// As `DELETE /api/live-chat/messages/{id}`.
    pub fn take_back(&mut self, _now: Timestamp, caller: &Caller, id: MessageId) -> Answered<()> {
        let same = self.same_id(id);
        match accept::take_back(same.as_ref(), Author::Operator(caller.member)) {
            TakeBack::Burn => {
                self.burnt.insert((caller.member, id));
                Ok(())
            }
            TakeBack::AlreadySent => Err(problem(
                ProblemCode::AlreadySent,
                "The message is stored and cannot be taken back.",
            )),
            TakeBack::NotTheirs => Err(problem(
                ProblemCode::NotFound,
                "There is no such message of yours.",
            )),
        }
    }

    /// A visitor writes. Visitors' own engine is the widget's; here they are only what operators hear. Answers where the
    /// message is, none when it was refused.
    pub fn visitor_writes(
        &mut self,
        now: Timestamp,
        visitor: VisitorId,
        id: MessageId,
        text: &str,
    ) -> Option<KeptMessage> {
        let (user, website, funnel) = self.visitors.get(&visitor).cloned()?;
        let latest = self
            .conversations
            .values()
            .filter(|conversation| conversation.wire.user_id == visitor)
            .max_by_key(|conversation| (conversation.wire.started_at, conversation.wire.id))
            .cloned();
        let author = Author::Visitor(visitor);
        let attempt = Attempt {
            author,
            content: Content {
                conversation: None,
                text: text.to_owned(),
                visibility: Visibility::Public,
                attachments: Vec::new(),
            },
            same_id: self.same_id(id),
            taken_back: false,
            files_fit: true,
            conversation: latest.as_ref().map(standing),
            predecessor_stored: true,
            newer_reply: false,
            force: false,
            reopen: false,
        };
        let Verdict::Store(target) = accept::decide(&attempt) else {
            return None;
        };
        let mut ledger = match (target, latest) {
            (Target::Existing, Some(latest)) => Ledger::resume(latest, now),
            (Target::Reopened, Some(latest)) => {
                let mut ledger = Ledger::resume(latest, now);
                let notice = self.notice(now, Some(words::reopened_by_visitor()));
                ledger.take(&Step::Reopen, notice).ok()?;
                ledger
            }
            _ => {
                let conversation = ConversationId::from_parts(now, self.bytes());
                let notice = self.notice(now, Some((words::started_on(&user), Visibility::Public)))?;
                let fresh = StoredConversation::begin(
                    now,
                    conversation,
                    user,
                    website,
                    funnel,
                    String::new(),
                    self.auto_close_ms,
                );
                let mut ledger = Ledger::begin(fresh, now);
                ledger.notice(notice).ok()?;
                ledger
            }
        };
        ledger
            .add(Draft {
                id,
                author,
                author_name: None,
                content: attempt.content.text,
                visibility: Visibility::Public,
                attachments: Vec::new(),
                mentions: Vec::new(),
            })
            .ok()?;
        self.commit(now, ledger).pop()
    }

    /// The newest public reply of a colleague after `seen`.
    fn newer_reply(&self, conversation: ConversationId, me: MemberId, seen: u64) -> Option<&LiveChatMessage> {
        self.messages
            .get(&conversation)?
            .range(seen.saturating_add(1)..)
            .map(|(_, kept)| &kept.message)
            .rfind(|message| {
                message.kind == MessageType::Bot
                    && message.visibility == Visibility::Public
                    && message.author_id.is_some_and(|author| author != me)
            })
    }
}

fn wire(id: AttachmentId) -> Attachment {
    Attachment {
        id,
        name: "0.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size: 1,
        width: None,
        height: None,
    }
}

fn standing(conversation: &StoredConversation) -> Standing {
    Standing {
        status: conversation.wire.status,
        is_archived: conversation.wire.is_archived,
    }
}

fn result(kept: &KeptMessage) -> SendResult {
    SendResult {
        message: kept.message.clone(),
        position: kept.position.clone(),
    }
}
