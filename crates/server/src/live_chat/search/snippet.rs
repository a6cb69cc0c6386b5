//! A piece of a text around what was found in it.

use switchboard_contract::live_chat::Mark;

use super::query::{Query, Term};
use super::words::{self, Piece};

/// Characters of a snippet, but for the signs that something was left out.
const LENGTH: usize = 140;
/// Characters before the first mark.
const BEFORE: usize = 40;
/// Stands where something was left out.
const LEFT_OUT: char = '…';

/// A piece of a text with marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(super) text: String,
    pub(super) marks: Vec<Mark>,
}

/// The piece of `text` around the first of the words; none where it holds none of them.
pub(super) fn of(text: &str, query: &Query) -> Option<Snippet> {
    let mut found: Vec<(usize, usize)> = words::pieces(text)
        .iter()
        .flat_map(|piece| query.terms.iter().flat_map(|term| within(piece, term)))
        .collect();
    found.sort_unstable();
    let (first, _) = *found.first()?;
    let chars: Vec<char> = text.chars().collect();
    // What was found near the end may have as much before it as fits.
    let start = first
        .saturating_sub(BEFORE)
        .min(chars.len().saturating_sub(LENGTH).min(first));
    let start = at_a_word(&chars, start, first);
    let end = (start + LENGTH).min(chars.len());
    let mut piece = String::new();
    let is_cut = start > 0;
    if is_cut {
        piece.push(LEFT_OUT);
    }
    // In one line, and nothing that changes what stands around it.
    piece.extend(
        chars[start..end]
            .iter()
            .map(|char| if char.is_control() { ' ' } else { *char }),
    );
    if end < chars.len() {
        piece.push(LEFT_OUT);
    }
    let offset =
        |at: usize| u32::try_from(at.clamp(start, end) - start + usize::from(is_cut)).unwrap_or(u32::MAX);
    let mut marks: Vec<Mark> = Vec::new();
    for (from, to) in found {
        let (start, end) = (offset(from), offset(to));
        match marks.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ if start < end => marks.push(Mark { start, end }),
            _ => {}
        }
    }
    Some(Snippet { text: piece, marks })
}

/// Where a term stands in a piece, in characters of the text.
fn within(piece: &Piece, term: &Term) -> Vec<(usize, usize)> {
    let wanted = &term.piece.chars;
    let same = |at: usize| {
        piece.chars[at..]
            .iter()
            .zip(wanted)
            .all(|(folded, wanted)| folded.char == wanted.char)
    };
    let span = |at: usize| (piece.chars[at].start, piece.chars[at + wanted.len() - 1].end);
    if piece.is_run != term.piece.is_run || wanted.is_empty() || piece.chars.len() < wanted.len() {
        return Vec::new();
    }
    if piece.is_run {
        (0..=piece.chars.len() - wanted.len())
            .filter(|at| same(*at))
            .map(span)
            .collect()
    } else if same(0) && (term.is_beginning || piece.chars.len() == wanted.len()) {
        vec![span(0)]
    } else {
        Vec::new()
    }
}

/// The beginning of a word between `start` and `first`, where there is one.
fn at_a_word(chars: &[char], start: usize, first: usize) -> usize {
    if start == 0 {
        return 0;
    }
    (start..first)
        .find(|at| chars[at - 1].is_whitespace())
        .unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(text: &str, wanted: &str) -> Option<Snippet> {
        of(text, &Query::parse(wanted).expect("short").expect("words"))
    }

    /// The marked parts.
    fn marked(snippet: &Snippet) -> Vec<String> {
        let part = |mark: &Mark| {
            let chars = snippet.text.chars();
            chars
                .skip(mark.start as usize)
                .take((mark.end - mark.start) as usize)
                .collect()
        };
        snippet.marks.iter().map(part).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked_as_it_was_written() {
        let found = find("Où est l'Écharpe? ÉCHARPES!", "echarpe").expect("found");
        assert_eq!(found.text, "Où est l'Écharpe? ÉCHARPES!");
        assert_eq!(marked(&found), ["Écharpe", "ÉCHARPE"]);
        assert_eq!(find("scarf", "car"), None);
        assert_eq!(
            marked(&find("scarf tent", "tent sca").expect("found")),
            ["sca", "tent"]
        );
    }

    #[test]
    fn runs_are_found_inside() {
        let found = find("こんにちは、在庫はありますか？", "在庫").expect("found");
        assert_eq!(marked(&found), ["在庫"]);
    }

    #[test]
    fn long_texts_are_cut_around_it() {
        let text = format!("{}needle {}", "hay ".repeat(500), "straw ".repeat(500));
        let found = find(&text, "needle").expect("found");
        assert!(found.text.starts_with("…hay "), "{}", found.text);
        assert!(found.text.ends_with('…'));
        assert!(found.text.chars().count() <= LENGTH + 2);
        assert_eq!(marked(&found), ["needle"]);
    }

    #[test]
    fn it_is_one_line() {
        assert_eq!(find("a\nneedle\tb", "needle").expect("found").text, "a needle b");
    }

    proptest! {
        #[test]
        fn marks_stand_inside_and_apart(text in "[a-cé \n在庫]{0,400}", wanted in "[a-cé 在庫]{1,20}") {
            let Some(query) = Query::parse(&wanted).expect("short") else { return Ok(()) };
            let Some(found) = of(&text, &query) else { return Ok(()) };
            let length = u32::try_from(found.text.chars().count()).expect("short");
            let mut last = 0;
            prop_assert!(!found.marks.is_empty());
            for mark in &found.marks {
                prop_assert!(mark.start < mark.end && mark.end <= length);
                prop_assert!(last == 0 || mark.start > last);
                last = mark.end;
            }
        }
    }
}
