//! Results of what a visitor did, kept so that a repeat gets them again instead of acting again (`protocol.md` *Conventions*). They
//! go with the visitor, and after thirty days.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use switchboard_contract::ids::{ActionId, VisitorId};
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::action::{self, Begun};

use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// What came of the action `id` before, if it was done. The visitor has to be locked.
///
/// # Errors
/// 409 when the id was used for other content, told by `digest`; the database's failure.
pub(super) async fn done<T: DeserializeOwned>(
    tx: &mut Tx,
    visitor: VisitorId,
    id: ActionId,
    digest: &str,
) -> ApiResult<Option<T>> {
    let row = sqlx::query("SELECT digest, body FROM visitor_actions WHERE visitor_id = $1 AND id = $2")
        .bind(visitor.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let kept: String = row.try_get("digest")?;
    if action::begin(Some(&kept), digest) == Begun::Reused {
        return Err(ApiError::new(
            ProblemCode::IdReused,
            "This `actionId` stands for another action; send this one with a new id.",
        ));
    }
    columns::json(&row, "body").map(Some)
}

/// Keeps what came of it.
///
/// # Errors
/// The database's failure.
pub(super) async fn keep<T: Serialize>(
    tx: &mut Tx,
    visitor: VisitorId,
    id: ActionId,
    digest: String,
    result: &T,
) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO visitor_actions (visitor_id, id, digest, body, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(visitor.to_string())
    .bind(id.to_string())
    .bind(digest)
    .bind(serde_json::to_string(result)?)
    .bind(tx.now().as_millis())
    .execute(tx.conn())
    .await?;
    Ok(())
}
