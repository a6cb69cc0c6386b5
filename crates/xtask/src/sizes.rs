//! How many bytes a browser fetches, and the gate that keeps them from growing unnoticed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::paths;
use crate::process::output;

/// Growth that needs nobody's consent, in percent.
const ALLOWED_GROWTH: u64 = 2;
const ACCEPT: &str = "if the growth is worth it, run `cargo xtask sizes --accept` and commit docs/sizes.json";

/// A delivered file and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// Its name without the hash, such as `dist/switchboard_bg.wasm`.
    pub name: String,
    /// As it is.
    pub raw: u64,
    /// As gzip at its best.
    pub gzip: u64,
    /// As brotli at its best.
    pub brotli: u64,
}

/// Writes `.br` and `.gz` beside the dashboard's files and measures everything that is delivered.
///
/// # Errors
/// When a bundle is missing or cannot be compressed.
pub fn compress_and_measure() -> Outcome<Vec<Size>> {
    let mut sizes = measured("dist", &paths::dist(), &["--beside".into(), paths::dist()])?;
    let widget = paths::widget_bundle();
    sizes.extend(measured(
        "widget",
        &widget,
        &[widget.join("widget.js"), widget.join("widget_bg.wasm")],
    )?);
    let sources = paths::root().join("crates/widget");
    let delivered = ["loader/loader.js", "frame/boot.js", "frame/frame.css"].map(|name| sources.join(name));
    sizes.extend(measured("widget", &sources, &delivered)?);
    Ok(sizes)
}

fn measured(group: &str, folder: &Path, arguments: &[PathBuf]) -> Outcome<Vec<Size>> {
    let script = paths::root().join("crates/xtask/scripts/compress.mjs");
    let answer = output(Command::new("node").arg(script).args(arguments))?;
    let unreadable = || Failure::new("compress.mjs printed something that is not its list of sizes");
    let list: Vec<Value> = serde_json::from_str(&answer).map_err(|_| unreadable())?;
    list.iter()
        .map(|entry| {
            let file = Path::new(entry["file"].as_str().ok_or_else(unreadable)?);
            let name = file
                .strip_prefix(folder)
                .unwrap_or(file)
                .to_string_lossy()
                .into_owned();
            let bytes = |key: &str| entry[key].as_u64().ok_or_else(unreadable);
            Ok(Size {
                name: format!("{group}/{}", without_hash(&name)),
                raw: bytes("raw")?,
                gzip: bytes("gzip")?,
                brotli: bytes("brotli")?,
            })
        })
        .collect()
}

/// The table that `build` prints.
pub fn table(sizes: &[Size]) -> String {
    let width = sizes.iter().map(|size| size.name.len()).max().unwrap_or(0).max(5);
    let line = |name: &str, raw: String, gzip: String, brotli: String| {
        format!("{name:<width$}  {raw:>10}  {gzip:>10}  {brotli:>10}\n")
    };
    let mut text = line("bytes", "raw".into(), "gzip".into(), "brotli".into());
    for size in sizes {
        text.push_str(&line(
            &size.name,
            size.raw.to_string(),
            size.gzip.to_string(),
            size.brotli.to_string(),
        ));
    }
    for group in ["dist", "widget"] {
        let of_group = || {
            sizes
                .iter()
                .filter(|size| size.name.starts_with(&format!("{group}/")))
        };
        text.push_str(&line(
            &format!("{group} in all"),
            of_group().map(|size| size.raw).sum::<u64>().to_string(),
            of_group().map(|size| size.gzip).sum::<u64>().to_string(),
            of_group().map(|size| size.brotli).sum::<u64>().to_string(),
        ));
    }
    text
}

/// Compares with the sizes that were accepted last.
///
/// # Errors
/// Names every file that grew by more than 2 %, appeared or went.
pub fn gate(sizes: &[Size]) -> Outcome {
    let accepted = paths::read(&accepted_file())
        .map_err(|failure| failure.advise("run `cargo xtask sizes --accept` and commit docs/sizes.json"))?;
    let accepted: BTreeMap<String, u64> = serde_json::from_str(&accepted)
        .map_err(|error| Failure::new(format!("docs/sizes.json: {error}")).advise(ACCEPT))?;
    let complaints = complaints(&accepted, sizes);
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "brotli sizes against docs/sizes.json:\n  {}",
        complaints.join("\n  ")
    ))
    .advise(ACCEPT))
}

/// Takes today's sizes as the ones to compare with.
///
/// # Errors
/// When the file cannot be written.
pub fn accept(sizes: &[Size]) -> Outcome {
    let accepted: BTreeMap<&str, u64> = sizes
        .iter()
        .map(|size| (size.name.as_str(), size.brotli))
        .collect();
    let text = serde_json::to_string_pretty(&accepted)
        .map_err(|error| Failure::new(format!("docs/sizes.json: {error}")))?;
    paths::write_if_changed(&accepted_file(), format!("{text}\n").as_bytes())
}

fn accepted_file() -> PathBuf {
    paths::root().join("docs/sizes.json")
}

fn complaints(accepted: &BTreeMap<String, u64>, sizes: &[Size]) -> Vec<String> {
    let mut complaints = Vec::new();
    for size in sizes {
        match accepted.get(&size.name) {
            None => complaints.push(format!("{} is new ({} bytes)", size.name, size.brotli)),
            Some(&before) if size.brotli * 100 > before * (100 + ALLOWED_GROWTH) => complaints.push(format!(
                "{} grew from {before} to {} bytes, more than {ALLOWED_GROWTH} %",
                size.name, size.brotli
            )),
            Some(_) => {}
        }
    }
    for name in accepted
        .keys()
        .filter(|name| sizes.iter().all(|size| size.name != **name))
    {
        complaints.push(format!("{name} is no longer delivered"));
    }
    complaints
}

/// `switchboard-1f0c8a5be27d90e4_bg.wasm` → `switchboard_bg.wasm`: a dash and at least ten hexadecimal digits are the
/// content's hash.
pub fn without_hash(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(dash) = rest.find('-') {
        kept.push_str(&rest[..dash]);
        let after = &rest[dash + 1..];
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = after[digits..]
            .chars()
            .next()
            .is_none_or(|next| !next.is_ascii_alphanumeric() && next != '-');
        if digits >= 10 && ends {
            rest = &after[digits..];
        } else {
            kept.push('-');
            rest = after;
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str, brotli: u64) -> Size {
        Size {
            name: name.into(),
            raw: brotli,
            gzip: brotli,
            brotli,
        }
    }

    #[test]
    fn takes_hashes_out_of_names_and_nothing_else() {
        assert_eq!(
            without_hash("switchboard-1f0c8a5be27d90e4_bg.wasm"),
            "switchboard_bg.wasm"
        );
        assert_eq!(without_hash("boot-9c1d2e3f4a5b6c7d.js"), "boot.js");
        assert_eq!(
            without_hash("snippets/gloo-timers-0123456789abcdef/inline0.js"),
            "snippets/gloo-timers/inline0.js"
        );
        assert_eq!(without_hash("service-worker.js"), "service-worker.js");
        assert_eq!(without_hash("a-decade.css"), "a-decade.css");
    }

    #[test]
    fn lets_two_percent_pass_and_not_more() {
        let accepted = BTreeMap::from([("dist/a.js".to_owned(), 1000)]);
        assert!(complaints(&accepted, &[size("dist/a.js", 1020)]).is_empty());
        assert!(complaints(&accepted, &[size("dist/a.js", 500)]).is_empty());
        assert_eq!(
            complaints(&accepted, &[size("dist/a.js", 1021)]),
            ["dist/a.js grew from 1000 to 1021 bytes, more than 2 %"]
        );
    }

    #[test]
    fn notices_files_that_come_and_go() {
        let accepted = BTreeMap::from([("dist/old.js".to_owned(), 10)]);
        assert_eq!(
            complaints(&accepted, &[size("dist/new.js", 20)]),
            [
                "dist/new.js is new (20 bytes)",
                "dist/old.js is no longer delivered"
            ]
        );
    }
}
