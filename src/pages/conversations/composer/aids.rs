//! What helps to write in a conversation: canned replies, who can be named, and what variables stand for.

use std::rc::Rc;

use switchboard_contract::auth::MemberStatus;
use switchboard_contract::ids::MemberId;
use switchboard_contract::live_chat::{CannedReply, LiveChatConversation, Values};
use yew::prelude::*;

use crate::auth::use_me;
use crate::chat::use_directory;
use crate::query::{asks, use_query};

/// What helps to write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aids {
    /// Canned replies; none where they are not there.
    pub replies: Option<Rc<Vec<CannedReply>>>,
    /// Whether they could not be loaded.
    pub replies_failed: bool,
    /// Who can be named in notes.
    pub members: Rc<Vec<(MemberId, String)>>,
    /// What variables stand for in this conversation.
    pub values: Rc<Values>,
}

impl Aids {
    /// Whom a note names.
    #[must_use]
    pub fn mentions(&self, note: &str) -> Vec<MemberId> {
        let mut named = Vec::new();
        for (_, member) in switchboard_engine::composing::mentions(note, &names(&self.members)) {
            if !named.contains(&member) {
                named.push(member);
            }
        }
        named
    }
}

/// Members as texts name them.
pub fn names(members: &[(MemberId, String)]) -> Vec<(MemberId, &str)> {
    members.iter().map(|(id, name)| (*id, name.as_str())).collect()
}

/// What helps to write in a conversation. Kept for the next visit, so that it is there without a connection too.
///
/// # Panics
/// Outside of the providers of someone who is signed in.
#[hook]
pub fn use_aids(conversation: Option<&LiveChatConversation>) -> Aids {
    let me = use_me();
    let directory = use_directory();
    let replies = use_query(asks::canned_replies());
    let website = use_query(conversation.map(|known| asks::website(known.website_id)));
    let members = directory.members.data.as_ref().map(|loaded| loaded.value.clone());
    let members = use_memo(members, |members| {
        let members = members.iter().flat_map(|list| &list.items);
        members
            .filter(|member| member.status == MemberStatus::Active)
            .map(|member| (member.id, member.name.clone()))
            .collect::<Vec<_>>()
    });
    let list = replies.data.as_ref().map(|loaded| loaded.value.clone());
    let list = use_memo(list, |list| list.as_ref().map(|list| Rc::new(list.items.clone())));
    let visitor = conversation.map(|known| &known.user);
    let values = Values {
        visitor_name: visitor.and_then(|user| user.name.clone()),
        visitor_email: visitor.and_then(|user| user.email.clone()),
        agent_name: Some(me.name.clone()),
        website_name: website.data.as_ref().map(|loaded| loaded.value.name.clone()),
    };
    let values = use_memo(values, Values::clone);
    Aids {
        replies: (*list).clone(),
        replies_failed: replies.error.is_some(),
        members,
        values,
    }
}
