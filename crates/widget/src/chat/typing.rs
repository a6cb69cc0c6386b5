//! The team sees that the visitor types, and the visitor that somebody of the team does.

use std::rc::Rc;

use serde_json::{Map, Value};
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use switchboard_contract::realtime::{MAX_DRAFT_CHARS, Signal, SignalType, TYPING_TTL_MS};
use switchboard_engine::Now;
use switchboard_engine::awareness::STILL_TYPING_MS;
use switchboard_engine::socket::{self, Status};
use switchboard_engine::telling::{Rhythm, Telling, Word};

use super::answers::Purpose;
use super::{Chat, Effect, Timer};

/// A draft follows the visitor's hands within a second.
const RHYTHM: Rhythm = Rhythm {
    spacing_ms: 1_000,
    again_ms: 6_000,
};
/// More names than this are not kept: nobody reads them.
const MOST: usize = 5;

/// What stands in the textbox; none where the website does not share it.
type Draft = Option<Rc<str>>;

/// Who types, on either side.
#[derive(Default)]
pub(super) struct Typing {
    draft: Draft,
    until: u64,
    telling: Telling<Draft>,
    /// Members of the team by name, and until when.
    team: Vec<(String, u64)>,
    timer: Option<u64>,
    generation: u64,
}

impl Chat {
    /// Who of the team types, by name.
    pub fn team_typing(&self) -> impl Iterator<Item = &str> {
        self.typing.team.iter().map(|(name, _)| name.as_str())
    }

    /// The textbox holds this now.
    pub(super) fn typed(&mut self, now: Now, text: &str) {
        let typing = &mut self.typing;
        let hold = if text.trim().is_empty() {
            0
        } else {
            STILL_TYPING_MS
        };
        typing.until = now.monotonic + hold;
        typing.draft = self.widget.share_drafts.then(|| {
            let end = text.char_indices().nth(MAX_DRAFT_CHARS);
            Rc::from(end.map_or(text, |(end, _)| &text[..end]))
        });
    }

    pub(super) fn heard(&mut self, now: Now, signal: Signal) {
        if signal.kind != SignalType::Typing || signal.conversation_id != self.conversation {
            return;
        }
        self.no_longer_types(|name| name == signal.who);
        if signal.ttl_ms > 0 && self.typing.team.len() < MOST {
            let until = now.monotonic + signal.ttl_ms.min(TYPING_TTL_MS);
            self.typing.team.push((signal.who, until));
        }
        self.dirty = true;
    }

    /// A message ends its writer's typing.
    pub(super) fn wrote(&mut self, message: &LiveChatMessage) {
        if message.kind == MessageType::Bot {
            self.no_longer_types(|name| message.author_name.as_deref().is_none_or(|author| author == name));
        }
    }

    fn no_longer_types(&mut self, who: impl Fn(&str) -> bool) {
        let before = self.typing.team.len();
        self.typing.team.retain(|(name, _)| !who(name));
        self.dirty |= self.typing.team.len() != before;
    }

    /// Tells what is due and lets go of what has run out; after every event.
    pub(super) fn keep_typing(&mut self, now: Now, out: &mut Vec<Effect>) {
        let at = now.monotonic;
        let before = self.typing.team.len();
        self.typing.team.retain(|(_, until)| at < *until);
        self.dirty |= self.typing.team.len() != before;

        let lasts = at < self.typing.until && self.conversation.is_some();
        let draft = self.typing.draft.clone();
        self.typing.telling.set(lasts.then_some(draft));
        match self.typing.telling.take(at, RHYTHM) {
            Some(Word::So(draft)) => self.tell_typing(now, draft, TYPING_TTL_MS, out),
            Some(Word::Over(draft)) => self.tell_typing(now, draft.map(|_| Rc::from("")), 0, out),
            None => {}
        }

        let typing = &mut self.typing;
        let ends = Some(typing.until).filter(|until| at < *until);
        let team = typing.team.iter().map(|(_, until)| *until);
        let due = team.chain(typing.telling.due(RHYTHM)).chain(ends).min();
        if due != typing.timer {
            typing.timer = due;
            if let Some(due) = due {
                typing.generation += 1;
                let timer = Timer::Typing(typing.generation);
                out.push(Effect::SetTimer(timer, due.saturating_sub(at)));
            }
        }
    }

    /// The timer ran out; what it was for is found out by [`Self::keep_typing`].
    pub(super) fn typing_is_due(&mut self, generation: u64) {
        if generation == self.typing.generation {
            self.typing.timer = None;
        }
    }

    fn tell_typing(&mut self, now: Now, draft: Draft, ttl_ms: u64, out: &mut Vec<Effect>) {
        let text = draft.map(|draft| Value::String(draft.to_string()));
        match self.link.status() {
            Status::Live => {
                let signal = Signal {
                    kind: SignalType::Typing,
                    conversation_id: self.conversation,
                    who: String::new(),
                    sender: None,
                    ttl_ms,
                    body: text.map(|text| object("text", text)),
                };
                self.on_link(now, socket::Event::Signal(signal).into(), out);
            }
            Status::Polling => {
                let over = || Value::String(String::new());
                let text = if ttl_ms == 0 {
                    over()
                } else {
                    text.unwrap_or(Value::Null)
                };
                let path = "/api/visitor/typing".to_owned();
                let body = object("text", text).to_string();
                self.request(Purpose::Typing, path, Some(body), true, out);
            }
            // It is told again in a moment, and matters only now.
            _ => {}
        }
    }
}

fn object(name: &str, value: Value) -> Value {
    let mut map = Map::new();
    map.insert(name.to_owned(), value);
    Value::Object(map)
}
