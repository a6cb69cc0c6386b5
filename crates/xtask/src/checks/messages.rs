//! Every text key that the dashboard names is in the message file, and the file holds no key that nobody names.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_text::{self, Literal};
use super::{rust_files, verdict};
use crate::failure::{Failure, Outcome};
use crate::paths;

const FILE: &str = "messages/en.json";
/// The plural categories of `Intl.PluralRules`, as suffixes of keys.
const PLURALS: [&str; 6] = ["_zero", "_one", "_two", "_few", "_many", "_other"];

/// Compares the dashboard's sources with its message file.
pub fn check() -> Outcome {
    let text = paths::read(&paths::root().join(FILE))?;
    let messages: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("{FILE}: {error}")).advise("keep it one flat object whose values are texts")
    })?;
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

    #[test]
    fn a_plural_needs_its_general_form() {
        assert_eq!(
            complaints_of(&["unread_one"], r#"t_count("unread", 1, &[])"#),
            ["no message for unread"]
        );
    }
}
