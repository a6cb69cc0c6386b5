//! The command palette: pages, conversations, websites, visitors, settings and what can be done, by a few letters. What is known here
//! is listed at once; what the server finds joins it.

mod items;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use switchboard_contract::page::MAX_LIMIT;
use switchboard_engine::finding::{Found, Named, find};
use switchboard_engine::inbox::{Filter, Words};
use web_sys::{HtmlElement, HtmlInputElement, InputEvent, KeyboardEvent};
use yew::prelude::*;

use crate::auth::use_me;
use crate::browser::{Timeout, now};
use crate::chat::use_chat;
use crate::i18n::{t, t_count};
use crate::query::{asks, use_kept, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::storage::RECENT_COMMANDS;
use crate::ui::{Icon, IconName, Modal, option_id};

pub use items::Goal;
use items::{Group, Item};

const LIST: &str = "palette-list";
/// A search waits so long for the next letter before the server is asked, in milliseconds.
const PAUSE_MS: u64 = 150;
/// Fewer letters are not asked of the server.
const MIN_SEARCH: usize = 2;
/// So many of one kind are listed at most; the more is typed, the more likely it is among them.
const MOST: usize = 8;
/// So many are listed of each kind where nothing is typed.
const FIRST: usize = 5;
const REMEMBERED: usize = 12;
/// Conversations known here that are looked through.
const KNOWN: usize = 1_000;

/// Props for [`Palette`].
#[derive(Properties, PartialEq)]
pub struct PaletteProps {
    /// Which page is shown.
    pub route: Route,
    /// Something was chosen.
    pub on_choose: Callback<Goal>,
    /// Nothing was.
    pub on_close: Callback<()>,
}

/// What is listed: an item, and what of its name fits.
#[derive(Clone)]
struct Listed {
    item: Rc<Item>,
    marks: Vec<Range<usize>>,
}

/// The palette, while it is open.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let typed = use_state(String::new);
    let active = use_state(|| 0_usize);
    let input = use_node_ref();
    let list = use_node_ref();
    let search = use_search(&typed);
    let all = use_items(props.route, &search);
    let recent = use_memo((), |()| RECENT_COMMANDS.get().unwrap_or_default());
    let groups = listed(&typed, &all, &recent);
    let flat: Vec<Listed> = groups
        .iter()
        .flat_map(|(_, items)| items.iter().cloned())
        .collect();
    let at = (*active).min(flat.len().saturating_sub(1));
    use_effect_with((list.clone(), at, flat.len()), |(list, at, _)| {
        show_option(list, *at);
    });
    let choose = {
        let on_choose = props.on_choose.clone();
        let recent = recent.clone();
        move |item: &Item| {
            remember(&recent, item);
            on_choose.emit(item.goal.clone());
        }
    };
    let oninput = {
        let (typed, active) = (typed.setter(), active.setter());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                typed.set(input.value());
                active.set(0);
            }
        })
    };
    let onkeydown = {
        let (active, choose) = (active.clone(), choose.clone());
        let flat = flat.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() || flat.is_empty() {
                return;
            }
            let next = match event.key().as_str() {
                "ArrowDown" => (at + 1) % flat.len(),
                "ArrowUp" => (at + flat.len() - 1) % flat.len(),
                "PageDown" => (at + MOST).min(flat.len() - 1),
                "PageUp" => at.saturating_sub(MOST),
                "Enter" => {
                    event.prevent_default();
                    choose(&flat[at].item);
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            active.set(next);
        })
    };
    let mut place = 0;
    let sections: Vec<Html> = groups
        .iter()
        .map(|(group, items)| {
            let start = place;
            place += items.len();
            view_group(*group, items, start, at, &choose)
        })
        .collect();
    let count = u64::try_from(flat.len()).unwrap_or(u64::MAX);
    let news = if typed.trim().is_empty() {
        AttrValue::default()
    } else {
        t_count("palette.results", count, &[])
    };
    html! {
        <Modal label={t("palette.label")} first={input.clone()} on_close={props.on_close.clone()} class={class()}>
            <div class="palette-head">
                <Icon name={IconName::Search} />
                <input
                    ref={input}
                    type="text"
                    role="combobox"
                    aria-label={t("palette.hint")}
                    aria-expanded="true"
                    aria-controls={LIST}
                    aria-autocomplete="list"
                    aria-activedescendant={(!flat.is_empty()).then(|| option_id(LIST, at))}
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    enterkeyhint="go"
                    placeholder={t("palette.hint")}
                    {oninput}
                    {onkeydown}
                />
            </div>
            <div class="palette-list" id={LIST} role="listbox" aria-label={t("palette.list")} ref={list}>
                { for sections }
            </div>
            <div class="palette-foot">
                <p class="sr" role="status">{ news }</p>
                <span class="palette-news" aria-hidden="true">{ search.news() }</span>
                <span class="hide-phone"><kbd>{ "↑" }</kbd><kbd>{ "↓" }</kbd>{ t("palette.move") }</span>
                <span class="hide-phone"><kbd>{ "↵" }</kbd>{ t("palette.open") }</span>
                <span class="hide-phone"><kbd>{ "Esc" }</kbd>{ t("palette.close") }</span>
            </div>
        </Modal>
    }
}

fn view_group(
    group: Group,
    items: &[Listed],
    start: usize,
    at: usize,
    choose: &(impl Fn(&Item) + Clone + 'static),
) -> Html {
    let heading = format!("palette-{group:?}");
    let options = items.iter().enumerate().map(|(offset, listed)| {
        let place = start + offset;
        let item = listed.item.clone();
        let onclick = {
            let (item, choose) = (item.clone(), choose.clone());
            Callback::from(move |_: MouseEvent| choose(&item))
        };
        html! {
            <div
                key={item.key.clone()}
                id={option_id(LIST, place)}
                class="palette-option"
                role="option"
                aria-selected={(place == at).to_string()}
                {onclick}
            >
                <Icon name={item.icon} />
                <bdi class="palette-name truncate">{ view_marked(&item.name, &listed.marks) }</bdi>
                <bdi class="palette-detail truncate">{ item.detail.clone() }</bdi>
                { view_keys(&item.shortcut) }
            </div>
        }
    });
    html! {
        <div key={heading.clone()} role="group" aria-labelledby={heading.clone()}>
            <p class="palette-heading" id={heading}>{ group.heading() }</p>
            { for options }
        </div>
    }
}

/// Keys that are pressed one after the other.
pub(super) fn view_keys(keys: &[&'static str]) -> Html {
    if keys.is_empty() {
        return html! { <span hidden=true /> };
    }
    html! { <span class="keys">{ for keys.iter().map(|key| html! { <kbd key={*key}>{ *key }</kbd> }) }</span> }
}

fn view_marked(name: &str, marks: &[Range<usize>]) -> Html {
    let mut end = 0;
    let mut parts = Vec::new();
    for mark in marks {
        parts.push(html! { { name[end..mark.start].to_owned() } });
        parts.push(html! { <mark>{ name[mark.clone()].to_owned() }</mark> });
        end = mark.end;
    }
    parts.push(html! { { name[end..].to_owned() } });
    html! { { for parts } }
}

/// What fits, under its headings: the one with the best on top.
fn listed(typed: &str, all: &[Rc<Item>], recent: &[String]) -> Vec<(Group, Vec<Listed>)> {
    let typed = typed.trim();
    let used = |item: &Item| recent.iter().position(|key| *key == item.key);
    let named = all.iter().map(|item| Named {
        name: &item.name,
        words: &item.words,
        used: used(item),
    });
    let found = find(typed, named);
    let is_empty = typed.is_empty();
    let mut groups: Vec<(Group, Vec<Listed>)> = Vec::new();
    for Found { place, marks, .. } in found {
        let item = &all[place];
        let group = match used(item) {
            Some(_) if is_empty => Group::Recent,
            _ => item.group,
        };
        let position = groups.iter().position(|(known, _)| *known == group);
        let items = match position {
            Some(position) => &mut groups[position].1,
            None => {
                groups.push((group, Vec::new()));
                let last = groups.len() - 1;
                &mut groups[last].1
            }
        };
        let most = if is_empty && group != Group::Pages {
            FIRST
        } else {
            MOST
        };
        if items.len() < most {
            let item = item.clone();
            items.push(Listed { item, marks });
        }
    }
    if is_empty {
        // Who has typed nothing may mean anything: the headings keep their order. Websites and visitors are many.
        groups.retain(|(group, _)| !matches!(group, Group::Visitors));
        groups.sort_by_key(|(group, _)| *group);
    } else {
        let elsewhere = items::elsewhere(typed).into_iter().map(|item| Listed {
            item: Rc::new(item),
            marks: Vec::new(),
        });
        groups.push((Group::Search, elsewhere.collect()));
    }
    groups
}

/// What was chosen last comes first the next time.
fn remember(before: &[String], item: &Item) {
    if item.group == Group::Search {
        return;
    }
    let others = before.iter().filter(|key| **key != item.key).cloned();
    let now: Vec<String> = std::iter::once(item.key.clone())
        .chain(others)
        .take(REMEMBERED)
        .collect();
    // Where storage is refused the palette remembers nothing.
    let _ = RECENT_COMMANDS.set(&now);
}

/// What the server was asked for, and what it found.
struct Search {
    found: Vec<switchboard_contract::live_chat::LiveChatConversation>,
    is_asking: bool,
    has_failed: bool,
}

impl Search {
    fn news(&self) -> AttrValue {
        if self.has_failed {
            t("palette.only_here")
        } else if self.is_asking {
            t("conversations.searching")
        } else {
            AttrValue::default()
        }
    }
}

#[hook]
fn use_search(typed: &str) -> Search {
    let asked = use_state(Words::default);
    {
        let asked = asked.clone();
        use_effect_with(typed.to_owned(), move |typed| {
            let words = Words::from(typed.trim());
            let is_enough = words.as_str().chars().count() >= MIN_SEARCH;
            let pause = (words != *asked).then(|| {
                Timeout::new(PAUSE_MS, move || {
                    asked.set(if is_enough { words } else { Words::default() });
                })
            });
            move || drop(pause)
        });
    }
    let words = (*asked).clone();
    let ask = (!words.is_empty()).then(|| {
        let filter = Filter {
            shelf: switchboard_engine::inbox::Shelf::All,
            search: words.clone(),
            ..Filter::default()
        };
        asks::conversations_found(&filter, MOST)
    });
    let query = use_query(ask);
    let has_failed = query.error.is_some();
    let query = use_kept(query);
    Search {
        is_asking: query.is_loading && !words.is_empty(),
        has_failed: has_failed && !words.is_empty(),
        found: match (&query.data, words.is_empty()) {
            (Some(data), false) => data.value.items.clone(),
            _ => Vec::new(),
        },
    }
}

/// Everything that can be found now.
#[hook]
fn use_items(route: Route, search: &Search) -> Vec<Rc<Item>> {
    let me = use_me();
    let chat = use_chat();
    let at = now().wall;
    let known = use_memo((), |()| {
        chat.read(|desk| {
            let open = Filter::default();
            let ids = desk.list(&open).take(KNOWN);
            ids.filter_map(|id| desk.conversation(id)).collect::<Vec<_>>()
        })
    });
    let websites = use_query(asks::websites(1, MAX_LIMIT));
    let visitors = use_query(asks::visitors_online());
    let mut all = items::actions(me.role, route);
    all.extend(items::merged(&known, &search.found, at));
    all.extend(items::pages(me.role));
    if let Some(websites) = &websites.data {
        all.extend(
            websites
                .value
                .items
                .iter()
                .flat_map(|website| items::website(website, me.role)),
        );
    }
    if let Some(visitors) = &visitors.data {
        all.extend(visitors.value.items.iter().map(items::visitor));
    }
    let mut once = BTreeMap::new();
    all.retain(|item| once.insert(item.key.clone(), ()).is_none());
    all.into_iter().map(Rc::new).collect()
}

/// Scrolls the list so far that an option is in sight.
fn show_option(list: &NodeRef, place: usize) {
    let Some(list) = list.cast::<HtmlElement>() else {
        return;
    };
    let Ok(Some(option)) = list.query_selector(&format!("[id='{}']", option_id(LIST, place))) else {
        return;
    };
    let (frame, at) = (list.get_bounding_client_rect(), option.get_bounding_client_rect());
    let over = if place == 0 {
        -f64::from(list.scroll_top())
    } else if at.top() < frame.top() {
        at.top() - frame.top()
    } else {
        (at.bottom() - frame.bottom()).max(0.0)
    };
    #[allow(clippy::cast_possible_truncation, reason = "a few hundred pixels")]
    list.set_scroll_top(list.scroll_top() + over.ceil() as i32);
}

fn class() -> Classes {
    scoped!(
        r#"
        .palette-head {
            display: flex;
            align-items: center;
            gap: var(--space-3);
            padding-inline: var(--space-4);
            border-block-end: 1px solid var(--line);
        }
        .palette-head .icon {
            color: var(--text-3);
        }
        input {
            flex: 1;
            min-inline-size: 0;
            block-size: 3rem;
            border: 0;
            background: none;
            font-size: var(--text-16);
            outline: none;
        }
        input::placeholder {
            color: var(--text-3);
            opacity: 1;
        }
        .palette-list {
            position: relative;
            padding: var(--space-2);
            overflow-y: auto;
            overscroll-behavior: contain;
        }
        .palette-heading {
            padding: var(--space-2) var(--space-2) var(--space-1);
            font-size: var(--text-11);
            line-height: var(--lh-11);
            font-weight: var(--weight-medium);
            color: var(--text-3);
        }
        .palette-option {
            display: flex;
            align-items: center;
            gap: var(--space-3);
            min-block-size: 2rem;
            padding-inline: var(--space-2);
            border-radius: var(--radius-s);
            cursor: pointer;
        }
        .palette-option .icon {
            color: var(--text-3);
        }
        .palette-option:hover {
            background: var(--hover);
        }
        .palette-option[aria-selected="true"] {
            background: var(--pressed);
        }
        .palette-name {
            flex: 0 1 auto;
        }
        .palette-name mark {
            background: none;
            color: var(--accent-text);
            font-weight: var(--weight-strong);
        }
        .palette-detail {
            flex: 1 1 0;
            color: var(--text-2);
            font-size: var(--text-12);
        }
        .palette-foot {
            display: flex;
            align-items: center;
            gap: var(--space-4);
            min-block-size: 2.25rem;
            padding-inline: var(--space-4);
            border-block-start: 1px solid var(--line);
            color: var(--text-2);
            font-size: var(--text-12);
        }
        .palette-foot > span {
            display: inline-flex;
            align-items: center;
            gap: var(--space-1);
        }
        .palette-foot .palette-news {
            flex: 1;
        }

        @media (max-width: 640px) {
            .palette-option {
                min-block-size: 2.75rem;
            }
            .keys {
                display: none;
            }
        }
        @media (forced-colors: active) {
            .palette-option[aria-selected="true"] {
                outline: 2px solid Highlight;
                outline-offset: -2px;
            }
        }
        "#
    )
    .into()
}
