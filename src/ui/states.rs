//! What a list or panel shows instead of data: nothing there yet, or something failed.

use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::{Button, Icon, IconName, IconSize, TryingAgain, TryingAgainChip};
use crate::api::{ApiError, Retrying};
use crate::i18n::{clock_time, t, t_with};
use crate::query::Query;
use crate::scoped;

/// Props for [`EmptyState`].
#[derive(Properties, PartialEq)]
pub struct EmptyStateProps {
    /// What it is about.
    pub icon: IconName,
    /// What there is not.
    pub title: AttrValue,
    /// What it is for, and the next step.
    pub text: AttrValue,
    /// The next step, as a button or a link.
    #[prop_or_default]
    pub children: Html,
}

/// Nothing there yet.
#[component]
pub fn EmptyState(props: &EmptyStateProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        justify-items: center;
        gap: var(--space-1);
        padding: var(--space-10) var(--space-6);
        text-align: center;

        & > .icon {
            inline-size: 1.5rem;
            block-size: 1.5rem;
            margin-block-end: var(--space-2);
            color: var(--text-3);
            stroke-width: 1.5;
        }
        p {
            max-inline-size: 36ch;
            color: var(--text-2);
            overflow-wrap: anywhere;
            text-wrap: balance;
        }
        .title {
            color: var(--text);
            font-weight: var(--weight-strong);
        }
        .btn {
            margin-block-start: var(--space-3);
        }
        "#
    );
    html! {
        <div {class}>
            <Icon name={props.icon} />
            <p class="title">{ props.title.clone() }</p>
            <p>{ props.text.clone() }</p>
            <div>{ props.children.clone() }</div>
        </div>
    }
}

/// Props for [`ErrorState`].
#[derive(Properties, PartialEq)]
pub struct ErrorStateProps {
    /// What could not be loaded, in one sentence.
    pub title: AttrValue,
    /// Why.
    pub error: ApiError,
    /// Whether another try is on its way.
    #[prop_or_default]
    pub busy: bool,
    /// That try failed and is repeated by itself.
    #[prop_or_default]
    pub retrying: Option<Retrying>,
    /// Try again.
    pub on_retry: Callback<()>,
}

/// Something failed and there is no earlier data to show.
#[component]
pub fn ErrorState(props: &ErrorStateProps) -> Html {
    let onclick = props.on_retry.reform(|_: MouseEvent| ());
    html! {
        <div role="alert">
            <EmptyState icon={IconName::Alert} title={props.title.clone()} text={props.error.message()}>
                <Button icon={IconName::Refresh} busy={props.busy} {onclick}>{ t("error.retry") }</Button>
                <div class="text-2">
                    if let Some(retrying) = &props.retrying {
                        <TryingAgain retrying={retrying.clone()} brief=true />
                    }
                </div>
            </EmptyState>
        </div>
    }
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tone {
    /// Something to know.
    #[default]
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Danger,
}

/// Props for [`Notice`].
#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    /// How it is meant.
    #[prop_or_default]
    pub tone: Tone,
    /// What it says, and what to do.
    pub children: Html,
}

/// A strip above the data that it is about.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        align-items: flex-start;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--info-line);
        border-radius: var(--radius-m);
        background: var(--info-bg);

        & > .icon {
            margin-block-start: 0.125rem;
            color: var(--info-text);
        }
        &.is-warning {
            border-color: var(--warning-line);
            background: var(--warning-bg);
        }
        &.is-warning > .icon {
            color: var(--warning-text);
        }
        &.is-danger {
            border-color: var(--danger-line);
            background: var(--danger-bg);
        }
        &.is-danger > .icon {
            color: var(--danger-text);
        }
        .notice-body {
            flex: 1;
            min-inline-size: 0;
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-1) var(--space-3);
            overflow-wrap: anywhere;
        }
        .text-btn {
            min-block-size: 1.25rem;
            color: var(--accent-text);
            font-weight: var(--weight-medium);
            border-radius: var(--radius-xs);
        }
        .text-btn:hover {
            text-decoration: underline;
            text-underline-offset: 2px;
        }
        "#
    );
    let (icon, tone, role) = match props.tone {
        Tone::Info => (IconName::Info, None, "status"),
        Tone::Warning => (IconName::Warn, Some("is-warning"), "status"),
        Tone::Danger => (IconName::Alert, Some("is-danger"), "alert"),
    };
    html! {
        <div class={classes!(class, tone)} {role}>
            <Icon name={icon} />
            <div class="notice-body">{ props.children.clone() }</div>
        </div>
    }
}

/// Shows a [`Query`] in the state that it is in: its skeleton, its error, or its data with a word on its age when the
/// last try failed. A try that is repeated by itself is told in each of them.
///
/// `failed` says what could not be loaded; `skeleton` has the final shape. The notice above old data stands in an element of
/// class `stale`, for pages without a padding of their own. Data stays in its place, and keeps its state, whatever is said
/// above it.
pub fn view_query<T>(
    query: &Query<T>,
    failed: &AttrValue,
    skeleton: impl FnOnce() -> Html,
    ready: impl FnOnce(&T) -> Html,
) -> Html {
    let state = Load::of(query);
    let body = match &query.data {
        Some(data) => Some(ready(&data.value)),
        None if query.error.is_none() => Some(skeleton()),
        None => None,
    };
    view_load(&state, failed, body)
}

/// How a load stands, whatever is loaded.
struct Load<'a> {
    /// When the last good data came.
    at: Option<Timestamp>,
    error: Option<&'a ApiError>,
    is_loading: bool,
    retrying: Option<&'a Retrying>,
    reload: &'a Callback<()>,
}

impl<'a> Load<'a> {
    fn of<T>(query: &'a Query<T>) -> Self {
        Self {
            at: query.data.as_ref().map(|data| data.at),
            error: query.error.as_ref(),
            is_loading: query.is_loading,
            retrying: query.retrying.as_ref(),
            reload: &query.reload,
        }
    }
}

/// Apart from [`view_query`], so that it is compiled once and not for everything that is loaded. Without a `body` there is
/// nothing but the error.
fn view_load(load: &Load, failed: &AttrValue, body: Option<Html>) -> Html {
    let stale = load.error.filter(|_| load.at.is_some());
    let body = match (body, load.error) {
        (None, Some(error)) => html! {
            <ErrorState
                title={failed.clone()}
                error={error.clone()}
                busy={load.is_loading}
                retrying={load.retrying.cloned()}
                on_retry={load.reload.clone()}
            />
        },
        (body, _) => body.unwrap_or_default(),
    };
    // An error has its own place for it.
    let floating = load.retrying.filter(|_| load.error.is_none());
    html! {
        <div>
            <div class="stale" hidden={stale.is_none()}>
                if let Some(error) = stale {
                    { trouble(load, failed, error) }
                }
            </div>
            { while_retrying(floating, body) }
        </div>
    }
}

/// Why a [`Query`] failed, with `Retry`, or that it is tried again by itself, where what it loads is shown elsewhere; nothing
/// while all is well.
pub fn view_trouble<T>(query: &Query<T>, failed: &AttrValue) -> Html {
    match (&query.error, &query.retrying) {
        (Some(error), _) => trouble(&Load::of(query), failed, error),
        (None, Some(retrying)) => html! {
            <Notice tone={Tone::Warning}><TryingAgain retrying={retrying.clone()} /></Notice>
        },
        (None, None) => html! { <span hidden=true /> },
    }
}

/// What failed, why, how old what is shown is, and how it goes on.
fn trouble(load: &Load, failed: &AttrValue, error: &ApiError) -> Html {
    html! {
        <Notice tone={Tone::Danger}>
            <span>
                { failed.clone() }{ " " }{ error.message() }
                if let Some(at) = load.at {
                    { " " }{ t_with("error.stale", &[("time", &clock_time(at))]) }
                }
            </span>
            <div>
                if let Some(retrying) = load.retrying {
                    <TryingAgain retrying={retrying.clone()} brief=true />
                } else {
                    <button class="text-btn" type="button" onclick={load.reload.reform(|_: MouseEvent| ())}>
                        { t("error.retry") }
                    </button>
                }
            </div>
        </Notice>
    }
}

/// What is being loaded, below a word on a try that is repeated by itself.
pub fn while_retrying(retrying: Option<&Retrying>, body: Html) -> Html {
    html! {
        <div class="while-retrying">
            <div role="status">
                if let Some(retrying) = retrying {
                    <TryingAgainChip retrying={retrying.clone()} />
                }
            </div>
            <div>{ body }</div>
        </div>
    }
}

/// Props for [`Status`].
#[derive(Properties, PartialEq)]
pub struct StatusProps {
    /// What it stands for.
    pub icon: IconName,
    /// `success`, `warning`, `danger`, or nothing.
    #[prop_or_default]
    pub tone: Option<&'static str>,
    /// The word.
    pub text: AttrValue,
}

/// A state with its icon: never by colour alone.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        align-items: center;
        gap: 0.375rem;
        white-space: nowrap;

        .icon {
            color: var(--text-3);
        }
        &.is-success .icon {
            color: var(--success-text);
        }
        &.is-warning, &.is-warning .icon {
            color: var(--warning-text);
        }
        &.is-danger, &.is-danger .icon {
            color: var(--danger-text);
        }
        "#
    );
    let tone = props.tone.map(|tone| format!("is-{tone}"));
    html! {
        <span class={classes!(class, tone)}>
            <Icon name={props.icon} size={IconSize::Small} />
            { props.text.clone() }
        </span>
    }
}
