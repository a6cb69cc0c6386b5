//! JSON bodies, read strictly: what is wrong with one is said by its field.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use switchboard_contract::problem::ProblemCode;

use super::MAX_BODY_BYTES;
use crate::problem::{ApiError, ApiResult};

/// The body as `T`: 415 unless it is `application/json`, 413 over the limit, 400 when it is not JSON, 422 when it is
/// JSON of another shape.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

impl<T, S> FromRequest<S> for ApiJson<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(
                ProblemCode::UnsupportedMediaType,
                "Send the body with `Content-Type: application/json`.",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        parse(&bytes).map(Self)
    }
}

/// The body as `T`, or `T::default()` when there is none; a body that is there is read like [`ApiJson`]'s.
#[derive(Clone, Copy, Debug)]
pub struct MaybeJson<T>(pub T);

impl<T, S> FromRequest<S> for MaybeJson<T>
where
    T: DeserializeOwned + Default,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !json {
            return Err(ApiError::new(
                ProblemCode::UnsupportedMediaType,
                "Send the body with `Content-Type: application/json`, or no body.",
            ));
        }
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(
            ProblemCode::BodyTooLarge,
            format!("Send at most {} KiB.", MAX_BODY_BYTES / 1024),
        )
    } else {
        ApiError::new(
            ProblemCode::BadRequest,
            "The body ended too early; send it again.",
        )
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    // First as any JSON, so that what is not JSON is never taken for JSON of another shape.
    let value: Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    // Text with U+0000 cannot be stored by every database, so none takes it.
    if let Some(path) = nul_in(&value, "") {
        return Err(ApiError::invalid_field(&path, "Take out the null character."));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (field, message) = wrong_shape(&error.path().to_string(), &error.inner().to_string());
        ApiError::invalid_field(&field, message)
    })
}

/// The field and what serde says of it, without the place, which counts bytes and helps no one here.
fn wrong_shape(path: &str, text: &str) -> (String, String) {
    let text = text.split(" at line ").next().unwrap_or_default();
    let parent = if path == "." { "" } else { path };
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    match (missing, parent) {
        (Some(name), "") => (name.to_owned(), "This field is missing.".to_owned()),
        (Some(name), parent) => (format!("{parent}.{name}"), "This field is missing.".to_owned()),
        (None, "") => ("body".to_owned(), format!("This does not fit: {text}.")),
        (None, field) => (field.to_owned(), format!("This does not fit: {text}.")),
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::new(
        ProblemCode::MalformedJson,
        format!(
            "Reading stopped at line {}, column {}.",
            error.line(),
            error.column()
        ),
    )
}

/// Where `value` holds a null character.
fn nul_in(value: &Value, path: &str) -> Option<String> {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match value {
        Value::String(text) if text.contains('\0') => Some(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| nul_in(item, &below(&index.to_string()))),
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            if key.contains('\0') {
                Some(path.to_owned())
            } else {
                nul_in(item, &below(key))
            }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[allow(dead_code)]
        text: String,
    }

    fn refusal(json: &str) -> (ProblemCode, Vec<String>) {
        match parse::<Body>(json.as_bytes()).expect_err("refused") {
            ApiError::Problem(problem) => (problem.code, problem.fields.into_keys().collect()),
            ApiError::Hidden { .. } => panic!("a problem"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_its_field() {
        assert!(parse::<Body>(br#"{"text":"x","later":1}"#).is_ok());
        for malformed in ["", "{", "nonsense", r#"{"text":"x"} {"#, r#"{"text":"\ud800"}"#] {
            assert_eq!(refusal(malformed).0, ProblemCode::MalformedJson, "{malformed}");
        }
        assert_eq!(
            refusal(r#"{"text":7}"#),
            (ProblemCode::ValidationFailed, vec!["text".to_owned()])
        );
        assert_eq!(
            refusal(r#"{"text":"a\u0000b"}"#),
            (ProblemCode::ValidationFailed, vec!["text".to_owned()])
        );
        assert!(
            parse::<Body>(br#"{"text":"a\\u0000b"}"#).is_ok(),
            "an escaped backslash"
        );
        assert_eq!(
            refusal("{}"),
            (ProblemCode::ValidationFailed, vec!["text".to_owned()])
        );
        assert_eq!(
            refusal("[]"),
            (ProblemCode::ValidationFailed, vec!["body".to_owned()])
        );
    }
}
