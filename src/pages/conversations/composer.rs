//! The place to answer.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{MAX_MESSAGE_CHARS, Visibility};
use switchboard_contract::validate::message_text;
use yew::prelude::*;

use crate::browser::focus_node;
use crate::chat::Typed;
use crate::i18n::{number, t, t_with};
use crate::ui::{Button, ButtonKind, GrowingTextArea, IconName};

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
    /// What was typed here before and not sent.
    pub draft: Typed,
    /// The text and who sees it.
    pub on_send: Callback<(String, Visibility)>,
    /// Each change of what is typed.
    pub on_draft: Callback<Typed>,
    /// Whom the person writes for, with each change; `None` when nothing is left of the text.
    #[prop_or_default]
    pub on_typing: Callback<Option<Visibility>>,
    /// Take the focus, as a reply or a note.
    #[prop_or_default]
    pub wish: Option<Wish>,
    /// Whether the conversation is closed: answering it takes one more step.
    #[prop_or_default]
    pub closed: bool,
}

/// A text box that grows, a switch for internal notes, and a button. Enter sends, Shift and Enter make a line.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let text = {
        let draft = props.draft.text.clone();
        use_state(move || draft)
    };
    let is_note = use_state(|| props.draft.visibility == Visibility::Internal);
    let area = use_node_ref();
    {
        let (text, is_note, area) = (text.clone(), is_note.clone(), area.clone());
        use_effect_with(props.wish.clone(), move |wish| {
            let Some(wish) = wish else { return };
            let holds_note = *is_note && !text.trim().is_empty();
            is_note.set(wish.visibility == Visibility::Internal || holds_note);
            if let Some(new) = &wish.text {
                text.set(new.clone());
            }
            focus_node(&area);
        });
    }
    let length = text.chars().count();
    let left = MAX_MESSAGE_CHARS.checked_sub(length);
    let can_send = message_text(&text).is_ok();
    let send = {
        let (text, is_note) = (text.clone(), *is_note);
        let (on_send, on_draft) = (props.on_send.clone(), props.on_draft.clone());
        let on_typing = props.on_typing.clone();
        let area = area.clone();
        Callback::from(move |()| {
            // What is there now, not what was there when this was drawn: a second Enter may come before the next drawing.
            let content = text.trim().to_owned();
            if message_text(&content).is_err() {
                return;
            }
            let visibility = if is_note {
                Visibility::Internal
            } else {
                Visibility::Public
            };
            on_send.emit((content, visibility));
            on_draft.emit(Typed::default());
            on_typing.emit(None);
            text.set(String::new());
            focus_node(&area);
        })
    };
    let on_input = {
        let (text, on_draft, is_note) = (text.clone(), props.on_draft.clone(), *is_note);
        let on_typing = props.on_typing.clone();
        Callback::from(move |typed: String| {
            let visibility = if is_note {
                Visibility::Internal
            } else {
                Visibility::Public
            };
            on_typing.emit(Some(visibility).filter(|_| !typed.trim().is_empty()));
            on_draft.emit(Typed {
                text: typed.clone(),
                visibility,
            });
            text.set(typed);
        })
    };
    let on_note = {
        let (is_note, text, on_draft) = (is_note.clone(), text.clone(), props.on_draft.clone());
        Callback::from(move |_: MouseEvent| {
            let visibility = if *is_note {
                Visibility::Public
            } else {
                Visibility::Internal
            };
            on_draft.emit(Typed {
                text: (*text).clone(),
                visibility,
            });
            is_note.set(!*is_note);
        })
    };
    html! {
        <div class={classes!("composer", is_note.then_some("is-note"))}>
            if props.closed && !*is_note {
                <p class="hint">{ t("composer.closed") }</p>
            }
            <div class="composer-box">
                <GrowingTextArea
                    label={t("composer.label")}
                    value={(*text).clone()}
                    hint={if *is_note { t("composer.note_hint") } else { t("composer.hint") }}
                    invalid={left.is_none()}
                    {on_input}
                    on_enter={send.clone()}
                    node_ref={area}
                />
                <div class="composer-bar">
                    <Button kind={ButtonKind::Quiet} icon={IconName::Lock} pressed={Some(*is_note)} onclick={on_note}>
                        { t("composer.note") }
                    </Button>
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
