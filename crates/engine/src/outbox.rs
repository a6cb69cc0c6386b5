//! What was sent by the person and not yet confirmed by the server (`protocol.md` *Sending*).
//!
//! One lane a conversation: its messages go out one at a time, in the order typed, and a blocked one holds back those behind
//! it. An attempt whose answer is lost is repeated with the same id; the server answers a repeat with the first result, so
//! nothing is sent twice. Each message names the one queued before it (`after`), so that a late request cannot overtake.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use switchboard_contract::ids::MessageId;
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

use crate::Now;
use crate::random::Random;

const BASE_MS: u64 = 500;
const CAP_MS: u64 = 5_000;

/// How one attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The server has it.
    Stored,
    /// No answer, or one that passes: try again, not before this many milliseconds.
    Unsure {
        /// What the server asked for; 0 when it did not.
        wait_ms: u64,
    },
    /// The access token is not accepted: wait for a new one.
    NeedsAuth,
    /// The server will not take it as it is.
    Refused(Rc<Problem>),
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event<L, P> {
    /// The person sent something.
    Enqueue {
        /// The conversation.
        lane: L,
        /// A new id.
        id: MessageId,
        /// What to send.
        payload: P,
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
        id: MessageId,
    },
    /// The timer set by [`Effect::SetTimer`] ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The connection is back, or a new access token is there: try at once.
    Wake,
    /// The person wants a blocked message tried again; `force` overrides a colleague's newer reply.
    Retry {
        /// The message.
        id: MessageId,
        /// Send although a colleague replied in the meantime.
        force: bool,
    },
    /// The person gives a message up. Only one that the server cannot have is let go: never attempted, or refused.
    Discard {
        /// The message.
        id: MessageId,
    },
    /// The person signed out: forget everything.
    Clear,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<L, P> {
    /// Send this; answer with [`Event::Attempted`].
    Post {
        /// Goes back with the answer.
        generation: u64,
        /// The conversation.
        lane: L,
        /// The message's id.
        id: MessageId,
        /// What to send.
        payload: P,
        /// The message queued before it in this lane.
        after: Option<MessageId>,
        /// Send although a colleague replied in the meantime.
        force: bool,
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
    /// The server refused it; the person decides.
    Blocked(Rc<Problem>),
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<P> {
    /// Its id, chosen here.
    pub id: MessageId,
    /// What it says.
    pub payload: P,
    /// How it stands.
    pub state: State,
    /// When the person sent it.
    pub queued_at: Timestamp,
    attempts: u32,
    generation: u64,
    not_before: u64,
    after: Option<MessageId>,
    force: bool,
}

impl<P> Item<P> {
    /// Tries so far.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether it may be given up: the server cannot have it.
    #[must_use]
    pub const fn can_discard(&self) -> bool {
        matches!(self.state, State::Blocked(_)) || (self.attempts == 0 && matches!(self.state, State::Queued))
    }
}

#[derive(Debug)]
struct Lane<P> {
    items: VecDeque<Item<P>>,
    last_id: Option<MessageId>,
}

impl<P> Default for Lane<P> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            last_id: None,
        }
    }
}

/// The machine. `L` names a lane, `P` is what is sent.
#[derive(Debug)]
pub struct Outbox<L, P> {
    lanes: BTreeMap<L, Lane<P>>,
    random: Random,
    generation: u64,
    timer: Option<(u64, u64)>,
}

impl<L: Ord + Clone, P: Clone> Outbox<L, P> {
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
    pub fn lane<'a>(&'a self, lane: &L) -> impl Iterator<Item = &'a Item<P>> + use<'a, L, P> {
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
    pub fn step(&mut self, now: Now, event: Event<L, P>, out: &mut Vec<Effect<L, P>>) {
        match event {
            Event::Enqueue { lane, id, payload } => self.enqueue(now, lane, id, payload, out),
            Event::Attempted { generation, outcome } => self.on_attempted(now, generation, outcome, out),
            Event::Seen { id } => self.remove(id, |_| true, out),
            Event::Timer { generation } => {
                if self.timer.is_some_and(|(current, _)| current == generation) {
                    self.timer = None;
                }
            }
            Event::Wake => {
                for item in self.lanes.values_mut().flat_map(|lane| &mut lane.items) {
                    item.not_before = 0;
                }
            }
            Event::Retry { id, force } => self.change(id, out, |item| {
                if matches!(item.state, State::Blocked(_)) {
                    item.state = State::Queued;
                    item.not_before = 0;
                    item.force |= force;
                }
            }),
            Event::Discard { id } => self.remove(id, Item::can_discard, out),
            Event::Clear => {
                for (lane, _) in std::mem::take(&mut self.lanes) {
                    out.push(Effect::Changed { lane });
                }
            }
        }
        self.send_heads(now, out);
    }

    fn enqueue(&mut self, now: Now, lane: L, id: MessageId, payload: P, out: &mut Vec<Effect<L, P>>) {
        let items = self.lanes.entry(lane.clone()).or_default();
        if items.items.iter().any(|item| item.id == id) {
            return;
        }
        items.items.push_back(Item {
            id,
            payload,
            state: State::Queued,
            queued_at: now.wall,
            attempts: 0,
            generation: 0,
            not_before: 0,
            after: items.last_id,
            force: false,
        });
        items.last_id = Some(id);
        out.push(Effect::Changed { lane });
    }

    fn on_attempted(&mut self, now: Now, generation: u64, outcome: Outcome, out: &mut Vec<Effect<L, P>>) {
        let id = self
            .lanes
            .values()
            .flat_map(|lane| &lane.items)
            .find(|item| item.generation == generation && item.state == State::InFlight)
            .map(|item| item.id);
        let Some(id) = id else { return };
        let again = |wait_ms: u64, random: &mut Random, item: &mut Item<P>| {
            let jitter = random.full_jitter(item.attempts.saturating_sub(1), BASE_MS, CAP_MS);
            item.state = State::Queued;
            item.not_before = now.monotonic + wait_ms + jitter;
        };
        let mut random = self.random.clone();
        match outcome {
            Outcome::Stored => self.remove(id, |_| true, out),
            Outcome::Unsure { wait_ms } => self.change(id, out, |item| again(wait_ms, &mut random, item)),
            // `Wake` comes with the new token.
            Outcome::NeedsAuth => self.change(id, out, |item| {
                item.state = State::Queued;
                item.not_before = u64::MAX;
            }),
            // Its predecessor is on its way in another request or another tab.
            Outcome::Refused(problem) if problem.code == ProblemCode::OutOfOrder => {
                self.change(id, out, |item| again(0, &mut random, item));
            }
            Outcome::Refused(problem) => self.change(id, out, |item| item.state = State::Blocked(problem)),
        }
        self.random = random;
    }

    /// One attempt at a time in each lane, and only of its first message.
    fn send_heads(&mut self, now: Now, out: &mut Vec<Effect<L, P>>) {
        let mut next: Option<u64> = None;
        for (lane, Lane { items, .. }) in &mut self.lanes {
            let Some(item) = items.front_mut() else { continue };
            if item.state != State::Queued {
                continue;
            }
            if item.not_before > now.monotonic {
                if item.not_before != u64::MAX {
                    next = Some(next.map_or(item.not_before, |at| at.min(item.not_before)));
                }
                continue;
            }
            self.generation += 1;
            item.generation = self.generation;
            item.attempts = item.attempts.saturating_add(1);
            item.state = State::InFlight;
            out.push(Effect::Post {
                generation: item.generation,
                lane: lane.clone(),
                id: item.id,
                payload: item.payload.clone(),
                after: item.after,
                force: item.force,
            });
            if item.attempts == 1 {
                out.push(Effect::Changed { lane: lane.clone() });
            }
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

    fn change(&mut self, id: MessageId, out: &mut Vec<Effect<L, P>>, change: impl FnOnce(&mut Item<P>)) {
        for (lane, Lane { items, .. }) in &mut self.lanes {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                change(item);
                out.push(Effect::Changed { lane: lane.clone() });
                return;
            }
        }
    }

    /// Takes a message out of its lane if `allowed`. What followed a given-up message follows its predecessor instead.
    fn remove(&mut self, id: MessageId, allowed: impl FnOnce(&Item<P>) -> bool, out: &mut Vec<Effect<L, P>>) {
        for (lane, queue) in &mut self.lanes {
            let Some(index) = queue.items.iter().position(|item| item.id == id) else {
                continue;
            };
            if !allowed(&queue.items[index]) {
                return;
            }
            let Some(gone) = queue.items.remove(index) else {
                return;
            };
            if matches!(gone.state, State::Blocked(_)) || gone.attempts == 0 {
                match queue.items.get_mut(index) {
                    Some(follower) => follower.after = gone.after,
                    None => queue.last_id = gone.after,
                }
            }
            out.push(Effect::Changed { lane: lane.clone() });
            return;
        }
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
