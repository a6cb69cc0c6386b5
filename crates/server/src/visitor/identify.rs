//! `POST /api/visitor/identify` and `…/attributes`: what the website tells of its visitor. An identity counts only with a proof
//! that the visitor's browser cannot make (HMAC-SHA-256 under the website's secret); attributes are shown as what they are:
//! told by the page.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqlx::{AssertSqlSafe, Row as _};
use subtle::ConstantTimeEq as _;
use switchboard_contract::ids::{VisitorId, WebsiteId};
use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::visitor::{Identify, SetAttributes, VisitorUser};

use crate::auth::VisitorCaller;
use crate::auth::keys::{self, Keys, Purpose};
use crate::db::{Lock, Tx, columns};
use crate::http::ApiJson;
use crate::live_chat::rows::{self, VISITOR};
use crate::live_chat::visitors::identity;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// The secret that a website's own server proves identities with. It is derived, so the database holds none.
///
/// # Errors
/// The database's failure.
pub(crate) async fn secret(tx: &mut Tx, keys: &Keys, website: WebsiteId) -> ApiResult<String> {
    let row = sqlx::query("SELECT identity_generation FROM websites WHERE id = $1")
        .bind(website.to_string())
        .fetch_one(tx.conn())
        .await?;
    let generation = columns::count(&row, "identity_generation")?;
    let (website, generation) = (website.as_uuid(), generation.to_be_bytes());
    Ok(keys::encode(
        &keys.mac(Purpose::Identity, &[website.as_bytes(), &generation]),
    ))
}

/// HMAC-SHA-256 of `id` under `secret`, in hexadecimal digits.
fn proof(secret: &str, id: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes keys of every length")
    };
    mac.update(id.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `hash` is the proof of `id` under `secret`.
pub(super) fn proves(secret: &str, id: &str, hash: &str) -> bool {
    let expected = proof(secret, id);
    bool::from(expected.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()))
}

/// The website says who this is: 403 and nothing changed unless it proves it.
pub(crate) async fn identify(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<Identify>,
) -> ApiResult<Json<VisitorUser>> {
    paced(&state, &caller)?;
    request.check()?;
    let keys = state.keys.clone();
    let user = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let secret = secret(tx, &keys, caller.website_id).await?;
                if !proves(&secret, &request.id, &request.hash) {
                    return Err(ApiError::new(
                        ProblemCode::Forbidden,
                        "`hash` does not prove `id`: send HMAC-SHA-256 of it under the website's identity secret, as hexadecimal digits.",
                    ));
                }
                tx.lock(Lock::Visitor(caller.visitor_id)).await?;
                let (before, external) = load(tx, caller.visitor_id).await?;
                let mut user = before.clone();
                // What the website does not tell stays as it is.
                let told = |text: Option<String>| text.map(Some);
                identity::put(&mut user.name, told(request.name));
                identity::put(&mut user.email, told(request.email));
                identity::put(&mut user.phone, told(request.phone));
                user.verified = true;
                if user != before || external.as_ref() != Some(&request.id) {
                    user.version += 1;
                    sqlx::query("UPDATE visitors SET external_id = $1 WHERE id = $2")
                        .bind(request.id)
                        .bind(caller.visitor_id.to_string())
                        .execute(tx.conn())
                        .await?;
                    identity::store(tx, &user).await?;
                    identity::tell(tx, caller.account_id, caller.website_id, caller.visitor_id).await?;
                }
                Ok(user)
            })
        })
        .await?;
    Ok(Json(VisitorUser {
        id: user.id,
        name: user.name,
        email: user.email,
    }))
}

/// The website tells attributes: those named change, null takes one away.
pub(crate) async fn attributes(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<SetAttributes>,
) -> ApiResult<StatusCode> {
    paced(&state, &caller)?;
    request.check()?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                tx.lock(Lock::Visitor(caller.visitor_id)).await?;
                let (user, _) = load(tx, caller.visitor_id).await?;
                let attributes = request.applied_to(user.attributes.clone())?;
                if attributes != user.attributes {
                    sqlx::query("UPDATE visitors SET attributes = $1 WHERE id = $2")
                        .bind(serde_json::to_string(&attributes)?)
                        .bind(caller.visitor_id.to_string())
                        .execute(tx.conn())
                        .await?;
                    identity::tell(tx, caller.account_id, caller.website_id, caller.visitor_id).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page that tells without end is slowed down: each change is an event.
pub(super) fn paced(state: &AppState, caller: &VisitorCaller) -> ApiResult<()> {
    state.hub.visitor_may_tell(caller.visitor_id).map_err(|wait| {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        ApiError::rate_limited("Tell what has changed once, with all of it in one call.", wait_ms)
    })
}

/// The person, and the id under which the website knows them.
pub(super) async fn load(tx: &mut Tx, id: VisitorId) -> ApiResult<(LiveChatUser, Option<String>)> {
    let sql = format!("SELECT {VISITOR}, v.external_id FROM visitors v WHERE v.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .ok_or_else(|| ApiError::not_found("visitor"))?;
    Ok((rows::read_visitor(&row)?, row.try_get("external_id")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_proves_an_id() {
        // RFC 4231, test case 2.
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(proves("Jefe", "what do ya want for nothing?", known));
        assert!(proves(
            "Jefe",
            "what do ya want for nothing?",
            &known.to_ascii_uppercase()
        ));
        for (secret, id, hash) in [
            ("jefe", "what do ya want for nothing?", known),
            ("Jefe", "what do ya want for something?", known),
            ("Jefe", "what do ya want for nothing?", &known[..62]),
            ("Jefe", "what do ya want for nothing?", ""),
        ] {
            assert!(!proves(secret, id, hash), "{secret} {id} {hash}");
        }
    }
}
