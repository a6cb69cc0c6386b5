//! The other tabs and the store: who leads, what is told, what is heard.

use switchboard_contract::realtime::Resume;

use super::{Desk, Effect, Timer, TimerKind};
use crate::Now;
use crate::awareness;
use crate::bulletin::{Bulletin, Told, Word};
use crate::leader;
use crate::link;
use crate::queue;
use crate::socket;
use crate::socket::Status;
use crate::store::{Answer, Op, StoreError};
use crate::stream;

/// Asks for a ticket only to learn whether the sign-in holds; connections count from 1.
const DOUBT: u64 = 0;

/// What a question to the store was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Open,
    /// By the leader's machine, with its generation.
    Claim(u64),
    /// By the queue, with its request.
    Queue(u64),
    /// To forget a sign-in.
    End,
}

impl<E: Clone> Desk<E> {
    pub(super) fn ask(&mut self, op: Op, asked: Asked, out: &mut Vec<Effect>) {
        self.request += 1;
        let question = self.keeping.question(asked, &op);
        self.asked.insert(self.request, question);
        self.await_answers(out);
        out.push(Effect::Store {
            request: self.request,
            owner: self.owner,
            op,
        });
    }

    pub(super) fn say(&self, word: Word, out: &mut Vec<Effect>) {
        out.push(Effect::Tell(Box::new(Bulletin {
            from: self.tab.clone(),
            word,
        })));
    }

    pub(super) fn on_stored(
        &mut self,
        now: Now,
        request: u64,
        result: Result<Answer, StoreError>,
        out: &mut Vec<Effect>,
    ) {
        let Some(question) = self.asked.remove(&request) else {
            return self.on_late_answer(now, request, result.is_ok(), out);
        };
        let asked = question.asked;
        self.keeping.note(question, &result);
        match &result {
            Ok(Answer::Foreign { .. } | Answer::Claimed { .. }) => {}
            Ok(_) => self.on_leader(now, leader::Event::StoreWorks, out),
            Err(error) => self.on_store_failed(asked, *error, out),
        }
        match (asked, result) {
            (Asked::Queue(request), result) => {
                self.on_queue(now, queue::Event::Answered { request, result }, out);
            }
            (Asked::End, Err(_)) => {}
            // Also where another tab has forgotten everything before, or somebody has signed in since.
            (Asked::End, Ok(_)) => self.close_store(),
            (
                Asked::Open,
                Ok(Answer::Foreign {
                    entries: 0,
                    owned: false,
                }),
            ) => {
                self.doubt_session(out);
                // Where the server cannot be asked now.
                self.set_store_timer(out);
            }
            (Asked::Claim(generation), Ok(Answer::Foreign { owned: false, .. })) => {
                self.reopen_store(out);
                self.on_leader(now, leader::Event::ClaimFailed { generation }, out);
            }
            (_, Ok(Answer::Foreign { entries, .. })) => self.on_foreign(now, entries, out),
            (
                Asked::Open,
                Ok(Answer::Opened {
                    entries,
                    next,
                    sign_in,
                    term,
                    ..
                }),
            ) => {
                self.on_opened(sign_in);
                self.on_leader(now, leader::Event::Read { term }, out);
                let waiting = queue::Waiting { entries, next };
                let settled = self.keeping.is_settled();
                self.on_queue(now, queue::Event::Opened { waiting, settled }, out);
            }
            (Asked::Claim(generation), Ok(Answer::Claimed { term, entries, next })) => {
                self.claimed = Some(queue::Waiting { entries, next });
                self.on_leader(now, leader::Event::Claimed { generation, term }, out);
                self.claimed = None;
            }
            (Asked::Claim(generation), _) => {
                self.on_leader(now, leader::Event::ClaimFailed { generation }, out);
            }
            (Asked::Open, _) => {}
        }
    }

    /// Another person's actions wait here, or another person has taken the device over. What was done here before that was
    /// known stays.
    pub(super) fn on_foreign(&mut self, now: Now, entries: u64, out: &mut Vec<Effect>) {
        self.halt(now, queue::Event::Closed, out);
        out.push(Effect::Foreign { entries });
    }

    pub(super) fn on_locked(&mut self, now: Now, generation: u64, out: &mut Vec<Effect>) {
        self.on_leader(now, leader::Event::Locked { generation }, out);
    }

    pub(super) fn on_leader(&mut self, now: Now, event: leader::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.leader.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                leader::Effect::RequestLock { generation } => out.push(Effect::RequestLock { generation }),
                leader::Effect::ReleaseLock => out.push(Effect::ReleaseLock),
                leader::Effect::Claim { generation } => self.ask(Op::Claim, Asked::Claim(generation), out),
                leader::Effect::Lead { term } => {
                    let led = std::mem::replace(&mut self.leads, true);
                    let waiting = self.claimed.take();
                    self.on_queue(now, queue::Event::Lead { term, waiting }, out);
                    if !led {
                        self.on_link(now, link::Event::Lead, out);
                        self.on_awareness(now, awareness::Event::Leads(true), out);
                    }
                    self.lead_archive(term, out);
                }
                leader::Effect::Follow => {
                    self.told = self.status();
                    // What this tab has sent of its own is still to be heard of; the rest the queue has forgotten.
                    self.leads = false;
                    self.on_queue(now, queue::Event::Follow, out);
                    self.on_link(now, link::Event::Follow, out);
                    self.on_awareness(now, awareness::Event::Leads(false), out);
                }
                leader::Effect::Say(word) => self.say(Word::Leader(word), out),
                leader::Effect::SetTimer { generation, after_ms } => out.push(Effect::SetTimer {
                    timer: Timer {
                        kind: TimerKind::Leader,
                        generation,
                    },
                    after_ms,
                }),
            }
        }
    }

    pub(super) fn on_heard(&mut self, now: Now, bulletin: Bulletin, out: &mut Vec<Effect>) {
        let Bulletin { from, word } = bulletin;
        match word {
            Word::Leader(word) => {
                let asks = word == leader::Word::Ask;
                let followed = self.leader.followed().map(str::to_owned);
                self.on_leader(now, leader::Event::Heard { from, word }, out);
                if self.leader.followed() != followed.as_deref() {
                    self.tell_shown(out);
                }
                if asks && self.leads {
                    self.tell_status(now, out);
                    self.tell_position(out);
                    self.tell_of_people(now, out);
                }
            }
            Word::Queue(change) => self.on_queue(now, queue::Event::Heard(change), out),
            Word::Result(merged) => self.merge_result(now, *merged, out),
            Word::Deleted(conversation) => self.merge_deleted(now, conversation, out),
            Word::Relay(signal) => self.on_relay(now, signal, out),
            Word::Signal(signal) if !self.leads => self.hear_signal(now, signal, out),
            Word::Shows(conversation) if self.leads => self.keep_for_another(conversation, out),
            Word::InUse => self.on_awareness(now, awareness::Event::UsedElsewhere, out),
            // Not of one that led once and slept since.
            Word::Log(told) if !self.leads && self.follows(&from) => {
                let event = stream::Event::Told(told);
                self.on_link(now, link::Event::Stream(event), out);
            }
            Word::Measure(measures) if self.leads => {
                let event = socket::Event::Measure(measures);
                self.on_link(now, link::Event::Socket(event), out);
                self.say(Word::Health(self.link.health(now)), out);
            }
            Word::Health(health) if !self.leads => self.told_health = Some(health),
            Word::Status(told) if !self.leads && self.follows(&from) => match told {
                _ if self.told == Status::Idle => {}
                Told::SignedOut => self.doubt_session(out),
                told => self.told = told.read(now),
            },
            Word::Log(_)
            | Word::Status(_)
            | Word::Signal(_)
            | Word::Measure(_)
            | Word::Health(_)
            | Word::Shows(_) => {}
        }
    }

    /// The leader's sign-in has ended. It was this tab's as well, unless that has slept through it and another one has begun
    /// since: the server says which.
    fn doubt_session(&mut self, out: &mut Vec<Effect>) {
        self.doubted = true;
        out.push(Effect::Link(socket::Effect::FetchTicket { generation: DOUBT }));
    }

    /// A ticket came: the sign-in holds. What the store held for an earlier one is gone.
    pub(super) fn on_ticket(&mut self, out: &mut Vec<Effect>) {
        if std::mem::take(&mut self.doubted) {
            self.open_store(false, out);
        }
    }

    /// Of a tab that follows nobody yet nothing is known to be the leader's: one that led once and slept since may speak first,
    /// of a log that the server has left. Whoever leads tells where it stands when it is asked.
    fn follows(&self, tab: &str) -> bool {
        self.leader.followed() == Some(tab)
    }

    /// The person looks at how the connection fares, or no longer does.
    pub(super) fn measure(&mut self, now: Now, measures: bool, out: &mut Vec<Effect>) {
        if self.leads {
            let event = socket::Event::Measure(measures);
            self.on_link(now, link::Event::Socket(event), out);
        } else {
            self.say(Word::Measure(measures), out);
        }
    }

    pub(super) fn tell_status(&self, now: Now, out: &mut Vec<Effect>) {
        self.say(Word::Status(Told::of(self.link.status(), now)), out);
    }

    /// A tab that comes later learns from where on it is told everything.
    fn tell_position(&self, out: &mut Vec<Effect>) {
        if let Some(to) = self.link.position() {
            let (from, id) = (to.offset, self.link.event_at(&to));
            self.say(Word::Log(stream::Told::Moved { from, to, id }), out);
        }
    }

    /// What moves this tab's view of the log moves that of its followers.
    pub(super) fn tell_of_log(&self, effect: &stream::Effect, out: &mut Vec<Effect>) {
        if !self.leads {
            return;
        }
        let told = match (effect, self.link.position()) {
            (stream::Effect::Apply(event), Some(position)) => stream::Told::Event {
                epoch: position.epoch,
                event: event.clone(),
            },
            (stream::Effect::Moved { from, to }, _) => stream::Told::Moved {
                from: *from,
                to: to.clone(),
                id: self.link.event_at(to),
            },
            (stream::Effect::Snapshot(Some(position)), _) => stream::Told::Anew(Resume {
                epoch: position.epoch.clone(),
                offset: position.offset,
                id: self.link.event_at(position),
            }),
            _ => return,
        };
        self.say(Word::Log(told), out);
    }
}
