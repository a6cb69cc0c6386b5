//! What is done to conversations, in words: while it waits, when it is refused, and why.

use serde::Deserialize;
use switchboard_contract::ids::{LabelId, MemberId};
use switchboard_contract::live_chat::{
    ConversationChange, ConversationStatus, LiveChatMessage, Priority, Visibility,
};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;
use switchboard_engine::store::{Action, Draft};
use yew::AttrValue;

use crate::i18n::{day_and_time, t, t_with};

/// How members and labels are called.
pub trait Names {
    /// A member; `None` for the person who is signed in.
    fn member(&self, id: MemberId) -> Option<AttrValue>;
    /// A label.
    fn label(&self, id: LabelId) -> AttrValue;
}

/// The one thing that a change is about.
enum Kind {
    Close,
    Reopen,
    Archive,
    Unarchive,
    Assign(Option<MemberId>),
    AddLabel(LabelId),
    RemoveLabel(LabelId),
    Snooze(Timestamp),
    EndSnooze,
    Prioritise(Priority),
    Several,
}

impl Kind {
    fn of(change: &ConversationChange) -> Self {
        let labels = change.add_labels.len() + change.remove_labels.len();
        let parts = usize::from(change.status.is_some() || change.is_archived.is_some())
            + usize::from(change.assignee_id.is_some())
            + usize::from(change.snoozed_until.is_some())
            + usize::from(change.priority.is_some())
            + labels;
        if parts != 1 {
            return Self::Several;
        }
        // A conversation that is reopened leaves the archive, and one that is archived is closed.
        match (change.status, change.is_archived) {
            (_, Some(true)) => return Self::Archive,
            (Some(ConversationStatus::Open), _) => return Self::Reopen,
            (Some(_), None) => return Self::Close,
            (_, Some(false)) => return Self::Unarchive,
            (None, None) => {}
        }
        let label = change.add_labels.first().map(|label| Self::AddLabel(*label));
        let label = label.or_else(|| {
            change
                .remove_labels
                .first()
                .map(|label| Self::RemoveLabel(*label))
        });
        match (change.assignee_id, change.snoozed_until, change.priority) {
            (Some(assignee), ..) => Self::Assign(assignee),
            (_, Some(Some(until)), _) => Self::Snooze(until),
            (_, Some(None), _) => Self::EndSnooze,
            (.., Some(priority)) => Self::Prioritise(priority),
            _ => label.unwrap_or(Self::Several),
        }
    }
}

/// An action as an act, such as “Close conversation”. A message is its text.
#[must_use]
pub fn what(action: &Action, names: &impl Names) -> AttrValue {
    match action {
        Action::Send(draft) if draft.visibility == Visibility::Internal => {
            t_with("deed.note", &[("text", gist(draft))])
        }
        Action::Send(draft) => t_with("deed.reply", &[("text", gist(draft))]),
        Action::Change(change) => what_change(change, names),
        Action::Delete => t("actions.delete"),
        Action::Read { .. } => t("deed.several"),
    }
}

/// What a message says: its text, or the name of its first file where it has none.
fn gist(draft: &Draft) -> &str {
    match draft.attachments.first() {
        Some(file) if draft.content.is_empty() => &file.name,
        _ => &draft.content,
    }
}

fn what_change(change: &ConversationChange, names: &impl Names) -> AttrValue {
    match Kind::of(change) {
        Kind::Close => t("actions.close"),
        Kind::Reopen => t("actions.reopen"),
        Kind::Archive => t("actions.archive"),
        Kind::Unarchive => t("actions.unarchive"),
        Kind::Assign(Some(id)) => match names.member(id) {
            Some(name) => t_with("deed.assign", &[("name", &name)]),
            None => t("deed.assign_me"),
        },
        Kind::Assign(None) => t("deed.unassign"),
        Kind::AddLabel(id) => t_with("deed.add_label", &[("label", &names.label(id))]),
        Kind::RemoveLabel(id) => t_with("deed.remove_label", &[("label", &names.label(id))]),
        Kind::Snooze(until) => t_with("deed.snooze", &[("time", &day_and_time(until))]),
        Kind::EndSnooze => t("actions.end_snooze"),
        Kind::Prioritise(priority) => t_with("deed.priority", &[("priority", &priority_name(priority))]),
        Kind::Several => t("deed.several"),
    }
}

/// What becomes of a conversation, such as “Will be closed once you are online.”; `when` is what it waits for.
#[must_use]
pub fn will(change: &ConversationChange, names: &impl Names, when: &str) -> AttrValue {
    let when = ("when", when);
    match Kind::of(change) {
        Kind::Close => t_with("deed.will_close", &[when]),
        Kind::Reopen => t_with("deed.will_reopen", &[when]),
        Kind::Archive => t_with("deed.will_archive", &[when]),
        Kind::Unarchive => t_with("deed.will_unarchive", &[when]),
        Kind::Assign(Some(id)) => match names.member(id) {
            Some(name) => t_with("deed.will_assign", &[when, ("name", &name)]),
            None => t_with("deed.will_assign_me", &[when]),
        },
        Kind::Assign(None) => t_with("deed.will_unassign", &[when]),
        Kind::AddLabel(id) => t_with("deed.will_add_label", &[when, ("label", &names.label(id))]),
        Kind::RemoveLabel(id) => t_with("deed.will_remove_label", &[when, ("label", &names.label(id))]),
        Kind::Snooze(until) => t_with("deed.will_snooze", &[when, ("time", &day_and_time(until))]),
        Kind::EndSnooze => t_with("deed.will_end_snooze", &[when]),
        Kind::Prioritise(priority) => t_with(
            "deed.will_prioritise",
            &[when, ("priority", &priority_name(priority))],
        ),
        Kind::Several => t_with("deed.will_change", &[when]),
    }
}

/// That a change was refused, such as “Not closed.”
#[must_use]
pub fn failed(change: &ConversationChange, names: &impl Names) -> AttrValue {
    match Kind::of(change) {
        Kind::Close => t("deed.not_closed"),
        Kind::Reopen => t("deed.not_reopened"),
        Kind::Archive => t("deed.not_archived"),
        Kind::Unarchive => t("deed.not_unarchived"),
        Kind::Assign(Some(id)) => match names.member(id) {
            Some(name) => t_with("deed.not_assigned", &[("name", &name)]),
            None => t("deed.not_assigned_me"),
        },
        Kind::Assign(None) => t("deed.not_unassigned"),
        Kind::AddLabel(id) => t_with("deed.label_not_added", &[("label", &names.label(id))]),
        Kind::RemoveLabel(id) => t_with("deed.label_not_removed", &[("label", &names.label(id))]),
        Kind::Snooze(_) => t("deed.not_snoozed"),
        Kind::EndSnooze => t("deed.snooze_not_ended"),
        Kind::Prioritise(_) => t("deed.priority_not_set"),
        Kind::Several => t("deed.not_changed"),
    }
}

/// Why an action was refused, and what to do.
#[must_use]
pub fn reason(action: &Action, problem: &Problem) -> AttrValue {
    let is_message = matches!(action, Action::Send(_));
    let has_files = matches!(action, Action::Send(draft) if !draft.attachments.is_empty());
    match problem.code {
        ProblemCode::BodyTooLarge if has_files => t("message.file_too_large"),
        ProblemCode::ValidationFailed if problem.fields.contains_key("attachments") => {
            t("message.files_refused")
        }
        ProblemCode::IdReused if has_files => t("message.files_gone"),
        ProblemCode::NewerReply => match colleague_reply(problem) {
            Some(reply) => t_with(
                "message.newer_reply_text",
                &[
                    ("name", reply.author_name.as_deref().unwrap_or_default()),
                    ("text", &reply.content),
                ],
            ),
            None => t("message.newer_reply"),
        },
        ProblemCode::ConversationClosed if is_message => t("message.closed"),
        ProblemCode::ConversationClosed => t("deed.closed"),
        ProblemCode::ConversationArchived if is_message => t("message.archived"),
        ProblemCode::ConversationArchived => t("deed.archived"),
        ProblemCode::NotFound | ProblemCode::Gone => t("message.gone"),
        ProblemCode::ValidationFailed if is_message => t("message.invalid"),
        ProblemCode::ValidationFailed => t("deed.invalid"),
        ProblemCode::Forbidden => t("error.forbidden"),
        ProblemCode::Conflict => t("error.conflict"),
        _ => t("message.refused"),
    }
}

/// The reply that a colleague sent before one that was refused for it.
#[must_use]
pub fn colleague_reply(problem: &Problem) -> Option<LiveChatMessage> {
    problem
        .current
        .as_ref()
        .and_then(|current| LiveChatMessage::deserialize(current).ok())
}

/// What trying a refused action again does, which depends on why it was refused.
#[must_use]
pub fn retry_text(action: &Action, problem: &Problem) -> AttrValue {
    match problem.code {
        _ if !matches!(action, Action::Send(_)) => t("message.retry"),
        ProblemCode::NewerReply => t("message.send_anyway"),
        ProblemCode::ConversationClosed => t("message.reopen_and_send"),
        _ => t("message.retry"),
    }
}

/// A priority in a word.
#[must_use]
pub fn priority_name(priority: Priority) -> AttrValue {
    match priority {
        Priority::Low => t("priority.low"),
        Priority::Normal | Priority::Unknown => t("priority.normal"),
        Priority::High => t("priority.high"),
        Priority::Urgent => t("priority.urgent"),
    }
}
