//! `POST /api/auth/totp/enrol · confirm · disable`, and checking codes at sign-in (`crate::totp` has the arithmetic).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sqlx::Row;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::{DisableTotpRequest, RecoveryCodes, TotpCodeRequest, TotpEnrolment};
use switchboard_contract::ids::MemberId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{self, Checks, Violation};

use super::operator::{AnyOperator, Operator};
use super::{confirm, keys, throttle};
use crate::audit::Deed;
use crate::db::{Lock, Tx, columns};
use crate::http::ApiJson;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::team::rows;
use crate::totp::{self, Secret};

/// Makes a secret that waits for its first code. Asking again makes another one.
pub(crate) async fn enrol(
    State(state): State<AppState>,
    AnyOperator(operator): AnyOperator,
) -> ApiResult<Json<TotpEnrolment>> {
    let mut random = [0; totp::SECRET_BYTES];
    getrandom::fill(&mut random).map_err(|error| ApiError::unavailable(error.to_string()))?;
    let secret = Secret::new(random);
    let base32 = secret.to_base32();
    let email: String = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE members SET totp_pending = $1 WHERE id = $2 AND totp_secret IS NULL RETURNING email",
                )
                .bind(base32)
                .bind(operator.member_id.to_string())
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(already_enabled)?;
                Ok(row.try_get("email")?)
            })
        })
        .await?;
    let uri = secret.uri(&email);
    Ok(Json(TotpEnrolment {
        qr: totp::qr_rows(&uri)?,
        secret: secret.to_base32(),
        uri,
    }))
}

/// Takes the first code of the new secret: from now on sign-ins need one. Answers the recovery codes, once.
pub(crate) async fn confirm(
    State(state): State<AppState>,
    AnyOperator(operator): AnyOperator,
    ApiJson(request): ApiJson<TotpCodeRequest>,
) -> ApiResult<Json<RecoveryCodes>> {
    Checks::default()
        .field("code", validate::totp_code(&request.code))
        .finish()?;
    let counter = throttle::SECOND_FACTOR.member(&state.keys, operator.member_id);
    throttle::hit(&state.db, vec![counter.clone()]).await?;
    let codes = new_recovery_codes()?;
    let hashes: Vec<String> = codes.iter().filter_map(|code| recovery_hash(code)).collect();
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                enable(tx, operator.member_id, &request.code).await?;
                throttle::forget(tx, &[counter]).await?;
                for hash in hashes {
                    sqlx::query("INSERT INTO recovery_codes (member_id, hash) VALUES ($1, $2)")
                        .bind(operator.member_id.to_string())
                        .bind(hash)
                        .execute(tx.conn())
                        .await?;
                }
                Deed::new(AuditKind::SecondFactorEnabled)
                    .by(tx, &operator)
                    .await?;
                rows::announce_update(tx, operator.account_id, operator.member_id).await
            })
        })
        .await?;
    Ok(Json(RecoveryCodes {
        recovery_codes: codes,
    }))
}

async fn enable(tx: &mut Tx, member: MemberId, code: &str) -> ApiResult<()> {
    tx.lock(Lock::Member(member)).await?;
    let row = sqlx::query("SELECT totp_secret, totp_pending FROM members WHERE id = $1")
        .bind(member.to_string())
        .fetch_one(tx.conn())
        .await?;
    if row.try_get::<Option<String>, _>("totp_secret")?.is_some() {
        return Err(already_enabled());
    }
    let pending: Option<String> = row.try_get("totp_pending")?;
    let secret = pending.as_deref().and_then(Secret::from_base32).ok_or_else(|| {
        ApiError::new(
            ProblemCode::Gone,
            "There is no set-up to confirm. Start it again.",
        )
    })?;
    let step = secret
        .accept(code, tx.now(), None)
        .ok_or_else(|| ApiError::invalid_field("code", Violation::WrongFirstCode))?;
    sqlx::query("DELETE FROM recovery_codes WHERE member_id = $1")
        .bind(member.to_string())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "UPDATE members SET totp_secret = totp_pending, totp_pending = NULL, totp_step = $1, version = version + 1 \
         WHERE id = $2",
    )
    .bind(step)
    .bind(member.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the second factor away; needs the password, and a team that does not require one.
pub(crate) async fn disable(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<DisableTotpRequest>,
) -> ApiResult<StatusCode> {
    confirm::password(&state, &operator, request.current_password).await?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = sqlx::query("SELECT require_totp FROM accounts WHERE id = $1")
                    .bind(operator.account_id.to_string())
                    .fetch_one(tx.conn())
                    .await?;
                if columns::flag(&row, "require_totp")? {
                    return Err(ApiError::new(
                        ProblemCode::Forbidden,
                        "Your team requires a second factor. An owner can change that in the team's security settings.",
                    ));
                }
                clear(tx, operator.member_id).await?;
                Deed::new(AuditKind::SecondFactorDisabled).by(tx, &operator).await?;
                rows::announce_update(tx, operator.account_id, operator.member_id).await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a member's second factor and recovery codes away.
pub(crate) async fn clear(tx: &mut Tx, member: MemberId) -> ApiResult<()> {
    sqlx::query(
        "UPDATE members SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL, version = version + 1 WHERE id = $1",
    )
    .bind(member.to_string())
    .execute(tx.conn())
    .await?;
    sqlx::query("DELETE FROM recovery_codes WHERE member_id = $1")
        .bind(member.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether `typed` is the member's code of now or one of the recovery codes. It is spent.
pub(super) async fn accept(tx: &mut Tx, member: MemberId, typed: &str) -> ApiResult<bool> {
    tx.lock(Lock::Member(member)).await?;
    let row = sqlx::query("SELECT totp_secret, totp_step FROM members WHERE id = $1")
        .bind(member.to_string())
        .fetch_one(tx.conn())
        .await?;
    let secret: Option<String> = row.try_get("totp_secret")?;
    let Some(secret) = secret.as_deref().and_then(Secret::from_base32) else {
        return Ok(false);
    };
    if let Some(step) = secret.accept(typed, tx.now(), row.try_get("totp_step")?) {
        sqlx::query("UPDATE members SET totp_step = $1 WHERE id = $2")
            .bind(step)
            .bind(member.to_string())
            .execute(tx.conn())
            .await?;
        return Ok(true);
    }
    let Some(hash) = recovery_hash(typed) else {
        return Ok(false);
    };
    let spent = sqlx::query("DELETE FROM recovery_codes WHERE member_id = $1 AND hash = $2")
        .bind(member.to_string())
        .bind(hash)
        .execute(tx.conn())
        .await?;
    Ok(spent.rows_affected() == 1)
}

fn new_recovery_codes() -> ApiResult<Vec<String>> {
    (0..totp::RECOVERY_CODES)
        .map(|_| {
            let mut random = [0; totp::RECOVERY_BYTES];
            getrandom::fill(&mut random).map_err(|error| ApiError::unavailable(error.to_string()))?;
            Ok(totp::recovery_code(random))
        })
        .collect()
}

fn recovery_hash(code: &str) -> Option<String> {
    totp::normal_recovery_code(code).map(|code| keys::hash(&code))
}

fn already_enabled() -> ApiError {
    ApiError::new(
        ProblemCode::Conflict,
        "A second factor is set up already. Switch it off first to set up another one.",
    )
}
