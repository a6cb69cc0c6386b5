//! What the person is told of, once across all tabs of a browser, and how: in the page, on the desktop, by a sound.
//!
//! Every tab hears the same events in the same order ([`crate::stream`]) and gathers what may be told; the tab that leads tells
//! it, and says up to which place of the log that is done: in a [`Word`] to the other tabs, and in a [`Mark`] on the device. A
//! tab that leads next tells what lies behind the mark. So nothing is told twice, and nothing is lost with the tab that was to
//! tell it.
//!
//! What happens within a blink is told together, of one conversation one thing; what is seen meanwhile is not told at all. Many
//! things at once, and what happened while nobody could be told, are counted in one [`Digest`].

mod badge;
mod clocks;
mod gathered;
mod interface;
mod missed;
mod ringing;
mod screens;
mod waiting;
mod websites;
mod wishes;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::MessageType;
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;

use crate::Now;
use gathered::{Gathered, Item};
use missed::Hole;
use ringing::Ringing;
use websites::{Websites, is_in_trouble};
use wishes::Wishes;

pub use badge::{icon as badge_icon, title as badge_title};
pub use interface::{
    Alert, Desktop, Device, Digest, Effect, Event, Fact, Kind, Mark, News, Screen, WebsiteAlert, Word,
};

/// What follows within this time belongs together, in milliseconds.
const SETTLE_MS: u64 = 300;
/// Nothing waits longer than this for what may follow, in milliseconds; the next telling is this far away as well.
const AT_LATEST_MS: u64 = 2_000;
/// More conversations at once are counted.
const MANY: usize = 4;
/// What happened longer ago is counted as well, in milliseconds: nobody hurries for it any more.
const LONG_AGO_MS: i64 = 5 * 60_000;
/// How often to look who waits, in milliseconds.
const LOOK_EVERY_MS: u64 = 15_000;
/// More are not kept in mind.
const MAX_KEPT: usize = 500;

/// The machine. See the module's documentation. It holds what people wrote, and tells nothing of it to logs.
#[derive(Default)]
pub struct Alerts {
    wishes: Wishes,
    leads: bool,
    connected_at: Option<u64>,
    /// How far the wall clock here was ahead of the server's with each of the last events.
    ahead_ms: VecDeque<i64>,
    began_at: u64,
    screen: Screen,
    screen_told_at: u64,
    others: BTreeMap<String, (Screen, u64)>,
    mark: Option<Mark>,
    /// The newest place of the log that was heard of.
    newest: Option<Position>,
    /// When the newest of what was heard of happened, by the server's clock.
    newest_at: Option<Timestamp>,
    hole: Option<Hole>,
    gathered: Gathered,
    websites: Websites,
    /// Conversations that have begun and in which the visitor has not written yet.
    begun: BTreeSet<ConversationId>,
    /// Of these something was told that may still stand there.
    told: BTreeSet<ConversationId>,
    told_at: Option<u64>,
    ringing: Ringing,
    look_at: u64,
    looks_now: bool,
    generation: u64,
    due: Option<u64>,
}

impl Alerts {
    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Begin { me, mark } => {
                *self = Self {
                    wishes: std::mem::take(&mut self.wishes),
                    generation: self.generation,
                    leads: self.leads,
                    began_at: now.monotonic,
                    ..Self::default()
                };
                self.wishes.me = Some(me);
                self.mark = mark;
            }
            Event::Settings(settings) => self.wishes.settings = settings,
            Event::Device(device) => self.wishes.device = device,
            Event::Available(availability) => self.wishes.availability = availability,
            Event::Zone(zone) => self.wishes.zone = zone,
            Event::Leads(leads, mark) => {
                if !std::mem::replace(&mut self.leads, leads) {
                    self.look_at = now.monotonic;
                    // Another tab has made those sounds.
                    self.ringing.skip(now.monotonic);
                }
                if let Some(mark) = mark {
                    self.move_mark(mark);
                }
            }
            Event::Connected(connected) => {
                self.connected_at = connected.then(|| self.connected_at.unwrap_or(now.monotonic));
            }
            Event::News(news) => self.on_news(now, news, out),
            Event::Looked(conversations) => self.on_looked(now, conversations),
            Event::Screen(screen) => self.on_screen(now, screen, out),
            Event::Heard { from, word } => self.on_heard(now, from, word, out),
            Event::Timer { generation } if generation == self.generation => {
                self.due = None;
                self.on_timer(now, out);
            }
            Event::Timer { .. } => {}
        }
        self.set_timer(now, out);
        if std::mem::take(&mut self.looks_now) {
            // Last, because it is answered at once.
            out.push(Effect::Look);
        }
    }

    fn on_news(&mut self, now: Now, news: News, out: &mut Vec<Effect>) {
        let news = match news {
            News { fact: Fact::Hole, .. } => return self.on_hole(),
            News {
                fact: Fact::Missed(conversations),
                at,
                ..
            } => {
                self.on_missed(now, &at, conversations);
                let is_newer = |known: &Position| known.epoch != at.epoch || known.offset < at.offset;
                if self.newest.as_ref().is_none_or(is_newer) {
                    self.newest = Some(at);
                }
                return;
            }
            news => news,
        };
        self.newest_at = self.newest_at.max(Some(news.happened_at));
        self.compare_clocks(now, news.happened_at);
        let is_told = self.mark.as_ref().is_some_and(|mark| covers(mark, &news.at));
        let item = |kind, message| Item {
            at: news.at.clone(),
            kind,
            happened_at: news.happened_at,
            message,
        };
        match news.fact {
            Fact::Message(message) => {
                let id = message.conversation_id;
                let kind = if message.kind != MessageType::User {
                    Kind::Mentioned
                } else if self.begun.remove(&id) {
                    Kind::New
                } else {
                    Kind::Message
                };
                if !is_told {
                    self.gathered.add(now.monotonic, id, item(kind, Some(message)));
                }
            }
            Fact::Conversation {
                conversation,
                began,
                was_mine,
            } => {
                let id = conversation.id;
                if began && self.begun.len() < MAX_KEPT {
                    self.begun.insert(id);
                }
                let is_mine =
                    conversation.assignee_id.is_some() && conversation.assignee_id == self.wishes.me;
                if is_mine && was_mine == Some(false) && !is_told {
                    self.gathered.add(now.monotonic, id, item(Kind::Assigned, None));
                }
                if conversation.unread_count == 0 {
                    self.seen(id, out);
                }
                self.gathered.know(conversation);
            }
            Fact::Gone(id) => {
                self.begun.remove(&id);
                self.gathered.remove(id);
                self.seen(id, out);
            }
            // Answered above.
            Fact::Hole | Fact::Missed(_) => {}
            Fact::Website(website) => {
                if !is_in_trouble(&website) {
                    if self.websites.well(website.id) {
                        out.push(Effect::WithdrawWebsite(website.id));
                    }
                } else if !is_told {
                    self.websites.add(now.monotonic, news.at.clone(), website);
                }
            }
        }
        self.newest = Some(news.at);
    }

    fn on_heard(&mut self, now: Now, from: String, word: Word, out: &mut Vec<Effect>) {
        match word {
            Word::Screen(screen) => self.on_other_screen(now, from, screen, out),
            Word::Told { mark, conversations } => {
                self.move_mark(mark);
                self.keep_told(now, &conversations);
            }
        }
    }

    /// Another tab has told everything up to there. Of another generation of the log the newer word counts.
    fn move_mark(&mut self, mark: Mark) {
        match &mut self.mark {
            Some(known) if known.position == mark.position => {
                for (id, since) in mark.waits {
                    let known = known.waits.entry(id).or_insert(since);
                    *known = since.max(*known);
                }
            }
            Some(known) if covers(known, &mark.position) => {}
            _ => {
                self.gathered.forget(|at| covers(&mark, at));
                self.websites.forget(|at| covers(&mark, at));
                self.mark = Some(mark);
            }
        }
    }

    fn keep_told(&mut self, now: Now, conversations: &[ConversationId]) {
        for id in conversations {
            if self.told.len() < MAX_KEPT {
                self.told.insert(*id);
            }
        }
        if self.wishes.settings.repeat {
            self.ringing.begin(now.monotonic, conversations);
        }
    }

    /// The person, or a colleague, has seen what there was of a conversation.
    fn seen(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.ringing.seen(id);
        if self.told.remove(&id) {
            out.push(Effect::Withdraw(id));
        }
    }

    fn on_timer(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.screen_due().is_some_and(|at| now.monotonic >= at) {
            self.tell_screen(now, out);
        }
        if !self.leads {
            return;
        }
        if self.ringing.rings(now.monotonic)
            && let Some(sound) = self.wishes.sound(now.wall)
        {
            out.push(Effect::Sound(sound));
        }
        if self.looks() && now.monotonic >= self.look_at {
            self.look_at = now.monotonic.saturating_add(LOOK_EVERY_MS);
            self.looks_now = true;
        }
        if self.tells_at().is_some_and(|at| now.monotonic >= at) {
            self.tell(now, out);
        }
    }

    /// Whether the open conversations are looked at now and then.
    fn looks(&self) -> bool {
        self.wishes.me.is_some()
            && (self.wishes.settings.waiting_minutes.is_some() || !self.ringing.is_over())
    }

    /// When what is gathered is told.
    fn tells_at(&self) -> Option<u64> {
        let (first, last) = match (self.gathered.span(), self.websites.span()) {
            (Some(one), Some(other)) => (one.0.min(other.0), one.1.max(other.1)),
            (one, other) => one.or(other)?,
        };
        let settled = last
            .saturating_add(SETTLE_MS)
            .min(first.saturating_add(AT_LATEST_MS));
        let before = self.told_at.map_or(0, |at| at.saturating_add(AT_LATEST_MS));
        Some(settled.max(before))
    }

    /// Tells what is gathered, all of it.
    fn tell(&mut self, now: Now, out: &mut Vec<Effect>) {
        let toast = self.screen.shown;
        let is_looked_at = self.looked_at(now).next().is_some();
        let desktop = self.wishes.desktop(now.wall, is_looked_at);
        let troubled = self
            .websites
            .take(now.monotonic, |website| self.wishes.want_website(website));
        let mut alerts = Vec::new();
        let mut digest = Digest::default();
        for (id, of_one) in self.gathered.take() {
            let about = of_one.conversation;
            let on_screen = self.is_on_screen(now, id);
            let wanted = of_one
                .items
                .into_iter()
                .filter(|item| !on_screen && self.wishes.want(item.kind, about.as_deref()));
            let wanted: Vec<Item> = wanted.collect();
            let Some(kind) = wanted.iter().map(|item| item.kind).max() else {
                continue;
            };
            digest.while_away |= wanted
                .iter()
                .any(|item| self.age_ms(now, item.happened_at) >= LONG_AGO_MS);
            let count =
                |kinds: &[Kind]| wanted.iter().filter(|item| kinds.contains(&item.kind)).count() as u64;
            digest.conversations += 1;
            digest.new += count(&[Kind::New]);
            digest.messages += count(&[Kind::New, Kind::Message]);
            digest.mentions += count(&[Kind::Mentioned]);
            digest.assigned += count(&[Kind::Assigned]);
            digest.waiting += count(&[Kind::Waiting]);
            alerts.push(Alert {
                conversation: id,
                kind,
                count: count(&[Kind::New, Kind::Message, Kind::Mentioned]),
                message: wanted.into_iter().rev().find_map(|item| item.message),
                about,
                toast,
                desktop,
            });
        }
        let told: Vec<ConversationId> = alerts.iter().map(|alert| alert.conversation).collect();
        self.keep_told(now, &told);
        if let Some(hole) = &mut self.hole {
            hole.note_told(&told);
        }
        if !told.is_empty() || !troubled.is_empty() {
            self.told_at = Some(now.monotonic);
            if let Some(sound) = self.wishes.sound(now.wall) {
                out.push(Effect::Sound(sound));
            }
            if digest.while_away || alerts.len() > MANY {
                digest.toast = toast;
                digest.desktop = desktop != Desktop::No;
                out.push(Effect::Digest(digest));
            } else {
                out.extend(alerts.into_iter().map(Effect::Alert));
            }
            out.extend(troubled.into_iter().map(|website| {
                Effect::Website(WebsiteAlert {
                    website,
                    toast,
                    desktop,
                })
            }));
        }
        if let Some(position) = self.newest.clone() {
            let (waits, before) = self
                .mark
                .take()
                .map(|mark| (mark.waits, mark.at))
                .unwrap_or_default();
            let at = self.newest_at.max(before);
            let mark = Mark { position, waits, at };
            self.mark = Some(mark.clone());
            out.push(Effect::Remember(mark.clone()));
            out.push(Effect::Say(Word::Told {
                mark,
                conversations: told,
            }));
        }
    }

    fn set_timer(&mut self, now: Now, out: &mut Vec<Effect>) {
        let screen = self.screen_due();
        let look = Some(self.look_at).filter(|_| self.looks());
        let leading = [self.tells_at(), self.ringing.due(), look];
        let leading = leading.into_iter().filter(|_| self.leads).flatten();
        let due = leading.chain(screen).min();
        if due == self.due {
            return;
        }
        self.due = due;
        self.generation += 1;
        if let Some(due) = due {
            out.push(Effect::SetTimer {
                generation: self.generation,
                after_ms: due.saturating_sub(now.monotonic),
            });
        }
    }
}

/// Whether a place of the log lies before a mark. Of another generation nothing is known.
fn covers(mark: &Mark, at: &Position) -> bool {
    mark.position.epoch == at.epoch && at.offset <= mark.position.offset
}

#[cfg(test)]
mod tests;
