//! The list of common passwords, searched where it lies: nothing is copied or parsed at start.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A repeated piece shorter than this makes a password common, whatever the piece.
const SHORT_UNIT: usize = 4;

/// Common passwords and words: lines in byte order, lower case, as in `assets/common-passwords.txt`.
///
/// The server has the list built in; the dashboard fetches it when a form with a new password opens. [`Common::none`]
/// stands in until then: the meter is a little too kind for a moment, the server is not.
#[derive(Clone, Debug)]
pub struct Common(Cow<'static, str>);

impl Common {
    /// The list `text`. It must be sorted by bytes; lines out of order are not found.
    #[must_use]
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }

    /// No list.
    #[must_use]
    pub const fn none() -> Self {
        Self(Cow::Borrowed(""))
    }

    /// Whether `password` is one of the list, without regard to case, to digits and punctuation around it, to usual
    /// replacements of letters (`p@ssw0rd`), or to repetition.
    #[must_use]
    pub fn holds(&self, password: &str) -> bool {
        let folded = password.to_lowercase();
        let unit = repeated_unit(&folded);
        (unit.len() < folded.len() && unit.chars().count() < SHORT_UNIT)
            || self.holds_dressed(&folded)
            || self.holds_dressed(unit)
    }

    fn holds_dressed(&self, folded: &str) -> bool {
        // `p@ssw0rd1` loses its end before `1` is read as a letter; `$unshine` is read before it loses its front.
        self.holds_line(folded)
            || self.holds_line(undressed(folded))
            || self.holds_line(&unreplaced(undressed(folded)))
            || self.holds_line(undressed(&unreplaced(folded)))
    }

    /// Whether `line` is one of the list, exactly.
    #[must_use]
    pub(super) fn holds_line(&self, line: &str) -> bool {
        if line.is_empty() {
            return false;
        }
        let text = self.0.as_bytes();
        let (mut low, mut high) = (0, text.len());
        // Binary search by bytes: `low` is the start of a line, `high` is one or the end.
        while low < high {
            let middle = low.midpoint(high);
            let start = text[..middle]
                .iter()
                .rposition(|b| *b == b'\n')
                .map_or(0, |at| at + 1);
            let end = text[middle..]
                .iter()
                .position(|b| *b == b'\n')
                .map_or(text.len(), |at| middle + at);
            match text[start..end].cmp(line.as_bytes()) {
                Ordering::Equal => return true,
                Ordering::Less => low = (end + 1).min(text.len()),
                Ordering::Greater => high = start,
            }
        }
        false
    }
}

/// Without the digits and punctuation at both ends.
fn undressed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic())
}

/// With the usual replacements taken back.
pub(super) fn unreplaced(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// The shortest piece that `text` repeats; `text` itself when it repeats none.
pub(super) fn repeated_unit(text: &str) -> &str {
    let bytes = text.as_bytes();
    (1..=bytes.len() / 2)
        .filter(|length| bytes.len().is_multiple_of(*length) && text.is_char_boundary(*length))
        .find(|length| bytes.chunks(*length).all(|chunk| chunk == &bytes[..*length]))
        .map_or(text, |length| &text[..length])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHIPPED: &str = include_str!("../../../../assets/common-passwords.txt");

    pub(crate) fn shipped() -> Common {
        Common::new(SHIPPED)
    }

    #[test]
    fn the_shipped_list_is_sorted_lower_case_and_found() {
        let lines: Vec<&str> = SHIPPED.lines().collect();
        assert!(lines.len() > 5_000, "{} lines", lines.len());
        assert!(lines.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
        let common = shipped();
        for line in lines {
            assert_eq!(line, line.to_lowercase());
            assert!(common.holds_line(line), "{line}");
            assert!(common.holds(line), "{line}");
        }
    }

    #[test]
    fn repetition_is_seen_through() {
        assert_eq!(repeated_unit("abcabc"), "abc");
        assert_eq!(repeated_unit("aaaa"), "a");
        assert_eq!(repeated_unit("abab1"), "abab1");
        assert_eq!(repeated_unit("ééé"), "é");
        assert_eq!(repeated_unit(""), "");
    }

    #[test]
    fn no_list_holds_no_word() {
        assert!(!Common::none().holds("password1234"));
        assert!(Common::none().holds("aaaaaaaaaaaa"), "repetition needs no list");
    }

    proptest! {
        #[test]
        fn found_exactly_when_a_line(lines in proptest::collection::btree_set("[a-z]{1,4}", 0..20), word in "[a-z]{1,4}") {
            let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            prop_assert_eq!(Common::new(text).holds_line(&word), lines.contains(&word));
        }

        #[test]
        fn takes_any_text(text in ".*") {
            let _ = shipped().holds(&text);
        }
    }
}
