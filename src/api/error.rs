//! What can go wrong with a call, told apart so that each screen can say what to do.

use std::fmt;
use std::rc::Rc;

use switchboard_contract::decode;
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};
use switchboard_engine::retry::Failure;
use yew::AttrValue;

use crate::i18n::{duration_short, t, t_with};

/// Why a call failed. Cheap to clone. Its `Debug` form holds codes only, never what people wrote.
#[derive(Clone, PartialEq)]
pub enum ApiError {
    /// Nobody is signed in, or the session has ended for good.
    SignedOut,
    /// Email or password is wrong; the server never says which.
    InvalidCredentials,
    /// The person's role, or this origin, is not allowed to do it.
    Forbidden(Rc<Problem>),
    /// It does not exist for this person, or no longer does.
    NotFound(Rc<Problem>),
    /// The state of things does not allow it; `current` may hold what is there now.
    Conflict(Rc<Problem>),
    /// Fields break a rule; see [`ApiError::fields`].
    Validation(Rc<Problem>),
    /// Too many tries: wait this long, in milliseconds.
    RateLimited(u64),
    /// The server failed or cannot answer now.
    Server(Rc<Problem>),
    /// The server refused the request for another reason.
    Refused(Rc<Problem>),
    /// No answer: no network, no server, or the server refuses this origin.
    Offline,
    /// No answer in time.
    TimedOut,
    /// An answer that this build cannot read; says where.
    Undecodable(Rc<str>),
}

/// How long to wait when a 429 does not say, in milliseconds.
const DEFAULT_WAIT_MS: u64 = 30_000;

impl ApiError {
    /// Whether the server has answered, and has not looked at the request: it is over, and may be made again.
    #[must_use]
    pub fn is_turned_away(&self) -> bool {
        match self {
            Self::RateLimited(_) => true,
            // Those of a proxy say nothing of what the server behind it does.
            Self::Server(problem) => problem.code == ProblemCode::Unavailable,
            _ => false,
        }
    }

    /// From an answer outside 2xx. `retry_after_ms` is the header `Retry-After`, should the body not say it.
    #[must_use]
    pub fn from_answer(status: u16, body: &str, retry_after_ms: Option<u64>) -> Self {
        let mut problem = decode::<Problem>(body).unwrap_or_else(|_| {
            // A proxy's page, or nothing: all that is known is the status.
            Problem::new(ProblemCode::Unknown, "")
        });
        problem.status = status;
        problem.retry_after_ms = problem.retry_after_ms.or(retry_after_ms);
        let problem = Rc::new(problem);
        match (status, problem.code) {
            (401, ProblemCode::InvalidCredentials) => Self::InvalidCredentials,
            (401, ProblemCode::TotpRequired | ProblemCode::SessionRevoked) => Self::Refused(problem),
            (401, _) => Self::SignedOut,
            (403, _) => Self::Forbidden(problem),
            (404 | 410, _) => Self::NotFound(problem),
            (409, _) => Self::Conflict(problem),
            (422, _) => Self::Validation(problem),
            (429, _) => Self::RateLimited(problem.retry_after_ms.unwrap_or(DEFAULT_WAIT_MS)),
            (408 | 500.., _) => Self::Server(problem),
            _ => Self::Refused(problem),
        }
    }

    /// The whole problem as the server told it, where there is one.
    #[must_use]
    pub fn problem(&self) -> Option<&Rc<Problem>> {
        match self {
            Self::Forbidden(problem)
            | Self::NotFound(problem)
            | Self::Conflict(problem)
            | Self::Validation(problem)
            | Self::Server(problem)
            | Self::Refused(problem) => Some(problem),
            Self::SignedOut
            | Self::InvalidCredentials
            | Self::RateLimited(_)
            | Self::Offline
            | Self::TimedOut
            | Self::Undecodable(_) => None,
        }
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::InvalidCredentials => Some(ProblemCode::InvalidCredentials),
            Self::RateLimited(_) => Some(ProblemCode::RateLimited),
            _ => self.problem().map(|problem| problem.code),
        }
    }

    /// Messages by field, of a validation error.
    #[must_use]
    pub fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Validation(problem) => Some(&problem.fields),
            _ => None,
        }
    }

    /// Whether the same call may work later without anyone changing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Offline | Self::TimedOut | Self::RateLimited(_) => true,
            Self::Server(problem) => matches!(problem.status, 408 | 502..=504),
            _ => false,
        }
    }

    /// The failure as the retry rule sees it; `None` for what no repetition mends.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Offline => Some(Failure::Network),
            Self::TimedOut => Some(Failure::TimedOut),
            Self::RateLimited(wait) => Some(Failure::Status {
                status: 429,
                retry_after_ms: Some(*wait),
            }),
            Self::Server(problem) => Some(Failure::Status {
                status: problem.status,
                retry_after_ms: problem.retry_after_ms,
            }),
            _ => None,
        }
    }

    /// What happened and what to do, in plain words.
    #[must_use]
    pub fn message(&self) -> AttrValue {
        match self.code() {
            Some(ProblemCode::AddressInUse) => return t("error.address_in_use"),
            Some(ProblemCode::LastOwner) => return t("error.last_owner"),
            Some(ProblemCode::EmailUnverified) => return t("error.email_unverified"),
            Some(ProblemCode::TotpEnrolmentDue) => return t("error.totp_enrolment_due"),
            _ => {}
        }
        match self {
            Self::SignedOut => t("error.signed_out"),
            Self::InvalidCredentials => t("error.invalid_credentials"),
            Self::Forbidden(_) => t("error.forbidden"),
            Self::NotFound(_) => t("error.not_found"),
            Self::Conflict(_) => t("error.conflict"),
            Self::Validation(_) => t("error.validation"),
            Self::RateLimited(wait) => {
                let seconds = i64::try_from(wait.div_ceil(1_000)).unwrap_or(i64::MAX);
                t_with("error.rate_limited", &[("wait", &duration_short(seconds))])
            }
            Self::Server(problem) => match &problem.request_id {
                Some(id) => t_with("error.server_with_id", &[("id", id)]),
                None => t("error.server"),
            },
            Self::Refused(_) => t("error.refused"),
            Self::Offline => t("error.offline"),
            Self::TimedOut => t("error.timed_out"),
            Self::Undecodable(_) => t("error.undecodable"),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::SignedOut => "SignedOut",
            Self::InvalidCredentials => "InvalidCredentials",
            Self::Forbidden(_) => "Forbidden",
            Self::NotFound(_) => "NotFound",
            Self::Conflict(_) => "Conflict",
            Self::Validation(_) => "Validation",
            Self::RateLimited(_) => "RateLimited",
            Self::Server(_) => "Server",
            Self::Refused(_) => "Refused",
            Self::Offline => "Offline",
            Self::TimedOut => "TimedOut",
            Self::Undecodable(place) => return f.debug_tuple("Undecodable").field(place).finish(),
        };
        let mut out = f.debug_struct(name);
        if let Some(problem) = self.problem() {
            out.field("status", &problem.status).field("code", &problem.code);
        }
        out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: ProblemCode) -> ApiError {
        let problem = Problem::new(code, "secret text");
        ApiError::from_answer(
            status,
            &serde_json::to_string(&problem).expect("serialises"),
            None,
        )
    }

    #[test]
    fn statuses_and_codes_are_told_apart() {
        assert_eq!(answer(401, ProblemCode::SessionEnded), ApiError::SignedOut);
        assert_eq!(
            answer(401, ProblemCode::InvalidCredentials),
            ApiError::InvalidCredentials
        );
        assert!(matches!(
            answer(403, ProblemCode::Forbidden),
            ApiError::Forbidden(_)
        ));
        assert!(matches!(answer(410, ProblemCode::Gone), ApiError::NotFound(_)));
        assert_eq!(
            answer(409, ProblemCode::NewerReply).code(),
            Some(ProblemCode::NewerReply)
        );
        assert!(matches!(
            answer(422, ProblemCode::ValidationFailed),
            ApiError::Validation(_)
        ));
        assert!(matches!(
            answer(503, ProblemCode::Unavailable),
            ApiError::Server(_)
        ));
        assert!(matches!(
            answer(413, ProblemCode::BodyTooLarge),
            ApiError::Refused(_)
        ));
    }

    #[test]
    fn a_wait_comes_from_the_body_or_the_header() {
        assert_eq!(
            ApiError::from_answer(429, r#"{"code":"rate_limited","retryAfterMs":4000}"#, Some(9_000)),
            ApiError::RateLimited(4_000)
        );
        assert_eq!(
            ApiError::from_answer(429, "<html>", Some(9_000)),
            ApiError::RateLimited(9_000)
        );
        assert_eq!(
            ApiError::from_answer(429, "", None),
            ApiError::RateLimited(DEFAULT_WAIT_MS)
        );
    }

    #[test]
    fn pages_of_proxies_still_make_an_error() {
        let error = ApiError::from_answer(502, "<html>Bad gateway</html>", None);
        assert!(error.passes());
        assert!(matches!(error, ApiError::Server(problem) if problem.status == 502));
    }

    #[test]
    fn debug_output_holds_no_text() {
        let shown = format!("{:?}", answer(409, ProblemCode::NewerReply));
        assert_eq!(shown, "Conflict { status: 409, code: NewerReply }");
    }
}
