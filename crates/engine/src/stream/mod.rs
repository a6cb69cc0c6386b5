//! A view of the event log (`protocol.md` *Realtime*, rules 2 to 4): where this tab stands, which events continue from there,
//! and what to fetch where something is missing.
//!
//! The tab that leads feeds it from its socket; in the others the leader's words ([`Told`]) do. Both fetch a difference by
//! themselves, so a follower needs nothing from the leader but news.
//!
//! ```text
//! no position ─Welcome, Loaded, Told::Anew→ at a position ─event that continues→ further on
//!      ↑                                        │ event past a hole: held, 500 ms, difference
//!      └──────────── epoch changed, past the window ┘
//! ```

mod difference;
mod interface;

use std::collections::BTreeMap;

use switchboard_contract::ids::EventId;
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{LogEvent, Mode, Resume};

use crate::Now;
use crate::planted::{self, Bug};

pub use interface::{DifferenceError, Effect, Event, Source, Told};

/// More events than this out of order are not kept: the difference brings them.
const MAX_HELD: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Poll {
    /// Sockets work, or another tab asks.
    No,
    /// Waits for a position to ask from.
    Due { wait_ms: u64 },
    /// On its way.
    Asked { wait_ms: u64 },
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Stream {
    running: bool,
    source: Source,
    epoch: Option<Epoch>,
    applied: Offset,
    /// The last event that is known to be at or before that: what proves to the server that this is its log.
    proof: Option<(Offset, EventId)>,
    /// The same further on than this tab is: it counts once events have led there.
    promised: Option<(Offset, EventId)>,
    /// Where this step moved away from without an event.
    moved_from: Option<Offset>,
    held: BTreeMap<Offset, LogEvent>,
    /// Everything up to here is known to exist.
    reached: Offset,
    /// How far the leader is known to be while this tab has no position; what is held is of the same epoch.
    ahead: Option<Position>,
    poll: Poll,
    generation: u64,
    fetching: Option<u64>,
    timer: Option<u64>,
    /// Differences in a row that failed or brought nothing.
    fruitless: u32,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            running: false,
            source: Source::Socket,
            epoch: None,
            applied: Offset(0),
            proof: None,
            promised: None,
            moved_from: None,
            held: BTreeMap::new(),
            reached: Offset(0),
            ahead: None,
            poll: Poll::No,
            generation: 0,
            fetching: None,
            timer: None,
            fruitless: 0,
        }
    }
}

impl Stream {
    /// The position up to which events were given out; `None` before it is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position {
            epoch,
            offset: self.applied,
        })
    }

    /// The offset up to which events were given out; 0 where no position is known.
    #[must_use]
    pub const fn applied(&self) -> Offset {
        self.applied
    }

    /// Where a connection asks to go on: after the last event whose id is known. What lies between there and the position
    /// concerned nobody here.
    #[must_use]
    pub fn resume(&self) -> Option<Resume> {
        let (offset, id) = match self.proof {
            Some((offset, id)) => (offset, Some(id)),
            None => (self.applied, None),
        };
        self.epoch.clone().map(|epoch| Resume { epoch, offset, id })
    }

    /// Takes in one event and says what to do. Time passes by timers alone.
    pub fn step(&mut self, _now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start(resume) => self.start(resume),
            Event::Stop => self.stop(),
            Event::Source(source) => {
                self.source = source;
                self.cut();
            }
            _ if !self.running => return,
            Event::Cut => self.cut(),
            Event::Welcome {
                epoch,
                head,
                id,
                mode,
            } => self.on_welcome(Position { epoch, offset: head }, id, mode, out),
            Event::Arrived(event) => self.on_event(event, out),
            Event::CaughtUp { offset, id } => {
                self.promise(offset, id);
                if self.held.is_empty() && offset > self.applied {
                    self.move_to(offset, None);
                }
            }
            Event::Head(head) => self.on_reached(head, out),
            Event::Resync => {
                if let Some(position) = self.position() {
                    out.push(Effect::Snapshot(Some(position)));
                }
            }
            Event::Told(told) => self.on_told(told, out),
            Event::Loaded(position) => self.on_loaded(position, out),
            Event::Poll { wait_ms } => self.on_poll(wait_ms, out),
            Event::Difference { generation, result } => self.on_difference(generation, result, out),
            Event::Timer { generation } => {
                if self.timer == Some(generation) {
                    self.timer = None;
                    if self.is_missing() {
                        self.fetch_difference(0, out);
                    }
                }
            }
        }
        if let Some(from) = self.moved_from.take()
            && let Some(to) = self.position()
        {
            out.push(Effect::Moved { from, to });
        }
    }

    fn start(&mut self, resume: Option<Resume>) {
        self.stop();
        self.running = true;
        if let Some(resume) = resume {
            self.proof = resume.id.map(|id| (resume.offset, id));
            (self.epoch, self.applied) = (Some(resume.epoch), resume.offset);
        }
    }

    fn stop(&mut self) {
        self.running = false;
        self.cut();
        self.forget();
    }

    /// Nothing that was asked or held counts any more.
    fn cut(&mut self) {
        self.held.clear();
        self.reached = Offset(0);
        (self.ahead, self.fetching, self.timer) = (None, None, None);
        (self.poll, self.fruitless) = (Poll::No, 0);
    }

    fn forget(&mut self) {
        (self.epoch, self.applied, self.proof) = (None, Offset(0), None);
        self.promised = None;
        self.moved_from = None;
        self.held.clear();
    }

    /// Goes on from another place than the one where events led.
    fn jump(&mut self, to: Position) {
        self.cut();
        self.moved_from = Some(to.offset);
        (self.epoch, self.applied, self.proof) = (Some(to.epoch), to.offset, None);
        self.promised = None;
    }

    /// The event at this offset is known by its id, also where this tab was not shown it.
    fn promise(&mut self, offset: Offset, id: Option<EventId>) {
        if let Some(id) = id {
            self.promised = Some((offset, id));
            self.redeem();
        }
    }

    fn redeem(&mut self) {
        let applied = self.applied;
        if let Some((offset, id)) = self.promised.take_if(|(offset, _)| *offset <= applied)
            && self.proof.is_none_or(|(known, _)| known < offset)
        {
            self.proof = Some((offset, id));
        }
    }

    fn is_epoch(&self, epoch: &Epoch) -> bool {
        self.epoch.as_ref() == Some(epoch)
    }

    fn on_welcome(&mut self, head: Position, id: Option<EventId>, mode: Mode, out: &mut Vec<Effect>) {
        if mode == Mode::Replay && self.is_epoch(&head.epoch) {
            return;
        }
        let another = self.epoch.is_some() && !self.is_epoch(&head.epoch);
        // A load may have told a later position while the welcome was on its way: within an epoch it never moves back.
        if self.is_epoch(&head.epoch) && head.offset < self.applied {
            self.cut();
        } else {
            let proof = id.map(|id| (head.offset, id));
            self.jump(head);
            self.proof = proof;
        }
        if another && planted::on(Bug::EpochBeforeApply) {
            return;
        }
        out.push(Effect::Snapshot(self.position()));
    }

    fn on_told(&mut self, told: Told, out: &mut Vec<Effect>) {
        match told {
            Told::Event { epoch, event } => {
                let position = Position {
                    epoch,
                    offset: event.offset,
                };
                if self.epoch.is_none() {
                    self.note_ahead(position);
                    self.hold(event);
                    return;
                }
                if !self.is_epoch(&position.epoch) {
                    let offset = event.prev;
                    self.begin_anew(Position { offset, ..position }, None, out);
                }
                if planted::on(Bug::FollowerWithoutPrev) {
                    return self.apply(event, out);
                }
                self.on_event(event, out);
            }
            Told::Moved { from, to, id } => {
                if self.epoch.is_none() {
                    self.promised = id.map(|id| (to.offset, id));
                    self.note_ahead(to);
                    return;
                }
                if !self.is_epoch(&to.epoch) {
                    return self.begin_anew(to, id, out);
                }
                self.promise(to.offset, id);
                if to.offset > self.applied {
                    // What lies between was told before this; where some of it is missing, it has to be fetched.
                    if from <= self.applied && self.held.is_empty() {
                        self.move_to(to.offset, None);
                    } else {
                        self.on_reached(to.offset, out);
                    }
                }
            }
            Told::Anew(Resume { epoch, offset, id }) => self.begin_anew(Position { epoch, offset }, id, out),
        }
    }

    /// What the leader lost, its followers have lost too. Within an epoch the position never moves back.
    fn begin_anew(&mut self, position: Position, id: Option<EventId>, out: &mut Vec<Effect>) {
        let offset = position.offset;
        if !self.is_epoch(&position.epoch) || offset > self.applied {
            self.jump(position);
        }
        self.promise(offset, id);
        out.push(Effect::Snapshot(self.position()));
    }

    fn note_ahead(&mut self, position: Position) {
        match &mut self.ahead {
            Some(ahead) if ahead.epoch == position.epoch => ahead.offset = ahead.offset.max(position.offset),
            ahead => {
                *ahead = Some(position);
                self.held.clear();
            }
        }
    }

    fn hold(&mut self, event: LogEvent) {
        if self.held.len() < MAX_HELD {
            self.held.insert(event.offset, event);
        }
    }

    /// Rule 2: apply what continues the stream, drop what was applied, wait for what is missing.
    ///
    /// The server asserts that nothing visible lies between `prev` and `offset`, so an event continues the stream whenever
    /// `prev` is not past the applied position: the difference fetched over REST may have moved it between the two.
    fn on_event(&mut self, event: LogEvent, out: &mut Vec<Effect>) {
        if self.epoch.is_none() || event.offset <= self.applied {
            return;
        }
        if event.prev > self.applied {
            self.hold(event);
            self.await_missing(out);
            return;
        }
        self.apply(event, out);
        self.apply_held(out);
    }

    fn on_reached(&mut self, offset: Offset, out: &mut Vec<Effect>) {
        self.reached = self.reached.max(offset);
        if self.is_missing() {
            self.await_missing(out);
        }
    }

    fn is_missing(&self) -> bool {
        self.reached > self.applied || !self.held.is_empty()
    }

    fn apply(&mut self, event: LogEvent, out: &mut Vec<Effect>) {
        let (offset, id) = (event.offset, event.id);
        out.push(Effect::Apply(event));
        self.move_to(offset, Some(id));
        // The event says by itself where it follows.
        self.moved_from = Some(offset);
    }

    fn apply_held(&mut self, out: &mut Vec<Effect>) {
        while let Some((_, event)) = self.held.pop_first() {
            if event.offset <= self.applied {
                continue;
            }
            if event.prev > self.applied {
                self.held.insert(event.offset, event);
                self.await_missing(out);
                return;
            }
            self.apply(event, out);
        }
        if !self.is_missing() {
            self.timer = None;
        }
    }

    fn move_to(&mut self, offset: Offset, id: Option<EventId>) {
        self.moved_from.get_or_insert(self.applied);
        self.applied = offset;
        if let Some(id) = id {
            self.proof = Some((offset, id));
        }
        self.redeem();
        self.fruitless = 0;
    }
}

#[cfg(test)]
mod tests;
