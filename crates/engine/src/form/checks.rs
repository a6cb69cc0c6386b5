//! Rules that only the server can judge, asked while the person types. A form that is sent meanwhile waits for the answers.

use super::field::State;
use super::{Effect, Form, Phase};

/// How long nothing is typed before the server is asked, in milliseconds.
pub const ASK_AFTER_MS: u64 = 400;

impl Form {
    /// Whether the server is being asked about a field.
    #[must_use]
    pub fn is_validating(&self, field: &str) -> bool {
        self.get(field).is_some_and(|state| state.check.is_some())
    }

    /// Whether the person has sent the form, or gone on, and an answer about a field is awaited first.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }

    /// Something else was typed: what was asked before is about another value.
    pub(super) fn ask(&mut self, field: &'static str, out: &mut Vec<Effect>) {
        let check = self.checks + 1;
        let worth = self
            .get(field)
            .is_some_and(|state| state.spec.is_asked && state.is_changed() && self.broken(state).is_none());
        if let (true, Some(state)) = (worth, self.get_mut(field)) {
            state.check = Some(check);
            self.checks = check;
            out.push(Effect::Ask { field, check });
        }
    }

    pub(super) fn answered(
        &mut self,
        field: &'static str,
        check: u32,
        complaint: Option<String>,
        out: &mut Vec<Effect>,
    ) {
        let Some(state) = self.get_mut(field).filter(|state| state.check == Some(check)) else {
            return;
        };
        state.check = None;
        state.complaint = complaint;
        if self.is_waiting() && !self.awaits() {
            self.phase = Phase::Editing;
            self.submit(out);
        }
    }

    /// Whether an answer is awaited about what is to be sent now, or about the step that is to be left.
    pub(super) fn awaits(&self) -> bool {
        let concerns = |state: &&State| self.is_last_step() || state.step == self.at;
        self.fields
            .iter()
            .filter(concerns)
            .any(|state| state.check.is_some())
    }

    /// Whether a rule or the server has something against what a field holds.
    pub(super) fn is_wrong(&self, state: &State) -> bool {
        state.complaint.is_some() || self.broken(state).is_some()
    }
}
