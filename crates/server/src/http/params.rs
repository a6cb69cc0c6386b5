//! Query parameters and ids in paths.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use switchboard_contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
use switchboard_contract::time::Timestamp;

use crate::problem::{ApiError, ApiResult};

/// The query: unknown parameters are ignored, empty ones count as absent, bad ones are 400 by name.
#[derive(Clone, Debug, Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// A parameter's text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter read as `T`; `expected` says what it should be.
    ///
    /// # Errors
    /// 400 when it does not read.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> ApiResult<Option<T>> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| ApiError::bad_parameter(name, format!("expected {expected}.")))
            })
            .transpose()
    }

    /// An instant in RFC 3339.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn instant(&self, name: &str) -> ApiResult<Option<Timestamp>> {
        self.text(name)
            .map(|text| {
                Timestamp::parse(text).map_err(|_| {
                    ApiError::bad_parameter(name, "expected an instant such as 2026-11-22T09:30:00Z.")
                })
            })
            .transpose()
    }

    /// A parameter that is one of an enum's words.
    ///
    /// # Errors
    /// 400 when it is none of them.
    pub fn word<T: DeserializeOwned>(&self, name: &str, words: &str) -> ApiResult<Option<T>> {
        self.text(name)
            .map(|text| {
                serde_json::from_value(text.into())
                    .map_err(|_| ApiError::bad_parameter(name, format!("expected one of {words}.")))
            })
            .transpose()
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// 400 when it is neither.
    pub fn flag(&self, name: &str) -> ApiResult<Option<bool>> {
        self.parsed(name, "true or false")
    }

    /// The page's size: `limit`, from 1 to [`MAX_LIMIT`].
    ///
    /// # Errors
    /// 400 outside these bounds.
    pub fn limit(&self) -> ApiResult<u32> {
        self.bounded("limit", DEFAULT_LIMIT, MAX_LIMIT)
    }

    /// A number from 1 to `most`.
    ///
    /// # Errors
    /// 400 outside these bounds.
    pub fn bounded(&self, name: &str, default: u32, most: u32) -> ApiResult<u32> {
        let expected = format!("a number from 1 to {most}");
        match self.parsed(name, &expected)? {
            None => Ok(default),
            Some(number) if (1..=most).contains(&number) => Ok(number),
            Some(_) => Err(ApiError::bad_parameter(name, format!("expected {expected}."))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(
            url::form_urlencoded::parse(query.as_bytes())
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        ))
    }
}

/// The one id in the path; anything that is not an id leads nowhere: 404.
#[derive(Clone, Copy, Debug)]
pub struct IdPath<T>(pub T);

impl<T, S> FromRequestParts<S> for IdPath<T>
where
    T: FromStr,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found("resource"))?;
        text.parse()
            .map(Self)
            .map_err(|_| ApiError::not_found("resource"))
    }
}
