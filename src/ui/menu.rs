//! A button that opens a menu.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::{Icon, IconName, IconSize, use_popup};
use crate::browser::{focus, focused};
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

/// Whether a choice is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Checked {
    /// It is an act: nothing stays in force.
    #[default]
    Never,
    /// One of its group is; this says whether it is this one.
    One(bool),
    /// Any number of its group are; this says whether it is one of them.
    Any(bool),
}

impl Checked {
    const fn role(self) -> &'static str {
        match self {
            Self::Never => "menuitem",
            Self::One(_) => "menuitemradio",
            Self::Any(_) => "menuitemcheckbox",
        }
    }

    fn aria(self) -> Option<String> {
        match self {
            Self::Never => None,
            Self::One(on) | Self::Any(on) => Some(on.to_string()),
        }
    }

    const fn is_on(self) -> bool {
        matches!(self, Self::One(true) | Self::Any(true))
    }
}

/// One choice of a [`MenuGroup`].
#[derive(Clone, Debug, PartialEq)]
pub struct MenuChoice {
    /// Names the choice among those of its menu.
    pub key: AttrValue,
    /// Its text.
    pub text: AttrValue,
    /// Before the text, decorative.
    pub lead: Html,
    /// At the end of the line, quietly.
    pub detail: AttrValue,
    /// Whether it is in force.
    pub checked: Checked,
    /// Whether the menu stays open, for several choices one after the other.
    pub stays: bool,
    /// Chosen.
    pub on_choose: Callback<()>,
}

impl MenuChoice {
    /// An act with an icon.
    #[must_use]
    pub fn act(key: impl Into<AttrValue>, text: AttrValue, icon: IconName, on_choose: Callback<()>) -> Self {
        Self {
            key: key.into(),
            text,
            lead: html! { <Icon name={icon} /> },
            detail: AttrValue::default(),
            checked: Checked::Never,
            stays: false,
            on_choose,
        }
    }
}

/// Choices that belong together.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MenuGroup {
    /// What they are about; shown above them unless it is empty.
    pub label: AttrValue,
    /// The choices.
    pub choices: Vec<MenuChoice>,
    /// What stands there instead of choices, such as that they are on their way.
    pub instead: Option<AttrValue>,
}

/// Props for [`Menu`].
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The accessible name of the button and the menu.
    pub label: AttrValue,
    /// What the button shows.
    pub children: Html,
    /// The acts.
    #[prop_or_default]
    pub items: Vec<MenuItem>,
    /// Choices, after the acts.
    #[prop_or_default]
    pub groups: Vec<MenuGroup>,
    /// Above the acts, such as who is signed in.
    #[prop_or_default]
    pub head: Option<Html>,
    /// The button's class.
    #[prop_or(classes!("icon-btn"))]
    pub button: Classes,
    /// The button's tooltip.
    #[prop_or_default]
    pub title: Option<AttrValue>,
    /// `aria-description` of the button, such as what is chosen.
    #[prop_or_default]
    pub description: Option<AttrValue>,
    /// Which of several sets of choices is shown: another one takes the focus to its first choice.
    #[prop_or_default]
    pub page: usize,
    /// It was opened, or closed.
    #[prop_or_default]
    pub on_open: Callback<bool>,
    /// More classes of the whole.
    #[prop_or_default]
    pub class: Classes,
}

/// A menu button: opens by press, Enter, Space or arrows; arrows go round, Home and End jump, Escape and Tab close.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let popup = use_popup();
    {
        let root = popup.root.clone();
        use_effect_with((popup.is_open, props.page), move |(is_open, _)| {
            if *is_open {
                focus_item(&root, |_| 0);
            }
        });
    }
    {
        let on_open = props.on_open.clone();
        let before = use_mut_ref(|| false);
        use_effect_with(popup.is_open, move |is_open| {
            if before.replace(*is_open) != *is_open {
                on_open.emit(*is_open);
            }
        });
    }
    let onkeydown = {
        let popup = popup.clone();
        Callback::from(move |event: KeyboardEvent| {
            let (is_open, root) = (popup.is_open, &popup.root);
            match event.key().as_str() {
                "ArrowDown" | "ArrowUp" if !is_open => popup.open(),
                "ArrowDown" => focus_item(root, |(at, count)| (at + 1) % count),
                "ArrowUp" => focus_item(root, |(at, count)| (at + count - 1) % count),
                "Home" if is_open => focus_item(root, |_| 0),
                "End" if is_open => focus_item(root, |(_, count)| count - 1),
                "Escape" if is_open => popup.close(),
                "Tab" if is_open => return popup.leave(),
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
            max-block-size: min(28rem, calc(100dvh - 11rem));
            overflow: auto;
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
        .item > bdi {
            flex: 1;
            text-align: start;
        }
        .item .icon {
            color: var(--text-3);
        }
        .item .mark-on {
            color: var(--accent-text);
        }
        .group + .group, .item + .group {
            margin-block-start: var(--space-1);
            padding-block-start: var(--space-1);
            border-block-start: 1px solid var(--line);
        }
        .group-label {
            padding: var(--space-2) var(--space-2) var(--space-1);
            font-size: var(--text-11);
            line-height: var(--lh-11);
            font-weight: var(--weight-medium);
            color: var(--text-3);
        }
        .instead {
            padding: var(--space-2);
            color: var(--text-3);
        }
        .detail {
            flex: none;
            max-inline-size: 8rem;
            font-size: var(--text-12);
            color: var(--text-3);
            font-variant-numeric: var(--numeric);
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
    let choose = |on_choose: &Callback<()>, stays: bool| {
        let (popup, on_choose) = (popup.clone(), on_choose.clone());
        Callback::from(move |_: MouseEvent| {
            if !stays {
                popup.close();
            }
            on_choose.emit(());
        })
    };
    let view_choice = |choice: &MenuChoice| {
        html! {
            <button
                key={choice.key.to_string()}
                class="item"
                type="button"
                role={choice.checked.role()}
                aria-checked={choice.checked.aria()}
                tabindex="-1"
                onclick={choose(&choice.on_choose, choice.stays)}
            >
                { choice.lead.clone() }
                <bdi class="truncate">{ choice.text.clone() }</bdi>
                <span class="detail truncate" hidden={choice.detail.is_empty()}>{ choice.detail.clone() }</span>
                <span class="mark-on" hidden={!choice.checked.is_on()}>
                    <Icon name={IconName::Check} size={IconSize::Small} />
                </span>
            </button>
        }
    };
    let view_group = |(place, group): (usize, &MenuGroup)| {
        let label = Some(group.label.clone()).filter(|label| !label.is_empty());
        html! {
            <div key={format!("group {place}")} class="group" role="group" aria-label={label.clone()}>
                <div class="group-label" aria-hidden="true" hidden={label.is_none()}>{ label }</div>
                <div class="instead" hidden={group.instead.is_none()}>{ group.instead.clone() }</div>
                { for group.choices.iter().map(view_choice) }
            </div>
        }
    };
    html! {
        <div class={classes!(class, props.class.clone())} ref={popup.root.clone()} {onkeydown}>
            <button
                ref={popup.button.clone()}
                class={props.button.clone()}
                type="button"
                aria-label={props.label.clone()}
                aria-description={props.description.clone()}
                title={props.title.clone()}
                aria-haspopup="menu"
                aria-expanded={popup.is_open.to_string()}
                onclick={popup.toggle()}
            >
                { props.children.clone() }
            </button>
            if popup.is_open {
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
                                onclick={choose(&item.on_choose, false)}
                            >
                                <Icon name={item.icon} />
                                <span class="truncate">{ item.text.clone() }</span>
                            </button>
                        }) }
                        { for props.groups.iter().enumerate().map(view_group) }
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
        .and_then(|root| root.query_selector_all("[role^='menuitem']").ok())
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
