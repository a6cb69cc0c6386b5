//! Named steps with durations: progress while they run, one table at the end.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// Runs steps one after the other and remembers how each ended.
#[derive(Default)]
pub struct Steps {
    finished: Vec<Finished>,
}

struct Finished {
    name: String,
    took: Duration,
    failure: Option<Failure>,
}

impl Steps {
    /// No step yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a step on which everything after it depends.
    ///
    /// # Errors
    /// The step's own failure.
    pub fn must<T>(&mut self, name: &str, step: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        println!("▸ {name}");
        let started = Instant::now();
        let outcome = step();
        let took = started.elapsed();
        let failure = outcome.as_ref().err().cloned();
        match &failure {
            None => println!("  done in {}", seconds(took)),
            Some(failure) => println!("  FAILED after {}: {failure}", seconds(took)),
        }
        self.finished.push(Finished {
            name: name.to_owned(),
            took,
            failure,
        });
        outcome
    }

    /// Runs a step whose failure is reported at the end; `None` when it failed.
    pub fn attempt<T>(&mut self, name: &str, step: impl FnOnce() -> Outcome<T>) -> Option<T> {
        self.must(name, step).ok()
    }

    /// Notes a step that cannot run since another one failed.
    pub fn blocked(&mut self, name: &str, by: &str) {
        let failure = Failure::new(format!("could not run: `{by}` failed"));
        println!("▸ {name}\n  FAILED: {failure}");
        self.finished.push(Finished {
            name: name.to_owned(),
            took: Duration::ZERO,
            failure: Some(failure),
        });
    }

    /// The table of all steps, then every failure, then the counts.
    pub fn summary(&self) -> String {
        let width = self
            .finished
            .iter()
            .map(|step| step.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut text = String::from("\n");
        for step in &self.finished {
            let result = if step.failure.is_some() { "FAILED" } else { "ok" };
            text.push_str(&format!(
                "{:<width$}  {:>9}  {result}\n",
                step.name,
                seconds(step.took)
            ));
        }
        for step in &self.finished {
            if let Some(failure) = &step.failure {
                text.push_str(&format!("\n{}: {failure}\n", step.name));
            }
        }
        let failed = self.failed();
        text.push_str(&format!(
            "\n{} passed, {failed} failed",
            self.finished.len() - failed
        ));
        text
    }

    /// How many steps failed.
    pub fn failed(&self) -> usize {
        self.finished.iter().filter(|step| step.failure.is_some()).count()
    }
}

/// A duration for people: `0.4 s`, `12.3 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_after_a_failure_and_reports_it_at_the_end() {
        let mut steps = Steps::new();
        assert_eq!(
            steps.attempt("first", || Err::<(), _>(Failure::new("broken"))),
            None
        );
        assert_eq!(steps.attempt("second", || Ok(7)), Some(7));
        steps.blocked("third", "first");
        let summary = steps.summary();
        assert!(summary.contains("first: broken"), "{summary}");
        assert!(summary.ends_with("\n1 passed, 2 failed"), "{summary}");
    }

    #[test]
    fn shows_durations_for_people() {
        assert_eq!(seconds(Duration::from_millis(400)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
