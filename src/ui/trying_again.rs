//! Says that something failed and is tried again by itself.

use yew::prelude::*;

use super::{Icon, IconName, IconSize, use_seconds_until};
use crate::api::Retrying;
use crate::i18n::{duration_short, t, t_with};
use crate::scoped;

/// Props for [`TryingAgain`].
#[derive(Properties, PartialEq)]
pub struct TryingAgainProps {
    /// What failed, and when the next try comes.
    pub retrying: Retrying,
    /// Without the reason, where it is said beside it.
    #[prop_or_default]
    pub brief: bool,
}

/// The reason, told once, and the seconds until the next try, which are counted silently.
#[component]
pub fn TryingAgain(props: &TryingAgainProps) -> Html {
    let left = use_seconds_until(Some(props.retrying.at_ms));
    let when = if left > 0 {
        t_with("retrying.in", &[("wait", &duration_short(left))])
    } else {
        t("retrying.now")
    };
    html! {
        <span>
            if !props.brief {
                <span>{ props.retrying.error.message() }{ " " }</span>
            }
            <span class="num" role="timer">{ when }</span>
        </span>
    }
}

/// The same in a chip that floats over what is still loading: it takes no place, so nothing moves when it goes.
#[component]
pub fn TryingAgainChip(props: &TryingAgainProps) -> Html {
    let class = scoped!(
        r#"
        position: absolute;
        inset: var(--space-3) var(--space-4) auto;
        z-index: var(--z-sticky);
        display: flex;
        justify-content: center;
        pointer-events: none;

        .chip {
            display: flex;
            align-items: flex-start;
            gap: var(--space-2);
            padding: var(--space-2) var(--space-3);
            border-radius: var(--radius-m);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
        }
        .icon {
            margin-block-start: 0.125rem;
            color: var(--warning-text);
        }
        @media (forced-colors: active) {
            .chip {
                border: 1px solid CanvasText;
            }
        }
        "#
    );
    html! {
        <div {class}>
            <div class="chip">
                <Icon name={IconName::Warn} size={IconSize::Small} />
                <TryingAgain retrying={props.retrying.clone()} brief={props.brief} />
            </div>
        </div>
    }
}
