//! Rules about the sources and the bundle that no compiler knows. Each is a pure function over text with its tests, and
//! a thin part that reads the files.

pub mod bundle;
mod coverage;
mod gallery;
mod layers;
mod messages;
mod planted;
mod portable;
mod rendering;
mod rust_text;
mod storage;
mod styles;

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::paths;

/// A check's name and what runs it.
type Check = (&'static str, fn() -> Outcome);

/// The checks that need nothing built.
pub const SOURCES: [Check; 11] = [
    ("no empty render", rendering::check),
    ("layers", layers::check),
    ("message keys", messages::check),
    ("languages", messages::check_languages),
    ("styles", styles::check),
    ("mirrored styles", styles::check_mirrored),
    ("no path of a machine", portable::check),
    ("no planted bug", planted::check),
    ("gallery", gallery::check),
    ("storage keys", storage::check),
    ("coverage", coverage::check),
];

/// The Rust files below a folder of the checkout, with their names relative to it.
fn rust_files(folder: &str) -> Outcome<Vec<(PathBuf, String)>> {
    paths::files_below(&paths::root().join(folder))?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .map(|file| {
            let text = paths::read(&file)?;
            Ok((relative(&file), text))
        })
        .collect()
}

fn relative(file: &Path) -> PathBuf {
    file.strip_prefix(paths::root()).unwrap_or(file).to_path_buf()
}

/// Success when there is nothing to complain about.
fn verdict(what: &str, complaints: &[String], advice: &str) -> Outcome {
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{what}:\n  {}", complaints.join("\n  "))).advise(advice))
}
