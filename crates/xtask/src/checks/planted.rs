//! The bugs that the simulation plants are compiled for it alone: no other manifest names the feature.

use super::verdict;
use crate::failure::Outcome;
use crate::paths;

/// What is delivered, or built into what is.
const DELIVERED: [&str; 5] = [
    "Cargo.toml",
    "crates/contract/Cargo.toml",
    "crates/server/Cargo.toml",
    "crates/widget/Cargo.toml",
    "crates/xtask/Cargo.toml",
];
/// Those that define the feature, and must not switch it on by themselves.
const DEFINED: [&str; 2] = ["crates/domain/Cargo.toml", "crates/engine/Cargo.toml"];
const FEATURE: &str = "planted";

/// Looks through the manifests.
pub fn check() -> Outcome {
    let mut complaints = Vec::new();
    for manifest in DELIVERED.iter().chain(&DEFINED) {
        let text = paths::read(&paths::root().join(manifest))?;
        let is_defined = DEFINED.contains(manifest);
        complaints.extend(
            switched_on(&text, is_defined)
                .into_iter()
                .map(|line| format!("{manifest}:{line} switches on `{FEATURE}`")),
        );
    }
    verdict(
        "planted bugs outside the simulation",
        &complaints,
        "only crates/simulation may ask for the feature",
    )
}

/// The lines that name the feature; where it is defined, its definition aside.
fn switched_on(manifest: &str, is_defined: bool) -> Vec<usize> {
    manifest
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with('#') && line.contains(FEATURE))
        .filter(|(_, line)| !(is_defined && line.trim() == format!("{FEATURE} = []")))
        .map(|(number, _)| number + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_no_use() {
        let defined = "[features]\n# planted for tests\nplanted = []\n";
        assert_eq!(switched_on(defined, true), Vec::<usize>::new());
        assert_eq!(switched_on("default = [\"planted\"]\nplanted = []\n", true), [1]);
        let asks = "switchboard-engine = { workspace = true, features = [\"planted\"] }";
        assert_eq!(switched_on(asks, false), [1]);
    }
}
