//! The tabs of one browser, of which one leads, with their timers, their channel and what the device keeps.

use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::ids::{MemberId, MessageId, WebsiteId};
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage, Visibility};
use switchboard_contract::notifications::Notifications;
use switchboard_contract::position::{Epoch, Offset};

use super::super::*;
use crate::inbox::Shelf;
use crate::inbox::tests::conversation as plain;
use crate::thread::tests::message;

pub(super) fn me() -> MemberId {
    member(1)
}

pub(super) fn other() -> MemberId {
    member(2)
}

fn member(n: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(0), [n; 10])
}

pub(super) fn conversation(n: u8) -> ConversationId {
    plain(n, 0, Shelf::Open).id
}

pub(super) fn website(n: u8) -> WebsiteId {
    WebsiteId::from_parts(Timestamp::from_millis(9), [n; 10])
}

fn at(offset: u64) -> Position {
    Position {
        epoch: Epoch("one".to_owned()),
        offset: Offset(offset),
    }
}

pub(super) fn gone(offset: u64, n: u8) -> News {
    News {
        at: at(offset),
        happened_at: Timestamp::from_millis(0),
        fact: Fact::Gone(conversation(n)),
    }
}

/// Noon of some day.
const NOON_MS: i64 = 20_000 * 86_400_000 + 12 * 3_600_000;

struct Tab {
    machine: Alerts,
    timer: Option<(u64, u64)>,
    leads: bool,
    open: bool,
    frozen: bool,
    /// What came while it was frozen.
    missed: Vec<Event>,
}

pub(super) struct Browser {
    tabs: Vec<Tab>,
    /// What each tab told.
    pub(super) told: Vec<Vec<Effect>>,
    /// What the device keeps.
    pub(super) mark: Option<Mark>,
    /// All that happened.
    pub(super) events: Vec<News>,
    now: u64,
    /// How far the clock here is ahead of the server's.
    pub(super) ahead_ms: i64,
    offset: u64,
    server: BTreeMap<u8, LiveChatConversation>,
    settings: Notifications,
}

impl Browser {
    /// So many tabs, of which the first leads, connected for long.
    pub(super) fn new(tabs: usize) -> Self {
        let mut browser = Self {
            tabs: Vec::new(),
            told: Vec::new(),
            mark: None,
            events: Vec::new(),
            now: 0,
            ahead_ms: 0,
            offset: 0,
            server: BTreeMap::new(),
            settings: Notifications::default(),
        };
        for _ in 0..tabs {
            browser.open();
        }
        browser.lead(0);
        browser
    }

    pub(super) fn open(&mut self) -> usize {
        let tab = self.tabs.len();
        self.tabs.push(Tab {
            machine: Alerts::default(),
            timer: None,
            leads: false,
            open: true,
            frozen: false,
            missed: Vec::new(),
        });
        self.told.push(Vec::new());
        let mark = self.mark.clone();
        self.step(tab, Event::Begin { me: me(), mark });
        self.step(tab, Event::Settings(Rc::new(self.settings.clone())));
        let device = Device {
            desktop: true,
            audible: true,
        };
        self.step(tab, Event::Device(device));
        self.step(tab, Event::Connected(true));
        tab
    }

    pub(super) fn close(&mut self, tab: usize) {
        self.tabs[tab].open = false;
    }

    pub(super) fn freeze(&mut self, tab: usize) {
        self.tabs[tab].frozen = true;
    }

    /// Its timer rings first, for which the shell looks at the device, then it hears what it missed.
    pub(super) fn thaw(&mut self, tab: usize) {
        self.tabs[tab].frozen = false;
        if let Some((generation, _)) = self.tabs[tab].timer.take() {
            self.ring(tab, generation);
        }
        for event in std::mem::take(&mut self.tabs[tab].missed) {
            self.step(tab, event);
        }
        self.tabs[tab].leads = false;
        self.step(tab, Event::Leads(false, self.mark.clone()));
    }

    pub(super) fn lead(&mut self, tab: usize) {
        for other in 0..self.tabs.len() {
            if self.tabs[other].leads && !self.tabs[other].frozen {
                self.tabs[other].leads = false;
                self.step(other, Event::Leads(false, self.mark.clone()));
            }
        }
        self.tabs[tab].leads = true;
        self.step(tab, Event::Leads(true, self.mark.clone()));
    }

    pub(super) fn set(&mut self, settings: Notifications) {
        self.settings = settings.clone();
        self.all(&Event::Settings(Rc::new(settings)));
    }

    pub(super) fn all(&mut self, event: &Event) {
        for tab in 0..self.tabs.len() {
            self.hear(tab, event.clone());
        }
    }

    fn hear(&mut self, tab: usize, event: Event) {
        if self.tabs[tab].frozen {
            self.tabs[tab].missed.push(event);
        } else if self.tabs[tab].open {
            self.step(tab, event);
        }
    }

    pub(super) fn hears(&mut self, tab: usize, news: News) {
        self.step(tab, Event::News(news));
    }

    fn now(&self) -> crate::Now {
        crate::Now {
            monotonic: self.now,
            wall: Timestamp::from_millis(NOON_MS + self.now.cast_signed() + self.ahead_ms),
        }
    }

    fn server_time(&self) -> Timestamp {
        Timestamp::from_millis(NOON_MS + self.now.cast_signed())
    }

    fn step(&mut self, tab: usize, event: Event) {
        let mut out = Vec::new();
        let now = self.now();
        self.tabs[tab].machine.step(now, event, &mut out);
        for effect in out {
            match effect {
                Effect::Say(word) => {
                    for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                        let (from, word) = (tab.to_string(), word.clone());
                        self.hear(other, Event::Heard { from, word });
                    }
                }
                Effect::Remember(mark) => self.mark = Some(mark),
                Effect::Look => {
                    let open = self.server.values().cloned().map(Rc::new).collect();
                    self.step(tab, Event::Looked(open));
                }
                Effect::SetTimer { generation, after_ms } => {
                    self.tabs[tab].timer = Some((generation, self.now + after_ms));
                }
                effect => self.told[tab].push(effect),
            }
        }
    }

    fn ring(&mut self, tab: usize, generation: u64) {
        if self.tabs[tab].leads {
            self.step(tab, Event::Leads(true, self.mark.clone()));
        }
        self.step(tab, Event::Timer { generation });
    }

    /// Lets time pass, timers included.
    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let due = self
                .tabs
                .iter()
                .enumerate()
                .filter(|(_, tab)| tab.open && !tab.frozen)
                .filter_map(|(number, tab)| tab.timer.map(|(generation, due)| (due, number, generation)))
                .filter(|(due, _, _)| *due <= end)
                .min();
            let Some((due, tab, generation)) = due else {
                break;
            };
            self.tabs[tab].timer = None;
            self.now = self.now.max(due);
            self.ring(tab, generation);
        }
        self.now = end;
    }

    pub(super) fn screen(&mut self, tab: usize, screen: Screen) {
        self.step(tab, Event::Screen(screen));
    }

    /// The person looks at this tab, and perhaps at a conversation in it.
    pub(super) fn looks(&mut self, tab: usize, n: Option<u8>) {
        let screen = Screen {
            shown: true,
            focused: true,
            conversation: n.map(conversation),
        };
        self.screen(tab, screen);
    }

    fn happens(&mut self, fact: Fact) -> News {
        self.offset += 1;
        let news = News {
            at: at(self.offset),
            happened_at: self.server_time(),
            fact,
        };
        self.events.push(news.clone());
        news
    }

    fn of(&mut self, n: u8) -> &mut LiveChatConversation {
        self.server.entry(n).or_insert_with(|| LiveChatConversation {
            website_id: website(n),
            ..plain(n, 0, Shelf::Open)
        })
    }

    fn changed(&mut self, n: u8, began: bool, was_mine: Option<bool>) -> News {
        let conversation = Rc::new(self.of(n).clone());
        self.happens(Fact::Conversation {
            conversation,
            began,
            was_mine,
        })
    }

    fn message(&mut self, n: u8) -> LiveChatMessage {
        LiveChatMessage {
            id: MessageId::from_parts(Timestamp::from_millis(self.offset.cast_signed()), [n; 10]),
            conversation_id: conversation(n),
            content: "secret".to_owned(),
            ..message(1)
        }
    }

    /// A website's pages tell something else than before.
    pub(super) fn website_is(&mut self, n: u8, state: &str) {
        let at = "2026-11-22T09:30:00.000Z";
        let site = serde_json::json!({
            "id": website(n), "name": "Shop", "domain": "shop.example", "allowedOrigins": [], "timezone": "UTC",
            "publicKey": "k", "status": {"state": state}, "createdAt": at, "updatedAt": at, "version": 1,
        });
        let site = serde_json::from_value(site).expect("a website");
        let news = self.happens(Fact::Website(Rc::new(site)));
        self.tell(vec![news]);
    }

    fn tell(&mut self, all: Vec<News>) {
        for news in all {
            self.all(&Event::News(news));
        }
    }

    /// What follows from a visitor's message, in the order of the log.
    pub(super) fn say_later(&mut self, n: u8) -> Vec<News> {
        let message = Rc::new(self.message(n));
        let first = self.happens(Fact::Message(message));
        let since = self.server_time();
        let conversation = self.of(n);
        conversation.unread_count += 1;
        conversation.waiting_since.get_or_insert(since);
        conversation.last_message_at = since;
        vec![first, self.changed(n, false, None)]
    }

    /// A visitor writes.
    pub(super) fn says(&mut self, n: u8) {
        let news = self.say_later(n);
        self.tell(news);
    }

    /// Visitors write, and no event ever tells of it here.
    pub(super) fn says_unheard(&mut self, n: u8) {
        self.say_later(n);
    }

    /// Events go on behind a hole.
    pub(super) fn loses_its_place(&mut self) {
        let hole = self.happens(Fact::Hole);
        self.tell(vec![hole]);
    }

    /// The open conversations are loaded anew after a hole.
    pub(super) fn loads(&mut self) {
        let open = self.server.values().cloned().map(Rc::new).collect();
        let missed = self.happens(Fact::Missed(open));
        self.tell(vec![missed]);
    }

    /// A note names the person here.
    pub(super) fn names_me(&mut self, n: u8) {
        let message = LiveChatMessage {
            kind: MessageType::Bot,
            author_id: Some(other()),
            visibility: Visibility::Internal,
            mentions: vec![me()],
            ..self.message(n)
        };
        let news = [
            self.happens(Fact::Message(Rc::new(message))),
            self.changed(n, false, None),
        ];
        self.tell(news.to_vec());
    }

    pub(super) fn begins(&mut self, n: u8) {
        let news = self.changed(n, true, None);
        self.tell(vec![news]);
    }

    /// Somebody is put in charge; `was_mine`: the person here was, or has done it.
    pub(super) fn assigns(&mut self, n: u8, to: Option<MemberId>, was_mine: bool) {
        self.of(n).assignee_id = to;
        let news = self.changed(n, false, Some(was_mine));
        self.tell(vec![news]);
    }

    /// Somebody of the team has read it.
    pub(super) fn reads(&mut self, n: u8) {
        self.of(n).unread_count = 0;
        let news = self.changed(n, false, None);
        self.tell(vec![news]);
    }

    /// Somebody of the team has answered.
    pub(super) fn answers(&mut self, n: u8) {
        self.of(n).waiting_since = None;
        self.reads(n);
        // Seen to be over.
        self.pass(LOOK_EVERY_MS);
    }

    /// Its visitor waits, as far as the server knows.
    pub(super) fn waits(&mut self, n: u8) {
        assert!(self.of(n).waiting_since.is_some());
    }
}
