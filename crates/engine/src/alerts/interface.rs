//! What goes into the machine and what comes out.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage};
use switchboard_contract::notifications::{AlertSound, Notifications};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::Website;

/// Something of the log that may be told; [`crate::desk`] makes it in the order of the log, in every tab alike.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// Its place in the log.
    pub at: Position,
    /// When it happened, by the server's clock.
    pub happened_at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, PartialEq)]
pub enum Fact {
    /// A visitor wrote, or a colleague's note names the person here.
    Message(Rc<LiveChatMessage>),
    /// A conversation began or changed.
    Conversation {
        /// As it is now.
        conversation: Rc<LiveChatConversation>,
        /// Whether this is its beginning.
        began: bool,
        /// Whether it was in this person's charge before, by what is known here and what waits to be sent; none where it was
        /// not known.
        was_mine: Option<bool>,
    },
    /// A conversation is gone.
    Gone(ConversationId),
    /// What happens before this place of the log and was not heard will not be told by events any more.
    Hole,
    /// After a hole: the open conversations as the server has them now, those with the newest activity at least.
    Missed(Vec<Rc<LiveChatConversation>>),
    /// What a website's pages tell of the widget has changed.
    Website(Rc<Website>),
}

impl fmt::Debug for Fact {
    /// Leaves out who and what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = match self {
            Self::Message(message) => ("Message", message.conversation_id.to_string()),
            Self::Conversation { conversation, .. } => ("Conversation", conversation.id.to_string()),
            Self::Gone(id) => ("Gone", id.to_string()),
            Self::Hole => return f.write_str("Hole"),
            Self::Missed(conversations) => return write!(f, "Missed({})", conversations.len()),
            Self::Website(website) => ("Website", website.id.to_string()),
        };
        f.debug_tuple(name).field(&format_args!("{id}")).finish()
    }
}

/// How far the log has been told, and who was said to wait; every tab of the browser keeps it in mind, and the device does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// Everything up to here is told, or is not to be told.
    pub position: Position,
    /// Conversations of which it was told that the visitor waits, with the beginning of the wait.
    #[serde(default)]
    pub waits: BTreeMap<ConversationId, Timestamp>,
    /// When the newest of what is told happened, by the server's clock: a log that does not reach back to the position says no
    /// more what came after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What the person sees of one tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Screen {
    /// The tab is not behind another one.
    pub shown: bool,
    /// Its window has the keyboard.
    pub focused: bool,
    /// The conversation that it shows.
    pub conversation: Option<ConversationId>,
}

/// What the tabs of one browser tell each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Word {
    /// What the person sees of this tab; told again while it has the keyboard.
    Screen(Screen),
    /// This tab has told everything up to the mark, at last of these conversations.
    Told {
        /// How far.
        mark: Mark,
        /// Of what.
        conversations: Vec<ConversationId>,
    },
}

/// What this device adds to what the person has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Device {
    /// Alerts may stand on the desktop: the person wants it here, and the browser allows it.
    pub desktop: bool,
    /// Sounds are not turned all the way down.
    pub audible: bool,
}

/// What happened.
#[derive(Clone, PartialEq)]
pub enum Event {
    /// Someone is signed in.
    Begin {
        /// Who.
        me: MemberId,
        /// How far this device has told the log before.
        mark: Option<Mark>,
    },
    /// What the person wants to be told of.
    Settings(Rc<Notifications>),
    /// What this device allows.
    Device(Device),
    /// The person has set this availability.
    Available(Availability),
    /// The clock where the person is runs so many minutes ahead of UTC.
    Zone(i32),
    /// This tab tells, or another one does; with the device's mark, which another tab may have moved.
    Leads(bool, Option<Mark>),
    /// Events come as they happen, or do not come.
    Connected(bool),
    /// Something happened.
    News(News),
    /// The answer to [`Effect::Look`]: the open conversations that are known.
    Looked(Vec<Rc<LiveChatConversation>>),
    /// What the person sees of this tab.
    Screen(Screen),
    /// Another tab says something.
    Heard {
        /// Which one.
        from: String,
        /// What.
        word: Word,
    },
    /// The timer of [`Effect::SetTimer`] ran out.
    Timer {
        /// From the effect.
        generation: u64,
    },
}

/// Why something is told; the later one of two takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A visitor wrote.
    Message,
    /// A conversation began.
    New,
    /// A visitor has waited too long.
    Waiting,
    /// A conversation was put in the person's charge.
    Assigned,
    /// A note names the person.
    Mentioned,
}

/// Whether an alert stands on the desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desktop {
    /// Not there.
    No,
    /// With the visitor's name and words.
    Full,
    /// Without a name or a word.
    Bare,
}

/// One thing to tell, of one conversation. The shell finds the words.
#[derive(Clone, PartialEq)]
pub struct Alert {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Why.
    pub kind: Kind,
    /// The conversation, where it is known.
    pub about: Option<Rc<LiveChatConversation>>,
    /// The newest message that it is about.
    pub message: Option<Rc<LiveChatMessage>>,
    /// How many messages it is about.
    pub count: u64,
    /// Whether it shows in the page.
    pub toast: bool,
    /// Whether it stands on the desktop.
    pub desktop: Desktop,
}

impl fmt::Debug for Alert {
    /// Leaves out who and what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert")
            .field("conversation", &self.conversation)
            .field("kind", &self.kind)
            .field("count", &self.count)
            .field("toast", &self.toast)
            .field("desktop", &self.desktop)
            .finish_non_exhaustive()
    }
}

/// Something is wrong with the widget on a website.
#[derive(Clone, Debug, PartialEq)]
pub struct WebsiteAlert {
    /// The website, with what its status says.
    pub website: Rc<Website>,
    /// Whether it shows in the page.
    pub toast: bool,
    /// Whether it stands on the desktop.
    pub desktop: Desktop,
}

/// Many things at once, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// It happened some time ago, while nobody could be told.
    pub while_away: bool,
    /// Conversations that it is about.
    pub conversations: u64,
    /// Those that began.
    pub new: u64,
    /// Visitors' messages.
    pub messages: u64,
    /// Notes that name the person.
    pub mentions: u64,
    /// Conversations put in the person's charge.
    pub assigned: u64,
    /// Visitors who have waited too long.
    pub waiting: u64,
    /// Whether it shows in the page.
    pub toast: bool,
    /// Whether it stands on the desktop.
    pub desktop: bool,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell this.
    Alert(Alert),
    /// Tell this.
    Digest(Digest),
    /// Tell this.
    Website(WebsiteAlert),
    /// The website is well again: what was told of it need not stand there any more.
    WithdrawWebsite(WebsiteId),
    /// Let this sound.
    Sound(AlertSound),
    /// What was told of this conversation has been seen, or is gone: it need not stand there any more.
    Withdraw(ConversationId),
    /// Tell the browser's other tabs.
    Say(Word),
    /// Keep it on the device.
    Remember(Mark),
    /// Look which open conversations there are; answer with [`Event::Looked`]. Comes last, so that it may be answered at once.
    Look,
    /// Call back with [`Event::Timer`]; replaces the one before.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
}
