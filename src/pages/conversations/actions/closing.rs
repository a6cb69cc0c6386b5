//! Closing with a reason.

use switchboard_contract::live_chat::MAX_CLOSE_REASON_CHARS;
use switchboard_contract::validate::Violation;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::act::Act;
use crate::forms::{FormHandle, FormOptions, FormTextArea, use_form};
use crate::i18n::t;
use crate::ui::Dialog;

const REASON: &str = "closeReason";

const OPTIONS: FormOptions = FormOptions {
    prefix: "closing",
    draft: None,
    label: |_| t("closing.reason"),
};

/// Props for [`AskWhy`].
#[derive(Properties, PartialEq)]
pub(super) struct AskWhyProps {
    /// What can be done with the conversation.
    pub act: Act,
    /// Closed, or left as it is.
    pub on_close: Callback<()>,
}

/// Asks for the reason, which may be left out.
#[component]
pub(super) fn AskWhy(props: &AskWhyProps) -> Html {
    let form = use_form(OPTIONS, || vec![Field::text(REASON, rule)]);
    let field = use_node_ref();
    let send = {
        let (act, on_close) = (props.act.clone(), props.on_close.clone());
        move |form: &FormHandle| {
            let reason = form.value(REASON).trim().to_owned();
            act.close((!reason.is_empty()).then_some(reason));
            on_close.emit(());
            async { Ok(()) }
        }
    };
    let onsubmit = form.onsubmit(send.clone(), Callback::noop());
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, Callback::noop()))
    };
    html! {
        <Dialog
            title={t("closing.title")}
            confirm={t("actions.close")}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTextArea {form} name={REASON} hint={t("closing.hint")} node_ref={field} />
            </form>
        </Dialog>
    }
}

/// As the server has it, except that it may be empty.
fn rule(text: &str) -> Result<(), Violation> {
    if text.trim().chars().count() > MAX_CLOSE_REASON_CHARS {
        Err(Violation::TooLong(MAX_CLOSE_REASON_CHARS))
    } else {
        Ok(())
    }
}
