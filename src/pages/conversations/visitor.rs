//! Who the visitor is.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::LiveChatUser;
use yew::prelude::*;

use super::actions::Labels;
use crate::browser::now;
use crate::chat::{use_chat, use_conversation, use_conversation_trouble};
use crate::i18n::{country_name, day_and_time, language_name, t, time_in_zone};
use crate::people::{rating_name, visitor_name};
use crate::ui::{Avatar, ErrorState, IconButton, IconName, Loading, Skeleton, while_retrying};

/// Props for [`VisitorPane`].
#[derive(Properties, PartialEq)]
pub(super) struct VisitorPaneProps {
    /// Whose conversation.
    pub id: ConversationId,
    /// Back to the messages, where there is no room for both.
    pub on_close: Callback<bool>,
}

/// The third pane.
#[component]
pub(super) fn VisitorPane(props: &VisitorPaneProps) -> Html {
    let chat = use_chat();
    let conversation = use_conversation(props.id);
    let (error, retrying) = use_conversation_trouble(props.id);
    let Some(conversation) = conversation else {
        return match error {
            None => while_retrying(retrying.as_ref(), skeleton()),
            Some((error, fetch)) => {
                let on_retry = Callback::from(move |()| chat.reload(fetch.clone()));
                html! { <div><ErrorState title={t("visitor.failed")} {error} {retrying} {on_retry} /></div> }
            }
        };
    };
    let visitor = &conversation.user;
    let name = visitor_name(visitor);
    html! {
        <section class="visitor" role="region" aria-label={t("visitor.label")}>
            <div class="visitor-id">
                <IconButton
                    class="only-narrow"
                    icon={IconName::Back}
                    label={t("visitor.back")}
                    onclick={props.on_close.reform(|_: MouseEvent| false)}
                />
                <Avatar id={visitor.id.to_string()} name={visitor.name.clone().unwrap_or_default()} size="2.5rem" />
                <div class="truncate">
                    <h2 class="truncate" tabindex="-1" title={name.clone()}><bdi>{ name }</bdi></h2>
                    <div class="small text-3 truncate"><bdi>{ visitor.email.clone().unwrap_or_default() }</bdi></div>
                </div>
            </div>
            <Labels conversation={conversation.clone()} />
            <div>
                if let Some(rating) = conversation.rating {
                    <div class="panel-section">
                        <h3>{ t("rating.heading") }</h3>
                        <p class="strong">{ rating_name(rating) }</p>
                        <p class="rating-comment" dir="auto" hidden={conversation.rating_comment.is_none()}>
                            { conversation.rating_comment.clone().unwrap_or_default() }
                        </p>
                    </div>
                }
            </div>
            <div class="panel-section">
                <h3>{ t("visitor.details") }</h3>
                <dl class="facts">{ for facts(visitor).into_iter().map(|(term, value, title)| html! {
                    <div key={term.to_string()}>
                        <dt>{ term.clone() }</dt>
                        <dd class="truncate" title={title}><bdi>{ value }</bdi></dd>
                    </div>
                }) }</dl>
            </div>
        </section>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("visitor.loading")}>
            <div class="visitor-id">
                <Skeleton inline="2.5rem" block="2.5rem" round=true />
                <div class="stack"><Skeleton inline="8rem" /><Skeleton inline="10rem" /></div>
            </div>
            <div class="panel-section">
                { for ["60%", "75%", "40%", "55%"].map(|inline| html! { <Skeleton key={inline} {inline} /> }) }
            </div>
        </Loading>
    }
}

/// What is known: term, value, and the value in full.
fn facts(visitor: &LiveChatUser) -> Vec<(AttrValue, AttrValue, AttrValue)> {
    let mut facts = Vec::new();
    let mut add = |term: AttrValue, value: String, title: Option<String>| {
        if !value.trim().is_empty() {
            let title = title.unwrap_or_else(|| value.clone());
            facts.push((term, AttrValue::from(value), AttrValue::from(title)));
        }
    };
    let page = visitor.page_title.clone().or_else(|| visitor.page.clone());
    add(t("visitor.page"), page.unwrap_or_default(), visitor.page.clone());
    let referrer = visitor.referrer.as_deref().unwrap_or_default();
    add(
        t("visitor.referrer"),
        without_scheme(referrer).to_owned(),
        visitor.referrer.clone(),
    );
    let zone = visitor.timezone.as_deref();
    let local_time = zone.and_then(|zone| time_in_zone(now().wall, zone));
    add(
        t("visitor.local_time"),
        local_time.unwrap_or_default(),
        visitor.timezone.clone(),
    );
    let country = visitor.country.as_deref().map(country_name);
    add(t("visitor.country"), country.unwrap_or_default(), None);
    if !visitor.locale.is_empty() {
        add(t("visitor.language"), language_name(&visitor.locale), None);
    }
    let device = [visitor.browser.as_str(), visitor.os.as_str()];
    let device: Vec<&str> = device.into_iter().filter(|part| !part.is_empty()).collect();
    add(t("visitor.device"), device.join(", "), None);
    add(
        t("visitor.phone"),
        visitor.phone.clone().unwrap_or_default(),
        None,
    );
    add(t("visitor.first_seen"), day_and_time(visitor.first_seen_at), None);
    for (name, value) in &visitor.attributes {
        add(AttrValue::from(name.clone()), value.clone(), None);
    }
    facts
}

/// The part of an address that people read; the whole stands in the title.
fn without_scheme(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::without_scheme;

    #[test]
    fn addresses_are_read_without_their_scheme() {
        assert_eq!(without_scheme("https://search.example/"), "search.example");
        assert_eq!(
            without_scheme("https://search.example/q?x=1"),
            "search.example/q?x=1"
        );
        assert_eq!(without_scheme("nonsense"), "nonsense");
        assert_eq!(without_scheme(""), "");
    }
}
