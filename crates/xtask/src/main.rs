//! `cargo xtask …`: sets up, runs, builds and checks Switchboard. `cargo xtask help` lists the commands.
//!
//! | module | does |
//! | --- | --- |
//! | [`commands`] | one file a command |
//! | [`tools`], [`postgres`] | what has to be installed; a database server for the tests |
//! | [`bundle`], [`sizes`], [`api_docs`] | what is built, how large it is, what describes the API |
//! | [`checks`] | rules about the sources that no compiler knows |
//! | [`steps`], [`process`], [`paths`], [`failure`] | what all of these stand on |

mod api_docs;
mod bundle;
mod checks;
mod commands;
mod failure;
mod paths;
mod postgres;
mod process;
mod sizes;
mod steps;
mod tools;

use std::process::ExitCode;

use failure::{Failure, Outcome};

const HELP: &str = "\
Usage: cargo xtask <command>

  run       Install what is missing, build, and start Switchboard with demo data
            --addr HOST:PORT   where to listen (127.0.0.1:8787)
            --data-dir FOLDER  where the database file goes (target/data)
            --no-demo          start empty, without demo accounts and the demo shop
  dev       Rebuild and reload the dashboard on every change, on http://127.0.0.1:8080
            --api URL          the API to work against (http://127.0.0.1:8787)
            --port PORT        where to serve the page (8080)
  build     Build what is delivered: dist/ and target/release/switchboard-server
  test      Every check; goes on after a failure and lists them all at the end
            --long             many more schedules, cuts and hours
  bench     Measure what `build` made, and write docs/benchmarks.md: all of it, or by name
            analytics          how long each report takes over many conversations
              --conversations N, --messages N, --days N, --rounds N
            keypress           from a key to the reply's bubble
              --replies N        (30)
            list, thread       scrolling 100,000 conversations or messages, beside plain DOM
              --conversations N or --messages N, --rounds N
            reconnect          how soon a lost connection is noticed and live again
              --cuts N           connections that are cut (200)
              --silences N       connections that fall silent (24)
            replay             what 10,000 events cost that a dashboard has missed
              --events N, --rounds N
            takeover           how soon another tab is live when the connected one is closed
              --takeovers N      (20)
            widget             what the widget costs a website's page, beside a peer
              --rounds N
  generate  Write docs/api from the server's own description of its API
  sizes     Print the sizes of the built bundles
            --accept           take them as the ones to compare with
  setup     Only install the tools
  help      This text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match process::stop_all_on_signals().and_then(|()| dispatch(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let (command, options) = match arguments.split_first() {
        Some((command, options)) => (command.as_str(), options),
        None => ("help", arguments),
    };
    match command {
        "run" => commands::run::command(options),
        "dev" => commands::dev::command(options),
        "build" => commands::build::command(options),
        "test" => commands::test::command(options),
        "bench" => commands::bench::command(options),
        "generate" => commands::generate::command(options),
        "sizes" => commands::sizes::command(options),
        "setup" => commands::setup::command(options),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        unknown => {
            Err(Failure::new(format!("there is no command `{unknown}`")).advise("see `cargo xtask help`"))
        }
    }
}
