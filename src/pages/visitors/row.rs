//! One person in the table of those on the sites.

use switchboard_contract::live_chat::{LiveChatUser, Visit};
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::super::start::Start;
use crate::chat::use_directory;
use crate::deeds::Names;
use crate::i18n::{country_name, duration_short, t, t_with};
use crate::people::{short_address, visitor_name};
use crate::routes::Route;
use crate::ui::{Avatar, Icon, IconName, IconSize, Link};

/// The columns.
pub(super) fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("visitors.column_visitor") }</th>
                <th role="columnheader">{ t("visitors.column_page") }</th>
                <th role="columnheader">{ t("visitors.column_time") }</th>
                <th role="columnheader">{ t("visitors.column_country") }</th>
                <th role="columnheader" class="col-low">{ t("visitors.column_device") }</th>
                <th role="columnheader" class="col-low">{ t("visitors.column_referrer") }</th>
                <th role="columnheader">{ t("visitors.column_conversation") }</th>
            </tr>
        </thead>
    }
}

/// A device as an icon; its name is told beside it.
#[must_use]
pub fn device_icon(device: &str) -> IconName {
    match device {
        "phone" | "tablet" => IconName::Phone,
        _ => IconName::Monitor,
    }
}

/// Props for [`VisitorRow`].
#[derive(Properties, PartialEq)]
pub(super) struct VisitorRowProps {
    /// Who.
    pub visitor: LiveChatUser,
    /// Where, since when, and the conversation that goes on.
    pub visit: Option<Visit>,
    /// The website's name, where there are several.
    pub website: Option<AttrValue>,
    /// The time.
    pub now: Timestamp,
}

/// The row.
#[component]
pub(super) fn VisitorRow(props: &VisitorRowProps) -> Html {
    let directory = use_directory();
    let visitor = &props.visitor;
    let name = visitor_name(visitor);
    let page = visitor
        .page_title
        .as_ref()
        .filter(|title| !title.is_empty())
        .or(visitor.page.as_ref())
        .map_or_else(|| t("visitors.no_page"), |page| AttrValue::from(page.clone()));
    let address = visitor.page.clone().map(AttrValue::from);
    let system = [visitor.browser.as_str(), visitor.os.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let country = visitor
        .country
        .as_deref()
        .map_or_else(|| "–".to_owned(), country_name);
    let stay = props.visit.as_ref().map_or_else(
        || "–".to_owned(),
        |visit| duration_short((props.now.as_millis() - visit.started_at.as_millis()) / 1_000),
    );
    let referrer = visitor.referrer.clone().unwrap_or_default();
    let with = props.visit.as_ref().and_then(|visit| visit.conversation.as_ref());
    let detail = visitor
        .email
        .clone()
        .filter(|email| *email != *name)
        .map(AttrValue::from);
    let detail = detail.or_else(|| props.website.clone());
    html! {
        <tr role="row">
            <td role="cell">
                <div class="cell-main">
                    <Avatar id={visitor.id.to_string()} name={visitor.name.clone().unwrap_or_default()} size="1.75rem" />
                    <div>
                        <bdi class="truncate strong" title={name.clone()}>{ name.clone() }</bdi>
                        if let Some(detail) = detail {
                            <div class="meta truncate" title={detail.clone()}><bdi>{ detail.clone() }</bdi></div>
                        }
                    </div>
                </div>
            </td>
            <td role="cell" data-label={t("visitors.column_page")} class="text-2">
                <bdi class="truncate" title={address}>{ page }</bdi>
            </td>
            <td role="cell" data-label={t("visitors.column_time")} class="text-2">{ stay }</td>
            <td role="cell" data-label={t("visitors.column_country")} class="text-2">{ country }</td>
            <td role="cell" data-label={t("visitors.column_device")} class="text-2 col-low">
                <span class="row">
                    <Icon name={device_icon(&visitor.device)} size={IconSize::Small} class="text-3" />
                    <span class="truncate">{ system }</span>
                </span>
            </td>
            <td role="cell" data-label={t("visitors.column_referrer")} class="text-2 col-low">
                <bdi class="truncate" title={referrer.clone()}>
                    { if referrer.is_empty() { "–".to_owned() } else { short_address(&referrer).to_owned() } }
                </bdi>
            </td>
            <td role="cell" data-label={t("visitors.column_conversation")} class="text-2">
                <div class="row">
                    if let Some(conversation) = with {
                        <Link class="link-quiet" to={Route::Conversation { id: conversation.id }} title={conversation.last_message.clone()}>
                            { match conversation.assignee_id {
                                Some(member) => directory.member(member).map_or_else(
                                    || t("visitors.with_you"),
                                    |name| t_with("visitors.with", &[("name", &name)]),
                                ),
                                None => t("visitors.with_nobody"),
                            } }
                        </Link>
                    }
                    <Start visitor={visitor.clone()} />
                </div>
            </td>
        </tr>
    }
}
