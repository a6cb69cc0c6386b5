//! Reading members and invitations, and telling the account's log about them.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::auth::{Availability, Member, MemberStatus, RemovedMember};
use switchboard_contract::ids::{AccountId, MemberId, WebsiteId};
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::Violation;

use crate::db::{Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;

const MEMBER: &str = "SELECT m.id, m.name, m.email, m.role, m.avatar_url, m.availability, m.load_cap, m.totp_secret, m.created_at, \
    m.version, (SELECT MAX(s.last_used_at) FROM sessions s WHERE s.member_id = m.id) AS last_seen_at FROM members m \
    WHERE m.account_id = $1 AND m.removed_at IS NULL";

const INVITED: &str = "SELECT id, email, role, website_ids, load_cap, created_at, version FROM invitations WHERE account_id = $1";

/// Everyone of an account: members by name, then those invited by address.
///
/// # Errors
/// The database's failure.
pub async fn team(tx: &mut Tx, account: AccountId) -> ApiResult<Vec<Member>> {
    let rows = sqlx::query(MEMBER)
        .bind(account.to_string())
        .fetch_all(tx.conn())
        .await?;
    let mut websites = websites(tx, account).await?;
    let mut members = rows
        .iter()
        .map(|row| {
            let id = columns::id(row, "id")?;
            read_member(row, websites.remove(&id).unwrap_or_default())
        })
        .collect::<ApiResult<Vec<_>>>()?;
    members.sort_by_cached_key(|member| (member.name.to_lowercase(), member.id));
    let rows = sqlx::query(INVITED)
        .bind(account.to_string())
        .fetch_all(tx.conn())
        .await?;
    let mut invited = rows.iter().map(read_invited).collect::<ApiResult<Vec<_>>>()?;
    invited.sort_by(|a, b| a.email.cmp(&b.email));
    members.append(&mut invited);
    Ok(members)
}

/// One of an account: a member, or someone invited.
///
/// # Errors
/// The database's failure.
pub async fn one(tx: &mut Tx, account: AccountId, id: MemberId) -> ApiResult<Option<Member>> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{MEMBER} AND m.id = $2")))
        .bind(account.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = row {
        let rows =
            sqlx::query("SELECT website_id FROM member_websites WHERE member_id = $1 ORDER BY website_id")
                .bind(id.to_string())
                .fetch_all(tx.conn())
                .await?;
        let websites = rows
            .iter()
            .map(|row| columns::id(row, "website_id"))
            .collect::<ApiResult<_>>()?;
        return read_member(&row, websites).map(Some);
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("{INVITED} AND id = $2")))
        .bind(account.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| read_invited(&row))
        .transpose()
}

async fn websites(tx: &mut Tx, account: AccountId) -> ApiResult<HashMap<MemberId, Vec<WebsiteId>>> {
    let rows = sqlx::query(
        "SELECT w.member_id, w.website_id FROM member_websites w JOIN members m ON m.id = w.member_id \
         WHERE m.account_id = $1 ORDER BY w.website_id",
    )
    .bind(account.to_string())
    .fetch_all(tx.conn())
    .await?;
    let mut by_member = HashMap::<MemberId, Vec<WebsiteId>>::new();
    for row in &rows {
        by_member
            .entry(columns::id(row, "member_id")?)
            .or_default()
            .push(columns::id(row, "website_id")?);
    }
    Ok(by_member)
}

fn read_member(row: &AnyRow, website_ids: Vec<WebsiteId>) -> ApiResult<Member> {
    Ok(Member {
        id: columns::id(row, "id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: columns::word(row, "role")?,
        status: MemberStatus::Active,
        website_ids,
        avatar_url: row.try_get("avatar_url")?,
        availability: columns::word(row, "availability")?,
        load_cap: columns::maybe_number(row, "load_cap")?,
        totp_enabled: row.try_get::<Option<String>, _>("totp_secret")?.is_some(),
        last_seen_at: columns::maybe_instant(row, "last_seen_at")?,
        created_at: columns::instant(row, "created_at")?,
        version: columns::count(row, "version")?,
    })
}

fn read_invited(row: &AnyRow) -> ApiResult<Member> {
    Ok(Member {
        id: columns::id(row, "id")?,
        name: String::new(),
        email: row.try_get("email")?,
        role: columns::word(row, "role")?,
        status: MemberStatus::Invited,
        website_ids: columns::json(row, "website_ids")?,
        avatar_url: None,
        availability: Availability::Offline,
        load_cap: columns::maybe_number(row, "load_cap")?,
        totp_enabled: false,
        last_seen_at: None,
        created_at: columns::instant(row, "created_at")?,
        version: columns::count(row, "version")?,
    })
}

/// Tells the team that a member changed. Appends to the account's log: last in a transaction.
///
/// # Errors
/// The database's failure, or no such member.
pub async fn announce_update(tx: &mut Tx, account: AccountId, member: MemberId) -> ApiResult<()> {
    announce(tx, account, EventType::MemberUpdated, member).await
}

/// Tells the team what became of a member. Appends to the account's log: last in a transaction.
///
/// # Errors
/// The database's failure, or no such member.
pub(super) async fn announce(
    tx: &mut Tx,
    account: AccountId,
    kind: EventType,
    member: MemberId,
) -> ApiResult<()> {
    let body = one(tx, account, member)
        .await?
        .ok_or_else(|| ApiError::internal("a change of nobody"))?;
    let event = for_the_team(kind, serde_json::to_value(body)?);
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}

/// Tells the team who left. Appends to the account's log: last in a transaction.
///
/// # Errors
/// The database's failure.
pub(super) async fn announce_removal(tx: &mut Tx, account: AccountId, members: &[MemberId]) -> ApiResult<()> {
    let events = members
        .iter()
        .map(|id| {
            let body = serde_json::to_value(RemovedMember { id: *id })?;
            Ok(for_the_team(EventType::MemberDeleted, body))
        })
        .collect::<ApiResult<Vec<_>>>()?;
    events::append(tx, StreamKey::Account(account), &events).await?;
    Ok(())
}

fn for_the_team(kind: EventType, body: serde_json::Value) -> NewEvent {
    NewEvent {
        kind,
        conversation_id: None,
        audience: Audience::Everyone,
        seq: None,
        body,
    }
}

/// The websites of `ids` must be the account's own.
///
/// # Errors
/// 422 when one is not, whoever's it is.
pub(super) async fn check_websites(tx: &mut Tx, account: AccountId, ids: &[WebsiteId]) -> ApiResult<()> {
    for id in ids {
        let known =
            sqlx::query("SELECT 1 FROM websites WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL")
                .bind(id.to_string())
                .bind(account.to_string())
                .fetch_optional(tx.conn())
                .await?;
        if known.is_none() {
            return Err(ApiError::invalid_field("websiteIds", Violation::ForeignWebsite));
        }
    }
    Ok(())
}

/// Gives a member these websites and no others.
///
/// # Errors
/// The database's failure.
pub(super) async fn store_websites(tx: &mut Tx, member: MemberId, ids: &[WebsiteId]) -> ApiResult<()> {
    sqlx::query("DELETE FROM member_websites WHERE member_id = $1")
        .bind(member.to_string())
        .execute(tx.conn())
        .await?;
    for id in ids {
        // A website that is gone since the invitation is left out.
        sqlx::query(
            "INSERT INTO member_websites (member_id, website_id) SELECT $1, id FROM websites WHERE id = $2 AND deleted_at IS NULL \
             ON CONFLICT (member_id, website_id) DO NOTHING",
        )
        .bind(member.to_string())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}
