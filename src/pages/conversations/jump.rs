//! Goes to what was said on a day.

use switchboard_contract::ids::ConversationId;
use switchboard_engine::passage::Target;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::browser::{focus_node, start_of_day, today};
use crate::chat::use_chat;
use crate::i18n::t;
use crate::ui::{Button, ButtonKind, IconButton, IconName, use_popup};

/// Props for [`JumpToDate`].
#[derive(Properties, PartialEq)]
pub(super) struct JumpToDateProps {
    /// Which conversation.
    pub id: ConversationId,
}

/// A button that opens a field for a day. A field that holds none says so itself.
#[component]
pub(super) fn JumpToDate(props: &JumpToDateProps) -> Html {
    let chat = use_chat();
    let popup = use_popup();
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with(popup.is_open, move |is_open| {
            if *is_open {
                focus_node(&field);
            }
        });
    }
    let onsubmit = {
        let (chat, popup, field, id) = (chat, popup.clone(), field.clone(), props.id);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let day = field
                .cast::<HtmlInputElement>()
                .and_then(|field| start_of_day(&field.value()));
            if let Some(at) = day {
                chat.jump(id, Target::At(at));
                popup.close();
            }
        })
    };
    let onkeydown = {
        let popup = popup.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && popup.is_open {
                event.prevent_default();
                event.stop_propagation();
                popup.close();
            }
        })
    };
    html! {
        <div class="jump" ref={popup.root.clone()} {onkeydown}>
            <IconButton
                icon={IconName::Calendar}
                label={t("conversation.jump")}
                expanded={Some(popup.is_open)}
                node_ref={popup.button.clone()}
                onclick={popup.toggle()}
            />
            if popup.is_open {
                <form class="jump-form" {onsubmit}>
                    <label>
                        <span>{ t("conversation.jump_day") }</span>
                        <input class="field" type="date" required=true max={today()} ref={field} />
                    </label>
                    <Button kind={ButtonKind::Primary} submit=true>{ t("conversation.jump_go") }</Button>
                </form>
            }
        </div>
    }
}
