//! The messages of a thread as a log: only those near what is seen stand in the page, and nothing moves under the reader's
//! eyes.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_engine::desk::Row;
use switchboard_engine::passage::Target;
use switchboard_engine::store::action_id;
use web_sys::Element;
use yew::prelude::*;

use super::filter::address_of;
use super::message::{MessageRows, RowStretch, key};
use super::unread::{FirstUnread, use_first_unread};
use crate::auth::use_me;
use crate::browser::{Timeout, copy_text, origin, use_task};
use crate::chat::{Chat, ThreadView, use_chat, use_read_mark};
use crate::i18n::{t, t_count, t_with};
use crate::ui::{
    Button, ButtonKind, ErrorState, IconName, Loading, LogEntries, Notice, Skeleton, Tone, TryingAgain,
    use_reading_place, use_toasts, while_retrying,
};

/// A message that was looked for is marked for so long, in milliseconds.
const MARKED_MS: u64 = 3_000;

/// Props for [`Log`].
#[derive(Properties)]
pub(super) struct LogProps {
    /// Which conversation.
    pub id: ConversationId,
    /// Its messages.
    pub thread: ThreadView,
    /// What the visitor is called.
    pub visitor: AttrValue,
}

impl PartialEq for LogProps {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.thread, &other.thread);
        self.id == other.id
            && self.visitor == other.visitor
            && own.rows == others.rows
            && own.is_loading == others.is_loading
            && own.has_more_before == others.has_more_before
            && own.error == others.error
            && own.retrying == others.retrying
            && own.is_loaded == others.is_loaded
            && own.is_at_latest == others.is_at_latest
            && own.newest_seq == others.newest_seq
            && own.aim == others.aim
            && own.kept_at == others.kept_at
    }
}

/// The messages, the newest at the end. A reader at the end stays there; a reader further up stays where they are.
#[component]
pub(super) fn Log(props: &LogProps) -> Html {
    let id = props.id;
    let chat = use_chat();
    let me = use_me();
    let thread = &props.thread;
    let rows = &thread.rows;
    let unread = use_first_unread(id, thread);
    let (on_earlier, on_near_start, on_near_end) = use_more(&chat, id, thread);
    let aim = thread
        .aim
        .and_then(|aim| Some((aim.number, key_of(rows, aim.seq)?)));
    let marked = use_mark(aim);
    let entries = LogEntries {
        keys: rows.iter().map(key).collect(),
        last_is_own: matches!(rows.last(), Some(Row::Queued(_))),
        is_whole: thread.is_at_latest,
        aim,
        watched: unread.and_then(|unread| unread.id),
    };
    let on_seen = use_seen(id, rows);
    let place = use_reading_place(&entries, on_near_start, on_near_end, on_seen);
    let news = use_news(thread, place.is_away);
    let on_latest = {
        let to_end = place.to_end.clone();
        use_callback((chat.clone(), id, to_end), |(), (chat, id, to_end)| {
            chat.to_latest(*id);
            to_end.emit(());
        })
    };
    let onkeydown = use_log_keys(&chat, id, thread, &place.node, &on_latest);
    let on_retry = use_callback(chat.clone(), |id: MessageId, chat| chat.retry(id));
    let on_discard = use_callback(chat.clone(), |id: MessageId, chat| chat.discard(id));
    let on_edit = use_callback(chat.clone(), |id: MessageId, chat| chat.edit(action_id(id)));
    let on_release = use_callback(chat.clone(), |(), chat: &Chat| chat.release());
    let on_copy = use_copy_link(id);
    let drawn = &place.drawn;
    let stretches = drawn.stretches.iter();
    let stretches = stretches.map(|stretch| RowStretch::of(rows, stretch.entries.clone(), stretch.gap));
    html! {
        <div class="log-frame">
            <div class="log" role="log" aria-label={t("conversation.messages")} aria-live="off" tabindex="0" ref={place.node} onscroll={place.onscroll} {onkeydown}>
                <div class="log-start">
                    { while_retrying(
                        thread.retrying.as_ref().filter(|_| thread.error.is_none()),
                        view_start(&chat, props, &on_earlier),
                    ) }
                </div>
                <div class="log-rows" ref={place.entries} onfocusin={place.onfocusin} onfocusout={place.onfocusout}>
                    if thread.is_loaded || !rows.is_empty() {
                        <MessageRows
                            stretches={stretches.collect::<Vec<_>>()}
                            gap_after={drawn.after}
                            new_from={unread.and_then(|unread| unread.id)}
                            {marked}
                            visitor={props.visitor.clone()}
                            me_id={me.id}
                            me_name={me.name.clone()}
                            {on_retry}
                            {on_discard}
                            {on_edit}
                            {on_release}
                            on_copy={on_copy.clone()}
                        />
                    }
                </div>
            </div>
            <div class="log-first">
                if let Some(unread) = unread.filter(|unread| unread.is_before_rows || place.is_watched_above) {
                    <Button kind={ButtonKind::Plain} onclick={to_unread(&chat, id, unread)}>{ t("conversation.first_unread") }</Button>
                }
            </div>
            <div class="log-news">
                if place.is_away && thread.is_loaded {
                    <Button kind={ButtonKind::Plain} icon={IconName::Down} onclick={on_latest.reform(|_: MouseEvent| ())}>
                        { if news > 0 { t_count("conversation.news", news, &[]) } else { t("conversation.latest") } }
                    </Button>
                }
            </div>
        </div>
    }
}

fn key_of(rows: &[Row], seq: u64) -> Option<MessageId> {
    let place = rows.partition_point(|row| matches!(row, Row::Stored(message) if message.seq < seq));
    rows.get(place).map(key)
}

/// Hears of the last row that is seen. What waits behind the stored messages tells that all of them are.
#[hook]
fn use_seen(id: ConversationId, rows: &[Row]) -> Callback<MessageId> {
    let on_screen = use_read_mark(id);
    let shown = use_mut_ref(Vec::new);
    *shown.borrow_mut() = rows.to_vec();
    use_callback(on_screen, move |last: MessageId, on_screen| {
        let seq = {
            let rows = shown.borrow();
            let after = rows
                .iter()
                .rposition(|row| key(row) == last)
                .map_or(0, |at| at + 1);
            rows[..after].iter().rev().find_map(|row| match row {
                Row::Stored(message) => Some(message.seq),
                Row::Queued(_) => None,
            })
        };
        if let Some(seq) = seq {
            on_screen.emit(seq);
        }
    })
}

/// Copies the address of a message, and says so.
#[hook]
fn use_copy_link(id: ConversationId) -> Callback<u64> {
    let (toasts, task) = (use_toasts(), use_task());
    use_callback((toasts, id), move |seq: u64, (toasts, id)| {
        let (toasts, address) = (toasts.clone(), origin() + &address_of(*id, Some(seq)));
        task.run(async move {
            if copy_text(&address).await {
                toasts.status(t("message.link_copied"));
            } else {
                toasts.alert(t_with("message.link_not_copied", &[("address", &address)]));
            }
        });
    })
}

fn to_unread(chat: &Chat, id: ConversationId, unread: FirstUnread) -> Callback<MouseEvent> {
    let chat = chat.clone();
    Callback::from(move |_: MouseEvent| chat.jump(id, Target::Seq(unread.seq)))
}

/// Loads earlier messages, at the person's wish and when the start is near, and later ones when the end is. What has failed
/// is tried again at the person's wish only.
#[hook]
fn use_more(
    chat: &Chat,
    id: ConversationId,
    thread: &ThreadView,
) -> (Callback<()>, Callback<()>, Callback<()>) {
    let on_earlier = use_callback((chat.clone(), id), |(), (chat, id)| chat.more_of_thread(*id));
    let may = thread.error.is_none() && !thread.is_loading && thread.is_loaded;
    let before = may && thread.has_more_before;
    let on_near_start = use_callback((on_earlier.clone(), before), |(), (on_earlier, before)| {
        if *before {
            on_earlier.emit(());
        }
    });
    let after = may && !thread.is_at_latest;
    let on_near_end = use_callback((chat.clone(), id, after), |(), (chat, id, after)| {
        if *after {
            chat.later_of_thread(*id);
        }
    });
    (on_earlier, on_near_start, on_near_end)
}

/// The message that was looked for, for a while.
#[hook]
fn use_mark(aim: Option<(u64, MessageId)>) -> Option<MessageId> {
    let ended = use_state_eq(|| 0_u64);
    let setter = ended.setter();
    use_effect_with(aim.map(|(number, _)| number), move |number| {
        let timeout = number.map(|number| Timeout::new(MARKED_MS, move || setter.set(number)));
        move || drop(timeout)
    });
    aim.filter(|(number, _)| *number != *ended).map(|(_, key)| key)
}

/// How many messages have come in since the reader left the end.
#[hook]
fn use_news(thread: &ThreadView, is_away: bool) -> u64 {
    let seen = use_mut_ref(|| 0_u64);
    let mut seen = seen.borrow_mut();
    if !is_away || *seen == 0 {
        *seen = thread.newest_seq;
    }
    thread.newest_seq.saturating_sub(*seen)
}

/// `Home` leads to the thread's first message and `End` to its last one, also where those are not loaded.
#[hook]
fn use_log_keys(
    chat: &Chat,
    id: ConversationId,
    thread: &ThreadView,
    log: &NodeRef,
    on_latest: &Callback<()>,
) -> Callback<KeyboardEvent> {
    let has_more = (thread.has_more_before, !thread.is_at_latest);
    let deps = (chat.clone(), id, has_more, log.clone(), on_latest.clone());
    use_callback(
        deps,
        |event: KeyboardEvent, (chat, id, has_more, log, on_latest)| {
            let with_others = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
            if with_others || event.target_dyn_into::<Element>() != log.cast::<Element>() {
                return;
            }
            match event.key().as_str() {
                "Home" if has_more.0 => chat.jump(*id, Target::Seq(1)),
                "End" if has_more.1 => on_latest.emit(()),
                _ => return,
            }
            event.prevent_default();
        },
    )
}

/// Above the messages: what is loading, what failed, or that there is more.
fn view_start(chat: &Chat, props: &LogProps, on_earlier: &Callback<()>) -> Html {
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
    if !thread.has_more_before {
        return html! { <span hidden=true /> };
    }
    let onclick = on_earlier.reform(|_: MouseEvent| ());
    html! { <Button kind={ButtonKind::Quiet} busy={thread.is_loading} {onclick}>{ t("conversation.earlier") }</Button> }
}
