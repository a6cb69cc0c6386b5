//! `GET` and `POST /api/visitor/messages`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{ConversationId, VisitorId};
use switchboard_contract::live_chat::{ConversationStatus, MessagePage, MessageType, Visibility};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{self, Checks};
use switchboard_contract::visitor::{VisitorConversation, VisitorMessages, VisitorSend, VisitorSendResult};
use switchboard_domain::accept::{self, Attempt, Author, Content, Standing, Target, Verdict};
use switchboard_domain::conversation::Step;
use switchboard_domain::projection;
use switchboard_domain::stored::StoredConversation;
use switchboard_domain::words;

use super::challenge;
use crate::auth::VisitorCaller;
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::{ApiJson, Client, Params};
use crate::ids;
use crate::live_chat::assign::{self, Turn};
use crate::live_chat::attachments::rows::Named;
use crate::live_chat::history::{self, Numbering, Range, Window};
use crate::live_chat::ledger::{Draft, Entry, Ledger};
use crate::live_chat::lookups;
use crate::live_chat::marks::{self, Reached};
use crate::live_chat::rows::{self, VISITOR};
use crate::live_chat::tombstones;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Messages of the visitor's conversation; none before it begins.
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: VisitorCaller,
    params: Params,
) -> ApiResult<Json<VisitorMessages>> {
    let window = Window::from_params(&params)?;
    let limit = params.limit()?;
    let (account, visitor) = (caller.account_id, caller.visitor_id);
    let (page, reached) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Visitor(caller.visitor_id)).await?;
                let latest = rows::latest_of_visitor(tx, caller.visitor_id).await?;
                match latest.filter(|latest| !latest.wire.is_archived) {
                    None => {
                        let nothing = MessagePage {
                            items: Vec::new(),
                            has_more_before: false,
                            has_more_after: false,
                            as_of,
                        };
                        let nothing = VisitorMessages {
                            page: nothing,
                            conversation: None,
                        };
                        Ok((nothing, None))
                    }
                    Some(latest) => {
                        let range = Range {
                            conversation: latest.wire.id,
                            numbering: Numbering::Public,
                            last: latest.last_public_seq,
                            window,
                            limit,
                        };
                        let page = history::page(tx, range, as_of).await?;
                        let reached = undelivered(tx, latest.wire.id, &page).await?;
                        let page = VisitorMessages {
                            page,
                            conversation: Some(latest.as_visitor_sees_it()),
                        };
                        Ok((page, reached))
                    }
                }
            })
        })
        .await?;
    if let Some(reached) = reached
        && let Err(error) = marks::delivered(&state.db, account, visitor, reached).await
    {
        // The next page tries again.
        tracing::warn!(%error, "fetched messages were not marked as delivered");
    }
    Ok(Json(page))
}

/// What a page brings to the visitor for the first time.
async fn undelivered(
    tx: &mut Tx,
    conversation: ConversationId,
    page: &MessagePage,
) -> ApiResult<Option<Reached>> {
    let newest = page.items.iter().rfind(|item| item.kind == MessageType::Bot);
    let Some(newest) = newest else { return Ok(None) };
    let row = sqlx::query(
        "SELECT 1 FROM messages WHERE conversation_id = $1 AND public_seq = $2 AND delivered_at IS NULL",
    )
    .bind(conversation.to_string())
    .bind(columns::to_count(newest.seq)?)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|_| Reached::History(conversation, newest.seq)))
}

/// Sends a visitor's message: 201 the first time, 200 for a repeat.
pub(crate) async fn send(
    State(state): State<AppState>,
    caller: VisitorCaller,
    client: Client,
    ApiJson(request): ApiJson<VisitorSend>,
) -> ApiResult<(StatusCode, Json<VisitorSendResult>)> {
    challenge::may_write(&state, &caller, &client)?;
    Checks::default()
        .field(
            "content",
            validate::message_text_beside(&request.content, request.attachments.len()),
        )
        .field("attachments", validate::attachments(&request.attachments))
        .finish()?;
    let (status, result) = state
        .db
        .write(move |tx| Box::pin(async move { accept(tx, &caller, request).await }))
        .await?;
    Ok((status, Json(result)))
}

async fn accept(
    tx: &mut Tx,
    caller: &VisitorCaller,
    request: VisitorSend,
) -> ApiResult<(StatusCode, VisitorSendResult)> {
    let account = caller.account_id;
    let begins = rows::latest_of_visitor(tx, caller.visitor_id)
        .await?
        .is_none_or(|latest| latest.wire.status != ConversationStatus::Open);
    let turn = Turn::take(tx, account, caller.website_id, begins).await?;
    // One message of a visitor after the other, so that two first ones do not begin two conversations.
    tx.lock(Lock::Visitor(caller.visitor_id)).await?;
    let latest = match rows::latest_of_visitor(tx, caller.visitor_id).await? {
        None => None,
        Some(latest) => {
            tx.lock(Lock::Conversation(latest.wire.id)).await?;
            rows::conversation(tx, account, latest.wire.id).await?
        }
    };
    if tombstones::holds_message(tx, account, request.id).await? {
        return Err(ApiError::new(
            ProblemCode::Gone,
            "This message was in a conversation that was deleted.",
        ));
    }
    let author = Author::Visitor(caller.visitor_id);
    let files = Named::look_up(tx, account, &request.attachments).await?;
    let known = lookups::by_id(tx, account, request.id).await?;
    let attempt = Attempt {
        author,
        content: Content {
            conversation: None,
            text: request.content,
            visibility: Visibility::Public,
            attachments: request.attachments,
        },
        same_id: known.as_ref().map(|known| known.same.clone()),
        taken_back: false,
        files_fit: files.fit(author, None),
        conversation: latest.as_ref().map(|latest| Standing {
            status: latest.wire.status,
            is_archived: latest.wire.is_archived,
        }),
        predecessor_stored: lookups::predecessor_stored(tx, account, author, None, request.after_id).await?,
        newer_reply: false,
        force: false,
        reopen: false,
    };
    let target = match accept::decide(&attempt) {
        Verdict::Store(target) => target,
        Verdict::Repeat => {
            let known = known.ok_or_else(|| ApiError::internal("a repeat of nothing"))?;
            let conversation = as_it_stands(tx, caller, known.entry.message.conversation_id).await?;
            return Ok((StatusCode::OK, result(known.entry, conversation)?));
        }
        Verdict::Refuse(refusal) => return Err(refusal.problem(None)?.into()),
    };
    let begins = target != Target::Existing;
    let mut ledger = match (target, latest) {
        (Target::Existing, Some(latest)) => Ledger::resume(tx, account, latest),
        (Target::Reopened, Some(latest)) => {
            let mut ledger = Ledger::resume(tx, account, latest);
            ledger.take(&Step::Reopen, Some(words::reopened_by_visitor()))?;
            ledger
        }
        _ => {
            let id = ids::new(tx.now())?;
            let fresh = fresh(tx, caller.visitor_id, id).await?;
            let notice = words::started_on(&fresh.wire.user);
            let mut ledger = Ledger::begin(tx, account, fresh);
            ledger.notice(notice)?;
            ledger
        }
    };
    ledger.add(Draft {
        id: request.id,
        author,
        author_name: None,
        content: attempt.content.text,
        visibility: Visibility::Public,
        attachments: files.wire(),
        mentions: Vec::new(),
    })?;
    if begins {
        assign::hand_out(tx, account, caller.website_id, turn, &mut ledger).await?;
    }
    let written = ledger.store(tx).await?;
    let entry = written
        .entries
        .into_iter()
        .find(|entry| entry.message.id == request.id)
        .ok_or_else(|| ApiError::internal("a message that was not stored"))?;
    files
        .claim(tx, account, entry.message.conversation_id, request.id)
        .await?;
    Ok((StatusCode::CREATED, result(entry, written.visitor_conversation)?))
}

fn result(entry: Entry, conversation: VisitorConversation) -> ApiResult<VisitorSendResult> {
    let lost = || ApiError::internal("a visitor's message that its visitor may not see");
    Ok(VisitorSendResult {
        message: projection::message(&entry.message, entry.public_seq).ok_or_else(lost)?,
        conversation,
        position: entry.visitor_position.ok_or_else(lost)?,
    })
}

async fn as_it_stands(
    tx: &mut Tx,
    caller: &VisitorCaller,
    id: ConversationId,
) -> ApiResult<VisitorConversation> {
    let stored = rows::conversation(tx, caller.account_id, id)
        .await?
        .ok_or_else(|| ApiError::internal("a message without a conversation"))?;
    Ok(stored.as_visitor_sees_it())
}

/// A conversation that begins now, in the funnel that the visitor entered.
///
/// # Errors
/// The database's failure, also when there is no such visitor.
pub(crate) async fn fresh(
    tx: &mut Tx,
    visitor: VisitorId,
    id: ConversationId,
) -> ApiResult<StoredConversation> {
    let sql = format!(
        "SELECT {VISITOR}, v.website_id, v.funnel_id, f.name AS funnel_name, w.auto_close_after FROM visitors v \
         JOIN funnels f ON f.id = v.funnel_id JOIN websites w ON w.id = v.website_id WHERE v.id = $1"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(visitor.to_string())
        .fetch_one(tx.conn())
        .await?;
    Ok(StoredConversation::begin(
        tx.now(),
        id,
        rows::read_visitor(&row)?,
        columns::id(&row, "website_id")?,
        columns::id(&row, "funnel_id")?,
        row.try_get("funnel_name")?,
        rows::auto_close_ms(&row)?,
    ))
}
