//! Tells screen readers of messages as they come in, politely and not more often than every few seconds.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use yew::prelude::*;

use crate::browser::Timeout;
use crate::chat::{use_arrivals, use_chat};
use crate::i18n::{t_count, t_with};
use crate::people::visitor_name;

/// Messages that come within this time are told together, in milliseconds.
const TOGETHER_MS: u64 = 2_000;

/// Props for [`Announcer`].
#[derive(Properties, PartialEq)]
pub(super) struct AnnouncerProps {
    /// The conversation that is open: its messages are read out.
    pub open: Option<ConversationId>,
}

#[derive(Default)]
struct Waiting {
    count: u64,
    last: Option<Rc<LiveChatMessage>>,
    timeout: Option<Timeout>,
}

/// A live region that is heard, not seen.
#[component]
pub(super) fn Announcer(props: &AnnouncerProps) -> Html {
    let chat = use_chat();
    let text = use_state(AttrValue::default);
    let waiting = use_mut_ref(Waiting::default);
    let tell = {
        let setter = text.setter();
        use_callback(
            (chat, props.open),
            move |message: Rc<LiveChatMessage>, (chat, open)| {
                if message.kind != MessageType::User {
                    return;
                }
                let mut now = waiting.borrow_mut();
                now.count += 1;
                now.last = Some(message);
                if now.timeout.is_some() {
                    return;
                }
                let (waiting, setter, chat, open) = (waiting.clone(), setter.clone(), chat.clone(), *open);
                now.timeout = Some(Timeout::new(TOGETHER_MS, move || {
                    let Waiting { count, last, timeout } = waiting.take();
                    if let Some(last) = last {
                        setter.set(announcement(&chat, open, count, &last));
                    }
                    drop(timeout);
                }));
            },
        )
    };
    use_arrivals(tell);
    html! { <div class="sr" role="status">{ (*text).clone() }</div> }
}

fn announcement(
    chat: &crate::chat::Chat,
    open: Option<ConversationId>,
    count: u64,
    last: &LiveChatMessage,
) -> AttrValue {
    if count > 1 {
        return t_count("conversation.announce_many", count, &[]);
    }
    let conversation = chat.read(|desk| desk.conversation(last.conversation_id));
    let name = conversation.map_or_else(AttrValue::default, |conversation| {
        visitor_name(&conversation.user)
    });
    if open == Some(last.conversation_id) {
        t_with(
            "conversation.announce_here",
            &[("name", &name), ("text", last.gist())],
        )
    } else {
        t_with("conversation.announce_elsewhere", &[("name", &name)])
    }
}
