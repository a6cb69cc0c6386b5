//! Writing to a visitor first: the button beside a person, and the dialog behind it.

use serde::Deserialize;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatUser, StartConversation, Visibility};
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{now, random_bytes};
use crate::chat::{Typed, use_chat};
use crate::forms::{FormHandle, FormOptions, FormTextArea, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::people::visitor_name;
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Dialog, IconName, use_toasts};

const CONTENT: &str = "content";

const OPTIONS: FormOptions = FormOptions {
    prefix: "start",
    draft: None,
    label: |_| t("start.message"),
};

/// Props for [`Start`].
#[derive(Properties, PartialEq)]
pub struct StartProps {
    /// With whom.
    pub visitor: LiveChatUser,
}

/// The button. It stands in rows, so it tells people who do not see the row whom it is about.
#[component]
pub fn Start(props: &StartProps) -> Html {
    let open = use_state_eq(|| false);
    let set = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    let name = visitor_name(&props.visitor);
    html! {
        <div>
            <Button kind={ButtonKind::Quiet} icon={IconName::Chat} onclick={set(true).reform(|_: MouseEvent| ())}>
                { t("start.button") }<span class="sr">{ t_with("start.with", &[("name", &name)]) }</span>
            </Button>
            <div>
                if *open {
                    <Ask visitor={props.visitor.clone()} on_close={set(false)} />
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AskProps {
    visitor: LiveChatUser,
    on_close: Callback<()>,
}

/// How it ended.
#[derive(Clone)]
enum Outcome {
    Started(ConversationId),
    /// One with the visitor is open already; what was typed goes there as a draft.
    Open(ConversationId, String),
}

/// Asks what to say. The same words again, after an answer that was lost, start nothing twice; other words are another start.
#[component]
fn Ask(props: &AskProps) -> Html {
    let (api, chat, toasts, navigator) = (use_api(), use_chat(), use_toasts(), use_navigator());
    let form = use_form(OPTIONS, || vec![Field::text(CONTENT, validate::message_text)]);
    let attempt = use_mut_ref(|| None::<(String, ConversationId)>);
    let field = use_node_ref();
    let name = visitor_name(&props.visitor);
    let send = {
        let user_id = props.visitor.id;
        move |form: &FormHandle| {
            let (api, content) = (api.clone(), form.value(CONTENT).trim().to_owned());
            let mut last = attempt.borrow_mut();
            let id = match &*last {
                Some((said, id)) if *said == content => *id,
                _ => ConversationId::from_parts(now().wall, random_bytes()),
            };
            *last = Some((content.clone(), id));
            async move {
                let start = StartConversation { id, user_id, content };
                match api.start_conversation(&start).await {
                    Ok(started) => Ok(Outcome::Started(started.id)),
                    Err(error) => match open_one(&error) {
                        Some(open) => Ok(Outcome::Open(open, start.content)),
                        None => Err(error),
                    },
                }
            }
        }
    };
    let then = {
        let (on_close, name) = (props.on_close.clone(), name.clone());
        Callback::from(move |outcome: Outcome| {
            let id = match outcome {
                Outcome::Started(id) => id,
                Outcome::Open(id, text) => {
                    // What stands there was typed for it: it is not replaced.
                    if chat.draft(id).text.trim().is_empty() {
                        let visibility = Visibility::Public;
                        chat.keep_draft(id, Typed { text, visibility });
                    }
                    toasts.status(t_with("start.open", &[("name", &name)]));
                    id
                }
            };
            on_close.emit(());
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Conversation { id });
            }
        })
    };
    let onsubmit = form.onsubmit(send.clone(), then.clone());
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, then.clone()))
    };
    html! {
        <Dialog
            title={t_with("start.title", &[("name", &name)])}
            confirm={t("start.send")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                <FormTextArea {form} name={CONTENT} hint={t("start.hint")} node_ref={field} />
            </form>
        </Dialog>
    }
}

/// The conversation with the visitor that is open already, when that is why none was started.
fn open_one(error: &ApiError) -> Option<ConversationId> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    LiveChatConversation::deserialize(problem.current.as_ref()?)
        .ok()
        .map(|open| open.id)
}
