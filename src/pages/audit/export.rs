//! The log as a file.

use yew::prelude::*;

use crate::api::AuditQuery;
use crate::auth::use_api;
use crate::browser::{download, use_task};
use crate::i18n::{t, t_with};
use crate::ui::{Notice, Progress, Tone, use_toasts};

const NAME: &str = "audit.csv";

#[derive(Clone, PartialEq)]
enum State {
    Resting,
    Running,
    Failed(AttrValue),
}

/// Saves what is asked for as a file. What stands there meanwhile, with a way to give it up, or why it failed; and the way to start.
#[hook]
pub fn use_export(query: AuditQuery) -> (Option<Html>, Callback<MouseEvent>) {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let state = use_state_eq(|| State::Resting);
    let start = {
        let (state, task) = (state.setter(), task.clone());
        Callback::from(move |_: MouseEvent| {
            state.set(State::Running);
            let (api, toasts, state, query) = (api.clone(), toasts.clone(), state.clone(), query.clone());
            task.run(async move {
                let outcome = api.audit_file(&query).await;
                state.set(match outcome {
                    Ok(text) if download(NAME, "text/csv", &text) => {
                        toasts.status(t_with("reports.exported", &[("name", NAME)]));
                        State::Resting
                    }
                    Ok(_) => State::Failed(t("transcript.not_saved")),
                    Err(error) => State::Failed(error.message()),
                });
            });
        })
    };
    let on_cancel = {
        let state = state.setter();
        Callback::from(move |()| {
            // The next future takes the place of the one that runs, which stops.
            task.run(async {});
            state.set(State::Resting);
        })
    };
    let shown = match &*state {
        State::Resting => None,
        State::Running => Some(html! { <Progress label={t("reports.exporting")} {on_cancel} /> }),
        State::Failed(why) => Some(html! {
            <Notice tone={Tone::Danger}>{ t("reports.export_failed") }{ " " }{ why.clone() }</Notice>
        }),
    };
    (shown, start)
}
