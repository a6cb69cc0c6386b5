//! Many schedules at once, and what came of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::world::generate::schedule;
use crate::world::schedule::Schedule;
use crate::world::{self, Counters, Violation};

/// Which schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub schedules: u64,
    /// How many at once.
    pub threads: usize,
}

/// What came of them.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which they were.
    pub span: Span,
    /// Which did not hold, with the first thing that did not.
    pub failed: BTreeMap<u64, Violation>,
    /// How often rare things happened.
    pub counters: Counters,
    /// How many things happened.
    pub happenings: u64,
    /// How long it took.
    pub took: Duration,
    /// A hash over the hashes of all traces, in the order of the seeds.
    pub trace: u64,
}

#[derive(Default)]
struct Part {
    failed: BTreeMap<u64, Violation>,
    counters: Counters,
    happenings: u64,
    trace: u64,
}

/// Runs them.
#[must_use]
pub fn run(span: Span) -> Report {
    let started = Instant::now();
    let next = AtomicU64::new(span.from);
    let end = span.from + span.schedules;
    let parts: Vec<Part> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..span.threads.max(1))
            .map(|_| scope.spawn(|| work(&next, end)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    let mut report = Report {
        span,
        failed: BTreeMap::new(),
        counters: Counters::default(),
        happenings: 0,
        took: started.elapsed(),
        trace: 0,
    };
    for part in parts {
        report.failed.extend(part.failed);
        report.counters.add(&part.counters);
        report.happenings += part.happenings;
        report.trace ^= part.trace;
    }
    report
}

fn work(next: &AtomicU64, end: u64) -> Part {
    let mut part = Part::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return part;
        }
        let outcome = world::run(&schedule(seed));
        part.counters.add(&outcome.counters);
        part.happenings += outcome.happenings;
        // Whichever thread ran it, whenever: the sum is the same.
        part.trace ^= outcome.trace.rotate_left(u32::try_from(seed % 64).unwrap_or(0));
        if let Some(first) = outcome.violations.into_iter().next() {
            part.failed.insert(seed, first);
        }
    }
}

/// One schedule, made as small as it still fails, with what does not hold.
#[must_use]
pub fn explain(seed: u64) -> String {
    let whole = schedule(seed);
    let outcome = violations(&whole);
    let Some(first) = outcome.first().map(|violation| violation.invariant) else {
        return format!("seed {seed}: everything holds");
    };
    let smallest = whole.shrink(|fewer| {
        violations(fewer)
            .iter()
            .any(|violation| violation.invariant == first)
    });
    let left = violations(&smallest);
    let told = world::tell(&smallest).join("\n");
    format!("seed {seed}: {outcome:#?}\n\n{told}\n\n{smallest:#?}\n\n{left:#?}")
}

fn violations(schedule: &Schedule) -> Vec<Violation> {
    world::run(schedule).violations
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64().max(f64::MIN_POSITIVE);
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let rate = self.span.schedules as f64 / seconds;
        writeln!(
            f,
            "{} schedules from seed {}, {} happenings, {seconds:.1} s, {rate:.0} a second, trace {:016x}",
            self.span.schedules, self.span.from, self.happenings, self.trace
        )?;
        for (what, count) in self.counters.iter() {
            writeln!(f, "{count:>12}  {what}")?;
        }
        let mut by_invariant: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
        for (seed, violation) in &self.failed {
            by_invariant.entry(violation.invariant).or_default().push(*seed);
        }
        for (invariant, seeds) in by_invariant {
            writeln!(f, "invariant {invariant}: {} schedules", seeds.len())?;
            for seed in seeds.iter().take(8) {
                let violation = &self.failed[seed];
                writeln!(f, "  seed {seed} at {} ms: {}", violation.at, violation.what)?;
            }
        }
        write!(f, "{} failed", self.failed.len())
    }
}
