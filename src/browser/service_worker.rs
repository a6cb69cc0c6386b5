//! The service worker (`assets/sw.js`) as the pages see it. Everything here does nothing where there is none: in browsers without,
//! on pages that are not served securely, and in builds that hold no worker.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration,
    ServiceWorkerState,
};

use super::time::{happening, within};
use super::workers::script_url;
use super::{Listener, document, window};

const SCRIPT: &str = "/sw.js";
/// What is to be done when there is a network again: the one thing that pages ask to be woken for.
const WAKE_TAG: &str = "outbox";
/// How long a reload waits for a newer build to be fetched, in milliseconds: longer than that, and the old one is better than
/// nothing.
const RENEWAL_LIMIT_MS: u64 = 10_000;

/// What the worker tells the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerNews {
    /// Pages that are opened from now on run this build.
    Build(String),
    /// The browser believes that there is a network again.
    Wake,
}

/// The build that this page runs. `None` where the bundle holds no worker, as in development.
#[must_use]
pub fn own_build() -> Option<String> {
    let mark: Element = document()?
        .query_selector("meta[name=\"switchboard-build\"]")
        .ok()??;
    mark.get_attribute("content")
}

/// Tells what the worker says, until the listener is dropped.
pub fn hear_worker(on_news: impl Fn(WorkerNews) + 'static) -> Option<Listener> {
    let container = container()?;
    let listener = Listener::new(&container, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else {
            return;
        };
        let field = |name: &str| Reflect::get(&event.data(), &JsValue::from_str(name)).ok();
        if let Some(build) = field("build").and_then(|build| build.as_string()) {
            on_news(WorkerNews::Build(build));
        } else if field("wake").is_some_and(|wake| wake.is_truthy()) {
            on_news(WorkerNews::Wake);
        }
    });
    Some(listener)
}

/// Has the browser install the worker, or a newer one, and asks it which build it holds; [`hear_worker`] tells.
pub async fn install_worker() {
    if let Some(registration) = register().await
        && let Some(active) = registration.active()
    {
        // Refused only for what cannot be copied.
        let _ = active.post_message(&JsValue::from_str("build"));
    }
}

/// Looks whether the site delivers a newer build. The worker of that one tells when it is there.
pub async fn look_for_newer_build() {
    let _ = newest().await;
}

/// Asks to be woken when the browser believes that there is a network again, also from a tab that sleeps. Few browsers can.
pub async fn ask_to_be_woken() {
    let Some(registration) = registration().await else {
        return;
    };
    let asked = || {
        let sync = Reflect::get(&registration, &JsValue::from_str("sync")).ok()?;
        let register: Function = Reflect::get(&sync, &JsValue::from_str("register"))
            .ok()?
            .dyn_into()
            .ok()?;
        let promise = register.call1(&sync, &JsValue::from_str(WAKE_TAG)).ok()?;
        promise.dyn_into::<Promise>().ok()
    };
    if let Some(promise) = asked() {
        // Refused in private windows, and where the person does not want it.
        let _ = JsFuture::from(promise).await;
    }
}

/// Loads the page anew, of the newest build that the site delivers: without that, a worker would bring the one it has.
pub fn reload() {
    if container().and_then(|container| container.controller()).is_none() {
        return load_anew();
    }
    wasm_bindgen_futures::spawn_local(async {
        within(RENEWAL_LIMIT_MS, newest()).await;
        load_anew();
    });
}

fn load_anew() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Waits until the newest build is installed. `None` where that cannot be had.
async fn newest() -> Option<()> {
    let registration = registration().await?;
    JsFuture::from(registration.update().ok()?).await.ok()?;
    let coming: ServiceWorker = registration.installing().or_else(|| registration.waiting())?;
    while !matches!(
        coming.state(),
        ServiceWorkerState::Activated | ServiceWorkerState::Redundant
    ) {
        happening(&coming, &["statechange"]).await;
    }
    Some(())
}

/// Absent in some browsers, and on pages that are not served securely.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window()?.navigator();
    Reflect::get(&navigator, &JsValue::from_str("serviceWorker"))
        .ok()?
        .dyn_into()
        .ok()
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    let found = JsFuture::from(container()?.get_registration()).await.ok()?;
    found.dyn_into().ok()
}

async fn register() -> Option<ServiceWorkerRegistration> {
    let container = container()?;
    let options = Object::new();
    Reflect::set(
        &options,
        &JsValue::from_str("updateViaCache"),
        &JsValue::from_str("none"),
    )
    .ok()?;
    // By name, because the typed method takes a text and the address may be a Trusted Type.
    let register: Function = Reflect::get(&container, &JsValue::from_str("register"))
        .ok()?
        .dyn_into()
        .ok()?;
    let promise: Promise = register
        .call2(&container, &script_url(SCRIPT)?, &options)
        .ok()?
        .dyn_into()
        .ok()?;
    // Refused where the browser keeps nothing; without a network the one before is still there.
    match JsFuture::from(promise).await {
        Ok(registered) => registered.dyn_into().ok(),
        Err(_) => registration().await,
    }
}
