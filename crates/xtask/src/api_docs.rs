//! `docs/api`: the OpenAPI document that the server prints and the TypeScript types made from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome, io};
use crate::paths;
use crate::process::{output, run};

/// Writes both files.
///
/// # Errors
/// When the server or the generator fails.
pub fn write(server: &Path) -> Outcome {
    generate_into(server, &checked_in())
}

/// Compares the checked-in files with fresh ones.
///
/// # Errors
/// Names the files that differ and the command that mends it.
pub fn check(server: &Path) -> Outcome {
    let fresh = paths::target().join("api-docs");
    generate_into(server, &fresh)?;
    let stale: Vec<&str> = ["openapi.json", "types.d.ts"]
        .into_iter()
        .filter(|name| {
            let same = fs::read(fresh.join(name))
                .and_then(|new| fs::read(checked_in().join(name)).map(|old| old == new));
            !same.unwrap_or(false)
        })
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(
        Failure::new(format!("out of date in docs/api: {}", stale.join(", ")))
            .advise("run `cargo xtask generate` and commit docs/api"),
    )
}

/// Type-checks that what a TypeScript client was written for accepts what the API sends.
///
/// # Errors
/// What the TypeScript compiler says.
pub fn check_clients() -> Outcome {
    run(Command::new("node")
        .args([
            "node_modules/typescript/bin/tsc",
            "--project",
            "types/tsconfig.json",
        ])
        .current_dir(paths::journeys()))
}

fn generate_into(server: &Path, folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(io(folder.display()))?;
    let document = output(Command::new(server).arg("openapi"))?;
    paths::write_if_changed(
        &folder.join("openapi.json"),
        format!("{}\n", document.trim_end()).as_bytes(),
    )?;
    let types = output(
        Command::new("node")
            .args(["node_modules/openapi-typescript/bin/cli.js"])
            .arg(folder.join("openapi.json"))
            .args(["--root-types", "--root-types-no-schema-prefix", "--alphabetize"])
            .current_dir(paths::journeys()),
    )?;
    paths::write_if_changed(&folder.join("types.d.ts"), types.as_bytes())
}

fn checked_in() -> PathBuf {
    paths::root().join("docs/api")
}
