//! Which words a text holds: one rule for what is indexed, for what is looked for and for what is marked, so that both
//! databases find the same.
//!
//! Words are folded: case, accents, width and the vowel signs of Arabic and Hebrew make no difference. Where a script does not
//! separate words (Chinese, Japanese, Thai and their like), and in Korean, whose words carry endings, a *run* of it stands in
//! the index by each character and by each two neighbours: two or more characters are found wherever all their pairs stand in
//! the same text. That finds every text that holds them, and rarely one that holds the pairs in other places.

use std::collections::BTreeSet;
use std::iter;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// Characters of a word that count: longer ones are found by their beginnings.
const MAX_WORD_CHARS: usize = 40;

/// A folded character, and the characters of the text that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) char: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A word, or a run of a script that does not separate them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) chars: Vec<Folded>,
    pub(super) is_run: bool,
}

impl Piece {
    /// What stands in the index of a word; of a run, of every part of it.
    fn indexed(&self, words: &mut BTreeSet<String>) {
        if self.is_run {
            words.extend(self.chars.iter().map(|folded| folded.char.to_string()));
            words.extend(self.pairs());
        } else {
            words.insert(self.word());
        }
    }

    /// What has to stand in the index of a text that holds this piece.
    pub(super) fn wanted(&self) -> Vec<String> {
        if self.is_run && self.chars.len() > 1 {
            let pairs: BTreeSet<String> = self.pairs().collect();
            pairs.into_iter().collect()
        } else {
            vec![self.word()]
        }
    }

    fn pairs(&self) -> impl Iterator<Item = String> {
        self.chars
            .windows(2)
            .map(|pair| pair.iter().map(|folded| folded.char).collect())
    }

    fn word(&self) -> String {
        self.chars
            .iter()
            .take(MAX_WORD_CHARS)
            .map(|folded| folded.char)
            .collect()
    }
}

/// The words and runs of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // Whether the next character may go on with the last piece.
    let mut is_open = false;
    let mut folded = Vec::new();
    for (at, original) in text.chars().enumerate() {
        folded.clear();
        fold(original, &mut folded);
        if folded.is_empty() {
            is_open &= is_passed_over(original);
            continue;
        }
        for char in folded.iter().copied() {
            let new = Folded {
                char,
                start: at,
                end: at + 1,
            };
            match pieces.last_mut() {
                Some(last) if is_open && last.goes_on_with(char) => last.push(new),
                _ if is_combining_mark(char) => continue,
                _ => pieces.push(Piece {
                    chars: vec![new],
                    is_run: is_unseparated(char),
                }),
            }
            is_open = true;
        }
    }
    pieces
}

impl Piece {
    fn goes_on_with(&self, char: char) -> bool {
        is_combining_mark(char) || is_unseparated(char) == self.is_run
    }

    fn push(&mut self, new: Folded) {
        if let Some(last) = self.chars.last_mut()
            && let Some(joined) = compose(last.char, new.char)
        {
            last.char = joined;
            last.end = new.end;
        } else {
            self.chars.push(new);
        }
    }
}

/// What stands in the index of a text.
pub(super) fn indexed<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        for piece in pieces(text) {
            piece.indexed(&mut words);
        }
    }
    words
}

/// Adds what is left of a character: nothing of what is no part of a word.
fn fold(original: char, folded: &mut Vec<char>) {
    for part in iter::once(original).nfkd().flat_map(char::to_lowercase) {
        match latin(part) {
            Some(letters) => folded.extend(letters.chars()),
            None if is_passed_over(part) => {}
            None if part.is_alphanumeric() || is_combining_mark(part) => folded.push(part),
            None => {}
        }
    }
}

/// Letters that Unicode does not take apart, as those write them who do not have them on their keyboard.
const fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        // At the end of a Greek word.
        'ς' => "σ",
        _ => return None,
    })
}

/// Accents, vowel signs that are often left out, and what is invisible: no part of a word, and no end of one.
const fn is_passed_over(char: char) -> bool {
    matches!(char,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0487}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        // Hebrew and Arabic.
        | '\u{0591}'..='\u{05bd}' | '\u{05bf}' | '\u{05c1}' | '\u{05c2}' | '\u{05c4}' | '\u{05c5}' | '\u{05c7}'
        | '\u{0610}'..='\u{061a}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{06d6}'..='\u{06dc}'
        | '\u{06df}'..='\u{06e4}' | '\u{06e7}' | '\u{06e8}' | '\u{06ea}'..='\u{06ed}'
        // Invisible: soft hyphen, joiners, marks of direction, variants.
        | '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Scripts that do not separate words, and Korean.
const fn is_unseparated(char: char) -> bool {
    matches!(char,
        // Thai, Lao, Burmese, Khmer.
        '\u{0e00}'..='\u{0e4e}' | '\u{0e80}'..='\u{0ecf}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17d3}'
        // Kana, with their marks; Bopomofo.
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}'
        // Chinese characters.
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}'
        // Korean syllables and their parts.
        | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        pieces(text)
            .iter()
            .map(|piece| piece.chars.iter().map(|folded| folded.char).collect())
            .collect()
    }

    #[test]
    fn case_accents_and_width_make_no_difference() {
        assert_eq!(words("Søren ÅGÅRD"), ["soren", "agard"]);
        assert_eq!(words("Çağla Şimşek"), ["cagla", "simsek"]);
        assert_eq!(words("Nguyễn Thị"), ["nguyen", "thi"]);
        assert_eq!(words("Straße İstanbul ŁÓDŹ"), ["strasse", "istanbul", "lodz"]);
        assert_eq!(words("Ελένη ΠΑΠΠΆΣ"), ["ελενη", "παππασ"]);
        assert_eq!(words("ｆｕｌｌ ﬁne ½"), ["full", "fine", "12"]);
        assert_eq!(words("e\u{301}te\u{301}"), words("été"));
        assert_eq!(words("مُحَمَّد"), words("محمد"));
        assert_eq!(words("שָׁלוֹם"), words("שלום"));
    }

    #[test]
    fn everything_else_separates() {
        assert_eq!(
            words("O'Shea <b>x</b> a*b \"c\" NEAR(d) 50%"),
            ["o", "shea", "b", "x", "b", "a", "b", "c", "near", "d", "50"]
        );
        assert_eq!(words("maria@example.com"), ["maria", "example", "com"]);
        assert_eq!(words("?! 🎉 …"), Vec::<String>::new());
        assert_eq!(words("soft\u{ad}hyphen"), ["softhyphen"]);
    }

    #[test]
    fn signs_of_other_scripts_stay() {
        // A virama is a mark, and no letter.
        assert_eq!(words("शर्मा जी"), ["शर्मा", "जी"]);
        assert_ne!(words("か"), words("が"));
        assert_eq!(words("か\u{3099}"), words("が"));
        assert_eq!(words("ｶﾞ"), words("ガ"));
        assert_eq!(words("김서연"), ["김서연"]);
    }

    #[test]
    fn unseparated_scripts_stand_there_by_pairs() {
        let set = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(indexed(["在庫は"]), set(&["在", "庫", "は", "在庫", "庫は"]));
        assert_eq!(words("iPhone15手机"), ["iphone15", "手机"]);
        let run = &pieces("在庫は")[0];
        assert_eq!(run.wanted(), ["在庫", "庫は"]);
        assert_eq!(pieces("在")[0].wanted(), ["在"]);
    }

    #[test]
    fn characters_know_where_they_come_from() {
        let found = pieces("¿Éste, Straße?");
        let spans: Vec<_> = found
            .iter()
            .map(|piece| (piece.chars[0].start, piece.chars[piece.chars.len() - 1].end))
            .collect();
        assert_eq!(spans, [(1, 5), (7, 13)]);
    }

    #[test]
    fn long_words_count_by_their_beginning() {
        let long = "x".repeat(500);
        assert_eq!(indexed([long.as_str()]), indexed([&long[..40]]));
    }
}
