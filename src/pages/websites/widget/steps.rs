//! Undoing and doing again: what the fields held, step by step. The steps belong to the draft that they were taken over.

use super::values::Values;

/// Changes of one field that follow each other faster than this are one step, in milliseconds: a word, not its letters.
const TOGETHER_MS: u64 = 1_000;
/// Most steps that can be undone.
const MOST: usize = 100;

/// The steps.
#[derive(Debug, Default)]
pub struct Steps {
    past: Vec<Values>,
    now: Values,
    ahead: Vec<Values>,
    last: Option<(&'static str, u64)>,
}

impl Steps {
    /// Begins with these values.
    pub fn new(now: Values) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// The fields hold this at `at_ms`, by any clock that only goes forward.
    pub fn note(&mut self, values: &Values, at_ms: u64) {
        if *values == self.now {
            return;
        }
        let mut changed = values
            .iter()
            .filter(|(name, value)| self.now.get(*name) != Some(*value))
            .map(|(name, _)| *name);
        let only = changed.next().filter(|_| changed.next().is_none());
        let goes_on = match (self.last, only) {
            (Some((before, at)), Some(now)) => before == now && at_ms.saturating_sub(at) < TOGETHER_MS,
            _ => false,
        };
        let before = std::mem::replace(&mut self.now, values.clone());
        if !goes_on {
            self.past.push(before);
            if self.past.len() > MOST {
                self.past.remove(0);
            }
        }
        self.ahead.clear();
        self.last = only.map(|name| (name, at_ms));
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// What the fields held before the last step.
    pub fn undo(&mut self) -> Option<Values> {
        let before = self.past.pop()?;
        self.ahead.push(std::mem::replace(&mut self.now, before.clone()));
        self.last = None;
        Some(before)
    }

    /// What they held before that was undone.
    pub fn redo(&mut self) -> Option<Values> {
        let after = self.ahead.pop()?;
        self.past.push(std::mem::replace(&mut self.now, after.clone()));
        self.last = None;
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(title: &str, size: &str) -> Values {
        [("title", title.to_owned()), ("size", size.to_owned())].into()
    }

    #[test]
    fn a_word_is_one_step_and_another_field_is_another() {
        let mut steps = Steps::new(values("", "52"));
        steps.note(&values("H", "52"), 0);
        steps.note(&values("He", "52"), 300);
        steps.note(&values("He", "60"), 400);
        steps.note(&values("Hey", "60"), 5_000);
        assert_eq!(steps.undo(), Some(values("He", "60")));
        assert_eq!(steps.undo(), Some(values("He", "52")));
        assert_eq!(steps.redo(), Some(values("He", "60")));
        assert_eq!(steps.undo(), Some(values("He", "52")));
        assert_eq!(steps.undo(), Some(values("", "52")));
        assert_eq!(steps.undo(), None);
        assert!(steps.can_redo() && !steps.can_undo());
    }

    #[test]
    fn what_is_done_after_undoing_leaves_nothing_to_do_again() {
        let mut steps = Steps::new(values("", "52"));
        steps.note(&values("A", "52"), 0);
        let back = steps.undo().expect("a step");
        steps.note(&back, 10);
        assert!(steps.can_redo(), "what the fields hold by undoing is no step");
        steps.note(&values("B", "52"), 20);
        assert_eq!(steps.redo(), None);
        assert_eq!(steps.undo(), Some(values("", "52")));
    }

    #[test]
    fn there_is_an_end_to_what_is_remembered() {
        let mut steps = Steps::new(values("", "0"));
        for number in 1..=150_u64 {
            steps.note(&values("", &number.to_string()), number * 10_000);
        }
        let undone = std::iter::from_fn(|| steps.undo()).count();
        assert_eq!(undone, MOST);
    }
}
