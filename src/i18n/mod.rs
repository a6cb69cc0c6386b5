//! Every text that a person sees or hears, by key, from message files; dates, numbers and plurals by locale.
//!
//! `messages/<language>.json` is one flat object. A value may hold `{name}` placeholders. A text that depends on a number
//! has one entry a plural category, `key_one`, `key_other`, … (`Intl.PluralRules`). Keys stand as string literals inside
//! [`t`], [`t_with`] and [`t_count`] calls, so that a source check finds missing and unused ones; it also holds every
//! language to the keys, plural categories and placeholders of English.
//!
//! English is part of the program; the file of another language is fetched by [`crate::language`] and handed to [`speak`].

mod format;
mod languages;
mod rules;

use std::cell::RefCell;
use std::rc::Rc;

use yew::AttrValue;

pub use format::{
    clock_in_zone, clock_time, country_name, date_long, date_short, day_and_time, day_in_zone,
    day_short_in_zone, day_start, decimal, duration_fine, duration_short, file_size, hour_in_zone,
    language_name, list_time, local_day, month_in_zone, month_short_in_zone, number, own_name, percent,
    percent_fine, relative, start_of_day, time_in_zone, weekday_date, weekday_time, weekdays_short,
};
pub use languages::{LANGUAGES, Language, Messages, language_for, language_of};
pub use rules::rule;

use languages::locale_of;

const ENGLISH: &str = include_str!("../../messages/en.json");

struct Catalogue {
    language: Language,
    /// BCP 47: the browser's regional variant of the language that the messages are in.
    locale: Rc<str>,
    messages: Messages,
    /// What stands where the language's file has no text, as that of another version may.
    english: Messages,
}

impl Catalogue {
    fn english() -> Self {
        let language = LANGUAGES[0];
        Self {
            language,
            locale: locale_of(language).into(),
            messages: Messages::default(),
            english: english(),
        }
    }

    fn get(&self, key: &str) -> Option<AttrValue> {
        let text = self.messages.0.get(key);
        text.or_else(|| self.english.0.get(key)).cloned()
    }

    /// The text for a plural category, the general one where there is none for it.
    fn plural(&self, key: &str, category: &str) -> Option<AttrValue> {
        let in_messages = |messages: &Messages| {
            let form = |category| messages.0.get(&format!("{key}_{category}")).cloned();
            form(category).or_else(|| form("other"))
        };
        in_messages(&self.messages).or_else(|| in_messages(&self.english))
    }
}

thread_local! {
    static CATALOGUE: RefCell<Catalogue> = RefCell::new(Catalogue::english());
}

/// The texts that are part of the program.
#[must_use]
pub fn english() -> Messages {
    Messages::read(ENGLISH).unwrap_or_else(|error| {
        crate::browser::log_error(&format!("messages/en.json cannot be read: {error}"));
        Messages::default()
    })
}

/// Everything is said in this language from now on. What is on the screen already changes when it is drawn again.
pub fn speak(language: Language, messages: Messages) {
    format::forget();
    CATALOGUE.with_borrow_mut(|catalogue| {
        catalogue.language = language;
        catalogue.locale = locale_of(language).into();
        catalogue.messages = messages;
    });
}

/// The language that is spoken.
#[must_use]
pub fn spoken() -> Language {
    CATALOGUE.with_borrow(|catalogue| catalogue.language)
}

/// The locale that dates and numbers follow, such as `en-GB`.
#[must_use]
pub fn locale() -> Rc<str> {
    CATALOGUE.with_borrow(|catalogue| catalogue.locale.clone())
}

/// The text of a key. A missing one shows as the key itself and is reported on the console.
#[must_use]
pub fn t(key: &'static str) -> AttrValue {
    CATALOGUE
        .with_borrow(|catalogue| catalogue.get(key))
        .unwrap_or_else(|| missing(key))
}

/// The text of a key with its placeholders filled in.
#[must_use]
pub fn t_with(key: &'static str, values: &[(&str, &str)]) -> AttrValue {
    fill(&t(key), values)
}

/// The text of a key in the plural form that `count` takes; `{count}` is filled in with the formatted number.
#[must_use]
pub fn t_count(key: &'static str, count: u64, values: &[(&str, &str)]) -> AttrValue {
    let category = format::plural_category(count);
    let text = CATALOGUE.with_borrow(|catalogue| catalogue.plural(key, &category));
    let count = number(count);
    let mut all = vec![("count", count.as_str())];
    all.extend_from_slice(values);
    text.map_or_else(|| missing(key), |text| fill(&text, &all))
}

fn missing(key: &'static str) -> AttrValue {
    crate::browser::log_error(&format!("no message for {key}"));
    AttrValue::Static(key)
}

/// Replaces `{name}` by its value, in one pass: a value that looks like a placeholder stays as it is.
fn fill(text: &str, values: &[(&str, &str)]) -> AttrValue {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let value = from[1..].split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(candidate, _)| *candidate == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = value {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    AttrValue::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_one_pass() {
        assert_eq!(
            fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]).as_str(),
            "{b} and 2"
        );
        assert_eq!(fill("{ {x} }", &[("x", "1")]).as_str(), "{ 1 }");
        assert_eq!(fill("{unknown} {", &[]).as_str(), "{unknown} {");
    }

    #[test]
    fn the_english_file_is_a_flat_object_of_texts() {
        let messages = Messages::read(ENGLISH).expect("reads");
        assert!(messages.0.values().all(|text| !text.is_empty()));
    }
}
