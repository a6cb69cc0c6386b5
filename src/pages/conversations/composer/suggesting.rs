//! What is offered for the word at the cursor, and what a choice puts in its place.

use std::ops::Range;

use switchboard_contract::live_chat::{CannedScope, Expansion, expand};
use switchboard_engine::composing::{Call, Kind, best};
use yew::prelude::*;

use super::aids::Aids;
use crate::api::Emoji;
use crate::i18n::t;
use crate::ui::{Avatar, Icon, IconName, IconSize, Suggestion};

/// More than this are not offered at once.
const MOST: usize = 50;
/// So many characters of a canned reply stand beside its title at most.
const DETAIL_CHARS: usize = 80;

/// What a choice puts in the place of the call.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The text.
    pub text: String,
    /// A variable in it that has no value, in bytes.
    pub missing: Option<Range<usize>>,
}

impl Insert {
    fn plain(text: String) -> Self {
        Self { text, missing: None }
    }
}

/// What is offered for a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// What the list is called.
    pub label: AttrValue,
    /// Its options, the best first.
    pub options: Vec<Suggestion>,
    /// What each would put in the place of the call.
    pub inserts: Vec<Insert>,
    /// Why there is nothing.
    pub instead: Option<AttrValue>,
}

impl Offer {
    fn add(&mut self, suggestion: Suggestion, insert: Insert) {
        self.options.push(suggestion);
        self.inserts.push(insert);
    }

    /// Whether anything is shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        !self.options.is_empty() || self.instead.is_some()
    }
}

/// What there is for a call. Members are named in notes only.
pub fn offer(call: &Call, aids: &Aids, emoji: &[Emoji], is_note: bool) -> Offer {
    match call.kind {
        Kind::Canned => canned(&call.query, aids),
        Kind::Member if is_note => members(&call.query, aids),
        Kind::Member => Offer::default(),
        Kind::Emoji => by_name(&call.query, emoji),
    }
}

fn canned(query: &str, aids: &Aids) -> Offer {
    let mut offer = Offer {
        label: t("canned.list"),
        ..Offer::default()
    };
    let Some(replies) = &aids.replies else {
        offer.instead = Some(if aids.replies_failed {
            t("canned.failed")
        } else {
            t("canned.loading")
        });
        return offer;
    };
    if replies.is_empty() && query.is_empty() {
        offer.instead = Some(t("canned.none"));
    }
    let found = best(
        query,
        replies.iter(),
        |reply| (reply.shortcut.as_str(), reply.title.as_str()),
        MOST,
    );
    for reply in found {
        let Expansion { text, missing } = expand(&reply.content, &aids.values);
        let lead = match reply.scope {
            CannedScope::Shared => IconName::Users,
            CannedScope::Personal => IconName::User,
        };
        let beginning: String = text
            .chars()
            .map(|c| if c == '\n' { ' ' } else { c })
            .take(DETAIL_CHARS)
            .collect();
        let detail = if reply.title.is_empty() {
            beginning
        } else {
            format!("{} – {beginning}", reply.title)
        };
        let suggestion = Suggestion {
            key: AttrValue::from(reply.id.to_string()),
            lead: html! { <Icon name={lead} size={IconSize::Small} /> },
            text: AttrValue::from(format!("/{}", reply.shortcut)),
            detail: AttrValue::from(detail),
        };
        let missing = missing.into_iter().next();
        offer.add(suggestion, Insert { text, missing });
    }
    offer
}

fn members(query: &str, aids: &Aids) -> Offer {
    let mut offer = Offer {
        label: t("mention.list"),
        ..Offer::default()
    };
    for (id, name) in best(query, aids.members.iter(), |(_, name)| (name, name), MOST) {
        let suggestion = Suggestion {
            key: AttrValue::from(id.to_string()),
            lead: html! { <Avatar id={id.to_string()} name={name.clone()} size="1.25rem" /> },
            text: AttrValue::from(name.clone()),
            detail: AttrValue::default(),
        };
        offer.add(suggestion, Insert::plain(format!("@{name} ")));
    }
    offer
}

fn by_name(query: &str, emoji: &[Emoji]) -> Offer {
    let mut offer = Offer {
        label: t("emoji.list"),
        ..Offer::default()
    };
    let found = best(query, emoji, |one| (one.short.as_str(), one.words.as_str()), MOST);
    for one in found {
        let suggestion = Suggestion {
            key: AttrValue::from(one.text.clone()),
            lead: html! { <span aria-hidden="true">{ one.text.clone() }</span> },
            text: AttrValue::from(format!(":{}:", one.short)),
            detail: AttrValue::default(),
        };
        offer.add(suggestion, Insert::plain(one.text.clone()));
    }
    offer
}

/// What a choice would bring, with what has no value marked.
pub fn preview(insert: &Insert) -> Html {
    let text = &insert.text;
    let Some(missing) = &insert.missing else {
        return html! { <bdi>{ text.clone() }</bdi> };
    };
    html! {
        <bdi>
            { text[..missing.start].to_owned() }
            <mark>{ text[missing.clone()].to_owned() }</mark>
            { text[missing.end..].to_owned() }
        </bdi>
    }
}
