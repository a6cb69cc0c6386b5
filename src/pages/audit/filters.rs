//! What narrows the log: it stands in the page's address.

use switchboard_contract::audit::AuditKind;
use switchboard_contract::page::MAX_LIMIT;
use switchboard_contract::time::Timestamp;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use super::words::kind_text;
use crate::api::{AuditQuery, kind_word};
use crate::forms::{Choice, SelectField};
use crate::i18n::{day_start, start_of_day, t};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::Field;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the page's address asks for, as it stands there, and the ways to ask for something else.
#[derive(Clone, PartialEq)]
pub struct Wanted {
    pairs: Vec<(String, String)>,
    /// Another value for a name, empty for none.
    go: Callback<(&'static str, String)>,
    /// Takes everything away that narrows it.
    pub clear: Callback<()>,
}

impl Wanted {
    fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    fn changing(&self, name: &'static str) -> Callback<String> {
        self.go.reform(move |value: String| (name, value))
    }

    /// The question. What somebody mistyped in the address counts as not said; days are those of the person's own clock.
    pub fn query(&self) -> AuditQuery {
        let kind = self.get("kind");
        AuditQuery {
            member: self.get("member").parse().ok(),
            kind: AuditKind::ALL.into_iter().find(|known| kind_word(*known) == kind),
            website: self.get("website").parse().ok(),
            from: day_start(self.get("from")),
            until: day_start(self.get("until")).map(after),
        }
    }
}

/// The first instant of the day behind the one that begins then. Days have 23 to 25 hours.
fn after(start: Timestamp) -> Timestamp {
    let noon = start.plus_millis(DAY_MS + DAY_MS / 2);
    start_of_day(noon)
}

/// What the page's address asks for.
#[hook]
pub fn use_wanted() -> Wanted {
    let (location, navigator) = (use_location(), use_navigator());
    let pairs = location
        .and_then(|location| location.query::<Vec<(String, String)>>().ok())
        .unwrap_or_default();
    let push = move |pairs: Vec<(String, String)>| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.push_with_query(&Route::Audit, pairs);
        }
    };
    let go = {
        let (pairs, push) = (pairs.clone(), push.clone());
        Callback::from(move |(name, value): (&'static str, String)| {
            let mut next = pairs.clone();
            next.retain(|(known, _)| known != name);
            if !value.is_empty() {
                next.push((name.to_owned(), value));
            }
            push(next);
        })
    };
    Wanted {
        pairs,
        go,
        clear: Callback::from(move |()| push(Vec::new())),
    }
}

/// Props for [`Filters`].
#[derive(Properties, PartialEq)]
pub struct FiltersProps {
    /// What is asked for.
    pub wanted: Wanted,
}

/// The fields.
#[component]
pub fn Filters(props: &FiltersProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr));
        align-items: start;
        gap: var(--space-3);
        "#
    );
    let wanted = &props.wanted;
    let members = use_query(asks::members());
    let websites = use_query(asks::websites(1, MAX_LIMIT));
    let members = members
        .data
        .map(|data| data.value.items.clone())
        .unwrap_or_default();
    let websites = websites
        .data
        .map(|data| data.value.items.clone())
        .unwrap_or_default();
    let members = members
        .iter()
        .filter(|member| !member.name.is_empty())
        .map(|member| choice(member.id.to_string(), member.name.clone().into()));
    let websites = websites
        .iter()
        .map(|website| choice(website.id.to_string(), website.name.clone().into()));
    let kinds = AuditKind::ALL
        .into_iter()
        .map(|kind| choice(kind_word(kind), kind_text(kind)));
    html! {
        <div {class} role="group" aria-label={t("audit.filters")}>
            <SelectField
                id="audit-member"
                label={t("audit.who")}
                value={wanted.get("member").to_owned()}
                choices={with_all(t("audit.everyone"), members)}
                onchange={wanted.changing("member")}
            />
            <SelectField
                id="audit-kind"
                label={t("audit.what")}
                value={wanted.get("kind").to_owned()}
                choices={with_all(t("audit.everything"), kinds)}
                onchange={wanted.changing("kind")}
            />
            <SelectField
                id="audit-website"
                label={t("visitors.website")}
                value={wanted.get("website").to_owned()}
                choices={with_all(t("visitors.all_websites"), websites)}
                onchange={wanted.changing("website")}
            />
            <Field
                id="audit-from"
                name="from"
                kind="date"
                label={t("reports.from")}
                value={wanted.get("from").to_owned()}
                oninput={wanted.changing("from")}
            />
            <Field
                id="audit-until"
                name="until"
                kind="date"
                label={t("reports.to")}
                value={wanted.get("until").to_owned()}
                oninput={wanted.changing("until")}
            />
        </div>
    }
}

fn choice(value: String, text: AttrValue) -> Choice {
    Choice {
        value: value.into(),
        text,
    }
}

fn with_all(all: AttrValue, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(choice(String::new(), all))
        .chain(choices)
        .collect()
}
