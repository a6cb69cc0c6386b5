//! One live socket's rules: what is sent, what is answered, when it ends. It does no I/O: the task in [`super::socket`]
//! hands it what arrived and carries out what it asks for.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::Message;
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{
    ClientFrame, EventType, LogEvent, PRESENCE_TTL_MS, ServerFrame, Signal, close,
};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::VisitorWidget;
use switchboard_domain::flow::{Broken, Flow};
use switchboard_domain::standing;
use tokio::time::Instant;

use super::budget::{Budget, FRAMES};
use super::frames::{self, End};
use super::hub::Relayed;
use super::signals::{self, Pace, Wish};
use super::standing::Standing;
use super::subscriber::{PAGE, Page, Place, Subscriber};
use super::tickets::Bearer;
use super::watch::Look;
use crate::config::RealtimeConfig;
use crate::events::Audience;

/// Frames that may wait for the network before signals are dropped.
const SIGNALS_WAIT_BEHIND: usize = 64;
/// How often the team is told again that a member is there: half of the time for which that holds.
const PRESENT_EVERY: Duration = Duration::from_millis(PRESENCE_TTL_MS / 2);

/// What the connection wants from the database.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    /// The log after this offset.
    Page(Offset),
    /// Whose ticket this is.
    Redeem(String),
    /// Where the conversation of this signal is.
    Place(ConversationId, Signal),
    /// The visitor has what came with events up to this offset.
    Delivered(Offset),
    /// What the visitor gets of the website's widget.
    Widget,
}

/// What the database answered.
#[derive(Debug)]
pub(super) enum Answer {
    Page(Page),
    Redeemed(Option<Bearer>),
    Place(Signal, Option<Place>),
    /// It is noted, or will be when the history is fetched.
    Delivered,
    /// What the visitor gets of the widget; none where the visitor or the website is gone.
    Widget(Option<Box<VisitorWidget>>),
    /// It could not answer.
    Failed,
}

/// What others have to be told.
#[derive(Debug)]
pub(super) enum Tell {
    /// A signal that the person sent, with its conversation found.
    Signal(Box<Signal>, Place),
    /// How the member is.
    Presence(Availability),
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
    /// What others have to be told.
    pub(super) tells: Vec<Tell>,
    config: RealtimeConfig,
    access_ttl: Duration,
    flow: Flow,
    /// The log may hold more than was read.
    stale: bool,
    reading: bool,
    pinged_at: Instant,
    /// The first ping since which nothing was heard.
    unanswered_since: Option<Instant>,
    pings: u64,
    authorised_until: Instant,
    /// Since when the window is full without an acknowledgement.
    full_since: Option<Instant>,
    budget: Budget,
    pace: Pace,
    /// Operators' messages that the visitor was sent and has not acknowledged.
    undelivered: VecDeque<Offset>,
    /// When the widget that the visitor was given was published.
    widget_of: Option<Timestamp>,
    /// What the member has set.
    availability: Availability,
    /// What the client says instead, and until when.
    said: Option<(Availability, Instant)>,
    present_at: Instant,
}

impl Connection {
    /// A socket whose `welcome` was sent; the client holds the log up to `position`. `availability` is what a member has
    /// set, `widget_of` when the widget was published that a visitor has before them.
    #[expect(
        clippy::too_many_arguments,
        reason = "a socket begins with all of it, at one place"
    )]
    pub(super) fn new(
        id: u64,
        subscriber: Subscriber,
        position: Offset,
        config: RealtimeConfig,
        access_ttl: Duration,
        availability: Availability,
        widget_of: Option<Timestamp>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            subscriber,
            outgoing: VecDeque::new(),
            asks: Vec::new(),
            tells: vec![Tell::Presence(availability)],
            flow: Flow::new(position, config.unacked_bytes),
            config,
            access_ttl,
            stale: true,
            reading: false,
            pinged_at: now,
            unanswered_since: None,
            pings: 0,
            authorised_until: now + access_ttl,
            full_since: None,
            budget: Budget::new(FRAMES, now),
            pace: Pace::default(),
            undelivered: VecDeque::new(),
            widget_of,
            availability,
            said: None,
            present_at: now,
        }
    }

    /// The log has more.
    pub(super) fn woken(&mut self) {
        self.stale = true;
    }

    /// Fills [`Self::outgoing`] and [`Self::asks`] with what can go on now; to be called after every change.
    pub(super) fn pump(&mut self, now: Instant) -> Result<(), End> {
        while let Some(json) = self.flow.next_frame(|audience| self.subscriber.may_see(audience)) {
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
            self.delivered(offset);
            if moved {
                // Acknowledging every event of a long replay is not a flood.
                self.full_since = None;
                return Ok(());
            }
        }
        if !self.budget.take(FRAMES, now) {
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
                if signals::wish(&self.subscriber, &signal).is_some()
                    && let Some(signal) = self.pace.offer(signal, now)
                {
                    self.grant(signal, now);
                }
                Ok(())
            }
            Some(ClientFrame::Ack { .. } | ClientFrame::Pong { .. } | ClientFrame::Unknown) | None => Ok(()),
        }
    }

    /// The database answered.
    pub(super) fn answered(&mut self, answer: Answer, now: Instant) -> Result<(), End> {
        match answer {
            Answer::Page(page) => {
                self.reading = false;
                self.read(page)
            }
            Answer::Redeemed(bearer) => {
                if bearer != Some(self.subscriber.bearer()) {
                    return Err(EXPIRED_TICKET);
                }
                self.authorised_until = now + self.access_ttl;
                self.send(&ServerFrame::Authed {
                    token_expires_in_ms: millis(self.access_ttl),
                });
                Ok(())
            }
            Answer::Place(signal, place) => {
                self.tells
                    .extend(place.map(|place| Tell::Signal(Box::new(signal), place)));
                Ok(())
            }
            Answer::Delivered => Ok(()),
            Answer::Widget(widget) => {
                let body = widget.and_then(|widget| serde_json::to_value(&*widget).ok());
                if body.is_some() {
                    self.send(&ServerFrame::Signal(signals::of_widget(body)));
                }
                Ok(())
            }
            Answer::Failed => Err(NO_ANSWER),
        }
    }

    /// A signal for this person came from another socket.
    pub(super) fn signalled(&mut self, relayed: Relayed) {
        let wanted = relayed.from != self.id && self.subscriber.may_see(Audience::of(relayed.website));
        if wanted && !self.flow.is_full() && self.outgoing.len() < SIGNALS_WAIT_BEHIND {
            self.send(&ServerFrame::Signal(relayed.signal));
        }
    }

    /// When [`Self::tick`] is due next.
    pub(super) fn due(&self) -> Instant {
        let mut due = (self.pinged_at + self.config.heartbeat).min(self.authorised_until);
        if let Some(since) = self.unanswered_since {
            due = due.min(since + self.config.dead_after);
        }
        if let Some(since) = self.full_since {
            due = due.min(since + self.config.ack_timeout);
        }
        due.min(self.present_at + PRESENT_EVERY)
            .min(self.said.map_or(due, |(_, until)| until))
            .min(self.pace.due().unwrap_or(due))
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
        while let Some(signal) = self.pace.ready(now) {
            self.grant(signal, now);
        }
        let unsaid = self.said.is_some_and(|(_, until)| now >= until);
        if unsaid || now >= self.present_at + PRESENT_EVERY {
            self.said = self.said.filter(|_| !unsaid);
            self.tell_presence(now);
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
        Ok(())
    }

    /// Does what a signal of the client asks for.
    fn grant(&mut self, signal: Signal, now: Instant) {
        match signals::wish(&self.subscriber, &signal) {
            Some(Wish::Tell(conversation)) => self.asks.push(Ask::Place(conversation, signal)),
            Some(Wish::Presence(availability)) => {
                let ttl = Duration::from_millis(signal.ttl_ms.min(PRESENCE_TTL_MS));
                self.said = (!ttl.is_zero()).then_some((availability, now + ttl));
                self.tell_presence(now);
            }
            None => {}
        }
    }

    fn tell_presence(&mut self, now: Instant) {
        self.present_at = now;
        let availability = self.said.map_or(self.availability, |(said, _)| said);
        self.tells.push(Tell::Presence(availability));
    }

    /// The visitor acknowledged everything up to `offset`.
    fn delivered(&mut self, offset: Offset) {
        let mut newest = None;
        while let Some(sent) = self.undelivered.front()
            && *sent <= offset
        {
            newest = self.undelivered.pop_front();
        }
        self.asks.extend(newest.map(Ask::Delivered));
    }

    fn read(&mut self, page: Page) -> Result<(), End> {
        let Page::Entries(entries) = page else {
            return Err(POSITION_LOST);
        };
        if matches!(self.subscriber, Subscriber::Visitor(_)) {
            let from_operators = entries.iter().filter(|entry| is_from_an_operator(&entry.event));
            self.undelivered
                .extend(from_operators.map(|entry| entry.event.offset));
        }
        // A whole page means that there may be more.
        self.stale |= entries.len() >= PAGE as usize;
        self.flow.take(entries).map_err(|broken| match broken {
            Broken::Gap | Broken::ForgedAck => POSITION_LOST,
        })
    }

    /// Somebody looked whether the person may still follow, and found something new.
    pub(super) fn looked(&mut self, look: Look, wall: Timestamp, now: Instant) -> Result<(), End> {
        let standing = match look {
            Look::Due => return Ok(()),
            Look::Failed => return Err(NO_ANSWER),
            Look::Found(standing) => standing,
        };
        match standing {
            Standing::Gone => Err(match standing::close_code(self.subscriber.ends_at(), wall) {
                close::EXPIRED => End::new(close::EXPIRED, "The session has ended; sign in again."),
                code => End::new(code, "The session was revoked."),
            }),
            Standing::Blocked => Err(BLOCKED),
            Standing::EnrolmentDue => Err(ENROLMENT_DUE),
            Standing::Allowed {
                subscriber,
                head,
                availability,
                widget_of,
            } => {
                if widget_of != self.widget_of {
                    self.widget_of = widget_of;
                    self.asks.push(Ask::Widget);
                }
                if availability != self.availability {
                    self.availability = availability;
                    self.tell_presence(now);
                }
                // The wake-up of a commit on another server does not reach this one; its log does.
                self.stale |= self.flow.wants().is_some_and(|read| read < head);
                let changed = must_resync(&self.subscriber, &subscriber);
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
/// The member has to set up a second factor first.
pub(super) const ENROLMENT_DUE: End = End::new(
    close::FORBIDDEN,
    "Your team requires a second factor; set one up first.",
);
/// The visitor may not follow.
pub(super) const BLOCKED: End = End::new(close::FORBIDDEN, "This website takes no more messages from you.");
/// The database is not there.
pub(super) const NO_ANSWER: End = End::new(1013, "The database cannot answer now.").retry_in(1_000);
const POSITION_LOST: End = End::new(close::POSITION_LOST, "The position is no longer in the log.");

/// A duration in whole milliseconds, as it travels.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether a message in a visitor's log is one whose delivery operators want to know of.
fn is_from_an_operator(event: &LogEvent) -> bool {
    let kind = event.body.as_ref().and_then(|body| body.get("type"));
    event.kind == EventType::MessageCreated && kind.is_some_and(|kind| kind == "bot")
}

fn must_resync(before: &Subscriber, after: &Subscriber) -> bool {
    match (before, after) {
        (Subscriber::Operator(before), Subscriber::Operator(after)) => {
            standing::must_resync(&before.rights, &after.rights)
        }
        _ => false,
    }
}
