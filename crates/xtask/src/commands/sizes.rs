//! `cargo xtask sizes`: the sizes of what is built.

use crate::commands::options::Options;
use crate::failure::{Failure, Outcome};
use crate::{paths, sizes};

/// Prints the sizes; `--accept` takes them as the ones to compare with.
///
/// # Errors
/// When nothing is built yet.
pub fn command(arguments: &[String]) -> Outcome {
    let mut options = Options::new(arguments);
    let accept = options.flag("--accept");
    options.done()?;
    if !paths::dist().is_dir() || !paths::widget_bundle().is_dir() {
        return Err(Failure::new("nothing is built yet").advise("run `cargo xtask build` first"));
    }
    let measured = sizes::compress_and_measure()?;
    println!("{}", sizes::table(&measured));
    if accept {
        sizes::accept(&measured)?;
        println!("docs/sizes.json holds these brotli sizes now.");
    }
    Ok(())
}
