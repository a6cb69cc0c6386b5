//! What a browser loads: the dashboard's static files and the widget's program; and the server that delivers them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome, io};
use crate::paths;
use crate::process::run;
use crate::tools::{Bundlers, WASM_TARGET};

/// What the compiler uses and wasm-opt has to be told; index.html repeats it for Trunk, and a test compares them.
pub const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
const WASM_PROFILE: &str = "wasm-release";
/// The server embeds the files of the folder that this variable names when it is compiled.
const WIDGET_BUNDLE_VARIABLE: &str = "SWITCHBOARD_WIDGET_BUNDLE";

/// How the server is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ServerProfile {
    /// Quick to build: for running and testing here.
    Dev,
    /// For delivery.
    Release,
}

/// Builds the dashboard's release bundle into `dist/`.
///
/// # Errors
/// What failed.
pub fn dashboard(bundlers: &Bundlers) -> Outcome {
    // Trunk builds offline, so that it never fetches a tool by itself; the crates have to be there before.
    run(Command::new("cargo")
        .args(["fetch", "--quiet", "--target", WASM_TARGET])
        .current_dir(paths::root()))
    .map_err(|failure| failure.advise("see that the crate registry can be reached, then try again"))?;
    // The cut between compiling and binding, for which Trunk has no step: a script by the name of wasm-bindgen makes it.
    let scripts = paths::root().join("crates/xtask/scripts");
    let chunks = paths::target().join("chunks");
    let mut flags = portable_paths()?;
    flags.push(" -Clink-args=--emit-relocs");
    run(Command::new(&bundlers.trunk)
        .args(["build", "--release", "--offline", "--features", "chunks"])
        .current_dir(paths::root())
        .env("PATH", bundlers.path_after(&scripts.join("split"))?)
        .env("SWITCHBOARD_WASM_BINDGEN", &bundlers.wasm_bindgen)
        .env("SWITCHBOARD_WASM_SPLIT", &bundlers.wasm_split)
        .env("SWITCHBOARD_CHUNKS", &chunks)
        .env("RUSTFLAGS", flags)
        // What failed is in its message; where in Trunk it noticed is of no use.
        .env("RUST_BACKTRACE", "0")
        // Trunk takes it for a flag of its own and refuses the usual value `1`.
        .env_remove("NO_COLOR"))
    .map_err(|failure| failure.during("building the dashboard"))?;
    run(Command::new("node")
        .arg(scripts.join("place_chunks.mjs"))
        .args([paths::dist(), chunks, bundlers.wasm_opt.clone()])
        .arg("-Oz")
        .args(WASM_FEATURES))
    .map_err(|failure| failure.during("putting the chunks into the bundle"))?;
    run(Command::new("node").args([scripts.join("place_worker.mjs"), paths::dist()]))
        .map_err(|failure| failure.during("putting the service worker into the bundle"))
}

/// Builds the widget's program into [`paths::widget_bundle`].
///
/// # Errors
/// What failed.
pub fn widget(bundlers: &Bundlers) -> Outcome {
    run(Command::new("cargo")
        .args([
            "build",
            "--package",
            "switchboard-widget",
            "--lib",
            "--target",
            WASM_TARGET,
        ])
        .args(["--profile", WASM_PROFILE])
        .current_dir(paths::root())
        .env("RUSTFLAGS", portable_paths()?))?;
    let compiled = paths::target()
        .join(WASM_TARGET)
        .join(WASM_PROFILE)
        .join("switchboard_widget.wasm");

    let unfinished = paths::target().join("widget-bundle.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(io(unfinished.display()))?;
    }
    run(Command::new(&bundlers.wasm_bindgen)
        .args([
            "--target",
            "web",
            "--no-typescript",
            "--remove-name-section",
            "--out-name",
            "widget",
            "--out-dir",
        ])
        .arg(&unfinished)
        .arg(&compiled))?;
    let wasm = unfinished.join("widget_bg.wasm");
    run(Command::new(&bundlers.wasm_opt)
        .arg("-Oz")
        .args(WASM_FEATURES)
        .arg("-o")
        .arg(&wasm)
        .arg(&wasm))?;

    // The server is compiled again when these files change, so leave equal ones alone.
    for name in ["widget.js", "widget_bg.wasm"] {
        let built = unfinished.join(name);
        let content = fs::read(&built).map_err(io(built.display()))?;
        paths::write_if_changed(&paths::widget_bundle().join(name), &content)?;
    }
    fs::remove_dir_all(&unfinished).map_err(io(unfinished.display()))
}

/// Compiles the server with the widget inside and returns the program.
///
/// The one for running here is a copy: a plain `cargo build`, which knows no widget, would put another in its place.
///
/// # Errors
/// When it does not compile.
pub fn server(profile: ServerProfile) -> Outcome<PathBuf> {
    let name = format!("switchboard-server{}", std::env::consts::EXE_SUFFIX);
    let mut command = cargo_with_widget();
    command.args(["build", "--package", "switchboard-server"]);
    if profile == ServerProfile::Release {
        run(command.arg("--release"))?;
        return Ok(paths::target().join("release").join(name));
    }
    run(&mut command)?;
    let built = paths::target().join("debug").join(&name);
    let copy = paths::target().join("xtask").join(&name);
    fs::create_dir_all(paths::target().join("xtask")).map_err(io("target/xtask"))?;
    // A copy that runs right now cannot be written over, but its name can be taken from it.
    let _ = fs::remove_file(&copy);
    fs::copy(&built, &copy).map_err(io(copy.display()))?;
    Ok(copy)
}

/// `cargo`, told where the widget is when it is built: always the same way, so that the server is not compiled twice.
pub fn cargo_with_widget() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(paths::root());
    if paths::widget_bundle().join("widget_bg.wasm").is_file() {
        command.env(WIDGET_BUNDLE_VARIABLE, paths::widget_bundle());
    } else {
        command.env_remove(WIDGET_BUNDLE_VARIABLE);
    }
    command
}

/// Keeps the folders of this machine out of what visitors download: panics name source files.
fn portable_paths() -> Outcome<OsString> {
    let cargo_home = match (std::env::var_os("CARGO_HOME"), std::env::var_os("HOME")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(home)) => Path::new(&home).join(".cargo"),
        (None, None) => return Err(Failure::new("neither CARGO_HOME nor HOME is set").advise("set HOME")),
    };
    let mut flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    for (folder, name) in [
        (cargo_home.join("registry/src"), "crates"),
        (paths::root(), "switchboard"),
    ] {
        if !flags.is_empty() {
            flags.push(" ");
        }
        flags.push("--remap-path-prefix=");
        flags.push(&folder);
        flags.push(format!("={name}"));
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_gives_wasm_opt_the_same_features() {
        let page = paths::read(&paths::root().join("index.html")).unwrap();
        let expected = format!("data-wasm-opt-params=\"{}\"", WASM_FEATURES.join(" "));
        assert!(page.contains(&expected), "index.html must hold {expected}");
    }
}
