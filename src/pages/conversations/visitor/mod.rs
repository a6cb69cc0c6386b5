//! Who the visitor is, beside the conversation: identity, pages seen, details, earlier conversations, notes, and what can be
//! done about them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`identity`] | name, address and phone, changed in place |
//! | [`facts`] | what browser and website tell |
//! | [`trail`] | pages seen |
//! | [`earlier`] | other conversations of the person |
//! | [`notes`] | what the team writes about them |
//! | [`acts`] | blocking, export, erasing |

mod acts;
mod earlier;
mod facts;
mod identity;
mod notes;
mod style;
mod trail;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatUser, VisitorDetails};
use yew::prelude::*;

use super::actions::Labels;
use crate::chat::{use_chat, use_conversation, use_conversation_trouble};
use crate::i18n::t;
use crate::people::{rating_name, visitor_name};
use crate::query::{asks, use_query};
use crate::ui::{
    Avatar, ErrorState, IconButton, IconName, Loading, Skeleton, Status, view_query, while_retrying,
};

use acts::Acts;
use earlier::Earlier;
use facts::{Attributes, Facts};
use identity::Identity;
use notes::Notes;
use style::panel_class;
use trail::Trail;

/// Props for [`VisitorPane`].
#[derive(Properties, PartialEq)]
pub(super) struct VisitorPaneProps {
    /// Whose conversation.
    pub id: ConversationId,
    /// Back to the messages, where there is no room for both.
    pub on_close: Callback<bool>,
}

/// Who somebody is: of what came with the conversation and what was asked for, the newer.
fn newest<'a>(live: &'a LiveChatUser, asked: Option<&'a LiveChatUser>) -> &'a LiveChatUser {
    match asked {
        Some(asked) if asked.version > live.version => asked,
        _ => live,
    }
}

/// The third pane.
#[component]
pub(super) fn VisitorPane(props: &VisitorPaneProps) -> Html {
    let chat = use_chat();
    let conversation = use_conversation(props.id);
    let (error, retrying) = use_conversation_trouble(props.id);
    let details = use_query(
        conversation
            .as_ref()
            .map(|conversation| asks::visitor(conversation.user_id)),
    );
    {
        // The person went to another page: events bring where they are, and the trail behind it is asked for.
        let seen = conversation
            .as_ref()
            .map(|conversation| (conversation.user_id, conversation.user.page.clone()));
        let reload = details.reload.clone();
        let last = use_mut_ref(|| None);
        use_effect_with(seen, move |seen| {
            let before = last.replace(seen.clone());
            let moved = before.zip(seen.as_ref());
            if moved.is_some_and(|(before, now)| before.0 == now.0 && before.1 != now.1) {
                reload.emit(());
            }
        });
    }
    let Some(conversation) = conversation else {
        return match error {
            None => while_retrying(retrying.as_ref(), skeleton()),
            Some((error, fetch)) => {
                let on_retry = Callback::from(move |()| chat.reload(fetch.clone()));
                html! { <div><ErrorState title={t("visitor.failed")} {error} {retrying} {on_retry} /></div> }
            }
        };
    };
    let live = &conversation.user;
    let known = details
        .data
        .as_ref()
        .filter(|data| data.value.user.id == live.id)
        .map(|data| data.value.user.clone());
    let visitor = newest(live, known.as_ref());
    let name = visitor_name(visitor);
    let ready = |found: &VisitorDetails| {
        html! {
            <>
                <Trail pages={found.pages.clone()} live={live.page.clone()} />
                <Attributes attributes={live.attributes.clone()} />
                <Earlier conversations={found.conversations.clone()} current={props.id} />
                <Notes key={format!("notes {}", found.user.id)} visitor={found.user.id} notes={found.notes.clone()} />
                <Acts key={format!("acts {}", found.user.id)} visitor={visitor.clone()} reason={found.block_reason.clone()} />
            </>
        }
    };
    html! {
        <section class={classes!("visitor", panel_class())} role="region" aria-label={t("visitor.label")}>
            <div class="visitor-id">
                <IconButton
                    class="only-narrow"
                    icon={IconName::Back}
                    label={t("visitor.back")}
                    onclick={props.on_close.reform(|_: MouseEvent| false)}
                />
                <Avatar id={visitor.id.to_string()} name={visitor.name.clone().unwrap_or_default()} size="2.5rem" />
                <div class="truncate">
                    <h2 class="truncate" tabindex="-1" title={name.clone()}><bdi>{ name }</bdi></h2>
                    <div class="small text-3 truncate"><bdi>{ visitor.email.clone().unwrap_or_default() }</bdi></div>
                </div>
            </div>
            <div class="visitor-marks">
                <span>
                    if visitor.blocked {
                        <Status icon={IconName::Lock} tone={Some("danger")} text={t("visitor.blocked")} />
                    }
                </span>
                <span>
                    if visitor.verified {
                        <Status icon={IconName::Ok} tone={Some("success")} text={t("visitor.verified")} />
                    }
                </span>
            </div>
            <Labels conversation={conversation.clone()} />
            <div>
                if let Some(rating) = conversation.rating {
                    <div class="panel-section">
                        <h3>{ t("rating.heading") }</h3>
                        <p class="strong">{ rating_name(rating) }</p>
                        <p class="rating-comment" dir="auto" hidden={conversation.rating_comment.is_none()}>
                            { conversation.rating_comment.clone().unwrap_or_default() }
                        </p>
                    </div>
                }
            </div>
            <Identity key={visitor.id.to_string()} visitor={visitor.clone()} />
            <Facts visitor={live.clone()} />
            <div class="visitor-more">
                { view_query(&details, &t("visitor.more_failed"), more_skeleton, ready) }
            </div>
        </section>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("visitor.loading")}>
            <div class="visitor-id">
                <Skeleton inline="2.5rem" block="2.5rem" round=true />
                <div class="stack"><Skeleton inline="8rem" /><Skeleton inline="10rem" /></div>
            </div>
            { lines() }
        </Loading>
    }
}

fn more_skeleton() -> Html {
    html! { <Loading label={t("visitor.more_loading")}>{ lines() }</Loading> }
}

fn lines() -> Html {
    html! {
        <div class="panel-section">
            { for ["60%", "75%", "40%", "55%"].map(|inline| html! { <Skeleton key={inline} {inline} /> }) }
        </div>
    }
}
