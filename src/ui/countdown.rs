//! Seconds counted down in front of a person, and minutes that pass.

use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use crate::browser::{Timeout, monotonic_ms, now};

const MINUTE_MS: i64 = 60_000;

/// Whole seconds until a moment of the monotonic clock, in milliseconds; drawn again whenever they change. 0 once it is
/// past, or without a moment.
#[hook]
pub fn use_seconds_until(moment: Option<f64>) -> i64 {
    let tick = use_force_update();
    let left = moment.map_or(0.0, |moment| (moment - monotonic_ms()).max(0.0));
    let seconds = (left / 1_000.0).ceil();
    use_effect_with((moment.map(f64::to_bits), seconds as i64), move |(_, seconds)| {
        // Just past the moment at which the number changes.
        let wait = left - (*seconds - 1) as f64 * 1_000.0;
        let timeout = (*seconds > 0).then(|| Timeout::new(wait as u64 + 1, move || tick.force_update()));
        move || drop(timeout)
    });
    seconds as i64
}

/// The time by this device's clock; drawn again with each minute.
#[hook]
pub fn use_minute() -> Timestamp {
    let tick = use_force_update();
    let now = now().wall;
    let minute = now.as_millis().div_euclid(MINUTE_MS);
    use_effect_with(minute, move |minute| {
        let wait = (minute + 1) * MINUTE_MS - now.as_millis();
        let timeout = Timeout::new(u64::try_from(wait).unwrap_or(0) + 1, move || tick.force_update());
        move || drop(timeout)
    });
    now
}
