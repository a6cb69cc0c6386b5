//! A PostgreSQL server of the tests' own: fresh, on a free port, gone afterwards.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, io};
use crate::process::{Running, find, output, run, start};
use crate::tools;

const START_LIMIT: Duration = Duration::from_secs(60);
const DEBIAN_PROGRAMS: &str = "/usr/lib/postgresql";

/// A running server; stopped and removed when dropped.
pub struct TestPostgres {
    server: Option<Running>,
    folder: PathBuf,
    url: String,
}

impl TestPostgres {
    /// Makes an empty cluster and starts it.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start.
    pub fn start() -> Outcome<Self> {
        let initdb = tools::system_program(
            || programs().map(|p| p.join("initdb")),
            "PostgreSQL",
            "postgresql",
        )?;
        let programs = initdb.parent().unwrap_or(Path::new("")).to_path_buf();
        let as_root = output(Command::new("id").arg("-u"))?.trim() == "0";

        let folder = std::env::temp_dir().join(format!("switchboard-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(io(folder.display()))?;
        if as_root {
            run(Command::new("chown").arg("postgres:postgres").arg(&folder))?;
        }
        let data = folder.join("data");
        println!("  making an empty cluster");
        run(as_server_user(&programs.join("initdb"), as_root)
            .arg("--pgdata")
            .arg(&data)
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .current_dir(&folder)
            .stdout(Stdio::null()))?;

        let port = free_port()?;
        let log = folder.join("server.log");
        let writer = File::create(&log).map_err(io(log.display()))?;
        let errors = writer.try_clone().map_err(io(log.display()))?;
        let server = start(
            as_server_user(&programs.join("postgres"), as_root)
                .arg("-D")
                .arg(&data)
                .args([
                    "-p",
                    &port.to_string(),
                    "-k",
                    "",
                    "-c",
                    "listen_addresses=127.0.0.1",
                ])
                // Speed instead of durability: nothing here outlives the run.
                .args([
                    "-c",
                    "fsync=off",
                    "-c",
                    "full_page_writes=off",
                    "-c",
                    "max_connections=400",
                ])
                .current_dir(&folder)
                .stdin(Stdio::null())
                .stdout(writer)
                .stderr(errors),
            // The fast shutdown: it does not wait for connections to end.
            "INT",
        )?;
        let mut this = Self {
            server: Some(server),
            folder,
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        };
        this.wait_until_ready(port, &log)?;
        println!("  PostgreSQL listens on 127.0.0.1:{port}");
        Ok(this)
    }

    /// The address for a superuser, whose tests make a database each.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self, port: u16, log: &Path) -> Outcome {
        let deadline = Instant::now() + START_LIMIT;
        let ready = || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
                && fs::read_to_string(log).is_ok_and(|text| text.contains("ready to accept connections"))
        };
        while !ready() {
            let ended = self.server.as_ref().is_none_or(|server| server.ended().is_some());
            if ended || Instant::now() > deadline {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(Failure::new(format!("PostgreSQL did not start:\n{said}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        self.server.take();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root; `setpriv` becomes the other user in the same process, so that its id stays ours.
fn as_server_user(program: &Path, as_root: bool) -> Command {
    if !as_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program);
    command
}

/// The folder of the newest installed `initdb` and `postgres`.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN_PROGRAMS)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| find("initdb")?.parent().map(Path::to_path_buf))
}

/// A port that nobody listens on right now.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(io("asking for a free port"))?;
    Ok(listener
        .local_addr()
        .map_err(io("asking for a free port"))?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_answers_and_leaves_nothing_behind() {
        let postgres = TestPostgres::start().unwrap();
        let address = postgres
            .url()
            .trim_start_matches("postgres://postgres@")
            .trim_end_matches("/postgres")
            .to_owned();
        let folder = postgres.folder.clone();
        assert!(TcpStream::connect(&address).is_ok());
        drop(postgres);
        assert!(TcpStream::connect(&address).is_err());
        assert!(!folder.exists());
    }
}
