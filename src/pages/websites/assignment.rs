//! How a website hands out conversations: a rule, and a limit for each person.

use switchboard_contract::website::{Assignment, AssignmentMode};
use yew::prelude::*;

use super::values::{ASSIGNMENT, assignment_of, assignment_text};
use crate::forms::{Choice, FormHandle, SelectField};
use crate::i18n::{t, t_count};

/// Limits to choose from.
const CAPS: [u32; 11] = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30];

const MODES: [AssignmentMode; 3] = [
    AssignmentMode::Manual,
    AssignmentMode::RoundRobin,
    AssignmentMode::LeastBusy,
];

/// A rule in words.
fn mode_name(mode: AssignmentMode) -> AttrValue {
    match mode {
        AssignmentMode::Manual => t("assignment.manual"),
        AssignmentMode::RoundRobin => t("assignment.round_robin"),
        AssignmentMode::LeastBusy => t("assignment.least_busy"),
        AssignmentMode::Unknown => t("assignment.unknown"),
    }
}

const fn mode_key(mode: AssignmentMode) -> &'static str {
    match mode {
        AssignmentMode::Manual => "manual",
        AssignmentMode::RoundRobin => "round_robin",
        AssignmentMode::LeastBusy => "least_busy",
        AssignmentMode::Unknown => "unknown",
    }
}

/// How many conversations someone is given at most: what there is to choose from, with what is held now.
pub fn cap_choices(held: Option<u32>) -> Vec<Choice> {
    let mut offered: Vec<u32> = CAPS.into_iter().chain(held).collect();
    offered.sort_unstable();
    offered.dedup();
    std::iter::once(None)
        .chain(offered.into_iter().map(Some))
        .map(|cap| Choice {
            value: AttrValue::from(cap.map_or_else(String::new, |cap| cap.to_string())),
            text: cap_name(cap),
        })
        .collect()
}

fn cap_name(cap: Option<u32>) -> AttrValue {
    cap.map_or_else(
        || t("assignment.no_cap"),
        |cap| t_count("assignment.cap_of", u64::from(cap), &[]),
    )
}

/// Rule and limit as people read them.
pub fn assignment_name(text: &str) -> AttrValue {
    let Assignment { mode, cap } = assignment_of(text);
    AttrValue::from(format!("{}\n{}", mode_name(mode), cap_name(cap)))
}

/// Props for [`AssignmentField`].
#[derive(Properties, PartialEq)]
pub struct AssignmentFieldProps {
    /// The form.
    pub form: FormHandle,
}

/// Two lists over one field of the form.
#[component]
pub fn AssignmentField(props: &AssignmentFieldProps) -> Html {
    let form = &props.form;
    let held = assignment_of(&form.value(ASSIGNMENT));
    // One that this program does not know is shown as long as nobody chooses another.
    let unknown = (held.mode == AssignmentMode::Unknown).then_some(held.mode);
    let modes: Vec<Choice> = MODES
        .into_iter()
        .chain(unknown)
        .map(|mode| Choice {
            value: AttrValue::Static(mode_key(mode)),
            text: mode_name(mode),
        })
        .collect();
    let on_mode = {
        let form = form.clone();
        Callback::from(move |value: String| {
            let mode = MODES.into_iter().find(|mode| mode_key(*mode) == value);
            let mode = mode.unwrap_or(held.mode);
            form.set(ASSIGNMENT, assignment_text(Assignment { mode, ..held }));
        })
    };
    let on_cap = {
        let form = form.clone();
        Callback::from(move |value: String| {
            let cap = value.parse().ok();
            form.set(ASSIGNMENT, assignment_text(Assignment { cap, ..held }));
        })
    };
    let mode_hint = match held.mode {
        AssignmentMode::Manual | AssignmentMode::Unknown => t("assignment.manual_hint"),
        AssignmentMode::RoundRobin | AssignmentMode::LeastBusy => t("assignment.automatic_hint"),
    };
    let limit = html! {
        <SelectField
            id="website-assignment-cap"
            label={t("assignment.cap")}
            value={held.cap.map_or_else(String::new, |cap| cap.to_string())}
            choices={cap_choices(held.cap)}
            onchange={on_cap}
            hint={t("assignment.cap_hint")}
        />
    };
    html! {
        <>
            <SelectField
                id={form.id(ASSIGNMENT)}
                label={form.label(ASSIGNMENT)}
                value={mode_key(held.mode)}
                choices={modes}
                onchange={on_mode}
                hint={mode_hint}
            />
            <div>
                if held.mode != AssignmentMode::Manual {
                    { limit }
                }
            </div>
        </>
    }
}
