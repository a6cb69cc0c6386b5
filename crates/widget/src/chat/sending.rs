//! From the textbox to the server: what was typed is kept until the server has it.

use std::rc::Rc;

use switchboard_contract::ids::MessageId;
use switchboard_contract::live_chat::Attachment;
use switchboard_contract::validate::{self, Violation};
use switchboard_engine::Now;
use switchboard_engine::outbox::{self, Outcome};

use super::{Chat, Effect, Said, Timer, Waiting};

impl Chat {
    pub(super) fn submit(
        &mut self,
        now: Now,
        random: [u8; 10],
        text: &str,
        files: Vec<Attachment>,
        out: &mut Vec<Effect>,
    ) {
        let text = text.trim();
        match validate::message_text_beside(text, files.len()) {
            Ok(()) => {}
            Err(Violation::Required) => return,
            Err(_) => return out.push(Effect::TooLong),
        }
        let id = MessageId::from_parts(now.wall, random);
        // Without a visitor the message waits in memory; with one it is stored before the first try.
        let payload = Rc::new(Said {
            content: text.to_owned(),
            files,
        });
        if let Some(json) = self.waiting_json(&payload) {
            out.push(Effect::KeepWaiting(id, json));
        }
        out.push(Effect::Accepted);
        self.typed(now, "");
        self.on_outbox(
            now,
            outbox::Event::Enqueue {
                lane: (),
                id,
                payload,
                kept: None,
            },
            out,
        );
    }

    pub(super) fn waiting_json(&self, said: &Said) -> Option<String> {
        let waiting = Waiting {
            visitor: self.visit.as_ref()?.visitor,
            content: said.content.clone(),
            files: said.files.clone(),
        };
        serde_json::to_string(&waiting).ok()
    }

    pub(super) fn on_outbox(
        &mut self,
        now: Now,
        event: outbox::Event<(), MessageId, Rc<Said>>,
        out: &mut Vec<Effect>,
    ) {
        let gone = match &event {
            outbox::Event::Discard { id } | outbox::Event::Seen { id } => Some(*id),
            _ => None,
        };
        let mut effects = Vec::new();
        self.outbox.step(now, event, &mut effects);
        if let Some(id) = gone
            && self.outbox.lane(&()).all(|item| item.id != id)
        {
            out.push(Effect::ForgetWaiting(id));
        }
        for effect in effects {
            match effect {
                outbox::Effect::Post {
                    generation,
                    id,
                    payload,
                    after,
                    ..
                } => {
                    // What was asked first is answered first.
                    if self.visit.is_some() && !self.needs_session && !self.answering.holds_back() {
                        self.post(generation, id, &payload, after, out);
                    } else {
                        let outcome = Outcome::NeedsAuth;
                        self.on_outbox(now, outbox::Event::Attempted { generation, outcome }, out);
                    }
                }
                outbox::Effect::SetTimer { generation, after_ms } => {
                    out.push(Effect::SetTimer(Timer::Outbox(generation), after_ms));
                }
                outbox::Effect::Changed { .. } => self.dirty = true,
                // A visitor takes back only what was never sent, and reads from the lane what is blocked.
                outbox::Effect::TakeBack { .. }
                | outbox::Effect::Ended { .. }
                | outbox::Effect::Blocked { .. } => {}
            }
        }
    }
}
