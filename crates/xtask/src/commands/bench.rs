//! `cargo xtask bench`: measurements of what `cargo xtask build` made. Each writes its section of `docs/benchmarks.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::commands::options::Options;
use crate::failure::{Failure, Outcome};
use crate::process::run;
use crate::{paths, tools};

/// Something that can be measured.
struct Benchmark {
    name: &'static str,
    /// In `bench/`.
    script: &'static str,
    /// How often or how many; each takes a number, and the script knows what is usual.
    options: &'static [&'static str],
}

const BENCHMARKS: [Benchmark; 8] = [
    Benchmark {
        name: "analytics",
        script: "analytics.mjs",
        options: &["--conversations", "--messages", "--days", "--rounds"],
    },
    Benchmark {
        name: "keypress",
        script: "keypress.mjs",
        options: &["--replies"],
    },
    Benchmark {
        name: "list",
        script: "list.mjs",
        options: &["--conversations", "--rounds"],
    },
    Benchmark {
        name: "reconnect",
        script: "reconnect.mjs",
        options: &["--cuts", "--silences"],
    },
    Benchmark {
        name: "replay",
        script: "replay.mjs",
        options: &["--events", "--rounds"],
    },
    Benchmark {
        name: "takeover",
        script: "takeover.mjs",
        options: &["--takeovers"],
    },
    Benchmark {
        name: "thread",
        script: "thread.mjs",
        options: &["--messages", "--rounds"],
    },
    Benchmark {
        name: "widget",
        script: "widget.mjs",
        options: &["--rounds"],
    },
];

/// Runs one benchmark; without a name, all of them.
///
/// # Errors
/// An unknown name or option, an option that is no number, nothing built yet, or a benchmark that failed.
pub fn command(arguments: &[String]) -> Outcome {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) if !name.starts_with("--") => (Some(name.as_str()), rest),
        _ => (None, arguments),
    };
    let wanted: Vec<&Benchmark> = BENCHMARKS
        .iter()
        .filter(|known| name.is_none_or(|name| name == known.name))
        .collect();
    if wanted.is_empty() {
        let known = BENCHMARKS.map(|known| known.name).join(", ");
        return Err(
            Failure::new(format!("there is no benchmark `{}`", name.unwrap_or_default()))
                .advise(format!("known are: {known}")),
        );
    }
    let numbers = numbers(&wanted, rest)?;
    let server = paths::target()
        .join("release")
        .join(format!("switchboard-server{}", std::env::consts::EXE_SUFFIX));
    if !server.is_file() || !paths::dist().join("index.html").is_file() {
        return Err(Failure::new("nothing is built yet").advise("run `cargo xtask build` first"));
    }
    tools::node_packages()?;
    let browser = tools::chromium()?;
    for (benchmark, numbers) in wanted.into_iter().zip(numbers) {
        run(Command::new("node")
            .arg(Path::new("bench").join(benchmark.script))
            .args(numbers)
            .current_dir(paths::root())
            .env("SWITCHBOARD_SERVER", &server)
            .env("SWITCHBOARD_DIST", paths::dist())
            .env("SWITCHBOARD_BROWSER", &browser))?;
    }
    Ok(())
}

/// What each of the scripts is given.
fn numbers(wanted: &[&Benchmark], arguments: &[String]) -> Outcome<Vec<Vec<String>>> {
    let mut options = Options::new(arguments);
    // Several may know the same option: each is given it.
    let known: BTreeSet<&str> = wanted
        .iter()
        .flat_map(|benchmark| benchmark.options)
        .copied()
        .collect();
    let mut values = BTreeMap::new();
    for option in known {
        if let Some(value) = options.value(option)? {
            if !value.parse::<u32>().is_ok_and(|number| number > 0) {
                return Err(Failure::new(format!("{option} {value}: not a number above 0"))
                    .advise(format!("such as `{option} 20`")));
            }
            values.insert(option, value);
        }
    }
    options.done()?;
    let given = |benchmark: &&Benchmark| {
        let options = benchmark.options.iter();
        let given = options.filter_map(|option| Some([(*option).to_owned(), values.get(option)?.clone()]));
        given.flatten().collect()
    };
    Ok(wanted.iter().map(given).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> Outcome<Vec<Vec<String>>> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let of = |name: &str| BENCHMARKS.iter().find(|known| known.name == name).unwrap();
        numbers(&[of("reconnect"), of("takeover")], &arguments)
    }

    #[test]
    fn each_benchmark_is_given_its_own_numbers() {
        let numbers = given("--takeovers=7 --cuts 200").unwrap();
        assert_eq!(numbers, [["--cuts", "200"], ["--takeovers", "7"]]);
        assert_eq!(given("").unwrap(), [[""; 0], [""; 0]]);
    }

    #[test]
    fn what_several_know_is_given_to_each() {
        let arguments = ["--rounds".to_owned(), "3".to_owned()];
        let all: Vec<&Benchmark> = BENCHMARKS.iter().collect();
        let given = numbers(&all, &arguments).unwrap();
        let know = |benchmark: &Benchmark| benchmark.options.contains(&"--rounds");
        let expected = BENCHMARKS.iter().filter(|known| know(known)).count();
        assert_eq!(
            given.iter().filter(|given| **given == arguments).count(),
            expected
        );
    }

    #[test]
    fn what_is_no_number_or_of_another_benchmark_is_refused() {
        for wrong in ["--cuts many", "--cuts 0", "--cuts", "--rounds 2"] {
            assert!(given(wrong).is_err(), "{wrong}");
        }
    }
}
