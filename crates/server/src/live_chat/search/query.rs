//! What is looked for: only words, whatever else stands in the text. Nothing of it reaches a query language but letters, digits
//! and their marks, in quotation marks.

use switchboard_contract::live_chat::MAX_SEARCH_CHARS;
use switchboard_contract::validate::Violation;

use super::words::{self, Piece};
use crate::db::Dialect;
use crate::problem::{ApiError, ApiResult};

/// Words that count; a longer text is found by its longest ones.
const MAX_TERMS: usize = 12;
/// Letters of the longest beginnings that FTS5 keeps a list of.
const LISTED_BEGINNING: usize = 5;

/// A word that has to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) piece: Piece,
    /// Whether it is the beginning of one: the last word, as one types. A single letter begins too many.
    pub(super) is_beginning: bool,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(super) terms: Vec<Term>,
}

impl Query {
    /// The words of `text`; none where it is blank. A text without a word asks for what no conversation holds.
    ///
    /// # Errors
    /// 422 for the field `q` of a text that is too long.
    pub fn parse(text: &str) -> ApiResult<Option<Self>> {
        if text.chars().count() > MAX_SEARCH_CHARS {
            return Err(ApiError::invalid_field("q", Violation::TooLong(MAX_SEARCH_CHARS)));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        let length = text.chars().count();
        let mut terms: Vec<Term> = Vec::new();
        for piece in words::pieces(text) {
            let is_last = piece.chars.last().is_some_and(|last| last.end == length);
            let term = Term {
                is_beginning: is_last && !piece.is_run && piece.chars.len() > 1,
                piece,
            };
            if !terms.iter().any(|known| known.says_the_same(&term)) {
                terms.push(term);
            }
        }
        // The longer a word, the fewer texts hold it.
        terms.sort_by_key(|term| std::cmp::Reverse(term.piece.chars.len()));
        terms.truncate(MAX_TERMS);
        Ok(Some(Self { terms }))
    }

    /// What each word asks of a text, one after the other.
    fn each(&self, dialect: Dialect) -> Vec<String> {
        self.terms.iter().map(|term| term.expression(dialect)).collect()
    }

    /// Whether one of the words is looked up slowly.
    pub(super) fn is_slow(&self, dialect: Dialect) -> bool {
        self.terms.iter().any(|term| term.is_slow(dialect))
    }

    /// Asks for texts that hold every word.
    pub(super) fn all(&self, dialect: Dialect) -> String {
        self.each(dialect).join(and(dialect))
    }

    /// Asks for texts that hold one of the words.
    pub(super) fn any(&self, dialect: Dialect) -> String {
        let each = self.each(dialect).into_iter();
        let each: Vec<String> = each.map(|expression| format!("({expression})")).collect();
        each.join(match dialect {
            Dialect::Sqlite => " OR ",
            Dialect::Postgres => " | ",
        })
    }
}

const fn and(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    }
}

impl Term {
    fn says_the_same(&self, other: &Self) -> bool {
        self.is_beginning == other.is_beginning && self.piece.wanted() == other.piece.wanted()
    }

    /// Whether each look at the index goes through every word with this beginning: FTS5 keeps lists of short beginnings only
    /// (`prefix` of the tables).
    pub(super) fn is_slow(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Sqlite && self.is_beginning && self.piece.chars.len() > LISTED_BEGINNING
    }

    /// In the language of FTS5, or of `tsquery`.
    pub(super) fn expression(&self, dialect: Dialect) -> String {
        let words: Vec<String> = self
            .piece
            .wanted()
            .into_iter()
            .map(|word| match (dialect, self.is_beginning) {
                (Dialect::Sqlite, false) => format!("\"{word}\""),
                (Dialect::Sqlite, true) => format!("\"{word}\"*"),
                (Dialect::Postgres, false) => format!("'{word}'"),
                (Dialect::Postgres, true) => format!("'{word}':*"),
            })
            .collect();
        words.join(and(dialect))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text).expect("short enough").expect("not blank")
    }

    #[test]
    fn the_last_word_is_a_beginning_until_something_follows() {
        assert_eq!(query("Blue tén").all(Dialect::Sqlite), "\"blue\" AND \"ten\"*");
        assert_eq!(query("Blue tén").all(Dialect::Postgres), "'blue' & 'ten':*");
        assert_eq!(query("tents ").all(Dialect::Sqlite), "\"tents\"");
        assert_eq!(query("t").all(Dialect::Sqlite), "\"t\"");
    }

    #[test]
    fn pairs_of_a_run_belong_to_one_text() {
        let query = query("在庫は tents");
        assert_eq!(query.any(Dialect::Postgres), "('tents':*) | ('在庫' & '庫は')");
        assert_eq!(query.each(Dialect::Sqlite).len(), 2);
    }

    #[test]
    fn blank_is_nothing_and_signs_find_nothing() {
        assert_eq!(Query::parse("  \t").expect("short"), None);
        assert_eq!(query("?!* \"").terms, []);
    }

    #[test]
    fn repeats_count_once_and_there_are_few() {
        assert_eq!(query("tent Tent TENT ").terms.len(), 1);
        let many: String = ('a'..='z').map(|letter| format!("{letter}{letter} ")).collect();
        assert_eq!(query(&many).terms.len(), MAX_TERMS);
    }

    #[test]
    fn too_long_is_refused() {
        assert!(Query::parse(&"é".repeat(MAX_SEARCH_CHARS)).is_ok());
        assert!(Query::parse(&"é".repeat(MAX_SEARCH_CHARS + 1)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_but_words_reaches_the_database(text in "\\PC{0,100}") {
            let Some(query) = Query::parse(&text).expect("short enough") else { return Ok(()) };
            for term in &query.terms {
                for word in term.piece.wanted() {
                    prop_assert!(!word.is_empty());
                    prop_assert!(word.chars().all(|char| !char.is_ascii() || char.is_ascii_alphanumeric()), "{word}");
                    prop_assert!(!word.contains(char::is_whitespace), "{word}");
                }
            }
        }
    }
}
