//! What people do.

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId, SessionId, WebsiteId};
use switchboard_contract::live_chat::{
    ChangeConversations, ConversationChange, ConversationRef, ConversationStatus, SendMessage, Visibility,
};
use switchboard_contract::time::Timestamp;
use switchboard_engine::queue::State;
use switchboard_engine::random::Random;
use switchboard_engine::store::{Action, action_id};

use super::browser::EPOCH_MS;
use super::record::Typed;
use super::schedule::{ActKind, Schedule};
use super::{People, World};
use crate::page::{self, News, Signed};
use crate::server::database::Caller;
use crate::server::sessions::Claims;
use crate::server::{Database, Response};

impl People {
    pub(super) fn settle(database: &mut Database, schedule: &Schedule, random: &mut Random) -> Self {
        let now = Timestamp::from_millis(EPOCH_MS - 3_600_000);
        let website = WebsiteId::from_parts(now, bytes(random));
        let elsewhere = WebsiteId::from_parts(now, bytes(random));
        let role = if schedule.manages {
            Role::Admin
        } else {
            Role::Agent
        };
        let me = database.add_member(now, "Me", role, &[website, elsewhere]);
        let other = database.add_member(now, "Other", Role::Agent, &[website]);
        let colleague = database.add_member(now, "Colleague", Role::Owner, &[]);
        let mut visitors = Vec::new();
        let mut conversations = Vec::new();
        for number in 0..i64::from(schedule.conversations.max(1)) {
            let at = now.plus_millis(number * 1_000);
            let site = if number % 3 == 2 { elsewhere } else { website };
            let visitor = database.add_visitor(at, site);
            let id = MessageId::from_parts(at, bytes(random));
            if let Some(kept) = database.visitor_writes(at, visitor, id, "Hello") {
                conversations.push(kept.message.conversation_id);
            }
            visitors.push(visitor);
        }
        Self {
            me,
            other,
            colleague,
            website,
            elsewhere,
            visitors,
            conversations,
            texts: 0,
        }
    }
}

fn bytes(random: &mut Random) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&random.next().to_be_bytes());
    bytes[8..].copy_from_slice(&random.next().to_be_bytes()[..2]);
    bytes
}

/// How long a snooze lasts: it ends before everything has to be quiet.
const SNOOZE_MS: i64 = 10_000;
/// How long a reply is held back.
const HOLD_MS: u32 = 5_000;

fn status(status: ConversationStatus) -> ConversationChange {
    ConversationChange {
        status: Some(status),
        ..ConversationChange::default()
    }
}

impl World {
    pub(super) fn act(&mut self, number: usize) {
        let act = self.schedule.acts[number].clone();
        let tab = usize::from(act.tab) % self.browser.tabs.len();
        let conversations = &self.people.conversations;
        let conversation = conversations[usize::from(act.conversation) % conversations.len()];
        self.trace.number(number as u64);
        match act.kind {
            ActKind::VisitorWrites => self.visitor_writes(usize::from(act.conversation)),
            ActKind::ColleagueReplies => self.colleague_replies(conversation),
            ActKind::ColleagueCloses => {
                self.colleague_changes(conversation, status(ConversationStatus::Closed));
            }
            ActKind::ColleagueArchives => {
                let set = ConversationChange {
                    is_archived: Some(true),
                    ..ConversationChange::default()
                };
                self.colleague_changes(conversation, set);
            }
            ActKind::ColleagueDeletes => self.delete(conversation),
            ActKind::SignIn => self.sign_in(tab, self.people.me),
            ActKind::OtherSignsIn => self.sign_in(tab, self.people.other),
            kind => self.operator_acts(tab, conversation, kind),
        }
        self.tick_server();
    }

    /// The member who is signed in on a tab that a person can use now.
    fn at_work(&self, tab: usize) -> Option<MemberId> {
        let page = self.browser.tabs[tab].page.as_ref()?;
        match page.signed() {
            Signed::In(member) if !self.browser.stands_still(tab, self.now) => Some(member),
            _ => None,
        }
    }

    fn operator_acts(&mut self, tab: usize, conversation: ConversationId, kind: ActKind) {
        let Some(member) = self.at_work(tab) else { return };
        let act = match kind {
            ActKind::Reply => self.type_message(tab, member, conversation, Visibility::Public, 0),
            ActKind::HeldReply => {
                self.counters.count("reply held back");
                self.type_message(tab, member, conversation, Visibility::Public, HOLD_MS)
            }
            ActKind::SendNow => page::Act::SendNow,
            ActKind::Note => self.type_message(tab, member, conversation, Visibility::Internal, 0),
            ActKind::CloseIt => self.change(member, conversation, status(ConversationStatus::Closed)),
            ActKind::ReopenIt => self.change(member, conversation, status(ConversationStatus::Open)),
            ActKind::TakeIt => {
                let set = ConversationChange {
                    assignee_id: Some(Some(member)),
                    ..ConversationChange::default()
                };
                self.change(member, conversation, set)
            }
            ActKind::SnoozeIt => {
                let set = ConversationChange {
                    snoozed_until: Some(Some(self.server_now().plus_millis(SNOOZE_MS))),
                    ..ConversationChange::default()
                };
                self.change(member, conversation, set)
            }
            ActKind::DeleteIt => page::Act::Delete(self.action(), conversation),
            ActKind::Open => page::Act::Open(conversation),
            ActKind::Leave => match self.page(tab).and_then(|page| page.desk().open()) {
                Some(open) => page::Act::Leave(open),
                None => return,
            },
            ActKind::Read => page::Act::Read(self.action(), conversation),
            ActKind::Retry => match self.blocked(tab) {
                Some(id) => page::Act::Retry(id),
                None => return,
            },
            ActKind::Discard => match self.waiting(tab) {
                Some(id) => {
                    self.counters.count("given up");
                    self.record.given_up.insert(id);
                    page::Act::Discard(id)
                }
                None => return,
            },
            ActKind::SignOut => page::Act::SignOut,
            // Done elsewhere.
            _ => return,
        };
        let incarnation = self.browser.tabs[tab].incarnation;
        self.tell(tab, incarnation, News::Act(act));
    }

    fn page(&self, tab: usize) -> Option<&page::Page> {
        self.browser.tabs[tab].page.as_ref()
    }

    fn action(&mut self) -> ActionId {
        ActionId::from_parts(self.browser.clocks(self.now).wall, bytes(&mut self.random))
    }

    fn type_message(
        &mut self,
        tab: usize,
        member: MemberId,
        conversation: ConversationId,
        visibility: Visibility,
        hold_ms: u32,
    ) -> page::Act {
        let id = MessageId::from_parts(self.browser.clocks(self.now).wall, bytes(&mut self.random));
        self.people.texts += 1;
        let text = format!("m{}", self.people.texts);
        let slot = &self.browser.tabs[tab];
        let access = slot.page.as_ref().and_then(page::Page::access);
        let session = access.and_then(Claims::read).map(|claims| claims.session);
        self.record.typed.push(Typed {
            id,
            member,
            conversation,
            tab,
            incarnation: slot.incarnation,
            desk: slot.page.as_ref().map_or(0, |page| page.desk().number()),
            session: session.or(self.browser.jar.map(|jar| jar.session)),
            at: self.now,
            text: text.clone(),
        });
        page::Act::Write {
            conversation,
            id,
            content: text,
            visibility,
            hold_ms,
        }
    }

    fn change(
        &mut self,
        member: MemberId,
        conversation: ConversationId,
        set: ConversationChange,
    ) -> page::Act {
        let id = self.action();
        self.record.changed.push((id, member));
        page::Act::Change {
            id,
            conversation,
            set,
        }
    }

    fn blocked(&self, tab: usize) -> Option<ActionId> {
        let mut queued = self.page(tab)?.desk().queued();
        queued
            .find(|queued| matches!(queued.state, State::Blocked(_)))
            .map(|queued| queued.entry.id)
    }

    /// The first that may be given up: a blocked one, or else a message that waits.
    fn waiting(&self, tab: usize) -> Option<ActionId> {
        let desk = self.page(tab)?.desk();
        self.blocked(tab).or_else(|| {
            desk.queued()
                .find(|queued| queued.can_discard() && matches!(queued.entry.action, Action::Send(_)))
                .map(|queued| queued.entry.id)
        })
    }

    fn sign_in(&mut self, tab: usize, member: MemberId) {
        let signed_out = self
            .page(tab)
            .is_some_and(|page| matches!(page.signed(), Signed::Out(_)));
        // Only once the other tabs have gone to the sign-in page, as people see them do.
        let someone = self.browser.hint.member.is_some();
        let reachable = self.is_up() && !self.browser.is_offline(self.now);
        if !signed_out || someone || !reachable || self.browser.stands_still(tab, self.now) {
            return;
        }
        let now = self.server_now();
        if self.browser.hint.leaving
            && let Some(jar) = self.browser.jar
        {
            // The sign-in page tells of the sign-out first.
            self.server
                .database
                .end(now, jar.session, crate::server::sessions::Ended::Here);
        }
        if let Response::Refreshed {
            access,
            expires_in_ms,
            cookie,
            ..
        } = self.server.sign_in(now, member)
        {
            self.counters.count("signed in again");
            self.browser.jar = Some(cookie);
            let act = page::Act::SignedIn {
                member,
                access,
                expires_in_ms,
            };
            let incarnation = self.browser.tabs[tab].incarnation;
            self.tell(tab, incarnation, News::Act(act));
        }
    }

    fn visitor_writes(&mut self, number: usize) {
        let visitor = self.people.visitors[number % self.people.visitors.len()];
        let now = self.server_now();
        let id = MessageId::from_parts(now, bytes(&mut self.random));
        self.people.texts += 1;
        let text = format!("v{}", self.people.texts);
        let kept = self.server.database.visitor_writes(now, visitor, id, &text);
        if let Some(kept) = kept {
            let conversation = kept.message.conversation_id;
            if !self.people.conversations.contains(&conversation) {
                self.counters.count("visitor began anew");
                self.people.conversations.push(conversation);
            }
        }
    }

    fn colleague(&self) -> Caller {
        Caller {
            session: SessionId::from_parts(Timestamp::from_millis(EPOCH_MS), [1; 10]),
            member: self.people.colleague,
            name: "Colleague".to_owned(),
            rights: switchboard_domain::audience::Rights::All,
        }
    }

    fn colleague_replies(&mut self, conversation: ConversationId) {
        let now = self.server_now();
        self.people.texts += 1;
        let message = SendMessage {
            id: MessageId::from_parts(now, bytes(&mut self.random)),
            conversation_id: conversation,
            content: format!("c{}", self.people.texts),
            visibility: Visibility::Public,
            attachments: Vec::new(),
            mentions: Vec::new(),
            after_id: None,
            seen_seq: None,
            force: false,
            reopen: true,
        };
        let colleague = self.colleague();
        // Refused where the conversation is archived or gone.
        let _ = self.server.database.send(now, &colleague, message);
    }

    fn colleague_changes(&mut self, conversation: ConversationId, set: ConversationChange) {
        let change = ChangeConversations {
            action_id: self.action(),
            items: vec![ConversationRef {
                id: conversation,
                version: None,
                action_id: None,
            }],
            set,
        };
        let (now, colleague) = (self.server_now(), self.colleague());
        // Refused where the conversation is gone.
        let _ = self.server.database.change(now, &colleague, &change);
    }

    fn delete(&mut self, conversation: ConversationId) {
        let stored = self.stored_in(conversation);
        self.record.deleted.extend(stored);
        if self.waits_for(conversation, |_| true) {
            self.counters
                .count("conversation deleted while something waited for it");
        }
        let now = self.server_now();
        self.server.database.delete(now, conversation);
    }

    /// What stands in a conversation.
    pub(super) fn stored_in(&self, conversation: ConversationId) -> Vec<MessageId> {
        let stored = self.server.database.messages.get(&conversation);
        stored
            .into_iter()
            .flatten()
            .map(|(_, kept)| kept.message.id)
            .collect()
    }

    /// Whether something of this kind waits for a conversation.
    pub(super) fn waits_for(&self, conversation: ConversationId, is: impl Fn(&Action) -> bool) -> bool {
        let mut entries = self.browser.store.entries.iter();
        entries.any(|entry| entry.lane.conversation == conversation && is(&entry.action))
    }

    /// The action that sends a message.
    pub(super) const fn action_of(id: MessageId) -> ActionId {
        action_id(id)
    }
}
