//! Whether a website has the widget, asked of the server, and what to do where it has not.

use std::rc::Rc;

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{InstallCheck, InstallOutcome};
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::use_task;
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::scoped;
use crate::ui::{Button, IconName, Notice, Tone};

/// Props for [`CheckInstall`].
#[derive(Properties, PartialEq)]
pub struct CheckInstallProps {
    /// Which website.
    pub website: WebsiteId,
}

/// The last check.
#[derive(Clone, PartialEq)]
enum Check {
    Never,
    Running,
    Done(Rc<InstallCheck>),
    Failed(ApiError),
}

/// The button, and what the check came to.
#[component]
pub fn CheckInstall(props: &CheckInstallProps) -> Html {
    let (api, client, task) = (use_api(), use_query_client(), use_task());
    let check = use_state_eq(|| Check::Never);
    let is_running = *check == Check::Running;
    let onclick = {
        let (id, check) = (props.website, check.setter());
        Callback::from(move |_: MouseEvent| {
            let (api, client, check) = (api.clone(), client.clone(), check.clone());
            check.set(Check::Running);
            task.run(async move {
                match api.check_install(id).await {
                    Ok(found) => {
                        check.set(Check::Done(Rc::new(found)));
                        // What it says of the status may be newer than what stands on the page.
                        client.invalidate(asks::all(topic::WEBSITES));
                    }
                    Err(error) => check.set(Check::Failed(error)),
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        justify-items: start;

        .came:has(> [hidden]) {
            display: none;
        }
        "#
    );
    html! {
        <div class={classes!("check-install", class)}>
            <Button icon={IconName::Refresh} busy={is_running} {onclick}>{ t("check_install.button") }</Button>
            <div class="came" aria-live="polite">
                {
                    match &*check {
                        Check::Never | Check::Running => html! { <span hidden=true /> },
                        Check::Done(found) => told(found),
                        Check::Failed(error) => html! {
                            <Notice tone={Tone::Danger}>
                                <div>
                                    <p>{ t("check_install.failed") }</p>
                                    <p class="text-2">{ error.message() }</p>
                                </div>
                            </Notice>
                        },
                    }
                }
            </div>
        </div>
    }
}

/// What a check came to, and what to do about it.
fn told(found: &InstallCheck) -> Html {
    let reason = found.reason.clone().unwrap_or_default();
    let named = [("page", found.page.as_str()), ("reason", reason.as_str())];
    let (tone, title, text) = match found.outcome {
        InstallOutcome::Working => (
            Tone::Info,
            t("check_install.working"),
            t("check_install.working_text"),
        ),
        InstallOutcome::SnippetFound => (
            Tone::Info,
            t_with("check_install.found", &named),
            t("check_install.found_text"),
        ),
        InstallOutcome::OriginRefused => (
            Tone::Warning,
            t("check_install.refused"),
            t_with("check_install.refused_text", &named),
        ),
        InstallOutcome::OtherKey => (
            Tone::Warning,
            t_with("check_install.other_key", &named),
            t("check_install.other_key_text"),
        ),
        InstallOutcome::NotFound => (
            Tone::Warning,
            t_with("check_install.not_found", &named),
            t("check_install.not_found_text"),
        ),
        InstallOutcome::Unreachable => (
            Tone::Warning,
            t_with("check_install.unreachable", &named),
            t_with("check_install.unreachable_text", &named),
        ),
        InstallOutcome::OutOfReach => (
            Tone::Info,
            t_with("check_install.out_of_reach", &named),
            t("check_install.out_of_reach_text"),
        ),
        InstallOutcome::Unknown => (
            Tone::Info,
            t("check_install.unknown"),
            t("check_install.unknown_text"),
        ),
    };
    html! {
        <Notice {tone}>
            <div>
                <p class="strong">{ title }</p>
                <p>{ text }</p>
            </div>
        </Notice>
    }
}
