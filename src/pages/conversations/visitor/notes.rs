//! What the team writes about somebody.

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{VisitorId, VisitorNoteId};
use switchboard_contract::live_chat::{
    ChangeVisitorNote, CreateVisitorNote, MAX_NOTE_CHARS, VisitorDetails, VisitorNote,
};
use yew::prelude::*;

use crate::auth::{use_api, use_me};
use crate::browser::{focus_node, now, random_bytes};
use crate::i18n::{list_time, t, t_count, t_with};
use crate::query::{Mutating, asks, use_query_client};
use crate::ui::{Button, ButtonKind, GrowingTextArea, ToastAct, use_minute, use_toasts};

/// Props for [`Notes`].
#[derive(Properties, PartialEq)]
pub(super) struct NotesProps {
    /// About whom.
    pub visitor: VisitorId,
    /// The notes, the oldest first.
    pub notes: Vec<VisitorNote>,
}

fn new_id() -> VisitorNoteId {
    VisitorNoteId::from_parts(now().wall, random_bytes())
}

/// What is changed, until the server has told: nothing but the notes.
fn mutating(
    visitor: VisitorId,
    change: impl Fn(&mut Vec<VisitorNote>) + 'static,
) -> Mutating<VisitorDetails> {
    Mutating {
        target: switchboard_engine::query::Target::Key(asks::visitor(visitor).key().clone()),
        change: Box::new(move |details: &VisitorDetails| {
            let mut details = details.clone();
            change(&mut details.notes);
            details
        }),
    }
}

/// The notes, and a box for another one.
#[component]
pub(super) fn Notes(props: &NotesProps) -> Html {
    let (api, me, client, toasts) = (use_api(), use_me(), use_query_client(), use_toasts());
    let text = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    // The same for a try that is repeated after a failure: it is written once.
    let id = use_state(new_id);
    let now = use_minute();
    let visitor = props.visitor;
    let is_too_long = text.chars().count() > MAX_NOTE_CHARS;
    let add = {
        let (text, busy, id) = (text.clone(), busy.clone(), id.clone());
        let (api, client, toasts) = (api.clone(), client.clone(), toasts.clone());
        Callback::from(move |()| {
            if text.trim().is_empty() || *busy || text.chars().count() > MAX_NOTE_CHARS {
                return;
            }
            busy.set(true);
            let note = CreateVisitorNote {
                id: *id,
                content: (*text).clone(),
            };
            let call = {
                let api = api.clone();
                async move { api.create_visitor_note(visitor, &note).await }
            };
            let (text, busy, id, toasts) = (text.setter(), busy.setter(), id.setter(), toasts.clone());
            let told = client.clone();
            client.mutate(mutating(visitor, |_| ()), call, move |outcome| {
                busy.set(false);
                match outcome {
                    Ok(_) => {
                        text.set(String::new());
                        id.set(new_id());
                    }
                    Err(error) => toasts.alert(error.message()),
                }
                told.reload(asks::visitor(visitor).key().clone());
            });
        })
    };
    let area = use_node_ref();
    let on_delete = {
        let (api, client, toasts, area) = (api.clone(), client.clone(), toasts.clone(), area.clone());
        Callback::from(move |note: VisitorNote| {
            // What was pressed goes with the note.
            focus_node(&area);
            let call = {
                let (api, id) = (api.clone(), note.id);
                async move { api.delete_visitor_note(visitor, id).await }
            };
            let (api, client, toasts, told) = (api.clone(), client.clone(), toasts.clone(), client.clone());
            let id = note.id;
            let hide = mutating(visitor, move |notes| notes.retain(|other| other.id != id));
            client.mutate(hide, call, move |outcome| {
                if let Err(error) = outcome {
                    toasts.alert(error.message());
                    return;
                }
                told.reload(asks::visitor(visitor).key().clone());
                let undo = {
                    let (client, toasts) = (told.clone(), toasts.clone());
                    Callback::from(move |()| {
                        let again = CreateVisitorNote {
                            id: new_id(),
                            content: note.content.clone(),
                        };
                        let (api, toasts, told) = (api.clone(), toasts.clone(), client.clone());
                        let call = async move { api.create_visitor_note(visitor, &again).await };
                        client.mutate(mutating(visitor, |_| ()), call, move |outcome| {
                            if let Err(error) = outcome {
                                toasts.alert(error.message());
                            }
                            told.reload(asks::visitor(visitor).key().clone());
                        });
                    })
                };
                toasts.status_with(
                    t("visitor.note_deleted"),
                    ToastAct {
                        about: AttrValue::from(format!("note {id}")),
                        label: t("visitor.undo"),
                        on_choose: undo,
                    },
                );
            });
        })
    };
    let manages = matches!(me.role, Role::Owner | Role::Admin);
    let view = |note: &VisitorNote| {
        let on_delete = on_delete.clone();
        html! {
            <NoteItem
                key={note.id.to_string()}
                {visitor}
                note={note.clone()}
                may_change={manages || note.author_id == me.id}
                time={list_time(note.created_at, now)}
                {on_delete}
            />
        }
    };
    let onclick = add.reform(|_: MouseEvent| ());
    html! {
        <div class="panel-section">
            <h3>{ t("visitor.notes") }</h3>
            <ul class="notes" role="list" aria-label={t("visitor.notes")} hidden={props.notes.is_empty()}>
                { for props.notes.iter().map(view) }
            </ul>
            <div class="note-form">
                <GrowingTextArea
                    label={t("visitor.note")}
                    hint={t("visitor.note_hint")}
                    value={(*text).clone()}
                    invalid={is_too_long}
                    on_input={let text = text.setter(); Callback::from(move |typed| text.set(typed))}
                    on_enter={add}
                    node_ref={area}
                />
                <p class="error-text" role="alert" hidden={!is_too_long}>
                    { t_count("rule.too_long", u64::try_from(MAX_NOTE_CHARS).unwrap_or(u64::MAX), &[]) }
                </p>
                <Button busy={*busy} disabled={text.trim().is_empty() || is_too_long} {onclick}>{ t("visitor.add_note") }</Button>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NoteItemProps {
    visitor: VisitorId,
    note: VisitorNote,
    may_change: bool,
    time: AttrValue,
    on_delete: Callback<VisitorNote>,
}

#[component]
fn NoteItem(props: &NoteItemProps) -> Html {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    let typed = use_state_eq(|| None::<String>);
    let note = &props.note;
    let visitor = props.visitor;
    let (area, button) = (use_node_ref(), use_node_ref());
    {
        let (area, button, was_editing) = (area.clone(), button.clone(), use_mut_ref(|| false));
        use_effect_with(typed.is_some(), move |editing| {
            if was_editing.replace(*editing) != *editing {
                focus_node(if *editing { &area } else { &button });
            }
        });
    }
    let on_edit = {
        let (typed, content) = (typed.setter(), note.content.clone());
        Callback::from(move |_: MouseEvent| typed.set(Some(content.clone())))
    };
    let on_cancel = {
        let typed = typed.setter();
        Callback::from(move |_: MouseEvent| typed.set(None))
    };
    let save = {
        let (typed, note) = (typed.clone(), note.clone());
        Callback::from(move |()| {
            let Some(content) = (*typed).clone().filter(|text| !text.trim().is_empty()) else {
                return;
            };
            let (id, version) = (note.id, note.version);
            let change = ChangeVisitorNote {
                content: content.clone(),
            };
            let call = {
                let api = api.clone();
                async move { api.change_visitor_note(visitor, id, &change, version).await }
            };
            let (typed, toasts, told) = (typed.setter(), toasts.clone(), client.clone());
            let show = mutating(visitor, move |notes| {
                for note in notes.iter_mut().filter(|note| note.id == id) {
                    note.content.clone_from(&content);
                }
            });
            client.mutate(show, call, move |outcome| {
                match outcome {
                    Ok(_) => typed.set(None),
                    Err(error) => toasts.alert(error.message()),
                }
                told.reload(asks::visitor(visitor).key().clone());
            });
        })
    };
    let on_delete = {
        let note = note.clone();
        props.on_delete.reform(move |_: MouseEvent| note.clone())
    };
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text: String| typed.set(Some(text)))
    };
    let about = t_with(
        "visitor.note_by",
        &[("name", &note.author_name), ("time", &props.time)],
    );
    html! {
        <li>
            <div>
                if let Some(text) = (*typed).clone() {
                    <div class="note-form">
                        <GrowingTextArea label={t("visitor.change_note")} value={text} {on_input} on_enter={save.clone()} node_ref={area} />
                        <div class="panel-acts">
                            <Button kind={ButtonKind::Primary} onclick={save.reform(|_: MouseEvent| ())}>{ t("visitor.save") }</Button>
                            <Button onclick={on_cancel}>{ t("dialog.cancel") }</Button>
                        </div>
                    </div>
                } else {
                    <p>{ note.content.clone() }</p>
                }
            </div>
            <div class="note-foot">
                <bdi>{ about }</bdi>
                <div hidden={!props.may_change || typed.is_some()}>
                    <button type="button" class="text-btn" onclick={on_edit} ref={button}>{ t("visitor.edit_note") }</button>
                    { " " }
                    <button type="button" class="text-btn" onclick={on_delete}>{ t("visitor.delete_note") }</button>
                </div>
            </div>
        </li>
    }
}
