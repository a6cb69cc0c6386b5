//! What is told.

use yew::prelude::*;

use super::switch;
use super::values::{ASSIGNED, MENTIONS, MESSAGES, NEW, SCOPES, TROUBLE, WAITING};
use crate::forms::{Choice, FormHandle, FormSelect};
use crate::i18n::{t, t_count};

/// Waits to choose from, in minutes.
const WAITS: [u32; 7] = [1, 2, 3, 5, 10, 15, 30];

/// Props for [`What`].
#[derive(Properties, PartialEq)]
pub(super) struct WhatProps {
    /// The form.
    pub form: FormHandle,
}

/// The fields.
#[component]
pub(super) fn What(props: &WhatProps) -> Html {
    let form = &props.form;
    let scope = |word: &'static str| match word {
        "all" => t("notifications.messages_all"),
        "unassigned" => t("notifications.messages_unassigned"),
        "mine" => t("notifications.messages_mine"),
        _ => t("notifications.messages_off"),
    };
    let scopes: Vec<Choice> = SCOPES
        .into_iter()
        .map(|(_, word)| Choice {
            value: AttrValue::Static(word),
            text: scope(word),
        })
        .collect();
    let never = Choice {
        value: AttrValue::Static(""),
        text: t("notifications.waiting_never"),
    };
    let waits = minutes(&WAITS, &form.value(WAITING), |count| {
        t_count("notifications.waiting_minutes", u64::from(count), &[])
    });
    let waits: Vec<Choice> = waits.into_iter().chain([never]).collect();
    html! {
        <>
            { switch(form, NEW, Some(t("notifications.new_hint"))) }
            <FormSelect form={form.clone()} name={MESSAGES} choices={scopes} />
            { switch(form, ASSIGNED, None) }
            { switch(form, MENTIONS, None) }
            <FormSelect form={form.clone()} name={WAITING} choices={waits} hint={t("notifications.waiting_hint")} />
            { switch(form, TROUBLE, Some(t("notifications.trouble_hint"))) }
        </>
    }
}

/// Minutes to choose from, with what is chosen elsewhere.
pub(super) fn minutes(offered: &[u32], held: &str, name: impl Fn(u32) -> AttrValue) -> Vec<Choice> {
    let mut offered: Vec<u32> = offered.iter().copied().chain(held.parse().ok()).collect();
    offered.sort_unstable();
    offered.dedup();
    offered
        .into_iter()
        .map(|count| Choice {
            value: AttrValue::from(count.to_string()),
            text: name(count),
        })
        .collect()
}
