//! The command `switchboard-server`. What cannot be done is one line on standard error and a code that is not 0.

use std::process::ExitCode;

use switchboard_server::cli::{self, Command, USAGE};
use switchboard_server::config::{Config, ConfigError};
use switchboard_server::state::AppState;
use switchboard_server::{backup, generate, openapi, security_headers};
use tracing_subscriber::EnvFilter;

/// A bad argument or variable, or a start that its surroundings forbid.
const MISTAKE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match cli::parse(&arguments).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("switchboard-server: {error}");
            ExitCode::from(MISTAKE)
        }
    }
}

fn run(command: Command) -> Result<(), ConfigError> {
    match command {
        Command::Help => print!("{USAGE}"),
        Command::Version => println!("switchboard-server {}", env!("CARGO_PKG_VERSION")),
        Command::OpenApi => print!("{}", openapi::printed()?),
        Command::Headers { api } => print!("{}", security_headers::printed(&api)),
        Command::Serve => wait_for(switchboard_server::serve(Config::from_env()?))?,
        Command::Generate(plan) | Command::GenerateFacts(plan) => {
            let facts_only = matches!(command, Command::GenerateFacts(_));
            let config = Config::from_env()?;
            config.prepare_data_dir()?;
            wait_for(async {
                let state = AppState::open(config).await?;
                let report = if facts_only {
                    generate::facts::fill(&state, &plan).await
                } else {
                    generate::fill(&state, &plan).await
                };
                state.db.close().await;
                println!(
                    "{}",
                    report.map_err(|error| ConfigError::new(format!("generate: {error}")))?
                );
                Ok(())
            })?;
        }
        Command::Backup(file) => {
            let config = Config::from_env()?;
            wait_for(async {
                backup::backup(&config, &file)
                    .await
                    .map(|told| println!("{told}"))
            })?;
        }
        Command::Restore(file) => {
            let config = Config::from_env()?;
            wait_for(async {
                backup::restore(&config, &file)
                    .await
                    .map(|told| println!("{told}"))
            })?;
        }
        Command::Migrate => {
            let config = Config::from_env()?;
            config.prepare_data_dir()?;
            wait_for(async {
                // Opening migrates; demo data is the server's to seed.
                let state = AppState::open(Config {
                    demo: false,
                    ..config
                })
                .await?;
                state.db.close().await;
                println!("The database is up to date.");
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Runs `work` with logs on standard error.
fn wait_for(work: impl Future<Output = Result<(), ConfigError>>) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            ConfigError::new(format!(
                "The runtime cannot start ({error}); free some memory or threads"
            ))
        })?
        .block_on(work)
}
