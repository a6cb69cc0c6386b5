//! The languages that there are texts in.

use std::collections::HashMap;

use yew::AttrValue;

/// A language that the whole dashboard speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// BCP 47, such as `ar`; also the name of its message file.
    pub tag: &'static str,
    /// Whether it is written from right to left.
    pub is_right_to_left: bool,
    /// What `Intl` is told besides the tag: digits that stand well among the program's own numbers.
    pub(super) extension: &'static str,
    /// Tells one version of its file from another in the file's address. None for English, which is part of the program.
    pub version: Option<u64>,
}

/// Every one of them; the first is what those get who have asked for none of them.
pub const LANGUAGES: [Language; 2] = [
    Language {
        tag: "en",
        is_right_to_left: false,
        extension: "",
        version: None,
    },
    Language {
        tag: "ar",
        is_right_to_left: true,
        extension: "-u-nu-latn",
        version: Some(fingerprint(include_bytes!("../../messages/ar.json"))),
    },
];

/// FNV-1a over a file, worked out while compiling: of the file itself nothing is left in the program.
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0100_0000_01b3);
        place += 1;
    }
    hash
}

/// The language that a BCP 47 tag, such as `ar-EG`, is a variant of; none where there are no texts in it.
#[must_use]
pub fn language_of(tag: &str) -> Option<Language> {
    LANGUAGES
        .into_iter()
        .find(|language| is_variant(tag, language.tag))
}

/// What a person gets: what they have chosen, else the first of the browser's languages that there is, else English.
#[must_use]
pub fn language_for(chosen: Option<&str>) -> Language {
    chosen
        .and_then(language_of)
        .or_else(|| browser_tags().find_map(|tag| language_of(&tag)))
        .unwrap_or(LANGUAGES[0])
}

/// The locale that dates and numbers follow: the first of the browser's languages that is a variant of `language`, so that
/// a person in Britain gets British dates.
pub(super) fn locale_of(language: Language) -> String {
    let locale = browser_tags()
        .find(|tag| is_variant(tag, language.tag) && !tag.contains("-u-"))
        .unwrap_or_else(|| language.tag.to_owned());
    locale + language.extension
}

fn is_variant(tag: &str, language: &str) -> bool {
    let mut parts = tag.splitn(2, '-');
    parts
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case(language))
}

fn browser_tags() -> impl Iterator<Item = String> {
    crate::browser::window()
        .map(|window| window.navigator().languages())
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.as_string())
}

/// The texts of a language, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages(pub(super) HashMap<String, AttrValue>);

impl Messages {
    /// Reads a message file: one flat object of texts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str::<HashMap<String, String>>(text)
            .map(|texts| {
                Self(
                    texts
                        .into_iter()
                        .map(|(key, text)| (key, AttrValue::from(text)))
                        .collect(),
                )
            })
            .map_err(|error| error.to_string())
    }

    /// The same with every text changed, for tests that look for texts from elsewhere.
    #[must_use]
    pub fn changed(&self, change: impl Fn(&str) -> String) -> Self {
        let change = |(key, text): (&String, &AttrValue)| (key.clone(), AttrValue::from(change(text)));
        Self(self.0.iter().map(change).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_of_a_language_is_that_language() {
        assert_eq!(language_of("ar-EG").map(|language| language.tag), Some("ar"));
        assert_eq!(language_of("EN").map(|language| language.tag), Some("en"));
        assert_eq!(language_of("arn"), None, "Mapudungun is not Arabic");
        assert_eq!(language_of(""), None);
    }

    #[test]
    fn a_file_that_changes_gets_another_address() {
        assert_ne!(fingerprint(b"{\"a\":\"b\"}"), fingerprint(b"{\"a\":\"c\"}"));
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c, "FNV-1a's own example");
    }

    #[test]
    fn texts_can_be_changed_all_at_once() {
        let messages = Messages::read(r#"{"a": "b"}"#).expect("reads");
        assert_eq!(messages.changed(str::to_uppercase).0["a"], "B");
        assert!(Messages::read("[]").is_err());
    }
}
