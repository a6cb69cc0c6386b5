//! Errors of the API: `application/problem+json` (RFC 9457) with a stable `code`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Validation messages by field name, in wire spelling (`keepSignedIn`). What people can mend is said in the words of
/// [`Violation`](crate::validate::Violation), which clients read back.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal, $title:literal;)*) => {
        /// What went wrong, for programs. Each code belongs to one HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ProblemCode {
            $($(#[$doc])* $variant,)*
            /// A code that this build does not know.
            #[serde(other)]
            Unknown,
        }

        impl ProblemCode {
            /// Every code that the server may send.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The HTTP status that carries this code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                    Self::Unknown => 500,
                }
            }

            /// A short summary of the kind of problem, for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                    Self::Unknown => "Unknown problem",
                }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = 400, "The body is not valid JSON";
    /// A query parameter or path segment cannot be read.
    BadRequest = 400, "The request cannot be read";
    /// No access token, or one that has ended.
    Unauthenticated = 401, "Sign in first";
    /// Email or password is wrong; never says which.
    InvalidCredentials = 401, "Email or password is not right";
    /// The password was right and a second factor is due.
    TotpRequired = 401, "A code from your authenticator is needed";
    /// The refresh cookie is missing or its time is over: a definite sign-out, what the device keeps may wait.
    SessionEnded = 401, "This session has ended";
    /// The session was ended from elsewhere or its cookie was used by two: what the device keeps has to be erased.
    SessionRevoked = 401, "This session was ended from another device";
    /// The caller's role does not allow it.
    Forbidden = 403, "You are not allowed to do this";
    /// The password was right, and the address is not verified yet.
    EmailUnverified = 403, "Verify your email first";
    /// The account requires a second factor and the member has none: only setting one up is allowed.
    TotpEnrolmentDue = 403, "Set up a second factor first";
    /// The `Origin` is foreign or the header `X-Switchboard: 1` is missing.
    OriginRefused = 403, "Requests from this origin are refused";
    /// The visitor is blocked.
    Blocked = 403, "This visitor is blocked";
    /// No such resource for this caller.
    NotFound = 404, "Not found";
    /// The route exists with another method.
    MethodNotAllowed = 405, "This method is not allowed here";
    /// The resource changed since it was read; `current` holds it.
    Conflict = 409, "Someone else changed this first";
    /// The address became a member's in the meantime.
    AddressInUse = 409, "This address already has an account";
    /// The account would be left without an owner.
    LastOwner = 409, "An account needs an owner";
    /// A website always has its default funnel.
    DefaultFunnel = 409, "A website needs its default funnel";
    /// The id was used before with other content.
    IdReused = 409, "This id was used before with other content";
    /// The message named by `afterId` is not stored yet.
    OutOfOrder = 409, "An earlier message has not arrived yet";
    /// A colleague's public reply came after `seenSeq`.
    NewerReply = 409, "A colleague has replied in the meantime";
    /// The conversation is closed.
    ConversationClosed = 409, "This conversation is closed";
    /// The conversation is archived.
    ConversationArchived = 409, "This conversation is archived";
    /// A renewal that was overtaken by later ones: the cookie has been replaced, ask again with the new one.
    Superseded = 409, "A later renewal was answered before this one";
    /// A message that is stored cannot be taken back.
    AlreadySent = 409, "This message was already sent";
    /// It existed and was deleted or taken back.
    Gone = 410, "This no longer exists";
    /// The position is unknown or past the retained window: load a snapshot.
    PositionLost = 410, "This position is no longer in the log";
    /// The body is over the limit.
    BodyTooLarge = 413, "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = 415, "Send application/json";
    /// Fields break a rule; see `fields`.
    ValidationFailed = 422, "Some fields need attention";
    /// Too many requests; wait `retryAfterMs`.
    RateLimited = 429, "Too many tries";
    /// A defect of the server; `requestId` finds it in the logs.
    Internal = 500, "Something went wrong on the server";
    /// The server or its database cannot answer now.
    Unavailable = 503, "The server cannot answer now";
}

impl ProblemCode {
    /// The code as it travels, such as `id_reused`.
    #[must_use]
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(text)) => text,
            _ => "unknown".to_owned(),
        }
    }
}

/// The body of every answer outside 2xx.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem: `urn:switchboard:problem:<code>`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Short summary of the kind.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: u16,
    /// What happened and what to do, for people.
    #[serde(default)]
    pub detail: String,
    /// What happened, for programs.
    pub code: ProblemCode,
    /// Validation messages by field (422).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<String>>))]
    pub fields: FieldErrors,
    /// How long to wait before the next try, in milliseconds (429, 503).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Finds the request in the server's logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The resource as it is now (`conflict`), or the colleague's reply (`newer_reply`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<serde_json::Value>,
    /// What `login/totp` wants back (`totp_required`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

impl Problem {
    /// A problem with its code's own title and status.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:switchboard:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            fields: FieldErrors::new(),
            retry_after_ms: None,
            request_id: None,
            current: None,
            challenge: None,
        }
    }

    /// A 422 with messages by field.
    #[must_use]
    pub fn validation(fields: FieldErrors) -> Self {
        let mut problem = Self::new(
            ProblemCode::ValidationFailed,
            "Check the marked fields and try again.",
        );
        problem.fields = fields;
        problem
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_snake_case_and_unknown_ones_decode() {
        assert_eq!(ProblemCode::IdReused.as_str(), "id_reused");
        let problem: Problem =
            serde_json::from_str(r#"{"code":"invented_later","status":418,"extra":1}"#).expect("reads");
        assert_eq!(problem.code, ProblemCode::Unknown);
        assert_eq!(problem.status, 418);
    }

    #[test]
    fn every_code_round_trips() {
        for code in ProblemCode::ALL {
            let problem = Problem::new(*code, "why");
            let json = serde_json::to_string(&problem).expect("serialises");
            assert_eq!(serde_json::from_str::<Problem>(&json).expect("reads"), problem);
            assert!((400..600).contains(&code.status()));
        }
    }
}
