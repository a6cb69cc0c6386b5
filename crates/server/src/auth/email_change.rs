//! `POST /api/auth/email-change`: a new address takes effect when its link is followed (`verify-email`). The old address
//! hears of it at once.

use axum::extract::State;
use axum::http::StatusCode;
use sqlx::Row;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::ChangeEmailRequest;
use switchboard_contract::ids::AccountId;
use switchboard_contract::validate::{Checks, Violation};

use super::links::{self, Purpose};
use super::register::address_in_use;
use super::sign_in::normal_email;
use super::{Operator, confirm, keys, throttle};
use crate::audit::{Author, Deed, Whence};
use crate::db::{Tx, columns};
use crate::http::ApiJson;
use crate::mail;
use crate::mail::letters::Letters;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::team::rows;

/// Mails a link to the new address and a notice to the old one; says nothing about whether the new one is known.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<ChangeEmailRequest>,
) -> ApiResult<StatusCode> {
    Checks::default()
        .field("email", mail::check_address(&request.email))
        .finish()?;
    confirm::password(&state, &operator, request.current_password).await?;
    throttle::hit(
        &state.db,
        vec![throttle::CAUSED_LETTERS.account(&state.keys, operator.account_id)],
    )
    .await?;
    let new = normal_email(&request.email);
    let public_url = state.config.public_url.clone();
    let token = keys::new_secret()?;
    state
        .db
        .write(move |tx| Box::pin(async move { begin(tx, &operator, &new, &public_url, &token).await }))
        .await?;
    state.mailer.wake();
    Ok(StatusCode::NO_CONTENT)
}

async fn begin(tx: &mut Tx, operator: &Operator, new: &str, public_url: &str, token: &str) -> ApiResult<()> {
    let letters = Letters { public_url };
    let row = sqlx::query(
        "SELECT email, (SELECT id FROM members WHERE email = $1) AS holder FROM members WHERE id = $2",
    )
    .bind(new.to_owned())
    .bind(operator.member_id.to_string())
    .fetch_one(tx.conn())
    .await?;
    let old: String = row.try_get("email")?;
    if old == new {
        return Err(ApiError::invalid_field("email", Violation::OwnEmail));
    }
    let letter = match row.try_get::<Option<String>, _>("holder")? {
        Some(_) => letters.already_registered(new),
        None => letters.email_change(new, token),
    };
    // The link of a known address leads nowhere: nobody is sent it, and following it would find the address in use.
    links::store(tx, Purpose::Email, Some(operator.member_id), new, token).await?;
    sqlx::query("UPDATE members SET pending_email = $1, version = version + 1 WHERE id = $2")
        .bind(new.to_owned())
        .bind(operator.member_id.to_string())
        .execute(tx.conn())
        .await?;
    mail::queue(tx, letter).await?;
    mail::queue(tx, letters.email_change_notice(&old)).await
}

/// Takes the link of a change of address, when `token` is one: the member signs in with the new address from now on.
pub(super) async fn take(tx: &mut Tx, token: &str, whence: Whence) -> ApiResult<bool> {
    let Some((member, email)) = links::take(tx, Purpose::Email, token).await? else {
        return Ok(false);
    };
    let taken = sqlx::query("SELECT 1 FROM members WHERE email = $1")
        .bind(email.clone())
        .fetch_optional(tx.conn())
        .await?;
    if taken.is_some() {
        return Err(address_in_use());
    }
    let row = sqlx::query(
        "UPDATE members SET email = $1, pending_email = NULL, version = version + 1 \
         WHERE id = $2 AND removed_at IS NULL RETURNING account_id, name",
    )
    .bind(email)
    .bind(member.to_string())
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(links::worthless)?;
    let account: AccountId = columns::id(&row, "account_id")?;
    let author = Author::member(account, member, row.try_get("name")?, whence);
    Deed::new(AuditKind::EmailChanged).by(tx, author).await?;
    rows::announce_update(tx, account, member).await?;
    Ok(true)
}
