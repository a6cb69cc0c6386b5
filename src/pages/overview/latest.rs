//! The conversations with the newest activity.

use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::CursorPage;
use yew::prelude::*;

use crate::i18n::t;
use crate::pages::latest_conversations::{LatestConversations, Width, latest_shape};
use crate::query::Query;
use crate::routes::Route;
use crate::ui::{EmptyState, IconName, Link, Loading, view_query};

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
        let conversations: Vec<_> = page.items.iter().take(ROWS).cloned().collect();
        html! { <LatestConversations {conversations} width={Width::Full} /> }
    };
    let skeleton =
        || html! { <Loading label={t("overview.latest_loading")}>{ latest_shape(Width::Full, 6) }</Loading> };
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
