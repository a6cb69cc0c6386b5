//! Reading websites and funnels.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, FunnelId, WebsiteId};
use switchboard_contract::website::{Website, WebsiteStatus, WidgetConfig};

use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// Columns of a website `w`.
pub const WEBSITE: &str = "w.id, w.account_id, w.name, w.domain, w.allowed_origins, w.timezone, w.auto_close_after, \
    w.archive_after, w.delete_after, w.public_key, w.state, w.last_seen_at, w.state_reason, w.created_at, w.updated_at, \
    w.version";

/// A website and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredWebsite {
    /// As it travels.
    pub wire: Website,
    /// Its account.
    pub account_id: AccountId,
    /// The published configuration of its widget.
    pub widget: WidgetConfig,
}

/// The website with this public key.
///
/// # Errors
/// The database's failure.
pub async fn by_public_key(tx: &mut Tx, key: &str) -> ApiResult<Option<StoredWebsite>> {
    let sql = format!("SELECT {WEBSITE}, w.widget FROM websites w WHERE w.public_key = $1");
    read_stored(
        sqlx::query(AssertSqlSafe(sql))
            .bind(key.to_owned())
            .fetch_optional(tx.conn())
            .await?,
    )
}

/// The website with this id.
///
/// # Errors
/// The database's failure.
pub async fn by_id(tx: &mut Tx, id: WebsiteId) -> ApiResult<Option<StoredWebsite>> {
    let sql = format!("SELECT {WEBSITE}, w.widget FROM websites w WHERE w.id = $1");
    read_stored(
        sqlx::query(AssertSqlSafe(sql))
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?,
    )
}

fn read_stored(row: Option<AnyRow>) -> ApiResult<Option<StoredWebsite>> {
    row.map(|row| {
        Ok(StoredWebsite {
            wire: read_website(&row)?,
            account_id: columns::id(&row, "account_id")?,
            widget: columns::json(&row, "widget")?,
        })
    })
    .transpose()
}

/// A row of [`WEBSITE`].
///
/// # Errors
/// When a column does not read.
pub fn read_website(row: &AnyRow) -> ApiResult<Website> {
    Ok(Website {
        id: columns::id(row, "id")?,
        name: row.try_get("name")?,
        domain: row.try_get("domain")?,
        allowed_origins: columns::json(row, "allowed_origins")?,
        timezone: row.try_get("timezone")?,
        auto_close_after: seconds(row, "auto_close_after")?,
        archive_after: seconds(row, "archive_after")?,
        delete_after: seconds(row, "delete_after")?,
        public_key: row.try_get("public_key")?,
        status: WebsiteStatus {
            state: columns::word(row, "state")?,
            last_seen_at: columns::maybe_instant(row, "last_seen_at")?,
            reason: row.try_get("state_reason")?,
        },
        created_at: columns::instant(row, "created_at")?,
        updated_at: columns::instant(row, "updated_at")?,
        version: columns::count(row, "version")?,
    })
}

fn seconds(row: &AnyRow, name: &str) -> ApiResult<Option<u32>> {
    columns::maybe_count(row, name)?
        .map(|value| u32::try_from(value).map_err(ApiError::internal))
        .transpose()
}

/// The funnel that a visitor enters: the asked one if it is the website's, else the default one.
///
/// # Errors
/// The database's failure, or a website without a default funnel.
pub async fn funnel(tx: &mut Tx, website: WebsiteId, asked: Option<FunnelId>) -> ApiResult<FunnelId> {
    let row = sqlx::query(
        "SELECT id FROM funnels WHERE website_id = $1 AND (id = $2 OR is_default = 1) \
         ORDER BY is_default LIMIT 1",
    )
    .bind(website.to_string())
    .bind(asked.map(|id| id.to_string()))
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| ApiError::internal("a website without a default funnel"))?;
    columns::id(&row, "id")
}
