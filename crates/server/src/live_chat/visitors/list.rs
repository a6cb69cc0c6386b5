//! `GET /api/visitors`: people on the sites.

use axum::Json;
use axum::extract::State;
use sqlx::AssertSqlSafe;
use switchboard_contract::ids::{VisitorId, WebsiteId};
use switchboard_contract::live_chat::{
    LiveChatUser, MAX_VISITOR_SEARCH_CHARS, ONLINE_MS, Visit, VisitorPage,
};

use super::rows::{self, PLACE, StoredVisitor};
use crate::auth::{Operator, Rights, keys};
use crate::db::{Tx, columns};
use crate::events;
use crate::http::Params;
use crate::live_chat::rows::VISITOR;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Which people.
struct Filter {
    online: bool,
    website: Option<WebsiteId>,
    /// For `LIKE … ESCAPE '!'`, in lower case; empty for everyone.
    pattern: String,
    limit: u32,
    after: Option<Cursor>,
}

impl Filter {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let searched = params.text("q").unwrap_or_default().trim();
        if searched.chars().count() > MAX_VISITOR_SEARCH_CHARS {
            return Err(ApiError::bad_parameter(
                "q",
                format!("expected at most {MAX_VISITOR_SEARCH_CHARS} characters."),
            ));
        }
        Ok(Self {
            online: params.flag("online")?.unwrap_or(false),
            website: params.parsed("websiteId", "a website's id")?,
            pattern: if searched.is_empty() {
                String::new()
            } else {
                columns::holding(&searched.to_lowercase())
            },
            limit: params.limit()?,
            after: params.text("cursor").map(Cursor::decode).transpose()?,
        })
    }
}

/// People on the websites that the caller may see, last seen first; with `online=true` only those there now. A search looks at
/// name, address, page and its title; capitals count outside of ASCII on SQLite.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<VisitorPage>> {
    let filter = Filter::from_params(&params)?;
    let page = state
        .db
        .read(move |tx| Box::pin(async move { page(tx, &operator, filter).await }))
        .await?;
    Ok(Json(page))
}

async fn page(tx: &mut Tx, operator: &Operator, filter: Filter) -> ApiResult<VisitorPage> {
    let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
    let since = if filter.online {
        tx.now().as_millis() - ONLINE_MS
    } else {
        0
    };
    // Empty for owners and admins, who see every website.
    let only_of = match operator.rights {
        Rights::All => String::new(),
        Rights::Websites(_) => operator.member_id.to_string(),
    };
    let sql = format!(
        "SELECT {VISITOR}, {PLACE} FROM visitors v WHERE v.account_id = $1 AND v.last_seen_at >= $2 \
         AND (v.last_seen_at < $3 OR (v.last_seen_at = $3 AND v.id < $4)) \
         AND ($5 = '' OR v.website_id = $5) \
         AND ($6 = '' OR LOWER(COALESCE(v.name, '')) LIKE $6 ESCAPE '!' OR LOWER(COALESCE(v.email, '')) LIKE $6 ESCAPE '!' \
         OR LOWER(COALESCE(v.page, '')) LIKE $6 ESCAPE '!' OR LOWER(COALESCE(v.page_title, '')) LIKE $6 ESCAPE '!') \
         AND ($7 = '' OR v.website_id IN (SELECT website_id FROM member_websites WHERE member_id = $7)) \
         AND NOT EXISTS (SELECT 1 FROM websites w WHERE w.id = v.website_id AND w.deleted_at IS NOT NULL) \
         ORDER BY v.last_seen_at DESC, v.id DESC LIMIT $8"
    );
    let (at, id) = filter
        .after
        .map_or((i64::MAX, String::new()), |cursor| (cursor.at, cursor.id));
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(operator.account_id.to_string())
        .bind(since)
        .bind(at)
        .bind(id)
        .bind(filter.website.map(|id| id.to_string()).unwrap_or_default())
        .bind(filter.pattern)
        .bind(only_of)
        .bind(i64::from(filter.limit) + 1)
        .fetch_all(tx.conn())
        .await?;
    let size = filter.limit as usize;
    let has_more = rows.len() > size;
    let found = rows
        .iter()
        .take(size)
        .map(rows::read)
        .collect::<ApiResult<Vec<StoredVisitor>>>()?;
    let ids: Vec<VisitorId> = found.iter().map(|stored| stored.user.id).collect();
    let mut open = rows::open_of(tx, &ids).await?;
    let visits = found
        .iter()
        .map(|stored| Visit {
            user_id: stored.user.id,
            website_id: stored.website_id,
            started_at: stored.visit_started_at,
            conversation: open.remove(&stored.user.id),
        })
        .collect();
    let items: Vec<LiveChatUser> = found.into_iter().map(|stored| stored.user).collect();
    let next_cursor = items.last().filter(|_| has_more).map(Cursor::after);
    Ok(VisitorPage {
        items,
        visits,
        next_cursor,
        has_more,
        as_of,
    })
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
