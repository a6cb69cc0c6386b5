//! How hard a password is to guess, without a dictionary of a megabyte: it is cut into pieces that guessing programs
//! know (common words, repeats, runs on the keyboard, years, the person's own names), and only the rest counts fully.

use super::common::{repeated_unit, unreplaced};
use super::{Common, Personal, check, personal_parts};
use crate::validate::Violation;

/// The best score.
pub const MAX_SCORE: u8 = 4;

/// What would make the password better, or that nothing needs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It breaks the rule for new passwords: it will be refused.
    Refused(Violation),
    /// Most of it is common words.
    CommonWords,
    /// Most of it is the person's own names.
    OwnNames,
    /// Most of it repeats.
    Repeats,
    /// Most of it runs along the alphabet, the digits or the keyboard.
    Sequence,
    /// Most of it is a year.
    Year,
    /// Nothing is wrong with it; more characters or words would make it stronger.
    Longer,
    /// Hard to guess.
    Strong,
}

/// An estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Strength {
    /// From 0 (refused) to [`MAX_SCORE`].
    pub score: u8,
    /// What to say about it.
    pub reason: Reason,
}

/// Bits of guessing work from which scores 2, 3 and 4 begin.
const SCORES: [f64; 3] = [28.0, 40.0, 52.0];
/// A word of the list costs a guessing program about this much: the list has 2^13 lines at most.
const WORD_BITS: f64 = 11.0;
/// A name that the person gave costs next to nothing.
const NAME_BITS: f64 = 3.0;
/// One of 120 years.
const YEAR_BITS: f64 = 7.0;
/// Longer pieces are not looked up.
const MAX_WORD: usize = 24;
/// Shortest word, run or repeat that counts as one piece.
const MIN_WORD: usize = 4;
const MIN_RUN: usize = 3;

const ROWS: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
];

/// What a piece of a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Word,
    Name,
    Repeat,
    Run,
    Year,
    Free,
}

/// Estimates `text`; pure, and quick enough for every key press.
#[must_use]
pub fn strength(text: &str, personal: &Personal<'_>, common: &Common) -> Strength {
    if let Err(violation) = check(text, personal, common) {
        return Strength {
            score: 0,
            reason: Reason::Refused(violation),
        };
    }
    let names = personal_parts(personal);
    let pieces = cut(text, &names, common);
    let bits: f64 = pieces.iter().map(|(_, _, bits)| bits).sum();
    let score = 1 + SCORES.iter().map(|least| u8::from(bits >= *least)).sum::<u8>();
    Strength {
        score,
        reason: if score == MAX_SCORE {
            Reason::Strong
        } else {
            blame(&pieces)
        },
    }
}

/// The kind of piece that most characters are wasted on; at least a third of them, else length is what is missing.
fn blame(pieces: &[(Piece, usize, f64)]) -> Reason {
    let total: usize = pieces.iter().map(|(_, length, _)| length).sum();
    let wasted = |kind: Piece| -> usize {
        pieces
            .iter()
            .filter(|(piece, _, _)| *piece == kind)
            .map(|(_, length, _)| length)
            .sum()
    };
    [
        (Piece::Name, Reason::OwnNames),
        (Piece::Word, Reason::CommonWords),
        (Piece::Repeat, Reason::Repeats),
        (Piece::Run, Reason::Sequence),
        (Piece::Year, Reason::Year),
    ]
    .into_iter()
    .map(|(kind, reason)| (wasted(kind), reason))
    .filter(|(length, _)| length * 3 >= total)
    .max_by_key(|(length, _)| *length)
    .map_or(Reason::Longer, |(_, reason)| reason)
}

/// Cuts from left to right, the longest known piece at each place; gives kind, length in characters and bits.
fn cut(text: &str, names: &[String], common: &Common) -> Vec<(Piece, usize, f64)> {
    let original: Vec<char> = text.chars().collect();
    let folded: Vec<char> = original
        .iter()
        .map(|c| c.to_lowercase().next().unwrap_or(*c))
        .collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = folded.get(at..).filter(|rest| !rest.is_empty()) {
        let (kind, length, mut bits) =
            known(rest, names, common).unwrap_or((Piece::Free, 1, free_bits(rest[0])));
        // Capitals double the work once or twice, not once a letter.
        if kind != Piece::Free && original[at..at + length] != folded[at..at + length] {
            bits += 1.5;
        }
        pieces.push((kind, length, bits));
        at += length;
    }
    pieces
}

/// The longest known piece at the start of `rest`.
fn known(rest: &[char], names: &[String], common: &Common) -> Option<(Piece, usize, f64)> {
    [
        name(rest, names),
        word(rest, common),
        repeat(rest),
        run(rest),
        year(rest),
    ]
    .into_iter()
    .flatten()
    .max_by_key(|(_, length, _)| *length)
}

fn name(rest: &[char], names: &[String]) -> Option<(Piece, usize, f64)> {
    names
        .iter()
        .filter(|name| name.chars().eq(rest.iter().copied().take(name.chars().count())))
        .map(|name| name.chars().count())
        .max()
        .map(|length| (Piece::Name, length, NAME_BITS))
}

fn word(rest: &[char], common: &Common) -> Option<(Piece, usize, f64)> {
    (MIN_WORD..=rest.len().min(MAX_WORD)).rev().find_map(|length| {
        let text: String = rest[..length].iter().collect();
        if common.holds_line(&text) {
            Some((Piece::Word, length, WORD_BITS))
        } else {
            common
                .holds_line(&unreplaced(&text))
                .then_some((Piece::Word, length, WORD_BITS + 2.0))
        }
    })
}

/// `aaaa`, or a longer unit such as `xy9xy9`.
fn repeat(rest: &[char]) -> Option<(Piece, usize, f64)> {
    (MIN_RUN..=rest.len().min(MAX_WORD)).rev().find_map(|length| {
        let text: String = rest[..length].iter().collect();
        let unit = repeated_unit(&text);
        (unit.len() < text.len()).then(|| {
            let times = text.len() / unit.len();
            let bits: f64 = unit.chars().map(free_bits).sum();
            (Piece::Repeat, length, bits + log2(times))
        })
    })
}

/// Along the alphabet, the digits or a row of keys, either way.
fn run(rest: &[char]) -> Option<(Piece, usize, f64)> {
    let longest = |row: &mut dyn Iterator<Item = char>| {
        let row: Vec<char> = row.collect();
        (0..row.len())
            .map(|from| row[from..].iter().zip(rest).take_while(|(a, b)| a == b).count())
            .max()
            .unwrap_or(0)
    };
    let length = ROWS
        .iter()
        .map(|row| longest(&mut row.chars()).max(longest(&mut row.chars().rev())))
        .max()
        .unwrap_or(0);
    (length >= MIN_RUN).then(|| (Piece::Run, length, 5.0 + log2(length)))
}

fn year(rest: &[char]) -> Option<(Piece, usize, f64)> {
    let text: String = rest.get(..4)?.iter().collect();
    let year: u32 = text
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())??;
    (1920..=2039)
        .contains(&year)
        .then_some((Piece::Year, 4, YEAR_BITS))
}

/// A character that belongs to no known piece. Less than a random one of its class: people do not choose at random.
fn free_bits(c: char) -> f64 {
    match c {
        '0'..='9' => 3.0,
        ' ' => 2.0,
        'a'..='z' => 3.8,
        c if c.is_ascii() => 4.8,
        _ => 5.5,
    }
}

fn log2(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)).log2()
}

#[cfg(test)]
mod tests {
    use super::super::common::tests::shipped;
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Strength {
        let personal = Personal {
            email: "jane.doe@harbour.example",
            name: "Jane Doe",
            company: "Harbour Books",
        };
        strength(text, &personal, &shipped())
    }

    #[test]
    fn known_pieces_are_named() {
        for (text, reason) in [
            ("password", Reason::Refused(Violation::TooShort(10))),
            ("password99999", Reason::Refused(Violation::CommonPassword)),
            ("janedoe2024", Reason::Refused(Violation::PersonalPassword)),
            ("dragonmonkey", Reason::CommonWords),
            ("qwertzuiop-xcvbn", Reason::Sequence),
            ("harbourbooks-wintry", Reason::OwnNames),
            ("zzzzzzzzkkkkkkkk", Reason::Repeats),
            ("1987-2031-1955", Reason::Year),
        ] {
            let strength = of(text);
            assert_eq!(strength.reason, reason, "{text}");
            assert!(strength.score <= 2, "{text}: {}", strength.score);
        }
    }

    #[test]
    fn more_work_is_a_better_score() {
        let rising = [
            "zzzzzzzzkkkkkkkk",
            "dragonmonkey7",
            "wintry-kettle",
            "wintry-kettle-ford-plum",
        ];
        let scores: Vec<u8> = rising.map(|text| of(text).score).to_vec();
        assert!(scores.is_sorted(), "{scores:?}");
        assert_eq!(scores.last(), Some(&MAX_SCORE));
        assert_eq!(of("kV9#mzQ2!xTb7Lw").score, MAX_SCORE);
    }

    proptest! {
        #[test]
        fn zero_means_refused_and_nothing_else(text in ".{0,40}") {
            let personal = Personal::default();
            let refused = check(&text, &personal, &shipped()).is_err();
            let strength = strength(&text, &personal, &shipped());
            prop_assert_eq!(strength.score == 0, refused);
            prop_assert_eq!(matches!(strength.reason, Reason::Refused(_)), refused);
            prop_assert!(strength.score <= MAX_SCORE);
        }
    }
}
