//! `POST /api/live-chat/messages` (`protocol.md` *Sending*).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{MAX_MENTIONS, SendMessage, SendResult, Visibility};
use switchboard_contract::validate::{self, Checks, Violation};
use switchboard_domain::accept::{self, Attempt, Author, Content, Standing, Target, Verdict};
use switchboard_domain::conversation::Step;
use switchboard_domain::deletion;
use switchboard_domain::words;

use super::attachments::rows::Named;
use super::ledger::{Draft, Entry, Ledger};
use super::{assign, lookups, rows, take_back, tombstones};
use crate::auth::Operator;
use crate::db::{Lock, Tx};
use crate::http::ApiJson;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Sends an operator's message: 201 the first time, 200 for a repeat.
pub(crate) async fn send(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<SendMessage>,
) -> ApiResult<(StatusCode, Json<SendResult>)> {
    Checks::default()
        .field(
            "content",
            validate::message_text_beside(&request.content, request.attachments.len()),
        )
        .field("attachments", validate::attachments(&request.attachments))
        .field("mentions", mentions(&request))
        .finish()?;
    let (status, entry) = state
        .db
        .write(move |tx| Box::pin(async move { accept(tx, &operator, request).await }))
        .await?;
    let result = SendResult {
        message: entry.message,
        position: entry.position,
    };
    Ok((status, Json(result)))
}

async fn accept(tx: &mut Tx, operator: &Operator, request: SendMessage) -> ApiResult<(StatusCode, Entry)> {
    let account = operator.account_id;
    let Some(seen) = rows::conversation(tx, account, request.conversation_id)
        .await?
        .filter(|conversation| operator.rights.allow(conversation.wire.website_id))
    else {
        return Err(not_there(tx, operator, request.conversation_id).await?);
    };
    tx.lock(Lock::MessageId(request.id)).await?;
    if request.visibility == Visibility::Public || request.reopen {
        tx.lock(Lock::Visitor(seen.wire.user_id)).await?;
    }
    tx.lock(Lock::Conversation(request.conversation_id)).await?;
    // Again, now that nobody else can change it.
    let Some(conversation) = rows::conversation(tx, account, request.conversation_id).await? else {
        return Err(not_there(tx, operator, request.conversation_id).await?);
    };

    let author = Author::Operator(operator.member_id);
    let files = Named::look_up(tx, account, &request.attachments).await?;
    let known = lookups::by_id(tx, account, request.id).await?;
    let taken_back = take_back::is_burnt(tx, operator.member_id, request.id).await?;
    let newer_reply =
        lookups::newer_reply(tx, request.conversation_id, operator.member_id, request.seen_seq).await?;
    let attempt = Attempt {
        author,
        content: Content {
            conversation: Some(request.conversation_id),
            text: request.content,
            visibility: request.visibility,
            attachments: request.attachments,
        },
        same_id: known.as_ref().map(|known| known.same.clone()),
        taken_back,
        files_fit: files.fit(author, Some(request.conversation_id)),
        conversation: Some(Standing {
            status: conversation.wire.status,
            is_archived: conversation.wire.is_archived,
        }),
        predecessor_stored: lookups::predecessor_stored(
            tx,
            account,
            author,
            Some(request.conversation_id),
            request.after_id,
        )
        .await?,
        newer_reply: newer_reply.is_some(),
        force: request.force,
        reopen: request.reopen,
    };
    let target = match accept::decide(&attempt) {
        Verdict::Store(target) => target,
        Verdict::Repeat => {
            let known = known.ok_or_else(|| ApiError::internal("a repeat of nothing"))?;
            return Ok((StatusCode::OK, known.entry));
        }
        Verdict::Refuse(refusal) => return Err(refusal.problem(newer_reply.as_ref())?.into()),
    };
    let mentions = lookups::members_among(tx, account, request.mentions).await?;
    let website = conversation.wire.website_id;
    let mut ledger = Ledger::resume(tx, account, conversation);
    if target == Target::Reopened {
        ledger.take(&Step::Reopen, words::of(&Step::Reopen, &operator.name, None))?;
        assign::leave_to_the_rule(tx, account, website, &mut ledger).await?;
    }
    ledger.add(Draft {
        id: request.id,
        author,
        author_name: Some(operator.name.clone()),
        content: attempt.content.text,
        visibility: request.visibility,
        attachments: files.wire(),
        mentions,
    })?;
    files
        .claim(tx, account, request.conversation_id, request.id)
        .await?;
    let entry = ledger
        .store(tx)
        .await?
        .entries
        .pop()
        .ok_or_else(|| ApiError::internal("a message that was not stored"))?;
    Ok((StatusCode::CREATED, entry))
}

/// What a visitor reads names nobody.
fn mentions(request: &SendMessage) -> Result<(), Violation> {
    match request.mentions.len() {
        0 => Ok(()),
        _ if request.visibility == Visibility::Public => Err(Violation::MentionInReply),
        count if count > MAX_MENTIONS => Err(Violation::TooMany(MAX_MENTIONS)),
        _ => Ok(()),
    }
}

/// Why a conversation cannot be written to that is not stored, or not for this operator.
async fn not_there(tx: &mut Tx, operator: &Operator, id: ConversationId) -> ApiResult<ApiError> {
    let tombstone = tombstones::find(tx, operator.account_id, id).await?;
    Ok(deletion::refuse_message(tombstone.as_ref(), &operator.rights, tx.now()).into())
}
