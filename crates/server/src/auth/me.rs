//! `GET` and `PATCH /api/auth/me`: the signed-in member.

use axum::Json;
use axum::extract::State;
use sqlx::Row;
use switchboard_contract::auth::{Availability, Density, Me, Motion, Theme, UndoSend, UpdateMe};
use switchboard_contract::ids::{MemberId, SessionId};
use switchboard_contract::notifications::Notifications;
use switchboard_contract::validate::{self, Checks, Violation};

use super::operator::{AnyOperator, Operator};
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, IfMatch};
use crate::problem::ApiResult;
use crate::state::AppState;
use crate::team::rows;

/// The signed-in member.
pub(crate) async fn show(
    State(state): State<AppState>,
    AnyOperator(operator): AnyOperator,
) -> ApiResult<Json<Me>> {
    let me = state
        .db
        .read(move |tx| Box::pin(async move { load_me(tx, operator.member_id, operator.session_id).await }))
        .await?;
    Ok(Json(me))
}

/// Changes the signed-in member's profile, availability, preferences and notifications.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    if_match: IfMatch,
    ApiJson(update): ApiJson<UpdateMe>,
) -> ApiResult<Json<Me>> {
    check(&update)?;
    let me = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                tx.lock(Lock::Member(operator.member_id)).await?;
                let before = load_me(tx, operator.member_id, operator.session_id).await?;
                if_match.check(before.version, &before)?;
                if update == UpdateMe::default() {
                    return Ok(before);
                }
                store(tx, &before, update).await?;
                rows::announce_update(tx, operator.account_id, operator.member_id).await?;
                load_me(tx, operator.member_id, operator.session_id).await
            })
        })
        .await?;
    Ok(Json(me))
}

fn check(update: &UpdateMe) -> ApiResult<()> {
    let name = update.name.as_deref().map_or(Ok(()), validate::person_name);
    let avatar = update
        .avatar_url
        .as_ref()
        .and_then(Option::as_deref)
        .map_or(Ok(()), validate::avatar);
    let locale = update
        .preferences
        .as_ref()
        .and_then(|preferences| preferences.locale.as_deref())
        .map_or(Ok(()), validate::locale);
    let availability = known(update.availability != Some(Availability::Unknown));
    let theme = update.preferences.as_ref().map(|preferences| preferences.theme);
    let density = update.preferences.as_ref().map(|preferences| preferences.density);
    let motion = update.preferences.as_ref().map(|preferences| preferences.motion);
    let undo_send = update
        .preferences
        .as_ref()
        .map(|preferences| preferences.undo_send);
    let checks = update
        .notifications
        .iter()
        .flat_map(Notifications::check)
        .fold(Checks::default(), |checks, (field, outcome)| {
            checks.field(&format!("notifications.{field}"), outcome)
        });
    Ok(checks
        .field("name", name)
        .field("avatarUrl", avatar)
        .field("availability", availability)
        .field("preferences.theme", known(theme != Some(Theme::Unknown)))
        .field("preferences.density", known(density != Some(Density::Unknown)))
        .field("preferences.motion", known(motion != Some(Motion::Unknown)))
        .field(
            "preferences.undoSend",
            known(undo_send != Some(UndoSend::Unknown)),
        )
        .field("preferences.locale", locale)
        .finish()?)
}

const fn known(known: bool) -> Result<(), Violation> {
    if known { Ok(()) } else { Err(Violation::Choice) }
}

async fn store(tx: &mut Tx, before: &Me, update: UpdateMe) -> ApiResult<()> {
    let name = update
        .name
        .map_or_else(|| before.name.clone(), |name| name.trim().to_owned());
    let avatar = update.avatar_url.unwrap_or_else(|| before.avatar_url.clone());
    let availability = update.availability.unwrap_or(before.availability);
    let preferences = update.preferences.unwrap_or_else(|| before.preferences.clone());
    let notifications = update
        .notifications
        .unwrap_or_else(|| before.notifications.clone());
    sqlx::query(
        "UPDATE members SET name = $1, avatar_url = $2, availability = $3, preferences = $4, notifications = $5, \
         version = version + 1 WHERE id = $6",
    )
    .bind(name)
    .bind(avatar)
    .bind(columns::to_word(&availability)?)
    .bind(serde_json::to_string(&preferences)?)
    .bind(serde_json::to_string(&notifications)?)
    .bind(before.id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The member as `me`, seen from one of the member's sessions.
pub(super) async fn load_me(tx: &mut Tx, member_id: MemberId, session_id: SessionId) -> ApiResult<Me> {
    let row = sqlx::query(
        "SELECT m.id, m.account_id, a.name AS account_name, a.require_totp, m.name, m.email, m.role, m.avatar_url, \
         m.availability, m.preferences, m.notifications, m.totp_secret, m.pending_email, m.version \
         FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.id = $1",
    )
    .bind(member_id.to_string())
    .fetch_one(tx.conn())
    .await?;
    let totp_enabled = row.try_get::<Option<String>, _>("totp_secret")?.is_some();
    Ok(Me {
        id: columns::id(&row, "id")?,
        account_id: columns::id(&row, "account_id")?,
        account_name: row.try_get("account_name")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: columns::word(&row, "role")?,
        avatar_url: row.try_get("avatar_url")?,
        availability: columns::word(&row, "availability")?,
        preferences: columns::json(&row, "preferences")?,
        notifications: columns::json(&row, "notifications")?,
        totp_enabled,
        totp_enrolment_due: !totp_enabled && columns::flag(&row, "require_totp")?,
        session_id: Some(session_id),
        pending_email: row.try_get("pending_email")?,
        version: columns::count(&row, "version")?,
    })
}
