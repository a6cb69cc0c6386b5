//! Handing files out: as something to keep, to those who see their message, and before it is sent to who uploaded it.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use switchboard_contract::ids::{AccountId, AttachmentId};
use switchboard_domain::accept::Author;

use super::rows::{self, Place, Stored};
use crate::auth::{Operator, VisitorCaller};
use crate::http::IdPath;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// A file of a conversation that the member sees, or one that they uploaded.
pub(super) async fn for_operator(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<AttachmentId>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let me = Author::Operator(operator.member_id);
    let may = move |stored: &Stored, place: Option<&Place>| match place {
        Some(place) => operator.rights.allow(place.website),
        None => stored.upload.by == me,
    };
    hand_out(&state, operator.account_id, id, &headers, may).await
}

/// A file of a message that the visitor sees, or one that they uploaded.
pub(super) async fn for_visitor(
    State(state): State<AppState>,
    caller: VisitorCaller,
    IdPath(id): IdPath<AttachmentId>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let me = caller.visitor_id;
    let may = move |stored: &Stored, place: Option<&Place>| match place {
        Some(place) => place.is_public && place.visitor == me,
        None => stored.upload.by == Author::Visitor(me),
    };
    hand_out(&state, caller.account_id, id, &headers, may).await
}

async fn hand_out(
    state: &AppState,
    account: AccountId,
    id: AttachmentId,
    request: &HeaderMap,
    may: impl FnOnce(&Stored, Option<&Place>) -> bool,
) -> ApiResult<Response> {
    let missing = || ApiError::not_found("file");
    let found = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let Some(stored) = rows::find(tx, account, id).await? else {
                    return Ok(None);
                };
                let place = rows::place(tx, account, id).await?;
                Ok(Some((stored, place)))
            })
        })
        .await?;
    let (stored, place) = found.ok_or_else(missing)?;
    if !may(&stored, place.as_ref()) {
        return Err(missing());
    }
    let etag = format!("\"{}\"", stored.sha256);
    let is_known = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = state
            .files
            .get(stored.file)
            .await
            .map_err(ApiError::unavailable)?
            .ok_or_else(missing)?;
        Response::new(Body::from(bytes))
    };
    let headers = response.headers_mut();
    let set = [
        (header::CONTENT_TYPE, stored.wire.media_type.clone()),
        (header::CONTENT_DISPOSITION, disposition(&stored.wire.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        // Also where somebody opens the address itself: nothing in it runs or loads.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox".to_owned(),
        ),
        // Kept by the browser, and asked for each time whether it still may be seen.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::ETAG, etag),
    ];
    for (name, value) in set {
        headers.insert(name, HeaderValue::try_from(value).map_err(ApiError::internal)?);
    }
    Ok(response)
}

/// `Content-Disposition` of a file to keep: its name in ASCII for programs that read nothing else (RFC 6266), and as it is
/// (RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut whole = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_its_header() {
        assert_eq!(
            disposition("plan.pdf"),
            "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"
        );
        assert_eq!(
            disposition("a\"; filename=\"b.exe"),
            "attachment; filename=\"a_; filename=_b.exe\"; filename*=UTF-8''a%22%3B%20filename%3D%22b.exe"
        );
        assert_eq!(
            disposition("Grüße.txt"),
            "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"
        );
        for hostile in ["a\r\nSet-Cookie: x", "\u{202e}gpj.exe", "\0"] {
            let header = disposition(hostile);
            assert!(header.bytes().all(|b| (0x20..0x7f).contains(&b)), "{header}");
        }
    }
}
