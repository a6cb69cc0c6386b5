//! `cargo xtask build`: what is delivered.

use crate::bundle::{self, ServerProfile};
use crate::commands::options::Options;
use crate::failure::Outcome;
use crate::steps::Steps;
use crate::{checks, paths, sizes, tools};

/// Builds `dist/` and the release server, prints the sizes and holds them against the gate.
///
/// # Errors
/// The first step that failed.
pub fn command(arguments: &[String]) -> Outcome {
    Options::new(arguments).done()?;
    let mut steps = Steps::new();
    let bundlers = steps.must("tools", tools::bundlers)?;
    steps.must("widget", || bundle::widget(&bundlers))?;
    steps.must("dashboard", || bundle::dashboard(&bundlers))?;
    steps.must("bundle holds only what it should", checks::bundle::check)?;
    let measured = steps.must("sizes", sizes::compress_and_measure)?;
    println!("\n{}", sizes::table(&measured));
    let server = steps.must("server", || bundle::server(ServerProfile::Release))?;
    steps.must("size gate", || sizes::gate(&measured))?;
    println!(
        "\nDashboard  {}\nServer     {}",
        paths::dist().display(),
        server.display()
    );
    Ok(())
}
