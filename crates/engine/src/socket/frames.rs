//! What comes over the socket, and what is acknowledged of it.

use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{ClientFrame, MAX_FRAME_BYTES, Mode, ServerFrame};

use super::{Effect, Socket, State, TimerKind};
use crate::Now;
use crate::health::LossReason;
use crate::stream;

/// Events are acknowledged together, at the latest after this.
const ACK_MS: u64 = 250;
/// So many places of the log are acknowledged at once: the server sends a flood on as it is taken in, not in jolts.
const ACK_PLACES: u64 = 64;

impl Socket {
    pub(super) fn on_frame(&mut self, now: Now, generation: u64, text: &str, out: &mut Vec<Effect>) {
        if generation != self.generation || !matches!(self.state, State::Hello | State::Live { .. }) {
            return;
        }
        self.last_frame = now.monotonic;
        self.record.framed(now);
        let frame = if text.len() > MAX_FRAME_BYTES {
            None
        } else {
            serde_json::from_str::<ServerFrame>(text).ok()
        };
        let Some(frame) = frame else {
            // A frame that cannot be read may have been an event: the position did not move, so resuming brings it again.
            self.back_off(now, LossReason::Unreadable, out);
            return;
        };
        if self.state == State::Hello {
            match frame {
                ServerFrame::Welcome { .. } => self.on_welcome(now, frame, out),
                ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
                _ => {}
            }
            return;
        }
        if let State::Live { probe_since, .. } = &mut self.state {
            *probe_since = None;
        }
        match frame {
            ServerFrame::Event(event) => {
                self.record.evented(now);
                self.record.reached(event.offset);
                self.told = self.told.max(event.offset);
                out.push(Effect::Stream(stream::Event::Arrived(event)));
                self.acknowledge_later(now, out);
            }
            ServerFrame::CaughtUp { offset, id } => {
                self.record.reached(offset);
                self.told = self.told.max(offset);
                out.push(Effect::Stream(stream::Event::CaughtUp { offset, id }));
                self.acknowledge_later(now, out);
            }
            ServerFrame::Ping { n, head } => {
                self.send(&ClientFrame::Pong { n }, out);
                self.record.reached(head);
                if self.measures {
                    self.measure(now, out);
                }
                out.push(Effect::Stream(stream::Event::Head(head)));
            }
            ServerFrame::Resync { .. } => out.push(Effect::Stream(stream::Event::Resync)),
            ServerFrame::Signal(signal) => out.push(Effect::Signal(signal)),
            ServerFrame::Authed { token_expires_in_ms } => {
                self.schedule_renewal(now, token_expires_in_ms, out);
            }
            ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
            ServerFrame::Pong { n } => self.record.ponged(now, n),
            ServerFrame::Welcome { .. } | ServerFrame::Unknown => {}
        }
    }

    fn on_welcome(&mut self, now: Now, welcome: ServerFrame, out: &mut Vec<Effect>) {
        let ServerFrame::Welcome {
            epoch,
            head,
            id,
            mode,
            heartbeat_ms,
            token_expires_in_ms,
            ..
        } = welcome
        else {
            return;
        };
        self.timers.remove(&TimerKind::Step);
        self.heartbeat_ms = heartbeat_ms.max(1);
        self.retry_floor_ms = None;
        self.failed_upgrades = 0;
        self.state = State::Live {
            since: now.monotonic,
            probe_since: None,
        };
        if self.polled_beside.take().is_some() {
            self.timers.remove(&TimerKind::Poll);
            out.push(Effect::Stream(stream::Event::Cut));
        }
        let resumed = self.resumed.as_ref().filter(|resume| resume.epoch == epoch);
        self.told = match resumed {
            Some(resume) if mode == Mode::Replay => resume.offset,
            _ => head,
        };
        self.acknowledged = self.told;
        self.record.welcomed(head);
        out.push(Effect::Stream(stream::Event::Welcome {
            epoch,
            head,
            id,
            mode,
        }));
        self.watch_heartbeat(now, out);
        self.schedule_renewal(now, token_expires_in_ms, out);
        if self.measures {
            self.measure(now, out);
        }
    }

    /// What is applied of what this connection told. A difference may have led further: that is not acknowledged here.
    pub(super) fn acknowledgeable(&self) -> Offset {
        self.applied.min(self.told)
    }

    pub(super) fn acknowledge_later(&mut self, now: Now, out: &mut Vec<Effect>) {
        if !matches!(self.state, State::Live { .. }) {
            return;
        }
        let due = self.acknowledgeable().0.saturating_sub(self.acknowledged.0);
        if due >= ACK_PLACES {
            self.acknowledge(out);
        } else if due > 0 && !self.timers.contains_key(&TimerKind::Ack) {
            self.set_timer(now, TimerKind::Ack, ACK_MS, out);
        }
    }

    pub(super) fn acknowledge(&mut self, out: &mut Vec<Effect>) {
        let offset = self.acknowledgeable();
        if offset > self.acknowledged {
            self.acknowledged = offset;
            self.send(&ClientFrame::Ack { offset }, out);
        }
    }
}
