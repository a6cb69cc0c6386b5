//! The secret with which a website's own server proves who its visitors are. It is shown only when somebody asks for it.

use switchboard_contract::ids::WebsiteId;
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::auth::use_api;
use crate::browser::{copy_text, use_task};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Button, ButtonKind, Dialog, IconName, use_toasts};

/// Props for [`IdentityVerification`].
#[derive(Properties, PartialEq)]
pub struct IdentityVerificationProps {
    /// Which website.
    pub website: WebsiteId,
}

/// The secret, and the way to another one.
#[component]
pub fn IdentityVerification(props: &IdentityVerificationProps) -> Html {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let secret = use_state_eq(|| None::<AttrValue>);
    let busy = use_state_eq(|| false);
    let asking = use_state_eq(|| false);
    let website = props.website;
    let load = {
        let (secret, busy, asking) = (secret.setter(), busy.clone(), asking.setter());
        let (api, toasts, task) = (api, toasts.clone(), task.clone());
        Callback::from(move |renews: bool| {
            if *busy {
                return;
            }
            busy.set(true);
            let (secret, busy, asking) = (secret.clone(), busy.setter(), asking.clone());
            let (api, toasts) = (api.clone(), toasts.clone());
            task.run(async move {
                let outcome = if renews {
                    api.renew_identity_secret(website).await
                } else {
                    api.identity_secret(website).await
                };
                busy.set(false);
                match outcome {
                    Ok(found) => {
                        secret.set(Some(found.secret.into()));
                        asking.set(false);
                        if renews {
                            toasts.status(t("website_identity.renewed"));
                        }
                    }
                    Err(error) => toasts.alert(error.message()),
                }
            });
        })
    };
    let on_copy = {
        let secret = secret.clone();
        Callback::from(move |_: MouseEvent| {
            let (text, toasts) = (secret.as_deref().unwrap_or_default().to_owned(), toasts.clone());
            task.run(async move {
                if copy_text(&text).await {
                    toasts.status(t("website_identity.copied"));
                } else {
                    toasts.alert(t("website.not_copied"));
                }
            });
        })
    };
    let ask = |to: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(to))
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);

        input {
            font-family: var(--font-mono, monospace);
        }
        .shown {
            display: grid;
            gap: var(--space-2);
        }
        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        "#
    );
    html! {
        <SettingsSection id="website-identity" title={t("website_identity.heading")} about={t("website_identity.about")}>
            <div {class}>
                <div class="shown">
                if let Some(text) = (*secret).clone() {
                    <input class="field" readonly=true dir="ltr" aria-label={t("website_identity.secret")} value={text} />
                    <div class="acts">
                        <Button icon={IconName::Copy} onclick={on_copy}>{ t("website_identity.copy") }</Button>
                        <Button kind={ButtonKind::Danger} onclick={ask(true).reform(|_: MouseEvent| ())}>{ t("website_identity.renew") }</Button>
                    </div>
                } else {
                    <div class="acts">
                        <Button icon={IconName::Eye} busy={*busy} onclick={load.reform(|_: MouseEvent| false)}>{ t("website_identity.show") }</Button>
                    </div>
                }
                </div>
                <p class="hint">{ t("website_identity.hint") }</p>
            </div>
            <div>
                if *asking {
                    <Dialog
                        title={t("website_identity.renew_title")}
                        confirm={t("website_identity.renew")}
                        danger=true
                        busy={*busy}
                        on_confirm={load.reform(|()| true)}
                        on_cancel={ask(false)}
                    >
                        <p>{ t("website_identity.renew_text") }</p>
                    </Dialog>
                }
            </div>
        </SettingsSection>
    }
}
