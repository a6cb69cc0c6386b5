//! Nothing in the checkout depends on where it was written: no folder of one machine, no package server's address.

use std::fs;
use std::process::Command;

use super::verdict;
use crate::failure::Outcome;
use crate::paths;
use crate::process::output;

/// Looks through every file that is or will be committed.
pub fn check() -> Outcome {
    let root = paths::root();
    let list = output(
        Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root),
    )?;
    let here = root.to_string_lossy().into_owned();
    let mut complaints = Vec::new();
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        // Listed but removed, or not text: nothing to read.
        let Ok(text) = fs::read_to_string(root.join(name)) else {
            continue;
        };
        complaints.extend(
            machine_paths(&text, &here)
                .iter()
                .map(|line| format!("{name}:{line}")),
        );
        if name.ends_with("package-lock.json") && text.contains("\"resolved\"") {
            complaints.push(format!("{name} names a package server"));
        }
    }
    verdict(
        "what only one machine has",
        &complaints,
        "write paths relative to the checkout; keep `omit-lockfile-registry-resolved=true` in .npmrc",
    )
}

/// The lines that name this checkout's folder or a home folder.
fn machine_paths(text: &str, checkout: &str) -> Vec<usize> {
    // Put together here so that this file does not find itself.
    let homes = [["/ro", "ot/"].concat(), ["/Us", "ers/"].concat()];
    let starts_path = |line: &str, at: usize| {
        !line[..at]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | '>' | '~' | '/'))
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            let home = homes
                .iter()
                .any(|home| line.match_indices(home).any(|(at, _)| starts_path(line, at)));
            home || (checkout.matches('/').count() > 1 && line.contains(checkout))
        })
        .map(|(number, _)| number + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_checkout_and_home_folders() {
        let home = ["open /ro", "ot/.cache/x"].concat();
        let text = format!("fine\n{home}\nsee /srv/build/switchboard/README.md\nhttps://example.com/root/x");
        assert_eq!(machine_paths(&text, "/srv/build/switchboard"), [2, 3]);
    }
}
