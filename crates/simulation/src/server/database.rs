//! What survives a restart: one account with its members, conversations, log and sessions.

use std::collections::{BTreeMap, BTreeSet};

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{
    ActionId, AttachmentId, ConversationId, EventId, FunnelId, MemberId, MessageId, SessionId, VisitorId,
    WebsiteId,
};
use switchboard_contract::live_chat::{ChangeResult, LiveChatMessage, LiveChatUser};
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::LogEvent;
use switchboard_contract::time::Timestamp;
use switchboard_domain::accept::{SameId, Upload};
use switchboard_domain::allocate::allocate;
use switchboard_domain::audience::Rights;
use switchboard_domain::deletion::Tombstone;
use switchboard_domain::flow::Entry;
use switchboard_domain::ledger::{Ledger, NewEvent, Notice};
use switchboard_domain::replay::Log;
use switchboard_domain::stored::StoredConversation;
use switchboard_engine::random::Random;

use super::sessions::{KeptSession, KeptTicket};
use super::{Answered, problem};

/// A member of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name as it is shown.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// The websites that an agent is assigned to.
    pub websites: BTreeSet<WebsiteId>,
}

impl Member {
    /// What the member may see.
    #[must_use]
    pub fn rights(&self) -> Rights {
        if Rights::are_all(self.role) {
            Rights::All
        } else {
            Rights::Websites(self.websites.clone())
        }
    }
}

/// A message with what only the server knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptMessage {
    /// As operators see it.
    pub message: LiveChatMessage,
    /// Its place for the visitor; none for a note.
    pub public_seq: Option<u64>,
    /// Where its event stands.
    pub position: Position,
}

/// An action that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAction {
    pub(super) digest: String,
    pub(super) results: Vec<(ChangeResult, Option<WebsiteId>)>,
    pub(super) offset: Offset,
    /// How often it was done: once.
    pub times: u32,
}

/// See the module's documentation.
#[derive(Clone, Debug)]
pub struct Database {
    /// The log's generation and ends.
    pub log: Log,
    /// The log's events that are kept.
    pub events: BTreeMap<Offset, Entry>,
    /// The team.
    pub members: BTreeMap<MemberId, Member>,
    /// The people on the sites.
    pub visitors: BTreeMap<VisitorId, (LiveChatUser, WebsiteId, FunnelId)>,
    /// The conversations.
    pub conversations: BTreeMap<ConversationId, StoredConversation>,
    /// Their messages by `seq`.
    pub messages: BTreeMap<ConversationId, BTreeMap<u64, KeptMessage>>,
    /// Where a message is.
    pub by_id: BTreeMap<MessageId, (ConversationId, u64)>,
    /// Conversations that were deleted.
    pub tombstones: BTreeMap<ConversationId, Tombstone>,
    /// Sign-ins.
    pub sessions: BTreeMap<SessionId, KeptSession>,
    /// When refresh tokens rotated.
    pub rotations: Vec<Timestamp>,
    /// Files that were uploaded.
    pub uploads: BTreeMap<AttachmentId, Upload>,
    /// Messages that were taken back.
    pub burnt: BTreeSet<(MemberId, MessageId)>,
    /// Changes that were made.
    pub actions: BTreeMap<(MemberId, ActionId), KeptAction>,
    pub(super) tickets: BTreeMap<String, KeptTicket>,
    /// The window after which conversations close, in milliseconds.
    pub auto_close_ms: Option<i64>,
    epochs: u64,
    random: Random,
}

/// The identity behind a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The sign-in.
    pub session: SessionId,
    /// The member.
    pub member: MemberId,
    /// The member's name as it is shown.
    pub name: String,
    /// What the member may see.
    pub rights: Rights,
}

impl Database {
    /// An account without anything.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            log: Log {
                epoch: Epoch("e1".to_owned()),
                head: Offset(0),
                floor: Offset(0),
            },
            events: BTreeMap::new(),
            members: BTreeMap::new(),
            visitors: BTreeMap::new(),
            conversations: BTreeMap::new(),
            messages: BTreeMap::new(),
            by_id: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            sessions: BTreeMap::new(),
            rotations: Vec::new(),
            uploads: BTreeMap::new(),
            burnt: BTreeSet::new(),
            actions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            auto_close_ms: None,
            epochs: 1,
            random: Random::from_seed(seed),
        }
    }

    /// Ten bytes for an id: as unlikely to meet again as the real ones.
    pub(super) fn bytes(&mut self) -> [u8; 10] {
        let (high, low) = (self.random.next().to_be_bytes(), self.random.next().to_be_bytes());
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..2]);
        bytes
    }

    /// A member joins.
    pub fn add_member(&mut self, now: Timestamp, name: &str, role: Role, websites: &[WebsiteId]) -> MemberId {
        let id = MemberId::from_parts(now, self.bytes());
        let member = Member {
            name: name.to_owned(),
            role,
            websites: websites.iter().copied().collect(),
        };
        self.members.insert(id, member);
        id
    }

    /// A person comes to a website.
    pub fn add_visitor(&mut self, now: Timestamp, website: WebsiteId) -> VisitorId {
        let id = VisitorId::from_parts(now, self.bytes());
        let funnel = FunnelId::from_parts(now, self.bytes());
        let user = LiveChatUser {
            id,
            name: None,
            email: None,
            phone: None,
            avatar_url: None,
            verified: false,
            locale: String::new(),
            timezone: None,
            browser: String::new(),
            os: String::new(),
            device: String::new(),
            country: None,
            page: None,
            page_title: None,
            referrer: None,
            attributes: BTreeMap::new(),
            first_seen_at: now,
            last_seen_at: now,
            blocked: false,
            version: 1,
        };
        self.visitors.insert(id, (user, website, funnel));
        id
    }

    /// Where the log ends.
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            epoch: self.log.epoch.clone(),
            offset: self.log.head,
        }
    }

    /// The conversation, where the caller may see it.
    ///
    /// # Errors
    /// 404, the same for what does not exist and for what belongs to someone else.
    pub fn one(&self, caller: &Caller, id: ConversationId) -> Answered<&StoredConversation> {
        self.conversations
            .get(&id)
            .filter(|found| caller.rights.allow(found.wire.website_id))
            .ok_or_else(|| problem(ProblemCode::NotFound, "There is no such conversation."))
    }

    /// A stored message by its id.
    #[must_use]
    pub fn message(&self, id: MessageId) -> Option<&KeptMessage> {
        let (conversation, seq) = self.by_id.get(&id)?;
        self.messages.get(conversation)?.get(seq)
    }

    pub(super) fn same_id(&self, id: MessageId) -> Option<SameId> {
        let kept = self.message(id)?;
        let visitor = self
            .conversations
            .get(&kept.message.conversation_id)?
            .wire
            .user_id;
        Some(SameId::of(&kept.message, visitor))
    }

    pub(super) fn notice(
        &mut self,
        now: Timestamp,
        words: Option<(String, switchboard_contract::live_chat::Visibility)>,
    ) -> Option<Notice> {
        words.map(|(text, visibility)| Notice {
            id: MessageId::from_parts(now, self.bytes()),
            text,
            visibility,
        })
    }

    /// Writes what the steps come to, all of it at once. Answers where each message is.
    pub(super) fn commit(&mut self, now: Timestamp, ledger: Ledger) -> Vec<KeptMessage> {
        let writes = ledger.finish();
        let id = writes.stored.wire.id;
        let changed = writes.is_new || !writes.events.is_empty() || !writes.visitor_events.is_empty();
        if changed {
            self.conversations.insert(id, writes.stored);
        }
        let positions = self.append(now, writes.events);
        let mut kept = Vec::with_capacity(writes.messages.len());
        for entered in writes.messages {
            let Some(position) = positions.get(entered.event).cloned() else {
                continue;
            };
            let message = KeptMessage {
                message: entered.message,
                public_seq: entered.public_seq,
                position,
            };
            self.by_id.insert(message.message.id, (id, message.message.seq));
            self.messages
                .entry(id)
                .or_default()
                .insert(message.message.seq, message.clone());
            kept.push(message);
        }
        kept
    }

    /// Appends to the log; answers where each event stands.
    pub(super) fn append(&mut self, now: Timestamp, events: Vec<NewEvent>) -> Vec<Position> {
        let count = events.len() as u64;
        self.log.head = Offset(self.log.head.0 + count);
        let offsets: Vec<Offset> = allocate(self.log.head, count).collect();
        let mut positions = Vec::with_capacity(events.len());
        for (event, offset) in events.into_iter().zip(offsets) {
            let entry = Entry {
                audience: event.audience,
                event: LogEvent {
                    offset,
                    prev: Offset(0),
                    kind: event.kind,
                    conversation_id: event.conversation_id,
                    seq: event.seq,
                    id: EventId::from_parts(now, self.bytes()),
                    at: now,
                    body: Some(event.body),
                },
            };
            self.events.insert(offset, entry);
            positions.push(Position {
                epoch: self.log.epoch.clone(),
                offset,
            });
        }
        positions
    }

    /// Lets go of all but the newest `kept` events.
    pub fn trim(&mut self, kept: u64) {
        let floor = Offset(self.log.head.0.saturating_sub(kept));
        if floor > self.log.floor {
            self.events = self.events.split_off(&floor.next());
            self.log.floor = floor;
        }
    }

    /// A failover: the data as it was, under a log of another generation whose numbers begin elsewhere.
    pub fn new_epoch(&mut self, head: Offset) {
        self.epochs += 1;
        self.log = Log {
            epoch: Epoch(format!("e{}", self.epochs)),
            head,
            floor: head,
        };
        self.events.clear();
        for kept in self.messages.values_mut().flat_map(BTreeMap::values_mut) {
            kept.position = Position {
                epoch: self.log.epoch.clone(),
                offset: Offset(0),
            };
        }
        for kept in self.actions.values_mut() {
            kept.offset = Offset(0);
        }
    }
}
