//! Numbers of reports in words.

use switchboard_contract::analytics::{Figures, Interval, Metric, Reading, Unit};
use switchboard_contract::time::Timestamp;
use switchboard_engine::reports::{By, Change, change};
use yew::prelude::*;

use crate::i18n::{
    clock_in_zone, date_long, day_in_zone, day_short_in_zone, decimal, duration_fine, hour_in_zone,
    month_in_zone, month_short_in_zone, number, percent_fine, t, t_count, t_with,
};
use crate::scoped;

/// What a metric is called, what it is, and how it is computed, in the person's language. In English it is what
/// `contract::analytics::DEFINITIONS` says.
pub fn metric_words(metric: Metric) -> (AttrValue, AttrValue, AttrValue) {
    match metric {
        Metric::Conversations => (
            t("metric.conversations"),
            t("metric.conversations_is"),
            t("metric.computed_once"),
        ),
        Metric::FirstResponseSeconds => (
            t("metric.first_response_seconds"),
            t("metric.first_response_seconds_is"),
            t("metric.computed_rank"),
        ),
        Metric::FirstResponseSecondsBusiness => (
            t("metric.first_response_seconds_business"),
            t("metric.first_response_seconds_business_is"),
            t("metric.computed_business"),
        ),
        Metric::Unanswered => (
            t("metric.unanswered"),
            t("metric.unanswered_is"),
            t("metric.computed_once"),
        ),
        Metric::ReplySeconds => (
            t("metric.reply_seconds"),
            t("metric.reply_seconds_is"),
            t("metric.computed_rank"),
        ),
        Metric::ReplySecondsBusiness => (
            t("metric.reply_seconds_business"),
            t("metric.reply_seconds_business_is"),
            t("metric.computed_business"),
        ),
        Metric::ResolutionSeconds => (
            t("metric.resolution_seconds"),
            t("metric.resolution_seconds_is"),
            t("metric.computed_rank"),
        ),
        Metric::ResolutionSecondsBusiness => (
            t("metric.resolution_seconds_business"),
            t("metric.resolution_seconds_business_is"),
            t("metric.computed_business"),
        ),
        Metric::Reopened => (
            t("metric.reopened"),
            t("metric.reopened_is"),
            t("metric.computed_once_however"),
        ),
        Metric::Satisfaction => (
            t("metric.satisfaction"),
            t("metric.satisfaction_is"),
            t("metric.computed_share"),
        ),
        Metric::Ratings => (
            t("metric.ratings"),
            t("metric.ratings_is"),
            t("metric.computed_once"),
        ),
        Metric::RatingRequests => (
            t("metric.rating_requests"),
            t("metric.rating_requests_is"),
            t("metric.computed_once"),
        ),
        Metric::Missed => (
            t("metric.missed"),
            t("metric.missed_is"),
            t("metric.computed_once"),
        ),
        Metric::Messages => (
            t("metric.messages"),
            t("metric.messages_is"),
            t("metric.computed_quarters"),
        ),
        Metric::Visitors => (
            t("metric.visitors"),
            t("metric.visitors_is"),
            t("metric.computed_people"),
        ),
        Metric::Unknown => Default::default(),
    }
}

/// What a metric is called.
pub fn metric_name(metric: Metric) -> AttrValue {
    metric_words(metric).0
}

/// A number of a metric; a dash where nothing was measured.
pub fn value_text(metric: Metric, value: Option<f64>) -> AttrValue {
    let Some(value) = value else {
        return AttrValue::Static("–");
    };
    AttrValue::from(match metric.unit() {
        // Read back from a count.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Unit::Count => number(value as u64),
        Unit::Seconds => duration_fine(value),
        Unit::Share => percent_fine(value),
    })
}

/// What stands beside a number: the slowest tenth, or how many there were.
pub fn beside(metric: Metric, figures: &Figures, reading: Reading) -> AttrValue {
    match (metric, reading.spread) {
        (_, Some(spread)) => match (spread.p90, spread.mean) {
            (Some(p90), Some(mean)) => t_with(
                "reports.spread",
                &[("p90", &duration_fine(p90)), ("mean", &duration_fine(mean))],
            ),
            _ => AttrValue::default(),
        },
        (Metric::Satisfaction, None) => t_count("reports.ratings", figures.ratings, &[]),
        _ => AttrValue::default(),
    }
}

/// Props for [`Delta`].
#[derive(Properties, PartialEq)]
pub struct DeltaProps {
    /// Of what.
    pub metric: Metric,
    /// The number now.
    pub current: Option<f64>,
    /// The number before.
    pub previous: Option<f64>,
}

/// The change against the time before, with what it was.
#[component]
pub fn Delta(props: &DeltaProps) -> Html {
    let class = scoped!(
        r#"
        display: inline-flex;
        flex-wrap: wrap;
        gap: 0 var(--space-2);

        .moved {
            color: var(--text-2);
            font-weight: var(--weight-medium);
        }
        .is-good {
            color: var(--success-text);
        }
        .is-bad {
            color: var(--danger-text);
        }
        "#
    );
    let DeltaProps {
        metric,
        current,
        previous,
    } = *props;
    let was = t_with("reports.was", &[("value", &value_text(metric, previous))]);
    match change(metric, current, previous) {
        Change::Unknown => html! { <span {class}>{ t("reports.nothing_before") }</span> },
        Change::Same => html! { <span {class}>{ t("reports.same") }</span> },
        Change::Moved { is_up, by, is_good } => {
            let by = match by {
                By::Share(share) => percent_fine(share),
                By::Seconds(seconds) => duration_fine(seconds),
                By::Points(points) => t_with("reports.points", &[("count", &decimal(points))]).to_string(),
                By::FromNothing => String::new(),
            };
            let is_first = by.is_empty();
            let text = match (is_up, is_first) {
                (true, true) => t("reports.new"),
                (true, false) => t_with("reports.up", &[("by", &by)]),
                (false, _) => t_with("reports.down", &[("by", &by)]),
            };
            let tone = is_good.map(|good| if good { "is-good" } else { "is-bad" });
            html! {
                <span {class}>
                    <span class={classes!("moved", tone)}>{ text }</span>
                    <span hidden={is_first}>{ was }</span>
                </span>
            }
        }
    }
}

/// When a point begins, by the clock of `zone`.
pub fn point_label(at: Timestamp, interval: Interval, zone: &str) -> String {
    match interval {
        Interval::Hour => hour_in_zone(at, zone),
        Interval::Day => day_in_zone(at, zone),
        Interval::Week => t_with("reports.week_from", &[("day", &day_in_zone(at, zone))]).to_string(),
        Interval::Month => month_in_zone(at, zone),
    }
}

/// The same as short as it can be, for an axis.
pub fn point_short(at: Timestamp, interval: Interval, zone: &str) -> String {
    match interval {
        Interval::Hour => clock_in_zone(at, zone),
        Interval::Day | Interval::Week => day_short_in_zone(at, zone),
        Interval::Month => month_short_in_zone(at, zone),
    }
}

/// A day of an address, such as `23 November 2026`: noon of it lies within it everywhere that people live.
pub fn day_name(text: &str) -> String {
    Timestamp::parse(&format!("{text}T12:00:00.000Z")).map_or_else(|_| text.to_owned(), date_long)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use switchboard_contract::analytics::DEFINITIONS;

    #[test]
    fn english_says_what_the_contract_says() {
        let english: HashMap<String, String> =
            serde_json::from_str(include_str!("../../../messages/en.json")).expect("messages");
        let said: Vec<&str> = english
            .iter()
            .filter(|(key, _)| key.starts_with("metric."))
            .map(|(_, text)| text.as_str())
            .collect();
        for definition in DEFINITIONS {
            for text in [definition.name, definition.definition, definition.computation] {
                assert!(said.contains(&text), "no message says: {text}");
            }
        }
        let known = |text: &str| {
            DEFINITIONS
                .iter()
                .any(|known| [known.name, known.definition, known.computation].contains(&text))
        };
        for text in said {
            assert!(known(text), "the contract does not say: {text}");
        }
    }
}
