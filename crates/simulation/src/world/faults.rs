//! What goes wrong, and how it ends.

use std::collections::BTreeSet;
use switchboard_contract::auth::RefreshRequest;

use switchboard_contract::position::Offset;

use super::schedule::{Fault, FaultKind};
use super::{Happening, World};
use crate::page::News;
use crate::server::Credentials;
use crate::server::Request;
use crate::server::sessions::{Ended, RefreshToken};

impl World {
    pub(super) fn fault(&mut self, number: usize) {
        let Fault { at, tab, kind } = self.schedule.faults[number].clone();
        let tab = usize::from(tab) % self.browser.tabs.len();
        let over = kind.over(at);
        self.trace.number(number as u64);
        match kind {
            FaultKind::LoseCall
            | FaultKind::LoseAnswer
            | FaultKind::DelayCall(_)
            | FaultKind::DelayAnswer(_)
            | FaultKind::DuplicateCall => self.browser.tabs[tab].calls.push_back(kind),
            FaultKind::Stall(ms) => self.stall(tab, ms),
            FaultKind::DeafSocket => self.deafen(tab),
            FaultKind::MuteSocket => self.mute(tab),
            FaultKind::Cut => self.cut(tab),
            FaultKind::CutAll => (0..self.browser.tabs.len()).for_each(|tab| self.cut(tab)),
            FaultKind::Truncate => self.browser.tabs[tab].truncate = true,
            FaultKind::Errors(_) => self.errors_until = self.errors_until.max(over),
            FaultKind::Busy(_) => self.busy_until = self.busy_until.max(over),
            FaultKind::Restart(_) => {
                self.counters.count("server restarted");
                self.down_until = self.down_until.max(over);
                self.crash_server();
            }
            FaultKind::Failover(_) => {
                self.counters.count("new epoch");
                self.down_until = self.down_until.max(over);
                self.crash_server();
                // The new log's numbers begin anywhere: lower, higher, or where the old ones ended.
                let head = self.random.up_to(self.server.database.log.head.0 * 2);
                self.server.database.new_epoch(Offset(head));
            }
            FaultKind::BlockSockets(_) => self.blocked_until = self.blocked_until.max(over),
            FaultKind::Kill(_) => {
                if self.browser.tabs[tab].page.is_some() {
                    self.counters.count("tab killed");
                }
                self.kill(tab);
                self.agenda.at(over, Happening::Reopen(tab));
            }
            FaultKind::KillAtEffect(effects) => self.browser.tabs[tab].kill_after = Some(effects),
            FaultKind::Freeze(_) => {
                let slot = &mut self.browser.tabs[tab];
                slot.frozen_until = slot.frozen_until.max(over);
            }
            FaultKind::Sleep(_) => self.sleep(over),
            FaultKind::DeepSleep(ms) => {
                let asleep = self.browser.asleep_until.max(self.now);
                self.browser.lag += over.saturating_sub(asleep).min(ms);
                self.sleep(over);
            }
            FaultKind::Skew(ms) => {
                self.counters.count("wall clock jumped");
                self.browser.skew += ms;
            }
            FaultKind::Offline(_) => {
                self.browser.offline_until = self.browser.offline_until.max(over);
                // Not every browser notices.
                if self.random.up_to(2) > 0 {
                    self.tell_all(&News::NetworkDown);
                }
            }
            FaultKind::Hide(_) => {
                let slot = &mut self.browser.tabs[tab];
                slot.hidden_until = slot.hidden_until.max(over);
                let incarnation = slot.incarnation;
                self.tell(tab, incarnation, News::Shown(false));
            }
            FaultKind::Revoke => self.revoke(Ended::Revoked),
            FaultKind::Expire => self.expire(),
            FaultKind::Rights => self.change_rights(),
            FaultKind::Trim => {
                let kept = self.random.up_to(10);
                self.server.database.trim(kept);
            }
            FaultKind::Quota(_) => self.browser.full_until = self.browser.full_until.max(over),
            FaultKind::StoreFails(_) => {
                self.browser.failing_until = self.browser.failing_until.max(over);
            }
            FaultKind::StoreHangs(_) => {
                self.browser.hanging_until = self.browser.hanging_until.max(over);
            }
            FaultKind::Thief => self.steal(),
        }
        self.tick_server();
    }

    pub(super) fn over(&mut self, number: usize) {
        let Fault { tab, kind, .. } = self.schedule.faults[number].clone();
        let tab = usize::from(tab) % self.browser.tabs.len();
        match kind {
            FaultKind::Freeze(_) if self.browser.tabs[tab].frozen_until <= self.now => {
                self.agenda.at(self.now, Happening::Thaw(tab));
                if self.random.up_to(1) == 0 {
                    self.browser.tabs[tab].pending.push(News::Awake);
                }
            }
            FaultKind::Sleep(ms) | FaultKind::DeepSleep(ms) if self.browser.asleep_until <= self.now => {
                self.wake(ms);
            }
            FaultKind::Offline(_) if self.browser.offline_until <= self.now => {
                // What was sent meanwhile comes through, or the connection is gone.
                for tab in 0..self.browser.tabs.len() {
                    if self.random.up_to(1) == 0 {
                        self.cut(tab);
                    }
                }
                self.tell_all(&News::Awake);
            }
            FaultKind::KillAtEffect(_) => self.browser.tabs[tab].kill_after = None,
            FaultKind::Hide(_) if self.browser.tabs[tab].hidden_until <= self.now => {
                let incarnation = self.browser.tabs[tab].incarnation;
                self.tell(tab, incarnation, News::Shown(true));
            }
            _ => {}
        }
        self.tick_server();
    }

    fn tell_all(&mut self, news: &News) {
        for tab in 0..self.browser.tabs.len() {
            let incarnation = self.browser.tabs[tab].incarnation;
            self.tell(tab, incarnation, news.clone());
        }
    }

    fn sleep(&mut self, until: u64) {
        self.counters.count("machine slept");
        self.browser.asleep_until = self.browser.asleep_until.max(until);
    }

    fn wake(&mut self, slept: u64) {
        for tab in 0..self.browser.tabs.len() {
            if slept > 60_000 || self.random.up_to(1) == 0 {
                self.cut(tab);
            }
            // The clock that jumped is noticed by any step; the wake itself not by every browser.
            if self.random.up_to(1) == 0 {
                self.browser.tabs[tab].pending.push(News::Awake);
            }
            self.agenda.at(self.now, Happening::Thaw(tab));
        }
    }

    fn revoke(&mut self, why: Ended) {
        let now = self.server_now();
        if let Some(jar) = self.browser.jar {
            self.counters.count("session revoked");
            self.server.database.end(now, jar.session, why);
        }
    }

    /// The sign-in comes to the end of its time.
    fn expire(&mut self) {
        let now = self.server_now();
        let jar = self.browser.jar;
        if let Some(kept) = jar.and_then(|jar| self.server.database.sessions.get_mut(&jar.session)) {
            self.counters.count("sign-in ran out");
            kept.family.expires_at = kept.family.expires_at.min(now);
        }
    }

    /// The member sees another website from now on, or it again.
    fn change_rights(&mut self) {
        self.counters.count("rights changed");
        let (website, elsewhere) = (self.people.website, self.people.elsewhere);
        let me = self.people.me;
        if let Some(member) = self.server.database.members.get_mut(&self.people.me) {
            member.websites = if member.websites.len() > 1 {
                BTreeSet::from([website])
            } else {
                BTreeSet::from([website, elsewhere])
            };
        }
        let now = self.server_now();
        self.server.database.member_changed(now, me);
    }

    /// Someone has an old copy of the cookie.
    fn steal(&mut self) {
        let Some(jar) = self.browser.jar.filter(|jar| jar.generation > 3) else {
            return;
        };
        self.counters.count("stolen token used");
        let stolen = Credentials {
            access: None,
            cookie: Some(RefreshToken { generation: 1, ..jar }),
        };
        let mut sent = Vec::new();
        let now = self.server_now();
        let _ = self.server.call(
            now,
            u64::MAX,
            &stolen,
            Request::Refresh(RefreshRequest::default()),
            &mut sent,
        );
        self.deliver(sent);
    }
}
