//! Figures over time: what was asked, how long people waited, how they liked it.
//!
//! | file | holds |
//! | --- | --- |
//! | `wanted.rs` | what the address asks for |
//! | `filters.rs` | days, comparison and filters |
//! | `figures.rs`, `definition.rs`, `values.rs` | numbers with their change and what they are |
//! | `points.rs`, `hours.rs`, `steps.rs`, `as_table.rs` | one metric by time, by hour of the week, by how long it took; the same as tables |
//! | `breakdown.rs` | tables, with the shares of what they count |
//! | `trends.rs` | the way of a few metrics, small, for other pages |
//! | `behind.rs` | the list behind a number |
//! | `export.rs` | files |

mod as_table;
mod behind;
mod breakdown;
mod definition;
mod export;
mod figures;
mod filters;
mod hours;
mod names;
mod points;
mod steps;
mod trends;
mod values;
mod wanted;

use switchboard_contract::analytics::{
    AnalyticsQuery, BreakdownRow, Dimension, HistogramStep, Interval, Metric, Report, SeriesPoint, Unit,
};
use switchboard_engine::reports::Asked;
use yew::prelude::*;

use crate::api::{ApiError, Behind};
use crate::forms::{Choice, Segments, SelectField};
use crate::i18n::{t, t_with};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{
    EmptyState, Icon, IconName, IconSize, Link, Menu, MenuItem, Notice, PageHead, Tone, view_trouble,
};

use behind::{BehindNumber, Picked};
use breakdown::{FiguresTable, table_name};
pub use definition::Defined;
use export::use_export;
pub use figures::MetricFigures;
use filters::{Filters, fault_text, interval_name};
use hours::Hours;
use names::{row_name, use_names};
use points::Points;
use steps::Steps;
pub use trends::MetricTrends;
pub use values::value_text;
use values::{day_name, metric_name, point_label};
pub use wanted::report_link;
use wanted::{Wanted, use_wanted};

/// The figures of the page, from the start of the line.
const FIGURES: &[Metric] = &[
    Metric::Conversations,
    Metric::FirstResponseSeconds,
    Metric::ReplySeconds,
    Metric::ResolutionSeconds,
    Metric::Satisfaction,
    Metric::Missed,
    Metric::Unanswered,
    Metric::Reopened,
    Metric::Messages,
    Metric::Visitors,
];

const TABLES: [Dimension; 7] = [
    Dimension::Agent,
    Dimension::Website,
    Dimension::Funnel,
    Dimension::Label,
    Dimension::Page,
    Dimension::Country,
    Dimension::Device,
];

/// The page.
#[component]
pub fn Analytics() -> Html {
    let class = scoped!(
        r#"
        .about {
            margin-block: var(--space-4);
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-1) var(--space-4);
            color: var(--text-2);
        }
        .tools {
            display: flex;
            flex-wrap: wrap;
            align-items: end;
            gap: var(--space-3);
            padding-block-end: var(--space-3);
        }
        .tools > .pick-one {
            inline-size: 14rem;
        }
        section {
            min-inline-size: 0;
        }
        @media print {
            .tools, .exporting {
                display: none;
            }
            section {
                break-inside: avoid;
            }
        }
        "#
    );
    let wanted = use_wanted();
    let names = use_names();
    let picked = use_state_eq(|| None::<Picked>);
    let query = wanted.query();
    let overview = use_query(asks::figures(&query));
    let (exporting, export) = use_export(query.clone());
    let interval = wanted.asked.interval_on(wanted.today);
    let metric = wanted.asked.metric;
    let pick = {
        let picked = picked.setter();
        Callback::from(move |found: Picked| picked.set(Some(found)))
    };
    let on_close = {
        let picked = picked.setter();
        Callback::from(move |()| picked.set(None))
    };
    let on_figure = {
        let query = query.clone();
        pick.reform(move |metric| Picked {
            metric,
            query: query.clone(),
            behind: Behind {
                metric: Some(metric),
                ..Behind::default()
            },
            part: AttrValue::default(),
        })
    };
    let on_point = {
        let query = query.clone();
        pick.reform(move |point: SeriesPoint| Picked {
            metric,
            query: query.clone(),
            behind: Behind {
                metric: Some(metric),
                since: Some(point.at),
                before: Some(point.until),
                ..Behind::default()
            },
            part: point_label(point.at, interval, &query.tz).into(),
        })
    };
    let on_hour = {
        let query = query.clone();
        pick.reform(move |(weekday, hour, part): (u8, u8, AttrValue)| Picked {
            metric,
            query: query.clone(),
            behind: Behind {
                metric: Some(metric),
                hour_of_week: Some((weekday, hour)),
                ..Behind::default()
            },
            part,
        })
    };
    // What is shown by time, where it is a duration; else what people wait for first.
    let duration = match metric.unit() {
        Unit::Seconds => metric,
        Unit::Count | Unit::Share => Metric::FirstResponseSeconds,
    };
    let on_step = {
        let query = query.clone();
        // Whole seconds of a few days.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        pick.reform(move |(step, part): (HistogramStep, AttrValue)| Picked {
            metric: duration,
            query: query.clone(),
            behind: Behind {
                metric: Some(duration),
                least: Some(step.least as u32),
                below: step.below.map(|below| below as u32),
                ..Behind::default()
            },
            part,
        })
    };
    let before = wanted.asked.compares.then(|| wanted.query_before());
    let on_cell = {
        let (query, by) = (query.clone(), wanted.asked.by);
        pick.reform(move |(row, metric): (BreakdownRow, Metric)| Picked {
            metric,
            query: narrowed(&query, by, &row),
            behind: Behind {
                metric: Some(metric),
                ..Behind::default()
            },
            part: row_name(by, &row),
        })
    };
    let days = t_with(
        "reports.about_days",
        &[("from", &day_name(&query.from)), ("to", &day_name(&query.to))],
    );
    let has_nothing = overview.data.as_ref().is_some_and(|data| {
        let current = &data.value.current;
        current.conversations == 0 && current.messages == 0 && current.visitors.unwrap_or(0) == 0
    });
    html! {
        <>
            <PageHead heading={Route::Analytics.heading()}>
                <ExportMenu {metric} {interval} split={wanted.asked.parts()} by={wanted.asked.by} on_choose={export} />
            </PageHead>
            <div class={classes!("page", class)}>
                <div>
                    <Filters wanted={wanted.clone()} names={names.clone()} />
                    <p class="about">
                        <span>{ days }</span>
                        <span>{ t_with("reports.zone", &[("zone", &wanted.zone)]) }</span>
                    </p>
                    <div>{ faults(&wanted, overview.error.as_ref()) }</div>
                    <div class="exporting">{ exporting.unwrap_or_else(|| html! { <span hidden=true /> }) }</div>
                    <div>{ view_trouble(&overview, &t("reports.figures_failed")) }</div>
                    <div>
                        if has_nothing {
                            <EmptyState icon={IconName::Chart} title={t("reports.empty")} text={t("reports.empty_text")}>
                                <Link class="btn" to={Route::Websites}>{ t("reports.to_websites") }</Link>
                            </EmptyState>
                        }
                    </div>
                    <MetricFigures
                        label={t("reports.figures")}
                        {overview}
                        metrics={FIGURES}
                        compares={wanted.asked.compares}
                        on_pick={on_figure}
                    />
                </div>
                <section aria-labelledby="reports-by-time">
                    <div class="section-head"><h2 id="reports-by-time">{ t_with("reports.by_time", &[("metric", &metric_name(metric))]) }</h2></div>
                    <ByTime wanted={wanted.clone()} />
                    <Points query={query.clone()} {metric} {interval} {before} split={wanted.asked.parts()} on_pick={on_point} />
                </section>
                <section aria-labelledby="reports-by-hour">
                    <div class="section-head"><h2 id="reports-by-hour">{ t_with("reports.by_hour", &[("metric", &metric_name(metric))]) }</h2></div>
                    <Hours query={query.clone()} {metric} on_pick={on_hour} />
                </section>
                <section aria-labelledby="reports-by-step">
                    <div class="section-head"><h2 id="reports-by-step">{ t_with("reports.by_step", &[("metric", &metric_name(duration))]) }</h2></div>
                    <Steps query={query.clone()} metric={duration} on_pick={on_step} />
                </section>
                <section aria-labelledby="reports-table">
                    <div class="section-head"><h2 id="reports-table">{ t("reports.table") }</h2></div>
                    <TableChoice wanted={wanted.clone()} />
                    <FiguresTable wanted={wanted.clone()} on_pick={on_cell} />
                </section>
            </div>
            <div>
                if let Some(found) = &*picked {
                    <BehindNumber picked={found.clone()} names={names} {on_close} />
                }
            </div>
        </>
    }
}

/// The report of one row of a table.
fn narrowed(query: &AnalyticsQuery, by: Dimension, row: &BreakdownRow) -> AnalyticsQuery {
    let mut query = query.clone();
    let key = row.key.as_deref().unwrap_or_default();
    match by {
        Dimension::Website => query.website_id = key.parse().ok(),
        Dimension::Funnel => query.funnel_id = key.parse().ok(),
        Dimension::Agent => query.operator_id = key.parse().ok(),
        Dimension::Label => query.label = key.parse().ok(),
        Dimension::Page | Dimension::Country | Dimension::Device => {}
    }
    query
}

/// What is wrong with the address, with a way back.
fn faults(wanted: &Wanted, refused: Option<&ApiError>) -> Html {
    let is_refused = matches!(refused, Some(ApiError::Validation(_) | ApiError::NotFound(_)));
    if wanted.faults.is_empty() && !is_refused {
        return html! { <span hidden=true /> };
    }
    let back = wanted.changing(|asked: &mut Asked, _: MouseEvent| *asked = Asked::default());
    html! {
        <Notice tone={Tone::Warning}>
            <span>
                { for wanted.faults.iter().enumerate().map(|(index, fault)| html! { <span key={index}>{ fault_text(*fault) }{ " " }</span> }) }
                if is_refused {
                    { t("reports.refused") }
                }
            </span>
            <button class="text-btn" type="button" onclick={back}>{ t("reports.start_over") }</button>
        </Notice>
    }
}

#[derive(Properties, PartialEq)]
struct OfWanted {
    wanted: Wanted,
}

/// What is shown by time, and in which steps.
#[component]
fn ByTime(props: &OfWanted) -> Html {
    let wanted = &props.wanted;
    let metrics = Metric::all()
        .map(|metric| Choice {
            value: metric.to_string().into(),
            text: metric_name(metric),
        })
        .collect::<Vec<_>>();
    let on_metric = wanted.changing(|asked: &mut Asked, word: String| {
        asked.metric = Metric::all()
            .find(|metric| metric.to_string() == word)
            .unwrap_or(Metric::Conversations);
    });
    let splits = [
        None,
        Some(Dimension::Website),
        Some(Dimension::Funnel),
        Some(Dimension::Agent),
    ];
    let word = |by: Option<Dimension>| by.map_or_else(String::new, |by| by.to_string());
    let parts: Vec<Choice> = splits
        .into_iter()
        .map(|by| Choice {
            value: word(by).into(),
            text: by.map_or_else(|| t("reports.no_split"), table_name),
        })
        .collect();
    let on_split = wanted.changing(move |asked: &mut Asked, chosen: String| {
        asked.split = splits.into_iter().find(|by| word(*by) == chosen).flatten();
    });
    let intervals: Vec<Interval> = wanted.asked.range.days(wanted.today).intervals();
    let choices: Vec<Choice> = intervals
        .iter()
        .map(|interval| Choice {
            value: interval.to_string().into(),
            text: interval_name(*interval),
        })
        .collect();
    let on_interval = wanted.changing(move |asked: &mut Asked, word: AttrValue| {
        asked.interval = intervals
            .iter()
            .copied()
            .find(|interval| interval.to_string() == *word);
    });
    html! {
        <div class="tools">
            <div class="pick-one">
                <SelectField
                    id="reports-metric"
                    label={t("reports.metric")}
                    value={wanted.asked.metric.to_string()}
                    choices={metrics}
                    onchange={on_metric}
                />
            </div>
            <div class="pick-one" hidden={!wanted.asked.can_split()}>
                <SelectField
                    id="reports-split"
                    label={t("reports.split")}
                    value={word(wanted.asked.split)}
                    choices={parts}
                    onchange={on_split}
                />
            </div>
            <Segments
                name="interval"
                label={t("reports.interval")}
                value={wanted.asked.interval_on(wanted.today).to_string()}
                {choices}
                onchange={on_interval}
            />
        </div>
    }
}

/// What the table has rows of.
#[component]
fn TableChoice(props: &OfWanted) -> Html {
    let wanted = &props.wanted;
    let choices: Vec<Choice> = TABLES
        .iter()
        .map(|by| Choice {
            value: by.to_string().into(),
            text: table_name(*by),
        })
        .collect();
    let onchange = wanted.changing(|asked: &mut Asked, word: String| {
        asked.by = TABLES
            .into_iter()
            .find(|by| by.to_string() == word)
            .unwrap_or(Dimension::Agent);
        asked.sort = None;
    });
    html! {
        <div class="tools">
            <div class="pick-one">
                <SelectField id="reports-rows" label={t("reports.rows_of")} value={wanted.asked.by.to_string()} {choices} {onchange} />
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ExportMenuProps {
    metric: Metric,
    interval: Interval,
    split: Option<Dimension>,
    by: Dimension,
    on_choose: Callback<(Report, Behind)>,
}

/// What of the page is saved as a file.
#[component]
fn ExportMenu(props: &ExportMenuProps) -> Html {
    let ExportMenuProps {
        metric,
        interval,
        split,
        by,
        on_choose,
    } = props;
    let item = |key: &'static str, text: AttrValue, report: Report, behind: Behind| MenuItem {
        key,
        text,
        icon: IconName::Download,
        on_choose: on_choose.reform(move |()| (report, behind)),
    };
    let series = Behind {
        metric: Some(*metric),
        interval: Some(*interval),
        by: *split,
        ..Behind::default()
    };
    let table = Behind {
        by: Some(*by),
        ..Behind::default()
    };
    let items = vec![
        item(
            "figures",
            t("reports.export_figures"),
            Report::Overview,
            Behind::default(),
        ),
        item("series", t("reports.export_series"), Report::Series, series),
        item("table", t("reports.export_table"), Report::Breakdown, table),
        item(
            "conversations",
            t("reports.export_conversations"),
            Report::Conversations,
            Behind::default(),
        ),
    ];
    html! {
        <Menu label={t("reports.export")} items={items} button={classes!("btn")}>
            <Icon name={IconName::Download} size={IconSize::Small} />
            { t("reports.export") }
        </Menu>
    }
}
