//! What the account asks of everyone: a second factor.

use switchboard_contract::auth::{AccountSecurity, Role};
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::auth::{use_api, use_auth, use_me};
use crate::browser::use_task;
use crate::forms::Switch;
use crate::i18n::t;
use crate::query::{asks, use_query};
use crate::ui::{Dialog, Loading, Skeleton, use_toasts, view_query};

/// The section: owners change it, admins see it.
#[component]
pub fn Requirement() -> Html {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let state = use_query(asks::account_security());
    let asks = use_state(|| false);
    let busy = use_state(|| false);
    let task = use_task();
    let put = {
        let (asks, busy, reload) = (asks.setter(), busy.setter(), state.reload.clone());
        Callback::from(move |require_totp: bool| {
            let (api, session, toasts) = (api.clone(), session.clone(), toasts.clone());
            let (asks, busy, reload) = (asks.clone(), busy.clone(), reload.clone());
            busy.set(true);
            task.run(async move {
                match api
                    .update_account_security(&AccountSecurity { require_totp })
                    .await
                {
                    Ok(_) => {
                        toasts.status(if require_totp {
                            t("team.required")
                        } else {
                            t("team.not_required")
                        });
                        reload.emit(());
                        // It may concern the person too.
                        if let Ok(me) = api.me().await {
                            session.update_me(me);
                        }
                    }
                    Err(error) => toasts.alert(error.message()),
                }
                busy.set(false);
                asks.set(false);
            });
        })
    };
    let onchange = {
        let (asks, put) = (asks.setter(), put.clone());
        Callback::from(move |on: bool| {
            if on {
                asks.set(true);
            } else {
                put.emit(false);
            }
        })
    };
    let close = {
        let asks = asks.setter();
        Callback::from(move |()| asks.set(false))
    };
    let is_owner = me.role == Role::Owner;
    let ready = |security: &AccountSecurity| {
        html! {
            <Switch
                id="require-totp"
                label={t("team.require")}
                hint={if is_owner { t("team.require_hint") } else { t("team.require_owner_only") }}
                on={security.require_totp}
                disabled={!is_owner || *busy}
                onchange={onchange.clone()}
            />
        }
    };
    let skeleton = || {
        html! { <Loading label={t("team.loading")}><Skeleton inline="16rem" block="1.5rem" /></Loading> }
    };
    html! {
        <SettingsSection id="team-security" title={t("security.heading")} about={t("team.require_about")}>
            <div>{ view_query(&state, &t("team.require_failed"), skeleton, ready) }</div>
            <div>
                if *asks {
                    <Dialog
                        title={t("team.require_title")}
                        confirm={t("team.require_confirm")}
                        busy={*busy}
                        on_confirm={put.reform(|()| true)}
                        on_cancel={close}
                    >
                        <p>{ t("team.require_text") }</p>
                    </Dialog>
                }
            </div>
        </SettingsSection>
    }
}
