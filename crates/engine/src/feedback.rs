//! What people are told of what happens around them, and for how long: when a page counts as old, and which short messages
//! stand there.
//!
//! | type | decides |
//! | --- | --- |
//! | [`is_behind`] | whether what a live page shows may be old by now |
//! | [`Toasts`] | which short messages stand there, and until when |

use crate::Now;
use crate::socket::Status;

/// A connection that is lost for less than this, in milliseconds, comes back before anyone misses anything.
const UNNOTICED_MS: u64 = 8_000;
/// A message about a success stays this long, in milliseconds, and [`MS_PER_CHARACTER`] longer for every character of it.
const STATUS_MS: u64 = 4_000;
/// People read some 200 words a minute; a third of that leaves time to notice the message first.
const MS_PER_CHARACTER: u64 = 60;
/// What can be acted on stays at least this long, in milliseconds.
const ACT_MS: u64 = 10_000;
/// Nothing that goes by itself stays longer, in milliseconds, unless someone looks at it.
const LONGEST_MS: u64 = 20_000;
/// What was looked at stays this much longer, in milliseconds, once nobody does.
const AFTER_LOOK_MS: u64 = 2_000;
/// More than this many would cover the page; the oldest goes.
const MAX_TOASTS: usize = 3;

/// Whether what a live page shows may be old: the device is offline, or the connection has been lost for some time.
/// `lost_for_ms` counts from the last moment at which it was not.
#[must_use]
pub const fn is_behind(status: Status, lost_for_ms: u64) -> bool {
    match status {
        Status::Offline => true,
        Status::Reconnecting { .. } => lost_for_ms >= UNNOTICED_MS,
        Status::Idle
        | Status::Connecting
        | Status::Live
        | Status::Polling
        | Status::SignedOut
        | Status::Refused
        | Status::UpdateNeeded => false,
    }
}

/// What a message tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something was done: told politely, goes by itself.
    Status,
    /// Something failed: told at once, stays until it is dismissed.
    Alert,
}

/// A short message. `A` is what can be done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast<A> {
    /// Its number; newer messages have higher ones.
    pub id: u32,
    /// What it tells of.
    pub kind: Kind,
    /// What it says.
    pub text: String,
    /// What it is about, and what can be done: a newer message about the same takes its place.
    pub act: Option<(String, A)>,
    /// How long it still stays, in milliseconds; `None` until it is dismissed.
    left_ms: Option<u64>,
}

/// The messages that stand there, oldest first. Their time runs while nobody looks at any of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Toasts<A> {
    next: u32,
    shown: Vec<Toast<A>>,
    /// Whether the pointer or the focus is on one of them.
    held: bool,
    /// Up to when the time of all has been counted, monotonic.
    counted: u64,
}

impl<A> Default for Toasts<A> {
    fn default() -> Self {
        Self {
            next: 0,
            shown: Vec::new(),
            held: false,
            counted: 0,
        }
    }
}

/// What happens to messages.
#[derive(Clone, Debug)]
pub enum Event<A> {
    /// Something is to be told.
    Tell {
        /// What it tells of.
        kind: Kind,
        /// What it says.
        text: String,
        /// What it is about, and what can be done about it.
        act: Option<(String, A)>,
    },
    /// The person has read it.
    Dismiss(u32),
    /// What was said about this no longer holds.
    Withdraw(String),
    /// The pointer or the focus came to one of them, or left the last one.
    Hold(bool),
    /// Time has passed.
    Tick,
}

impl<A: Clone> Toasts<A> {
    /// Takes in one event.
    pub fn step(&mut self, now: Now, event: Event<A>) {
        self.count(now);
        match event {
            Event::Tell { kind, text, act } => self.tell(kind, text, act),
            Event::Dismiss(id) => self.shown.retain(|toast| toast.id != id),
            Event::Withdraw(about) => self.withdraw(&about),
            Event::Hold(held) => self.hold(held),
            Event::Tick => {}
        }
        // What is held goes with the last of them.
        self.held &= !self.shown.is_empty();
    }

    /// Those that stand there, oldest first.
    #[must_use]
    pub fn shown(&self) -> &[Toast<A>] {
        &self.shown
    }

    /// In how many milliseconds the next one goes by itself; `None` while none does.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        let running = self.shown.iter().filter(|_| !self.held);
        running.filter_map(|toast| toast.left_ms).min()
    }

    fn count(&mut self, now: Now) {
        let passed = now.monotonic.saturating_sub(self.counted);
        self.counted = now.monotonic;
        if self.held {
            return;
        }
        for toast in &mut self.shown {
            toast.left_ms = toast.left_ms.map(|left| left.saturating_sub(passed));
        }
        self.shown.retain(|toast| toast.left_ms != Some(0));
    }

    fn tell(&mut self, kind: Kind, text: String, act: Option<(String, A)>) {
        // The same message again starts its time anew instead of standing there twice.
        self.shown
            .retain(|toast| !(toast.kind == kind && toast.text == text));
        if let Some((about, _)) = &act {
            let about = about.clone();
            self.withdraw(&about);
        }
        self.shown.push(Toast {
            id: self.next,
            kind,
            left_ms: lifetime(kind, &text, act.is_some()),
            text,
            act,
        });
        self.next += 1;
        // What goes by itself anyway makes room first.
        while self.shown.len() > MAX_TOASTS {
            let surplus = self.shown.iter().position(|toast| toast.left_ms.is_some());
            self.shown.remove(surplus.unwrap_or(0));
        }
    }

    fn withdraw(&mut self, about: &str) {
        self.shown
            .retain(|toast| toast.act.as_ref().is_none_or(|(subject, _)| subject != about));
    }

    fn hold(&mut self, held: bool) {
        if self.held && !held {
            for toast in &mut self.shown {
                toast.left_ms = toast.left_ms.map(|left| left.max(AFTER_LOOK_MS));
            }
        }
        self.held = held;
    }
}

/// How long a message stays, in milliseconds; `None` until it is dismissed.
fn lifetime(kind: Kind, text: &str, has_act: bool) -> Option<u64> {
    if kind == Kind::Alert {
        return None;
    }
    let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let reading = STATUS_MS.saturating_add(characters.saturating_mul(MS_PER_CHARACTER));
    let least = if has_act { ACT_MS } else { STATUS_MS };
    Some(reading.clamp(least, LONGEST_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn at(monotonic: u64) -> Now {
        Now {
            monotonic,
            wall: Timestamp::from_millis(0),
        }
    }

    fn say(toasts: &mut Toasts<()>, ms: u64, kind: Kind, text: &str) {
        let text = text.to_owned();
        toasts.step(
            at(ms),
            Event::Tell {
                kind,
                text,
                act: None,
            },
        );
    }

    fn say_about(toasts: &mut Toasts<()>, text: &str, about: &str) {
        let act = Some((about.to_owned(), ()));
        let text = text.to_owned();
        let kind = Kind::Status;
        toasts.step(at(0), Event::Tell { kind, text, act });
    }

    fn texts(toasts: &Toasts<()>) -> Vec<&str> {
        toasts.shown().iter().map(|toast| toast.text.as_str()).collect()
    }

    #[test]
    fn the_same_message_stands_there_once_and_at_most_three_do() {
        let mut toasts = Toasts::default();
        for text in ["a", "b", "a", "c", "d"] {
            say(&mut toasts, 0, Kind::Status, text);
        }
        assert_eq!(texts(&toasts), ["a", "c", "d"]);
        let first = toasts.shown()[0].id;
        toasts.step(at(1), Event::Dismiss(first));
        assert_eq!(texts(&toasts), ["c", "d"]);
    }

    #[test]
    fn a_failure_stays_and_successes_make_room_for_it() {
        let mut toasts = Toasts::default();
        say(&mut toasts, 0, Kind::Alert, "failed");
        for text in ["a", "b", "c"] {
            say(&mut toasts, 0, Kind::Status, text);
        }
        assert_eq!(texts(&toasts), ["failed", "b", "c"]);
        toasts.step(at(LONGEST_MS), Event::Tick);
        assert_eq!(texts(&toasts), ["failed"]);
        assert_eq!(toasts.next_ms(), None);
    }

    #[test]
    fn what_no_longer_holds_goes() {
        let mut toasts = Toasts::default();
        for (text, about) in [("a closed", "a"), ("b closed", "b"), ("a archived", "a")] {
            say_about(&mut toasts, text, about);
        }
        assert_eq!(texts(&toasts), ["b closed", "a archived"]);
        toasts.step(at(0), Event::Withdraw("b".to_owned()));
        assert_eq!(texts(&toasts), ["a archived"]);
    }

    #[test]
    fn long_texts_stay_longer_and_so_does_what_can_be_acted_on() {
        assert_eq!(lifetime(Kind::Status, "", false), Some(STATUS_MS));
        assert_eq!(
            lifetime(Kind::Status, &"x".repeat(50), false),
            Some(STATUS_MS + 3_000)
        );
        assert_eq!(lifetime(Kind::Status, "x", true), Some(ACT_MS));
        assert_eq!(lifetime(Kind::Status, &"x".repeat(5_000), true), Some(LONGEST_MS));
        assert_eq!(lifetime(Kind::Alert, "x", true), None);
    }

    #[test]
    fn time_stands_still_while_someone_looks_and_leaves_some_to_move_on() {
        let mut toasts = Toasts::default();
        say(&mut toasts, 1_000, Kind::Status, "");
        assert_eq!(toasts.next_ms(), Some(STATUS_MS));
        toasts.step(at(4_500), Event::Hold(true));
        assert_eq!(toasts.next_ms(), None, "it is looked at");
        toasts.step(at(1_000_000), Event::Tick);
        assert_eq!(texts(&toasts).len(), 1);
        toasts.step(at(1_000_000), Event::Hold(false));
        assert_eq!(toasts.next_ms(), Some(AFTER_LOOK_MS));
        toasts.step(at(1_000_000 + AFTER_LOOK_MS), Event::Tick);
        assert!(toasts.shown().is_empty());
    }

    #[test]
    fn nobody_holds_what_has_gone() {
        let mut toasts = Toasts::default();
        say(&mut toasts, 0, Kind::Status, "a");
        toasts.step(at(0), Event::Hold(true));
        toasts.step(at(0), Event::Dismiss(0));
        say(&mut toasts, 0, Kind::Status, "b");
        assert!(toasts.next_ms().is_some(), "the next one goes by itself");
    }

    #[test]
    fn a_page_is_behind_once_the_connection_is_missed() {
        let lost = Status::Reconnecting { at: 0 };
        assert!(is_behind(Status::Offline, 0));
        assert!(!is_behind(lost, UNNOTICED_MS - 1));
        assert!(is_behind(lost, UNNOTICED_MS));
        for status in [
            Status::Live,
            Status::Polling,
            Status::Connecting,
            Status::UpdateNeeded,
        ] {
            assert!(!is_behind(status, u64::MAX), "{status:?}");
        }
    }
}
