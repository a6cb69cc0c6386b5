//! Deleting a conversation: the question before it, and what stands in its place afterwards.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_engine::store::action_id;
use yew::prelude::*;

use super::message::{MessageRows, RowStretch};
use crate::auth::use_me;
use crate::browser::{catch_focus, focus_node};
use crate::chat::{Gone, ThreadView, use_chat};
use crate::i18n::{t, t_with};
use crate::ui::{Button, Dialog, EmptyState, Field, IconName};

/// Props for [`AskToDelete`].
#[derive(Properties, PartialEq)]
pub(super) struct AskToDeleteProps {
    /// What the visitor is called: to be typed, since nothing brings the conversation back.
    pub name: AttrValue,
    /// It is to be deleted.
    pub on_delete: Callback<()>,
    /// It stays.
    pub on_cancel: Callback<()>,
}

/// Says what goes with the conversation and asks for the visitor's name.
#[component]
pub(super) fn AskToDelete(props: &AskToDeleteProps) -> Html {
    let typed = use_state_eq(String::new);
    let wrong = use_state_eq(|| false);
    let field = use_node_ref();
    let oninput = {
        let (typed, wrong) = (typed.setter(), wrong.setter());
        Callback::from(move |text| {
            typed.set(text);
            wrong.set(false);
        })
    };
    let on_confirm = {
        let (typed, wrong, field) = (typed.clone(), wrong.setter(), field.clone());
        let (name, on_delete) = (props.name.clone(), props.on_delete.clone());
        Callback::from(move |()| {
            if is_same_name(&typed, &name) {
                on_delete.emit(());
            } else {
                wrong.set(true);
                focus_node(&field);
            }
        })
    };
    let onsubmit = {
        let on_confirm = on_confirm.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_confirm.emit(());
        })
    };
    html! {
        <Dialog
            title={t_with("deleting.title", &[("name", &props.name)])}
            confirm={t("actions.delete")}
            danger=true
            {on_confirm}
            on_cancel={props.on_cancel.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <p>{ t("deleting.text") }</p>
                <p class="strong">{ t("deleting.for_good") }</p>
                <Field
                    id="delete-name"
                    name="delete-name"
                    label={t_with("deleting.type_name", &[("name", &props.name)])}
                    value={(*typed).clone()}
                    autocomplete="off"
                    error={wrong.then(|| t("deleting.other_name"))}
                    node_ref={field}
                    {oninput}
                />
            </form>
        </Dialog>
    }
}

/// Spaces around it and capitals do not count.
fn is_same_name(typed: &str, name: &str) -> bool {
    typed.trim().to_lowercase() == name.trim().to_lowercase()
}

/// Props for [`GoneThread`].
#[derive(Properties)]
pub(super) struct GoneThreadProps {
    /// Which conversation it was.
    pub id: ConversationId,
    /// Why it is not there.
    pub gone: Gone,
    /// What is left of it here.
    pub thread: ThreadView,
    /// Back to the list.
    pub on_back: Callback<()>,
}

impl PartialEq for GoneThreadProps {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.gone) == (other.id, other.gone)
            && self.thread.rows == other.thread.rows
            && self.on_back == other.on_back
    }
}

/// In a conversation's place: that it is gone, the way back, and what the person wrote for it and could not send.
#[component]
pub(super) fn GoneThread(props: &GoneThreadProps) -> Html {
    let chat = use_chat();
    let me = use_me();
    let root = use_node_ref();
    {
        // Whoever was writing stands on what has gone.
        let root = root.clone();
        use_effect_with(props.gone, move |_| catch_focus(&root, &["button".to_owned()]));
    }
    let (title, text) = match props.gone {
        Gone::Missing => (t("conversation.missing"), t("conversation.missing_text")),
        Gone::Deleted => (t("conversation.deleted"), t("conversation.deleted_text")),
        Gone::Deleting => (t("conversation.deleted"), t("conversation.deleting_text")),
    };
    let on_retry = {
        let chat = chat.clone();
        use_callback(chat, |id: MessageId, chat| chat.retry(id))
    };
    let on_discard = {
        let chat = chat.clone();
        use_callback(chat, |id: MessageId, chat| chat.discard(id))
    };
    let on_edit = {
        let chat = chat.clone();
        use_callback(chat, |id: MessageId, chat| chat.edit(action_id(id)))
    };
    let draft = chat.draft(props.id).text;
    let has_draft = !draft.trim().is_empty();
    let rows = &props.thread.rows;
    html! {
        <section class="thread thread-gone" ref={root}>
            <div role="status">
                <EmptyState icon={IconName::Chat} {title} {text}>
                    <Button onclick={props.on_back.reform(|_: MouseEvent| ())}>{ t("conversation.back") }</Button>
                </EmptyState>
            </div>
            <div class="log" role="log" aria-label={t("conversation.messages")} aria-live="off" tabindex="0" hidden={rows.is_empty() && !has_draft}>
                <p class="system">{ t("conversation.unsent") }</p>
                <MessageRows
                    stretches={vec![RowStretch::whole(rows.clone())]}
                    visitor={AttrValue::default()}
                    me_id={me.id}
                    me_name={me.name.clone()}
                    {on_retry}
                    {on_discard}
                    {on_edit}
                />
                <div hidden={!has_draft}>
                    <div class="bubble bubble-pending" dir="auto">{ draft }</div>
                </div>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_typed_as_people_type() {
        assert!(is_same_name(" zoë visitor ", "Zoë Visitor"));
        assert!(!is_same_name("", "Zoë"));
        assert!(!is_same_name("Zoë V", "Zoë Visitor"));
    }
}
