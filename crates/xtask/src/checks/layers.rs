//! Which part may know which (docs/architecture.md): pages and components do not call the browser, the engine does no
//! I/O.

use super::{rust_files, rust_text, verdict};
use crate::failure::Outcome;
use crate::paths;

/// A folder and what must not be named in it.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    ("src/pages", &["gloo_net", "js_sys"]),
    ("src/ui", &["gloo_net", "gloo_storage"]),
    (
        "crates/engine/src",
        &["web_sys", "js_sys", "yew", "SystemTime", "Instant"],
    ),
    (
        "crates/domain/src",
        &["sqlx", "axum", "tokio", "getrandom", "SystemTime", "Instant"],
    ),
    (
        "crates/simulation/src/server",
        &["SystemTime", "Instant", "HashMap", "HashSet", "sqlx"],
    ),
    (
        "crates/contract/src",
        &["web_sys", "js_sys", "yew", "SystemTime", "Instant"],
    ),
];

/// Looks through the folders.
pub fn check() -> Outcome {
    let mut complaints = Vec::new();
    for (folder, words) in FORBIDDEN {
        for (file, text) in rust_files(folder)? {
            for (line, word) in named(&text, words) {
                complaints.push(format!("{}:{line} names {word}", file.display()));
            }
        }
    }
    for folder in ["src/pages", "src/ui"] {
        for (file, text) in rust_files(folder)? {
            for (line, name) in browser_calls(&text) {
                complaints.push(format!("{}:{line} names web_sys::{name}", file.display()));
            }
        }
    }
    for krate in ["engine", "contract", "domain"] {
        let manifest = paths::read(&paths::root().join(format!("crates/{krate}/Cargo.toml")))?;
        for dependency in ["web-sys", "js-sys", "yew", "tokio", "sqlx", "axum", "getrandom"] {
            if manifest
                .lines()
                .any(|line| line.trim_start().starts_with(dependency))
            {
                complaints.push(format!("crates/{krate} depends on {dependency}"));
            }
        }
    }
    verdict(
        "parts that know too much",
        &complaints,
        "move the call to the part that may, see docs/architecture.md",
    )
}

/// Where a source names one of the words as a path or type, comments and strings aside.
fn named<'w>(source: &str, words: &[&'w str]) -> Vec<(usize, &'w str)> {
    let (code, _) = rust_text::read(source);
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for word in words {
            let alone = line.match_indices(word).any(|(at, _)| {
                !line[..at].ends_with(is_name) && !line[at + word.len()..].starts_with(is_name)
            });
            if alone {
                found.push((number + 1, *word));
            }
        }
    }
    found
}

/// Where a component names more of the browser than the types of its own elements and events.
fn browser_calls(source: &str) -> Vec<(usize, String)> {
    let (code, _) = rust_text::read(source);
    let mut found = Vec::new();
    for (at, path) in code.match_indices("web_sys") {
        let line = code[..at].matches('\n').count() + 1;
        let Some(named) = code[at + path.len()..].strip_prefix("::") else {
            found.push((line, String::from("*")));
            continue;
        };
        let names = match named.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => named
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default(),
        };
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let own = |name: &str| name == "Node" || name.ends_with("Element") || name.ends_with("Event");
        found.extend(
            names
                .filter(|name| !own(name))
                .map(|name| (line, name.to_owned())),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_words_in_code_only() {
        let source = "// web_sys is fine here\nuse web_sys::Event;\nlet my_web_sys_like = 1;\n";
        assert_eq!(named(source, &["web_sys"]), [(2, "web_sys")]);
    }

    #[test]
    fn components_may_name_their_elements_and_events_only() {
        let source = "use web_sys::{HtmlInputElement, InputEvent,\n Window};\nlet w = web_sys::window();\nweb_sys::Element;";
        let found = browser_calls(source);
        assert_eq!(found, [(1, "Window".to_owned()), (3, "window".to_owned())]);
    }
}
