//! The scripts that run beside the page, and the policy that lets them.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Starts one of this app's scripts: `kind` is the name of the constructor, `Worker` or `SharedWorker`. `None` where the
/// browser has none of that kind or refuses it. A script that cannot be loaded shows later, by an `error` event.
#[must_use]
pub fn start_worker(kind: &str, path: &str) -> Option<JsValue> {
    // Absent in some browsers; calling the constructor there would throw.
    let constructor: Function = Reflect::get(&js_sys::global(), &JsValue::from_str(kind))
        .ok()?
        .dyn_into()
        .ok()?;
    let url = script_url(path)?;
    // By name, because the typed constructors take a text and the address may be a Trusted Type.
    Reflect::construct(&constructor, &Array::of1(&url)).ok()
}

/// The scripts of this app that may run as workers.
const WORKERS: [&str; 3] = ["/relay.js", "/sw.js", "/timers.js"];

/// The address of a worker's script, as the page's Trusted Types policy lets it pass; `None` for any other address.
pub(super) fn script_url(path: &str) -> Option<JsValue> {
    thread_local! {
        static POLICY: Option<JsValue> = trusted_types_policy();
    }
    if !WORKERS.contains(&path) {
        return None;
    }
    let plain = JsValue::from_str(path);
    POLICY.with(|policy| match policy {
        // The browser has no Trusted Types, so it asks for none.
        None => Some(plain.clone()),
        Some(policy) => {
            let create = Reflect::get(policy, &JsValue::from_str("createScriptURL")).ok()?;
            let create: Function = create.dyn_into().ok()?;
            create.call1(policy, &plain).ok()
        }
    })
}

/// The one policy that the Content-Security-Policy names. Which addresses pass is decided before it is asked.
fn trusted_types_policy() -> Option<JsValue> {
    let types = Reflect::get(&js_sys::global(), &JsValue::from_str("trustedTypes")).ok()?;
    let create = Reflect::get(&types, &JsValue::from_str("createPolicy")).ok()?;
    let create: Function = create.dyn_into().ok()?;
    let pass = Closure::<dyn Fn(JsValue) -> JsValue>::new(|path: JsValue| path).into_js_value();
    let rules = js_sys::Object::new();
    Reflect::set(&rules, &JsValue::from_str("createScriptURL"), &pass).ok()?;
    create
        .call2(&types, &JsValue::from_str("switchboard"), &rules)
        .ok()
}
