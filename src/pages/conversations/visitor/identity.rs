//! What somebody is called and how they are reached, changed in place. Two who change different fields both get what they wrote;
//! where they change the same one, the person sees both and decides.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use switchboard_contract::live_chat::{ChangeVisitor, LiveChatUser};
use switchboard_contract::validate::{self, Violation};
use switchboard_engine::form::Field;
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::focus_node;
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::query::asks::topic;
use crate::query::{asks, use_query_client};
use crate::ui::{Button, ButtonKind, IconButton, IconName, Notice, Tone, use_toasts};

const NAME: &str = "name";
const EMAIL: &str = "email";
const PHONE: &str = "phone";
const FIELDS: [&str; 3] = [NAME, EMAIL, PHONE];

const OPTIONS: FormOptions = FormOptions {
    prefix: "visitor",
    // It belongs to one person and is over in a moment: a reload shows what is true.
    draft: None,
    label,
};

fn label(field: &str) -> AttrValue {
    match field {
        NAME => t("visitor.name"),
        EMAIL => t("visitor.email"),
        _ => t("visitor.phone"),
    }
}

fn value_of(visitor: &LiveChatUser, field: &str) -> String {
    let value = match field {
        NAME => &visitor.name,
        EMAIL => &visitor.email,
        _ => &visitor.phone,
    };
    value.clone().unwrap_or_default()
}

fn values_of(visitor: &LiveChatUser) -> BTreeMap<&'static str, String> {
    FIELDS.map(|field| (field, value_of(visitor, field))).into()
}

/// Nothing is needed; what is there keeps its rule.
fn optional(rule: fn(&str) -> Result<(), Violation>, text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Ok(())
    } else {
        rule(text)
    }
}

fn fields(visitor: &LiveChatUser) -> Vec<Field> {
    vec![
        Field::text(NAME, |text| optional(validate::person_name, text)).holding(value_of(visitor, NAME)),
        Field::text(EMAIL, |text| optional(validate::email, text)).holding(value_of(visitor, EMAIL)),
        Field::text(PHONE, |text| optional(validate::phone, text)).holding(value_of(visitor, PHONE)),
    ]
}

/// What of `base` the fields change.
fn change(base: &LiveChatUser, mine: &BTreeMap<&'static str, String>) -> ChangeVisitor {
    let of = |field: &'static str| {
        let text = mine.get(field).map(|text| text.trim()).unwrap_or_default();
        (text != value_of(base, field)).then(|| Some(text.to_owned()).filter(|text| !text.is_empty()))
    };
    ChangeVisitor {
        name: of(NAME),
        email: of(EMAIL),
        phone: of(PHONE),
    }
}

/// Fields that both have changed, to different values.
fn disputed(
    base: &LiveChatUser,
    theirs: &LiveChatUser,
    mine: &BTreeMap<&'static str, String>,
) -> Vec<&'static str> {
    let mut found = FIELDS.to_vec();
    found.retain(|field| {
        let (before, now) = (value_of(base, field), value_of(theirs, field));
        let wanted = mine.get(field).map(|text| text.trim()).unwrap_or_default();
        wanted != before && now != before && wanted != now
    });
    found
}

/// The person as they are now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<LiveChatUser> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    LiveChatUser::deserialize(problem.current.as_ref()?).ok()
}

/// Props for [`Identity`].
#[derive(Properties, PartialEq)]
pub(super) struct IdentityProps {
    /// As they are known now.
    pub visitor: LiveChatUser,
}

/// Name, address and phone, and the way to change them.
#[component]
pub(super) fn Identity(props: &IdentityProps) -> Html {
    let editing = use_state_eq(|| false);
    let button = use_node_ref();
    {
        // Back from the fields the focus is where it came from.
        let (button, was_editing) = (button.clone(), use_mut_ref(|| false));
        use_effect_with(*editing, move |editing| {
            if was_editing.replace(*editing) && !editing {
                focus_node(&button);
            }
        });
    }
    let onclick = {
        let editing = editing.setter();
        Callback::from(move |_: MouseEvent| editing.set(true))
    };
    let on_end = {
        let editing = editing.setter();
        Callback::from(move |()| editing.set(false))
    };
    let visitor = &props.visitor;
    let shown = |field: &'static str| {
        let value = value_of(visitor, field);
        let text = if value.is_empty() {
            t("visitor.unknown")
        } else {
            value.clone().into()
        };
        let class = classes!("truncate", value.is_empty().then_some("text-3"));
        html! {
            <div key={field}>
                <dt>{ label(field) }</dt>
                <dd {class} title={value}><bdi>{ text }</bdi></dd>
            </div>
        }
    };
    html! {
        <div class="panel-section">
            <div class="section-head">
                <h3>{ t("visitor.identity") }</h3>
                <div hidden={*editing}>
                    <IconButton icon={IconName::Edit} label={t("visitor.edit")} {onclick} node_ref={button} />
                </div>
            </div>
            <div>
                if *editing {
                    <Editor visitor={visitor.clone()} {on_end} />
                } else {
                    <dl class="facts">{ for FIELDS.map(shown) }</dl>
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    visitor: LiveChatUser,
    on_end: Callback<()>,
}

#[component]
fn Editor(props: &EditorProps) -> Html {
    let (api, toasts, client) = (use_api(), use_toasts(), use_query_client());
    let form = use_form(OPTIONS, || fields(&props.visitor));
    let base = use_state(|| props.visitor.clone());
    let first = use_node_ref();
    {
        let first = first.clone();
        use_effect_with((), move |()| focus_node(&first));
    }
    let refused = form.failure().as_ref().and_then(newer);
    let theirs = match refused {
        Some(current) if current.version > props.visitor.version => current,
        _ => props.visitor.clone(),
    };
    let mine: BTreeMap<&'static str, String> = FIELDS.map(|field| (field, form.value(field))).into();
    let clashes = if theirs.version > base.version {
        disputed(&base, &theirs, &mine)
    } else {
        Vec::new()
    };
    {
        // What others changed and nobody disputes comes in.
        let (form, base, theirs, absorbs) = (form.clone(), base.clone(), theirs.clone(), clashes.is_empty());
        use_effect_with((theirs.version, absorbs), move |(version, absorbs)| {
            if *absorbs && *version > base.version {
                form.rebase(values_of(&theirs));
                base.set(theirs);
            }
        });
    }
    let onsubmit = {
        let (base, id) = (base.clone(), props.visitor.id);
        let send = move |form: &FormHandle| {
            let (api, base) = (api.clone(), (*base).clone());
            let mine = FIELDS.map(|field| (field, form.value(field))).into();
            async move {
                let wanted = change(&base, &mine);
                let outcome = api.change_visitor(id, &wanted, base.version).await;
                match outcome.as_ref().err().and_then(newer) {
                    // Somebody else has changed other fields: both changes stand.
                    Some(current) if disputed(&base, &current, &mine).is_empty() => {
                        api.change_visitor(id, &wanted, current.version).await
                    }
                    _ => outcome,
                }
            }
        };
        let on_end = props.on_end.clone();
        let then = Callback::from(move |_: LiveChatUser| {
            client.invalidate(asks::all(topic::VISITORS));
            toasts.status(t("visitor.saved"));
            on_end.emit(());
        });
        form.onsubmit(send, then)
    };
    let on_keep = {
        let (form, base, theirs) = (form.clone(), base.setter(), theirs.clone());
        Callback::from(move |_: MouseEvent| {
            // What is typed here stays, and what only they have changed comes in.
            form.rebase(values_of(&theirs));
            base.set(theirs.clone());
        })
    };
    let on_take = {
        let (form, base, theirs) = (form.clone(), base.setter(), theirs.clone());
        Callback::from(move |_: MouseEvent| {
            form.discard();
            form.rebase(values_of(&theirs));
            base.set(theirs.clone());
        })
    };
    let onkeydown = {
        let on_end = props.on_end.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                on_end.emit(());
            }
        })
    };
    // A dispute says more than that there is one.
    let is_told = form.failure().as_ref().and_then(newer).is_some();
    let written = |field: &&'static str| {
        let value = value_of(&theirs, field);
        let value = if value.is_empty() {
            t("visitor.unknown")
        } else {
            value.into()
        };
        html! {
            <div key={*field}>{ t_with("visitor.theirs", &[("field", &label(field)), ("value", &value)]) }</div>
        }
    };
    html! {
        <form class="panel-form" novalidate=true {onsubmit} {onkeydown}>
            <div class="clash">
                if !is_told {
                    <FormTrouble form={form.clone()} />
                }
            </div>
            <div class="clash">
                if !clashes.is_empty() {
                    <Notice tone={Tone::Warning}>
                        <div>{ t("visitor.changed_meanwhile") }</div>
                        <div>{ for clashes.iter().map(written) }</div>
                        <button type="button" class="text-btn" onclick={on_keep}>{ t("visitor.keep_mine") }</button>
                        <button type="button" class="text-btn" onclick={on_take}>{ t("visitor.take_theirs") }</button>
                    </Notice>
                }
            </div>
            <FormField form={form.clone()} name={NAME} autocomplete="off" node_ref={first} />
            <FormField form={form.clone()} name={EMAIL} kind="email" autocomplete="off" />
            <FormField form={form.clone()} name={PHONE} autocomplete="off" />
            <div class="panel-acts">
                <Button kind={ButtonKind::Primary} submit=true busy={form.is_sending()} disabled={!clashes.is_empty()}>{ t("visitor.save") }</Button>
                <Button onclick={props.on_end.reform(|_: MouseEvent| ())}>{ t("dialog.cancel") }</Button>
            </div>
        </form>
    }
}
