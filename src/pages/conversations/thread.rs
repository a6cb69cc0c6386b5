//! One conversation: who, the messages, and the place to answer.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation, Priority, Visibility};
use switchboard_engine::desk::Row;
use yew::prelude::*;

use super::actions::{Actions, Asked, Question};
use super::changes::ChangeNotices;
use super::composer::{Composer, Wish};
use super::deleting::GoneThread;
use super::keys::{Key, use_keys};
use super::list::{age_of, view_kept};
use super::message::MessageRows;
use super::people::{Typing, Viewers};
use super::tail::Tail;
use super::timer::{ConversationTimer, ConversationTimerProps};
use crate::auth::use_me;
use crate::chat::{
    Chat, ThreadView, Typed, use_chat, use_composing, use_conversation, use_looking_at, use_read_mark,
    use_returned, use_thread,
};
use crate::deeds::priority_name;
use crate::i18n::{day_and_time, t, t_with};
use crate::people::visitor_name;
use crate::ui::{
    Button, ButtonKind, ErrorState, Extent, IconButton, IconName, Loading, Notice, Skeleton, Tone,
    TryingAgain, use_reader, use_reading_place, while_retrying,
};

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
    let wish = use_wish(&chat, id);
    let asks = use_state_eq(|| None::<Question>);
    let on_ask = {
        let asks = asks.setter();
        use_callback((), move |asked: Option<Question>, ()| asks.set(asked))
    };
    let deps = (chat.clone(), id);
    let on_send = use_callback(deps.clone(), |(content, visibility), (chat, id): &(Chat, _)| {
        chat.send(*id, content, visibility);
    });
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
        <section class="thread" aria-label={t_with("conversation.with", &[("name", &name)])}>
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

#[derive(Properties)]
struct LogProps {
    id: ConversationId,
    thread: ThreadView,
    visitor: AttrValue,
}

impl PartialEq for LogProps {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.visitor == other.visitor
            && self.thread.rows == other.thread.rows
            && self.thread.is_loading == other.thread.is_loading
            && self.thread.has_more_before == other.thread.has_more_before
            && self.thread.error == other.thread.error
            && self.thread.retrying == other.thread.retrying
            && self.thread.is_loaded == other.thread.is_loaded
            && self.thread.retrying == other.thread.retrying
    }
}

/// The messages, the newest at the end. A reader at the end stays there; a reader further up stays where they are, also
/// when earlier messages come in above.
#[component]
fn Log(props: &LogProps) -> Html {
    let chat = use_chat();
    let me = use_me();
    let reader = use_reader();
    let tail = use_mut_ref(Tail::default);
    let start = tail.borrow_mut().start(&props.thread.rows, reader.is_at_end());
    let rows = &props.thread.rows[start..];
    let on_earlier = {
        let update = use_force_update();
        let deps = (chat.clone(), props.id);
        use_callback(deps, move |(), (chat, id)| {
            if tail.borrow_mut().extend() {
                update.force_update();
            } else {
                chat.more_of_thread(*id);
            }
        })
    };
    let on_near_start = {
        let failed = props.thread.error.is_some();
        use_callback((on_earlier.clone(), failed), |(), (on_earlier, failed)| {
            if !failed {
                on_earlier.emit(());
            }
        })
    };
    let place = use_reading_place(&reader, extent(rows), on_near_start);
    use_read_mark(props.id, props.thread.is_loaded && !place.has_news);
    let on_retry = {
        let chat = chat.clone();
        use_callback(chat, |id: MessageId, chat| chat.retry(id))
    };
    let on_discard = {
        let chat = chat.clone();
        use_callback(chat, |id: MessageId, chat| chat.discard(id))
    };
    let thread = &props.thread;
    html! {
        <div class="log-frame">
            <div class="log" role="log" aria-label={t("conversation.messages")} aria-live="off" tabindex="0" ref={place.node} onscroll={place.onscroll}>
                <div class="log-start">
                    { while_retrying(
                        thread.retrying.as_ref().filter(|_| thread.error.is_none()),
                        view_start(&chat, props, start > 0, on_earlier),
                    ) }
                </div>
                if thread.is_loaded || !thread.rows.is_empty() {
                    <MessageRows
                        rows={rows.to_vec()}
                        visitor={props.visitor.clone()}
                        me_id={me.id}
                        me_name={me.name.clone()}
                        {on_retry}
                        {on_discard}
                    />
                }
            </div>
            <div class="log-news">
                if place.has_news {
                    <Button kind={ButtonKind::Plain} icon={IconName::Down} onclick={place.to_end}>{ t("conversation.news") }</Button>
                }
            </div>
        </div>
    }
}

/// The outermost messages. Only stored ones count as the first: what waits comes in below.
fn extent(rows: &[Row]) -> Extent<MessageId> {
    let first = rows.iter().find_map(|row| match row {
        Row::Stored(message) => Some(message.id),
        Row::Queued(_) => None,
    });
    let (last, last_is_own) = match rows.last() {
        Some(Row::Stored(message)) => (Some(message.id), false),
        Some(Row::Queued(queued)) => (queued.entry.message_id(), true),
        None => (None, false),
    };
    Extent {
        first,
        last,
        last_is_own,
    }
}

/// Above the messages: what is loading, what failed, or that there is more.
fn view_start(chat: &Chat, props: &LogProps, has_more_here: bool, on_earlier: Callback<()>) -> Html {
    let thread = &props.thread;
    if let Some((error, fetch)) = &thread.error {
        let (chat, fetch) = (chat.clone(), fetch.clone());
        let retry = move || chat.reload(fetch.clone());
        if thread.is_loaded {
            return html! {
                <Notice tone={Tone::Danger}>
                    <span>{ t("conversation.failed") }{ " " }{ error.message() }</span>
                    <div>
                        if let Some(retrying) = &thread.retrying {
                            <TryingAgain retrying={retrying.clone()} brief=true />
                        } else {
                            <button class="text-btn" type="button" onclick={Callback::from(move |_: MouseEvent| retry())}>
                                { t("error.retry") }
                            </button>
                        }
                    </div>
                </Notice>
            };
        }
        return html! {
            <ErrorState
                title={t("conversation.failed")}
                error={error.clone()}
                busy={thread.is_loading}
                retrying={thread.retrying.clone()}
                on_retry={Callback::from(move |()| retry())}
            />
        };
    }
    if !thread.is_loaded {
        return html! {
            <Loading label={t("conversation.loading")}>
                <div class="stack">
                    <Skeleton inline="55%" block="2.5rem" />
                    <Skeleton inline="40%" block="2.5rem" />
                    <Skeleton inline="60%" block="3.75rem" />
                </div>
            </Loading>
        };
    }
    if !thread.has_more_before && !has_more_here {
        return html! { <span hidden=true /> };
    }
    let onclick = on_earlier.reform(|_: MouseEvent| ());
    html! { <Button kind={ButtonKind::Quiet} busy={thread.is_loading} {onclick}>{ t("conversation.earlier") }</Button> }
}
