//! `cargo xtask bench`: measurements of what `cargo xtask build` made. Each writes its section of `docs/benchmarks.md`.

use std::path::Path;
use std::process::Command;

use crate::commands::options::Options;
use crate::failure::{Failure, Outcome};
use crate::process::run;
use crate::{paths, tools};

/// What can be measured: a name, and the script in `bench/`.
const BENCHMARKS: [(&str, &str); 2] = [("reconnect", "reconnect.mjs"), ("replay", "replay.mjs")];

/// Runs one benchmark; without a name, all of them.
///
/// # Errors
/// An unknown name, nothing built yet, or a benchmark that failed.
pub fn command(arguments: &[String]) -> Outcome {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) if !name.starts_with("--") => (Some(name.as_str()), rest),
        _ => (None, arguments),
    };
    Options::new(rest).done()?;
    let wanted: Vec<_> = BENCHMARKS
        .iter()
        .filter(|(known, _)| name.is_none_or(|name| name == *known))
        .collect();
    if wanted.is_empty() {
        let known = BENCHMARKS.map(|(known, _)| known).join(", ");
        return Err(
            Failure::new(format!("there is no benchmark `{}`", name.unwrap_or_default()))
                .advise(format!("known are: {known}")),
        );
    }
    let server = paths::target()
        .join("release")
        .join(format!("switchboard-server{}", std::env::consts::EXE_SUFFIX));
    if !server.is_file() || !paths::dist().join("index.html").is_file() {
        return Err(Failure::new("nothing is built yet").advise("run `cargo xtask build` first"));
    }
    tools::node_packages()?;
    let browser = tools::chromium()?;
    for (_, script) in wanted {
        run(Command::new("node")
            .arg(Path::new("bench").join(script))
            .current_dir(paths::root())
            .env("SWITCHBOARD_SERVER", &server)
            .env("SWITCHBOARD_DIST", paths::dist())
            .env("SWITCHBOARD_BROWSER", &browser))?;
    }
    Ok(())
}
