//! Key figures and what is new.

mod figures;
mod latest;
mod sites;
mod today;
mod trends;

use switchboard_contract::analytics::Metric;
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::{CursorPage, MAX_LIMIT};
use switchboard_contract::time::Timestamp;
use switchboard_engine::reports::Preset;
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::{duration_short, number, t, t_with, weekday_date};
use crate::pages::analytics::{of_preset, value_text};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{PageHead, view_trouble};

use figures::{Figure, Figures};
use latest::Latest;
use sites::Sites;
use today::{Busiest, OnDuty};
use trends::Trends;

/// Counts over the open conversations of one page of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    open: u64,
    waiting: u64,
    longest_wait: Option<Timestamp>,
    /// Whether there are more than the page holds: every count is then "at least".
    at_least: bool,
}

impl Counts {
    fn of(page: &CursorPage<LiveChatConversation>) -> Self {
        let start = Self {
            at_least: page.has_more,
            ..Self::default()
        };
        page.items.iter().fold(start, |counts, conversation| Self {
            open: counts.open + 1,
            waiting: counts.waiting + u64::from(conversation.waiting_since.is_some()),
            longest_wait: match (counts.longest_wait, conversation.waiting_since) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            at_least: counts.at_least,
        })
    }

    fn show(self, count: u64) -> AttrValue {
        let shown = number(count);
        AttrValue::from(if self.at_least { format!("{shown}+") } else { shown })
    }
}

/// The page.
#[component]
pub fn Overview() -> Html {
    let open = use_query(asks::open_conversations(MAX_LIMIT));
    let visitors = use_query(asks::visitors_online());
    let counts = open.data.as_ref().map(|data| Counts::of(&data.value));
    let now = now().wall;
    let today = use_query(asks::figures(&of_preset(Preset::Today, None)));
    let measured = |key: &'static str, metric: Metric| {
        let data = today.data.as_ref().map(|data| &data.value);
        let current = data.map(|overview| overview.current.reading(metric).value);
        Figure {
            key,
            label: match metric {
                Metric::FirstResponseSeconds => t("overview.first_response"),
                Metric::Satisfaction => t("overview.satisfaction"),
                _ => t("overview.today"),
            },
            metric: Some(metric),
            value: current.map(|value| value_text(metric, value)),
            failed: today.error.is_some(),
            detail: data.map(|overview| {
                // Not as a change: that day is over, and this one is not.
                let yesterday = value_text(metric, overview.previous.reading(metric).value);
                html! { { t_with("overview.yesterday", &[("value", &yesterday)]) } }
            }),
            urgent: false,
        }
    };
    let figures = vec![
        Figure {
            key: "open",
            label: t("overview.open"),
            metric: None,
            value: counts.map(|counts| counts.show(counts.open)),
            failed: open.error.is_some(),
            detail: Some(html! { { t("overview.open_detail") } }),
            urgent: false,
        },
        Figure {
            key: "waiting",
            label: t("overview.waiting"),
            metric: None,
            value: counts.map(|counts| counts.show(counts.waiting)),
            failed: open.error.is_some(),
            detail: counts.map(|counts| match counts.longest_wait {
                Some(since) => {
                    let seconds = (now.as_millis() - since.as_millis()) / 1_000;
                    html! { { t_with("overview.longest", &[("wait", &duration_short(seconds))]) } }
                }
                None => html! { { t("overview.nobody_waits") } },
            }),
            urgent: counts.is_some_and(|counts| counts.waiting > 0),
        },
        measured("conversations", Metric::Conversations),
        measured("first_response", Metric::FirstResponseSeconds),
        measured("satisfaction", Metric::Satisfaction),
        Figure {
            key: "visitors",
            label: t("overview.visitors"),
            metric: None,
            value: visitors.data.as_ref().map(|data| {
                let count = number(u64::try_from(data.value.items.len()).unwrap_or(u64::MAX));
                AttrValue::from(if data.value.has_more {
                    format!("{count}+")
                } else {
                    count
                })
            }),
            failed: visitors.error.is_some(),
            detail: Some(html! { { t("overview.visitors_detail") } }),
            urgent: false,
        },
    ];
    let class = scoped!(
        r#"
        .grid {
            display: grid;
            grid-template-columns: minmax(0, 2fr) minmax(0, 1fr);
            gap: var(--space-8) var(--space-10);
            align-items: start;
        }
        .grid > section {
            min-inline-size: 0;
        }

        @media (max-width: 1180px) {
            .grid {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    html! {
        <>
            <PageHead heading={Route::Overview.heading()} aside={AttrValue::from(weekday_date(now))} />
            <div class={classes!("page", class)}>
                <div>
                    <Figures label={t("overview.figures")} {figures} />
                    <div>{ view_trouble(&visitors, &t("visitors.failed")) }</div>
                    <div>{ view_trouble(&today, &t("reports.figures_failed")) }</div>
                </div>
                <Trends />
                <div class="grid">
                    <Latest conversations={open} />
                    <Sites />
                    <Busiest />
                    <OnDuty />
                </div>
            </div>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[(u64, Option<i64>)], has_more: bool) -> CursorPage<LiveChatConversation> {
        let items: Vec<_> = rows
            .iter()
            .map(|(unread, waiting)| {
                let id = "01890a5d-ac96-774b-bcce-b302099a8057";
                let at = "2026-11-22T09:30:00.000Z";
                serde_json::json!({
                    "id": id, "userId": id, "funnelId": id, "funnelName": "f", "websiteId": id, "status": "open",
                    "user": {"id": id, "firstSeenAt": at, "lastSeenAt": at},
                    "startedAt": at, "lastMessageAt": at, "lastMessage": "", "messageCount": 0,
                    "createdAt": at, "updatedAt": at, "version": 1,
                    "unreadCount": unread,
                    "waitingSince": waiting.map(|at| Timestamp::from_millis(at).to_string()),
                })
            })
            .collect();
        let page = serde_json::json!({
            "items": items, "hasMore": has_more, "asOf": {"epoch": "e", "offset": "0"},
        });
        serde_json::from_value(page).expect("a page")
    }

    #[test]
    fn figures_count_what_the_page_holds() {
        let counts = Counts::of(&page(&[(0, None), (2, Some(5_000)), (1, Some(3_000))], false));
        assert_eq!(
            counts,
            Counts {
                open: 3,
                waiting: 2,
                longest_wait: Some(Timestamp::from_millis(3_000)),
                at_least: false,
            }
        );
    }

    #[test]
    fn a_page_that_is_not_the_last_says_at_least() {
        assert!(Counts::of(&page(&[(0, None)], true)).at_least);
    }
}
