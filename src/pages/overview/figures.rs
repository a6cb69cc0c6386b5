//! Key figures in one ruled strip.

use switchboard_contract::analytics::Metric;
use yew::prelude::*;

use crate::i18n::{t, t_with};
use crate::pages::analytics::Defined;
use crate::scoped;
use crate::ui::{Loading, Skeleton};

/// One figure.
#[derive(Clone, PartialEq)]
pub struct Figure {
    /// Names it among its siblings.
    pub key: &'static str,
    /// What is counted.
    pub label: AttrValue,
    /// Which metric it is, where it is one: what that is stands behind the label.
    pub metric: Option<Metric>,
    /// The number; `None` while it is loading or cannot be had.
    pub value: Option<AttrValue>,
    /// Whether the number cannot be had, which is said with `Retry` elsewhere.
    pub failed: bool,
    /// A word on it.
    pub detail: Option<Html>,
    /// Whether someone should act.
    pub urgent: bool,
}

/// Props for [`Figures`].
#[derive(Properties, PartialEq)]
pub struct FiguresProps {
    /// What the figures are about.
    pub label: AttrValue,
    /// From the start of the line.
    pub figures: Vec<Figure>,
}

/// The strip. Each number is an element of its own.
#[component]
pub fn Figures(props: &FiguresProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: repeat(6, minmax(0, 1fr));
        margin-block-start: calc(var(--space-6) * -1);
        border-block-end: 1px solid var(--line);

        .figure {
            display: grid;
            align-content: start;
            gap: var(--space-1);
            min-inline-size: 0;
            padding: var(--space-4) var(--space-5);
            border-inline-start: 1px solid var(--line);
        }
        .figure:first-child {
            padding-inline-start: 0;
            border-inline-start: 0;
        }
        dt {
            color: var(--text-2);
            white-space: nowrap;
        }
        .value {
            block-size: var(--lh-24);
            font-size: var(--text-24);
            line-height: var(--lh-24);
            font-weight: var(--weight-strong);
            font-variant-numeric: var(--numeric);
            letter-spacing: var(--tracking-display);
        }
        .value > [role="status"] > span {
            margin-block: 0.25rem;
        }
        .detail {
            min-block-size: var(--lh-12);
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .is-urgent {
            color: var(--danger-text);
            font-weight: var(--weight-medium);
        }

        @media (max-width: 1180px) {
            grid-template-columns: repeat(3, minmax(0, 1fr));

            .figure:nth-child(3n + 1) {
                border-inline-start: 0;
            }
            .figure:nth-child(n + 4) {
                border-block-start: 1px solid var(--line);
            }
        }
        @media (max-width: 900px) {
            margin-block-start: calc(var(--space-4) * -1);
            margin-inline: calc(var(--space-4) * -1);

            .figure, .figure:first-child {
                padding-inline: var(--space-4) var(--space-2);
            }
        }
        @media (max-width: 640px) {
            grid-template-columns: repeat(2, minmax(0, 1fr));

            .figure, .figure:first-child {
                padding: var(--space-3) var(--space-4);
                border-inline-start: 0;
                border-block-start: 1px solid var(--line);
            }
            .figure:nth-child(-n+2) {
                border-block-start: 0;
            }
            .figure:nth-child(even) {
                border-inline-start: 1px solid var(--line);
            }
            .value {
                font-size: var(--text-20);
            }
        }
        "#
    );
    html! {
        <dl {class} aria-label={props.label.clone()}>
            { for props.figures.iter().map(|figure| html! {
                <div class="figure" key={figure.key}>
                    <dt>
                        if let Some(metric) = figure.metric {
                            <Defined {metric} place="overview" label={figure.label.clone()} />
                        } else {
                            { figure.label.clone() }
                        }
                    </dt>
                    <dd class="value">
                        if let Some(value) = &figure.value {
                            { value.clone() }
                        } else if figure.failed {
                            <span aria-hidden="true">{ "–" }</span>
                            <span class="sr">{ t("overview.no_figure") }</span>
                        } else {
                            <Loading label={t_with("overview.figure_loading", &[("figure", &figure.label)])}>
                                <Skeleton inline="3rem" block="1.5rem" />
                            </Loading>
                        }
                    </dd>
                    <dd class={classes!("detail", figure.urgent.then_some("is-urgent"))}>{ figure.detail.clone().unwrap_or_default() }</dd>
                </div>
            }) }
        </dl>
    }
}
