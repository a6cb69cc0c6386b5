//! What a form holds, what is wrong with it, and when to say so.
//!
//! A field is judged when it is left and when the form is sent, never in the middle of the first typing; once something
//! is wrong with it, every key press is judged, so that the message goes as soon as it is mended. What was typed stays
//! whatever the server answers. A draft of what was changed survives a reload, secrets excepted.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use switchboard_contract::problem::FieldErrors;
use switchboard_contract::validate::Violation;

/// A rule for one field; it sees the whole form, because a password must not hold the name typed above it.
pub type Rule = Rc<dyn Fn(&str, &Form) -> Result<(), Violation>>;

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Typed text.
    Text,
    /// Typed text that is never kept: passwords and codes.
    Secret,
    /// Chosen rather than typed.
    Choice,
}

/// One field as it is declared.
#[derive(Clone)]
pub struct Field {
    name: &'static str,
    kind: Kind,
    initial: String,
    rule: Rule,
}

impl Field {
    /// Typed text under a rule that looks at nothing else. `name` is the wire's spelling, so that the server's messages
    /// find their field.
    #[must_use]
    pub fn text(name: &'static str, rule: fn(&str) -> Result<(), Violation>) -> Self {
        Self::new(name, Kind::Text, Rc::new(move |text: &str, _: &Form| rule(text)))
    }

    /// A secret under a rule that looks at nothing else.
    #[must_use]
    pub fn secret(name: &'static str, rule: fn(&str) -> Result<(), Violation>) -> Self {
        Self::new(
            name,
            Kind::Secret,
            Rc::new(move |text: &str, _: &Form| rule(text)),
        )
    }

    /// Something chosen; whatever is offered is right.
    #[must_use]
    pub fn choice(name: &'static str) -> Self {
        Self::new(name, Kind::Choice, Rc::new(|_: &str, _: &Form| Ok(())))
    }

    /// A field under any rule.
    #[must_use]
    pub fn new(name: &'static str, kind: Kind, rule: Rule) -> Self {
        Self {
            name,
            kind,
            initial: String::new(),
            rule,
        }
    }

    /// What it holds before anyone changes it.
    #[must_use]
    pub fn holding(mut self, value: impl Into<String>) -> Self {
        self.initial = value.into();
        self
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It breaks a rule of the contract: the form has seen it, or the server has told it.
    Rule(Violation),
    /// The server's own words, where this build does not know what they mean.
    Server(String),
}

/// What happens to a form.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A field holds this now.
    Input {
        /// Which field.
        field: &'static str,
        /// Its whole text.
        text: String,
    },
    /// A field was left.
    Left {
        /// Which field.
        field: &'static str,
    },
    /// The person sends the form.
    Submit,
    /// The server took it.
    Accepted {
        /// Of [`Effect::Send`].
        attempt: u32,
    },
    /// The server refused it, or did not answer.
    Refused {
        /// Of [`Effect::Send`].
        attempt: u32,
        /// Messages by field; empty when no field is to blame.
        fields: FieldErrors,
    },
    /// The server's values changed: fields that the person has not touched follow, the others stay.
    Rebase {
        /// The server's values by field.
        values: BTreeMap<&'static str, String>,
    },
    /// Back to what it was.
    Discard,
}

impl fmt::Debug for Event {
    /// Tells the kind and the field; what people type stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { field, .. } => write!(f, "Input({field})"),
            Self::Left { field } => write!(f, "Left({field})"),
            Self::Submit => f.write_str("Submit"),
            Self::Accepted { attempt } => write!(f, "Accepted({attempt})"),
            Self::Refused { attempt, .. } => write!(f, "Refused({attempt})"),
            Self::Rebase { .. } => f.write_str("Rebase"),
            Self::Discard => f.write_str("Discard"),
        }
    }
}

/// What the shell does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send the values, and report the outcome with this number.
    Send {
        /// Counts submissions.
        attempt: u32,
    },
    /// Something is wrong: the summary takes the focus.
    Tell,
    /// Store [`Form::draft`].
    Keep,
    /// Remove the stored draft.
    Forget,
}

/// What a form is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Editing,
    Sending(u32),
    Done,
}

#[derive(Clone)]
struct State {
    spec: Field,
    value: String,
    /// Whether it was ever typed into.
    edited: bool,
    /// Whether what is wrong with it is shown.
    judged: bool,
    /// The server's message about the value that it still holds.
    server: Option<String>,
    /// What it held when the form was sent: it may be typed into while the answer is on its way.
    sent: String,
}

impl State {
    fn is_changed(&self) -> bool {
        self.value != self.spec.initial
    }

    fn put(&mut self, text: String) {
        self.value = text;
        self.server = None;
    }
}

/// A form: its fields in the order of the page, and how far sending it has come.
#[derive(Clone)]
pub struct Form {
    fields: Vec<State>,
    phase: Phase,
    attempts: u32,
    told: u32,
    is_telling: bool,
}

impl Form {
    /// A form of these fields.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        let fields = fields
            .into_iter()
            .map(|spec| State {
                value: spec.initial.clone(),
                spec,
                edited: false,
                judged: false,
                server: None,
                sent: String::new(),
            })
            .collect();
        Self {
            fields,
            phase: Phase::Editing,
            attempts: 0,
            told: 0,
            is_telling: false,
        }
    }

    /// What a field holds; nothing for a name that the form does not have.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.get(field).map_or("", |state| &state.value)
    }

    /// What to say about a field now, if anything.
    #[must_use]
    pub fn fault(&self, field: &str) -> Option<Fault> {
        let state = self.get(field)?;
        match &state.server {
            Some(message) => Some(match Violation::told(message) {
                Some(violation) => Fault::Rule(violation),
                None => Fault::Server(message.clone()),
            }),
            None if state.judged => self.broken(state).map(Fault::Rule),
            None => None,
        }
    }

    /// Everything to say, in the order of the fields.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, Fault)> + '_ {
        self.fields
            .iter()
            .filter_map(|state| Some((state.spec.name, self.fault(state.spec.name)?)))
    }

    /// Whether a field holds something else than at the start.
    #[must_use]
    pub fn is_changed(&self, field: &str) -> bool {
        self.get(field).is_some_and(State::is_changed)
    }

    /// How many fields hold something else than at the start.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.fields.iter().filter(|state| state.is_changed()).count()
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub const fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending(_))
    }

    /// Whether the server has taken it and nothing was changed since.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// Counts how often something was wrong with a submission: each new number takes the focus to the summary.
    #[must_use]
    pub const fn told(&self) -> u32 {
        self.told
    }

    /// Whether the last submission came back with something to say: from then until the next one the summary stands there.
    #[must_use]
    pub const fn is_telling(&self) -> bool {
        self.is_telling
    }

    /// Names of the fields that are typed into: what a password manager filled in without telling is found there.
    pub fn typed(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.fields
            .iter()
            .filter(|state| state.spec.kind != Kind::Choice)
            .map(|state| state.spec.name)
    }

    /// Takes one event.
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Input { field, text } => self.input(field, text, out),
            Event::Left { field } => self.left(field),
            Event::Submit => self.submit(out),
            Event::Accepted { attempt } if self.phase == Phase::Sending(attempt) => self.accepted(out),
            Event::Refused { attempt, fields } if self.phase == Phase::Sending(attempt) => {
                self.phase = Phase::Editing;
                for state in &mut self.fields {
                    state.sent.clear();
                    state.server = fields
                        .get(state.spec.name)
                        .and_then(|messages| messages.first().cloned());
                }
                self.tell(out);
            }
            // Of a submission that is over.
            Event::Accepted { .. } | Event::Refused { .. } => {}
            Event::Rebase { values } => {
                for state in &mut self.fields {
                    let Some(value) = values.get(state.spec.name) else {
                        continue;
                    };
                    if !state.is_changed() {
                        state.put(value.clone());
                    }
                    state.spec.initial.clone_from(value);
                }
                self.keep(out);
            }
            Event::Discard => {
                for state in &mut self.fields {
                    state.put(state.spec.initial.clone());
                    (state.judged, state.edited) = (false, false);
                }
                self.phase = Phase::Editing;
                self.is_telling = false;
                out.push(Effect::Forget);
            }
        }
    }

    /// What was changed, as text for the device's storage; nothing when nothing was. Never holds a secret.
    #[must_use]
    pub fn draft(&self) -> Option<String> {
        let changed: BTreeMap<&str, &str> = self
            .fields
            .iter()
            .filter(|state| state.spec.kind != Kind::Secret && state.is_changed())
            .map(|state| (state.spec.name, state.value.as_str()))
            .collect();
        if changed.is_empty() {
            return None;
        }
        serde_json::to_string(&changed).ok()
    }

    /// Takes up a draft of an earlier visit. What cannot be read, and fields that the form does not have or that are
    /// secret, are left out.
    pub fn restore(&mut self, draft: &str) {
        let Ok(kept) = serde_json::from_str::<BTreeMap<String, String>>(draft) else {
            return;
        };
        for state in &mut self.fields {
            if let (Some(text), true) = (kept.get(state.spec.name), state.spec.kind != Kind::Secret) {
                state.put(text.clone());
                state.edited = true;
            }
        }
    }

    fn get(&self, field: &str) -> Option<&State> {
        self.fields.iter().find(|state| state.spec.name == field)
    }

    fn get_mut(&mut self, field: &str) -> Option<&mut State> {
        self.fields.iter_mut().find(|state| state.spec.name == field)
    }

    fn broken(&self, state: &State) -> Option<Violation> {
        (state.spec.rule)(&state.value, self).err()
    }

    fn input(&mut self, field: &'static str, text: String, out: &mut Vec<Effect>) {
        let had_fault = self.fault(field).is_some();
        let Some(state) = self.get_mut(field) else { return };
        if state.value == text {
            return;
        }
        state.put(text);
        state.edited = true;
        // What was wrong is followed key by key; what was right is judged again when it is left.
        state.judged = had_fault;
        if self.phase == Phase::Done {
            self.phase = Phase::Editing;
        }
        self.keep(out);
    }

    fn left(&mut self, field: &'static str) {
        let Some(state) = self.get(field) else { return };
        // Passing through an empty field is no mistake yet; emptying it is.
        let passed_through = !state.edited && self.broken(state) == Some(Violation::Required);
        if let (false, Some(state)) = (passed_through, self.get_mut(field)) {
            state.judged = true;
        }
    }

    fn submit(&mut self, out: &mut Vec<Effect>) {
        if self.is_sending() {
            return;
        }
        for state in &mut self.fields {
            state.judged = true;
            // Asked again: only the server knows whether it still says so.
            state.server = None;
        }
        if self.fields.iter().any(|state| self.broken(state).is_some()) {
            self.phase = Phase::Editing;
            self.tell(out);
            return;
        }
        for state in &mut self.fields {
            state.sent.clone_from(&state.value);
        }
        self.attempts += 1;
        self.is_telling = false;
        self.phase = Phase::Sending(self.attempts);
        out.push(Effect::Send {
            attempt: self.attempts,
        });
    }

    fn accepted(&mut self, out: &mut Vec<Effect>) {
        self.phase = Phase::Done;
        for state in &mut self.fields {
            let is_as_sent = state.value == state.sent;
            // A secret is never what a form starts from.
            state.spec.initial = match state.spec.kind {
                Kind::Secret => String::new(),
                Kind::Text | Kind::Choice => std::mem::take(&mut state.sent),
            };
            if is_as_sent {
                state.put(state.spec.initial.clone());
                (state.judged, state.edited) = (false, false);
            } else {
                self.phase = Phase::Editing;
            }
            state.sent.clear();
        }
        self.keep(out);
    }

    fn tell(&mut self, out: &mut Vec<Effect>) {
        self.told += 1;
        self.is_telling = true;
        out.push(Effect::Tell);
    }

    fn keep(&self, out: &mut Vec<Effect>) {
        out.push(if self.draft().is_some() {
            Effect::Keep
        } else {
            Effect::Forget
        });
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
