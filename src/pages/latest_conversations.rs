//! Conversations with the newest activity as a short table: one look, in full and beside something else.

use switchboard_contract::live_chat::LiveChatConversation;
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::{day_and_time, duration_short, list_time, t};
use crate::people::visitor_name;
use crate::routes::Route;
use crate::ui::{Avatar, Link, Skeleton, Table};

/// How much of each conversation there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Where it began, and how long the visitor waits, too.
    Full,
    /// Who, what and when.
    Narrow,
}

/// Props for [`LatestConversations`].
#[derive(Properties, PartialEq)]
pub struct LatestConversationsProps {
    /// The conversations, in their order.
    pub conversations: Vec<LiveChatConversation>,
    /// How much of each.
    pub width: Width,
}

/// The table.
#[component]
pub fn LatestConversations(props: &LatestConversationsProps) -> Html {
    let width = props.width;
    html! {
        <Table label={t("overview.latest")} tight=true>
            { columns(width) }
            { head(width) }
            <tbody role="rowgroup">{ for props.conversations.iter().map(|conversation| row(conversation, width)) }</tbody>
        </Table>
    }
}

/// The table as it will stand, without what it says.
pub fn latest_shape(width: Width, rows: usize) -> Html {
    let more = |inline: &'static str| match width {
        Width::Full => html! { <td><Skeleton {inline} /></td> },
        Width::Narrow => html! { <td hidden=true /> },
    };
    html! {
        <Table label="" tight=true>
            { columns(width) }
            { head(width) }
            <tbody role="rowgroup">
                { for (0..rows).map(|row| html! {
                    <tr key={row}>
                        <td><div class="row"><Skeleton inline="1.5rem" block="1.5rem" round=true /><Skeleton inline="8rem" /></div></td>
                        <td><Skeleton inline="80%" /></td>
                        { more("5rem") }
                        { more("2rem") }
                        <td><Skeleton inline="3rem" /></td>
                    </tr>
                }) }
            </tbody>
        </Table>
    }
}

fn columns(width: Width) -> Html {
    match width {
        Width::Full => html! {
            <colgroup>
                <col style="inline-size:28%" />
                <col />
                <col style="inline-size:17%" />
                <col style="inline-size:4.75rem" />
                <col style="inline-size:5rem" />
            </colgroup>
        },
        Width::Narrow => html! {
            <colgroup>
                <col style="inline-size:36%" />
                <col />
                <col style="inline-size:5rem" />
            </colgroup>
        },
    }
}

fn head(width: Width) -> Html {
    let (funnel, waiting) = match width {
        Width::Full => (
            html! { <th role="columnheader">{ t("overview.column_funnel") }</th> },
            html! { <th role="columnheader" class="end">{ t("overview.column_waiting") }</th> },
        ),
        Width::Narrow => (html! { <th hidden=true /> }, html! { <th hidden=true /> }),
    };
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("overview.column_visitor") }</th>
                <th role="columnheader">{ t("overview.column_message") }</th>
                { funnel }
                { waiting }
                <th role="columnheader" class="end">{ t("overview.column_time") }</th>
            </tr>
        </thead>
    }
}

fn row(conversation: &LiveChatConversation, width: Width) -> Html {
    let name = visitor_name(&conversation.user);
    let now = now().wall;
    let (funnel, waiting) = match width {
        Width::Full => (funnel(conversation), waiting(conversation)),
        Width::Narrow => (html! { <td hidden=true /> }, html! { <td hidden=true /> }),
    };
    html! {
        <tr role="row" key={conversation.id.to_string()}>
            <td role="cell">
                <Link class="row" to={Route::Conversation { id: conversation.id }} title={name.clone()}>
                    <Avatar
                        id={conversation.user_id.to_string()}
                        name={conversation.user.name.clone().unwrap_or_default()}
                        size="1.5rem"
                    />
                    <bdi class="strong truncate">{ name.clone() }</bdi>
                </Link>
            </td>
            <td role="cell" class="text-2">
                <bdi class="truncate" title={conversation.last_message.clone()}>{ conversation.last_message.clone() }</bdi>
            </td>
            { funnel }
            { waiting }
            <td role="cell" class="end text-3 td-corner">
                <time datetime={conversation.last_message_at.to_string()} title={day_and_time(conversation.last_message_at)}>
                    { list_time(conversation.last_message_at, now) }
                </time>
            </td>
        </tr>
    }
}

fn funnel(conversation: &LiveChatConversation) -> Html {
    let name = conversation.funnel_name.clone();
    html! {
        <td role="cell" data-label={t("overview.column_funnel")}>
            <bdi class="chip" title={name.clone()}>{ name.clone() }</bdi>
        </td>
    }
}

fn waiting(conversation: &LiveChatConversation) -> Html {
    let now = now().wall.as_millis();
    let waiting = conversation
        .waiting_since
        .map(|since| duration_short((now - since.as_millis()) / 1_000));
    html! {
        <td role="cell" data-label={t("overview.column_waiting")} class="end">
            if let Some(waiting) = waiting {
                <span class="late">{ waiting }</span>
            } else {
                <span class="text-3">{ "–" }</span>
            }
        </td>
    }
}
