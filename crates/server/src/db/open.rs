//! Opening either database.

use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection, Executor};
use switchboard_contract::time::Timestamp;

use super::{Db, Dialect, Writer, migrate, writer};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::realtime::hub::Hub;

/// How long a request waits for a connection before it is answered 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLite's readers, and Postgres connections of one server.
const READERS: u32 = 8;

impl Db {
    /// Opens the database at `url` (`sqlite://<path>` or `postgres://…`) and brings its tables up to date.
    ///
    /// # Errors
    /// One line that says what to do; it never repeats the URL, which may hold a password.
    pub async fn open(url: &str, clock: Clock, hub: Arc<Hub>) -> Result<Self, ConfigError> {
        sqlx::any::install_default_drivers();
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url, clock, hub).await
        } else {
            Self::open_postgres(url, clock, hub).await
        }
    }

    async fn open_sqlite(url: &str, clock: Clock, hub: Arc<Hub>) -> Result<Self, ConfigError> {
        let complain = |error: sqlx::Error| {
            ConfigError::new(format!(
                "The SQLite database cannot be opened ({error}); check that DATABASE_URL or SWITCHBOARD_DATA_DIR names a place \
                 that you may write to and that the file is Switchboard's"
            ))
        };
        let separator = if url.contains('?') { '&' } else { '?' };
        let options = quiet(&format!("{url}{separator}mode=rwc")).map_err(complain)?;
        probe(&options).await.map_err(complain)?;
        let writer = sqlite_pool(options.clone(), 1, false).await.map_err(complain)?;
        migrate(&writer, Dialect::Sqlite).await.map_err(complain)?;
        let readers = sqlite_pool(options, READERS, true).await.map_err(complain)?;
        let queue = writer::Queue::start(writer.clone(), clock.clone(), Arc::clone(&hub));
        Ok(Self {
            dialect: Dialect::Sqlite,
            clock,
            hub,
            readers,
            writer: Some(Writer { queue, pool: writer }),
        })
    }

    async fn open_postgres(url: &str, clock: Clock, hub: Arc<Hub>) -> Result<Self, ConfigError> {
        let complain = |error: sqlx::Error| {
            ConfigError::new(format!(
                "The Postgres database cannot be used ({error}); check that it runs and that DATABASE_URL names its host, \
                 user, password and database"
            ))
        };
        let options = quiet(url).map_err(complain)?;
        probe(&options).await.map_err(complain)?;
        let pool = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .map_err(complain)?;
        migrate(&pool, Dialect::Postgres).await.map_err(complain)?;
        let millis: i64 =
            sqlx::query_scalar("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")
                .fetch_one(&pool)
                .await
                .map_err(complain)?;
        clock.follow(Timestamp::from_millis(millis));
        Ok(Self {
            dialect: Dialect::Postgres,
            clock,
            hub,
            readers: pool,
            writer: None,
        })
    }
}

/// Statements hold placeholders only, yet they are noise in the log.
fn quiet(url: &str) -> Result<AnyConnectOptions, sqlx::Error> {
    Ok(url.parse::<AnyConnectOptions>()?.disable_statement_logging())
}

/// Asks once and at once: a pool would try again and again and forget why it failed.
async fn probe(options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = AnyConnection::connect_with(options).await?;
    // SQLite opens anything; only reading tells whether it is a database.
    connection.execute("SELECT 1").await?;
    connection.close().await
}

async fn sqlite_pool(options: AnyConnectOptions, size: u32, read_only: bool) -> Result<AnyPool, sqlx::Error> {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A file does not hang up.
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection
                    .execute(
                        // What is deleted is overwritten, not only let go of.
                        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
                    )
                    .await?;
                if read_only {
                    connection.execute("PRAGMA query_only = ON").await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
}
