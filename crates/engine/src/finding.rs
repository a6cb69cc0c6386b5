//! Which of many named things somebody means by a few letters: what the command palette lists, and in which order.
//!
//! Each word that was typed has to be found: at the start of the name, at the start of one of its words, inside of it, as letters in
//! order that begin at a word (`asgn` for “Assign”), or in further words by which the thing is known. Case, accents, and the
//! spellings that Arabic has for one letter make no difference.

use std::cmp::Reverse;
use std::ops::Range;

/// Something that can be found.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What it is called; matches in it can be shown.
    pub name: &'a str,
    /// Further words by which it is known.
    pub words: &'a str,
    /// How long ago it was used, counted in things used since; none when it was not.
    pub used: Option<usize>,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place among what could be found.
    pub place: usize,
    /// How well it fits: larger is better. Comparable within one question only.
    pub score: u32,
    /// What of the name fits, as ranges of bytes in order, none touching the next.
    pub marks: Vec<Range<usize>>,
}

const WHOLE: u32 = 2_000;
const AT_START: u32 = 1_000;
const AT_WORD: u32 = 800;
const INSIDE: u32 = 400;
const SCATTERED: u32 = 300;
const KNOWN_AS: u32 = 350;
const KNOWN_INSIDE: u32 = 100;
const USED: u32 = 120;

/// Finds what `query` means among `things`, the best first; where two fit alike, the earlier. An empty query finds everything, what was
/// used last first.
pub fn find<'a>(query: &str, things: impl IntoIterator<Item = Named<'a>>) -> Vec<Found> {
    let words: Vec<Vec<char>> = query
        .split_whitespace()
        .map(|word| fold(word).into_iter().map(|letter| letter.is).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    let mut found: Vec<Found> = things
        .into_iter()
        .enumerate()
        .filter_map(|(place, thing)| {
            let (score, marks) = fit(&words, &thing)?;
            let used = thing.used.map_or(0, |ago| {
                USED.saturating_sub(10 * u32::try_from(ago).unwrap_or(u32::MAX).min(USED / 10)) + 1
            });
            let score = score + used;
            Some(Found { place, score, marks })
        })
        .collect();
    found.sort_by_key(|found| (Reverse(found.score), found.place));
    found
}

fn fit(query: &[Vec<char>], thing: &Named<'_>) -> Option<(u32, Vec<Range<usize>>)> {
    let name = fold(thing.name);
    let words = fold(thing.words);
    let mut marks = Vec::new();
    let mut sum = 0;
    for word in query {
        let in_name = contiguous(word, &name, [AT_START, AT_WORD, INSIDE]).or_else(|| scattered(word, &name));
        let in_words = || contiguous(word, &words, [KNOWN_AS, KNOWN_AS, KNOWN_INSIDE]);
        match in_name {
            Some((score, places)) => {
                sum += score;
                marks.extend(places.into_iter().map(|place| name[place].at.clone()));
            }
            None => sum += in_words()?.0,
        }
    }
    let count = u32::try_from(query.len()).unwrap_or(u32::MAX).max(1);
    let typed: usize = query.iter().map(Vec::len).sum();
    let letters = name.iter().filter(|letter| !letter.is.is_whitespace()).count();
    let is_whole = count == 1 && typed == letters && sum >= AT_START;
    // Of two names that begin alike the shorter one is meant sooner.
    let share = u32::try_from(100 * typed.min(letters) / letters.max(1)).unwrap_or(0);
    Some((
        sum / count + share + if is_whole { WHOLE } else { 0 },
        joined(marks),
    ))
}

/// A letter as it is compared.
struct Letter {
    is: char,
    /// Where it stands in the text, in bytes.
    at: Range<usize>,
    begins_word: bool,
}

/// A text as it is compared: small letters without their accents.
fn fold(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    let mut before = ' ';
    for (start, c) in text.char_indices() {
        let at = start..start + c.len_utf8();
        let begins =
            c.is_alphanumeric() && (!before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase());
        let mut is_first = true;
        for is in c.to_lowercase().flat_map(plain) {
            letters.push(Letter {
                is,
                at: at.clone(),
                begins_word: begins && is_first,
            });
            is_first = false;
        }
        before = c;
    }
    letters
}

/// What a small letter counts as.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => ('a', None),
        'æ' => ('a', Some('e')),
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => ('c', None),
        'ď' | 'đ' | 'ð' => ('d', None),
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => ('e', None),
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => ('g', None),
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => ('i', None),
        'ł' | 'ĺ' | 'ļ' | 'ľ' => ('l', None),
        'ñ' | 'ń' | 'ņ' | 'ň' => ('n', None),
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => ('o', None),
        'œ' => ('o', Some('e')),
        'ŕ' | 'ř' => ('r', None),
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => ('s', None),
        'ß' => ('s', Some('s')),
        'ţ' | 'ť' | 'ț' => ('t', None),
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => ('u', None),
        'ý' | 'ÿ' => ('y', None),
        'ź' | 'ż' | 'ž' => ('z', None),
        'أ' | 'إ' | 'آ' | 'ٱ' => ('ا', None),
        'ى' => ('ي', None),
        'ة' => ('ه', None),
        _ => (c, None),
    };
    // Marks above and below letters, and the line that only stretches a word.
    let is_mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}');
    (!is_mark).then_some(first).into_iter().chain(second)
}

/// The best place where the letters stand together; `scores` for the start, the start of a word, and elsewhere.
fn contiguous(word: &[char], text: &[Letter], scores: [u32; 3]) -> Option<(u32, Vec<usize>)> {
    let places = (0..text.len().saturating_sub(word.len() - 1)).filter(|start| {
        word.iter()
            .zip(&text[*start..])
            .all(|(c, letter)| *c == letter.is)
    });
    let scored = places.map(|start| {
        let score = match (start, text[start].begins_word) {
            (0, _) => scores[0],
            (_, true) => scores[1],
            // A letter alone stands in too much.
            _ if word.len() == 1 => 0,
            _ => scores[2],
        };
        (score, start)
    });
    let (score, start) = scored
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, start)| (*score, Reverse(*start)))?;
    Some((score, (start..start + word.len()).collect()))
}

/// The letters in order with others between them, beginning at a word; fewer gaps are better.
fn scattered(word: &[char], text: &[Letter]) -> Option<(u32, Vec<usize>)> {
    if word.len() < 2 {
        return None;
    }
    let starts = (0..text.len()).filter(|at| text[*at].begins_word && text[*at].is == word[0]);
    let runs = starts.filter_map(|start| {
        let mut places = vec![start];
        let mut at = start + 1;
        for c in &word[1..] {
            let next = next_place(*c, &text[at..])?;
            places.push(at + next);
            at += next + 1;
        }
        Some(places)
    });
    let scored = runs.map(|places| {
        let gaps = places
            .windows(2)
            .filter(|pair| pair[1] != pair[0] + 1 && !text[pair[1]].begins_word);
        let span = places.last().map_or(0, |last| last + 1 - places[0]);
        let loss = 40 * gaps.count() + span.saturating_sub(places.len());
        (
            SCATTERED.saturating_sub(u32::try_from(loss).unwrap_or(u32::MAX)),
            places,
        )
    });
    scored
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, places)| (*score, Reverse(places[0])))
}

/// Where a letter comes next: right here, else at the start of a word, else anywhere.
fn next_place(c: char, rest: &[Letter]) -> Option<usize> {
    if rest.first().is_some_and(|letter| letter.is == c) {
        return Some(0);
    }
    rest.iter()
        .position(|letter| letter.is == c && letter.begins_word)
        .or_else(|| rest.iter().position(|letter| letter.is == c))
}

/// The same ranges in order, those that touch as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str) -> Named<'_> {
        Named {
            name,
            words: "",
            used: None,
        }
    }

    fn names<'a>(query: &str, all: &[&'a str]) -> Vec<&'a str> {
        let found = find(query, all.iter().map(|name| named(name)));
        found.into_iter().map(|found| all[found.place]).collect()
    }

    fn marked(query: &str, name: &str) -> Option<String> {
        let found = find(query, [named(name)]).pop()?;
        let mut out = String::new();
        let mut end = 0;
        for mark in found.marks {
            out += &format!("{}[{}]", &name[end..mark.start], &name[mark.clone()]);
            end = mark.end;
        }
        Some(out + &name[end..])
    }

    #[test]
    fn the_start_of_the_name_comes_before_the_start_of_a_word_before_the_middle() {
        let all = ["Rewebbed", "Add website", "Websites", "Web"];
        assert_eq!(names("web", &all), ["Web", "Websites", "Add website", "Rewebbed"]);
    }

    #[test]
    fn letters_in_order_are_found_from_the_start_of_a_word() {
        assert_eq!(
            marked("asgn", "Assign to me").as_deref(),
            Some("[As]si[gn] to me")
        );
        assert_eq!(
            marked("gtc", "Go to Conversations").as_deref(),
            Some("[G]o [t]o [C]onversations")
        );
        assert_eq!(marked("sgn", "Assign"), None, "not in the middle of a word");
    }

    #[test]
    fn each_word_has_to_be_found_in_any_order() {
        assert_eq!(
            marked("web add", "Add website").as_deref(),
            Some("[Add] [web]site")
        );
        assert_eq!(marked("web remove", "Add website"), None);
    }

    #[test]
    fn case_accents_and_spellings_make_no_difference() {
        assert_eq!(marked("uber", "ÜBERSICHT").as_deref(), Some("[ÜBER]SICHT"));
        assert_eq!(marked("strasse", "Alte Straße").as_deref(), Some("Alte [Straße]"));
        assert_eq!(names("احمد", &["أحْمَد"]), ["أحْمَد"]);
        assert_eq!(names("رساله", &["رسالة"]), ["رسالة"]);
    }

    #[test]
    fn a_thing_is_found_by_what_else_it_is_known_as_behind_those_of_that_name() {
        let theme = Named {
            name: "Appearance",
            words: "theme dark light",
            used: None,
        };
        let found = find("dark", [theme, named("Dark matter shop")]);
        assert_eq!(found.iter().map(|found| found.place).collect::<Vec<_>>(), [1, 0]);
        assert!(found[1].marks.is_empty());
    }

    #[test]
    fn what_was_used_last_comes_first_where_nothing_is_typed_and_where_two_fit_alike() {
        let used = |name, used| Named { used, ..named(name) };
        let all = [
            used("Team", None),
            used("Labels", Some(1)),
            used("Visitors", Some(0)),
        ];
        let order = |query| {
            find(query, all)
                .into_iter()
                .map(|found| found.place)
                .collect::<Vec<_>>()
        };
        assert_eq!(order(""), [2, 1, 0]);
        let alike = [named("Anna Berg"), used("Anna Bolt", Some(3))];
        assert_eq!(find("anna", alike)[0].place, 1);
        // Use never beats a better name.
        assert_eq!(
            find("team", [used("Ask the team", Some(0)), named("Team")])[0].place,
            1
        );
    }

    proptest! {
        #[test]
        fn what_is_marked_spells_what_was_typed(query in "[a-c]{1,4}", name in "[a-cA-C é]{0,12}") {
            if let Some(found) = find(&query, [named(&name)]).pop() {
                let marks: String = found.marks.iter().map(|mark| &name[mark.clone()]).collect();
                let folded: String = fold(&marks).iter().map(|letter| letter.is).collect();
                prop_assert_eq!(folded, query);
            }
        }

        #[test]
        fn a_whole_name_is_found_first(names in prop::collection::vec("[a-d]{1,6}", 1..12), pick in 0_usize..12) {
            let wanted = &names[pick % names.len()];
            let found = find(wanted, names.iter().map(|name| named(name)));
            prop_assert_eq!(&names[found[0].place], wanted);
        }

        #[test]
        fn no_text_breaks_it(query in ".{0,12}", name in ".{0,24}", words in ".{0,24}") {
            for found in find(&query, [Named { name: &name, words: &words, used: None }]) {
                for mark in found.marks {
                    prop_assert!(name.get(mark).is_some());
                }
            }
        }
    }
}
