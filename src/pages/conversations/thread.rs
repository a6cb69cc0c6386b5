//! One conversation: who, the messages, and the place to answer.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::ConversationStatus;
use switchboard_engine::desk::Row;
use web_sys::Element;
use yew::prelude::*;

use super::composer::Composer;
use super::message::MessageRows;
use super::timer::{ConversationTimer, ConversationTimerProps};
use crate::auth::use_me;
use crate::chat::{Chat, ThreadView, use_chat, use_conversation, use_thread};
use crate::i18n::{t, t_with};
use crate::people::visitor_name;
use crate::ui::{
    Button, ButtonKind, EmptyState, ErrorState, IconButton, IconName, Loading, Notice, Skeleton, Tone,
};

/// Within this distance of the end the reader counts as being there, in pixels.
const AT_END: i32 = 48;
/// Earlier messages are asked for when this much is left above, in pixels.
const NEAR_START: i32 = 300;

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
    if thread.is_missing {
        let onclick = props.on_back.reform(|_: MouseEvent| ());
        return html! {
            <EmptyState icon={IconName::Chat} title={t("conversation.missing")} text={t("conversation.missing_text")}>
                <Button {onclick}>{ t("conversation.back") }</Button>
            </EmptyState>
        };
    }
    let name = conversation
        .as_ref()
        .map_or_else(AttrValue::default, |known| visitor_name(&known.user));
    let on_send = {
        let chat = chat.clone();
        Callback::from(move |(content, visibility)| chat.send(id, content, visibility))
    };
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
                    <h2 class="truncate"><bdi>{ name.clone() }</bdi></h2>
                    if let Some(known) = &conversation {
                        <div class="meta truncate">
                            <bdi>{ known.user.page_title.clone().or(known.user.page.clone()).unwrap_or_default() }</bdi>
                            { " · " }
                            <bdi>{ known.funnel_name.clone() }</bdi>
                        </div>
                    }
                </div>
                if let Some(known) = &conversation {
                    <ConversationTimer ..ConversationTimerProps::of(known) />
                }
                <IconButton
                    class="only-narrow"
                    icon={IconName::User}
                    label={t("visitor.show")}
                    onclick={props.on_visitor.reform(|_: MouseEvent| true)}
                />
            </div>
            <Log {id} {thread} visitor={name} />
            <Composer {id} draft={chat.draft(id)} {on_send} on_draft={keep_draft(&chat, id)} {closed} />
        </section>
    }
}

fn keep_draft(chat: &Chat, id: ConversationId) -> Callback<String> {
    let chat = chat.clone();
    Callback::from(move |text| chat.keep_draft(id, text))
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
            && self.thread.is_loaded == other.thread.is_loaded
    }
}

/// Where the reader is, kept between renders so that nothing moves under their eyes.
#[derive(Default)]
struct Reading {
    /// At the end, or not yet anywhere: new messages come into view by themselves.
    left_end: bool,
    /// From the end of the content to the top of what is seen, in pixels.
    from_end: i32,
    first: Option<MessageId>,
    last: Option<MessageId>,
}

/// The messages, the newest at the end. A reader at the end stays there; a reader further up stays where they are, also
/// when earlier messages come in above.
#[component]
fn Log(props: &LogProps) -> Html {
    let chat = use_chat();
    let me = use_me();
    let node = use_node_ref();
    let reading = use_mut_ref(Reading::default);
    let news = use_state(|| false);
    let (first, last) = (
        stored_ids(&props.thread.rows).next(),
        row_ids(&props.thread.rows).next_back(),
    );
    {
        let (node, reading, news) = (node.clone(), reading.clone(), news.clone());
        use_effect(move || {
            let Some(log) = node.cast::<Element>() else { return };
            let mut reading = reading.borrow_mut();
            if !reading.left_end {
                log.set_scroll_top(log.scroll_height());
            } else if reading.first != first {
                log.set_scroll_top(log.scroll_height() - reading.from_end);
            }
            if reading.left_end && reading.last.is_some() && reading.last != last && !*news {
                news.set(true);
            }
            (reading.first, reading.last) = (first, last);
        });
    }
    let onscroll = {
        let (reading, news, chat, id) = (reading.clone(), news.clone(), chat.clone(), props.id);
        let failed = props.thread.error.is_some();
        Callback::from(move |event: Event| {
            let Some(log) = event.target_dyn_into::<Element>() else {
                return;
            };
            let from_end = log.scroll_height() - log.scroll_top();
            {
                let mut reading = reading.borrow_mut();
                reading.from_end = from_end;
                reading.left_end = from_end - log.client_height() > AT_END;
                if !reading.left_end && *news {
                    news.set(false);
                }
            }
            if log.scroll_top() < NEAR_START && !failed {
                chat.more_of_thread(id);
            }
        })
    };
    let to_end = {
        let (node, reading, news) = (node.clone(), reading, news.clone());
        Callback::from(move |_: MouseEvent| {
            reading.borrow_mut().left_end = false;
            news.set(false);
            if let Some(log) = node.cast::<Element>() {
                log.set_scroll_top(log.scroll_height());
            }
        })
    };
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
            <div class="log" role="log" aria-label={t("conversation.messages")} aria-live="off" tabindex="0" ref={node} {onscroll}>
                <div class="log-start">{ view_start(&chat, props) }</div>
                if thread.is_loaded || !thread.rows.is_empty() {
                    <MessageRows
                        rows={thread.rows.clone()}
                        visitor={props.visitor.clone()}
                        me_id={me.id.to_string()}
                        me_name={me.name.clone()}
                        {on_retry}
                        {on_discard}
                    />
                }
            </div>
            <div class="log-news">
                if *news {
                    <Button kind={ButtonKind::Plain} icon={IconName::Down} onclick={to_end}>{ t("conversation.news") }</Button>
                }
            </div>
        </div>
    }
}

fn stored_ids(rows: &[Row]) -> impl Iterator<Item = MessageId> {
    rows.iter().filter_map(|row| match row {
        Row::Stored(message) => Some(message.id),
        Row::Queued(_) => None,
    })
}

fn row_ids(rows: &[Row]) -> impl DoubleEndedIterator<Item = MessageId> {
    rows.iter().map(|row| match row {
        Row::Stored(message) => message.id,
        Row::Queued(item) => item.id,
    })
}

/// Above the messages: what is loading, what failed, or that there is more.
fn view_start(chat: &Chat, props: &LogProps) -> Html {
    let (thread, id) = (&props.thread, props.id);
    if let Some((error, fetch)) = &thread.error {
        let (chat, fetch) = (chat.clone(), fetch.clone());
        let retry = move || chat.reload(fetch.clone());
        if thread.is_loaded {
            return html! {
                <Notice tone={Tone::Danger}>
                    <span>{ t("conversation.failed") }{ " " }{ error.message() }</span>
                    <button class="text-btn" type="button" onclick={Callback::from(move |_: MouseEvent| retry())}>
                        { t("error.retry") }
                    </button>
                </Notice>
            };
        }
        return html! {
            <ErrorState
                title={t("conversation.failed")}
                error={error.clone()}
                busy={thread.is_loading}
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
    if !thread.has_more_before {
        return html! { <span hidden=true /> };
    }
    let chat = chat.clone();
    let onclick = Callback::from(move |_: MouseEvent| chat.more_of_thread(id));
    html! { <Button kind={ButtonKind::Quiet} busy={thread.is_loading} {onclick}>{ t("conversation.earlier") }</Button> }
}
