//! Reports as files.

use switchboard_contract::analytics::{AnalyticsQuery, Report};
use yew::prelude::*;

use crate::api::Behind;
use crate::auth::use_api;
use crate::browser::{download, use_task};
use crate::i18n::{t, t_with};
use crate::ui::{Notice, Progress, Tone, use_toasts};

#[derive(Clone, PartialEq)]
enum State {
    Resting,
    Running,
    Failed(AttrValue),
}

/// Saves a report as a file. What stands there meanwhile, with a way to give it up, or why it failed; and the way to start.
#[hook]
pub fn use_export(query: AnalyticsQuery) -> (Option<Html>, Callback<(Report, Behind)>) {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let state = use_state_eq(|| State::Resting);
    let start = {
        let (state, task) = (state.setter(), task.clone());
        Callback::from(move |(report, behind): (Report, Behind)| {
            state.set(State::Running);
            let (api, toasts, state, query) = (api.clone(), toasts.clone(), state.clone(), query.clone());
            task.run(async move {
                let outcome = api.analytics_file(&query, report, behind).await;
                state.set(match outcome {
                    Ok(text) => {
                        let name = format!("{report}-{}-{}.csv", query.from, query.to);
                        if download(&name, "text/csv", &text) {
                            toasts.status(t_with("reports.exported", &[("name", &name)]));
                            State::Resting
                        } else {
                            State::Failed(t("transcript.not_saved"))
                        }
                    }
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
