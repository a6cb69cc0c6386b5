//! Lists, threads and the log over REST.

use std::cmp::Reverse;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatConversation, MessagePage};
use switchboard_contract::page::CursorPage;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventPage;
use switchboard_contract::time::Timestamp;
use switchboard_domain::audience::Audience;
use switchboard_domain::flow;
use switchboard_domain::replay;
use switchboard_domain::standing;
use switchboard_engine::inbox::Shelf;
use switchboard_engine::passage::Part;

use super::database::{Caller, Database};
use super::{Answered, Credentials, Poll, Response, Sent, Server, problem};

/// Conversations in one page of a list; few, so that lists have ends.
const LIST_PAGE: usize = 4;
/// Messages in one page of a thread.
const THREAD_PAGE: usize = 10;
/// Events in one page of the log.
const EVENT_PAGE: usize = 20;

impl Caller {
    /// Whether the caller is part of an audience.
    #[must_use]
    pub fn may_see(&self, audience: Audience) -> bool {
        audience.includes(self.member, &self.rights)
    }
}

impl Database {
    /// Everything on a list that the caller may see, newest activity first.
    pub fn shelf(&self, caller: &Caller, shelf: Shelf) -> Vec<&LiveChatConversation> {
        let mut items: Vec<&LiveChatConversation> = self
            .conversations
            .values()
            .map(|stored| &stored.wire)
            .filter(|wire| caller.rights.allow(wire.website_id) && shelf.holds(wire))
            .collect();
        items.sort_by_key(|wire| (Reverse(wire.last_message_at), Reverse(wire.id)));
        items
    }

    pub(super) fn list(
        &self,
        caller: &Caller,
        shelf: Shelf,
        cursor: Option<&str>,
    ) -> Answered<CursorPage<LiveChatConversation>> {
        let after = match cursor {
            None => None,
            Some(text) => Some(
                read_cursor(text)
                    .ok_or_else(|| problem(ProblemCode::BadRequest, "expected the nextCursor of a page."))?,
            ),
        };
        let rest: Vec<&LiveChatConversation> = self
            .shelf(caller, shelf)
            .into_iter()
            .filter(|wire| {
                after.is_none_or(|(at, id)| {
                    (Reverse(wire.last_message_at), Reverse(wire.id)) > (Reverse(at), Reverse(id))
                })
            })
            .collect();
        let has_more = rest.len() > LIST_PAGE;
        let items: Vec<LiveChatConversation> = rest.into_iter().take(LIST_PAGE).cloned().collect();
        let next_cursor = items
            .last()
            .filter(|_| has_more)
            .map(|last| format!("{}/{}", last.last_message_at.as_millis(), last.id));
        Ok(CursorPage {
            items,
            next_cursor,
            has_more,
            as_of: self.position(),
        })
    }

    pub(super) fn history(
        &self,
        caller: &Caller,
        id: ConversationId,
        before: Option<u64>,
    ) -> Answered<MessagePage> {
        let last = self.one(caller, id)?.last_seq;
        let messages = self.messages.get(&id);
        let end = before.unwrap_or(u64::MAX);
        let mut items: Vec<_> = messages
            .into_iter()
            .flat_map(|messages| messages.range(..end).rev())
            .take(THREAD_PAGE)
            .map(|(_, kept)| kept.message.clone())
            .collect();
        items.reverse();
        Ok(MessagePage {
            has_more_before: items.first().is_some_and(|first| first.seq > 1),
            has_more_after: items.last().is_some_and(|newest| newest.seq < last),
            items,
            as_of: self.position(),
        })
    }

    pub(super) fn passage(&self, caller: &Caller, id: ConversationId, part: Part) -> Answered<MessagePage> {
        let last = self.one(caller, id)?.last_seq;
        let kept = || {
            self.messages
                .get(&id)
                .into_iter()
                .flatten()
                .map(|(_, kept)| &kept.message)
        };
        let half = THREAD_PAGE as u64 / 2;
        let from = match part {
            Part::Before(seq) => return self.history(caller, id, Some(seq)),
            Part::After(seq) => seq + 1,
            Part::Around(seq) => seq.saturating_sub(half),
            Part::At(at) => match kept().find(|message| message.created_at >= at) {
                Some(message) => message.seq.saturating_sub(half),
                None => return self.history(caller, id, None),
            },
        };
        let items: Vec<_> = kept()
            .filter(|message| message.seq >= from)
            .take(THREAD_PAGE)
            .cloned()
            .collect();
        Ok(MessagePage {
            has_more_before: items.first().map_or(last > 0, |first| first.seq > 1),
            has_more_after: items.last().is_some_and(|newest| newest.seq < last),
            items,
            as_of: self.position(),
        })
    }

    pub(super) fn events(&self, caller: &Caller, epoch: &Epoch, after: Offset) -> Answered<EventPage> {
        if !replay::continues(&self.log, epoch, after) {
            return Err(problem(
                ProblemCode::PositionLost,
                "Fetch lists and entities anew and go on from their `asOf`.",
            ));
        }
        let entries: Vec<flow::Entry> = self
            .events
            .range(after.next()..)
            .take(EVENT_PAGE)
            .map(|(_, entry)| entry.clone())
            .collect();
        let head = entries.last().map_or(after, |entry| entry.event.offset);
        Ok(EventPage {
            epoch: self.log.epoch.clone(),
            has_more: head < self.log.head,
            head,
            events: flow::visible(entries, after, |audience| caller.may_see(audience)),
            signals: Vec::new(),
        })
    }
}

fn read_cursor(text: &str) -> Option<(Timestamp, ConversationId)> {
    let (at, id) = text.split_once('/')?;
    Some((Timestamp::from_millis(at.parse().ok()?), id.parse().ok()?))
}

impl Server {
    /// Answers a call that may wait, or keeps it: none.
    pub(super) fn poll(
        &mut self,
        now: Timestamp,
        call: u64,
        credentials: &Credentials,
        epoch: Epoch,
        after: Offset,
        wait_ms: u64,
    ) -> Answered<Option<EventPage>> {
        let caller = self.authenticate(now, credentials)?;
        let page = self.database.events(&caller, &epoch, after)?;
        if !page.events.is_empty() || page.has_more {
            return Ok(Some(page));
        }
        let wait = i64::try_from(wait_ms).unwrap_or(i64::MAX);
        let poll = Poll {
            session: caller.session,
            epoch,
            after,
            until: now.plus_millis(wait),
            rights: caller.rights,
            checked_at: now,
        };
        self.polls.insert(call, poll);
        Ok(None)
    }

    /// Answers the waiting calls for which there is something to tell, or which have waited long enough.
    pub(super) fn answer_polls(&mut self, now: Timestamp, sent: &mut Vec<Sent>) {
        let mut answers = Vec::new();
        for (call, poll) in &mut self.polls {
            let answered = match self.database.caller(now, poll.session) {
                None => Err(problem(
                    ProblemCode::Unauthenticated,
                    "Send a valid access token as `Authorization: Bearer`.",
                )),
                Some(caller) if standing::must_resync(&poll.rights, &caller.rights) => Err(problem(
                    ProblemCode::PositionLost,
                    "What you may see has changed: fetch lists and entities anew and go on from their `asOf`.",
                )),
                Some(caller) => self.database.events(&caller, &poll.epoch, poll.after),
            };
            let waits = answered
                .as_ref()
                .is_ok_and(|page| page.events.is_empty() && !page.has_more);
            if now >= poll.checked_at.plus_millis(self.limits.recheck_ms) {
                poll.checked_at = now;
            }
            if !waits || now >= poll.until {
                answers.push((*call, answered));
            }
        }
        for (call, answered) in answers {
            self.polls.remove(&call);
            sent.push(Sent::Answer {
                call,
                response: Box::new(match answered {
                    Ok(page) => Response::Events(page),
                    Err(problem) => Response::Problem(problem),
                }),
            });
        }
    }
}
