//! Reading websites.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, MemberId, WebsiteId};
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate::Violation;
use switchboard_contract::website::{Assignment, Website, WebsiteStatus, WidgetConfig};

use crate::auth::Operator;
use crate::db::{Tx, columns};
use crate::events::Audience;
use crate::problem::{ApiError, ApiResult};

/// Columns of a website `w`.
pub const WEBSITE: &str = "w.id, w.account_id, w.name, w.domain, w.allowed_origins, w.timezone, w.auto_close_after, \
    w.business_hours, w.archive_after, w.delete_after, w.assignment, w.assignment_cap, w.public_key, w.state, w.last_seen_at, w.state_reason, w.state_trouble, w.created_at, w.updated_at, \
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

/// Who made a website, with what, and whether it is deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The website.
    pub id: WebsiteId,
    /// Its account.
    pub account_id: AccountId,
    /// Who made it; none for one that came with the account.
    pub author_id: Option<MemberId>,
    /// Of what it was made with.
    pub digest: Option<String>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// The website with this id, deleted or not.
///
/// # Errors
/// The database's failure.
pub async fn made(tx: &mut Tx, id: WebsiteId) -> ApiResult<Option<Made>> {
    sqlx::query("SELECT account_id, author_id, digest, deleted_at FROM websites WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| {
            Ok(Made {
                id,
                account_id: columns::id(&row, "account_id")?,
                author_id: columns::maybe_id(&row, "author_id")?,
                digest: row.try_get("digest")?,
                deleted_at: columns::maybe_instant(&row, "deleted_at")?,
            })
        })
        .transpose()
}

/// A website that the operator may see.
///
/// # Errors
/// 404 otherwise, whatever the reason.
pub async fn visible(tx: &mut Tx, operator: &Operator, id: WebsiteId) -> ApiResult<StoredWebsite> {
    by_id(tx, id)
        .await?
        .filter(|stored| stored.account_id == operator.account_id && operator.may_see(Audience::Website(id)))
        .ok_or_else(unknown)
}

/// 404.
#[must_use]
pub fn unknown() -> ApiError {
    ApiError::not_found("website")
}

/// 422: another website of the account has this domain.
#[must_use]
pub fn domain_taken() -> ApiError {
    ApiError::invalid_field("domain", Violation::DomainTaken)
}

/// What a failed statement that writes a website's domain means.
#[must_use]
pub fn domain_clash(error: sqlx::Error) -> ApiError {
    match error {
        sqlx::Error::Database(error) if error.is_unique_violation() => domain_taken(),
        error => error.into(),
    }
}

/// The website with this public key, unless it is deleted.
///
/// # Errors
/// The database's failure.
pub async fn by_public_key(tx: &mut Tx, key: &str) -> ApiResult<Option<StoredWebsite>> {
    let sql = format!(
        "SELECT {WEBSITE}, w.widget FROM websites w WHERE w.public_key = $1 AND w.deleted_at IS NULL"
    );
    read_stored(
        sqlx::query(AssertSqlSafe(sql))
            .bind(key.to_owned())
            .fetch_optional(tx.conn())
            .await?,
    )
}

/// The first `most` websites that `origin` (`https://shop.example`) may load the widget of, whoever's they are, unless deleted.
///
/// # Errors
/// The database's failure.
pub async fn of_origin(tx: &mut Tx, origin: &str, most: usize) -> ApiResult<Vec<Website>> {
    let sql = format!(
        "SELECT {WEBSITE} FROM websites w WHERE w.allowed_origins LIKE $1 ESCAPE '!' AND w.deleted_at IS NULL ORDER BY w.id"
    );
    let mut found = sqlx::query(AssertSqlSafe(sql))
        .bind(columns::holding(&serde_json::to_string(origin)?))
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read_website)
        .collect::<ApiResult<Vec<_>>>()?;
    found.truncate(most);
    Ok(found)
}

/// The website with this id, unless it is deleted.
///
/// # Errors
/// The database's failure.
pub async fn by_id(tx: &mut Tx, id: WebsiteId) -> ApiResult<Option<StoredWebsite>> {
    let sql = format!("SELECT {WEBSITE}, w.widget FROM websites w WHERE w.id = $1 AND w.deleted_at IS NULL");
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
        business_hours: columns::json(row, "business_hours")?,
        auto_close_after: columns::maybe_number(row, "auto_close_after")?,
        archive_after: columns::maybe_number(row, "archive_after")?,
        delete_after: columns::maybe_number(row, "delete_after")?,
        assignment: read_assignment(row)?,
        public_key: row.try_get("public_key")?,
        status: WebsiteStatus {
            state: columns::word(row, "state")?,
            last_seen_at: columns::maybe_instant(row, "last_seen_at")?,
            reason: row.try_get("state_reason")?,
            trouble: columns::maybe_word(row, "state_trouble")?,
        },
        conversations_today: None,
        created_at: columns::instant(row, "created_at")?,
        updated_at: columns::instant(row, "updated_at")?,
        version: columns::count(row, "version")?,
    })
}

/// The columns `assignment` and `assignment_cap`.
///
/// # Errors
/// When a column does not read.
pub fn read_assignment(row: &AnyRow) -> ApiResult<Assignment> {
    Ok(Assignment {
        mode: columns::word(row, "assignment")?,
        cap: columns::maybe_number(row, "assignment_cap")?,
    })
}
