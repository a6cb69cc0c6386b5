//! Finding conversations by what was said, who said it and where (`protocol.md` *Live chat*): each word that is looked for has to
//! stand in a message, in what is known of the visitor, or in the pages that the visitor has seen.
//!
//! | module | holds |
//! | --- | --- |
//! | `words` | which words a text holds: the one rule of the index and of what is looked for |
//! | [`query`] | what is looked for |
//! | [`index`] | writing the index |
//! | [`pages`] | the pages that visitors have seen |
//! | [`matches`], `snippet` | what was found, to be shown |
//! | [`backlog`] | indexing what is older than the index |
//!
//! Both databases hold the same words: SQLite in FTS5, Postgres in `tsvector`s, neither with a tokenizer or a dictionary of its
//! own.

pub mod backlog;
pub mod index;
pub mod matches;
pub mod pages;
pub mod query;
mod snippet;
mod words;

use sqlx::AssertSqlSafe;
use switchboard_contract::ids::AccountId;

use crate::db::{Dialect, Tx};
use crate::problem::ApiResult;
use query::Query;

/// Bits of a `search_messages.rowid` that hold the message's `seq`, below the conversation's number.
const SEQ_BITS: u32 = 24;

/// Whether the entries of an index, under the name `alias`, hold what a placeholder asks for.
fn holds(dialect: Dialect, index: &str, alias: &str, placeholder: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("{alias}.{index} MATCH {placeholder}"),
        Dialect::Postgres => format!("{alias}.words @@ CAST({placeholder} AS TSQUERY)"),
    }
}

/// A condition on a conversation `c`, with `?` for each of the texts that come with it.
pub struct Condition {
    /// The condition.
    pub sql: String,
    /// The texts.
    pub values: Vec<String>,
}

/// Conditions on a conversation `c` of an account, for each word that is looked for.
///
/// A word that few texts hold is looked up once; of a common one, each conversation that comes up in the list's order is asked
/// whether it holds it, since a page is soon full.
///
/// # Errors
/// The database's failure.
pub async fn conditions(tx: &mut Tx, account: AccountId, query: &Query) -> ApiResult<Vec<Condition>> {
    if query.terms.is_empty() {
        return Ok(vec![Condition {
            sql: "1 = 0".to_owned(),
            values: Vec::new(),
        }]);
    }
    let dialect = tx.dialect();
    let mut conditions = Vec::new();
    for term in &query.terms {
        let wanted = term.expression(dialect);
        let sql = if !term.is_slow(dialect) && is_common(tx, account, &wanted).await? {
            asked_each(dialect)
        } else {
            looked_up(dialect)
        };
        conditions.push(Condition {
            sql,
            values: vec![wanted.clone(), wanted],
        });
    }
    Ok(conditions)
}

/// The conversation is one of those whose texts or visitors the indexes name.
fn looked_up(dialect: Dialect) -> String {
    format!(
        "c.number IN (SELECT s.rowid >> {SEQ_BITS} FROM search_messages s WHERE {} \
         UNION SELECT sc.number FROM search_visitors s JOIN visitors sv ON sv.number = s.rowid \
         JOIN conversations sc ON sc.visitor_id = sv.id WHERE {})",
        holds(dialect, "search_messages", "s", "?"),
        holds(dialect, "search_visitors", "s", "?")
    )
}

/// One of the conversation's own entries, or its visitor's, holds the word.
fn asked_each(dialect: Dialect) -> String {
    // Postgres is not to look up every text first: it takes no index for this form.
    let each = |index| {
        let holds = holds(dialect, index, "s", "?");
        match dialect {
            Dialect::Sqlite => holds,
            Dialect::Postgres => format!("({holds}) IS TRUE"),
        }
    };
    format!(
        "(EXISTS (SELECT 1 FROM search_messages s WHERE {} AND s.rowid >= (c.number << {SEQ_BITS}) \
         AND s.rowid < ((c.number + 1) << {SEQ_BITS})) OR EXISTS (SELECT 1 FROM search_visitors s WHERE {} \
         AND s.rowid = (SELECT sv.number FROM visitors sv WHERE sv.id = c.visitor_id)))",
        each("search_messages"),
        each("search_visitors")
    )
}

/// Entries of which a word counts as common where they belong to many conversations.
const COMMON_ENTRIES: i64 = 10_000;
/// Conversations of the account among those entries, and visitors, of which a word counts as common.
const COMMON: i64 = 2_000;

/// Whether very many conversations of the account hold what is asked for.
async fn is_common(tx: &mut Tx, account: AccountId, wanted: &str) -> ApiResult<bool> {
    let dialect = tx.dialect();
    let of_visitors = format!(
        "SELECT COUNT(*) FROM (SELECT sv.id FROM search_visitors s JOIN visitors sv ON sv.number = s.rowid \
         WHERE {} AND sv.account_id = $2 LIMIT {COMMON}) f",
        holds(dialect, "search_visitors", "s", "$1")
    );
    let of_messages = format!(
        "SELECT COUNT(*) FROM conversations c WHERE c.account_id = $2 AND c.number IN \
         (SELECT f.number FROM (SELECT s.rowid >> {SEQ_BITS} AS number FROM search_messages s WHERE {} \
         LIMIT {COMMON_ENTRIES}) f)",
        holds(dialect, "search_messages", "s", "$1")
    );
    for sql in [of_visitors, of_messages] {
        let found: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(wanted.to_owned())
            .bind(account.to_string())
            .fetch_one(tx.conn())
            .await?;
        if found >= COMMON {
            return Ok(true);
        }
    }
    Ok(false)
}
