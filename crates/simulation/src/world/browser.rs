//! One browser: the cookie jar, what is kept on the device, the locks, the clocks, and its tabs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use switchboard_contract::ids::{MemberId, MessageId};
use switchboard_contract::position::Position;
use switchboard_engine::Now;
use switchboard_engine::store::{Op, Records};

use super::schedule::FaultKind;
use crate::page::{Hint, LockName, News, Page, TimerFor, at};
use crate::server::sessions::RefreshToken;

/// When the world begins, by the server's clock.
pub(super) const EPOCH_MS: i64 = 1_795_000_000_000;

/// A transaction that waits for its turn.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) tab: usize,
    pub(super) incarnation: u32,
    pub(super) request: u64,
    pub(super) owner: MemberId,
    pub(super) op: Op,
}

/// One tab and what its browser keeps for it.
#[derive(Debug, Default)]
pub(super) struct Tab {
    /// Counts its openings; what was meant for an earlier one is dropped.
    pub(super) incarnation: u32,
    /// None while it is closed.
    pub(super) page: Option<Page>,
    pub(super) frozen_until: u64,
    /// When it was last killed.
    pub(super) killed_at: u64,
    /// What happened while it stood still.
    pub(super) pending: Vec<News>,
    /// By what it is for: its generation and when it is due, by the monotonic clock.
    pub(super) timers: BTreeMap<TimerFor, (u64, u64)>,
    /// The generation of the socket that it listens to, and the wire.
    pub(super) socket: Option<(u64, u64)>,
    pub(super) hidden_until: u64,
    /// It is killed when it has carried out so many wishes more.
    pub(super) kill_after: Option<u32>,
    /// What befalls its next calls.
    pub(super) calls: VecDeque<FaultKind>,
    /// The next frame to it is cut short.
    pub(super) truncate: bool,
    /// Where it was last seen to be, and under which sign-in.
    pub(super) position: Option<(u32, Position)>,
    pub(super) announced: BTreeSet<(u32, MessageId)>,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Browser {
    pub(super) jar: Option<RefreshToken>,
    pub(super) hint: Hint,
    pub(super) store: Records,
    pub(super) transactions: VecDeque<Transaction>,
    pub(super) archiving: VecDeque<super::archive::Transaction>,
    pub(super) full_until: u64,
    pub(super) failing_until: u64,
    pub(super) hanging_until: u64,
    /// Who has each lock, first, and who waits for it.
    pub(super) locks: BTreeMap<LockName, VecDeque<(usize, u32, u64)>>,
    pub(super) tabs: Vec<Tab>,
    pub(super) offline_until: u64,
    pub(super) asleep_until: u64,
    /// How long the monotonic clock has stood still.
    pub(super) lag: u64,
    pub(super) skew: i64,
    /// When what one tab tells the others arrives: in order.
    pub(super) last_word: u64,
    /// When somebody last signed out here, and of which sign-in.
    pub(super) signed_out: Option<(u64, RefreshToken)>,
}

impl Browser {
    pub(super) fn monotonic(&self, now: u64) -> u64 {
        now - self.lag.min(now)
    }

    pub(super) fn clocks(&self, now: u64) -> Now {
        at(self.monotonic(now), EPOCH_MS + now.cast_signed() + self.skew)
    }

    pub(super) fn stands_still(&self, tab: usize, now: u64) -> bool {
        self.asleep_until > now || self.tabs[tab].frozen_until > now
    }

    pub(super) fn is_offline(&self, now: u64) -> bool {
        self.offline_until > now || self.asleep_until > now
    }
}
