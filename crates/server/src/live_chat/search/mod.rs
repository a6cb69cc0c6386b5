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

use crate::db::Dialect;

/// Bits of a `search_messages.rowid` that hold the message's `seq`, below the conversation's number.
const SEQ_BITS: u32 = 24;

/// Whether the entries of an index, under the name `alias`, hold what a placeholder asks for.
fn holds(dialect: Dialect, index: &str, alias: &str, placeholder: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("{alias}.{index} MATCH {placeholder}"),
        Dialect::Postgres => format!("{alias}.words @@ CAST({placeholder} AS TSQUERY)"),
    }
}

/// A condition on a conversation `c`, for each word that is looked for, with `?` for each of the texts that come with it.
pub fn conditions(dialect: Dialect, query: &query::Query) -> Vec<(String, Vec<String>)> {
    if query.terms.is_empty() {
        return vec![("1 = 0".to_owned(), Vec::new())];
    }
    let condition = format!(
        "c.number IN (SELECT s.rowid >> {SEQ_BITS} FROM search_messages s WHERE {} \
         UNION SELECT sc.number FROM search_visitors s JOIN visitors sv ON sv.number = s.rowid \
         JOIN conversations sc ON sc.visitor_id = sv.id WHERE {})",
        holds(dialect, "search_messages", "s", "?"),
        holds(dialect, "search_visitors", "s", "?")
    );
    let each = query.each(dialect).into_iter();
    each.map(|wanted| (condition.clone(), vec![wanted.clone(), wanted]))
        .collect()
}
