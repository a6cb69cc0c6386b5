//! History by `seq`: `GET …/conversations/{id}/messages`, and the same for visitors.

use axum::Json;
use axum::extract::State;
use sqlx::Row;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;
use switchboard_domain::projection;

use super::rows::{self, MESSAGE};
use crate::auth::Operator;
use crate::db::Tx;
use crate::events;
use crate::http::{IdPath, Params};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Which messages are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The latest.
    Latest,
    /// Those before a `seq`.
    Before(u64),
    /// Those after a `seq`.
    After(u64),
    /// Those on both sides of a `seq`, and it.
    Around(u64),
    /// Those on both sides of the first one at or after a time; the latest where there is none.
    At(Timestamp),
}

impl Window {
    /// From `before`, `after`, `around` and `at`, of which at most one may be there.
    ///
    /// # Errors
    /// 400 for a parameter that is neither a `seq` nor an instant, or one too many.
    pub fn from_params(params: &Params) -> ApiResult<Self> {
        let seq = |name| params.parsed::<u64>(name, "a message's seq");
        let at = params.instant("at")?;
        match (seq("before")?, seq("after")?, seq("around")?, at) {
            (None, None, None, None) => Ok(Self::Latest),
            (Some(seq), None, None, None) => Ok(Self::Before(seq)),
            (None, Some(seq), None, None) => Ok(Self::After(seq)),
            (None, None, Some(seq), None) => Ok(Self::Around(seq)),
            (None, None, None, Some(at)) => Ok(Self::At(at)),
            _ => Err(ApiError::bad_parameter(
                "before",
                "use only one of before, after, around and at.",
            )),
        }
    }

    /// The same with the place of a time looked up: numbers grow with the time at which messages were stored.
    async fn placed(self, tx: &mut Tx, conversation: ConversationId, column: &str) -> ApiResult<Self> {
        let Self::At(at) = self else { return Ok(self) };
        let sql = format!(
            "SELECT MIN({column}) AS place FROM messages m WHERE m.conversation_id = $1 AND m.created_at >= $2"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(conversation.to_string())
            .bind(at.as_millis())
            .fetch_one(tx.conn())
            .await?;
        let place = row.try_get::<Option<i64>, _>("place")?;
        let place = place.and_then(|place| u64::try_from(place).ok());
        Ok(place.map_or(Self::Latest, Self::Around))
    }

    /// The first `seq` asked for and whether to count up from it; `last` is the conversation's last one.
    fn start(self, last: u64, limit: u32) -> (u64, Direction) {
        match self {
            Self::Latest | Self::At(_) => (last, Direction::Down),
            Self::Before(seq) => (seq.saturating_sub(1).min(last), Direction::Down),
            Self::After(seq) => (seq.saturating_add(1), Direction::Up),
            Self::Around(seq) => (seq.saturating_sub(u64::from(limit / 2)).max(1), Direction::Up),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// Which numbering: every message, or the public ones as their visitor counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// `seq`.
    All,
    /// `public_seq`.
    Public,
}

/// Messages of a conversation for operators.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
    params: Params,
) -> ApiResult<Json<MessagePage>> {
    let window = Window::from_params(&params)?;
    let limit = params.limit()?;
    let page = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let conversation = rows::conversation(tx, operator.account_id, id)
                    .await?
                    .filter(|conversation| operator.rights.allow(conversation.wire.website_id))
                    .ok_or_else(|| ApiError::not_found("conversation"))?;
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                let range = Range {
                    conversation: id,
                    numbering: Numbering::All,
                    last: conversation.last_seq,
                    window,
                    limit,
                };
                page(tx, range, as_of).await
            })
        })
        .await?;
    Ok(Json(page))
}

/// A stretch of history.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Of this conversation.
    pub conversation: ConversationId,
    /// Counted this way.
    pub numbering: Numbering,
    /// The last number so counted.
    pub last: u64,
    /// Where.
    pub window: Window,
    /// How many at most.
    pub limit: u32,
}

/// One page of history, ascending. In [`Numbering::Public`] each `seq` is the public one and authors have no ids.
///
/// # Errors
/// The database's failure.
pub async fn page(tx: &mut Tx, range: Range, as_of: Position) -> ApiResult<MessagePage> {
    let column = match range.numbering {
        Numbering::All => "m.seq",
        Numbering::Public => "m.public_seq",
    };
    let window = range.window.placed(tx, range.conversation, column).await?;
    let (start, direction) = window.start(range.last, range.limit);
    let (compare, order) = match direction {
        Direction::Up => (">=", "ASC"),
        Direction::Down => ("<=", "DESC"),
    };
    let sql = format!(
        "SELECT {MESSAGE} FROM messages m WHERE m.conversation_id = $1 AND {column} {compare} $2 \
         ORDER BY {column} {order} LIMIT $3"
    );
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(range.conversation.to_string())
        .bind(start)
        .bind(i64::from(range.limit))
        .fetch_all(tx.conn())
        .await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        let (message, public_seq) = rows::read_message(row)?;
        items.extend(as_numbered(message, public_seq, range.numbering));
    }
    if direction == Direction::Down {
        items.reverse();
    }
    let (has_more_before, has_more_after) = match (items.first(), items.last()) {
        (Some(first), Some(last)) => (first.seq > 1, last.seq < range.last),
        // Nothing here: everything lies on the side that was not asked for.
        _ => match window {
            Window::After(_) | Window::Around(_) => (range.last > 0, false),
            Window::Before(_) => (false, range.last > 0),
            Window::Latest | Window::At(_) => (false, false),
        },
    };
    Ok(MessagePage {
        items,
        has_more_before,
        has_more_after,
        as_of,
    })
}

fn as_numbered(
    message: LiveChatMessage,
    public_seq: Option<u64>,
    numbering: Numbering,
) -> Option<LiveChatMessage> {
    match numbering {
        Numbering::All => Some(message),
        Numbering::Public => projection::message(&message, public_seq),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_start_where_they_should() {
        assert_eq!(Window::Latest.start(90, 50), (90, Direction::Down));
        assert_eq!(Window::Before(41).start(90, 50), (40, Direction::Down));
        assert_eq!(Window::Before(0).start(90, 50), (0, Direction::Down));
        assert_eq!(Window::Before(u64::MAX).start(90, 50), (90, Direction::Down));
        assert_eq!(Window::After(40).start(90, 50), (41, Direction::Up));
        assert_eq!(Window::Around(40).start(90, 50), (15, Direction::Up));
        assert_eq!(Window::Around(3).start(90, 50), (1, Direction::Up));
    }
}
