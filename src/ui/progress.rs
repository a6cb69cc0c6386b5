//! How far something long has come: an upload, an export, what is being sent.

use yew::prelude::*;

use super::{Button, ButtonKind};
use crate::i18n::{percent, t, t_with};
use crate::scoped;

/// Props for [`Progress`].
#[derive(Properties, PartialEq)]
pub struct ProgressProps {
    /// What is under way.
    pub label: AttrValue,
    /// How much is done, from 0 to 1; `None` where that is not known.
    #[prop_or_default]
    pub done: Option<f64>,
    /// How far it is in words, such as `3 of 12`; the share in per cent otherwise.
    #[prop_or_default]
    pub detail: Option<AttrValue>,
    /// Gives it up; nothing is offered without.
    #[prop_or_default]
    pub on_cancel: Option<Callback<()>>,
}

/// A bar with what is under way above it.
#[component]
pub fn Progress(props: &ProgressProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-1) var(--space-3);

        .said {
            display: flex;
            align-items: baseline;
            gap: var(--space-3);
            min-inline-size: 0;
        }
        .what {
            flex: 1;
            min-inline-size: 0;
            overflow-wrap: anywhere;
        }
        .far {
            flex: none;
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
            font-variant-numeric: var(--numeric);
        }
        .track {
            grid-column: 1;
            block-size: 0.25rem;
            border-radius: var(--radius-full);
            background: var(--pressed);
            overflow: hidden;
        }
        .bar {
            block-size: 100%;
            inline-size: var(--done);
            border-radius: inherit;
            background: var(--accent);
            transition: inline-size var(--motion-slow) var(--ease-out);
        }
        .is-unknown .bar {
            inline-size: 30%;
            animation: progress-passes 1.4s var(--ease-in-out) infinite;
        }
        .cancel {
            grid-area: 1 / 2 / span 2;
        }
        .cancel:empty {
            display: none;
        }

        @keyframes progress-passes {
            from {
                margin-inline-start: -30%;
            }
            to {
                margin-inline-start: 100%;
            }
        }
        @media (prefers-reduced-motion: reduce) {
            .is-unknown .bar {
                inline-size: 100%;
                opacity: 0.5;
                animation: none;
            }
        }
        @media (forced-colors: active) {
            .track {
                border: 1px solid CanvasText;
            }
            .bar {
                background: Highlight;
            }
        }
        "#
    );
    let share = props.done.map(|done| done.clamp(0.0, 1.0));
    let far = props
        .detail
        .clone()
        .or_else(|| share.map(|share| AttrValue::from(percent(share))));
    // Whole per cents are enough for a bar, and for those who hear it.
    let now = share.map(|share| format!("{:.0}", share * 100.0));
    let cancel = props.on_cancel.as_ref().map(|on_cancel| {
        let onclick = on_cancel.reform(|_: MouseEvent| ());
        let label = t_with("progress.cancel_label", &[("what", &props.label)]);
        html! { <Button kind={ButtonKind::Quiet} {label} {onclick}>{ t("progress.cancel") }</Button> }
    });
    html! {
        <div {class}>
            <div class="said">
                <span class="what">{ props.label.clone() }</span>
                <span class="far">{ far.clone() }</span>
            </div>
            <div
                class={classes!("track", share.is_none().then_some("is-unknown"))}
                role="progressbar"
                aria-label={props.label.clone()}
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow={now.clone()}
                aria-valuetext={far}
            >
                <div class="bar" style={now.map(|now| format!("--done:{now}%"))}></div>
            </div>
            <div class="cancel">{ cancel }</div>
        </div>
    }
}
