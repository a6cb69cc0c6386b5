//! What is wrong with a form, above its fields: takes the focus and leads to each field.

use yew::prelude::*;

use super::{Icon, IconName};
use crate::browser::{document, focus};
use crate::scoped;

/// A problem with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldProblem {
    /// The field's id.
    pub field: AttrValue,
    /// The field's label and what is wrong.
    pub text: AttrValue,
}

/// Props for [`FormSummary`].
#[derive(Properties, PartialEq)]
pub struct FormSummaryProps {
    /// What happened, in one sentence.
    pub title: AttrValue,
    /// One line a field, none when no field is to blame.
    #[prop_or_default]
    pub problems: Vec<FieldProblem>,
    /// Counts submissions: each new number takes the focus again.
    pub attempt: u32,
    /// More to say, below the title.
    #[prop_or_default]
    pub children: Html,
}

/// The summary of a form that cannot be sent, or that the server refused.
#[component]
pub fn FormSummary(props: &FormSummaryProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--danger-line);
        border-radius: var(--radius-m);
        background: var(--danger-bg);
        color: var(--danger-text);

        h2 {
            display: flex;
            gap: var(--space-2);
        }
        h2 .icon {
            margin-block-start: 0.125rem;
        }
        .more {
            padding-inline-start: 1.5rem;
        }
        .more:empty {
            display: none;
        }
        ul {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            overflow-wrap: anywhere;
            padding-inline-start: 1.5rem;
        }
        a {
            display: inline-flex;
            align-items: center;
            min-block-size: 1.5rem;
            text-decoration: underline;
            text-underline-offset: 2px;
        }
        "#
    );
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.attempt, move |_| {
            if let Some(element) = node.cast::<web_sys::Element>() {
                focus(&element);
            }
        });
    }
    let go_to = |field: &AttrValue| {
        let field = field.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            if let Some(element) = document().and_then(|document| document.get_element_by_id(&field)) {
                focus(&element);
            }
        })
    };
    html! {
        <div {class} role="alert" tabindex="-1" ref={node}>
            <h2>
                <Icon name={IconName::Alert} />
                <span>{ props.title.clone() }</span>
            </h2>
            <div class="more">{ props.children.clone() }</div>
            if !props.problems.is_empty() {
                <ul role="list">
                    { for props.problems.iter().map(|problem| html! {
                        <li key={problem.field.to_string()}>
                            <a href={format!("#{}", problem.field)} onclick={go_to(&problem.field)}>
                                { problem.text.clone() }
                            </a>
                        </li>
                    }) }
                </ul>
            }
        </div>
    }
}
