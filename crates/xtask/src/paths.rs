//! Where things are: the checkout, the cache of tools, what is built.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, io};

/// The checkout's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The dashboard's static files.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The widget's program and its JavaScript, which the server embeds.
pub fn widget_bundle() -> PathBuf {
    target().join("widget-bundle")
}

/// The journeys and the development tools that npm installs.
pub fn journeys() -> PathBuf {
    root().join("tests/e2e")
}

/// `${XDG_CACHE_HOME:-~/.cache}/switchboard/tools`: outside the checkout, so that a later clone finds the tools again.
///
/// # Errors
/// When neither `XDG_CACHE_HOME` nor `HOME` says where that is.
pub fn tools() -> Outcome<PathBuf> {
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) if !cache.is_empty() => PathBuf::from(cache),
        (_, Some(home)) if !home.is_empty() => PathBuf::from(home).join(".cache"),
        _ => {
            return Err(Failure::new("no folder for the tools is known")
                .advise("set XDG_CACHE_HOME or HOME to a folder that you may write to"));
        }
    };
    Ok(cache.join("switchboard/tools"))
}

/// Reads a text file.
///
/// # Errors
/// When it cannot be read, naming it.
pub fn read(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(io(file.display()))
}

/// Writes a file unless it already holds exactly this: what depends on its time is not built again for nothing.
///
/// # Errors
/// When it cannot be written, naming it.
pub fn write_if_changed(file: &Path, content: &[u8]) -> Outcome {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(io(folder.display()))?;
    }
    fs::write(file, content).map_err(io(file.display()))
}

/// Every file below a folder, sorted; nothing when the folder does not exist.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(io(folder.display()))? {
            let path = entry.map_err(io(folder.display()))?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    Ok(found)
}
