//! What every handler can reach.

use std::sync::Arc;

use crate::analytics;
use crate::auth::keys::Keys;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::{Db, Dialect};
use crate::live_chat::attachments::files::{FileStore, Folder};
use crate::live_chat::attachments::sweep;
use crate::mail::Mailer;
use crate::realtime::{self, hub::Hub};
use crate::visitor::flood::Flood;
use crate::{metrics, schedule, seed};

/// The server's shared state; clones are cheap.
#[derive(Clone)]
pub struct AppState {
    /// The settings.
    pub config: Arc<Config>,
    /// The database: the truth.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Wakes sockets after commits.
    pub hub: Arc<Hub>,
    /// What is counted for Prometheus.
    pub metrics: metrics::Shared,
    /// How much visitors may do.
    pub(crate) flood: Arc<Flood>,
    /// Secrets that sign tokens.
    pub keys: Arc<Keys>,
    /// Delivers mail that is queued in the database.
    pub mailer: Arc<Mailer>,
    /// Keeps the files of messages.
    pub files: Arc<dyn FileStore>,
}

impl AppState {
    /// Opens the database, makes or reads the signing key and, in demo mode, seeds an empty database. What happens by time
    /// happens from then on, until the database is closed.
    ///
    /// # Errors
    /// One line about what cannot be opened.
    pub async fn open(config: Config) -> Result<Self, ConfigError> {
        let clock = Clock::default();
        let hub = Arc::new(Hub::default());
        let db = Db::open(&config.database_url, clock.clone(), Arc::clone(&hub)).await?;
        let broken = |error| ConfigError::new(format!("The database cannot be used: {error}"));
        let keys = Arc::new(Keys::load(&db).await.map_err(broken)?);
        let mailer = Arc::new(Mailer::start(&config, db.clone(), clock.clone())?);
        let files = Arc::new(Folder::below(&config.data_dir));
        let flood = Arc::new(Flood::new(config.visitor_messages, Arc::clone(hub.outgoing())));
        let state = Self {
            config: Arc::new(config),
            db,
            clock,
            hub,
            metrics: metrics::Shared::default(),
            flood,
            keys,
            mailer,
            files,
        };
        if state.config.demo {
            seed::demo(&state).await.map_err(broken)?;
        }
        schedule::begin(&state);
        analytics::start(&state.db, &state.hub);
        tokio::spawn(sweep::at_start(state.db.clone(), Arc::clone(&state.files)));
        if state.db.dialect() == Dialect::Postgres {
            tokio::spawn(realtime::talk_with_others(
                state.config.database_url.clone(),
                state.db.clone(),
                Arc::clone(&state.hub),
                Arc::clone(&state.flood),
            ));
        }
        tokio::spawn(realtime::note_attendance(
            state.db.clone(),
            state.clock.clone(),
            Arc::clone(&state.hub),
            state.config.realtime.presence_grace,
        ));
        let every = state.config.realtime.recheck;
        tokio::spawn(realtime::watch_sockets(
            state.db.clone(),
            Arc::clone(&state.hub),
            every,
        ));
        Ok(state)
    }

    /// Lets go of the work that this server has claimed and closes the database.
    pub async fn close(&self) {
        if let Err(error) = schedule::let_go(&self.db, self.hub.node()).await {
            tracing::warn!(%error, "the other servers go on with this one's work a little later");
        }
        self.db.close().await;
    }
}
