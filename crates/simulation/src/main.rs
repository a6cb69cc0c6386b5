//! Runs schedules and prints what came of them:
//!
//! ```sh
//! cargo run --release -p switchboard-simulation -- --schedules 1000000   # from seed 0, or --from
//! cargo run --release -p switchboard-simulation -- --seed 1234           # one, made as small as it still fails
//! ```

use std::process::ExitCode;

use switchboard_simulation::report::{self, Span};

fn main() -> ExitCode {
    match asked(std::env::args().skip(1)) {
        Ok(Asked::Many(span)) => {
            let report = report::run(span);
            println!("{report}");
            if report.failed.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Ok(Asked::One(seed)) => {
            println!("{}", report::explain(seed));
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

enum Asked {
    Many(Span),
    One(u64),
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut span = Span {
        from: 0,
        schedules: 10_000,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    };
    while let Some(option) = arguments.next() {
        let number: Option<u64> = arguments.next().and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| format!("{option} takes a number"))?;
        match option.as_str() {
            "--schedules" => span.schedules = number,
            "--from" => span.from = number,
            "--threads" => span.threads = usize::try_from(number).unwrap_or(1).max(1),
            "--seed" => return Ok(Asked::One(number)),
            _ => {
                return Err(format!(
                    "{option} is unknown; there are --schedules, --from, --threads and --seed"
                ));
            }
        }
    }
    Ok(Asked::Many(span))
}
