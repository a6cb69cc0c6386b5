//! The team sees that the visitor types, and the visitor that somebody of the team does.

use std::rc::Rc;

use serde_json::{Map, Value};
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use switchboard_contract::realtime::{MAX_DRAFT_CHARS, Signal, SignalType, TYPING_TTL_MS};
use switchboard_contract::visitor::VisitorTyping;
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

/// What stands in the textbox; none where the website does not share it.
type Draft = Option<Rc<str>>;

/// Who types, on either side.
#[derive(Default)]
pub(super) struct Typing {
    draft: Draft,
    until: u64,
    telling: Telling<Draft>,
    /// Who of the team began last, by name, and until when.
    operator: Option<(String, u64)>,
    timer: Option<u64>,
    generation: u64,
}

impl Chat {
    /// Who of the team types, by name; of several the one who began last.
    #[must_use]
    pub fn operator_typing(&self) -> Option<&str> {
        self.typing.operator.as_ref().map(|(name, _)| name.as_str())
    }

    /// The textbox holds this now.
    pub(super) fn typed(&mut self, now: Now, text: &str) {
        let typing = &mut self.typing;
        let hold = if text.trim().is_empty() {
            // A message that was sent ends, once it arrives, what the team was told: who types on at once is told of again.
            typing.telling.doubt();
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
        if signal.kind == SignalType::Widget {
            return self.apply(crate::widget::read(&signal.body.unwrap_or_default()));
        }
        if signal.kind != SignalType::Typing || signal.conversation_id != self.conversation {
            return;
        }
        if signal.ttl_ms > 0 {
            let until = now.monotonic + signal.ttl_ms.min(TYPING_TTL_MS);
            self.typing.operator = Some((signal.who, until));
            self.dirty = true;
        } else {
            self.no_longer_types(Some(&signal.who));
        }
    }

    /// A message ends its writer's typing.
    pub(super) fn wrote(&mut self, message: &LiveChatMessage) {
        if message.kind == MessageType::Bot {
            self.no_longer_types(message.author_name.as_deref());
        }
    }

    /// Whoever it is, where the name is not known.
    pub(super) fn no_longer_types(&mut self, name: Option<&str>) {
        if name.is_none() || name == self.operator_typing() {
            self.dirty |= self.typing.operator.take().is_some();
        }
    }

    /// Tells what is due and lets go of what has run out; after every event.
    pub(super) fn keep_typing(&mut self, now: Now, out: &mut Vec<Effect>) {
        let at = now.monotonic;
        self.dirty |= self.typing.operator.take_if(|(_, until)| at >= *until).is_some();

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
        let operator = typing.operator.as_ref().map(|(_, until)| *until);
        let due = operator
            .into_iter()
            .chain(typing.telling.due(RHYTHM))
            .chain(ends)
            .min();
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
        let text = draft.map(|draft| draft.to_string());
        match self.link.status() {
            Status::Live => {
                let body = text.map(|text| {
                    let mut body = Map::new();
                    body.insert("text".to_owned(), Value::String(text));
                    Value::Object(body)
                });
                let signal = Signal {
                    kind: SignalType::Typing,
                    conversation_id: self.conversation,
                    who: String::new(),
                    sender: None,
                    ttl_ms,
                    body,
                };
                self.on_link(now, socket::Event::Signal(signal).into(), out);
            }
            Status::Polling => {
                let text = if ttl_ms == 0 { Some(String::new()) } else { text };
                let body = serde_json::to_string(&VisitorTyping { text }).ok();
                let path = "/api/visitor/typing".to_owned();
                self.request(Purpose::Typing, path, body, true, out);
            }
            // It is told again in a moment, and matters only now.
            _ => {}
        }
    }
}
