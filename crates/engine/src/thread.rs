//! The messages of one conversation: a contiguous run by `seq`, grown by history at the start and by events at the end.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage, MessageType, Visibility};
use switchboard_contract::position::Offset;

/// Messages that are kept of a thread for the next visit; a longer one is cut at its start.
pub const KEPT_MESSAGES: usize = 50;

/// The newest messages of a thread, as they are kept for the next visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptThread {
    /// Ascending by `seq`, each with the offset that it reflects.
    pub messages: Vec<(LiveChatMessage, Offset)>,
    /// Whether there are earlier ones.
    pub has_more_before: bool,
}

impl KeptThread {
    /// Whether these are messages of this conversation, without a hole.
    #[must_use]
    pub fn is_of(&self, conversation: ConversationId) -> bool {
        let seqs = self.messages.iter().map(|(message, _)| message.seq);
        let from = self.messages.first().map_or(0, |(first, _)| first.seq);
        seqs.eq((from..).take(self.messages.len()))
            && self
                .messages
                .iter()
                .all(|(message, _)| message.conversation_id == conversation)
    }
}

/// Messages kept without a hole: what is shown can be scrolled through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thread {
    messages: BTreeMap<u64, Entry>,
    seqs: BTreeMap<MessageId, u64>,
    has_more_before: bool,
    loaded: bool,
    /// Messages with a smaller `seq` may have been marked unheard.
    unsure: Option<u64>,
    /// It is as an earlier visit kept it, and what came since.
    restored: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    message: Rc<LiveChatMessage>,
    /// The log position that this copy reflects; the higher wins (`protocol.md` *Realtime*, rule 4).
    as_of: Offset,
    /// Its marks are those of a later message, while an earlier mark of its own may not have been heard.
    guessed: bool,
}

impl Thread {
    /// Whether the newest messages were loaded.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether there are earlier messages on the server.
    #[must_use]
    pub const fn has_more_before(&self) -> bool {
        self.has_more_before
    }

    /// The messages, ascending by `seq`, without a hole.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Rc<LiveChatMessage>> {
        self.messages.values().map(|entry| &entry.message)
    }

    /// How many messages are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether no message is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether this message is stored, as far as this thread knows.
    #[must_use]
    pub fn contains(&self, id: MessageId) -> bool {
        self.seqs.contains_key(&id)
    }

    /// The newest `seq`; 0 when there is none. What `seenSeq` carries when the end is on the screen.
    #[must_use]
    pub fn newest_seq(&self) -> u64 {
        self.messages.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// The oldest `seq` kept: what `before` of the next history request carries.
    #[must_use]
    pub fn oldest_seq(&self) -> Option<u64> {
        self.messages.first_key_value().map(|(seq, _)| *seq)
    }

    /// Whether its newest page was not loaded since an earlier visit.
    #[must_use]
    pub const fn is_restored(&self) -> bool {
        self.restored
    }

    /// What to keep of it for the next visit: none where nothing is known for sure.
    #[must_use]
    pub fn kept(&self) -> Option<KeptThread> {
        let sure = self.messages.range(self.unsure.unwrap_or(0)..);
        let count = sure.clone().count();
        if !self.loaded || (count == 0 && !self.is_empty()) {
            return None;
        }
        let messages: Vec<_> = sure
            .skip(count.saturating_sub(KEPT_MESSAGES))
            .map(|(_, entry)| ((*entry.message).clone(), entry.as_of))
            .collect();
        Some(KeptThread {
            has_more_before: self.has_more_before || messages.len() < self.len(),
            messages,
        })
    }

    /// A thread as an earlier visit kept it.
    #[must_use]
    pub fn restored(kept: KeptThread) -> Self {
        let mut thread = Self {
            has_more_before: kept.has_more_before,
            loaded: true,
            restored: true,
            ..Self::default()
        };
        for (message, as_of) in kept.messages {
            thread.put(message, as_of);
        }
        thread
    }

    /// There is a hole in what was heard: messages may have been delivered and read since.
    pub fn doubt(&mut self) {
        if !self.is_empty() {
            self.unsure = Some(self.newest_seq() + 1);
        }
    }

    /// Where a page of history has to end that tells which of the kept messages were marked unheard; none where that is known.
    #[must_use]
    pub const fn unsure(&self) -> Option<u64> {
        self.unsure
    }

    /// Lets go of the messages of which that is not known.
    pub fn forget_unsure(&mut self) {
        let Some(unsure) = self.unsure.take() else { return };
        let sure = self.messages.split_off(&unsure);
        self.has_more_before |= !self.messages.is_empty();
        self.messages = sure;
        self.seqs.retain(|_, seq| *seq >= unsure);
    }

    /// A page tells how the messages from `first` on are marked. Marks are final, so that what has one needs no page.
    fn make_sure(&mut self, first: Option<u64>) {
        let sure = self.unsure.zip(first).map(|(unsure, first)| unsure.min(first));
        self.unsure = sure.filter(|sure| {
            self.messages.range(..*sure).any(|(_, entry)| {
                let message = &entry.message;
                let is_marked_ever = matches!(message.kind, MessageType::Bot | MessageType::User)
                    && message.visibility == Visibility::Public;
                is_marked_ever && (entry.guessed || message.read_at.is_none())
            })
        });
    }

    /// Takes in the newest page. When it does not touch what is kept, the older part goes: it is loaded again by scrolling.
    pub fn merge_newest(&mut self, page: MessagePage) {
        let first = page.items.first().map(|message| message.seq);
        let overtaken = page
            .items
            .last()
            .zip(self.oldest_seq())
            .is_some_and(|(last, oldest)| last.seq + 1 < oldest);
        if overtaken {
            // A late answer from before all that is kept.
            return;
        }
        let touches = first.is_none_or(|first| first <= self.newest_seq() + 1);
        if !touches {
            self.forget_all();
        }
        if self
            .oldest_seq()
            .is_none_or(|oldest| first.is_some_and(|first| first <= oldest))
        {
            self.has_more_before = page.has_more_before;
        }
        (self.loaded, self.restored) = (true, false);
        for message in page.items {
            self.put(message, page.as_of.offset);
        }
        self.make_sure(first);
    }

    /// Takes in a page of history that ends where the kept part begins; another page is ignored.
    pub fn merge_before(&mut self, page: MessagePage) {
        let Some(oldest) = self.oldest_seq() else {
            return self.merge_newest(page);
        };
        let touches = page.items.last().is_none_or(|message| message.seq + 1 >= oldest)
            && page
                .items
                .first()
                .is_none_or(|message| message.seq <= self.newest_seq() + 1);
        if !touches {
            return;
        }
        if page.items.first().is_none_or(|message| message.seq <= oldest) {
            self.has_more_before = page.has_more_before;
        }
        let first = page.items.first().map(|message| message.seq);
        let last = page.items.last().map_or(0, |message| message.seq);
        for message in page.items {
            self.put(message, page.as_of.offset);
        }
        if self
            .unsure
            .is_some_and(|unsure| last + 1 >= unsure || first.is_none())
        {
            self.make_sure(first);
        }
    }

    /// Takes in one message from an event or from the answer to sending. One that would leave a hole after the kept part
    /// is ignored: the thread was never loaded, or the newest page is on its way.
    ///
    /// Returns whether anything changed.
    pub fn put_one(&mut self, message: LiveChatMessage, as_of: Offset) -> bool {
        let within = self.oldest_seq().is_none_or(|oldest| message.seq + 1 >= oldest);
        let touches = self.loaded && message.seq <= self.newest_seq() + 1;
        within && touches && self.put(message, as_of)
    }

    /// Delivered and read marks are cumulative: a mark on one message holds for every earlier one of its type that has none.
    ///
    /// Returns whether anything changed.
    pub fn mark_up_to(&mut self, marked: &LiveChatMessage, as_of: Offset) -> bool {
        let mut changed = false;
        let unsure = self.unsure.unwrap_or(0);
        for (seq, entry) in self.messages.range_mut(..marked.seq) {
            let message = &entry.message;
            let delivered_at = message.delivered_at.or(marked.delivered_at);
            let read_at = message.read_at.or(marked.read_at);
            let differs = (message.delivered_at, message.read_at) != (delivered_at, read_at);
            if message.kind == marked.kind && entry.as_of <= as_of && differs {
                let message = LiveChatMessage {
                    delivered_at,
                    read_at,
                    ..(**message).clone()
                };
                *entry = Entry {
                    message: Rc::new(message),
                    as_of,
                    guessed: entry.guessed || *seq < unsure,
                };
                changed = true;
            }
        }
        changed
    }

    /// Takes in a message wherever it stands; whoever calls sees to it that no hole is left.
    pub(crate) fn put(&mut self, mut message: LiveChatMessage, mut as_of: Offset) -> bool {
        if let Some(known) = self.messages.get_mut(&message.seq) {
            if std::mem::take(&mut known.guessed) {
                // The first mark is the one that stays; where it has none here, the later message's came after this copy.
                message.delivered_at = message.delivered_at.or(known.message.delivered_at);
                message.read_at = message.read_at.or(known.message.read_at);
                as_of = as_of.max(known.as_of);
            }
            if known.as_of > as_of || *known.message == message {
                return false;
            }
        }
        self.seqs.insert(message.id, message.seq);
        self.messages.insert(
            message.seq,
            Entry {
                message: Rc::new(message),
                as_of,
                guessed: false,
            },
        );
        true
    }

    /// What is kept counts as older than anything that comes: the log begins anew.
    pub fn forget_positions(&mut self) {
        for entry in self.messages.values_mut() {
            entry.as_of = Offset(0);
        }
    }

    fn forget_all(&mut self) {
        self.messages.clear();
        self.seqs.clear();
    }

    /// Messages of one page, with nothing known of what lies around them but what the page tells.
    pub(crate) fn of_page(page: MessagePage) -> Self {
        let mut thread = Self {
            has_more_before: page.has_more_before,
            loaded: true,
            ..Self::default()
        };
        for message in page.items {
            thread.put(message, page.as_of.offset);
        }
        thread
    }

    /// Takes in what `page` tells of the messages before those that are kept, and that it ends there or later.
    pub(crate) fn grow_before(&mut self, page: MessagePage) {
        if page
            .items
            .first()
            .is_none_or(|first| Some(first.seq) <= self.oldest_seq())
        {
            self.has_more_before = page.has_more_before;
        }
        for message in page.items {
            self.put(message, page.as_of.offset);
        }
    }

    /// Takes in another stretch that touches this one. Each message keeps the position that it reflects.
    pub(crate) fn join(&mut self, other: Self) {
        if other
            .oldest_seq()
            .is_some_and(|oldest| self.oldest_seq().is_none_or(|own| oldest < own))
        {
            self.has_more_before = other.has_more_before;
        }
        for entry in other.messages.into_values() {
            self.put((*entry.message).clone(), entry.as_of);
        }
    }

    /// Lets go of all but the newest `most`. They are loaded again by scrolling.
    pub(crate) fn keep_newest(&mut self, most: usize) {
        if let Some(first) = self.len().checked_sub(most).filter(|first| *first > 0)
            && let Some(seq) = self.messages.keys().nth(first).copied()
        {
            self.messages = self.messages.split_off(&seq);
            self.seqs.retain(|_, kept| *kept >= seq);
            self.has_more_before = true;
        }
    }

    /// Lets go of all but the oldest `most`. Says whether any went.
    pub(crate) fn keep_oldest(&mut self, most: usize) -> bool {
        let Some(seq) = self.messages.keys().nth(most).copied() else {
            return false;
        };
        self.messages.split_off(&seq);
        self.seqs.retain(|_, kept| *kept < seq);
        true
    }

    /// Whether a message with this `seq` is kept.
    #[must_use]
    pub fn holds(&self, seq: u64) -> bool {
        self.messages.contains_key(&seq)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use switchboard_contract::position::{Epoch, Position};
    use switchboard_contract::time::Timestamp;

    pub(crate) fn message(seq: u64) -> LiveChatMessage {
        LiveChatMessage {
            id: MessageId::from_parts(Timestamp::from_millis(seq.cast_signed()), [1; 10]),
            conversation_id: ConversationId::from_parts(Timestamp::default(), [2; 10]),
            seq,
            kind: MessageType::User,
            content: format!("message {seq}"),
            author_id: None,
            author_name: None,
            visibility: Visibility::Public,
            attachments: Vec::new(),
            mentions: Vec::new(),
            created_at: Timestamp::from_millis(seq.cast_signed()),
            delivered_at: None,
            read_at: None,
        }
    }

    fn page(seqs: std::ops::RangeInclusive<u64>, as_of: u64) -> MessagePage {
        MessagePage {
            has_more_before: *seqs.start() > 1,
            has_more_after: false,
            items: seqs.map(message).collect(),
            as_of: Position {
                epoch: Epoch("e".into()),
                offset: Offset(as_of),
            },
        }
    }

    fn seqs(thread: &Thread) -> Vec<u64> {
        thread.messages().map(|message| message.seq).collect()
    }

    #[test]
    fn history_grows_at_the_start_and_events_at_the_end() {
        let mut thread = Thread::default();
        assert!(!thread.put_one(message(7), Offset(1)), "nothing is loaded yet");
        thread.merge_newest(page(5..=7, 10));
        assert!(thread.has_more_before());
        thread.merge_before(page(1..=4, 11));
        assert!(!thread.has_more_before());
        assert!(thread.put_one(message(8), Offset(12)));
        assert!(
            !thread.put_one(message(8), Offset(12)),
            "a repeat changes nothing"
        );
        assert!(!thread.put_one(message(10), Offset(14)), "9 is missing");
        assert_eq!(seqs(&thread), (1..=8).collect::<Vec<_>>());
    }

    #[test]
    fn a_page_that_does_not_touch_replaces_what_is_kept() {
        let mut thread = Thread::default();
        thread.merge_newest(page(1..=3, 5));
        thread.merge_newest(page(8..=9, 20));
        assert_eq!(seqs(&thread), [8, 9]);
        assert!(thread.has_more_before());
        assert!(!thread.contains(message(1).id));
    }

    #[test]
    fn marks_hold_for_earlier_messages_of_the_same_type() {
        let mut thread = Thread::default();
        let mut page = page(1..=4, 5);
        page.items[1].kind = MessageType::Bot;
        page.items[2].kind = MessageType::Bot;
        thread.merge_newest(page.clone());
        let mut marked = page.items[2].clone();
        marked.read_at = Some(Timestamp::from_millis(9));
        assert!(thread.mark_up_to(&marked, Offset(6)));
        let read: Vec<bool> = thread
            .messages()
            .map(|message| message.read_at.is_some())
            .collect();
        assert_eq!(
            read,
            [false, true, false, false],
            "the marked one itself comes by its event"
        );
        assert!(!thread.mark_up_to(&marked, Offset(7)), "nothing new");
    }

    #[test]
    fn after_a_hole_history_is_asked_for_as_far_back_as_marks_may_have_come_unheard() {
        let mut thread = Thread::default();
        let mut history = page(1..=9, 5);
        for message in &mut history.items[..2] {
            message.read_at = Some(Timestamp::from_millis(1));
        }
        thread.merge_newest(history);
        assert_eq!(thread.unsure(), None);
        thread.doubt();
        thread.merge_newest(page(8..=10, 20));
        assert_eq!(thread.unsure(), Some(8), "3 to 7 have no mark yet");
        let mut read = page(5..=7, 21);
        for message in &mut read.items {
            message.read_at = Some(Timestamp::from_millis(7));
        }
        thread.merge_before(read);
        assert_eq!(thread.unsure(), Some(5));
        assert!(
            thread
                .messages()
                .nth(5)
                .is_some_and(|sixth| sixth.read_at.is_some())
        );
        thread.merge_before(page(2..=4, 22));
        assert_eq!(thread.unsure(), None, "1 is marked");
    }

    #[test]
    fn a_mark_that_comes_after_a_hole_is_no_proof_of_when_earlier_messages_were_marked() {
        let read_at = |thread: &Thread| thread.messages().next().and_then(|message| message.read_at);
        let mark = |millis| Some(Timestamp::from_millis(millis));
        for (own, shown) in [(mark(3), mark(3)), (None, mark(9))] {
            let mut thread = Thread::default();
            thread.merge_newest(page(2..=6, 5));
            thread.doubt();
            let marked = LiveChatMessage {
                read_at: mark(9),
                ..message(7)
            };
            thread.put_one(marked.clone(), Offset(21));
            thread.mark_up_to(&marked, Offset(21));
            thread.merge_newest(page(3..=7, 20));
            assert_eq!(thread.unsure(), Some(3), "2 may have been read earlier, unheard");
            let mut history = page(1..=2, 20);
            history.items[1].read_at = own;
            thread.merge_before(history);
            assert_eq!(thread.messages().nth(1).and_then(|second| second.read_at), shown);
            assert_eq!(read_at(&thread), None);
        }
    }

    #[test]
    fn an_older_answer_never_replaces_a_newer_event() {
        let mut thread = Thread::default();
        thread.merge_newest(page(1..=1, 5));
        let mut read = message(1);
        read.read_at = Some(Timestamp::from_millis(9));
        thread.put_one(read.clone(), Offset(9));
        thread.merge_newest(page(1..=1, 7));
        assert_eq!(**thread.messages().next().expect("one"), read);
    }

    proptest! {
        /// Pages and events in any order never leave a hole.
        #[test]
        fn what_is_kept_has_no_hole(steps in prop::collection::vec((0_u8..3, 1_u64..30, 0_u64..6), 1..60)) {
            let mut thread = Thread::default();
            for (kind, from, span) in steps {
                match kind {
                    0 => thread.merge_newest(page(from..=from + span, 1)),
                    1 => thread.merge_before(page(from..=from + span, 1)),
                    _ => drop(thread.put_one(message(from), Offset(1))),
                }
                let kept = seqs(&thread);
                prop_assert!(kept.windows(2).all(|pair| pair[1] == pair[0] + 1), "{kept:?}");
            }
        }
    }
}
