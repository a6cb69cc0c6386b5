use super::*;
use crate::thread::tests::message;
use std::collections::BTreeMap as Map;
use switchboard_contract::ids::{EventId, FunnelId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::ConversationStatus;
use switchboard_contract::live_chat::{LiveChatUser, Priority};
use switchboard_contract::page::CursorPage;
use switchboard_contract::position::Epoch;

pub(crate) fn id(n: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub(crate) fn conversation(n: u8, last_message_at: i64, shelf: Shelf) -> LiveChatConversation {
    let at = Timestamp::from_millis(last_message_at);
    let user = VisitorId::from_parts(at, [n; 10]);
    LiveChatConversation {
        id: id(n),
        user_id: user,
        user: LiveChatUser {
            id: user,
            name: None,
            email: None,
            phone: None,
            avatar_url: None,
            verified: false,
            locale: "en".into(),
            timezone: None,
            browser: String::new(),
            os: String::new(),
            device: String::new(),
            country: None,
            page: None,
            page_title: None,
            referrer: None,
            attributes: Map::new(),
            first_seen_at: at,
            last_seen_at: at,
            blocked: false,
            version: 1,
        },
        funnel_id: FunnelId::from_parts(at, [0; 10]),
        funnel_name: "Default".into(),
        website_id: WebsiteId::from_parts(at, [0; 10]),
        status: if matches!(shelf, Shelf::Open | Shelf::Snoozed) {
            ConversationStatus::Open
        } else {
            ConversationStatus::Closed
        },
        started_at: at,
        last_message_at: at,
        last_message: String::new(),
        message_count: 0,
        messages: Vec::new(),
        auto_close_at: None,
        is_archived: shelf == Shelf::Archived,
        assignee_id: None,
        labels: Vec::new(),
        priority: Priority::Normal,
        snoozed_until: (shelf == Shelf::Snoozed).then_some(at),
        unread_count: 0,
        unread_from: None,
        waiting_since: None,
        rating: None,
        rating_comment: None,
        created_at: at,
        updated_at: at,
        version: 1,
    }
}

pub(crate) fn position(offset: u64) -> Position {
    Position {
        epoch: Epoch("e".into()),
        offset: Offset(offset),
    }
}

pub(crate) fn updated(offset: u64, conversation: &LiveChatConversation) -> LogEvent {
    LogEvent {
        offset: Offset(offset),
        prev: Offset(offset - 1),
        kind: EventType::ConversationUpdated,
        conversation_id: Some(conversation.id),
        seq: None,
        id: EventId::from_parts(Timestamp::default(), [0; 10]),
        at: Timestamp::default(),
        body: serde_json::to_value(conversation).ok(),
    }
}

pub(crate) fn deleted(offset: u64, id: ConversationId) -> LogEvent {
    let mut event = updated(offset, &conversation(0, 0, Shelf::Open));
    (event.kind, event.conversation_id, event.body) = (EventType::ConversationDeleted, Some(id), None);
    event
}

/// The server's answer to a list query.
pub(crate) fn query(
    server: &Map<ConversationId, LiveChatConversation>,
    filter: &Filter,
    limit: usize,
    after: Option<SortKey>,
    offset: u64,
) -> CursorPage<LiveChatConversation> {
    let mut all: Vec<_> = server
        .values()
        .filter_map(|conversation| Some((filter.place(conversation)?, conversation.clone())))
        .filter(|(place, _)| after.is_none_or(|after| *place > after))
        .collect();
    all.sort_by_key(|(place, _)| *place);
    let mut all: Vec<_> = all.into_iter().map(|(_, conversation)| conversation).collect();
    let has_more = all.len() > limit;
    all.truncate(limit);
    CursorPage {
        items: all,
        next_cursor: has_more.then(|| "next".into()),
        has_more,
        as_of: position(offset),
    }
}

fn shown(inbox: &Inbox, shelf: Shelf) -> Vec<ConversationId> {
    inbox.list(&shelf.into()).collect()
}

#[test]
fn activity_moves_a_conversation_to_the_top_and_closing_moves_it_away() {
    let mut inbox = Inbox::default();
    let page = CursorPage {
        items: vec![conversation(2, 20, Shelf::Open), conversation(1, 10, Shelf::Open)],
        next_cursor: None,
        has_more: false,
        as_of: position(5),
    };
    inbox.merge_page(&Shelf::Open.into(), page, true);
    assert_eq!(shown(&inbox, Shelf::Open), [id(2), id(1)]);
    let changes = inbox
        .apply(&updated(6, &conversation(1, 30, Shelf::Open)))
        .expect("readable");
    assert!(changes.lists && changes.conversations.contains(&id(1)));
    assert_eq!(shown(&inbox, Shelf::Open), [id(1), id(2)]);
    inbox
        .apply(&updated(7, &conversation(1, 30, Shelf::Closed)))
        .expect("readable");
    assert_eq!(shown(&inbox, Shelf::Open), [id(2)]);
}

#[test]
fn a_snoozed_conversation_leaves_the_list_until_its_event() {
    let mut inbox = Inbox::default();
    inbox.merge_page(
        &Shelf::Open.into(),
        query(&Map::new(), &Shelf::Open.into(), 10, None, 1),
        true,
    );
    let mut snoozed = conversation(1, 30, Shelf::Open);
    inbox.apply(&updated(2, &snoozed)).expect("readable");
    snoozed.snoozed_until = Some(Timestamp::from_millis(90));
    inbox.apply(&updated(3, &snoozed)).expect("readable");
    assert!(shown(&inbox, Shelf::Open).is_empty());
    snoozed.snoozed_until = None;
    inbox.apply(&updated(4, &snoozed)).expect("readable");
    assert_eq!(shown(&inbox, Shelf::Open), [id(1)]);
}

#[test]
fn an_answer_older_than_an_event_does_not_undo_it() {
    let mut inbox = Inbox::default();
    inbox.merge_page(
        &Shelf::Open.into(),
        query(&Map::new(), &Shelf::Open.into(), 10, None, 1),
        true,
    );
    inbox
        .apply(&updated(9, &conversation(1, 30, Shelf::Open)))
        .expect("readable");
    let stale = Map::from([(id(1), conversation(1, 10, Shelf::Open))]);
    inbox.merge_page(
        &Shelf::Open.into(),
        query(&stale, &Shelf::Open.into(), 10, None, 8),
        true,
    );
    assert_eq!(
        inbox.conversation(id(1)).expect("kept").last_message_at,
        Timestamp::from_millis(30)
    );
}

#[test]
fn another_generation_of_the_log_counts_from_anywhere() {
    let at = |epoch: &str, offset| Position {
        epoch: Epoch(epoch.into()),
        offset: Offset(offset),
    };
    let mut inbox = Inbox::default();
    inbox.enter(&Epoch("one".into()));
    inbox.merge_conversation(conversation(1, 10, Shelf::Open), &at("one", 500));
    inbox.enter(&Epoch("two".into()));
    inbox.merge_conversation(conversation(1, 30, Shelf::Open), &at("two", 3));
    let last = |inbox: &Inbox| inbox.conversation(id(1)).expect("known").last_message_at;
    assert_eq!(
        last(&inbox),
        Timestamp::from_millis(30),
        "its numbers may be lower"
    );
    inbox.merge_conversation(conversation(1, 20, Shelf::Open), &at("one", 600));
    assert_eq!(
        last(&inbox),
        Timestamp::from_millis(30),
        "a late answer of the old one"
    );
}

#[test]
fn one_read_by_itself_counts_by_its_version() {
    let version = |version, last_message_at| LiveChatConversation {
        version,
        ..conversation(1, last_message_at, Shelf::Open)
    };
    let mut inbox = Inbox::default();
    let position = Position {
        epoch: Epoch::default(),
        offset: Offset(9),
    };
    inbox.merge_conversation(version(5, 10), &position);
    inbox.merge_read(version(6, 30));
    let last = |inbox: &Inbox| inbox.conversation(id(1)).expect("known").last_message_at;
    assert_eq!(last(&inbox), Timestamp::from_millis(30));
    inbox.merge_read(version(4, 20));
    assert_eq!(last(&inbox), Timestamp::from_millis(30), "an old answer");
}

#[test]
fn what_was_out_of_sight_comes_back() {
    let mut inbox = Inbox::default();
    inbox.set_missing(id(1), Offset(9));
    assert!(inbox.is_missing(id(1)));
    inbox.merge_read(conversation(1, 10, Shelf::Open));
    assert!(inbox.conversation(id(1)).is_some());
}

#[test]
fn a_deleted_conversation_stays_deleted() {
    let mut inbox = Inbox::default();
    let position = Position {
        epoch: Epoch::default(),
        offset: Offset(3),
    };
    inbox.merge_conversation(conversation(1, 10, Shelf::Open), &position);
    inbox.apply(&deleted(4, id(1))).expect("readable");
    inbox.merge_conversation(conversation(1, 10, Shelf::Open), &position);
    assert!(inbox.conversation(id(1)).is_none() && inbox.is_missing(id(1)));
}

#[test]
fn messages_reach_their_thread_and_are_announced() {
    let mut inbox = Inbox::default();
    let first = message(1);
    let thread = first.conversation_id;
    let page = MessagePage {
        items: vec![first],
        has_more_before: false,
        has_more_after: false,
        as_of: position(1),
    };
    inbox.merge_newest_messages(thread, page);
    let mut event = updated(2, &conversation(1, 1, Shelf::Open));
    (event.kind, event.body) = (EventType::MessageCreated, serde_json::to_value(message(2)).ok());
    let changes = inbox.apply(&event).expect("readable");
    assert_eq!(
        (changes.arrived.len(), changes.stored.as_slice()),
        (1, [message(2).id].as_slice())
    );
    assert_eq!(inbox.thread(thread).expect("loaded").newest_seq(), 2);
    event.body = None;
    assert!(
        inbox.apply(&event).is_err(),
        "a body over the frame limit must be fetched"
    );
}

#[test]
fn what_left_beyond_the_end_of_a_list_unheard_is_not_taken_in() {
    let mut inbox = Inbox::default();
    let mut server = Map::from([
        (id(1), conversation(1, 30, Shelf::Open)),
        (id(2), conversation(2, 20, Shelf::Open)),
    ]);
    inbox.merge_page(
        &Shelf::Open.into(),
        query(&server, &Shelf::Open.into(), 1, None, 1),
        true,
    );
    inbox.merge_conversation(conversation(2, 20, Shelf::Open), &position(2));
    server.remove(&id(2));
    inbox.merge_page(
        &Shelf::Open.into(),
        query(&server, &Shelf::Open.into(), 1, None, 9),
        true,
    );
    assert_eq!(inbox.list(&Shelf::Open.into()).collect::<Vec<_>>(), [id(1)]);
}

#[test]
fn what_comes_while_a_thread_is_loaded_is_folded_over_the_answer() {
    let mut inbox = Inbox::default();
    let thread = message(1).conversation_id;
    inbox.expect_messages(thread);
    let mut event = updated(2, &conversation(1, 1, Shelf::Open));
    (event.kind, event.body) = (EventType::MessageCreated, serde_json::to_value(message(2)).ok());
    inbox.apply(&event).expect("readable");
    let older = MessagePage {
        items: vec![message(1)],
        has_more_before: false,
        has_more_after: false,
        as_of: position(1),
    };
    inbox.merge_newest_messages(thread, older);
    assert_eq!(inbox.thread(thread).expect("loaded").newest_seq(), 2);
}

#[test]
fn what_came_while_a_thread_was_loaded_counts_as_older_than_another_generation_of_the_log() {
    let mut inbox = Inbox::default();
    let thread = message(1).conversation_id;
    inbox.enter(&position(1).epoch);
    inbox.expect_messages(thread);
    let mut event = updated(20, &conversation(1, 1, Shelf::Open));
    (event.kind, event.body) = (EventType::MessageCreated, serde_json::to_value(message(1)).ok());
    inbox.apply(&event).expect("readable");
    let epoch = Epoch("another".to_owned());
    inbox.enter(&epoch);
    let mut read = message(1);
    read.read_at = Some(Timestamp::from_millis(9));
    let page = MessagePage {
        items: vec![read],
        has_more_before: false,
        has_more_after: false,
        as_of: Position { epoch, ..position(2) },
    };
    inbox.merge_newest_messages(thread, page);
    let mut shown = inbox.thread(thread).expect("loaded").messages();
    assert!(shown.next().is_some_and(|message| message.read_at.is_some()));
}

#[test]
fn events_about_what_others_hold_are_passed_on() {
    let mut inbox = Inbox::default();
    let event = |offset, kind| LogEvent {
        offset: Offset(offset),
        prev: Offset(offset - 1),
        kind,
        conversation_id: None,
        seq: None,
        id: EventId::from_parts(Timestamp::from_millis(0), [0; 10]),
        at: Timestamp::from_millis(0),
        body: None,
    };
    for (offset, kind, expected) in [
        (1, EventType::LabelCreated, vec![Elsewhere::Labels]),
        (2, EventType::MemberUpdated, vec![Elsewhere::Members]),
        (3, EventType::WebsiteStatus, vec![Elsewhere::Websites]),
        (4, EventType::SessionRevoked, vec![Elsewhere::Sessions]),
        (5, EventType::CannedReplyDeleted, vec![Elsewhere::CannedReplies]),
        (6, EventType::VisitorUpdated, vec![Elsewhere::Visitors]),
        (7, EventType::Unknown, vec![]),
    ] {
        let changes = inbox.apply(&event(offset, kind)).expect("readable");
        let expected = Changes {
            elsewhere: expected.into_iter().collect(),
            ..Changes::default()
        };
        assert_eq!(changes, expected);
    }
}

#[test]
fn events_are_not_gathered_for_a_page_that_does_not_come() {
    let mut inbox = Inbox::default();
    inbox.expect_messages(conversation(1, 1, Shelf::Open).id);
    assert_eq!(inbox.early.len(), 1);
    inbox.expect_no_messages(conversation(1, 1, Shelf::Open).id);
    assert!(inbox.early.is_empty());
}

/// A live list against a fresh query.
mod live;
