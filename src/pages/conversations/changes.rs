//! What was done to the conversation and is not confirmed: that it waits, or why it was refused.

use switchboard_contract::ids::{ActionId, ConversationId};
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::Action;
use yew::prelude::*;

use crate::browser::Timeout;
use crate::chat::{use_changes, use_chat, use_directory};
use crate::deeds::{failed, reason, retry_text, will};
use crate::i18n::t;
use crate::shell::Connection;
use crate::ui::{Icon, IconName, IconSize};

/// A change that waits shorter than this, as every one does, is not worth a line, in milliseconds.
const PATIENCE_MS: u64 = 2_000;

/// Props for [`ChangeNotices`].
#[derive(Properties, PartialEq)]
pub struct ChangeNoticesProps {
    /// Which conversation.
    pub id: ConversationId,
}

/// One line for each change that waits for more than the answer of the server, and for each that was refused.
///
/// # Panics
/// Outside of a [`crate::chat::ChatProvider`].
#[component]
pub fn ChangeNotices(props: &ChangeNoticesProps) -> Html {
    let chat = use_chat();
    let changes = use_changes(props.id);
    let directory = use_directory();
    let connection = use_context::<Connection>().unwrap_or_default();
    let late = use_late(changes.first().map(|queued| queued.entry.id));
    let connected = matches!(connection, Connection::Live | Connection::Polling);
    let blocked = |queued: &Queued| matches!(queued.state, State::Blocked(_));
    let behind = chat
        .read(|desk| {
            desk.queue()
                .of(props.id)
                .find(blocked)
                .map(|queued| queued.entry.position)
        })
        .unwrap_or(u64::MAX);
    let line = |queued: &Queued| {
        let id = queued.entry.id;
        let refused = match &queued.entry.action {
            Action::Change(change) => failed(change, &directory),
            Action::Delete => t("deed.not_deleted"),
            Action::Send(_) | Action::Read { .. } => return None,
        };
        let when = match &queued.state {
            State::Blocked(problem) => {
                let (on_retry, on_discard) = (chat.clone(), chat.clone());
                let on_retry = Callback::from(move |_: MouseEvent| on_retry.retry_action(id));
                let on_discard = Callback::from(move |_: MouseEvent| on_discard.discard_action(id));
                return Some(html! {
                    <li key={id.to_string()} class="change is-refused" role="alert">
                        <Icon name={IconName::Alert} size={IconSize::Small} />
                        <span>{ refused }{ " " }{ reason(&queued.entry.action, problem) }</span>
                        <button class="text-btn" type="button" onclick={on_retry}>
                            { retry_text(&queued.entry.action, problem) }
                        </button>
                        <button class="text-btn text-btn-quiet" type="button" onclick={on_discard}>
                            { t("message.discard") }
                        </button>
                    </li>
                });
            }
            State::TakingBack => return None,
            State::NeedsAuth => t("deed.when_signed_in"),
            _ if queued.entry.position > behind => t("deed.when_decided"),
            _ if !connected => t("deed.when_online"),
            _ if late => t("deed.when_answered"),
            _ => return None,
        };
        // What is about to be deleted is no longer on the screen.
        let Action::Change(change) = &queued.entry.action else {
            return None;
        };
        Some(html! {
            <li key={id.to_string()} class="change">
                <Icon name={IconName::Clock} size={IconSize::Small} />
                <span>{ will(change, &directory, &when) }</span>
            </li>
        })
    };
    let lines: Vec<Html> = changes.iter().filter_map(line).collect();
    html! {
        <ul class="changes" role="list" aria-label={t("conversation.changes")} hidden={lines.is_empty()}>{ for lines }</ul>
    }
}

/// Whether the oldest change has waited longer than a request takes.
#[hook]
fn use_late(oldest: Option<ActionId>) -> bool {
    let late = use_state_eq(|| None::<ActionId>);
    {
        let setter = late.setter();
        use_effect_with(oldest, move |oldest| {
            let timeout = oldest.map(|id| Timeout::new(PATIENCE_MS, move || setter.set(Some(id))));
            move || drop(timeout)
        });
    }
    oldest.is_some() && *late == oldest
}
