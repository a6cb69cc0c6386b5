//! `PATCH /api/live-chat/conversations`: changes one conversation or many. The steps are decided by `switchboard_domain::change`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use sqlx::Row;
use switchboard_contract::ids::{AccountId, LabelId, MemberId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::{ChangeConversations, ChangeResult, ChangeResults, ConversationRef};
use switchboard_contract::position::{Offset, Position};
use switchboard_domain::assignment;
use switchboard_domain::change::{self, missing};
use switchboard_domain::stored::StoredConversation;
use switchboard_domain::words;

use super::actions::{self, Begun};
use super::assign;
use super::ledger::Ledger;
use super::rows;
use crate::auth::{Operator, Rights, keys};
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::ApiJson;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Changes conversations; each has a result of its own.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<ChangeConversations>,
) -> ApiResult<Json<ChangeResults>> {
    change::check_items(&request.items)?;
    change::check(&request.set, state.clock.now())?;
    let results = state
        .db
        .write(move |tx| Box::pin(async move { act(tx, &operator, &request).await }))
        .await?;
    Ok(Json(results))
}

async fn act(tx: &mut Tx, operator: &Operator, request: &ChangeConversations) -> ApiResult<ChangeResults> {
    let account = operator.account_id;
    let stream = StreamKey::Account(account);
    let member = operator.member_id;
    let mut results = BTreeMap::new();
    // What was done before reflects the log as it stood then.
    let mut reflected = None::<Offset>;
    let mut new = Vec::new();
    for (action, items) in request.actions() {
        let digest = keys::hash(&serde_json::to_string(&(&items, &request.set))?);
        match actions::begin(tx, member, &operator.rights, action, &digest).await? {
            Begun::New => new.push((action, items)),
            Begun::Done(done, offset) => {
                reflected = Some(reflected.map_or(offset, |known| known.min(offset)));
                results.extend(done.into_iter().map(|result| (result.id, result)));
            }
        }
    }
    if !new.is_empty() {
        known_labels(tx, account, &request.set.add_labels).await?;
        let assignee = match request.set.assignee_id {
            Some(Some(id)) => Some(assignee(tx, account, id).await?),
            _ => None,
        };
        lock_all(tx, operator, new.iter().flat_map(|(_, items)| items)).await?;
        for (action, items) in new {
            let done = take(tx, operator, &items, request, assignee.as_ref()).await?;
            let position = events::position(tx, stream).await?;
            actions::keep(tx, member, action, &done, position.offset).await?;
            results.extend(done.into_iter().map(|(result, _)| (result.id, result)));
        }
    }
    let position = events::position(tx, stream).await?;
    Ok(ChangeResults {
        results: request
            .items
            .iter()
            .filter_map(|item| results.remove(&item.id))
            .collect(),
        position: Position {
            offset: reflected.unwrap_or(position.offset),
            ..position
        },
    })
}

/// Changes the conversations of one action; beside each result the website that decides who may see it.
async fn take(
    tx: &mut Tx,
    operator: &Operator,
    items: &[ConversationRef],
    request: &ChangeConversations,
    assignee: Option<&Assignee>,
) -> ApiResult<Vec<(ChangeResult, Option<WebsiteId>)>> {
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let found = rows::conversation(tx, operator.account_id, item.id)
            .await?
            .filter(|found| operator.rights.allow(found.wire.website_id));
        results.push(match found {
            None => (missing(item.id), None),
            Some(found) => {
                let website = found.wire.website_id;
                let result = one(tx, operator, item, request, assignee, found).await?;
                (result, Some(website))
            }
        });
    }
    Ok(results)
}

/// Locks what the caller may see of `items`, in the order that everybody keeps.
async fn lock_all(
    tx: &mut Tx,
    operator: &Operator,
    items: impl Iterator<Item = &ConversationRef>,
) -> ApiResult<()> {
    let mut visitors = BTreeSet::<VisitorId>::new();
    let mut conversations = BTreeSet::new();
    for item in items {
        let found = rows::conversation(tx, operator.account_id, item.id).await?;
        if let Some(found) = found.filter(|found| operator.rights.allow(found.wire.website_id)) {
            visitors.insert(found.wire.user_id);
            conversations.insert(found.wire.id);
        }
    }
    for visitor in visitors {
        tx.lock(Lock::Visitor(visitor)).await?;
    }
    for conversation in conversations {
        tx.lock(Lock::Conversation(conversation)).await?;
    }
    Ok(())
}

async fn one(
    tx: &mut Tx,
    operator: &Operator,
    item: &ConversationRef,
    request: &ChangeConversations,
    assignee: Option<&Assignee>,
    found: StoredConversation,
) -> ApiResult<ChangeResult> {
    let sees = assignee.map(|assignee| &assignee.rights);
    let steps = match change::decide(&found, item.version, &request.set, sees, tx.now()) {
        Ok(steps) => steps,
        Err(refusal) => {
            return Ok(ChangeResult {
                id: item.id,
                conversation: None,
                problem: Some(refusal.problem(&found.wire)?),
            });
        }
    };
    let other = assignee
        .filter(|assignee| assignee.id != operator.member_id)
        .map(|assignee| assignee.name.as_str());
    let website = found.wire.website_id;
    let mut ledger = Ledger::resume(tx, operator.account_id, found);
    for step in &steps {
        ledger.take(step, words::of(step, &operator.name, other))?;
    }
    if assignment::is_left_to_the_rule(&steps, &request.set) {
        assign::leave_to_the_rule(tx, operator.account_id, website, &mut ledger).await?;
    }
    if let Some(reason) = &request.set.close_reason {
        // Also where somebody else closed it first: what the person had to say about it is not lost.
        ledger.notice_to(words::close_reason(&operator.name, reason))?;
    }
    Ok(ChangeResult {
        id: item.id,
        conversation: Some(ledger.store(tx).await?.conversation),
        problem: None,
    })
}

/// A member who is to be put in charge.
struct Assignee {
    id: MemberId,
    name: String,
    /// Nothing, when there is no such member.
    rights: Rights,
}

async fn assignee(tx: &mut Tx, account: AccountId, id: MemberId) -> ApiResult<Assignee> {
    let row = sqlx::query(
        "SELECT name, role FROM members WHERE id = $1 AND account_id = $2 AND removed_at IS NULL",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        return Ok(Assignee {
            id,
            name: String::new(),
            rights: Rights::Websites(BTreeSet::new()),
        });
    };
    let rights = if Rights::are_all(columns::word(&row, "role")?) {
        Rights::All
    } else {
        let rows = sqlx::query("SELECT website_id FROM member_websites WHERE member_id = $1")
            .bind(id.to_string())
            .fetch_all(tx.conn())
            .await?;
        let ids = rows.iter().map(|row| columns::id(row, "website_id"));
        Rights::Websites(ids.collect::<ApiResult<_>>()?)
    };
    Ok(Assignee {
        id,
        name: row.try_get("name")?,
        rights,
    })
}

/// Locks the labels that are to be put on, so that none of them is deleted meanwhile.
async fn known_labels(tx: &mut Tx, account: AccountId, labels: &[LabelId]) -> ApiResult<()> {
    let labels: BTreeSet<LabelId> = labels.iter().copied().collect();
    for label in labels {
        tx.lock(Lock::Label(label)).await?;
        let known = sqlx::query("SELECT 1 FROM labels WHERE id = $1 AND account_id = $2")
            .bind(label.to_string())
            .bind(account.to_string())
            .fetch_optional(tx.conn())
            .await?;
        if known.is_none() {
            return Err(ApiError::invalid_field(
                "set.addLabels",
                "One of these labels does not exist any more; leave it out.",
            ));
        }
    }
    Ok(())
}
