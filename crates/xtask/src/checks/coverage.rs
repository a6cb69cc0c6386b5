//! `docs/coverage.md` maps what the product was asked for to code and tests: every file and every test that it names is there.

use super::verdict;
use crate::failure::Outcome;
use crate::paths;

const PAGE: &str = "docs/coverage.md";

/// Compares the page with the tree.
pub fn check() -> Outcome {
    let page = paths::read(&paths::root().join(PAGE))?;
    let text_of = |file: &str| {
        let path = paths::root().join(file);
        if path.is_dir() {
            Some(String::new())
        } else {
            std::fs::read_to_string(path).ok()
        }
    };
    verdict(
        PAGE,
        &complaints(&page, text_of),
        "name the file and the test as they are called now, or the ones that took their place",
    )
}

/// What of the page does not fit: a row without code or without a test, a file that is not there, a test that its file does not hold.
/// `text_of` gives what stands in a file, and nothing of a folder.
fn complaints(page: &str, text_of: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    let rows = page.lines().filter(|line| {
        line.starts_with("| ") && !line.starts_with("| --- ") && !line.starts_with("| asked for ")
    });
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [asked, code, shown] = cells[..] else {
            found.push(format!("not three cells: {row}"));
            continue;
        };
        let is_there = |file: &str| text_of(file).is_some();
        let files: Vec<&str> = quoted(code, '`').collect();
        if files.is_empty() {
            found.push(format!("{asked}: no code is named"));
        }
        found.extend(
            files
                .iter()
                .filter(|file| !is_there(file))
                .map(|file| format!("{asked}: there is no {file}")),
        );
        let mut tests = 0;
        // Each file, and the names behind it up to the next one.
        for part in shown.split('`').collect::<Vec<_>>()[1..].chunks(2) {
            let (file, names) = (part[0], part.get(1).copied().unwrap_or_default());
            let Some(text) = text_of(file) else {
                found.push(format!("{asked}: there is no {file}"));
                continue;
            };
            for name in quoted(names, '"') {
                tests += 1;
                if !text.contains(name) {
                    found.push(format!("{asked}: {file} holds no “{name}”"));
                }
            }
        }
        if tests == 0 {
            found.push(format!("{asked}: no test is named"));
        }
    }
    if found.is_empty() && !page.contains("| asked for |") {
        found.push("no table is there".to_owned());
    }
    found
}

/// What stands between two of `mark`.
fn quoted(text: &str, mark: char) -> impl Iterator<Item = &str> {
    text.split(mark).skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(row: &str) -> Vec<String> {
        let page = format!("| asked for | code | shown by |\n| --- | --- | --- |\n{row}\n");
        complaints(&page, |file| match file {
            "src/list.rs" => Some(String::new()),
            "tests/list.mjs" => Some("it(\"is sorted\", …); it(\"is paged\", …)".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn what_is_there_is_nothing_to_complain_about() {
        let row = "| A list | `src/list.rs` | `tests/list.mjs` \"is sorted\", \"is paged\" |";
        assert!(told(row).is_empty(), "{:?}", told(row));
    }

    #[test]
    fn what_is_gone_or_missing_is_told() {
        for (row, expected) in [
            (
                "| A list | `src/lists.rs` | `tests/list.mjs` \"is sorted\" |",
                "A list: there is no src/lists.rs",
            ),
            (
                "| A list | `src/list.rs` | `tests/list.mjs` \"is searched\" |",
                "A list: tests/list.mjs holds no “is searched”",
            ),
            (
                "| A list | `src/list.rs` | `tests/lists.mjs` \"is sorted\" |",
                "A list: there is no tests/lists.mjs",
            ),
            ("| A list | `src/list.rs` | by hand |", "A list: no test is named"),
            (
                "| A list | somewhere | `tests/list.mjs` \"is sorted\" |",
                "A list: no code is named",
            ),
            (
                "| A list | `src/list.rs` |",
                "not three cells: | A list | `src/list.rs` |",
            ),
        ] {
            assert!(told(row).contains(&expected.to_owned()), "{row}: {:?}", told(row));
        }
        assert_eq!(complaints("", |_| None), ["no table is there"]);
    }
}
