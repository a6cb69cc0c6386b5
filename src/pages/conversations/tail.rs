//! Which of a thread's messages stand in the page: somebody who reads the newest ones needs no thousand above them.

use switchboard_engine::desk::Row;

/// So many stay when the rest goes, and so many come back at once.
const STEP: usize = 100;
/// More than this do not stand above somebody who reads at the end.
const MOST: usize = 200;

/// How far up messages stand in the page.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// The `seq` of the first one; `None` when all stand there.
    first: Option<u64>,
    /// Earlier ones were asked for by somebody who has not left the end yet.
    asked: bool,
}

impl Tail {
    /// The place of the first of `rows` that stands in the page. Only while the reader is at the end do any leave it.
    pub(super) fn start(&mut self, rows: &[Row], at_end: bool) -> usize {
        let first = self.first.take();
        let mut start = first.map_or(0, |first| {
            rows.partition_point(|row| seq(row).is_some_and(|seq| seq < first))
        });
        self.asked &= at_end;
        if at_end && !self.asked && rows.len() - start > MOST {
            start = rows.len() - STEP;
        }
        // What waits to be sent has no number yet, and is never far from the end.
        while start > 0 && rows.get(start).and_then(seq).is_none() {
            start -= 1;
        }
        if start > 0 {
            self.first = rows.get(start).and_then(seq);
        }
        start
    }

    /// The reader wants to see earlier ones. Says whether there are any to come back into the page.
    pub(super) fn extend(&mut self) -> bool {
        let Some(first) = &mut self.first else {
            return false;
        };
        *first = first.saturating_sub(STEP as u64);
        self.asked = true;
        true
    }
}

fn seq(row: &Row) -> Option<u64> {
    match row {
        Row::Stored(message) => Some(message.seq),
        Row::Queued(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use switchboard_contract::ids::{ConversationId, MessageId};
    use switchboard_contract::live_chat::{LiveChatMessage, MessageType, Visibility};
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn rows(seqs: std::ops::RangeInclusive<u64>) -> Vec<Row> {
        let message = |seq| LiveChatMessage {
            id: MessageId::from_parts(Timestamp::default(), [1; 10]),
            conversation_id: ConversationId::from_parts(Timestamp::default(), [2; 10]),
            seq,
            kind: MessageType::User,
            content: String::new(),
            author_id: None,
            author_name: None,
            visibility: Visibility::Public,
            attachments: Vec::new(),
            mentions: Vec::new(),
            created_at: Timestamp::default(),
            delivered_at: None,
            read_at: None,
        };
        seqs.map(|seq| Row::Stored(Rc::new(message(seq)))).collect()
    }

    #[test]
    fn at_the_end_of_a_long_thread_only_the_newest_stay() {
        let mut tail = Tail::default();
        assert_eq!(tail.start(&rows(1..=200), true), 0);
        assert_eq!(tail.start(&rows(1..=201), true), 101);
        assert_eq!(
            tail.start(&rows(1..=250), true),
            101,
            "not cut anew with each message"
        );
        assert_eq!(tail.start(&rows(1..=302), true), 202);
    }

    #[test]
    fn nothing_leaves_while_somebody_reads_further_up() {
        let mut tail = Tail::default();
        assert_eq!(tail.start(&rows(1..=900), false), 0);
        assert_eq!(tail.start(&rows(1..=900), true), 800);
        assert_eq!(tail.start(&rows(1..=1_900), false), 800);
    }

    #[test]
    fn earlier_ones_come_back_and_then_the_server_is_asked() {
        let mut tail = Tail::default();
        assert!(!tail.extend(), "all stand there");
        assert_eq!(tail.start(&rows(51..=300), true), 150);
        assert!(tail.extend());
        assert_eq!(tail.start(&rows(51..=300), false), 50);
        assert!(tail.extend());
        assert_eq!(tail.start(&rows(51..=300), false), 0);
        assert!(!tail.extend());
        assert_eq!(
            tail.start(&rows(1..=300), false),
            0,
            "what was loaded above stands there"
        );
    }

    #[test]
    fn what_was_asked_for_from_the_end_stays_until_the_reader_was_away() {
        let mut tail = Tail::default();
        assert_eq!(tail.start(&rows(1..=400), true), 300);
        assert!(tail.extend());
        assert!(tail.extend());
        assert_eq!(tail.start(&rows(1..=400), true), 100);
        assert_eq!(tail.start(&rows(1..=401), false), 100);
        assert_eq!(tail.start(&rows(1..=401), true), 301);
    }

    #[test]
    fn a_thread_that_was_loaded_anew_stands_there_whole() {
        let mut tail = Tail::default();
        assert_eq!(tail.start(&rows(1..=300), true), 200);
        assert_eq!(tail.start(&rows(501..=550), true), 0);
        assert!(!tail.extend());
    }
}
