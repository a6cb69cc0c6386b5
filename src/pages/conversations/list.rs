//! The list of conversations with its tabs, its filters and its search.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::time::Timestamp;
use switchboard_engine::inbox::{Filter, Shelf, Sort};
use web_sys::Element;
use yew::prelude::*;

use super::bulk::BulkBar;
use super::filter::search_of;
use super::filters::{FilterChips, Filters, filter_words, is_narrowed, tab_of, use_known};
use super::keys::{Key, use_keys};
use super::row::ConversationRow;
use super::selection::{Choice, Selection};
use super::views::Views;
use crate::api::Retrying;
use crate::browser::{catch_focus, focus_within, focused, now};
use crate::chat::{LiveChat, use_live_chat};
use crate::i18n::{relative, t, t_with};
use crate::people::visitor_name;
use crate::ui::{
    Button, EmptyState, ErrorState, HEADING_ID, IconName, Loading, Notice, SearchField, Skeleton, Tabs, Tone,
    TryingAgain, VirtualList, use_near_end, use_search_text, while_retrying,
};

const PANEL_ID: &str = "conversation-list";
const SHELVES: [Shelf; 3] = [Shelf::Open, Shelf::Closed, Shelf::Archived];
/// So many of what this device holds are shown while the server searches, and above what it finds.
const FOUND_HERE: usize = 20;

/// Props for [`ListPane`].
#[derive(Properties, PartialEq)]
pub(super) struct ListPaneProps {
    /// Which list.
    pub filter: Filter,
    /// The conversation that is open.
    pub selected: Option<ConversationId>,
    /// Opens a conversation, at a message where one was found.
    pub on_open: Callback<(ConversationId, Option<u64>)>,
    /// Shows another list.
    pub on_filter: Callback<Filter>,
    /// The conversations that are chosen.
    pub chosen: UseReducerHandle<Selection>,
}

/// The first pane.
#[component]
pub(super) fn ListPane(props: &ListPaneProps) -> Html {
    let filter = &props.filter;
    let live = use_live_chat(filter);
    let on_search = {
        let (filter, on_filter) = (filter.clone(), props.on_filter.clone());
        Callback::from(move |search: String| {
            on_filter.emit(Filter {
                search: search_of(&search),
                ..filter.clone()
            });
        })
    };
    let (typed, on_input) = use_search_text(
        filter.search.as_str(),
        |text| search_of(text).as_str().to_owned(),
        &on_search,
    );
    let shown = use_shown(&live, filter, &typed);
    let scroller = use_node_ref();
    {
        let scroller = scroller.clone();
        use_effect_with(filter.clone(), move |_| {
            if let Some(scroller) = scroller.cast::<Element>() {
                scroller.set_scroll_top(0);
            }
        });
    }
    let onscroll = use_near_end({
        let live = live.clone();
        Callback::from(move |()| {
            if live.error.is_none() {
                live.load_more();
            }
        })
    });
    let on_tab = {
        let (filter, on_filter) = (filter.clone(), props.on_filter.clone());
        Callback::from(move |place: usize| {
            on_filter.emit(Filter {
                shelf: SHELVES[place],
                ..filter.clone()
            });
        })
    };
    let on_choose = {
        let dispatcher = props.chosen.dispatcher();
        // One for all rows and all of the list's states: no row is drawn again because another one moves.
        let list = use_mut_ref(Rc::<[ConversationId]>::default);
        list.replace(shown.clone());
        use_callback((), move |(id, is_range): (ConversationId, bool), ()| {
            dispatcher.dispatch(if is_range {
                Choice::UpTo(id, list.borrow().clone())
            } else {
                Choice::Toggle(id)
            });
        })
    };
    let root = use_node_ref();
    use_list_keys(props, &live, &shown, &root);
    {
        // The bar below the list goes with the choice, and may have had the focus.
        let (root, was_empty) = (root.clone(), use_mut_ref(|| true));
        use_effect_with(props.chosen.is_empty(), move |is_empty| {
            if !was_empty.replace(*is_empty) && *is_empty {
                catch_focus(&root, &["a[aria-current]".to_owned(), "[data-row] a".to_owned()]);
            }
        });
    }
    let tab = tab_of(filter.shelf);
    html! {
        <section class="pane pane-list" ref={root} aria-labelledby={HEADING_ID}>
            <div class="pane-head"><h1 id={HEADING_ID} tabindex="-1">{ t("conversations.heading") }</h1></div>
            <div class="list-tools">
                <SearchField
                    label={t("conversations.search")}
                    hint={t("conversations.search_hint")}
                    value={typed.clone()}
                    {on_input}
                />
                <Views />
                <Filters filter={filter.clone()} on_filter={props.on_filter.clone()} />
            </div>
            <div class="filter-place">
                if is_narrowed(filter) || filter.sort != Sort::default() {
                    <FilterChips filter={filter.clone()} on_filter={props.on_filter.clone()} />
                } else {
                    <span hidden=true />
                }
            </div>
            <Tabs
                label={t("conversations.status")}
                tabs={SHELVES.map(shelf_label).to_vec()}
                selected={SHELVES.iter().position(|shelf| *shelf == tab).unwrap_or(0)}
                on_select={on_tab}
                controls={PANEL_ID}
            />
            <div class={classes!("list-scroll", filter.is_search().then_some("is-search"), (!props.chosen.is_empty()).then_some("is-choosing"))} id={PANEL_ID} role="tabpanel" aria-label={shelf_label(tab)} ref={scroller.clone()} {onscroll}>
                <div>{ view_kept(live.kept_at.map(|at| t_with("conversations.kept", &[("age", &age_of(at))]))) }</div>
                <div>{ view_error(&live) }</div>
                {
                    while_retrying(
                        retrying_alone(&live),
                        view_list(&live, props, &shown, &List { typed: &typed, scroller, on_choose }),
                    )
                }
                <div>{ view_end(&live, &shown) }</div>
            </div>
            <div class="bulk-place">{ view_bulk(&live, props, &shown) }</div>
        </section>
    }
}

/// What the list shows: all of it; while something is searched for, first what this device knows to fit, as it stood when that
/// was typed, and then what the server found.
#[hook]
fn use_shown(live: &LiveChat, filter: &Filter, typed: &AttrValue) -> Rc<[ConversationId]> {
    let search = search_of(typed);
    let is_search = !search.is_empty();
    let here = use_memo((search, filter.unsearched()), |(search, filter)| {
        let wanted = search.as_str().to_lowercase();
        if wanted.is_empty() {
            return Vec::new();
        }
        live.pick(filter, FOUND_HERE, |conversation| fits(conversation, &wanted))
    });
    if !is_search {
        return live.conversations.clone();
    }
    let here_still = here.iter().copied().filter(|id| live.conversation(*id).is_some());
    let found = live.conversations.iter().copied();
    let found = found.filter(|id| filter.is_search() && !here.contains(id));
    here_still.chain(found).collect()
}

fn fits(conversation: &LiveChatConversation, wanted: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(wanted);
    holds(&visitor_name(&conversation.user))
        || conversation.user.email.as_deref().is_some_and(holds)
        || holds(&conversation.last_message)
}

/// The keys that go through the list.
#[hook]
fn use_list_keys(props: &ListPaneProps, live: &LiveChat, shown: &Rc<[ConversationId]>, root: &NodeRef) {
    // The row to which a key has gone takes the focus once it stands in the page.
    let goes_to = use_mut_ref(|| None::<ConversationId>);
    let on_key = {
        let (root, shown, selected) = (root.clone(), shown.clone(), props.selected);
        let (on_open, goes_to) = (props.on_open.clone(), goes_to.clone());
        let (live, chosen) = (live.clone(), props.chosen.dispatcher());
        Callback::from(move |key| {
            let at = shown.iter().position(|id| Some(*id) == selected);
            let to = match (key, at) {
                (Key::Search, _) => return focus_within(&root, "input[type='search']"),
                (Key::Choose, _) => {
                    let row = focused_row().or(selected).filter(|id| shown.contains(id));
                    if let Some(id) = row {
                        chosen.dispatch(Choice::Toggle(id));
                    }
                    return row.is_some();
                }
                (Key::Next, None) => 0,
                (Key::Next, Some(at)) => at + 1,
                (Key::Previous, Some(at)) if at > 0 => at - 1,
                _ => return false,
            };
            let Some(id) = shown.get(to) else { return false };
            goes_to.replace(Some(*id));
            on_open.emit((*id, live.found_in(*id).and_then(|found| found.seq)));
            // Where the list is out of sight this does nothing, and the page moves the focus.
            let _ = focus_row(&root, *id);
            true
        })
    };
    use_keys(on_key);
    let root = root.clone();
    use_effect_with(props.selected, move |selected| {
        if let Some(id) = goes_to.take().filter(|id| Some(*id) == *selected) {
            let _ = focus_row(&root, id);
        }
    });
}

/// The conversation in whose row the focus is.
fn focused_row() -> Option<ConversationId> {
    let row = focused()?.closest("[data-row]").ok().flatten()?;
    row.get_attribute("data-row")?.parse().ok()
}

fn focus_row(root: &NodeRef, id: ConversationId) -> bool {
    focus_within(root, &format!("[data-row='{id}'] a"))
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

/// What the list needs besides its conversations.
struct List<'a> {
    typed: &'a AttrValue,
    scroller: NodeRef,
    on_choose: Callback<(ConversationId, bool)>,
}

fn view_list(live: &LiveChat, props: &ListPaneProps, shown: &Rc<[ConversationId]>, list: &List<'_>) -> Html {
    let search = search_of(list.typed);
    if shown.is_empty() && !live.is_loaded {
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
    if shown.is_empty() && search != props.filter.search {
        return skeleton();
    }
    if shown.is_empty() {
        let filter = props.filter.clone();
        return if is_narrowed(&filter) {
            html! { <EmptyFiltered {filter} /> }
        } else {
            empty(&filter, None)
        };
    }
    let view = {
        let (selected, on_open) = (props.selected, props.on_open.clone());
        let (chosen, on_choose) = (props.chosen.clone(), list.on_choose.clone());
        let live = live.clone();
        Callback::from(move |id: ConversationId| {
            html! {
                <ConversationRow
                    {id}
                    found={live.found_in(id)}
                    selected={selected == Some(id)}
                    chosen={chosen.holds(id)}
                    on_open={on_open.clone()}
                    on_choose={on_choose.clone()}
                />
            }
        })
    };
    let key: String = props
        .filter
        .parameters()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}&"))
        .collect();
    html! {
        <VirtualList<ConversationId>
            key={key}
            label={t("conversations.heading")}
            keys={shown.clone()}
            {view}
            has_more={live.has_more}
            revealed={props.selected}
            scroller={list.scroller.clone()}
        />
    }
}

#[derive(Properties, PartialEq)]
struct EmptyFilteredProps {
    filter: Filter,
}

/// Nothing is on a list that is narrowed down, and by what.
#[component]
fn EmptyFiltered(props: &EmptyFilteredProps) -> Html {
    let known = use_known(&props.filter, true);
    empty(&props.filter, Some(&filter_words(&props.filter, &known)))
}

fn empty(filter: &Filter, words: Option<&str>) -> Html {
    let search = filter.search.as_str();
    let (icon, title, text) = match (search.is_empty(), words) {
        (false, None) => (
            IconName::Search,
            t_with("conversations.no_match", &[("text", search)]),
            t("conversations.no_match_text"),
        ),
        (false, Some(words)) => (
            IconName::Search,
            t_with("conversations.no_match", &[("text", search)]),
            t_with("conversations.no_match_filtered", &[("filter", words)]),
        ),
        (true, Some(words)) => (
            IconName::Filter,
            t("conversations.empty_filtered"),
            t_with("conversations.empty_filtered_text", &[("filter", words)]),
        ),
        (true, None) => {
            let (title, text) = match tab_of(filter.shelf) {
                Shelf::Closed => (
                    t("conversations.empty_closed"),
                    t("conversations.empty_closed_text"),
                ),
                Shelf::Archived => (
                    t("conversations.empty_archived"),
                    t("conversations.empty_archived_text"),
                ),
                _ => (t("conversations.empty_open"), t("conversations.empty_open_text")),
            };
            (IconName::Chat, title, text)
        }
    };
    html! { <EmptyState {icon} {title} {text} /> }
}

/// Scrolling loads the next page by itself; the button is for those who do not scroll.
fn view_end(live: &LiveChat, shown: &[ConversationId]) -> Html {
    if !live.is_loaded && live.error.is_none() && !shown.is_empty() {
        return html! { <p class="list-end" role="status">{ t("conversations.searching") }</p> };
    }
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

fn view_bulk(live: &LiveChat, props: &ListPaneProps, shown: &Rc<[ConversationId]>) -> Html {
    if props.chosen.is_empty() {
        return html! { <span hidden=true /> };
    }
    let choose = props.chosen.dispatcher();
    let on_all = {
        let (choose, shown) = (choose.clone(), shown.clone());
        Callback::from(move |()| choose.dispatch(Choice::All(shown.clone())))
    };
    let on_none = Callback::from(move |()| choose.dispatch(Choice::None));
    html! { <BulkBar live={live.clone()} chosen={props.chosen.ids().collect::<Vec<_>>()} {on_all} {on_none} /> }
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
        Shelf::Closed => t("conversations.closed"),
        Shelf::Archived => t("conversations.archived"),
        Shelf::Open | Shelf::Snoozed | Shelf::All => t("conversations.open"),
    }
}
