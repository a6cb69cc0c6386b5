//! What the list is narrowed down to, and how it is sorted: the menu that sets it, and a chip for each part that is set.

use switchboard_contract::auth::MemberStatus;
use switchboard_contract::ids::{FunnelId, WebsiteId};
use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::{FunnelList, Website};
use switchboard_engine::inbox::{Assignee, Filter, Shelf, Sort};
use yew::prelude::*;

use crate::chat::{Directory, use_directory_when};
use crate::deeds::Names;
use crate::i18n::{t, t_with};
use crate::query::{Query, asks, use_query};
use crate::ui::{Checked, Icon, IconName, IconSize, Menu, MenuChoice, MenuGroup};

/// Websites that the menu offers; of more the page *Websites* leads to their conversations.
const OFFERED: u32 = 100;

/// Props for [`Filters`].
#[derive(Properties, PartialEq)]
pub(super) struct FiltersProps {
    /// What is set.
    pub filter: Filter,
    /// Something else is.
    pub on_filter: Callback<Filter>,
}

/// Where in the menu the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    All,
    Show,
    Assignee,
    Website,
    Funnel,
    Label,
    Sort,
}

/// What things are called, as far as that is known.
pub(super) struct Known {
    directory: Directory,
    websites: Query<NumberedPage<Website>>,
    funnels: Query<FunnelList>,
}

impl Known {
    fn website(&self, id: WebsiteId) -> AttrValue {
        let mut known = self.websites.data.iter().flat_map(|page| &page.value.items);
        let found = known.find(|website| website.id == id);
        found.map_or_else(|| t("filter.a_website"), |website| website.name.clone().into())
    }

    fn funnel(&self, id: FunnelId) -> AttrValue {
        let mut known = self.funnels.data.iter().flat_map(|list| &list.value.items);
        let found = known.find(|funnel| funnel.id == id);
        found.map_or_else(|| t("filter.a_funnel"), |funnel| funnel.name.clone().into())
    }

    fn assignee(&self, assignee: Assignee) -> AttrValue {
        match assignee {
            Assignee::Nobody => t("filter.nobody"),
            Assignee::Member(id) => self.directory.member(id).unwrap_or_else(|| t("filter.me")),
        }
    }
}

/// What the menu and the chips show is called; asked for once somebody looks at it.
#[hook]
pub(super) fn use_known(filter: &Filter, is_wanted: bool) -> Known {
    let directory = use_directory_when(is_wanted);
    let websites = use_query(is_wanted.then(|| asks::websites(1, OFFERED)));
    let only = websites
        .data
        .as_ref()
        .and_then(|page| match page.value.items.as_slice() {
            [only] => Some(only.id),
            _ => None,
        });
    let funnels = use_query(filter.website.or(only).filter(|_| is_wanted).map(asks::funnels));
    Known {
        directory,
        websites,
        funnels,
    }
}

/// The menu, and below it what is set.
#[component]
pub(super) fn Filters(props: &FiltersProps) -> Html {
    let is_open = use_state_eq(|| false);
    let page = use_state_eq(|| Page::All);
    let is_set = is_narrowed(&props.filter) || props.filter.sort != Sort::default();
    let known = use_known(&props.filter, *is_open);
    let on_open = {
        let (is_open, page, directory) = (is_open.setter(), page.setter(), known.directory.clone());
        Callback::from(move |opened: bool| {
            is_open.set(opened);
            page.set(Page::All);
            if opened {
                directory.refresh();
            }
        })
    };
    let groups = view_groups(props, &known, *page, &page.setter());
    html! {
        <Menu
            class="filter-menu"
            label={t("filter.menu")}
            title={t("filter.menu")}
            description={is_set.then(|| t("filter.is_set"))}
            button={classes!("icon-btn", is_set.then_some("is-set"))}
            {groups}
            page={*page as usize}
            {on_open}
        >
            <Icon name={IconName::Filter} />
        </Menu>
    }
}

/// A chip for each part that is set, with the way to clear it.
#[component]
pub(super) fn FilterChips(props: &FiltersProps) -> Html {
    let known = use_known(&props.filter, true);
    let set = parts(&props.filter, &known);
    let clear = {
        let (on_filter, shelf) = (props.on_filter.clone(), tab_of(props.filter.shelf));
        let search = props.filter.search.clone();
        Callback::from(move |_: MouseEvent| {
            on_filter.emit(Filter {
                search: search.clone(),
                ..Filter::from(shelf)
            });
        })
    };
    html! {
        <ul class="filter-chips" role="list" aria-label={t("filter.chips")}>
            { for set.into_iter().map(|(key, text, without)| {
                let on_filter = props.on_filter.clone();
                let onclick = Callback::from(move |_: MouseEvent| on_filter.emit(without.clone()));
                html! {
                    <li {key} class="filter-chip">
                        <bdi class="truncate" title={text.clone()}>{ text.clone() }</bdi>
                        <button type="button" aria-label={t_with("filter.clear_one", &[("filter", &text)])} {onclick}>
                            <Icon name={IconName::X} size={IconSize::Small} />
                        </button>
                    </li>
                }
            }) }
            <li key="clear">
                <button class="text-btn" type="button" onclick={clear}>{ t("filter.clear") }</button>
            </li>
        </ul>
    }
}

/// The tab from which one looks at a part of the inbox.
pub(super) const fn tab_of(shelf: Shelf) -> Shelf {
    match shelf {
        Shelf::Open | Shelf::Snoozed | Shelf::All => Shelf::Open,
        Shelf::Closed => Shelf::Closed,
        Shelf::Archived => Shelf::Archived,
    }
}

/// What is set, part by part: its words, and the filter without it.
fn parts(filter: &Filter, known: &Known) -> Vec<(&'static str, AttrValue, Filter)> {
    let shelf = match filter.shelf {
        Shelf::Snoozed => Some(t("filter.snoozed")),
        Shelf::All => Some(t("filter.all")),
        Shelf::Open | Shelf::Closed | Shelf::Archived => None,
    };
    let assignee = filter.assignee.map(|assignee| known.assignee(assignee));
    let website = filter.website.map(|id| known.website(id));
    let funnel = filter.funnel.map(|id| known.funnel(id));
    let label = filter.label.map(|id| known.directory.label(id));
    let unread = filter.unread.then(|| t("filter.unread"));
    let sort = (filter.sort != Sort::default()).then(|| sort_name(filter.sort));
    let without = |change: fn(&mut Filter)| {
        let mut filter = filter.clone();
        change(&mut filter);
        filter
    };
    [
        ("show", shelf, without(|filter| filter.shelf = Shelf::default())),
        ("assignee", assignee, without(|filter| filter.assignee = None)),
        (
            "website",
            website,
            without(|filter| (filter.website, filter.funnel) = (None, None)),
        ),
        ("funnel", funnel, without(|filter| filter.funnel = None)),
        ("label", label, without(|filter| filter.label = None)),
        ("unread", unread, without(|filter| filter.unread = false)),
        ("sort", sort, without(|filter| filter.sort = Sort::default())),
    ]
    .into_iter()
    .filter_map(|(key, text, without)| Some((key, text?, without)))
    .collect()
}

/// Whether less stands on the list than on its tab, by more than a search.
pub(super) fn is_narrowed(filter: &Filter) -> bool {
    let usual = Filter {
        search: filter.search.clone(),
        sort: filter.sort,
        ..Filter::from(tab_of(filter.shelf))
    };
    // Who does not wait is left out where the longest waiting come first.
    *filter != usual || filter.sort == Sort::Waiting
}

/// The words for what a filter narrows the list down to, for where nothing is on it.
pub(super) fn filter_words(filter: &Filter, known: &Known) -> String {
    let parts = parts(filter, known);
    let told = parts
        .iter()
        .filter(|(key, ..)| *key != "sort" || filter.sort == Sort::Waiting);
    let words: Vec<&str> = told.map(|(_, text, _)| text.as_str()).collect();
    words.join(", ")
}

fn sort_name(sort: Sort) -> AttrValue {
    match sort {
        Sort::Newest => t("filter.newest"),
        Sort::Oldest => t("filter.oldest"),
        Sort::Waiting => t("filter.waiting"),
        Sort::Priority => t("filter.priority"),
    }
}

fn view_groups(props: &FiltersProps, known: &Known, page: Page, to: &UseStateSetter<Page>) -> Vec<MenuGroup> {
    let filter = &props.filter;
    let go = |key: &'static str, text: AttrValue, detail: Option<AttrValue>, icon: IconName, page: Page| {
        let to = to.clone();
        MenuChoice {
            stays: true,
            detail: detail.unwrap_or_default(),
            ..MenuChoice::act(key, text, icon, Callback::from(move |()| to.set(page)))
        }
    };
    let choice = |key: String, text: AttrValue, is_on: bool, then: Filter| {
        let on_filter = props.on_filter.clone();
        MenuChoice {
            key: key.into(),
            text,
            lead: html! { <span hidden=true /> },
            detail: AttrValue::default(),
            checked: Checked::One(is_on),
            stays: false,
            on_choose: Callback::from(move |()| on_filter.emit(then.clone())),
        }
    };
    let any = |is_on: bool, then: Filter| choice("any".to_owned(), t("filter.any"), is_on, then);
    let (label, choices, instead) = match page {
        Page::All => return vec![overview(filter, known, &go, &choice)],
        Page::Show => {
            let shelves = [
                (tab_of(filter.shelf), t("filter.tab")),
                (Shelf::Snoozed, t("filter.snoozed")),
                (Shelf::All, t("filter.all")),
            ];
            let choices = shelves.map(|(shelf, text)| {
                let then = Filter {
                    shelf,
                    ..filter.clone()
                };
                choice(shelf.as_query().to_owned(), text, filter.shelf == shelf, then)
            });
            (t("filter.show"), choices.into(), None)
        }
        Page::Assignee => {
            let to = |assignee| Filter {
                assignee,
                ..filter.clone()
            };
            let me = known.directory.me();
            let members = known
                .directory
                .members
                .data
                .iter()
                .flat_map(|members| &members.value.items);
            let others = members.filter(|member| member.id != me && member.status == MemberStatus::Active);
            let people = [Assignee::Member(me), Assignee::Nobody].into_iter();
            let people = people.chain(others.map(|member| Assignee::Member(member.id)));
            let choices = people.map(|assignee| {
                let (assignee, key) = (Some(assignee), format!("{assignee:?}"));
                let name = assignee
                    .map(|assignee| known.assignee(assignee))
                    .unwrap_or_default();
                choice(key, name, filter.assignee == assignee, to(assignee))
            });
            let choices = [any(filter.assignee.is_none(), to(None))]
                .into_iter()
                .chain(choices);
            (t("filter.assignee"), choices.collect(), None)
        }
        Page::Website => {
            let to = |website| Filter {
                website,
                funnel: filter.funnel.filter(|_| filter.website == website),
                ..filter.clone()
            };
            let items = known.websites.data.iter().flat_map(|page| &page.value.items);
            let choices = items.map(|website| {
                let is_on = filter.website == Some(website.id);
                choice(
                    website.id.to_string(),
                    website.name.clone().into(),
                    is_on,
                    to(Some(website.id)),
                )
            });
            let choices = [any(filter.website.is_none(), to(None))]
                .into_iter()
                .chain(choices);
            (
                t("filter.website"),
                choices.collect(),
                instead_of(&known.websites),
            )
        }
        Page::Funnel => {
            let to = |funnel| Filter {
                funnel,
                ..filter.clone()
            };
            let items = known.funnels.data.iter().flat_map(|list| &list.value.items);
            let choices = items.map(|funnel| {
                let is_on = filter.funnel == Some(funnel.id);
                choice(
                    funnel.id.to_string(),
                    funnel.name.clone().into(),
                    is_on,
                    to(Some(funnel.id)),
                )
            });
            let choices = [any(filter.funnel.is_none(), to(None))]
                .into_iter()
                .chain(choices);
            let instead = match &known.funnels.data {
                None if filter.website.is_none() => Some(t("filter.website_first")),
                _ => instead_of(&known.funnels),
            };
            (t("filter.funnel"), choices.collect(), instead)
        }
        Page::Label => {
            let to = |label| Filter {
                label,
                ..filter.clone()
            };
            let items = known
                .directory
                .labels
                .data
                .iter()
                .flat_map(|labels| &labels.value.items);
            let choices = items.map(|label| {
                let is_on = filter.label == Some(label.id);
                choice(
                    label.id.to_string(),
                    label.name.clone().into(),
                    is_on,
                    to(Some(label.id)),
                )
            });
            let choices = [any(filter.label.is_none(), to(None))].into_iter().chain(choices);
            (
                t("filter.label"),
                choices.collect(),
                instead_of(&known.directory.labels),
            )
        }
        Page::Sort => {
            let choices = [Sort::Newest, Sort::Oldest, Sort::Waiting, Sort::Priority].map(|sort| {
                let then = Filter {
                    sort,
                    ..filter.clone()
                };
                choice(
                    sort.as_query().to_owned(),
                    sort_name(sort),
                    filter.sort == sort,
                    then,
                )
            });
            (t("filter.sort"), choices.into(), None)
        }
    };
    let back = MenuGroup {
        choices: vec![go("back", t("filter.back"), None, IconName::Back, Page::All)],
        ..MenuGroup::default()
    };
    vec![
        back,
        MenuGroup {
            label,
            choices,
            instead,
        },
    ]
}

/// The first page: each part with what is set of it.
fn overview(
    filter: &Filter,
    known: &Known,
    go: &impl Fn(&'static str, AttrValue, Option<AttrValue>, IconName, Page) -> MenuChoice,
    choice: &impl Fn(String, AttrValue, bool, Filter) -> MenuChoice,
) -> MenuGroup {
    let shelf = match filter.shelf {
        Shelf::Snoozed => Some(t("filter.snoozed")),
        Shelf::All => Some(t("filter.all")),
        Shelf::Open | Shelf::Closed | Shelf::Archived => None,
    };
    let assignee = filter.assignee.map(|assignee| known.assignee(assignee));
    let website = filter.website.map(|id| known.website(id));
    let funnel = filter.funnel.map(|id| known.funnel(id));
    let label = filter.label.map(|id| known.directory.label(id));
    let unread = Filter {
        unread: !filter.unread,
        ..filter.clone()
    };
    MenuGroup {
        choices: vec![
            go(
                "assignee",
                t("filter.assignee"),
                assignee,
                IconName::Assign,
                Page::Assignee,
            ),
            go(
                "website",
                t("filter.website"),
                website,
                IconName::Globe,
                Page::Website,
            ),
            go("funnel", t("filter.funnel"), funnel, IconName::Chat, Page::Funnel),
            go("label", t("filter.label"), label, IconName::Tag, Page::Label),
            go("show", t("filter.show"), shelf, IconName::Moon, Page::Show),
            go(
                "sort",
                t("filter.sort"),
                Some(sort_name(filter.sort)),
                IconName::UpDown,
                Page::Sort,
            ),
            MenuChoice {
                lead: html! { <Icon name={IconName::Note} /> },
                checked: Checked::Any(filter.unread),
                ..choice(
                    "unread".to_owned(),
                    t("filter.unread_only"),
                    filter.unread,
                    unread,
                )
            },
        ],
        ..MenuGroup::default()
    }
}

fn instead_of<T: PartialEq>(query: &Query<T>) -> Option<AttrValue> {
    match (&query.data, &query.error) {
        (Some(_), _) => None,
        (None, Some(error)) => Some(error.message()),
        (None, None) => Some(t("filter.loading")),
    }
}
