//! The place to answer.

mod aids;
mod picker;
mod suggesting;
mod writing;

use switchboard_contract::ids::{AttachmentId, ConversationId};
use switchboard_contract::live_chat::{MAX_MESSAGE_CHARS, Visibility, first_open};
use switchboard_contract::validate::message_text_beside;
use switchboard_engine::composing::{self, Edited};
use yew::prelude::*;

use super::files::{AttachButton, Tray};
use crate::browser::{Chosen, focus_node, pasted_files};
use crate::chat::{Composing, Picked, Typed};
use crate::i18n::{number, t, t_with};
use crate::ui::{Button, ButtonKind, GrowingTextArea, IconName, Suggestions};

pub use aids::{Aids, use_aids};
use picker::EmojiPicker;
use suggesting::preview;
use writing::{LIST_ID, Writing, selection, use_writing};

/// The limit is shown when fewer characters than this are left.
const SHOW_LIMIT: usize = 500;

/// What is asked of the composer from elsewhere; a new number is a new wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Counts the wishes.
    pub number: u32,
    /// Who is to see what is written. What is being written as a note is never made a reply.
    pub visibility: Visibility,
    /// What it holds from now on; what is there stays when absent.
    pub text: Option<String>,
}

/// Props for [`Composer`].
#[derive(Properties, PartialEq)]
pub struct ComposerProps {
    /// Which conversation is answered; another one starts with its own draft.
    pub id: ConversationId,
    /// What is typed here and not sent, as it is known now.
    pub read: Callback<(), Composing>,
    /// Counts how often that was changed from elsewhere: then it is read again.
    #[prop_or_default]
    pub revision: u32,
    /// The text and who sees it.
    pub on_send: Callback<(String, Visibility)>,
    /// Each change of what is typed.
    pub on_draft: Callback<Typed>,
    /// What becomes of a text that was typed elsewhere too: `true` shows it in place of this one.
    #[prop_or_default]
    pub on_other: Callback<(Visibility, bool)>,
    /// Whom the person writes for, with each change; `None` when nothing is left of the text.
    #[prop_or_default]
    pub on_typing: Callback<Option<Visibility>>,
    /// Take the focus, as a reply or a note.
    #[prop_or_default]
    pub wish: Option<Wish>,
    /// Whether the conversation is closed: answering it takes one more step.
    #[prop_or_default]
    pub closed: bool,
    /// What helps to write.
    #[prop_or_default]
    pub aids: Aids,
    /// What was sent and is still held back goes at once.
    #[prop_or_default]
    pub on_release: Callback<()>,
    /// What is attached; it goes with what is sent next.
    #[prop_or_default]
    pub files: Vec<Picked>,
    /// Files were chosen or pasted.
    #[prop_or_default]
    pub on_files: Callback<Vec<Chosen>>,
    /// One that is attached is taken away.
    #[prop_or_default]
    pub on_detach: Callback<AttachmentId>,
}

/// A text box that grows, a switch for internal notes, and a button. Enter sends, Shift and Enter make a line, Ctrl and Enter
/// send what is held back as well. `/`, `@` and `:` offer what there is to put in; Ctrl+B and Ctrl+I mark what is selected.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let first = use_memo((), |()| props.read.emit(()));
    let texts = use_state(|| Texts::of(&first));
    let is_note = use_state(|| first.visibility == Visibility::Internal);
    let visibility = readers(*is_note);
    let area = use_node_ref();
    {
        let (texts, is_note, read) = (texts.clone(), is_note.clone(), props.read.clone());
        use_effect_with(props.revision, move |revision| {
            if *revision > 0 {
                let now = read.emit(());
                // Nothing of this kind is left, but something of the other.
                if now.text(readers(*is_note)).is_empty() && !now.text(now.visibility).is_empty() {
                    is_note.set(now.visibility == Visibility::Internal);
                }
                texts.set(Texts::of(&now));
            }
        });
    }
    {
        let (texts, is_note, area) = (texts.clone(), is_note.clone(), area.clone());
        use_effect_with(props.wish.clone(), move |wish| {
            let Some(wish) = wish else { return };
            if let Some(new) = &wish.text {
                is_note.set(wish.visibility == Visibility::Internal);
                texts.set(texts.with(wish.visibility, new.clone()));
            } else {
                let holds_note = *is_note && !texts.of_kind(Visibility::Internal).trim().is_empty();
                is_note.set(wish.visibility == Visibility::Internal || holds_note);
            }
            focus_node(&area);
        });
    }
    let text = texts.of_kind(visibility);
    let writing = use_writing(&area, &props.aids, text, *is_note);
    let open = Some(text).filter(|_| !*is_note).and_then(first_open);
    let length = text.chars().count();
    let left = MAX_MESSAGE_CHARS.checked_sub(length);
    let files = props.files.len();
    let can_send = message_text_beside(text, files).is_ok();
    let send = {
        let texts = texts.clone();
        let (on_send, on_draft) = (props.on_send.clone(), props.on_draft.clone());
        let on_typing = props.on_typing.clone();
        let (area, on_release) = (area.clone(), props.on_release.clone());
        let writing = writing.clone();
        Callback::from(move |()| {
            // What is there now, not what was there when this was drawn: a second Enter may come before the next drawing.
            let content = texts.of_kind(visibility).trim().to_owned();
            if content.is_empty() && files == 0 {
                // A second Enter: what the first one sent need not be held back.
                on_release.emit(());
                return;
            }
            if message_text_beside(&content, files).is_err() {
                return;
            }
            if visibility == Visibility::Public && writing.asks_about(texts.of_kind(visibility)) {
                return;
            }
            on_send.emit((content, visibility));
            on_draft.emit(Typed {
                text: String::new(),
                visibility,
            });
            on_typing.emit(None);
            writing.end();
            texts.set(texts.with(visibility, String::new()));
            focus_node(&area);
        })
    };
    let on_input = {
        let (texts, on_draft) = (texts.clone(), props.on_draft.clone());
        let (on_typing, writing) = (props.on_typing.clone(), writing.clone());
        Callback::from(move |typed: String| {
            writing.look(&typed);
            on_typing.emit(Some(visibility).filter(|_| !typed.trim().is_empty()));
            on_draft.emit(Typed {
                text: typed.clone(),
                visibility,
            });
            texts.set(texts.with(visibility, typed));
        })
    };
    let edit = {
        let (on_input, writing) = (on_input.clone(), writing.clone());
        move |edited: Edited| {
            on_input.emit(edited.text.clone());
            writing.end();
            writing.select(&edited);
        }
    };
    let on_choose = {
        let (edit, writing, text) = (edit.clone(), writing.clone(), text.to_owned());
        Callback::from(move |place: usize| {
            if let Some(edited) = writing.choice(&text, place) {
                edit(edited);
            }
        })
    };
    let on_emoji = {
        let (edit, area, text) = (edit.clone(), area.clone(), text.to_owned());
        Callback::from(move |emoji: String| {
            edit(composing::replace(&text, selection(&area, &text), &emoji));
            focus_node(&area);
        })
    };
    let on_key = {
        let (writing, on_choose, send) = (writing.clone(), on_choose.clone(), send.clone());
        let (area, text, on_release) = (area.clone(), text.to_owned(), props.on_release.clone());
        Callback::from(move |event: KeyboardEvent| {
            if writing.on_key(&event, &on_choose) {
                event.prevent_default();
                // What closes the list closes nothing else.
                event.stop_propagation();
                return;
            }
            if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
                return;
            }
            let mark = match event.key().as_str() {
                "b" | "B" => "**",
                "i" | "I" => "*",
                "Enter" => {
                    event.prevent_default();
                    send.emit(());
                    on_release.emit(());
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            edit(composing::toggle_mark(&text, selection(&area, &text), mark));
        })
    };
    let on_move = {
        let (writing, text) = (writing.clone(), text.to_owned());
        Callback::from(move |()| writing.look(&text))
    };
    let on_leave = {
        let writing = writing.clone();
        Callback::from(move |()| writing.end())
    };
    let on_note = {
        let (is_note, texts, on_draft) = (is_note.clone(), texts.clone(), props.on_draft.clone());
        Callback::from(move |_: MouseEvent| {
            let target = readers(!*is_note);
            let text = texts.of_kind(visibility).to_owned();
            // Whoever notices late for whom they write takes the text along; what waits on the other side stays there.
            if !text.is_empty() && texts.of_kind(target).is_empty() {
                for (text, visibility) in [(String::new(), visibility), (text.clone(), target)] {
                    on_draft.emit(Typed { text, visibility });
                }
                texts.set(texts.with(visibility, String::new()).with(target, text));
            }
            is_note.set(!*is_note);
        })
    };
    let other = props
        .read
        .emit(())
        .other(visibility)
        .map(|other| AttrValue::from(other.to_owned()));
    let settle = |takes: bool| {
        let on_other = props.on_other.clone();
        let area = area.clone();
        Callback::from(move |_: MouseEvent| {
            on_other.emit((visibility, takes));
            focus_node(&area);
        })
    };
    let onpaste = {
        let on_files = props.on_files.clone();
        Callback::from(move |event: Event| {
            let files = pasted_files(&event);
            if !files.is_empty() {
                event.prevent_default();
                on_files.emit(files);
            }
        })
    };
    html! {
        <div class={classes!("composer", is_note.then_some("is-note"))}>
            if props.closed && !*is_note {
                <p class="hint">{ t("composer.closed") }</p>
            }
            <div role="status" class="composer-other" hidden={other.is_none()}>
                if let Some(other) = other {
                    <p class="truncate" title={other.clone()}>{ t_with("composer.other", &[("text", &other)]) }</p>
                    <Button kind={ButtonKind::Quiet} onclick={settle(true)}>{ t("composer.other_take") }</Button>
                    <Button kind={ButtonKind::Quiet} onclick={settle(false)}>{ t("composer.other_leave") }</Button>
                }
            </div>
            <div role="status" class="composer-other" hidden={open.is_none()}>
                if let Some(open) = open {
                    <p>{ t_with("composer.open_variable", &[("variable", &text[open])]) }</p>
                }
            </div>
            <div class="composer-box" {onpaste}>
                <div>{ view_offer(&writing, on_choose) }</div>
                <GrowingTextArea
                    label={t("composer.label")}
                    value={text.to_owned()}
                    hint={if *is_note { t("composer.note_hint") } else { t("composer.hint") }}
                    invalid={left.is_none()}
                    {on_input}
                    on_enter={send.clone()}
                    {on_key}
                    {on_move}
                    {on_leave}
                    list={writing.list_id()}
                    active={writing.active_id()}
                    node_ref={area}
                />
                <div>
                    if !props.files.is_empty() {
                        <Tray files={props.files.clone()} on_detach={props.on_detach.clone()} />
                    }
                </div>
                <div class="composer-bar">
                    <Button kind={ButtonKind::Quiet} icon={IconName::Lock} pressed={Some(*is_note)} onclick={on_note}>
                        { t("composer.note") }
                    </Button>
                    <EmojiPicker on_choose={on_emoji} />
                    <AttachButton on_files={props.on_files.clone()} />
                    <span class="push"></span>
                    <span class="meta" aria-live="polite">{ limit(left, length) }</span>
                    <Button
                        kind={ButtonKind::Primary}
                        disabled={!can_send}
                        onclick={send.reform(|_: MouseEvent| ())}
                    >
                        { if *is_note { t("composer.add_note") } else { t("composer.send") } }
                    </Button>
                </div>
            </div>
        </div>
    }
}

fn view_offer(writing: &Writing, on_choose: Callback<usize>) -> Html {
    let Some(offer) = &writing.offer else {
        return html! { <span hidden=true /> };
    };
    html! {
        <Suggestions
            id={LIST_ID}
            label={offer.label.clone()}
            options={offer.options.clone()}
            active={writing.active()}
            {on_choose}
            preview={offer.inserts.get(writing.active()).filter(|_| writing.is_canned()).map(preview).unwrap_or_default()}
            instead={offer.instead.clone()}
        />
    }
}

const fn readers(is_note: bool) -> Visibility {
    if is_note {
        Visibility::Internal
    } else {
        Visibility::Public
    }
}

/// What stands in the text box, by who is to read it.
#[derive(Clone, PartialEq)]
struct Texts {
    reply: String,
    note: String,
}

impl Texts {
    fn of(composing: &Composing) -> Self {
        Self {
            reply: composing.reply.clone(),
            note: composing.note.clone(),
        }
    }

    fn of_kind(&self, visibility: Visibility) -> &str {
        match visibility {
            Visibility::Public => &self.reply,
            Visibility::Internal => &self.note,
        }
    }

    fn with(&self, visibility: Visibility, text: String) -> Self {
        let mut texts = self.clone();
        match visibility {
            Visibility::Public => texts.reply = text,
            Visibility::Internal => texts.note = text,
        }
        texts
    }
}

/// How many characters are left near the limit, and how many are too many beyond it.
fn limit(left: Option<usize>, length: usize) -> AttrValue {
    match left {
        Some(left) if left >= SHOW_LIMIT => AttrValue::default(),
        Some(left) => t_with("composer.left", &[("count", &number(left as u64))]),
        None => t_with(
            "composer.too_long",
            &[("count", &number((length - MAX_MESSAGE_CHARS) as u64))],
        ),
    }
}
