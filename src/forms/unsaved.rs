//! Leaving a page whose form holds changes: the person is asked first.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::FormHandle;
use crate::browser::{Listener, window};
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::Dialog;

/// What a form holds that was not sent, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// The device has it: it is there when the person comes back.
    Draft,
    /// Only the page has it.
    Changes,
}

impl Holds {
    /// What it holds by now, drawn or not: whoever is led on by the server's answer has nothing left to save.
    fn of(form: &FormHandle) -> Option<Self> {
        match (form.changes() > 0, form.is_kept()) {
            (false, _) => None,
            (true, true) => Some(Self::Draft),
            (true, false) => Some(Self::Changes),
        }
    }
}

/// The forms in the page that people fill in.
#[derive(Clone, Default)]
struct Unsaved {
    forms: Rc<RefCell<BTreeMap<u32, FormHandle>>>,
    next: Rc<Cell<u32>>,
}

impl PartialEq for Unsaved {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.forms, &other.forms)
    }
}

impl Unsaved {
    /// The worst of what would be left behind.
    fn holds(&self) -> Option<Holds> {
        self.forms.borrow().values().filter_map(Holds::of).max()
    }
}

/// The person is asked before they leave the page while this form holds changes; nothing happens where no
/// [`UnsavedProvider`] stands above.
#[hook]
pub fn use_unsaved(form: &FormHandle) {
    let unsaved = use_context::<Unsaved>();
    let number = {
        let unsaved = unsaved.clone();
        use_memo((), move |()| {
            let next = unsaved.map(|unsaved| unsaved.next);
            next.map_or(0, |next| next.replace(next.get() + 1))
        })
    };
    let form = form.clone();
    use_effect_with((unsaved, *number), move |(unsaved, number)| {
        if let Some(unsaved) = unsaved {
            unsaved.forms.borrow_mut().insert(*number, form);
        }
        let (unsaved, number) = (unsaved.clone(), *number);
        move || {
            if let Some(unsaved) = unsaved {
                unsaved.forms.borrow_mut().remove(&number);
            }
        }
    });
}

/// Props for [`UnsavedProvider`].
#[derive(Properties, PartialEq)]
pub struct UnsavedProviderProps {
    /// What may hold forms.
    pub children: Html,
}

/// Knows which forms hold changes. Where only the page has them, the browser itself asks before it closes the page.
#[component]
pub fn UnsavedProvider(props: &UnsavedProviderProps) -> Html {
    let unsaved = use_memo((), |()| Unsaved::default());
    use_effect_with((), {
        let unsaved = (*unsaved).clone();
        move |()| {
            let listener = window().map(|window| {
                Listener::new(&window, "beforeunload", move |event| {
                    if unsaved.holds() == Some(Holds::Changes) {
                        event.prevent_default();
                    }
                })
            });
            move || drop(listener)
        }
    });
    html! {
        <ContextProvider<Unsaved> context={(*unsaved).clone()}>
            { props.children.clone() }
        </ContextProvider<Unsaved>>
    }
}

/// Props for [`Guarded`].
#[derive(Properties, PartialEq)]
pub struct GuardedProps {
    /// Where the address leads.
    pub route: Route,
    /// The page of a route.
    pub page: Callback<Route, Html>,
}

/// The page of the address, or still the one before it while the person is asked whether to leave what it holds.
///
/// However they go, by a link, a key or the browser's own buttons, the address has changed by then: who stays gets it back.
#[component]
pub fn Guarded(props: &GuardedProps) -> Html {
    let unsaved = use_context::<Unsaved>().unwrap_or_default();
    let navigator = use_navigator();
    let update = use_force_update();
    // The page that is shown, and where the person has agreed to go.
    let shown = use_mut_ref(|| props.route);
    let agreed = use_mut_ref(|| None::<Route>);
    let holds = unsaved.holds().filter(|_| *shown.borrow() != props.route);
    let asked = holds.filter(|_| *agreed.borrow() != Some(props.route));
    if asked.is_none() {
        *shown.borrow_mut() = props.route;
        *agreed.borrow_mut() = None;
    }
    let (here, there) = (*shown.borrow(), props.route);
    let dialog = asked.map(|holds| {
        let on_stay = Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&here);
            }
        });
        let on_leave = {
            let agreed = agreed.clone();
            Callback::from(move |()| {
                *agreed.borrow_mut() = Some(there);
                update.force_update();
            })
        };
        let text = match holds {
            Holds::Draft => t("unsaved.draft"),
            Holds::Changes => t("unsaved.lost"),
        };
        html! {
            <Dialog
                title={t("unsaved.title")}
                confirm={t("unsaved.leave")}
                danger={holds == Holds::Changes}
                cancel={t("unsaved.stay")}
                on_confirm={on_leave}
                on_cancel={on_stay}
            >
                <p>{ text }</p>
            </Dialog>
        }
    });
    html! {
        <>
            { props.page.emit(here) }
            <div>{ dialog }</div>
        </>
    }
}
