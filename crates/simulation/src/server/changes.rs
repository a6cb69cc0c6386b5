//! What operators do to conversations besides writing, and what time does to them.

use std::collections::BTreeMap;

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{
    ChangeConversations, ChangeResult, ChangeResults, ConversationRef, ConversationStatus, MarkRead,
    MessageType, ReadResult, Visibility,
};
use switchboard_contract::position::Position;
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;
use switchboard_domain::action::{self, Begun};
use switchboard_domain::audience::Audience;
use switchboard_domain::change;
use switchboard_domain::conversation::{Step, Unread};
use switchboard_domain::deletion::{self, Found, Verdict};
use switchboard_domain::ledger::{Ledger, NewEvent};
use switchboard_domain::stored::StoredConversation;
use switchboard_domain::words;

use super::database::{Caller, Database, KeptAction};
use super::messages::internal;
use super::{Answered, Limits, problem};

impl Database {
    /// Changes conversations, or answers the first result of a change that was made.
    ///
    /// # Errors
    /// As `PATCH /api/live-chat/conversations`.
    pub fn change(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        request: &ChangeConversations,
    ) -> Answered<ChangeResults> {
        let invalid = |fields| Box::new(Problem::validation(fields));
        change::check_items(&request.items).map_err(invalid)?;
        change::check(&request.set, now).map_err(invalid)?;
        let mut results = BTreeMap::new();
        let mut position = None::<Position>;
        for (action, items) in request.actions() {
            let done = self.change_by(now, caller, action, &items, request)?;
            results.extend(done.results.into_iter().map(|result| (result.id, result)));
            // What was done before reflects the log as it stood then.
            let is_earlier = |known: &Position| done.position.offset < known.offset;
            if position.as_ref().is_none_or(is_earlier) {
                position = Some(done.position);
            }
        }
        Ok(ChangeResults {
            results: request
                .items
                .iter()
                .filter_map(|item| results.remove(&item.id))
                .collect(),
            position: position.ok_or_else(|| internal("a request of nothing"))?,
        })
    }

    /// One action of a request.
    fn change_by(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        action: ActionId,
        items: &[ConversationRef],
        request: &ChangeConversations,
    ) -> Answered<ChangeResults> {
        let digest = serde_json::to_string(&(items, &request.set)).map_err(internal)?;
        let key = (caller.member, action);
        let kept = self.actions.get(&key);
        let times = kept.map_or(0, |kept| kept.times) + 1;
        match action::begin(kept.map(|kept| kept.digest.as_str()), &digest) {
            Begun::New => {}
            Begun::Reused => {
                return Err(problem(
                    ProblemCode::IdReused,
                    "This `actionId` stands for another action; send this one with a new id.",
                ));
            }
            Begun::Repeat => {
                let (results, offset) = match kept {
                    Some(kept) => (kept.results.clone(), kept.offset),
                    None => return Err(internal("a repeat of nothing")),
                };
                return Ok(self.answer_change(caller, results, offset));
            }
        }
        let assignee = match request.set.assignee_id {
            Some(Some(id)) => self.members.get(&id).map(|member| (id, member.clone())),
            _ => None,
        };
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let found = self.one(caller, item.id).ok().cloned();
            results.push(match found {
                None => (change::missing(item.id), None),
                Some(found) => {
                    let website = found.wire.website_id;
                    let sees = assignee.as_ref().map(|(_, member)| member.rights());
                    let planned = change::decide(&found, item.version, &request.set, sees.as_ref(), now);
                    let other = assignee
                        .as_ref()
                        .filter(|(id, _)| *id != caller.member)
                        .map(|(_, member)| member.name.as_str());
                    let result = match planned {
                        Ok(steps) => self.take(now, caller, item, found, &steps, other)?,
                        Err(refusal) => ChangeResult {
                            id: item.id,
                            conversation: None,
                            problem: Some(refusal.problem(&found.wire).map_err(internal)?),
                        },
                    };
                    (result, Some(website))
                }
            });
        }
        let offset = self.log.head;
        let kept = KeptAction {
            digest,
            results: results.clone(),
            offset,
            times,
        };
        self.actions.insert(key, kept);
        Ok(self.answer_change(caller, results, offset))
    }

    fn take(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        item: &ConversationRef,
        found: StoredConversation,
        steps: &[Step],
        assignee: Option<&str>,
    ) -> Answered<ChangeResult> {
        let mut ledger = Ledger::resume(found, now);
        for step in steps {
            let notice = self.notice(now, words::of(step, &caller.name, assignee));
            ledger.take(step, notice).map_err(internal)?;
        }
        self.commit(now, ledger);
        Ok(ChangeResult {
            id: item.id,
            conversation: Some(self.one(caller, item.id)?.wire.clone()),
            problem: None,
        })
    }

    fn answer_change(
        &self,
        caller: &Caller,
        results: Vec<(ChangeResult, Option<WebsiteId>)>,
        offset: switchboard_contract::position::Offset,
    ) -> ChangeResults {
        let results = results
            .into_iter()
            .map(|(result, website)| match website {
                Some(website) if !caller.rights.allow(website) => change::missing(result.id),
                _ => result,
            })
            .collect();
        ChangeResults {
            results,
            position: Position {
                epoch: self.log.epoch.clone(),
                offset,
            },
        }
    }

    /// Moves the team's read mark.
    ///
    /// # Errors
    /// As `POST /api/live-chat/conversations/{id}/read`.
    pub fn mark_read(
        &mut self,
        now: Timestamp,
        caller: &Caller,
        id: ConversationId,
        mark: MarkRead,
    ) -> Answered<ReadResult> {
        let conversation = self.one(caller, id)?.clone();
        let messages = self.messages.get(&id);
        let after = messages
            .into_iter()
            .flat_map(|messages| messages.range(mark.seq.saturating_add(1)..));
        let mut after = after
            .filter(|(_, kept)| kept.message.kind == MessageType::User)
            .map(|(seq, _)| *seq);
        let from = after.next();
        let count = u64::from(from.is_some()) + after.count() as u64;
        let unread = Unread { count, from };
        let mut ledger = Ledger::resume(conversation, now);
        if ledger.read_by_team(mark.seq, unread).map_err(internal)? {
            let up_to = ledger.state().team_read_seq;
            if let Some((newest, public_seq)) = self.mark_messages(now, id, up_to) {
                ledger.marked(&newest, public_seq).map_err(internal)?;
            }
        }
        self.commit(now, ledger);
        Ok(ReadResult {
            conversation: self.one(caller, id)?.wire.clone(),
            position: self.position(),
        })
    }

    /// The visitor's messages up to `seq` are read: the newest of them when any got its mark now.
    fn mark_messages(
        &mut self,
        now: Timestamp,
        id: ConversationId,
        seq: u64,
    ) -> Option<(switchboard_contract::live_chat::LiveChatMessage, Option<u64>)> {
        let messages = self.messages.get_mut(&id)?;
        let of_visitor = |kind| kind == MessageType::User;
        let mut any = false;
        for (_, kept) in messages.range_mut(..=seq) {
            let message = &mut kept.message;
            let theirs = of_visitor(message.kind) && message.visibility == Visibility::Public;
            if theirs && message.read_at.is_none() {
                message.read_at = Some(now);
                message.delivered_at.get_or_insert(now);
                any = true;
            }
        }
        let newest = messages
            .range(..=seq)
            .rfind(|(_, kept)| of_visitor(kept.message.kind))?
            .1;
        any.then(|| (newest.message.clone(), newest.public_seq))
    }

    /// Tells everybody that a member's role or websites have changed.
    pub fn member_changed(&mut self, now: Timestamp, member: MemberId) {
        self.append(
            now,
            vec![NewEvent {
                kind: EventType::MemberUpdated,
                conversation_id: None,
                audience: Audience::Everyone,
                seq: None,
                body: serde_json::json!({ "id": member }),
            }],
        );
    }

    /// Deletes a conversation, or answers that it was.
    ///
    /// # Errors
    /// As `DELETE /api/live-chat/conversations/{id}`.
    pub fn delete_as(&mut self, now: Timestamp, caller: &Caller, id: ConversationId) -> Answered<()> {
        let role = self
            .members
            .get(&caller.member)
            .map_or(Role::Unknown, |member| member.role);
        let found = match (self.conversations.get(&id), self.tombstones.get(&id)) {
            (Some(stored), _) => Found::Stored(stored.wire.website_id),
            (None, Some(tombstone)) => Found::Deleted(*tombstone),
            (None, None) => Found::Nothing,
        };
        match deletion::decide(role, &caller.rights, found, now) {
            Verdict::Delete => self.delete(now, id),
            Verdict::Repeat => {}
            Verdict::Refuse(refusal) => return Err(Box::new(refusal.problem())),
        }
        Ok(())
    }

    /// A conversation goes with all that was said in it; its events stay in the log without their bodies.
    pub fn delete(&mut self, now: Timestamp, id: ConversationId) {
        let Some(gone) = self.conversations.remove(&id) else {
            return;
        };
        let messages = self.messages.remove(&id).unwrap_or_default();
        let erasure = deletion::erase(&gone, now);
        for kept in messages.values() {
            self.by_id.remove(&kept.message.id);
        }
        self.uploads.retain(|_, upload| upload.conversation != Some(id));
        self.tombstones.insert(id, erasure.tombstone);
        for entry in self.events.values_mut() {
            deletion::redact(&mut entry.event, id);
        }
        for kept in self.actions.values_mut() {
            for (result, website) in &mut kept.results {
                if result.id == id {
                    (*result, *website) = (change::missing(id), None);
                }
            }
        }
        self.append(now, vec![erasure.event]);
    }

    /// When time changes something next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let snoozes = self
            .conversations
            .values()
            .filter_map(|one| one.wire.snoozed_until);
        let ends = self
            .conversations
            .values()
            .filter_map(|one| one.wire.auto_close_at);
        snoozes.chain(ends).min()
    }

    /// Ends snoozes and closes what nobody writes to any more.
    pub(super) fn time_passes(&mut self, now: Timestamp, limits: &Limits) {
        self.trim(limits.kept_events);
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let changed: Vec<(StoredConversation, Step)> = self
            .conversations
            .values()
            .filter_map(|one| {
                let open = one.wire.status == ConversationStatus::Open;
                if open && due(one.wire.auto_close_at) {
                    Some((one.clone(), Step::Close))
                } else if due(one.wire.snoozed_until) {
                    Some((one.clone(), Step::Snooze(None)))
                } else {
                    None
                }
            })
            .collect();
        for (stored, step) in changed {
            let words = (step == Step::Close).then(|| {
                (
                    "Closed after a time without messages".to_owned(),
                    Visibility::Public,
                )
            });
            let notice = self.notice(now, words);
            let mut ledger = Ledger::resume(stored, now);
            if ledger.take(&step, notice).is_ok() {
                self.commit(now, ledger);
            }
        }
    }
}
