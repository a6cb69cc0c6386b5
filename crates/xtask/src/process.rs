//! Other programs: running them, reading what they print, stopping them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// The signal that a program is stopped with, by the name that `kill` knows.
pub type Signal = &'static str;

/// How long a program that was asked to stop may take before it is made to.
const STOP_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

type Shared = Arc<Mutex<Child>>;

/// What runs now, so that nothing is left behind when this program is told to stop.
static RUNNING: Mutex<Vec<(Weak<Mutex<Child>>, Signal)>> = Mutex::new(Vec::new());

/// Whether this program was told to stop: then nothing new is started and nobody is told that a step failed.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// On Ctrl-C, SIGTERM or SIGHUP: stops every program that was started here, then this one.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn stop_all_on_signals() -> Outcome {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| Failure::new(format!("signals cannot be listened to: {error}")))?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            STOPPING.store(true, Ordering::SeqCst);
            let running: Vec<_> = lock(&RUNNING).drain(..).collect();
            for (child, wanted) in &running {
                if let Some(child) = child.upgrade() {
                    ask_to_stop(&child, wanted);
                }
            }
            for (child, _) in running {
                if let Some(child) = child.upgrade() {
                    wait_or_kill(&child);
                }
            }
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Runs a program with its output shown.
///
/// # Errors
/// When it cannot be started or ends with anything but success.
pub fn run(command: &mut Command) -> Outcome {
    let status = start(command, "TERM")?.wait_for_status()?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status})", line(command))))
}

/// Runs a program and returns what it prints; its errors are shown as they come.
///
/// # Errors
/// As [`run`], and when the output is not UTF-8.
pub fn output(command: &mut Command) -> Outcome<String> {
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "`{}` failed ({})",
            line(command),
            output.status
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::new(format!("`{}` printed something that is not UTF-8", line(command))))
}

/// Starts a program that is stopped with `signal` when the returned guard goes.
///
/// # Errors
/// When it cannot be started.
pub fn start(command: &mut Command, signal: Signal) -> Outcome<Running> {
    hold_while_stopping();
    let child = command.spawn().map_err(|error| not_started(command, &error))?;
    let child = Arc::new(Mutex::new(child));
    let mut running = lock(&RUNNING);
    running.retain(|(other, _)| other.strong_count() > 0);
    running.push((Arc::downgrade(&child), signal));
    Ok(Running { child, signal })
}

/// A program that runs until this is dropped.
pub struct Running {
    child: Shared,
    signal: Signal,
}

impl Running {
    /// How it ended; `None` while it runs.
    pub fn ended(&self) -> Option<ExitStatus> {
        let status = lock(&self.child).try_wait().ok().flatten();
        if status.is_some() {
            hold_while_stopping();
        }
        status
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it ends with anything but success.
    pub fn wait(&self, name: &str) -> Outcome {
        let status = self.wait_for_status()?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("{name} ended ({status})")))
        }
    }

    fn wait_for_status(&self) -> Outcome<ExitStatus> {
        loop {
            let status = lock(&self.child).try_wait();
            match status {
                Ok(Some(status)) => {
                    hold_while_stopping();
                    return Ok(status);
                }
                // Not a blocking wait: that would keep the child from the thread that listens to signals.
                Ok(None) => thread::sleep(POLL),
                Err(error) => return Err(Failure::new(format!("waiting for a program: {error}"))),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended().is_none() {
            ask_to_stop(&self.child, self.signal);
            wait_or_kill(&self.child);
        }
    }
}

fn hold_while_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        thread::sleep(POLL);
    }
}

fn ask_to_stop(child: &Shared, signal: Signal) {
    let id = lock(child).id().to_string();
    let asked = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(id)
        .stderr(Stdio::null())
        .status();
    if !asked.is_ok_and(|status| status.success()) {
        // Best effort: it may have ended in the meantime.
        let _ = lock(child).kill();
    }
}

fn wait_or_kill(child: &Shared) {
    let deadline = Instant::now() + STOP_LIMIT;
    while matches!(lock(child).try_wait(), Ok(None)) {
        if Instant::now() > deadline {
            let _ = lock(child).kill();
        }
        thread::sleep(POLL);
    }
}

/// A lock whose holder panicked is as good as any other here: a child and a list stay what they are.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a program is, by looking through `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// `PATH` with folders put in front.
///
/// # Errors
/// When a folder's name cannot stand in `PATH`.
pub fn path_with(folders: &[&Path]) -> Outcome<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders
        .iter()
        .map(|folder| folder.to_path_buf())
        .chain(std::env::split_paths(&old));
    std::env::join_paths(all).map_err(|error| Failure::new(format!("PATH cannot be extended: {error}")))
}

fn not_started(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy().into_owned();
    let failure = Failure::new(format!("`{program}` could not be started: {error}"));
    if error.kind() != io::ErrorKind::NotFound {
        return failure;
    }
    match program.as_str() {
        "npm" | "node" | "npx" => {
            failure.advise("install Node.js 20 or newer with npm, and see that `node` and `npm` are on PATH")
        }
        "rustup" => {
            failure.advise("install Rust through rustup, or add the wanted target to your Rust by hand")
        }
        _ => failure.advise(format!("install `{program}` and see that it is on PATH")),
    }
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_says_what_to_install() {
        let failure = run(&mut Command::new("no-such-program-of-switchboard"))
            .unwrap_err()
            .to_string();
        assert!(failure.contains("no-such-program-of-switchboard"), "{failure}");
        assert!(failure.contains("What to do"), "{failure}");
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let failure = run(Command::new("false").arg("now")).unwrap_err().to_string();
        assert!(failure.starts_with("`false now` failed"), "{failure}");
    }
}
