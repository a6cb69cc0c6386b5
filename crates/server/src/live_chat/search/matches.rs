//! What was found in the conversations of one page, for people to see why it is there.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{ConversationId, MessageId, VisitorId};
use switchboard_contract::live_chat::{FoundIn, LiveChatConversation, LiveChatUser, SearchMatch, Visibility};

use super::query::Query;
use super::snippet::{self, Snippet};
use super::{SEQ_BITS, holds, pages};
use crate::db::{Tx, columns, lists};
use crate::problem::ApiResult;

/// What was found in each of the conversations, in their order.
///
/// # Errors
/// The database's failure.
pub async fn of(
    tx: &mut Tx,
    query: &Query,
    conversations: &[LiveChatConversation],
) -> ApiResult<Vec<SearchMatch>> {
    if query.terms.is_empty() || conversations.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ConversationId> = conversations.iter().map(|conversation| conversation.id).collect();
    let mut messages = messages(tx, query, &ids).await?;
    let others: Vec<VisitorId> = conversations
        .iter()
        .filter(|conversation| !messages.contains_key(&conversation.id))
        .map(|conversation| conversation.user_id)
        .collect();
    let pages = pages_of(tx, &others).await?;
    let found = conversations.iter().filter_map(|conversation| {
        messages.remove(&conversation.id).or_else(|| {
            let pages = pages.get(&conversation.user_id).map_or(&[][..], Vec::as_slice);
            let (found_in, Snippet { text, marks }) = in_visitor(query, &conversation.user, pages)?;
            Some(SearchMatch {
                conversation_id: conversation.id,
                found_in,
                message_id: None,
                seq: None,
                snippet: text,
                marks,
            })
        })
    });
    Ok(found.collect())
}

/// The newest message of each that holds every word, or else one of them.
async fn messages(
    tx: &mut Tx,
    query: &Query,
    conversations: &[ConversationId],
) -> ApiResult<HashMap<ConversationId, SearchMatch>> {
    let dialect = tx.dialect();
    let is_slow = query.is_slow(dialect);
    let newest = |place: usize| {
        if is_slow {
            return format!("(SELECT k.found FROM known{place} k WHERE k.number = c.number)");
        }
        format!(
            "(SELECT s.rowid FROM search_messages s WHERE {} AND s.rowid >= (c.number << {SEQ_BITS}) \
             AND s.rowid < ((c.number + 1) << {SEQ_BITS}) ORDER BY s.rowid DESC LIMIT 1)",
            holds(dialect, "search_messages", "s", &format!("${place}"))
        )
    };
    // What is slow to look up is looked up once for all of them.
    let known = |place: usize, ids: &str| {
        format!(
            "known{place} AS MATERIALIZED (SELECT s.rowid >> {SEQ_BITS} AS number, MAX(s.rowid) AS found \
             FROM search_messages s WHERE {} AND s.rowid >> {SEQ_BITS} IN (SELECT number FROM conversations \
             WHERE id IN ({ids})) GROUP BY s.rowid >> {SEQ_BITS})",
            holds(dialect, "search_messages", "s", &format!("${place}"))
        )
    };
    let mut found = HashMap::new();
    for ids in lists::chunks(conversations) {
        let places: Vec<String> = (3..ids.len() + 3).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let first = if is_slow {
            format!("WITH {}, {} ", known(1, &places), known(2, &places))
        } else {
            String::new()
        };
        let sql = format!(
            "{first}SELECT m.conversation_id, m.id, m.seq, m.visibility, m.content FROM (\
             SELECT c.id, COALESCE({}, {}) AS found FROM conversations c WHERE c.id IN ({places})) f \
             JOIN messages m ON m.conversation_id = f.id AND m.seq = (f.found & {})",
            newest(1),
            newest(2),
            (1_i64 << SEQ_BITS) - 1
        );
        let mut statement = sqlx::query(AssertSqlSafe(sql))
            .bind(query.all(dialect))
            .bind(query.any(dialect));
        for id in &ids {
            statement = statement.bind(id.to_string());
        }
        for row in statement.fetch_all(tx.conn()).await? {
            let content: String = row.try_get("content")?;
            let Some(Snippet { text, marks }) = snippet::of(&content, query) else {
                continue;
            };
            let conversation_id: ConversationId = columns::id(&row, "conversation_id")?;
            let message_id: MessageId = columns::id(&row, "id")?;
            let visibility: Visibility = columns::word(&row, "visibility")?;
            let known = SearchMatch {
                conversation_id,
                found_in: match visibility {
                    Visibility::Public => FoundIn::Message,
                    Visibility::Internal => FoundIn::Note,
                },
                message_id: Some(message_id),
                seq: Some(columns::count(&row, "seq")?),
                snippet: text,
                marks,
            };
            found.insert(conversation_id, known);
        }
    }
    Ok(found)
}

/// The pages that visitors have seen: addresses and titles.
async fn pages_of(tx: &mut Tx, visitors: &[VisitorId]) -> ApiResult<HashMap<VisitorId, Vec<String>>> {
    let mut found = HashMap::new();
    for ids in lists::chunks(visitors) {
        let sql = format!(
            "SELECT visitor_id, pages FROM pages_seen WHERE visitor_id IN ({})",
            lists::places(&ids)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        for row in query.fetch_all(tx.conn()).await? {
            let stored: String = row.try_get("pages")?;
            found.insert(
                columns::id(&row, "visitor_id")?,
                pages::texts(Some(&stored))?.collect(),
            );
        }
    }
    Ok(found)
}

/// The first of what is known of a visitor that holds one of the words.
fn in_visitor(query: &Query, user: &LiveChatUser, pages: &[String]) -> Option<(FoundIn, Snippet)> {
    let known = [
        (FoundIn::Name, user.name.as_deref()),
        (FoundIn::Email, user.email.as_deref()),
        (FoundIn::Phone, user.phone.as_deref()),
    ];
    let known = known
        .into_iter()
        .filter_map(|(found_in, text)| Some((found_in, text?)));
    let pages = pages.iter().map(|text| (FoundIn::Page, text.as_str()));
    known
        .chain(pages)
        .find_map(|(found_in, text)| Some((found_in, snippet::of(text, query)?)))
}
