//! What the buttons do: every change shows at once and goes out as soon as it can; closing and archiving can be undone for
//! some seconds.

use switchboard_contract::ids::{ConversationId, LabelId, MemberId};
use switchboard_contract::live_chat::{
    ConversationChange, ConversationStatus, LiveChatConversation, Priority,
};
use switchboard_contract::time::Timestamp;
use switchboard_engine::socket::Status;
use yew::prelude::*;

use crate::chat::{Chat, use_chat};
use crate::i18n::{t, t_with};
use crate::people::visitor_name;
use crate::ui::{ToastAct, Toasts, use_toasts};

/// What can be done with one conversation, as it is now.
#[derive(Clone, PartialEq)]
pub(super) struct Act {
    chat: Chat,
    toasts: Toasts,
    id: ConversationId,
    name: AttrValue,
    is_open: bool,
    is_archived: bool,
}

/// What can be done with `conversation`.
#[hook]
pub(super) fn use_act(conversation: &LiveChatConversation) -> Act {
    Act {
        chat: use_chat(),
        toasts: use_toasts(),
        id: conversation.id,
        name: visitor_name(&conversation.user),
        is_open: conversation.status == ConversationStatus::Open,
        is_archived: conversation.is_archived,
    }
}

fn open_again() -> ConversationChange {
    ConversationChange {
        status: Some(ConversationStatus::Open),
        ..ConversationChange::default()
    }
}

impl Act {
    fn change(&self, set: ConversationChange) {
        self.chat.change(self.id, set);
    }

    /// Closes an open conversation, reopens a closed one; one in the archive leaves it.
    pub(super) fn toggle_open(&self) {
        if self.is_open {
            self.close(None);
        } else {
            self.toasts.withdraw(self.id.to_string().into());
            self.change(ConversationChange {
                is_archived: self.is_archived.then_some(false),
                ..open_again()
            });
        }
    }

    /// Closes it, for a reason that the team reads.
    pub(super) fn close(&self, reason: Option<String>) {
        self.change(ConversationChange {
            status: Some(ConversationStatus::Closed),
            close_reason: reason,
            ..ConversationChange::default()
        });
        let text = self.told("actions.closed", "actions.closes_later");
        self.undoable(text, open_again());
    }

    /// Hands it over to somebody, or to everybody, with a note for them; `to` is how they are called.
    pub(super) fn hand_over(&self, assignee: Option<MemberId>, to: &str, note: &str) {
        self.chat.hand_over(self.id, assignee, note);
        let key = if self.is_connected() {
            "actions.transferred"
        } else {
            "actions.transfers_later"
        };
        self.toasts
            .status(t_with(key, &[("name", &self.name), ("to", to)]));
    }

    /// Puts it into the archive, or takes it out.
    pub(super) fn toggle_archived(&self) {
        self.change(ConversationChange {
            is_archived: Some(!self.is_archived),
            ..ConversationChange::default()
        });
        if self.is_archived {
            self.toasts.withdraw(self.id.to_string().into());
        } else {
            let text = self.told("actions.archived", "actions.archives_later");
            let status = self.is_open.then_some(ConversationStatus::Open);
            self.undoable(
                text,
                ConversationChange {
                    is_archived: Some(false),
                    status,
                    ..ConversationChange::default()
                },
            );
        }
    }

    /// Deletes it for good.
    pub(super) fn delete(&self) {
        let about = self.id.to_string().into();
        self.chat.delete(self.id);
        // What could be undone of it before no longer can.
        self.toasts.withdraw(about);
        self.toasts
            .status(self.told("actions.deleted", "actions.deletes_later"));
    }

    /// Puts someone in charge, or nobody.
    pub(super) fn assign(&self, assignee: Option<MemberId>) {
        self.change(ConversationChange {
            assignee_id: Some(assignee),
            ..ConversationChange::default()
        });
    }

    /// Puts a label on it, or takes it off.
    pub(super) fn label(&self, label: LabelId, on: bool) {
        let (add_labels, remove_labels) = if on {
            (vec![label], Vec::new())
        } else {
            (Vec::new(), vec![label])
        };
        self.change(ConversationChange {
            add_labels,
            remove_labels,
            ..ConversationChange::default()
        });
    }

    /// Hides it until then, or ends that.
    pub(super) fn snooze(&self, until: Option<Timestamp>) {
        self.change(ConversationChange {
            snoozed_until: Some(until),
            ..ConversationChange::default()
        });
    }

    /// Says how urgent it is.
    pub(super) fn prioritise(&self, priority: Priority) {
        self.change(ConversationChange {
            priority: Some(priority),
            ..ConversationChange::default()
        });
    }

    fn told(&self, done: &'static str, later: &'static str) -> AttrValue {
        let key = if self.is_connected() { done } else { later };
        t_with(key, &[("name", &self.name)])
    }

    fn is_connected(&self) -> bool {
        matches!(self.chat.status(), Status::Live | Status::Polling)
    }

    fn undoable(&self, text: AttrValue, back: ConversationChange) {
        let act = self.clone();
        self.toasts.status_with(
            text,
            ToastAct {
                about: self.id.to_string().into(),
                label: t("actions.undo"),
                on_choose: Callback::from(move |()| act.change(back.clone())),
            },
        );
    }
}
