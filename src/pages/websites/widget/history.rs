//! What was published before, and the way back to it.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::WidgetHistory;
use yew::prelude::*;

use super::Part;
use crate::auth::use_api;
use crate::browser::use_task;
use crate::i18n::{day_and_time, t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{use_query, use_query_client};
use crate::ui::{Button, EmptyState, IconName, Loading, Skeleton, Table, use_toasts, view_query};

/// Props for [`History`].
#[derive(Properties, PartialEq)]
pub struct HistoryProps {
    /// Whose.
    pub website: WebsiteId,
    /// The draft's.
    pub version: u64,
    /// The version that visitors get.
    pub published: u64,
    /// Whether there are changes that are not saved: they would be mixed with what is restored.
    pub is_dirty: bool,
}

/// The publications, the newest first.
#[component]
pub fn History(props: &HistoryProps) -> Html {
    let (api, toasts, client, task) = (use_api(), use_toasts(), use_query_client(), use_task());
    let history = use_query(asks::widget_history(props.website));
    let (website, version, published) = (props.website, props.version, props.published);
    let on_restore = Callback::from(move |publication: u64| {
        let (api, toasts, client) = (api.clone(), toasts.clone(), client.clone());
        task.run(async move {
            match api.restore_widget(website, publication, version).await {
                Ok(_) => toasts.status(t("widget.restored")),
                Err(error) => toasts.alert(error.message()),
            }
            client.invalidate(asks::all(topic::WEBSITES));
        });
    });
    let is_dirty = props.is_dirty;
    let ready = |found: &WidgetHistory| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Clock} title={t("widget.no_history")} text={t("widget.no_history_text")} />
            };
        }
        html! {
            <Table label={t("widget.history")} tight=true>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader">{ t("widget.published") }</th>
                        <th role="columnheader">{ t("widget.published_by") }</th>
                        <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    { for found.items.iter().map(|item| {
                        let number = item.config.version;
                        let onclick = on_restore.reform(move |_: MouseEvent| number);
                        html! {
                            <tr role="row" key={number}>
                                <td role="cell"><time datetime={item.at.to_string()}>{ day_and_time(item.at) }</time></td>
                                <td role="cell" data-label={t("widget.published_by")}><bdi>{ item.by.clone().unwrap_or_else(|| "–".to_owned()) }</bdi></td>
                                <td role="cell" class="end">
                                    if number == published {
                                        <span class="chip">{ t("widget.current") }</span>
                                    } else {
                                        <Button disabled={is_dirty} {onclick} label={t_with("widget.restore_of", &[("when", &day_and_time(item.at))])}>
                                            { t("widget.restore") }
                                        </Button>
                                    }
                                </td>
                            </tr>
                        }
                    }) }
                </tbody>
            </Table>
        }
    };
    let skeleton = || html! { <Loading label={t("widget.history_loading")}><Skeleton inline="100%" block="4rem" /></Loading> };
    html! {
        <Part id="widget-history" title={t("widget.history")} about={t("widget.history_about")}>
            <div>{ view_query(&history, &t("widget.history_failed"), skeleton, ready) }</div>
        </Part>
    }
}
