//! What the server's clock says, as far as the events tell.

use switchboard_contract::time::Timestamp;

use super::Alerts;
use crate::Now;

/// A connection that is younger brings what happened before it, in milliseconds.
const CATCHING_UP_MS: u64 = 5_000;
/// So many events tell of the clocks: a clock that is set is noticed soon.
const COMPARED: usize = 3;

impl Alerts {
    /// The quickest of a few events says how far the clocks are apart. What comes right after a connection is late, not quick.
    pub(super) fn compare_clocks(&mut self, now: Now, happened_at: Timestamp) {
        let is_live = |since: u64| now.monotonic >= since.saturating_add(CATCHING_UP_MS);
        if self.connected_at.is_some_and(is_live) {
            let ahead = now.wall.as_millis() - happened_at.as_millis();
            if self.ahead_ms.len() == COMPARED {
                self.ahead_ms.pop_front();
            }
            self.ahead_ms.push_back(ahead);
        }
    }

    /// What the server's clock says now; as the one here says until anything is known of it.
    pub(super) fn server_ms(&self, now: Now) -> i64 {
        now.wall.as_millis() - self.ahead_ms.iter().min().copied().unwrap_or(0)
    }

    pub(super) fn age_ms(&self, now: Now, at: Timestamp) -> i64 {
        self.server_ms(now) - at.as_millis()
    }
}
