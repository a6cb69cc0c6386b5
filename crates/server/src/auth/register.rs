//! `POST /api/auth/register · verify-email · resend-verification`. An account begins when its owner follows the link: until
//! then the registration waits beside the members, so nobody can occupy an address that is not theirs. What was typed with
//! a link's own registration is what the account begins with, never what someone else typed for the same address.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::auth::{EmailRequest, RegisterRequest, Role, TokenRequest};
use switchboard_contract::ids::{AccountId, MemberId};
use switchboard_contract::password::Personal;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{self, Checks};
use uuid::Uuid;

use super::sign_in::normal_email;
use super::{email_change, keys, links, password, throttle};
use crate::db::{Tx, columns};
use crate::http::{ApiJson, Client, origin};
use crate::ids;
use crate::mail;
use crate::mail::letters::Letters;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a registration waits for its link, in milliseconds.
const WAITS_MS: i64 = 24 * 60 * 60 * 1_000;

/// What someone typed to register.
struct Registration {
    email: String,
    name: String,
    company: String,
    password_hash: String,
}

/// Registers an account and its owner; says nothing about whether the address is known.
pub(crate) async fn register(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<RegisterRequest>,
) -> ApiResult<StatusCode> {
    origin::refuse_foreign(&state.config, &headers)?;
    let email = normal_email(&request.email);
    let personal = Personal {
        email: &email,
        name: &request.name,
        company: &request.company,
    };
    Checks::default()
        .field("name", validate::person_name(&request.name))
        .field("company", validate::company(&request.company))
        .field("email", mail::check_address(&request.email))
        .field("password", password::check_new(&request.password, &personal))
        .finish()?;
    let counters = vec![
        throttle::REGISTER.address(&state.keys, client.address),
        throttle::REGISTER_EMAIL.email(&state.keys, &email),
    ];
    throttle::hit(&state.db, counters).await?;

    let registration = Registration {
        password_hash: password::hash(request.password).await?,
        email,
        name: request.name.trim().to_owned(),
        company: request.company.trim().to_owned(),
    };
    let public_url = state.config.public_url.clone();
    let token = keys::new_secret()?;
    state
        .db
        .write(move |tx| Box::pin(async move { store(tx, registration, &public_url, &token).await }))
        .await?;
    state.mailer.wake();
    Ok(StatusCode::CREATED)
}

/// Does the same work whether or not the address is a member's: a registration that is stored already expired and a letter
/// of another kind are the only difference.
async fn store(tx: &mut Tx, registration: Registration, public_url: &str, token: &str) -> ApiResult<()> {
    let now = tx.now();
    let letters = Letters { public_url };
    let known = is_member(tx, &registration.email).await?;
    let letter = if known {
        letters.already_registered(&registration.email)
    } else {
        letters.verify(&registration.email, token)
    };
    sqlx::query("DELETE FROM registrations WHERE expires_at <= $1")
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    let waits = if known { 0 } else { WAITS_MS };
    sqlx::query(
        "INSERT INTO registrations (id, email, name, company, password_hash, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ids::new::<MemberId>(now)?.to_string())
    .bind(registration.email)
    .bind(registration.name)
    .bind(registration.company)
    .bind(registration.password_hash)
    .bind(keys::hash(token))
    .bind(now.as_millis())
    .bind(now.plus_millis(waits).as_millis())
    .execute(tx.conn())
    .await?;
    mail::queue(tx, letter).await
}

async fn is_member(tx: &mut Tx, email: &str) -> ApiResult<bool> {
    let row = sqlx::query("SELECT 1 FROM members WHERE email = $1")
        .bind(email.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Sends the mail of the latest registration again, with a new link; says nothing about whether there is one.
pub(crate) async fn resend(
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
        throttle::RESEND.email(&state.keys, &email),
        throttle::LETTER_ADDRESS.address(&state.keys, client.address),
    ];
    throttle::hit(&state.db, counters).await?;
    let token = keys::new_secret()?;
    let letter = Letters {
        public_url: &state.config.public_url,
    }
    .verify(&email, &token);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let renewed = sqlx::query(
                    "UPDATE registrations SET token_hash = $1, expires_at = $2 WHERE id = (SELECT id FROM registrations \
                     WHERE email = $3 AND expires_at > $4 ORDER BY created_at DESC, id DESC LIMIT 1)",
                )
                .bind(keys::hash(&token))
                .bind(now.plus_millis(WAITS_MS).as_millis())
                .bind(email)
                .bind(now.as_millis())
                .execute(tx.conn())
                .await?;
                mail::queue_or_pretend(tx, letter, renewed.rows_affected() == 1).await
            })
        })
        .await?;
    state.mailer.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the link of a registration, which begins the account, or of a change of address.
pub(crate) async fn verify(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<TokenRequest>,
) -> ApiResult<StatusCode> {
    origin::refuse_foreign(&state.config, &headers)?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                if email_change::take(tx, &request.token, client.into()).await? {
                    return Ok(());
                }
                let row = sqlx::query(
                    "DELETE FROM registrations WHERE token_hash = $1 AND expires_at > $2 \
                     RETURNING email, name, company, password_hash",
                )
                .bind(keys::hash(&request.token))
                .bind(tx.now().as_millis())
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(links::worthless)?;
                begin_account(tx, read(&row)?).await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(row: &AnyRow) -> ApiResult<Registration> {
    Ok(Registration {
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        company: row.try_get("company")?,
        password_hash: row.try_get("password_hash")?,
    })
}

async fn begin_account(tx: &mut Tx, registration: Registration) -> ApiResult<()> {
    let now = tx.now();
    let account: AccountId = ids::new(now)?;
    let owner: MemberId = ids::new(now)?;
    sqlx::query("INSERT INTO accounts (id, name, epoch, created_at) VALUES ($1, $2, $3, $4)")
        .bind(account.to_string())
        .bind(registration.company)
        .bind(Uuid::new_v4().to_string())
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    let stored = sqlx::query(
        "INSERT INTO members (id, account_id, name, email, password_hash, role, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
    )
    .bind(owner.to_string())
    .bind(account.to_string())
    .bind(registration.name)
    .bind(registration.email.clone())
    .bind(registration.password_hash)
    .bind(columns::to_word(&Role::Owner)?)
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(address_in_use());
    }
    // Other registrations of the same address lose their links: one of them is a member now.
    sqlx::query("DELETE FROM registrations WHERE email = $1")
        .bind(registration.email)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whoever holds a link that was mailed to an address may know that it has an account.
pub(crate) fn address_in_use() -> ApiError {
    ApiError::new(
        ProblemCode::AddressInUse,
        "This address became an account's in the meantime. Sign in with it.",
    )
}
