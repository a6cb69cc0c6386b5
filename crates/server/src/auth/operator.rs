//! The signed-in operator behind a request.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use subtle::ConstantTimeEq;
use switchboard_contract::auth::{Availability, Role};
use switchboard_contract::ids::{AccountId, MemberId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_domain::audience::Audience;
pub use switchboard_domain::audience::Rights;
use switchboard_domain::{rotation, team};
use uuid::Uuid;

use super::keys::{self, Keys, Purpose};
use crate::audit::Whence;
use crate::db::{Tx, columns, lists};
use crate::http::Client;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::tokens::caller;

/// A signed-in member. As an extractor: a valid access token, or 401; and a second factor where the account requires
/// one, or 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The sign-in. Behind a call with an API token its id, which no session has: no token reaches what asks for the session.
    pub session_id: SessionId,
    /// The member.
    pub member_id: MemberId,
    /// The member's name as it is shown.
    pub name: String,
    /// The account.
    pub account_id: AccountId,
    /// What the member may do.
    pub role: Role,
    /// What the member may see.
    pub rights: Rights,
    /// When the access token ends; after a load by session, when the session does.
    pub expires_at: Timestamp,
    /// The account requires a second factor and the member has none: only setting one up is allowed.
    pub enrolment_due: bool,
    /// Where the call came from; none after a load by session.
    pub whence: Option<Whence>,
}

/// A signed-in member who may still have to set up a second factor, for the few calls that this needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyOperator(pub Operator);

/// What an access token says, once its MAC is right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct AccessClaims {
    pub(super) session_id: SessionId,
    /// The generation of the refresh token that it was handed out with.
    pub(super) generation: u32,
    pub(super) expires_at: Timestamp,
}

impl fmt::Debug for AccessClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessClaims")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// How exactly the last use of a session is known, in milliseconds: not every request writes.
const USE_RESOLUTION_MS: i64 = 60_000;

const CLAIMS_BYTES: usize = 16 + 4 + 8;
const TOKEN_BYTES: usize = CLAIMS_BYTES + keys::BYTES;

impl AccessClaims {
    /// The access token that says this.
    pub(super) fn sign(self, keys: &Keys) -> String {
        let mut token = self.bytes().to_vec();
        token.extend(keys.mac(Purpose::Access, &[&self.bytes()]));
        keys::encode(&token)
    }

    /// What `token` says; none unless its MAC is right and `now` is before its end.
    pub(super) fn verify(token: &str, keys: &Keys, now: Timestamp) -> Option<Self> {
        let token: [u8; TOKEN_BYTES] = keys::decode(token)?;
        let (claims, mac) = token.split_at(CLAIMS_BYTES);
        if !bool::from(keys.mac(Purpose::Access, &[claims]).ct_eq(mac)) {
            return None;
        }
        let claims = Self {
            session_id: SessionId::from_uuid(Uuid::from_slice(claims.get(..16)?).ok()?),
            generation: u32::from_be_bytes(claims.get(16..20)?.try_into().ok()?),
            expires_at: Timestamp::from_millis(i64::from_be_bytes(claims.get(20..28)?.try_into().ok()?)),
        };
        (now < claims.expires_at).then_some(claims)
    }

    fn bytes(self) -> [u8; CLAIMS_BYTES] {
        let mut bytes = [0; CLAIMS_BYTES];
        bytes[..16].copy_from_slice(self.session_id.as_uuid().as_bytes());
        bytes[16..20].copy_from_slice(&self.generation.to_be_bytes());
        bytes[20..].copy_from_slice(&self.expires_at.as_millis().to_be_bytes());
        bytes
    }
}

impl Operator {
    /// The operator behind a session; none when it was revoked or has ended.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn load(tx: &mut Tx, session_id: SessionId) -> ApiResult<Option<Self>> {
        Ok(load(tx, session_id).await?.map(|loaded| loaded.operator))
    }

    /// The operators behind those of `sessions` that hold, with the availability that each has set; in no order.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn load_all(tx: &mut Tx, sessions: &[SessionId]) -> ApiResult<Vec<(Self, Availability)>> {
        let loaded = load_all(tx, sessions).await?;
        Ok(loaded
            .into_iter()
            .map(|loaded| (loaded.operator, loaded.availability))
            .collect())
    }

    /// A member in the place of whom an API token calls; none when the member is gone. `stands` stands for the sign-in.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn load_member(tx: &mut Tx, member: MemberId, stands: SessionId) -> ApiResult<Option<Self>> {
        sqlx::query(
            "SELECT $1 AS session_id, $2 AS expires_at, 0 AS generation, CAST(NULL AS BIGINT) AS generation_used_at, \
             $2 AS last_used_at, m.id, m.account_id, m.name, m.role, m.availability, m.totp_secret, a.require_totp, \
             (SELECT STRING_AGG(mw.website_id, ' ') FROM member_websites mw WHERE mw.member_id = m.id) AS websites \
             FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.id = $3 AND m.removed_at IS NULL",
        )
        .bind(stands.to_string())
        .bind(tx.now().as_millis())
        .bind(member.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| Ok(read(&row)?.operator))
        .transpose()
    }

    /// Whether the member is part of an audience.
    #[must_use]
    pub fn may_see(&self, audience: Audience) -> bool {
        audience.includes(self.member_id, &self.rights)
    }

    /// Refuses members whose role is below `least`.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn require(&self, least: Role) -> ApiResult<()> {
        if team::rank(self.role) >= team::rank(least) {
            return Ok(());
        }
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "Your role does not allow this. Ask an owner or admin of your team.",
        ))
    }

    /// Refuses members who have to set up a second factor first.
    ///
    /// # Errors
    /// 403 `totp_enrolment_due`.
    pub fn require_enrolment(&self) -> ApiResult<()> {
        if self.enrolment_due {
            return Err(ApiError::new(
                ProblemCode::TotpEnrolmentDue,
                "Your team requires a second factor. Set one up in your security settings, then go on.",
            ));
        }
        Ok(())
    }

    /// The account behind a session, whether it still holds or not.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn account_of(tx: &mut Tx, session_id: SessionId) -> ApiResult<Option<AccountId>> {
        sqlx::query(
            "SELECT m.account_id FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1",
        )
        .bind(session_id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| columns::id(&row, "account_id"))
        .transpose()
    }
}

/// An operator and what the session has to be told.
struct Loaded {
    operator: Operator,
    availability: Availability,
    /// The number of the session's current refresh token.
    generation: u32,
    /// When it first showed that it had arrived.
    generation_used_at: Option<Timestamp>,
    last_used_at: Timestamp,
}

/// Those of `sessions` that hold, in no order.
async fn load_all(tx: &mut Tx, sessions: &[SessionId]) -> ApiResult<Vec<Loaded>> {
    let mut loaded = Vec::with_capacity(sessions.len());
    for ids in lists::chunks(sessions) {
        let sql = format!(
            "SELECT s.id AS session_id, s.expires_at, s.generation, s.generation_used_at, s.last_used_at, m.id, \
             m.account_id, m.name, m.role, m.availability, m.totp_secret, a.require_totp, \
             (SELECT STRING_AGG(mw.website_id, ' ') FROM member_websites mw WHERE mw.member_id = m.id) AS websites \
             FROM sessions s JOIN members m ON m.id = s.member_id JOIN accounts a ON a.id = m.account_id \
             WHERE s.id IN ({}) AND s.revoked_at IS NULL AND s.expires_at > ${} AND m.removed_at IS NULL",
            lists::places(&ids),
            ids.len() + 1
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        let rows = query.bind(tx.now().as_millis()).fetch_all(tx.conn()).await?;
        for row in &rows {
            loaded.push(read(row)?);
        }
    }
    Ok(loaded)
}

async fn load(tx: &mut Tx, session: SessionId) -> ApiResult<Option<Loaded>> {
    Ok(load_all(tx, &[session]).await?.pop())
}

fn read(row: &AnyRow) -> ApiResult<Loaded> {
    let role = columns::word(row, "role")?;
    let rights = if Rights::are_all(role) {
        Rights::All
    } else {
        let websites: Option<String> = row.try_get("websites")?;
        let ids = websites.as_deref().unwrap_or_default().split_whitespace();
        let ids = ids.map(|id| {
            id.parse()
                .map_err(|_| ApiError::internal("an id that is none in member_websites"))
        });
        Rights::Websites(ids.collect::<ApiResult<_>>()?)
    };
    let operator = Operator {
        session_id: columns::id(row, "session_id")?,
        member_id: columns::id(row, "id")?,
        name: row.try_get("name")?,
        account_id: columns::id(row, "account_id")?,
        role,
        rights,
        expires_at: columns::instant(row, "expires_at")?,
        enrolment_due: columns::flag(row, "require_totp")?
            && row.try_get::<Option<String>, _>("totp_secret")?.is_none(),
        whence: None,
    };
    Ok(Loaded {
        operator,
        availability: columns::word(row, "availability")?,
        generation: u32::try_from(columns::count(row, "generation")?).map_err(ApiError::internal)?,
        generation_used_at: columns::maybe_instant(row, "generation_used_at")?,
        last_used_at: columns::instant(row, "last_used_at")?,
    })
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let AnyOperator(operator) = AnyOperator::from_request_parts(parts, state).await?;
        operator.require_enrolment()?;
        Ok(operator)
    }
}

impl FromRequestParts<AppState> for AnyOperator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        if let Some(secret) = bearer(&parts.headers).filter(|bearer| caller::is_one(bearer)) {
            let secret = secret.to_owned();
            return caller::operator(parts, state, &secret).await.map(Self);
        }
        let claims = bearer(&parts.headers)
            .and_then(|token| AccessClaims::verify(token, &state.keys, state.clock.now()))
            .ok_or_else(ApiError::unauthenticated)?;
        let Loaded {
            mut operator,
            generation,
            generation_used_at,
            last_used_at,
            ..
        } = state
            .db
            .read(move |tx| Box::pin(async move { load(tx, claims.session_id).await }))
            .await?
            .ok_or_else(ApiError::unauthenticated)?;
        if rotation::is_first_use(generation, generation_used_at, claims.generation)
            || state.clock.now() >= last_used_at.plus_millis(USE_RESOLUTION_MS)
        {
            mark_used(state, claims).await?;
        }
        operator.expires_at = claims.expires_at;
        operator.whence = Some(Client::from_request_parts(parts, state).await?.into());
        Ok(Self(operator))
    }
}

/// Notes the use of a session. The first use of an access token also proves that the answer with its refresh token
/// arrived; from then on the refresh token's parent is accepted for a short while only (`switchboard_domain::rotation`).
async fn mark_used(state: &AppState, claims: AccessClaims) -> ApiResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE sessions SET last_used_at = $1, generation_used_at = \
                     CASE WHEN generation = $2 AND generation_used_at IS NULL THEN $1 ELSE generation_used_at END \
                     WHERE id = $3",
                )
                .bind(tx.now().as_millis())
                .bind(i64::from(claims.generation))
                .bind(claims.session_id.to_string())
                .execute(tx.conn())
                .await?;
                Ok(())
            })
        })
        .await
}
