//! Short messages in a corner of the window: what just happened, or failed. They stand where nobody answers: at the start of
//! the window, and on narrow ones, where the place to write has all of the width, above it. Which stand there, and until
//! when, is decided in [`switchboard_engine::feedback`].

use std::rc::Rc;

use switchboard_engine::Now;
use switchboard_engine::feedback::{self, Event, Kind};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::{Button, ButtonKind, Icon, IconButton, IconName};
use crate::browser::{Listener, Timeout, document, focus, focus_within, focused, now};
use crate::i18n::t;
use crate::scoped;

/// The shortcut to the newest message and back, as `aria-keyshortcuts` names it. By the place of the key: with Alt held, many
/// layouts write another letter.
const SHORTCUT: &str = "Alt+T";

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

/// The messages, as a state of the provider.
#[derive(Clone, Default, PartialEq)]
struct Shown(feedback::Toasts<ToastAct>);

impl Reducible for Shown {
    type Action = (Now, Event<ToastAct>);

    fn reduce(self: Rc<Self>, (now, event): Self::Action) -> Rc<Self> {
        let mut shown = (*self).clone();
        shown.0.step(now, event);
        Rc::new(shown)
    }
}

/// Shows messages; from [`use_toasts`].
#[derive(Clone, PartialEq)]
pub struct Toasts(UseReducerDispatcher<Shown>);

impl Toasts {
    /// Something was done.
    pub fn status(&self, text: AttrValue) {
        self.tell(Kind::Status, &text, None);
    }

    /// Something was done that can still be undone, or followed up: stays longer.
    pub fn status_with(&self, text: AttrValue, act: ToastAct) {
        self.tell(Kind::Status, &text, Some((act.about.to_string(), act)));
    }

    /// What [`Toasts::status_with`] said about this no longer holds.
    pub fn withdraw(&self, about: AttrValue) {
        self.step(Event::Withdraw(about.to_string()));
    }

    /// Something failed: stays until it is dismissed.
    pub fn alert(&self, text: AttrValue) {
        self.tell(Kind::Alert, &text, None);
    }

    fn tell(&self, kind: Kind, text: &AttrValue, act: Option<(String, ToastAct)>) {
        let text = text.to_string();
        self.step(Event::Tell { kind, text, act });
    }

    fn step(&self, event: Event<ToastAct>) {
        self.0.dispatch((now(), event));
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
    let root = use_node_ref();
    use_effect_with((*shown).clone(), {
        let toasts = toasts.clone();
        move |shown| {
            // A timer may ring within the millisecond before its time.
            let wait = shown.0.next_ms().map(|wait| wait + 1);
            let timeout = wait.map(|wait| Timeout::new(wait, move || toasts.step(Event::Tick)));
            move || drop(timeout)
        }
    });
    use_reach(&root, shown.0.shown());
    let hold = {
        let (root, toasts) = (root.clone(), toasts.clone());
        // Whether the pointer is there, and where the focus goes.
        move |over: bool, to: Option<HtmlElement>| {
            let inside = root
                .cast::<HtmlElement>()
                .is_some_and(|root| to.is_some_and(|to| root.contains(Some(&to))));
            toasts.step(Event::Hold(over || inside));
        }
    };
    let over = use_mut_ref(|| false);
    let on_over = |is_over: bool| {
        let (hold, over) = (hold.clone(), over.clone());
        Callback::from(move |_: MouseEvent| {
            over.replace(is_over);
            hold(is_over, focused());
        })
    };
    let onfocusin = {
        let (hold, over) = (hold.clone(), over.clone());
        Callback::from(move |_: FocusEvent| hold(*over.borrow(), focused()))
    };
    let onfocusout = {
        let (hold, over) = (hold.clone(), over.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into().ok());
            hold(*over.borrow(), to);
        })
    };
    let dismiss = {
        let toasts = toasts.clone();
        use_callback((), move |id: u32, ()| toasts.step(Event::Dismiss(id)))
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
    let view = |toast: &feedback::Toast<ToastAct>| {
        html! { <ToastView key={toast.id} toast={toast.clone()} on_dismiss={dismiss.clone()} /> }
    };
    let of = |kind: Kind| shown.0.shown().iter().filter(move |toast| toast.kind == kind);
    html! {
        <ContextProvider<Toasts> context={toasts}>
            { props.children.clone() }
            <div
                {class}
                ref={root}
                role="region"
                aria-label={t("toast.region")}
                aria-keyshortcuts={SHORTCUT}
                onmouseenter={on_over(true)}
                onmouseleave={on_over(false)}
                {onfocusin}
                {onfocusout}
            >
                // Stands there before its messages, which is what makes screen readers tell them. Alerts are told on arrival.
                <div class="region" role="status">{ for of(Kind::Status).map(view) }</div>
                <div class="region">{ for of(Kind::Alert).map(view) }</div>
            </div>
        </ContextProvider<Toasts>>
    }
}

/// Alt+T leads to the newest message, the same or Escape back to where the focus was; so does the end of the last message.
#[hook]
fn use_reach(root: &NodeRef, shown: &[feedback::Toast<ToastAct>]) {
    let before = use_mut_ref(|| None::<HtmlElement>);
    let newest = shown.iter().map(|toast| toast.id).max();
    {
        let (root, before) = (root.clone(), before.clone());
        use_effect_with(newest, move |newest| {
            let newest = *newest;
            let listener = document().map(|document| {
                Listener::new(&document, "keydown", move |event| {
                    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                        return;
                    };
                    let is_shortcut = event.alt_key() && event.code() == "KeyT";
                    let is_inside = before.borrow().is_some();
                    if is_inside && (is_shortcut || event.key() == "Escape") {
                        event.prevent_default();
                        give_back(before.take());
                    } else if is_shortcut && let Some(newest) = newest {
                        event.prevent_default();
                        before.replace(focused());
                        let _ = focus_within(&root, &first_button(newest));
                    }
                })
            });
            move || drop(listener)
        });
    }
    let ids: Vec<u32> = shown.iter().map(|toast| toast.id).collect();
    let root = root.clone();
    use_effect_with(ids, move |_| {
        // The message that had the focus has gone.
        let is_lost = focused().is_none_or(|element| element.tag_name() == "BODY");
        if is_lost && before.borrow().is_some() {
            let next = newest.is_some_and(|newest| focus_within(&root, &first_button(newest)));
            if !next {
                give_back(before.take());
            }
        }
    });
}

fn first_button(id: u32) -> String {
    format!("[data-toast='{id}'] button")
}

fn give_back(element: Option<HtmlElement>) {
    if let Some(element) = element {
        focus(&element);
    }
}

#[derive(Properties, PartialEq)]
struct ToastViewProps {
    toast: feedback::Toast<ToastAct>,
    on_dismiss: Callback<u32>,
}

#[component]
fn ToastView(props: &ToastViewProps) -> Html {
    let id = props.toast.id;
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
    let is_alert = props.toast.kind == Kind::Alert;
    let on_dismiss = props.on_dismiss.reform(move |_: MouseEvent| id);
    let act = props.toast.act.as_ref().map(|(_, act)| {
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
            data-toast={id.to_string()}
        >
            <Icon name={if is_alert { IconName::Alert } else { IconName::Ok }} />
            <span class="text">{ props.toast.text.clone() }</span>
            <span hidden={act.is_none()}>{ act }</span>
            <IconButton icon={IconName::X} label={t("toast.dismiss")} onclick={on_dismiss} />
        </div>
    }
}
