//! People on the sites now: where they are, since when, and who talks with them.

mod row;

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::live_chat::{Visit, VisitorPage};
use switchboard_contract::page::MAX_LIMIT;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::api::VisitorQuery;
use crate::forms::{Choice, SelectField};
use crate::i18n::{number, t, t_count};
use crate::query::{asks, use_asked_again, use_kept, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{
    Button, EmptyState, IconName, Loading, Notice, PageHead, SearchField, Skeleton, Table, use_minute,
    use_search_text, view_query,
};
pub use row::device_icon;
use row::{VisitorRow, head};

/// How often the list is asked for while the page is looked at, in milliseconds. Where somebody looks is no event of the log:
/// one question for all of it costs less than a word for each step of each person.
const ASK_EVERY_MS: u64 = 5_000;

/// What the page's address asks for. What somebody mistyped there counts as not said.
fn read(query: &[(String, String)]) -> VisitorQuery {
    let get = |name: &str| {
        let found = query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    VisitorQuery {
        website: get("websiteId").parse().ok(),
        search: get("q"),
    }
}

fn write(query: &VisitorQuery) -> Vec<(&'static str, String)> {
    let website = query.website.map(|id| id.to_string()).unwrap_or_default();
    [("websiteId", website), ("q", query.search.clone())]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// What the address asks for, and the way to ask for something else.
#[hook]
fn use_wanted() -> (VisitorQuery, Callback<VisitorQuery>) {
    let (location, navigator) = (use_location(), use_navigator());
    let query = location.and_then(|location| location.query::<Vec<(String, String)>>().ok());
    let go = Callback::from(move |wanted: VisitorQuery| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.replace_with_query(&Route::Visitors, write(&wanted));
        }
    });
    (read(&query.unwrap_or_default()), go)
}

/// The page.
#[component]
pub fn Visitors() -> Html {
    let (wanted, go) = use_wanted();
    let on_search = {
        let (go, wanted) = (go.clone(), wanted.clone());
        Callback::from(move |search| {
            go.emit(VisitorQuery {
                search,
                ..wanted.clone()
            });
        })
    };
    let (typed, on_input) = use_search_text(&wanted.search, |text| text.trim().to_owned(), &on_search);
    let websites = use_query(asks::websites(1, MAX_LIMIT));
    let list = use_query(asks::visitors_by(&wanted));
    use_asked_again(&list, ASK_EVERY_MS);
    let list = use_kept(list);
    let now = use_minute();
    let aside = list.data.as_ref().map(|data| {
        let count = number(u64::try_from(data.value.items.len()).unwrap_or(u64::MAX));
        AttrValue::from(if data.value.has_more {
            format!("{count}+")
        } else {
            count
        })
    });
    let refresh = list.reload.reform(|_: MouseEvent| ());
    let known = websites
        .data
        .as_ref()
        .map(|data| data.value.items.clone())
        .unwrap_or_default();
    let on_website = {
        let (go, wanted) = (go.clone(), wanted.clone());
        Callback::from(move |chosen: String| {
            go.emit(VisitorQuery {
                website: chosen.parse::<WebsiteId>().ok(),
                ..wanted.clone()
            });
        })
    };
    let class = scoped!(
        r#"
        max-inline-size: var(--measure-page);
        margin-inline: auto;
        padding-block: var(--space-2);

        .stale, .more {
            padding: var(--space-1) var(--space-6) var(--space-2);
        }
        .narrow {
            display: grid;
            grid-template-columns: minmax(0, 24rem) minmax(0, 16rem);
            align-items: end;
            gap: var(--space-3);
            padding: var(--space-2) var(--space-6);
        }

        @media (max-width: 900px) {
            .stale, .more, .narrow {
                padding-inline: var(--space-4);
            }
        }
        @media (max-width: 640px) {
            .narrow {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    let is_narrowed = wanted != VisitorQuery::default();
    let ready = |found: &VisitorPage| {
        if found.items.is_empty() && is_narrowed {
            let on_clear = go.reform(|_: MouseEvent| VisitorQuery::default());
            return html! {
                <EmptyState icon={IconName::Search} title={t("visitors.none_found")} text={t("visitors.none_found_text")}>
                    <Button onclick={on_clear}>{ t("visitors.show_all") }</Button>
                </EmptyState>
            };
        }
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Users} title={t("visitors.empty")} text={t("visitors.empty_text")} />
            };
        }
        let visit_of = |index: usize| -> Option<Visit> {
            let user = found.items.get(index)?;
            found
                .visits
                .get(index)
                .filter(|visit| visit.user_id == user.id)
                .cloned()
        };
        let website_name = |visit: &Visit| {
            let website = known.iter().find(|website| website.id == visit.website_id);
            website.map(|website| AttrValue::from(website.name.clone()))
        };
        html! {
            <>
                <Table label={t("visitors.heading")} inset=true>
                    { head() }
                    <tbody role="rowgroup">
                        { for found.items.iter().enumerate().map(|(index, visitor)| {
                            let visit = visit_of(index);
                            let website = visit.as_ref().filter(|_| known.len() > 1).and_then(website_name);
                            html! {
                                <VisitorRow key={visitor.id.to_string()} visitor={visitor.clone()} {visit} {website} {now} />
                            }
                        }) }
                    </tbody>
                </Table>
                if found.has_more {
                    <div class="more">
                        <Notice>
                            { t_count("visitors.first_only", u64::try_from(found.items.len()).unwrap_or(u64::MAX), &[]) }
                        </Notice>
                    </div>
                }
            </>
        }
    };
    let mut choices = vec![Choice {
        value: AttrValue::default(),
        text: t("visitors.all_websites"),
    }];
    choices.extend(known.iter().map(|website| Choice {
        value: website.id.to_string().into(),
        text: website.name.clone().into(),
    }));
    let chosen = wanted.website.map(|id| id.to_string()).unwrap_or_default();
    html! {
        <>
            <PageHead heading={Route::Visitors.heading()} {aside}>
                <Button icon={IconName::Refresh} busy={list.is_loading && list.data.is_none()} onclick={refresh}>{ t("visitors.refresh") }</Button>
            </PageHead>
            <div {class}>
                <div class="narrow">
                    <SearchField label={t("visitors.search")} hint={t("visitors.search")} value={typed} {on_input} />
                    <div>
                        if known.len() > 1 || wanted.website.is_some() {
                            <SelectField
                                id="visitors-website"
                                label={t("visitors.website")}
                                value={chosen}
                                {choices}
                                onchange={on_website}
                            />
                        }
                    </div>
                </div>
                <div>{ view_query(&list, &t("visitors.failed"), skeleton, ready) }</div>
            </div>
        </>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("visitors.loading")}>
            <Table label="" inset=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..6).map(|row| html! {
                        <tr key={row}>
                            <td><div class="cell-main"><Skeleton inline="1.75rem" block="1.75rem" round=true /><Skeleton inline="8rem" /></div></td>
                            <td><Skeleton inline="12rem" /></td>
                            <td><Skeleton inline="3rem" /></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td class="col-low"><Skeleton inline="7rem" /></td>
                            <td class="col-low"><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="6rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_what_is_wanted() {
        let wanted = VisitorQuery {
            website: "01890a5d-ac96-774b-bcce-b302099a8057".parse().ok(),
            search: "boots & tents".to_owned(),
        };
        let pairs: Vec<(String, String)> = write(&wanted)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        assert_eq!(read(&pairs), wanted);
        assert_eq!(write(&VisitorQuery::default()), []);
        let mistyped = [("websiteId".to_owned(), "nonsense".to_owned())];
        assert_eq!(read(&mistyped), VisitorQuery::default());
    }
}
