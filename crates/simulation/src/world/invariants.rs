//! What must hold (`quality.md` *Invariants of the realtime engine*), checked while things happen and once they are quiet.

use std::collections::{BTreeMap, BTreeSet};

use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId, SessionId};
use switchboard_contract::live_chat::MessageType;
use switchboard_engine::desk::Row;
use switchboard_engine::inbox::Shelf;
use switchboard_engine::queue::State;
use switchboard_engine::refresh::SignedOut;
use switchboard_engine::socket::Status;
use switchboard_engine::store::{Action, Answer, LaneKind, Op, Records};

use super::World;
use super::schedule::{ActKind, FaultKind};
use crate::page::{Page, Signed};
use crate::server::Request;
use crate::server::sessions::{Claims, Ended};

/// How long the tabs have to stop using a token after a sign-out, in milliseconds.
pub(super) const OUT_WITHIN_MS: u64 = 1_000;
/// More timers or calls in one tab than anything needs.
const MANY: usize = 80;
/// More calls than a browser at rest makes in fifteen seconds, for each tab.
const CALLS_AT_REST: u64 = 60;

impl World {
    /// After each step of a tab.
    pub(super) fn watch(&mut self, tab: usize) {
        let Some(page) = &mut self.browser.tabs[tab].page else {
            return;
        };
        let number = page.desk().number();
        let (position, announced) = (page.desk().position(), page.desk_mut().announced());
        let (signed, calls) = (page.signed(), page.calls());
        let leads = page.desk().leads();
        let slot = &mut self.browser.tabs[tab];
        let mut wrong = Vec::new();
        for id in announced {
            if !slot.announced.insert((number, id)) {
                wrong.push((4, format!("tab {tab} applied the event of {id} twice")));
            }
        }
        if let Some(position) = position {
            if let Some((before_number, before)) = &slot.position
                && *before_number == number
                && before.epoch == position.epoch
                && before.offset > position.offset
            {
                wrong.push((
                    3,
                    format!(
                        "tab {tab} went back from {} to {}",
                        before.offset, position.offset
                    ),
                ));
            }
            slot.position = Some((number, position));
        }
        if slot.timers.len() > MANY || calls > MANY {
            let timers = slot.timers.len();
            wrong.push((8, format!("tab {tab} has {timers} timers and {calls} calls")));
        }
        for (invariant, what) in wrong {
            self.violate(invariant, what);
        }
        if leads {
            self.counters.count("step of a leader");
        }
        if let Signed::Out(reason @ (SignedOut::Expired | SignedOut::Revoked)) = signed {
            self.check_end_of_session(tab, reason);
        }
    }

    /// A sign-in that holds must not be given up.
    fn check_end_of_session(&mut self, tab: usize, reason: SignedOut) {
        let Some(jar) = self.browser.jar else { return };
        let now = self.server_now();
        let Some(kept) = self.server.database.sessions.get(&jar.session).cloned() else {
            return;
        };
        if kept.ended == Some(Ended::Reused) && !self.schedule.has(|kind| kind == FaultKind::Thief) {
            self.violate(5, "a family was revoked without a thief".to_owned());
        }
        // Whoever signed in since belongs to another family.
        let holds = !kept.family.revoked && now < kept.family.expires_at && kept.family.generation > 1;
        if holds && self.browser.hint.member.is_none() {
            self.violate(
                5,
                format!("tab {tab} is signed out ({reason:?}) while the session holds"),
            );
        }
    }

    /// Before each call: no token of someone who signed out.
    pub(super) fn check_token(&mut self, tab: usize, access: Option<&str>) {
        let Some((at, left)) = self.browser.signed_out else {
            return;
        };
        let late = self.now > at + OUT_WITHIN_MS;
        let awake_long = self.now > self.browser.tabs[tab].frozen_until + OUT_WITHIN_MS
            && self.now > self.browser.asleep_until + OUT_WITHIN_MS;
        let session = access.and_then(Claims::read).map(|claims| claims.session);
        if late && awake_long && session == Some(left.session) {
            self.violate(6, format!("tab {tab} used a token after the sign-out"));
        }
    }

    /// Before each call: nothing is sent that is not kept, unless the browser could not keep it or what came before it.
    pub(super) fn check_request(&mut self, request: &Request) {
        let Request::Send(message) = request else { return };
        let id = Self::action_of(message.id);
        self.record.sent.insert(id);
        let unkept = self.typed(id).is_some_and(|typed| {
            let place = (typed.tab, typed.incarnation, typed.conversation);
            self.record.unkept.contains(&place)
        });
        if !self.record.kept.contains_key(&id) && !unkept {
            self.violate(2, format!("{} was sent before it was kept", message.content));
        }
    }

    /// After each transaction.
    pub(super) fn check_transaction(&mut self, before: &Records, op: &Op, answer: &Answer) {
        let ids = |records: &Records| -> BTreeSet<ActionId> {
            records.entries.iter().map(|entry| entry.id).collect()
        };
        let (then, now) = (ids(before), ids(&self.browser.store));
        let at = self.now;
        self.record.kept.extend(now.difference(&then).map(|id| (*id, at)));
        match (op, answer) {
            (Op::Clear | Op::End { .. } | Op::Open { erase: true }, _) => {
                let gone: Vec<ActionId> = then.difference(&now).copied().collect();
                if matches!(op, Op::Open { .. }) {
                    if !gone.is_empty() {
                        self.counters.count("another person's queue erased");
                    }
                } else {
                    self.check_erased(&gone);
                }
                self.record.erased.extend(gone);
            }
            (Op::Change { term: Some(term), .. } | Op::Remove { term: Some(term), .. }, answer)
                if *term < before.meta.term
                    && !matches!(answer, Answer::Fenced { .. } | Answer::Foreign { .. }) =>
            {
                self.violate(
                    7,
                    format!("a leader of term {term} wrote in term {}", before.meta.term),
                );
            }
            (Op::Claim, Answer::Claimed { .. }) => self.counters.count("lead claimed"),
            _ => {}
        }
        // A message is let go of only when the server has it or it was given up.
        for id in then.difference(&now).copied().collect::<Vec<_>>() {
            if let Some(typed) = self.typed(id) {
                let (message, conversation) = (typed.id, typed.conversation);
                let stored = self.is_stored(message);
                let given_up = self.record.given_up.contains(&id);
                // Nothing is added to a conversation that was deleted.
                let never = !self.record.sent.contains(&id)
                    || self.server.database.burnt.contains(&(typed.member, message))
                    || self.server.database.tombstones.contains_key(&conversation);
                if given_up && !never && !stored && !self.record.erased.contains(&id) {
                    self.violate(
                        2,
                        format!("{} was let go of and may still arrive", self.text(message)),
                    );
                }
                let explained = stored || given_up || self.record.erased.contains(&id);
                if !explained {
                    self.violate(2, format!("{} was let go of and is nowhere", self.text(message)));
                }
            }
        }
    }

    /// What a sign-in leaves behind goes with that sign-in, and with no other one.
    fn check_erased(&mut self, gone: &[ActionId]) {
        let now = self.server_now();
        let over = |session| {
            let kept = self.server.database.sessions.get(&session);
            self.record.left.contains(&session)
                || kept.is_none_or(|kept| kept.family.revoked || kept.family.expires_at <= now)
        };
        let early: Vec<MessageId> = gone
            .iter()
            .filter_map(|id| self.typed(*id))
            .filter(|typed| !typed.session.is_none_or(over))
            .map(|typed| typed.id)
            .collect();
        for id in early {
            let text = self.text(id);
            self.violate(2, format!("{text} was erased while its sign-in holds"));
        }
    }

    /// 6: some time after a sign-out no tab that moves shows anything of it, and nothing of it is kept.
    pub(super) fn check_left(&mut self, session: SessionId) {
        let began = self.now.saturating_sub(OUT_WITHIN_MS);
        let mut wrong = Vec::new();
        for (number, tab) in self.browser.tabs.iter().enumerate() {
            let moved = tab.frozen_until < began && self.browser.asleep_until < began;
            let of = tab.page.as_ref().and_then(Page::access).and_then(Claims::read);
            if moved && of.is_some_and(|claims| claims.session == session) {
                wrong.push(format!("tab {number} goes on after the sign-out"));
            }
        }
        let killed = self.browser.tabs.iter().any(|tab| tab.killed_at >= began);
        let fails = self.browser.failing_until.max(self.browser.hanging_until) >= began;
        let stands = self.browser.asleep_until >= began
            || self.browser.tabs.iter().any(|tab| tab.frozen_until >= began);
        let kept = self.browser.store.entries.iter().any(|entry| {
            self.typed(entry.id)
                .is_some_and(|typed| typed.session == Some(session))
        });
        if kept && !killed && !fails && !stands {
            wrong.push("the store keeps what was typed before the sign-out".to_owned());
        }
        for what in wrong {
            self.violate(6, what);
        }
    }

    /// Conversations by their numbers in the schedule.
    fn names(&self, ids: &[ConversationId]) -> String {
        let number = |id| self.people.conversations.iter().position(|known| known == id);
        let names: Vec<String> = ids
            .iter()
            .map(|id| number(id).map_or_else(|| id.to_string(), |number| format!("#{number}")))
            .collect();
        format!("[{}]", names.join(" "))
    }

    fn typed(&self, id: ActionId) -> Option<&super::record::Typed> {
        self.record
            .typed
            .iter()
            .find(|typed| Self::action_of(typed.id) == id)
    }

    fn text(&self, id: MessageId) -> String {
        let typed = self.record.typed.iter().find(|typed| typed.id == id);
        typed.map_or_else(|| id.to_string(), |typed| typed.text.clone())
    }

    fn is_stored(&self, id: MessageId) -> bool {
        self.server.database.message(id).is_some() || self.record.deleted.contains(&id)
    }

    /// Once faults have stopped for [`super::SETTLE_MS`].
    pub(super) fn check_quiet(&mut self) {
        self.check_messages();
        self.check_fates();
        self.check_stores();
        self.check_renewals();
        for tab in 0..self.browser.tabs.len() {
            let Some(page) = self.browser.tabs[tab].page.take() else {
                self.violate(9, format!("tab {tab} is closed"));
                continue;
            };
            let found = match page.signed() {
                Signed::In(member) => {
                    let told = self.check_notice(tab, &page);
                    self.check_page(&page, member).into_iter().chain(told).collect()
                }
                Signed::Restoring => vec![(9, "is still being restored".to_owned())],
                Signed::Out(_) => Vec::new(),
            };
            let found = found.into_iter().chain(self.check_person(&page));
            for (invariant, what) in found {
                self.violate(invariant, format!("tab {tab} {what}"));
            }
            self.browser.tabs[tab].page = Some(page);
        }
        self.check_leaders();
        let limit = CALLS_AT_REST * self.browser.tabs.len() as u64;
        if self.record.calls_in_quiet > limit {
            let calls = self.record.calls_in_quiet;
            self.violate(9, format!("{calls} calls in fifteen seconds of quiet"));
        }
    }

    /// 6 and 9: every tab is of the person who is signed in on this device.
    fn check_person(&self, page: &Page) -> Option<(u8, String)> {
        match (page.signed(), self.browser.hint.member) {
            (Signed::In(member), Some(person)) if member == person => None,
            (Signed::In(_), Some(_)) => Some((6, "is someone else's".to_owned())),
            (Signed::In(_), None) => Some((5, "would ask for the password after a reload".to_owned())),
            (_, Some(_)) => Some((9, "is signed out while others are signed in".to_owned())),
            (_, None) => None,
        }
    }

    /// 1 and 6: each message once, by whom it was typed, in the order typed.
    fn check_messages(&mut self) {
        let mut places: BTreeMap<MessageId, (ConversationId, u64, MemberId)> = BTreeMap::new();
        let mut texts: BTreeSet<String> = BTreeSet::new();
        let mut wrong = Vec::new();
        let members = [self.people.me, self.people.other];
        for kept in self.server.database.messages.values().flat_map(BTreeMap::values) {
            let message = &kept.message;
            let Some(author) = message.author_id.filter(|author| members.contains(author)) else {
                continue;
            };
            if message.kind != MessageType::Bot {
                continue;
            }
            places.insert(message.id, (message.conversation_id, message.seq, author));
            if !texts.insert(message.content.clone()) {
                wrong.push((1, format!("{} is stored twice", message.content)));
            }
        }
        for typed in &self.record.typed {
            let burnt = self.server.database.burnt.contains(&(typed.member, typed.id));
            if burnt && places.contains_key(&typed.id) {
                wrong.push((2, format!("{} was taken back and is stored", typed.text)));
            }
        }
        for kept in self.server.database.actions.values() {
            if kept.times > 1 {
                wrong.push((1, "a change was made twice".to_owned()));
            }
        }
        let mut last: BTreeMap<(ConversationId, usize, u32, u32), (u64, &str)> = BTreeMap::new();
        for typed in &self.record.typed {
            let Some((conversation, seq, author)) = places.get(&typed.id) else {
                continue;
            };
            if *author != typed.member {
                wrong.push((6, format!("{} was sent as someone else", typed.text)));
            }
            if *conversation != typed.conversation {
                wrong.push((1, format!("{} went elsewhere", typed.text)));
            }
            let lane = (*conversation, typed.tab, typed.incarnation, typed.desk);
            if let Some((before, text)) = last.insert(lane, (*seq, &typed.text))
                && before > *seq
            {
                wrong.push((
                    1,
                    format!("{} stands before {text}, which was typed first", typed.text),
                ));
            }
            // The tabs of a browser share their lanes: what one has kept stands before what is typed in another afterwards.
            for other in &self.record.typed {
                let id = Self::action_of(other.id);
                let earlier = other.session == typed.session
                    && other.conversation == typed.conversation
                    && self.record.kept.contains_key(&Self::action_of(typed.id))
                    && self.record.kept.get(&id).is_some_and(|at| *at < typed.at);
                let overtaken = places.get(&other.id).is_some_and(|(_, place, _)| place > seq);
                if earlier && overtaken {
                    let (text, before) = (&typed.text, &other.text);
                    wrong.push((1, format!("{text} stands before {before}, which was kept first")));
                }
            }
        }
        for (invariant, what) in wrong {
            self.violate(invariant, what);
        }
    }

    /// 2: what was kept is stored, blocked, given up, or erased; and what waits says what was typed.
    fn check_fates(&mut self) {
        let waits: BTreeSet<ActionId> = self.browser.store.entries.iter().map(|entry| entry.id).collect();
        let mut lost = Vec::new();
        for entry in &self.browser.store.entries {
            let Action::Send(draft) = &entry.action else {
                continue;
            };
            let typed = self.typed(entry.id).filter(|typed| typed.text != draft.content);
            lost.extend(typed.map(|typed| (2, format!("{} waits with another text", typed.text))));
        }
        for typed in &self.record.typed {
            let id = Self::action_of(typed.id);
            let kept = self.record.kept.contains_key(&id);
            let accounted = self.is_stored(typed.id)
                || waits.contains(&id)
                || self.record.given_up.contains(&id)
                || self.record.erased.contains(&id);
            if kept && !accounted {
                lost.push((2, format!("{} was kept and is nowhere", typed.text)));
            }
            // What the tab could not keep lives as long as the tab and the sign-in.
            let slot = &self.browser.tabs[typed.tab];
            let same = slot.incarnation == typed.incarnation;
            if let Some(page) = slot.page.as_ref().filter(|_| same && !kept)
                && page.desk().number() == typed.desk
                && page.signed() == Signed::In(typed.member)
                && !accounted
                && !page.desk().queued().any(|queued| queued.entry.id == id)
            {
                lost.push((2, format!("{} is nowhere, and its tab lives", typed.text)));
            }
        }
        for (invariant, what) in lost {
            self.violate(invariant, what);
        }
    }

    /// 6: nothing of someone who signed out is left.
    fn check_stores(&mut self) {
        let owner = self.browser.store.meta.owner;
        let leftover = self.browser.store.entries.iter().any(|entry| {
            self.typed(entry.id)
                .is_some_and(|typed| Some(typed.member) != owner)
        });
        if leftover {
            self.violate(6, "the store holds what someone else typed".to_owned());
        }
    }

    /// 5: without faults, one renewal for all tabs each time. The first ones are those of the pages that start.
    fn check_renewals(&mut self) {
        let signs = |act: &super::schedule::Act| {
            matches!(
                act.kind,
                ActKind::SignIn | ActKind::SignOut | ActKind::OtherSignsIn
            )
        };
        if !self.schedule.faults.is_empty() || self.schedule.acts.iter().any(signs) {
            return;
        }
        let began = super::browser::EPOCH_MS + 10_000;
        let later: Vec<i64> = self
            .server
            .database
            .rotations
            .iter()
            .map(|at| at.as_millis())
            .filter(|at| *at > began)
            .collect();
        let often = self.server.limits.access_ms / 2;
        if later.windows(2).any(|pair| pair[1] - pair[0] < often) {
            self.violate(5, "more than one renewal for one token's life".to_owned());
        }
    }

    /// 2: the person is told of what lives in the tab only, and of nothing else.
    fn check_notice(&self, tab: usize, page: &Page) -> Option<(u8, String)> {
        let desk = page.desk();
        let only_here = desk
            .queued()
            .any(|queued| !queued.kept && queued.state != State::Saving);
        let asker = (tab, self.browser.tabs[tab].incarnation, desk.number());
        match desk.not_kept() {
            None if only_here => Some((2, "does not say that something lives in it only".to_owned())),
            Some(error) if !only_here && !self.record.full.contains(&asker) => {
                Some((2, format!("says {error:?} of a store that works")))
            }
            _ => None,
        }
    }

    /// 3, 4 and 9: the tab is live, has sent what it could, and shows what the server has.
    fn check_page(&self, page: &Page, member: MemberId) -> Vec<(u8, String)> {
        let mut wrong = Vec::new();
        let desk = page.desk();
        if !matches!(desk.status(), Some(Status::Live | Status::Polling)) {
            wrong.push((9, format!("is {:?}", desk.status())));
            return wrong;
        }
        let mut blocked = BTreeSet::new();
        for queued in desk.queued() {
            match queued.state {
                State::Blocked(_) => {
                    if !self.record.refused.contains(&queued.entry.id) {
                        wrong.push((2, "blocks what the server never refused".to_owned()));
                    }
                    blocked.insert(queued.entry.lane);
                }
                _ if blocked.contains(&queued.entry.lane) => {}
                state => wrong.push((
                    9,
                    format!("still has {:?} ({state:?}) in its queue", queued.entry.id),
                )),
            }
        }
        let shown: BTreeSet<ActionId> = desk.queued().map(|queued| queued.entry.id).collect();
        let kept = &self.browser.store.entries;
        let waits = kept.iter().filter(|entry| entry.lane.kind == LaneKind::Write);
        if waits.map(|entry| entry.id).any(|id| !shown.contains(&id)) {
            wrong.push((2, "does not show all that is kept".to_owned()));
        }
        let database = &self.server.database;
        let position = desk.position();
        if position != Some(database.position()) {
            wrong.push((
                3,
                format!("is at {position:?}, the log at {:?}", database.position()),
            ));
            return wrong;
        }
        let Some(rights) = database.members.get(&member).map(|member| member.rights()) else {
            return wrong;
        };
        let caller = self.caller(member, rights);
        match desk.list() {
            None => wrong.push((9, "has not loaded its list".to_owned())),
            Some((shown, more)) => {
                let fresh: Vec<ConversationId> = database
                    .shelf(&caller, Shelf::Open)
                    .iter()
                    .map(|wire| wire.id)
                    .collect();
                let fits = if more {
                    fresh.starts_with(&shown)
                } else {
                    fresh == shown
                };
                if !fits {
                    let (shown, fresh) = (self.names(&shown), self.names(&fresh));
                    wrong.push((4, format!("lists {shown}, a fresh query {fresh}")));
                }
                for id in shown {
                    let stored = database.conversations.get(&id).map(|stored| &stored.wire);
                    if desk.confirmed(id).map(|known| &**known) != stored {
                        wrong.push((3, format!("shows {} otherwise than it is", self.names(&[id]))));
                    }
                }
            }
        }
        if let Some(open) = desk.open() {
            let stored = database.one(&caller, open).ok().map(|stored| &stored.wire);
            if desk.confirmed(open).map(|known| &**known) != stored {
                wrong.push((
                    3,
                    format!("shows the open {} otherwise than it is", self.names(&[open])),
                ));
            }
            wrong.extend(self.check_thread(page, open, &caller));
        }
        wrong
    }

    fn caller(
        &self,
        member: MemberId,
        rights: switchboard_domain::audience::Rights,
    ) -> crate::server::database::Caller {
        let session = self.browser.jar.map(|jar| jar.session);
        crate::server::database::Caller {
            session: session.unwrap_or_else(|| {
                switchboard_contract::ids::SessionId::from_parts(self.server_now(), [0; 10])
            }),
            member,
            name: String::new(),
            rights,
        }
    }

    fn check_thread(
        &self,
        page: &Page,
        open: ConversationId,
        caller: &crate::server::database::Caller,
    ) -> Option<(u8, String)> {
        let database = &self.server.database;
        let shown: Vec<_> = page
            .desk()
            .rows(open)
            .into_iter()
            .filter_map(|row| match row {
                Row::Stored(message) => Some(message),
                Row::Queued(_) => None,
            })
            .collect();
        if database.one(caller, open).is_err() {
            let shows = !shown.is_empty();
            return shows.then(|| {
                (
                    3,
                    format!("shows messages of {}, which it may not see", self.names(&[open])),
                )
            });
        }
        let stored = database.messages.get(&open)?;
        let from = shown.first().map_or(1, |first| first.seq);
        let expected: Vec<_> = stored.range(from..).map(|(_, kept)| &kept.message).collect();
        let same = shown.len() == expected.len()
            && shown
                .iter()
                .zip(&expected)
                .all(|(shown, expected)| **shown == **expected);
        (!same).then(|| {
            let seqs: Vec<u64> = shown.iter().map(|message| message.seq).collect();
            (
                3,
                format!(
                    "shows {seqs:?} of {}, the server has up to {}",
                    self.names(&[open]),
                    stored.len()
                ),
            )
        })
    }

    /// 7: among the tabs that are signed in one leads.
    fn check_leaders(&mut self) {
        let pages = || self.browser.tabs.iter().filter_map(|tab| tab.page.as_ref());
        let signed_in = pages()
            .filter(|page| matches!(page.signed(), Signed::In(_)))
            .count();
        let leaders = pages().filter(|page| page.desk().leads()).count();
        if signed_in > 0 && leaders != 1 {
            self.violate(7, format!("{leaders} tabs lead"));
        }
    }
}
