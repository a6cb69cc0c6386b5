//! Brings the tables up to date. Migrations are embedded, common SQL but for full-text indexes, applied in order.

use sha2::{Digest, Sha256};
use sqlx::{AnyPool, Executor};

use super::Dialect;

/// Every migration: its number and its text. Released ones never change; a change is a new one.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_initial.sql")),
    (2, include_str!("../../migrations/0002_accounts.sql")),
    (3, include_str!("../../migrations/0003_actions.sql")),
    (4, include_str!("../../migrations/0004_renewals.sql")),
    (5, include_str!("../../migrations/0005_deletion.sql")),
    (6, include_str!("../../migrations/0006_time.sql")),
    (7, include_str!("../../migrations/0007_websites.sql")),
    (8, include_str!("../../migrations/0008_generation.sql")),
    (9, include_str!("../../migrations/0009_search.sql")),
    (10, include_str!("../../migrations/0010_views.sql")),
    (11, include_str!("../../migrations/0011_replies.sql")),
    (12, include_str!("../../migrations/0012_handling.sql")),
    (13, include_str!("../../migrations/0013_visitors.sql")),
    (14, include_str!("../../migrations/0014_attachments.sql")),
    (15, include_str!("../../migrations/0015_notifications.sql")),
    (16, include_str!("../../migrations/0016_widget.sql")),
    (17, include_str!("../../migrations/0017_unread_from.sql")),
    (18, include_str!("../../migrations/0018_websites.sql")),
    (19, include_str!("../../migrations/0019_visitor_actions.sql")),
    (20, include_str!("../../migrations/0020_load_cap.sql")),
    (21, include_str!("../../migrations/0021_analytics.sql")),
    (22, include_str!("../../migrations/0022_nodes.sql")),
    (23, include_str!("../../migrations/0023_website_trouble.sql")),
    (24, include_str!("../../migrations/0024_audit.sql")),
    (25, include_str!("../../migrations/0025_tokens.sql")),
    (26, include_str!("../../migrations/0026_webhooks.sql")),
];

/// What a migration has to say to one database only, before the text that both run.
const OF_ONE: &[(i64, Dialect, &str)] = &[
    (
        9,
        Dialect::Sqlite,
        include_str!("../../migrations/0009_search.on_sqlite.sql"),
    ),
    (
        9,
        Dialect::Postgres,
        include_str!("../../migrations/0009_search.on_postgres.sql"),
    ),
    (
        21,
        Dialect::Sqlite,
        include_str!("../../migrations/0021_analytics.on_sqlite.sql"),
    ),
    (
        21,
        Dialect::Postgres,
        include_str!("../../migrations/0021_analytics.on_postgres.sql"),
    ),
];

/// Any constant: servers that start together migrate one after the other.
const ADVISORY_LOCK: i64 = 0x5357_4954;

/// Applies what is missing.
///
/// # Errors
/// The database's failure, or a database whose migrations are not this program's.
pub async fn migrate(pool: &AnyPool, dialect: Dialect) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(ADVISORY_LOCK)
            .execute(&mut *tx)
            .await?;
    }
    tx.execute("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, checksum TEXT NOT NULL)")
        .await?;
    let applied: Vec<(i64, String)> =
        sqlx::query_as("SELECT number, checksum FROM migrations ORDER BY number")
            .fetch_all(&mut *tx)
            .await?;
    let newer = |(number, _): &(i64, String)| MIGRATIONS.iter().all(|(known, _)| known != number);
    if applied.iter().any(newer) {
        return Err(foreign("it was written by a newer version; install that version"));
    }
    for (number, text) in MIGRATIONS {
        let own = OF_ONE
            .iter()
            .find(|(known, of, _)| (known, *of) == (number, dialect))
            .map_or("", |(_, _, text)| text);
        let checksum = checksum(&[own, text].concat());
        match applied.iter().find(|(applied, _)| applied == number) {
            Some((_, stored)) if *stored == checksum => {}
            Some(_) => return Err(foreign("its tables are those of another version")),
            None => {
                if !own.is_empty() {
                    tx.execute(own).await?;
                }
                tx.execute(*text).await?;
                sqlx::query("INSERT INTO migrations (number, checksum) VALUES ($1, $2)")
                    .bind(number)
                    .bind(checksum)
                    .execute(&mut *tx)
                    .await?;
            }
        }
    }
    tx.commit().await
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn foreign(why: &str) -> sqlx::Error {
    sqlx::Error::Configuration(why.into())
}
