//! A form in steps: the list of them, and the one that is shown.

use yew::prelude::*;

use super::FormHandle;
use crate::browser::focus_node;
use crate::i18n::{number, t, t_with};
use crate::scoped;
use crate::ui::{Icon, IconName, IconSize};

/// Props for [`FormSteps`].
#[derive(Properties, PartialEq)]
pub struct FormStepsProps {
    /// The form; its labels name the steps as well.
    pub form: FormHandle,
}

/// The steps of a form in order: where the person is, and a way back to what is done.
#[component]
pub fn FormSteps(props: &FormStepsProps) -> Html {
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
    let (form, shown) = (&props.form, props.form.step_number());
    html! {
        <ol {class} role="list" aria-label={t("form.steps")}>
            { for form.steps().into_iter().enumerate().map(|(index, step)| {
                let name = form.label(step);
                let go = {
                    let form = form.clone();
                    Callback::from(move |_: MouseEvent| form.go(step))
                };
                html! {
                    <li key={step} aria-current={(index == shown).then_some("step")}>
                        if index < shown {
                            <>
                                <Icon name={IconName::Check} size={IconSize::Small} />
                                <span class="sr">{ t("form.step_done") }</span>
                                <button type="button" disabled={form.is_sending()} onclick={go}>{ name }</button>
                            </>
                        } else {
                            <>
                                <span class="num" aria-hidden="true">{ number(index as u64 + 1) }</span>
                                <span>{ name }</span>
                            </>
                        }
                    </li>
                }
            }) }
        </ol>
    }
}

/// Props for [`FormStep`].
#[derive(Properties, PartialEq)]
pub struct FormStepProps {
    /// The form.
    pub form: FormHandle,
    /// Which step of it.
    pub step: &'static str,
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
    let count = form.steps().len() as u64;
    let place = t_with(
        "form.step",
        &[
            ("number", &number(form.step_number() as u64 + 1)),
            ("count", &number(count)),
        ],
    );
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
