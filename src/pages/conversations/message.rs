//! The messages of a thread: bubbles, notices, days, and how the person's own messages stand.

use std::ops::Range;

use switchboard_contract::ids::{MemberId, MessageId};
use switchboard_contract::live_chat::{LiveChatMessage, MessageType, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_engine::desk::Row;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::{Action, message_id};
use yew::prelude::*;

use super::files::{ShownFiles, WaitingFiles};
use super::mention::view_text;
use super::waiting::view_acts;
use crate::browser::now;
use crate::deeds::{colleague_reply, reason, retry_text};
use crate::i18n::{clock_time, day_and_time, local_day, t, t_with, weekday_date};
use crate::ui::{Avatar, Icon, IconButton, IconName, IconSize, view_prose};

/// Messages of one author further apart than this start a new group, in milliseconds.
const GROUP_MS: i64 = 5 * 60_000;

/// Rows that follow each other.
#[derive(Clone, Debug, PartialEq)]
pub struct RowStretch {
    /// The room of those before it that are not drawn, in pixels.
    pub gap: f64,
    /// The one before it, which is not drawn.
    pub before: Option<Row>,
    /// Stored messages in order, then those that wait.
    pub rows: Vec<Row>,
    /// The one after it, which is not drawn.
    pub after: Option<Row>,
}

impl RowStretch {
    /// All rows there are.
    #[must_use]
    pub const fn whole(rows: Vec<Row>) -> Self {
        Self {
            gap: 0.0,
            before: None,
            rows,
            after: None,
        }
    }

    /// Some of `all`.
    #[must_use]
    pub fn of(all: &[Row], range: Range<usize>, gap: f64) -> Self {
        Self {
            gap,
            before: range
                .start
                .checked_sub(1)
                .and_then(|before| all.get(before))
                .cloned(),
            after: all.get(range.end).cloned(),
            rows: all.get(range).unwrap_or_default().to_vec(),
        }
    }
}

/// Props for [`MessageRows`].
#[derive(Properties, PartialEq)]
pub struct MessageRowsProps {
    /// What is drawn.
    pub stretches: Vec<RowStretch>,
    /// The room of those after it that are not drawn, in pixels.
    #[prop_or_default]
    pub gap_after: f64,
    /// The first one that nobody of the team had read.
    #[prop_or_default]
    pub new_from: Option<MessageId>,
    /// The one that was looked for.
    #[prop_or_default]
    pub marked: Option<MessageId>,
    /// What the visitor is called.
    pub visitor: AttrValue,
    /// Who writes the messages that wait.
    pub me_id: MemberId,
    /// What that person is called.
    pub me_name: AttrValue,
    /// Tries a refused message again.
    pub on_retry: Callback<MessageId>,
    /// Gives a refused message up.
    pub on_discard: Callback<MessageId>,
    /// Takes the text of one that is not sent, or was refused, back to where one types.
    #[prop_or_default]
    pub on_edit: Callback<MessageId>,
    /// Lets go what is held back.
    #[prop_or_default]
    pub on_release: Callback<()>,
    /// Copies a link to the stored message with this `seq`.
    #[prop_or_default]
    pub on_copy: Callback<u64>,
}

/// What decides how a row looks beside its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    kind: MessageType,
    /// `None` for the visitor and automation.
    author: Option<MemberId>,
    internal: bool,
    at: Timestamp,
    day: i64,
}

impl Look {
    fn of(row: &Row, me: MemberId) -> Self {
        let (kind, author, internal, at) = match row {
            Row::Stored(message) => {
                let internal = message.visibility == Visibility::Internal;
                (message.kind, message.author_id, internal, message.created_at)
            }
            Row::Queued(queued) => {
                let internal = matches!(&queued.entry.action, Action::Send(draft) if draft.visibility == Visibility::Internal);
                (MessageType::Bot, Some(me), internal, queued.entry.queued_at)
            }
        };
        Self {
            kind,
            author,
            internal,
            at,
            day: local_day(at),
        }
    }

    fn is_notice(&self) -> bool {
        matches!(self.kind, MessageType::System | MessageType::Unknown)
    }

    fn groups_with(&self, before: &Self) -> bool {
        !self.is_notice()
            && self.kind == before.kind
            && self.author == before.author
            && self.internal == before.internal
            && self.at.as_millis() - before.at.as_millis() < GROUP_MS
            && self.day == before.day
    }
}

/// The rows, grouped by author and day. Before each stretch, and at the end, stands the room of what is not drawn.
#[component]
pub fn MessageRows(props: &MessageRowsProps) -> Html {
    let today = local_day(now().wall);
    let gap = |key: String, height: f64| {
        html! { <div {key} aria-hidden="true" style={format!("block-size:{height:.2}px")}></div> }
    };
    let stretches = props.stretches.iter().enumerate().flat_map(|(place, stretch)| {
        [gap(format!("before-{place}"), stretch.gap)]
            .into_iter()
            .chain(view_stretch(props, stretch, today))
    });
    html! {
        <>
            { for stretches }
            { gap("after".to_owned(), props.gap_after) }
        </>
    }
}

fn view_stretch(props: &MessageRowsProps, stretch: &RowStretch, today: i64) -> Vec<Html> {
    let look = |row: &Row| Look::of(row, props.me_id);
    let looks: Vec<Look> = stretch.rows.iter().map(look).collect();
    let (around, behind) = (
        stretch.before.as_ref().map(look),
        stretch.after.as_ref().map(look),
    );
    let rows = stretch.rows.iter().enumerate().map(|(place, row)| {
        let look = &looks[place];
        let before = place
            .checked_sub(1)
            .map_or(around.as_ref(), |before| looks.get(before));
        let after = looks.get(place + 1).or(behind.as_ref());
        let next = stretch.rows.get(place + 1).or(stretch.after.as_ref());
        let is_new = props.new_from == Some(key(row));
        let new_day = before.is_none_or(|before| before.day != look.day);
        let first = is_new || before.is_none_or(|before| !look.groups_with(before));
        // What is stored and what still waits each say so at their end.
        let before_queue = matches!((row, next), (Row::Stored(_), Some(Row::Queued(_))));
        let last = before_queue || after.is_none_or(|after| !after.groups_with(look));
        html! {
            <MessageRow
                key={key(row).to_string()}
                row={row.clone()}
                {first}
                {last}
                {is_new}
                is_marked={props.marked == Some(key(row))}
                day={new_day.then(|| day(look, today))}
                visitor={props.visitor.clone()}
                me_id={props.me_id}
                me_name={props.me_name.clone()}
                on_retry={props.on_retry.clone()}
                on_discard={props.on_discard.clone()}
                on_edit={props.on_edit.clone()}
                on_release={props.on_release.clone()}
                on_copy={props.on_copy.clone()}
            />
        }
    });
    rows.collect()
}

/// The same for a message while it waits and once it is stored, so that its bubble stays in place.
pub(super) fn key(row: &Row) -> MessageId {
    match row {
        Row::Stored(message) => message.id,
        Row::Queued(queued) => message_id(queued.entry.id),
    }
}

fn day(look: &Look, today: i64) -> AttrValue {
    match today - look.day {
        0 => t("time.today"),
        1 => t("time.yesterday"),
        _ => AttrValue::from(weekday_date(look.at)),
    }
}

#[derive(Properties, PartialEq)]
struct MessageRowProps {
    row: Row,
    /// Whether it begins its group.
    first: bool,
    /// Whether it ends it.
    last: bool,
    /// Whether it is the first one that nobody of the team had read.
    is_new: bool,
    /// Whether it was looked for.
    is_marked: bool,
    /// The day that begins with it.
    day: Option<AttrValue>,
    visitor: AttrValue,
    me_id: MemberId,
    me_name: AttrValue,
    on_retry: Callback<MessageId>,
    on_discard: Callback<MessageId>,
    on_edit: Callback<MessageId>,
    on_release: Callback<()>,
    on_copy: Callback<u64>,
}

/// One row; drawn again only when it looks otherwise, however many come in beside it.
#[component]
fn MessageRow(props: &MessageRowProps) -> Html {
    let seq = match &props.row {
        Row::Stored(message) => Some(message.seq.to_string()),
        Row::Queued(_) => None,
    };
    html! {
        <div class={classes!("log-row", props.is_marked.then_some("is-marked"))} data-seq={seq}>
            <div>
                if let Some(day) = &props.day {
                    <div class="day"><span>{ day.clone() }</span></div>
                }
                if props.is_new {
                    <div class="day day-new"><span>{ t("conversation.new") }</span></div>
                }
            </div>
            { view_row(props) }
        </div>
    }
}

fn view_row(props: &MessageRowProps) -> Html {
    let MessageRowProps { row, first, last, .. } = props;
    let (first, last) = (*first, *last);
    let look = Look::of(row, props.me_id);
    if let (true, Row::Stored(message)) = (look.is_notice(), row) {
        return html! { <p class="system"><bdi>{ message.content.clone() }</bdi></p> };
    }
    let (content, state) = match row {
        Row::Stored(message) => (
            view_text(&message.content, &message.mentions),
            stored_state(message, last),
        ),
        Row::Queued(queued) => (
            view_text(text(queued), mentions(queued)),
            queued_state(props, queued),
        ),
    };
    let is_blank = match row {
        Row::Stored(message) => message.content.is_empty(),
        Row::Queued(queued) => text(queued).is_empty(),
    };
    let files = view_files(props);
    let bubble = match row {
        Row::Queued(Queued {
            state: State::Blocked(_),
            ..
        }) => Some("bubble-failed"),
        Row::Queued(_) => Some("bubble-pending"),
        Row::Stored(_) => None,
    };
    let author = author(props);
    let by_visitor = look.kind == MessageType::User;
    let time = clock_time(look.at);
    let label = if look.internal {
        t_with("message.note_label", &[("name", &author), ("time", &time)])
    } else {
        t_with("message.label", &[("name", &author), ("time", &time)])
    };
    let side = if by_visitor { "msg-user" } else { "msg-bot" };
    let author_id = look.author.map_or_else(String::new, |id| id.to_string());
    html! {
        <div
            class={classes!("msg", side, look.internal.then_some("msg-note"), first.then_some("msg-first"))}
            role="article"
            aria-label={label}
        >
            if first && !by_visitor {
                <Avatar id={author_id} name={author.clone()} size="1.75rem" />
            }
            if first {
                <div class="msg-by">
                    if look.internal {
                        <Icon name={IconName::Lock} size={IconSize::Small} />
                        <span>{ t("message.note") }</span>
                    }
                    <b><bdi>{ author }</bdi></b>
                    <time class="num" datetime={look.at.to_string()} title={day_and_time(look.at)}>{ time }</time>
                </div>
            }
            <div class="msg-body">
                <div class={classes!("bubble", bubble)} dir="auto" hidden={is_blank}>{ content }</div>
                <div class="msg-files" hidden={!has_files(row)}>{ files }</div>
                { state }
            </div>
            <div class="msg-acts">
                if let Row::Stored(message) = row {
                    { copy_button(props, message.seq) }
                }
            </div>
        </div>
    }
}

fn has_files(row: &Row) -> bool {
    match row {
        Row::Stored(message) => !message.attachments.is_empty(),
        Row::Queued(queued) => !queued.entry.files().is_empty(),
    }
}

/// What was sent with it; nothing is drawn where that is nothing.
fn view_files(props: &MessageRowProps) -> Html {
    match &props.row {
        row if !has_files(row) => html! { <span hidden=true /> },
        Row::Stored(message) => html! { <ShownFiles files={message.attachments.clone()} /> },
        Row::Queued(queued) => {
            let id = message_id(queued.entry.id);
            let on_cancel = props.on_discard.reform(move |()| id);
            html! { <WaitingFiles queued={queued.clone()} {on_cancel} /> }
        }
    }
}

fn copy_button(props: &MessageRowProps, seq: u64) -> Html {
    let onclick = props.on_copy.reform(move |_: MouseEvent| seq);
    html! { <IconButton icon={IconName::Copy} size={IconSize::Small} label={t("message.copy_link")} {onclick} /> }
}

fn author(props: &MessageRowProps) -> AttrValue {
    match &props.row {
        Row::Queued(_) => props.me_name.clone(),
        Row::Stored(message) => match (message.kind, &message.author_name) {
            (MessageType::User, _) => props.visitor.clone(),
            (_, Some(name)) => AttrValue::from(name.clone()),
            (_, None) => t("message.automation"),
        },
    }
}

/// Under the last message of a group; the visitor's own need none, and nobody receives a note.
fn stored_state(message: &LiveChatMessage, last: bool) -> Html {
    if message.kind != MessageType::Bot || message.visibility == Visibility::Internal || !last {
        return html! { <span hidden=true /> };
    }
    let (class, icon, text) = match (message.read_at, message.delivered_at) {
        (Some(at), _) => (
            "delivery delivery-read",
            IconName::Checks,
            t_with("message.read", &[("time", &clock_time(at))]),
        ),
        (None, Some(_)) => ("delivery", IconName::Checks, t("message.delivered")),
        (None, None) => ("delivery", IconName::Check, t("message.sent")),
    };
    html! { <div {class}><Icon name={icon} size={IconSize::Small} /><span>{ text }</span></div> }
}

fn text(queued: &Queued) -> &str {
    match &queued.entry.action {
        Action::Send(draft) => &draft.content,
        Action::Change(_) | Action::Delete | Action::Read { .. } => "",
    }
}

fn mentions(queued: &Queued) -> &[MemberId] {
    match &queued.entry.action {
        Action::Send(draft) => &draft.mentions,
        Action::Change(_) | Action::Delete | Action::Read { .. } => &[],
    }
}

fn queued_state(props: &MessageRowProps, queued: &Queued) -> Html {
    let id = message_id(queued.entry.id);
    let State::Blocked(problem) = &queued.state else {
        let text = match &queued.state {
            State::TakingBack => t("message.taking_back"),
            State::NeedsAuth => t("message.needs_auth"),
            _ if !queued.kept && queued.state != State::Saving => t("message.pending_in_tab"),
            _ => t("message.pending"),
        };
        return html! {
            <div class="delivery">
                <Icon name={IconName::Clock} size={IconSize::Small} />
                <span>{ text }</span>
                { view_acts(queued, &props.on_edit, &props.on_release) }
            </div>
        };
    };
    let on_retry = props.on_retry.reform(move |_: MouseEvent| id);
    let on_discard = props.on_discard.reform(move |_: MouseEvent| id);
    let on_edit = props.on_edit.reform(move |_: MouseEvent| id);
    let reply = colleague_reply(problem);
    let why = match &reply {
        Some(reply) => {
            let name = reply.author_name.as_deref().unwrap_or_default();
            t_with("message.newer_reply_by", &[("name", name)])
        }
        None => reason(&queued.entry.action, problem),
    };
    html! {
        <div class="refused" role="alert">
            <div class="delivery delivery-failed">
                <Icon name={IconName::Alert} size={IconSize::Small} />
                <span>{ t("message.not_sent") }{ " " }{ why }</span>
            </div>
            <div>
                if let Some(reply) = reply {
                    <blockquote class="refused-for" dir="auto">{ view_prose(&reply.content) }</blockquote>
                }
            </div>
            <div class="refused-acts delivery-failed">
                <button class="text-btn" type="button" onclick={on_retry}>{ retry_text(&queued.entry.action, problem) }</button>
                <button class="text-btn" type="button" onclick={on_edit}>{ t("message.edit") }</button>
                <button class="text-btn text-btn-quiet" type="button" onclick={on_discard}>{ t("message.discard") }</button>
            </div>
        </div>
    }
}
