//! Time zones that the browser knows.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

fn intl(name: &str) -> Option<Function> {
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    Reflect::get(&intl, &JsValue::from_str(name))
        .ok()?
        .dyn_into()
        .ok()
}

/// The names of all IANA zones that the browser knows, by name; always with `UTC`.
#[must_use]
pub fn time_zones() -> Vec<String> {
    let known = intl("supportedValuesOf").and_then(|supported| {
        supported
            .call1(&JsValue::NULL, &JsValue::from_str("timeZone"))
            .ok()
    });
    let mut zones: Vec<String> = known
        .map(|known| {
            Array::from(&known)
                .iter()
                .filter_map(|zone| zone.as_string())
                .collect()
        })
        .unwrap_or_default();
    zones.push("UTC".to_owned());
    zones.sort_unstable();
    zones.dedup();
    zones
}

/// The zone of the person's device; `UTC` where the browser does not tell.
#[must_use]
pub fn own_time_zone() -> String {
    own().unwrap_or_else(|| "UTC".to_owned())
}

fn own() -> Option<String> {
    let format: Object = Reflect::construct(&intl("DateTimeFormat")?, &Array::new())
        .ok()?
        .dyn_into()
        .ok()?;
    let resolved: Function = Reflect::get(&format, &JsValue::from_str("resolvedOptions"))
        .ok()?
        .dyn_into()
        .ok()?;
    let options = resolved.call0(&format).ok()?;
    Reflect::get(&options, &JsValue::from_str("timeZone"))
        .ok()?
        .as_string()
}

/// The day in a zone at an instant, `YYYY-MM-DD`; `None` where the browser does not know the zone. `millis` since 1970.
#[must_use]
pub fn day_in(zone: &str, millis: i64) -> Option<String> {
    let options = Object::new();
    for (name, value) in [
        ("timeZone", zone),
        ("dateStyle", "short"),
        ("calendar", "gregory"),
    ] {
        Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    // The one locale whose short date is ISO 8601.
    let arguments = Array::of2(&JsValue::from_str("sv-SE"), &options);
    let format: Object = Reflect::construct(&intl("DateTimeFormat")?, &arguments)
        .ok()?
        .dyn_into()
        .ok()?;
    let call: Function = Reflect::get(&format, &JsValue::from_str("format"))
        .ok()?
        .dyn_into()
        .ok()?;
    // Exact for every date.
    let at = JsValue::from_f64(millis as f64);
    call.call1(&format, &at).ok()?.as_string()
}
