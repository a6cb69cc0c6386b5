//! One conversation: who, the messages, and the place to answer.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation, Priority, Visibility};
use switchboard_engine::passage::Target;
use yew::prelude::*;
use yew_router::hooks::use_location;

use super::actions::{Actions, Asked, Question};
use super::changes::ChangeNotices;
use super::composer::{Composer, Wish, use_aids};
use super::deleting::GoneThread;
use super::files::{refusal, use_drop};
use super::filter::message_of;
use super::jump::JumpToDate;
use super::keys::{Key, use_keys};
use super::list::{age_of, view_kept};
use super::log::Log;
use super::people::{Typing, Viewers};
use super::timer::{ConversationTimer, ConversationTimerProps};
use crate::auth::use_me;
use crate::browser::Chosen;
use crate::chat::{
    Chat, Typed, use_attached, use_chat, use_composing, use_conversation, use_looking_at, use_returned,
    use_thread,
};
use crate::deeds::priority_name;
use crate::i18n::{day_and_time, t, t_with};
use crate::people::visitor_name;
use crate::ui::{IconButton, IconName, use_toasts};

/// Props for [`ThreadPane`].
#[derive(Properties, PartialEq)]
pub(super) struct ThreadPaneProps {
    /// Which conversation.
    pub id: ConversationId,
    /// Back to the list, on narrow screens.
    pub on_back: Callback<()>,
    /// Shows the visitor, where there is no room for both.
    pub on_visitor: Callback<bool>,
}

/// The second pane.
#[component]
pub(super) fn ThreadPane(props: &ThreadPaneProps) -> Html {
    let id = props.id;
    let chat = use_chat();
    let conversation = use_conversation(id);
    let thread = use_thread(id);
    let kept = thread
        .kept_at
        .map(|at| t_with("thread.kept", &[("age", &age_of(at))]));
    use_looking_at(id);
    use_linked_message(&chat, id);
    let wish = use_wish(&chat, id);
    let asks = use_state_eq(|| None::<Question>);
    let on_ask = {
        let asks = asks.setter();
        use_callback((), move |asked: Option<Question>, ()| asks.set(asked))
    };
    let deps = (chat.clone(), id);
    let me = use_me();
    let aids = use_aids(conversation.as_deref());
    let on_send = {
        let hold_ms = me.preferences.undo_send.hold_ms();
        let deps = (chat.clone(), id, aids.clone(), hold_ms);
        use_callback(
            deps,
            |(content, visibility): (String, _), (chat, id, aids, hold_ms)| {
                // A note only the team reads: it names members, and nobody waits to call it back.
                let (mentions, hold_ms) = match visibility {
                    Visibility::Public => (Vec::new(), *hold_ms),
                    Visibility::Internal => (aids.mentions(&content), 0),
                };
                // What is sent is seen to arrive.
                chat.to_latest(*id);
                chat.send_held(*id, content, visibility, mentions, hold_ms);
            },
        )
    };
    let files = use_attached(id);
    let toasts = use_toasts();
    let on_files = use_callback(
        (deps.clone(), toasts),
        |chosen: Vec<Chosen>, ((chat, id), toasts)| {
            for (name, unfit) in chat.attach(*id, chosen) {
                toasts.alert(refusal(&name, unfit));
            }
        },
    );
    let on_detach = use_callback(deps.clone(), |file, (chat, id)| chat.detach(*id, file));
    let drop = use_drop(&on_files);
    let on_release = use_callback(chat.clone(), |(), chat: &Chat| chat.release());
    let on_draft = use_callback(deps.clone(), |typed: Typed, (chat, id)| {
        chat.keep_draft(*id, typed)
    });
    let revision = use_composing(id);
    let read = use_callback(deps.clone(), |(), (chat, id)| chat.composing(*id));
    let on_other = use_callback(deps.clone(), |(visibility, takes), (chat, id)| {
        chat.settle_draft(*id, visibility, takes)
    });
    let on_typing = use_callback(deps, |visibility: Option<Visibility>, (chat, id)| {
        chat.typing(*id, visibility);
    });
    if let Some(gone) = thread.gone {
        return html! { <GoneThread {id} {gone} {thread} on_back={props.on_back.clone()} /> };
    }
    let name = conversation
        .as_ref()
        .map_or_else(AttrValue::default, |known| visitor_name(&known.user));
    let closed = conversation
        .as_ref()
        .is_some_and(|known| known.status == ConversationStatus::Closed);
    html! {
        <section
            class="thread"
            aria-label={t_with("conversation.with", &[("name", &name)])}
            ref={drop.area}
            ondragover={drop.ondragover}
            ondragleave={drop.ondragleave}
            ondrop={drop.ondrop}
        >
            <div class="drop-zone" hidden={!drop.is_over}>{ t("files.drop") }</div>
            <div class="pane-head thread-head">
                <IconButton
                    class="pane-back"
                    icon={IconName::Back}
                    label={t("conversation.back")}
                    onclick={props.on_back.reform(|_: MouseEvent| ())}
                />
                <div class="thread-who">
                    <h2 class="truncate" tabindex="-1" title={name.clone()}><bdi>{ name.clone() }</bdi></h2>
                    if let Some(known) = &conversation {
                        <div class="meta truncate">
                            <span class="timer-inline">
                                <ConversationTimer ..ConversationTimerProps::of(known).brief() />
                            </span>
                            { whereabouts(known) }
                        </div>
                    }
                </div>
                <div class="thread-viewers"><Viewers {id} /></div>
                <div class="thread-timer">
                    if let Some(known) = &conversation {
                        <ConversationTimer ..ConversationTimerProps::of(known) />
                    }
                </div>
                <JumpToDate {id} />
                <div class="thread-actions">
                    if let Some(known) = &conversation {
                        <Actions conversation={known.clone()} on_ask={on_ask.reform(Some)} />
                    }
                </div>
                <IconButton
                    class="only-narrow"
                    icon={IconName::User}
                    label={t("visitor.show")}
                    onclick={props.on_visitor.reform(|_: MouseEvent| true)}
                />
            </div>
            <Log {id} {thread} visitor={name.clone()} />
            <Typing {id} visitor={name} />
            <div>{ view_kept(kept) }</div>
            <ChangeNotices {id} />
            <Composer
                {id}
                {wish}
                {read}
                {revision}
                {on_send}
                {on_draft}
                {on_other}
                {on_typing}
                {closed}
                {aids}
                {on_release}
                {files}
                {on_files}
                {on_detach}
            />
            <div>
                if let (Some(question), Some(known)) = (*asks, &conversation) {
                    <Asked
                        {question}
                        conversation={known.clone()}
                        on_deleted={props.on_back.clone()}
                        on_close={on_ask.reform(|()| None)}
                    />
                }
            </div>
        </section>
    }
}

/// The message that the address names is shown, once for each address.
#[hook]
fn use_linked_message(chat: &Chat, id: ConversationId) {
    let location = use_location();
    let seq = message_of(location.as_ref().map_or("", |location| location.query_str()));
    use_effect_with((chat.clone(), id, seq), |(chat, id, seq)| {
        if let Some(seq) = seq {
            chat.jump(*id, Target::Seq(*seq));
        }
    });
}

/// What the keys and what came back to be changed ask of the composer.
#[hook]
fn use_wish(chat: &Chat, id: ConversationId) -> Option<Wish> {
    let asked = use_state(|| (0_u32, Visibility::Public));
    let on_key = {
        let asked = asked.clone();
        Callback::from(move |key| {
            let visibility = match key {
                Key::Reply => Visibility::Public,
                Key::Note => Visibility::Internal,
                _ => return false,
            };
            asked.set((asked.0 + 1, visibility));
            true
        })
    };
    use_keys(on_key);
    let (returned, visibility) = use_returned(id);
    let last = use_mut_ref(|| 0_u32);
    let new = last.replace(returned) != returned;
    let wish = use_mut_ref(|| None::<Wish>);
    let mut wish = wish.borrow_mut();
    let number = asked.0 + returned;
    if wish.as_ref().map_or(0, |wish| wish.number) != number {
        let visibility = visibility.filter(|_| new).unwrap_or(asked.1);
        *wish = Some(Wish {
            number,
            visibility,
            text: new.then(|| chat.composing(id).text(visibility).to_owned()),
        });
    }
    wish.clone()
}

/// How urgent it is and until when it is hidden, the page that the visitor looks at, and the funnel in which they wrote.
fn whereabouts(conversation: &LiveChatConversation) -> Html {
    let visitor = &conversation.user;
    let page = visitor.page_title.as_ref().or(visitor.page.as_ref());
    let urgent = Some(conversation.priority).filter(|priority| *priority != Priority::Normal);
    let urgent =
        urgent.map(|priority| t_with("conversation.priority", &[("priority", &priority_name(priority))]));
    let snoozed = conversation.snoozed_until;
    let snoozed = snoozed.map(|until| t_with("actions.snoozed", &[("time", &day_and_time(until))]));
    let places = page.into_iter().chain([&conversation.funnel_name]);
    let places = places.map(|place| AttrValue::from(place.clone()));
    let parts = urgent.into_iter().chain(snoozed).chain(places);
    let parts = parts.filter(|part| !part.is_empty()).enumerate();
    html! {
        <>
            { for parts.map(|(place, part)| html! {
                <span key={place}>{ if place > 0 { " · " } else { "" } }<bdi>{ part.clone() }</bdi></span>
            }) }
        </>
    }
}
