//! Requests of the API. `XMLHttpRequest` has a time limit and one ending for success and failure alike, and needs no
//! promises: a third of the code that `fetch` takes.

use wasm_bindgen::prelude::*;
use web_sys::XmlHttpRequest;

use super::Shared;
use crate::chat::{Answer, Call, Input};

const TIME_LIMIT_MS: u32 = 15_000;

/// Sends a request; its end comes back as [`Input::Answered`].
pub(super) fn call(app: &Shared, call: Call) {
    let Call {
        purpose,
        visit,
        path,
        token,
        body,
    } = call;
    let app = app.clone();
    let answered = move |answer| {
        app.dispatch(Input::Answered {
            purpose,
            visit,
            answer,
        });
    };
    if send(&path, token, body, answered.clone()).is_err() {
        answered(Answer {
            status: 0,
            body: String::new(),
        });
    }
}

fn send(
    path: &str,
    token: Option<String>,
    body: Option<String>,
    answered: impl FnOnce(Answer) + 'static,
) -> Result<(), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open(if body.is_some() { "POST" } else { "GET" }, path)?;
    request.set_timeout(TIME_LIMIT_MS);
    if let Some(token) = token {
        request.set_request_header("Authorization", &("Bearer ".to_owned() + &token))?;
    }
    let body = body.filter(|body| !body.is_empty());
    if body.is_some() {
        request.set_request_header("Content-Type", "application/json")?;
    }
    request.send_with_opt_str(body.as_deref())?;
    let ended = request.clone();
    // Frees itself when called, and it is called exactly once.
    let on_end = Closure::once_into_js(move || {
        answered(Answer {
            status: ended.status().unwrap_or(0),
            body: ended.response_text().ok().flatten().unwrap_or_default(),
        });
    });
    request.set_onloadend(Some(on_end.unchecked_ref()));
    Ok(())
}
