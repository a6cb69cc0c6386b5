//! `GET /api/live-chat/conversations` and `…/{id}`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use sqlx::Row;
use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::CursorPage;

use super::rows::{self, CONVERSATION, CONVERSATION_FROM, MESSAGE, VISITOR};
use crate::auth::{Operator, Rights, keys};
use crate::db::Tx;
use crate::events;
use crate::http::{IdPath, Params};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// The newest message, of whatever visibility, beside its conversation.
const NEWEST: &str = "LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq";

/// Which shelf of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shelf {
    Open,
    Snoozed,
    Closed,
    Archived,
    All,
}

/// Who is in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Assignee {
    None,
    Member(MemberId),
}

/// What a list holds.
#[derive(Clone, Debug)]
struct Filter {
    shelf: Shelf,
    website: Option<WebsiteId>,
    funnel: Option<FunnelId>,
    assignee: Option<Assignee>,
    label: Option<LabelId>,
    unread: bool,
    limit: u32,
    after: Option<Cursor>,
}

/// The last item of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    at: i64,
    id: ConversationId,
}

impl Cursor {
    fn encode(self) -> ApiResult<String> {
        Ok(keys::encode(&serde_json::to_vec(&self)?))
    }

    fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&keys::decode_any(text)?).ok()
    }
}

impl Filter {
    fn from_params(params: &Params, operator: &Operator) -> ApiResult<Self> {
        if params.text("sort").is_some_and(|sort| sort != "newest") {
            return Err(ApiError::bad_parameter("sort", "expected newest."));
        }
        let assignee = match params.text("assignee") {
            None => None,
            Some("me") => Some(Assignee::Member(operator.member_id)),
            Some("none") => Some(Assignee::None),
            Some(_) => params
                .parsed("assignee", "me, none or a member's id")?
                .map(Assignee::Member),
        };
        let after = params
            .text("cursor")
            .map(|text| {
                Cursor::decode(text)
                    .ok_or_else(|| ApiError::bad_parameter("cursor", "expected the nextCursor of a page."))
            })
            .transpose()?;
        Ok(Self {
            shelf: params
                .word("status", "open, snoozed, closed, archived and all")?
                .unwrap_or(Shelf::Open),
            website: params.parsed("websiteId", "a website's id")?,
            funnel: params.parsed("funnelId", "a funnel's id")?,
            assignee,
            label: params.parsed("label", "a label's id")?,
            unread: params.flag("unread")?.unwrap_or(false),
            limit: params.limit()?,
            after,
        })
    }
}

/// Conditions and their values, in step.
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Conditions {
    /// Adds a condition; each `?` in it stands for the next of `values`.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut numbered = String::new();
        let mut values = values.into_iter();
        for part in condition.split_inclusive('?') {
            match (part.strip_suffix('?'), values.next()) {
                (Some(before), Some(value)) => {
                    self.values.push(value);
                    numbered.push_str(&format!("{before}${}", self.values.len()));
                }
                _ => numbered.push_str(part),
            }
        }
        self.sql.push(numbered);
    }
}

fn conditions(filter: &Filter, operator: &Operator) -> Conditions {
    let mut conditions = Conditions {
        sql: Vec::new(),
        values: Vec::new(),
    };
    let text = |id: &dyn std::fmt::Display| Value::Text(id.to_string());
    conditions.add("c.account_id = ?", [text(&operator.account_id)]);
    if let Rights::Websites(websites) = &operator.rights {
        if websites.is_empty() {
            conditions.add("1 = 0", []);
        } else {
            let places = vec!["?"; websites.len()].join(", ");
            conditions.add(
                &format!("c.website_id IN ({places})"),
                websites.iter().map(|id| text(id)),
            );
        }
    }
    match filter.shelf {
        // The end of a snooze takes the instant away, with an event: a list never depends on the time of asking.
        Shelf::Open => conditions.add(
            "c.status = 'open' AND c.is_archived = 0 AND c.snoozed_until IS NULL",
            [],
        ),
        Shelf::Snoozed => conditions.add("c.status = 'open' AND c.snoozed_until IS NOT NULL", []),
        Shelf::Closed => conditions.add("c.status = 'closed' AND c.is_archived = 0", []),
        Shelf::Archived => conditions.add("c.is_archived = 1", []),
        Shelf::All => {}
    }
    if let Some(website) = filter.website {
        conditions.add("c.website_id = ?", [text(&website)]);
    }
    if let Some(funnel) = filter.funnel {
        conditions.add("c.funnel_id = ?", [text(&funnel)]);
    }
    match filter.assignee {
        None => {}
        Some(Assignee::None) => conditions.add("c.assignee_id IS NULL", []),
        Some(Assignee::Member(member)) => conditions.add("c.assignee_id = ?", [text(&member)]),
    }
    if let Some(label) = filter.label {
        conditions.add(
            "c.id IN (SELECT conversation_id FROM conversation_labels WHERE label_id = ?)",
            [text(&label)],
        );
    }
    if filter.unread {
        conditions.add("c.unread_count > 0", []);
    }
    if let Some(cursor) = filter.after {
        conditions.add(
            "(c.last_message_at < ? OR (c.last_message_at = ? AND c.id < ?))",
            [
                Value::Number(cursor.at),
                Value::Number(cursor.at),
                text(&cursor.id),
            ],
        );
    }
    conditions
}

/// Conversations that the caller may see, newest activity first.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<CursorPage<LiveChatConversation>>> {
    let filter = Filter::from_params(&params, &operator)?;
    let page = state
        .db
        .read(move |tx| Box::pin(async move { page(tx, &operator, &filter).await }))
        .await?;
    Ok(Json(page))
}

async fn page(
    tx: &mut Tx,
    operator: &Operator,
    filter: &Filter,
) -> ApiResult<CursorPage<LiveChatConversation>> {
    let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
    let conditions = conditions(filter, operator);
    let sql = format!(
        "SELECT {CONVERSATION}, {VISITOR}, {MESSAGE} {CONVERSATION_FROM} {NEWEST} WHERE {} \
         ORDER BY c.last_message_at DESC, c.id DESC LIMIT {}",
        conditions.sql.join(" AND "),
        // One more than the page tells whether there is a next one.
        filter.limit + 1
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in conditions.values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        };
    }
    let rows = query.fetch_all(tx.conn()).await?;
    let limit = filter.limit as usize;
    let items = rows
        .iter()
        .take(limit)
        .map(with_newest)
        .collect::<ApiResult<Vec<_>>>()?;
    let has_more = rows.len() > limit;
    let next_cursor = match items.last() {
        Some(last) if has_more => Some(
            Cursor {
                at: last.last_message_at.as_millis(),
                id: last.id,
            }
            .encode()?,
        ),
        _ => None,
    };
    Ok(CursorPage {
        items,
        next_cursor,
        has_more,
        as_of,
    })
}

/// One conversation with its visitor and its newest message.
pub(crate) async fn one(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
) -> ApiResult<Json<LiveChatConversation>> {
    let found = state
        .db
        .read(move |tx| Box::pin(async move { with_newest_message(tx, &operator, id).await }))
        .await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("conversation"))
}

/// A conversation with its newest message, where the operator sees it.
///
/// # Errors
/// The database's failure.
pub(super) async fn with_newest_message(
    tx: &mut Tx,
    operator: &Operator,
    id: ConversationId,
) -> ApiResult<Option<LiveChatConversation>> {
    let sql = format!(
        "SELECT {CONVERSATION}, {VISITOR}, {MESSAGE} {CONVERSATION_FROM} {NEWEST} WHERE c.id = $1 AND c.account_id = $2"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(operator.account_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let found = row.as_ref().map(with_newest).transpose()?;
    Ok(found.filter(|conversation| operator.rights.allow(conversation.website_id)))
}

fn with_newest(row: &sqlx::any::AnyRow) -> ApiResult<LiveChatConversation> {
    let mut conversation = rows::read_conversation(row)?.wire;
    if row.try_get::<Option<String>, _>("m_id")?.is_some() {
        conversation.messages.push(rows::read_message(row)?.0);
    }
    Ok(conversation)
}
