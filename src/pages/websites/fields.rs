//! Fields that adding and changing a website share.

use yew::prelude::*;

use super::assignment::assignment_name;
use super::hours::day_name;
use super::values::{
    ARCHIVE, ASSIGNMENT, AUTO_CLOSE, DELETE, DOMAIN, HOURS, NAME, ORIGINS, TIMEZONE, hours_of, window_of,
};
use crate::browser::time_zones;
use crate::forms::{Choice, FormHandle, FormSelect};
use crate::i18n::{t, t_count};

/// What a field is called.
pub fn label(field: &str) -> AttrValue {
    match field {
        NAME => t("website.name"),
        DOMAIN => t("website.domain"),
        TIMEZONE => t("website.timezone"),
        ORIGINS => t("website.origins"),
        HOURS => t("website.hours"),
        ASSIGNMENT => t("assignment.mode"),
        AUTO_CLOSE => t("website.auto_close"),
        ARCHIVE => t("website.archive"),
        DELETE => t("website.delete_after"),
        _ => t("website.heading"),
    }
}

/// What a field holds, as people read it.
pub fn shown(field: &str, value: &str) -> AttrValue {
    match field {
        HOURS => match hours_of(value) {
            None => t("website.always_open"),
            Some(hours) => {
                let openings = hours
                    .openings
                    .iter()
                    .map(|opening| format!("{} {}–{}", day_name(opening.day), opening.from, opening.until));
                let holidays = hours
                    .holidays
                    .iter()
                    .map(|holiday| format!("{} {}", holiday.date, holiday.name).trim().to_owned());
                let lines: Vec<String> = openings.chain(holidays).collect();
                AttrValue::from(lines.join("\n"))
            }
        },
        ASSIGNMENT => assignment_name(value),
        AUTO_CLOSE | ARCHIVE | DELETE => window_of(value).map_or_else(|| t("website.never"), window_name),
        _ => AttrValue::from(value.to_owned()),
    }
}

/// Props of the fields below.
#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// The form.
    pub form: FormHandle,
    /// Which field of it.
    pub name: &'static str,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
}

/// One of the zones that the browser knows, and the one that is chosen.
#[component]
pub fn ZoneField(props: &FieldProps) -> Html {
    let zones = use_memo((), |()| time_zones());
    let chosen = props.form.value(props.name);
    let other = (!chosen.is_empty() && !zones.contains(&chosen)).then_some(&chosen);
    let choices = other
        .into_iter()
        .chain(zones.iter())
        .map(|zone| Choice {
            value: AttrValue::from(zone.clone()),
            text: AttrValue::from(zone.replace('_', " ")),
        })
        .collect::<Vec<_>>();
    html! { <FormSelect form={props.form.clone()} name={props.name} {choices} hint={props.hint.clone()} /> }
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
/// Windows to choose from, in seconds.
const WINDOWS: [u32; 12] = [
    15 * MINUTE,
    HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    180 * DAY,
    365 * DAY,
];

/// A window in the largest unit that tells it exactly.
pub fn window_name(seconds: u32) -> AttrValue {
    let whole = |unit: u32| seconds.is_multiple_of(unit).then(|| u64::from(seconds / unit));
    if let Some(days) = whole(DAY) {
        t_count("time.days", days, &[])
    } else if let Some(hours) = whole(HOUR) {
        t_count("time.hours", hours, &[])
    } else if let Some(minutes) = whole(MINUTE) {
        t_count("time.minutes", minutes, &[])
    } else {
        t_count("time.seconds", u64::from(seconds), &[])
    }
}

/// A window of the lifecycle: one of those that people use, the one that is set, or never.
#[component]
pub fn WindowField(props: &FieldProps) -> Html {
    let mut offered: Vec<u32> = WINDOWS.to_vec();
    offered.extend(window_of(&props.form.value(props.name)));
    offered.sort_unstable();
    offered.dedup();
    let never = Choice {
        value: AttrValue::Static(""),
        text: t("website.never"),
    };
    let choices: Vec<Choice> = std::iter::once(never)
        .chain(offered.into_iter().map(|seconds| Choice {
            value: AttrValue::from(seconds.to_string()),
            text: window_name(seconds),
        }))
        .collect();
    html! { <FormSelect form={props.form.clone()} name={props.name} {choices} hint={props.hint.clone()} /> }
}
