//! Whether an action is done or was done before (`protocol.md` *Conventions*).

use crate::planted::{self, Bug};

/// What happens to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was never heard of: it is done.
    New,
    /// It was done: its first result is the answer.
    Repeat,
    /// The id stands for another action.
    Reused,
}

/// Decides what happens to an action whose content is told by `digest`; `kept` is the digest of the action that its author
/// did before with the same id.
#[must_use]
pub fn begin(kept: Option<&str>, digest: &str) -> Begun {
    match kept {
        None => Begun::New,
        Some(kept) if kept == digest && planted::on(Bug::ActionDoneAgain) => Begun::New,
        Some(kept) if kept == digest => Begun::Repeat,
        Some(_) => Begun::Reused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_for_one_action() {
        assert_eq!(begin(None, "a"), Begun::New);
        assert_eq!(begin(Some("a"), "a"), Begun::Repeat);
        assert_eq!(begin(Some("b"), "a"), Begun::Reused);
    }
}
