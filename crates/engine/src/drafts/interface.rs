//! Drafts as they are told and kept, what happens to them, and what the shell does about it.

use std::fmt;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::Visibility;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// An answer to the visitor.
    Reply,
    /// A note that only the team sees.
    Note,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reply, Self::Note];

    /// What is written for these readers.
    #[must_use]
    pub const fn of(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public => Self::Reply,
            Visibility::Internal => Self::Note,
        }
    }

    /// Who is to read it.
    #[must_use]
    pub const fn visibility(self) -> Visibility {
        match self {
            Self::Reply => Visibility::Public,
            Self::Note => Visibility::Internal,
        }
    }
}

/// Where something is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The conversation.
    pub conversation: ConversationId,
    /// A reply or a note.
    pub kind: Kind,
}

/// Which of two drafts is the newer: a count over all tabs that hear of each other, and the tab where two count alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stamp {
    /// Higher than every count that the tab had seen.
    pub count: u64,
    /// The tab.
    pub tab: String,
}

/// What is typed in one place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Where.
    pub place: Place,
    /// The text; empty once it was sent or deleted.
    pub text: String,
    /// When, among drafts of the same place.
    pub stamp: Stamp,
    /// The newest draft of another tab that stood in the text box before this was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stamp>,
}

impl fmt::Debug for Draft {
    /// Leaves out the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("place", &self.place)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// Whether it was typed by someone who had seen the draft with this stamp.
    #[must_use]
    pub fn follows(&self, stamp: &Stamp) -> bool {
        let seen = self.after.as_ref();
        self.stamp.tab == stamp.tab || seen.is_some_and(|seen| seen.tab == stamp.tab && seen >= stamp)
    }
}

/// What happens to drafts.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The tab opens or is looked at again: what was said meanwhile may not have been heard.
    Sync,
    /// The text box of a place holds this now.
    Typed {
        /// Where.
        place: Place,
        /// Its whole text.
        text: String,
    },
    /// What was typed was sent.
    Sent(Place),
    /// The text box of a conversation has gone from the page.
    Released(ConversationId),
    /// The person has deleted the conversation.
    Gone(ConversationId),
    /// The other text takes the place of what is shown, which is then the other one.
    Take(Place),
    /// The other text is not wanted.
    PutAway(Place),
    /// Another tab tells what was typed there.
    Heard(Draft),
    /// The store has these now.
    Kept {
        /// Those of [`Effect::Write`].
        drafts: Vec<Draft>,
        /// What it had newer than those.
        newer: Vec<Draft>,
    },
    /// Everything that the store has.
    Read(Vec<Draft>),
    /// A timer rang.
    Timer {
        /// Of [`Effect::SetTimer`].
        generation: u64,
    },
    /// The page may be gone for a while.
    Flush,
    /// The page goes: what the store was asked to keep and has not confirmed may never have reached it.
    Leave,
}

impl fmt::Debug for Event {
    /// Leaves out the texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sync => f.write_str("Sync"),
            Self::Typed { place, .. } => write!(f, "Typed({place:?})"),
            Self::Sent(place) => write!(f, "Sent({place:?})"),
            Self::Released(conversation) => write!(f, "Released({conversation:?})"),
            Self::Gone(conversation) => write!(f, "Gone({conversation:?})"),
            Self::Take(place) => write!(f, "Take({place:?})"),
            Self::PutAway(place) => write!(f, "PutAway({place:?})"),
            Self::Heard(draft) => write!(f, "Heard({draft:?})"),
            Self::Kept { drafts, newer } => write!(f, "Kept({drafts:?}, {newer:?})"),
            Self::Read(drafts) => write!(f, "Read({drafts:?})"),
            Self::Timer { generation } => write!(f, "Timer({generation})"),
            Self::Flush => f.write_str("Flush"),
            Self::Leave => f.write_str("Leave"),
        }
    }
}

/// What the shell does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Keep these, report [`Event::Kept`], and tell the other tabs at once.
    Write(Vec<Draft>),
    /// Read everything and report [`Event::Read`].
    Read,
    /// Report [`Event::Timer`] after a while.
    SetTimer {
        /// Which.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// What the text boxes of this conversation show was changed from elsewhere.
    Changed(ConversationId),
    /// What lists say about this conversation may have changed.
    Listed(ConversationId),
}
