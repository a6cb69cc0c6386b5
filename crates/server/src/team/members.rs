//! `GET /api/team/members`, `PATCH` and `DELETE /api/team/members/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::{Member, MemberList, MemberStatus, Role, UpdateMember};
use switchboard_contract::ids::{AccountId, ConversationId, MemberId};
use switchboard_contract::page::MAX_IDS;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::Violation;
use switchboard_domain::team;

use super::rows;
use crate::audit::Deed;
use crate::auth::sessions::{self, Which};
use crate::auth::{Operator, links, second_factor};
use crate::db::{Lock, Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::live_chat::rows as conversations;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Everyone of the account, those invited included.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<MemberList>> {
    let items = state
        .db
        .read(move |tx| Box::pin(async move { rows::team(tx, operator.account_id).await }))
        .await?;
    Ok(Json(MemberList { items }))
}

/// Changes someone's role, websites or load cap.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<MemberId>,
    if_match: IfMatch,
    ApiJson(update): ApiJson<UpdateMember>,
) -> ApiResult<Json<Member>> {
    operator.require(Role::Admin)?;
    if update.website_ids.as_ref().is_some_and(|ids| ids.len() > MAX_IDS) {
        return Err(ApiError::invalid_field(
            "websiteIds",
            Violation::TooManyWebsites(MAX_IDS),
        ));
    }
    update
        .check_load_cap()
        .map_err(|violation| ApiError::invalid_field("loadCap", violation))?;
    let member = state
        .db
        .write(move |tx| Box::pin(async move { change(tx, &operator, id, if_match, update).await }))
        .await?;
    Ok(Json(member))
}

async fn change(
    tx: &mut Tx,
    operator: &Operator,
    id: MemberId,
    if_match: IfMatch,
    update: UpdateMember,
) -> ApiResult<Member> {
    let account = operator.account_id;
    let before = manageable(tx, operator, id).await?;
    if_match.check(before.version, &before)?;
    let role = update.role.unwrap_or(before.role);
    check_grant(operator, role)?;
    let website_ids = update.website_ids.unwrap_or_else(|| before.website_ids.clone());
    rows::check_websites(tx, account, &website_ids).await?;
    let load_cap = update.load_cap.unwrap_or(before.load_cap);
    if role == before.role && website_ids == before.website_ids && load_cap == before.load_cap {
        return Ok(before);
    }
    match before.status {
        MemberStatus::Invited => {
            sqlx::query(
                "UPDATE invitations SET role = $1, website_ids = $2, load_cap = $3, version = version + 1 \
                 WHERE id = $4",
            )
            .bind(columns::to_word(&role)?)
            .bind(serde_json::to_string(&website_ids)?)
            .bind(load_cap.map(i64::from))
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
        }
        MemberStatus::Active | MemberStatus::Unknown => {
            sqlx::query("UPDATE members SET role = $1, load_cap = $2, version = version + 1 WHERE id = $3")
                .bind(columns::to_word(&role)?)
                .bind(load_cap.map(i64::from))
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
            rows::store_websites(tx, id, &website_ids).await?;
        }
    }
    Deed::new(AuditKind::MemberChanged)
        .to(id, called(&before))
        .change(
            AuditField::Role,
            columns::to_word(&before.role)?,
            columns::to_word(&role)?,
        )
        .changed(AuditField::Websites, &before.website_ids, &website_ids)
        .change(AuditField::LoadCap, cap(before.load_cap), cap(load_cap))
        .by(tx, operator)
        .await?;
    rows::announce_update(tx, account, id).await?;
    keep_an_owner(tx, account).await?;
    rows::one(tx, account, id)
        .await?
        .ok_or_else(|| ApiError::not_found("member"))
}

/// Removes someone: a member's sessions end, an invitation's link no longer works.
pub(crate) async fn remove(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<MemberId>,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| Box::pin(async move { take_out(tx, &operator, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take_out(tx: &mut Tx, operator: &Operator, id: MemberId) -> ApiResult<()> {
    let account = operator.account_id;
    let mut gone = vec![id];
    let member = manageable(tx, operator, id).await?;
    let kind = match member.status {
        MemberStatus::Invited => AuditKind::InvitationWithdrawn,
        MemberStatus::Active | MemberStatus::Unknown => AuditKind::MemberRemoved,
    };
    Deed::new(kind).to(id, called(&member)).by(tx, operator).await?;
    match member.status {
        MemberStatus::Invited => {
            sqlx::query("DELETE FROM invitations WHERE id = $1")
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
        }
        MemberStatus::Active | MemberStatus::Unknown => {
            forget(tx, id).await?;
            gone.extend(withdraw_invitations(tx, id).await?);
            let unassigned = unassign(tx, account, id).await?;
            events::append(tx, StreamKey::Account(account), &unassigned).await?;
            sessions::revoke(tx, account, id, Which::All).await?;
        }
    }
    rows::announce_removal(tx, account, &gone).await?;
    keep_an_owner(tx, account).await
}

/// What the audit log calls somebody: whoever is only invited has no name yet.
pub(super) fn called(member: &Member) -> &str {
    match member.status {
        MemberStatus::Invited => &member.email,
        MemberStatus::Active | MemberStatus::Unknown => &member.name,
    }
}

fn cap(load_cap: Option<u32>) -> String {
    load_cap.map_or_else(|| "-".to_owned(), |cap| cap.to_string())
}

/// Leaves the name, which stands beside messages, and takes everything else: the address is free for another account.
async fn forget(tx: &mut Tx, id: MemberId) -> ApiResult<()> {
    second_factor::clear(tx, id).await?;
    links::drop_all(tx, id).await?;
    rows::store_websites(tx, id, &[]).await?;
    sqlx::query("DELETE FROM challenges WHERE member_id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    // Nobody can type an address without `@`, and no hash is empty.
    sqlx::query(
        "UPDATE members SET removed_at = $1, email = $2, password_hash = '', avatar_url = NULL, pending_email = NULL, \
         preferences = '{}' WHERE id = $3",
    )
    .bind(tx.now().as_millis())
    .bind(format!("removed:{id}"))
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whom the member invited was the member's word only.
async fn withdraw_invitations(tx: &mut Tx, inviter: MemberId) -> ApiResult<Vec<MemberId>> {
    sqlx::query("DELETE FROM invitations WHERE invited_by = $1 RETURNING id")
        .bind(inviter.to_string())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(|row| columns::id(row, "id"))
        .collect()
}

/// Open conversations wait for someone else.
async fn unassign(tx: &mut Tx, account: AccountId, id: MemberId) -> ApiResult<Vec<NewEvent>> {
    let freed = sqlx::query(
        "UPDATE conversations SET assignee_id = NULL, updated_at = $1, version = version + 1 \
         WHERE assignee_id = $2 AND status = 'open' RETURNING id",
    )
    .bind(tx.now().as_millis())
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let mut events = Vec::new();
    for row in &freed {
        let conversation: ConversationId = columns::id(row, "id")?;
        if let Some(stored) = conversations::conversation(tx, account, conversation).await? {
            events.push(NewEvent {
                kind: EventType::ConversationUpdated,
                conversation_id: Some(conversation),
                audience: Audience::Website(stored.wire.website_id),
                seq: None,
                body: serde_json::to_value(&stored.wire)?,
            });
        }
    }
    Ok(events)
}

/// Someone of the account whom the operator may manage, locked.
async fn manageable(tx: &mut Tx, operator: &Operator, id: MemberId) -> ApiResult<Member> {
    tx.lock(Lock::Member(id)).await?;
    let member = rows::one(tx, operator.account_id, id)
        .await?
        .ok_or_else(|| ApiError::not_found("member"))?;
    if team::may_manage(operator.role, member.role) {
        Ok(member)
    } else {
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "Only an owner may change or remove an owner.",
        ))
    }
}

/// Refuses a role that the operator may not give.
///
/// # Errors
/// 403 for one above the operator's own, 422 for one that does not exist.
pub(super) fn check_grant(operator: &Operator, role: Role) -> ApiResult<()> {
    if role == Role::Unknown {
        return Err(ApiError::invalid_field("role", Violation::Choice));
    }
    if team::may_grant(operator.role, role) {
        Ok(())
    } else {
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "You cannot give more rights than you have. Ask an owner of your team.",
        ))
    }
}

/// Asked after the account's counter is locked, so that two owners cannot demote each other at the same moment.
async fn keep_an_owner(tx: &mut Tx, account: AccountId) -> ApiResult<()> {
    let owner = sqlx::query(
        "SELECT 1 FROM members WHERE account_id = $1 AND role = 'owner' AND removed_at IS NULL LIMIT 1",
    )
    .bind(account.to_string())
    .fetch_optional(tx.conn())
    .await?;
    if owner.is_some() {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::LastOwner,
        "This is the only owner. Make somebody else an owner first.",
    ))
}
