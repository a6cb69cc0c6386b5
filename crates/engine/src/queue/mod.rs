//! What the person did and the server has not confirmed, in one tab: the durable [`crate::store`], what the other tabs say
//! of it, and the [`crate::outbox`] that sends it.
//!
//! Every tab shows all entries. Only the tab that leads sends those that are kept; one for which the browser had no room is
//! sent by the tab where it was done, and is lost with that tab, which the person is told.
//!
//! ```text
//! done → Saving → Waiting ⇄ Sending → gone: the server has it
//!           ↓        ↓  ↖ Again ↘
//!       (unsaved)    ↓          Blocked: the person decides
//!                TakingBack → gone: the server does not have it and never will
//! ```

mod interface;
mod reading;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use switchboard_contract::ids::{ActionId, MemberId};

use crate::Now;
use crate::outbox::{self, End, Kept, Outbox};
use crate::planted::{self, Bug};
use crate::store::{Action, Answer, Entry, Lane, Op, Records, Standing, StoreError, To};

pub use interface::{Change, Effect, Event, Queued, State, Waiting};

/// Entries that are gone and may still be heard of from a slower tab.
const REMEMBERED: usize = 1_000;
/// Where the places of entries begin that the browser had no room for: behind all others.
const UNSAVED_FROM: u64 = 1 << 62;

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Queue {
    owner: MemberId,
    kept: BTreeMap<Lane, Vec<Entry>>,
    saving: Vec<Entry>,
    unsaved: Records,
    /// The server has them, and the store has not let go of them yet.
    done: BTreeSet<ActionId>,
    gone: VecDeque<ActionId>,
    /// Gone here, and the store has failed to let go of them: tried again once it works.
    unremoved: BTreeMap<ActionId, Lane>,
    /// The store did not answer when these were to be kept: it may have them, or get them later.
    perhaps_kept: BTreeSet<ActionId>,
    asked: BTreeMap<u64, Op>,
    request: u64,
    leading: Option<u64>,
    outbox: Outbox<Lane, ActionId, Entry>,
}

impl Queue {
    /// An empty queue of `owner`.
    #[must_use]
    pub fn new(owner: MemberId, seed: u64) -> Self {
        let mut unsaved = Records::default();
        unsaved.meta.owner = Some(owner);
        unsaved.meta.next = UNSAVED_FROM;
        Self {
            owner,
            kept: BTreeMap::new(),
            saving: Vec::new(),
            unsaved,
            done: BTreeSet::new(),
            gone: VecDeque::new(),
            unremoved: BTreeMap::new(),
            perhaps_kept: BTreeSet::new(),
            asked: BTreeMap::new(),
            request: 0,
            leading: None,
            outbox: Outbox::new(seed),
        }
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Do(entry) => {
                out.push(Effect::Changed(entry.lane.conversation));
                let lane = entry.lane;
                let first = self.saving.iter().all(|saving| saving.lane != lane);
                if planted::on(Bug::SendBeforeStored) && self.leading.is_some() {
                    self.hand(now, &entry, out);
                }
                self.saving.push(*entry);
                if first {
                    self.save_next(now, lane, out);
                }
            }
            Event::Opened { waiting, settled } => {
                self.remove_again(out);
                // One transaction comes after the other: what is not there now has not been kept, and will not be, unless it
                // was asked for later than this.
                let is_there = |id: &ActionId| waiting.entries.iter().any(|entry| entry.id == *id);
                self.perhaps_kept.retain(|id| !settled || is_there(id));
                if self.leading.is_some() {
                    out.push(Effect::Tell(waiting.whole()));
                }
                // A tab may have gone between keeping something and telling: whoever leads has to hear of it.
                if !waiting.entries.is_empty() {
                    out.push(Effect::Tell(Change::Put(waiting.entries.clone())));
                }
                self.agree(now, waiting, out);
                self.go_on(now, out);
            }
            Event::Answered { request, result } => self.on_answered(now, request, result, out),
            Event::Heard(Change::Put(entries)) => self.put(now, entries, out),
            Event::Heard(Change::Gone(id)) => self.drop_entry(now, id, out),
            Event::Heard(Change::Whole { ids, next }) => {
                self.drop_missing(now, &ids.into_iter().collect(), next, out);
            }
            Event::Lead { term, waiting } => self.lead(now, term, waiting, out),
            Event::Follow => self.follow(now, out),
            Event::Attempted { generation, outcome } => {
                self.on_outbox(now, outbox::Event::Attempted { generation, outcome }, out);
            }
            Event::Seen(id) => {
                // Whoever leads lets go of it; that it is sent shows in every tab, also where the leader's word does not come.
                let kept = self.kept.values().flatten().find(|entry| entry.id == id);
                let kept = kept.map(|entry| (entry.lane, matches!(entry.standing, Standing::Blocked(_))));
                if let Some((lane, refused)) = kept
                    && self.leading.is_none()
                    && self.done.insert(id)
                {
                    out.push(Effect::Changed(lane.conversation));
                    // An earlier attempt has arrived after the refusal. Nobody sends it any more, so that whoever leads may
                    // never hear of it, and it would hold back its lane.
                    if refused {
                        self.remove(id, lane, out);
                    }
                }
                self.on_outbox(now, outbox::Event::Seen { id }, out);
            }
            Event::Timer { generation } => self.on_outbox(now, outbox::Event::Timer { generation }, out),
            Event::Wake => self.on_outbox(now, outbox::Event::Wake, out),
            Event::Again { id, reopen, seen_seq } => {
                self.end_hold(now, id, out);
                self.decide(now, id, To::Again { reopen, seen_seq }, out);
            }
            Event::Discard(id) if planted::on(Bug::DiscardWithoutTakeBack) => self.let_go(id, out),
            Event::Discard(id) => self.decide(now, id, To::TakingBack, out),
            Event::Closed => self.close(now, out),
            Event::Clear => {
                for entry in self
                    .kept
                    .values()
                    .flatten()
                    .chain(&self.unsaved.entries)
                    .chain(&self.saving)
                {
                    out.push(Effect::Changed(entry.lane.conversation));
                }
                let mut outbox = Vec::new();
                self.outbox.step(now, outbox::Event::Clear, &mut outbox);
                self.kept.clear();
                self.saving.clear();
                self.unsaved.entries.clear();
                self.done.clear();
                self.asked.clear();
                self.unremoved.clear();
                self.perhaps_kept.clear();
                self.leading = None;
            }
        }
    }

    /// What was kept is gone with the store; the rest was done here, by whoever is signed in, and waits for it.
    fn close(&mut self, now: Now, out: &mut Vec<Effect>) {
        let mut outbox = Vec::new();
        self.outbox.step(now, outbox::Event::Clear, &mut outbox);
        self.leading = None;
        for entry in self.kept.values().flatten().rev() {
            out.push(Effect::Changed(entry.lane.conversation));
            // It would wait for what never comes.
            for follower in &mut self.unsaved.entries {
                if follower.after == Some(entry.id) {
                    follower.after = entry.after;
                }
            }
        }
        self.kept.clear();
        self.done.clear();
        self.asked.clear();
        self.unremoved.clear();
    }

    /// The store is open: what the tab has kept back meanwhile is saved, or sent.
    fn go_on(&mut self, now: Now, out: &mut Vec<Effect>) {
        for entry in self.unsaved.entries.clone() {
            if self.outbox.item(entry.id).is_none() {
                self.hand(now, &entry, out);
            }
        }
        let under_way: BTreeSet<Lane> = self
            .asked
            .values()
            .filter_map(|op| match op {
                Op::Append(entry) => Some(entry.lane),
                _ => None,
            })
            .collect();
        let lanes: BTreeSet<Lane> = self.saving.iter().map(|entry| entry.lane).collect();
        for lane in lanes.difference(&under_way) {
            self.save_next(now, *lane, out);
        }
    }

    fn ask(&mut self, op: Op, out: &mut Vec<Effect>) {
        self.request += 1;
        self.asked.insert(self.request, op.clone());
        out.push(Effect::Store {
            request: self.request,
            op,
        });
    }

    /// One at a time in a lane: what cannot be kept stays in memory, and so does what follows it, in the order done.
    fn save_next(&mut self, now: Now, lane: Lane, out: &mut Vec<Effect>) {
        while let Some(next) = self.saving.iter().find(|saving| saving.lane == lane).cloned() {
            if self.unsaved.entries.iter().all(|entry| entry.lane != lane) {
                return self.ask(Op::Append(Box::new(next)), out);
            }
            self.keep_in_memory(now, next, out);
        }
    }

    /// The store works: it can let go of what it could not let go of before.
    fn remove_again(&mut self, out: &mut Vec<Effect>) {
        for (id, lane) in std::mem::take(&mut self.unremoved) {
            self.remove(id, lane, out);
        }
    }

    /// What this tab has sent of its own is its to let go of, whoever leads.
    fn remove(&mut self, id: ActionId, lane: Lane, out: &mut Vec<Effect>) {
        let term = self.leading.filter(|_| !self.perhaps_kept.contains(&id));
        self.ask(Op::Remove { term, id, lane }, out);
    }

    fn is_unsaved(&self, id: ActionId) -> bool {
        self.unsaved.entries.iter().any(|entry| entry.id == id)
    }

    /// What is kept need not wait until the store has heard that it may go: the page may be closed by then. Whoever leads after a
    /// crash holds it back for the rest of its time, and the server knows it by its id.
    fn end_hold(&mut self, now: Now, id: ActionId, out: &mut Vec<Effect>) {
        let Some(entry) = self.entry(id).filter(|entry| entry.hold_ms.is_some()).cloned() else {
            return;
        };
        if self.outbox.item(id).is_some() {
            let event = outbox::Event::Revised {
                id,
                after: entry.after,
                place: entry.position,
                payload: entry,
                held: false,
            };
            self.on_outbox(now, event, out);
        }
    }

    /// The person's decision about an entry: durable first, then acted on.
    fn decide(&mut self, now: Now, id: ActionId, to: To, out: &mut Vec<Effect>) {
        let Some((lane, known)) = self.entry(id).map(|entry| (entry.lane, entry.revision)) else {
            return;
        };
        let is_saving = self.saving.iter().any(|entry| entry.id == id);
        let mut asked = self.asked.values();
        if is_saving && !asked.any(|op| matches!(op, Op::Append(entry) if entry.id == id)) {
            // The store has not heard of it: it waits for what is saved before it, or for the store to be opened.
            match to {
                To::TakingBack => self.saving.retain(|entry| entry.id != id),
                // It is kept as one that goes at once.
                To::Again { .. } => {
                    for entry in self.saving.iter_mut().filter(|entry| entry.id == id) {
                        entry.hold_ms = None;
                    }
                }
                To::Blocked(_) => {}
            }
            out.push(Effect::Changed(lane.conversation));
            return;
        }
        let op = Op::Change {
            term: None,
            id,
            lane,
            to,
            known,
        };
        if self.is_unsaved(id) {
            self.run_unsaved(now, op, out);
        } else {
            self.ask(op, out);
        }
    }

    /// What the browser has no room for goes the same ways, in memory.
    fn run_unsaved(&mut self, now: Now, op: Op, out: &mut Vec<Effect>) {
        match self.unsaved.run(self.owner, op) {
            Answer::Changed { entries, .. } => {
                for entry in entries {
                    out.push(Effect::Changed(entry.lane.conversation));
                    self.hand(now, &entry, out);
                }
            }
            Answer::Removed { relinked, .. } => {
                for entry in relinked {
                    self.hand(now, &entry, out);
                }
            }
            _ => {}
        }
    }

    fn on_answered(
        &mut self,
        now: Now,
        request: u64,
        result: Result<Answer, StoreError>,
        out: &mut Vec<Effect>,
    ) {
        let Some(op) = self.asked.remove(&request) else {
            return;
        };
        // A store that is another's lets go of nothing.
        if result
            .as_ref()
            .is_ok_and(|answer| !matches!(answer, Answer::Foreign { .. }))
        {
            self.remove_again(out);
        }
        match result {
            Ok(Answer::Appended { entry, superseded }) => {
                self.saving.retain(|saving| saving.id != entry.id);
                for id in superseded {
                    self.drop_entry(now, id, out);
                    out.push(Effect::Tell(Change::Gone(id)));
                }
                out.push(Effect::Tell(Change::Put(vec![(*entry).clone()])));
                let lane = entry.lane;
                self.put(now, vec![*entry], out);
                self.save_next(now, lane, out);
            }
            Ok(Answer::Changed { entries, .. }) => {
                if !entries.is_empty() {
                    out.push(Effect::Tell(Change::Put(entries.clone())));
                }
                self.put(now, entries, out);
            }
            Ok(Answer::Removed { id, relinked }) => {
                self.perhaps_kept.remove(&id);
                self.drop_entry(now, id, out);
                out.push(Effect::Tell(Change::Gone(id)));
                if !relinked.is_empty() {
                    out.push(Effect::Tell(Change::Put(relinked.clone())));
                    self.put(now, relinked, out);
                }
            }
            Ok(Answer::Missing(id)) => {
                self.drop_entry(now, id, out);
                // What was read before it went may have been told after it went.
                out.push(Effect::Tell(Change::Gone(id)));
            }
            // Asked before this tab got the term that it has by now: it is still its to say.
            Ok(Answer::Fenced { term }) if self.leading.is_some_and(|own| own >= term) => {
                let op = op.in_term(self.leading);
                self.ask(op, out);
            }
            Ok(Answer::Fenced { term }) => {
                self.follow(now, out);
                out.push(Effect::Fenced { term });
                if self.outlasts_the_lead(&op) {
                    self.ask(op.in_term(None), out);
                }
            }
            Ok(Answer::Foreign { owned: true, .. }) => out.push(Effect::Foreign),
            Ok(Answer::Foreign { owned: false, .. }) => {
                out.push(Effect::Dropped);
                self.on_store_error(now, op, StoreError::Failed, out);
            }
            Ok(Answer::Opened { .. } | Answer::Claimed { .. } | Answer::Cleared { .. }) => {}
            Err(error) => self.on_store_error(now, op, error, out),
        }
    }

    /// What is stored or refused, whoever leads next hears from the server once more. What the person has decided, and what this
    /// tab has let go of and could not take from the store, that one may know nothing of: it would send it again, or show what
    /// is over.
    fn outlasts_the_lead(&self, op: &Op) -> bool {
        match op {
            Op::Remove { id, .. } => {
                let given_up = |entry: &Entry| entry.standing == Standing::TakingBack;
                self.gone.contains(id) || self.entry(*id).is_some_and(given_up)
            }
            Op::Change { to, .. } => !matches!(to, To::Blocked(_)),
            _ => false,
        }
    }

    fn on_store_error(&mut self, now: Now, op: Op, error: StoreError, out: &mut Vec<Effect>) {
        match op {
            Op::Append(entry) => {
                let lane = entry.lane;
                if error == StoreError::Silent {
                    self.perhaps_kept.insert(entry.id);
                }
                self.keep_in_memory(now, *entry, out);
                self.save_next(now, lane, out);
            }
            // The person's decision counts in this tab, and the tab that leads hears of it.
            Op::Change {
                id, to, lane, known, ..
            } => {
                let Some(entry) = self
                    .kept
                    .get(&lane)
                    .and_then(|lane| lane.iter().find(|entry| entry.id == id))
                else {
                    return;
                };
                let mut memory = Records {
                    meta: self.unsaved.meta.clone(),
                    entries: vec![entry.clone()],
                    ..Records::default()
                };
                if let Answer::Changed { entries, .. } = memory.run(
                    self.owner,
                    Op::Change {
                        term: None,
                        id,
                        lane,
                        to,
                        known,
                    },
                ) {
                    out.push(Effect::Tell(Change::Put(entries.clone())));
                    self.put(now, entries, out);
                }
            }
            // It stays on disk until the store works again, or is sent once more by whoever leads then, which the server
            // answers with its first result.
            Op::Remove { id, lane, .. } => {
                self.unremoved.insert(id, lane);
                self.drop_entry(now, id, out);
                out.push(Effect::Tell(Change::Gone(id)));
            }
            Op::Open { .. } | Op::Reopen { .. } | Op::Claim | Op::Clear | Op::End { .. } => {}
        }
    }

    /// Behind everything that is kept; the message before it may be one of those.
    fn keep_in_memory(&mut self, now: Now, entry: Entry, out: &mut Vec<Effect>) {
        let (id, lane) = (entry.id, entry.lane);
        self.saving.retain(|saving| saving.id != id);
        self.unsaved.run(self.owner, Op::Append(Box::new(entry)));
        let before = self.kept.get(&lane).and_then(|lane| last_message(lane));
        if let Some(entry) = self.unsaved.entries.iter_mut().find(|entry| entry.id == id) {
            entry.after = entry.after.or(before);
            let entry = entry.clone();
            self.hand(now, &entry, out);
        }
        out.push(Effect::Changed(lane.conversation));
    }

    /// Takes in entries as the store has them; of two copies the newer one stays.
    fn put(&mut self, now: Now, entries: Vec<Entry>, out: &mut Vec<Effect>) {
        for mut entry in entries {
            if self.gone.contains(&entry.id) {
                // A transaction that failed has left it in the store, where another tab has found it; or one that was not
                // waited for any longer has put it there. Of what is refused there nobody else finds out: it is not sent again.
                let refused = matches!(entry.standing, Standing::Blocked(_));
                if refused || self.leading.is_some() || self.perhaps_kept.contains(&entry.id) {
                    self.remove(entry.id, entry.lane, out);
                }
                continue;
            }
            self.saving.retain(|saving| saving.id != entry.id);
            self.take_over_unsaved(&mut entry);
            let lane = self.kept.entry(entry.lane).or_default();
            match lane.iter_mut().find(|known| known.id == entry.id) {
                Some(known) if known.revision > entry.revision => continue,
                Some(known) => {
                    // Stored, and gone since with its conversation: whoever leads has asked after it was seen.
                    let refused = matches!(entry.standing, Standing::Blocked(_));
                    if refused && known.revision < entry.revision && self.leading.is_none() {
                        self.done.remove(&entry.id);
                    }
                    *known = entry.clone();
                }
                None => {
                    let index = lane.partition_point(|known| known.position < entry.position);
                    lane.insert(index, entry.clone());
                }
            }
            out.push(Effect::Changed(entry.lane.conversation));
            let sends = self.leading.is_some() || self.outbox.item(entry.id).is_some();
            if sends && !self.done.contains(&entry.id) {
                self.hand(now, &entry, out);
            }
        }
    }

    /// The store has kept after all what was taken not to be: it stands as this tab knows it.
    fn take_over_unsaved(&mut self, entry: &mut Entry) {
        let unsaved = &mut self.unsaved.entries;
        let Some(index) = unsaved.iter().position(|known| known.id == entry.id) else {
            return;
        };
        let known = unsaved.remove(index);
        self.perhaps_kept.remove(&entry.id);
        if known.revision > entry.revision {
            *entry = Entry {
                position: entry.position,
                after: entry.after,
                ..known
            };
        }
    }

    fn remember_gone(&mut self, id: ActionId) {
        if !self.gone.contains(&id) {
            self.gone.push_back(id);
            if self.gone.len() > REMEMBERED {
                self.gone.pop_front();
            }
        }
    }

    fn drop_entry(&mut self, now: Now, id: ActionId, out: &mut Vec<Effect>) {
        self.done.remove(&id);
        self.remember_gone(id);
        let mut before = None;
        for lane in self.kept.values_mut() {
            if let Some(index) = lane.iter().position(|entry| entry.id == id) {
                let entry = lane.remove(index);
                before = entry.after;
                out.push(Effect::Changed(entry.lane.conversation));
            }
        }
        self.kept.retain(|_, lane| !lane.is_empty());
        // The store relinks what is kept too, unless it has failed to let go of this one.
        let followers = self.kept.values_mut().flatten().chain(&mut self.unsaved.entries);
        let mut relinked = Vec::new();
        for follower in followers.filter(|follower| follower.after == Some(id)) {
            follower.after = before;
            relinked.push(follower.clone());
        }
        for entry in relinked {
            if self.is_unsaved(entry.id) || self.outbox.item(entry.id).is_some() {
                self.hand(now, &entry, out);
            }
        }
        if self.outbox.item(id).is_some() {
            self.on_outbox(now, outbox::Event::Seen { id }, out);
        }
    }

    /// What waits is what the store holds.
    fn agree(&mut self, now: Now, waiting: Waiting, out: &mut Vec<Effect>) {
        let ids = waiting.entries.iter().map(|entry| entry.id).collect();
        self.drop_missing(now, &ids, waiting.next, out);
        self.put(now, waiting.entries.clone(), out);
        self.keep_again(&waiting.entries, out);
    }

    /// The store has failed when an entry came to stand otherwise: whoever leads has it kept now, so that tabs that know only
    /// the store show the same. What the person has decided any tab may bring: whoever was told of it besides may be gone.
    fn keep_again(&mut self, entries: &[Entry], out: &mut Vec<Effect>) {
        let mut missed = Vec::new();
        for entry in entries {
            let lane = self.kept.get(&entry.lane);
            let known = lane.and_then(|lane| lane.iter().find(|known| known.id == entry.id));
            if let Some(known) = known
                && known.revision > entry.revision
                && (&known.standing, known.reopen, known.hold_ms)
                    != (&entry.standing, entry.reopen, entry.hold_ms)
                && (self.leading.is_some() || !matches!(known.standing, Standing::Blocked(_)))
                && !self.done.contains(&known.id)
            {
                missed.push(Op::Change {
                    term: self.leading,
                    id: known.id,
                    lane: known.lane,
                    to: To::of(known),
                    known: known.revision,
                });
            }
        }
        for op in missed {
            self.ask(op, out);
        }
    }

    fn drop_missing(&mut self, now: Now, ids: &BTreeSet<ActionId>, next: u64, out: &mut Vec<Effect>) {
        let missing: Vec<ActionId> = self
            .kept
            .values()
            .flatten()
            // What was kept after the answer was made may be heard of before the answer.
            .filter(|entry| entry.position < next && !ids.contains(&entry.id))
            .map(|entry| entry.id)
            .collect();
        // The last first: none is to be sent because the one before it is gone.
        for id in missing.into_iter().rev() {
            // It may have been erased, and the attempt may still wait for a token: of a sign-in that it is not of.
            if let Some(generation) = self.outbox.item(id).and_then(outbox::Item::attempt) {
                out.push(Effect::Abandon { generation });
            }
            self.drop_entry(now, id, out);
        }
    }

    fn lead(&mut self, now: Now, term: u64, waiting: Option<Waiting>, out: &mut Vec<Effect>) {
        self.leading = Some(term);
        if let Some(waiting) = waiting {
            // Whoever let go of something may be gone since, before it could tell.
            out.push(Effect::Tell(waiting.whole()));
            self.agree(now, waiting, out);
        }
        // Of some of them this tab knows better than the store, which failed when the person decided. Where the store cannot be
        // read, what this tab knows of is sent all the same: by its ids the server does each once, whoever else sends it.
        let known: Vec<Entry> = self
            .kept
            .values()
            .flatten()
            .filter(|entry| self.outbox.item(entry.id).is_none() && !self.done.contains(&entry.id))
            .cloned()
            .collect();
        for entry in known {
            self.hand(now, &entry, out);
        }
        // What is done is let go of in this term.
        for id in self.done.clone() {
            self.let_go(id, out);
        }
    }

    fn follow(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.leading.take().is_none() {
            return;
        }
        self.done.clear();
        let mut effects = Vec::new();
        self.outbox.step(now, outbox::Event::Clear, &mut effects);
        for entry in self.unsaved.entries.clone() {
            self.hand(now, &entry, out);
        }
    }

    /// Gives an entry to the outbox, or tells it what changed.
    fn hand(&mut self, now: Now, entry: &Entry, out: &mut Vec<Effect>) {
        let id = entry.id;
        let Some(item) = self.outbox.item(id) else {
            let kept = Kept {
                place: entry.position,
                after: entry.after,
                // Until the server has decided about the conversation nothing is added to it.
                first: entry.action == Action::Delete,
                // Another tab that once led may send what it hears of, whatever this one knows.
                attempted: !self.is_unsaved(id) || self.perhaps_kept.contains(&id),
                taking_back: entry.standing == Standing::TakingBack,
                blocked: match &entry.standing {
                    Standing::Blocked(problem) => Some(Rc::new((**problem).clone())),
                    Standing::Waiting | Standing::TakingBack => None,
                },
                hold_ms: entry.held_for(now.wall),
            };
            let event = outbox::Event::Enqueue {
                lane: entry.lane,
                id,
                payload: entry.clone(),
                kept: Some(kept),
            };
            return self.on_outbox(now, event, out);
        };
        let blocked = matches!(item.state, outbox::State::Blocked(_));
        let revised = outbox::Event::Revised {
            id,
            payload: entry.clone(),
            after: entry.after,
            place: entry.position,
            held: entry.hold_ms.is_some(),
        };
        self.on_outbox(now, revised, out);
        match entry.standing {
            Standing::TakingBack => self.on_outbox(now, outbox::Event::TakeBack { id }, out),
            Standing::Waiting if blocked => self.on_outbox(now, outbox::Event::Retry { id }, out),
            Standing::Waiting | Standing::Blocked(_) => {}
        }
    }

    fn on_outbox(&mut self, now: Now, event: outbox::Event<Lane, ActionId, Entry>, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.outbox.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                outbox::Effect::Post {
                    generation,
                    payload,
                    after,
                    ..
                } => out.push(Effect::Post {
                    generation,
                    entry: Box::new(Entry { after, ..payload }),
                }),
                outbox::Effect::TakeBack {
                    generation, payload, ..
                } => out.push(Effect::TakeBack {
                    generation,
                    entry: Box::new(payload),
                }),
                outbox::Effect::Ended { id, .. } if self.is_unsaved(id) => {
                    if let Some(lane) = self.entry(id).map(|entry| entry.lane) {
                        self.run_unsaved(now, Op::Remove { term: None, id, lane }, out);
                        self.remember_gone(id);
                    }
                }
                outbox::Effect::Ended { id, end } => {
                    if self.entry(id).is_some() {
                        if end == End::Stored {
                            self.done.insert(id);
                        }
                        self.let_go(id, out);
                    }
                }
                outbox::Effect::Blocked { id, problem } => {
                    let known = self.entry(id).map(|entry| (entry.lane, entry.revision));
                    let Some((lane, known)) = known else { continue };
                    let to = To::Blocked(Box::new((*problem).clone()));
                    if self.is_unsaved(id) {
                        self.run_unsaved(
                            now,
                            Op::Change {
                                term: None,
                                id,
                                lane,
                                to,
                                known,
                            },
                            out,
                        );
                    } else {
                        let term = self.leading;
                        let op = Op::Change {
                            term,
                            id,
                            lane,
                            to,
                            known,
                        };
                        self.ask(op, out);
                    }
                }
                outbox::Effect::SetTimer { generation, after_ms } => {
                    out.push(Effect::SetTimer { generation, after_ms });
                }
                outbox::Effect::Changed { lane } => out.push(Effect::Changed(lane.conversation)),
            }
        }
    }

    fn let_go(&mut self, id: ActionId, out: &mut Vec<Effect>) {
        if let Some(lane) = self.entry(id).map(|entry| entry.lane) {
            self.remove(id, lane, out);
        }
    }
}

fn last_message(lane: &[Entry]) -> Option<ActionId> {
    lane.iter()
        .rev()
        .find(|entry| entry.message_id().is_some())
        .map(|entry| entry.id)
}

#[cfg(test)]
mod tests;
