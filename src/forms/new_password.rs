//! A new password with its strength meter. Rule and estimate are the contract's, so that what the meter takes the server
//! takes.

use std::rc::Rc;

use switchboard_contract::password::{self, MAX_SCORE, Personal, Reason, Strength};
use switchboard_contract::validate::{MIN_PASSWORD_CHARS, Violation};
use switchboard_engine::form::{Field as Spec, Form, Kind};
use yew::prelude::*;

use super::{CapsLock, FormField, FormHandle};
use crate::api::{common_passwords, use_common_passwords};
use crate::i18n::{rule, t, t_count, t_with};
use crate::scoped;

/// Whose password it is, from the form that asks for it.
type Who = fn(&Form) -> Personal<'_>;

/// A field for a new password under the contract's rule, with whatever of the list of common ones has come by then.
#[must_use]
pub fn new_password_field(name: &'static str, who: Who) -> Spec {
    let rule = move |text: &str, form: &Form| -> Result<(), Violation> {
        password::check(text, &who(form), &common_passwords())
    };
    Spec::new(name, Kind::Secret, Rc::new(rule))
}

/// Props for [`NewPassword`].
#[derive(Properties, PartialEq)]
pub struct NewPasswordProps {
    /// The form.
    pub form: FormHandle,
    /// Which field of it.
    pub name: &'static str,
    /// What the person told about themselves: address, name, company.
    pub about: [AttrValue; 3],
    /// 40 px high, for entry pages.
    #[prop_or_default]
    pub large: bool,
}

/// The field and its meter.
#[component]
pub fn NewPassword(props: &NewPasswordProps) -> Html {
    let common = use_common_passwords();
    let text = props.form.value(props.name);
    let [email, name, company] = &props.about;
    let strength = (!text.is_empty()).then(|| {
        let personal = Personal { email, name, company };
        password::strength(&text, &personal, &common)
    });
    let hint = match strength {
        None => t_count(
            "password.hint",
            u64::try_from(MIN_PASSWORD_CHARS).unwrap_or_default(),
            &[],
        ),
        Some(strength) => t_with(
            "password.verdict",
            &[("word", &word(strength.score)), ("advice", &advice(strength))],
        ),
    };
    html! {
        <CapsLock>
            <FormField
                form={props.form.clone()}
                name={props.name}
                kind="password"
                autocomplete="new-password"
                large={props.large}
                {hint}
            />
            <Meter score={strength.map_or(0, |strength| strength.score)} is_empty={text.is_empty()} />
        </CapsLock>
    }
}

#[derive(Properties, PartialEq)]
struct MeterProps {
    score: u8,
    is_empty: bool,
}

/// Four bars; the words stand beside them, so that colour says nothing alone.
#[component]
fn Meter(props: &MeterProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        gap: var(--space-1);

        span {
            flex: 1;
            block-size: 0.25rem;
            border-radius: var(--radius-full);
            background: var(--line);
            transition: background-color var(--motion-base) var(--ease-out);
        }
        &.is-low .on {
            background: var(--danger-solid);
        }
        &.is-middle .on {
            background: var(--warning-solid);
        }
        &.is-high .on {
            background: var(--success-solid);
        }
        @media (forced-colors: active) {
            .on {
                forced-color-adjust: none;
                background: Highlight;
            }
        }
        "#
    );
    let tone = match props.score {
        0 | 1 => "is-low",
        2 => "is-middle",
        _ => "is-high",
    };
    // A refused password still has one bar: something was typed.
    let lit = if props.is_empty { 0 } else { props.score.max(1) };
    let value = if props.is_empty {
        t("password.empty")
    } else {
        word(props.score)
    };
    html! {
        <div
            class={classes!(class, tone)}
            role="meter"
            aria-label={t("password.strength")}
            aria-valuemin="0"
            aria-valuemax={MAX_SCORE.to_string()}
            aria-valuenow={props.score.to_string()}
            aria-valuetext={value}
        >
            { for (1..=MAX_SCORE).map(|bar| html! { <span key={bar} class={(bar <= lit).then_some("on")}></span> }) }
        </div>
    }
}

fn word(score: u8) -> AttrValue {
    match score {
        0 => t("password.refused"),
        1 => t("password.weak"),
        2 => t("password.fair"),
        3 => t("password.good"),
        _ => t("password.strong"),
    }
}

fn advice(strength: Strength) -> AttrValue {
    match strength.reason {
        Reason::Refused(violation) => rule(violation),
        Reason::CommonWords => t("password.common_words"),
        Reason::OwnNames => t("password.own_names"),
        Reason::Repeats => t("password.repeats"),
        Reason::Sequence => t("password.sequence"),
        Reason::Year => t("password.year"),
        Reason::Longer => t("password.longer"),
        Reason::Strong => t("password.nothing_to_add"),
    }
}
