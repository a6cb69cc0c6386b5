//! `/audit`: who changed what. For owners.

use switchboard_contract::audit::{AuditKind, AuditPage};
use switchboard_contract::ids::{MemberId, WebsiteId};
use switchboard_contract::time::Timestamp;

use super::{Api, ApiError, Call};

/// What narrows the log; what is absent does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only what this member did.
    pub member: Option<MemberId>,
    /// Only of this kind.
    pub kind: Option<AuditKind>,
    /// Only what concerns this website.
    pub website: Option<WebsiteId>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

impl AuditQuery {
    /// As pairs of an address.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        [
            ("memberId", self.member.map(|id| id.to_string())),
            ("kind", self.kind.map(kind_word)),
            ("websiteId", self.website.map(|id| id.to_string())),
            ("from", self.from.map(|at| at.to_string())),
            ("until", self.until.map(|at| at.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// The wire word of a kind, such as `member.invited`.
#[must_use]
pub fn kind_word(kind: AuditKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn narrowed(call: Call, query: &AuditQuery) -> Call {
    let pairs = query.pairs().into_iter();
    pairs.fold(call, |call, (name, value)| call.query(name, value))
}

impl Api {
    /// `GET /audit`: a page of it, newest first.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for everybody but owners.
    pub async fn audit(&self, query: &AuditQuery, cursor: Option<String>) -> Result<AuditPage, ApiError> {
        let call = narrowed(Call::get("/audit"), query);
        self.call(call.query_opt("cursor", cursor)).await
    }

    /// `GET /audit/export.csv`: the same as the text of a file.
    ///
    /// # Errors
    /// As [`Api::audit`].
    pub async fn audit_file(&self, query: &AuditQuery) -> Result<String, ApiError> {
        self.text(&narrowed(Call::get("/audit/export.csv"), query)).await
    }
}
