//! Bugs that are planted are found: each one within so many schedules, which is printed.
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::atomic::{AtomicUsize, Ordering};

use switchboard_simulation::world::generate::schedule;
use switchboard_simulation::world::{Violation, run};

/// A bug that survives this many is not found.
const SCHEDULES: u64 = 5_000;

#[derive(Clone, Copy, Debug)]
enum Planted {
    Engine(switchboard_engine::planted::Bug),
    Domain(switchboard_domain::planted::Bug),
}

fn plant(planted: Option<Planted>) {
    let engine = match planted {
        Some(Planted::Engine(bug)) => Some(bug),
        _ => None,
    };
    let domain = match planted {
        Some(Planted::Domain(bug)) => Some(bug),
        _ => None,
    };
    switchboard_engine::planted::plant(engine);
    switchboard_domain::planted::plant(domain);
}

/// How many schedules it takes, and what is seen. A seed that fails anyway finds nothing.
fn search(planted: Planted) -> Option<(u64, Violation)> {
    (0..SCHEDULES).find_map(|seed| {
        let schedule = schedule(seed);
        plant(Some(planted));
        let found = run(&schedule).violations.into_iter().next()?;
        plant(None);
        run(&schedule).violations.is_empty().then_some((seed + 1, found))
    })
}

#[test]
fn every_planted_bug_is_found() {
    let engine = switchboard_engine::planted::Bug::ALL.iter().copied();
    let domain = switchboard_domain::planted::Bug::ALL.iter().copied();
    let bugs: Vec<Planted> = engine
        .map(Planted::Engine)
        .chain(domain.map(Planted::Domain))
        .collect();
    assert!(bugs.len() >= 12);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let survived: Vec<Planted> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut survived = Vec::new();
                    while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        match search(*bug) {
                            Some((schedules, violation)) => println!(
                                "{bug:?}: found after {schedules} (invariant {}: {})",
                                violation.invariant, violation.what
                            ),
                            None => survived.push(*bug),
                        }
                    }
                    survived
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a search ends"))
            .collect()
    });
    assert!(survived.is_empty(), "not found: {survived:?}");
}
