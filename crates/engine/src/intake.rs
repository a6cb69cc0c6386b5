//! How much of what comes in is taken in at a time, so that the page can be drawn and can answer the person in between.
//!
//! ```text
//! comes in ─time left in this turn→ taken at once        the next turn: with the page's next frame,
//!          └─────none───────────→ waits its turn         or soon where the page is hidden and has no frames
//! ```
//!
//! An event alone is therefore taken at once and drawn with the next frame. Of a flood, some frames take in what they have time
//! for and the one after them draws it: none has to do both, and few have to paint. Nothing that comes in by the link or from
//! other tabs overtakes
//! what came before it. Timers, answers to calls and what the person does go past what waits: none of them relies on a place
//! among it.

use std::collections::VecDeque;

use crate::Now;

/// What a turn may take: half a frame of 60 a second, so that the other half is there to draw.
const TURN_MS: u64 = 8;
/// The same while more waits than a turn takes: a later frame draws.
const FLOOD_TURN_MS: u64 = 12;
/// In a flood, so many turns take in before one draws: ten drawings a second at 60 frames.
const TURNS_A_DRAWING: u32 = 5;
/// The same where nothing is drawn. Turns of a hidden page may be a second apart where it has no worker.
const HIDDEN_TURN_MS: u64 = 50;
/// A shown page whose frames do not come, such as one behind other windows, has its turn after this.
const FRAME_LATEST_MS: u64 = 100;

/// When the next turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// With the next frame, or after so many milliseconds if none comes.
    Frame {
        /// Milliseconds.
        at_latest_ms: u64,
    },
    /// As soon as everything else had its turn.
    Soon,
}

/// What came in and waits. See the module's documentation.
#[derive(Debug)]
pub struct Intake<T> {
    waiting: VecDeque<T>,
    /// What this turn may take, in milliseconds.
    limit: u64,
    /// What was spent in this turn, in milliseconds.
    spent: u64,
    /// When the run that is going on has begun.
    since: Option<u64>,
    /// Whether something was taken since the last turn.
    taken: bool,
    asked: bool,
    /// How many turns left what they took to a later one, to be drawn.
    undrawn: u32,
}

impl<T> Default for Intake<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            limit: TURN_MS,
            spent: 0,
            since: None,
            taken: false,
            asked: false,
            undrawn: 0,
        }
    }
}

impl<T> Intake<T> {
    /// Something came in.
    pub fn push(&mut self, item: T) {
        self.waiting.push_back(item);
    }

    /// What to take in now; to be asked again after each until it says `None`. The first of a turn is always taken.
    pub fn take(&mut self, now: Now) -> Option<T> {
        let since = *self.since.get_or_insert(now.monotonic);
        let spent = self.spent + now.monotonic.saturating_sub(since);
        let item = if spent < self.limit {
            self.waiting.pop_front()
        } else {
            None
        };
        if item.is_some() {
            self.taken = true;
        } else {
            (self.spent, self.since) = (spent, None);
        }
        item
    }

    /// The turn to ask for: where something was taken and is to be drawn, or waits. `None` while one is asked for.
    pub fn ask(&mut self, shown: bool) -> Option<Turn> {
        let is_needed = self.taken || !self.waiting.is_empty();
        if self.asked || !is_needed {
            return None;
        }
        self.asked = true;
        Some(if shown {
            Turn::Frame {
                at_latest_ms: FRAME_LATEST_MS,
            }
        } else {
            Turn::Soon
        })
    }

    /// The turn that was asked for is here, in a page that is `shown` or not.
    pub fn turn(&mut self, shown: bool) {
        if !shown {
            self.undrawn = 0;
        }
        self.limit = if !shown {
            HIDDEN_TURN_MS
        } else if self.is_to_draw() {
            0
        } else if self.waiting.is_empty() {
            TURN_MS
        } else {
            FLOOD_TURN_MS
        };
        (self.asked, self.taken, self.spent) = (false, false, 0);
    }

    /// Whether this turn, which has taken in what it may, draws too. Otherwise a later one does: the first after which nothing
    /// waits, or one that takes nothing.
    pub fn draws(&mut self, shown: bool) -> bool {
        let draws = !shown || self.is_to_draw() || self.waiting.is_empty();
        self.undrawn = if draws { 0 } else { self.undrawn + 1 };
        draws
    }

    /// Whether this turn is for drawing alone.
    fn is_to_draw(&self) -> bool {
        self.undrawn >= TURNS_A_DRAWING
    }

    /// Forgets what waits, and no longer asks.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.undrawn = 0;
        self.turn(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(monotonic: u64) -> Now {
        Now {
            monotonic,
            ..Now::default()
        }
    }

    /// Takes until there is no more, each taking `cost` milliseconds.
    fn run(intake: &mut Intake<u32>, begins: u64, cost: u64) -> Vec<u32> {
        let mut taken = Vec::new();
        while let Some(item) = intake.take(at(begins + taken.len() as u64 * cost)) {
            taken.push(item);
        }
        taken
    }

    #[test]
    fn what_comes_alone_is_taken_at_once_and_drawn_with_the_next_frame() {
        let mut intake = Intake::default();
        assert_eq!(
            intake.ask(true),
            None,
            "nothing came, so there is nothing to draw"
        );
        intake.push(1);
        assert_eq!(run(&mut intake, 1_000, 2), [1]);
        assert_eq!(intake.ask(true), Some(Turn::Frame { at_latest_ms: 100 }));
        intake.push(2);
        assert_eq!(
            run(&mut intake, 1_004, 2),
            [2],
            "there is time left in this frame"
        );
        assert_eq!(intake.ask(true), None, "asked for already");
        intake.turn(true);
        assert_eq!(run(&mut intake, 1_016, 2), [] as [u32; 0]);
        assert_eq!(intake.ask(true), None);
    }

    #[test]
    fn a_flood_is_taken_in_turns_and_in_order() {
        let mut intake = Intake::default();
        for item in 0..10 {
            intake.push(item);
        }
        assert_eq!(run(&mut intake, 0, 2), [0, 1, 2, 3]);
        intake.push(10);
        assert_eq!(
            run(&mut intake, 12, 2),
            [] as [u32; 0],
            "this turn's time is used up"
        );
        assert!(intake.ask(true).is_some());
        intake.turn(true);
        assert_eq!(run(&mut intake, 16, 2), [4, 5, 6, 7, 8, 9]);
        assert!(intake.ask(true).is_some(), "more waits");
        intake.turn(true);
        assert_eq!(run(&mut intake, 32, 2), [10]);
    }

    #[test]
    fn of_a_flood_some_frames_take_in_and_the_one_after_them_draws() {
        let mut intake = Intake::default();
        for item in 0..100 {
            intake.push(item);
        }
        let mut frames = Vec::new();
        for frame in 0..12 {
            intake.turn(true);
            let taken = run(&mut intake, frame * 16, 2).len();
            let draws = intake.draws(true);
            intake.push(100);
            assert!(intake.ask(true).is_some(), "it goes on by itself");
            frames.push((taken, draws));
        }
        assert_eq!(
            frames.chunks(6).collect::<Vec<_>>(),
            [[
                (6, false),
                (6, false),
                (6, false),
                (6, false),
                (6, false),
                (0, true)
            ]; 2]
        );
    }

    #[test]
    fn what_is_all_there_is_is_drawn_by_the_turn_that_takes_it() {
        let mut intake = Intake::default();
        intake.push(1);
        intake.turn(true);
        assert_eq!(run(&mut intake, 0, 2), [1]);
        assert!(intake.draws(true));
        for item in 0..20 {
            intake.push(item);
        }
        intake.turn(true);
        run(&mut intake, 16, 2);
        assert!(!intake.draws(true));
        // The page is hidden before its turn to draw: it takes in, and nothing is owed.
        intake.turn(false);
        assert_eq!(run(&mut intake, 32, 2).len(), 14);
        assert!(intake.draws(false));
    }

    #[test]
    fn one_that_takes_long_is_the_only_one_of_its_turn() {
        let mut intake = Intake::default();
        intake.push(1);
        intake.push(2);
        assert_eq!(run(&mut intake, 0, 40), [1]);
        intake.turn(true);
        assert_eq!(run(&mut intake, 50, 40), [2]);
    }

    #[test]
    fn what_passes_between_two_runs_is_not_spent() {
        let mut intake = Intake::default();
        for begins in [0, 100, 200] {
            intake.push(1);
            assert_eq!(run(&mut intake, begins, 2), [1]);
        }
    }

    #[test]
    fn a_hidden_page_waits_for_no_frame() {
        let mut intake = Intake::default();
        intake.push(1);
        assert_eq!(intake.ask(false), Some(Turn::Soon));
        intake.clear();
        assert_eq!(intake.take(at(0)), None);
        assert_eq!(intake.ask(false), None);
    }

    #[test]
    fn a_hidden_page_takes_more_at_a_time() {
        let mut intake = Intake::default();
        for item in 0..40 {
            intake.push(item);
        }
        intake.turn(false);
        assert_eq!(run(&mut intake, 0, 2).len(), 25);
        intake.turn(true);
        assert_eq!(run(&mut intake, 100, 2).len(), 6);
    }
}
