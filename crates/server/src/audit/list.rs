//! `GET /api/audit` and `GET /api/audit/export.csv`: the entries of an account, newest first.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::{AuditChange, AuditEntry, AuditKind, AuditPage, AuditSubject};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{AccountId, MemberId, WebsiteId};
use switchboard_contract::page::CursorPage;
use switchboard_contract::time::Timestamp;

use crate::auth::{Operator, keys};
use crate::db::{Tx, columns};
use crate::events;
use crate::http::Params;
use crate::http::csv::Line;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Entries of one file at most; older ones are asked for with `until`.
const MOST_IN_FILE: u32 = 10_000;

/// Which entries are asked for.
struct Filter {
    member: Option<MemberId>,
    kind: Option<AuditKind>,
    website: Option<WebsiteId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Filter {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let kind = params.word("kind", "the kinds, such as member.invited")?;
        if kind == Some(AuditKind::Unknown) {
            return Err(ApiError::bad_parameter(
                "kind",
                "expected a kind such as member.invited.",
            ));
        }
        Ok(Self {
            member: params.parsed("memberId", "a member's id")?,
            kind,
            website: params.parsed("websiteId", "a website's id")?,
            from: params.instant("from")?,
            until: params.instant("until")?,
        })
    }
}

/// The last entry of a page.
struct Cursor {
    at: i64,
    id: String,
}

impl Cursor {
    fn after(entry: &AuditEntry) -> String {
        keys::encode(format!("{} {}", entry.at.as_millis(), entry.id).as_bytes())
    }

    fn decode(text: &str) -> ApiResult<Self> {
        let read = || {
            let text = String::from_utf8(keys::decode_any(text)?).ok()?;
            let (at, id) = text.split_once(' ')?;
            Some(Self {
                at: at.parse().ok()?,
                id: id.to_owned(),
            })
        };
        read().ok_or_else(|| ApiError::bad_parameter("cursor", "expected the nextCursor of a page."))
    }
}

/// A page of entries.
pub(crate) async fn page(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<AuditPage>> {
    operator.require(Role::Owner)?;
    let filter = Filter::from_params(&params)?;
    let after = params.text("cursor").map(Cursor::decode).transpose()?;
    let limit = params.limit()?;
    let account = operator.account_id;
    let page = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Account(account)).await?;
                let mut items = select(tx, account, &filter, after, limit + 1).await?;
                let has_more = items.len() > limit as usize;
                items.truncate(limit as usize);
                let next_cursor = items.last().filter(|_| has_more).map(Cursor::after);
                Ok(CursorPage {
                    items,
                    next_cursor,
                    has_more,
                    as_of,
                })
            })
        })
        .await?;
    Ok(Json(page))
}

/// The same as a file.
pub(crate) async fn csv(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Response> {
    operator.require(Role::Owner)?;
    let filter = Filter::from_params(&params)?;
    let account = operator.account_id;
    let (entries, websites) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let entries = select(tx, account, &filter, None, MOST_IN_FILE).await?;
                Ok((entries, website_names(tx, account).await?))
            })
        })
        .await?;
    let mut text = Line::default()
        .texts([
            "Time",
            "Member",
            "What",
            "Website",
            "Subject",
            "Subject id",
            "Changes",
            "Device",
            "Place",
        ])
        .end();
    for entry in &entries {
        text.push_str(&line(entry, &websites)?);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

fn line(entry: &AuditEntry, websites: &HashMap<WebsiteId, String>) -> ApiResult<String> {
    let website = entry.website_id.and_then(|id| websites.get(&id));
    let subject = entry.subject.as_ref();
    let changes = entry.changes.iter().map(change).collect::<ApiResult<Vec<_>>>()?;
    Ok(Line::default()
        .text(&entry.at.to_string())
        .text(entry.member_name.as_deref().unwrap_or_default())
        .text(&columns::to_word(&entry.kind)?)
        .text(website.map(String::as_str).unwrap_or_default())
        .text(
            subject
                .and_then(|subject| subject.name.as_deref())
                .unwrap_or_default(),
        )
        .text(subject.map(|subject| subject.id.as_str()).unwrap_or_default())
        .text(&changes.join("; "))
        .text(entry.device.as_deref().unwrap_or_default())
        .text(entry.place.as_deref().unwrap_or_default())
        .end())
}

fn change(change: &AuditChange) -> ApiResult<String> {
    let field = columns::to_word(&change.field)?;
    Ok(match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{field}: {before} → {after}"),
        _ => field,
    })
}

/// Deleted ones too: what was done to them is told.
async fn website_names(tx: &mut Tx, account: AccountId) -> ApiResult<HashMap<WebsiteId, String>> {
    sqlx::query("SELECT id, name FROM websites WHERE account_id = $1")
        .bind(account.to_string())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(|row| Ok((columns::id(row, "id")?, row.try_get("name")?)))
        .collect()
}

async fn select(
    tx: &mut Tx,
    account: AccountId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> ApiResult<Vec<AuditEntry>> {
    let (at, id) = after.map_or((i64::MAX, String::new()), |cursor| (cursor.at, cursor.id));
    sqlx::query(
        "SELECT id, at, kind, member_id, member_name, device, place, website_id, subject_id, subject_name, changes FROM audit \
         WHERE account_id = $1 AND at >= $2 AND at < $3 AND (at < $4 OR (at = $4 AND id < $5)) \
         AND ($6 = '' OR member_id = $6) AND ($7 = '' OR kind = $7) AND ($8 = '' OR website_id = $8) \
         ORDER BY at DESC, id DESC LIMIT $9",
    )
    .bind(account.to_string())
    .bind(filter.from.map_or(i64::MIN, Timestamp::as_millis))
    .bind(filter.until.map_or(i64::MAX, Timestamp::as_millis))
    .bind(at)
    .bind(id)
    .bind(filter.member.map(|id| id.to_string()).unwrap_or_default())
    .bind(filter.kind.as_ref().map(columns::to_word).transpose()?.unwrap_or_default())
    .bind(filter.website.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(tx.conn())
    .await?
    .iter()
    .map(read)
    .collect()
}

fn read(row: &AnyRow) -> ApiResult<AuditEntry> {
    let subject: Option<String> = row.try_get("subject_id")?;
    let name = row.try_get("subject_name")?;
    Ok(AuditEntry {
        id: columns::id(row, "id")?,
        at: columns::instant(row, "at")?,
        kind: columns::word(row, "kind")?,
        member_id: columns::maybe_id(row, "member_id")?,
        member_name: row.try_get("member_name")?,
        device: row.try_get("device")?,
        place: row.try_get("place")?,
        website_id: columns::maybe_id(row, "website_id")?,
        subject: subject.map(|id| AuditSubject { id, name }),
        changes: columns::json(row, "changes")?,
    })
}
