//! What was said, as a file or by mail.

use std::rc::Rc;

use switchboard_contract::live_chat::{LiveChatConversation, MailTranscript, TranscriptFormat};
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{download, use_task};
use crate::forms::{Choice, FormField, FormHandle, FormOptions, FormTrouble, SelectField, Switch, use_form};
use crate::i18n::{t, t_with};
use crate::ui::{Dialog, DialogAct, Notice, Tone, use_toasts};

const TO: &str = "to";

const OPTIONS: FormOptions = FormOptions {
    prefix: "transcript",
    draft: None,
    label: |_| t("transcript.to"),
};

/// Props for [`Transcript`].
#[derive(Properties, PartialEq)]
pub(super) struct TranscriptProps {
    /// Of which conversation.
    pub conversation: Rc<LiveChatConversation>,
    /// Done with it.
    pub on_close: Callback<()>,
}

/// Asks for a form and saves the file, or for an address and sends what the visitor saw there.
#[component]
pub(super) fn Transcript(props: &TranscriptProps) -> Html {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let id = props.conversation.id;
    let address = props.conversation.user.email.clone().unwrap_or_default();
    let form = use_form(OPTIONS, || {
        vec![Field::text(TO, validate::email).holding(address)]
    });
    let format = use_state_eq(TranscriptFormat::default);
    let notes = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<AttrValue>);
    let on_download = {
        let (api, toasts, task, on_close) =
            (api.clone(), toasts.clone(), task.clone(), props.on_close.clone());
        let (format, notes) = (*format, *notes);
        let (is_busy, busy, failed) = (*busy, busy.setter(), failed.setter());
        Callback::from(move |()| {
            if is_busy {
                return;
            }
            busy.set(true);
            failed.set(None);
            let (api, toasts, on_close) = (api.clone(), toasts.clone(), on_close.clone());
            let (busy, failed) = (busy.clone(), failed.clone());
            task.run(async move {
                let outcome = api.transcript(id, format, notes).await;
                busy.set(false);
                match outcome {
                    Ok(text) => {
                        let name = format!("conversation-{id}.{}", format.as_str());
                        if download(&name, media_type(format), &text) {
                            toasts.status(t("transcript.downloaded"));
                            on_close.emit(());
                        } else {
                            failed.set(Some(t("transcript.not_saved")));
                        }
                    }
                    Err(error) => failed.set(Some(error.message())),
                }
            });
        })
    };
    let send = move |form: &FormHandle| {
        let api = api.clone();
        let to = form.value(TO).trim().to_owned();
        async move {
            let mail = MailTranscript { to };
            api.mail_transcript(id, &mail).await?;
            Ok::<String, ApiError>(mail.to)
        }
    };
    let then = {
        let on_close = props.on_close.clone();
        Callback::from(move |to: String| {
            toasts.status(t_with("transcript.mailed", &[("email", &to)]));
            on_close.emit(());
        })
    };
    let onsubmit = form.onsubmit(send.clone(), then.clone());
    let on_mail = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, then.clone()))
    };
    let choices = TranscriptFormat::ALL.map(|format| Choice {
        value: AttrValue::Static(format.as_str()),
        text: match format {
            TranscriptFormat::Txt => t("transcript.txt"),
            TranscriptFormat::Html => t("transcript.html"),
            TranscriptFormat::Json => t("transcript.json"),
        },
    });
    let on_format = {
        let setter = format.setter();
        Callback::from(move |value: String| {
            let chosen = TranscriptFormat::ALL
                .into_iter()
                .find(|format| format.as_str() == value);
            setter.set(chosen.unwrap_or_default());
        })
    };
    let on_notes = {
        let setter = notes.setter();
        Callback::from(move |on| setter.set(on))
    };
    html! {
        <Dialog
            title={t("transcript.title")}
            confirm={t("transcript.download")}
            busy={*busy || form.is_sending()}
            on_confirm={on_download}
            other={DialogAct { text: t("transcript.mail"), danger: false, on_choose: on_mail }}
            on_cancel={props.on_close.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <div>
                    if let Some(failed) = &*failed {
                        <div role="alert"><Notice tone={Tone::Danger}>{ failed.clone() }</Notice></div>
                    }
                </div>
                <SelectField
                    id="transcript-format"
                    label={t("transcript.format")}
                    value={format.as_str()}
                    choices={choices.to_vec()}
                    onchange={on_format}
                />
                <Switch
                    id="transcript-notes"
                    label={t("transcript.notes")}
                    hint={t("transcript.notes_hint")}
                    on={*notes}
                    onchange={on_notes}
                />
                <FormTrouble form={form.clone()} />
                <FormField {form} name={TO} kind="email" autocomplete="off" hint={t("transcript.to_hint")} />
            </form>
        </Dialog>
    }
}

const fn media_type(format: TranscriptFormat) -> &'static str {
    match format {
        TranscriptFormat::Txt => "text/plain",
        TranscriptFormat::Html => "text/html",
        TranscriptFormat::Json => "application/json",
    }
}
