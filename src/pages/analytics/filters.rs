//! Which days, against what, and of which part of the account.

use switchboard_contract::analytics::Interval;
use switchboard_contract::ids::WebsiteId;
use switchboard_engine::reports::{Asked, Days, Fault, Field as Place, Preset, Range, Wrong, day_text};
use yew::prelude::*;

use super::names::Names;
use super::wanted::Wanted;
use crate::forms::{Choice, SelectField};
use crate::i18n::t;
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Checkbox, Field};

/// The choice of days of one's own.
const FREE: &str = "free";

/// Props for [`Filters`].
#[derive(Properties, PartialEq)]
pub struct FiltersProps {
    /// What the address asks for.
    pub wanted: Wanted,
    /// What there is to narrow it to.
    pub names: Names,
}

fn preset_name(preset: Preset) -> AttrValue {
    match preset {
        Preset::Today => t("time.today"),
        Preset::Yesterday => t("time.yesterday"),
        Preset::Last7 => t("reports.last_7"),
        Preset::Last30 => t("reports.last_30"),
        Preset::Last90 => t("reports.last_90"),
        Preset::ThisMonth => t("reports.this_month"),
        Preset::LastMonth => t("reports.last_month"),
        Preset::ThisYear => t("reports.this_year"),
    }
}

/// An interval in words.
pub fn interval_name(interval: Interval) -> AttrValue {
    match interval {
        Interval::Hour => t("reports.hour"),
        Interval::Day => t("reports.day"),
        Interval::Week => t("reports.week"),
        Interval::Month => t("reports.month"),
    }
}

/// What is wrong, in words.
pub fn fault_text(fault: Fault) -> AttrValue {
    match (fault.field, fault.wrong) {
        (_, Wrong::NoDay) => t("reports.no_day"),
        (_, Wrong::Inverted) => t("reports.inverted"),
        (_, Wrong::TooLong) => t("reports.too_long"),
        (_, Wrong::Unsuitable) => t("reports.unsuitable"),
        (Place::Range, Wrong::Unknown) => t("reports.unknown_range"),
        (Place::Filter, Wrong::Unknown) => t("reports.unknown_filter"),
        (_, Wrong::Unknown) => t("reports.unknown_part"),
    }
}

/// The bar above the report.
#[component]
pub fn Filters(props: &FiltersProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr));
        align-items: start;
        gap: var(--space-3);

        .against {
            align-self: end;
            padding-block-end: var(--space-2);
        }
        @media (max-width: 640px) {
            grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        @media print {
            display: none;
        }
        "#
    );
    let (wanted, names) = (&props.wanted, &props.names);
    let asked = &wanted.asked;
    let funnels = use_query(asked.website.map(asks::funnels));
    let is_open = use_state_eq(|| false);
    let is_free = *is_open || matches!(asked.range, Range::Free(_));
    let range = match asked.range {
        _ if is_free => FREE,
        Range::Preset(preset) => preset.word(),
        Range::Free(_) => FREE,
    };
    let mut ranges: Vec<Choice> = Preset::ALL
        .into_iter()
        .map(|preset| choice(preset.word(), preset_name(preset)))
        .collect();
    ranges.push(choice(FREE, t("reports.free")));
    let on_range = {
        let open = is_open.setter();
        let days = asked.range.days(wanted.today);
        wanted.changing(move |asked: &mut Asked, word: String| {
            open.set(word == FREE);
            asked.range = Preset::of(&word).map_or(Range::Free(days), Range::Preset);
            asked.interval = None;
        })
    };
    let website = asked.website.map(|id| id.to_string()).unwrap_or_default();
    let on_website = wanted.changing(|asked: &mut Asked, id: String| {
        asked.website = id.parse::<WebsiteId>().ok();
        asked.funnel = None;
    });
    let on_funnel = wanted.changing(|asked: &mut Asked, id: String| asked.funnel = id.parse().ok());
    let on_operator = wanted.changing(|asked: &mut Asked, id: String| asked.operator = id.parse().ok());
    let on_label = wanted.changing(|asked: &mut Asked, id: String| asked.label = id.parse().ok());
    let on_compare = wanted.changing(|asked: &mut Asked, compares: bool| asked.compares = compares);
    let websites = names
        .websites()
        .iter()
        .map(|website| choice(&website.id.to_string(), website.name.clone().into()));
    let operators = names.members().iter().map(|member| {
        let name = if member.name.is_empty() {
            &member.email
        } else {
            &member.name
        };
        choice(&member.id.to_string(), name.clone().into())
    });
    let labels = names
        .labels()
        .iter()
        .map(|label| choice(&label.id.to_string(), label.name.clone().into()));
    let funnels = funnels
        .data
        .as_ref()
        .map(|data| data.value.items.clone())
        .unwrap_or_default();
    let funnels = funnels
        .iter()
        .map(|funnel| choice(&funnel.id.to_string(), funnel.name.clone().into()));
    html! {
        <div {class} role="group" aria-label={t("reports.filters")}>
            <SelectField id="reports-range" label={t("reports.range")} value={range} choices={ranges} onchange={on_range} />
            if is_free {
                <FreeDays wanted={wanted.clone()} />
            }
            <SelectField
                id="reports-website"
                label={t("visitors.website")}
                value={website}
                choices={with_all(t("visitors.all_websites"), websites)}
                onchange={on_website}
            />
            if asked.website.is_some() {
                <SelectField
                    id="reports-funnel"
                    label={t("overview.column_funnel")}
                    value={asked.funnel.map(|id| id.to_string()).unwrap_or_default()}
                    choices={with_all(t("reports.all_funnels"), funnels)}
                    onchange={on_funnel}
                />
            }
            <SelectField
                id="reports-operator"
                label={t("reports.operator")}
                value={asked.operator.map(|id| id.to_string()).unwrap_or_default()}
                choices={with_all(t("reports.all_operators"), operators)}
                onchange={on_operator}
            />
            <SelectField
                id="reports-label"
                label={t("reports.label")}
                value={asked.label.map(|id| id.to_string()).unwrap_or_default()}
                choices={with_all(t("reports.all_labels"), labels)}
                onchange={on_label}
            />
            <div class="against">
                <Checkbox label={t("reports.compare")} name="compare" checked={asked.compares} onchange={on_compare} />
            </div>
        </div>
    }
}

fn choice(value: &str, text: AttrValue) -> Choice {
    Choice {
        value: value.to_owned().into(),
        text,
    }
}

fn with_all(all: AttrValue, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(choice("", all)).chain(choices).collect()
}

#[derive(Properties, PartialEq)]
struct FreeDaysProps {
    wanted: Wanted,
}

/// The first and the last day. What is no range is said beside its field, and the report stays as it is.
#[component]
fn FreeDays(props: &FreeDaysProps) -> Html {
    let wanted = &props.wanted;
    let days = wanted.asked.range.days(wanted.today);
    let typed = use_state_eq(|| (day_text(days.from), day_text(days.to)));
    {
        // `Back` and links change the days, too.
        let typed = typed.setter();
        use_effect_with(days, move |days| {
            typed.set((day_text(days.from), day_text(days.to)))
        });
    }
    let on_days = {
        let typed = typed.setter();
        let go = wanted.changing(|asked: &mut Asked, days: Days| {
            asked.range = Range::Free(days);
            asked.interval = None;
        });
        Callback::from(move |(from, to): (String, String)| {
            if let Ok(found) = Days::read(&from, &to)
                && found != days
            {
                go.emit(found);
            }
            typed.set((from, to));
        })
    };
    let faults = Days::read(&typed.0, &typed.1).err().unwrap_or_default();
    let error = |field: Place| {
        faults
            .iter()
            .find(|fault| fault.field == field)
            .map(|fault| fault_text(*fault))
    };
    let (from, to) = (*typed).clone();
    let on_from = {
        let to = to.clone();
        on_days.reform(move |from: String| (from, to.clone()))
    };
    let on_to = {
        let from = from.clone();
        on_days.reform(move |to: String| (from.clone(), to))
    };
    html! {
        <>
            <Field id="reports-from" name="from" kind="date" label={t("reports.from")} value={from} error={error(Place::From)} oninput={on_from} />
            <Field id="reports-to" name="to" kind="date" label={t("reports.to")} value={to} error={error(Place::To)} oninput={on_to} />
        </>
    }
}
