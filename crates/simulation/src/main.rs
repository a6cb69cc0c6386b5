//! Runs schedules and prints what came of them.

fn main() {}
