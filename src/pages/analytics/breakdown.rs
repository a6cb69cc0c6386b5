//! Figures in a table: a row for each operator, website, page ….

use switchboard_contract::analytics::{Breakdown, BreakdownRow, Dimension, Metric};
use switchboard_engine::reports::{Asked, Column, Sort, sort_rows};
use yew::prelude::*;

use super::names::row_name;
use super::values::{metric_name, value_text};
use super::wanted::Wanted;
use crate::i18n::{number, t, t_with};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{EmptyState, Icon, IconName, IconSize, Loading, Ring, RingPart, Skeleton, Table, view_query};

const OF_CONVERSATIONS: &[Column] = &[
    Column::Of(Metric::Conversations),
    Column::Of(Metric::FirstResponseSeconds),
    Column::Of(Metric::ReplySeconds),
    Column::Of(Metric::ResolutionSeconds),
    Column::Of(Metric::Satisfaction),
    Column::Of(Metric::Ratings),
    Column::Of(Metric::Missed),
];
const OF_VISITORS: &[Column] = &[Column::Of(Metric::Visitors)];
const OF_PAGES: &[Column] = &[Column::Of(Metric::Visitors), Column::Views];

/// The columns of a table.
pub const fn columns(by: Dimension) -> &'static [Column] {
    match by {
        Dimension::Page => OF_PAGES,
        Dimension::Country | Dimension::Device => OF_VISITORS,
        _ => OF_CONVERSATIONS,
    }
}

/// A table in words.
pub fn table_name(by: Dimension) -> AttrValue {
    match by {
        Dimension::Website => t("reports.by_website"),
        Dimension::Funnel => t("reports.by_funnel"),
        Dimension::Agent => t("reports.by_operator"),
        Dimension::Label => t("reports.by_label"),
        Dimension::Page => t("reports.by_page"),
        Dimension::Country => t("reports.by_country"),
        Dimension::Device => t("reports.by_device"),
    }
}

/// Props for [`FiguresTable`].
#[derive(Properties, PartialEq)]
pub struct FiguresTableProps {
    /// What the address asks for.
    pub wanted: Wanted,
    /// The list behind a cell is asked for.
    pub on_pick: Callback<(BreakdownRow, Metric)>,
}

/// The table, in the order that the address says.
#[component]
pub fn FiguresTable(props: &FiguresTableProps) -> Html {
    let class = scoped!(
        r#"
        overflow-x: auto;

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
        [aria-sort] .icon {
            visibility: visible;
        }
        [aria-sort="ascending"] .icon {
            transform: rotate(180deg);
        }
        .shares {
            max-inline-size: 40rem;
            padding-block: var(--space-2) var(--space-5);
        }
        .shares:has(> [hidden]) {
            padding: 0;
        }
        .name {
            display: block;
            max-inline-size: 22rem;
            overflow: hidden;
            text-overflow: ellipsis;
            white-space: nowrap;
        }
        .pick {
            padding: 0;
            border-radius: var(--radius-xs);
            color: var(--accent-text);
            font: inherit;
            font-weight: var(--weight-medium);
            font-variant-numeric: var(--numeric);
        }
        .pick:hover {
            text-decoration: underline;
        }
        "#
    );
    let wanted = &props.wanted;
    let by = wanted.asked.by;
    let found = use_query(asks::breakdown(&wanted.query(), by));
    let sort = wanted.asked.sort;
    let head = || {
        let column = |column: Column, text: AttrValue| {
            let order = sort.filter(|sort| sort.by == column);
            // Numbers begin with the largest, names with the first.
            let is_descending = order.map_or(column != Column::Name, |sort| !sort.is_descending);
            let onclick = wanted.changing(move |asked: &mut Asked, _: MouseEvent| {
                asked.sort = Some(Sort {
                    by: column,
                    is_descending,
                });
            });
            let order = order.map(|sort| {
                if sort.is_descending {
                    "descending"
                } else {
                    "ascending"
                }
            });
            html! {
                <th role="columnheader" class={classes!((column != Column::Name).then_some("end"))} aria-sort={order}>
                    <button type="button" class="sort" {onclick}>{ text }<Icon name={IconName::Down} size={IconSize::Small} /></button>
                </th>
            }
        };
        html! {
            <thead role="rowgroup">
                <tr role="row">
                    { column(Column::Name, table_name(by)) }
                    { for columns(by).iter().map(|of| column(*of, column_name(*of))) }
                </tr>
            </thead>
        }
    };
    let ready = |found: &Breakdown| {
        if found.rows.is_empty() {
            return html! { <EmptyState icon={IconName::Chart} title={t("reports.no_rows")} text={t("reports.no_rows_text")} /> };
        }
        let mut rows = found.rows.clone();
        if let Some(sort) = sort {
            sort_rows(&mut rows, sort, |row| row_name(by, row).to_string());
        }
        html! {
            <>
            <div class="shares">{ view_shares(by, &rows) }</div>
            <Table label={table_name(by)}>
                { head() }
                <tbody role="rowgroup">
                    { for rows.iter().map(|row| html! {
                        <tr role="row" key={row.key.clone().unwrap_or_default()}>
                            <td role="cell"><bdi class="name strong" title={row_name(by, row)}>{ row_name(by, row) }</bdi></td>
                            { for columns(by).iter().map(|column| cell(by, row, *column, &props.on_pick)) }
                        </tr>
                    }) }
                </tbody>
            </Table>
            </>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("reports.table_loading")}>
                <Table label="">
                    { head() }
                    <tbody role="rowgroup">
                        { for (0..4).map(|row| html! {
                            <tr key={row}>
                                <td><Skeleton inline="9rem" /></td>
                                { for columns(by).iter().enumerate().map(|(index, _)| html! { <td key={index} class="end"><Skeleton inline="3rem" /></td> }) }
                            </tr>
                        }) }
                    </tbody>
                </Table>
            </Loading>
        }
    };
    html! {
        <div {class} tabindex="0" role="region" aria-label={table_name(by)}>
            { view_query(&found, &t("reports.table_failed"), skeleton, ready) }
        </div>
    }
}

/// The shares of what the table counts first, where its rows are parts of a whole: people see several pages, and have several labels.
fn view_shares(by: Dimension, rows: &[BreakdownRow]) -> Html {
    let metric = match columns(by).first() {
        Some(Column::Of(metric)) if !matches!(by, Dimension::Page | Dimension::Label) => *metric,
        _ => return html! { <span hidden=true /> },
    };
    let parts = rows.iter().map(|row| RingPart {
        name: row_name(by, row),
        amount: row.figures.reading(metric).value.unwrap_or(0.0),
    });
    let name = t_with(
        "reports.shares",
        &[("metric", &metric_name(metric)), ("rows", &table_name(by))],
    );
    let text_of = Callback::from(move |amount: f64| value_text(metric, Some(amount)));
    html! { <Ring {name} parts={parts.collect::<Vec<_>>()} {text_of} /> }
}

fn column_name(column: Column) -> AttrValue {
    match column {
        Column::Name => AttrValue::default(),
        Column::Views => t("reports.views"),
        Column::Of(metric) => metric_name(metric),
    }
}

fn cell(
    by: Dimension,
    row: &BreakdownRow,
    column: Column,
    on_pick: &Callback<(BreakdownRow, Metric)>,
) -> Html {
    let name = column_name(column);
    let Column::Of(metric) = column else {
        let text = row.views.map_or_else(|| "–".to_owned(), number);
        return html! { <td role="cell" class="end" key="views" data-label={name}>{ text }</td> };
    };
    let text = value_text(metric, row.figures.reading(metric).value);
    // What belongs to nobody cannot be asked for alone.
    let can_narrow = row.key.is_some() && !by.is_of_visitors() && row.figures.occurrences(metric) > 0;
    let onclick = {
        let row = row.clone();
        on_pick.reform(move |_: MouseEvent| (row.clone(), metric))
    };
    html! {
        <td role="cell" class="end" key={metric.to_string()} data-label={name.clone()}>
            if can_narrow {
                <button type="button" class="pick" {onclick} aria-label={t_with("reports.show_behind_row", &[("value", &text), ("metric", &name), ("row", &row_name(by, row))])}>
                    { text.clone() }
                </button>
            } else {
                { text }
            }
        </td>
    }
}
