//! Bugs that the simulation plants, to see whether it finds them. Without the feature `planted`, which nothing that is
//! delivered has, [`on`] is false and none of them is compiled.

/// A bug that can be planted in a decision of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A message that comes again is stored again.
    RepeatStored,
    /// A message overtakes the one that its outbox queued before it.
    PredecessorIgnored,
    /// A message that was taken back is stored when it arrives.
    TakenBackStored,
    /// A refresh token whose successor was lost on the way revokes the family.
    ParentRevoked,
    /// A change that comes again is made again.
    ActionDoneAgain,
    /// A position past which the log is no longer kept is replayed from.
    TrimmedReplayed,
}

/// Whether a bug is planted here.
#[cfg(not(feature = "planted"))]
#[must_use]
pub const fn on(_bug: Bug) -> bool {
    false
}

#[cfg(feature = "planted")]
pub use chosen::{on, plant};

#[cfg(feature = "planted")]
mod chosen {
    use std::cell::Cell;

    use super::Bug;

    impl Bug {
        /// Every one of them.
        pub const ALL: &'static [Self] = &[
            Self::RepeatStored,
            Self::PredecessorIgnored,
            Self::TakenBackStored,
            Self::ParentRevoked,
            Self::ActionDoneAgain,
            Self::TrimmedReplayed,
        ];
    }

    thread_local! {
        static CHOSEN: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether a bug is planted in what this thread runs.
    #[must_use]
    pub fn on(bug: Bug) -> bool {
        CHOSEN.get() == Some(bug)
    }

    /// Plants a bug in what this thread runs, or none.
    pub fn plant(bug: Option<Bug>) {
        CHOSEN.set(bug);
    }
}
