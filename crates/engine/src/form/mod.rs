//! What a form holds, what is wrong with it, and when to say so.
//!
//! A field is judged when it is left and when the form is sent, never in the middle of the first typing; once something
//! is wrong with it, every key press is judged, so that the message goes as soon as it is mended. What was typed stays
//! whatever the server answers. A draft of what was changed survives a reload, secrets excepted.
//!
//! A form may have steps ([`Form::in_steps`]): one of them is shown, it cannot be left forward while something is wrong in
//! it, going back keeps everything, and the draft knows where the person was.

mod checks;
mod draft;
mod field;
mod interface;
mod steps;

use switchboard_contract::validate::Violation;

pub use checks::ASK_AFTER_MS;
pub use draft::{Kept, MAX_AGE_MS, prefilled};
use field::State;
pub use field::{Fault, Field, Kind, Rule};
pub use interface::{Effect, Event};
pub use steps::Step;

/// What a form is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Editing,
    /// To be sent, or a step to be left, once the server has said what it thinks of a field.
    Waiting,
    Sending(u32),
    Done,
}

/// A form: its fields in the order of the page, and how far sending it has come.
#[derive(Clone)]
pub struct Form {
    fields: Vec<State>,
    /// The names of its steps; empty for a form in one piece.
    steps: Vec<&'static str>,
    /// The step that is shown.
    at: usize,
    /// How often the person went to another step.
    moved: u32,
    phase: Phase,
    attempts: u32,
    /// Counts questions about fields.
    checks: u32,
    told: u32,
    is_telling: bool,
}

impl Form {
    /// A form of these fields.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::of(
            fields.into_iter().map(|field| State::new(field, 0)).collect(),
            Vec::new(),
        )
    }

    fn of(fields: Vec<State>, steps: Vec<&'static str>) -> Self {
        Self {
            fields,
            steps,
            at: 0,
            moved: 0,
            phase: Phase::Editing,
            attempts: 0,
            checks: 0,
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
        match state.server.as_ref().or(state.complaint.as_ref()) {
            Some(message) => Some(match Violation::told(message) {
                Some(violation) => Fault::Rule(violation),
                None => Fault::Server(message.clone()),
            }),
            None if state.judged => self.broken(state).map(Fault::Rule),
            None => None,
        }
    }

    /// Everything to say about the step that is shown, in the order of the fields.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, Fault)> + '_ {
        self.fields
            .iter()
            .filter(|state| state.step == self.at)
            .filter_map(|state| Some((state.spec.name, self.fault(state.spec.name)?)))
    }

    /// Whether a field holds something else than at the start.
    #[must_use]
    pub fn is_changed(&self, field: &str) -> bool {
        self.get(field).is_some_and(State::is_changed)
    }

    /// How many fields the person has changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.fields
            .iter()
            .filter(|state| state.is_changed_by_hand())
            .count()
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
            .filter(|state| matches!(state.spec.kind, Kind::Text | Kind::Secret))
            .map(|state| state.spec.name)
    }

    /// Takes one event.
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Input { field, text } => self.input(field, text, out),
            Event::Left { field } => self.left(field),
            Event::Submit => self.submit(out),
            Event::Back => self.back(out),
            Event::Go { step } => self.go(step, out),
            Event::Accepted { attempt } if self.phase == Phase::Sending(attempt) => self.accepted(out),
            Event::Refused { attempt, fields } if self.phase == Phase::Sending(attempt) => {
                self.phase = Phase::Editing;
                for state in &mut self.fields {
                    state.sent.clear();
                    state.server = fields
                        .get(state.spec.name)
                        .and_then(|messages| messages.first().cloned());
                }
                if let Some(state) = self.fields.iter().find(|state| state.server.is_some()) {
                    self.at = state.step;
                }
                self.tell(out);
            }
            // Of a submission that is over.
            Event::Accepted { .. } | Event::Refused { .. } => {}
            Event::Answered {
                field,
                check,
                complaint,
            } => self.answered(field, check, complaint, out),
            Event::Rebase { values } => {
                for state in &mut self.fields {
                    let Some(value) = values.get(state.spec.name) else {
                        continue;
                    };
                    if !state.is_changed() && state.value != *value {
                        state.put(value.clone());
                        state.renewed += 1;
                    }
                    state.spec.initial.clone_from(value);
                }
                self.keep(out);
            }
            // It is on its way: what comes of it says what there is to go back to.
            Event::Discard if self.is_sending() => {}
            Event::Discard => {
                for state in &mut self.fields {
                    state.put(state.spec.initial.clone());
                    (state.judged, state.edited) = (false, false);
                }
                self.phase = Phase::Editing;
                self.is_telling = false;
                self.at = 0;
                out.push(Effect::Forget);
            }
        }
    }

    /// Counts how often what a field holds was replaced by what the server has: somebody else, or another device, changed it.
    #[must_use]
    pub fn renewed(&self, field: &str) -> u32 {
        self.get(field).map_or(0, |state| state.renewed)
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
        // Whoever types on has not finished.
        if matches!(self.phase, Phase::Done | Phase::Waiting) {
            self.phase = Phase::Editing;
        }
        self.ask(field, out);
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
        if self.is_sending() || self.is_waiting() {
            return;
        }
        if !self.is_last_step() {
            self.go_on(out);
            return;
        }
        for state in &mut self.fields {
            state.judged = true;
            // Asked again: only the server knows whether it still says so.
            state.server = None;
        }
        if let Some(state) = self.fields.iter().find(|state| self.is_wrong(state)) {
            self.at = state.step;
            self.phase = Phase::Editing;
            self.tell(out);
            return;
        }
        if self.awaits() {
            self.phase = Phase::Waiting;
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
            // What stood beside the changes goes with them; it may have been put down while they were sent.
            let is_as_sent = state.value == state.sent || state.spec.kind == Kind::Note;
            // A secret is never what a form starts from.
            state.spec.initial = match state.spec.kind {
                Kind::Secret | Kind::Note => String::new(),
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
mod tests;
