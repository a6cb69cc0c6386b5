//! Starts the chat of whoever is signed in and gives it to everything below.

use std::cell::RefCell;
use std::rc::Rc;

use switchboard_engine::inbox::{Elsewhere, Filter};
use switchboard_engine::reports::Pace;
use switchboard_engine::socket::Status;
use yew::prelude::*;

use super::directory::DirectoryProvider;
use super::held::use_held;
use super::hooks::use_topic;
use super::people::use_own_presence;
use super::{Chat, Topic};
use crate::app::use_config;
use crate::auth::{AuthState, use_api, use_auth, use_me};
use crate::browser::{Interval, Timeout, is_shown, now, origin};
use crate::i18n::t_count;
use crate::query::asks::{self, topic};
use crate::query::{QueryClient, use_query_client};
use crate::realtime::realtime_url;
use crate::shell::{Connection, Unread};
use crate::ui::use_toasts;
use switchboard_engine::refresh::SignedOut;

/// Props for [`ChatProvider`].
#[derive(Properties, PartialEq)]
pub struct ChatProviderProps {
    /// What may use the chat.
    pub children: Html,
}

/// Connects when it appears and forgets everything when it goes: it stands only where someone is signed in.
///
/// Contexts are split by how often they change: the handle never does, the state of the connection now and then, the count
/// of unread conversations with each message.
///
/// # Panics
/// Outside of [`crate::app::App`].
#[component]
pub fn ChatProvider(props: &ChatProviderProps) -> Html {
    let api = use_api();
    let auth = use_auth();
    let config = use_config();
    let person = use_me();
    let me = person.id;
    let client = use_query_client();
    // Stands below a key that names the person: they never change under it.
    let session = auth.session().clone();
    let toasts = use_toasts();
    let chat = use_memo((), |()| {
        let session = session.clone();
        Chat::new(api, me, Callback::from(move |()| session.revoked()))
    });
    use_effect_with((), {
        let chat = (*chat).clone();
        let client = client.clone();
        let url = realtime_url(config.realtime_url.as_deref(), &config.api_base_url, &origin());
        move |()| {
            chat.start(url, me, move |store, values| client.attach(me, store, values));
            move || {
                if session.state() == AuthState::SignedOut(SignedOut::Revoked) {
                    // Nothing of it may stay on the device, and nobody could be asked. What no chat was open for is erased
                    // by the program itself (`app.rs`).
                    let lost = chat.queue_count().total();
                    if lost > 0 {
                        toasts.alert(t_count("leaving.lost", lost, &[]));
                    }
                    chat.forget();
                }
                chat.stop();
            }
        }
    });
    use_effect_with(person, move |person| client.keep_me(person.clone()));
    use_own_presence(&chat);
    use_invalidation(&chat);
    use_held(&chat);
    html! {
        <ContextProvider<Chat> context={(*chat).clone()}>
            <ConnectionProvider>
                <DirectoryProvider>
                    <UnreadProvider>{ props.children.clone() }</UnreadProvider>
                </DirectoryProvider>
            </ConnectionProvider>
        </ContextProvider<Chat>>
    }
}

/// What other pages load is asked for again when an event says that it has changed.
#[hook]
fn use_invalidation(chat: &Chat) {
    let client = use_query_client();
    use_effect_with(chat.clone(), move |chat| {
        let news = news_of_figures(client.clone());
        let subscriptions = Elsewhere::ALL.map(|what| {
            let client = client.clone();
            if what == Elsewhere::Reports {
                return chat.watch(Topic::Elsewhere(what), news.clone());
            }
            let changed: &[&str] = match what {
                Elsewhere::Websites => &[topic::WEBSITES],
                Elsewhere::Members => &[topic::MEMBERS],
                Elsewhere::Labels => &[topic::LABELS],
                Elsewhere::CannedReplies => &[topic::CANNED_REPLIES],
                Elsewhere::Sessions => &[topic::SESSIONS],
                Elsewhere::Conversations => &[topic::CONVERSATIONS, topic::LATEST],
                Elsewhere::Visitors => &[topic::VISITORS],
                Elsewhere::Reports => &[topic::REPORTS],
            };
            let tell = Callback::from(move |()| {
                for topic in changed {
                    client.invalidate(asks::all(topic));
                }
            });
            chat.watch(Topic::Elsewhere(what), tell)
        });
        move || drop(subscriptions)
    });
}

/// Figures, and conversations beside the inbox, that somebody looks at are asked for again at most once a second, however often they are said to have changed. While
/// the page is hidden nothing is asked: coming back to it asks anyway.
fn news_of_figures(client: QueryClient) -> Callback<()> {
    let pace = Rc::new(RefCell::new(Pace::default()));
    let timer = Rc::new(RefCell::new(None::<Timeout>));
    Callback::from(move |()| {
        if !is_shown() {
            return;
        }
        let after_ms = pace.borrow_mut().heard(now().monotonic);
        let Some(after_ms) = after_ms else { return };
        let (client, pace) = (client.clone(), pace.clone());
        let due = Timeout::new(after_ms, move || {
            pace.borrow_mut().asked(now().monotonic);
            client.invalidate(asks::all(topic::REPORTS));
            // Whatever is counted happened in a conversation: lists beside the inbox have it as well.
            client.invalidate(asks::all(topic::LATEST));
        });
        let before = timer.borrow_mut().replace(due);
        drop(before);
    })
}

/// The state of the connection, counted down once a second while it waits for its next try.
#[component]
fn ConnectionProvider(props: &ChatProviderProps) -> Html {
    let chat = super::use_chat();
    use_topic(&chat, Topic::Status);
    let update = use_force_update();
    let status = chat.status();
    use_effect_with(status, move |status| {
        let ticking = matches!(status, Status::Reconnecting { .. });
        let interval = ticking.then(|| Interval::new(1_000, move || update.force_update()));
        move || drop(interval)
    });
    html! {
        <ContextProvider<Connection> context={connection(status, now().monotonic)}>
            { props.children.clone() }
        </ContextProvider<Connection>>
    }
}

fn connection(status: Status, monotonic: u64) -> Connection {
    match status {
        Status::Idle | Status::Connecting => Connection::Connecting,
        Status::Live => Connection::Live,
        Status::Polling => Connection::Polling,
        Status::Reconnecting { at } => {
            let seconds = at.saturating_sub(monotonic).div_ceil(1_000);
            Connection::Reconnecting {
                seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            }
        }
        Status::Offline => Connection::Offline,
        Status::SignedOut | Status::Refused => Connection::SignedOutElsewhere,
        Status::UpdateNeeded => Connection::UpdateNeeded,
    }
}

/// How many of the open conversations that are loaded hold something unread.
#[component]
fn UnreadProvider(props: &ChatProviderProps) -> Html {
    let chat = super::use_chat();
    use_topic(&chat, Topic::Any);
    use_effect_with(chat.clone(), |chat| chat.show(Filter::default()));
    let unread = chat.read(|desk| {
        desk.list(&Filter::default())
            .filter_map(|id| desk.conversation(id))
            .filter(|conversation| conversation.unread_count > 0)
            .count()
    });
    html! {
        <ContextProvider<Unread> context={Unread(unread as u64)}>
            { props.children.clone() }
        </ContextProvider<Unread>>
    }
}
