//! One file a command. A command reads its options and puts steps in order; what a step does lives beside this folder.

pub mod bench;
pub mod build;
pub mod dev;
pub mod generate;
pub mod options;
pub mod run;
pub mod setup;
pub mod sizes;
pub mod test;
