//! What this tab knows is kept for the next visit: by the tab that leads, at most once a second, and when the page is hidden.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::position::Position;
use switchboard_contract::realtime::LogEvent;
use switchboard_contract::time::Timestamp;

use super::{Desk, Effect, Fetch, Timer, TimerKind, loading};
use crate::Now;
use crate::archive::{self, Ended, Keeper, Kept, Op};
use crate::bulletin::Word;
use crate::inbox::{Changes, Filter, Inbox};
use crate::socket::Status;
use crate::store::StoreError;
use crate::thread::Thread;

/// Between two writes, in milliseconds.
const PAUSE_MS: u64 = 1_000;
/// After a write that failed.
const AGAIN_MS: u64 = 8_000;

/// What is to be kept, and when.
#[derive(Debug, Default)]
pub(super) struct Archiving {
    keeper: Keeper,
    /// What the next start begins with.
    restored: Option<archive::Place>,
    /// When that was kept.
    kept_at: Option<Timestamp>,
    term: u64,
    request: u64,
    asked: Option<u64>,
    generation: u64,
    timer: Option<u64>,
}

impl<E: Clone> Desk<E> {
    /// When an earlier visit kept what is shown of a list; none once it was loaded.
    #[must_use]
    pub fn list_kept_at(&self, filter: &Filter) -> Option<Timestamp> {
        self.archiving.kept_at.filter(|_| self.inbox.is_restored(filter))
    }

    /// When an earlier visit kept what is shown of a thread; none once it was loaded.
    #[must_use]
    pub fn thread_kept_at(&self, conversation: ConversationId) -> Option<Timestamp> {
        let thread = self.inbox.thread(conversation);
        self.archiving
            .kept_at
            .filter(|_| thread.is_some_and(Thread::is_restored))
    }

    /// Shows what an earlier visit of the same person has kept; the next start goes on from there.
    pub(super) fn restore(&mut self, kept: Kept, out: &mut Vec<Effect>) {
        if self.told != Status::Idle {
            // Started meanwhile: what is known by now is newer.
            return;
        }
        self.archiving.keeper.restore(&kept);
        self.archiving.restored = Some(kept.place.clone());
        self.archiving.kept_at = Some(kept.place.at);
        self.inbox = Inbox::restored(kept);
        let changes = Changes {
            lists: true,
            conversations: self.inbox.list(&Filter::default()).collect(),
            ..Changes::default()
        };
        out.push(Effect::Changed(changes));
    }

    /// Where the log goes on that what was restored reflects.
    pub(super) fn take_restored(&mut self) -> Option<archive::Place> {
        self.archiving.restored.take()
    }

    pub(super) fn stop_archiving(&mut self) {
        let (request, generation) = (self.archiving.request, self.archiving.generation);
        self.archiving = Archiving {
            request,
            generation,
            ..Archiving::default()
        };
    }

    /// This tab writes from now on.
    pub(super) fn lead_archive(&mut self, term: u64, out: &mut Vec<Effect>) {
        self.archiving.term = term;
        self.plan_archive(PAUSE_MS, out);
    }

    /// Everything since `position` will have been heard, and nothing is sure of what was known before.
    pub(super) fn begin_archive(&mut self, position: Option<Position>, out: &mut Vec<Effect>) {
        self.archiving.keeper.begin(position);
        self.plan_archive(PAUSE_MS, out);
    }

    /// An event is about to be applied.
    pub(super) fn touch_archive(&mut self, event: &LogEvent) {
        if let (Some(id), Some(position)) = (event.conversation_id, self.position()) {
            let at = Position {
                offset: event.offset,
                ..position
            };
            self.archiving.keeper.touch(id, &at);
        }
    }

    pub(super) fn change_archive(&mut self, changes: &Changes, out: &mut Vec<Effect>) {
        if self.archiving.keeper.change(changes) {
            self.plan_archive(PAUSE_MS, out);
        }
    }

    pub(super) fn look_archive(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.archiving.keeper.look(id);
        self.plan_archive(PAUSE_MS, out);
    }

    /// Whoever leads is to keep what is on this tab's screen; where nobody hears it, it is told again to the next leader.
    pub(super) fn tell_shown(&self, out: &mut Vec<Effect>) {
        if !self.leads {
            for id in &self.open {
                self.say(Word::Shows(*id), out);
            }
        }
    }

    /// A conversation is on another tab's screen: this one, which writes what is kept, has to know its thread for that.
    pub(super) fn keep_for_another(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.look_archive(id, out);
        if self.open.contains(&id) || self.loads.is_under_way(&loading::Place::Thread(id)) {
            return;
        }
        if !self.inbox.is_current(id) {
            self.load(Fetch::Conversation(id), out);
        }
        let before = None;
        self.load(
            Fetch::Messages {
                conversation: id,
                before,
            },
            out,
        );
    }

    /// The log is heard: what waited for that is written.
    pub(super) fn hear_archive(&mut self, out: &mut Vec<Effect>) {
        self.plan_archive(PAUSE_MS, out);
    }

    fn plan_archive(&mut self, after_ms: u64, out: &mut Vec<Effect>) {
        if !self.leads || self.archiving.timer.is_some() || !self.archiving.keeper.is_due() {
            return;
        }
        self.archiving.generation += 1;
        let generation = self.archiving.generation;
        self.archiving.timer = Some(generation);
        out.push(Effect::SetTimer {
            timer: Timer {
                kind: TimerKind::Archive,
                generation,
            },
            after_ms,
        });
    }

    pub(super) fn on_archive_timer(&mut self, now: Now, generation: u64, out: &mut Vec<Effect>) {
        if self.archiving.timer == Some(generation) {
            self.archiving.timer = None;
            self.write_archive(now, out);
        }
    }

    /// Writes what has changed, where this tab leads, hears the log, and nothing on the screen is still being loaded: only then
    /// all of it reflects one position.
    pub(super) fn write_archive(&mut self, now: Now, out: &mut Vec<Effect>) {
        let hears = matches!(self.link.status(), Status::Live | Status::Polling);
        if !self.leads || !hears || !self.archiving.keeper.is_due() || self.rights_doubted {
            return;
        }
        if self.is_screen_loading() {
            return self.plan_archive(PAUSE_MS, out);
        }
        let (Some(position), Some(resume)) = (self.link.position(), self.link.resume()) else {
            return;
        };
        let place = archive::Place {
            position,
            resume,
            at: now.wall,
        };
        let loads = &self.loads;
        let is_sure = |id| !loads.is_known(&loading::Place::Conversation(id));
        let term = self.archiving.term;
        let write = self.archiving.keeper.write(term, place, &self.inbox, is_sure);
        if let Some(write) = write {
            self.archiving.request += 1;
            let request = self.archiving.request;
            self.archiving.asked = Some(request);
            out.push(Effect::Archive {
                request,
                owner: self.owner,
                op: Op::Log(Box::new(write)),
            });
        }
    }

    /// Whether anything is on its way that what is kept would lack.
    fn is_screen_loading(&self) -> bool {
        self.lists.all().any(|filter| self.is_list_loading(filter))
            || self.loads.is_any_thread_under_way()
            || !self.loads.conversations().is_empty()
            || !self.outrun.is_empty()
    }

    pub(super) fn on_archived(
        &mut self,
        request: u64,
        result: Result<archive::Answer, StoreError>,
        out: &mut Vec<Effect>,
    ) {
        if self.archiving.asked != Some(request) {
            return;
        }
        self.archiving.asked = None;
        let after_ms = match self.archiving.keeper.ended(result) {
            Ended::Done => PAUSE_MS,
            Ended::Failed => AGAIN_MS,
        };
        self.plan_archive(after_ms, out);
    }
}
