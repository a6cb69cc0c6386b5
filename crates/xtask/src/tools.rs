//! The tools that building and testing need: found again in the cache folder, installed there when missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome, io};
use crate::paths;
use crate::process::{find, output, run};

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const WASM_SPLIT: &str = "0.2.4";
const NEXTEST: &str = "0.9.143";
/// The target that a browser runs.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What turns the sources into what a browser loads.
pub struct Bundlers {
    /// `trunk`.
    pub trunk: PathBuf,
    /// `wasm-bindgen`, of the version in `Cargo.lock`.
    pub wasm_bindgen: PathBuf,
    /// `wasm-split-cli`, which cuts the dashboard into its chunks.
    pub wasm_split: PathBuf,
    /// `wasm-opt`.
    pub wasm_opt: PathBuf,
}

impl Bundlers {
    /// `PATH` under which Trunk finds the other two.
    ///
    /// # Errors
    /// When `PATH` cannot hold the folders.
    pub fn path(&self) -> Outcome<std::ffi::OsString> {
        crate::process::path_with(&self.folders())
    }

    /// The same with another folder before them.
    ///
    /// # Errors
    /// As [`Bundlers::path`].
    pub fn path_after(&self, first: &Path) -> Outcome<std::ffi::OsString> {
        let mut folders = vec![first];
        folders.extend(self.folders());
        crate::process::path_with(&folders)
    }

    fn folders(&self) -> Vec<&Path> {
        [&self.trunk, &self.wasm_bindgen, &self.wasm_opt]
            .iter()
            .filter_map(|tool| tool.parent())
            .collect()
    }

    /// Runs browser tests; beside `wasm-bindgen`.
    pub fn test_runner(&self) -> PathBuf {
        self.wasm_bindgen.with_file_name("wasm-bindgen-test-runner")
    }
}

/// Finds or installs everything that builds the bundles.
///
/// # Errors
/// What could not be installed, and what to do.
pub fn bundlers() -> Outcome<Bundlers> {
    wasm_target()?;
    let wasm_bindgen_version =
        locked_version(&paths::read(&paths::root().join("Cargo.lock"))?, "wasm-bindgen")?;
    Ok(Bundlers {
        // Offline and behind our own proxy it needs neither TLS nor news of its updates.
        trunk: from_crate("trunk", TRUNK, "trunk", &["--locked", "--no-default-features"])?,
        // Its own lock file names a version that is not everywhere to be had, so not `--locked`.
        wasm_bindgen: from_crate("wasm-bindgen-cli", &wasm_bindgen_version, "wasm-bindgen", &[])?,
        // Its lock file is for its tests; `--locked` would add nothing but old versions.
        wasm_split: from_crate(
            "wasm_split_cli_support",
            WASM_SPLIT,
            "wasm-split-cli",
            &["--features", "build-binary"],
        )?,
        wasm_opt: binaryen()?,
    })
}

/// Sees that `cargo nextest` is there and returns the folder to put on `PATH` for it.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn nextest() -> Outcome<Option<PathBuf>> {
    let there = Command::new("cargo").args(["nextest", "--version"]).output();
    if there.is_ok_and(|answer| answer.status.success()) {
        return Ok(None);
    }
    let program = from_crate("cargo-nextest", NEXTEST, "cargo-nextest", &["--locked"])?;
    Ok(program.parent().map(Path::to_path_buf))
}

/// Installs the npm packages of the journeys when their lock file changed since the last time.
///
/// # Errors
/// When npm is missing or fails.
pub fn node_packages() -> Outcome {
    let folder = paths::journeys();
    let lock = paths::read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("  installing the npm packages of tests/e2e");
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder))
    .map_err(|failure| failure.advise("see that the npm registry can be reached, then try again"))?;
    fs::write(&stamp, lock).map_err(io(stamp.display()))
}

fn wasm_target() -> Outcome {
    let sysroot = output(
        Command::new("rustc")
            .args(["--print", "sysroot"])
            .current_dir(paths::root()),
    )?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .join("lib")
        .is_dir()
    {
        return Ok(());
    }
    println!("  adding the Rust target {WASM_TARGET}");
    run(Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .current_dir(paths::root()))
}

/// Finds a program in the cache, or builds the crate that has it.
fn from_crate(krate: &str, version: &str, program: &str, options: &[&str]) -> Outcome<PathBuf> {
    let folder = paths::tools()?.join(format!("{krate}-{version}"));
    let file = folder.join("bin").join(program);
    if file.is_file() {
        return Ok(file);
    }
    println!("  building {krate} {version} (once; a few minutes)");
    into_place(&folder, |unfinished| {
        run(Command::new("cargo")
            .args(["install", krate, "--version", version])
            .args(options)
            .arg("--root")
            .arg(unfinished)
            // Tools for building are judged by how soon they are there: their own release settings take twice as long.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            // Outside the checkout, whose cargo settings are not meant for tools.
            .current_dir(paths::tools()?)
            .env_remove("CARGO_TARGET_DIR"))
        .map_err(|failure| {
            failure.advise(format!(
                "see that the crate registry can be reached and a C compiler is installed, or put {program} {version} at {}",
                file.display()
            ))
        })
    })?;
    Ok(file)
}

/// `wasm-opt` comes from npm, where the package ships it as a program that Node runs.
fn binaryen() -> Outcome<PathBuf> {
    let folder = paths::tools()?.join(format!("binaryen-{BINARYEN}"));
    let file = folder.join("node_modules/.bin/wasm-opt");
    if file.exists() {
        return Ok(file);
    }
    println!("  installing wasm-opt (binaryen {BINARYEN} from npm)");
    into_place(&folder, |unfinished| {
        run(Command::new("npm")
            .arg("install")
            .arg("--prefix")
            .arg(unfinished)
            .args([
                "--no-save",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ])
            .arg(format!("binaryen@{BINARYEN}")))
        .map_err(|failure| failure.advise("see that the npm registry can be reached, then try again"))
    })?;
    Ok(file)
}

/// Installs into a folder beside the wanted one and renames it, so that a broken attempt never counts as installed.
fn into_place(folder: &Path, install: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let tools = paths::tools()?;
    fs::create_dir_all(&tools).map_err(|error| {
        Failure::new(format!("{}: {error}", tools.display()))
            .advise("set XDG_CACHE_HOME to a folder that you may write to")
    })?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = tools.join(format!(".{name}.{}", std::process::id()));
    let outcome = fs::create_dir_all(&unfinished)
        .map_err(io(unfinished.display()))
        .and_then(|()| install(&unfinished));
    if let Err(failure) = outcome {
        // What is left is of no use; that it cannot be removed does no harm.
        let _ = fs::remove_dir_all(&unfinished);
        return Err(failure);
    }
    if folder.exists() {
        // An older, incomplete one; or another run was faster.
        fs::remove_dir_all(folder).map_err(io(folder.display()))?;
    }
    fs::rename(&unfinished, folder).map_err(io(folder.display()))
}

/// The version of a package in a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Outcome<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("Cargo.lock names no version of {package}")))
}

/// A program of the system, installed from Debian's packages when it is missing and that is allowed.
///
/// # Errors
/// When it is missing and cannot be installed; says which package has it.
pub fn system_program(look: impl Fn() -> Option<PathBuf>, name: &str, package: &str) -> Outcome<PathBuf> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let missing = || {
        Failure::new(format!("{name} is missing")).advise(format!(
            "install it (Debian and Ubuntu: `apt-get install {package}` as root) and see that it is on PATH"
        ))
    };
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || find("apt-get").is_none() {
        return Err(missing());
    }
    println!("  installing {name} (package {package})");
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-qq"])?;
    apt(&["install", "-y", "-qq", "--no-install-recommends", package])?;
    look().ok_or_else(missing)
}

/// The browser of the tests.
///
/// # Errors
/// As [`system_program`].
pub fn chromium() -> Outcome<PathBuf> {
    system_program(
        || {
            ["chromium", "chromium-browser", "google-chrome"]
                .iter()
                .find_map(|name| find(name))
        },
        "Chromium",
        "chromium",
    )
}

/// The browser's driver, which the component tests use.
///
/// # Errors
/// As [`system_program`].
pub fn chromedriver() -> Outcome<PathBuf> {
    system_program(|| find("chromedriver"), "ChromeDriver", "chromium-driver")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_locked_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "absent").is_err());
    }
}
