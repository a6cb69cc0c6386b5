//! What the browser and the website tell of somebody.

use std::collections::BTreeMap;

use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use crate::i18n::{country_name, day_and_time, language_name, t, time_in_zone};
use crate::people::short_address;
use crate::ui::use_minute;

/// A term, its value, and the value in full.
type Fact = (AttrValue, AttrValue, AttrValue);

/// Props for [`Facts`].
#[derive(Properties, PartialEq)]
pub(super) struct FactsProps {
    /// Who.
    pub visitor: LiveChatUser,
}

/// Where the person is and what they use; their local time goes on with each minute.
#[component]
pub(super) fn Facts(props: &FactsProps) -> Html {
    let now = use_minute();
    html! {
        <div class="panel-section">
            <h3>{ t("visitor.details") }</h3>
            { list(facts(&props.visitor, now)) }
        </div>
    }
}

/// Props for [`Attributes`].
#[derive(Properties, PartialEq)]
pub(super) struct AttributesProps {
    /// As the website set them.
    pub attributes: BTreeMap<String, String>,
}

/// What the website's own program says of the person.
#[component]
pub(super) fn Attributes(props: &AttributesProps) -> Html {
    let all = props.attributes.iter().map(|(name, value)| {
        let value = AttrValue::from(value.clone());
        (AttrValue::from(name.clone()), value.clone(), value)
    });
    html! {
        <div class="panel-section" hidden={props.attributes.is_empty()}>
            <h3>{ t("visitor.attributes") }</h3>
            { list(all.collect()) }
        </div>
    }
}

fn list(facts: Vec<Fact>) -> Html {
    html! {
        <dl class="facts">{ for facts.into_iter().map(|(term, value, title)| html! {
            <div key={term.to_string()}>
                <dt title={term.clone()}><bdi>{ term.clone() }</bdi></dt>
                <dd class="truncate" title={title}><bdi>{ value }</bdi></dd>
            </div>
        }) }</dl>
    }
}

fn facts(visitor: &LiveChatUser, now: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |term: AttrValue, value: String, title: Option<String>| {
        if !value.trim().is_empty() {
            let title = title.unwrap_or_else(|| value.clone());
            facts.push((term, AttrValue::from(value), AttrValue::from(title)));
        }
    };
    let page = visitor
        .page_title
        .clone()
        .filter(|title| !title.trim().is_empty());
    let page = page.or_else(|| visitor.page.clone());
    add(t("visitor.page"), page.unwrap_or_default(), visitor.page.clone());
    let referrer = visitor.referrer.as_deref().unwrap_or_default();
    add(
        t("visitor.referrer"),
        short_address(referrer).to_owned(),
        visitor.referrer.clone(),
    );
    let zone = visitor.timezone.as_deref();
    let local_time = zone.and_then(|zone| time_in_zone(now, zone));
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
    let system = [visitor.browser.as_str(), visitor.os.as_str()];
    let system: Vec<&str> = system.into_iter().filter(|part| !part.is_empty()).collect();
    add(t("visitor.device"), system.join(", "), None);
    add(t("visitor.first_seen"), day_and_time(visitor.first_seen_at), None);
    facts
}
