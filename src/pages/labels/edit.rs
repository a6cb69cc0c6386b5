//! Adds a label, or changes one for every conversation that has it.

use std::rc::Rc;

use switchboard_contract::ids::LabelId;
use switchboard_contract::live_chat::{ChangeLabel, CreateLabel, Label, LabelColour, label_name};
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::{COLOURS, colour_name};
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{now, random_bytes};
use crate::forms::{Choice, FormField, FormHandle, FormOptions, FormSelect, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::ui::{Dialog, LabelDot};

const NAME: &str = "name";
const COLOUR: &str = "colour";

const OPTIONS: FormOptions = FormOptions {
    prefix: "label",
    draft: None,
    label: |field| match field {
        COLOUR => t("labels.colour"),
        _ => t("labels.column_name"),
    },
};

fn colour_of(word: &str) -> LabelColour {
    COLOURS
        .into_iter()
        .find(|(_, known)| *known == word)
        .map(|(colour, _)| colour)
        .unwrap_or_default()
}

fn word_of(colour: LabelColour) -> &'static str {
    COLOURS
        .into_iter()
        .find(|(known, _)| *known == colour)
        .map_or("grey", |(_, word)| word)
}

/// Props for [`Edit`].
#[derive(Properties, PartialEq)]
pub(super) struct EditProps {
    /// The one to change; none to add one.
    #[prop_or_default]
    pub label: Option<Label>,
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Edit(props: &EditProps) -> Html {
    let (api, client) = (use_api(), use_query_client());
    let known = props.label.clone();
    // Chosen once: a try whose answer was lost adds it once.
    let new_id = *use_memo((), |()| LabelId::from_parts(now().wall, random_bytes()));
    // Of the label as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| known.as_ref().map_or(0, |label| label.version));
    let form = use_form(OPTIONS, || {
        let name = known.as_ref().map(|label| label.name.clone()).unwrap_or_default();
        let colour = known.as_ref().map(|label| label.colour).unwrap_or_default();
        vec![
            Field::text(NAME, label_name).holding(name),
            Field::text(COLOUR, |_| Ok(())).holding(word_of(colour).to_owned()),
        ]
    });
    let field = use_node_ref();
    let send = {
        let (known, version) = (known.clone(), version.clone());
        Rc::new(move |form: &FormHandle| {
            let (api, known, version) = (api.clone(), known.clone(), version.clone());
            let (name, colour) = (form.value(NAME).trim().to_owned(), colour_of(&form.value(COLOUR)));
            let (renamed, recoloured) = (form.is_changed(NAME), form.is_changed(COLOUR));
            async move {
                let Some(known) = known else {
                    let request = CreateLabel {
                        id: new_id,
                        name,
                        colour,
                    };
                    return api.create_label(&request).await;
                };
                let change = ChangeLabel {
                    name: renamed.then_some(name),
                    colour: recoloured.then_some(colour),
                };
                let seen = *version.borrow();
                let outcome = api.change_label(known.id, &change, seen).await;
                if let Some(current) = outcome.as_ref().err().and_then(newer) {
                    // Saving again then says: over that one.
                    *version.borrow_mut() = current.version;
                }
                outcome
            }
        })
    };
    let then = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: Label| {
            client.invalidate(asks::all(topic::LABELS));
            on_close.emit(());
        })
    };
    let onsubmit = {
        let send = send.clone();
        form.onsubmit(move |form: &FormHandle| send(form), then.clone())
    };
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&*send, then.clone()))
    };
    let current = form.failure().as_ref().and_then(newer);
    let title = match &known {
        Some(label) => t_with("labels.change_title", &[("name", &label.name)]),
        None => t("labels.add"),
    };
    let choices = COLOURS
        .into_iter()
        .map(|(colour, word)| Choice {
            value: word.into(),
            text: colour_name(colour),
        })
        .collect::<Vec<_>>();
    html! {
        <Dialog
            {title}
            confirm={t("settings.save")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={current.is_some().then(|| t("labels.conflict"))}>
                    if let Some(current) = current {
                        <p class="text-2">
                            { t_with("labels.conflict_text", &[
                                ("name", &current.name),
                                ("colour", &colour_name(current.colour)),
                            ]) }
                        </p>
                    }
                </FormTrouble>
                <FormField form={form.clone()} name={NAME} autocomplete="off" node_ref={field} />
                <FormSelect form={form.clone()} name={COLOUR} {choices} />
                <p class="row" aria-hidden="true">
                    <LabelDot colour={colour_of(&form.value(COLOUR))} />
                    <bdi class="truncate">{ form.value(NAME) }</bdi>
                </p>
            </form>
        </Dialog>
    }
}

/// The label as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<Label> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    serde::Deserialize::deserialize(problem.current.as_ref()?).ok()
}
