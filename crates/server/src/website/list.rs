//! `GET /api/websites`.

use axum::Json;
use axum::extract::State;
use sqlx::AssertSqlSafe;
use switchboard_contract::page::{MAX_LIMIT, NumberedPage};
use switchboard_contract::website::Website;

use super::rows::{self, WEBSITE};
use super::today;
use crate::auth::{Operator, Rights};
use crate::db::columns;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Websites a page unless `pageSize` says otherwise.
const DEFAULT_PAGE_SIZE: u32 = 25;

/// Websites that the caller may see.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<NumberedPage<Website>>> {
    let page = params.bounded("page", 1, u32::MAX)?;
    let page_size = params.bounded("pageSize", DEFAULT_PAGE_SIZE, MAX_LIMIT)?;
    let order = order(params.text("sort").unwrap_or("name"))?;
    let pattern = columns::holding(&params.text("q").unwrap_or_default().to_lowercase());
    let (total, items) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                // An owner's or admin's list takes no member, so the condition names both.
                let everything = i64::from(operator.rights == Rights::All);
                let condition = "w.account_id = $1 AND w.deleted_at IS NULL \
                     AND (lower(w.name) LIKE $2 ESCAPE '!' OR lower(w.domain) LIKE $2 ESCAPE '!') \
                     AND ($3 = 1 OR w.id IN (SELECT website_id FROM member_websites WHERE member_id = $4))";
                let count = format!("SELECT COUNT(*) AS total FROM websites w WHERE {condition}");
                let row = sqlx::query(AssertSqlSafe(count))
                    .bind(operator.account_id.to_string())
                    .bind(pattern.clone())
                    .bind(everything)
                    .bind(operator.member_id.to_string())
                    .fetch_one(tx.conn())
                    .await?;
                let total = columns::count(&row, "total")?;
                let select = format!(
                    "SELECT {WEBSITE} FROM websites w WHERE {condition} ORDER BY {order}, w.id LIMIT $5 OFFSET $6"
                );
                let rows = sqlx::query(AssertSqlSafe(select))
                    .bind(operator.account_id.to_string())
                    .bind(pattern)
                    .bind(everything)
                    .bind(operator.member_id.to_string())
                    .bind(i64::from(page_size))
                    .bind((i64::from(page) - 1) * i64::from(page_size))
                    .fetch_all(tx.conn())
                    .await?;
                let mut items = rows.iter().map(rows::read_website).collect::<ApiResult<Vec<_>>>()?;
                today::count(tx, &mut items).await?;
                Ok((total, items))
            })
        })
        .await?;
    Ok(Json(NumberedPage {
        items,
        page,
        page_size,
        total,
    }))
}

/// The order that `sort` asks for, as SQL. A `-` before the name turns it round. By status means the worst first.
fn order(sort: &str) -> ApiResult<String> {
    let (name, direction) = match sort.strip_prefix('-') {
        Some(name) => (name, "DESC"),
        None => (sort, "ASC"),
    };
    let column = match name {
        "name" => "lower(w.name)",
        "domain" => "w.domain",
        "createdAt" => "w.created_at",
        "status" => {
            "CASE w.state WHEN 'degraded' THEN 0 WHEN 'silent' THEN 1 WHEN 'never_seen' THEN 2 ELSE 3 END"
        }
        _ => {
            return Err(ApiError::invalid_field(
                "sort",
                "Sort by name, domain, createdAt or status, with - in front for the other way round.",
            ));
        }
    };
    Ok(format!("{column} {direction}"))
}
