//! What went wrong, in words a person can act on.

use std::fmt;

/// A step that did not work: one sentence about what failed, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    what: String,
    advice: Option<String>,
}

/// What every step answers.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure that explains itself.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: None,
        }
    }

    /// Adds what the person can do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Puts what was being done in front.
    #[must_use]
    pub fn during(mut self, what: impl fmt::Display) -> Self {
        self.what = format!("{what}: {}", self.what);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  What to do: {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// Turns an I/O error into a [`Failure`] that names the file.
pub fn io(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_failed_and_what_to_do() {
        let failure = Failure::new("port 8787 is taken")
            .advise("stop the other server")
            .during("starting");
        assert_eq!(
            failure.to_string(),
            "starting: port 8787 is taken\n  What to do: stop the other server"
        );
    }
}
