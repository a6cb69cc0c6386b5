//! Where the person is signed in.

use switchboard_contract::auth::{Session, SessionList};
use switchboard_contract::ids::SessionId;
use yew::prelude::*;

use super::super::settings::{SettingsSection, use_focus_kept};
use crate::api::{ApiError, auth};
use crate::auth::{use_api, use_auth};
use crate::browser::{now, use_task};
use crate::i18n::{date_long, day_and_time, relative, t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query, use_query_client};
use crate::scoped;
use crate::shell::use_leave;
use crate::ui::{Button, ButtonKind, Dialog, Icon, IconName, Loading, Skeleton, use_toasts, view_query};

/// The section.
#[component]
pub fn Sessions() -> Html {
    let api = use_api();
    let session = use_auth().session().clone();
    let leave = use_leave();
    let toasts = use_toasts();
    let list = use_query(asks::sessions());
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let asks = use_state(|| false);
    let leaving = use_state(|| false);
    let task = use_task();
    let on_end = {
        let (client, toasts) = (use_query_client(), toasts.clone());
        Callback::from(move |(id, device): (SessionId, AttrValue)| {
            let (api, toasts) = (api.clone(), toasts.clone());
            let mutating = Mutating {
                target: asks::all(topic::SESSIONS),
                change: Box::new(move |list: &SessionList| {
                    let mut list = list.clone();
                    list.items.retain(|session| session.id != id);
                    list
                }),
            };
            let call = async move {
                match api.end_session(id).await {
                    // Over already is as good.
                    Err(ApiError::NotFound(_)) => Ok(()),
                    outcome => outcome,
                }
            };
            client.mutate(mutating, call, move |outcome| match outcome {
                Ok(()) => toasts.status(t_with("sessions.ended", &[("device", &device)])),
                Err(error) => toasts.alert(error.message()),
            });
        })
    };
    let end_all = {
        let (leave, leaving) = (leave.clone(), leaving.setter());
        Callback::from(move |()| {
            let (session, toasts) = (session.clone(), toasts.clone());
            let (leave, leaving) = (leave.clone(), leaving.clone());
            leaving.set(true);
            task.run(async move {
                match auth::logout_everywhere(session.transport()).await {
                    Ok(()) | Err(ApiError::SignedOut) => leave.go(),
                    Err(error) => {
                        leaving.set(false);
                        toasts.alert(t_with("sessions.not_everywhere", &[("reason", &error.message())]));
                    }
                }
            });
        })
    };
    let on_everywhere = {
        let asks = asks.setter();
        Callback::from(move |()| {
            asks.set(false);
            leave.ask(end_all.clone());
        })
    };
    let ask = |on: bool| {
        let asks = asks.setter();
        move || asks.set(on)
    };
    let (open, close) = (ask(true), ask(false));
    let class = scoped!(
        r#"
        display: grid;

        li {
            display: grid;
            grid-template-columns: auto minmax(0, 1fr) auto;
            align-items: center;
            gap: var(--space-3);
            padding-block: var(--space-3);
            border-block-end: 1px solid var(--line);
        }
        li:first-child {
            padding-block-start: 0;
        }
        li > .icon {
            color: var(--text-3);
        }
        .chip {
            flex: none;
            padding-inline: 0.3125rem;
            border-radius: var(--radius-xs);
            background: var(--success-bg);
            color: var(--success-text);
            font-size: var(--text-11);
            line-height: 1.125rem;
            font-weight: var(--weight-medium);
        }
        "#
    );
    let ready = |found: &SessionList| {
        html! {
            <ul {class} role="list" aria-label={t("sessions.title")}>
                { for found.items.iter().map(|session| row(session, &on_end)) }
            </ul>
        }
    };
    html! {
        <SettingsSection id="security-sessions" {root} title={t("sessions.title")} about={t("sessions.about")}>
            <div>{ view_query(&list, &t("sessions.failed"), skeleton, ready) }</div>
            <div>
                <Button kind={ButtonKind::Danger} busy={*leaving} onclick={Callback::from(move |_: MouseEvent| open())}>
                    { t("sessions.everywhere") }
                </Button>
            </div>
            <div>
                if *asks {
                    <Dialog
                        title={t("sessions.everywhere_title")}
                        confirm={t("sessions.everywhere")}
                        danger=true
                        on_confirm={on_everywhere}
                        on_cancel={Callback::from(move |()| close())}
                    >
                        <p>{ t("sessions.everywhere_text") }</p>
                    </Dialog>
                }
            </div>
        </SettingsSection>
    }
}

fn row(session: &Session, on_end: &Callback<(SessionId, AttrValue)>) -> Html {
    let device = AttrValue::from(session.device.clone());
    let used = relative(session.last_used_at, now().wall);
    let details = match &session.place {
        Some(place) => t_with("sessions.used_at", &[("place", place), ("age", &used)]),
        None => t_with("sessions.used", &[("age", &used)]),
    };
    let since = t_with("sessions.since", &[("date", &date_long(session.created_at))]);
    let onclick = {
        let (on_end, id, device) = (on_end.clone(), session.id, device.clone());
        Callback::from(move |_: MouseEvent| on_end.emit((id, device.clone())))
    };
    html! {
        <li key={session.id.to_string()}>
            <Icon name={device_icon(&session.device)} />
            <div>
                <div class="row wrap">
                    <span class="strong"><bdi>{ device.clone() }</bdi></span>
                    if session.current {
                        <span class="chip">{ t("sessions.this_device") }</span>
                    }
                </div>
                <div class="small text-2" title={day_and_time(session.last_used_at)}>{ details }</div>
                <div class="meta">{ since }</div>
            </div>
            <div>
                if !session.current {
                    <Button
                        label={t_with("sessions.end_label", &[("device", &device)])}
                        {onclick}
                    >
                        { t("sessions.end") }
                    </Button>
                }
            </div>
        </li>
    }
}

/// By the system's name, which the server puts after the browser's.
fn device_icon(device: &str) -> IconName {
    let is_phone = ["Android", "iPhone", "iOS", "iPad"]
        .iter()
        .any(|system| device.contains(system));
    if is_phone {
        IconName::Phone
    } else {
        IconName::Monitor
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("sessions.loading")}>
            <div class="form">
                { for (0..2).map(|row| html! {
                    <div class="row row-3" key={row}>
                        <Skeleton inline="1rem" block="1rem" />
                        <div class="stack"><Skeleton inline="9rem" /><Skeleton inline="14rem" /></div>
                    </div>
                }) }
            </div>
        </Loading>
    }
}
