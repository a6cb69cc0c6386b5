//! What the servers on one PostgreSQL database tell each other, by `NOTIFY`: that a log has more, signals, who comes and goes, and
//! what visitors have used of what they may do. A word that is lost or doubled does no harm: logs, rights and attendance are read
//! again every two seconds whatever is heard, a signal matters only for a moment, and a limit that was not heard of holds on its own
//! server.
//!
//! Words are gathered and leave together over a connection of their own, after the commits they tell of: PostgreSQL commits
//! transactions that notify one after the other, so those that carry the chat must not.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnection, PgListener};
use switchboard_contract::ids::{AccountId, VisitorId, WebsiteId};
use switchboard_contract::realtime::Signal;
use tokio::sync::Notify;

use super::hub::{Hub, StreamKey};
use crate::db::Db;
use crate::visitor::flood::Flood;

/// Where all of them listen; PostgreSQL keeps the channels of databases apart.
const CHANNEL: &str = "switchboard";
/// Bytes of a batch in one notification; PostgreSQL takes less than 8,000 with what stands before them.
const CHUNK: usize = 7_600;
/// Most notifications that a batch may be of.
const CHUNKS: usize = 512;
/// Words of each kind that wait; beyond it logs are told of as a whole, and signals are dropped.
const WAITING: usize = 4_096;
/// How long to wait after the database did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// A limit that all servers count together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Limit {
    /// A visitor's messages.
    Writing(VisitorId),
    /// The messages of all visitors in one network.
    WritingFrom(String),
    /// Visits that begin in one network.
    Visiting(String),
    /// How often a visitor says that they type.
    Typing(VisitorId),
    /// How often a visitor's page tells who they are.
    Telling(VisitorId),
    /// How often an account has pages looked at.
    Looking(AccountId),
}

/// What is told at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Batch {
    /// Every log may have more: some wakes were not written down.
    all: bool,
    /// Logs that have more.
    wakes: HashSet<StreamKey>,
    /// Websites whose figures have changed.
    counted: BTreeSet<(AccountId, WebsiteId)>,
    /// Teams of whom somebody has come, gone or said something else.
    attendance: BTreeSet<AccountId>,
    signals: Vec<Told>,
    /// Limits of which one was used.
    spent: Vec<Limit>,
    /// Limits that are whole again.
    filled: Vec<Limit>,
}

/// A signal for the followers of a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Told {
    to: StreamKey,
    website: Option<WebsiteId>,
    signal: Signal,
}

impl Batch {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What waits to be told to the other servers. Without any nothing is gathered.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    waiting: Mutex<Batch>,
    is_open: AtomicBool,
    more: Notify,
}

impl Outgoing {
    fn add(&self, word: impl FnOnce(&mut Batch)) {
        if self.is_open.load(Ordering::Relaxed) {
            word(&mut self.waiting());
            self.more.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Batch> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A log has more.
    pub(super) fn wake(&self, key: StreamKey) {
        self.add(|batch| {
            if batch.wakes.len() >= WAITING {
                batch.wakes.clear();
                batch.all = true;
            }
            if !batch.all {
                batch.wakes.insert(key);
            }
        });
    }

    /// Figures have changed.
    pub(super) fn counted(&self, account: AccountId, website: WebsiteId) {
        self.add(|batch| {
            batch.counted.insert((account, website));
        });
    }

    /// Who of a team is there has changed.
    pub(super) fn attendance(&self, accounts: impl IntoIterator<Item = AccountId>) {
        self.add(|batch| batch.attendance.extend(accounts));
    }

    /// Something is told.
    pub(super) fn signal(&self, to: StreamKey, website: Option<WebsiteId>, signal: &Signal) {
        self.add(|batch| {
            if batch.signals.len() < WAITING {
                batch.signals.push(Told {
                    to,
                    website,
                    signal: signal.clone(),
                });
            }
        });
    }

    /// One was used of what somebody may do.
    pub(crate) fn spent(&self, limit: Limit) {
        self.add(|batch| {
            if batch.spent.len() < WAITING {
                batch.spent.push(limit);
            }
        });
    }

    /// Somebody may do everything again.
    pub(crate) fn filled(&self, limit: Limit) {
        self.add(|batch| batch.filled.push(limit));
    }

    /// Waits until there is something, and takes it.
    async fn next(&self) -> Batch {
        loop {
            let batch = std::mem::take(&mut *self.waiting());
            if !batch.is_empty() {
                return batch;
            }
            self.more.notified().await;
        }
    }
}

/// Talks with the other servers on the database at `url` until it is closed.
pub(crate) async fn run(url: String, db: Db, hub: Arc<Hub>, flood: Arc<Flood>) {
    hub.outgoing().is_open.store(true, Ordering::Relaxed);
    let talk = async {
        tokio::join!(tell(&url, &hub), listen(&url, &hub, &flood));
    };
    tokio::select! {
        () = talk => {}
        () = db.closed() => {}
    }
    hub.outgoing().is_open.store(false, Ordering::Relaxed);
}

/// Tells what waits, again and again.
async fn tell(url: &str, hub: &Hub) {
    let mut connection = None;
    let mut number = 0_u64;
    loop {
        let batch = hub.outgoing().next().await;
        number += 1;
        if let Err(error) = notify(&mut connection, url, &chunks(hub.node(), number, &batch)).await {
            tracing::warn!(%error, "the other servers were not told; they look by themselves");
            connection = None;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn notify(
    connection: &mut Option<PgConnection>,
    url: &str,
    chunks: &[String],
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(PgConnection::connect(url).await?),
    };
    // One transaction: the chunks of a batch arrive one after the other.
    sqlx::query("SELECT pg_notify($1, chunk) FROM unnest($2) AS chunk")
        .bind(CHANNEL)
        .bind(chunks)
        .execute(connection)
        .await?;
    Ok(())
}

/// A batch as notifications: `<server> <batch> <place> <count> <text>`.
fn chunks(node: &str, number: u64, batch: &Batch) -> Vec<String> {
    let Ok(text) = serde_json::to_string(batch) else {
        return Vec::new();
    };
    let mut rest = text.as_str();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let end = (0..=CHUNK.min(rest.len()))
            .rev()
            .find(|end| rest.is_char_boundary(*end));
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        parts.push(part);
        rest = after;
    }
    let count = parts.len();
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(place, part)| format!("{node} {number} {place} {count} {part}"))
        .collect()
}

/// Hears what the others tell, again and again.
async fn listen(url: &str, hub: &Arc<Hub>, flood: &Flood) {
    loop {
        if let Err(error) = hear(url, hub, flood).await {
            tracing::warn!(%error, "the other servers are not heard; the logs are looked at every two seconds");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear(url: &str, hub: &Arc<Hub>, flood: &Flood) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    let mut parts = Parts::default();
    hub.look_at_everything();
    loop {
        match listener.try_recv().await? {
            Some(notification) => {
                if let Some(batch) = parts.add(hub.node(), notification.payload()) {
                    act(batch, hub, flood);
                }
            }
            None => {
                // The connection was lost, and words with it.
                parts = Parts::default();
                hub.look_at_everything();
            }
        }
    }
}

fn act(batch: Batch, hub: &Arc<Hub>, flood: &Flood) {
    if batch.all {
        hub.look_at_everything();
    }
    for key in batch.wakes {
        hub.wake_here(key);
    }
    hub.counted_here(batch.counted);
    hub.attendance_changed(batch.attendance);
    for told in batch.signals {
        hub.signal_here(told.to, told.website, told.signal);
    }
    for limit in batch.spent {
        match limit {
            Limit::Writing(_) | Limit::WritingFrom(_) | Limit::Visiting(_) => flood.spend(&limit),
            Limit::Typing(_) | Limit::Telling(_) | Limit::Looking(_) => hub.spend(&limit),
        }
    }
    for limit in batch.filled {
        flood.fill(&limit);
    }
}

/// Batches that have begun to arrive, by server.
#[derive(Debug, Default)]
struct Parts(HashMap<String, Part>);

#[derive(Debug)]
struct Part {
    batch: u64,
    next: usize,
    text: String,
}

impl Parts {
    /// Takes a notification; the batch that it completes, if it is another server's and all of it has come.
    fn add(&mut self, own: &str, payload: &str) -> Option<Batch> {
        let mut fields = payload.splitn(5, ' ');
        let node = fields.next()?;
        if node == own {
            return None;
        }
        let batch: u64 = fields.next()?.parse().ok()?;
        let place: usize = fields.next()?.parse().ok()?;
        let count: usize = fields.next()?.parse().ok()?;
        let text = fields.next()?;
        if place >= count || count > CHUNKS {
            self.0.remove(node);
            return None;
        }
        if place == 0 {
            let part = Part {
                batch,
                next: 0,
                text: String::new(),
            };
            self.0.insert(node.to_owned(), part);
        }
        let part = self.0.get_mut(node)?;
        if (part.batch, part.next) != (batch, place) {
            self.0.remove(node);
            return None;
        }
        part.text.push_str(text);
        part.next += 1;
        if part.next < count {
            return None;
        }
        let whole = self.0.remove(node)?;
        serde_json::from_str(&whole.text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::realtime::SignalType;
    use switchboard_contract::time::Timestamp;

    fn account(n: u8) -> AccountId {
        AccountId::from_parts(Timestamp::from_millis(0), [n; 10])
    }

    fn long() -> Batch {
        let mut batch = Batch::default();
        batch.wakes.insert(StreamKey::Account(account(1)));
        batch.signals.push(Told {
            to: StreamKey::Account(account(2)),
            website: None,
            signal: Signal {
                kind: SignalType::Typing,
                conversation_id: None,
                who: "ü €".repeat(10_000),
                sender: None,
                ttl_ms: 5_000,
                body: None,
            },
        });
        batch
    }

    #[test]
    fn a_long_batch_arrives_whole_and_only_at_others() {
        let sent = chunks("one", 7, &long());
        assert!(sent.len() > 5, "{}", sent.len());
        assert!(sent.iter().all(|chunk| chunk.len() < 8_000));
        let mut parts = Parts::default();
        let mut heard: Vec<Batch> = sent.iter().filter_map(|chunk| parts.add("two", chunk)).collect();
        assert_eq!(heard.pop(), Some(long()));
        assert!(heard.is_empty() && parts.0.is_empty());
        assert!(sent.iter().all(|chunk| parts.add("one", chunk).is_none()));
        assert!(parts.0.is_empty());
    }

    #[test]
    fn what_arrives_with_a_hole_is_dropped_and_what_follows_is_heard() {
        let mut parts = Parts::default();
        let mut torn = chunks("one", 7, &long());
        torn.remove(2);
        assert!(torn.iter().all(|chunk| parts.add("two", chunk).is_none()));
        let next = chunks("one", 8, &long());
        assert_eq!(next.iter().filter_map(|chunk| parts.add("two", chunk)).count(), 1);
        for broken in [
            "",
            "one",
            "one 1 0 x {}",
            "one 1 3 2 {}",
            "one 1 0 1 {",
            "one 1 0 100000 {}",
        ] {
            assert_eq!(parts.add("two", broken), None, "{broken}");
        }
    }

    #[test]
    fn nothing_is_gathered_without_others_and_no_more_than_there_is_room_for() {
        let outgoing = Outgoing::default();
        outgoing.wake(StreamKey::Account(account(1)));
        assert!(outgoing.waiting().is_empty());
        outgoing.is_open.store(true, Ordering::Relaxed);
        for n in 0..2 * WAITING {
            let mut bytes = [0; 10];
            bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
            outgoing.wake(StreamKey::Account(AccountId::from_parts(
                Timestamp::from_millis(0),
                bytes,
            )));
        }
        let waiting = outgoing.waiting();
        assert!(waiting.all && waiting.wakes.is_empty());
    }
}
