//! Bugs that the simulation plants, to see whether it finds them. Without the feature `planted`, which nothing that is
//! delivered has, [`on`] is false and none of them is compiled.

/// A bug that can be planted in a machine of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Another generation of the log is taken over without fetching anew what is shown.
    EpochBeforeApply,
    /// The position moves to the end of a page before its events are applied.
    PositionBeforeApply,
    /// A tab that follows applies what the leader tells whatever came before it.
    FollowerWithoutPrev,
    /// Numbers of one generation of the log are compared with those of another.
    OtherEpochCompared,
    /// A snapshot overwrites what newer events said.
    RollbackBySnapshot,
    /// Any message of the person that arrives counts as the one that waits.
    EchoWithoutId,
    /// Each attempt to send has an id of its own.
    RetryWithNewId,
    /// What the person does is sent before it is kept.
    SendBeforeStored,
    /// A leader of an earlier term may still write.
    NoFencing,
    /// What was attempted is let go of without telling the server.
    DiscardWithoutTakeBack,
    /// What followed something given up still waits for it.
    LaneNotRelinked,
    /// What one person left waiting is taken over by the next.
    OutboxKeptForOther,
    /// Whoever gets the lock renews, although another tab has just done so.
    RefreshWithoutRereading,
    /// A renewal without an answer ends the session.
    OfflineSignsOut,
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
            Self::EpochBeforeApply,
            Self::PositionBeforeApply,
            Self::FollowerWithoutPrev,
            Self::OtherEpochCompared,
            Self::RollbackBySnapshot,
            Self::EchoWithoutId,
            Self::RetryWithNewId,
            Self::SendBeforeStored,
            Self::NoFencing,
            Self::DiscardWithoutTakeBack,
            Self::LaneNotRelinked,
            Self::OutboxKeptForOther,
            Self::RefreshWithoutRereading,
            Self::OfflineSignsOut,
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
