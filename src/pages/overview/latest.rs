//! The conversations with the newest activity.

use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::CursorPage;
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::{day_and_time, duration_short, list_time, t};
use crate::people::visitor_name;
use crate::query::Query;
use crate::routes::Route;
use crate::ui::{Avatar, EmptyState, IconName, Link, Loading, Skeleton, Table, view_query};

const ROWS: usize = 8;

/// Props for [`Latest`].
#[derive(Properties, PartialEq)]
pub struct LatestProps {
    /// Open conversations, newest activity first.
    pub conversations: Query<CursorPage<LiveChatConversation>>,
}

/// The section.
#[component]
pub fn Latest(props: &LatestProps) -> Html {
    let ready = |page: &CursorPage<LiveChatConversation>| {
        if page.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Chat} title={t("overview.nothing_open")} text={t("overview.nothing_open_text")} />
            };
        }
        html! {
            <Table label={t("overview.latest")} tight=true>
                { columns() }
                { head() }
                <tbody role="rowgroup">{ for page.items.iter().take(ROWS).map(row) }</tbody>
            </Table>
        }
    };
    html! {
        <section aria-labelledby="latest-heading">
            <div class="section-head">
                <h2 id="latest-heading">{ t("overview.latest") }</h2>
                <Link class="link push" to={Route::Conversations}>{ t("overview.all_open") }</Link>
            </div>
            <div>{ view_query(&props.conversations, &t("overview.latest_failed"), skeleton, ready) }</div>
        </section>
    }
}

fn columns() -> Html {
    html! {
        <colgroup>
            <col style="inline-size:28%" />
            <col />
            <col style="inline-size:17%" />
            <col style="inline-size:4.75rem" />
            <col style="inline-size:5rem" />
        </colgroup>
    }
}

fn row(conversation: &LiveChatConversation) -> Html {
    let name = visitor_name(&conversation.user);
    let now = now().wall;
    let waiting = conversation
        .waiting_since
        .map(|since| duration_short((now.as_millis() - since.as_millis()) / 1_000));
    let route = Route::Conversation { id: conversation.id };
    html! {
        <tr role="row" key={conversation.id.to_string()}>
            <td role="cell">
                <Link class="row" to={route} title={name.clone()}>
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
            <td role="cell" data-label={t("overview.column_funnel")}>
                <bdi class="chip" title={conversation.funnel_name.clone()}>{ conversation.funnel_name.clone() }</bdi>
            </td>
            <td role="cell" data-label={t("overview.column_waiting")} class="end">
                if let Some(waiting) = waiting {
                    <span class="late">{ waiting }</span>
                } else {
                    <span class="text-3">{ "–" }</span>
                }
            </td>
            <td role="cell" class="end text-3 td-corner">
                <time datetime={conversation.last_message_at.to_string()} title={day_and_time(conversation.last_message_at)}>
                    { list_time(conversation.last_message_at, now) }
                </time>
            </td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("overview.latest_loading")}>
            <Table label="" tight=true>
                { columns() }
                { head() }
                <tbody role="rowgroup">
                    { for (0..6).map(|row| html! {
                        <tr key={row}>
                            <td><div class="row"><Skeleton inline="1.5rem" block="1.5rem" round=true /><Skeleton inline="8rem" /></div></td>
                            <td><Skeleton inline="80%" /></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="2rem" /></td>
                            <td><Skeleton inline="3rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}

fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("overview.column_visitor") }</th>
                <th role="columnheader">{ t("overview.column_message") }</th>
                <th role="columnheader">{ t("overview.column_funnel") }</th>
                <th role="columnheader" class="end">{ t("overview.column_waiting") }</th>
                <th role="columnheader" class="end">{ t("overview.column_time") }</th>
            </tr>
        </thead>
    }
}
