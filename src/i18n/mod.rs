//! Every text that a person sees or hears, by key, from message files; dates, numbers and plurals by locale.
//!
//! `messages/<language>.json` is one flat object. A value may hold `{name}` placeholders. A text that depends on a number
//! has one entry a plural category, `key_one`, `key_other`, … (`Intl.PluralRules`). Keys stand as string literals inside
//! [`t`], [`t_with`] and [`t_count`] calls, so that a source check finds missing and unused ones.

mod format;
mod rules;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use yew::AttrValue;

pub use format::{
    clock_time, country_name, date_long, date_short, day_and_time, day_in_zone, decimal, duration_fine,
    duration_short, file_size, hour_in_zone, language_name, list_time, local_day, month_in_zone, number,
    percent, percent_fine, relative, time_in_zone, weekday_date, weekday_time, weekdays_short,
};
pub use rules::rule;

const ENGLISH: &str = include_str!("../../messages/en.json");

struct Catalogue {
    /// BCP 47: the browser's regional variant of the language that the messages are in.
    locale: Rc<str>,
    messages: HashMap<String, AttrValue>,
}

impl Catalogue {
    fn english() -> Self {
        let messages = serde_json::from_str::<HashMap<String, String>>(ENGLISH)
            .unwrap_or_else(|error| {
                crate::browser::log_error(&format!("messages/en.json cannot be read: {error}"));
                HashMap::new()
            })
            .into_iter()
            .map(|(key, text)| (key, AttrValue::from(text)))
            .collect();
        Self {
            locale: browser_locale("en"),
            messages,
        }
    }

    fn get(&self, key: &str) -> Option<AttrValue> {
        self.messages.get(key).cloned()
    }
}

thread_local! {
    static CATALOGUE: RefCell<Catalogue> = RefCell::new(Catalogue::english());
}

/// The first of the browser's languages that is a variant of `language`, so that a person in Britain gets British dates.
fn browser_locale(language: &str) -> Rc<str> {
    let fits = |tag: &str| {
        tag == language
            || tag
                .strip_prefix(language)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    crate::browser::window()
        .map(|window| window.navigator().languages())
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.as_string())
        .find(|tag| fits(tag))
        .map_or_else(|| Rc::from(language), Rc::from)
}

/// The locale that dates and numbers follow, such as `en-GB`.
#[must_use]
pub fn locale() -> Rc<str> {
    CATALOGUE.with_borrow(|catalogue| catalogue.locale.clone())
}

/// The language of the messages, for `<html lang>`, such as `en`.
#[must_use]
pub fn language() -> String {
    let locale = locale();
    locale.split('-').next().unwrap_or("en").to_owned()
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
    let text = CATALOGUE.with_borrow(|catalogue| {
        catalogue
            .get(&format!("{key}_{category}"))
            .or_else(|| catalogue.get(&format!("{key}_other")))
    });
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
        let messages = serde_json::from_str::<HashMap<String, String>>(ENGLISH).expect("reads");
        assert!(messages.values().all(|text| !text.is_empty()));
    }
}
