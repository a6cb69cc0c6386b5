//! What a text box offers for the word at its cursor. The focus stays in the box: it names the list and the option that is
//! chosen next by `aria-controls` and `aria-activedescendant`.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::scoped;

/// Something offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Names it among the others.
    pub key: AttrValue,
    /// Before the text, decorative.
    pub lead: Html,
    /// What it is called.
    pub text: AttrValue,
    /// What it is about, quietly.
    pub detail: AttrValue,
}

/// Props for [`Suggestions`].
#[derive(Properties, PartialEq)]
pub struct SuggestionsProps {
    /// The list's id; its options count on from it ([`option_id`]).
    pub id: AttrValue,
    /// The list's accessible name.
    pub label: AttrValue,
    /// What is offered.
    pub options: Vec<Suggestion>,
    /// Which one is chosen next.
    pub active: usize,
    /// One was chosen, by its place.
    pub on_choose: Callback<usize>,
    /// What the one that is chosen next would bring.
    #[prop_or_default]
    pub preview: Html,
    /// What stands there where nothing is offered.
    #[prop_or_default]
    pub instead: Option<AttrValue>,
}

/// The id of an option of the list with this id.
#[must_use]
pub fn option_id(list: &str, place: usize) -> AttrValue {
    AttrValue::from(format!("{list}-{place}"))
}

/// The list above the text box, and the preview beside it.
#[component]
pub fn Suggestions(props: &SuggestionsProps) -> Html {
    let list = use_node_ref();
    use_effect_with(
        (list.clone(), option_id(&props.id, props.active)),
        |(list, id)| show(list, id),
    );
    let class = scoped!(
        r#"
        position: absolute;
        inset-block-end: calc(100% + var(--space-1));
        inset-inline: 0;
        z-index: var(--z-popover);
        display: flex;
        max-block-size: 15rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-raised);
        box-shadow: var(--elevation-2);
        overflow: hidden;

        ul {
            position: relative;
            flex: 1 1 50%;
            min-inline-size: 0;
            margin: 0;
            padding: var(--space-1);
            overflow-y: auto;
            list-style: none;
        }
        li {
            display: flex;
            align-items: center;
            gap: var(--space-2);
            min-block-size: var(--control-m);
            padding: var(--space-1) var(--space-2);
            border-radius: var(--radius-s);
            cursor: pointer;
        }
        li:hover {
            background: var(--hover);
        }
        li[aria-selected="true"] {
            background: var(--pressed);
        }
        .detail {
            flex: 1;
            min-inline-size: 0;
            color: var(--text-2);
        }
        .preview {
            flex: 1 1 50%;
            min-inline-size: 0;
            padding: var(--space-3);
            border-inline-start: 1px solid var(--line);
            overflow-y: auto;
            white-space: pre-wrap;
            overflow-wrap: anywhere;
        }
        .preview:empty {
            display: none;
        }
        .preview mark {
            background: var(--warning-bg);
            color: var(--warning-text);
        }
        & > p {
            padding: var(--space-3);
            color: var(--text-2);
        }

        @media (max-width: 640px) {
            .preview {
                display: none;
            }
        }
        @media (forced-colors: active) {
            li[aria-selected="true"] {
                outline: 2px solid Highlight;
                outline-offset: -2px;
            }
        }
        "#
    );
    // The press must not take the focus out of the text box.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    if let Some(instead) = &props.instead {
        return html! { <div {class} {onmousedown}><p role="status">{ instead.clone() }</p></div> };
    }
    let options = props.options.iter().enumerate().map(|(place, option)| {
        let onclick = props.on_choose.reform(move |_: MouseEvent| place);
        html! {
            <li
                key={option.key.to_string()}
                id={option_id(&props.id, place)}
                role="option"
                aria-selected={(place == props.active).to_string()}
                {onclick}
            >
                { option.lead.clone() }
                <bdi>{ option.text.clone() }</bdi>
                <bdi class="detail truncate">{ option.detail.clone() }</bdi>
            </li>
        }
    });
    html! {
        <div {class} {onmousedown}>
            <ul ref={list} id={props.id.clone()} role="listbox" aria-label={props.label.clone()}>{ for options }</ul>
            <div class="preview">{ props.preview.clone() }</div>
        </div>
    }
}

/// Scrolls the list, and nothing else, so far that an option is in sight.
fn show(list: &NodeRef, id: &str) {
    let Some(list) = list.cast::<HtmlElement>() else {
        return;
    };
    let Ok(Some(option)) = list.query_selector(&format!("[id='{id}']")) else {
        return;
    };
    let (frame, place) = (list.get_bounding_client_rect(), option.get_bounding_client_rect());
    let over = if place.top() < frame.top() {
        place.top() - frame.top()
    } else {
        (place.bottom() - frame.bottom()).max(0.0)
    };
    #[allow(clippy::cast_possible_truncation, reason = "a few hundred pixels")]
    list.set_scroll_top(list.scroll_top() + over.ceil() as i32);
}
