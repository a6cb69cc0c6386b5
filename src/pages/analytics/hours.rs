//! One metric by hour of the week.

use std::rc::Rc;

use switchboard_contract::analytics::{AnalyticsQuery, Heatmap, HeatmapCell, Metric};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::values::{metric_name, value_text};
use crate::browser::{focus, is_right_to_left};
use crate::i18n::{t, t_with, weekdays_short};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Loading, view_query};

/// Props for [`Hours`].
#[derive(Properties, PartialEq)]
pub struct HoursProps {
    /// The report.
    pub query: AnalyticsQuery,
    /// Of what.
    pub metric: Metric,
    /// The list of an hour of the week is asked for: its day, 1 for Monday to 7 for Sunday, its hour, and what it is called.
    pub on_pick: Callback<(u8, u8, AttrValue)>,
}

/// The deepest step of the scale.
const DEEPEST: f64 = 6.0;

/// Which step of the scale a number has: 0 for none, then deeper the more of the most it is.
fn step(value: Option<f64>, most: f64) -> u8 {
    let share = value.filter(|_| most > 0.0).map_or(0.0, |value| value / most);
    // Between 0 and 6.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let step = (share.clamp(0.0, 1.0) * DEEPEST).ceil() as u8;
    step
}

fn has_list(cell: &HeatmapCell) -> bool {
    cell.reading.value.is_some_and(|value| value > 0.0)
}

/// The cell with a list that an arrow leads to from the one at `place`: along a day or an hour, past those that have none.
fn beyond(cells: &[HeatmapCell], place: usize, key: &str, is_mirrored: bool) -> Option<usize> {
    let (days, hours) = match key {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, if is_mirrored { 1 } else { -1 }),
        "ArrowRight" => (0, if is_mirrored { -1 } else { 1 }),
        _ => return None,
    };
    let mut at = (i32::try_from(place / 24).ok()?, i32::try_from(place % 24).ok()?);
    loop {
        at = (at.0 + days, at.1 + hours);
        if !(0..7).contains(&at.0) || !(0..24).contains(&at.1) {
            return None;
        }
        let next = usize::try_from(at.0 * 24 + at.1).ok()?;
        if cells.get(next).is_some_and(has_list) {
            return Some(next);
        }
    }
}

/// Whether a cell is the one by which `Tab` comes in: arrows go on from there.
fn is_first(cells: Option<&Heatmap>, day: usize, hour: u8) -> bool {
    let first = cells.and_then(|found| found.cells.iter().position(has_list));
    first == Some(day * 24 + usize::from(hour))
}

/// The hours of the week: the more, the deeper. A table, so that each number can be read.
#[component]
pub fn Hours(props: &HoursProps) -> Html {
    let class = scoped!(
        r#"
        overflow-x: auto;

        table {
            inline-size: 100%;
            min-inline-size: 44rem;
            table-layout: fixed;
            border-collapse: separate;
            border-spacing: 2px;
        }
        th {
            color: var(--text-3);
            font-size: var(--text-11);
            font-weight: var(--weight-normal);
            text-align: start;
            white-space: nowrap;
        }
        tr > th:first-child {
            inline-size: 2.5rem;
        }
        td {
            block-size: 1.625rem;
            padding: 0;
            border-radius: 2px;
            background: var(--heat-0);
            forced-color-adjust: none;
            print-color-adjust: exact;
        }
        td > button {
            display: block;
            inline-size: 100%;
            block-size: 1.625rem;
            padding: 0;
            border-radius: 2px;
        }
        td > button:hover {
            outline: 2px solid var(--text-3);
            outline-offset: -2px;
        }
        .heat-1 { background: var(--heat-1); }
        .heat-2 { background: var(--heat-2); }
        .heat-3 { background: var(--heat-3); }
        .heat-4 { background: var(--heat-4); }
        .heat-5 { background: var(--heat-5); }
        .heat-6 { background: var(--heat-6); }
        .scale {
            display: flex;
            align-items: center;
            gap: 2px;
            padding-block-start: var(--space-2);
            color: var(--text-3);
            font-size: var(--text-11);
            line-height: var(--lh-11);
        }
        .scale > i {
            inline-size: 1.25rem;
            block-size: 0.625rem;
            border-radius: 2px;
            forced-color-adjust: none;
            print-color-adjust: exact;
        }
        .scale > span {
            padding-inline: var(--space-1);
        }
        "#
    );
    let metric = props.metric;
    let hours = use_query(asks::heatmap(&props.query, metric));
    let days = weekdays_short();
    let table = |cells: Option<Rc<Heatmap>>| {
        let values = cells.iter().flat_map(|found| &found.cells);
        let most = values.filter_map(|cell| cell.reading.value).fold(0.0, f64::max);
        let onkeydown = {
            let cells = cells.clone();
            Callback::from(move |event: KeyboardEvent| {
                let target = event
                    .target()
                    .and_then(|target| target.dyn_into::<Element>().ok());
                let place = target
                    .as_ref()
                    .and_then(|cell| cell.get_attribute("data-cell")?.parse().ok());
                let (Some(target), Some(place), Some(found)) = (target, place, &cells) else {
                    return;
                };
                let Some(next) = beyond(&found.cells, place, &event.key(), is_right_to_left()) else {
                    return;
                };
                event.prevent_default();
                let table = target.closest("table").ok().flatten();
                let next = format!("[data-cell='{next}']");
                if let Some(next) = table.and_then(|table| table.query_selector(&next).ok().flatten()) {
                    focus(&next);
                }
            })
        };
        html! {
            <table {onkeydown} aria-label={t_with("reports.by_hour", &[("metric", &metric_name(metric))])}>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr">{ t("reports.day") }</span></th>
                        { for (0..24).map(|hour| html! {
                            <th key={hour} scope="col">
                                if hour % 3 == 0 { { format!("{hour:02}") } } else { <span class="sr">{ format!("{hour:02}") }</span> }
                            </th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for days.iter().enumerate().map(|(day, name)| html! {
                        <tr key={day}>
                            <th scope="row">{ name }</th>
                            { for (0..24_u8).map(|hour| {
                                let cell = cells.as_ref().and_then(|found| found.cells.get(day * 24 + usize::from(hour)));
                                let value = cell.and_then(|cell| cell.reading.value);
                                let text = value_text(metric, value);
                                let time = format!("{name} {hour:02}:00");
                                let onclick = {
                                    let time = AttrValue::from(time.clone());
                                    // Seven days of 24 hours.
                                    #[allow(clippy::cast_possible_truncation)]
                                    let weekday = day as u8 + 1;
                                    props.on_pick.reform(move |_: MouseEvent| (weekday, hour, time.clone()))
                                };
                                html! {
                                    <td key={hour} class={format!("heat-{}", step(value, most))} title={format!("{time} · {text}")}>
                                        if value.is_some_and(|value| value > 0.0) {
                                            <button
                                                type="button"
                                                tabindex={if is_first(cells.as_deref(), day, hour) { "0" } else { "-1" }}
                                                aria-label={t_with("reports.show_behind", &[("value", &text), ("metric", &time)])}
                                                data-cell={(day * 24 + usize::from(hour)).to_string()}
                                                {onclick}
                                            />
                                        } else {
                                            <span class="sr">{ text }</span>
                                        }
                                    </td>
                                }
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
        }
    };
    let scale = html! {
        <p class="scale" aria-hidden="true">
            <span>{ t("reports.less") }</span>
            { for (0..=6).map(|step| html! { <i key={step} style={format!("background: var(--heat-{step})")} /> }) }
            <span>{ t("reports.more") }</span>
        </p>
    };
    let ready = |found: &Heatmap| html! { <>{ table(Some(Rc::new(found.clone()))) }{ scale.clone() }</> };
    let skeleton = || html! { <Loading label={t("reports.hours_loading")}>{ table(None) }</Loading> };
    html! {
        <div {class} tabindex="0" role="group" aria-label={t_with("reports.by_hour", &[("metric", &metric_name(metric))])}>
            { view_query(&hours, &t("reports.hours_failed"), skeleton, ready) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contract::analytics::Reading;

    use super::*;

    #[test]
    fn the_most_is_deepest_and_any_is_seen() {
        assert_eq!(
            [None, Some(0.0), Some(1.0), Some(600.0)].map(|value| step(value, 600.0)),
            [0, 0, 1, 6]
        );
        assert_eq!(step(Some(3.0), 0.0), 0);
    }

    #[test]
    fn arrows_pass_hours_without_a_list() {
        let cells: Vec<HeatmapCell> = (0..168_u16)
            .map(|place| HeatmapCell {
                weekday: (place / 24 + 1) as u8,
                hour: (place % 24) as u8,
                reading: Reading {
                    value: [3, 9, 51].contains(&place).then_some(1.0),
                    spread: None,
                },
            })
            .collect();
        assert_eq!(beyond(&cells, 3, "ArrowRight", false), Some(9));
        assert_eq!(beyond(&cells, 9, "ArrowRight", true), Some(3));
        assert_eq!(beyond(&cells, 3, "ArrowDown", false), Some(51), "two days on");
        assert_eq!(beyond(&cells, 9, "ArrowRight", false), None, "the day ends");
        assert_eq!(beyond(&cells, 9, "Home", false), None);
    }
}
