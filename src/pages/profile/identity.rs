//! Name and picture.

use serde::Deserialize;
use switchboard_contract::auth::{Me, UpdateMe};
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::api::ApiError;
use crate::auth::{use_api, use_auth, use_me};
use crate::browser::use_task;
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form, use_unsaved};
use crate::i18n::{rule, t, t_with};
use crate::picture;
use crate::ui::{Avatar, Button, ButtonKind, Icon, IconName, IconSize, use_toasts};

/// The form's id, for the bar that sends it.
pub const FORM_ID: &str = "profile-form";
const NAME: &str = "name";
const PICTURE: &str = "avatarUrl";
/// Pixels on each side; shown at 56, sharp on dense screens.
const SIDE: u32 = 128;

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(crate::storage::draft::PROFILE),
    label: |field| match field {
        NAME => t("register.name"),
        _ => t("profile.picture"),
    },
};

/// The form over the person as the server knows them: what changes elsewhere comes in where nothing was changed here.
#[hook]
pub fn use_identity(me: &Me) -> FormHandle {
    let (name, picture) = (me.name.clone(), me.avatar_url.clone().unwrap_or_default());
    let form = use_form(OPTIONS, || {
        vec![
            Field::text(NAME, validate::person_name).holding(name.clone()),
            Field::choice(PICTURE).holding(picture.clone()),
        ]
    });
    {
        let form = form.clone();
        use_effect_with((name, picture), move |(name, picture)| {
            form.rebase([(NAME, name.clone()), (PICTURE, picture.clone())].into());
        });
    }
    use_unsaved(&form);
    form
}

/// Props for [`Identity`].
#[derive(Properties, PartialEq)]
pub struct IdentityProps {
    /// From [`use_identity`].
    pub form: FormHandle,
}

/// The section.
#[component]
pub fn Identity(props: &IdentityProps) -> Html {
    let form = &props.form;
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let onsubmit = {
        let (me, sender) = (me.clone(), session.clone());
        let send = move |form: &FormHandle| {
            let change = UpdateMe {
                name: form.is_changed(NAME).then(|| form.value(NAME).trim().to_owned()),
                avatar_url: form.is_changed(PICTURE).then(|| {
                    let url = form.value(PICTURE);
                    (!url.is_empty()).then_some(url)
                }),
                ..UpdateMe::default()
            };
            let (api, session, version) = (api.clone(), sender.clone(), me.version);
            async move {
                let outcome = api.update_me(&change, Some(version)).await;
                if let Some(current) = outcome.as_ref().err().and_then(other_version) {
                    // Saving again then says: replace that one.
                    session.update_me(current);
                }
                outcome
            }
        };
        let then = Callback::from(move |me: Me| {
            session.update_me(me);
            toasts.status(t("settings.saved"));
        });
        form.onsubmit(send, then)
    };
    let conflict = form.failure().as_ref().and_then(other_version);
    let picture = form.value(PICTURE);
    html! {
        <SettingsSection id="profile-identity" title={t("profile.identity")} about={t("profile.identity_about")}>
            <form class="form" id={FORM_ID} novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={conflict.is_some().then(|| t("profile.conflict"))}>
                    if let Some(current) = conflict {
                        <p>{ t_with("profile.conflict_text", &[("name", &current.name)]) }</p>
                    }
                </FormTrouble>
                <div class="row row-3 wrap">
                    <Avatar
                        id={me.id.to_string()}
                        name={form.value(NAME)}
                        size="3.5rem"
                        picture={(!picture.is_empty()).then_some(picture)}
                    />
                    <PictureButtons form={form.clone()} />
                </div>
                <FormField form={form.clone()} name={NAME} autocomplete="name" />
            </form>
        </SettingsSection>
    }
}

/// The person as they are now, when that is why a change was refused.
fn other_version(error: &ApiError) -> Option<Me> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    Me::deserialize(problem.current.as_ref()?).ok()
}

#[component]
fn PictureButtons(props: &IdentityProps) -> Html {
    let input = use_node_ref();
    let problem = use_state(|| None::<AttrValue>);
    let task = use_task();
    let on_upload = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let (input, setter, problem) = (input.clone(), props.form.setter(PICTURE), problem.setter());
        Callback::from(move |_: Event| {
            let Some(input) = input.cast::<HtmlInputElement>() else {
                return;
            };
            let (setter, problem) = (setter.clone(), problem.clone());
            task.run(async move {
                match picture::scaled(&input, SIDE).await {
                    Ok(chosen) => {
                        problem.set(None);
                        if let Some(url) = chosen {
                            setter.emit(url);
                        }
                    }
                    Err(violation) => problem.set(Some(rule(violation))),
                }
            });
        })
    };
    let on_remove = {
        let (setter, problem) = (props.form.setter(PICTURE), problem.setter());
        Callback::from(move |_: MouseEvent| {
            problem.set(None);
            setter.emit(String::new());
        })
    };
    let has_one = !props.form.value(PICTURE).is_empty();
    html! {
        <div class="stack">
            <div class="row wrap">
                <input
                    ref={input}
                    type="file"
                    accept="image/png,image/jpeg,image/webp"
                    aria-label={t("profile.picture")}
                    tabindex="-1"
                    hidden=true
                    {onchange}
                />
                <Button onclick={on_upload}>{ t("profile.upload") }</Button>
                if has_one {
                    <Button kind={ButtonKind::Quiet} onclick={on_remove}>{ t("profile.remove_picture") }</Button>
                }
            </div>
            <div role="alert">
                if let Some(problem) = &*problem {
                    <p class="error-text"><Icon name={IconName::Alert} size={IconSize::Small} /><span>{ problem.clone() }</span></p>
                }
            </div>
        </div>
    }
}
