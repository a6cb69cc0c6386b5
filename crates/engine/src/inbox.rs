//! Conversations and the list shown of them, under snapshots and events.
//!
//! Every conversation keeps the log position that it reflects and the higher one wins, so answers and events may arrive in
//! any order (`protocol.md` *Realtime*, rule 4). A list holds a sorted index over the kept conversations that its [`Filter`]
//! lets on, cut at the end of what was loaded: what lies beyond is on the server. What a text finds is known to the server
//! alone: the list of a search is what it answered.

mod filter;
mod found;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{
    ConversationPage, LiveChatConversation, LiveChatMessage, MessagePage, SearchMatch,
};
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_contract::time::Timestamp;

use crate::archive::{Kept, KeptConversation};
use crate::passage::{Part, Passage};
use crate::planted::{self, Bug};
use crate::thread::Thread;

pub use filter::{Assignee, Filter, Shelf, Sort, SortKey, Words};
use found::Found;

#[derive(Clone, Debug)]
struct Entry {
    /// `None` once deleted: a late answer must not bring it back.
    conversation: Option<Rc<LiveChatConversation>>,
    as_of: Offset,
}

/// One list, as far as it was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct List {
    index: BTreeSet<SortKey>,
    /// The last key that was loaded; `None` when everything is.
    end: Option<SortKey>,
    cursor: Option<String>,
    loaded: bool,
    /// Asked for anew page by page, as far as it was loaded: up to here that is done. What lies beyond stays meanwhile.
    again: Option<SortKey>,
    /// It is as an earlier visit kept it, and what came since: its first page is still to be loaded.
    restored: bool,
}

/// How far a list was loaded, as it is kept for the next visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptList {
    /// Which list.
    pub shelf: Shelf,
    /// The last one of it that is kept, with its last activity; none where all of it is.
    pub end: Option<(Timestamp, ConversationId)>,
}

impl List {
    fn covers(&self, key: &SortKey) -> bool {
        self.end.as_ref().is_none_or(|end| key <= end)
    }

    /// Where the page after the last one begins; none where that is the list's beginning.
    const fn reached(&self) -> Option<SortKey> {
        match self.again {
            Some(again) => Some(again),
            None => self.end,
        }
    }

    /// Takes in how far a page goes that begins at `from`. What was loaded before and lies further on is kept, to be asked
    /// for next: whoever has scrolled there stays there.
    fn extend(&mut self, from: Option<SortKey>, end: Option<SortKey>, cursor: Option<String>) {
        if let Some(most) = self
            .index
            .iter()
            .nth(MOST_AGAIN)
            .copied()
            .filter(|_| from.is_none())
        {
            self.index.split_off(&most);
            self.end = self.index.last().copied();
        }
        let is_asked_anew = self.loaded && (from.is_none() || self.again.is_some());
        let goes_on = is_asked_anew
            && cursor.is_some()
            && end > from
            && end.is_some_and(|end| self.index.last().is_some_and(|last| *last > end));
        if goes_on {
            self.again = end;
        } else {
            (self.again, self.end) = (None, end);
        }
        (self.cursor, self.loaded) = (cursor, true);
        if let Some(end) = self.end {
            self.index.retain(|key| *key <= end);
        }
    }
}

/// Data that the inbox does not hold, and that an event says has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Elsewhere {
    /// Websites and their state.
    Websites,
    /// The team.
    Members,
    /// The labels there are.
    Labels,
    /// The canned replies there are.
    CannedReplies,
    /// Where the person is signed in.
    Sessions,
    /// Conversations that others show in lists of their own: one is gone for good.
    Conversations,
    /// People on the websites.
    Visitors,
    /// Figures; told by signals, never by events.
    Reports,
}

impl Elsewhere {
    /// All of it: what may have changed unheard.
    pub const ALL: [Self; 8] = [
        Self::Websites,
        Self::Members,
        Self::Labels,
        Self::CannedReplies,
        Self::Sessions,
        Self::Conversations,
        Self::Visitors,
        Self::Reports,
    ];

    const fn of(kind: EventType) -> Option<Self> {
        match kind {
            EventType::WebsiteCreated
            | EventType::WebsiteUpdated
            | EventType::WebsiteDeleted
            | EventType::WebsiteStatus
            | EventType::WidgetUpdated
            | EventType::FunnelCreated
            | EventType::FunnelUpdated
            | EventType::FunnelDeleted => Some(Self::Websites),
            EventType::MemberCreated | EventType::MemberUpdated | EventType::MemberDeleted => {
                Some(Self::Members)
            }
            EventType::LabelCreated | EventType::LabelUpdated | EventType::LabelDeleted => Some(Self::Labels),
            EventType::CannedReplyCreated | EventType::CannedReplyUpdated | EventType::CannedReplyDeleted => {
                Some(Self::CannedReplies)
            }
            EventType::SessionRevoked => Some(Self::Sessions),
            EventType::VisitorUpdated | EventType::VisitorDeleted => Some(Self::Visitors),
            _ => None,
        }
    }
}

/// What a step changed, so that only that is drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// A list's order or membership.
    pub lists: bool,
    /// Conversations whose row changed.
    pub conversations: BTreeSet<ConversationId>,
    /// Conversations whose messages changed.
    pub threads: BTreeSet<ConversationId>,
    /// Messages that came by an event: what is announced.
    #[serde(serialize_with = "crate::trace::shared::serialize_all")]
    pub arrived: Vec<Rc<LiveChatMessage>>,
    /// Stored messages: what an outbox may let go of.
    pub stored: Vec<MessageId>,
    /// What others hold and have to ask for again.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub elsewhere: BTreeSet<Elsewhere>,
}

/// So many of a list are asked for anew where its conversations may have changed unheard; the rest by scrolling.
const MOST_AGAIN: usize = 1_000;

/// Messages of events that come while a page of their thread is on its way, by `seq`: the event's type, the
/// message and the event's offset.
type Early = BTreeMap<u64, (EventType, LiveChatMessage, Offset)>;
/// More of them are not kept.
const MAX_EARLY: usize = 200;
/// A thread that has grown longer by scrolling up is shown as a passage, and keeps [`SHORT_THREAD`] messages.
const LONG_THREAD: usize = 2_000;
/// So many of the newest messages stay of a thread that is closed, or that has grown too long.
const SHORT_THREAD: usize = 200;

/// The store. See the module's documentation.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// Those that are known to be deleted: no late answer brings them back.
    deleted: BTreeSet<ConversationId>,
    /// Those that may have changed unheard, and that nothing has told of since.
    stale: BTreeSet<ConversationId>,
    /// The generation of the log in which every `as_of` counts.
    epoch: Option<Epoch>,
    conversations: BTreeMap<ConversationId, Entry>,
    lists: BTreeMap<Filter, List>,
    /// The search that is looked at; one at a time.
    found: Option<Found>,
    threads: BTreeMap<ConversationId, Thread>,
    early: BTreeMap<ConversationId, Early>,
    /// Where somebody reads away from the end of an open thread.
    passages: BTreeMap<ConversationId, Passage>,
    early_of_passages: BTreeMap<ConversationId, Early>,
}

impl Inbox {
    /// The log is of this generation from now on. Its numbers say nothing about those of another one, so what is known
    /// counts as older than anything that comes.
    pub fn enter(&mut self, epoch: &Epoch) {
        if self.epoch.as_ref() == Some(epoch) || planted::on(Bug::OtherEpochCompared) {
            return;
        }
        if self.epoch.replace(epoch.clone()).is_some() {
            for entry in self.conversations.values_mut() {
                entry.as_of = Offset(0);
            }
            for thread in self.threads.values_mut() {
                thread.forget_positions();
            }
            self.passages.values_mut().for_each(Passage::forget_positions);
            let early = self.early.values_mut().chain(self.early_of_passages.values_mut());
            for (_, _, offset) in early.flat_map(BTreeMap::values_mut) {
                *offset = Offset(0);
            }
            // A database that was restored may have it again.
            self.deleted.clear();
        }
    }

    /// How new what reflects this position is: of another generation, older than anything.
    fn newness(&self, position: &Position) -> Offset {
        match &self.epoch {
            Some(epoch) if *epoch != position.epoch => Offset(0),
            _ => position.offset,
        }
    }

    /// One conversation, if it is known and not deleted.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<&Rc<LiveChatConversation>> {
        self.conversations.get(&id)?.conversation.as_ref()
    }

    /// There is a hole in what was heard: whatever is known may have changed (`protocol.md` *Realtime*, rule 3).
    pub fn doubt(&mut self) {
        self.stale.extend(self.conversations.keys());
        self.threads.values_mut().for_each(Thread::doubt);
        self.passages.values_mut().for_each(Passage::doubt);
    }

    /// Whether a conversation is known as the server has it, as far as has been heard; a deleted one is not.
    #[must_use]
    pub fn is_current(&self, id: ConversationId) -> bool {
        self.conversation(id).is_some() && !self.stale.contains(&id)
    }

    /// Whether a conversation is known not to be there: deleted, or never this person's to see.
    #[must_use]
    pub fn is_missing(&self, id: ConversationId) -> bool {
        self.conversations
            .get(&id)
            .is_some_and(|entry| entry.conversation.is_none())
    }

    /// Whether a conversation was deleted, as far as it was heard of.
    #[must_use]
    pub fn is_deleted(&self, id: ConversationId) -> bool {
        self.deleted.contains(&id)
    }

    /// The server has deleted this conversation.
    pub fn set_deleted(&mut self, id: ConversationId) -> Changes {
        let mut changes = Changes::default();
        // Of whatever position: nothing brings it back.
        if self.deleted.insert(id) {
            self.remove(id, Offset(0), &mut changes);
        }
        changes
    }

    /// The server does not have this conversation for this person, as of `offset` or later.
    pub fn set_missing(&mut self, id: ConversationId, offset: Offset) -> Changes {
        let mut changes = Changes::default();
        self.remove(id, offset, &mut changes);
        changes
    }

    /// The messages of one conversation, once something of them was loaded.
    #[must_use]
    pub fn thread(&self, id: ConversationId) -> Option<&Thread> {
        self.threads.get(&id)
    }

    /// What is shown of a thread away from its end; none where its end is shown.
    #[must_use]
    pub fn passage(&self, id: ConversationId) -> Option<&Passage> {
        self.passages.get(&id)
    }

    /// The ids of a list, in its order.
    pub fn list(&self, filter: &Filter) -> impl Iterator<Item = ConversationId> {
        let live = self.lists.get(filter).into_iter();
        let found = self.found(filter).into_iter();
        let live = live.flat_map(|list| list.index.iter().map(SortKey::id));
        let found = found.flat_map(|found| found.ids.iter().copied());
        // What a search found may have been deleted since.
        live.chain(found.filter(|id| self.conversation(*id).is_some()))
    }

    fn found(&self, filter: &Filter) -> Option<&Found> {
        self.found.as_ref().filter(|found| found.filter == *filter)
    }

    /// What a search found in a conversation, if this is the search that is looked at.
    #[must_use]
    pub fn found_in(&self, filter: &Filter, id: ConversationId) -> Option<&Rc<SearchMatch>> {
        self.found(filter)?.matches.get(&id)
    }

    /// Whether a list's first page was loaded.
    #[must_use]
    pub fn is_loaded(&self, filter: &Filter) -> bool {
        let list = self.lists.get(filter);
        list.is_some_and(|list| list.loaded && !list.restored)
            || self.found(filter).is_some_and(|found| found.is_loaded)
    }

    /// Whether a list is as an earlier visit kept it, and its first page is still to be loaded.
    #[must_use]
    pub fn is_restored(&self, filter: &Filter) -> bool {
        self.lists.get(filter).is_some_and(|list| list.restored)
    }

    /// Nobody looks at a list any more: it is let go of. Its conversations stay.
    pub fn drop_list(&mut self, filter: &Filter) {
        self.lists.remove(filter);
        if self.found(filter).is_some() {
            self.found = None;
        }
    }

    /// Whether an event may change what a search finds, as it is after the event.
    #[must_use]
    pub fn may_change_found(&self, event: &LogEvent) -> bool {
        let (Some(found), Some(id)) = (&self.found, event.conversation_id) else {
            return false;
        };
        let is_about_text = match event.kind {
            EventType::ConversationCreated
            | EventType::ConversationUpdated
            | EventType::ConversationDeleted
            | EventType::MessageCreated => true,
            EventType::ConversationRead => found.filter.unread,
            _ => false,
        };
        let may_match = || match self.conversation(id) {
            Some(conversation) => found.filter.place(conversation).is_some(),
            // Nothing is known of it, or it is deleted: then it mattered only where it was listed.
            None => !self.is_missing(id),
        };
        is_about_text && (found.ids.contains(&id) || may_match())
    }

    /// The next page of a list that is asked for anew and does not reach yet as far as what is shown.
    #[must_use]
    pub fn more_again(&self, filter: &Filter) -> Option<&str> {
        match self.found(filter) {
            Some(found) => found.more_again(),
            None => {
                let list = self.lists.get(filter).filter(|list| list.again.is_some())?;
                list.cursor.as_deref()
            }
        }
    }

    /// A page of a search does not come.
    pub fn give_up_again(&mut self, filter: &Filter) {
        if let Some(found) = self.found.as_mut().filter(|found| found.filter == *filter) {
            found.give_up();
        }
    }

    /// What to keep of a list for the next visit, with at most `most` of its conversations; none where it was never loaded.
    #[must_use]
    pub fn kept_list(&self, shelf: Shelf, most: usize) -> Option<KeptList> {
        let list = self.lists.get(&shelf.into()).filter(|list| list.loaded)?;
        let last = list.index.iter().nth(most.checked_sub(1)?).copied();
        let end = match last.filter(|_| list.index.len() > most) {
            Some(last) => Some(last),
            None => list.reached(),
        };
        let end = list
            .again
            .filter(|again| end.is_none_or(|end| *again < end))
            .or(end);
        Some(KeptList {
            shelf,
            end: end.as_ref().map(SortKey::newest_parts),
        })
    }

    /// What to keep of a conversation for the next visit; none where it may have changed unheard.
    #[must_use]
    pub fn kept_conversation(&self, id: ConversationId) -> Option<KeptConversation> {
        let entry = self.conversations.get(&id).filter(|_| self.is_current(id))?;
        Some(KeptConversation {
            conversation: (**entry.conversation.as_ref()?).clone(),
            as_of: entry.as_of,
        })
    }

    /// What an earlier visit has kept: everything reflects its position.
    #[must_use]
    pub fn restored(kept: Kept) -> Self {
        let mut inbox = Self {
            epoch: Some(kept.place.position.epoch),
            ..Self::default()
        };
        for list in kept.lists {
            let end = list.end.map(|(at, id)| SortKey::newest(at, id));
            let list_of = List {
                end,
                loaded: true,
                restored: true,
                ..List::default()
            };
            inbox.lists.insert(list.shelf.into(), list_of);
        }
        let mut changes = Changes::default();
        for KeptConversation { conversation, as_of } in kept.conversations {
            inbox.put(conversation, as_of, &mut changes);
        }
        for (id, thread) in kept.threads {
            if inbox.conversation(id).is_some() {
                inbox.threads.insert(id, Thread::restored(thread));
            }
        }
        inbox
    }

    /// What to send as `cursor` for a list's next page; `None` when everything is loaded.
    #[must_use]
    pub fn next_cursor(&self, filter: &Filter) -> Option<&str> {
        match self.found(filter) {
            Some(found) => found.cursor.as_deref(),
            None => self.lists.get(filter)?.cursor.as_deref(),
        }
    }

    /// Takes in one page of a list; `first` for the page without a cursor. What is no longer on it as of its position, within
    /// what the page covers, leaves. Where a first page reaches less far than what was loaded, the next ones are to be asked
    /// for: see [`Inbox::more_again`].
    pub fn merge_page(&mut self, filter: &Filter, page: impl Into<ConversationPage>, first: bool) -> Changes {
        let page = page.into();
        if filter.is_search() {
            return self.merge_found(filter, page, first);
        }
        let mut changes = Changes {
            lists: true,
            ..Changes::default()
        };
        let as_of = self.newness(&page.as_of);
        let keys: BTreeSet<SortKey> = page.items.iter().filter_map(|item| filter.place(item)).collect();
        let end = if page.has_more { keys.last().copied() } else { None };
        let known = self.lists.get(filter).filter(|_| !first);
        let from = known.and_then(List::reached);
        let covers = |key: &SortKey| from.is_none_or(|from| *key > from) && end.is_none_or(|end| *key <= end);
        let named: BTreeSet<ConversationId> = page.items.iter().map(|item| item.id).collect();
        // What the server did not name, within what the page covers, is gone since; a newer event keeps it.
        let missing: Vec<ConversationId> = self
            .lists
            .get(filter)
            .into_iter()
            .flat_map(|list| &list.index)
            .filter(|key| covers(key) && !keys.contains(*key))
            .map(SortKey::id)
            .filter(|id| {
                self.conversations
                    .get(id)
                    .is_some_and(|entry| entry.as_of <= as_of)
            })
            .filter(|id| !named.contains(id))
            .collect();
        for id in missing {
            self.forget(id, &mut changes);
        }
        let list = self.lists.entry(filter.clone()).or_default();
        if first || list.loaded {
            list.extend(from, end, page.next_cursor.filter(|_| page.has_more));
        }
        list.loaded = true;
        list.restored &= !first;
        for conversation in page.items {
            self.put(conversation, as_of, &mut changes);
        }
        // Known conversations that the page covers: those that changed since. What is known to be older and was not named has
        // left, unheard.
        let list = self.lists.entry(filter.clone()).or_default();
        let mut left = Vec::new();
        for (id, entry) in &self.conversations {
            let Some(conversation) = &entry.conversation else {
                continue;
            };
            let Some(key) = filter.place(conversation) else {
                continue;
            };
            if !covers(&key) || list.index.contains(&key) {
                continue;
            }
            if entry.as_of > as_of || named.contains(id) {
                list.index.insert(key);
            } else {
                left.push(*id);
            }
        }
        for id in left {
            self.forget(id, &mut changes);
        }
        changes
    }

    /// The search that is looked at; another one is let go of.
    fn merge_found(&mut self, filter: &Filter, page: ConversationPage, first: bool) -> Changes {
        let mut changes = Changes {
            lists: true,
            ..Changes::default()
        };
        let as_of = self.newness(&page.as_of);
        let ids = page.items.iter().map(|item| item.id).collect();
        for conversation in page.items {
            self.put(conversation, as_of, &mut changes);
        }
        let found = self.found.take().filter(|found| found.filter == *filter);
        let mut found = found.unwrap_or_else(|| Found::new(filter.clone()));
        found.merge(
            ids,
            page.matches,
            page.next_cursor.filter(|_| page.has_more),
            first,
        );
        self.found = Some(found);
        changes
    }

    /// Takes in one conversation that reflects a position.
    pub fn merge_conversation(&mut self, conversation: LiveChatConversation, position: &Position) -> Changes {
        let mut changes = Changes::default();
        self.put(conversation, self.newness(position), &mut changes);
        changes
    }

    /// Takes in one conversation that was read by itself, of which no position is known: its version tells whether it is
    /// newer than the known one.
    pub fn merge_read(&mut self, conversation: LiveChatConversation) -> Changes {
        let mut changes = Changes::default();
        self.stale.remove(&conversation.id);
        let known = self.conversations.get(&conversation.id);
        let as_of = match known {
            Some(Entry {
                conversation: Some(known),
                as_of,
            }) if known.version <= conversation.version => *as_of,
            Some(Entry {
                conversation: None,
                as_of,
            }) if !self.deleted.contains(&conversation.id) => *as_of,
            Some(_) => return changes,
            None => Offset(0),
        };
        self.put(conversation, as_of, &mut changes);
        changes
    }

    /// A page of a thread is asked for: what events bring from now on is folded over the answer, which may be older
    /// (`protocol.md` *Realtime*, rule 4).
    pub fn expect_messages(&mut self, id: ConversationId) {
        self.early.entry(id).or_default();
    }

    /// The page does not come, or nobody wants it any more.
    pub fn expect_no_messages(&mut self, id: ConversationId) {
        self.early.remove(&id);
    }

    /// Lets go of the part of a thread of which it stays unknown how it is marked: it is loaded again by scrolling.
    pub fn forget_unsure(&mut self, id: ConversationId) -> Changes {
        let mut changes = Changes::default();
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.forget_unsure();
            changes.threads.insert(id);
        }
        changes
    }

    /// Takes in the newest page of a thread.
    pub fn merge_newest_messages(&mut self, id: ConversationId, mut page: MessagePage) -> Changes {
        if self.deleted.contains(&id) {
            return Changes::default();
        }
        page.as_of.offset = self.newness(&page.as_of);
        let stored = page.items.iter().map(|message| message.id).collect();
        self.threads.entry(id).or_default().merge_newest(page);
        self.fold_early(id);
        self.join_passage(id);
        Changes {
            threads: BTreeSet::from([id]),
            stored,
            ..Changes::default()
        }
    }

    fn fold_early(&mut self, id: ConversationId) {
        let thread = self.threads.entry(id).or_default();
        for (kind, message, offset) in self.early.remove(&id).unwrap_or_default().into_values() {
            if kind == EventType::MessageUpdated {
                thread.mark_up_to(&message, offset);
            }
            thread.put_one(message, offset);
        }
    }

    /// Takes in a page of a thread's history.
    pub fn merge_messages_before(&mut self, id: ConversationId, mut page: MessagePage) -> Changes {
        if self.deleted.contains(&id) {
            return Changes::default();
        }
        page.as_of.offset = self.newness(&page.as_of);
        self.threads.entry(id).or_default().merge_before(page);
        self.fold_early(id);
        self.join_passage(id);
        self.divide(id);
        Changes {
            threads: BTreeSet::from([id]),
            ..Changes::default()
        }
    }

    /// A page of a passage is asked for: see [`Inbox::expect_messages`].
    pub fn expect_passage(&mut self, id: ConversationId) {
        self.early_of_passages.entry(id).or_default();
    }

    /// Takes in a page of a thread away from its end: what it shows of the thread from now on, unless the two meet.
    pub fn merge_passage(&mut self, id: ConversationId, part: Part, mut page: MessagePage) -> Changes {
        if self.deleted.contains(&id) {
            return Changes::default();
        }
        page.as_of.offset = self.newness(&page.as_of);
        match self.passages.get_mut(&id) {
            Some(passage) => passage.merge(part, page),
            None if matches!(part, Part::Around(_) | Part::At(_)) => {
                self.passages
                    .extend(Passage::of_page(page).map(|passage| (id, passage)));
            }
            None => {}
        }
        let early = self.early_of_passages.remove(&id).unwrap_or_default();
        if let Some(passage) = self.passages.get_mut(&id) {
            for (kind, message, offset) in early.into_values() {
                if kind == EventType::MessageUpdated {
                    passage.mark_up_to(&message, offset);
                }
                passage.put_one(message, offset);
            }
        }
        self.join_passage(id);
        Changes {
            threads: BTreeSet::from([id]),
            ..Changes::default()
        }
    }

    /// The end of a thread is shown again.
    pub fn leave_passage(&mut self, id: ConversationId) -> Changes {
        let mut changes = Changes::default();
        self.early_of_passages.remove(&id);
        if self.passages.remove(&id).is_some() {
            changes.threads.insert(id);
        }
        changes
    }

    /// Nobody looks at a thread any more: of a long one the newest messages are left.
    pub fn shorten(&mut self, id: ConversationId) {
        self.leave_passage(id);
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.keep_newest(SHORT_THREAD);
        }
    }

    fn join_passage(&mut self, id: ConversationId) {
        if let Some(thread) = self.threads.get_mut(&id)
            && self
                .passages
                .get(&id)
                .is_some_and(|passage| passage.meets(thread))
            && let Some(passage) = self.passages.remove(&id)
        {
            passage.join(thread);
        }
    }

    /// Somebody has scrolled up far: what they read is a passage from now on.
    fn divide(&mut self, id: ConversationId) {
        if let Some(thread) = self.threads.get_mut(&id)
            && thread.len() > LONG_THREAD
            && thread.unsure().is_none()
            && !self.passages.contains_key(&id)
            && let Some(passage) = Passage::of_start(thread)
        {
            thread.keep_newest(SHORT_THREAD);
            self.passages.insert(id, passage);
        }
    }

    /// Takes in the answer to sending: the message as stored.
    pub fn merge_sent(&mut self, message: LiveChatMessage, position: &Position) -> Changes {
        let (id, conversation) = (message.id, message.conversation_id);
        let newness = self.newness(position);
        if let Some(thread) = self.threads.get_mut(&conversation) {
            thread.put_one(message, newness);
        }
        Changes {
            threads: BTreeSet::from([conversation]),
            stored: vec![id],
            ..Changes::default()
        }
    }

    /// Folds one event in. Events come in order, each once ([`crate::socket`]); unknown types change nothing.
    ///
    /// # Errors
    /// When the body is missing or cannot be read although its type has one, or the message does not touch its thread: the
    /// conversation must be fetched.
    pub fn apply(&mut self, event: &LogEvent) -> Result<Changes, Unreadable> {
        let mut changes = Changes::default();
        let unreadable = || Unreadable {
            kind: event.kind,
            conversation: event.conversation_id,
        };
        match event.kind {
            EventType::ConversationCreated | EventType::ConversationUpdated | EventType::ConversationRead => {
                let conversation = read(event).ok_or_else(unreadable)?;
                self.put(conversation, event.offset, &mut changes);
            }
            EventType::ConversationDeleted => {
                changes.elsewhere.insert(Elsewhere::Conversations);
                if let Some(id) = event.conversation_id {
                    self.deleted.insert(id);
                    self.remove(id, event.offset, &mut changes);
                }
            }
            EventType::MessageCreated | EventType::MessageUpdated => {
                let message: LiveChatMessage = read(event).ok_or_else(unreadable)?;
                let conversation = message.conversation_id;
                changes.stored.push(message.id);
                for early in [&mut self.early, &mut self.early_of_passages] {
                    if let Some(early) = early.get_mut(&conversation) {
                        early.insert(message.seq, (event.kind, message.clone(), event.offset));
                        if early.len() > MAX_EARLY {
                            early.pop_first();
                        }
                    }
                }
                if let Some(passage) = self.passages.get_mut(&conversation) {
                    let marked =
                        event.kind == EventType::MessageUpdated && passage.mark_up_to(&message, event.offset);
                    if passage.put_one(message.clone(), event.offset) || marked {
                        changes.threads.insert(conversation);
                    }
                }
                if let Some(thread) = self.threads.get_mut(&conversation) {
                    let (seq, newest) = (message.seq, thread.newest_seq());
                    let marked =
                        event.kind == EventType::MessageUpdated && thread.mark_up_to(&message, event.offset);
                    if thread.put_one(message.clone(), event.offset) || marked {
                        changes.threads.insert(conversation);
                    } else if thread.is_loaded() && seq > newest + 1 {
                        return Err(unreadable());
                    }
                }
                if event.kind == EventType::MessageCreated {
                    changes.arrived.push(Rc::new(message));
                }
            }
            EventType::WebsiteCreated
            | EventType::WebsiteUpdated
            | EventType::WebsiteDeleted
            | EventType::WebsiteStatus
            | EventType::WidgetUpdated
            | EventType::FunnelCreated
            | EventType::FunnelUpdated
            | EventType::FunnelDeleted
            | EventType::MemberCreated
            | EventType::MemberUpdated
            | EventType::MemberDeleted
            | EventType::LabelCreated
            | EventType::LabelUpdated
            | EventType::LabelDeleted
            | EventType::CannedReplyCreated
            | EventType::CannedReplyUpdated
            | EventType::CannedReplyDeleted
            | EventType::SessionRevoked
            | EventType::VisitorUpdated
            | EventType::VisitorDeleted
            | EventType::Unknown => changes.elsewhere.extend(Elsewhere::of(event.kind)),
        }
        Ok(changes)
    }

    fn put(&mut self, mut conversation: LiveChatConversation, as_of: Offset, changes: &mut Changes) {
        // Messages live in threads; a row needs only the conversation's own fields.
        conversation.messages = Vec::new();
        let id = conversation.id;
        let old = match self.conversations.get(&id) {
            _ if self.deleted.contains(&id) => return,
            Some(entry) if entry.as_of > as_of && !planted::on(Bug::RollbackBySnapshot) => return,
            Some(entry) => entry.conversation.clone(),
            None => None,
        };
        self.stale.remove(&id);
        if let Some(old) = &old
            && **old == conversation
        {
            self.conversations.insert(
                id,
                Entry {
                    conversation: Some(old.clone()),
                    as_of,
                },
            );
            return;
        }
        for (filter, list) in &mut self.lists {
            let before = old.as_ref().and_then(|old| filter.place(old));
            let place = filter.place(&conversation);
            if let Some(before) = before.filter(|before| place != Some(*before)) {
                changes.lists |= list.index.remove(&before);
            }
            if let Some(place) = place
                && list.loaded
                && list.covers(&place)
            {
                changes.lists |= list.index.insert(place);
            }
        }
        changes.conversations.insert(id);
        self.conversations.insert(
            id,
            Entry {
                conversation: Some(Rc::new(conversation)),
                as_of,
            },
        );
    }

    /// Leaves a mark, so that a late answer does not bring the conversation back.
    fn remove(&mut self, id: ConversationId, as_of: Offset, changes: &mut Changes) {
        self.forget(id, changes);
        self.conversations.insert(
            id,
            Entry {
                conversation: None,
                as_of,
            },
        );
        self.threads.remove(&id);
        self.leave_passage(id);
        changes.conversations.insert(id);
        changes.threads.insert(id);
    }

    fn forget(&mut self, id: ConversationId, changes: &mut Changes) {
        let Some(Entry {
            conversation: Some(old),
            ..
        }) = self.conversations.remove(&id)
        else {
            return;
        };
        self.stale.remove(&id);
        for (filter, list) in &mut self.lists {
            if let Some(place) = filter.place(&old) {
                list.index.remove(&place);
            }
        }
        changes.lists = true;
        changes.conversations.insert(id);
    }
}

fn read<T: serde::de::DeserializeOwned>(event: &LogEvent) -> Option<T> {
    event.body.as_ref().and_then(|body| T::deserialize(body).ok())
}

/// An event without a readable body: the entity must be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The event's type.
    pub kind: EventType,
    /// What to fetch.
    pub conversation: Option<ConversationId>,
}

#[cfg(test)]
pub(crate) mod tests;
