//! What one socket has been sent: the chain of `prev`, the density of the log, and how much waits for an
//! acknowledgement. Whoever owns the socket feeds it.

use std::collections::VecDeque;

use switchboard_contract::ids::EventId;
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{LogEvent, MAX_FRAME_BYTES, ServerFrame};

use crate::audience::Audience;

/// An entry of the log on its way to one socket.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The event; its `prev` is filled in when it is sent.
    pub event: LogEvent,
    /// Who may see it.
    pub audience: Audience,
}

/// What someone sees of a stretch of the log: chained by `prev` to the position `asked`, between which and the stretch's
/// beginning there is nothing for them.
#[must_use]
pub fn visible(entries: Vec<Entry>, asked: Offset, may_see: impl Fn(Audience) -> bool) -> Vec<LogEvent> {
    let mut prev = asked;
    entries
        .into_iter()
        .filter(|entry| may_see(entry.audience))
        .map(|entry| LogEvent {
            prev: std::mem::replace(&mut prev, entry.event.offset),
            ..entry.event
        })
        .collect()
}

/// Why a stream cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The log has no entry where one must be: the position is past what is kept.
    Gap,
    /// The client acknowledges what it was never sent.
    ForgedAck,
}

/// The state of one stream.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The last offset read from the log.
    read: Offset,
    /// The last offset that left: by an event, or skipped and covered by what was sent later.
    passed: Offset,
    /// The id of the event there; none before the first.
    passed_id: Option<EventId>,
    /// The last offset that the client was told, by `event` or `caughtUp`: the next `prev`.
    told: Offset,
    /// Read and not sent yet.
    waiting: VecDeque<Entry>,
    /// Sent and not acknowledged: offset and size.
    unacked: VecDeque<(Offset, usize)>,
    unacked_bytes: usize,
    window: usize,
}

impl Flow {
    /// A stream that the client holds up to `position`; `window` bytes may be unacknowledged.
    #[must_use]
    pub fn new(position: Offset, window: usize) -> Self {
        Self {
            read: position,
            passed: position,
            passed_id: None,
            told: position,
            waiting: VecDeque::new(),
            unacked: VecDeque::new(),
            unacked_bytes: 0,
            window,
        }
    }

    /// Where the log is to be read on, when it is time for that.
    #[must_use]
    pub fn wants(&self) -> Option<Offset> {
        (self.waiting.is_empty() && !self.is_full()).then_some(self.read)
    }

    /// Whether nothing more may be sent before an acknowledgement.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.unacked_bytes >= self.window
    }

    /// The last offset sent or skipped: `ping.head`.
    #[must_use]
    pub fn head(&self) -> Offset {
        self.passed
    }

    /// Takes what the log holds after [`Self::wants`], in order.
    ///
    /// # Errors
    /// When the log has a hole.
    pub fn take(&mut self, entries: Vec<Entry>) -> Result<(), Broken> {
        for entry in entries {
            if entry.event.offset != self.read.next() {
                return Err(Broken::Gap);
            }
            self.read = entry.event.offset;
            self.waiting.push_back(entry);
        }
        Ok(())
    }

    /// The next frame that may be sent, as JSON; none when there is nothing or the window is full. Rights are asked at
    /// the last moment, so that what waited for an acknowledgement obeys rights that changed meanwhile.
    pub fn next_frame(
        &mut self,
        may_see: impl Fn(Audience) -> bool,
    ) -> Option<Result<String, serde_json::Error>> {
        while !self.is_full() {
            let Some(entry) = self.waiting.pop_front() else {
                if self.passed == self.told {
                    return None;
                }
                self.told = self.passed;
                let offset = self.told;
                let id = self.passed_id;
                return Some(self.sent(offset, ServerFrame::CaughtUp { offset, id }));
            };
            self.passed = entry.event.offset;
            self.passed_id = Some(entry.event.id);
            if may_see(entry.audience) {
                let mut event = entry.event;
                event.prev = self.told;
                self.told = event.offset;
                return Some(self.sent(event.offset, ServerFrame::Event(event)));
            }
        }
        None
    }

    /// Takes a cumulative acknowledgement; true when it moved.
    ///
    /// # Errors
    /// When it was never sent.
    pub fn ack(&mut self, offset: Offset) -> Result<bool, Broken> {
        if offset > self.told {
            return Err(Broken::ForgedAck);
        }
        let before = self.unacked.len();
        while let Some((sent, bytes)) = self.unacked.front()
            && *sent <= offset
        {
            self.unacked_bytes -= bytes;
            self.unacked.pop_front();
        }
        Ok(self.unacked.len() != before)
    }

    fn sent(&mut self, offset: Offset, frame: ServerFrame) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_string(&frame)?;
        if json.len() > MAX_FRAME_BYTES
            && let ServerFrame::Event(mut event) = frame
        {
            // Too large for a frame: the client fetches the resource.
            event.body = None;
            json = serde_json::to_string(&ServerFrame::Event(event))?;
        }
        self.unacked.push_back((offset, json.len()));
        self.unacked_bytes += json.len();
        Ok(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use switchboard_contract::ids::WebsiteId;
    use switchboard_contract::realtime::EventType;
    use switchboard_contract::time::Timestamp;

    const WINDOW: usize = 1024 * 1024;

    fn id(offset: u64) -> EventId {
        EventId::from_parts(Timestamp::from_millis(offset.cast_signed()), [0; 10])
    }

    fn entry(offset: u64, visible: bool, body: &str) -> Entry {
        Entry {
            event: LogEvent {
                offset: Offset(offset),
                prev: Offset(0),
                kind: EventType::MessageCreated,
                conversation_id: None,
                seq: None,
                id: id(offset),
                at: Timestamp::from_millis(0),
                body: Some(Value::String(body.to_owned())),
            },
            audience: if visible {
                Audience::Everyone
            } else {
                Audience::Website(WebsiteId::from_parts(Timestamp::from_millis(0), [0; 10]))
            },
        }
    }

    fn drain(flow: &mut Flow) -> Vec<ServerFrame> {
        std::iter::from_fn(|| flow.next_frame(|audience| audience == Audience::Everyone))
            .map(|json| serde_json::from_str(&json.expect("serialises")).expect("reads"))
            .collect()
    }

    /// `(prev, offset)` of events, `(offset, offset)` of `caughtUp`.
    fn chain(frames: &[ServerFrame]) -> Vec<(u64, u64)> {
        frames
            .iter()
            .map(|frame| match frame {
                ServerFrame::Event(event) => (event.prev.0, event.offset.0),
                ServerFrame::CaughtUp { offset, .. } => (offset.0, offset.0),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn prev_skips_what_is_hidden_and_the_tail_is_told() {
        let mut flow = Flow::new(Offset(10), WINDOW);
        let visible = [(11, true), (12, false), (13, false), (14, true), (15, false)];
        flow.take(visible.map(|(offset, visible)| entry(offset, visible, "")).into())
            .expect("dense");
        assert_eq!(chain(&drain(&mut flow)), [(10, 11), (11, 14), (15, 15)]);
        assert_eq!(flow.head(), Offset(15));
        flow.take(vec![entry(16, true, "")]).expect("dense");
        assert_eq!(
            chain(&drain(&mut flow)),
            [(15, 16)],
            "the chain goes on after caughtUp"
        );
        assert!(drain(&mut flow).is_empty(), "nothing is told twice");
    }

    #[test]
    fn a_tail_that_is_hidden_is_named_so_that_a_client_can_go_on_from_there() {
        let mut flow = Flow::new(Offset(10), WINDOW);
        flow.take(vec![entry(11, false, ""), entry(12, false, "")])
            .expect("dense");
        let caught_up = ServerFrame::CaughtUp {
            offset: Offset(12),
            id: Some(id(12)),
        };
        assert_eq!(drain(&mut flow), [caught_up]);
    }

    #[test]
    fn a_page_is_chained_to_what_was_asked() {
        let visible = visible(
            vec![
                entry(11, false, ""),
                entry(12, true, ""),
                entry(13, false, ""),
                entry(14, true, ""),
            ],
            Offset(10),
            |audience| audience == Audience::Everyone,
        );
        let chain: Vec<_> = visible
            .iter()
            .map(|event| (event.prev.0, event.offset.0))
            .collect();
        assert_eq!(chain, [(10, 12), (12, 14)]);
    }

    #[test]
    fn a_hole_in_the_log_breaks_the_stream() {
        let mut flow = Flow::new(Offset(0), WINDOW);
        assert_eq!(flow.take(vec![entry(2, true, "")]), Err(Broken::Gap));
        let mut flow = Flow::new(Offset(0), WINDOW);
        assert_eq!(
            flow.take(vec![entry(1, true, ""), entry(1, true, "")]),
            Err(Broken::Gap)
        );
    }

    #[test]
    fn a_full_window_waits_for_acks() {
        let mut flow = Flow::new(Offset(0), 1_000);
        let body = "x".repeat(600);
        flow.take((1..=4).map(|offset| entry(offset, true, &body)).collect())
            .expect("dense");
        assert_eq!(chain(&drain(&mut flow)), [(0, 1), (1, 2)]);
        assert!(flow.is_full());
        assert_eq!(flow.wants(), None);
        assert_eq!(flow.ack(Offset(1)), Ok(true));
        assert_eq!(flow.ack(Offset(1)), Ok(false));
        assert_eq!(chain(&drain(&mut flow)), [(2, 3)]);
        assert_eq!(flow.ack(Offset(3)), Ok(true));
        assert_eq!(chain(&drain(&mut flow)), [(3, 4)]);
        assert_eq!(flow.wants(), Some(Offset(4)));
    }

    #[test]
    fn forged_acks_are_refused() {
        let mut flow = Flow::new(Offset(5), WINDOW);
        assert_eq!(flow.ack(Offset(5)), Ok(false));
        assert_eq!(flow.ack(Offset(6)), Err(Broken::ForgedAck));
    }

    #[test]
    fn an_event_over_the_frame_limit_travels_without_its_body() {
        let mut flow = Flow::new(Offset(0), WINDOW);
        flow.take(vec![entry(1, true, &"x".repeat(MAX_FRAME_BYTES))])
            .expect("dense");
        let frames = drain(&mut flow);
        assert!(
            matches!(&frames[..], [ServerFrame::Event(event)] if event.body.is_none()),
            "{frames:?}"
        );
    }
}
