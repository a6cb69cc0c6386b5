//! The browser shell of the engine's form machine: drafts, sending, telling.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use switchboard_engine::form::{ASK_AFTER_MS, Effect, Event, Fault, Form};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::cooldown::{Cooldown, use_cooldown};
use super::drafts;
use crate::api::ApiError;
use crate::browser::{Task, TaskSlot, sleep, use_task, within};
use crate::i18n::rule;

/// How long the server's word about a field is waited for, in milliseconds. After that the form goes on without it: the server
/// judges the field when the form is sent.
const ANSWER_MS: u64 = 3_000;

/// What a form is called, and how its fields are.
#[derive(Clone, Copy)]
pub struct FormOptions {
    /// Before the ids of its fields, where a page holds more than one form; may be empty.
    pub prefix: &'static str,
    /// Where its draft is kept, from [`crate::storage::draft`]: for a form of someone who is signed in it outlives the tab, else
    /// a reload of it; `None` for a form of secrets.
    pub draft: Option<&'static str>,
    /// A field's label, also in the summary; and what a step is called.
    pub label: fn(&str) -> AttrValue,
}

struct Revision(u32);

impl Reducible for Revision {
    type Action = ();

    fn reduce(self: Rc<Self>, (): ()) -> Rc<Self> {
        Rc::new(Self(self.0.wrapping_add(1)))
    }
}

/// Asks the server about a field's text; answers what is wrong with it, and nothing too where it could not be asked.
type Checker = Rc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Option<String>>>>>;

/// Sends the form as the submission of this number.
type Sender = Box<dyn FnOnce(u32)>;

struct Inner {
    machine: RefCell<Form>,
    /// Whether the device has the draft.
    is_kept: Cell<bool>,
    failure: RefCell<Option<ApiError>>,
    options: FormOptions,
    /// Where its draft is kept.
    slot: Option<String>,
    draw: UseReducerDispatcher<Revision>,
    task: TaskSlot,
    checkers: RefCell<BTreeMap<&'static str, Checker>>,
    /// Questions about fields on their way.
    answers: RefCell<BTreeMap<&'static str, Task>>,
    /// What sends the form once the last of them is answered.
    waiting: RefCell<Option<Sender>>,
}

impl Inner {
    /// The number of the submission that is to be sent, if this event asks for one.
    fn drive(self: &Rc<Self>, event: Event) -> Option<u32> {
        let mut effects = Vec::new();
        self.machine.borrow_mut().step(event, &mut effects);
        let mut attempt = None;
        for effect in effects {
            match effect {
                Effect::Send { attempt: number } => attempt = Some(number),
                Effect::Ask { field, check } => self.ask(field, check),
                // The summary looks at the machine itself.
                Effect::Tell => {}
                Effect::Keep => {
                    let draft = self.machine.borrow().draft();
                    if let (Some(slot), Some(draft)) = (&self.slot, draft) {
                        self.is_kept.set(drafts::keep(slot, &draft));
                    }
                }
                Effect::Forget => {
                    if let Some(slot) = &self.slot {
                        drafts::forget(slot);
                    }
                }
            }
        }
        self.draw.dispatch(());
        attempt
    }

    /// Asks the server about a field once the person pauses, in place of an earlier question about it.
    fn ask(self: &Rc<Self>, field: &'static str, check: u32) {
        let Some(checker) = self.checkers.borrow().get(field).cloned() else {
            // Nobody can be asked: the server judges it when the form is sent.
            self.drive(Event::Answered {
                field,
                check,
                complaint: None,
            });
            return;
        };
        let (inner, text) = (Rc::downgrade(self), self.machine.borrow().value(field).to_owned());
        let task = Task::spawn(async move {
            sleep(ASK_AFTER_MS).await;
            let complaint = within(ANSWER_MS, checker(text)).await.flatten();
            let Some(inner) = inner.upgrade() else { return };
            let event = Event::Answered {
                field,
                check,
                complaint,
            };
            if let Some(attempt) = inner.drive(event) {
                let waiting = inner.waiting.borrow_mut().take();
                if let Some(send) = waiting {
                    send(attempt);
                }
            }
        });
        self.answers.borrow_mut().insert(field, task);
    }

    fn refused(self: &Rc<Self>, attempt: u32, error: ApiError, throttle: &Callback<u64>) {
        if let ApiError::RateLimited(wait) = &error {
            throttle.emit(*wait);
        }
        let fields = error.fields().cloned().unwrap_or_default();
        *self.failure.borrow_mut() = Some(error);
        self.drive(Event::Refused { attempt, fields });
    }
}

/// A form of a component. Clones share it; two are equal while nothing has changed between them.
#[derive(Clone)]
pub struct FormHandle {
    inner: Rc<Inner>,
    revision: u32,
    throttle: Cooldown,
}

impl PartialEq for FormHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
            && self.revision == other.revision
            && self.throttle.left() == other.throttle.left()
    }
}

impl FormHandle {
    /// What a field holds.
    #[must_use]
    pub fn value(&self, field: &str) -> String {
        self.inner.machine.borrow().value(field).to_owned()
    }

    /// Whether a field that is on or off is on.
    #[must_use]
    pub fn is_on(&self, field: &str) -> bool {
        self.inner.machine.borrow().value(field) == "true"
    }

    /// Puts something into a field.
    pub fn set(&self, field: &'static str, text: impl Into<String>) {
        let text = text.into();
        self.inner.drive(Event::Input { field, text });
    }

    /// The same, as a callback.
    #[must_use]
    pub fn setter(&self, field: &'static str) -> Callback<String> {
        let inner = self.inner.clone();
        Callback::from(move |text| {
            inner.drive(Event::Input { field, text });
        })
    }

    /// A field was left.
    #[must_use]
    pub fn leaver(&self, field: &'static str) -> Callback<()> {
        let inner = self.inner.clone();
        Callback::from(move |()| {
            inner.drive(Event::Left { field });
        })
    }

    /// What a field or a step is called.
    #[must_use]
    pub fn label(&self, field: &str) -> AttrValue {
        (self.inner.options.label)(field)
    }

    /// The id of a field's input.
    #[must_use]
    pub fn id(&self, field: &str) -> AttrValue {
        match self.inner.options.prefix {
            "" => AttrValue::from(field.to_owned()),
            prefix => AttrValue::from(format!("{prefix}-{field}")),
        }
    }

    /// What to say about a field now.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<AttrValue> {
        self.inner.machine.borrow().fault(field).map(text_of)
    }

    /// Everything to say: field and message.
    #[must_use]
    pub fn errors(&self) -> Vec<(&'static str, AttrValue)> {
        let machine = self.inner.machine.borrow();
        machine
            .faults()
            .map(|(field, fault)| (field, text_of(fault)))
            .collect()
    }

    /// How many fields were changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.inner.machine.borrow().changes()
    }

    /// Whether the device keeps what was changed.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.inner.is_kept.get()
    }

    /// Whether a field was changed.
    #[must_use]
    pub fn is_changed(&self, field: &str) -> bool {
        self.inner.machine.borrow().is_changed(field)
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.inner.machine.borrow().is_sending()
    }

    /// The names of its steps in order; none for a form in one piece.
    #[must_use]
    pub fn steps(&self) -> Vec<&'static str> {
        self.inner.machine.borrow().steps().to_vec()
    }

    /// Which step is shown, from 0.
    #[must_use]
    pub fn step_number(&self) -> usize {
        self.inner.machine.borrow().step_number()
    }

    /// Whether this step is shown.
    #[must_use]
    pub fn is_at(&self, step: &str) -> bool {
        self.inner.machine.borrow().step_name() == Some(step)
    }

    /// Whether sending sends, rather than going on to the next step.
    #[must_use]
    pub fn is_last_step(&self) -> bool {
        self.inner.machine.borrow().is_last_step()
    }

    /// Counts how often the person went to another step; see [`Form::moved`].
    #[must_use]
    pub fn moved(&self) -> u32 {
        self.inner.machine.borrow().moved()
    }

    /// Back to the step before, with everything kept.
    pub fn back(&self) {
        self.inner.drive(Event::Back);
    }

    /// To a step: back at once, forward as far as nothing is wrong on the way.
    pub fn go(&self, step: &'static str) {
        self.inner.drive(Event::Go { step });
    }

    /// Whether the server is being asked about a field.
    #[must_use]
    pub fn is_validating(&self, field: &str) -> bool {
        self.inner.machine.borrow().is_validating(field)
    }

    /// Whether the form was sent and waits for an answer about a field first.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.inner.machine.borrow().is_waiting()
    }

    /// Who is asked about a field that is declared with `Field::asked`. Best called once, in an effect.
    pub fn check<A>(&self, field: &'static str, ask: impl Fn(String) -> A + 'static)
    where
        A: Future<Output = Option<String>> + 'static,
    {
        let checker: Checker = Rc::new(move |text| Box::pin(ask(text)));
        self.inner.checkers.borrow_mut().insert(field, checker);
    }

    /// Whether the summary stands there.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.inner.machine.borrow().is_telling()
    }

    /// Counts what was told; see [`Form::told`].
    #[must_use]
    pub fn told(&self) -> u32 {
        self.inner.machine.borrow().told()
    }

    /// Why the last submission failed, unless only fields are to blame.
    #[must_use]
    pub fn failure(&self) -> Option<ApiError> {
        self.inner.failure.borrow().clone()
    }

    /// The wait that the server asked for.
    #[must_use]
    pub fn throttle(&self) -> &Cooldown {
        &self.throttle
    }

    /// The server's values changed.
    pub fn rebase(&self, values: BTreeMap<&'static str, String>) {
        self.inner.drive(Event::Rebase { values });
    }

    /// Counts how often a field was replaced by what somebody else has saved; see [`Form::renewed`].
    #[must_use]
    pub fn renewed(&self, field: &str) -> u32 {
        self.inner.machine.borrow().renewed(field)
    }

    /// Back to the server's values.
    pub fn discard(&self) {
        self.inner.failure.borrow_mut().take();
        self.inner.drive(Event::Discard);
    }

    /// What a `<form>` does on submit: reads what a password manager filled in, judges, sends by `send`, and hands what
    /// came back to `then`.
    #[must_use]
    pub fn onsubmit<T, S, A>(&self, send: S, then: Callback<T>) -> Callback<SubmitEvent>
    where
        T: 'static,
        S: Fn(&FormHandle) -> A + Clone + 'static,
        A: Future<Output = Result<T, ApiError>> + 'static,
    {
        let form = self.clone();
        Callback::from(move |event: SubmitEvent| {
            form.submitted(&event);
            form.submit(&send, then.clone());
        })
    }

    fn submitted(&self, event: &SubmitEvent) {
        event.prevent_default();
        // The press bubbles as the page's own: a form inside a dialog is not the page's form.
        event.stop_propagation();
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(target) = &target {
            self.read(target);
        }
    }

    /// The same without a `<form>`: the confirming button of a dialog.
    pub fn submit<T, S, A>(&self, send: &S, then: Callback<T>)
    where
        T: 'static,
        S: Fn(&FormHandle) -> A + Clone + 'static,
        A: Future<Output = Result<T, ApiError>> + 'static,
    {
        let begun = self.begin();
        let (form, send) = (self.clone(), send.clone());
        let go = move |attempt: u32| {
            let answer = send(&form);
            let inner = form.inner.clone();
            let throttle = form.throttle.starter();
            form.inner.task.run(async move {
                match answer.await {
                    Ok(value) => {
                        inner.drive(Event::Accepted { attempt });
                        then.emit(value);
                    }
                    Err(error) => inner.refused(attempt, error, &throttle),
                }
            });
        };
        match begun {
            Some(attempt) => go(attempt),
            None if self.is_waiting() => *self.inner.waiting.borrow_mut() = Some(Box::new(go)),
            None => {}
        }
    }

    /// The number of the submission that begins, if there is to be one.
    fn begin(&self) -> Option<u32> {
        if self.throttle.left() > 0 && self.is_last_step() {
            return None;
        }
        if !self.is_sending() {
            self.inner.failure.borrow_mut().take();
        }
        self.inner.drive(Event::Submit)
    }

    /// What stands in the inputs without having told: password managers fill in silently.
    fn read(&self, form: &Element) {
        let typed: Vec<&'static str> = self.inner.machine.borrow().typed().collect();
        for field in typed {
            // Names are written in this program: always a valid selector.
            let found = form.query_selector(&format!("[name='{field}']")).ok().flatten();
            if let Some(input) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) {
                self.set(field, input.value());
            }
        }
    }
}

fn text_of(fault: Fault) -> AttrValue {
    match fault {
        Fault::Rule(violation) => rule(violation),
        Fault::Server(message) => AttrValue::from(message),
    }
}

/// Holds a form for as long as the component lives. `ask` is called once, before the first render, for its fields or its
/// steps.
#[hook]
pub fn use_form<F: Into<Form>>(options: FormOptions, ask: impl FnOnce() -> F) -> FormHandle {
    use_form_about(options, None, ask)
}

/// The same for a form that many things have one of each: `thing` names which, and each has a draft of its own.
#[hook]
pub fn use_form_about<F: Into<Form>>(
    options: FormOptions,
    thing: Option<String>,
    ask: impl FnOnce() -> F,
) -> FormHandle {
    let revision = use_reducer(|| Revision(0));
    let task = use_task();
    let throttle = use_cooldown();
    let draw = revision.dispatcher();
    let inner = use_memo((), move |()| {
        let mut machine: Form = ask().into();
        let slot = options.draft.map(|draft| match thing {
            Some(thing) => format!("{draft}.{thing}"),
            None => draft.to_owned(),
        });
        let draft = slot.as_deref().and_then(drafts::find);
        if let Some(draft) = &draft {
            machine.restore(draft);
        }
        Inner {
            machine: RefCell::new(machine),
            is_kept: Cell::new(draft.is_some()),
            failure: RefCell::default(),
            options,
            slot,
            draw,
            task,
            checkers: RefCell::default(),
            answers: RefCell::default(),
            waiting: RefCell::default(),
        }
    });
    {
        let inner = inner.clone();
        use_effect_with((), move |()| {
            move || {
                // What is asked and what waits for it may hold the form itself.
                let held = (inner.waiting.take(), inner.answers.take(), inner.checkers.take());
                drop(held);
            }
        });
    }
    FormHandle {
        inner,
        revision: revision.0,
        throttle,
    }
}
