//! Times of day where the person is, by the browser's rules for summer time.

use js_sys::Date;
use switchboard_contract::time::Timestamp;
use wasm_bindgen::JsValue;

/// Where the hands of the person's clock are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Day of the week; 0 is Sunday.
    pub weekday: u32,
    /// Hour of the day, from 0 to 23.
    pub hour: u32,
}

impl LocalTime {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let date = Date::new_0();
        Self {
            weekday: date.get_day(),
            hour: date.get_hours(),
        }
    }
}

/// When a day begins that is written as `2026-11-22`; none where it is no day.
#[must_use]
pub fn start_of_day(day: &str) -> Option<Timestamp> {
    // With a time and without a zone it is the person's own.
    let at = Date::new(&JsValue::from_str(&format!("{day}T00:00:00"))).get_time();
    at.is_finite().then(|| Timestamp::from_millis(at as i64))
}

/// Today as `2026-11-22`.
#[must_use]
pub fn today() -> String {
    let date = Date::new_0();
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

/// How many minutes the person's clock is ahead of UTC now.
#[must_use]
pub fn utc_offset_minutes() -> i32 {
    -(Date::new_0().get_timezone_offset() as i32)
}

/// The beginning of an hour of the day, so many days from today.
#[must_use]
pub fn local_time(days: u32, hour: u32) -> Timestamp {
    let date = Date::new_0();
    date.set_date(date.get_date() + days);
    date.set_hours(hour);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    Timestamp::from_millis(date.get_time() as i64)
}
