//! `cargo xtask test`: every check. It goes on after a failure and lists all of them at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bundle::{self, ServerProfile, cargo_with_widget};
use crate::commands::options::Options;
use crate::failure::{Failure, Outcome, io};
use crate::postgres::TestPostgres;
use crate::process::{path_with, run};
use crate::steps::Steps;
use crate::tools::{self, Bundlers, WASM_TARGET};
use crate::{api_docs, checks, paths, sizes};

/// What runs natively.
const NATIVE: [&str; 5] = [
    "switchboard-contract",
    "switchboard-domain",
    "switchboard-engine",
    "switchboard-server",
    "xtask",
];
/// Built apart from the rest, because it alone plants bugs into what it depends on.
const SIMULATION: [&str; 1] = ["switchboard-simulation"];
/// What runs in a browser.
const BROWSER: [&str; 2] = ["switchboard", "switchboard-widget"];
/// Seconds that one file of component tests may take.
const COMPONENT_TEST_LIMIT: &str = "240";
/// Tells every layer of tests how deep to go: `short` or `long`.
const DEPTH_VARIABLE: &str = "SWITCHBOARD_TEST_DEPTH";

/// Runs every check.
///
/// # Errors
/// When any of them failed; they are listed before.
pub fn command(arguments: &[String]) -> Outcome {
    let mut options = Options::new(arguments);
    let depth = if options.flag("--long") { "long" } else { "short" };
    options.done()?;

    let mut steps = Steps::new();
    sources(&mut steps);
    let bundlers = steps.attempt("tools", tools::bundlers);
    let packages = steps.attempt("npm packages", tools::node_packages).is_some();
    let widget = match &bundlers {
        Some(bundlers) => steps
            .attempt("widget bundle", || bundle::widget(bundlers))
            .is_some(),
        None => blocked(&mut steps, &["widget bundle"], "tools"),
    };
    steps.attempt("clippy, native", || clippy(&NATIVE, &[]));
    steps.attempt("clippy, simulation", || clippy(&SIMULATION, &[]));
    steps.attempt("clippy, browser", || clippy(&BROWSER, &["--target", WASM_TARGET]));
    native_tests(&mut steps, depth);
    match &bundlers {
        Some(bundlers) => {
            steps.attempt("component tests in Chromium", || component_tests(bundlers, depth));
        }
        None => {
            blocked(&mut steps, &["component tests in Chromium"], "tools");
        }
    }
    let dashboard = match &bundlers {
        Some(bundlers) => release_bundle(&mut steps, bundlers, widget),
        None => blocked(&mut steps, &["dashboard bundle"], "tools"),
    };
    let server = steps.attempt("server", || bundle::server(ServerProfile::Dev));
    match (&server, packages) {
        (Some(server), true) => {
            steps.attempt("docs/api is up to date", || api_docs::check(server));
            steps.attempt("TypeScript clients fit the API", api_docs::check_clients);
        }
        _ => {
            blocked(
                &mut steps,
                &["docs/api is up to date", "TypeScript clients fit the API"],
                "server",
            );
        }
    }
    match (&server, dashboard && widget && packages) {
        (Some(server), true) => {
            steps.attempt("journeys in Chromium", || journeys(server, depth));
            steps.attempt("traces of the journeys play through", replay);
        }
        _ => {
            blocked(
                &mut steps,
                &["journeys in Chromium", "traces of the journeys play through"],
                "building what they run against",
            );
        }
    }

    println!("{}", steps.summary());
    match steps.failed() {
        0 => Ok(()),
        1 => Err(Failure::new("one step failed; see above")),
        failed => Err(Failure::new(format!("{failed} steps failed; see above"))),
    }
}

/// What needs no compiler.
fn sources(steps: &mut Steps) {
    steps.attempt("formatting", || {
        run(Command::new("cargo")
            .args(["fmt", "--all", "--check"])
            .current_dir(paths::root()))
        .map_err(|failure| failure.advise("run `cargo fmt --all`"))
    });
    for (name, check) in checks::SOURCES {
        steps.attempt(name, check);
    }
}

fn blocked(steps: &mut Steps, names: &[&str], by: &str) -> bool {
    for name in names {
        steps.blocked(name, by);
    }
    false
}

fn clippy(packages: &[&str], options: &[&str]) -> Outcome {
    let mut command = cargo_with_widget();
    command.arg("clippy").args(selected(packages)).args(options);
    command.args(["--all-targets", "--", "--deny", "warnings"]);
    run(&mut command)
}

fn native_tests(steps: &mut Steps, depth: &str) {
    match steps.attempt("PostgreSQL", TestPostgres::start) {
        Some(postgres) => {
            steps.attempt("native tests", || {
                let url = postgres.url();
                run(nextest(&NATIVE)?
                    .env("SWITCHBOARD_TEST_POSTGRES_URL", url)
                    .env(DEPTH_VARIABLE, depth))
            });
        }
        None => {
            blocked(steps, &["native tests"], "PostgreSQL");
        }
    }
    steps.attempt("schedules of faults", || {
        run(nextest(&SIMULATION)?
            .args(["--success-output", "final"])
            .env(DEPTH_VARIABLE, depth))
    });
    // What of the dashboard and the widget needs no browser.
    steps.attempt("native tests, dashboard and widget", || {
        run(nextest(&BROWSER)?.arg("--lib"))
    });
    steps.attempt("examples in the documentation", || {
        let libraries = ["switchboard-contract", "switchboard-engine"];
        run(cargo_with_widget()
            .args(["test", "--quiet", "--doc"])
            .args(selected(&libraries)))
    });
}

fn nextest(packages: &[&str]) -> Outcome<Command> {
    let mut command = cargo_with_widget();
    if let Some(folder) = tools::nextest()? {
        command.env("PATH", path_with(&[&folder])?);
    }
    command
        .args(["nextest", "run", "--no-fail-fast"])
        .args(selected(packages));
    Ok(command)
}

fn component_tests(bundlers: &Bundlers, depth: &str) -> Outcome {
    tools::chromium()?;
    let driver = tools::chromedriver()?;
    run(cargo_with_widget()
        .args([
            "test",
            "--package",
            "switchboard",
            "--tests",
            "--no-fail-fast",
            "--target",
            WASM_TARGET,
        ])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            bundlers.test_runner(),
        )
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", COMPONENT_TEST_LIMIT)
        .env(DEPTH_VARIABLE, depth))
}

fn release_bundle(steps: &mut Steps, bundlers: &Bundlers, widget: bool) -> bool {
    if steps
        .attempt("dashboard bundle", || bundle::dashboard(bundlers))
        .is_none()
    {
        return blocked(
            steps,
            &["bundle holds only what it should", "sizes"],
            "dashboard bundle",
        );
    }
    steps.attempt("bundle holds only what it should", checks::bundle::check);
    if widget {
        steps.attempt("sizes", || {
            let measured = sizes::compress_and_measure()?;
            println!("{}", sizes::table(&measured));
            sizes::gate(&measured)
        });
    } else {
        blocked(steps, &["sizes"], "widget bundle");
    }
    true
}

fn journeys(server: &Path, depth: &str) -> Outcome {
    let browser = tools::chromium()?;
    let folder = paths::journeys();
    let mut files: Vec<PathBuf> = paths::files_below(&folder.join("journeys"))?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    if files.is_empty() {
        return Err(Failure::new(format!("no journey in {}", folder.display())));
    }
    let traces = traces();
    if traces.exists() {
        fs::remove_dir_all(&traces).map_err(io(traces.display()))?;
    }
    run(Command::new("node")
        // One at a time: each has a browser and a server of its own, and two cores are soon full.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(files)
        .current_dir(&folder)
        .env("SWITCHBOARD_SERVER", server)
        .env("SWITCHBOARD_DIST", paths::dist())
        .env("SWITCHBOARD_BROWSER", browser)
        .env("SWITCHBOARD_TRACES", traces)
        .env(DEPTH_VARIABLE, depth))
}

/// Where journeys leave what tabs went through.
fn traces() -> PathBuf {
    paths::target().join("traces")
}

/// The same has to follow natively from what happened in the browser.
fn replay() -> Outcome {
    run(cargo_with_widget()
        .args(["run", "--quiet", "--package", "switchboard-engine"])
        .args(["--example", "replay", "--"])
        .arg(traces()))
}

fn selected(packages: &[&str]) -> Vec<String> {
    packages
        .iter()
        .flat_map(|package| ["--package".to_owned(), (*package).to_owned()])
        .collect()
}
