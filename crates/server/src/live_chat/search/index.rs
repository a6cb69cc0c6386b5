//! What the index holds: an entry a message (but the server's notices), and one a visitor with name, addresses and the pages
//! seen. Entries are written in the transaction that writes what they are made of, and go with it.

use std::collections::{BTreeSet, HashMap};

use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{ConversationId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::MessageType;

use super::{SEQ_BITS, pages, words};
use crate::db::{Dialect, Tx, columns, lists};
use crate::problem::ApiResult;

/// Entries that one statement writes at most.
const ROWS: usize = 250;

/// A message to be found.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Where it stands.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: u64,
    /// From whom.
    pub kind: MessageType,
    /// Its text.
    pub content: &'a str,
}

impl Said<'_> {
    const fn is_by_a_person(&self) -> bool {
        matches!(self.kind, MessageType::Bot | MessageType::User)
    }
}

/// Writes the entries of messages, again and again the same. Their conversations are stored.
///
/// # Errors
/// The database's failure.
pub async fn messages(tx: &mut Tx, said: &[Said<'_>]) -> ApiResult<()> {
    let conversations: BTreeSet<String> = said.iter().map(|said| said.conversation.to_string()).collect();
    let numbers = numbers(tx, "conversations", conversations).await?;
    let mut entries = Vec::new();
    for said in said.iter().filter(|said| said.is_by_a_person()) {
        if let Some(number) = numbers.get(&said.conversation.to_string()) {
            let row = (number << SEQ_BITS) + columns::to_count(said.seq)?;
            entries.push((row, words::indexed([said.content])));
        }
    }
    put(tx, "search_messages", entries).await
}

/// Writes the entries of visitors anew: call it whenever a name, an address or a telephone number has changed.
///
/// # Errors
/// The database's failure.
pub async fn visitors(tx: &mut Tx, ids: &[VisitorId]) -> ApiResult<()> {
    for ids in lists::chunks(ids) {
        let sql = format!(
            "SELECT v.number, v.name, v.email, v.phone, p.pages FROM visitors v \
             LEFT JOIN pages_seen p ON p.visitor_id = v.id WHERE v.id IN ({})",
            lists::places(&ids)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        let mut entries = Vec::new();
        for row in query.fetch_all(tx.conn()).await? {
            let known = ["name", "email", "phone"].map(|column| row.try_get::<Option<String>, _>(column));
            let mut texts = known.into_iter().collect::<Result<Vec<_>, _>>()?;
            let seen: Option<String> = row.try_get("pages")?;
            texts.extend(pages::texts(seen.as_deref())?.map(Some));
            let words = words::indexed(texts.iter().flatten().map(String::as_str));
            entries.push((row.try_get("number")?, words));
        }
        put(tx, "search_visitors", entries).await?;
    }
    Ok(())
}

/// Takes the entries of a conversation that is about to be deleted.
///
/// # Errors
/// The database's failure.
pub async fn forget_conversation(tx: &mut Tx, id: ConversationId) -> ApiResult<()> {
    let number: Option<i64> = sqlx::query_scalar("SELECT number FROM conversations WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    if let Some(number) = number {
        sqlx::query("DELETE FROM search_messages WHERE rowid >= $1 AND rowid < $2")
            .bind(number << SEQ_BITS)
            .bind((number + 1) << SEQ_BITS)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Takes the entries of visitors who are about to be deleted: all of a website's.
///
/// # Errors
/// The database's failure.
pub async fn forget_visitors_of(tx: &mut Tx, website: WebsiteId) -> ApiResult<()> {
    sqlx::query(
        "DELETE FROM search_visitors WHERE rowid IN (SELECT number FROM visitors WHERE website_id = $1)",
    )
    .bind(website.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the entry of a visitor who is about to be deleted.
///
/// # Errors
/// The database's failure.
pub async fn forget_visitor(tx: &mut Tx, id: VisitorId) -> ApiResult<()> {
    sqlx::query("DELETE FROM search_visitors WHERE rowid IN (SELECT number FROM visitors WHERE id = $1)")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The numbers of rows of a table, by id.
async fn numbers(tx: &mut Tx, table: &str, ids: BTreeSet<String>) -> ApiResult<HashMap<String, i64>> {
    let mut numbers = HashMap::new();
    let ids: Vec<String> = ids.into_iter().collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for ids in lists::chunks(&ids) {
        let sql = format!(
            "SELECT id, number FROM {table} WHERE id IN ({})",
            lists::places(&ids)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind((*id).to_owned());
        }
        for row in query.fetch_all(tx.conn()).await? {
            numbers.insert(row.try_get("id")?, row.try_get("number")?);
        }
    }
    Ok(numbers)
}

/// Writes entries in place of those that stand there. One without words is taken away.
async fn put(tx: &mut Tx, table: &str, entries: Vec<(i64, BTreeSet<String>)>) -> ApiResult<()> {
    let (full, empty): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, words)| !words.is_empty());
    for (row, _) in empty {
        let sql = format!("DELETE FROM {table} WHERE rowid = $1");
        sqlx::query(AssertSqlSafe(sql))
            .bind(row)
            .execute(tx.conn())
            .await?;
    }
    let dialect = tx.dialect();
    for chunk in full.chunks(ROWS) {
        let places: Vec<String> = (0..chunk.len())
            .map(|n| match dialect {
                Dialect::Sqlite => format!("(${}, ${})", 2 * n + 1, 2 * n + 2),
                Dialect::Postgres => format!("(${}, CAST(${} AS TSVECTOR))", 2 * n + 1, 2 * n + 2),
            })
            .collect();
        let places = places.join(", ");
        let sql = match dialect {
            Dialect::Sqlite => format!("INSERT OR REPLACE INTO {table} (rowid, words) VALUES {places}"),
            Dialect::Postgres => format!(
                "INSERT INTO {table} (rowid, words) VALUES {places} \
                 ON CONFLICT (rowid) DO UPDATE SET words = EXCLUDED.words"
            ),
        };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (row, words) in chunk {
            query = query.bind(*row).bind(entry(dialect, words));
        }
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// Words as either index takes them.
fn entry(dialect: Dialect, words: &BTreeSet<String>) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| match dialect {
            Dialect::Sqlite => word.clone(),
            Dialect::Postgres => format!("'{word}'"),
        })
        .collect();
    words.join(" ")
}
