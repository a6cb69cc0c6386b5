//! Buttons.

use yew::prelude::*;

use super::{Icon, IconName, IconSize};

/// What a button is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// One of several acts.
    #[default]
    Plain,
    /// The one act of the screen.
    Primary,
    /// Loses something.
    Danger,
    /// Stands back.
    Quiet,
}

impl ButtonKind {
    /// The class beside `btn`.
    #[must_use]
    pub const fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Primary => Some("btn-primary"),
            Self::Danger => Some("btn-danger"),
            Self::Quiet => Some("btn-quiet"),
        }
    }
}

/// Props for [`Button`].
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// The button's text.
    pub children: Html,
    /// What it is for.
    #[prop_or_default]
    pub kind: ButtonKind,
    /// Before the text.
    #[prop_or_default]
    pub icon: Option<IconName>,
    /// 40 px high, for entry pages.
    #[prop_or_default]
    pub large: bool,
    /// Submits its form instead of calling back.
    #[prop_or_default]
    pub submit: bool,
    /// Working: shows so, keeps its size and ignores presses, and keeps the focus.
    #[prop_or_default]
    pub busy: bool,
    /// Not to be pressed now. Stays focusable, so that the focus is never lost.
    #[prop_or_default]
    pub disabled: bool,
    /// Pressed.
    #[prop_or_default]
    pub onclick: Callback<MouseEvent>,
    /// `aria-pressed`, for toggles.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// The accessible name, where it says more than the text.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The id of the form that it submits, where it stands outside of it.
    #[prop_or_default]
    pub form: Option<AttrValue>,
}

/// A button with a text.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let inert = props.busy || props.disabled;
    let onclick = {
        let onclick = props.onclick.clone();
        Callback::from(move |event: MouseEvent| {
            if inert {
                event.prevent_default();
            } else {
                onclick.emit(event);
            }
        })
    };
    let large = props.large.then_some("btn-large");
    html! {
        <button
            ref={props.node_ref.clone()}
            class={classes!("btn", props.kind.class(), large, props.class.clone())}
            type={if props.submit { "submit" } else { "button" }}
            form={props.form.clone()}
            aria-disabled={inert.then_some("true")}
            aria-busy={props.busy.then_some("true")}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())}
            aria-label={props.label.clone()}
            {onclick}
        >
            if props.busy {
                <span class="spinner" aria-hidden="true"></span>
            } else if let Some(name) = props.icon {
                <Icon {name} />
            }
            { props.children.clone() }
        </button>
    }
}

/// Props for [`IconButton`].
#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// What is drawn.
    pub icon: IconName,
    /// The accessible name and the tooltip.
    pub label: AttrValue,
    /// How large the icon is.
    #[prop_or_default]
    pub size: IconSize,
    /// Pressed.
    #[prop_or_default]
    pub onclick: Callback<MouseEvent>,
    /// `aria-pressed`, for toggles.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// `aria-expanded`, for what opens something.
    #[prop_or_default]
    pub expanded: Option<bool>,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
}

/// A square button with an icon; its name is always told.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    html! {
        <button
            ref={props.node_ref.clone()}
            class={classes!("icon-btn", props.class.clone())}
            type="button"
            aria-label={props.label.clone()}
            title={props.label.clone()}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())}
            aria-expanded={props.expanded.map(|expanded| expanded.to_string())}
            onclick={props.onclick.clone()}
        >
            <Icon name={props.icon} size={props.size} />
        </button>
    }
}
