//! What leaves the page at the person's wish: to the clipboard, or as a file.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::{document, sleep, window};

/// How long the browser may take to fetch what it saves, in milliseconds.
const FETCHED_WITHIN_MS: u64 = 60_000;

/// Puts text on the clipboard. `false` when the browser refuses.
pub async fn copy_text(text: &str) -> bool {
    let Some(window) = window() else { return false };
    let navigator = window.navigator();
    // Absent where the page is not served securely.
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}

/// Lets the person save `text` as a file called `name`. `false` when the browser refuses.
///
/// `mime` is the file's media type, such as `application/json`; the text is written as UTF-8.
#[must_use]
pub fn download(name: &str, mime: &str, text: &str) -> bool {
    offer(name, mime, text).is_some()
}

fn offer(name: &str, mime: &str, text: &str) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    let parts = Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    offer_blob(name, &blob)
}

/// Lets the person save `blob` as a file called `name`. `false` when the browser refuses.
#[must_use]
pub fn save_blob(name: &str, blob: &Blob) -> bool {
    offer_blob(name, blob).is_some()
}

fn offer_blob(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let offered = offer_url(name, &url);
    wasm_bindgen_futures::spawn_local(async move {
        sleep(FETCHED_WITHIN_MS).await;
        let _ = Url::revoke_object_url(&url);
    });
    offered
}

/// Lets the person save what is at an address within this page as a file called `name`. `false` when the browser refuses.
#[must_use]
pub fn save_url(name: &str, url: &str) -> bool {
    offer_url(name, url).is_some()
}

fn offer_url(name: &str, url: &str) -> Option<()> {
    let body = document()?.body()?;
    let anchor: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(url);
    anchor.set_download(name);
    anchor.set_hidden(true);
    // Some browsers follow only links that are in the page.
    let placed = body.append_child(&anchor).is_ok();
    anchor.click();
    anchor.remove();
    placed.then_some(())
}
