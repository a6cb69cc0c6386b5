//! How much one visitor, and all visitors at one address, may do. Counted in memory, so that no message waits for a counter in the
//! database; servers on one database tell each other what they let through ([`crate::realtime::nodes`]) and count together. Which
//! challenges were solved stands in the database: each works once, wherever it is shown.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_contract::ids::VisitorId;
use switchboard_contract::time::Timestamp;
use tokio::time::Instant;

use crate::auth::throttle::network;
use crate::db::Tx;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::budget::{Budgets, Rate};
use crate::realtime::nodes::{Limit, Outgoing};

/// In which a visitor may send as many messages as the server is told, in milliseconds.
const WINDOW_MS: u32 = 30_000;
/// All visitors at one address, a school or an office, may send so many times as much as one.
const VISITORS_AT_ADDRESS: u32 = 10;
/// Pages that begin a visit, or go on with one, at one address.
const VISITING: Rate = Rate {
    burst: 600,
    refill: Duration::from_millis(100),
};
/// The counters.
#[derive(Debug)]
pub(crate) struct Flood {
    writing: Mutex<Budgets<VisitorId>>,
    writing_address: Mutex<Budgets<String>>,
    visiting: Mutex<Budgets<String>>,
    outgoing: Arc<Outgoing>,
}

/// So many within [`WINDOW_MS`], all at once if need be.
fn rate(messages: u32) -> Rate {
    Rate {
        burst: messages,
        refill: Duration::from_millis(u64::from(WINDOW_MS / messages.max(1)).max(1)),
    }
}

impl Flood {
    /// For visitors who may send so many messages in half a minute.
    pub(crate) fn new(messages: u32, outgoing: Arc<Outgoing>) -> Self {
        let of_address = messages.saturating_mul(VISITORS_AT_ADDRESS);
        Self {
            writing: Mutex::new(Budgets::new(rate(messages))),
            writing_address: Mutex::new(Budgets::new(rate(of_address))),
            visiting: Mutex::new(Budgets::new(VISITING)),
            outgoing,
        }
    }

    /// Lets a visitor write; when that is too often, how long to wait.
    pub(crate) fn may_write(&self, visitor: VisitorId, address: IpAddr) -> Result<(), Duration> {
        self.take(Limit::Writing(visitor))?;
        self.take(Limit::WritingFrom(network(address)))
    }

    /// Lets a page begin a visit; when that is too often, how long to wait.
    pub(crate) fn may_visit(&self, address: IpAddr) -> Result<(), Duration> {
        self.take(Limit::Visiting(network(address)))
    }

    /// The visitor is a person: they may write on, and so may whoever is at their address.
    pub(crate) fn forgive(&self, visitor: VisitorId, address: IpAddr) {
        for limit in [Limit::Writing(visitor), Limit::WritingFrom(network(address))] {
            self.fill(&limit);
            self.outgoing.filled(limit);
        }
    }

    /// Another server let somebody do something.
    pub(crate) fn spend(&self, limit: &Limit) {
        // What several let through together may be more than there was; less than nothing is not left.
        let _ = self.take_here(limit);
    }

    /// Somebody may do everything again.
    pub(crate) fn fill(&self, limit: &Limit) {
        match limit {
            Limit::Writing(visitor) => locked(&self.writing).fill(visitor),
            Limit::WritingFrom(network) => locked(&self.writing_address).fill(network),
            Limit::Visiting(network) => locked(&self.visiting).fill(network),
            Limit::Typing(_) | Limit::Telling(_) | Limit::Looking(_) => {}
        }
    }

    fn take(&self, limit: Limit) -> Result<(), Duration> {
        self.take_here(&limit)?;
        self.outgoing.spent(limit);
        Ok(())
    }

    fn take_here(&self, limit: &Limit) -> Result<(), Duration> {
        let now = Instant::now();
        match limit {
            Limit::Writing(visitor) => locked(&self.writing).take(*visitor, now),
            Limit::WritingFrom(network) => locked(&self.writing_address).take(network.clone(), now),
            Limit::Visiting(network) => locked(&self.visiting).take(network.clone(), now),
            // What sockets and pages tell is counted by the hub.
            Limit::Typing(_) | Limit::Telling(_) | Limit::Looking(_) => Ok(()),
        }
    }
}

/// Notes that a visitor has solved the challenge that ends then; false when it, or a later one, was solved before.
///
/// # Errors
/// The database's failure.
pub(super) async fn solve(tx: &mut Tx, visitor: VisitorId, ends: Timestamp) -> ApiResult<bool> {
    let noted = sqlx::query(
        "INSERT INTO solved_challenges (visitor_id, ends_at) VALUES ($1, $2) ON CONFLICT (visitor_id) \
         DO UPDATE SET ends_at = excluded.ends_at WHERE solved_challenges.ends_at < excluded.ends_at",
    )
    .bind(visitor.to_string())
    .bind(ends.as_millis())
    .execute(tx.conn())
    .await?;
    Ok(noted.rows_affected() == 1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a page that begins too many visits is told.
pub(crate) fn visits(wait: Duration) -> ApiError {
    slowed("Many visits began at this address just now. Wait a moment.", wait)
}

/// 429 with the time to wait.
pub(crate) fn slowed(detail: &str, wait: Duration) -> ApiError {
    ApiError::rate_limited(detail, u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(n: u8) -> VisitorId {
        VisitorId::from_parts(Timestamp::default(), [n; 10])
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    /// How many messages are taken of so many at once.
    fn taken(flood: &Flood, visitor: VisitorId, address: IpAddr, of: usize) -> usize {
        (0..of)
            .filter(|_| flood.may_write(visitor, address).is_ok())
            .count()
    }

    #[test]
    fn one_visitor_is_slowed_down_and_no_other() {
        let flood = Flood::new(60, Arc::default());
        assert_eq!(taken(&flood, visitor(1), address(1), 100), 60);
        assert_eq!(taken(&flood, visitor(2), address(1), 10), 10);
    }

    #[test]
    fn many_visitors_at_one_address_are_slowed_down() {
        let flood = Flood::new(60, Arc::default());
        let all: usize = (0..20).map(|n| taken(&flood, visitor(n), address(1), 60)).sum();
        assert!((600..700).contains(&all), "{all}");
        assert_eq!(taken(&flood, visitor(99), address(2), 1), 1);
    }

    #[test]
    fn a_person_goes_on() {
        let flood = Flood::new(60, Arc::default());
        let (who, at) = (visitor(1), address(1));
        taken(&flood, who, at, 100);
        flood.forgive(who, at);
        assert_eq!(taken(&flood, who, at, 100), 60);
    }

    #[test]
    fn what_another_server_let_through_counts() {
        let flood = Flood::new(60, Arc::default());
        for _ in 0..50 {
            flood.spend(&Limit::Writing(visitor(1)));
        }
        assert_eq!(taken(&flood, visitor(1), address(1), 100), 10);
        flood.fill(&Limit::Writing(visitor(1)));
        assert_eq!(taken(&flood, visitor(1), address(1), 100), 60);
    }
}
