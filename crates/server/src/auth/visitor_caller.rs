//! The visitor behind a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, VisitorId, WebsiteId};
use switchboard_contract::position::Offset;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;

use super::keys;
use super::operator::bearer;
use crate::db::{Tx, columns, lists};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// A visitor with a valid token. As an extractor: 401 without one, 403 when the visitor is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorCaller {
    /// The visitor.
    pub visitor_id: VisitorId,
    /// The account of the website.
    pub account_id: AccountId,
    /// The website.
    pub website_id: WebsiteId,
    /// Whether an operator blocked the visitor; never true in an extracted one.
    pub blocked: bool,
}

/// A visitor, and how far that is what a socket of theirs follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The visitor.
    pub visitor: VisitorCaller,
    /// The last offset of their log.
    pub head: Offset,
    /// When the website's widget was published last; none for one that is as it began.
    pub widget_of: Option<Timestamp>,
}

impl VisitorCaller {
    /// 403 `blocked`.
    #[must_use]
    pub fn refused() -> ApiError {
        ApiError::new(
            ProblemCode::Blocked,
            "This website takes no more messages from you.",
        )
    }

    /// The visitor by id; none when there is no such visitor.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn load(tx: &mut Tx, visitor_id: VisitorId) -> ApiResult<Option<Self>> {
        let loaded = Self::load_all(tx, &[visitor_id]).await?.pop();
        Ok(loaded.map(|followed| followed.visitor))
    }

    /// Those of `visitors` that there are, each with what its socket follows; in no order.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn load_all(tx: &mut Tx, visitors: &[VisitorId]) -> ApiResult<Vec<Followed>> {
        let mut loaded = Vec::with_capacity(visitors.len());
        for ids in lists::chunks(visitors) {
            let sql = format!(
                "SELECT v.id, v.account_id, v.website_id, v.blocked, v.head, w.widget_published_at FROM visitors v \
                 JOIN websites w ON w.id = v.website_id WHERE v.id IN ({})",
                lists::places(&ids)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for id in &ids {
                query = query.bind(id.to_string());
            }
            for row in &query.fetch_all(tx.conn()).await? {
                loaded.push(Followed {
                    visitor: read(row)?,
                    head: Offset(columns::count(row, "head")?),
                    widget_of: columns::maybe_instant(row, "widget_published_at")?,
                });
            }
        }
        Ok(loaded)
    }

    /// The visitor whose token this is, unless the website is deleted: the one that their browser got on the website, or one
    /// that a letter's link handed out.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn by_token(tx: &mut Tx, token: &str) -> ApiResult<Option<Self>> {
        let row =
            sqlx::query(
            "SELECT v.id, v.account_id, v.website_id, v.blocked FROM visitors v JOIN websites w ON w.id = v.website_id \
             WHERE v.id IN (SELECT t.id FROM visitors t WHERE t.token_hash = $1 UNION ALL \
             SELECT l.visitor_id FROM chat_links l WHERE l.token_hash = $1 AND l.expires_at > $2) \
             AND w.deleted_at IS NULL",
        )
        .bind(keys::hash(token))
        .bind(tx.now().as_millis())
        .fetch_optional(tx.conn())
        .await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &sqlx::any::AnyRow) -> ApiResult<VisitorCaller> {
    Ok(VisitorCaller {
        visitor_id: columns::id(row, "id")?,
        account_id: columns::id(row, "account_id")?,
        website_id: columns::id(row, "website_id")?,
        blocked: row.try_get::<i64, _>("blocked")? != 0,
    })
}

impl FromRequestParts<AppState> for VisitorCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let token = bearer(&parts.headers).ok_or_else(unknown_token)?.to_owned();
        let caller = state
            .db
            .read(move |tx| Box::pin(async move { Self::by_token(tx, &token).await }))
            .await?
            .ok_or_else(unknown_token)?;
        if caller.blocked {
            return Err(Self::refused());
        }
        Ok(caller)
    }
}

fn unknown_token() -> ApiError {
    ApiError::new(
        ProblemCode::Unauthenticated,
        "Send the visitor token as `Authorization: Bearer`; `POST /api/visitor/sessions` hands one out.",
    )
}
