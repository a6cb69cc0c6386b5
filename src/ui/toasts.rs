//! Short messages in a corner of the window: what just happened, or failed. They stand where nobody answers: at the start of
//! the window, and on narrow ones, where the place to write has all of the width, above it.

use std::rc::Rc;

use yew::prelude::*;

use super::{Button, ButtonKind, Icon, IconButton, IconName};
use crate::browser::Timeout;
use crate::i18n::t;
use crate::scoped;

/// How long a message about a success stays, in milliseconds, unless someone looks at it.
const STATUS_MS: u64 = 6_000;
/// The same where something can be done about it.
const ACT_MS: u64 = 10_000;
/// More than this many would cover the page; the oldest goes.
const MAX_TOASTS: usize = 3;

/// What a message tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something was done: told politely, goes by itself.
    Status,
    /// Something failed: told at once, stays until it is dismissed.
    Alert,
}

/// What can be done about what just happened, such as undoing it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToastAct {
    /// What it is about: a newer message about the same takes its place.
    pub about: AttrValue,
    /// The button's text.
    pub label: AttrValue,
    /// Pressed; the message goes.
    pub on_choose: Callback<()>,
}

#[derive(Clone, Debug, PartialEq)]
struct Toast {
    id: u32,
    kind: ToastKind,
    text: AttrValue,
    act: Option<ToastAct>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    next: u32,
    toasts: Vec<Toast>,
}

enum Change {
    Add(ToastKind, AttrValue, Option<ToastAct>),
    Dismiss(u32),
    Withdraw(AttrValue),
}

impl Reducible for Shown {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut shown = (*self).clone();
        match change {
            Change::Add(kind, text, act) => {
                // The same message again starts its time anew instead of standing there twice.
                shown
                    .toasts
                    .retain(|toast| !(toast.kind == kind && toast.text == text));
                if let Some(act) = &act {
                    shown.withdraw(&act.about);
                }
                shown.toasts.push(Toast {
                    id: shown.next,
                    kind,
                    text,
                    act,
                });
                shown.next += 1;
                let surplus = shown.toasts.len().saturating_sub(MAX_TOASTS);
                shown.toasts.drain(..surplus);
            }
            Change::Dismiss(id) => shown.toasts.retain(|toast| toast.id != id),
            Change::Withdraw(about) => shown.withdraw(&about),
        }
        Rc::new(shown)
    }
}

impl Shown {
    fn withdraw(&mut self, about: &str) {
        self.toasts
            .retain(|toast| toast.act.as_ref().is_none_or(|act| act.about != about));
    }
}

/// Shows messages; from [`use_toasts`].
#[derive(Clone, PartialEq)]
pub struct Toasts(UseReducerDispatcher<Shown>);

impl Toasts {
    /// Something was done.
    pub fn status(&self, text: AttrValue) {
        self.0.dispatch(Change::Add(ToastKind::Status, text, None));
    }

    /// Something was done that can still be undone, or followed up: stays longer.
    pub fn status_with(&self, text: AttrValue, act: ToastAct) {
        self.0.dispatch(Change::Add(ToastKind::Status, text, Some(act)));
    }

    /// What [`Toasts::status_with`] said about this no longer holds.
    pub fn withdraw(&self, about: AttrValue) {
        self.0.dispatch(Change::Withdraw(about));
    }

    /// Something failed.
    pub fn alert(&self, text: AttrValue) {
        self.0.dispatch(Change::Add(ToastKind::Alert, text, None));
    }
}

/// The way to show a message.
///
/// # Panics
/// Outside of a [`ToastProvider`].
#[hook]
pub fn use_toasts() -> Toasts {
    let Some(toasts) = use_context::<Toasts>() else {
        panic!("a ToastProvider has to stand above this component")
    };
    toasts
}

/// Props for [`ToastProvider`].
#[derive(Properties, PartialEq)]
pub struct ToastProviderProps {
    /// What may show messages.
    pub children: Html,
}

/// Holds the messages, and the regions in which they appear.
#[component]
pub fn ToastProvider(props: &ToastProviderProps) -> Html {
    let shown = use_reducer(Shown::default);
    let toasts = Toasts(shown.dispatcher());
    let dismiss = {
        let dispatcher = shown.dispatcher();
        use_callback((), move |id: u32, ()| dispatcher.dispatch(Change::Dismiss(id)))
    };
    let class = scoped!(
        r#"
        position: fixed;
        inset-block-end: var(--space-4);
        inset-inline-start: var(--space-4);
        z-index: var(--z-toast);
        display: grid;
        inline-size: min(24rem, calc(100vw - 2 * var(--space-4)));
        pointer-events: none;

        .region {
            display: grid;
            inline-size: 100%;
        }

        @media (max-width: 900px) {
            inset-block-end: calc(var(--tabbar-block) + 8.75rem + env(safe-area-inset-bottom));
        }
        "#
    );
    let view = |toast: &Toast| {
        html! { <ToastView key={toast.id} toast={toast.clone()} on_dismiss={dismiss.clone()} /> }
    };
    let of = |kind: ToastKind| shown.toasts.iter().filter(move |toast| toast.kind == kind);
    html! {
        <ContextProvider<Toasts> context={toasts}>
            { props.children.clone() }
            <div {class}>
                // Stands there before its messages, which is what makes screen readers tell them. Alerts are told on arrival.
                <div class="region" role="status">{ for of(ToastKind::Status).map(view) }</div>
                <div class="region">{ for of(ToastKind::Alert).map(view) }</div>
            </div>
        </ContextProvider<Toasts>>
    }
}

#[derive(Properties, PartialEq)]
struct ToastViewProps {
    toast: Toast,
    on_dismiss: Callback<u32>,
}

#[component]
fn ToastView(props: &ToastViewProps) -> Html {
    let held = use_state(|| false);
    let id = props.toast.id;
    {
        let on_dismiss = props.on_dismiss.clone();
        let runs = props.toast.kind == ToastKind::Status && !*held;
        let stays = if props.toast.act.is_some() {
            ACT_MS
        } else {
            STATUS_MS
        };
        use_effect_with(runs, move |runs| {
            let timeout = runs.then(|| Timeout::new(stays, move || on_dismiss.emit(id)));
            move || drop(timeout)
        });
    }
    let hold = |on: bool| {
        let held = held.clone();
        move |()| held.set(on)
    };
    let (over, out, focusin, focusout) = (hold(true), hold(false), hold(true), hold(false));
    let class = scoped!(
        r#"
        display: flex;
        align-items: flex-start;
        gap: var(--space-3);
        inline-size: 100%;
        min-block-size: 2.75rem;
        margin-block-start: var(--space-2);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
        border-radius: var(--radius-m);
        background: var(--surface-raised);
        box-shadow: var(--elevation-1);
        pointer-events: auto;
        animation: toast-in var(--motion-slow) var(--ease-out);

        & > .icon {
            margin-block-start: 0.375rem;
            color: var(--success-text);
        }
        &.is-alert > .icon {
            color: var(--danger-text);
        }
        .text {
            flex: 1;
            min-inline-size: 0;
            padding-block: 0.25rem;
            overflow-wrap: anywhere;
        }

        @keyframes toast-in {
            from {
                opacity: 0;
                transform: translateY(0.5rem);
            }
        }
        @media (forced-colors: active) {
            border: 1px solid ButtonText;
        }
        "#
    );
    let is_alert = props.toast.kind == ToastKind::Alert;
    let on_dismiss = {
        let on_dismiss = props.on_dismiss.clone();
        Callback::from(move |_: MouseEvent| on_dismiss.emit(id))
    };
    let act = props.toast.act.as_ref().map(|act| {
        let (on_choose, on_dismiss) = (act.on_choose.clone(), props.on_dismiss.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            on_dismiss.emit(id);
            on_choose.emit(());
        });
        html! { <Button kind={ButtonKind::Quiet} {onclick}>{ act.label.clone() }</Button> }
    });
    html! {
        <div
            class={classes!(class, is_alert.then_some("is-alert"))}
            role={is_alert.then_some("alert")}
            onmouseenter={Callback::from(move |_: MouseEvent| over(()))}
            onmouseleave={Callback::from(move |_: MouseEvent| out(()))}
            onfocusin={Callback::from(move |_: FocusEvent| focusin(()))}
            onfocusout={Callback::from(move |_: FocusEvent| focusout(()))}
        >
            <Icon name={if is_alert { IconName::Alert } else { IconName::Ok }} />
            <span class="text">{ props.toast.text.clone() }</span>
            <span hidden={act.is_none()}>{ act }</span>
            <IconButton icon={IconName::X} label={t("toast.dismiss")} onclick={on_dismiss} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(shown: Rc<Shown>, text: &'static str) -> Rc<Shown> {
        shown.reduce(Change::Add(ToastKind::Status, AttrValue::Static(text), None))
    }

    #[test]
    fn the_same_message_stands_there_once_and_at_most_three_do() {
        let mut shown = Rc::new(Shown::default());
        for text in ["a", "b", "a", "c", "d"] {
            shown = add(shown, text);
        }
        let texts: Vec<_> = shown.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(texts, ["a", "c", "d"]);
        let first = shown.toasts[0].id;
        let shown = shown.reduce(Change::Dismiss(first));
        assert_eq!(shown.toasts.len(), 2);
    }

    #[test]
    fn what_no_longer_holds_goes() {
        let act = |about: &'static str| ToastAct {
            about: about.into(),
            label: "Undo".into(),
            on_choose: Callback::noop(),
        };
        let mut shown = Rc::new(Shown::default());
        for (text, about) in [("a closed", "a"), ("b closed", "b"), ("a archived", "a")] {
            shown = shown.reduce(Change::Add(ToastKind::Status, text.into(), Some(act(about))));
        }
        let texts: Vec<_> = shown.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(texts, ["b closed", "a archived"]);
        let shown = shown.reduce(Change::Withdraw("b".into()));
        assert_eq!(shown.toasts.len(), 1);
    }
}
