//! Whether a website has the widget: what the server finds out when somebody asks.

use serde::{Deserialize, Serialize};

use super::WebsiteStatus;
use crate::time::Timestamp;

/// What a check of the installation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum InstallOutcome {
    /// Pages of the website tell of themselves: it works.
    Working,
    /// The page has the snippet, and no page has told of itself lately: somebody has to open one.
    SnippetFound,
    /// A page that may not load the widget does; the status says which.
    OriginRefused,
    /// The page has a snippet that names another website.
    OtherKey,
    /// The page answers without the snippet in its text. One that a script puts there later is not seen.
    NotFound,
    /// The page does not answer, or not with a page; the reason says what it does.
    Unreachable,
    /// The page is nothing that this server looks at: only public addresses on the usual ports are.
    OutOfReach,
    /// An outcome that this build does not know.
    #[serde(other)]
    Unknown,
}

/// `POST /api/websites/{id}/check-install`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstallCheck {
    /// When it was checked.
    pub at: Timestamp,
    /// What it comes to.
    pub outcome: InstallOutcome,
    /// What the website's pages told of themselves until then.
    pub status: WebsiteStatus,
    /// The page that was, or would have been, looked at: the website's first.
    pub page: String,
    /// What stood in the way, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_of_a_newer_server_reads() {
        let json = r#"{"at":"2026-11-22T09:30:00.000Z","outcome":"asleep","status":{"state":"online"},"page":"https://shop.example/","more":1}"#;
        let check: InstallCheck = serde_json::from_str(json).expect("reads");
        assert_eq!((check.outcome, check.reason), (InstallOutcome::Unknown, None));
    }
}
