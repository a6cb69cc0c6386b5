//! The list of conversations with its tabs and search.

use switchboard_contract::ids::ConversationId;
use switchboard_engine::inbox::Shelf;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::row::ConversationRow;
use crate::chat::{LiveChat, use_live_chat};
use crate::i18n::{t, t_with};
use crate::people::visitor_name;
use crate::ui::{
    Button, EmptyState, ErrorState, HEADING_ID, Icon, IconName, Loading, Notice, Skeleton, Tone,
};

/// The next page is asked for when this much is left below, in pixels.
const NEAR_END: i32 = 400;
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
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                search.set(input.value());
            }
        })
    };
    let onscroll = {
        let live = live.clone();
        Callback::from(move |event: Event| {
            let Some(list) = event.target_dyn_into::<Element>() else {
                return;
            };
            if list.scroll_height() - list.scroll_top() - list.client_height() < NEAR_END
                && live.error.is_none()
            {
                live.load_more();
            }
        })
    };
    let shown: Vec<ConversationId> = live
        .conversations
        .iter()
        .copied()
        .filter(|id| matches(&live, *id, &search))
        .collect();
    html! {
        <section class="pane pane-list" aria-labelledby={HEADING_ID}>
            <div class="pane-head"><h1 id={HEADING_ID} tabindex="-1">{ t("conversations.heading") }</h1></div>
            <div class="list-tools">
                <div class="field-wrap">
                    <Icon name={IconName::Search} />
                    <input
                        class="field field-quiet"
                        type="search"
                        aria-label={t("conversations.search")}
                        placeholder={t("conversations.search_hint")}
                        value={(*search).clone()}
                        {oninput}
                    />
                </div>
            </div>
            <Tabs shelf={props.shelf} on_shelf={props.on_shelf.clone()} />
            <div class="list-scroll" id="conversation-list" role="tabpanel" aria-label={shelf_label(props.shelf)} {onscroll}>
                <div>{ view_error(&live) }</div>
                <div>{ view_list(&live, props, &shown, &search) }</div>
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
            <button class="text-btn" type="button" {onclick}>{ t("error.retry") }</button>
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
                    <ErrorState title={t("conversations.failed")} error={error.clone()} busy={live.is_loading} {on_retry} />
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

#[derive(Properties, PartialEq)]
struct TabsProps {
    shelf: Shelf,
    on_shelf: Callback<Shelf>,
}

/// The tabs: one stop for the Tab key, arrows go between them.
#[component]
fn Tabs(props: &TabsProps) -> Html {
    let root = use_node_ref();
    let onkeydown = {
        let (root, on_shelf, current) = (root.clone(), props.on_shelf.clone(), props.shelf);
        Callback::from(move |event: KeyboardEvent| {
            let place = SHELVES.iter().position(|shelf| *shelf == current).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (place + 1) % SHELVES.len(),
                "ArrowLeft" => (place + SHELVES.len() - 1) % SHELVES.len(),
                "Home" => 0,
                "End" => SHELVES.len() - 1,
                _ => return,
            };
            event.prevent_default();
            on_shelf.emit(SHELVES[next]);
            let tabs = root.cast::<Element>().map(|root| root.children());
            let tab = tabs.and_then(|tabs| tabs.item(u32::try_from(next).unwrap_or(0)));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<Element>().ok()) {
                crate::browser::focus(&tab);
            }
        })
    };
    html! {
        <div class="tabs" role="tablist" aria-label={t("conversations.status")} ref={root} {onkeydown}>
            { for SHELVES.iter().map(|shelf| {
                let (shelf, on_shelf) = (*shelf, props.on_shelf.clone());
                let selected = shelf == props.shelf;
                html! {
                    <button
                        key={shelf.as_query()}
                        class="tab"
                        type="button"
                        role="tab"
                        aria-selected={selected.to_string()}
                        aria-controls="conversation-list"
                        tabindex={if selected { "0" } else { "-1" }}
                        onclick={Callback::from(move |_: MouseEvent| on_shelf.emit(shelf))}
                    >
                        { shelf_label(shelf) }
                    </button>
                }
            }) }
        </div>
    }
}
