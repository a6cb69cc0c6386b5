//! Live figures: whoever looks at them hears which website's have changed, at most once a second however much happens, and asks
//! anew. A signal is never replayed: who comes back asks anyway.

use std::sync::Arc;
use std::time::Duration;

use switchboard_contract::analytics::{METRICS_TTL_MS, MetricsBody};
use switchboard_contract::realtime::{Signal, SignalType};
use tokio::time::MissedTickBehavior;

use crate::db::Db;
use crate::realtime::hub::{Hub, NO_SOCKET, Relayed, StreamKey};

/// Least time between two signals about one website.
const EVERY: Duration = Duration::from_secs(1);

/// Tells until the database is closed.
pub(super) async fn run(db: Db, hub: Arc<Hub>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if db.is_closed() {
            return;
        }
        for (account, website) in hub.take_counted() {
            let signal = Signal {
                kind: SignalType::Metrics,
                conversation_id: None,
                who: String::new(),
                sender: None,
                ttl_ms: METRICS_TTL_MS,
                body: serde_json::to_value(MetricsBody { website_id: website }).ok(),
            };
            hub.signal(
                StreamKey::Account(account),
                Relayed {
                    from: NO_SOCKET,
                    website: Some(website),
                    signal,
                },
            );
        }
    }
}
