//! Finding somebody, and reading what belongs to them.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, ConversationId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::{ConversationGist, LiveChatUser, MAX_NOTES, PageView, VisitorNote};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_domain::deletion::Tombstone;

use crate::auth::Operator;
use crate::db::{Tx, columns, lists};
use crate::live_chat::rows::{self, VISITOR};
use crate::problem::{ApiError, ApiResult};

/// Columns beside [`VISITOR`] that [`read`] wants.
pub(super) const PLACE: &str =
    "v.website_id, COALESCE(v.visit_started_at, v.last_seen_at) AS visit_started_at, v.block_reason";

const GIST: &str = "c.id, c.visitor_id, c.status, c.is_archived, c.assignee_id, c.started_at, c.last_message_at, \
    c.last_message, c.message_count";

/// Columns of a note `n` with its author `m`.
pub(super) const NOTE: &str =
    "n.id, n.content, n.author_id, m.name AS author_name, n.created_at, n.updated_at, n.version";

/// Somebody on a website, as stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredVisitor {
    /// As operators see them.
    pub(super) user: LiveChatUser,
    pub(super) website_id: WebsiteId,
    pub(super) visit_started_at: Timestamp,
    pub(super) block_reason: Option<String>,
}

/// A row of [`VISITOR`] and [`PLACE`].
pub(super) fn read(row: &AnyRow) -> ApiResult<StoredVisitor> {
    Ok(StoredVisitor {
        user: rows::read_visitor(row)?,
        website_id: columns::id(row, "website_id")?,
        visit_started_at: columns::instant(row, "visit_started_at")?,
        block_reason: row.try_get("block_reason")?,
    })
}

/// Somebody whom the operator may see, on a website that is not deleted.
///
/// # Errors
/// 404 otherwise, whatever the reason.
pub(super) async fn visible(tx: &mut Tx, operator: &Operator, id: VisitorId) -> ApiResult<StoredVisitor> {
    let sql = format!(
        "SELECT {VISITOR}, {PLACE} FROM visitors v JOIN websites w ON w.id = v.website_id \
         WHERE v.id = $1 AND v.account_id = $2 AND w.deleted_at IS NULL"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(operator.account_id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read)
        .transpose()?
        .filter(|stored| operator.rights.allow(stored.website_id))
        .ok_or_else(unknown)
}

/// The same for whoever wants to change something.
///
/// # Errors
/// 410 where the person was erased; 404 otherwise.
pub(super) async fn changeable(tx: &mut Tx, operator: &Operator, id: VisitorId) -> ApiResult<StoredVisitor> {
    match visible(tx, operator, id).await {
        Err(error) if error.code() == ProblemCode::NotFound => Err(
            if was_erased(tx, operator.account_id, id)
                .await?
                .is_some_and(|tombstone| {
                    tombstone.stands(tx.now()) && operator.rights.allow(tombstone.website_id)
                })
            {
                ApiError::new(
                    ProblemCode::Gone,
                    "This person was erased; nothing can be changed anymore.",
                )
            } else {
                error
            },
        ),
        found => found,
    }
}

/// 404.
pub(super) fn unknown() -> ApiError {
    ApiError::not_found("visitor")
}

/// What is remembered of somebody of this account who was erased. Whether it still counts is [`Tombstone::stands`]'s to say.
///
/// # Errors
/// The database's failure.
pub(crate) async fn was_erased(
    tx: &mut Tx,
    account: AccountId,
    id: VisitorId,
) -> ApiResult<Option<Tombstone>> {
    sqlx::query(
        "SELECT website_id, erased_at FROM visitor_tombstones WHERE visitor_id = $1 AND account_id = $2",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| {
        Ok(Tombstone {
            website_id: columns::id(&row, "website_id")?,
            deleted_at: columns::instant(&row, "erased_at")?,
        })
    })
    .transpose()
}

/// The ids of all conversations of somebody, in the order in which they are locked.
pub(super) async fn conversations_of(tx: &mut Tx, id: VisitorId) -> ApiResult<Vec<ConversationId>> {
    sqlx::query("SELECT id FROM conversations WHERE visitor_id = $1 ORDER BY id")
        .bind(id.to_string())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(|row| columns::id(row, "id"))
        .collect()
}

/// The newest conversations of somebody, the newest first.
pub(super) async fn gists(tx: &mut Tx, id: VisitorId, limit: u32) -> ApiResult<Vec<ConversationGist>> {
    let sql = format!(
        "SELECT {GIST} FROM conversations c WHERE c.visitor_id = $1 ORDER BY c.started_at DESC, c.id DESC LIMIT $2"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read_gist)
        .collect()
}

/// The conversations that are going on, by visitor.
pub(super) async fn open_of(
    tx: &mut Tx,
    visitors: &[VisitorId],
) -> ApiResult<BTreeMap<VisitorId, ConversationGist>> {
    let mut open = BTreeMap::new();
    for ids in lists::chunks(visitors) {
        let sql = format!(
            "SELECT {GIST} FROM conversations c WHERE c.visitor_id IN ({}) AND c.status = 'open' ORDER BY c.started_at",
            lists::places(&ids)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        for row in &query.fetch_all(tx.conn()).await? {
            open.insert(columns::id(row, "visitor_id")?, read_gist(row)?);
        }
    }
    Ok(open)
}

fn read_gist(row: &AnyRow) -> ApiResult<ConversationGist> {
    Ok(ConversationGist {
        id: columns::id(row, "id")?,
        status: columns::word(row, "status")?,
        is_archived: columns::flag(row, "is_archived")?,
        assignee_id: columns::maybe_id(row, "assignee_id")?,
        started_at: columns::instant(row, "started_at")?,
        last_message_at: columns::instant(row, "last_message_at")?,
        last_message: row.try_get("last_message")?,
        message_count: columns::count(row, "message_count")?,
    })
}

/// The newest pages that somebody saw, the newest first.
pub(super) async fn pages(tx: &mut Tx, id: VisitorId, limit: u32) -> ApiResult<Vec<PageView>> {
    let rows = sqlx::query(
        "SELECT url, title, at, until_at FROM visitor_pages WHERE visitor_id = $1 ORDER BY number DESC LIMIT $2",
    )
    .bind(id.to_string())
    .bind(i64::from(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PageView {
                url: row.try_get("url")?,
                title: row.try_get("title")?,
                at: columns::instant(row, "at")?,
                until: columns::instant(row, "until_at")?,
            })
        })
        .collect()
}

/// What the team wrote about somebody, the oldest first.
pub(super) async fn notes(tx: &mut Tx, id: VisitorId) -> ApiResult<Vec<VisitorNote>> {
    let sql = format!(
        "SELECT {NOTE} FROM visitor_notes n JOIN members m ON m.id = n.author_id WHERE n.visitor_id = $1 \
         ORDER BY n.created_at, n.id LIMIT $2"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(i64::try_from(MAX_NOTES).unwrap_or(i64::MAX))
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read_note)
        .collect()
}

/// A row of [`NOTE`].
pub(super) fn read_note(row: &AnyRow) -> ApiResult<VisitorNote> {
    Ok(VisitorNote {
        id: columns::id(row, "id")?,
        content: row.try_get("content")?,
        author_id: columns::id(row, "author_id")?,
        author_name: row.try_get("author_name")?,
        created_at: columns::instant(row, "created_at")?,
        updated_at: columns::instant(row, "updated_at")?,
        version: columns::count(row, "version")?,
    })
}
