//! Every text key that the dashboard names is in the message file, and the file holds no key that nobody names. The files of
//! other languages have the same texts, in every plural category of their language, with the same placeholders.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_text::{self, Literal};
use super::{rust_files, verdict};
use crate::failure::{Failure, Outcome};
use crate::paths;

const FILE: &str = "messages/en.json";
/// The plural categories of `Intl.PluralRules`, as suffixes of keys.
const PLURALS: [&str; 6] = ["_zero", "_one", "_two", "_few", "_many", "_other"];

/// What `Intl.PluralRules` answers for whole numbers, by language (CLDR).
const CATEGORIES: [(&str, &[&str]); 2] = [
    ("en", &["_one", "_other"]),
    ("ar", &["_zero", "_one", "_two", "_few", "_many", "_other"]),
];
/// Languages that are not written in Latin letters, and the letters of theirs.
const SCRIPTS: [(&str, std::ops::RangeInclusive<char>); 1] = [("ar", '\u{600}'..='\u{6ff}')];
/// Words that stay as they are in every language.
const NAMES: [&str; 1] = ["Switchboard"];
/// Categories that stand for one number alone: words may say it instead of the digits.
const SINGLE: [&str; 3] = ["_zero", "_one", "_two"];

/// Compares the dashboard's sources with its message file, and those of other languages with that.
pub fn check() -> Outcome {
    let messages = read(FILE)?;
    let mut literals = Vec::new();
    for (_, source) in rust_files("src")? {
        literals.extend(rust_text::read(&source).1);
    }
    let complaints = complaints(&messages.keys().map(String::as_str).collect(), &literals);
    verdict(
        "message keys",
        &complaints,
        "add what is missing to messages/en.json, take out what nobody uses",
    )
}

/// Compares every message file with the English one.
pub fn check_languages() -> Outcome {
    let english = read(FILE)?;
    let mut all = Vec::new();
    for file in paths::files_below(&paths::root().join("messages"))? {
        let name = super::relative(&file).to_string_lossy().into_owned();
        let language = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let texts = read(&name)?;
        let order = out_of_order(&paths::read(&file)?);
        let found = match CATEGORIES.iter().find(|(known, _)| *known == language) {
            Some((_, categories)) => translation(&english, &texts, categories),
            None => vec![String::from("its plural categories are not known to this check")],
        };
        let script = SCRIPTS.iter().find(|(known, _)| *known == language);
        let left = script.map_or_else(Vec::new, |(_, letters)| untranslated(&texts, letters));
        let found = found.into_iter().chain(left);
        all.extend(
            order
                .into_iter()
                .chain(found)
                .map(|complaint| format!("{name}: {complaint}")),
        );
    }
    verdict(
        "languages",
        &all,
        "every language says everything that English says: add, change or remove the texts that are named",
    )
}

fn read(file: &str) -> Outcome<BTreeMap<String, String>> {
    let text = paths::read(&paths::root().join(file))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("{file}: {error}")).advise("keep it one flat object whose values are texts")
    })
}

/// Texts with a Latin word and not one letter of the language: left in English.
fn untranslated(texts: &BTreeMap<String, String>, letters: &std::ops::RangeInclusive<char>) -> Vec<String> {
    let has_word = |text: &str| {
        // Placeholders and addresses are no words.
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | ':'));
        let words = words.filter(|word| !word.contains(['{', '}', '@']) && !NAMES.contains(word));
        words
            .flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic()))
            .any(|word| word.len() > 2)
    };
    texts
        .iter()
        .filter(|(_, text)| !text.chars().any(|c| letters.contains(&c)) && has_word(text))
        .map(|(key, _)| format!("{key} is left in another language"))
        .collect()
}

/// The first key that does not stand behind the one before it.
fn out_of_order(file: &str) -> Option<String> {
    let keys: Vec<&str> = file
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('"')?.split('"').next())
        .collect();
    let pair = keys.windows(2).find(|pair| pair[0] >= pair[1])?;
    Some(format!("{} stands before {}", pair[0], pair[1]))
}

/// The key of a text that depends on a number, without the category.
fn plural_base<'k>(english: &BTreeMap<String, String>, key: &'k str) -> Option<&'k str> {
    let base = PLURALS.iter().find_map(|suffix| key.strip_suffix(suffix))?;
    // A key may end with such a word by chance.
    let counts = |suffix: &str| english.contains_key(&format!("{base}{suffix}"));
    (counts("_one") && counts("_other")).then_some(base)
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

fn translation(
    english: &BTreeMap<String, String>,
    texts: &BTreeMap<String, String>,
    categories: &[&str],
) -> Vec<String> {
    let mut wanted: BTreeMap<String, &str> = BTreeMap::new();
    for (key, text) in english {
        match plural_base(english, key) {
            None => {
                wanted.insert(key.clone(), text);
            }
            Some(base) => {
                let general = &english[&format!("{base}_other")];
                let forms = categories.iter();
                wanted.extend(forms.map(|category| (format!("{base}{category}"), general.as_str())));
            }
        }
    }
    let missing = wanted.keys().filter(|key| !texts.contains_key(*key));
    let mut complaints: Vec<String> = missing.map(|key| format!("{key} is missing")).collect();
    for (key, text) in texts {
        let Some(general) = wanted.get(key) else {
            complaints.push(format!("{key} is not in the English file"));
            continue;
        };
        if text.trim().is_empty() {
            complaints.push(format!("{key} is empty"));
        }
        let (there, due) = (placeholders(text), placeholders(general));
        let may_say_it = plural_base(english, key).is_some() && SINGLE.iter().any(|one| key.ends_with(one));
        let differ = due
            .symmetric_difference(&there)
            .any(|name| !(may_say_it && *name == "count"));
        if differ {
            complaints.push(format!(
                "{key} has the placeholders {there:?} in place of {due:?}"
            ));
        }
    }
    complaints
}

fn complaints(keys: &BTreeSet<&str>, literals: &[Literal]) -> Vec<String> {
    let named: BTreeSet<&str> = literals.iter().map(|literal| literal.text.as_str()).collect();
    let mut complaints = Vec::new();
    for literal in literals {
        let there = match call(&literal.before) {
            Some("t" | "t_with") => keys.contains(literal.text.as_str()),
            Some("t_count") => keys.contains(format!("{}_other", literal.text).as_str()),
            _ => true,
        };
        if !there {
            complaints.push(format!("no message for {}", literal.text));
        }
    }
    for key in keys {
        let base = PLURALS.iter().find_map(|suffix| key.strip_suffix(suffix));
        if !named.contains(key) && !base.is_some_and(|base| named.contains(base)) {
            complaints.push(format!("nobody uses {key}"));
        }
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// The function whose first argument begins where this code ends.
fn call(before: &str) -> Option<&str> {
    let name = before.trim_end().strip_suffix('(')?;
    let start = name
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |at| at + 1);
    Some(&name[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of an attribute in a tag.
    fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
        let (_, value) = tag.split_once(&format!(" {name}=\""))?;
        value.split('"').next()
    }

    #[test]
    fn the_static_sign_in_page_says_what_the_program_says() {
        let page = paths::read(&paths::root().join("index.html")).unwrap();
        let (english, arabic) = (
            read("messages/en.json").unwrap(),
            read("messages/ar.json").unwrap(),
        );
        let mut compared = 0;
        for tag in page.split('<').filter(|tag| tag.contains(" data-ar=")) {
            let (opening, text) = tag.split_once('>').unwrap();
            let (key, shown) = match attribute(opening, "data-label") {
                Some(key) => (key, attribute(opening, "aria-label").unwrap()),
                None => (attribute(opening, "data-text").unwrap(), text),
            };
            assert_eq!(shown, english[key], "{key}");
            assert_eq!(attribute(opening, "data-ar"), Some(arabic[key].as_str()), "{key}");
            compared += 1;
        }
        assert_eq!(compared, 13, "texts of the static page");
    }

    fn complaints_of(keys: &[&str], source: &str) -> Vec<String> {
        complaints(&keys.iter().copied().collect(), &rust_text::read(source).1)
    }

    #[test]
    fn finds_missing_and_unused_keys() {
        let source = r#"t("login.title"); i18n::t_with(
            "login.wait", &[("n", "1")]); t_count("unread", 3, &[]); let key = "passed.on";"#;
        assert_eq!(
            complaints_of(
                &["login.title", "unread_one", "unread_other", "passed.on", "old"],
                source
            ),
            ["no message for login.wait", "nobody uses old"]
        );
    }

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(key, text): &(&str, &str)| ((*key).to_owned(), (*text).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_language_has_every_text_in_every_plural_with_the_same_placeholders() {
        let english = texts(&[
            ("none", "Nothing of {name}"),
            ("unread_one", "{count} of {name}"),
            ("unread_other", "{count} of {name}"),
        ]);
        let whole = [
            ("none", "لا شيء من {name}"),
            ("unread_few", "{count} من {name}"),
            ("unread_one", "واحدة من {name}"),
            ("unread_other", "{count} من {name}"),
        ];
        let categories = ["_one", "_few", "_other"];
        assert!(translation(&english, &texts(&whole), &categories).is_empty());
        assert_eq!(
            translation(&english, &texts(&whole[1..3]), &categories),
            ["none is missing", "unread_other is missing"]
        );
        let wrong = [
            ("none", " "),
            ("other", "x"),
            ("unread_few", "{name}"),
            ("unread_one", "{count} {nmae}"),
            ("unread_other", "{count} {name}"),
        ];
        assert_eq!(
            translation(&english, &texts(&wrong), &categories),
            [
                "none is empty",
                r#"none has the placeholders {} in place of {"name"}"#,
                "other is not in the English file",
                r#"unread_few has the placeholders {"name"} in place of {"count", "name"}"#,
                r#"unread_one has the placeholders {"count", "nmae"} in place of {"count", "name"}"#,
            ]
        );
    }

    #[test]
    fn a_text_left_in_english_is_told() {
        let arabic = '\u{600}'..='\u{6ff}';
        let said = texts(&[
            ("a", "Save changes"),
            ("b", "حفظ JSON"),
            ("c", "{name} · Switchboard"),
            ("d", "salma@harbour.example"),
        ]);
        assert_eq!(untranslated(&said, &arabic), ["a is left in another language"]);
    }

    #[test]
    fn a_key_out_of_order_is_told() {
        assert_eq!(out_of_order("{\n  \"a\": \"x\",\n  \"b\": \"y\"\n}"), None);
        assert_eq!(
            out_of_order("{\n  \"b\": \"x\",\n  \"a\": \"y\"\n}"),
            Some("b stands before a".to_owned())
        );
    }

    #[test]
    fn a_plural_needs_its_general_form() {
        assert_eq!(
            complaints_of(&["unread_one"], r#"t_count("unread", 1, &[])"#),
            ["no message for unread"]
        );
    }
}
