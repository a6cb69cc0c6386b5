//! The language of everything that is said: what the person has chosen, on whatever device, else what the browser asks for. The
//! file of a language other than English is fetched when somebody needs it.

use gloo_net::http::Request;
use yew::prelude::*;

use crate::appearance;
use crate::browser::{Task, document, log_error, within};
use crate::i18n::{Language, Messages, language_for, speak, spoken, t_with};
use crate::ui::use_toasts;

/// In milliseconds: who waits longer for the texts than this begins in English.
const PATIENCE_MS: u64 = 8_000;

/// Speaks what this device spoke last, English where its texts cannot be had. Nothing is drawn before.
pub async fn begin() {
    let language = language_for(appearance::kept().locale.as_deref());
    if let Err(error) = change(language).await {
        log_error(&format!("the texts of {} cannot be had: {error}", language.tag));
        show(spoken());
    }
}

/// Speaks a language, once its texts are there.
async fn change(language: Language) -> Result<(), String> {
    let messages = match language.version {
        None => Messages::default(),
        Some(version) => {
            let fetched = within(PATIENCE_MS, fetch(language.tag, version)).await;
            fetched.unwrap_or_else(|| Err("no answer".to_owned()))?
        }
    };
    speak(language, messages);
    show(language);
    Ok(())
}

/// The version in the address keeps a browser, or what stands between, from answering with the texts of another program.
async fn fetch(tag: &str, version: u64) -> Result<Messages, String> {
    let path = format!("/messages/{tag}.json?v={version:016x}");
    let answer = Request::get(&path)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    if !answer.ok() {
        return Err(format!("status {}", answer.status()));
    }
    Messages::read(&answer.text().await.map_err(|error| error.to_string())?)
}

fn show(language: Language) {
    let Some(root) = document().and_then(|document| document.document_element()) else {
        return;
    };
    let direction = if language.is_right_to_left { "rtl" } else { "ltr" };
    for (attribute, value) in [("lang", language.tag), ("dir", direction)] {
        // Refused only for names that are not valid.
        let _ = root.set_attribute(attribute, value);
    }
}

/// The language that is spoken where `wanted` is: none while its texts are on their way. Where they cannot be had the person is
/// told, and goes on in the language so far.
#[hook]
pub fn use_language(wanted: Language) -> Option<Language> {
    let now = use_state(spoken);
    let failed = use_state(|| None::<Language>);
    let toasts = use_toasts();
    {
        let (now, failed) = (now.setter(), failed.setter());
        use_effect_with(wanted, move |wanted| {
            let wanted = *wanted;
            let task = (wanted != spoken()).then(|| {
                Task::spawn(async move {
                    let outcome = change(wanted).await;
                    if outcome.is_err() {
                        let name = crate::i18n::own_name(wanted.tag);
                        toasts.alert(t_with("appearance.language_failed", &[("language", &name)]));
                    }
                    failed.set(outcome.err().map(|_| wanted));
                    now.set(spoken());
                })
            });
            move || drop(task)
        });
    }
    (*now == wanted || *failed == Some(wanted)).then_some(*now)
}
