//! What an earlier visit kept, and the events since, equal what a fresh look shows.

use super::*;
use crate::inbox::tests::{conversation as wire, deleted, query, updated};
use crate::inbox::{Changes, Inbox};
use crate::store::StoreError;
use crate::thread::tests::message;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage, MessagePage};
use switchboard_contract::realtime::{EventType, LogEvent};

const SHELVES: [Shelf; 3] = [Shelf::Open, Shelf::Closed, Shelf::Archived];

/// A server, and the log of what happened there.
#[derive(Default)]
struct Server {
    conversations: Map<ConversationId, LiveChatConversation>,
    messages: Map<ConversationId, Vec<LiveChatMessage>>,
    log: Vec<LogEvent>,
    gone: Vec<u8>,
}

impl Server {
    fn head(&self) -> u64 {
        self.log.len() as u64
    }

    fn change(&mut self, n: u8, at: i64, shelf: Shelf) {
        // Nothing comes back from a deletion.
        if self.gone.contains(&n) {
            return;
        }
        let conversation = wire(n, at, shelf);
        self.conversations.insert(id(n), conversation.clone());
        self.log.push(updated(self.head() + 1, &conversation));
    }

    fn delete(&mut self, n: u8) {
        if self.conversations.remove(&id(n)).is_some() {
            self.messages.remove(&id(n));
            self.gone.push(n);
            self.log.push(deleted(self.head() + 1, id(n)));
        }
    }

    fn write(&mut self, n: u8) {
        let Some(conversation) = self.conversations.get(&id(n)) else {
            return;
        };
        let messages = self.messages.entry(id(n)).or_default();
        let message = LiveChatMessage {
            conversation_id: id(n),
            ..message(messages.len() as u64 + 1)
        };
        messages.push(message.clone());
        let mut event = updated(self.log.len() as u64 + 1, conversation);
        event.kind = EventType::MessageCreated;
        event.body = serde_json::to_value(message).ok();
        self.log.push(event);
    }

    fn list(&self) -> switchboard_contract::page::CursorPage<LiveChatConversation> {
        query(&self.conversations, &Shelf::Open.into(), 3, None, self.head())
    }

    fn thread(&self, n: u8) -> MessagePage {
        let all = self.messages.get(&id(n)).cloned().unwrap_or_default();
        let from = all.len().saturating_sub(4);
        MessagePage {
            has_more_before: from > 0,
            has_more_after: false,
            items: all[from..].to_vec(),
            as_of: position(self.head()),
        }
    }
}

/// A tab that leads: what it holds and what it has to keep.
struct Tab {
    inbox: Inbox,
    keeper: Keeper,
    applied: u64,
}

impl Tab {
    fn changed(&mut self, changes: &Changes) {
        self.keeper.change(changes);
    }

    fn catch_up(&mut self, server: &Server) {
        for event in server
            .log
            .iter()
            .skip(usize::try_from(self.applied).expect("small"))
        {
            let position = position(event.offset.0);
            if let Some(id) = event.conversation_id {
                self.keeper.touch(id, &position);
            }
            if let Ok(changes) = self.inbox.apply(event) {
                self.changed(&changes);
            }
            self.applied = event.offset.0;
        }
    }

    fn look(&mut self, server: &Server, n: u8) {
        if self.inbox.conversation(id(n)).is_none() {
            return;
        }
        let changes = self.inbox.merge_newest_messages(id(n), server.thread(n));
        self.changed(&changes);
        self.keeper.look(id(n));
    }

    fn keep(&mut self, records: &mut Records) -> Result<(), TestCaseError> {
        let place = place(self.applied);
        let Some(write) = self.keeper.write(1, place, &self.inbox, |_| true) else {
            return Ok(());
        };
        let answer = records.run(me(), Op::Log(Box::new(write)), &mine(1), MAX_BYTES);
        prop_assert_eq!(answer, KEPT);
        prop_assert_eq!(self.keeper.ended(Ok(answer)), Ended::Done);
        Ok(())
    }

    fn begin(server: &Server) -> Self {
        let mut tab = Self {
            inbox: Inbox::default(),
            keeper: Keeper::default(),
            applied: server.head(),
        };
        tab.inbox.enter(&position(0).epoch);
        tab.keeper.begin(Some(position(tab.applied)));
        let changes = tab.inbox.merge_page(&Shelf::Open.into(), server.list(), true);
        tab.changed(&changes);
        tab
    }

    /// A later visit.
    fn restore(records: &mut Records) -> Option<Self> {
        let found = records.read(me(), &mine(1), Part::Log);
        assert_eq!(found.unreadable, 0);
        let kept = found.log?;
        let mut keeper = Keeper::default();
        keeper.restore(&kept);
        Some(Self {
            applied: kept.place.position.offset.0,
            inbox: Inbox::restored(kept),
            keeper,
        })
    }

    /// All it shows is as the server has it.
    fn check(&self, server: &Server) -> Result<(), TestCaseError> {
        for n in 0..8 {
            if let Some(known) = self.inbox.conversation(id(n)) {
                prop_assert_eq!(
                    Some(&**known),
                    server.conversations.get(&id(n)),
                    "conversation {}",
                    n
                );
            }
            let Some(thread) = self.inbox.thread(id(n)).filter(|thread| !thread.is_empty()) else {
                continue;
            };
            let all = server.messages.get(&id(n)).cloned().unwrap_or_default();
            let shown: Vec<_> = thread.messages().map(|message| (**message).clone()).collect();
            prop_assert!(
                all.ends_with(&shown),
                "thread {n}: {} of {}",
                shown.len(),
                all.len()
            );
            prop_assert_eq!(thread.has_more_before(), shown.len() < all.len());
        }
        // As far as the list was loaded, it is the server's.
        let shown: Vec<_> = self.inbox.list(&Shelf::Open.into()).collect();
        let fresh = query(
            &server.conversations,
            &Shelf::Open.into(),
            usize::MAX,
            None,
            server.head(),
        );
        let fresh: Vec<_> = fresh.items.iter().map(|item| item.id).collect();
        prop_assert!(fresh.starts_with(&shown), "{shown:?} of {fresh:?}");
        Ok(())
    }
}

proptest! {
    /// Two tabs that lead in turn, each of which may be closed and opened again, keep what is as the server had it at one
    /// position: with the events since, it is as the server has it now.
    #[test]
    fn what_is_restored_and_the_events_since_equal_the_server(
        steps in prop::collection::vec((0_u8..12, 0_u8..8, 1_i64..100, 0_usize..3), 1..120),
    ) {
        let mut server = Server::default();
        let mut records = Records::default();
        let mut tabs = [Tab::begin(&server), Tab::begin(&server)];
        let mut leads = 0;
        for (kind, n, at, shelf) in steps {
            match kind {
                0..=2 => server.change(n, at, SHELVES[shelf]),
                3 | 4 => server.write(n),
                5 => server.delete(n),
                6 => tabs[usize::from(n % 2)].catch_up(&server),
                7 => {
                    let tab = &mut tabs[usize::from(n % 2)];
                    tab.catch_up(&server);
                    tab.look(&server, n);
                }
                // Whoever leads writes once it has caught up with the one before it.
                8 | 9 => {
                    tabs[leads].catch_up(&server);
                    tabs[leads].keep(&mut records)?;
                }
                10 => leads = 1 - leads,
                _ => if let Some(tab) = Tab::restore(&mut records) {
                    tabs[usize::from(n % 2)] = tab;
                },
            }
        }
        if let Some(mut tab) = Tab::restore(&mut records) {
            tab.catch_up(&server);
            tab.check(&server)?;
        }
        for tab in &mut tabs {
            tab.catch_up(&server);
            tab.check(&server)?;
        }
    }
}

#[test]
fn a_hole_in_what_was_heard_lets_go_of_what_was_not_loaded_since() {
    let mut server = Server::default();
    for n in 0..6 {
        server.change(n, i64::from(n) + 1, Shelf::Open);
    }
    let mut records = Records::default();
    let mut tab = Tab::begin(&server);
    tab.look(&server, 5);
    tab.keep(&mut records).expect("kept");
    assert_eq!(kept_conversations(&mut records), [id(3), id(4), id(5)]);
    server.change(0, 90, Shelf::Open);
    server.change(5, 91, Shelf::Closed);
    // Nothing of that was heard.
    tab.applied = server.head();
    tab.inbox.doubt();
    tab.keeper.begin(Some(position(tab.applied)));
    let changes = tab.inbox.merge_page(&Shelf::Open.into(), server.list(), true);
    tab.changed(&changes);
    tab.keep(&mut records).expect("kept");
    assert_eq!(kept_conversations(&mut records), [id(0), id(3), id(4)]);
}

#[test]
fn nothing_is_written_twice() {
    let mut server = Server::default();
    server.change(1, 1, Shelf::Open);
    let mut tab = Tab::begin(&server);
    let write = |tab: &mut Tab| {
        let place = place(tab.applied);
        let write = tab.keeper.write(1, place, &tab.inbox, |_| true);
        tab.keeper.ended(Ok(KEPT));
        write.map(|write| write.changes.len())
    };
    assert_eq!(
        write(&mut tab),
        Some(3),
        "a conversation, its thread that is not there, the list"
    );
    assert_eq!(write(&mut tab), None);
    server.change(1, 2, Shelf::Open);
    tab.catch_up(&server);
    assert_eq!(write(&mut tab), Some(3));
    // What could not be written is written again, and everything with it.
    server.change(2, 2, Shelf::Open);
    tab.catch_up(&server);
    let place = place(tab.applied);
    assert!(tab.keeper.write(1, place, &tab.inbox, |_| true).is_some());
    assert_eq!(tab.keeper.ended(Err(StoreError::Failed)), Ended::Failed);
    assert_eq!(write(&mut tab), Some(5));
}
