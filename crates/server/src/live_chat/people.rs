//! `GET /api/visitors`: people on the sites.

use axum::Json;
use axum::extract::State;
use sqlx::AssertSqlSafe;
use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::page::CursorPage;

use super::rows::{self, VISITOR};
use crate::auth::{Operator, Rights, keys};
use crate::events;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// A visitor counts as online for this long after a beat, in milliseconds; the loader beats more often.
pub const ONLINE_MS: i64 = 60_000;

/// People on the websites that the caller may see, last seen first; with `online=true` only those there now.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<CursorPage<LiveChatUser>>> {
    let online = params.flag("online")?.unwrap_or(false);
    let limit = params.limit()?;
    let after = params.text("cursor").map(Cursor::decode).transpose()?;
    let page = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                let since = if online {
                    tx.now().as_millis() - ONLINE_MS
                } else {
                    0
                };
                let only_assigned = match operator.rights {
                    Rights::All => "",
                    Rights::Websites(_) => {
                        " AND v.website_id IN (SELECT website_id FROM member_websites WHERE member_id = $6)"
                    }
                };
                let sql = format!(
                    "SELECT {VISITOR} FROM visitors v WHERE v.account_id = $1 AND v.last_seen_at >= $2 \
                     AND (v.last_seen_at < $3 OR (v.last_seen_at = $3 AND v.id < $4)){only_assigned} \
                     ORDER BY v.last_seen_at DESC, v.id DESC LIMIT $5"
                );
                let (at, id) = after.map_or((i64::MAX, String::new()), |cursor| (cursor.at, cursor.id));
                let mut query = sqlx::query(AssertSqlSafe(sql))
                    .bind(operator.account_id.to_string())
                    .bind(since)
                    .bind(at)
                    .bind(id)
                    .bind(i64::from(limit) + 1);
                if let Rights::Websites(_) = operator.rights {
                    query = query.bind(operator.member_id.to_string());
                }
                let rows = query.fetch_all(tx.conn()).await?;
                let size = limit as usize;
                let items = rows
                    .iter()
                    .take(size)
                    .map(rows::read_visitor)
                    .collect::<ApiResult<Vec<_>>>()?;
                let has_more = rows.len() > size;
                let next_cursor = items.last().filter(|_| has_more).map(Cursor::after);
                Ok(CursorPage {
                    items,
                    next_cursor,
                    has_more,
                    as_of,
                })
            })
        })
        .await?;
    Ok(Json(page))
}

/// The last person of a page.
struct Cursor {
    at: i64,
    id: String,
}

impl Cursor {
    fn after(user: &LiveChatUser) -> String {
        keys::encode(format!("{} {}", user.last_seen_at.as_millis(), user.id).as_bytes())
    }

    fn decode(text: &str) -> ApiResult<Self> {
        let bad = || ApiError::bad_parameter("cursor", "expected the nextCursor of a page.");
        let text = keys::decode_any(text)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(bad)?;
        let (at, id) = text.split_once(' ').ok_or_else(bad)?;
        Ok(Self {
            at: at.parse().map_err(|_| bad())?,
            id: id.to_owned(),
        })
    }
}
