//! The one place that talks HTTP: JSON in and out, the base URL, headers, time-outs, abort on drop, and repetition of
//! what may be repeated.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contract::decode;
use switchboard_engine::random::Random;
use switchboard_engine::retry;
use web_sys::{AbortController, RequestCredentials, UrlSearchParams};
use yew::Callback;

use super::ApiError;
use crate::browser::{monotonic_ms, random_seed, sleep, within};

/// How long an answer may take, in milliseconds.
const TIMEOUT_MS: u64 = 15_000;

/// One call, as data.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    if_match: Option<u64>,
    cookies: bool,
    repeatable: bool,
    patience_ms: u64,
}

impl Call {
    /// Below the API's base URL.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    fn new(method: Method, path: impl Into<String>) -> Self {
        let repeatable = method == Method::GET;
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            if_match: None,
            cookies: false,
            repeatable,
            patience_ms: 0,
        }
    }

    /// Reads `path` (below the API's base URL, with a slash before it). Repeated by itself after failures that pass.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Posts to `path`. Never repeated by itself.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Changes what is at `path`. Never repeated by itself.
    pub fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// Replaces what is at `path`. Never repeated by itself: what a second try finds may be what the first one left.
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Removes what is at `path`. Never repeated by itself.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Sends `body` as JSON.
    ///
    /// # Errors
    /// [`ApiError::Undecodable`] when the value has no JSON form.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, ApiError> {
        let text = serde_json::to_string(body).map_err(|error| undecodable(&self.path, &error))?;
        self.body = Some(text);
        Ok(self)
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a query parameter when there is a value.
    #[must_use]
    pub fn query_opt(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Only when the resource still has this version.
    #[must_use]
    pub fn if_match(mut self, version: u64) -> Self {
        self.if_match = Some(version);
        self
    }

    /// Sends and takes cookies although the API may be on another origin of the same site.
    #[must_use]
    pub fn with_cookies(mut self) -> Self {
        self.cookies = true;
        self
    }

    /// Gives the server this much longer to answer, in milliseconds: it was asked to wait.
    #[must_use]
    pub fn patient(mut self, millis: u64) -> Self {
        self.patience_ms = millis;
        self
    }

    /// Leaves repetition to the caller.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    fn build(&self, base: &str, token: Option<&str>) -> RequestBuilder {
        let mut request = RequestBuilder::new(&format!("{base}{}", self.path))
            .method(self.method.clone())
            .header("Accept", "application/json")
            // Cannot be set by a form or an image of a foreign page.
            .header("X-Switchboard", "1")
            .credentials(if self.cookies {
                RequestCredentials::Include
            } else {
                RequestCredentials::Omit
            });
        if !self.query.is_empty() {
            request = request.query(self.query.iter().map(|(name, value)| (*name, value)));
        }
        if let Some(token) = token {
            request = request.header("Authorization", &format!("Bearer {token}"));
        }
        if let Some(version) = self.if_match {
            request = request.header("If-Match", &format!("\"{version}\""));
        }
        request
    }
}

/// A call that has failed and is tried again by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrying {
    /// Why the last try failed.
    pub error: ApiError,
    /// The number of the try that comes; 2 is the first repetition.
    pub attempt: u32,
    /// When it is made, in milliseconds of the page's monotonic clock.
    pub at_ms: f64,
}

/// An answer on its way; dropping it aborts the request.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<String, ApiError>> + 'a>>;

/// The way to the API. Clones share it.
#[derive(Clone)]
pub struct Transport {
    base: Rc<str>,
    random: Rc<RefCell<Random>>,
    on_retry: Option<Callback<Retrying>>,
}

impl PartialEq for Transport {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.random, &other.random)
    }
}

/// Ends the request when the future that waits for it is dropped.
pub(super) struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Transport {
    /// To the API at `base`, without a slash at its end.
    #[must_use]
    pub fn new(base: Rc<str>) -> Self {
        Self {
            base,
            random: Rc::new(RefCell::new(Random::from_seed(random_seed()))),
            on_retry: None,
        }
    }

    /// The same way, telling `on_retry` of every failure after which a call is tried again by itself.
    #[must_use]
    pub fn telling(&self, on_retry: Option<Callback<Retrying>>) -> Self {
        Self {
            on_retry,
            ..self.clone()
        }
    }

    /// The API's base URL.
    #[must_use]
    pub fn base(&self) -> &Rc<str> {
        &self.base
    }

    /// Calls and decodes the answer. Dropping the future aborts the request.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn call<T: DeserializeOwned>(&self, call: &Call, token: Option<&str>) -> Result<T, ApiError> {
        let text = self.text(call, token).await?;
        read(&call.path, &text)
    }

    /// Calls where nothing is expected back.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn call_empty(&self, call: &Call, token: Option<&str>) -> Result<(), ApiError> {
        self.text(call, token).await.map(drop)
    }

    /// Calls and gives the answer as it came. Boxed, so that it is compiled once and not for every kind of answer.
    ///
    /// # Errors
    /// See [`ApiError`].
    #[must_use]
    pub fn text<'a>(&'a self, call: &'a Call, token: Option<&'a str>) -> Answer<'a> {
        Box::pin(self.patiently(call, token))
    }

    async fn patiently(&self, call: &Call, token: Option<&str>) -> Result<String, ApiError> {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(call, token).await {
                Ok(text) => return Ok(text),
                Err(error) => error,
            };
            let wait = error.failure().and_then(|failure| {
                retry::next_wait(attempt, call.repeatable, failure, &mut self.random.borrow_mut())
            });
            let Some(wait) = wait else { return Err(error) };
            attempt += 1;
            if let Some(on_retry) = &self.on_retry {
                on_retry.emit(Retrying {
                    error,
                    attempt,
                    at_ms: monotonic_ms() + wait as f64,
                });
            }
            sleep(wait).await;
        }
    }

    /// Where a call goes, its query included.
    pub(super) fn address(&self, call: &Call) -> String {
        let Ok(query) = UrlSearchParams::new() else {
            return format!("{}{}", self.base, call.path);
        };
        for (name, value) in &call.query {
            query.append(name, value);
        }
        let query = String::from(query.to_string());
        format!("{}{}?{query}", self.base, call.path)
    }

    /// One try of a call whose answer is no text; the request ends with the guard. What is no success is an error.
    pub(super) async fn respond(
        &self,
        call: &Call,
        token: &str,
    ) -> Result<(Response, AbortOnDrop), ApiError> {
        let abort = AbortController::new().map_err(|_| ApiError::Offline)?;
        let signal = abort.signal();
        let guard = AbortOnDrop(abort);
        let request = call
            .build(&self.base, Some(token))
            .abort_signal(Some(&signal))
            .build()
            .map_err(|error| undecodable(&call.path, &error))?;
        let answer = within(TIMEOUT_MS, request.send())
            .await
            .ok_or(ApiError::TimedOut)?;
        let response = answer.map_err(|_| ApiError::Offline)?;
        if response.ok() {
            return Ok((response, guard));
        }
        let wait = retry_after_ms(&response);
        let body = response.text().await.map_err(|_| ApiError::Offline)?;
        Err(ApiError::from_answer(response.status(), &body, wait))
    }

    async fn attempt(&self, call: &Call, token: Option<&str>) -> Result<String, ApiError> {
        // Refused only where there is no fetch at all.
        let abort = AbortController::new().map_err(|_| ApiError::Offline)?;
        let signal = abort.signal();
        let _guard = AbortOnDrop(abort);
        let builder = call.build(&self.base, token).abort_signal(Some(&signal));
        let request: Request = match &call.body {
            Some(body) => builder
                .header("Content-Type", "application/json")
                .body(body.as_str()),
            None => builder.build(),
        }
        .map_err(|error| undecodable(&call.path, &error))?;
        let answer = within(TIMEOUT_MS + call.patience_ms, async {
            let response = request.send().await.map_err(|_| ApiError::Offline)?;
            let status = response.status();
            let wait = retry_after_ms(&response);
            // Cut in the middle of the body.
            let body = response.text().await.map_err(|_| ApiError::Offline)?;
            Ok::<_, ApiError>((status, wait, body))
        })
        .await;
        let (status, wait, body) = answer.ok_or(ApiError::TimedOut)??;
        if (200..300).contains(&status) {
            Ok(body)
        } else {
            Err(ApiError::from_answer(status, &body, wait))
        }
    }
}

fn retry_after_ms(response: &Response) -> Option<u64> {
    let seconds: u64 = response.headers().get("Retry-After")?.parse().ok()?;
    seconds.checked_mul(1_000)
}

/// Reads an answer.
///
/// # Errors
/// [`ApiError::Undecodable`].
pub fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, ApiError> {
    decode(text).map_err(|error| undecodable(path, &error))
}

/// Names the call and the place, never the content: serde's messages hold positions and field names only for the types used
/// here, and values of unexpected kinds are cut off.
fn undecodable(path: &str, error: &impl ToString) -> ApiError {
    let reason = error.to_string();
    let place = reason.rfind(" at line ").map_or("", |start| &reason[start..]);
    ApiError::Undecodable(format!("{path}{place}").into())
}
