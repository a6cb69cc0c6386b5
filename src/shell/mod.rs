//! The frame around every page of a member: top bar, navigation, and the sheet that holds the page.

mod account_menu;
mod availability;
mod behind;
mod connection;
mod connection_panel;
mod deeds;
mod finder;
mod foreign;
mod health;
mod keys;
mod leaving;
mod newer;
mod not_kept;
mod palette;
mod rail;
mod shortcuts;
mod sound_blocked;
mod waiting;

use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::alerts::show_badge;
use crate::auth::use_me;
use crate::browser::{document, focus, focused, is_covered};
use crate::chat::Chat;
use crate::i18n::{t, t_with};
use crate::routes::{Route, Section};
use crate::ui::{HEADING_ID, Mark};

use account_menu::AccountMenu;
use behind::Behind;
pub use connection::{Connection, ConnectionStatus};
use connection_panel::ConnectionPanel;
pub use deeds::{Deed, do_deed, use_deeds};
use finder::{Finder, FinderField};
pub use foreign::{ForeignQueue, ForeignQueueProps};
pub use leaving::{Leave, LeaveProvider, LeaveProviderProps, use_leave, use_sign_out};
pub use newer::NewerBuild;
use newer::{Newer, Woken};
use not_kept::NotKept;
pub use rail::{Rail, RailProps, Unread};
use sound_blocked::SoundBlocked;

const MAIN_ID: &str = "main";

/// Props for [`Shell`].
#[derive(Properties, PartialEq)]
pub struct ShellProps {
    /// Which page is shown.
    pub route: Route,
    /// The page.
    pub children: Html,
}

/// The frame. It stays while the page inside changes.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let me = use_me();
    let unread = use_context::<Unread>().map_or(0, |unread| unread.0);
    use_page_change(props.route, unread);
    // Counts how often something else than its own button asked for the connection's panel.
    let panel = use_state(|| 0_u32);
    let on_panel = {
        let panel = panel.clone();
        Callback::from(move |()| panel.set(*panel + 1))
    };
    let asked = use_state(|| 0_u32);
    let on_open = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(*asked + 1))
    };
    // Absent while the account waits for this person's second factor.
    let chat = use_context::<Chat>();
    let finds = chat.is_some();
    html! {
        <>
            <SkipLink />
            <div class="app">
                <header class="topbar">
                    <div class="workspace">
                        <Mark />
                        <bdi class="truncate" title={me.account_name.clone()}>{ me.account_name.clone() }</bdi>
                    </div>
                    <div class="finder">
                        if chat.is_some() {
                            <FinderField {on_open} />
                        }
                    </div>
                    <div class="topbar-end">
                        <div class="connection-place">
                            if let Some(chat) = chat.clone() {
                                <ConnectionPanel {chat} asked={*panel} />
                            } else {
                                <ConnectionStatus />
                            }
                        </div>
                        <span class="rule-v" aria-hidden="true"></span>
                        <AccountMenu />
                    </div>
                </header>
                <div class="shell-notice">
                    <Newer />
                    if let Some(chat) = chat {
                        <NotKept chat={chat.clone()} />
                        <SoundBlocked />
                        <Behind chat={chat.clone()} on_show={on_panel} />
                        <Woken {chat} />
                    }
                </div>
                <Rail section={props.route.section()} />
                <main class="sheet" id={MAIN_ID} tabindex="-1">{ props.children.clone() }</main>
            </div>
            <div>
                if finds {
                    <Finder route={props.route} asked={*asked} />
                }
            </div>
        </>
    }
}

/// The first thing that the Tab key reaches: past the navigation, to the page.
#[component]
pub fn SkipLink() -> Html {
    let onclick = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus_page();
    });
    html! {
        <a class="skip" href={format!("#{MAIN_ID}")} {onclick}>{ t("nav.skip") }</a>
    }
}

/// Names the document after the page, with the count of unread conversations, and moves the focus to the page's heading when the section changes: not on the first
/// page, where the browser puts it, and not within a section, where the page itself knows better.
#[hook]
pub fn use_page_change(route: Route, unread: u64) {
    use_effect_with((route, unread), |(route, unread)| {
        show_badge(&t_with("app.title", &[("page", &route.heading())]), *unread);
    });
    let last = use_mut_ref(|| None::<Option<Section>>);
    use_effect_with(route.section(), move |section| {
        let before = last.replace(Some(*section));
        if before.is_some_and(|before| before != *section) {
            let main = main();
            if let Some(main) = &main {
                main.set_scroll_top(0);
            }
            // A page that has put the focus somewhere by itself knows why.
            let has_focus = main
                .zip(focused())
                .is_some_and(|(main, at)| main.contains(Some(&at)) && *main != *at);
            if !has_focus {
                focus_page();
            }
        }
    });
}

fn main() -> Option<web_sys::HtmlElement> {
    document()?.get_element_by_id(MAIN_ID)?.dyn_into().ok()
}

/// Puts the focus on the page's heading, unless a dialog stands over the page and has it.
pub(crate) fn focus_page() {
    if is_covered() {
        return;
    }
    let heading = document().and_then(|document| document.get_element_by_id(HEADING_ID));
    if let Some(target) = heading.or_else(|| main().map(Into::into)) {
        focus(&target);
    }
}
