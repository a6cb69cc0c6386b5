//! Waits that a person can see: seconds counted down until something may be tried again.

use yew::prelude::*;

use crate::browser::monotonic_ms;
use crate::i18n::{duration_short, t, t_with};
use crate::ui::use_seconds_until;

/// A wait that may be running; from [`use_cooldown`].
#[derive(Clone)]
pub struct Cooldown {
    until: UseStateHandle<Option<f64>>,
    left: i64,
}

impl Cooldown {
    /// Whole seconds left; 0 when it is over or never began.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.left
    }

    /// Whether there was a wait, over or not.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.until.is_some()
    }

    /// What begins a wait of some milliseconds from a task that outlives this render.
    #[must_use]
    pub fn starter(&self) -> Callback<u64> {
        let until = self.until.setter();
        Callback::from(move |millis: u64| until.set(Some(monotonic_ms() + millis as f64)))
    }
}

/// Counts down once a second, by the monotonic clock.
#[hook]
pub fn use_cooldown() -> Cooldown {
    let until = use_state(|| None::<f64>);
    let left = use_seconds_until(*until);
    Cooldown { until, left }
}

/// When the next try is allowed, in words.
#[must_use]
pub fn wait_text(left: i64) -> AttrValue {
    if left > 0 {
        t_with("form.try_again_in", &[("wait", &duration_short(left))])
    } else {
        t("form.try_again_now")
    }
}
