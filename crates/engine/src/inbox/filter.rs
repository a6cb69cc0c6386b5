//! Which conversations a list shows, and in which order: the same rule as the server's for
//! `GET /api/live-chat/conversations`, decided by the conversation alone, so that a list needs no second query when an
//! event changes one (`protocol.md` *Realtime*, rule 4).

use std::cmp::Reverse;
use std::fmt;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation, Priority};
use switchboard_contract::time::Timestamp;

/// Which part of the inbox a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shelf {
    /// Open, not archived and not snoozed.
    #[default]
    Open,
    /// Open, and hidden until a time, whose coming is an event.
    Snoozed,
    /// Closed, not archived.
    Closed,
    /// Archived.
    Archived,
    /// All of them.
    All,
}

impl Shelf {
    /// The value of the query parameter `status`.
    #[must_use]
    pub const fn as_query(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
            Self::Archived => "archived",
            Self::All => "all",
        }
    }

    /// Whether a conversation stands there.
    #[must_use]
    pub fn holds(self, conversation: &LiveChatConversation) -> bool {
        let is_open = !conversation.is_archived && conversation.status != ConversationStatus::Closed;
        match self {
            Self::Open => is_open && conversation.snoozed_until.is_none(),
            Self::Snoozed => is_open && conversation.snoozed_until.is_some(),
            Self::Closed => !conversation.is_archived && conversation.status == ConversationStatus::Closed,
            Self::Archived => conversation.is_archived,
            Self::All => true,
        }
    }
}

/// Who is in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Assignee {
    /// Nobody.
    Nobody,
    /// A member.
    Member(MemberId),
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sort {
    /// Newest activity first.
    #[default]
    Newest,
    /// Oldest activity first.
    Oldest,
    /// Whoever waits longest for an answer first; who does not wait is left out.
    Waiting,
    /// The most urgent first, and of the same urgency the newest activity.
    Priority,
}

impl Sort {
    /// The value of the query parameter `sort`.
    #[must_use]
    pub const fn as_query(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Waiting => "waiting",
            Self::Priority => "priority",
        }
    }
}

/// What is searched for. It may be anybody's name or words: its `Debug` says only how long it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(String);

impl Words {
    /// The text; empty for no search.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is searched for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Words {
    /// Without the space around it, and the space within it made even.
    fn from(text: &str) -> Self {
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} characters)", self.0.chars().count())
    }
}

/// Which conversations a list shows, and in which order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Which part of the inbox.
    pub shelf: Shelf,
    /// Only of this website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<WebsiteId>,
    /// Only of this funnel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funnel: Option<FunnelId>,
    /// Only with this one in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Assignee>,
    /// Only with this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelId>,
    /// Only with something unread.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// The order.
    pub sort: Sort,
    /// Only what the server finds for this text; empty for no search. Which those are only the server knows.
    #[serde(skip_serializing_if = "Words::is_empty")]
    pub search: Words,
}

impl From<Shelf> for Filter {
    fn from(shelf: Shelf) -> Self {
        Self {
            shelf,
            ..Self::default()
        }
    }
}

impl Filter {
    /// Whether it is a search: its list is asked for again where one by a rule is kept live.
    #[must_use]
    pub fn is_search(&self) -> bool {
        !self.search.is_empty()
    }

    /// The same without the search.
    #[must_use]
    pub fn unsearched(&self) -> Self {
        Self {
            search: Words::default(),
            ..self.clone()
        }
    }

    /// The query parameters that ask the server for this list.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let assignee = self.assignee.map(|assignee| match assignee {
            Assignee::Nobody => "none".to_owned(),
            Assignee::Member(member) => member.to_string(),
        });
        let sort = (self.sort != Sort::default()).then(|| self.sort.as_query().to_owned());
        [
            ("status", Some(self.shelf.as_query().to_owned())),
            ("websiteId", self.website.map(|id| id.to_string())),
            ("funnelId", self.funnel.map(|id| id.to_string())),
            ("assignee", assignee),
            ("label", self.label.map(|id| id.to_string())),
            ("unread", self.unread.then(|| "true".to_owned())),
            ("q", self.is_search().then(|| self.search.as_str().to_owned())),
            ("sort", sort),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// Where a conversation stands on the list; `None` where it is not on it. A search is not looked at.
    #[must_use]
    pub fn place(&self, conversation: &LiveChatConversation) -> Option<SortKey> {
        let is_on = self.shelf.holds(conversation)
            && self
                .website
                .is_none_or(|website| website == conversation.website_id)
            && self.funnel.is_none_or(|funnel| funnel == conversation.funnel_id)
            && self.assignee.is_none_or(|assignee| match assignee {
                Assignee::Nobody => conversation.assignee_id.is_none(),
                Assignee::Member(member) => conversation.assignee_id == Some(member),
            })
            && self
                .label
                .is_none_or(|label| conversation.labels.contains(&label))
            && (!self.unread || conversation.unread_count > 0);
        if !is_on {
            return None;
        }
        let (id, at) = (conversation.id, conversation.last_message_at.as_millis());
        let newest = SortKey::newest(conversation.last_message_at, id);
        match self.sort {
            Sort::Newest => Some(newest),
            Sort::Oldest => Some(SortKey::ascending(at, id)),
            Sort::Waiting => conversation
                .waiting_since
                .map(|since| SortKey::ascending(since.as_millis(), id)),
            Sort::Priority => Some(SortKey {
                rank: rank(conversation.priority),
                ..newest
            }),
        }
    }
}

/// The most urgent has the lowest.
const fn rank(priority: Priority) -> u8 {
    match priority {
        Priority::Urgent => 0,
        Priority::High => 1,
        Priority::Normal | Priority::Unknown => 2,
        Priority::Low => 3,
    }
}

/// A place in a list: lower ones stand before higher ones. Only places of lists with the same [`Sort`] compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    rank: u8,
    /// Milliseconds, negative where later ones come first.
    at: i64,
    id: Tie,
}

/// What settles the order of the same instant, as on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    LowerFirst(ConversationId),
    HigherFirst(Reverse<ConversationId>),
}

impl SortKey {
    /// The place by [`Sort::Newest`] of what was last active at `at`.
    #[must_use]
    pub const fn newest(at: Timestamp, id: ConversationId) -> Self {
        Self {
            rank: 0,
            at: at.as_millis().saturating_neg(),
            id: Tie::HigherFirst(Reverse(id)),
        }
    }

    const fn ascending(at: i64, id: ConversationId) -> Self {
        Self {
            rank: 0,
            at,
            id: Tie::LowerFirst(id),
        }
    }

    /// Whose place it is.
    #[must_use]
    pub const fn id(&self) -> ConversationId {
        match self.id {
            Tie::LowerFirst(id) | Tie::HigherFirst(Reverse(id)) => id,
        }
    }

    /// What [`Self::newest`] was made from.
    pub(super) const fn newest_parts(&self) -> (Timestamp, ConversationId) {
        (Timestamp::from_millis(self.at.saturating_neg()), self.id())
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contract::live_chat::LiveChatConversation;

    use super::super::tests::{conversation, id};
    use super::*;

    fn any() -> Filter {
        Filter::from(Shelf::All)
    }

    #[test]
    fn each_part_narrows_the_list_down() {
        let at = Timestamp::from_millis(7);
        let (website, funnel) = (
            WebsiteId::from_parts(at, [1; 10]),
            FunnelId::from_parts(at, [2; 10]),
        );
        let (member, label) = (
            MemberId::from_parts(at, [3; 10]),
            LabelId::from_parts(at, [4; 10]),
        );
        let plain = conversation(1, 5, Shelf::Open);
        let full = LiveChatConversation {
            website_id: website,
            funnel_id: funnel,
            assignee_id: Some(member),
            labels: vec![label],
            unread_count: 1,
            ..plain.clone()
        };
        let parts = [
            Filter {
                website: Some(website),
                ..any()
            },
            Filter {
                funnel: Some(funnel),
                ..any()
            },
            Filter {
                assignee: Some(Assignee::Member(member)),
                ..any()
            },
            Filter {
                label: Some(label),
                ..any()
            },
            Filter {
                unread: true,
                ..any()
            },
        ];
        for filter in parts {
            assert!(filter.place(&full).is_some(), "{filter:?}");
            assert!(filter.place(&plain).is_none(), "{filter:?}");
        }
        let nobody = Filter {
            assignee: Some(Assignee::Nobody),
            ..any()
        };
        assert!(nobody.place(&plain).is_some() && nobody.place(&full).is_none());
    }

    #[test]
    fn each_conversation_stands_on_one_shelf_and_among_all() {
        let shelves = [Shelf::Open, Shelf::Snoozed, Shelf::Closed, Shelf::Archived];
        for of in shelves {
            let conversation = conversation(1, 5, of);
            let holding: Vec<Shelf> = shelves
                .into_iter()
                .filter(|shelf| shelf.holds(&conversation))
                .collect();
            assert_eq!(holding, [of]);
            assert!(Shelf::All.holds(&conversation));
        }
    }

    /// The list by a sort, of conversations with ids 1, 2, … in the order given.
    fn order(sort: Sort, of: &[LiveChatConversation]) -> Vec<ConversationId> {
        let filter = Filter { sort, ..any() };
        let mut places: Vec<SortKey> = of
            .iter()
            .filter_map(|conversation| filter.place(conversation))
            .collect();
        places.sort_unstable();
        places.iter().map(SortKey::id).collect()
    }

    #[test]
    fn each_order_is_the_servers() {
        let of = |n: u8, at, waits: Option<i64>, priority| LiveChatConversation {
            waiting_since: waits.map(Timestamp::from_millis),
            priority,
            ..conversation(n, at, Shelf::Open)
        };
        let all = [
            of(1, 10, Some(9), Priority::Low),
            of(2, 30, None, Priority::Urgent),
            of(3, 30, Some(2), Priority::Normal),
            of(4, 20, Some(2), Priority::Urgent),
        ];
        let ids = |numbers: [u8; 4]| numbers.map(id);
        assert_eq!(
            order(Sort::Newest, &all),
            ids([3, 2, 4, 1]),
            "the greater id first"
        );
        assert_eq!(
            order(Sort::Oldest, &all),
            ids([1, 4, 2, 3]),
            "the smaller id first"
        );
        assert_eq!(
            order(Sort::Waiting, &all),
            [id(3), id(4), id(1)],
            "who does not wait is left out"
        );
        assert_eq!(order(Sort::Priority, &all), ids([2, 4, 3, 1]));
    }

    #[test]
    fn what_is_searched_for_stands_in_no_log() {
        let filter = Filter {
            search: Words::from(" Ada  Lovelace "),
            ..any()
        };
        assert_eq!(filter.search.as_str(), "Ada Lovelace");
        assert!(!format!("{filter:?}").contains("Ada"));
        assert!(filter.parameters().contains(&("q", "Ada Lovelace".to_owned())));
    }
}
