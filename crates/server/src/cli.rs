//! What stands on the command line.

use std::path::PathBuf;

use crate::config::{ConfigError, parse_origin};
use crate::generate::Plan;

/// How the program is used; printed by `--help`.
pub const USAGE: &str = "\
The Switchboard API server.

Usage: switchboard-server [COMMAND]

Without a command it serves. Commands:
  backup FILE           keeps the database and the files that people sent in one archive, also while the server runs
  restore FILE          brings a backup into an empty database; the server must not run
  generate --conversations N --messages M --days D --seed S
                        fills the database with plausible data; the same seed makes the same data
  generate-facts --conversations N --messages M --days D --seed S
                        fills the database with what reports keep of conversations, without the conversations
  headers --api URL     prints the security headers for a static host of the dashboard
  migrate               brings the database's tables up to date and exits
  openapi               prints the OpenAPI document
  help                  prints this

Settings come from the environment:
  SWITCHBOARD_ADDR             where to listen (127.0.0.1:8787)
  DATABASE_URL                 sqlite://PATH or postgres://… (a SQLite file in the data folder)
  SWITCHBOARD_DATA_DIR         where files are kept (./switchboard-data)
  SWITCHBOARD_PUBLIC_URL       the origin under which browsers reach the server (http://ADDR)
  SWITCHBOARD_ALLOWED_ORIGINS  other origins of the dashboard, separated by commas
  SWITCHBOARD_DASHBOARD_DIR    the dashboard's built files, to serve them too
  SWITCHBOARD_ACCESS_TTL       life of an access token (10m)
  SWITCHBOARD_REFRESH_TTL      life of a kept session (30d)
  SWITCHBOARD_LOG_AGE          how long events are kept for clients that come back (7d)
  SWITCHBOARD_LOG_EVENTS       how many of them at most, for each account (100000)
  SWITCHBOARD_AUDIT_AGE        how long the audit log is kept (365d)
  SWITCHBOARD_VISITOR_MESSAGES how many messages one visitor may send in half a minute (300)
  SWITCHBOARD_WEBHOOKS_ANYWHERE  1 lets webhooks go to private addresses and unencrypted
  SWITCHBOARD_SMTP_URL         where mail leaves (smtp://…)
  SWITCHBOARD_DEMO             1 seeds demo data and serves /demo; loopback addresses only
  RUST_LOG                     what is logged (info)
";

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve.
    Serve,
    /// Print [`USAGE`].
    Help,
    /// Print the version.
    Version,
    /// Print the OpenAPI document.
    OpenApi,
    /// Print the security headers for an API at this origin.
    Headers {
        /// The API's origin.
        api: String,
    },
    /// Fill the database.
    Generate(Plan),
    /// Fill the database with what reports keep of conversations.
    GenerateFacts(Plan),
    /// Bring the tables up to date.
    Migrate,
    /// Keep everything in this file.
    Backup(PathBuf),
    /// Bring back what this file keeps.
    Restore(PathBuf),
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// One line about what cannot be read.
pub fn parse(arguments: &[String]) -> Result<Command, ConfigError> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(Command::Serve);
    };
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "--version" | "-V" => Ok(Command::Version),
        "openapi" => options(command, rest, &[]).map(|_| Command::OpenApi),
        "migrate" => options(command, rest, &[]).map(|_| Command::Migrate),
        "backup" => file(command, rest).map(Command::Backup),
        "restore" => file(command, rest).map(Command::Restore),
        "headers" => {
            let found = options(command, rest, &["--api"])?;
            let api = required(command, &found, "--api")?;
            let api = parse_origin(api).ok_or_else(|| {
                ConfigError::new(format!(
                    "headers: `{api}` is not an origin; write it like --api https://api.example.com"
                ))
            })?;
            Ok(Command::Headers { api })
        }
        "generate" | "generate-facts" => {
            let found = options(
                command,
                rest,
                &["--conversations", "--messages", "--days", "--seed"],
            )?;
            let number = |name: &str| -> Result<u64, ConfigError> {
                let text = required(command, &found, name)?;
                text.parse().map_err(|_| {
                    ConfigError::new(format!("{command}: {name} takes a whole number, not `{text}`"))
                })
            };
            let plan = Plan {
                conversations: number("--conversations")?,
                messages: number("--messages")?,
                days: number("--days")?,
                seed: number("--seed")?,
            };
            plan.check()?;
            Ok(if command == "generate" {
                Command::Generate(plan)
            } else {
                Command::GenerateFacts(plan)
            })
        }
        unknown => Err(ConfigError::new(format!(
            "`{unknown}` is not a command; `switchboard-server help` lists them"
        ))),
    }
}

/// Reads the one file that a command takes.
fn file(command: &str, arguments: &[String]) -> Result<PathBuf, ConfigError> {
    match arguments {
        [file] if !file.starts_with("--") => Ok(PathBuf::from(file)),
        _ => Err(ConfigError::new(format!(
            "{command}: name one file, such as `switchboard-server {command} switchboard.tar`"
        ))),
    }
}

/// Reads `--name value` pairs.
fn options<'a>(
    command: &str,
    arguments: &'a [String],
    known: &[&str],
) -> Result<Vec<(&'a str, &'a str)>, ConfigError> {
    let mut found = Vec::new();
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        if !known.contains(&name.as_str()) {
            return Err(ConfigError::new(format!(
                "{command}: `{name}` is not an option; `switchboard-server help` lists them"
            )));
        }
        let value = rest
            .next()
            .ok_or_else(|| ConfigError::new(format!("{command}: {name} needs a value")))?;
        found.push((name.as_str(), value.as_str()));
    }
    Ok(found)
}

fn required<'a>(command: &str, found: &[(&str, &'a str)], name: &str) -> Result<&'a str, ConfigError> {
    found
        .iter()
        .rev()
        .find(|(given, _)| *given == name)
        .map(|(_, value)| *value)
        .ok_or_else(|| ConfigError::new(format!("{command}: {name} is missing")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(read(""), Ok(Command::Serve));
        assert_eq!(read("--help"), Ok(Command::Help));
        assert_eq!(
            read("headers --api https://api.example.com/"),
            Ok(Command::Headers {
                api: "https://api.example.com".to_owned()
            })
        );
        assert_eq!(
            read("generate --seed 4 --conversations 1 --messages 2 --days 3"),
            Ok(Command::Generate(Plan {
                conversations: 1,
                messages: 2,
                days: 3,
                seed: 4
            }))
        );
        assert_eq!(read("backup kept.tar"), Ok(Command::Backup("kept.tar".into())));
        assert_eq!(read("restore kept.tar"), Ok(Command::Restore("kept.tar".into())));
        assert!(matches!(
            read("generate-facts --seed 4 --conversations 1 --messages 2 --days 3"),
            Ok(Command::GenerateFacts(Plan { seed: 4, .. }))
        ));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, named) in [
            ("serv", "`serv`"),
            ("headers", "--api"),
            ("headers --api nowhere", "`nowhere`"),
            (
                "generate --conversations many --messages 1 --days 1 --seed 1",
                "`many`",
            ),
            ("generate --conversations", "--conversations"),
            ("migrate --now", "`--now`"),
            ("backup", "switchboard.tar"),
            ("restore one.tar two.tar", "one file"),
        ] {
            let complaint = read(line).expect_err(line);
            assert!(complaint.contains(named), "{complaint}");
            assert!(!complaint.contains('\n'), "{complaint}");
        }
    }
}
