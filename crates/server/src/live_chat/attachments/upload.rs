//! Taking files: the body is the file itself, its id and name stand in the query.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use switchboard_contract::ids::{AccountId, AttachmentId, ConversationId};
use switchboard_contract::live_chat::{Attachment, MAX_ATTACHMENT_BYTES, file_name};
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::accept::{Author, Upload};
use switchboard_domain::deletion;
use uuid::Uuid;

use super::rows::{self, Stored};
use super::sniff;
use crate::auth::{Operator, VisitorCaller, throttle};
use crate::db::{Lock, Tx};
use crate::http::{Client, Params};
use crate::live_chat::{rows as conversations, tombstones};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// The body as it came: 413 over [`MAX_ATTACHMENT_BYTES`], 422 where there is none.
pub(super) struct Content(Bytes);

impl<S: Send + Sync> FromRequest<S> for Content {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        if bytes.is_empty() {
            return Err(ApiError::invalid_field(
                "body",
                "This file is empty. Choose another one.",
            ));
        }
        Ok(Self(bytes))
    }
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let most = MAX_ATTACHMENT_BYTES / (1024 * 1024);
        ApiError::new(
            ProblemCode::BodyTooLarge,
            format!("Send files of at most {most} MiB."),
        )
    } else {
        ApiError::new(
            ProblemCode::BadRequest,
            "The file ended too early; send it again.",
        )
    }
}

/// Who uploads, and where to.
#[derive(Clone)]
enum Uploader {
    Operator(Operator, ConversationId),
    Visitor(VisitorCaller),
}

impl Uploader {
    const fn account(&self) -> AccountId {
        match self {
            Self::Operator(operator, _) => operator.account_id,
            Self::Visitor(caller) => caller.account_id,
        }
    }

    const fn upload(&self) -> Upload {
        let (by, conversation) = match self {
            Self::Operator(operator, conversation) => {
                (Author::Operator(operator.member_id), Some(*conversation))
            }
            Self::Visitor(caller) => (Author::Visitor(caller.visitor_id), None),
        };
        Upload {
            by,
            conversation,
            is_sent: false,
        }
    }

    /// Whether the file has a place to go to: the caller's conversation, or the visitor themselves.
    async fn check(&self, tx: &mut Tx) -> ApiResult<()> {
        match self {
            Self::Operator(operator, id) => {
                let account = operator.account_id;
                let found = conversations::conversation(tx, account, *id).await?;
                if found.is_some_and(|found| operator.rights.allow(found.wire.website_id)) {
                    return Ok(());
                }
                let tombstone = tombstones::find(tx, account, *id).await?;
                Err(deletion::refuse_message(tombstone.as_ref(), &operator.rights, tx.now()).into())
            }
            Self::Visitor(caller) => match VisitorCaller::load(tx, caller.visitor_id).await? {
                Some(_) => Ok(()),
                None => Err(ApiError::not_found("visitor")),
            },
        }
    }

    const fn lock(&self) -> Lock {
        match self {
            Self::Operator(_, conversation) => Lock::Conversation(*conversation),
            Self::Visitor(caller) => Lock::Visitor(caller.visitor_id),
        }
    }
}

/// Takes a member's file for a conversation: 201 the first time, 200 for a repeat.
pub(super) async fn by_operator(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
    Content(bytes): Content,
) -> ApiResult<(StatusCode, Json<Attachment>)> {
    let conversation = required(&params, "conversationId", "a conversation's id")?;
    keep(&state, Uploader::Operator(operator, conversation), &params, bytes).await
}

/// Takes a visitor's file: 201 the first time, 200 for a repeat. How many one visitor and one address send is bounded.
pub(super) async fn by_visitor(
    State(state): State<AppState>,
    caller: VisitorCaller,
    client: Client,
    params: Params,
    Content(bytes): Content,
) -> ApiResult<(StatusCode, Json<Attachment>)> {
    throttle::hit(
        &state.db,
        vec![
            throttle::UPLOAD.visitor(&state.keys, caller.visitor_id),
            throttle::UPLOAD_ADDRESS.address(&state.keys, client.address),
        ],
    )
    .await?;
    keep(&state, Uploader::Visitor(caller), &params, bytes).await
}

fn required<T: std::str::FromStr>(params: &Params, name: &str, expected: &str) -> ApiResult<T> {
    params
        .parsed(name, expected)?
        .ok_or_else(|| ApiError::bad_parameter(name, format!("expected {expected}.")))
}

async fn keep(
    state: &AppState,
    from: Uploader,
    params: &Params,
    bytes: Bytes,
) -> ApiResult<(StatusCode, Json<Attachment>)> {
    let id: AttachmentId = required(params, "id", "a new id")?;
    let given = params
        .text("name")
        .ok_or_else(|| ApiError::bad_parameter("name", "expected the file's name."))?;
    let stored = describe(id, given, from.upload(), bytes.clone()).await?;
    let account = from.account();
    let known = {
        let from = from.clone();
        state
            .db
            .read(move |tx| {
                Box::pin(async move {
                    from.check(tx).await?;
                    rows::find(tx, account, id).await
                })
            })
            .await?
    };
    if let Some(known) = known {
        return repeat(known, &stored);
    }
    state
        .files
        .put(stored.file, bytes)
        .await
        .map_err(ApiError::unavailable)?;
    let noted = {
        let stored = stored.clone();
        state.db.write(move |tx| Box::pin(note(tx, from, stored))).await
    };
    if !matches!(noted, Ok(None)) {
        // Nothing names it. Where it stays all the same, the next start finds it.
        let _ = state.files.remove(&stored.file.to_string()).await;
    }
    match noted? {
        None => Ok((StatusCode::CREATED, Json(stored.wire))),
        Some(known) => repeat(known, &stored),
    }
}

/// What there is to know of a file. Its digest takes a while, which nobody else is kept waiting for.
async fn describe(id: AttachmentId, given: &str, upload: Upload, bytes: Bytes) -> ApiResult<Stored> {
    let name = file_name(given);
    tokio::task::spawn_blocking(move || {
        let kind = sniff::kind(&bytes);
        let digest = Sha256::digest(&bytes);
        Stored {
            wire: Attachment {
                id,
                name,
                media_type: kind.media_type.to_owned(),
                size: bytes.len() as u64,
                width: kind.pixels.map(|(width, _)| width),
                height: kind.pixels.map(|(_, height)| height),
            },
            upload,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            file: Uuid::new_v4(),
        }
    })
    .await
    .map_err(ApiError::internal)
}

/// Notes a file; the one that has its id already, where there is one.
async fn note(tx: &mut Tx, from: Uploader, stored: Stored) -> ApiResult<Option<Stored>> {
    tx.lock(from.lock()).await?;
    // Again, now that nobody can delete it meanwhile.
    from.check(tx).await?;
    let account = from.account();
    if rows::insert(tx, account, &stored).await? {
        return Ok(None);
    }
    let known = rows::find(tx, account, stored.wire.id).await?;
    // Taken away between the two statements: the next try is the first one.
    known
        .map(Some)
        .ok_or_else(|| ApiError::unavailable("a file that is there and not there"))
}

/// The first result again, to whom it belongs and for the same content.
fn repeat(known: Stored, asked: &Stored) -> ApiResult<(StatusCode, Json<Attachment>)> {
    let same_place = known.upload.conversation == asked.upload.conversation || known.upload.is_sent;
    let same = known.upload.by == asked.upload.by
        && same_place
        && known.sha256 == asked.sha256
        && known.wire.name == asked.wire.name;
    if same {
        Ok((StatusCode::OK, Json(known.wire)))
    } else {
        Err(ApiError::new(ProblemCode::IdReused, "Upload it with a new id."))
    }
}
