//! How the connection fares, in figures, for those who want to know.

use switchboard_engine::health::{Health, LossReason};
use yew::prelude::*;

use crate::browser::{Interval, now};
use crate::chat::Chat;
use crate::i18n::{clock_time, number, t, t_count, t_with};
use crate::scoped;

/// The figures are asked for again this often, in milliseconds.
const EVERY_MS: u64 = 2_000;

/// Props for [`HealthFigures`].
#[derive(Properties, PartialEq)]
pub(super) struct HealthFiguresProps {
    /// Whose connection.
    pub chat: Chat,
}

/// The figures, kept up to date while they are shown; whichever tab is connected measures for all.
#[component]
pub(super) fn HealthFigures(props: &HealthFiguresProps) -> Html {
    let update = use_force_update();
    use_effect_with(props.chat.clone(), move |chat| {
        chat.measure(true);
        let interval = {
            let chat = chat.clone();
            Interval::new(EVERY_MS, move || {
                chat.measure(true);
                update.force_update();
            })
        };
        let chat = chat.clone();
        move || {
            drop(interval);
            chat.measure(false);
        }
    });
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--space-1) var(--space-4);
        font-size: var(--text-12);
        line-height: var(--lh-12);

        .figure {
            display: contents;
        }
        dt {
            color: var(--text-3);
        }
        dd {
            margin: 0;
            color: var(--text-2);
            font-variant-numeric: var(--numeric);
        }
        "#
    );
    let health = props.chat.read(|desk| desk.health(now())).unwrap_or_default();
    html! {
        <dl {class}>
            { for figures(&health).into_iter().map(|(name, value)| html! {
                <div key={name.to_string()} class="figure"><dt>{ name }</dt><dd>{ value }</dd></div>
            }) }
        </dl>
    }
}

fn figures(health: &Health) -> Vec<(AttrValue, AttrValue)> {
    let unknown = || t("health.unknown");
    let round_trip = health.round_trip_ms.map_or_else(unknown, |ms| {
        t_with("health.milliseconds", &[("count", &number(ms))])
    });
    let mut figures = vec![
        (t("health.round_trip"), round_trip),
        (
            t("health.last_sign"),
            health.frame_age_ms.map_or_else(unknown, age),
        ),
        (
            t("health.last_event"),
            health.event_age_ms.map_or_else(unknown, age),
        ),
        (t("health.reconnects"), AttrValue::from(number(health.reconnects))),
    ];
    if health.lag > 0 {
        figures.push((t("health.lag"), t_count("health.lag_events", health.lag, &[])));
    }
    if let Some(loss) = &health.last_loss {
        let time = clock_time(loss.at);
        let text = t_with(
            "health.loss_at",
            &[("reason", &reason(loss.reason)), ("time", &time)],
        );
        figures.push((t("health.last_loss"), text));
    }
    figures
}

fn age(ms: u64) -> AttrValue {
    match ms / 1_000 {
        seconds if seconds < 120 => t_count("health.seconds_ago", seconds, &[]),
        seconds => t_count("health.minutes_ago", seconds / 60, &[]),
    }
}

fn reason(reason: LossReason) -> AttrValue {
    match reason {
        LossReason::Closed(code) => t_with("health.loss_closed", &[("code", &code.to_string())]),
        LossReason::Silent => t("health.loss_silent"),
        LossReason::Unreadable => t("health.loss_unreadable"),
        LossReason::Overdue => t("health.loss_overdue"),
        LossReason::Unreachable => t("health.loss_unreachable"),
        LossReason::RateLimited => t("health.loss_rate_limited"),
        LossReason::NetworkDown => t("health.loss_network_down"),
        LossReason::PositionLost => t("health.loss_position_lost"),
    }
}
