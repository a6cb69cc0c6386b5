//! `cargo xtask run`: from a fresh checkout to a running Switchboard.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::bundle::{self, ServerProfile};
use crate::commands::options::Options;
use crate::failure::{Failure, Outcome};
use crate::process::{Running, start};
use crate::steps::Steps;
use crate::{checks, paths, sizes, tools};

/// Builds what a browser loads, starts the server with it and stays until the server ends.
///
/// # Errors
/// A bad option, a taken port, a folder that cannot be written, or the first step that failed.
pub fn command(arguments: &[String]) -> Outcome {
    let wish = Wish::read(arguments)?;
    // Before the minutes of building.
    port_is_free(wish.addr)?;
    folder_is_writable(&wish.data_dir)?;

    let mut steps = Steps::new();
    let bundlers = steps.must("tools", tools::bundlers)?;
    steps.must("widget", || bundle::widget(&bundlers))?;
    steps.must("dashboard", || bundle::dashboard(&bundlers))?;
    steps.must("bundle holds only what it should", checks::bundle::check)?;
    let measured = steps.must("sizes", sizes::compress_and_measure)?;
    println!("\n{}", sizes::table(&measured));
    let server = steps.must("server", || bundle::server(ServerProfile::Dev))?;
    let running = steps.must("start", || {
        let running = start(&mut wish.server(&server), "TERM")?;
        wait_until_ready(&running, wish.addr)?;
        Ok(running)
    })?;
    println!("\n{}\nready", wish.announcement());
    running.wait("the server")
}

/// What the person asked for.
struct Wish {
    addr: SocketAddr,
    data_dir: PathBuf,
    demo: bool,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut options = Options::new(arguments);
        let addr = options
            .value("--addr")?
            .unwrap_or_else(|| "127.0.0.1:8787".to_owned());
        let data_dir = options
            .value("--data-dir")?
            .map_or_else(|| paths::target().join("data"), PathBuf::from);
        let demo = !options.flag("--no-demo");
        options.done()?;

        let addr: SocketAddr = addr.replace("localhost", "127.0.0.1").parse().map_err(|_| {
            Failure::new(format!("`{addr}` is not an address")).advise("write it like --addr 127.0.0.1:8787")
        })?;
        if addr.port() == 0 {
            return Err(Failure::new("port 0 names no port").advise("write it like --addr 127.0.0.1:8787"));
        }
        if demo && !addr.ip().is_loopback() {
            return Err(Failure::new(format!(
                "demo data is not served on {addr}, which others can reach"
            ))
            .advise("use an address of this machine such as 127.0.0.1:8787, or add --no-demo"));
        }
        let data_dir = std::path::absolute(&data_dir)
            .map_err(|error| Failure::new(format!("{}: {error}", data_dir.display())))?;
        Ok(Self { addr, data_dir, demo })
    }

    fn server(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(paths::root())
            .env("SWITCHBOARD_ADDR", self.addr.to_string())
            .env("SWITCHBOARD_DATA_DIR", &self.data_dir)
            .env("SWITCHBOARD_DASHBOARD_DIR", paths::dist());
        if self.demo {
            command.env("SWITCHBOARD_DEMO", "1");
        }
        command
    }

    fn announcement(&self) -> String {
        let origin = format!("http://{}", self.addr);
        let mut lines = vec![format!("Dashboard  {origin}/")];
        if self.demo {
            lines.push(format!("Demo shop  {origin}/demo"));
            lines.push(
                "Sign in    agent@demo.test (or owner@demo.test), password switchboard-demo".to_owned(),
            );
        }
        lines.push(format!("Data       {}", self.data_dir.display()));
        lines.push("Stop       Ctrl+C".to_owned());
        lines.join("\n")
    }
}

fn port_is_free(addr: SocketAddr) -> Outcome {
    TcpListener::bind(addr).map(drop).map_err(|error| {
        Failure::new(format!("cannot listen on {addr}: {error}"))
            .advise("stop the program that uses it, or choose another with --addr 127.0.0.1:8788")
    })
}

fn folder_is_writable(folder: &Path) -> Outcome {
    let probe = folder.join(".switchboard-write-probe");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, b""))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|error| {
            Failure::new(format!(
                "the data folder {} cannot be written: {error}",
                folder.display()
            ))
            .advise("change its owner or rights, or choose another with --data-dir FOLDER")
        })
}

fn wait_until_ready(server: &Running, addr: SocketAddr) -> Outcome {
    loop {
        if answers_ready(addr) {
            return Ok(());
        }
        if let Some(status) = server.ended() {
            return Err(
                Failure::new(format!("the server ended ({status})")).advise("see its own words above")
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whether `/readyz` answers 200.
pub fn answers_ready(addr: SocketAddr) -> bool {
    let limit = Some(Duration::from_secs(5));
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&addr, Duration::from_secs(5))?;
        stream.set_read_timeout(limit)?;
        stream.set_write_timeout(limit)?;
        write!(
            stream,
            "GET /readyz HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str) -> Outcome<Wish> {
        Wish::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn demo_data_stays_on_this_machine() {
        assert!(wish("--addr 0.0.0.0:8787").is_err());
        assert!(wish("--addr 0.0.0.0:8787 --no-demo").is_ok());
        assert!(wish("--addr localhost:9000").is_ok_and(|wish| wish.demo));
    }

    #[test]
    fn a_bad_address_says_how_to_write_it() {
        let failure = wish("--addr 8787")
            .err()
            .map(|failure| failure.to_string())
            .unwrap_or_default();
        assert!(failure.contains("--addr 127.0.0.1:8787"), "{failure}");
    }

    #[test]
    fn a_taken_port_is_noticed_before_building() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let failure = port_is_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(failure.contains("--addr"), "{failure}");
    }

    #[test]
    fn a_data_folder_that_is_a_file_is_refused() {
        let file = std::env::temp_dir().join(format!("switchboard-not-a-folder-{}", std::process::id()));
        fs::write(&file, b"").unwrap();
        let failure = folder_is_writable(&file.join("data")).unwrap_err().to_string();
        fs::remove_file(&file).unwrap();
        assert!(failure.contains("--data-dir"), "{failure}");
    }
}
