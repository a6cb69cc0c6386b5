//! What is on the screen has to be fetched, and fetched anew where what was heard has a hole.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::position::{Offset, Position};

use super::loading::Place;
use super::{Desk, Effect, Fetch, Fetched};
use crate::Now;
use crate::bulletin::Word;
use crate::inbox::{Changes, Elsewhere, Filter};
use crate::link;
use crate::stream;
use crate::thread::Thread;

/// So many pages of a thread are asked for at most to learn how its messages were marked unheard.
const MAX_MARK_PAGES: u32 = 20;

impl<E: Clone> Desk<E> {
    pub(super) fn open_thread(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.open.insert(id);
        self.look_archive(id, out);
        if !self.leads {
            self.say(Word::Shows(id), out);
        }
        if !self.inbox.is_current(id) {
            self.load(Fetch::Conversation(id), out);
        }
        // What was loaded before may have a hole since: a closed thread takes in no events that do not touch it.
        self.load(
            Fetch::Messages {
                conversation: id,
                before: None,
            },
            out,
        );
    }

    pub(super) fn more_of_thread(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        if self.is_thread_loading(id) {
            return;
        }
        if let Some(passage) = self.inbox.passage(id) {
            if let Some(part) = passage.before() {
                self.load(
                    Fetch::Passage {
                        conversation: id,
                        part,
                    },
                    out,
                );
            }
        } else if let Some(thread) = self.inbox.thread(id)
            && thread.has_more_before()
        {
            let before = thread.oldest_seq();
            self.load(
                Fetch::Messages {
                    conversation: id,
                    before,
                },
                out,
            );
        }
    }

    pub(super) fn load(&mut self, fetch: Fetch, out: &mut Vec<Effect>) {
        if let Fetch::Messages { conversation, .. } = fetch {
            self.inbox.expect_messages(conversation);
        }
        if let Fetch::Passage { conversation, .. } = fetch {
            self.inbox.expect_passage(conversation);
        }
        let generation = self.loads.begin(fetch.clone());
        out.push(Effect::Load { generation, fetch });
        out.push(Effect::LoadingChanged);
    }

    /// Tries again what could not be loaded.
    pub(super) fn load_failed(&mut self, out: &mut Vec<Effect>) {
        for fetch in self.loads.failed() {
            self.load(fetch, out);
        }
    }

    pub(super) fn load_anew(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.load(Fetch::Conversation(id), out);
        if self.open.contains(&id) {
            self.load(
                Fetch::Messages {
                    conversation: id,
                    before: None,
                },
                out,
            );
            self.load_passage_anew(id, out);
        }
    }

    /// An event has to be made up for by loading. A replay may hold many of one conversation, all of a deleted one: one load
    /// at a time tells of all before it, and what is known to be gone needs none.
    pub(super) fn load_unread(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        if self.inbox.is_missing(id) {
            return;
        }
        if self.loads.is_under_way(&Place::Conversation(id)) {
            self.outrun.insert(id);
        } else {
            self.load_anew(id, out);
        }
    }

    /// Rule 3: without continuity everything on the screen is fetched in place, and the rest once it comes to the screen. What
    /// is on its way may be from before.
    pub(super) fn load_all_anew(&mut self, out: &mut Vec<Effect>) {
        self.inbox.doubt();
        self.whole_from = self.position();
        self.begin_archive(self.position(), out);
        self.load_screen(out);
    }

    /// Fetches all that is on the screen.
    pub(super) fn load_screen(&mut self, out: &mut Vec<Effect>) {
        for id in self.loads.conversations() {
            if !self.open.contains(&id) {
                self.load(Fetch::Conversation(id), out);
            }
        }
        for filter in self.lists.all().cloned().collect::<Vec<Filter>>() {
            self.load(Fetch::List { filter, cursor: None }, out);
        }
        for id in self.open.clone() {
            self.load_anew(id, out);
        }
        self.tell_shown(out);
        out.push(Effect::Changed(Changes {
            elsewhere: Elsewhere::ALL.into(),
            ..Changes::default()
        }));
    }

    pub(super) fn on_loaded(
        &mut self,
        now: Now,
        generation: u64,
        result: Result<Fetched, E>,
        out: &mut Vec<Effect>,
    ) {
        let error = result.as_ref().err().cloned();
        let Some(fetch) = self.loads.end(generation, error) else {
            return;
        };
        let loaded = fetch.clone();
        let is_there = result.is_ok();
        if let Ok(fetched) = result {
            let is_late = self.is_late(generation, fetched.as_of());
            if let Some(as_of) = fetched.as_of() {
                self.begin_at(now, as_of.clone(), out);
            }
            self.settle_aim(now, &fetch, &fetched, out);
            let changes = self.merge(&fetch, fetched);
            if let Fetch::Messages { conversation, .. } | Fetch::Passage { conversation, .. } = &fetch {
                self.note_reached(*conversation);
            }
            self.changed(now, changes, out);
            self.find_open(out);
            if is_late {
                self.load(fetch, out);
            } else if let Fetch::Messages { conversation, before } = fetch {
                if before.is_none() {
                    self.asked_marks.remove(&conversation);
                }
                if !self.open.contains(&conversation) {
                    // Nobody closes here what another tab shows.
                    self.loads.forget(&Place::Thread(conversation));
                }
                self.make_sure_of_marks(now, conversation, out);
            } else {
                self.tell_missed(now, &loaded, out);
            }
        } else if let Fetch::Messages { conversation, .. } = fetch {
            // What events brought meanwhile is in the page that the next try brings.
            self.inbox.expect_no_messages(conversation);
        }
        self.list_on(&loaded, is_there, out);
        if let Fetch::Conversation(id) = loaded
            && self.outrun.remove(&id)
        {
            self.load_unread(id, out);
        }
        out.push(Effect::LoadingChanged);
    }

    /// The newest page tells nothing of the marks on what was loaded before it. They are asked for page by page while each
    /// tells of more; what is further up than [`MAX_MARK_PAGES`], or is not told of, is let go of.
    fn make_sure_of_marks(&mut self, now: Now, conversation: ConversationId, out: &mut Vec<Effect>) {
        let unsure = self.inbox.thread(conversation).and_then(Thread::unsure);
        let Some(unsure) = unsure.filter(|_| self.open.contains(&conversation)) else {
            return;
        };
        let (last, pages) = self
            .asked_marks
            .get(&conversation)
            .copied()
            .unwrap_or((u64::MAX, 0));
        if unsure >= last || pages >= MAX_MARK_PAGES {
            self.asked_marks.remove(&conversation);
            let changes = self.inbox.forget_unsure(conversation);
            return self.changed(now, changes, out);
        }
        self.asked_marks.insert(conversation, (unsure, pages + 1));
        let before = Some(unsure);
        self.load(Fetch::Messages { conversation, before }, out);
    }

    /// Without a connection of its own the first load tells this tab where events go on.
    fn begin_at(&mut self, now: Now, as_of: Position, out: &mut Vec<Effect>) {
        let began = self.position().is_some();
        let event = stream::Event::Loaded(as_of.clone());
        self.on_link(now, link::Event::Stream(event), out);
        self.enter_epoch();
        if !began && self.position().is_some() {
            if self.hole == super::news::HoleTold::Untold {
                self.tell_hole(now, out);
            }
            self.began = Some((self.loads.newest(), as_of.clone()));
            self.begin_archive(Some(as_of.clone()), out);
            self.whole_from = Some(as_of);
        }
    }

    /// Whether what reflects this position says nothing of what happened since: not all of that was heard.
    pub(super) fn is_before_hole(&self, position: &Position) -> bool {
        self.whole_from
            .as_ref()
            .is_none_or(|from| position.epoch != from.epoch || position.offset < from.offset)
    }

    /// Whether a load was asked for before another one told where events go on, and reflects less than that: what lies between
    /// is in neither.
    fn is_late(&self, generation: u64, as_of: Option<&Position>) -> bool {
        self.began.as_ref().is_some_and(|(newest, from)| {
            generation <= *newest
                && as_of.is_none_or(|as_of| as_of.epoch != from.epoch || as_of.offset < from.offset)
        })
    }

    /// A conversation that has left its list unheard may still be on the screen: what became of it has to be asked for, and
    /// asked for again where that failed and the server answers now.
    fn find_open(&mut self, out: &mut Vec<Effect>) {
        let unknown: Vec<ConversationId> = self
            .open
            .iter()
            .copied()
            .filter(|id| !self.inbox.is_current(*id) && !self.inbox.is_missing(*id))
            .filter(|id| !self.loads.is_under_way(&Place::Conversation(*id)))
            .collect();
        for id in unknown {
            self.load(Fetch::Conversation(id), out);
        }
    }

    fn merge(&mut self, fetch: &Fetch, fetched: Fetched) -> Changes {
        match (fetch, fetched) {
            (Fetch::List { filter, cursor }, Fetched::List(page)) => {
                self.inbox.merge_page(filter, page, cursor.is_none())
            }
            (
                Fetch::Messages {
                    conversation,
                    before: None,
                },
                Fetched::Messages(page),
            ) => self.inbox.merge_newest_messages(*conversation, page),
            (
                Fetch::Messages {
                    conversation,
                    before: Some(_),
                },
                Fetched::Messages(page),
            ) => self.inbox.merge_messages_before(*conversation, page),
            (Fetch::Passage { conversation, part }, Fetched::Messages(page)) => {
                self.inbox.merge_passage(*conversation, *part, page)
            }
            (Fetch::Conversation(_), Fetched::Conversation(conversation)) => {
                self.inbox.merge_read(*conversation)
            }
            (
                Fetch::Conversation(id)
                | Fetch::Messages { conversation: id, .. }
                | Fetch::Passage { conversation: id, .. },
                Fetched::Missing,
            ) => {
                let as_of = self.position().map_or(Offset(0), |position| position.offset);
                self.inbox.set_missing(*id, as_of)
            }
            _ => Changes::default(),
        }
    }
}
