//! A form in steps: which one is shown, and what has to be right before the next one is.

use super::field::State;
use super::{Effect, Field, Form, Phase};

/// One step of a form: a name for the draft and the page, and what it asks. It may ask nothing.
#[derive(Clone)]
pub struct Step {
    name: &'static str,
    fields: Vec<Field>,
}

impl Step {
    /// A step.
    #[must_use]
    pub fn new(name: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            name,
            fields: fields.into_iter().collect(),
        }
    }
}

impl From<Vec<Field>> for Form {
    fn from(fields: Vec<Field>) -> Self {
        Self::new(fields)
    }
}

impl From<Vec<Step>> for Form {
    fn from(steps: Vec<Step>) -> Self {
        Self::in_steps(steps)
    }
}

impl Form {
    /// A form of these steps, the first of which is shown. A rule sees the fields of all steps.
    #[must_use]
    pub fn in_steps(steps: impl IntoIterator<Item = Step>) -> Self {
        let (mut names, mut fields) = (Vec::new(), Vec::new());
        for (number, step) in steps.into_iter().enumerate() {
            names.push(step.name);
            fields.extend(step.fields.into_iter().map(|field| State::new(field, number)));
        }
        Self::of(fields, names)
    }

    /// The names of its steps in order; none for a form in one piece.
    #[must_use]
    pub fn steps(&self) -> &[&'static str] {
        &self.steps
    }

    /// Which step is shown, from 0.
    #[must_use]
    pub const fn step_number(&self) -> usize {
        self.at
    }

    /// The name of the step that is shown; none for a form in one piece.
    #[must_use]
    pub fn step_name(&self) -> Option<&'static str> {
        self.steps.get(self.at).copied()
    }

    /// Whether sending sends: true for a form in one piece.
    #[must_use]
    pub fn is_last_step(&self) -> bool {
        self.at + 1 >= self.steps.len()
    }

    /// Counts how often the person went to another step: each new number takes the focus to its heading. Where something
    /// is wrong, the summary takes it ([`Form::told`]).
    #[must_use]
    pub const fn moved(&self) -> u32 {
        self.moved
    }

    pub(super) fn back(&mut self, out: &mut Vec<Effect>) {
        if self.at > 0 && !self.is_sending() {
            self.arrive(self.at - 1, out);
        }
    }

    pub(super) fn go(&mut self, step: &str, out: &mut Vec<Effect>) {
        let Some(target) = self.steps.iter().position(|name| *name == step) else {
            return;
        };
        if self.is_sending() || target == self.at {
            return;
        }
        if let Some(stop) = (self.at..target).find(|step| !self.judge_step(*step)) {
            self.at = stop;
            self.tell(out);
        } else {
            self.arrive(target, out);
        }
    }

    /// To the next step, if nothing is wrong in this one. What the server refused earlier does not hold anyone up: only the
    /// server knows whether it still does.
    pub(super) fn go_on(&mut self, out: &mut Vec<Effect>) {
        if self.judge_step(self.at) {
            if self.awaits() {
                self.phase = Phase::Waiting;
            } else {
                self.arrive(self.at + 1, out);
            }
        } else {
            self.tell(out);
        }
    }

    /// Whether everything in a step is right; from now on it says what is not.
    fn judge_step(&mut self, step: usize) -> bool {
        for state in self.fields.iter_mut().filter(|state| state.step == step) {
            state.judged = true;
        }
        self.fields
            .iter()
            .filter(|state| state.step == step)
            .all(|state| !self.is_wrong(state))
    }

    fn arrive(&mut self, step: usize, out: &mut Vec<Effect>) {
        self.at = step;
        if self.is_waiting() {
            self.phase = Phase::Editing;
        }
        self.moved += 1;
        self.is_telling = false;
        self.keep(out);
    }
}
