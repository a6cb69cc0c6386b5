//! Key figures and what is new.

mod figures;
mod latest;
mod sites;
mod today;

use switchboard_contract::analytics::{Metric, RightNow};
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::page::{CursorPage, MAX_LIMIT};
use switchboard_contract::time::Timestamp;
use switchboard_engine::reports::Preset;
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::{duration_short, number, t, t_with, weekday_date};
use crate::pages::analytics::{MetricTrends, value_text};
use crate::query::asks::{self, of_preset};
use crate::query::{use_asked_again, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{PageHead, view_trouble};

use figures::{Figure, Figures};
use latest::Latest;
use sites::Sites;
use today::{Busiest, OnDuty};

/// How often figures of this moment are asked for although nothing has told of a change, in milliseconds.
const MINUTE_MS: u64 = 60_000;

/// Since when somebody has waited longest, of the open conversations of one page of the list.
fn longest_wait(page: &CursorPage<LiveChatConversation>) -> Option<Timestamp> {
    page.items
        .iter()
        .filter_map(|conversation| conversation.waiting_since)
        .min()
}

/// The page.
#[component]
pub fn Overview() -> Html {
    let open = use_query(asks::open_conversations(MAX_LIMIT));
    let longest = open.data.as_ref().map(|data| longest_wait(&data.value));
    let now = now().wall;
    let today = use_query(asks::figures(&of_preset(Preset::Today, None)));
    // Nobody tells that somebody has left.
    use_asked_again(&today, MINUTE_MS);
    let right_now = today.data.as_ref().map(|data| data.value.right_now);
    let counted = |key: &'static str, label: AttrValue, count: fn(RightNow) -> u64| Figure {
        key,
        label,
        metric: None,
        value: right_now.map(|right_now| number(count(right_now)).into()),
        failed: today.error.is_some(),
        detail: None,
        urgent: false,
    };
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
            detail: Some(html! { { t("overview.open_detail") } }),
            ..counted("open", t("overview.open"), |right_now| right_now.open)
        },
        Figure {
            detail: longest.map(|longest| match longest {
                Some(since) => {
                    let seconds = (now.as_millis() - since.as_millis()) / 1_000;
                    html! { { t_with("overview.longest", &[("wait", &duration_short(seconds))]) } }
                }
                None => html! { { t("overview.nobody_waits") } },
            }),
            urgent: right_now.is_some_and(|right_now| right_now.waiting > 0),
            ..counted("waiting", t("overview.waiting"), |right_now| right_now.waiting)
        },
        measured("conversations", Metric::Conversations),
        measured("first_response", Metric::FirstResponseSeconds),
        measured("satisfaction", Metric::Satisfaction),
        Figure {
            detail: Some(html! { { t("overview.visitors_detail") } }),
            ..counted("visitors", t("overview.visitors"), |right_now| right_now.visitors)
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
                    <div>{ view_trouble(&today, &t("reports.figures_failed")) }</div>
                </div>
                <section aria-labelledby="trends-heading">
                    <div class="section-head"><h2 id="trends-heading">{ t("reports.last_30") }</h2></div>
                    <MetricTrends />
                </section>
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

    fn page(waiting: &[Option<i64>]) -> CursorPage<LiveChatConversation> {
        let items: Vec<_> = waiting
            .iter()
            .map(|waiting| {
                let id = "01890a5d-ac96-774b-bcce-b302099a8057";
                let at = "2026-11-22T09:30:00.000Z";
                serde_json::json!({
                    "id": id, "userId": id, "funnelId": id, "funnelName": "f", "websiteId": id, "status": "open",
                    "user": {"id": id, "firstSeenAt": at, "lastSeenAt": at},
                    "startedAt": at, "lastMessageAt": at, "lastMessage": "", "messageCount": 0,
                    "createdAt": at, "updatedAt": at, "version": 1,
                    "waitingSince": waiting.map(|at| Timestamp::from_millis(at).to_string()),
                })
            })
            .collect();
        let page = serde_json::json!({
            "items": items, "hasMore": false, "asOf": {"epoch": "e", "offset": "0"},
        });
        serde_json::from_value(page).expect("a page")
    }

    #[test]
    fn the_longest_wait_is_the_one_that_began_first() {
        assert_eq!(
            longest_wait(&page(&[None, Some(5_000), Some(3_000)])),
            Some(Timestamp::from_millis(3_000))
        );
        assert_eq!(longest_wait(&page(&[None])), None, "nobody waits");
    }
}
