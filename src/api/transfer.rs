//! Files on their way: up with their progress, which only `XMLHttpRequest` tells, and down as blobs.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};
use yew::Callback;

use super::ApiError;
use super::transport::{Call, Transport};
use crate::browser::{Listener, happening, within};

/// How long nothing may move before an upload is given up, in milliseconds.
const STALL_MS: u64 = 20_000;

/// Ends the request when the future that waits for it is dropped.
struct AbortOnDrop(XmlHttpRequest);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        // Refused for one that has ended.
        let _ = self.0.abort();
    }
}

impl Transport {
    /// Posts a file as the body of `call`; dropping the future aborts it. It may take as long as it moves.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub(super) async fn upload(
        &self,
        call: &Call,
        token: &str,
        file: &Blob,
        on_progress: &Callback<f64>,
    ) -> Result<String, ApiError> {
        // Refused only where there is no network at all.
        let refused = |_| ApiError::Offline;
        let request = XmlHttpRequest::new().map_err(refused)?;
        request.open("POST", &self.address(call)).map_err(refused)?;
        for (name, value) in [
            ("Accept", "application/json"),
            ("Authorization", &format!("Bearer {token}")),
            ("Content-Type", "application/octet-stream"),
            ("X-Switchboard", "1"),
        ] {
            request.set_request_header(name, value).map_err(refused)?;
        }
        let request = AbortOnDrop(request);
        let moved = Rc::new(Cell::new(false));
        let _progress = {
            let (moved, on_progress) = (moved.clone(), on_progress.clone());
            let upload = request.0.upload().map_err(refused)?;
            Listener::new(&upload, "progress", move |event| {
                moved.set(true);
                if let Some(event) = event.dyn_ref::<ProgressEvent>()
                    && event.total() > 0.0
                {
                    on_progress.emit(event.loaded() / event.total());
                }
            })
        };
        let mut end = happening(&request.0, &["load", "error", "abort", "timeout"]);
        request.0.send_with_opt_blob(Some(file)).map_err(refused)?;
        let ended = loop {
            match within(STALL_MS, &mut end).await {
                Some(event) => break event,
                None if moved.replace(false) => {}
                None => return Err(ApiError::TimedOut),
            }
        };
        if ended.type_() != "load" {
            return Err(ApiError::Offline);
        }
        let status = request.0.status().unwrap_or_default();
        let body = request.0.response_text().ok().flatten().unwrap_or_default();
        if (200..300).contains(&status) {
            Ok(body)
        } else {
            let wait = request.0.get_response_header("Retry-After").ok().flatten();
            let wait = wait.and_then(|seconds| seconds.parse::<u64>().ok()?.checked_mul(1_000));
            Err(ApiError::from_answer(status, &body, wait))
        }
    }

    /// Reads what `call` answers as a blob. Never repeated by itself.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub(super) async fn blob(&self, call: &Call, token: &str) -> Result<Blob, ApiError> {
        let (response, _guard) = self.respond(call, token).await?;
        let response: web_sys::Response = response.into();
        let body = response.blob().map_err(|_| ApiError::Offline)?;
        // Cut in the middle of the body.
        let body = within(STALL_MS * 6, JsFuture::from(body))
            .await
            .ok_or(ApiError::TimedOut)?;
        body.ok()
            .and_then(|body| body.dyn_into().ok())
            .ok_or(ApiError::Offline)
    }
}
