//! Everything that must hold does, in every schedule; and what is rare enough to be missed is reached.
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use switchboard_simulation::report::{self, Span};

/// What the schedules have to come by, so that the invariants are not true for want of trying.
const RARE: [&str; 45] = [
    "another person's queue erased",
    "answer lost after the commit",
    "begun with what was kept",
    "call arrived twice",
    "call given up that arrives later",
    "call lost before it arrived",
    "colleague's newer reply",
    "conversation archived",
    "conversation closed",
    "conversation deleted while something waited for it",
    "difference fetched",
    "file uploaded again that was there",
    "half-open, nothing arrives",
    "half-open, nothing leaves",
    "machine slept",
    "message for something gone",
    "message out of order",
    "message sent again that was stored",
    "message taken back",
    "new epoch",
    "own deletion",
    "own deletion refused",
    "own deletion refused with something behind it",
    "own deletion with something behind it",
    "poll",
    "position lost",
    "refresh refused",
    "renewal overtaken by later ones",
    "reply held back",
    "rights changed",
    "session revoked",
    "sign-in ran out",
    "signed out with a queue",
    "socket closed: authorisation over",
    "socket closed: revoked",
    "socket closed: silent",
    "stolen token used",
    "store full",
    "store hangs",
    "tab killed before its transaction",
    "tab killed between two effects",
    "too late to take back",
    "truncated frame",
    "what was kept had to go",
    "write of an old leader refused",
];

#[test]
fn everything_holds_in_every_schedule() {
    let long = std::env::var("SWITCHBOARD_TEST_DEPTH").is_ok_and(|depth| depth == "long");
    let report = report::run(Span {
        from: 0,
        schedules: if long { 1_000_000 } else { 10_000 },
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    });
    println!("{report}");
    if let Some(seed) = report.failed.keys().next() {
        panic!(
            "{} schedules failed; the first, made small:\n{}",
            report.failed.len(),
            report::explain(*seed)
        );
    }
    for rare in RARE {
        assert!(report.counters.of(rare) > 0, "never reached: {rare}");
    }
}
