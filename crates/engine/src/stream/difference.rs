//! The log over REST: what is missing, what is new where sockets are blocked, and where to begin.

use switchboard_contract::position::Position;
use switchboard_contract::realtime::EventPage;

use super::{DifferenceError, Effect, Poll, Source, Stream};
use crate::planted::{self, Bug};

/// Events out of order wait this long for the missing ones before the difference is fetched.
const GAP_MS: u64 = 500;
/// A difference that fails, or brings nothing, is asked for again after twice the wait, up to this.
const MAX_GAP_MS: u64 = 8_000;

impl Stream {
    pub(super) fn await_missing(&mut self, out: &mut Vec<Effect>) {
        if self.fetching.is_some() || self.timer.is_some() || self.epoch.is_none() {
            return;
        }
        self.generation += 1;
        self.timer = Some(self.generation);
        out.push(Effect::SetTimer {
            generation: self.generation,
            after_ms: MAX_GAP_MS.min(GAP_MS << self.fruitless.min(8)),
        });
    }

    pub(super) fn fetch_difference(&mut self, wait_ms: u64, out: &mut Vec<Effect>) {
        let Some(after) = self.position() else { return };
        self.generation += 1;
        (self.fetching, self.timer) = (Some(self.generation), None);
        out.push(Effect::FetchDifference {
            generation: self.generation,
            after,
            wait_ms,
        });
    }

    pub(super) fn on_difference(
        &mut self,
        generation: u64,
        result: Result<EventPage, DifferenceError>,
        out: &mut Vec<Effect>,
    ) {
        if self.fetching != Some(generation) {
            return;
        }
        self.fetching = None;
        match result {
            Ok(page) if self.is_epoch(&page.epoch) => self.on_page(page, out),
            Ok(_) | Err(DifferenceError::PositionLost) => self.on_lost(out),
            Err(DifferenceError::Unreachable) => {
                if matches!(self.poll, Poll::Asked { .. }) {
                    self.polled(false, false, out);
                } else {
                    self.fruitless = self.fruitless.saturating_add(1);
                    self.await_missing(out);
                }
            }
        }
    }

    fn on_page(&mut self, page: EventPage, out: &mut Vec<Effect>) {
        let before = self.applied;
        if planted::on(Bug::PositionBeforeApply) && page.head > self.applied {
            self.move_to(page.head, None);
        }
        for event in page.events {
            if event.offset > self.applied && event.prev <= self.applied {
                self.apply(event, out);
            }
        }
        if page.head > self.applied {
            self.move_to(page.head, None);
        }
        out.extend(page.signals.into_iter().map(Effect::Signal));
        let brought = self.applied > before;
        if !brought {
            self.fruitless = self.fruitless.saturating_add(1);
        }
        self.apply_held(out);
        if matches!(self.poll, Poll::Asked { .. }) {
            self.polled(true, brought, out);
        } else if page.has_more && brought {
            // A page that brings nothing new must not be asked for again at once: the next ping does.
            self.fetch_difference(0, out);
        }
    }

    /// Another epoch, or past the window.
    fn on_lost(&mut self, out: &mut Vec<Effect>) {
        self.forget();
        if let Poll::Asked { wait_ms } = self.poll {
            self.poll = Poll::Due { wait_ms };
            out.push(Effect::Snapshot(None));
        } else {
            out.push(match self.source {
                Source::Socket => Effect::Lost,
                Source::Leader => Effect::Snapshot(None),
            });
        }
    }

    /// Rule 8: the log over REST, until sockets work.
    pub(super) fn on_poll(&mut self, wait_ms: u64, out: &mut Vec<Effect>) {
        if self.epoch.is_some() {
            self.poll = Poll::Asked { wait_ms };
            self.fetch_difference(wait_ms, out);
        } else {
            if !matches!(self.poll, Poll::Due { .. }) {
                out.push(Effect::Snapshot(None));
            }
            self.poll = Poll::Due { wait_ms };
        }
    }

    fn polled(&mut self, reached: bool, brought: bool, out: &mut Vec<Effect>) {
        self.poll = Poll::No;
        out.push(Effect::Polled { reached, brought });
    }

    /// Without a welcome the position of the first load is where events go on: whatever is loaded later reflects a higher one.
    pub(super) fn on_loaded(&mut self, position: Position, out: &mut Vec<Effect>) {
        if self.epoch.is_some() {
            return;
        }
        let (ahead, poll, promised) = (self.ahead.take(), self.poll, self.promised.take());
        let held = std::mem::take(&mut self.held);
        let comparable = ahead.filter(|ahead| ahead.epoch == position.epoch);
        self.jump(position);
        if let Some(ahead) = comparable {
            self.held = held;
            self.promised = promised;
            self.redeem();
            self.apply_held(out);
            self.on_reached(ahead.offset, out);
        }
        if let Poll::Due { wait_ms } = poll {
            self.on_poll(wait_ms, out);
        }
    }
}
