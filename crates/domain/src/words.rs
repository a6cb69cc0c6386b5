//! The notices that tell of steps, and who sees them: visitors hear when their conversation closes and opens, and nothing of
//! how the team handles it.

use crate::conversation::Step;
use switchboard_contract::live_chat::{LiveChatUser, Visibility};

/// The notice of a step by the operator `actor`; none for steps that the conversation's event alone tells. `assignee` is
/// the name of whom it is assigned to, where that is somebody else.
#[must_use]
pub fn of(step: &Step, actor: &str, assignee: Option<&str>) -> Option<(String, Visibility)> {
    let public = |text: String| Some((text, Visibility::Public));
    let internal = |text: String| Some((text, Visibility::Internal));
    match step {
        Step::Reopen => public(format!("{actor} reopened the conversation")),
        Step::Close => public(format!("{actor} closed the conversation")),
        Step::Archive => internal(format!("{actor} archived the conversation")),
        Step::Unarchive => internal(format!("{actor} took the conversation out of the archive")),
        Step::Assign(None) => internal(format!("{actor} left the conversation to nobody")),
        Step::Assign(Some(_)) => internal(match assignee {
            Some(name) => format!("{actor} assigned the conversation to {name}"),
            None => format!("{actor} took the conversation"),
        }),
        Step::Label { .. } | Step::Prioritise(_) | Step::Snooze(_) => None,
    }
}

/// The team's notice of why a conversation was closed.
#[must_use]
pub fn close_reason(actor: &str, reason: &str) -> (String, Visibility) {
    (
        format!("{actor} closed it because: {}", reason.trim()),
        Visibility::Internal,
    )
}

/// The team's notice of a conversation that the website's rule gave to `assignee`.
#[must_use]
pub fn assigned_by_rule(assignee: &str) -> (String, Visibility) {
    (
        format!("Assigned to {assignee} automatically"),
        Visibility::Internal,
    )
}

/// The first line of a conversation that an operator begins.
#[must_use]
pub fn started_by(actor: &str) -> String {
    format!("{actor} started the conversation")
}

/// The notice of a step that came by time.
#[must_use]
pub fn by_time(step: &Step) -> Option<(String, Visibility)> {
    match step {
        Step::Close => Some((
            "Closed after a while without a message".to_owned(),
            Visibility::Public,
        )),
        Step::Archive => Some((
            "Archived some time after it was closed".to_owned(),
            Visibility::Internal,
        )),
        _ => None,
    }
}

/// The notice of a conversation that a visitor's message reopens.
#[must_use]
pub fn reopened_by_visitor() -> (String, Visibility) {
    ("Reopened by a new message".to_owned(), Visibility::Public)
}

/// The first line of a conversation: where the visitor was.
#[must_use]
pub fn started_on(user: &LiveChatUser) -> String {
    let page = user
        .page_title
        .as_deref()
        .filter(|title| !title.trim().is_empty())
        .or(user.page.as_deref());
    match page {
        Some(page) => format!("Started on {page}"),
        None => "Started".to_owned(),
    }
}
