//! The world itself: that it is what it says.
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use super::generate::schedule;
use super::run;
use super::schedule::Schedule;

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..20 {
        let schedule = schedule(seed);
        let (one, two) = (run(&schedule), run(&schedule));
        assert_eq!(one, two, "seed {seed}");
    }
    assert_ne!(run(&schedule(1)).trace, run(&schedule(2)).trace);
}

#[test]
fn without_faults_everything_holds() {
    for seed in 0..200 {
        let calm = Schedule {
            faults: Vec::new(),
            ..schedule(seed)
        };
        let outcome = run(&calm);
        assert_eq!(outcome.violations, [], "seed {seed}: {calm:#?}");
    }
}
