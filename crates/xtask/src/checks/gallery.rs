//! Every component of the design system stands in the gallery (`src/gallery`), so that it is looked at in all its states.

use super::{rust_files, verdict};
use crate::failure::Outcome;

/// Files of `src/ui` that show nothing by themselves, and what shows what they do.
const UNSEEN: [(&str, &str); 9] = [
    ("mod", "the list of the others"),
    ("before_paint", "virtual_list"),
    ("countdown", "trying_again"),
    ("paint", "chart"),
    ("popup", "menu"),
    ("reading_place", "the messages of a conversation"),
    ("row_window", "virtual_list"),
    ("scoped", "all of them"),
    ("sheet", "chart"),
];

/// Compares `src/ui` with the gallery.
pub fn check() -> Outcome {
    let files: Vec<String> = rust_files("src/ui")?
        .iter()
        .filter_map(|(file, _)| Some(file.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let gallery: String = rust_files("src/gallery")?
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    verdict(
        "the gallery",
        &complaints(&files, &gallery),
        "add an `Entry` with the component's states to src/gallery/mod.rs",
    )
}

/// What is missing in the gallery, and what is there but no longer a component.
fn complaints(files: &[String], gallery: &str) -> Vec<String> {
    let unseen = |file: &str| UNSEEN.iter().any(|(name, _)| *name == file);
    let shown: Vec<&str> = gallery
        .split("file: \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let missing = files
        .iter()
        .filter(|file| !unseen(file) && !shown.contains(&file.as_str()))
        .map(|file| format!("src/ui/{file}.rs has no entry"));
    let gone = shown
        .iter()
        .filter(|name| !files.iter().any(|file| file == *name))
        .map(|name| format!("there is no src/ui/{name}.rs"));
    missing.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_without_an_entry_and_an_entry_without_one_are_told() {
        let files = ["mod", "button", "sparkline"].map(str::to_owned);
        let gallery = r#"Entry { file: "button", states: a }, Entry { file: "slider", states: b }"#;
        assert_eq!(
            complaints(&files, gallery),
            ["src/ui/sparkline.rs has no entry", "there is no src/ui/slider.rs"]
        );
    }
}
