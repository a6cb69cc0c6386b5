//! Makes a schedule of a seed.

use switchboard_engine::random::Random;

use super::schedule::{Act, ActKind, Fault, FaultKind, Schedule};

/// Acts and faults begin within this time, in milliseconds.
const SPAN_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 3_600_000;
/// So long before somebody else signs in, in milliseconds, a sign-in runs out.
const EXPIRES_BEFORE_MS: u64 = 8_000;

/// The schedule of a seed.
#[must_use]
pub fn schedule(seed: u64) -> Schedule {
    let mut random = Random::from_seed(seed);
    let tabs = one_of(&mut random, &[1, 1, 2, 2, 3, 4]);
    let conversations = one_of(&mut random, &[1, 2, 2, 3, 6]);
    let mut schedule = Schedule {
        seed,
        tabs,
        conversations,
        manages: seed.is_multiple_of(3),
        acts: Vec::new(),
        faults: Vec::new(),
    };
    let acts = 10 + random.up_to(30);
    for _ in 0..acts {
        schedule.acts.push(Act {
            at: 500 + random.up_to(SPAN_MS),
            tab: small(&mut random, tabs),
            conversation: small(&mut random, conversations),
            kind: act(&mut random),
        });
    }
    // Many runs with few faults find what a storm of them hides.
    let faults = one_of(&mut random, &[0, 1, 2, 3, 5, 8, 13, 20]);
    for _ in 0..faults {
        schedule.faults.push(Fault {
            at: 500 + random.up_to(SPAN_MS),
            tab: small(&mut random, tabs),
            kind: fault(&mut random),
        });
    }
    after_sleep(&mut schedule, &mut random);
    before_another(&mut schedule);
    schedule.acts.sort_by_key(|act| act.at);
    schedule.faults.sort_by_key(|fault| fault.at);
    schedule
}

fn small(random: &mut Random, below: u8) -> u8 {
    u8::try_from(random.up_to(u64::from(below.max(1)) - 1)).unwrap_or(0)
}

fn one_of<T: Copy>(random: &mut Random, choices: &[T]) -> T {
    let last = choices.len().saturating_sub(1) as u64;
    choices[usize::try_from(random.up_to(last)).unwrap_or(0)]
}

fn act(random: &mut Random) -> ActKind {
    use ActKind::*;
    match random.up_to(99) {
        0..24 => Reply,
        24..30 => HeldReply,
        30..35 => Note,
        35..38 => CloseIt,
        38..41 => ReopenIt,
        41..44 => TakeIt,
        44..46 => SnoozeIt,
        46..52 => Open,
        52..55 => Leave,
        55..62 => Read,
        62..65 => Retry,
        65..68 => Discard,
        68 => SignOut,
        69..72 => SignIn,
        72 => OtherSignsIn,
        73..87 => VisitorWrites,
        87 => SendNow,
        88..94 => ColleagueReplies,
        94..97 => ColleagueCloses,
        97 => ColleagueArchives,
        98 => ColleagueDeletes,
        _ => DeleteIt,
    }
}

fn fault(random: &mut Random) -> FaultKind {
    use FaultKind::*;
    let short = 50 + random.up_to(3_000);
    let long = 1_000 + random.up_to(25_000);
    let sleep = match random.up_to(9) {
        0..5 => 1_000 + random.up_to(30_000),
        5..7 => 60_000 + random.up_to(600_000),
        7..9 => 3_600_000 + random.up_to(DAY_MS),
        _ => DAY_MS + random.up_to(2 * DAY_MS),
    };
    match random.up_to(36) {
        0 | 1 => LoseCall,
        2..=4 => LoseAnswer,
        5 | 34 | 35 => DelayCall(long),
        36 => Quota(long),
        6 => DelayAnswer(long),
        7 | 8 => DuplicateCall,
        9 => Stall(long),
        10 => DeafSocket,
        11 => MuteSocket,
        12 | 13 => Cut,
        14 => CutAll,
        15 => Truncate,
        16 => Errors(short * 2),
        17 => Busy(short * 2),
        18 => Restart(short),
        19 => Failover(short),
        20 => BlockSockets(long * 2),
        21 => Kill(short),
        22 | 23 => KillAtEffect(u32::try_from(random.up_to(60)).unwrap_or(0)),
        24 => Freeze(long),
        25 => Sleep(sleep),
        26 => DeepSleep(sleep),
        27 => Skew(i64::try_from(random.up_to(2 * DAY_MS)).unwrap_or(0) - DAY_MS.cast_signed()),
        28 | 29 => Offline(long * 4),
        30 => Hide(long),
        31 => one_of(random, &[Rights, Trim, Trim]),
        32 => one_of(random, &[Quota(long), StoreFails(short), StoreHangs(long)]),
        _ => one_of(random, &[Revoke, Thief, Trim]),
    }
}

/// Somebody else signs in where a sign-in has ended. In some cases it has run out a moment before, with whatever waits then.
fn before_another(schedule: &mut Schedule) {
    let comes = |act: &&Act| act.kind == ActKind::OtherSignsIn;
    if schedule.seed.is_multiple_of(4)
        && let Some(act) = schedule.acts.iter().find(comes)
    {
        schedule.faults.push(Fault {
            at: act.at.saturating_sub(EXPIRES_BEFORE_MS),
            tab: act.tab,
            kind: FaultKind::Expire,
        });
    }
}

/// What comes after a long sleep comes after it in half of the cases, so that there is something to wake up to.
fn after_sleep(schedule: &mut Schedule, random: &mut Random) {
    let sleeps: Vec<(u64, u64)> = schedule
        .faults
        .iter()
        .filter_map(|fault| match fault.kind {
            FaultKind::Sleep(ms) | FaultKind::DeepSleep(ms) if ms > SPAN_MS => Some((fault.at, ms)),
            _ => None,
        })
        .collect();
    for (at, ms) in sleeps {
        for later in schedule.acts.iter_mut().map(|act| &mut act.at) {
            if *later > at && random.up_to(1) == 0 {
                *later += ms;
            }
        }
    }
}
