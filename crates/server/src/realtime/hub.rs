//! Wakes sockets after a commit, and carries signals between them: here at once, on other servers by [`super::nodes`]. The database
//! is the truth: a wake-up says "read the log", never what is in it, so one that is lost or doubled does no harm.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::budget::{Budgets, Rate};
use super::nodes::{Limit, Outgoing};
use super::presence::Presence;
use super::watch::Watch;
use switchboard_contract::ids::{AccountId, VisitorId, WebsiteId};
use switchboard_contract::realtime::Signal;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::time::Instant;
use uuid::Uuid;

/// Signals that a slow socket may lag behind before it misses some; they matter only now.
const SIGNALS_KEPT: usize = 64;

/// Sockets that may be open without having said who they are.
const HANDSHAKES: usize = 1_024;

/// How often a visitor without a socket may say that they type: what the frame does, and some patience.
const VISITOR_TYPING: Rate = Rate {
    burst: 10,
    refill: Duration::from_millis(500),
};

/// How often a visitor's page may tell who they are: a page that loads tells some things at once.
const VISITOR_TELLING: Rate = Rate {
    burst: 20,
    refill: Duration::from_secs(2),
};

/// How often an account may have the server look at its websites' pages: people who try something out, no programs.
const LOOKS: Rate = Rate {
    burst: 10,
    refill: Duration::from_secs(6),
};

/// Stands for a word that came by no socket: every follower gets it.
pub(crate) const NO_SOCKET: u64 = 0;

/// One event log that sockets follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StreamKey {
    /// The account's log, for operators.
    Account(AccountId),
    /// The visitor's public projection of it.
    Visitor(VisitorId),
}

/// A signal on its way to the sockets of a stream.
#[derive(Clone, Debug)]
pub struct Relayed {
    /// The socket that it came from, which does not get it back; 0 for none.
    pub from: u64,
    /// The website that it is about; operators without rights to it do not get it. None: the whole team's.
    pub website: Option<WebsiteId>,
    /// What is told.
    pub signal: Signal,
}

/// The wake-up calls of one process, and its way to the others.
#[derive(Debug)]
pub struct Hub {
    /// This server among those on its database; another one after each start.
    node: String,
    outgoing: Arc<Outgoing>,
    streams: Mutex<HashMap<StreamKey, Stream>>,
    handshakes: Arc<Semaphore>,
    draining: watch::Sender<bool>,
    /// Counts open sockets, each of which holds a receiver.
    open: watch::Sender<()>,
    sockets: AtomicU64,
    presence: Presence,
    watch: Watch,
    visitors_typing: Mutex<Budgets<VisitorId>>,
    visitors_telling: Mutex<Budgets<VisitorId>>,
    looks: Mutex<Budgets<AccountId>>,
    counted: Mutex<BTreeSet<(AccountId, WebsiteId)>>,
    /// Teams of whom another server has told that somebody came or went.
    attendance: Mutex<BTreeSet<AccountId>>,
    attendance_changed: Notify,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            node: Uuid::new_v4().to_string(),
            outgoing: Arc::default(),
            streams: Mutex::default(),
            handshakes: Arc::new(Semaphore::new(HANDSHAKES)),
            draining: watch::Sender::new(false),
            open: watch::Sender::new(()),
            sockets: AtomicU64::new(0),
            presence: Presence::default(),
            watch: Watch::default(),
            visitors_typing: Mutex::new(Budgets::new(VISITOR_TYPING)),
            visitors_telling: Mutex::new(Budgets::new(VISITOR_TELLING)),
            looks: Mutex::new(Budgets::new(LOOKS)),
            counted: Mutex::default(),
            attendance: Mutex::default(),
            attendance_changed: Notify::new(),
        }
    }
}

#[derive(Debug)]
struct Stream {
    wakes: watch::Sender<()>,
    signals: broadcast::Sender<Relayed>,
}

impl Hub {
    /// A hub that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This server's name among those on its database.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// What waits to be told to the other servers.
    pub(crate) const fn outgoing(&self) -> &Arc<Outgoing> {
        &self.outgoing
    }

    /// Wakes every socket that follows `key`, on every server; called after each commit that added to its log.
    pub fn wake(&self, key: StreamKey) {
        self.wake_here(key);
        self.outgoing.wake(key);
    }

    /// Wakes the sockets of this server that follow `key`.
    pub(super) fn wake_here(&self, key: StreamKey) {
        if let Some(stream) = self.streams().get(&key) {
            stream.wakes.send_modify(|()| {});
        }
    }

    /// Wakes every socket of this server, and has attendance read anew: what others told was perhaps not heard.
    pub(super) fn look_at_everything(&self) {
        for stream in self.streams().values() {
            stream.wakes.send_modify(|()| {});
        }
        self.attendance_changed.notify_one();
    }

    /// Hands `signal` to every socket that follows `key`, on every server; without one it is gone.
    pub fn signal(&self, key: StreamKey, signal: Relayed) {
        self.outgoing.signal(key, signal.website, &signal.signal);
        self.relay_here(key, signal);
    }

    /// Hands what another server was told to the sockets of this one that follow `key`.
    pub(super) fn signal_here(&self, key: StreamKey, website: Option<WebsiteId>, signal: Signal) {
        self.relay_here(
            key,
            Relayed {
                from: NO_SOCKET,
                website,
                signal,
            },
        );
    }

    /// Hands `signal` to the sockets of this server that follow `key`.
    pub(crate) fn relay_here(&self, key: StreamKey, signal: Relayed) {
        if let Some(stream) = self.streams().get(&key) {
            // Fails only when the last follower has just gone.
            let _ = stream.signals.send(signal);
        }
    }

    /// Notes that another server has told of comings and goings in these teams.
    pub(super) fn attendance_changed(&self, accounts: BTreeSet<AccountId>) {
        if !accounts.is_empty() {
            let mut told = self.attendance.lock().unwrap_or_else(PoisonError::into_inner);
            told.extend(accounts);
            drop(told);
            self.attendance_changed.notify_one();
        }
    }

    /// Waits until another server has told of comings and goings; the teams, none when that may be any.
    pub(super) async fn attendance(&self) -> BTreeSet<AccountId> {
        self.attendance_changed.notified().await;
        std::mem::take(&mut *self.attendance.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that figures of these websites have changed, where somebody listens, on every server.
    pub(crate) fn counted(&self, websites: Vec<(AccountId, WebsiteId)>) {
        for (account, website) in &websites {
            self.outgoing.counted(*account, *website);
        }
        self.counted_here(websites);
    }

    /// Notes that figures of these websites have changed, where somebody listens here.
    pub(super) fn counted_here(&self, websites: impl IntoIterator<Item = (AccountId, WebsiteId)>) {
        for (account, website) in websites {
            if self.followers(StreamKey::Account(account)) > 0 {
                self.counted_now().insert((account, website));
            }
        }
    }

    /// The websites whose figures have changed since the last call.
    pub(crate) fn take_counted(&self) -> BTreeSet<(AccountId, WebsiteId)> {
        std::mem::take(&mut *self.counted_now())
    }

    fn counted_now(&self) -> MutexGuard<'_, BTreeSet<(AccountId, WebsiteId)>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows `key`. Read the log only after this, or a commit in between goes unnoticed.
    #[must_use]
    pub fn follow(self: &Arc<Self>, key: StreamKey) -> Follower {
        let mut streams = self.streams();
        let stream = streams.entry(key).or_insert_with(|| Stream {
            wakes: watch::Sender::new(()),
            signals: broadcast::Sender::new(SIGNALS_KEPT),
        });
        Follower {
            hub: Arc::clone(self),
            key,
            wakes: stream.wakes.subscribe(),
            signals: stream.signals.subscribe(),
        }
    }

    /// A place among the sockets that have not said who they are; none when all are taken.
    pub(super) fn handshake(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.handshakes).try_acquire_owned().ok()
    }

    /// A number for a new socket, or a request that waits like one, from 1; none is given twice by one process.
    pub(crate) fn next_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many follow `key`.
    #[must_use]
    pub fn followers(&self, key: StreamKey) -> usize {
        self.streams()
            .get(&key)
            .map_or(0, |stream| stream.wakes.receiver_count())
    }

    /// Who is there.
    pub(crate) const fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Who has a socket, to be looked at again.
    pub(super) const fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Lets a visitor tell over REST that they type; when that is too often, how long to wait.
    pub(crate) fn visitor_may_type(&self, visitor: VisitorId) -> Result<(), Duration> {
        self.take(Limit::Typing(visitor))
    }

    /// Lets a visitor's page tell who they are; when that is too often, how long to wait.
    pub(crate) fn visitor_may_tell(&self, visitor: VisitorId) -> Result<(), Duration> {
        self.take(Limit::Telling(visitor))
    }

    /// Lets an account have a page looked at; when that is too often, how long to wait.
    pub(crate) fn account_may_look(&self, account: AccountId) -> Result<(), Duration> {
        self.take(Limit::Looking(account))
    }

    fn take(&self, limit: Limit) -> Result<(), Duration> {
        self.take_here(&limit)?;
        self.outgoing.spent(limit);
        Ok(())
    }

    fn take_here(&self, limit: &Limit) -> Result<(), Duration> {
        let now = Instant::now();
        match limit {
            Limit::Typing(visitor) => locked(&self.visitors_typing).take(*visitor, now),
            Limit::Telling(visitor) => locked(&self.visitors_telling).take(*visitor, now),
            Limit::Looking(account) => locked(&self.looks).take(*account, now),
            // What visitors write is counted by `visitor::flood`.
            Limit::Writing(_) | Limit::WritingFrom(_) | Limit::Visiting(_) => Ok(()),
        }
    }

    /// Another server let somebody do something.
    pub(super) fn spend(&self, limit: &Limit) {
        // What several let through together may be more than there was; less than nothing is not left.
        let _ = self.take_here(limit);
    }

    /// Counts a socket as open until the guard is dropped.
    pub(crate) fn opened(&self) -> Open {
        Open {
            _counted: self.open.subscribe(),
            draining: self.draining.subscribe(),
        }
    }

    /// How many sockets are open.
    pub(crate) fn open_sockets(&self) -> usize {
        self.open.receiver_count()
    }

    /// Asks every socket to close, and waits until they have.
    pub async fn drain(&self) {
        self.draining.send_replace(true);
        self.open.closed().await;
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<StreamKey, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open socket, counted.
#[derive(Debug)]
pub(crate) struct Open {
    _counted: watch::Receiver<()>,
    draining: watch::Receiver<bool>,
}

impl Open {
    /// Waits until the server wants the socket to close.
    pub(crate) async fn drained(&mut self) {
        if self.draining.wait_for(|draining| *draining).await.is_err() {
            // The hub outlives its sockets.
            std::future::pending::<()>().await;
        }
    }
}

/// What a follower hears.
#[derive(Clone, Debug)]
pub enum Heard {
    /// The log has more.
    Woken,
    /// Someone tells something.
    Signal(Relayed),
}

/// A socket's place at a stream; leaving it cleans up.
#[derive(Debug)]
pub struct Follower {
    hub: Arc<Hub>,
    key: StreamKey,
    wakes: watch::Receiver<()>,
    signals: broadcast::Receiver<Relayed>,
}

impl Follower {
    /// Waits for what comes next. A wake-up since the last call counts, several are one; signals that were missed are
    /// skipped. Dropping the future loses nothing.
    pub async fn heard(&mut self) -> Heard {
        loop {
            tokio::select! {
                // The senders live as long as this follower is in the hub, so neither branch sees its end.
                Ok(()) = self.wakes.changed() => return Heard::Woken,
                signal = self.signals.recv() => {
                    if let Ok(signal) = signal {
                        return Heard::Signal(signal);
                    }
                }
            }
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        // This follower's own receiver is still counted.
        if streams
            .get(&self.key)
            .is_some_and(|stream| stream.wakes.receiver_count() <= 1)
        {
            streams.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use switchboard_contract::realtime::SignalType;
    use switchboard_contract::time::Timestamp;

    fn account(n: u8) -> StreamKey {
        StreamKey::Account(AccountId::from_parts(Timestamp::from_millis(0), [n; 10]))
    }

    #[test]
    fn wakes_are_remembered_and_reach_only_their_stream() {
        let hub = Arc::new(Hub::new());
        let mut mine = hub.follow(account(1));
        let mut other = hub.follow(account(2));
        assert!(mine.heard().now_or_never().is_none(), "nothing happened yet");
        hub.wake(account(1));
        hub.wake(account(1));
        assert!(matches!(mine.heard().now_or_never(), Some(Heard::Woken)));
        assert!(mine.heard().now_or_never().is_none(), "two wakes are one");
        assert!(other.heard().now_or_never().is_none());
    }

    #[test]
    fn the_last_follower_cleans_up() {
        let hub = Arc::new(Hub::new());
        let first = hub.follow(account(1));
        let second = hub.follow(account(1));
        drop(first);
        assert_eq!(hub.streams().len(), 1);
        drop(second);
        assert!(hub.streams().is_empty());
        hub.wake(account(1));
    }

    #[test]
    fn signals_go_to_followers() {
        let hub = Arc::new(Hub::new());
        let mut follower = hub.follow(account(1));
        hub.signal(
            account(1),
            Relayed {
                from: 7,
                website: Some(WebsiteId::from_parts(Timestamp::from_millis(0), [0; 10])),
                signal: Signal {
                    kind: SignalType::Typing,
                    conversation_id: None,
                    who: String::new(),
                    sender: None,
                    ttl_ms: 5_000,
                    body: None,
                },
            },
        );
        let heard = follower.heard().now_or_never();
        assert!(
            matches!(heard, Some(Heard::Signal(Relayed { from: 7, .. }))),
            "{heard:?}"
        );
    }
}
