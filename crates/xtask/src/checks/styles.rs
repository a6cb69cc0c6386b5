//! The colours pass their contrasts, the page loads every stylesheet, and no style knows left from right.

use std::process::Command;

use super::{rust_files, rust_text, verdict};
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

/// Looks for styles that would not be mirrored where a language is written from right to left.
pub fn check_mirrored() -> Outcome {
    let mut complaints = Vec::new();
    for file in paths::files_below(&paths::root().join("styles"))? {
        if file.extension().is_some_and(|extension| extension == "css") {
            note_physical(&mut complaints, &super::relative(&file), &paths::read(&file)?);
        }
    }
    for (file, source) in rust_files("src")? {
        for literal in rust_text::read(&source).1 {
            note_physical(&mut complaints, &file, &literal.text);
        }
    }
    verdict(
        "styles that know left from right",
        &complaints,
        "write inline-start and inline-end, inline-size and block-size",
    )
}

fn note_physical(complaints: &mut Vec<String>, file: &std::path::Path, style: &str) {
    let found = physical(style).into_iter();
    complaints.extend(found.map(|declaration| format!("{}: {declaration}", file.display())));
}

/// The declarations that name a side of the screen instead of one of the line, or a size that does not turn with the writing.
fn physical(style: &str) -> Vec<String> {
    const PROPERTIES: [&str; 18] = [
        "left",
        "right",
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "border-left",
        "border-right",
        "border-left-width",
        "border-right-width",
        "border-left-color",
        "border-right-color",
        "border-top-left-radius",
        "border-top-right-radius",
        "border-bottom-left-radius",
        "border-bottom-right-radius",
        "scroll-margin-left",
        "scroll-padding-left",
    ];
    const VALUES: [&str; 4] = [
        "text-align: left",
        "text-align: right",
        "float: left",
        "float: right",
    ];
    let declarations = style.split(['{', '}', ';']).map(str::trim);
    declarations
        .filter(|declaration| {
            declaration.split_once(':').is_some_and(|(property, value)| {
                let tidy = format!("{}: {}", property.trim(), value.trim());
                PROPERTIES.contains(&property.trim()) || VALUES.contains(&tidy.as_str())
            })
        })
        .map(str::to_owned)
        .collect()
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
    fn sides_of_the_screen_are_found_and_sides_of_the_line_are_not() {
        let style = ".a { margin-inline-start: 1px; margin-left: 2px } .b{text-align:right;left:0}";
        assert_eq!(
            physical(style),
            ["margin-left: 2px", "text-align:right", "left:0"]
        );
        assert!(
            physical("inset-inline-start: 0; border-start-start-radius: 1px; text-align: end").is_empty()
        );
        assert!(physical("Nobody is left. {count} right").is_empty());
    }

    #[test]
    fn names_a_sheet_that_is_not_linked() {
        let page = r#"<link data-trunk rel="css" href="styles/tokens.css">"#;
        let sheets = ["styles/tokens.css".to_owned(), "styles/old.css".to_owned()];
        assert_eq!(not_loaded(page, &sheets), ["styles/old.css"]);
    }
}
