//! How much of what comes in is taken in at a time, so that the page can be drawn and can answer the person in between.
//!
//! ```text
//! comes in ─time left in this turn→ taken at once        the next turn: with the page's next frame,
//!          └─────none───────────→ waits its turn         or soon where the page is hidden and has no frames
//! ```
//!
//! An event alone is therefore taken at once and drawn with the next frame. While more keeps coming, there are a few drawings a
//! second, and ever fewer while so much comes that nobody can read it: drawing once costs about the same however much has come.
//! The frames between them take in what they have time for. A drawing of a flood is spread over two frames ([`Drawing`]), which take
//! nothing in. A frame for which nothing came ends the flood, and draws.
//! Nothing that comes in by the link or from other tabs overtakes what came before it. Timers, answers to calls and what the person
//! does go past what waits: none of them relies on a place among it.

use std::collections::VecDeque;

use crate::Now;

/// What a turn may take: half a frame of 60 a second, so that the other half is there to draw, or to receive the next.
const TURN_MS: u64 = 8;
/// Between two drawings of what keeps coming, and at most in a flood.
const DRAWING_MS: u64 = 100;
const FLOOD_DRAWING_MS: u64 = 400;
/// So many between two drawings are a flood.
const FLOOD: usize = 50;
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

/// What of that which has changed a turn draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// All of it.
    Whole,
    /// What the person looks at most closely; the rest with the next turn.
    First,
    /// All that is left.
    Rest,
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
    /// When a turn drew, and whether this one does.
    drawn: Option<u64>,
    is_drawing: bool,
    /// Until the next drawing, in milliseconds.
    pause: u64,
    /// How many were taken since the last one.
    undrawn: usize,
    /// Whether a turn left what it took to a later one, to be drawn.
    owes_drawing: bool,
    /// Whether a turn drew the first part, and the next one has to draw the rest.
    owes_rest: bool,
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
            drawn: None,
            is_drawing: false,
            pause: DRAWING_MS,
            undrawn: 0,
            owes_drawing: false,
            owes_rest: false,
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
            self.undrawn += 1;
        } else {
            (self.spent, self.since) = (spent, None);
        }
        item
    }

    /// The turn to ask for: where something is to be drawn, or waits. `None` while one is asked for.
    pub fn ask(&mut self, shown: bool) -> Option<Turn> {
        let is_needed = self.taken || self.owes_drawing || self.owes_rest || !self.waiting.is_empty();
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
    pub fn turn(&mut self, now: Now, shown: bool) {
        let is_over = !self.taken && self.waiting.is_empty();
        let pause = if is_over { DRAWING_MS } else { self.pause };
        let since = self.drawn.map(|drawn| now.monotonic.saturating_sub(drawn));
        self.is_drawing = !shown || since.is_none_or(|since| since >= pause);
        self.limit = if !shown {
            HIDDEN_TURN_MS
        } else if self.owes_rest || (self.is_drawing && self.owes_drawing) {
            0
        } else {
            TURN_MS
        };
        self.owes_drawing |= self.taken;
        (self.asked, self.taken, self.spent) = (false, false, 0);
    }

    /// What this turn, which has taken in what it may, draws in a page that is `shown` or not. `None`: a later one does.
    pub fn draws(&mut self, now: Now, shown: bool) -> Option<Drawing> {
        self.owes_drawing |= self.taken;
        if std::mem::take(&mut self.owes_rest) {
            (self.taken, self.owes_drawing) = (false, false);
            return Some(Drawing::Rest);
        }
        if !(self.is_drawing && self.owes_drawing) {
            return None;
        }
        let is_flood = std::mem::take(&mut self.undrawn) >= FLOOD;
        self.pause = if is_flood {
            FLOOD_DRAWING_MS.min(self.pause * 2)
        } else {
            DRAWING_MS
        };
        self.drawn = Some(now.monotonic);
        (self.taken, self.owes_drawing) = (false, false);
        self.owes_rest = is_flood && shown;
        Some(if self.owes_rest {
            Drawing::First
        } else {
            Drawing::Whole
        })
    }

    /// Forgets what waits, and no longer asks.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.turn(Now::default(), true);
        (self.drawn, self.owes_drawing, self.owes_rest) = (None, false, false);
        (self.pause, self.undrawn) = (DRAWING_MS, 0);
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
        intake.turn(at(1_016), true);
        assert_eq!(run(&mut intake, 1_016, 2), [] as [u32; 0]);
        assert_eq!(intake.draws(at(1_016), true), Some(Drawing::Whole));
        assert_eq!(intake.ask(true), None, "nothing is left to do");
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
        intake.turn(at(16), true);
        assert_eq!(run(&mut intake, 16, 2), [4, 5, 6, 7]);
        assert_eq!(intake.draws(at(24), true), Some(Drawing::Whole));
        assert!(intake.ask(true).is_some(), "more waits");
        intake.turn(at(32), true);
        assert_eq!(run(&mut intake, 32, 2), [8, 9, 10]);
        assert_eq!(intake.draws(at(38), true), None);
        assert!(intake.ask(true).is_some(), "it is to be drawn");
    }

    /// Of so many frames, 16 ms apart, with so many that come in each, at so much: which ones draw, and what each takes.
    fn frames(
        intake: &mut Intake<u32>,
        from: u64,
        count: u64,
        coming: u32,
        cost: u64,
    ) -> (Vec<u64>, Vec<usize>) {
        let (mut drawing, mut taken) = (Vec::new(), Vec::new());
        for frame in from..from + count {
            for item in 0..coming {
                intake.push(item);
            }
            intake.turn(at(frame * 16), true);
            taken.push(run(intake, frame * 16, cost).len());
            let drawn = intake.draws(at(frame * 16), true);
            if matches!(drawn, Some(Drawing::Whole | Drawing::First)) {
                drawing.push(frame * 16);
            }
            let is_left = !intake.waiting.is_empty() || intake.owes_drawing || intake.owes_rest;
            assert_eq!(intake.ask(true).is_some(), is_left, "it goes on by itself");
        }
        (drawing, taken)
    }

    #[test]
    fn what_keeps_coming_is_drawn_a_few_times_a_second() {
        let (drawing, taken) = frames(&mut Intake::default(), 0, 30, 2, 2);
        assert_eq!(drawing, [0, 112, 224, 336, 448]);
        assert_eq!(
            taken[6..9],
            [2, 0, 4],
            "a frame that draws what came before takes nothing"
        );
    }

    #[test]
    fn a_flood_is_drawn_ever_less_often_and_at_once_when_it_is_over() {
        let mut intake = Intake::default();
        let (drawing, taken) = frames(&mut intake, 0, 80, 12, 0);
        assert_eq!(drawing, [0, 112, 320, 720, 1_120]);
        assert_eq!(taken.iter().sum::<usize>(), 80 * 12);
        // The last ones came with the frame at 1,264 ms, and nothing with the next.
        let (drawing, _) = frames(&mut intake, 80, 60, 0, 0);
        assert_eq!(drawing, [1_296]);
        let (drawing, _) = frames(&mut intake, 140, 20, 1, 0);
        assert_eq!(drawing, [2_240, 2_352, 2_464], "as before");
    }

    #[test]
    fn a_drawing_of_a_flood_is_spread_over_two_frames_that_take_nothing_in() {
        let mut intake = Intake::default();
        intake.push(0);
        intake.turn(at(0), true);
        assert_eq!(run(&mut intake, 0, 0), [0]);
        assert_eq!(intake.draws(at(0), true), Some(Drawing::Whole));
        let coming = |intake: &mut Intake<u32>| (0..60).for_each(|item| intake.push(item));
        for (now, taken, drawn) in [
            (90, 60, None),
            (106, 0, Some(Drawing::First)),
            (122, 0, Some(Drawing::Rest)),
            (138, 180, None),
        ] {
            coming(&mut intake);
            intake.turn(at(now), true);
            assert_eq!(run(&mut intake, now, 0).len(), taken, "{now}");
            assert_eq!(intake.draws(at(now), true), drawn, "{now}");
            assert!(intake.ask(true).is_some(), "{now}");
        }
        // Nothing comes anymore: the last drawing still has both parts.
        intake.turn(at(154), true);
        assert_eq!(intake.draws(at(154), true), None, "the last one was just now");
        assert!(intake.ask(true).is_some());
        intake.turn(at(206), true);
        assert_eq!(intake.draws(at(206), true), Some(Drawing::First));
        assert!(intake.ask(true).is_some(), "the rest is to be drawn");
        // A page that is hidden meanwhile draws the rest with what it takes in.
        intake.push(1);
        intake.turn(at(222), false);
        assert_eq!(run(&mut intake, 222, 0), [1]);
        assert_eq!(intake.draws(at(222), false), Some(Drawing::Rest));
        assert_eq!(intake.ask(false), None);
    }

    #[test]
    fn what_follows_a_drawing_at_once_is_drawn_a_moment_later() {
        let mut intake = Intake::default();
        intake.push(1);
        intake.turn(at(0), true);
        assert_eq!(run(&mut intake, 0, 2), [1]);
        assert_eq!(intake.draws(at(2), true), Some(Drawing::Whole));
        intake.push(2);
        assert_eq!(run(&mut intake, 10, 2), [2], "taken at once all the same");
        for now in [16, 50, 101] {
            assert!(intake.ask(true).is_some());
            intake.turn(at(now), true);
            assert_eq!(run(&mut intake, now, 2), [] as [u32; 0]);
            assert_eq!(intake.draws(at(now), true), None, "{now}");
        }
        // The page is hidden before its turn to draw: nothing is owed.
        assert!(intake.ask(false).is_some());
        intake.turn(at(102), false);
        assert_eq!(intake.draws(at(102), false), Some(Drawing::Whole));
        assert_eq!(intake.ask(false), None);
    }

    #[test]
    fn one_that_takes_long_is_the_only_one_of_its_turn() {
        let mut intake = Intake::default();
        intake.push(1);
        intake.push(2);
        assert_eq!(run(&mut intake, 0, 40), [1]);
        intake.turn(at(50), true);
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
        intake.turn(at(0), false);
        assert_eq!(run(&mut intake, 0, 2).len(), 25);
        assert_eq!(intake.draws(at(50), false), Some(Drawing::Whole));
        intake.turn(at(60), true);
        assert_eq!(run(&mut intake, 60, 2).len(), 4);
        assert_eq!(intake.draws(at(72), true), None);
    }
}
