//! Passwords: `POST /api/auth/forgot-password · reset-password` and `PUT /api/auth/password`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::{ChangePasswordRequest, EmailRequest, ResetPasswordRequest};
use switchboard_contract::ids::{AccountId, MemberId};
use switchboard_contract::password::Personal;
use switchboard_contract::validate::{Checks, Violation};

use super::links::{self, Purpose};
use super::sessions::{self, Which};
use super::sign_in::normal_email;
use super::{Operator, confirm, keys, password, throttle};
use crate::audit::{Author, Deed};
use crate::db::{Tx, columns};
use crate::http::{ApiJson, Client, origin};
use crate::mail;
use crate::mail::letters::Letters;
use crate::problem::ApiResult;
use crate::state::AppState;

/// A member whose password changes.
struct Owner {
    account: AccountId,
    email: String,
    name: String,
    company: String,
}

/// Mails a link; says nothing about whether the address is known, and does the same work either way.
pub(crate) async fn forgot(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<EmailRequest>,
) -> ApiResult<StatusCode> {
    origin::refuse_foreign(&state.config, &headers)?;
    Checks::default()
        .field("email", mail::check_address(&request.email))
        .finish()?;
    let email = normal_email(&request.email);
    let counters = vec![
        throttle::FORGOT.email(&state.keys, &email),
        throttle::LETTER_ADDRESS.address(&state.keys, client.address),
    ];
    throttle::hit(&state.db, counters).await?;
    let token = keys::new_secret()?;
    let letter = Letters {
        public_url: &state.config.public_url,
    }
    .reset(&email, &token);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let member = sqlx::query("SELECT id FROM members WHERE email = $1 AND removed_at IS NULL")
                    .bind(email.clone())
                    .fetch_optional(tx.conn())
                    .await?
                    .map(|row| columns::id(&row, "id"))
                    .transpose()?;
                links::store(tx, Purpose::Reset, member, &email, &token).await?;
                mail::queue_or_pretend(tx, letter, member.is_some()).await
            })
        })
        .await?;
    state.mailer.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the link: a new password, and every session of the member ends.
pub(crate) async fn reset(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<ResetPasswordRequest>,
) -> ApiResult<StatusCode> {
    origin::refuse_foreign(&state.config, &headers)?;
    // The rule is checked before the link is taken, so that a refused password does not cost the link.
    let token = request.token.clone();
    let owner = state
        .db
        .read(move |tx| Box::pin(async move { owner_of_link(tx, &token).await }))
        .await?
        .ok_or_else(links::worthless)?;
    check(&request.password, &owner, "password")?;
    let hash = password::hash(request.password).await?;
    let letter = Letters {
        public_url: &state.config.public_url,
    }
    .password_changed(&owner.email);
    let token = request.token;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (member, _) = links::take(tx, Purpose::Reset, &token)
                    .await?
                    .ok_or_else(links::worthless)?;
                change(tx, member, hash).await?;
                mail::queue(tx, letter).await?;
                let author = Author::member(owner.account, member, owner.name, client.into());
                Deed::new(AuditKind::PasswordReset).by(tx, author).await?;
                sessions::revoke(tx, owner.account, member, Which::All).await
            })
        })
        .await?;
    state.mailer.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the caller's password; every other session of the member ends.
pub(crate) async fn replace(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<ChangePasswordRequest>,
) -> ApiResult<StatusCode> {
    let member = operator.member_id;
    let owner = state
        .db
        .read(move |tx| Box::pin(async move { owner(tx, member).await }))
        .await?;
    check(&request.new_password, &owner, "newPassword")?;
    confirm::password(&state, &operator, request.current_password).await?;
    let hash = password::hash(request.new_password).await?;
    let letter = Letters {
        public_url: &state.config.public_url,
    }
    .password_changed(&owner.email);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                change(tx, member, hash).await?;
                mail::queue(tx, letter).await?;
                Deed::new(AuditKind::PasswordChanged).by(tx, &operator).await?;
                sessions::revoke(tx, owner.account, member, Which::AllBut(operator.session_id)).await
            })
        })
        .await?;
    state.mailer.wake();
    Ok(StatusCode::NO_CONTENT)
}

fn check(new: &str, owner: &Owner, field: &str) -> ApiResult<()> {
    let personal = Personal {
        email: &owner.email,
        name: &owner.name,
        company: &owner.company,
    };
    let outcome: Result<(), Violation> = password::check_new(new, &personal);
    Ok(Checks::default().field(field, outcome).finish()?)
}

/// Stores the hash. Whoever had the old password may have asked for other links, or begun a sign-in: they end with it.
async fn change(tx: &mut Tx, member: MemberId, hash: String) -> ApiResult<()> {
    sqlx::query(
        "UPDATE members SET password_hash = $1, pending_email = NULL, version = version + 1 WHERE id = $2",
    )
    .bind(hash)
    .bind(member.to_string())
    .execute(tx.conn())
    .await?;
    sqlx::query("DELETE FROM challenges WHERE member_id = $1")
        .bind(member.to_string())
        .execute(tx.conn())
        .await?;
    links::drop_all(tx, member).await
}

async fn owner(tx: &mut Tx, member: MemberId) -> ApiResult<Owner> {
    let row = sqlx::query(
        "SELECT m.account_id, m.email, m.name, a.name AS company FROM members m \
         JOIN accounts a ON a.id = m.account_id WHERE m.id = $1",
    )
    .bind(member.to_string())
    .fetch_one(tx.conn())
    .await?;
    read(&row)
}

async fn owner_of_link(tx: &mut Tx, token: &str) -> ApiResult<Option<Owner>> {
    sqlx::query(
        "SELECT m.account_id, m.email, m.name, a.name AS company FROM links l \
         JOIN members m ON m.id = l.member_id JOIN accounts a ON a.id = m.account_id \
         WHERE l.hash = $1 AND l.purpose = 'reset' AND l.expires_at > $2 AND m.removed_at IS NULL",
    )
    .bind(keys::hash(token))
    .bind(tx.now().as_millis())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| read(&row))
    .transpose()
}

fn read(row: &AnyRow) -> ApiResult<Owner> {
    Ok(Owner {
        account: columns::id(row, "account_id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        company: row.try_get("company")?,
    })
}
