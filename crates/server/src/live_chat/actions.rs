//! Results of actions, kept so that a repeat gets them again instead of acting again (`protocol.md` *Conventions*). The
//! result of each conversation has a row of its own, so that it can be taken out when the conversation is deleted.

use sqlx::Row;
use switchboard_contract::ids::{ActionId, MemberId, WebsiteId};
use switchboard_contract::live_chat::ChangeResult;
use switchboard_contract::position::Offset;
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::action;
use switchboard_domain::change::missing;

use crate::auth::Rights;
use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// How long results are kept, in milliseconds: 30 days.
pub(crate) const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How an action begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun {
    /// It was never heard of; it is noted now, and whoever repeats it waits for the end of this transaction.
    New,
    /// It was done before: its results and where the log stood after it.
    Done(Vec<ChangeResult>, Offset),
}

/// Begins the action `id` of `member`, whose content is told by `digest`. Results of conversations that `rights` no longer
/// allow are 404.
///
/// # Errors
/// 409 when the id was used for other content; the database's failure.
pub async fn begin(
    tx: &mut Tx,
    member: MemberId,
    rights: &Rights,
    id: ActionId,
    digest: &str,
) -> ApiResult<Begun> {
    let now = tx.now();
    let noted = sqlx::query(
        "INSERT INTO actions (member_id, id, digest, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(member.to_string())
    .bind(id.to_string())
    .bind(digest.to_owned())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if noted.rows_affected() > 0 {
        return Ok(Begun::New);
    }
    let row = sqlx::query("SELECT digest, log_offset FROM actions WHERE member_id = $1 AND id = $2")
        .bind(member.to_string())
        .bind(id.to_string())
        .fetch_one(tx.conn())
        .await?;
    let kept: String = row.try_get("digest")?;
    if action::begin(Some(&kept), digest) == action::Begun::Reused {
        return Err(ApiError::new(
            ProblemCode::IdReused,
            "This `actionId` stands for another action; send this one with a new id.",
        ));
    }
    let offset = Offset(columns::count(&row, "log_offset")?);
    Ok(Begun::Done(results(tx, member, rights, id).await?, offset))
}

async fn results(
    tx: &mut Tx,
    member: MemberId,
    rights: &Rights,
    id: ActionId,
) -> ApiResult<Vec<ChangeResult>> {
    let rows = sqlx::query(
        "SELECT website_id, body FROM action_results WHERE member_id = $1 AND action_id = $2 ORDER BY place",
    )
    .bind(member.to_string())
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let result: ChangeResult = columns::json(row, "body")?;
            let website: Option<WebsiteId> = columns::maybe_id(row, "website_id")?;
            Ok(match website {
                Some(website) if !rights.allow(website) => missing(result.id),
                _ => result,
            })
        })
        .collect()
}

/// Keeps the results of an action that [`begin`] noted; beside each, the website that decides who may see it.
///
/// # Errors
/// The database's failure.
pub async fn keep(
    tx: &mut Tx,
    member: MemberId,
    id: ActionId,
    results: &[(ChangeResult, Option<WebsiteId>)],
    offset: Offset,
) -> ApiResult<()> {
    sqlx::query("UPDATE actions SET log_offset = $1 WHERE member_id = $2 AND id = $3")
        .bind(columns::to_count(offset.0)?)
        .bind(member.to_string())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    for (place, (result, website)) in results.iter().enumerate() {
        sqlx::query(
            "INSERT INTO action_results (member_id, action_id, place, conversation_id, website_id, body) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(member.to_string())
        .bind(id.to_string())
        .bind(columns::to_count(place as u64)?)
        .bind(result.id.to_string())
        .bind(website.map(|id| id.to_string()))
        .bind(serde_json::to_string(result)?)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}
