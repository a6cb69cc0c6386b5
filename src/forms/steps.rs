//! A form in steps: the list of them, and the one that is shown.

use yew::prelude::*;

use super::FormHandle;
use crate::browser::focus_node;
use crate::i18n::{number, t, t_with};
use crate::scoped;
use crate::ui::{Icon, IconName, IconSize};

/// Props for [`StepList`].
#[derive(Properties, PartialEq)]
pub struct StepListProps {
    /// What the steps are called, in their order.
    pub names: Vec<AttrValue>,
    /// Which of them is shown, from 0.
    pub shown: usize,
    /// The way back to one that is done; without it there is none.
    #[prop_or_default]
    pub on_go: Option<Callback<usize>>,
    /// Nobody goes anywhere just now.
    #[prop_or_default]
    pub busy: bool,
}

/// Steps in order: where the person is, and a way back to what is done.
#[component]
pub fn StepList(props: &StepListProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        padding: 0;

        li {
            display: inline-flex;
            align-items: center;
            gap: var(--space-1);
            min-block-size: 1.75rem;
            color: var(--text-3);
        }
        li[aria-current] {
            color: var(--text);
            font-weight: var(--weight-medium);
        }
        button {
            padding: 0;
            min-block-size: 1.75rem;
            border: 0;
            background: none;
            color: var(--text-2);
            font: inherit;
            text-decoration: underline;
            text-underline-offset: 2px;
            cursor: pointer;
        }
        "#
    );
    let shown = props.shown;
    html! {
        <ol {class} role="list" aria-label={t("form.steps")}>
            { for props.names.iter().enumerate().map(|(index, name)| html! {
                <li key={index} aria-current={(index == shown).then_some("step")}>
                    if index < shown {
                        <>
                            <Icon name={IconName::Check} size={IconSize::Small} />
                            <span class="sr">{ t("form.step_done") }</span>
                            if let Some(on_go) = &props.on_go {
                                <button type="button" disabled={props.busy} onclick={on_go.reform(move |_: MouseEvent| index)}>
                                    { name.clone() }
                                </button>
                            } else {
                                <span>{ name.clone() }</span>
                            }
                        </>
                    } else {
                        <>
                            <span class="num" aria-hidden="true">{ number(index as u64 + 1) }</span>
                            <span>{ name.clone() }</span>
                        </>
                    }
                </li>
            }) }
        </ol>
    }
}

/// Props for [`FormSteps`].
#[derive(Properties, PartialEq)]
pub struct FormStepsProps {
    /// The form; its labels name the steps as well.
    pub form: FormHandle,
    /// What the steps are called that come once it is sent.
    #[prop_or_default]
    pub after: Vec<AttrValue>,
}

/// The steps of a form.
#[component]
pub fn FormSteps(props: &FormStepsProps) -> Html {
    let form = &props.form;
    let steps = form.steps();
    let names = steps.iter().map(|step| form.label(step));
    let names: Vec<AttrValue> = names.chain(props.after.iter().cloned()).collect();
    let on_go = {
        let form = form.clone();
        Callback::from(move |index: usize| {
            if let Some(step) = steps.get(index) {
                form.go(step);
            }
        })
    };
    html! { <StepList {names} shown={form.step_number()} {on_go} busy={form.is_sending()} /> }
}

/// Which step of how many.
pub fn step_place(place: usize, count: usize) -> AttrValue {
    let (place, count) = (number(place as u64 + 1), number(count as u64));
    t_with("form.step", &[("number", &place), ("count", &count)])
}

/// Props for [`FormStep`].
#[derive(Properties, PartialEq)]
pub struct FormStepProps {
    /// The form.
    pub form: FormHandle,
    /// Which step of it.
    pub step: &'static str,
    /// How many steps come once it is sent.
    #[prop_or_default]
    pub after: usize,
    /// What it asks.
    pub children: Html,
}

/// One step: in the page only while it is shown. Its heading takes the focus when the person comes to it.
#[component]
pub fn FormStep(props: &FormStepProps) -> Html {
    let heading = use_node_ref();
    let (form, step) = (&props.form, props.step);
    let is_shown = form.is_at(step);
    {
        let heading = heading.clone();
        // Where it was when the page came: then the page's own heading has the focus.
        let first = *use_memo((), |()| form.moved());
        use_effect_with((form.moved(), is_shown), move |(moved, is_shown)| {
            if *is_shown && *moved != first {
                focus_node(&heading);
            }
        });
    }
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);

        &[hidden] {
            display: none;
        }
        "#
    );
    if !is_shown {
        return html! { <section {class} hidden=true /> };
    }
    let place = step_place(form.step_number(), form.steps().len() + props.after);
    html! {
        <section {class}>
            <div>
                <p class="text-3">{ place }</p>
                <h2 ref={heading} tabindex="-1">{ form.label(step) }</h2>
            </div>
            { props.children.clone() }
        </section>
    }
}
