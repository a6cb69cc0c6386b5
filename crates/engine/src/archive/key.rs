//! What an entry is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use switchboard_contract::ids::ConversationId;

use crate::inbox::Shelf;
use crate::query;

/// Which entry. As a text, which is what a browser finds it by, its kind comes first: entries of the log are `log/…`, values
/// `value/…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// How far a list was loaded.
    List(Shelf),
    /// A conversation.
    Conversation(ConversationId),
    /// The newest messages of one.
    Thread(ConversationId),
    /// What pages have loaded: its topic and which of it.
    Value(String, String),
}

impl Key {
    /// Whether it reflects the one position of the log's entries.
    #[must_use]
    pub const fn is_of_log(&self) -> bool {
        !matches!(self, Self::Value(..))
    }

    /// The conversation that it is about.
    #[must_use]
    pub const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Conversation(id) | Self::Thread(id) => Some(*id),
            Self::List(_) | Self::Value(..) => None,
        }
    }
}

impl From<&query::Key> for Key {
    fn from(key: &query::Key) -> Self {
        Self::Value(key.topic.to_string(), key.part.to_string())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(shelf) => write!(f, "log/list/{}", shelf.as_query()),
            Self::Conversation(id) => write!(f, "log/conversation/{id}"),
            Self::Thread(id) => write!(f, "log/thread/{id}"),
            Self::Value(topic, part) => write!(f, "value/{topic}/{part}"),
        }
    }
}

/// A text that names no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKey;

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names no entry of the archive")
    }
}

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let (part, rest) = text.split_once('/').ok_or(UnknownKey)?;
        let (kind, name) = rest.split_once('/').ok_or(UnknownKey)?;
        let id = || name.parse().map_err(|_| UnknownKey);
        match (part, kind) {
            ("value", topic) => Ok(Self::Value(topic.to_owned(), name.to_owned())),
            ("log", "conversation") => Ok(Self::Conversation(id()?)),
            ("log", "thread") => Ok(Self::Thread(id()?)),
            ("log", "list") => [Shelf::Open, Shelf::Closed, Shelf::Archived]
                .into_iter()
                .find(|shelf| shelf.as_query() == name)
                .map(Self::List)
                .ok_or(UnknownKey),
            _ => Err(UnknownKey),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
