//! What the release bundle must not hold: inline scripts, sample data, the gallery, folders of the machine that built it.

use std::fs;

use super::rust_text;
use super::verdict;
use crate::failure::{Failure, Outcome, io};
use crate::paths;

/// The parts of the server in which sample data is written down; none of it may reach a browser with the program.
const SAMPLE_SOURCES: [&str; 2] = ["crates/server/src/seed", "crates/server/src/generate/words"];
/// What marks demo accounts anywhere.
const SAMPLE_MARKS: [&str; 2] = ["demo.test", "switchboard-demo"];

/// What stands in development builds only.
const DEVELOPMENT_MARKS: [&str; 1] = ["dev/gallery"];

/// Looks through `dist/`.
///
/// # Errors
/// Names the file and what it must not hold.
pub fn check() -> Outcome {
    let root = paths::root();
    let mut samples: Vec<String> = SAMPLE_MARKS.iter().map(|mark| (*mark).to_owned()).collect();
    for (file, source) in super::rust_files("crates/server/src")? {
        let name = file.to_string_lossy();
        if SAMPLE_SOURCES.iter().any(|part| name.starts_with(part)) {
            samples.extend(sample_texts(&source));
        }
    }
    if samples.len() == SAMPLE_MARKS.len() {
        return Err(Failure::new("no sample data was found in the server's sources")
            .advise("say in crates/xtask/src/checks/bundle.rs where it is written down now"));
    }
    let mut machine = vec![root.to_string_lossy().into_owned()];
    machine.extend(
        std::env::var("HOME")
            .ok()
            .filter(|home| home.len() > 1)
            .map(|home| format!("{home}/")),
    );

    let dist = paths::dist();
    let mut complaints = Vec::new();
    let mut pages = 0;
    for file in paths::files_below(&dist)? {
        let name = super::relative(&file).display().to_string();
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let bytes = fs::read(&file).map_err(io(file.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        complaints.extend(
            held(&text, &samples)
                .iter()
                .map(|sample| format!("{name} holds sample data: {sample}")),
        );
        complaints.extend(
            DEVELOPMENT_MARKS
                .iter()
                .filter(|mark| text.contains(*mark))
                .map(|mark| format!("{name} holds what is for development: {mark}")),
        );
        complaints.extend(
            held(&text, &machine)
                .iter()
                .map(|path| format!("{name} holds a path of this machine: {path}")),
        );
        if name.ends_with(".html") {
            pages += 1;
            complaints.extend(inline_code(&text).iter().map(|what| format!("{name}: {what}")));
        }
    }
    if pages == 0 {
        return Err(
            Failure::new(format!("{} holds no page", dist.display())).advise("run `cargo xtask build`")
        );
    }
    verdict(
        "the release bundle",
        &complaints,
        "take it out of the sources that the dashboard is built from",
    )
}

/// Texts that only sample data holds: sentences, full names and addresses among the string literals of a source, up to
/// its tests.
fn sample_texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let (_, literals) = rust_text::read(source);
    literals
        .into_iter()
        .map(|literal| literal.text)
        .filter(|text| {
            text.len() >= 8 && !text.contains(['{', '$', '\\']) && (text.contains(' ') || text.contains('@'))
        })
        .filter(|text| !text.chars().all(|c| c.is_ascii_lowercase() || c == ' '))
        .collect()
}

fn held<'n>(text: &str, needles: &'n [String]) -> Vec<&'n str> {
    needles
        .iter()
        .map(String::as_str)
        .filter(|needle| text.contains(needle))
        .collect()
}

/// Scripts without an address and event attributes: the Content-Security-Policy refuses both.
fn inline_code(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in page.match_indices("<script") {
        let tag = &page[at..];
        let (attributes, rest) = tag.split_once('>').unwrap_or((tag, ""));
        let content = rest.split("</script").next().unwrap_or_default();
        if !attributes.contains("src=") || !content.trim().is_empty() {
            found.push(format!(
                "an inline script: {}",
                content.trim().chars().take(60).collect::<String>()
            ));
        }
    }
    for attribute in [" onload=", " onerror=", " onclick=", "javascript:"] {
        if page.contains(attribute) {
            found.push(format!("an inline handler:{attribute}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_sentences_and_addresses_for_sample_data() {
        let source = r#"const A: &str = "Do you ship to Norway?"; q("kim@north.example"); sql("id"); e("Port {port} is taken");"#;
        assert_eq!(
            sample_texts(source),
            ["Do you ship to Norway?", "kim@north.example"]
        );
    }

    #[test]
    fn finds_inline_scripts_and_handlers() {
        assert!(inline_code(r#"<script type="module" src="/boot.js"></script>"#).is_empty());
        assert_eq!(inline_code("<script>go()</script>").len(), 1);
        assert_eq!(inline_code("<body onload=go()>").len(), 1);
    }
}
