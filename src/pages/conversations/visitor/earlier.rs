//! Other conversations of the same person.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationGist, ConversationStatus};
use yew::prelude::*;

use crate::i18n::{list_time, t};
use crate::routes::Route;
use crate::ui::{Link, use_minute};

/// Props for [`Earlier`].
#[derive(Properties, PartialEq)]
pub(super) struct EarlierProps {
    /// All of them, the newest first.
    pub conversations: Vec<ConversationGist>,
    /// The one beside which this stands.
    pub current: ConversationId,
}

/// A link to each of the others.
#[component]
pub(super) fn Earlier(props: &EarlierProps) -> Html {
    let now = use_minute();
    let others: Vec<&ConversationGist> = props
        .conversations
        .iter()
        .filter(|conversation| conversation.id != props.current)
        .collect();
    let view = |conversation: &&ConversationGist| {
        let said = conversation.last_message.trim();
        let text = if said.is_empty() {
            t("visitor.without_message")
        } else {
            AttrValue::from(said.to_owned())
        };
        let state = match (conversation.is_archived, conversation.status) {
            (true, _) => t("visitor.archived"),
            (false, ConversationStatus::Open) => t("visitor.open"),
            (false, _) => t("visitor.closed"),
        };
        html! {
            <li key={conversation.id.to_string()}>
                <Link to={Route::Conversation { id: conversation.id }} title={text.clone()}>
                    <bdi class="truncate">{ text.clone() }</bdi>
                    <span class="meta">{ format!("{} · {state}", list_time(conversation.last_message_at, now)) }</span>
                </Link>
            </li>
        }
    };
    html! {
        <div class="panel-section">
            <h3>{ t("visitor.earlier") }</h3>
            <div>
                if others.is_empty() {
                    <p class="text-3">{ t("visitor.no_earlier") }</p>
                } else {
                    <ul class="earlier" role="list" aria-label={t("visitor.earlier")}>{ for others.iter().map(view) }</ul>
                }
            </div>
        </div>
    }
}
