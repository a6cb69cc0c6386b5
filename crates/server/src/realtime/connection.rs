//! One live socket's rules: what is sent, what is answered, when it ends. It does no I/O: the task in [`super::socket`]
//! hands it what arrived and carries out what it asks for.

use std::collections::VecDeque;

use axum::extract::ws::Message;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{ClientFrame, ServerFrame, Signal, close};
use switchboard_contract::time::Timestamp;
use tokio::time::Instant;

use super::budget::Budget;
use super::flow::{Broken, Flow};
use super::frames::{self, End};
use super::hub::Relayed;
use super::subscriber::{PAGE, Page, Place, Standing, Subscriber};
use super::tickets::Bearer;
use crate::config::RealtimeConfig;

/// Frames that may wait for the network before signals are dropped.
const SIGNALS_WAIT_BEHIND: usize = 64;

/// What the connection wants from the database.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    /// The log after this offset.
    Page(Offset),
    /// Whether the person may still follow.
    Standing,
    /// Whose ticket this is.
    Redeem(String),
    /// Where the conversation of this signal is.
    Place(ConversationId, Signal),
}

/// What the database answered.
#[derive(Debug)]
pub(super) enum Answer {
    Page(Page),
    Standing(Standing),
    Redeemed(Option<Bearer>),
    Place(Signal, Option<Place>),
    /// It could not answer.
    Failed,
}

/// A signal that the person sent, with its conversation found.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) signal: Signal,
    pub(super) place: Place,
}

/// The state of one live socket.
#[derive(Debug)]
pub(super) struct Connection {
    /// Names the socket among those of this process.
    pub(super) id: u64,
    pub(super) subscriber: Subscriber,
    /// Frames that wait for the network.
    pub(super) outgoing: VecDeque<Message>,
    /// Questions for the database.
    pub(super) asks: Vec<Ask>,
    config: RealtimeConfig,
    access_ttl: std::time::Duration,
    flow: Flow,
    /// The log may hold more than was read.
    stale: bool,
    reading: bool,
    checking: bool,
    pinged_at: Instant,
    /// The first ping since which nothing was heard.
    unanswered_since: Option<Instant>,
    pings: u64,
    checked_at: Instant,
    authorised_until: Instant,
    /// Since when the window is full without an acknowledgement.
    full_since: Option<Instant>,
    budget: Budget,
}

impl Connection {
    /// A socket whose `welcome` was sent; the client holds the log up to `position`.
    pub(super) fn new(
        id: u64,
        subscriber: Subscriber,
        position: Offset,
        config: RealtimeConfig,
        access_ttl: std::time::Duration,
        now: Instant,
    ) -> Self {
        Self {
            id,
            subscriber,
            outgoing: VecDeque::new(),
            asks: Vec::new(),
            flow: Flow::new(position, config.unacked_bytes),
            config,
            access_ttl,
            stale: true,
            reading: false,
            checking: false,
            pinged_at: now,
            unanswered_since: None,
            pings: 0,
            checked_at: now,
            authorised_until: now + access_ttl,
            full_since: None,
            budget: Budget::new(now),
        }
    }

    /// The log has more.
    pub(super) fn woken(&mut self) {
        self.stale = true;
    }

    /// Fills [`Self::outgoing`] and [`Self::asks`] with what can go on now; to be called after every change.
    pub(super) fn pump(&mut self, now: Instant) -> Result<(), End> {
        while let Some(json) = self.flow.next_frame(|website| self.subscriber.may_see(website)) {
            let json = json.map_err(|_| End::new(1011, "An event could not be written."))?;
            self.outgoing.push_back(Message::text(json));
        }
        self.full_since = self.flow.is_full().then(|| self.full_since.unwrap_or(now));
        if self.stale
            && !self.reading
            && let Some(after) = self.flow.wants()
        {
            self.stale = false;
            self.reading = true;
            self.asks.push(Ask::Page(after));
        }
        Ok(())
    }

    /// A message of the client arrived.
    pub(super) fn received(&mut self, message: &Message, now: Instant) -> Result<(), End> {
        self.unanswered_since = None;
        let frame = frames::read(message)?;
        if let Some(ClientFrame::Ack { offset }) = frame {
            let moved = self
                .flow
                .ack(offset)
                .map_err(|_| End::bad_frame("The acknowledged offset was never sent."))?;
            if moved {
                // Acknowledging every event of a long replay is not a flood.
                self.full_since = None;
                return Ok(());
            }
        }
        if !self.budget.take(now) {
            return Err(End::new(close::TOO_MANY, "Too many frames.").retry_in(5_000));
        }
        match frame {
            Some(ClientFrame::Hello { .. }) => Err(End::bad_frame("`hello` comes once, first.")),
            Some(ClientFrame::Ping { n }) => {
                self.send(&ServerFrame::Pong { n });
                Ok(())
            }
            Some(ClientFrame::Auth { ticket }) => {
                self.asks.push(Ask::Redeem(ticket));
                Ok(())
            }
            Some(ClientFrame::Signal(signal)) => {
                if let Some(conversation) = super::signals::concerns(&self.subscriber, &signal) {
                    self.asks.push(Ask::Place(conversation, signal));
                }
                Ok(())
            }
            Some(ClientFrame::Ack { .. } | ClientFrame::Pong { .. } | ClientFrame::Unknown) | None => Ok(()),
        }
    }

    /// The database answered; a signal of the person may have to be told on.
    pub(super) fn answered(
        &mut self,
        answer: Answer,
        wall: Timestamp,
        now: Instant,
    ) -> Result<Option<Told>, End> {
        match answer {
            Answer::Page(page) => {
                self.reading = false;
                self.read(page)?;
                Ok(None)
            }
            Answer::Standing(standing) => {
                self.checking = false;
                self.judge(standing, wall)?;
                Ok(None)
            }
            Answer::Redeemed(bearer) => {
                if bearer != Some(self.subscriber.bearer()) {
                    return Err(EXPIRED_TICKET);
                }
                self.authorised_until = now + self.access_ttl;
                self.send(&ServerFrame::Authed {
                    token_expires_in_ms: millis(self.access_ttl),
                });
                Ok(None)
            }
            Answer::Place(signal, place) => Ok(place.map(|place| Told { signal, place })),
            Answer::Failed => Err(NO_ANSWER),
        }
    }

    /// A signal for this person came from another socket.
    pub(super) fn signalled(&mut self, relayed: Relayed) {
        let wanted = relayed.from != self.id && self.subscriber.may_see(Some(relayed.website));
        if wanted && !self.flow.is_full() && self.outgoing.len() < SIGNALS_WAIT_BEHIND {
            self.send(&ServerFrame::Signal(relayed.signal));
        }
    }

    /// When [`Self::tick`] is due next.
    pub(super) fn due(&self) -> Instant {
        let mut due = (self.pinged_at + self.config.heartbeat)
            .min(self.checked_at + self.config.recheck)
            .min(self.authorised_until);
        if let Some(since) = self.unanswered_since {
            due = due.min(since + self.config.dead_after);
        }
        if let Some(since) = self.full_since {
            due = due.min(since + self.config.ack_timeout);
        }
        due
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), End> {
        if now >= self.authorised_until {
            return Err(End::new(
                close::EXPIRED,
                "The authorisation has ended; reconnect with a new ticket.",
            ));
        }
        if self
            .unanswered_since
            .is_some_and(|since| now >= since + self.config.dead_after)
        {
            return Err(End::new(1001, "No answer to the last ping."));
        }
        if self
            .full_since
            .is_some_and(|since| now >= since + self.config.ack_timeout)
        {
            return Err(End::new(close::SLOW, "Events are not acknowledged.").retry_in(1_000));
        }
        if now >= self.pinged_at + self.config.heartbeat {
            self.pinged_at = now;
            self.unanswered_since.get_or_insert(now);
            self.pings += 1;
            self.send(&ServerFrame::Ping {
                n: self.pings,
                head: self.flow.head(),
            });
        }
        if now >= self.checked_at + self.config.recheck {
            self.checked_at = now;
            if !self.checking {
                self.checking = true;
                self.asks.push(Ask::Standing);
            }
        }
        Ok(())
    }

    fn read(&mut self, page: Page) -> Result<(), End> {
        let Page::Entries(entries) = page else {
            return Err(POSITION_LOST);
        };
        // A whole page means that there may be more.
        self.stale |= entries.len() >= PAGE as usize;
        self.flow.take(entries).map_err(|broken| match broken {
            Broken::Gap | Broken::ForgedAck => POSITION_LOST,
        })
    }

    fn judge(&mut self, standing: Standing, wall: Timestamp) -> Result<(), End> {
        match standing {
            Standing::Gone if self.subscriber.ends_at().is_some_and(|end| end <= wall) => {
                Err(End::new(close::EXPIRED, "The session has ended; sign in again."))
            }
            Standing::Gone => Err(End::new(close::REVOKED, "The session was revoked.")),
            Standing::Blocked => Err(BLOCKED),
            Standing::Allowed { subscriber, head } => {
                // The wake-up of a commit on another server does not reach this one; its log does.
                self.stale |= self.flow.wants().is_some_and(|read| read < head);
                let changed = !same_rights(&self.subscriber, &subscriber);
                self.subscriber = subscriber;
                if changed {
                    self.send(&ServerFrame::Resync {
                        scope: "all".to_owned(),
                        reason: "What you may see has changed.".to_owned(),
                    });
                }
                Ok(())
            }
        }
    }

    fn send(&mut self, frame: &ServerFrame) {
        // These frames are plain data; writing them cannot fail.
        if let Ok(json) = serde_json::to_string(frame) {
            self.outgoing.push_back(Message::text(json));
        }
    }
}

/// A ticket that opens nothing.
pub(super) const EXPIRED_TICKET: End = End::new(
    close::EXPIRED,
    "The ticket is unknown, used, expired or another's; fetch a new one.",
);
/// The visitor may not follow.
pub(super) const BLOCKED: End = End::new(close::FORBIDDEN, "This website takes no more messages from you.");
/// The database is not there.
pub(super) const NO_ANSWER: End = End::new(1013, "The database cannot answer now.").retry_in(1_000);
const POSITION_LOST: End = End::new(close::POSITION_LOST, "The position is no longer in the log.");

/// A duration in whole milliseconds, as it travels.
pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn same_rights(before: &Subscriber, after: &Subscriber) -> bool {
    match (before, after) {
        (Subscriber::Operator(before), Subscriber::Operator(after)) => before.rights == after.rights,
        _ => true,
    }
}
