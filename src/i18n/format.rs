//! Dates, numbers and plurals through the browser's `Intl`. Each formatter is made once.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, Date, Function, Object, Reflect};
use switchboard_contract::time::Timestamp;
use wasm_bindgen::{JsCast, JsValue};

use super::{locale, t, t_count, t_with};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

thread_local! {
    static FORMATTERS: RefCell<HashMap<String, Option<Object>>> = RefCell::new(HashMap::new());
}

/// Formatters of another locale are made anew.
pub(super) fn forget() {
    FORMATTERS.with_borrow_mut(HashMap::clear);
}

fn options(entries: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in entries {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    options
}

fn construct(kind: &str, entries: &[(&str, &str)]) -> Option<Object> {
    construct_in(&locale(), kind, entries)
}

fn construct_in(locale: &str, kind: &str, entries: &[(&str, &str)]) -> Option<Object> {
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    let constructor: Function = Reflect::get(&intl, &JsValue::from_str(kind))
        .ok()?
        .dyn_into()
        .ok()?;
    let arguments = Array::of2(&JsValue::from_str(locale), &options(entries));
    Reflect::construct(&constructor, &arguments).ok()?.dyn_into().ok()
}

/// The formatter for these options; `None` when the browser refuses them (an unknown time zone).
fn formatter(kind: &str, entries: &[(&str, &str)]) -> Option<Object> {
    let mut key = kind.to_owned();
    for (name, value) in entries {
        key.push('|');
        key.push_str(name);
        key.push('=');
        key.push_str(value);
    }
    FORMATTERS.with_borrow_mut(|formatters| {
        formatters
            .entry(key)
            .or_insert_with(|| construct(kind, entries))
            .clone()
    })
}

fn call(formatter: &Object, method: &str, arguments: &Array) -> Option<String> {
    let method: Function = Reflect::get(formatter, &JsValue::from_str(method))
        .ok()?
        .dyn_into()
        .ok()?;
    Reflect::apply(&method, formatter, arguments).ok()?.as_string()
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.as_millis() as f64))
}

fn date(at: Timestamp, entries: &[(&str, &str)]) -> String {
    formatter("DateTimeFormat", entries)
        .and_then(|formatter| call(&formatter, "format", &Array::of1(&js_date(at))))
        .unwrap_or_else(|| at.to_string())
}

/// The plural category of a count in the current locale: `one`, `other`, ….
pub(super) fn plural_category(count: u64) -> String {
    formatter("PluralRules", &[])
        .and_then(|rules| call(&rules, "select", &Array::of1(&JsValue::from_f64(count as f64))))
        .unwrap_or_else(|| "other".to_owned())
}

/// A whole number with the locale's digits and separators.
#[must_use]
pub fn number(value: u64) -> String {
    formatter("NumberFormat", &[])
        .and_then(|format| call(&format, "format", &Array::of1(&JsValue::from_f64(value as f64))))
        .unwrap_or_else(|| value.to_string())
}

/// A size in bytes, such as `1.2 MB`.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    const STEPS: [(u64, &str); 3] = [(1_000_000, "megabyte"), (1_000, "kilobyte"), (1, "byte")];
    let (step, unit) = STEPS
        .into_iter()
        .find(|(step, _)| bytes >= *step)
        .unwrap_or((1, "byte"));
    let value = bytes as f64 / step as f64;
    let entries = [
        ("style", "unit"),
        ("unit", unit),
        ("unitDisplay", "short"),
        ("maximumFractionDigits", "1"),
    ];
    formatter("NumberFormat", &entries)
        .and_then(|format| call(&format, "format", &Array::of1(&JsValue::from_f64(value))))
        .unwrap_or_else(|| format!("{value:.1} {unit}"))
}

/// A share from 0 to 1 as a percentage without decimals.
#[must_use]
pub fn percent(share: f64) -> String {
    formatter("NumberFormat", &[("style", "percent")])
        .and_then(|format| call(&format, "format", &Array::of1(&JsValue::from_f64(share))))
        .unwrap_or_else(|| format!("{:.0}%", share * 100.0))
}

/// A share from 0 to 1 as a percentage with a decimal where there is one, such as `93.6%`.
#[must_use]
pub fn percent_fine(share: f64) -> String {
    let entries = [("style", "percent"), ("maximumFractionDigits", "1")];
    formatter("NumberFormat", &entries)
        .and_then(|format| call(&format, "format", &Array::of1(&JsValue::from_f64(share))))
        .unwrap_or_else(|| format!("{:.1}%", share * 100.0))
}

/// A number with a decimal where there is one, such as `2.5`.
#[must_use]
pub fn decimal(value: f64) -> String {
    formatter("NumberFormat", &[("maximumFractionDigits", "1")])
        .and_then(|format| call(&format, "format", &Array::of1(&JsValue::from_f64(value))))
        .unwrap_or_else(|| format!("{value:.1}"))
}

/// A measured duration in its two largest units, such as `1 min 38 s`; below a minute with a decimal.
#[must_use]
pub fn duration_fine(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    if whole < MINUTE {
        return t_with("time.seconds_fine", &[("count", &decimal(seconds))]).to_string();
    }
    let (unit, below) = match whole {
        ..HOUR => (MINUTE, 1),
        HOUR..DAY => (HOUR, MINUTE),
        _ => (DAY, HOUR),
    };
    let (first, rest) = (whole - whole % unit, whole % unit / below * below);
    if rest == 0 {
        return duration_short(first);
    }
    format!("{} {}", duration_short(first), duration_short(rest))
}

/// When a point of a chart begins, by the clock of an IANA zone: `entries` are options of `Intl.DateTimeFormat`.
fn zoned(at: Timestamp, zone: &str, entries: &[(&str, &str)]) -> String {
    let mut all = vec![("timeZone", zone)];
    all.extend_from_slice(entries);
    date(at, &all)
}

/// An hour of a day in an IANA zone, such as `Mon 23 Nov, 13:00`.
#[must_use]
pub fn hour_in_zone(at: Timestamp, zone: &str) -> String {
    let day = [("weekday", "short"), ("day", "numeric"), ("month", "short")];
    zoned(
        at,
        zone,
        &[day.as_slice(), &[("hour", "2-digit"), ("minute", "2-digit")]].concat(),
    )
}

/// A day in an IANA zone, such as `Mon, 23 Nov 2026`.
#[must_use]
pub fn day_in_zone(at: Timestamp, zone: &str) -> String {
    let entries = [
        ("weekday", "short"),
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
    ];
    zoned(at, zone, &entries)
}

/// A month in an IANA zone, such as `November 2026`.
#[must_use]
pub fn month_in_zone(at: Timestamp, zone: &str) -> String {
    zoned(at, zone, &[("month", "long"), ("year", "numeric")])
}

/// The clock of an hour in an IANA zone, such as `13:00`.
#[must_use]
pub fn clock_in_zone(at: Timestamp, zone: &str) -> String {
    zoned(at, zone, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// A day in an IANA zone without its year, such as `23 Nov`.
#[must_use]
pub fn day_short_in_zone(at: Timestamp, zone: &str) -> String {
    zoned(at, zone, &[("day", "numeric"), ("month", "short")])
}

/// A month in an IANA zone in short, such as `Nov 2026`.
#[must_use]
pub fn month_short_in_zone(at: Timestamp, zone: &str) -> String {
    zoned(at, zone, &[("month", "short"), ("year", "numeric")])
}

/// The names of the days of a week, from Monday, in short.
#[must_use]
pub fn weekdays_short() -> Vec<String> {
    // 5 January 1970 was a Monday.
    let monday = 4 * DAY * 1_000;
    (0..7)
        .map(|day| {
            zoned(
                Timestamp::from_millis(monday + day * DAY * 1_000),
                "UTC",
                &[("weekday", "short")],
            )
        })
        .collect()
}

/// The time of day, such as `13:36`.
#[must_use]
pub fn clock_time(at: Timestamp) -> String {
    date(at, &[("timeStyle", "short")])
}

/// The time of day in an IANA zone; `None` when the browser does not know the zone.
#[must_use]
pub fn time_in_zone(at: Timestamp, zone: &str) -> Option<String> {
    formatter("DateTimeFormat", &[("timeStyle", "short"), ("timeZone", zone)])
        .and_then(|formatter| call(&formatter, "format", &Array::of1(&js_date(at))))
}

/// A date such as `19 November 2026`.
#[must_use]
pub fn date_long(at: Timestamp) -> String {
    date(at, &[("day", "numeric"), ("month", "long"), ("year", "numeric")])
}

/// A date such as `19 Nov`.
#[must_use]
pub fn date_short(at: Timestamp) -> String {
    date(at, &[("day", "numeric"), ("month", "short")])
}

/// A date such as `Thursday, 19 November`.
#[must_use]
pub fn weekday_date(at: Timestamp) -> String {
    date(at, &[("weekday", "long"), ("day", "numeric"), ("month", "long")])
}

/// Date and time, such as `19 Nov 2026, 13:36`; for titles and time elements.
#[must_use]
pub fn day_and_time(at: Timestamp) -> String {
    date(at, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// The day of the week and the time of day in short, such as `Mon 09:00`.
#[must_use]
pub fn weekday_time(at: Timestamp) -> String {
    date(
        at,
        &[("weekday", "short"), ("hour", "2-digit"), ("minute", "2-digit")],
    )
}

/// Counts days in the person's own time zone, so that two instants of one local day have the same number.
#[must_use]
pub fn local_day(at: Timestamp) -> i64 {
    let offset_minutes = js_date(at).get_timezone_offset() as i64;
    (at.as_millis() - offset_minutes * MINUTE * 1_000).div_euclid(DAY * 1_000)
}

/// The first instant of the day, in the person's own time zone, that `at` lies in.
#[must_use]
pub fn start_of_day(at: Timestamp) -> Timestamp {
    let date = js_date(at);
    for _ in 0..2 {
        // Again where the clocks are put forward at midnight, and the day begins at one.
        date.set_hours(0);
        date.set_minutes(0);
        date.set_seconds(0);
        date.set_milliseconds(0);
    }
    Timestamp::from_millis(date.get_time() as i64)
}

/// The first instant of a day such as `2026-11-23`, in the person's own time zone. `None` for what is none.
#[must_use]
pub fn day_start(day: &str) -> Option<Timestamp> {
    // Noon of the day in UTC, and from there to the same date by the person's own clock.
    let noon = Timestamp::parse(&format!("{day}T12:00:00Z")).ok()?;
    let offset_minutes = js_date(noon).get_timezone_offset() as i64;
    Some(start_of_day(noon.plus_millis(offset_minutes * MINUTE * 1_000)))
}

/// A time in a list: the clock today, `Yesterday`, a weekday within a week, else a date.
#[must_use]
pub fn list_time(at: Timestamp, now: Timestamp) -> String {
    match local_day(now) - local_day(at) {
        0 => clock_time(at),
        1 => t("time.yesterday").to_string(),
        2..=6 => date(at, &[("weekday", "short")]),
        days if (0..300).contains(&days) => date_short(at),
        _ => date(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")]),
    }
}

/// A duration in its largest unit, such as `40 s`, `4 min`, `3 h`, `2 days`. Negative ones count as nothing.
#[must_use]
pub fn duration_short(seconds: i64) -> String {
    let count = |value: i64| u64::try_from(value).unwrap_or(0);
    let text = match seconds {
        ..MINUTE => t_count("time.seconds", count(seconds), &[]),
        MINUTE..HOUR => t_count("time.minutes", count(seconds / MINUTE), &[]),
        HOUR..DAY => t_count("time.hours", count(seconds / HOUR), &[]),
        _ => t_count("time.days", count(seconds / DAY), &[]),
    };
    text.to_string()
}

/// How long ago, such as `3 hours ago`; `now` below a minute.
#[must_use]
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_millis() - at.as_millis()).div_euclid(1_000).max(0);
    let (value, unit) = match seconds {
        ..MINUTE => return t("time.now").to_string(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        _ => (seconds / DAY, "day"),
    };
    let arguments = Array::of2(&JsValue::from_f64(-(value as f64)), &JsValue::from_str(unit));
    formatter("RelativeTimeFormat", &[("numeric", "auto")])
        .and_then(|format| call(&format, "format", &arguments))
        .unwrap_or_else(|| date_long(at))
}

fn display_name(kind: &str, code: &str) -> String {
    formatter("DisplayNames", &[("type", kind)])
        .and_then(|names| call(&names, "of", &Array::of1(&JsValue::from_str(code))))
        .unwrap_or_else(|| code.to_owned())
}

/// A country's name by its ISO 3166 code; the code itself when it has none.
#[must_use]
pub fn country_name(code: &str) -> String {
    display_name("region", code)
}

/// What a language calls itself, such as `العربية`; its tag where the browser does not know.
#[must_use]
pub fn own_name(tag: &str) -> String {
    construct_in(tag, "DisplayNames", &[("type", "language")])
        .and_then(|names| call(&names, "of", &Array::of1(&JsValue::from_str(tag))))
        .unwrap_or_else(|| tag.to_owned())
}

/// A language's name by its BCP 47 tag; the tag itself when it has none.
#[must_use]
pub fn language_name(tag: &str) -> String {
    display_name("language", tag)
}
