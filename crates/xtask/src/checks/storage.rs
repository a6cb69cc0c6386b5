//! Every key of the browser's small storage stands in one module, with its type, its owner and what erases it.

use super::{rust_files, rust_text, verdict};
use crate::failure::Outcome;

/// Where the keys stand, and the one place beside it that keeps texts under them: drafts of forms.
const ALLOWED: [&str; 2] = ["src/storage.rs", "src/forms/drafts.rs"];
/// What gives access to it.
const WAYS: [&str; 4] = [
    "LocalStorage",
    "SessionStorage",
    "local_storage()",
    "session_storage()",
];

/// Looks through the dashboard.
pub fn check() -> Outcome {
    let mut complaints = Vec::new();
    for (file, text) in rust_files("src")? {
        let name = file.display().to_string().replace('\\', "/");
        let is_allowed = ALLOWED.contains(&name.as_str());
        complaints.extend(
            unlisted(&text, is_allowed)
                .iter()
                .map(|line| format!("{name}:{line}")),
        );
    }
    verdict(
        "keys of the browser's storage that are not listed",
        &complaints,
        "give the key a line in src/storage.rs and use it from there",
    )
}

/// The lines that use the storage past the module, or name a form's draft in place.
fn unlisted(source: &str, is_allowed: bool) -> Vec<usize> {
    let (code, _) = rust_text::read(source);
    let line_of = |at: usize| code[..at].matches('\n').count() + 1;
    let ways = WAYS.iter().filter(|_| !is_allowed);
    let mut lines: Vec<usize> = ways
        .flat_map(|way| code.match_indices(way))
        .chain(code.match_indices("draft: Some(\""))
        .map(|(at, _)| line_of(at))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_that_are_used_in_place() {
        let source = "use gloo_storage::{LocalStorage, Storage};\n// SessionStorage\nfn a() { window.local_storage(); }\nconst O: O = O { draft: Some(\"x\") };\n";
        assert_eq!(unlisted(source, false), [1, 3, 4]);
        assert_eq!(unlisted(source, true), [4]);
        assert!(unlisted("const O: O = O { draft: Some(draft::LOGIN) };", false).is_empty());
    }
}
