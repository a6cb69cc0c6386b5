//! Links inside the app.

use yew::prelude::*;
use yew_router::Routable;
use yew_router::hooks::use_navigator;

use crate::chunks;
use crate::routes::Route;

/// Props for [`Link`].
#[derive(Properties, PartialEq)]
pub struct LinkProps {
    /// Where it leads.
    pub to: Route,
    /// What it shows.
    pub children: Html,
    /// The classes of the anchor.
    #[prop_or_default]
    pub class: Classes,
    /// `aria-current="page"`.
    #[prop_or_default]
    pub current: bool,
    /// A tooltip.
    #[prop_or_default]
    pub title: Option<AttrValue>,
    /// `aria-description`, such as a count.
    #[prop_or_default]
    pub description: Option<AttrValue>,
    /// The pointer or the focus comes to it: it will probably be followed.
    #[prop_or_default]
    pub on_intent: Callback<()>,
}

/// A link that changes the page without loading it. Opening in a new tab works as with any link.
///
/// # Panics
/// Outside of a router.
#[component]
pub fn Link(props: &LinkProps) -> Html {
    let Some(navigator) = use_navigator() else {
        panic!("a router has to stand above this component")
    };
    let to = props.to;
    let onclick = Callback::from(move |event: MouseEvent| {
        if event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key() {
            return;
        }
        event.prevent_default();
        navigator.push(&to);
    });
    let on_intent = {
        let on_intent = props.on_intent.clone();
        Callback::from(move |()| {
            chunks::prefetch(to);
            on_intent.emit(());
        })
    };
    html! {
        <a
            class={props.class.clone()}
            href={to.to_path()}
            aria-current={props.current.then_some("page")}
            aria-description={props.description.clone()}
            title={props.title.clone()}
            {onclick}
            onpointerenter={on_intent.reform(|_: PointerEvent| ())}
            onfocus={on_intent.reform(|_: FocusEvent| ())}
        >
            { props.children.clone() }
        </a>
    }
}
