//! `cargo xtask setup`: installs the tools and nothing else.

use crate::commands::options::Options;
use crate::failure::Outcome;
use crate::steps::Steps;
use crate::{paths, tools};

/// Installs what building and testing need.
///
/// # Errors
/// What could not be installed.
pub fn command(arguments: &[String]) -> Outcome {
    Options::new(arguments).done()?;
    let mut steps = Steps::new();
    steps.must("bundling tools", tools::bundlers)?;
    steps.must("npm packages", tools::node_packages)?;
    println!("The tools are in {}", paths::tools()?.display());
    Ok(())
}
