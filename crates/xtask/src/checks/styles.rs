//! The colours pass their contrasts, and the page loads every stylesheet.

use std::process::Command;

use super::verdict;
use crate::failure::Outcome;
use crate::paths;
use crate::process::run;

/// Runs the contrast check of the design tokens and compares `styles/` with index.html.
pub fn check() -> Outcome {
    run(Command::new("node")
        .arg("check-contrast.mjs")
        .current_dir(paths::root().join("styles")))
    .map_err(|failure| failure.advise("change the colours in styles/tokens.css until every pair passes"))?;
    let page = paths::read(&paths::root().join("index.html"))?;
    let sheets: Vec<String> = paths::files_below(&paths::root().join("styles"))?
        .iter()
        .map(|file| super::relative(file).to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".css"))
        .collect();
    verdict(
        "stylesheets that no page loads",
        &not_loaded(&page, &sheets),
        "link them in index.html, or remove them",
    )
}

fn not_loaded(page: &str, sheets: &[String]) -> Vec<String> {
    sheets
        .iter()
        .filter(|sheet| !page.contains(&format!("href=\"{sheet}\"")))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_sheet_that_is_not_linked() {
        let page = r#"<link data-trunk rel="css" href="styles/tokens.css">"#;
        let sheets = ["styles/tokens.css".to_owned(), "styles/old.css".to_owned()];
        assert_eq!(not_loaded(page, &sheets), ["styles/old.css"]);
    }
}
