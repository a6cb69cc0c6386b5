//! What is typed into and chosen.

use yew::prelude::*;

use super::State;
use crate::ui::{
    Checkbox, Field, FieldProblem, FormSummary, GrowingTextArea, Icon, IconName, IconSize, SearchField,
    Suggestion, Suggestions,
};

#[derive(Properties, PartialEq)]
struct TypedProps {
    id: &'static str,
    label: &'static str,
    #[prop_or_default]
    value: &'static str,
    #[prop_or("text")]
    kind: &'static str,
    #[prop_or_default]
    hint: Option<AttrValue>,
    #[prop_or_default]
    error: Option<AttrValue>,
    #[prop_or_default]
    large: bool,
}

#[component]
fn Typed(props: &TypedProps) -> Html {
    let value = use_state(|| props.value.to_owned());
    let oninput = {
        let value = value.setter();
        Callback::from(move |text| value.set(text))
    };
    html! {
        <Field
            id={props.id}
            name={props.id}
            label={props.label}
            kind={props.kind}
            value={(*value).clone()}
            hint={props.hint.clone()}
            error={props.error.clone()}
            large={props.large}
            {oninput}
        />
    }
}

pub(super) fn field() -> Vec<State> {
    vec![
        State::new("empty", html! { <Typed id="f-empty" label="Full name" /> }),
        State::new(
            "with a hint",
            html! { <Typed id="f-hint" label="Password" kind="password" value="abcdef" hint="At least 10 characters." /> },
        ),
        State::new(
            "wrong",
            html! { <Typed id="f-wrong" label="Email" value="kim" error="Enter an email address, such as name@example.com." /> },
        ),
        State::new(
            "large",
            html! { <Typed id="f-large" label="Company" value="Example Ltd" large=true /> },
        ),
        State::new("to be checked", html! { <Choice /> }),
    ]
}

#[component]
fn Choice() -> Html {
    let on = use_state(|| true);
    let onchange = {
        let on = on.setter();
        Callback::from(move |checked| on.set(checked))
    };
    html! { <Checkbox label="Keep me signed in" name="gallery-keep" checked={*on} {onchange} /> }
}

pub(super) fn form_summary() -> Vec<State> {
    let problem = |field: &'static str, text: &'static str| FieldProblem {
        field: field.into(),
        text: text.into(),
    };
    let problems = vec![
        problem(
            "f-wrong",
            "Email: Enter an email address, such as name@example.com.",
        ),
        problem("f-hint", "Password: Use at least 10 characters."),
    ];
    vec![
        State::new(
            "fields are wrong",
            html! { <FormSummary title="Check the marked fields" {problems} attempt=0 /> },
        ),
        State::new(
            "refused as a whole",
            html! { <FormSummary title="Too many tries." attempt=0><span>{ "You can try again in 12 s." }</span></FormSummary> },
        ),
    ]
}

pub(super) fn growing_text_area() -> Vec<State> {
    vec![
        State::new("empty", html! { <Written hint="Write a reply" /> }),
        State::new(
            "several lines",
            html! { <Written value={"One line\nand another\nand a third"} /> },
        ),
        State::new(
            "too long",
            html! { <Written value="More than may be sent" invalid=true /> },
        ),
    ]
}

#[derive(Properties, PartialEq)]
struct WrittenProps {
    #[prop_or_default]
    value: &'static str,
    #[prop_or_default]
    hint: &'static str,
    #[prop_or_default]
    invalid: bool,
}

#[component]
fn Written(props: &WrittenProps) -> Html {
    let value = use_state(|| props.value.to_owned());
    let on_input = {
        let value = value.setter();
        Callback::from(move |text| value.set(text))
    };
    html! {
        <GrowingTextArea
            label="Reply"
            value={(*value).clone()}
            hint={props.hint}
            invalid={props.invalid}
            {on_input}
            on_enter={Callback::noop()}
        />
    }
}

/// Stands above a text box, so that it has room here.
fn offering(options: &[(&'static str, &'static str)], preview: Html, instead: Option<AttrValue>) -> Html {
    let options: Vec<Suggestion> = options
        .iter()
        .map(|(text, detail)| Suggestion {
            key: (*text).into(),
            lead: html! { <Icon name={IconName::Users} size={IconSize::Small} /> },
            text: (*text).into(),
            detail: (*detail).into(),
        })
        .collect();
    let id = format!("gallery-offer-{}", options.len());
    html! {
        <div style="position: relative; padding-block-start: 16rem">
            <Suggestions {id} label="Canned replies" {options} active=1 on_choose={Callback::noop()} {preview} {instead} />
        </div>
    }
}

pub(super) fn suggestions() -> Vec<State> {
    let some = [
        ("/hello", "Greeting"),
        ("/hours", "Opening hours"),
        ("/refund", "Money back"),
    ];
    let preview =
        html! { <bdi>{ "We are there from nine to five, " }<mark>{ "{{visitor.firstName}}" }</mark></bdi> };
    vec![
        State::wide("with a preview", offering(&some, preview, None)),
        State::wide("one", offering(&some[..2], Html::default(), None)),
        State::wide(
            "nothing",
            offering(&[], Html::default(), Some("No canned replies yet.".into())),
        ),
    ]
}

pub(super) fn search_field() -> Vec<State> {
    vec![
        State::new(
            "empty",
            html! { <Searched label="Search conversations" hint="Search" /> },
        ),
        State::new(
            "with words",
            html! { <Searched label="Search websites" value="shop" /> },
        ),
    ]
}

#[derive(Properties, PartialEq)]
struct SearchedProps {
    label: &'static str,
    #[prop_or_default]
    value: &'static str,
    #[prop_or_default]
    hint: &'static str,
}

#[component]
fn Searched(props: &SearchedProps) -> Html {
    let value = use_state(|| props.value.to_owned());
    let on_input = {
        let value = value.setter();
        Callback::from(move |text| value.set(text))
    };
    html! { <SearchField label={props.label} value={(*value).clone()} hint={props.hint} {on_input} /> }
}
