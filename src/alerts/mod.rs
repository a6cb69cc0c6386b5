//! Alerts: what the person is told of what happens, in the page, on the desktop and by sounds. What is told, and when, is decided
//! in [`switchboard_engine::alerts`].
//!
//! | file | holds |
//! | --- | --- |
//! | `teller.rs` | carries out what is decided |
//! | `sound.rs`, `desktop.rs` | the browser's loudspeaker and its notifications |
//! | `badge.rs` | the count in the title and on the icon |
//! | `words.rs` | alerts in words |
//! | `device.rs` | what belongs to the device |

mod badge;
mod desktop;
mod device;
mod sound;
mod teller;
mod words;

use switchboard_contract::ids::{ConversationId, WebsiteId};
use switchboard_engine::alerts::Screen;
use yew::prelude::*;
use yew_router::hooks::{use_navigator, use_route};

use crate::auth::use_me;
use crate::browser::{Listener, document, has_focus, is_shown, window};
use crate::chat::{Topic, use_chat};
use crate::routes::Route;
use crate::ui::use_toasts;

pub use badge::show_badge;
pub use desktop::Permission;
pub use device::AlertDevice;
pub use sound::Heard;
pub use teller::Alerting;

/// Where an alert leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To a conversation, to answer it.
    To(ConversationId),
    /// To everything unread.
    ToUnread,
    /// To a website, to see what is wrong there.
    ToWebsite(WebsiteId),
}

/// How the last sound was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSound(pub Option<Heard>);

/// Props for [`AlertsProvider`].
#[derive(Properties, PartialEq)]
pub struct AlertsProviderProps {
    /// What stands below.
    pub children: Html,
}

/// Tells whoever is signed in what happens, as long as it is there.
///
/// # Panics
/// Outside of a [`crate::chat::ChatProvider`].
#[component]
pub fn AlertsProvider(props: &AlertsProviderProps) -> Html {
    let chat = use_chat();
    let me = use_me();
    let toasts = use_toasts();
    let heard = use_state_eq(|| None::<Heard>);
    let navigator = use_navigator();
    let alerting = use_memo((), |()| {
        let lead = {
            let chat = chat.clone();
            Callback::from(move |to: Lead| {
                let Some(navigator) = &navigator else { return };
                match to {
                    Lead::To(id) => {
                        navigator.push(&Route::Conversation { id });
                        chat.answer(id);
                    }
                    Lead::ToWebsite(id) => navigator.push(&Route::Website { id }),
                    Lead::ToUnread => {
                        // A pair of texts always has a query form.
                        let _ = navigator.push_with_query(&Route::Conversations, [("unread", "true")]);
                    }
                }
            })
        };
        let setter = heard.setter();
        let on_heard = Callback::from(move |heard| setter.set(Some(heard)));
        Alerting::new(me.id, chat.clone(), toasts, lead, on_heard)
    });
    let alerting = (*alerting).clone();
    use_effect_with((), {
        let (alerting, chat) = (alerting.clone(), chat.clone());
        move |()| {
            alerting.begin();
            alerting.status();
            let subscriptions = [
                {
                    let alerting = alerting.clone();
                    chat.watch_news(Callback::from(move |news| alerting.news(news)))
                },
                {
                    let alerting = alerting.clone();
                    chat.watch(Topic::Status, Callback::from(move |()| alerting.status()))
                },
            ];
            move || {
                drop(subscriptions);
                alerting.end();
            }
        }
    });
    use_effect_with(
        (alerting.clone(), me.notifications.clone()),
        |(alerting, settings)| {
            alerting.settings(settings.clone());
        },
    );
    use_effect_with((alerting.clone(), me.availability), |(alerting, availability)| {
        alerting.available(*availability);
    });
    use_screen(&alerting);
    html! {
        <ContextProvider<Alerting> context={alerting}>
            <ContextProvider<LastSound> context={LastSound(*heard)}>
                { props.children.clone() }
            </ContextProvider<LastSound>>
        </ContextProvider<Alerting>>
    }
}

/// Tells what the person sees of this tab, and looks at the device's settings when they come back to it.
#[hook]
fn use_screen(alerting: &Alerting) {
    let conversation = match use_route::<Route>() {
        Some(Route::Conversation { id }) => Some(id),
        _ => None,
    };
    use_effect_with((alerting.clone(), conversation), |(alerting, conversation)| {
        let (alerting, conversation) = (alerting.clone(), *conversation);
        let look = {
            let alerting = alerting.clone();
            move |here: bool| {
                let shown = here && is_shown();
                alerting.screen(Screen {
                    shown,
                    focused: shown && has_focus(),
                    conversation,
                });
            }
        };
        look(true);
        let on = |here: bool| {
            let look = look.clone();
            move |_: web_sys::Event| look(here)
        };
        let mut listeners = Vec::new();
        if let Some(window) = window() {
            for event in ["focus", "blur", "pageshow"] {
                listeners.push(Listener::new(&window, event, on(true)));
            }
            listeners.push(Listener::new(&window, "pagehide", on(false)));
            for event in ["focus", "storage"] {
                let alerting = alerting.clone();
                listeners.push(Listener::new(&window, event, move |_| alerting.look_at_device()));
            }
        }
        if let Some(document) = document() {
            listeners.push(Listener::new(&document, "visibilitychange", on(true)));
        }
        move || drop(listeners)
    });
}
