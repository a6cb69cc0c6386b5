//! The table of websites, searched, sorted and paged in the page's address.

use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::Website;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use super::{status_detail, use_may_change, website_status};
use crate::api::WebsiteQuery;
use crate::i18n::{date_long, number, t, t_with};
use crate::query::asks::{self, WEBSITES_PER_PAGE};
use crate::query::{use_asked_again, use_kept, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{
    Avatar, Button, EmptyState, Icon, IconName, IconSize, Link, Loading, PageHead, SearchField, Skeleton,
    Table, use_search_text, view_query,
};

/// How often today's conversations are counted again while somebody looks, in milliseconds.
const COUNT_EVERY_MS: u64 = 30_000;

/// What the page's address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    search: String,
    sort: String,
    /// From 1; 0 stands for 1.
    page: u32,
}

impl Wanted {
    fn read(query: &[(String, String)]) -> Self {
        let get = |name: &str| {
            let found = query.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let sort = get("sort");
        Self {
            search: get("q"),
            // An address that somebody mistyped shows the list all the same.
            sort: if SORTS.contains(&sort.trim_start_matches('-')) {
                sort
            } else {
                String::new()
            },
            page: get("page").parse().unwrap_or(1),
        }
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        [
            ("q", self.search.clone()),
            ("sort", self.sort.clone()),
            ("page", page),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
    }
}

/// What the list can be sorted by; the first one unless another is asked for.
const SORTS: [&str; 4] = ["name", "domain", "createdAt", "status"];

/// What the address asks for, and the way to ask for something else.
#[hook]
fn use_wanted() -> (Wanted, Callback<Wanted>) {
    let (location, navigator) = (use_location(), use_navigator());
    let query = location.and_then(|location| location.query::<Vec<(String, String)>>().ok());
    let wanted = Wanted::read(&query.unwrap_or_default());
    let go = Callback::from(move |wanted: Wanted| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.replace_with_query(&Route::Websites, wanted.query());
        }
    });
    (wanted, go)
}

/// The page.
#[component]
pub fn Websites() -> Html {
    let may_change = use_may_change();
    let (wanted, go) = use_wanted();
    let on_search = {
        let (go, wanted) = (go.clone(), wanted.clone());
        Callback::from(move |search| {
            go.emit(Wanted {
                search,
                page: 1,
                ..wanted.clone()
            });
        })
    };
    let (typed, on_input) = use_search_text(&wanted.search, |text| text.trim().to_owned(), &on_search);
    let list = use_query(asks::websites_by(&WebsiteQuery {
        page: wanted.page.max(1),
        page_size: WEBSITES_PER_PAGE,
        search: wanted.search.clone(),
        sort: wanted.sort.clone(),
    }));
    // What was said today is counted by the server.
    use_asked_again(&list, COUNT_EVERY_MS);
    let list = use_kept(list);
    let total = list.data.as_ref().map(|data| data.value.total);
    let class = scoped!(
        r#"
        max-inline-size: var(--measure-page);
        margin-inline: auto;
        padding-block: var(--space-2);

        .stale {
            padding: var(--space-1) var(--space-6) var(--space-2);
        }
        .search {
            max-inline-size: 24rem;
            padding: var(--space-2) var(--space-6);
        }
        .sort {
            display: inline-flex;
            align-items: center;
            gap: var(--space-1);
            min-block-size: 1.5rem;
            padding: 0;
            color: inherit;
            font: inherit;
        }
        .sort:hover {
            color: var(--text);
        }
        .sort .icon {
            visibility: hidden;
        }
        [aria-sort="ascending"] .icon, [aria-sort="descending"] .icon {
            visibility: visible;
        }
        [aria-sort="ascending"] .icon {
            transform: rotate(180deg);
        }
        .paging {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: var(--space-2);
            padding: var(--space-3) var(--space-6);
            color: var(--text-2);
        }

        @media (max-width: 900px) {
            .paging, .stale, .search {
                padding-inline: var(--space-4);
            }
        }
        "#
    );
    let turn = |page: u32| {
        let (go, wanted) = (go.clone(), wanted.clone());
        Callback::from(move |_: MouseEvent| {
            go.emit(Wanted {
                page,
                ..wanted.clone()
            })
        })
    };
    let on_sort = {
        let (go, wanted) = (go.clone(), wanted.clone());
        Callback::from(move |sort: String| {
            go.emit(Wanted {
                sort,
                page: 1,
                ..wanted.clone()
            })
        })
    };
    let ready = |found: &NumberedPage<Website>| {
        if found.total == 0 && !wanted.search.is_empty() {
            return html! {
                <EmptyState
                    icon={IconName::Search}
                    title={t_with("websites.none_found", &[("search", &wanted.search)])}
                    text={t("websites.none_found_text")}
                />
            };
        }
        if found.total == 0 {
            return html! {
                <EmptyState icon={IconName::Globe} title={t("websites.empty")} text={t("websites.empty_text")}>
                    if may_change {
                        <Link class="btn" to={Route::NewWebsite}>{ t("website_new.heading") }</Link>
                    }
                </EmptyState>
            };
        }
        let pages = found.total.div_ceil(u64::from(found.page_size.max(1))).max(1);
        let at = u64::from(found.page);
        html! {
            <>
                <Table label={t("websites.heading")} inset=true>
                    { head(Some((&wanted.sort, &on_sort))) }
                    <tbody role="rowgroup">{ for found.items.iter().map(website_row) }</tbody>
                </Table>
                if pages > 1 {
                    <nav class="paging" aria-label={t("websites.pages")}>
                        <span class="num">
                            { t_with("websites.page_of", &[("page", &number(at)), ("pages", &number(pages))]) }
                        </span>
                        <Button class="push" icon={IconName::Left} disabled={at <= 1} onclick={turn(found.page.saturating_sub(1).max(1))}>
                            { t("websites.previous") }
                        </Button>
                        <Button icon={IconName::Right} disabled={at >= pages} onclick={turn(found.page + 1)}>
                            { t("websites.next") }
                        </Button>
                    </nav>
                }
            </>
        }
    };
    html! {
        <>
            <PageHead heading={Route::Websites.heading()} aside={total.map(|total| AttrValue::from(number(total)))}>
                if may_change {
                    <Link class="btn btn-primary" to={Route::NewWebsite}>
                        <Icon name={IconName::Plus} size={IconSize::Small} />
                        { t("website_new.heading") }
                    </Link>
                }
            </PageHead>
            <div {class}>
                <div class="search">
                    <SearchField label={t("websites.search")} hint={t("websites.search")} value={typed} {on_input} />
                </div>
                <div>{ view_query(&list, &t("websites.failed"), skeleton, ready) }</div>
            </div>
        </>
    }
}

fn website_row(website: &Website) -> Html {
    let detail = status_detail(website);
    html! {
        <tr role="row" key={website.id.to_string()}>
            <td role="cell">
                <div class="cell-main">
                    <Avatar id={website.id.to_string()} name={website.name.clone()} size="1.75rem" site=true />
                    <div>
                        <Link class="link-quiet" to={Route::Website { id: website.id }} title={website.name.clone()}>
                            <bdi class="truncate strong">{ website.name.clone() }</bdi>
                        </Link>
                        <div class="meta truncate">{ website.domain.clone() }</div>
                    </div>
                </div>
            </td>
            <td role="cell" data-label={t("websites.column_status")}>
                <div>
                    { website_status(website.status.state) }
                    <div class="meta truncate" title={detail.clone()}>{ detail.clone() }</div>
                </div>
            </td>
            <td role="cell" data-label={t("websites.column_today")} class="num">
                { website.conversations_today.map_or_else(|| "–".to_owned(), number) }
            </td>
            <td role="cell" data-label={t("websites.column_zone")} class="text-2">{ website.timezone.clone() }</td>
            <td role="cell" data-label={t("websites.column_added")} class="text-2">{ date_long(website.created_at) }</td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("websites.loading")}>
            <Table label="" inset=true>
                { head(None) }
                <tbody role="rowgroup">
                    { for (0..4).map(|row| html! {
                        <tr key={row}>
                            <td><div class="cell-main"><Skeleton inline="1.75rem" block="1.75rem" /><Skeleton inline="9rem" /></div></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="2rem" /></td>
                            <td><Skeleton inline="7rem" /></td>
                            <td><Skeleton inline="6rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}

/// The columns; those that the list can be sorted by are buttons.
fn head(sorting: Option<(&String, &Callback<String>)>) -> Html {
    let column = |by: &'static str, text: AttrValue| {
        let Some((sort, on_sort)) = sorting else {
            return html! { <th role="columnheader">{ text }</th> };
        };
        let sort = if sort.is_empty() { SORTS[0] } else { sort.as_str() };
        let (order, next) = if sort == by {
            (Some("ascending"), format!("-{by}"))
        } else if sort.strip_prefix('-') == Some(by) {
            (Some("descending"), by.to_owned())
        } else {
            (None, by.to_owned())
        };
        let onclick = on_sort.reform(move |_: MouseEvent| next.clone());
        html! {
            <th role="columnheader" aria-sort={order}>
                <button type="button" class="sort" {onclick}>
                    { text }
                    <Icon name={IconName::Down} size={IconSize::Small} />
                </button>
            </th>
        }
    };
    html! {
        <thead role="rowgroup">
            <tr role="row">
                { column("name", t("websites.column_website")) }
                { column("status", t("websites.column_status")) }
                <th role="columnheader" title={t("websites.column_today_title")}>{ t("websites.column_today") }</th>
                <th role="columnheader">{ t("websites.column_zone") }</th>
                { column("createdAt", t("websites.column_added")) }
            </tr>
        </thead>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Wanted {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Wanted::read(&query)
    }

    #[test]
    fn the_address_says_what_is_shown() {
        let wanted = read(&[("q", "shop"), ("sort", "-status"), ("page", "3"), ("other", "x")]);
        let same = wanted.query();
        assert_eq!(
            same,
            [
                ("q", "shop".into()),
                ("sort", "-status".into()),
                ("page", "3".into())
            ]
        );
        assert_eq!(read(&[]).query(), [], "nothing where nothing is asked for");
        assert_eq!(
            read(&[("sort", "colour"), ("page", "x")]),
            read(&[]),
            "and nothing breaks"
        );
    }
}
