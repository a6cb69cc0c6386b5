//! Looks again and again whether those who have a socket may keep it: once for all sockets of this process, so that a
//! revoked session ends in time (`protocol.md` *Realtime*, rule 9) and a thousand sockets ask no more than one. What
//! another server stored is found here too, where its wake-up did not reach this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::hub::Hub;
use super::standing::{self, Standing};
use super::tickets::Bearer;
use crate::db::Db;

/// So many looks in a row have to fail until sockets are told; the next one comes soon.
const FAILURES: u32 = 2;

/// What the latest look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// None yet.
    Due,
    /// This.
    Found(Standing),
    /// The database does not answer.
    Failed,
}

/// Whoever has a socket.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<HashMap<Bearer, watch::Sender<Look>>>);

impl Watch {
    fn watched(&self) -> MutexGuard<'_, HashMap<Bearer, watch::Sender<Look>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bearers(&self) -> Vec<Bearer> {
        self.watched().keys().copied().collect()
    }

    /// Tells sockets what is new to them.
    fn tell(&self, look: impl Fn(Bearer) -> Option<Look>) {
        for (bearer, sender) in &*self.watched() {
            if let Some(look) = look(*bearer) {
                sender.send_if_modified(|before| {
                    let is_news = *before != look;
                    *before = look;
                    is_news
                });
            }
        }
    }
}

/// A socket's place among those that are looked at; leaving it cleans up.
#[derive(Debug)]
pub(super) struct Watched {
    hub: Arc<Hub>,
    bearer: Bearer,
    looks: watch::Receiver<Look>,
}

impl Watched {
    /// Looks at `bearer` from now on.
    pub(super) fn new(hub: &Arc<Hub>, bearer: Bearer) -> Self {
        let mut watched = hub.watch().watched();
        let sender = watched
            .entry(bearer)
            .or_insert_with(|| watch::Sender::new(Look::Due));
        // Whatever the next look finds is news to this socket.
        sender.send_if_modified(|look| {
            *look = Look::Due;
            false
        });
        let looks = sender.subscribe();
        Self {
            hub: Arc::clone(hub),
            bearer,
            looks,
        }
    }

    /// Waits for a look that found something else than the one before. Dropping the future loses nothing.
    pub(super) async fn changed(&mut self) -> Look {
        loop {
            if self.looks.changed().await.is_err() {
                // The sender lives as long as this receiver is in the hub.
                std::future::pending::<()>().await;
            }
            let look = self.looks.borrow_and_update().clone();
            if look != Look::Due {
                return look;
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut watched = self.hub.watch().watched();
        // This socket's own receiver is still counted.
        if watched
            .get(&self.bearer)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            watched.remove(&self.bearer);
        }
    }
}

/// Looks every so often until the database is closed.
pub(crate) async fn run(db: Db, hub: Arc<Hub>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failures = 0;
    loop {
        ticks.tick().await;
        if db.is_closed() {
            return;
        }
        let bearers = hub.watch().bearers();
        if bearers.is_empty() {
            continue;
        }
        match standing::of_all(&db, bearers).await {
            Ok(found) => {
                failures = 0;
                hub.watch()
                    .tell(|bearer| found.get(&bearer).cloned().map(Look::Found));
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, failures, "the rights behind open sockets were not looked at");
                if failures >= FAILURES {
                    hub.watch().tell(|_| Some(Look::Failed));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use switchboard_contract::ids::VisitorId;
    use switchboard_contract::time::Timestamp;

    fn visitor(n: u8) -> Bearer {
        Bearer::Visitor(VisitorId::from_parts(Timestamp::from_millis(0), [n; 10]))
    }

    #[test]
    fn news_reach_every_socket_of_a_person_once() {
        let hub = Arc::new(Hub::new());
        let mut first = Watched::new(&hub, visitor(1));
        let mut other = Watched::new(&hub, visitor(2));
        assert_eq!(first.changed().now_or_never(), None, "nobody has looked yet");
        let gone = || {
            let found = Look::Found(Standing::Gone);
            let look = |bearer| (bearer == visitor(1)).then(|| found.clone());
            hub.watch().tell(look);
        };
        gone();
        gone();
        assert_eq!(first.changed().now_or_never(), Some(Look::Found(Standing::Gone)));
        gone();
        assert_eq!(first.changed().now_or_never(), None, "nothing new since");
        let mut second = Watched::new(&hub, visitor(1));
        assert_eq!(
            second.changed().now_or_never(),
            None,
            "what was found before may be over"
        );
        gone();
        assert_eq!(second.changed().now_or_never(), Some(Look::Found(Standing::Gone)));
        assert_eq!(other.changed().now_or_never(), None);
        hub.watch().tell(|_| Some(Look::Failed));
        assert_eq!(other.changed().now_or_never(), Some(Look::Failed));
    }

    #[test]
    fn the_last_socket_cleans_up() {
        let hub = Arc::new(Hub::new());
        let first = Watched::new(&hub, visitor(1));
        let second = Watched::new(&hub, visitor(1));
        assert_eq!(hub.watch().bearers(), [visitor(1)]);
        drop(first);
        assert_eq!(hub.watch().bearers(), [visitor(1)]);
        drop(second);
        assert!(hub.watch().bearers().is_empty());
    }
}
