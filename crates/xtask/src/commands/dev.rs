//! `cargo xtask dev`: the dashboard, rebuilt and reloaded on every change, against any API.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::commands::options::Options;
use crate::commands::run::answers_ready;
use crate::failure::{Failure, Outcome};
use crate::postgres::free_port;
use crate::process::start;
use crate::steps::Steps;
use crate::{paths, tools};

const LOCAL_API: &str = "http://127.0.0.1:8787";

/// Starts Trunk and, in front of it, the proxy that brings page and API under one origin.
///
/// # Errors
/// A bad option, a missing tool, a taken port, or what Trunk says.
pub fn command(arguments: &[String]) -> Outcome {
    let mut options = Options::new(arguments);
    let api = options.value("--api")?.unwrap_or_else(|| LOCAL_API.to_owned());
    let port = options.value("--port")?.unwrap_or_else(|| "8080".to_owned());
    options.done()?;
    let api = origin(&api)?;
    let port: u16 = port
        .parse()
        .map_err(|_| Failure::new(format!("`{port}` is not a port")).advise("write it like --port 8080"))?;
    TcpListener::bind(("127.0.0.1", port))
        .map(drop)
        .map_err(|error| {
            Failure::new(format!("cannot listen on port {port}: {error}"))
                .advise("stop the program that uses it, or choose another with --port 8081")
        })?;
    if api == LOCAL_API && !answers_ready(SocketAddr::from(([127, 0, 0, 1], 8787))) {
        println!(
            "No API answers on {LOCAL_API} yet: start one with `cargo xtask run` in another terminal, or use --api."
        );
    }

    let mut steps = Steps::new();
    let bundlers = steps.must("tools", tools::bundlers)?;
    let pages = free_port()?;
    let trunk = start(
        Command::new(&bundlers.trunk)
            .args([
                "serve",
                "--dist",
                "target/dev-dist",
                "--log",
                "warn",
                "--port",
                &pages.to_string(),
            ])
            .current_dir(paths::root())
            .env("PATH", bundlers.path()?)
            .env_remove("NO_COLOR"),
        "TERM",
    )?;
    let proxy = start(
        Command::new("node")
            .arg(paths::root().join("crates/xtask/scripts/dev_proxy.mjs"))
            .args(["--port", &port.to_string(), "--api", &api])
            .args(["--pages", &format!("http://127.0.0.1:{pages}")])
            // It ends when its input closes; a terminal would stay open.
            .stdin(Stdio::piped()),
        "TERM",
    )?;
    loop {
        for (name, running) in [("Trunk", &trunk), ("the proxy", &proxy)] {
            if let Some(status) = running.ended() {
                return Err(
                    Failure::new(format!("{name} ended ({status})")).advise("see its own words above")
                );
            }
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Reads the API's address: scheme, host and port.
fn origin(address: &str) -> Outcome<String> {
    let trimmed = address.trim_end_matches('/');
    let host = trimmed
        .strip_prefix("http://")
        .or_else(|| trimmed.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(trimmed.to_owned()),
        _ => Err(Failure::new(format!("`{address}` is not the address of an API"))
            .advise("write scheme, host and port only, like --api https://staging.example.com")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_scheme_host_and_port() {
        assert_eq!(
            origin("https://staging.example.com/").unwrap(),
            "https://staging.example.com"
        );
        for bad in [
            "staging.example.com",
            "https://",
            "https://a/b",
            "ftp://a",
            "https://me@a",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
