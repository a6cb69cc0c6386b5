//! The actions that wait: what, where, since when, why, and what can be done about each.

use switchboard_contract::ids::ConversationId;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::Action;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::Connection;
use crate::browser::{Interval, now};
use crate::chat::{Chat, use_directory};
use crate::deeds::{reason, retry_text, what};
use crate::i18n::{day_and_time, relative, t};
use crate::people::visitor_name;
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Icon, IconName, Link};

/// How often the ages are told anew, in milliseconds.
const TICK_MS: u64 = 10_000;

/// Props for [`WaitingList`].
#[derive(Properties, PartialEq)]
pub(super) struct WaitingListProps {
    /// Whose queue.
    pub chat: Chat,
    /// What waits, in the order done.
    pub queue: Vec<Queued>,
    /// What it waits for.
    pub connection: Connection,
    /// The person goes to a conversation.
    pub on_leave: Callback<()>,
}

/// One item for each action.
#[component]
pub(super) fn WaitingList(props: &WaitingListProps) -> Html {
    let update = use_force_update();
    use_effect_with((), move |()| {
        let interval = Interval::new(TICK_MS, move || update.force_update());
        move || drop(interval)
    });
    let class = scoped!(
        r#"
        li {
            display: grid;
            grid-template-columns: 1rem minmax(0, 1fr);
            gap: var(--space-half) var(--space-3);
            padding: var(--space-2) var(--space-4) var(--space-3);
            border-block-start: 1px solid var(--line);
        }
        li:first-child {
            border-block-start: 0;
        }
        li > .icon {
            margin-block-start: 0.125rem;
            color: var(--text-3);
        }
        .is-refused > .icon, .is-refused .why {
            color: var(--danger-text);
        }
        .why {
            overflow-wrap: anywhere;
        }
        .waiting-acts {
            display: flex;
            flex-wrap: wrap;
            gap: 0 var(--space-3);
        }
        .text-btn {
            min-block-size: 1.5rem;
            border-radius: var(--radius-xs);
            color: var(--accent-text);
            font-size: var(--text-12);
            font-weight: var(--weight-medium);
        }
        .text-btn:hover {
            text-decoration: underline;
            text-underline-offset: 2px;
        }
        .text-btn-quiet {
            color: var(--text-2);
        }
        "#
    );
    html! {
        <ul {class} role="list" aria-label={t("connection.queue")}>
            { for props.queue.iter().enumerate().map(|(place, queued)| html! {
                <WaitingItem
                    key={queued.entry.id.to_string()}
                    chat={props.chat.clone()}
                    queued={queued.clone()}
                    connection={props.connection}
                    behind={is_behind(&props.queue[..place], queued)}
                    age={relative(queued.entry.queued_at, now().wall)}
                    on_leave={props.on_leave.clone()}
                />
            }) }
        </ul>
    }
}

/// Whether something in the same conversation was refused before it.
fn is_behind(before: &[Queued], queued: &Queued) -> bool {
    before
        .iter()
        .any(|earlier| earlier.entry.lane == queued.entry.lane && matches!(earlier.state, State::Blocked(_)))
}

#[derive(Properties, PartialEq)]
struct WaitingItemProps {
    chat: Chat,
    queued: Queued,
    connection: Connection,
    behind: bool,
    age: String,
    on_leave: Callback<()>,
}

#[component]
fn WaitingItem(props: &WaitingItemProps) -> Html {
    let WaitingItemProps { chat, queued, .. } = props;
    let directory = use_directory();
    let navigator = use_navigator();
    let entry = &queued.entry;
    let (id, conversation) = (entry.id, entry.lane.conversation);
    let is_message = matches!(entry.action, Action::Send(_));
    let problem = match &queued.state {
        State::Blocked(problem) => Some(problem),
        _ => None,
    };
    let route = Route::Conversation { id: conversation };
    let on_retry = {
        let chat = chat.clone();
        Callback::from(move |_: MouseEvent| chat.retry_action(id))
    };
    let on_edit = {
        let (chat, on_leave) = (chat.clone(), props.on_leave.clone());
        Callback::from(move |_: MouseEvent| {
            on_leave.emit(());
            chat.edit(id);
            if let Some(navigator) = &navigator {
                navigator.push(&route);
            }
        })
    };
    let on_discard = {
        let chat = chat.clone();
        Callback::from(move |_: MouseEvent| chat.discard_action(id))
    };
    let text = what(&entry.action, &directory);
    let icon = match (problem.is_some(), is_message) {
        (true, _) => IconName::Alert,
        (false, true) => IconName::Chat,
        (false, false) => IconName::Clock,
    };
    html! {
        <li class={classes!(problem.map(|_| "is-refused"))}>
            <Icon name={icon} />
            <div class="stack-0">
                <div class="strong truncate" title={text.clone()}>{ text.clone() }</div>
                <div class="small text-3 truncate">
                    <span onclick={props.on_leave.reform(|_: MouseEvent| ())}>
                        <Link class="link" to={route}><bdi>{ place_name(chat, conversation) }</bdi></Link>
                    </span>
                    { " · " }
                    <time datetime={entry.queued_at.to_string()} title={day_and_time(entry.queued_at)}>{ props.age.clone() }</time>
                </div>
                <div class="small text-2 why">{ why(props) }</div>
                <div class="small text-2" hidden={queued.kept || queued.state == State::Saving}>{ t("waiting.in_this_tab") }</div>
                <div class="waiting-acts">
                    if let Some(problem) = problem {
                        <button class="text-btn" type="button" aria-description={text.clone()} onclick={on_retry}>
                            { retry_text(&entry.action, problem) }
                        </button>
                    }
                    if is_message && queued.can_discard() {
                        <button class="text-btn" type="button" aria-description={text.clone()} onclick={on_edit}>
                            { t("waiting.edit") }
                        </button>
                    }
                    if queued.can_discard() {
                        <button class="text-btn text-btn-quiet" type="button" aria-description={text.clone()} onclick={on_discard}>
                            { t("message.discard") }
                        </button>
                    }
                </div>
            </div>
        </li>
    }
}

/// The visitor's name, where the conversation is known.
fn place_name(chat: &Chat, conversation: ConversationId) -> AttrValue {
    chat.read(|desk| desk.conversation(conversation))
        .map_or_else(|| t("waiting.a_conversation"), |known| visitor_name(&known.user))
}

fn why(props: &WaitingItemProps) -> AttrValue {
    let connected = matches!(props.connection, Connection::Live | Connection::Polling);
    match &props.queued.state {
        State::Blocked(problem) => reason(&props.queued.entry.action, problem),
        State::TakingBack => t("waiting.taking_back"),
        State::NeedsAuth => t("waiting.needs_auth"),
        State::Saving => t("waiting.saving"),
        State::Waiting | State::Sending if props.connection == Connection::SignedOutElsewhere => {
            t("waiting.needs_auth")
        }
        State::Waiting | State::Sending if props.behind => t("waiting.behind"),
        State::Waiting | State::Sending if !connected => t("waiting.connection"),
        State::Sending => t("waiting.sending"),
        State::Waiting => t("waiting.turn"),
    }
}
