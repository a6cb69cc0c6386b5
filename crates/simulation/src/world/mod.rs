//! One browser with its tabs, a network, and the server; what people do, what goes wrong, and whether what must hold does.
//!
//! Everything that happens stands in an [`agenda`], ordered by time and, where that is equal, by the seed. The same schedule
//! therefore gives the same run to the last bit, which the [`trace`] shows.
//!
//! | module | holds |
//! | --- | --- |
//! | [`schedule`], [`generate`] | what people do and what goes wrong, as data |
//! | `acts`, `faults` | how it is done |
//! | `browser`, `device`, `network` | the browser's own parts, and the way to the server |
//! | `record`, `invariants` | what is remembered to be checked, and the checks |

mod acts;
pub mod agenda;
mod archive;
mod browser;
mod device;
mod faults;
pub mod generate;
mod invariants;
mod network;
mod record;
pub mod schedule;
#[cfg(test)]
mod tests;
pub mod trace;

use std::collections::BTreeMap;

use switchboard_contract::ids::{ConversationId, MemberId, SessionId, VisitorId, WebsiteId};
use switchboard_contract::time::Timestamp;
use switchboard_engine::random::Random;
use switchboard_engine::store::{Answer, StoreError};

use crate::page::{LockName, NoAnswer, Said, TimerFor};
use crate::server::{Database, Limits, Response, Server};
use agenda::Agenda;
use browser::{Browser, EPOCH_MS, Tab};
use network::{InFlight, Packet, Wire};
use record::Record;
use schedule::Schedule;
use trace::Trace;

pub use record::Counters;

/// Once faults stop, everything has to be well again within this time, in milliseconds (`quality.md`, invariant 9).
pub const SETTLE_MS: u64 = 30_000;

/// Something that happens.
#[derive(Debug)]
enum Happening {
    Act(usize),
    Fault(usize),
    /// A fault is over.
    Over(usize),
    ServerDue,
    Arrives(u64, bool),
    Answered(u64, Result<Response, NoAnswer>),
    Opens(u64),
    ToServer(u64, String),
    ToPage(u64, Vec<Packet>),
    Gone(u64),
    Timer(usize, u32, TimerFor, u64),
    Granted(usize, u32, LockName, u64),
    StoreRuns,
    StoreAnswers(usize, u32, u64, Result<Answer, StoreError>),
    ArchiveRuns,
    ArchiveAnswers(usize, u32, Box<crate::page::News>),
    Heard(usize, u32, Said),
    Reopen(usize),
    Thaw(usize),
    /// Somebody signed out some time ago, of this sign-in.
    Left(SessionId),
    /// From here on nothing goes wrong any more.
    Quiet,
    /// The person tries again what could not be loaded.
    TryAgain,
}

/// Something that must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's number in `quality.md`.
    pub invariant: u8,
    /// When, in milliseconds.
    pub at: u64,
    /// What.
    pub what: String,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The hash of everything that happened.
    pub trace: u64,
    /// What must hold and does not.
    pub violations: Vec<Violation>,
    /// How often rare things happened.
    pub counters: Counters,
    /// How many things happened.
    pub happenings: u64,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct World {
    schedule: Schedule,
    quiet_from: u64,
    now: u64,
    agenda: Agenda<Happening>,
    random: Random,
    server: Server,
    server_due: Option<u64>,
    down_until: u64,
    errors_until: u64,
    busy_until: u64,
    blocked_until: u64,
    browser: Browser,
    calls: BTreeMap<u64, InFlight>,
    /// Calls that nobody waits for any more and that may still arrive.
    spent: BTreeMap<u64, InFlight>,
    next_call: u64,
    wires: BTreeMap<u64, Wire>,
    next_wire: u64,
    people: People,
    record: Record,
    counters: Counters,
    trace: Trace,
    violations: Vec<Violation>,
    happenings: u64,
    /// What the tabs took in and asked for, where somebody wants to read it.
    log: Option<Vec<String>>,
}

/// Who there is.
#[derive(Debug)]
struct People {
    me: MemberId,
    other: MemberId,
    colleague: MemberId,
    website: WebsiteId,
    elsewhere: WebsiteId,
    visitors: Vec<VisitorId>,
    conversations: Vec<ConversationId>,
    texts: u64,
}

/// Runs a schedule to its end.
#[must_use]
pub fn run(schedule: &Schedule) -> Outcome {
    let mut world = World::new(schedule.clone());
    world.go();
    world.outcome()
}

/// Runs a schedule and tells what every tab took in and asked for.
#[must_use]
pub fn tell(schedule: &Schedule) -> Vec<String> {
    let mut world = World::new(schedule.clone());
    world.log = Some(Vec::new());
    world.go();
    world.log.unwrap_or_default()
}

impl World {
    fn new(schedule: Schedule) -> Self {
        let mut random = Random::from_seed(schedule.seed ^ 0x5eed);
        let mut database = Database::new(random.next());
        let people = People::settle(&mut database, &schedule, &mut random);
        let mut world = Self {
            quiet_from: schedule.quiet_from(),
            now: 0,
            agenda: Agenda::new(random.next()),
            server: Server::new(Limits::default(), database),
            server_due: None,
            down_until: 0,
            errors_until: 0,
            busy_until: 0,
            blocked_until: 0,
            browser: Browser::default(),
            calls: BTreeMap::new(),
            spent: BTreeMap::new(),
            next_call: 0,
            wires: BTreeMap::new(),
            next_wire: 0,
            people,
            record: Record::default(),
            counters: Counters::default(),
            trace: Trace::default(),
            violations: Vec::new(),
            happenings: 0,
            log: None,
            random,
            schedule,
        };
        world.begin();
        world
    }

    /// Someone has signed in before; the tabs open one after the other.
    fn begin(&mut self) {
        let granted = self.server.sign_in(self.server_now(), self.people.me);
        if let Response::Refreshed { cookie, .. } = granted {
            self.browser.jar = Some(cookie);
        }
        self.browser.hint.member = Some(self.people.me);
        for tab in 0..usize::from(self.schedule.tabs.max(1)) {
            self.browser.tabs.push(Tab::default());
            let at = self.random.up_to(300);
            self.agenda.at(at, Happening::Reopen(tab));
        }
        // After whatever happens in the last moment that something does.
        self.agenda.at(self.quiet_from + 1, Happening::Quiet);
        for (number, act) in self.schedule.acts.iter().enumerate() {
            self.agenda.at(act.at, Happening::Act(number));
        }
        for (number, fault) in self.schedule.faults.iter().enumerate() {
            self.agenda.at(fault.at, Happening::Fault(number));
            let over = fault.kind.over(fault.at);
            if over > fault.at {
                self.agenda.at(over, Happening::Over(number));
            }
        }
    }

    fn go(&mut self) {
        let end = self.quiet_from + SETTLE_MS;
        while let Some((at, happening)) = self.agenda.next(end) {
            self.now = at;
            self.happenings += 1;
            self.trace.number(at);
            self.happen(happening);
            self.plan_server();
            if self.violations.len() > 4 {
                return;
            }
        }
        self.now = end;
        self.check_quiet();
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Act(number) => self.act(number),
            Happening::Fault(number) => self.fault(number),
            Happening::Over(number) => self.over(number),
            Happening::ServerDue => {
                self.server_due = None;
                self.tick_server();
            }
            Happening::Arrives(call, duplicate) => self.arrives(call, duplicate),
            Happening::Answered(call, answer) => self.answered(call, answer),
            Happening::Opens(wire) => self.opens(wire),
            Happening::ToServer(wire, text) => self.reaches_server(wire, &text),
            Happening::ToPage(wire, packets) => self.reaches_page(wire, packets),
            Happening::Gone(wire) => self.server.gone(wire),
            Happening::Timer(tab, incarnation, what, generation) => {
                self.timer(tab, incarnation, what, generation);
            }
            Happening::Granted(tab, incarnation, name, generation) => {
                self.granted(tab, incarnation, name, generation);
            }
            Happening::StoreRuns => self.run_store(),
            Happening::StoreAnswers(tab, incarnation, request, result) => {
                self.tell(tab, incarnation, crate::page::News::Stored(request, result));
            }
            Happening::ArchiveRuns => self.run_archive(),
            Happening::ArchiveAnswers(tab, incarnation, news) => self.tell(tab, incarnation, *news),
            Happening::Heard(tab, incarnation, said) => {
                self.tell(tab, incarnation, crate::page::News::Heard(said));
            }
            Happening::Reopen(tab) => self.open_tab(tab),
            Happening::Thaw(tab) => self.thaw(tab),
            Happening::Left(session) => self.check_left(session),
            Happening::TryAgain => {
                for tab in 0..self.browser.tabs.len() {
                    let incarnation = self.browser.tabs[tab].incarnation;
                    let act = crate::page::Act::TryAgain;
                    self.tell(tab, incarnation, crate::page::News::Act(act));
                }
            }
            Happening::Quiet => {
                for tab in &mut self.browser.tabs {
                    tab.calls.clear();
                    (tab.truncate, tab.kill_after) = (false, None);
                }
                // A call that went wrong before may be given up as late as that.
                for after in [8_000, 15_000, 22_000] {
                    self.agenda.at(self.now + after, Happening::TryAgain);
                }
            }
        }
    }

    fn server_now(&self) -> Timestamp {
        Timestamp::from_millis(EPOCH_MS + self.now.cast_signed())
    }

    fn is_up(&self) -> bool {
        self.down_until <= self.now
    }

    fn tick_server(&mut self) {
        if self.is_up() {
            let mut sent = Vec::new();
            self.server.tick(self.server_now(), &mut sent);
            self.deliver(sent);
        }
    }

    /// Plans the server's next turn, if it is earlier than the one that is planned.
    fn plan_server(&mut self) {
        let Some(due) = self.server.due() else { return };
        let due = u64::try_from(due.as_millis() - EPOCH_MS).unwrap_or(0);
        let due = due.max(self.now + 1).max(self.down_until);
        if self.server_due.is_none_or(|planned| due < planned) {
            self.server_due = Some(due);
            self.agenda.at(due, Happening::ServerDue);
        }
    }

    /// Notes something for whoever reads along.
    fn log(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(format!("{:>9}  {}", self.now, line()));
        }
    }

    fn violate(&mut self, invariant: u8, what: String) {
        self.violations.push(Violation {
            invariant,
            at: self.now,
            what,
        });
    }

    fn outcome(self) -> Outcome {
        Outcome {
            trace: self.trace.hash(),
            violations: self.violations,
            counters: self.counters,
            happenings: self.happenings,
        }
    }
}
