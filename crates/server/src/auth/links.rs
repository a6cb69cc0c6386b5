//! One-use links by mail to someone who is a member: resetting a password, changing an address. Only hashes are stored.

use sqlx::Row;
use switchboard_contract::ids::MemberId;
use switchboard_contract::problem::ProblemCode;

use super::keys;
use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A new password.
    Reset,
    /// A new address.
    Email,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }

    /// How long the link works, in milliseconds.
    const fn lifetime_ms(self) -> i64 {
        match self {
            Self::Reset => 30 * 60 * 1_000,
            Self::Email => 24 * 60 * 60 * 1_000,
        }
    }
}

/// Stores the link with `token`; the member's earlier ones for the same purpose no longer work. Without a member nothing
/// can be done with it: it is stored all the same, so that asking for an unknown address takes the same time.
pub(super) async fn store(
    tx: &mut Tx,
    purpose: Purpose,
    member: Option<MemberId>,
    email: &str,
    token: &str,
) -> ApiResult<()> {
    let now = tx.now();
    sqlx::query("DELETE FROM links WHERE expires_at <= $1 OR (purpose = $2 AND member_id = $3)")
        .bind(now.as_millis())
        .bind(purpose.word())
        .bind(member.map(|id| id.to_string()))
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "INSERT INTO links (hash, purpose, member_id, email, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(keys::hash(token))
    .bind(purpose.word())
    .bind(member.map(|id| id.to_string()))
    .bind(email.to_owned())
    .bind(now.plus_millis(purpose.lifetime_ms()).as_millis())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the link with `token`: it works once. Answers whose it is and the address that it was sent for.
pub(super) async fn take(
    tx: &mut Tx,
    purpose: Purpose,
    token: &str,
) -> ApiResult<Option<(MemberId, String)>> {
    sqlx::query(
        "DELETE FROM links WHERE hash = $1 AND purpose = $2 AND expires_at > $3 AND member_id IS NOT NULL \
         RETURNING member_id, email",
    )
    .bind(keys::hash(token))
    .bind(purpose.word())
    .bind(tx.now().as_millis())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| Ok((columns::id(&row, "member_id")?, row.try_get("email")?)))
    .transpose()
}

/// Makes every link of a member worthless.
pub(crate) async fn drop_all(tx: &mut Tx, member: MemberId) -> ApiResult<()> {
    sqlx::query("DELETE FROM links WHERE member_id = $1")
        .bind(member.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The answer to a link that is unknown, used or too old: they look the same.
pub(crate) fn worthless() -> ApiError {
    ApiError::new(
        ProblemCode::Gone,
        "This link was used already, or it is too old. Ask for a new one.",
    )
}
