//! `GET /api/live-chat/conversations` and `…/{id}`.

use axum::Json;
use axum::extract::State;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;
use sqlx::Row;
use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{ConversationPage, ListSort, ListStatus, LiveChatConversation};

use super::order::{self, Cursor};
use super::rows::{self, CONVERSATION, CONVERSATION_FROM, MESSAGE, VISITOR};
use super::search::query::Query;
use super::search::{self, matches};
use crate::auth::{Operator, Rights};
use crate::db::Tx;
use crate::events;
use crate::http::{IdPath, Params};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// The newest message, of whatever visibility, beside its conversation.
const NEWEST: &str = "LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq";

/// Who is in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Assignee {
    None,
    Member(MemberId),
}

/// What a list holds.
#[derive(Clone, Debug)]
struct Filter {
    status: ListStatus,
    website: Option<WebsiteId>,
    funnel: Option<FunnelId>,
    assignee: Option<Assignee>,
    label: Option<LabelId>,
    unread: bool,
    search: Option<Query>,
    sort: ListSort,
    limit: u32,
    after: Option<Cursor>,
}

impl Filter {
    fn from_params(params: &Params, operator: &Operator) -> ApiResult<Self> {
        let sort = word(
            params,
            "sort",
            "newest, oldest, waiting and priority",
            ListSort::Unknown,
        )?;
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
            .map(|text| Cursor::decode(text, sort))
            .transpose()?;
        Ok(Self {
            status: word(
                params,
                "status",
                "open, snoozed, closed, archived and all",
                ListStatus::Unknown,
            )?,
            website: params.parsed("websiteId", "a website's id")?,
            funnel: params.parsed("funnelId", "a funnel's id")?,
            assignee,
            label: params.parsed("label", "a label's id")?,
            unread: params.flag("unread")?.unwrap_or(false),
            search: params.text("q").map_or(Ok(None), Query::parse)?,
            sort,
            limit: params.limit()?,
            after,
        })
    }
}

/// A parameter that is one of an enum's words; its default where it is absent.
fn word<T>(params: &Params, name: &str, words: &str, unknown: T) -> ApiResult<T>
where
    T: DeserializeOwned + Default + PartialEq,
{
    match params.word(name, words)? {
        Some(word) if word == unknown => {
            Err(ApiError::bad_parameter(name, format!("expected one of {words}.")))
        }
        word => Ok(word.unwrap_or_default()),
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
    match filter.status {
        // The end of a snooze takes the instant away, with an event: a list never depends on the time of asking.
        ListStatus::Open => conditions.add(
            "c.status = 'open' AND c.is_archived = 0 AND c.snoozed_until IS NULL",
            [],
        ),
        ListStatus::Snoozed => conditions.add("c.status = 'open' AND c.snoozed_until IS NOT NULL", []),
        ListStatus::Closed => conditions.add("c.status = 'closed' AND c.is_archived = 0", []),
        ListStatus::Archived => conditions.add("c.is_archived = 1", []),
        ListStatus::All | ListStatus::Unknown => {}
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
    if let Some(only) = order::only(filter.sort) {
        conditions.add(only, []);
    }
    if let Some(cursor) = filter.after {
        let (condition, values, id) = cursor.condition();
        let values = values.into_iter().map(Value::Number);
        conditions.add(&condition, values.chain([text(&id)]));
    }
    conditions
}

/// Conversations that the caller may see, in the order asked for, with what was found in them.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<ConversationPage>> {
    let filter = Filter::from_params(&params, &operator)?;
    let page = state
        .db
        .read(move |tx| Box::pin(async move { page(tx, &operator, &filter).await }))
        .await?;
    Ok(Json(page))
}

async fn page(tx: &mut Tx, operator: &Operator, filter: &Filter) -> ApiResult<ConversationPage> {
    let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
    let mut conditions = conditions(filter, operator);
    if let Some(query) = &filter.search {
        for wanted in search::conditions(tx, operator.account_id, query).await? {
            conditions.add(&wanted.sql, wanted.values.into_iter().map(Value::Text));
        }
    }
    // Which ones first: what stands beside them is read of those only.
    let order = order::by(filter.sort);
    let sql = format!(
        "SELECT {CONVERSATION}, {VISITOR}, {MESSAGE} {CONVERSATION_FROM} {NEWEST} WHERE c.id IN \
         (SELECT c.id FROM conversations c WHERE {} ORDER BY {order} LIMIT {}) ORDER BY {order}",
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
        Some(last) if has_more => Some(Cursor::after(filter.sort, last).encode()?),
        _ => None,
    };
    let matches = match &filter.search {
        Some(query) => matches::of(tx, query, &items).await?,
        None => Vec::new(),
    };
    Ok(ConversationPage {
        items,
        next_cursor,
        has_more,
        as_of,
        matches,
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
