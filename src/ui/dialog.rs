//! A dialog over the page.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::{Button, ButtonKind, HEADING_ID};
use crate::browser::{document, focus, focus_node, focused};
use crate::i18n::t;
use crate::scoped;

/// What the focus can rest on inside a dialog.
const FOCUSABLE: &str = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex='0']";

/// Something else that can be done instead of going on.
#[derive(Clone, Debug, PartialEq)]
pub struct DialogAct {
    /// The text of its button.
    pub text: AttrValue,
    /// Whether it loses something.
    pub danger: bool,
    /// Do it.
    pub on_choose: Callback<()>,
}

/// Props for [`Dialog`].
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The heading, which names the dialog.
    pub title: AttrValue,
    /// What it is about; says what will be lost, in numbers.
    pub children: Html,
    /// The text of the button that goes on.
    pub confirm: AttrValue,
    /// As wide as the page has room for, such as for a picture.
    #[prop_or_default]
    pub wide: bool,
    /// Whether going on loses something.
    #[prop_or_default]
    pub danger: bool,
    /// Whether going on is under way.
    #[prop_or_default]
    pub busy: bool,
    /// Go on.
    pub on_confirm: Callback<()>,
    /// What else can be done; its button stands between Cancel and going on.
    #[prop_or_default]
    pub other: Option<DialogAct>,
    /// The text of Cancel, where that word would not do.
    #[prop_or_default]
    pub cancel: Option<AttrValue>,
    /// Cancel: the button, Escape, or a press beside the dialog.
    pub on_cancel: Callback<()>,
    /// Where the focus starts instead of on Cancel, such as the first field.
    #[prop_or_default]
    pub first: Option<NodeRef>,
}

/// Tells dialogs apart that are open at once: a page may ask whether to leave what another dialog holds.
#[hook]
fn use_number() -> u32 {
    thread_local! {
        static LAST: Cell<u32> = const { Cell::new(0) };
    }
    let number = use_memo((), |()| {
        LAST.with(|last| {
            last.set(last.get().wrapping_add(1));
            last.get()
        })
    });
    *number
}

/// Holds the focus from what comes over the page: it starts on `first`, and goes back to where it came from; to the page's heading
/// where that is gone.
#[hook]
pub(super) fn use_focus_inside(first: &NodeRef) {
    let first = first.clone();
    use_effect_with((), move |()| {
        let before = focused();
        focus_node(&first);
        move || {
            let before = before.filter(|before| before.is_connected() && before.tag_name() != "BODY");
            let heading = || document()?.get_element_by_id(HEADING_ID);
            if let Some(target) = before.map(Element::from).or_else(heading) {
                focus(&target);
            }
        }
    });
}

/// A modal question. The focus starts on Cancel, stays inside, and goes back to where it came from.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let number = use_number();
    let (title, text) = (format!("dialog-title-{number}"), format!("dialog-text-{number}"));
    let panel = use_node_ref();
    let cancel = use_node_ref();
    use_focus_inside(props.first.as_ref().unwrap_or(&cancel));
    let onkeydown = {
        let panel = panel.clone();
        let on_cancel = props.on_cancel.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                on_cancel.emit(());
            }
            "Tab" => {
                if let Some(panel) = panel.cast::<Element>() {
                    keep_inside(&panel, &event);
                }
            }
            _ => {}
        })
    };
    let onmousedown = {
        let on_cancel = props.on_cancel.clone();
        let panel = panel.clone();
        Callback::from(move |event: MouseEvent| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            let inside = panel
                .cast::<Element>()
                .is_some_and(|panel| panel.contains(target.as_ref()));
            if !inside {
                event.prevent_default();
                on_cancel.emit(());
            }
        })
    };
    let class = scoped!(
        r#"
        position: fixed;
        inset: 0;
        z-index: var(--z-dialog);
        display: grid;
        place-items: center;
        padding: var(--space-4);
        overflow: auto;
        background: var(--scrim);

        .dialog {
            inline-size: min(28rem, 100%);
            overflow: hidden;
            border-radius: var(--radius-l);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
            animation: dialog-in var(--motion-base) var(--ease-out);
        }
        .dialog-wide {
            inline-size: min(60rem, 100%);
        }
        .body {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            overflow-wrap: anywhere;
            gap: var(--space-3);
            padding: var(--space-5) var(--space-5) var(--space-4);
        }
        h2 {
            font-size: var(--text-14);
            line-height: var(--lh-14);
        }
        .foot {
            display: flex;
            flex-wrap: wrap;
            justify-content: flex-end;
            gap: var(--space-2);
            padding: var(--space-3) var(--space-5);
            border-block-start: 1px solid var(--line);
        }

        @keyframes dialog-in {
            from {
                opacity: 0;
                transform: scale(0.98);
            }
        }
        @media (forced-colors: active) {
            .dialog {
                border: 1px solid ButtonText;
            }
        }
        "#
    );
    let on_cancel = props.on_cancel.reform(|_: MouseEvent| ());
    let on_confirm = props.on_confirm.reform(|_: MouseEvent| ());
    html! {
        <div {class} {onmousedown} {onkeydown}>
            <div class={classes!("dialog", props.wide.then_some("dialog-wide"))} ref={panel} role="dialog" aria-modal="true" aria-labelledby={title.clone()} aria-describedby={text.clone()}>
                <div class="body">
                    <h2 id={title}>{ props.title.clone() }</h2>
                    <div id={text} class="text-2">{ props.children.clone() }</div>
                </div>
                <div class="foot">
                    <Button node_ref={cancel} onclick={on_cancel}>
                        { props.cancel.clone().unwrap_or_else(|| t("dialog.cancel")) }
                    </Button>
                    if let Some(other) = &props.other {
                        <Button
                            kind={kind(other.danger)}
                            onclick={other.on_choose.reform(|_: MouseEvent| ())}
                        >
                            { other.text.clone() }
                        </Button>
                    }
                    <Button
                        kind={kind(props.danger)}
                        busy={props.busy}
                        onclick={on_confirm}
                    >
                        { props.confirm.clone() }
                    </Button>
                </div>
            </div>
        </div>
    }
}

const fn kind(danger: bool) -> ButtonKind {
    if danger {
        ButtonKind::Danger
    } else {
        ButtonKind::Primary
    }
}

/// Makes the focus go round inside `panel`.
pub(super) fn keep_inside(panel: &Element, event: &KeyboardEvent) {
    let Ok(found) = panel.query_selector_all(FOCUSABLE) else {
        return;
    };
    let element = |index: u32| {
        found
            .item(index)
            .and_then(|node| node.dyn_into::<HtmlElement>().ok())
    };
    let (Some(first), Some(last)) = (element(0), element(found.length().saturating_sub(1))) else {
        return;
    };
    let current = focused();
    let at = |edge: &HtmlElement| current.as_ref() == Some(edge);
    let outside = !current
        .as_ref()
        .is_some_and(|current| panel.contains(Some(current)));
    let next = if event.shift_key() && (at(&first) || outside) {
        last
    } else if !event.shift_key() && (at(&last) || outside) {
        first
    } else {
        return;
    };
    event.prevent_default();
    focus(&next);
}
