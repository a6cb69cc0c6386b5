//! The shape of what is still loading.

use yew::prelude::*;

use crate::browser::Timeout;
use crate::scoped;

/// Anything that comes sooner than this, in milliseconds, comes without a skeleton before it.
const DELAY_MS: u64 = 150;

/// Props for [`Skeleton`].
#[derive(Properties, PartialEq)]
pub struct SkeletonProps {
    /// Any CSS length, such as `40%`.
    pub inline: AttrValue,
    /// Any CSS length, such as `0.625rem`.
    #[prop_or(AttrValue::Static("0.625rem"))]
    pub block: AttrValue,
    /// A circle instead of a bar.
    #[prop_or_default]
    pub round: bool,
}

/// One bar or circle, in the place and size of what will stand there.
#[component]
pub fn Skeleton(props: &SkeletonProps) -> Html {
    let class = scoped!(
        r#"
        display: block;
        flex: none;
        max-inline-size: 100%;
        inline-size: var(--inline);
        block-size: var(--block);
        border-radius: var(--radius-xs);
        background: var(--pressed);
        animation: breathe 1.6s var(--ease-in-out) infinite alternate;

        &.is-round {
            border-radius: 50%;
        }

        @keyframes breathe {
            to {
                opacity: 0.55;
            }
        }
        @media (prefers-reduced-motion: reduce) {
            animation: none;
        }
        "#
    );
    html! {
        <span
            class={classes!(class, props.round.then_some("is-round"))}
            style={format!("--inline:{};--block:{}", props.inline, props.block)}
        ></span>
    }
}

/// Props for [`Loading`].
#[derive(Properties, PartialEq)]
pub struct LoadingProps {
    /// What is loading, for screen readers.
    pub label: AttrValue,
    /// Skeletons in the final shape.
    pub children: Html,
}

/// Keeps the place of what is loading, and shows its shape once it takes longer than a blink.
#[component]
pub fn Loading(props: &LoadingProps) -> Html {
    let late = use_state(|| false);
    {
        let late = late.clone();
        use_effect_with((), move |()| {
            let timeout = Timeout::new(DELAY_MS, move || late.set(true));
            move || drop(timeout)
        });
    }
    html! {
        <div role="status" aria-label={props.label.clone()} aria-busy="true" style={(!*late).then_some("visibility:hidden")}>
            // The shape is for those who see it; its empty tables and rows would be told as if they were there.
            <div class="shape" aria-hidden="true">{ props.children.clone() }</div>
        </div>
    }
}
