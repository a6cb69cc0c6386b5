//! Tables: rows on wide screens, cards on phones.

use yew::prelude::*;

use crate::scoped;

/// Props for [`Table`].
#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// The table's name.
    pub label: AttrValue,
    /// 36 px rows, for overviews.
    #[prop_or_default]
    pub tight: bool,
    /// Columns as wide as the `colgroup` says, whatever stands in them.
    #[prop_or_default]
    pub fixed: bool,
    /// First and last cell on the page's edge.
    #[prop_or_default]
    pub inset: bool,
    /// `colgroup`, `thead` and `tbody`; roles given, because cards on phones lose the native ones.
    pub children: Html,
}

/// A table whose rows become cards up to 640 px: cells with `data-label` show it above their value.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let class = scoped!(
        r#"
        th {
            block-size: 2rem;
            padding-inline: var(--space-3);
            border-block-end: 1px solid var(--line);
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
            font-weight: var(--weight-medium);
            white-space: nowrap;
        }
        td {
            block-size: var(--row-table);
            padding-inline: var(--space-3);
            border-block-end: 1px solid var(--line);
        }
        th:first-child, td:first-child {
            padding-inline-start: 0;
        }
        th:last-child, td:last-child {
            padding-inline-end: 0;
        }
        &.is-inset th:first-child, &.is-inset td:first-child {
            padding-inline-start: var(--space-6);
        }
        &.is-inset th:last-child, &.is-inset td:last-child {
            padding-inline-end: var(--space-6);
        }
        &.is-tight, &.is-fixed {
            table-layout: fixed;
        }
        &.is-tight td {
            block-size: 2.25rem;
        }
        tbody tr:hover {
            background: var(--surface-sunken);
        }
        .end {
            text-align: end;
            font-variant-numeric: var(--numeric);
        }
        .cell-main {
            display: flex;
            align-items: center;
            gap: var(--space-3);
            min-inline-size: 0;
        }
        .cell-main > div {
            min-inline-size: 0;
        }
        .chip {
            display: inline-block;
            flex: none;
            max-inline-size: 100%;
            block-size: 1.125rem;
            padding-inline: 0.3125rem;
            border-radius: var(--radius-xs);
            background: var(--hover);
            color: var(--text-2);
            font-size: var(--text-11);
            line-height: 1.125rem;
            font-weight: var(--weight-medium);
            white-space: nowrap;
            overflow: hidden;
            text-overflow: ellipsis;
            vertical-align: middle;
        }
        .late {
            color: var(--danger-text);
            font-weight: var(--weight-medium);
        }

        @media (max-width: 900px) {
            &.is-inset th:first-child, &.is-inset td:first-child {
                padding-inline-start: var(--space-4);
            }
            &.is-inset th:last-child, &.is-inset td:last-child {
                padding-inline-end: var(--space-4);
            }
        }
        @media (min-width: 641px) and (max-width: 1080px) {
            .col-low {
                display: none;
            }
        }
        @media (max-width: 640px) {
            display: block;

            colgroup {
                display: none;
            }
            thead {
                position: absolute;
                inline-size: 1px;
                block-size: 1px;
                overflow: hidden;
                clip-path: inset(50%);
            }
            tbody, td {
                display: block;
            }
            tbody tr {
                position: relative;
                display: grid;
                grid-template-columns: repeat(3, minmax(0, 1fr));
                gap: var(--space-2) var(--space-4);
                padding-block: var(--space-3);
                border-block-end: 1px solid var(--line);
            }
            &.is-inset tbody tr {
                padding-inline: var(--space-4);
            }
            td, &.is-tight td, &.is-inset td:first-child, &.is-inset td:last-child {
                block-size: auto;
                min-inline-size: 0;
                padding: 0;
                border: 0;
                text-align: start;
            }
            td:not([data-label]) {
                grid-column: 1 / -1;
            }
            td.td-corner {
                position: absolute;
                inset-inline-end: 0;
                inset-block-start: var(--space-3);
            }
            td:first-child, &.is-inset td:first-child {
                padding-inline-end: var(--space-10);
            }
            .end {
                text-align: start;
            }
            td[data-label]::before {
                content: attr(data-label);
                display: block;
                color: var(--text-3);
                font-size: var(--text-11);
                line-height: var(--lh-11);
            }
        }
        "#
    );
    let tight = props.tight.then_some("is-tight");
    let fixed = props.fixed.then_some("is-fixed");
    let inset = props.inset.then_some("is-inset");
    html! {
        <table class={classes!(class, tight, fixed, inset)} role="table" aria-label={props.label.clone()}>
            { props.children.clone() }
        </table>
    }
}
