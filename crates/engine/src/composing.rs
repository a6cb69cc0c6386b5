//! What is typed into a text box, as far as it calls for help: `/` for canned replies, `@` for members, `:` for emoji; which
//! of those offered fit; and what a choice or a shortcut makes of the text. Places are bytes of the text; browsers count
//! UTF-16 units: [`byte_of`] and [`unit_of`] translate.

use std::ops::Range;

/// A query of more characters than this calls for nothing.
const MAX_QUERY_CHARS: usize = 40;
/// Fewest characters after `:`; with fewer it is a colon.
const LEAST_EMOJI_CHARS: usize = 2;

/// What a text calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Canned replies.
    Canned,
    /// Members of the team.
    Member,
    /// Emoji by name.
    Emoji,
}

/// A call for help at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// For what.
    pub kind: Kind,
    /// What stands for it, from its sign to the cursor.
    pub range: Range<usize>,
    /// What follows the sign.
    pub query: String,
}

/// What the text before a cursor calls for. The sign stands at the start of a word.
#[must_use]
pub fn call(text: &str, cursor: usize) -> Option<Call> {
    let before = text.get(..cursor)?;
    let (start, kind) = before
        .char_indices()
        .rev()
        .take(MAX_QUERY_CHARS + 1)
        .take_while(|(_, c)| *c != '\n')
        .find_map(|(at, c)| {
            let kind = match c {
                '/' => Kind::Canned,
                '@' => Kind::Member,
                ':' => Kind::Emoji,
                _ => return None,
            };
            let begins = before[..at]
                .chars()
                .next_back()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '>'));
            begins.then_some((at, kind))
        })?;
    let query = &before[start + 1..];
    let fits = match kind {
        Kind::Canned => query.chars().all(|c| c.is_alphanumeric() || c == '-'),
        // A name has several words.
        Kind::Member => !query.starts_with(char::is_whitespace) && !query.contains("  "),
        Kind::Emoji => {
            query.chars().count() >= LEAST_EMOJI_CHARS
                && query
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+'))
        }
    };
    fits.then(|| Call {
        kind,
        range: start..cursor,
        query: query.to_owned(),
    })
}

/// How well something fits a query, the less the better: by its short name, or by its words. `None` where it does not.
#[must_use]
pub fn rank(query: &str, short: &str, words: &str) -> Option<u32> {
    let [query, short, words] = [query, short, words].map(str::to_lowercase);
    let begins_word = || words.split_whitespace().any(|word| word.starts_with(&query));
    if short.starts_with(&query) {
        // The shorter one is the more exact.
        u32::try_from(short.chars().count()).ok()
    } else if words.starts_with(&query) || begins_word() {
        Some(1_000)
    } else if short.contains(&query) {
        Some(2_000)
    } else if words.contains(&query) {
        Some(3_000)
    } else if has_in_order(&query, &short) {
        Some(4_000)
    } else {
        None
    }
}

/// Those that fit a query, the best first and equals in their order; at most `most`.
pub fn best<'a, T>(
    query: &str,
    all: impl IntoIterator<Item = &'a T>,
    names: impl Fn(&T) -> (&str, &str),
    most: usize,
) -> Vec<&'a T> {
    let mut found: Vec<(u32, &T)> = all
        .into_iter()
        .filter_map(|one| {
            let (short, words) = names(one);
            Some((rank(query, short, words)?, one))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().take(most).map(|(_, one)| one).collect()
}

fn has_in_order(query: &str, text: &str) -> bool {
    let mut chars = text.chars();
    query.chars().all(|c| chars.any(|other| other == c))
}

/// A text after a change, and what is selected in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text.
    pub text: String,
    /// What is selected; empty where the cursor stands.
    pub selected: Range<usize>,
}

/// Puts `with` in the place of a range, and the cursor behind it. A range that is none of the text changes nothing.
#[must_use]
pub fn replace(text: &str, range: Range<usize>, with: &str) -> Edited {
    let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else {
        return Edited {
            text: text.to_owned(),
            selected: text.len()..text.len(),
        };
    };
    let cursor = before.len() + with.len();
    Edited {
        text: [before, with, after].concat(),
        selected: cursor..cursor,
    }
}

/// Puts `mark` around what is selected, as Markdown does, or takes it away where it stands there already.
#[must_use]
pub fn toggle_mark(text: &str, selected: Range<usize>, mark: &str) -> Edited {
    let (Some(before), Some(inside), Some(after)) = (
        text.get(..selected.start),
        text.get(selected.clone()),
        text.get(selected.end..),
    ) else {
        return replace(text, text.len()..text.len(), "");
    };
    // `**` ends with `*`, and is another mark.
    let stands = |side: &str| {
        let longer = [mark, mark].concat();
        mark.len() > 1 || !side.ends_with(&longer) && !side.starts_with(&longer)
    };
    if before.ends_with(mark) && after.starts_with(mark) && stands(before) && stands(after) {
        let start = before.len() - mark.len();
        return Edited {
            text: [&before[..start], inside, &after[mark.len()..]].concat(),
            selected: start..start + inside.len(),
        };
    }
    let start = before.len() + mark.len();
    Edited {
        text: [before, mark, inside, mark, after].concat(),
        selected: start..start + inside.len(),
    }
}

/// Where a text names someone as `@Name`, in bytes, and who that is. The longest name counts, and it ends where a word does.
#[must_use]
pub fn mentions<T: Copy>(text: &str, people: &[(T, &str)]) -> Vec<(Range<usize>, T)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let begins = text[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        let rest = &text[at + 1..];
        let named = people
            .iter()
            .filter(|(_, name)| begins && !name.is_empty() && rest.starts_with(name))
            .filter(|(_, name)| !rest[name.len()..].starts_with(char::is_alphanumeric))
            .max_by_key(|(_, name)| name.len());
        if let Some((who, name)) = named {
            found.push((at..at + 1 + name.len(), *who));
        }
    }
    found
}

/// The byte at which a browser's UTF-16 unit stands; the end of the text for one behind it.
#[must_use]
pub fn byte_of(text: &str, unit: u32) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= unit {
            return at;
        }
        units += if c.len_utf16() == 1 { 1 } else { 2 };
    }
    text.len()
}

/// The UTF-16 unit at which a byte stands.
#[must_use]
pub fn unit_of(text: &str, byte: usize) -> u32 {
    let units = text
        .char_indices()
        .take_while(|(at, _)| *at < byte)
        .map(|(_, c)| c.len_utf16())
        .sum::<usize>();
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn called(text: &str) -> Option<(Kind, String)> {
        call(text, text.len()).map(|call| (call.kind, call.query))
    }

    #[test]
    fn a_sign_at_the_start_of_a_word_calls() {
        let expect = |kind, query: &str| Some((kind, query.to_owned()));
        assert_eq!(called("/"), expect(Kind::Canned, ""));
        assert_eq!(called("Hi /ref"), expect(Kind::Canned, "ref"));
        assert_eq!(called("é\n/ref"), expect(Kind::Canned, "ref"));
        assert_eq!(called("see (@Mara Li"), expect(Kind::Member, "Mara Li"));
        assert_eq!(called("so :smi"), expect(Kind::Emoji, "smi"));
        for text in [
            "", "a", "1/2", "and/or", "/re fund", "http://x", "me@x", "@ x", "at 12:30", "x :", "x :)",
            "@a\nb",
        ] {
            assert_eq!(called(text), None, "{text}");
        }
        assert_eq!(call("/ref and more", 3).map(|call| call.range), Some(0..3));
        assert_eq!(call("é/", 1), None, "no place of the text");
    }

    #[test]
    fn the_best_fit_comes_first() {
        let all = [
            ("refund", "Money back"),
            ("hello", "Greeting"),
            ("re", "Answer"),
            ("help", "Where to find help"),
        ];
        let found = |query: &str| {
            best(query, &all, |(short, words)| (short, words), 9)
                .into_iter()
                .map(|(short, _)| *short)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("re"),
            ["re", "refund", "hello"],
            "by name, the exact one first, then in a title"
        );
        assert_eq!(found("BACK"), ["refund"]);
        assert_eq!(found("hp"), ["help"], "letters in their order");
        assert_eq!(found("zzz"), Vec::<&str>::new());
        assert_eq!(found("").len(), 4);
        assert_eq!(best("", &all, |(short, words)| (short, words), 2).len(), 2);
    }

    #[test]
    fn marks_are_put_around_and_taken_away() {
        let bold = toggle_mark("a word here", 2..6, "**");
        assert_eq!(
            (bold.text.as_str(), bold.selected.clone()),
            ("a **word** here", 4..8)
        );
        let plain = toggle_mark(&bold.text, bold.selected.clone(), "**");
        assert_eq!((plain.text.as_str(), plain.selected), ("a word here", 2..6));
        let both = toggle_mark(&bold.text, bold.selected, "*");
        assert_eq!(both.text, "a ***word*** here");
        let empty = toggle_mark("", 0..0, "**");
        assert_eq!((empty.text.as_str(), empty.selected), ("****", 2..2));
    }

    #[test]
    fn the_longest_name_is_meant() {
        let people = [(1, "Mara"), (2, "Mara Lindt"), (3, "Zoë")];
        let who = |text: &str| {
            mentions(text, &people)
                .into_iter()
                .map(|(range, who)| (text[range].to_owned(), who))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            who("@Mara Lindt, and @Mara!"),
            [("@Mara Lindt".to_owned(), 2), ("@Mara".to_owned(), 1)]
        );
        assert_eq!(who("(@Zoë)"), [("@Zoë".to_owned(), 3)]);
        for text in ["@Maras", "mail@Mara", "Mara", "@mara", "@"] {
            assert_eq!(who(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn places_are_translated_both_ways(text in ".*", part in 0.0..1.0_f64) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let byte = places[(part * places.len() as f64) as usize];
            prop_assert_eq!(byte_of(&text, unit_of(&text, byte)), byte);
        }

        #[test]
        fn nothing_panics(text in "[a-z/@: \\né*]{0,40}", from in 0..50_usize, length in 0..9_usize) {
            let _ = call(&text, from);
            let _ = toggle_mark(&text, from..from + length, "*");
            let edited = replace(&text, from..from + length, "x");
            prop_assert!(edited.text.is_char_boundary(edited.selected.start));
            let _ = mentions(&text, &[((), "a b")]);
        }
    }
}
