//! `POST /api/auth/login` and `login/totp`. An unknown address takes the same steps as a known one, one password hash
//! included, so neither answer nor time tells them apart.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sqlx::Row;
use switchboard_contract::auth::{LoginRequest, TotpLoginRequest};
use switchboard_contract::ids::MemberId;
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::validate::{self, Checks, Violation};

use super::sessions::{self, Grant, NewSession};
use super::throttle::{self, Counter};
use super::{keys, password, second_factor};
use crate::db::{Tx, columns};
use crate::http::{ApiJson, Client, origin};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a sign-in waits for its second factor, in milliseconds.
const CHALLENGE_MS: i64 = 5 * 60 * 1_000;
/// Wrong codes after which a sign-in begins anew with the password.
const CHALLENGE_ATTEMPTS: i64 = 5;

/// Whom an email and a password name.
enum Found {
    Member {
        id: MemberId,
        second_factor: bool,
    },
    /// Registered, and the address is not verified.
    Registered,
}

/// Signs in with email and password.
pub(crate) async fn login(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<LoginRequest>,
) -> ApiResult<Response> {
    origin::refuse_foreign(&state.config, &headers)?;
    Checks::default()
        .field("email", validate::email(&request.email))
        .field("password", validate::entered_password(&request.password))
        .finish()?;
    let email = normal_email(&request.email);
    let personal = vec![
        throttle::SIGN_IN.both(&state.keys, client.address, &email),
        throttle::SIGN_IN_EMAIL.email(&state.keys, &email),
    ];
    let shared = throttle::SIGN_IN_ADDRESS.address(&state.keys, client.address);
    throttle::hit(&state.db, [personal.clone(), vec![shared.clone()]].concat()).await?;

    let found = find(&state, email).await?;
    let (found, stored) = found.map_or((None, None), |(found, hash)| (Some(found), Some(hash)));
    let fits = password::verify(request.password, stored).await?;
    match found.filter(|_| fits) {
        None => Err(ApiError::new(
            ProblemCode::InvalidCredentials,
            "Check the address and the password, and try again.",
        )),
        Some(Found::Registered) => Err(ApiError::new(
            ProblemCode::EmailUnverified,
            "Open the link in the mail that we sent you, or ask for another one.",
        )),
        Some(Found::Member {
            id,
            second_factor: true,
        }) => {
            let keep = request.keep_signed_in;
            let challenge = keys::new_secret()?;
            let hash = keys::hash(&challenge);
            state
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        succeed(tx, &personal, &shared).await?;
                        store_challenge(tx, hash, id, keep).await
                    })
                })
                .await?;
            let mut problem = Problem::new(
                ProblemCode::TotpRequired,
                "Enter the code that your authenticator shows, or a recovery code.",
            );
            problem.challenge = Some(challenge);
            Err(problem.into())
        }
        Some(Found::Member { id, .. }) => {
            let new = NewSession::new(&state, id, request.keep_signed_in, client);
            let grant = state
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        succeed(tx, &personal, &shared).await?;
                        sessions::begin(tx, new).await
                    })
                })
                .await?;
            sessions::answer(&state, grant)
        }
    }
}

/// The right password clears what was counted against this person, and this try from what the address shares.
async fn succeed(tx: &mut Tx, personal: &[Counter], shared: &Counter) -> ApiResult<()> {
    throttle::forget(tx, personal).await?;
    throttle::take_back(tx, shared).await
}

/// The stored form of an address: compared without case.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The member with this address, else the latest registration that waits for its link; with the hash of the password.
async fn find(state: &AppState, email: String) -> ApiResult<Option<(Found, String)>> {
    state
        .db
        .read(move |tx| {
            Box::pin(async move {
                // Both questions are always asked, so that they take one time.
                let member = sqlx::query(
                    "SELECT id, password_hash, totp_secret FROM members WHERE email = $1 AND removed_at IS NULL",
                )
                .bind(email.clone())
                .fetch_optional(tx.conn())
                .await?;
                let registration = sqlx::query(
                    "SELECT password_hash FROM registrations WHERE email = $1 AND expires_at > $2 \
                     ORDER BY created_at DESC, id DESC LIMIT 1",
                )
                .bind(email)
                .bind(tx.now().as_millis())
                .fetch_optional(tx.conn())
                .await?;
                if let Some(row) = member {
                    let found = Found::Member {
                        id: columns::id(&row, "id")?,
                        second_factor: row.try_get::<Option<String>, _>("totp_secret")?.is_some(),
                    };
                    return Ok(Some((found, row.try_get("password_hash")?)));
                }
                registration
                    .map(|row| Ok((Found::Registered, row.try_get("password_hash")?)))
                    .transpose()
            })
        })
        .await
}

async fn store_challenge(tx: &mut Tx, hash: String, member: MemberId, keep: bool) -> ApiResult<()> {
    let now = tx.now();
    sqlx::query("DELETE FROM challenges WHERE expires_at <= $1")
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    sqlx::query("INSERT INTO challenges (hash, member_id, keep, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(member.to_string())
        .bind(i64::from(keep))
        .bind(now.plus_millis(CHALLENGE_MS).as_millis())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Finishes a sign-in with the second factor.
pub(crate) async fn login_totp(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<TotpLoginRequest>,
) -> ApiResult<Response> {
    origin::refuse_foreign(&state.config, &headers)?;
    Checks::default()
        .field("code", validate::second_factor(&request.code))
        .finish()?;
    let hash = keys::hash(&request.challenge);
    let member = challenged(&state, hash.clone()).await?;
    let counter = throttle::SECOND_FACTOR.member(&state.keys, member);
    throttle::hit(&state.db, vec![counter.clone()]).await?;
    // A wrong code is counted although the caller is refused, so it is not an error inside.
    let new = NewSession::new(&state, member, false, client);
    let outcome = state
        .db
        .write(move |tx| {
            Box::pin(async move { answer_challenge(tx, hash, request.code, new, &counter).await })
        })
        .await?;
    match outcome {
        Outcome::Right(grant) => sessions::answer(&state, *grant),
        Outcome::Wrong => Err(ApiError::invalid_field("code", Violation::WrongCode)),
        Outcome::Over => Err(challenge_over()),
    }
}

enum Outcome {
    Right(Box<Grant>),
    Wrong,
    Over,
}

async fn answer_challenge(
    tx: &mut Tx,
    hash: String,
    code: String,
    new: NewSession,
    counter: &Counter,
) -> ApiResult<Outcome> {
    // Counting the attempt locks the challenge, so that one code cannot be tried twice at the same moment.
    let row = sqlx::query(
        "UPDATE challenges SET attempts = attempts + 1 WHERE hash = $1 AND expires_at > $2 RETURNING keep, attempts",
    )
    .bind(hash.clone())
    .bind(tx.now().as_millis())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Outcome::Over) };
    let right = second_factor::accept(tx, new.member_id, &code).await?;
    if right || row.try_get::<i64, _>("attempts")? >= CHALLENGE_ATTEMPTS {
        sqlx::query("DELETE FROM challenges WHERE hash = $1")
            .bind(hash)
            .execute(tx.conn())
            .await?;
    }
    if !right {
        return Ok(Outcome::Wrong);
    }
    throttle::forget(tx, std::slice::from_ref(counter)).await?;
    let new = NewSession {
        keep: columns::flag(&row, "keep")?,
        ..new
    };
    Ok(Outcome::Right(Box::new(sessions::begin(tx, new).await?)))
}

async fn challenged(state: &AppState, hash: String) -> ApiResult<MemberId> {
    state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT c.member_id FROM challenges c JOIN members m ON m.id = c.member_id \
                     WHERE c.hash = $1 AND c.expires_at > $2 AND m.removed_at IS NULL",
                )
                .bind(hash)
                .bind(tx.now().as_millis())
                .fetch_optional(tx.conn())
                .await?;
                row.map(|row| columns::id(&row, "member_id")).transpose()
            })
        })
        .await?
        .ok_or_else(challenge_over)
}

fn challenge_over() -> ApiError {
    ApiError::new(
        ProblemCode::Gone,
        "This sign-in took too long or had too many wrong codes. Enter your password again.",
    )
}
