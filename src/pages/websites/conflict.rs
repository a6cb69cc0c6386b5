//! Two people have changed the same fields: what each wrote stands side by side, and the person decides field by field.

use switchboard_contract::website::Website;
use yew::prelude::*;

use super::assignment::assignment_name;
use super::fields::{label, window_name};
use super::hours::day_name;
use super::values::{self, ARCHIVE, ASSIGNMENT, AUTO_CLOSE, DELETE, HOURS, hours_of, window_of};
use crate::browser::focus_node;
use crate::forms::FormHandle;
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// Props for [`Clash`].
#[derive(Properties, PartialEq)]
pub struct ClashProps {
    /// The form, with what the person wrote.
    pub form: FormHandle,
    /// The website as it is on the server.
    pub theirs: Website,
    /// The fields that both have changed, to different values.
    pub fields: Vec<&'static str>,
    /// The person's own stays, in this field.
    pub on_keep: Callback<&'static str>,
    /// Counts tries to save: each one takes the focus here.
    pub attempt: u32,
}

/// A value as people read it.
fn shown(field: &str, value: &str) -> AttrValue {
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

/// The fields side by side.
#[component]
pub fn Clash(props: &ClashProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);
        padding: var(--space-4);
        border: 1px solid var(--warning-line);
        border-radius: var(--radius-m);
        background: var(--warning-bg);

        h2 {
            display: flex;
            gap: var(--space-2);
        }
        .fields {
            display: grid;
            gap: var(--space-4);
        }
        .side {
            display: grid;
            grid-template-columns: repeat(2, minmax(0, 1fr));
            gap: var(--space-3);
        }
        .side > div {
            display: grid;
            gap: var(--space-1);
            align-content: start;
            justify-items: start;
            padding: var(--space-3);
            border: 1px solid var(--line);
            border-radius: var(--radius-s);
            background: var(--surface);
        }
        .value {
            white-space: pre-line;
            overflow-wrap: anywhere;
        }
        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }

        @media (max-width: 640px) {
            .side {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with(props.attempt, move |attempt| {
            if *attempt > 0 {
                focus_node(&heading);
            }
        });
    }
    let theirs = values::values_of(&props.theirs);
    let row = |field: &'static str| {
        let name = label(field);
        let their = theirs.get(field).cloned().unwrap_or_default();
        let take = {
            let (form, their) = (props.form.clone(), their.clone());
            Callback::from(move |_: MouseEvent| form.set(field, their.clone()))
        };
        let keep = props.on_keep.reform(move |_: MouseEvent| field);
        let named = &[("field", name.as_str())];
        html! {
            <div key={field} role="group" aria-label={name.clone()}>
                <h3 class="label">{ name.clone() }</h3>
                <div class="side">
                    <div>
                        <p class="meta">{ t("conflict.theirs") }</p>
                        <p class="value" dir="auto">{ shown(field, &their) }</p>
                        <Button onclick={take}>
                            { t("conflict.take") }<span class="sr">{ t_with("conflict.of", named) }</span>
                        </Button>
                    </div>
                    <div>
                        <p class="meta">{ t("conflict.mine") }</p>
                        <p class="value" dir="auto">{ shown(field, &props.form.value(field)) }</p>
                        <Button onclick={keep}>
                            { t("conflict.keep") }<span class="sr">{ t_with("conflict.of", named) }</span>
                        </Button>
                    </div>
                </div>
            </div>
        }
    };
    let take_all = {
        let (form, fields, theirs) = (props.form.clone(), props.fields.clone(), theirs.clone());
        Callback::from(move |_: MouseEvent| {
            for field in &fields {
                form.set(field, theirs.get(field).cloned().unwrap_or_default());
            }
        })
    };
    let keep_all = {
        let (on_keep, fields) = (props.on_keep.clone(), props.fields.clone());
        Callback::from(move |_: MouseEvent| {
            for field in &fields {
                on_keep.emit(field);
            }
        })
    };
    html! {
        <section {class} role="alert" aria-labelledby="clash-heading">
            <h2 id="clash-heading" tabindex="-1" ref={heading}>
                <Icon name={IconName::Warn} />
                <span>{ t("conflict.title") }</span>
            </h2>
            <p>{ t("conflict.text") }</p>
            <div class="fields">{ for props.fields.iter().map(|field| row(field)) }</div>
            <div class="acts">
                <Button kind={ButtonKind::Quiet} onclick={keep_all}>{ t("conflict.keep_all") }</Button>
                <Button kind={ButtonKind::Quiet} onclick={take_all}>{ t("conflict.take_all") }</Button>
            </div>
        </section>
    }
}
