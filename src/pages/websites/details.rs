//! One website: how it is, what was said there, and whether the widget is installed.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::CursorPage;
use switchboard_contract::website::{Website, WebsiteState, WebsiteStatusHistory};
use yew::prelude::*;

use super::check::CheckInstall;
use super::figures::WebsiteFigures;
use super::snippet::Snippet;
use super::{Heading, status_detail, use_may_change, website_status};
use crate::i18n::{day_and_time, t, t_with};
use crate::pages::latest_conversations::{LatestConversations, Width, latest_shape};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{EmptyState, Icon, IconName, IconSize, Link, Loading, Notice, Skeleton, Tone, view_query};

/// Conversations shown.
const LATEST: u32 = 8;

/// Props for [`WebsiteDetails`].
#[derive(Properties, PartialEq)]
pub struct WebsiteDetailsProps {
    /// Which website.
    pub id: WebsiteId,
}

/// The page.
#[component]
pub fn WebsiteDetails(props: &WebsiteDetailsProps) -> Html {
    let id = props.id;
    let may_change = use_may_change();
    let website = use_query(asks::website(id));
    let class = scoped!(
        r#"
        .grid {
            display: grid;
            grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
            gap: var(--space-8) var(--space-10);
            align-items: start;
        }
        .grid > section, .grid > div {
            min-inline-size: 0;
        }
        .facts {
            display: grid;
            grid-template-columns: auto minmax(0, 1fr);
            gap: var(--space-2) var(--space-4);
            overflow-wrap: anywhere;
        }
        .facts dt {
            color: var(--text-2);
        }
        .history {
            display: grid;
            gap: var(--space-2);
            max-block-size: 20rem;
            padding: 0;
            overflow: auto;
        }
        .install {
            display: grid;
            gap: var(--space-3);
        }

        @media (max-width: 1080px) {
            .grid {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    let name = website
        .data
        .as_ref()
        .map(|data| AttrValue::from(data.value.name.clone()));
    let ready = |website: &Website| {
        html! {
            <div class="grid">
                <Latest {id} />
                <Install website={website.clone()} />
                <History {id} />
                <Facts website={website.clone()} />
            </div>
        }
    };
    html! {
        <>
            <Heading text={name.unwrap_or_else(|| Route::Website { id }.heading())}>
                if may_change {
                    <Link class="btn" to={Route::WebsiteWidget { id }}>
                        <Icon name={IconName::Chat} size={IconSize::Small} />
                        { t("widget.heading") }
                    </Link>
                    <Link class="btn" to={Route::WebsiteSettings { id }}>
                        <Icon name={IconName::Settings} size={IconSize::Small} />
                        { t("website_settings.heading") }
                    </Link>
                }
            </Heading>
            <div class={classes!("page", class)}>
                <div>
                    if website.data.is_some() || website.error.is_none() {
                        <WebsiteFigures {id} />
                    }
                </div>
                <div>{ view_query(&website, &t("website.failed"), skeleton, ready) }</div>
            </div>
        </>
    }
}

/// The sections as they will stand, without what they say.
fn skeleton() -> Html {
    let section = |id: &'static str, title: AttrValue, body: Html| {
        html! {
            <section aria-labelledby={id}>
                <div class="section-head"><h2 {id}>{ title }</h2></div>
                <div>{ body }</div>
            </section>
        }
    };
    let block = |block: &'static str| html! { <Skeleton inline="100%" {block} /> };
    html! {
        <Loading label={t("website.loading")}>
            <div class="grid">
                { section("website-latest", t("overview.latest"), latest_shape(Width::Narrow, LATEST as usize)) }
                { section("website-install", t("website.install"), block("12rem")) }
                { section("website-history", t("website.history"), block("4rem")) }
                { section("website-facts", t("website.facts"), block("6rem")) }
            </div>
        </Loading>
    }
}

#[component]
fn Latest(props: &WebsiteDetailsProps) -> Html {
    let conversations = use_query(asks::conversations_of(props.id, LATEST));
    let ready = |page: &CursorPage<LiveChatConversation>| {
        if page.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Chat} title={t("website.no_conversations")} text={t("website.no_conversations_text")} />
            };
        }
        html! { <LatestConversations conversations={page.items.clone()} width={Width::Narrow} /> }
    };
    let skeleton = || html! { <Loading label={t("overview.latest_loading")}>{ latest_shape(Width::Narrow, LATEST as usize) }</Loading> };
    html! {
        <section aria-labelledby="website-latest">
            <div class="section-head"><h2 id="website-latest">{ t("overview.latest") }</h2></div>
            <div>{ view_query(&conversations, &t("overview.latest_failed"), skeleton, ready) }</div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct OfWebsite {
    website: Website,
}

/// Whether the widget is installed, by what its pages tell, and how to install it.
#[component]
fn Install(props: &OfWebsite) -> Html {
    let website = &props.website;
    let may_check = use_may_change();
    let (tone, text) = match website.status.state {
        WebsiteState::Online => (Tone::Info, t("website.installed")),
        WebsiteState::Degraded => (Tone::Warning, t("website.degraded_text")),
        WebsiteState::Silent => (Tone::Warning, t("website.silent_text")),
        WebsiteState::NeverSeen | WebsiteState::Unknown => (Tone::Info, t("website.never_seen_text")),
    };
    html! {
        <section aria-labelledby="website-install">
            <div class="section-head"><h2 id="website-install">{ t("website.install") }</h2></div>
            <div class="install">
                <Notice {tone}>
                    <div>
                        { website_status(website.status.state) }
                        <p>{ text }</p>
                        <p class="text-2">{ status_detail(website) }</p>
                    </div>
                </Notice>
                <p>{ t_with("website.install_hint", &[("domain", &website.domain)]) }</p>
                <Snippet public_key={website.public_key.clone()} />
                <div>
                    if may_check {
                        <CheckInstall website={website.id} />
                    }
                </div>
            </div>
        </section>
    }
}

#[component]
fn History(props: &WebsiteDetailsProps) -> Html {
    let history = use_query(asks::website_status(props.id));
    let ready = |found: &WebsiteStatusHistory| {
        if found.history.is_empty() {
            return html! {
                <EmptyState icon={IconName::Clock} title={t("website.no_history")} text={t("website.no_history_text")} />
            };
        }
        html! {
            <ol class="history" role="list" tabindex="0" aria-label={t("website.history")}>
                { for found.history.iter().map(|change| html! {
                    <li key={change.at.to_string()}>
                        <div class="row wrap">
                            { website_status(change.state) }
                            <time class="text-3" datetime={change.at.to_string()}>{ day_and_time(change.at) }</time>
                        </div>
                        <p class="text-2 small">{ change.reason.clone().unwrap_or_default() }</p>
                    </li>
                }) }
            </ol>
        }
    };
    let skeleton = || html! { <Loading label={t("website.history_loading")}><Skeleton inline="100%" block="4rem" /></Loading> };
    html! {
        <section aria-labelledby="website-history">
            <div class="section-head"><h2 id="website-history">{ t("website.history") }</h2></div>
            <div>{ view_query(&history, &t("website.history_failed"), skeleton, ready) }</div>
        </section>
    }
}

#[component]
fn Facts(props: &OfWebsite) -> Html {
    let website = &props.website;
    let hours = if website.business_hours.is_some() {
        t("website.by_hours")
    } else {
        t("website.always_open")
    };
    html! {
        <section aria-labelledby="website-facts">
            <div class="section-head"><h2 id="website-facts">{ t("website.facts") }</h2></div>
            <dl class="facts">
                <dt>{ t("website.domain") }</dt>
                <dd>{ website.domain.clone() }</dd>
                <dt>{ t("website.timezone") }</dt>
                <dd>{ website.timezone.clone() }</dd>
                <dt>{ t("website.hours") }</dt>
                <dd>{ hours }</dd>
            </dl>
        </section>
    }
}
