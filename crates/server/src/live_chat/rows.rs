//! Reading conversations, messages and visitors.

use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::ids::{AccountId, ConversationId, LabelId, VisitorId};
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage, LiveChatUser};
use switchboard_domain::stored::StoredConversation;

use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// Columns of a visitor `v`.
pub const VISITOR: &str = "v.id AS v_id, v.name AS v_name, v.email AS v_email, v.phone AS v_phone, \
    v.avatar_url AS v_avatar_url, v.verified AS v_verified, v.locale AS v_locale, v.timezone AS v_timezone, \
    v.browser AS v_browser, v.os AS v_os, v.device AS v_device, v.country AS v_country, v.page AS v_page, \
    v.page_title AS v_page_title, v.referrer AS v_referrer, v.attributes AS v_attributes, \
    v.first_seen_at AS v_first_seen_at, v.last_seen_at AS v_last_seen_at, v.blocked AS v_blocked, \
    v.version AS v_version";

/// Columns of a conversation `c`, without its visitor.
pub const CONVERSATION: &str = "c.id, c.website_id, c.visitor_id, c.funnel_id, f.name AS funnel_name, c.status, \
    c.is_archived, c.started_at, c.last_message_at, c.last_message, c.message_count, c.last_seq, c.last_public_seq, \
    c.auto_close_at, c.assignee_id, c.priority, c.snoozed_until, c.closed_at, c.first_closed_at, c.reopened, \
    c.archived_at, c.team_read_seq, c.visitor_read_seq, c.unread_count, c.unread_from, c.waiting_since, c.rating, \
    c.rating_comment, c.rating_changes, c.awaits_assignee, c.created_at, c.updated_at, c.version, \
    w.auto_close_after, (SELECT STRING_AGG(cl.label_id, ' ') FROM conversation_labels cl \
    WHERE cl.conversation_id = c.id) AS labels";

/// Where both come from.
pub const CONVERSATION_FROM: &str = "FROM conversations c JOIN visitors v ON v.id = c.visitor_id \
    JOIN funnels f ON f.id = c.funnel_id JOIN websites w ON w.id = c.website_id";

/// Columns of a message `m`.
pub const MESSAGE: &str = "m.id AS m_id, m.conversation_id AS m_conversation_id, m.seq AS m_seq, \
    m.public_seq AS m_public_seq, m.kind AS m_kind, m.content AS m_content, m.author_id AS m_author_id, \
    m.author_name AS m_author_name, m.visibility AS m_visibility, m.attachments AS m_attachments, m.mentions AS m_mentions, \
    m.created_at AS m_created_at, m.delivered_at AS m_delivered_at, m.read_at AS m_read_at";

/// One conversation of an account.
///
/// # Errors
/// The database's failure.
pub async fn conversation(
    tx: &mut Tx,
    account: AccountId,
    id: ConversationId,
) -> ApiResult<Option<StoredConversation>> {
    let sql =
        format!("SELECT {CONVERSATION}, {VISITOR} {CONVERSATION_FROM} WHERE c.id = $1 AND c.account_id = $2");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(account.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read_conversation)
        .transpose()
}

/// The latest conversation of a visitor, archived ones included.
///
/// # Errors
/// The database's failure.
pub async fn latest_of_visitor(tx: &mut Tx, visitor: VisitorId) -> ApiResult<Option<StoredConversation>> {
    let sql = format!(
        "SELECT {CONVERSATION}, {VISITOR} {CONVERSATION_FROM} WHERE c.visitor_id = $1 \
         ORDER BY c.started_at DESC, c.id DESC LIMIT 1"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(visitor.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read_conversation)
        .transpose()
}

/// A row of [`CONVERSATION`] and [`VISITOR`].
///
/// # Errors
/// When a column does not read.
pub fn read_conversation(row: &AnyRow) -> ApiResult<StoredConversation> {
    let wire = LiveChatConversation {
        id: columns::id(row, "id")?,
        user_id: columns::id(row, "visitor_id")?,
        user: read_visitor(row)?,
        funnel_id: columns::id(row, "funnel_id")?,
        funnel_name: row.try_get("funnel_name")?,
        website_id: columns::id(row, "website_id")?,
        status: columns::word(row, "status")?,
        started_at: columns::instant(row, "started_at")?,
        last_message_at: columns::instant(row, "last_message_at")?,
        last_message: row.try_get("last_message")?,
        message_count: columns::count(row, "message_count")?,
        messages: Vec::new(),
        auto_close_at: columns::maybe_instant(row, "auto_close_at")?,
        is_archived: columns::flag(row, "is_archived")?,
        assignee_id: columns::maybe_id(row, "assignee_id")?,
        labels: labels(row)?,
        priority: columns::word(row, "priority")?,
        snoozed_until: columns::maybe_instant(row, "snoozed_until")?,
        unread_count: columns::count(row, "unread_count")?,
        unread_from: columns::maybe_count(row, "unread_from")?,
        waiting_since: columns::maybe_instant(row, "waiting_since")?,
        rating: columns::maybe_word(row, "rating")?,
        rating_comment: row.try_get("rating_comment")?,
        created_at: columns::instant(row, "created_at")?,
        updated_at: columns::instant(row, "updated_at")?,
        version: columns::count(row, "version")?,
    };
    Ok(StoredConversation {
        wire,
        last_seq: columns::count(row, "last_seq")?,
        last_public_seq: columns::count(row, "last_public_seq")?,
        auto_close_ms: auto_close_ms(row)?,
        awaits_assignee: columns::flag(row, "awaits_assignee")?,
        rating_changes: columns::count(row, "rating_changes")?,
        closed_at: columns::maybe_instant(row, "closed_at")?,
        first_closed_at: columns::maybe_instant(row, "first_closed_at")?,
        reopened: columns::count(row, "reopened")?,
        archived_at: columns::maybe_instant(row, "archived_at")?,
        team_read_seq: columns::count(row, "team_read_seq")?,
        visitor_read_seq: columns::count(row, "visitor_read_seq")?,
    })
}

/// The labels, which no database has an order for.
fn labels(row: &AnyRow) -> ApiResult<Vec<LabelId>> {
    let text: Option<String> = row.try_get("labels")?;
    let mut labels = text
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map(|id| {
            id.parse()
                .map_err(|_| ApiError::internal("a label's id that does not read"))
        })
        .collect::<ApiResult<Vec<LabelId>>>()?;
    labels.sort_unstable();
    Ok(labels)
}

/// The website's window, in milliseconds, from its column in seconds.
///
/// # Errors
/// When the column does not read.
pub fn auto_close_ms(row: &AnyRow) -> ApiResult<Option<i64>> {
    Ok(row
        .try_get::<Option<i64>, _>("auto_close_after")?
        .map(|seconds| seconds.saturating_mul(1_000)))
}

/// A row of [`VISITOR`].
///
/// # Errors
/// When a column does not read.
pub fn read_visitor(row: &AnyRow) -> ApiResult<LiveChatUser> {
    Ok(LiveChatUser {
        id: columns::id(row, "v_id")?,
        name: row.try_get("v_name")?,
        email: row.try_get("v_email")?,
        phone: row.try_get("v_phone")?,
        avatar_url: row.try_get("v_avatar_url")?,
        verified: columns::flag(row, "v_verified")?,
        locale: row.try_get("v_locale")?,
        timezone: row.try_get("v_timezone")?,
        browser: row.try_get("v_browser")?,
        os: row.try_get("v_os")?,
        device: row.try_get("v_device")?,
        country: row.try_get("v_country")?,
        page: row.try_get("v_page")?,
        page_title: row.try_get("v_page_title")?,
        referrer: row.try_get("v_referrer")?,
        attributes: columns::json(row, "v_attributes")?,
        first_seen_at: columns::instant(row, "v_first_seen_at")?,
        last_seen_at: columns::instant(row, "v_last_seen_at")?,
        blocked: columns::flag(row, "v_blocked")?,
        version: columns::count(row, "v_version")?,
    })
}

/// A row of [`MESSAGE`], and its public `seq` where it has one.
///
/// # Errors
/// When a column does not read.
pub fn read_message(row: &AnyRow) -> ApiResult<(LiveChatMessage, Option<u64>)> {
    let message = LiveChatMessage {
        id: columns::id(row, "m_id")?,
        conversation_id: columns::id(row, "m_conversation_id")?,
        seq: columns::count(row, "m_seq")?,
        kind: columns::word(row, "m_kind")?,
        content: row.try_get("m_content")?,
        author_id: columns::maybe_id(row, "m_author_id")?,
        author_name: row.try_get("m_author_name")?,
        visibility: columns::word(row, "m_visibility")?,
        attachments: columns::json(row, "m_attachments")?,
        mentions: columns::json(row, "m_mentions")?,
        created_at: columns::instant(row, "m_created_at")?,
        delivered_at: columns::maybe_instant(row, "m_delivered_at")?,
        read_at: columns::maybe_instant(row, "m_read_at")?,
    };
    Ok((message, columns::maybe_count(row, "m_public_seq")?))
}
