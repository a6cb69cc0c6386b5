//! `cargo xtask generate`: the files that describe the API.

use crate::api_docs;
use crate::bundle::{self, ServerProfile};
use crate::commands::options::Options;
use crate::failure::Outcome;
use crate::steps::Steps;
use crate::tools;

/// Writes `docs/api/openapi.json` and `docs/api/types.d.ts`.
///
/// # Errors
/// The first step that failed.
pub fn command(arguments: &[String]) -> Outcome {
    Options::new(arguments).done()?;
    let mut steps = Steps::new();
    steps.must("npm packages", tools::node_packages)?;
    let server = steps.must("server", || bundle::server(ServerProfile::Dev))?;
    steps.must("docs/api", || api_docs::write(&server))
}
