//! One tab's end of the log: its [`Stream`], and the [`Socket`] that feeds it while this tab leads.
//!
//! ```text
//! Lead:   socket ─frames→ stream ─position→ socket (resumes, acknowledges)
//! Follow: the leader's words → stream                      the socket rests
//! ```

use switchboard_contract::ids::EventId;
use switchboard_contract::position::Position;
use switchboard_contract::realtime::Resume;

use crate::Now;
use crate::health::Health;
use crate::socket::{self, Identity, Socket, Status};
use crate::stream::{self, Source, Stream};

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone is signed in: begin at a stored position, or at none. Ignored while there is a connection.
    Start(Option<Resume>),
    /// This tab connects.
    Lead,
    /// Another tab does.
    Follow,
    /// Signed out, or the page goes: close and forget.
    Stop,
    /// The connection's shell reports.
    Socket(socket::Event),
    /// The stream's shell reports, or the leader.
    Stream(stream::Event),
}

impl From<socket::Event> for Event {
    fn from(event: socket::Event) -> Self {
        Self::Socket(event)
    }
}

impl From<stream::Event> for Event {
    fn from(event: stream::Event) -> Self {
        Self::Stream(event)
    }
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// For the connection; never [`socket::Effect::Stream`].
    Socket(socket::Effect),
    /// For the data and the log; never [`stream::Effect::Lost`], [`stream::Effect::Polled`] or [`stream::Effect::Signal`]:
    /// signals come from the connection, however it got them.
    Stream(stream::Effect),
}

/// Both machines. See the module's documentation.
#[derive(Debug)]
pub struct Link {
    socket: Socket,
    stream: Stream,
}

impl Link {
    /// At rest.
    #[must_use]
    pub fn new(identity: Identity, seed: u64) -> Self {
        Self {
            socket: Socket::new(identity, seed),
            stream: Stream::default(),
        }
    }

    /// The position up to which events were given out; `None` before it is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.stream.position()
    }

    /// Where a connection asks to go on; `None` before that is known.
    #[must_use]
    pub fn resume(&self) -> Option<Resume> {
        self.stream.resume()
    }

    /// The id of the event at a position, where this tab knows it.
    #[must_use]
    pub fn event_at(&self, position: &Position) -> Option<EventId> {
        let known = self.stream.resume()?;
        known
            .id
            .filter(|_| known.epoch == position.epoch && known.offset == position.offset)
    }

    /// What to show of this tab's connection.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.socket.status()
    }

    /// How this tab's connection fares.
    #[must_use]
    pub fn health(&self, now: Now) -> Health {
        self.socket.health(now)
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start(resume) => {
                if self.socket.is_at_rest() {
                    self.on_stream(now, stream::Event::Start(resume), out);
                }
            }
            Event::Lead => {
                self.on_stream(now, stream::Event::Source(Source::Socket), out);
                let resume = self.stream.resume();
                self.on_socket(now, socket::Event::Start(resume), out);
                self.on_socket(now, self.at(), out);
            }
            Event::Follow => {
                self.on_socket(now, socket::Event::Stop, out);
                self.on_stream(now, stream::Event::Source(Source::Leader), out);
            }
            Event::Stop => {
                self.on_socket(now, socket::Event::Stop, out);
                self.on_stream(now, stream::Event::Stop, out);
            }
            Event::Socket(event) => self.on_socket(now, event, out),
            Event::Stream(event) => self.on_stream(now, event, out),
        }
    }

    fn at(&self) -> socket::Event {
        socket::Event::At {
            resume: self.stream.resume(),
            applied: self.stream.applied(),
        }
    }

    fn on_socket(&mut self, now: Now, event: socket::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.socket.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                socket::Effect::Stream(event) => self.on_stream(now, event, out),
                effect => out.push(Effect::Socket(effect)),
            }
        }
    }

    fn on_stream(&mut self, now: Now, event: stream::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.stream.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                stream::Effect::Lost => self.on_socket(now, socket::Event::Lost, out),
                stream::Effect::Polled { reached, brought } => {
                    self.on_socket(now, socket::Event::Polled { reached, brought }, out);
                }
                stream::Effect::Signal(signal) => out.push(Effect::Socket(socket::Effect::Signal(signal))),
                effect => {
                    if matches!(
                        effect,
                        stream::Effect::Moved { .. } | stream::Effect::Snapshot(None)
                    ) {
                        self.on_socket(now, self.at(), out);
                    }
                    out.push(Effect::Stream(effect));
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
