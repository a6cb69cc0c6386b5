//! Which steps an operator's change of a conversation takes (`protocol.md` *Live chat*), and whether it may be made.

use std::collections::BTreeSet;

use switchboard_contract::ids::{ConversationId, LabelId};
use switchboard_contract::live_chat::{
    ChangeResult, ConversationChange, ConversationRef, ConversationStatus, LiveChatConversation, MAX_CHANGED,
    MAX_CHANGED_LABELS, MAX_CLOSE_REASON_CHARS, Priority,
};
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

use crate::audience::Rights;
use crate::conversation::{Conversation, Step};
use crate::stored::StoredConversation;

/// Longest snooze, in milliseconds: a year.
const MAX_SNOOZE_MS: i64 = 366 * 24 * 60 * 60 * 1_000;

/// Why a conversation cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It changed since the version that the change is meant for.
    Conflict,
    /// It is archived, and what is asked for needs one that is not.
    Archived,
    /// It is closed, and what is asked for needs an open one.
    Closed,
    /// Whoever is to be put in charge does not see it.
    Assignee,
}

impl Refusal {
    /// What the caller is told; `conversation` is as it stands.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn problem(self, conversation: &LiveChatConversation) -> Result<Problem, serde_json::Error> {
        Ok(match self {
            Self::Conflict => {
                let mut problem = Problem::new(
                    ProblemCode::Conflict,
                    "Look at it as it is now, in `current`, and decide again with a new `actionId`.",
                );
                problem.current = Some(serde_json::to_value(conversation)?);
                problem
            }
            Self::Archived => Problem::new(
                ProblemCode::ConversationArchived,
                "Take the conversation out of the archive first.",
            ),
            Self::Closed => Problem::new(
                ProblemCode::ConversationClosed,
                "Only an open conversation can be snoozed; reopen it first.",
            ),
            Self::Assignee => Problem::validation(FieldErrors::from([(
                "set.assigneeId".to_owned(),
                vec!["This member does not exist, or does not see the conversation's website.".to_owned()],
            )])),
        })
    }
}

/// The result of a conversation that does not exist for the caller.
#[must_use]
pub fn missing(id: ConversationId) -> ChangeResult {
    ChangeResult {
        id,
        conversation: None,
        problem: Some(Problem::new(
            ProblemCode::NotFound,
            "There is no such conversation.",
        )),
    }
}

/// Refuses a list of conversations that is empty, too long, or names one twice.
///
/// # Errors
/// The field `items` with what is wrong.
pub fn check_items(items: &[ConversationRef]) -> Result<(), FieldErrors> {
    let complain = |message: String| Err(FieldErrors::from([("items".to_owned(), vec![message])]));
    if items.is_empty() || items.len() > MAX_CHANGED {
        return complain(format!("Name 1 to {MAX_CHANGED} conversations."));
    }
    let different: BTreeSet<_> = items.iter().map(|item| item.id).collect();
    if different.len() < items.len() {
        return complain("Name each conversation once.".to_owned());
    }
    Ok(())
}

/// The steps of a change, where it may be made: [`plan`], and whoever is put in charge has to see the conversation.
/// `assignee` says what that member may see; none when nobody is put in charge.
///
/// # Errors
/// Why not; then nothing of it is done.
pub fn decide(
    stored: &StoredConversation,
    version: Option<u64>,
    change: &ConversationChange,
    assignee: Option<&Rights>,
    now: Timestamp,
) -> Result<Vec<Step>, Refusal> {
    let steps = plan(&stored.state(), version, change, now)?;
    let puts_in_charge = steps.iter().any(|step| matches!(step, Step::Assign(Some(_))));
    if puts_in_charge && !assignee.is_some_and(|rights| rights.allow(stored.wire.website_id)) {
        return Err(Refusal::Assignee);
    }
    Ok(steps)
}

/// Refuses what contradicts itself, whatever conversation it is meant for: messages by field.
///
/// # Errors
/// The fields, as `set.…`, with what is wrong.
pub fn check(change: &ConversationChange, now: Timestamp) -> Result<(), FieldErrors> {
    let mut wrong = FieldErrors::new();
    let mut complain = |field: &str, message: &str| {
        wrong
            .entry(field.to_owned())
            .or_default()
            .push(message.to_owned());
    };
    if *change == ConversationChange::default() {
        complain("set", "Say what to change.");
    }
    if change.status == Some(ConversationStatus::Unknown) {
        complain("set.status", "Choose open or closed.");
    }
    if let Some(reason) = &change.close_reason {
        if change.status != Some(ConversationStatus::Closed) {
            complain(
                "set.closeReason",
                "Give a reason only where the status is closed.",
            );
        }
        if reason.trim().is_empty() {
            complain("set.closeReason", "Say why, or leave the reason out.");
        } else if reason.chars().count() > MAX_CLOSE_REASON_CHARS {
            complain(
                "set.closeReason",
                &format!("Use at most {MAX_CLOSE_REASON_CHARS} characters."),
            );
        }
    }
    if change.priority == Some(Priority::Unknown) {
        complain("set.priority", "Choose low, normal, high or urgent.");
    }
    let opens = change.status == Some(ConversationStatus::Open);
    if opens && change.is_archived == Some(true) {
        complain(
            "set.isArchived",
            "An archived conversation cannot be open; ask for one of both.",
        );
    }
    if let Some(Some(until)) = change.snoozed_until {
        if change.status == Some(ConversationStatus::Closed) || change.is_archived == Some(true) {
            complain("set.snoozedUntil", "Only an open conversation can be snoozed.");
        }
        if until > now.plus_millis(MAX_SNOOZE_MS) {
            complain("set.snoozedUntil", "Snooze for at most a year.");
        }
    }
    for (field, labels) in [
        ("set.addLabels", &change.add_labels),
        ("set.removeLabels", &change.remove_labels),
    ] {
        if labels.len() > MAX_CHANGED_LABELS {
            complain(field, &format!("Name at most {MAX_CHANGED_LABELS} labels."));
        }
    }
    if change
        .add_labels
        .iter()
        .any(|label| change.remove_labels.contains(label))
    {
        complain(
            "set.removeLabels",
            "A label cannot be put on and taken off at once.",
        );
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The steps that take `conversation` where `change` wants it: none when it is there already. `version` is the one that
/// the change is meant for. A snooze that is over by now, because the change waited, only ends what is left of another.
///
/// # Errors
/// Why not; then nothing of it is done.
pub fn plan(
    conversation: &Conversation,
    version: Option<u64>,
    change: &ConversationChange,
    now: Timestamp,
) -> Result<Vec<Step>, Refusal> {
    if version.is_some_and(|version| version != conversation.version) {
        return Err(Refusal::Conflict);
    }
    let archived = change.is_archived.unwrap_or(conversation.is_archived);
    let was_open = conversation.status == ConversationStatus::Open;
    let open = match change.status {
        Some(ConversationStatus::Open) if archived => return Err(Refusal::Archived),
        Some(ConversationStatus::Open) => true,
        Some(_) => false,
        None => was_open && !archived,
    };
    let mut steps = Vec::new();
    if conversation.is_archived && !archived {
        steps.push(Step::Unarchive);
    }
    match (was_open, open) {
        (false, true) => steps.push(Step::Reopen),
        (true, false) => steps.push(Step::Close),
        _ => {}
    }
    if archived && !conversation.is_archived {
        steps.push(Step::Archive);
    }
    if let Some(assignee) = change.assignee_id
        && assignee != conversation.assignee_id
    {
        steps.push(Step::Assign(assignee));
    }
    steps.extend(labels(conversation, change));
    if let Some(priority) = change.priority
        && priority != conversation.priority
    {
        steps.push(Step::Prioritise(priority));
    }
    if let Some(until) = change.snoozed_until {
        let until = until.filter(|until| *until > now);
        if until.is_some() && !open {
            return Err(if archived {
                Refusal::Archived
            } else {
                Refusal::Closed
            });
        }
        // Closing ends a snooze by itself.
        if until != conversation.snoozed_until && open {
            steps.push(Step::Snooze(until));
        }
    }
    Ok(steps)
}

fn labels(conversation: &Conversation, change: &ConversationChange) -> Option<Step> {
    let has = |label: &LabelId| conversation.labels.contains(label);
    let add: BTreeSet<LabelId> = change
        .add_labels
        .iter()
        .copied()
        .filter(|label| !has(label))
        .collect();
    let remove: BTreeSet<LabelId> = change.remove_labels.iter().copied().filter(has).collect();
    (!add.is_empty() || !remove.is_empty()).then_some(Step::Label { add, remove })
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::ids::MemberId;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn change() -> ConversationChange {
        ConversationChange::default()
    }

    fn status(status: ConversationStatus) -> ConversationChange {
        ConversationChange {
            status: Some(status),
            ..change()
        }
    }

    fn archived(is_archived: bool) -> ConversationChange {
        ConversationChange {
            is_archived: Some(is_archived),
            ..change()
        }
    }

    fn open() -> Conversation {
        Conversation::begin(at(0))
    }

    fn after(steps: &[Step]) -> Conversation {
        let mut conversation = open();
        for step in steps {
            conversation.take(step, at(1), None);
        }
        conversation
    }

    fn steps(conversation: &Conversation, change: &ConversationChange) -> Result<Vec<Step>, Refusal> {
        plan(conversation, None, change, at(100))
    }

    use ConversationStatus::{Closed, Open};

    #[test]
    fn the_lifecycle_goes_step_by_step() {
        let closed = after(&[Step::Close]);
        let put_away = after(&[Step::Close, Step::Archive]);
        assert_eq!(steps(&open(), &status(Open)), Ok(vec![]));
        assert_eq!(steps(&open(), &status(Closed)), Ok(vec![Step::Close]));
        assert_eq!(steps(&closed, &status(Closed)), Ok(vec![]));
        assert_eq!(steps(&closed, &status(Open)), Ok(vec![Step::Reopen]));
        assert_eq!(
            steps(&open(), &archived(true)),
            Ok(vec![Step::Close, Step::Archive])
        );
        assert_eq!(steps(&closed, &archived(true)), Ok(vec![Step::Archive]));
        assert_eq!(steps(&put_away, &archived(true)), Ok(vec![]));
        assert_eq!(steps(&put_away, &archived(false)), Ok(vec![Step::Unarchive]));
        assert_eq!(steps(&put_away, &status(Closed)), Ok(vec![]));
        assert_eq!(steps(&put_away, &status(Open)), Err(Refusal::Archived));
        let both = ConversationChange {
            is_archived: Some(false),
            ..status(Open)
        };
        assert_eq!(steps(&put_away, &both), Ok(vec![Step::Unarchive, Step::Reopen]));
    }

    #[test]
    fn every_plan_ends_where_it_was_asked_to() {
        for conversation in [
            open(),
            after(&[Step::Close]),
            after(&[Step::Close, Step::Archive]),
        ] {
            for wanted in [None, Some(Open), Some(Closed)] {
                for put_away in [None, Some(true), Some(false)] {
                    let change = ConversationChange {
                        status: wanted,
                        is_archived: put_away,
                        ..change()
                    };
                    let Ok(steps) = steps(&conversation, &change) else {
                        continue;
                    };
                    let mut end = conversation.clone();
                    for step in &steps {
                        end.take(step, at(2), None);
                    }
                    assert!(wanted.is_none_or(|wanted| end.status == wanted), "{change:?}");
                    assert!(
                        put_away.is_none_or(|put_away| end.is_archived == put_away),
                        "{change:?}"
                    );
                    assert!(!end.is_archived || end.status == Closed, "{change:?}");
                    assert_eq!(super::plan(&end, None, &change, at(3)), Ok(vec![]), "done once");
                }
            }
        }
    }

    #[test]
    fn an_old_version_conflicts() {
        let conversation = after(&[Step::Close]);
        let version = conversation.version;
        assert_eq!(
            plan(&conversation, Some(version), &status(Open), at(9)),
            Ok(vec![Step::Reopen])
        );
        for other in [0, version + 1] {
            assert_eq!(
                plan(&conversation, Some(other), &status(Open), at(9)),
                Err(Refusal::Conflict)
            );
        }
    }

    #[test]
    fn assigning_tells_nobody_from_no_change() {
        let member = MemberId::from_parts(at(0), [1; 10]);
        let to = |assignee_id| ConversationChange {
            assignee_id,
            ..change()
        };
        let assigned = after(&[Step::Assign(Some(member))]);
        assert_eq!(
            steps(&open(), &to(Some(Some(member)))),
            Ok(vec![Step::Assign(Some(member))])
        );
        assert_eq!(steps(&assigned, &to(Some(Some(member)))), Ok(vec![]));
        assert_eq!(steps(&assigned, &to(Some(None))), Ok(vec![Step::Assign(None)]));
        assert_eq!(steps(&assigned, &to(None)), Ok(vec![]));
    }

    #[test]
    fn labels_change_only_where_they_differ() {
        let label = |n| LabelId::from_parts(at(0), [n; 10]);
        let labelled = after(&[Step::Label {
            add: BTreeSet::from([label(1), label(2)]),
            remove: BTreeSet::new(),
        }]);
        let change = ConversationChange {
            add_labels: vec![label(2), label(3), label(3)],
            remove_labels: vec![label(1), label(4)],
            ..change()
        };
        assert_eq!(
            steps(&labelled, &change),
            Ok(vec![Step::Label {
                add: BTreeSet::from([label(3)]),
                remove: BTreeSet::from([label(1)]),
            }])
        );
    }

    #[test]
    fn only_open_ones_snooze_and_only_into_the_future() {
        let snooze = |until: Option<i64>| ConversationChange {
            snoozed_until: Some(until.map(at)),
            ..change()
        };
        assert_eq!(
            steps(&open(), &snooze(Some(200))),
            Ok(vec![Step::Snooze(Some(at(200)))])
        );
        assert_eq!(steps(&open(), &snooze(Some(100))), Ok(vec![]), "over by now");
        let snoozed = after(&[Step::Snooze(Some(at(300)))]);
        assert_eq!(steps(&snoozed, &snooze(Some(100))), Ok(vec![Step::Snooze(None)]));
        assert_eq!(steps(&snoozed, &snooze(None)), Ok(vec![Step::Snooze(None)]));
        assert_eq!(
            steps(&after(&[Step::Close]), &snooze(Some(200))),
            Err(Refusal::Closed)
        );
        assert_eq!(
            steps(&after(&[Step::Close, Step::Archive]), &snooze(Some(200))),
            Err(Refusal::Archived)
        );
        let reopened = ConversationChange {
            status: Some(Open),
            ..snooze(Some(200))
        };
        assert_eq!(
            steps(&after(&[Step::Close]), &reopened),
            Ok(vec![Step::Reopen, Step::Snooze(Some(at(200)))])
        );
    }

    #[test]
    fn contradictions_are_told_by_field() {
        let label = LabelId::from_parts(at(0), [1; 10]);
        let fields = |change: ConversationChange| -> Vec<String> {
            check(&change, at(0))
                .err()
                .unwrap_or_default()
                .into_keys()
                .collect()
        };
        assert_eq!(fields(change()), ["set"]);
        assert_eq!(fields(status(ConversationStatus::Unknown)), ["set.status"]);
        let cases = [
            (
                ConversationChange {
                    is_archived: Some(true),
                    ..status(Open)
                },
                "set.isArchived",
            ),
            (
                ConversationChange {
                    snoozed_until: Some(Some(at(5))),
                    ..status(Closed)
                },
                "set.snoozedUntil",
            ),
            (
                ConversationChange {
                    snoozed_until: Some(Some(at(MAX_SNOOZE_MS + 1))),
                    ..change()
                },
                "set.snoozedUntil",
            ),
            (
                ConversationChange {
                    priority: Some(Priority::Unknown),
                    ..change()
                },
                "set.priority",
            ),
            (
                ConversationChange {
                    add_labels: vec![label],
                    remove_labels: vec![label],
                    ..change()
                },
                "set.removeLabels",
            ),
            (
                ConversationChange {
                    add_labels: vec![label; MAX_CHANGED_LABELS + 1],
                    ..change()
                },
                "set.addLabels",
            ),
        ];
        for (change, field) in cases {
            assert_eq!(fields(change), [field]);
        }
        let because = |reason: &str, change: ConversationChange| ConversationChange {
            close_reason: Some(reason.to_owned()),
            ..change
        };
        assert_eq!(fields(because("sold out", status(Open))), ["set.closeReason"]);
        assert_eq!(fields(because(" ", status(Closed))), ["set.closeReason"]);
        assert!(check(&because("sold out", status(Closed)), at(0)).is_ok());
        assert!(check(&archived(true), at(0)).is_ok());
    }
}
