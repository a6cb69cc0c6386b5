//! Plays traces through again: `cargo run -p switchboard-engine --example replay -- FILE-OR-FOLDER …`.
//!
//! A trace is what the dashboard's Connection panel saves. It plays through when the same effects follow from the same
//! events; else the first step that differs is named and the program ends with 1.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use switchboard_engine::trace::{Difference, replay};

fn main() -> ExitCode {
    let places: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if places.is_empty() {
        eprintln!("no trace is named: give files, or folders of them");
        return ExitCode::FAILURE;
    }
    let mut failed = false;
    for place in places {
        match traces(&place) {
            Ok(files) if files.is_empty() => {
                eprintln!("{}: no trace is here", place.display());
                failed = true;
            }
            Ok(files) => {
                for file in &files {
                    failed |= !plays_through(file);
                }
            }
            Err(error) => {
                eprintln!("{}: {error}", place.display());
                failed = true;
            }
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// A file itself, or the traces in a folder by name.
fn traces(place: &Path) -> io::Result<Vec<PathBuf>> {
    if !place.is_dir() {
        return Ok(vec![place.to_path_buf()]);
    }
    let mut files = fs::read_dir(place)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension() == Some(OsStr::new("json")));
    files.sort();
    Ok(files)
}

/// Says how it went.
fn plays_through(file: &Path) -> bool {
    let shown = file.display();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{shown}: {error}");
            return false;
        }
    };
    match replay(&text) {
        Ok(steps) => {
            println!("{shown}: {steps} steps play through");
            return true;
        }
        Err(Difference::Unreadable(why)) => eprintln!("{shown}: no trace of this version ({why})"),
        Err(Difference::Incomplete) => eprintln!("{shown}: its beginning is missing, so it cannot be played"),
        Err(Difference::Step { step, then, now }) => {
            eprintln!("{shown}: step {step} differs\n  then: {then}\n  now:  {now}");
        }
    }
    false
}
