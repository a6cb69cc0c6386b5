//! What was sent by the person and not yet confirmed by the server (`protocol.md` *Sending*).
//!
//! One lane a conversation: what waits in it goes out one at a time, in the order it was done, and a blocked one holds back
//! those behind it. What ends the lane goes first: the others wait for it, and go on where it is refused. An attempt whose answer is lost is repeated with the same id; the server answers a repeat with the first
//! result, so nothing is sent twice. Each message names the one queued before it (`after`), so that a late request cannot
//! overtake. What is given up after an attempt is taken back on the server first, so that the attempt cannot still arrive.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

use crate::Now;
use crate::random::Random;

const BASE_MS: u64 = 500;
const CAP_MS: u64 = 5_000;

/// How one attempt ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// The server has it.
    Stored,
    /// The server does not have it and will not take it any more: the end of [`Effect::TakeBack`].
    TakenBack,
    /// No answer, or one that passes: try again, not before this many milliseconds.
    Unsure {
        /// What the server asked for; 0 when it did not.
        wait_ms: u64,
    },
    /// The access token is not accepted: wait for a new one.
    NeedsAuth,
    /// The server will not take it as it is.
    Refused(#[serde(with = "crate::trace::shared")] Rc<Problem>),
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event<L, I, P> {
    /// The person did something: it goes to the end of its lane.
    Enqueue {
        /// The conversation.
        lane: L,
        /// A new id.
        id: I,
        /// What to send.
        payload: P,
        /// What is known of it where it comes from a durable queue; else it was just done and follows the last one sent.
        kept: Option<Kept<I>>,
    },
    /// What to send of this has changed, its id has not; for the next attempt.
    Revised {
        /// Which one.
        id: I,
        /// What to send.
        payload: P,
        /// The message queued before it.
        after: Option<I>,
        /// Its place in the queue: what was kept late stands where it was kept.
        place: u64,
        /// Whether the person still wants it held back, where it is.
        held: bool,
    },
    /// An attempt ended.
    Attempted {
        /// From [`Effect::Post`].
        generation: u64,
        /// How.
        outcome: Outcome,
    },
    /// The message was seen on the server, by an event or a page: whatever its attempt says.
    Seen {
        /// The message.
        id: I,
    },
    /// The timer set by [`Effect::SetTimer`] ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The connection is back, or a new access token is there: try at once.
    Wake,
    /// The person wants a blocked one tried again.
    Retry {
        /// Which one.
        id: I,
    },
    /// The person gives one up. Only one that the server cannot have is let go: never attempted, or refused.
    Discard {
        /// Which one.
        id: I,
    },
    /// The person gives one up, and the server may have it: it is let go once the server says that it does not.
    TakeBack {
        /// Which one.
        id: I,
    },
    /// Forget everything.
    Clear,
}

/// What a durable queue knows of something that waits.
#[derive(Clone, Debug)]
pub struct Kept<I> {
    /// Its place in the queue: its lane is in this order, whatever order it is heard of in.
    pub place: u64,
    /// The message queued before it in its lane.
    pub after: Option<I>,
    /// It goes before everything else in its lane, which waits for it; once refused it holds up nothing.
    pub first: bool,
    /// An attempt may have been made, here or elsewhere.
    pub attempted: bool,
    /// It was given up after an attempt.
    pub taking_back: bool,
    /// Why the server refused it.
    pub blocked: Option<Rc<Problem>>,
    /// It is not attempted before this many milliseconds have gone by, whatever wakes the others; what is behind it waits too.
    pub hold_ms: u64,
}

/// How something left the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The server has it.
    Stored,
    /// The server does not have it and never will.
    GivenUp,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<L, I, P> {
    /// Send this; answer with [`Event::Attempted`].
    Post {
        /// Goes back with the answer.
        generation: u64,
        /// The conversation.
        lane: L,
        /// Its id.
        id: I,
        /// What to send.
        payload: P,
        /// The message queued before it in this lane.
        after: Option<I>,
    },
    /// Take this back on the server; answer with [`Event::Attempted`].
    TakeBack {
        /// Goes back with the answer.
        generation: u64,
        /// Its id.
        id: I,
        /// What was sent.
        payload: P,
    },
    /// It left the outbox.
    Ended {
        /// Which one.
        id: I,
        /// How.
        end: End,
    },
    /// The server refused it, and the person has to decide.
    Blocked {
        /// Which one.
        id: I,
        /// Why.
        problem: Rc<Problem>,
    },
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// What is shown of this lane has changed.
    Changed {
        /// The conversation.
        lane: L,
    },
}

/// How a queued message stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Waits for its turn, or for the next try.
    Queued,
    /// An attempt is on its way.
    InFlight,
    /// Waits for a new access token.
    NeedsAuth,
    /// The server refused it; the person decides.
    Blocked(Rc<Problem>),
}

/// Something on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<I, P> {
    /// Its id, chosen here.
    pub id: I,
    /// What it says.
    pub payload: P,
    /// How it stands.
    pub state: State,
    /// When the person sent it.
    pub queued_at: Timestamp,
    attempts: u32,
    generation: u64,
    not_before: u64,
    held_until: u64,
    after: Option<I>,
    place: u64,
    first: bool,
    taking_back: bool,
}

impl<I, P> Item<I, P> {
    /// Tries so far.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The attempt that is on its way; none while none is.
    #[must_use]
    pub const fn attempt(&self) -> Option<u64> {
        match self.state {
            State::InFlight => Some(self.generation),
            State::Queued | State::NeedsAuth | State::Blocked(_) => None,
        }
    }

    /// Whether it may be given up: the server cannot have it.
    #[must_use]
    pub const fn can_discard(&self) -> bool {
        matches!(self.state, State::Blocked(_)) || (self.attempts == 0 && matches!(self.state, State::Queued))
    }
}

#[derive(Debug)]
struct Lane<I, P> {
    items: VecDeque<Item<I, P>>,
    last_id: Option<I>,
}

impl<I, P> Default for Lane<I, P> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            last_id: None,
        }
    }
}

/// The machine. `L` names a lane, `I` one that waits in it, `P` is what is sent.
#[derive(Debug)]
pub struct Outbox<L, I, P> {
    lanes: BTreeMap<L, Lane<I, P>>,
    random: Random,
    generation: u64,
    timer: Option<(u64, u64)>,
}

impl<L: Ord + Clone, I: Copy + Eq, P: Clone> Outbox<L, I, P> {
    /// An empty outbox.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            lanes: BTreeMap::new(),
            random: Random::from_seed(seed),
            generation: 0,
            timer: None,
        }
    }

    /// What waits in a lane, in the order typed.
    pub fn lane<'a>(&'a self, lane: &L) -> impl Iterator<Item = &'a Item<I, P>> + use<'a, L, I, P> {
        self.lanes.get(lane).into_iter().flat_map(|lane| &lane.items)
    }

    /// How many messages wait in all lanes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes.values().map(|lane| lane.items.len()).sum()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event<L, I, P>, out: &mut Vec<Effect<L, I, P>>) {
        match event {
            Event::Enqueue {
                lane,
                id,
                payload,
                kept,
            } => self.enqueue(now, lane, id, payload, kept, out),
            Event::Revised {
                id,
                payload,
                after,
                place,
                held,
            } => {
                self.change(id, out, |item| {
                    item.payload = payload;
                    item.after = after;
                    if !held {
                        item.held_until = 0;
                    }
                });
                self.place(id, place);
            }
            Event::Attempted { generation, outcome } => self.on_attempted(now, generation, outcome, out),
            Event::Seen { id } => self.remove(id, End::Stored, out),
            Event::Timer { generation } => {
                if self.timer.is_some_and(|(current, _)| current == generation) {
                    self.timer = None;
                }
            }
            Event::Wake => {
                for item in self.lanes.values_mut().flat_map(|lane| &mut lane.items) {
                    item.not_before = 0;
                    if item.state == State::NeedsAuth {
                        item.state = State::Queued;
                    }
                }
            }
            Event::Retry { id } => self.change(id, out, |item| {
                if matches!(item.state, State::Blocked(_)) {
                    item.state = State::Queued;
                    item.not_before = 0;
                }
            }),
            Event::Discard { id } => {
                if self.item(id).is_some_and(Item::can_discard) {
                    self.remove(id, End::GivenUp, out);
                }
            }
            Event::TakeBack { id } => self.take_back(id, out),
            Event::Clear => {
                for (lane, _) in std::mem::take(&mut self.lanes) {
                    out.push(Effect::Changed { lane });
                }
            }
        }
        self.send_heads(now, out);
    }

    fn enqueue(
        &mut self,
        now: Now,
        lane: L,
        id: I,
        payload: P,
        kept: Option<Kept<I>>,
        out: &mut Vec<Effect<L, I, P>>,
    ) {
        let items = self.lanes.entry(lane.clone()).or_default();
        if items.items.iter().any(|item| item.id == id) {
            return;
        }
        let kept = kept.unwrap_or(Kept {
            place: u64::MAX,
            after: items.last_id,
            first: false,
            attempted: false,
            taking_back: false,
            blocked: None,
            hold_ms: 0,
        });
        let index = items.items.partition_point(|item| item.place <= kept.place);
        let item = Item {
            id,
            payload,
            place: kept.place,
            state: kept.blocked.map_or(State::Queued, State::Blocked),
            queued_at: now.wall,
            attempts: u32::from(kept.attempted),
            generation: 0,
            not_before: 0,
            held_until: if kept.hold_ms > 0 {
                now.monotonic + kept.hold_ms
            } else {
                0
            },
            after: kept.after,
            first: kept.first,
            taking_back: kept.taking_back,
        };
        items.items.insert(index, item);
        items.last_id = Some(id);
        out.push(Effect::Changed { lane });
    }

    /// One that waits.
    #[must_use]
    pub fn item(&self, id: I) -> Option<&Item<I, P>> {
        self.lanes
            .values()
            .flat_map(|lane| &lane.items)
            .find(|item| item.id == id)
    }

    /// Lets one stand in its lane at this place.
    fn place(&mut self, id: I, place: u64) {
        for Lane { items, .. } in self.lanes.values_mut() {
            let Some(index) = items.iter().position(|item| item.id == id && item.place != place) else {
                continue;
            };
            if let Some(mut item) = items.remove(index) {
                item.place = place;
                items.insert(items.partition_point(|other| other.place <= place), item);
            }
            return;
        }
    }

    /// Whether this attempt is the one that is on its way.
    #[must_use]
    pub fn is_on_its_way(&self, attempt: u64) -> bool {
        let mut items = self.lanes.values().flat_map(|lane| &lane.items);
        items.any(|item| item.attempt() == Some(attempt))
    }

    /// While an attempt is on its way its answer comes first: it may settle the matter.
    fn take_back(&mut self, id: I, out: &mut Vec<Effect<L, I, P>>) {
        match self.item(id) {
            Some(item) if item.attempts == 0 => self.remove(id, End::GivenUp, out),
            Some(_) => self.change(id, out, |item| {
                item.taking_back = true;
                item.not_before = 0;
                item.held_until = 0;
                if matches!(item.state, State::Blocked(_)) {
                    item.state = State::Queued;
                }
            }),
            None => {}
        }
    }

    fn on_attempted(&mut self, now: Now, generation: u64, outcome: Outcome, out: &mut Vec<Effect<L, I, P>>) {
        let item = self
            .lanes
            .values()
            .flat_map(|lane| &lane.items)
            .find(|item| item.generation == generation && item.state == State::InFlight);
        let Some(item) = item else { return };
        let (id, attempts, taking_back) = (item.id, item.attempts, item.taking_back);
        let again = |wait_ms: u64, random: &mut Random, item: &mut Item<I, P>| {
            let jitter = random.full_jitter(attempts.saturating_sub(1), BASE_MS, CAP_MS);
            item.state = State::Queued;
            item.not_before = now.monotonic + wait_ms + jitter;
        };
        let mut random = self.random.clone();
        match outcome {
            Outcome::Stored => self.remove(id, End::Stored, out),
            Outcome::TakenBack => self.remove(id, End::GivenUp, out),
            Outcome::Unsure { wait_ms } => self.change(id, out, |item| again(wait_ms, &mut random, item)),
            // `Wake` comes with the new token.
            Outcome::NeedsAuth => self.change(id, out, |item| item.state = State::NeedsAuth),
            // Its predecessor is on its way in another request or another tab; or it was just given up.
            Outcome::Refused(problem) if problem.code == ProblemCode::OutOfOrder || taking_back => {
                self.change(id, out, |item| again(0, &mut random, item));
            }
            Outcome::Refused(problem) => {
                self.change(id, out, |item| item.state = State::Blocked(problem.clone()));
                out.push(Effect::Blocked { id, problem });
            }
        }
        self.random = random;
    }

    /// Which of a lane has its turn. What is to be taken back does not wait for one: nothing is added by it.
    fn turn(items: &VecDeque<Item<I, P>>) -> Option<usize> {
        let taken_back = |item: &Item<I, P>| item.taking_back && item.state == State::Queued;
        let refused = |item: &Item<I, P>| matches!(item.state, State::Blocked(_));
        let first = |item: &Item<I, P>| item.first && !refused(item);
        let place = items.iter().position(taken_back);
        let place = place.or_else(|| items.iter().position(|item| item.state == State::InFlight));
        let place = place.or_else(|| items.iter().position(first));
        place.or_else(|| items.iter().position(|item| !(item.first && refused(item))))
    }

    /// One attempt at a time in each lane, and only of what has its turn.
    fn send_heads(&mut self, now: Now, out: &mut Vec<Effect<L, I, P>>) {
        let mut next: Option<u64> = None;
        for (lane, Lane { items, .. }) in &mut self.lanes {
            let Some(item) = Self::turn(items).and_then(|index| items.get_mut(index)) else {
                continue;
            };
            if item.state != State::Queued {
                continue;
            }
            let due = item.not_before.max(item.held_until);
            if due > now.monotonic {
                next = Some(next.map_or(due, |at| at.min(due)));
                continue;
            }
            self.generation += 1;
            item.generation = self.generation;
            item.attempts = item.attempts.saturating_add(1);
            item.state = State::InFlight;
            out.push(if item.taking_back {
                Effect::TakeBack {
                    generation: item.generation,
                    id: item.id,
                    payload: item.payload.clone(),
                }
            } else {
                Effect::Post {
                    generation: item.generation,
                    lane: lane.clone(),
                    id: item.id,
                    payload: item.payload.clone(),
                    after: item.after,
                }
            });
            out.push(Effect::Changed { lane: lane.clone() });
        }
        if let Some(at) = next
            && self.timer.is_none_or(|(_, due)| at < due)
        {
            self.generation += 1;
            self.timer = Some((self.generation, at));
            out.push(Effect::SetTimer {
                generation: self.generation,
                after_ms: at - now.monotonic,
            });
        }
    }

    fn change(&mut self, id: I, out: &mut Vec<Effect<L, I, P>>, change: impl FnOnce(&mut Item<I, P>)) {
        for (lane, Lane { items, .. }) in &mut self.lanes {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                change(item);
                out.push(Effect::Changed { lane: lane.clone() });
                return;
            }
        }
    }

    /// Takes a message out of its lane. What followed one that was given up follows its predecessor instead.
    fn remove(&mut self, id: I, end: End, out: &mut Vec<Effect<L, I, P>>) {
        for (lane, queue) in &mut self.lanes {
            let Some(index) = queue.items.iter().position(|item| item.id == id) else {
                continue;
            };
            let Some(gone) = queue.items.remove(index) else {
                return;
            };
            if end == End::GivenUp {
                let before = gone.after;
                for follower in &mut queue.items {
                    if follower.after == Some(id) {
                        follower.after = before;
                    }
                }
                if queue.last_id == Some(id) {
                    queue.last_id = before;
                }
            }
            out.push(Effect::Ended { id, end });
            out.push(Effect::Changed { lane: lane.clone() });
            return;
        }
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
