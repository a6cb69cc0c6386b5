//! The list of conversations with its tabs and search.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::time::Timestamp;
use switchboard_engine::inbox::Shelf;
use yew::prelude::*;

use super::keys::{Key, use_keys};
use super::row::ConversationRow;
use super::views::Views;
use crate::api::Retrying;
use crate::browser::{focus_within, now};
use crate::chat::{LiveChat, use_live_chat};
use crate::i18n::{relative, t, t_with};
use crate::people::visitor_name;
use crate::ui::{
    Button, EmptyState, ErrorState, HEADING_ID, IconName, Loading, Notice, SearchField, Skeleton, Tabs, Tone,
    TryingAgain, use_near_end, while_retrying,
};

const PANEL_ID: &str = "conversation-list";
const SHELVES: [Shelf; 3] = [Shelf::Open, Shelf::Closed, Shelf::Archived];

/// Props for [`ListPane`].
#[derive(Properties, PartialEq)]
pub(super) struct ListPaneProps {
    /// Which list.
    pub shelf: Shelf,
    /// The conversation that is open.
    pub selected: Option<ConversationId>,
    /// Opens a conversation.
    pub on_open: Callback<ConversationId>,
    /// Shows another list.
    pub on_shelf: Callback<Shelf>,
}

/// The first pane.
#[component]
pub(super) fn ListPane(props: &ListPaneProps) -> Html {
    let live = use_live_chat(props.shelf);
    let search = use_state(String::new);
    let on_input = {
        let search = search.clone();
        Callback::from(move |text| search.set(text))
    };
    let onscroll = use_near_end({
        let live = live.clone();
        Callback::from(move |()| {
            if live.error.is_none() {
                live.load_more();
            }
        })
    });
    let on_select = props.on_shelf.reform(|place: usize| SHELVES[place]);
    let shown: Vec<ConversationId> = live
        .conversations
        .iter()
        .copied()
        .filter(|id| matches(&live, *id, &search))
        .collect();
    let root = use_node_ref();
    let on_key = {
        let (root, shown, selected) = (root.clone(), shown.clone(), props.selected);
        let on_open = props.on_open.clone();
        Callback::from(move |key| {
            let at = shown.iter().position(|id| Some(*id) == selected);
            let to = match (key, at) {
                (Key::Search, _) => return focus_within(&root, "input[type='search']"),
                (Key::Next, None) => 0,
                (Key::Next, Some(at)) => at + 1,
                (Key::Previous, Some(at)) if at > 0 => at - 1,
                _ => return false,
            };
            let Some(id) = shown.get(to) else { return false };
            on_open.emit(*id);
            // Where the list is out of sight this does nothing, and the page moves the focus.
            focus_within(&root, &format!("a[href$='{id}']"))
        })
    };
    use_keys(on_key);
    html! {
        <section class="pane pane-list" ref={root} aria-labelledby={HEADING_ID}>
            <div class="pane-head"><h1 id={HEADING_ID} tabindex="-1">{ t("conversations.heading") }</h1></div>
            <div class="list-tools">
                <SearchField
                    label={t("conversations.search")}
                    hint={t("conversations.search_hint")}
                    value={(*search).clone()}
                    {on_input}
                />
                <Views />
            </div>
            <Tabs
                label={t("conversations.status")}
                tabs={SHELVES.map(shelf_label).to_vec()}
                selected={SHELVES.iter().position(|shelf| *shelf == props.shelf).unwrap_or(0)}
                {on_select}
                controls={PANEL_ID}
            />
            <div class="list-scroll" id={PANEL_ID} role="tabpanel" aria-label={shelf_label(props.shelf)} {onscroll}>
                <div>{ view_kept(live.kept_at.map(|at| t_with("conversations.kept", &[("age", &age_of(at))]))) }</div>
                <div>{ view_error(&live) }</div>
                { while_retrying(retrying_alone(&live), view_list(&live, props, &shown, &search)) }
                <div>{ view_end(&live) }</div>
            </div>
        </section>
    }
}

fn matches(live: &LiveChat, id: ConversationId, search: &str) -> bool {
    let wanted = search.trim().to_lowercase();
    wanted.is_empty()
        || live.conversation(id).is_some_and(|conversation| {
            visitor_name(&conversation.user).to_lowercase().contains(&wanted)
                || conversation.last_message.to_lowercase().contains(&wanted)
        })
}

/// The try that is repeated, where no error stands that tells of it.
fn retrying_alone(live: &LiveChat) -> Option<&Retrying> {
    live.retrying.as_ref().filter(|_| live.error.is_none())
}

/// How long ago that was.
pub(super) fn age_of(at: Timestamp) -> String {
    relative(at, now().wall)
}

/// The words on what an earlier visit kept, where that is what is shown.
pub(super) fn view_kept(words: Option<AttrValue>) -> Html {
    match words {
        Some(words) => html! { <Notice><span>{ words }</span></Notice> },
        None => html! { <span hidden=true /> },
    }
}

fn view_error(live: &LiveChat) -> Html {
    let Some(error) = live.error.as_ref().filter(|_| live.is_loaded) else {
        return html! { <span hidden=true /> };
    };
    let onclick = {
        let live = live.clone();
        Callback::from(move |_: MouseEvent| live.reload())
    };
    html! {
        <Notice tone={Tone::Danger}>
            <span>{ t("conversations.failed") }{ " " }{ error.message() }</span>
            <div>
                if let Some(retrying) = &live.retrying {
                    <TryingAgain retrying={retrying.clone()} brief=true />
                } else {
                    <button class="text-btn" type="button" {onclick}>{ t("error.retry") }</button>
                }
            </div>
        </Notice>
    }
}

fn view_list(live: &LiveChat, props: &ListPaneProps, shown: &[ConversationId], search: &str) -> Html {
    if !live.is_loaded {
        return match &live.error {
            None => skeleton(),
            Some(error) => {
                let retry = live.clone();
                let on_retry = Callback::from(move |()| retry.reload());
                html! {
                    <ErrorState
                        title={t("conversations.failed")}
                        error={error.clone()}
                        busy={live.is_loading}
                        retrying={live.retrying.clone()}
                        {on_retry}
                    />
                }
            }
        };
    }
    if shown.is_empty() {
        return empty(props.shelf, search.trim(), live.has_more);
    }
    html! {
        <ul role="list" aria-label={t("conversations.heading")}>
            { for shown.iter().map(|id| html! {
                <li key={id.to_string()}>
                    <ConversationRow id={*id} selected={props.selected == Some(*id)} on_open={props.on_open.clone()} />
                </li>
            }) }
        </ul>
    }
}

fn empty(shelf: Shelf, search: &str, has_more: bool) -> Html {
    let (title, text) = match shelf {
        _ if !search.is_empty() && has_more => (
            t_with("conversations.no_match", &[("text", search)]),
            t("conversations.no_match_more"),
        ),
        _ if !search.is_empty() => (
            t_with("conversations.no_match", &[("text", search)]),
            t("conversations.no_match_text"),
        ),
        Shelf::Open => (t("conversations.empty_open"), t("conversations.empty_open_text")),
        Shelf::Closed => (
            t("conversations.empty_closed"),
            t("conversations.empty_closed_text"),
        ),
        Shelf::Archived => (
            t("conversations.empty_archived"),
            t("conversations.empty_archived_text"),
        ),
    };
    let icon = if search.is_empty() {
        IconName::Chat
    } else {
        IconName::Search
    };
    html! { <EmptyState {icon} {title} {text} /> }
}

/// Scrolling loads the next page by itself; the button is for those who do not scroll.
fn view_end(live: &LiveChat) -> Html {
    if !live.has_more {
        return html! { <span hidden=true /> };
    }
    let onclick = {
        let live = live.clone();
        Callback::from(move |_: MouseEvent| live.load_more())
    };
    html! {
        <div class="list-end">
            <Button {onclick} busy={live.is_loading}>{ t("conversations.show_more") }</Button>
        </div>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("conversations.loading")}>
            { for (0..8).map(|row| html! {
                <div class="conv" key={row}>
                    <Skeleton inline="2rem" block="2rem" round=true />
                    <div class="conv-body stack">
                        <Skeleton inline="45%" />
                        <Skeleton inline="80%" />
                        <Skeleton inline="30%" />
                    </div>
                </div>
            }) }
        </Loading>
    }
}

fn shelf_label(shelf: Shelf) -> AttrValue {
    match shelf {
        Shelf::Open => t("conversations.open"),
        Shelf::Closed => t("conversations.closed"),
        Shelf::Archived => t("conversations.archived"),
    }
}
