//! Messages of one conversation away from its newest ones: where the person has jumped to, or has scrolled up to.
//!
//! A passage is a stretch without a hole, like a [`Thread`], that has something unknown after it too. It grows at both ends,
//! holds [`MOST`] messages at most, and becomes part of its thread where the two meet.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage};
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;

use crate::thread::Thread;

/// Messages that a passage holds at most: what is added at one end is let go of at the other.
pub const MOST: usize = 1_000;

/// Which page of a passage is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Those on both sides of a `seq`, and it.
    Around(u64),
    /// Those on both sides of the first message at or after a time.
    At(Timestamp),
    /// Those before a `seq`.
    Before(u64),
    /// Those after a `seq`.
    After(u64),
}

/// Where the person wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// At the message of this `seq`.
    Seq(u64),
    /// At the first message at or after a time; at the last one where there is none.
    At(Timestamp),
}

impl Target {
    /// The page that tells of it.
    #[must_use]
    pub const fn part(self) -> Part {
        match self {
            Self::Seq(seq) => Part::Around(seq),
            Self::At(at) => Part::At(at),
        }
    }

    /// Its `seq` among `messages`, if it stands there for sure: `ends` says whether nothing comes before them, and after.
    #[must_use]
    pub fn find<'a>(
        self,
        messages: impl Iterator<Item = &'a Rc<LiveChatMessage>>,
        ends: (bool, bool),
    ) -> Option<u64> {
        let mut last = None;
        for message in messages {
            let reached = match self {
                Self::Seq(seq) => message.seq >= seq,
                Self::At(at) => message.created_at >= at,
            };
            let is_it = matches!(self, Self::Seq(seq) if message.seq == seq);
            if reached {
                return (is_it || last.is_some() || ends.0).then_some(message.seq);
            }
            last = Some(message.seq);
        }
        last.filter(|_| ends.1)
    }
}

/// See the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    run: Thread,
    has_more_after: bool,
    /// Around which `seq` the person reads, as far as it is known.
    around: u64,
    /// Something of it may have changed unheard.
    stale: bool,
}

impl Passage {
    /// From a page; none where it is empty.
    #[must_use]
    pub fn of_page(page: MessagePage) -> Option<Self> {
        let around = page.items.get(page.items.len() / 2)?.seq;
        Some(Self {
            has_more_after: page.has_more_after,
            run: Thread::of_page(page),
            around,
            stale: false,
        })
    }

    /// The older part of a thread that has grown long, by somebody who reads at its start.
    #[must_use]
    pub fn of_start(thread: &Thread) -> Option<Self> {
        let around = thread.oldest_seq()?;
        let mut run = thread.clone();
        let has_more_after = run.keep_oldest(MOST);
        Some(Self {
            run,
            has_more_after,
            around,
            stale: false,
        })
    }

    /// The messages, ascending by `seq`, without a hole.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Rc<LiveChatMessage>> {
        self.run.messages()
    }

    /// Whether there are earlier messages on the server.
    #[must_use]
    pub const fn has_more_before(&self) -> bool {
        self.run.has_more_before()
    }

    /// Whether there are later ones.
    #[must_use]
    pub const fn has_more_after(&self) -> bool {
        self.has_more_after
    }

    /// The page to ask for so that it grows at its start.
    #[must_use]
    pub fn before(&self) -> Option<Part> {
        let oldest = self.run.oldest_seq().filter(|_| self.has_more_before())?;
        Some(Part::Before(oldest))
    }

    /// The page to ask for so that it grows at its end.
    #[must_use]
    pub fn after(&self) -> Option<Part> {
        self.has_more_after.then(|| Part::After(self.run.newest_seq()))
    }

    /// The page to ask for when it may have changed unheard.
    #[must_use]
    pub const fn anew(&self) -> Part {
        Part::Around(self.around)
    }

    /// There is a hole in what was heard: the next page around its place replaces it.
    pub const fn doubt(&mut self) {
        self.stale = true;
    }

    /// The log begins anew.
    pub fn forget_positions(&mut self) {
        self.run.forget_positions();
    }

    /// Takes in a page that was asked for as `part`. One that does not touch it, or comes for one that may have changed
    /// unheard, replaces it; of the latter only the page around its place counts.
    pub fn merge(&mut self, part: Part, page: MessagePage) {
        let (Some(first), Some(last)) = (page.items.first(), page.items.last()) else {
            match part {
                Part::Before(seq) if Some(seq) == self.run.oldest_seq() => self.run.grow_before(page),
                Part::After(seq) if seq >= self.run.newest_seq() => self.has_more_after = false,
                _ => {}
            }
            return;
        };
        let (first, last) = (first.seq, last.seq);
        let (oldest, newest) = (self.run.oldest_seq().unwrap_or(0), self.run.newest_seq());
        let touches = first <= newest + 1 && last + 1 >= oldest;
        let is_place = matches!(part, Part::Around(_) | Part::At(_));
        if is_place && (self.stale || !touches) {
            if let Some(anew) = Self::of_page(page) {
                *self = anew;
            }
            return;
        }
        if self.stale || !touches {
            return;
        }
        if last >= newest {
            self.has_more_after = page.has_more_after;
        }
        self.run.grow_before(page);
        match part {
            Part::Before(_) => {
                self.around = first;
                self.has_more_after |= self.run.keep_oldest(MOST);
            }
            Part::After(_) => {
                self.around = last;
                self.run.keep_newest(MOST);
            }
            Part::Around(_) | Part::At(_) => self.around = first.midpoint(last),
        }
    }

    /// Takes in one message from an event: only what stands in it.
    ///
    /// Returns whether anything changed.
    pub fn put_one(&mut self, message: LiveChatMessage, as_of: Offset) -> bool {
        self.has_more_after |= message.seq > self.run.newest_seq();
        self.run.holds(message.seq) && self.run.put(message, as_of)
    }

    /// See [`Thread::mark_up_to`].
    pub fn mark_up_to(&mut self, marked: &LiveChatMessage, as_of: Offset) -> bool {
        self.run.mark_up_to(marked, as_of)
    }

    /// Whether nothing lies between it and the thread.
    #[must_use]
    pub fn meets(&self, thread: &Thread) -> bool {
        !self.stale
            && thread.is_loaded()
            && thread
                .oldest_seq()
                .is_none_or(|oldest| self.run.newest_seq() + 1 >= oldest && thread.unsure().is_none())
    }

    /// Becomes part of the thread that it meets.
    pub fn join(self, thread: &mut Thread) {
        thread.join(self.run);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_contract::position::{Epoch, Position};

    use super::*;
    use crate::thread::tests::message;

    /// A page as the server answers of a conversation with messages `1..=last`.
    fn page(part: Part, last: u64, limit: u64) -> MessagePage {
        let (from, to) = match part {
            Part::Around(seq) => (seq.saturating_sub(limit / 2).max(1), u64::MAX),
            Part::At(at) => (
                at.as_millis().cast_unsigned().saturating_sub(limit / 2).max(1),
                u64::MAX,
            ),
            Part::Before(seq) => (seq.saturating_sub(limit).max(1), seq.saturating_sub(1)),
            Part::After(seq) => (seq + 1, u64::MAX),
        };
        let to = to.min(last).min(from + limit - 1);
        let items: Vec<_> = (from..=to).map(message).collect();
        MessagePage {
            has_more_before: items.first().is_some_and(|first| first.seq > 1),
            has_more_after: items.last().is_some_and(|end| end.seq < last),
            items,
            as_of: Position {
                epoch: Epoch("e".into()),
                offset: Offset(last),
            },
        }
    }

    fn seqs(passage: &Passage) -> Vec<u64> {
        passage.messages().map(|message| message.seq).collect()
    }

    fn passage(around: u64) -> Passage {
        Passage::of_page(page(Part::Around(around), 5_000, 50)).expect("messages")
    }

    #[test]
    fn it_grows_at_both_ends_and_lets_go_of_the_far_one() {
        let mut passage = passage(2_500);
        assert_eq!((seqs(&passage)[0], seqs(&passage).len()), (2_475, 50));
        for _ in 0..30 {
            let part = passage.after().expect("more");
            passage.merge(part, page(part, 5_000, 50));
        }
        assert_eq!(seqs(&passage).len(), MOST);
        assert_eq!(passage.before(), Some(Part::Before(3_025)));
        for _ in 0..30 {
            let part = passage.before().expect("more");
            passage.merge(part, page(part, 5_000, 50));
        }
        assert_eq!(seqs(&passage)[0], 1_525);
        assert_eq!(passage.after(), Some(Part::After(2_524)));
    }

    #[test]
    fn it_becomes_part_of_the_thread_that_it_meets() {
        let mut thread = Thread::default();
        thread.merge_newest(page(Part::After(4_950), 5_000, 50));
        let mut passage = passage(4_900);
        assert!(!passage.meets(&thread), "4925 to 4950 are missing");
        let part = passage.after().expect("more");
        passage.merge(part, page(part, 5_000, 26));
        assert!(passage.meets(&thread));
        passage.join(&mut thread);
        let joined: Vec<u64> = thread.messages().map(|message| message.seq).collect();
        assert_eq!(joined, (4_875..=5_000).collect::<Vec<_>>());
        assert!(thread.has_more_before());
    }

    #[test]
    fn after_a_hole_only_the_page_around_its_place_counts() {
        let mut passage = passage(2_500);
        passage.doubt();
        passage.merge(Part::After(2_524), page(Part::After(2_524), 5_000, 50));
        assert_eq!(seqs(&passage).len(), 50);
        let part = passage.anew();
        passage.merge(part, page(part, 6_000, 20));
        assert_eq!(seqs(&passage).len(), 20);
    }

    #[test]
    fn a_target_is_found_only_where_it_is_sure() {
        let find = |target: Target, ends| target.find(passage(100).messages(), ends);
        assert_eq!(find(Target::Seq(90), (false, false)), Some(90));
        assert_eq!(find(Target::Seq(10), (false, false)), None);
        assert_eq!(find(Target::Seq(500), (false, false)), None);
        assert_eq!(find(Target::Seq(500), (false, true)), Some(124));
        assert_eq!(
            find(Target::At(Timestamp::from_millis(101)), (false, false)),
            Some(101)
        );
        assert_eq!(find(Target::At(Timestamp::from_millis(3)), (false, false)), None);
        assert_eq!(
            find(Target::At(Timestamp::from_millis(3)), (true, false)),
            Some(75)
        );
    }

    proptest! {
        /// Pages of any kind in any order, events and jumps never leave a hole, and what is shown is what the server has.
        #[test]
        fn it_is_always_a_dense_part_of_what_the_server_has(
            start in 1_u64..400,
            steps in prop::collection::vec((0_u8..7, 1_u64..500, 1_u64..60), 1..80),
        ) {
            let mut last = 400;
            let mut thread = Thread::default();
            thread.merge_newest(page(Part::After(last - 10), last, 10));
            let mut passage = Passage::of_page(page(Part::Around(start), last, 20));
            for (kind, seq, limit) in steps {
                match (kind, &mut passage) {
                    (0, Some(passage)) => if let Some(part) = passage.before() { passage.merge(part, page(part, last, limit)) },
                    (1, Some(passage)) => if let Some(part) = passage.after() { passage.merge(part, page(part, last, limit)) },
                    (2, Some(passage)) => passage.merge(Part::Around(seq), page(Part::Around(seq), last, limit)),
                    (2, none) => *none = Passage::of_page(page(Part::Around(seq), last, limit)),
                    (3, _) => {
                        last += 1;
                        thread.put_one(message(last), Offset(last));
                        if let Some(passage) = &mut passage { passage.put_one(message(last), Offset(last)); }
                    }
                    (4, Some(passage)) => passage.merge(Part::Before(seq), page(Part::Before(seq), last, limit)),
                    (5, Some(passage)) => passage.doubt(),
                    _ => thread.merge_before(page(Part::Before(thread.oldest_seq().unwrap_or(1)), last, limit)),
                }
                if passage.as_ref().is_some_and(|passage| passage.meets(&thread)) && let Some(met) = passage.take() {
                    met.join(&mut thread);
                }
                let shown: Vec<u64> = match &passage {
                    Some(passage) => seqs(passage),
                    None => thread.messages().map(|message| message.seq).collect(),
                };
                prop_assert!(!shown.is_empty());
                prop_assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "{shown:?}");
                let (more_before, more_after) = match &passage {
                    Some(passage) => (passage.has_more_before(), passage.has_more_after()),
                    None => (thread.has_more_before(), false),
                };
                prop_assert_eq!(more_before, shown[0] > 1);
                prop_assert!(passage.is_none() || more_after || shown.ends_with(&[last]), "{:?} of {}", shown.last(), last);
                if passage.is_none() { prop_assert_eq!(shown.last().copied(), Some(last)); }
            }
        }
    }
}
