//! The orders of a list of conversations, and where its next page begins.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ListSort, LiveChatConversation, Priority};

use crate::auth::keys;
use crate::problem::{ApiError, ApiResult};

/// The rank of a priority, the most urgent last; indexed in these words.
const RANK: &str = "(CASE c.priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'low' THEN 0 ELSE 1 END)";

/// The last item of a page, in its list's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(default)]
    sort: ListSort,
    #[serde(default)]
    rank: i64,
    at: i64,
    id: ConversationId,
}

impl Cursor {
    /// The place after `item`.
    pub(super) fn after(sort: ListSort, item: &LiveChatConversation) -> Self {
        let at = match sort {
            ListSort::Waiting => item.waiting_since.unwrap_or(item.last_message_at),
            _ => item.last_message_at,
        };
        Self {
            sort,
            rank: rank(item.priority),
            at: at.as_millis(),
            id: item.id,
        }
    }

    pub(super) fn encode(self) -> ApiResult<String> {
        Ok(keys::encode(&serde_json::to_vec(&self)?))
    }

    /// A cursor of a list in this order.
    ///
    /// # Errors
    /// 400 of any other text.
    pub(super) fn decode(text: &str, sort: ListSort) -> ApiResult<Self> {
        keys::decode_any(text)
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok())
            .filter(|cursor| cursor.sort == sort)
            .ok_or_else(|| {
                ApiError::bad_parameter("cursor", "expected the nextCursor of a page in the same order.")
            })
    }

    /// The condition on what comes after it, with `?` for each of the values.
    pub(super) fn condition(self) -> (String, Vec<i64>, ConversationId) {
        let (sql, values) = match self.sort {
            ListSort::Oldest => ("(c.last_message_at, c.id) > (?, ?)".to_owned(), vec![self.at]),
            ListSort::Waiting => ("(c.waiting_since, c.id) > (?, ?)".to_owned(), vec![self.at]),
            ListSort::Priority => (
                format!("({RANK}, c.last_message_at, c.id) < (?, ?, ?)"),
                vec![self.rank, self.at],
            ),
            ListSort::Newest | ListSort::Unknown => {
                ("(c.last_message_at, c.id) < (?, ?)".to_owned(), vec![self.at])
            }
        };
        (sql, values, self.id)
    }
}

const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 3,
        Priority::High => 2,
        Priority::Low => 0,
        Priority::Normal | Priority::Unknown => 1,
    }
}

/// What an order leaves out, where it does.
pub(super) const fn only(sort: ListSort) -> Option<&'static str> {
    match sort {
        ListSort::Waiting => Some("c.waiting_since IS NOT NULL"),
        _ => None,
    }
}

/// What stands after `ORDER BY`.
pub(super) fn by(sort: ListSort) -> String {
    match sort {
        ListSort::Oldest => "c.last_message_at, c.id".to_owned(),
        ListSort::Waiting => "c.waiting_since, c.id".to_owned(),
        ListSort::Priority => format!("{RANK} DESC, c.last_message_at DESC, c.id DESC"),
        ListSort::Newest | ListSort::Unknown => "c.last_message_at DESC, c.id DESC".to_owned(),
    }
}
