//! Picks an emoji: by name, by category, or among those used last.

use std::rc::Rc;

use switchboard_engine::composing::best;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::api::{Category, Emoji, use_emoji};
use crate::browser::{focus_within, press_first_shown, step_focus};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::storage::RECENT_EMOJI;
use crate::ui::{Icon, IconName, Loading, Popup, SearchField, Skeleton, use_popup};

/// So many stand in a row; the arrow keys count with it.
const COLUMNS: usize = 8;
/// So many of those used last are kept.
const MOST_RECENT: usize = 16;
/// More than this are not found at once.
const MOST_FOUND: usize = 64;

/// Props for [`EmojiPicker`].
#[derive(Properties, PartialEq)]
pub struct EmojiPickerProps {
    /// One was picked.
    pub on_choose: Callback<String>,
}

/// A button, and the panel that it opens.
#[component]
pub fn EmojiPicker(props: &EmojiPickerProps) -> Html {
    let popup = use_popup();
    let list = use_emoji(popup.is_open);
    let query = use_state(String::new);
    let recent = use_state(|| RECENT_EMOJI.get().unwrap_or_default());
    let panel = use_node_ref();
    {
        let (panel, query) = (panel.clone(), query.setter());
        use_effect_with(popup.is_open, move |is_open| {
            if *is_open {
                query.set(String::new());
                let _ = focus_within(&panel, "input");
            }
        });
    }
    let on_pick = {
        let (popup, recent, on_choose) = (popup.clone(), recent.clone(), props.on_choose.clone());
        Callback::from(move |emoji: String| {
            let mut used: Vec<String> = (*recent).clone();
            used.retain(|known| *known != emoji);
            used.insert(0, emoji.clone());
            used.truncate(MOST_RECENT);
            // Where the browser keeps nothing they are known until the page goes.
            let _ = RECENT_EMOJI.set(&used);
            recent.set(used);
            popup.leave();
            on_choose.emit(emoji);
        })
    };
    let on_input = {
        let query = query.setter();
        Callback::from(move |text: String| query.set(text))
    };
    let onkeydown = {
        let (popup, panel) = (popup.clone(), panel.clone());
        Callback::from(move |event: KeyboardEvent| on_key(&event, &popup, &panel))
    };
    let groups = groups(&list.all, query.trim(), &recent);
    let class = scoped!(
        r#"
        position: relative;

        .panel {
            position: absolute;
            inset-block-end: calc(100% + var(--space-2));
            inset-inline-start: 0;
            z-index: var(--z-popover);
            inline-size: min(20rem, calc(100vw - 2 * var(--space-4)));
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
        }
        .find {
            padding: var(--space-2);
            border-block-end: 1px solid var(--line);
        }
        .groups {
            display: grid;
            gap: var(--space-2);
            block-size: 15rem;
            align-content: start;
            padding: var(--space-2);
            overflow-y: auto;
        }
        h4 {
            padding-block-end: var(--space-1);
            color: var(--text-2);
            font-size: var(--text-12);
            line-height: var(--lh-12);
            font-weight: var(--weight-medium);
        }
        .cells {
            display: grid;
            grid-template-columns: repeat(8, minmax(0, 1fr));
        }
        .cells button {
            min-block-size: 2.25rem;
            padding: 0;
            border: 0;
            border-radius: var(--radius-s);
            background: none;
            font-size: 1.25rem;
            line-height: 1;
            cursor: pointer;
        }
        .cells button:hover {
            background: var(--hover);
        }
        "#
    );
    let body = if list.all.is_empty() && list.has_failed {
        html! { <p role="alert" class="text-2">{ t("emoji.failed") }</p> }
    } else if list.all.is_empty() {
        html! { <Loading label={t("emoji.loading")}><Skeleton inline="100%" block="10rem" /></Loading> }
    } else if groups.is_empty() {
        html! { <p role="status" class="text-2">{ t_with("emoji.none", &[("query", &*query)]) }</p> }
    } else {
        html! { <>{ for groups.iter().map(|group| view_group(group, &on_pick)) }</> }
    };
    html! {
        <div {class} ref={popup.root.clone()} {onkeydown}>
            <button
                class="icon-btn"
                type="button"
                ref={popup.button.clone()}
                aria-label={t("emoji.open")}
                title={t("emoji.open")}
                aria-haspopup="dialog"
                aria-expanded={popup.is_open.to_string()}
                onclick={popup.toggle()}
            >
                <Icon name={IconName::Smile} />
            </button>
            <div>
                if popup.is_open {
                    <div class="panel" ref={panel} role="dialog" aria-label={t("emoji.dialog")}>
                        <div class="find">
                            <SearchField label={t("emoji.search")} hint={t("emoji.search")} value={(*query).clone()} {on_input} />
                        </div>
                        <div class="groups">{ body }</div>
                    </div>
                }
            </div>
        </div>
    }
}

/// Emoji under a heading.
struct Group {
    key: &'static str,
    label: AttrValue,
    all: Vec<Emoji>,
}

/// What is found; without a query those used last and each category.
fn groups(all: &Rc<Vec<Emoji>>, query: &str, recent: &[String]) -> Vec<Group> {
    if !query.is_empty() {
        let found = best(
            &query.replace(' ', "_"),
            all.iter(),
            |one| (&one.short, &one.words),
            MOST_FOUND,
        );
        let all: Vec<Emoji> = found.into_iter().cloned().collect();
        let found = Group {
            key: "found",
            label: t("emoji.found"),
            all,
        };
        return Some(found)
            .into_iter()
            .filter(|group| !group.all.is_empty())
            .collect();
    }
    let used = recent
        .iter()
        .filter_map(|text| all.iter().find(|one| one.text == *text).cloned())
        .collect();
    let last = Group {
        key: "recent",
        label: t("emoji.recent"),
        all: used,
    };
    let categories = Category::ALL.map(|category| Group {
        key: category.key(),
        label: category_name(category),
        all: all
            .iter()
            .filter(|one| one.category == category)
            .cloned()
            .collect(),
    });
    [last]
        .into_iter()
        .chain(categories)
        .filter(|group| !group.all.is_empty())
        .collect()
}

fn category_name(category: Category) -> AttrValue {
    match category {
        Category::Smileys => t("emoji.smileys"),
        Category::People => t("emoji.people"),
        Category::Nature => t("emoji.nature"),
        Category::Food => t("emoji.food"),
        Category::Travel => t("emoji.travel"),
        Category::Activities => t("emoji.activities"),
        Category::Objects => t("emoji.objects"),
        Category::Symbols => t("emoji.symbols"),
    }
}

fn view_group(group: &Group, on_pick: &Callback<String>) -> Html {
    let cells = group.all.iter().map(|one| {
        let text = one.text.clone();
        let onclick = on_pick.reform(move |_: MouseEvent| text.clone());
        html! {
            <button key={one.short.clone()} type="button" aria-label={one.name()} title={one.name()} {onclick}>
                { one.text.clone() }
            </button>
        }
    });
    html! {
        <section key={group.key} aria-label={group.label.clone()}>
            <h4 aria-hidden="true">{ group.label.clone() }</h4>
            <div class="cells">{ for cells }</div>
        </section>
    }
}

/// The arrow keys lead from one to the next and from the search to the first; Escape closes.
fn on_key(event: &KeyboardEvent, popup: &Popup, panel: &NodeRef) {
    if !popup.is_open {
        return;
    }
    let in_search = event.target_dyn_into::<HtmlInputElement>().is_some();
    let step = match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            popup.close();
            return;
        }
        "ArrowDown" => COLUMNS.cast_signed(),
        "ArrowUp" => -COLUMNS.cast_signed(),
        "ArrowRight" if !in_search => 1,
        "ArrowLeft" if !in_search => -1,
        "Enter" if in_search => {
            event.prevent_default();
            let _ = press_first_shown(panel, ".cells button");
            return;
        }
        _ => return,
    };
    event.prevent_default();
    step_focus(panel, ".cells button", "input", step);
}
