//! The command palette and the list of shortcuts: what opens them, and what follows from what is chosen.

use switchboard_contract::auth::{Preferences, Theme};
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::deeds::do_deed;
use super::keys::{Wanted, use_shell_keys};
use super::palette::{Goal, Palette};
use super::shortcuts::{Shortcuts, command_key};
use super::use_sign_out;
use crate::appearance::use_keep;
use crate::auth::use_me;
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{Icon, IconName};

/// Props for [`FinderField`].
#[derive(Properties, PartialEq)]
pub struct FinderFieldProps {
    /// The palette is wanted.
    pub on_open: Callback<()>,
}

/// The field of the top bar that opens the palette.
#[component]
pub fn FinderField(props: &FinderFieldProps) -> Html {
    html! {
        <button
            class="finder-field"
            type="button"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            onclick={props.on_open.reform(|_: MouseEvent| ())}
        >
            <Icon name={IconName::Search} />
            <span class="finder-text truncate">{ t("palette.hint") }</span>
            <span class="keys" aria-hidden="true"><kbd>{ command_key() }</kbd><kbd>{ "K" }</kbd></span>
        </button>
    }
}

/// Props for [`Finder`].
#[derive(Properties, PartialEq)]
pub struct FinderProps {
    /// Which page is shown.
    pub route: Route,
    /// How often the palette was asked for by its field.
    pub asked: u32,
}

/// What stands over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Palette,
    Shortcuts,
}

/// The palette and the list of keys, while one of them is wanted. They stand beside the frame: within a part of it other parts would
/// cover them.
#[component]
pub fn Finder(props: &FinderProps) -> Html {
    let over = use_state_eq(|| None::<Over>);
    let chosen = use_mut_ref(|| None::<Goal>);
    let navigator = use_navigator();
    let reach = use_reach();
    {
        let over = over.clone();
        let navigator = navigator.clone();
        use_shell_keys(Callback::from(move |wanted| match wanted {
            Wanted::Palette if *over == Some(Over::Palette) => over.set(None),
            Wanted::Palette => over.set(Some(Over::Palette)),
            Wanted::Shortcuts => over.set(Some(Over::Shortcuts)),
            Wanted::Go(route) => {
                if let Some(navigator) = &navigator {
                    navigator.push(&route);
                }
            }
        }));
    }
    {
        // Once the palette is gone, and the focus is back where it came from.
        let (chosen, setter) = (chosen.clone(), over.setter());
        use_effect_with(*over, move |over| {
            let goal = chosen.take().filter(|_| over.is_none());
            match goal {
                Some(Goal::Shortcuts) => setter.set(Some(Over::Shortcuts)),
                Some(goal) => reach.emit(goal),
                None => {}
            }
        });
    }
    let on_choose = {
        let over = over.setter();
        Callback::from(move |goal: Goal| {
            chosen.replace(Some(goal));
            over.set(None);
        })
    };
    let on_close = {
        let over = over.setter();
        Callback::from(move |()| over.set(None))
    };
    {
        let over = over.setter();
        use_effect_with(props.asked, move |asked| {
            if *asked > 0 {
                over.set(Some(Over::Palette));
            }
        });
    }
    html! {
        <div>
            { match *over {
                Some(Over::Palette) => html! { <Palette route={props.route} {on_choose} {on_close} /> },
                Some(Over::Shortcuts) => html! { <Shortcuts {on_close} /> },
                None => html! { <span hidden=true /> },
            } }
        </div>
    }
}

/// Does what was chosen.
#[hook]
fn use_reach() -> Callback<Goal> {
    let navigator = use_navigator();
    let sign_out = use_sign_out();
    let keep = use_keep();
    let me = use_me();
    Callback::from(move |goal: Goal| match goal {
        Goal::Page(route, query) => {
            let Some(navigator) = &navigator else { return };
            if query.is_empty() {
                navigator.push(&route);
            } else {
                // A list of pairs always has a query form.
                let _ = navigator.push_with_query(&route, query);
            }
        }
        Goal::Deed(deed) => {
            do_deed(deed);
        }
        Goal::Theme(theme) => keep.emit(with_theme(&me.preferences, theme)),
        Goal::SignOut => sign_out.emit(()),
        Goal::Shortcuts => {}
    })
}

fn with_theme(before: &Preferences, theme: Theme) -> Preferences {
    Preferences {
        theme,
        ..before.clone()
    }
}
