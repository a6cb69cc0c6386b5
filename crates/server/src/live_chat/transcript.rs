//! `GET …/{id}/transcript` and `POST …/{id}/transcript/mail`: what was said in a conversation as a document. How it is written
//! is [`document`]'s to say.

mod document;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sqlx::Row;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{
    MailTranscript, MessageType, Transcript, TranscriptConversation, TranscriptFormat, TranscriptMessage,
    Visibility,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::Checks;

use super::rows::{self, MESSAGE};
use crate::auth::{Operator, throttle};
use crate::db::Tx;
use crate::http::{ApiJson, IdPath, Params};
use crate::mail::letters::Letters;
use crate::mail::{self, Mail};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Longest transcript that leaves by mail, in bytes: many servers take no more than a few megabytes.
const MAX_MAILED_BYTES: usize = 1024 * 1024;

/// What was said, as a file: public messages, and notes where they are asked for.
pub(crate) async fn download(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
    params: Params,
) -> ApiResult<Response> {
    let format: TranscriptFormat = params.word("format", "txt, html and json")?.unwrap_or_default();
    let with_notes = params.flag("notes")?.unwrap_or(false);
    let transcript = state
        .db
        .read(move |tx| Box::pin(async move { load(tx, &operator, id, with_notes).await }))
        .await?;
    let (content_type, body) = match format {
        TranscriptFormat::Txt => ("text/plain; charset=utf-8", document::text(&transcript)),
        TranscriptFormat::Html => ("text/html; charset=utf-8", document::html(&transcript)),
        TranscriptFormat::Json => ("application/json", serde_json::to_string(&transcript)?),
    };
    // Made of the id alone: nothing that a visitor typed gets into a header or a file's name.
    let disposition = format!("attachment; filename=\"conversation-{id}.{}\"", format.as_str());
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).map_err(ApiError::internal)?,
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Also where somebody opens the address itself: nothing in it runs or loads.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    Ok(response)
}

/// Sends what the visitor saw by mail. Who asks for it is known and may do so only so often, so that nobody floods strangers.
pub(crate) async fn mail(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
    ApiJson(request): ApiJson<MailTranscript>,
) -> ApiResult<StatusCode> {
    // Access comes first: whoever may not see the conversation learns nothing and uses up nothing.
    let transcript = {
        let operator = operator.clone();
        state
            .db
            .read(move |tx| Box::pin(async move { load(tx, &operator, id, false).await }))
            .await?
    };
    Checks::default()
        .field("to", mail::check_address(&request.to))
        .finish()?;
    let to = request.to.trim().to_owned();
    let text = document::text(&transcript);
    if text.len() > MAX_MAILED_BYTES {
        return Err(ApiError::new(
            ProblemCode::BodyTooLarge,
            "This conversation is too long for a mail. Download the transcript and send it another way.",
        ));
    }
    throttle::hit(
        &state.db,
        vec![
            throttle::TRANSCRIPT.member(&state.keys, operator.member_id),
            throttle::CAUSED_LETTERS.account(&state.keys, operator.account_id),
        ],
    )
    .await?;
    let letter: Mail = Letters {
        public_url: &state.config.public_url,
    }
    .transcript(&to, &text);
    state
        .db
        .write(move |tx| Box::pin(async move { mail::queue(tx, letter).await }))
        .await?;
    state.mailer.wake();
    Ok(StatusCode::ACCEPTED)
}

async fn load(
    tx: &mut Tx,
    operator: &Operator,
    id: ConversationId,
    with_notes: bool,
) -> ApiResult<Transcript> {
    let found = rows::conversation(tx, operator.account_id, id)
        .await?
        .filter(|found| operator.rights.allow(found.wire.website_id))
        .ok_or_else(|| ApiError::not_found("conversation"))?
        .wire;
    let website = sqlx::query("SELECT name, timezone FROM websites WHERE id = $1")
        .bind(found.website_id.to_string())
        .fetch_one(tx.conn())
        .await?;
    let sql = format!("SELECT {MESSAGE} FROM messages m WHERE m.conversation_id = $1 ORDER BY m.seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_all(tx.conn())
        .await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in &rows {
        let (message, _) = rows::read_message(row)?;
        if message.visibility == Visibility::Internal && !with_notes {
            continue;
        }
        let author = match message.kind {
            MessageType::User => found.user.name.clone(),
            _ => message.author_name,
        };
        messages.push(TranscriptMessage {
            at: message.created_at,
            kind: message.kind,
            author,
            visibility: message.visibility,
            content: message.content,
            attachments: message.attachments.into_iter().map(|file| file.name).collect(),
        });
    }
    Ok(Transcript {
        conversation: TranscriptConversation {
            id,
            website: website.try_get("name")?,
            timezone: website.try_get("timezone")?,
            visitor: found.user.name,
            started_at: found.started_at,
            status: found.status,
            rating: found.rating,
        },
        messages,
        made_at: tx.now(),
    })
}
