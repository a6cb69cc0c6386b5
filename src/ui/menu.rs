//! A button that opens a menu.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

use super::{Icon, IconName};
use crate::browser::{Listener, document, focus, focused};
use crate::scoped;

/// One act of a menu.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuItem {
    /// Names the item among its siblings.
    pub key: &'static str,
    /// The item's text.
    pub text: AttrValue,
    /// Before the text.
    pub icon: IconName,
    /// Chosen.
    pub on_choose: Callback<()>,
}

/// Props for [`Menu`].
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The accessible name of the button and the menu.
    pub label: AttrValue,
    /// What the button shows.
    pub children: Html,
    /// The acts.
    pub items: Vec<MenuItem>,
    /// Above the acts, such as who is signed in.
    #[prop_or_default]
    pub head: Option<Html>,
}

/// A menu button: opens by press, Enter, Space or arrows; arrows go round, Home and End jump, Escape and Tab close.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let root = use_node_ref();
    let button = use_node_ref();
    {
        let root = root.clone();
        use_effect_with(*open, move |is_open| {
            if *is_open {
                focus_item(&root, |_| 0);
            }
        });
    }
    {
        // A press or a focus outside closes it.
        let root = root.clone();
        let open = open.clone();
        use_effect_with(*open, move |is_open| {
            let listeners = is_open.then(|| {
                document().map(|document| {
                    ["pointerdown", "focusin"].map(|event| {
                        let (root, open) = (root.clone(), open.clone());
                        Listener::capturing(&document, event, move |event| {
                            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                            if !root
                                .cast::<Element>()
                                .is_some_and(|root| root.contains(target.as_ref()))
                            {
                                open.set(false);
                            }
                        })
                    })
                })
            });
            move || drop(listeners)
        });
    }
    let close = {
        let (open, button) = (open.clone(), button.clone());
        move || {
            open.set(false);
            if let Some(button) = button.cast::<Element>() {
                focus(&button);
            }
        }
    };
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let (open, root, close) = (open.clone(), root.clone(), close.clone());
        Callback::from(move |event: KeyboardEvent| {
            let is_open = *open;
            match event.key().as_str() {
                "ArrowDown" | "ArrowUp" if !is_open => open.set(true),
                "ArrowDown" => focus_item(&root, |(at, count)| (at + 1) % count),
                "ArrowUp" => focus_item(&root, |(at, count)| (at + count - 1) % count),
                "Home" if is_open => focus_item(&root, |_| 0),
                "End" if is_open => focus_item(&root, |(_, count)| count - 1),
                "Escape" if is_open => close(),
                "Tab" if is_open => {
                    open.set(false);
                    return;
                }
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let class = scoped!(
        r#"
        position: relative;
        display: inline-flex;

        .menu {
            position: absolute;
            inset-block-start: calc(100% + var(--space-1));
            inset-inline-end: 0;
            z-index: var(--z-popover);
            min-inline-size: 13rem;
            max-inline-size: min(20rem, calc(100vw - 2 * var(--space-3)));
            padding: var(--space-1);
            border-radius: var(--radius-m);
            background: var(--surface-raised);
            box-shadow: var(--elevation-1);
            animation: menu-in var(--motion-base) var(--ease-out);
        }
        .head {
            padding: var(--space-2);
            margin-block-end: var(--space-1);
            border-block-end: 1px solid var(--line);
        }
        .item {
            display: flex;
            align-items: center;
            gap: var(--space-2);
            inline-size: 100%;
            block-size: var(--control-l);
            padding-inline: var(--space-2);
            border-radius: var(--radius-xs);
        }
        .item .icon {
            color: var(--text-3);
        }
        .item:hover, .item:focus-visible {
            background: var(--pressed);
        }
        .item:focus-visible {
            outline-offset: -2px;
        }

        @keyframes menu-in {
            from {
                opacity: 0;
                transform: translateY(-0.25rem);
            }
        }
        @media (forced-colors: active) {
            .menu {
                border: 1px solid ButtonText;
            }
        }
        "#
    );
    let choose = |item: &MenuItem| {
        let on_choose = item.on_choose.clone();
        let close = close.clone();
        Callback::from(move |_: MouseEvent| {
            close();
            on_choose.emit(());
        })
    };
    html! {
        <div {class} ref={root} {onkeydown}>
            <button
                ref={button}
                class="icon-btn"
                type="button"
                aria-label={props.label.clone()}
                aria-haspopup="menu"
                aria-expanded={open.to_string()}
                onclick={ontoggle}
            >
                { props.children.clone() }
            </button>
            if *open {
                <div class="menu">
                    <div class="head" hidden={props.head.is_none()}>{ props.head.clone() }</div>
                    <div role="menu" aria-label={props.label.clone()}>
                        { for props.items.iter().map(|item| html! {
                            <button
                                key={item.key}
                                class="item"
                                type="button"
                                role="menuitem"
                                tabindex="-1"
                                onclick={choose(item)}
                            >
                                <Icon name={item.icon} />
                                <span class="truncate">{ item.text.clone() }</span>
                            </button>
                        }) }
                    </div>
                </div>
            }
        </div>
    }
}

/// Focuses the item that `pick` chooses from the focused item's place and the number of items.
fn focus_item(root: &NodeRef, pick: impl Fn((u32, u32)) -> u32) {
    let Some(items) = root
        .cast::<Element>()
        .and_then(|root| root.query_selector_all("[role='menuitem']").ok())
    else {
        return;
    };
    let count = items.length();
    if count == 0 {
        return;
    }
    let current = focused();
    let item = |index: u32| {
        items
            .item(index)
            .and_then(|node| node.dyn_into::<HtmlElement>().ok())
    };
    let at = (0..count).find(|index| item(*index) == current).unwrap_or(0);
    if let Some(item) = item(pick((at, count))) {
        focus(&item);
    }
}
