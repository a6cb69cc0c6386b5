//! `If-Match` on updates (`protocol.md` *Conventions*): the version that the caller has read.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use serde::Serialize;
use switchboard_contract::problem::ProblemCode;

use crate::problem::{ApiError, ApiResult};

/// The version in `If-Match: "<version>"`; none without the header or with `*`, and then any version will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

impl IfMatch {
    /// Refuses an update of something that is no longer at the version that the caller has read.
    ///
    /// # Errors
    /// 409 `conflict` with `current`.
    pub fn check<T: Serialize>(self, version: u64, current: &T) -> ApiResult<()> {
        if self.0.is_none_or(|expected| expected == version) {
            return Ok(());
        }
        Err(ApiError::new(
            ProblemCode::Conflict,
            "It changed since you read it. Look at `current` and try again.",
        )
        .with_current(serde_json::to_value(current)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        text.strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .and_then(|text| text.parse().ok())
            .map(|version| Self(Some(version)))
            .ok_or_else(|| {
                ApiError::new(
                    ProblemCode::BadRequest,
                    "`If-Match`: send the resource's version in quotation marks, such as \"3\".",
                )
            })
    }
}
