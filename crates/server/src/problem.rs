//! Errors of handlers: what a caller may know travels as `application/problem+json`; everything else is logged with the
//! request's id and shown as a bare 500.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};

/// The media type of [`Problem`] (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not answered as asked.
#[derive(Debug)]
pub enum ApiError {
    /// The caller's to know.
    Problem(Box<Problem>),
    /// A defect or an outage: the cause goes to the log only.
    Hidden {
        /// What the caller is told: [`ProblemCode::Internal`] or [`ProblemCode::Unavailable`].
        code: ProblemCode,
        /// What the log is told; never holds message text, tokens or addresses.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Shorthand of handlers and repository functions.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A problem with the code's own status and title; `detail` says what happened and what to do.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::Problem(Box::new(Problem::new(code, detail)))
    }

    /// 404, the same for what does not exist and for what belongs to someone else.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("There is no such {what}."))
    }

    /// 422 with messages by field.
    #[must_use]
    pub fn validation(fields: FieldErrors) -> Self {
        Self::Problem(Box::new(Problem::validation(fields)))
    }

    /// 422 with one message for one field.
    #[must_use]
    pub fn invalid_field(name: &str, message: impl Into<String>) -> Self {
        Self::validation(FieldErrors::from([(name.to_owned(), vec![message.into()])]))
    }

    /// 400 for a query parameter that cannot be read.
    #[must_use]
    pub fn bad_parameter(name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut problem = Problem::new(ProblemCode::BadRequest, format!("`{name}`: {message}"));
        problem.fields.insert(name.to_owned(), vec![message]);
        Self::Problem(Box::new(problem))
    }

    /// 401 for calls that need a sign-in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            ProblemCode::Unauthenticated,
            "Send a valid access token as `Authorization: Bearer`.",
        )
    }

    /// 429; the caller may try again after `wait_ms` milliseconds.
    #[must_use]
    pub fn rate_limited(detail: impl Into<String>, wait_ms: u64) -> Self {
        let mut problem = Problem::new(ProblemCode::RateLimited, detail);
        problem.retry_after_ms = Some(wait_ms);
        Self::Problem(Box::new(problem))
    }

    /// A defect: logged, shown as a bare 500. `cause` must hold nothing private.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Hidden {
            code: ProblemCode::Internal,
            cause: cause.into(),
        }
    }

    /// An outage, most often of the database: logged, shown as a bare 503.
    #[must_use]
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Hidden {
            code: ProblemCode::Unavailable,
            cause: cause.into(),
        }
    }

    /// Adds the resource as it is now (`conflict`), or the colleague's reply (`newer_reply`).
    #[must_use]
    pub fn with_current(mut self, current: serde_json::Value) -> Self {
        if let Self::Problem(problem) = &mut self {
            problem.current = Some(current);
        }
        self
    }

    /// What the caller is told, for programs.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Problem(problem) => problem.code,
            Self::Hidden { code, .. } => *code,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::Hidden { cause, .. } => cause.fmt(f),
        }
    }
}

impl std::error::Error for ApiError {}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<FieldErrors> for ApiError {
    fn from(fields: FieldErrors) -> Self {
        Self::validation(fields)
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::unavailable(error)
            }
            error => Self::internal(error),
        }
    }
}

/// Stored JSON that does not read, or a value that does not write: a defect either way.
impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

/// Rides on a response so that the request-id layer can complete the body and log the cause.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) problem: Problem,
    pub(crate) cause: Option<String>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let told = match self {
            Self::Problem(problem) => Told {
                problem: *problem,
                cause: None,
            },
            Self::Hidden { code, cause } => {
                let detail = match code {
                    ProblemCode::Unavailable => "Try again in a moment.",
                    _ => "Try again; if it keeps failing, report the request id.",
                };
                let mut problem = Problem::new(code, detail);
                if code == ProblemCode::Unavailable {
                    problem.retry_after_ms = Some(1_000);
                }
                Told {
                    problem,
                    cause: Some(cause.to_string()),
                }
            }
        };
        let mut response = problem_response(&told.problem);
        response.extensions_mut().insert(told);
        response
    }
}

/// The response that carries `problem`: status, media type and, where the caller has to wait, `Retry-After`.
pub(crate) fn problem_response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A problem is plain data; serialising it cannot fail.
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(wait) = problem.retry_after_ms {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.div_ceil(1_000)));
    }
    response
}
