//! What the website asks before the first message, and what becomes of the answers: they are kept until the server has them, as a
//! message is, and whatever the visitor writes meanwhile waits behind them.

use serde::{Serialize, Serializer};
use switchboard_contract::ids::{ActionId, VisitorId};
use switchboard_contract::validate::Violation;
use switchboard_contract::website::widget::{PreChatField, PreChatForm};
use switchboard_engine::{Now, outbox};

use super::answers::{Failure, Purpose, Refusal, Traded, read};
use super::{Chat, Effect, KeptAnswers};
use crate::json;

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The rule that it breaks.
    Rule(Violation),
    /// In the server's words.
    Said(String),
}

/// What stands in place of the textbox until the visitor has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The questions.
    pub form: &'a PreChatForm,
    /// What is wrong with the answers, question by question; empty before the first try.
    pub faults: &'a [Option<Fault>],
    /// Why the answers were not taken.
    pub failed: Option<&'a str>,
    /// What was answered before, where the server would not take it.
    pub given: &'a [String],
}

/// What of it only this frame knows.
#[derive(Debug, Default)]
pub(super) struct Answering {
    faults: Vec<Option<Fault>>,
    /// On their way.
    kept: Option<KeptAnswers>,
    sending: bool,
    /// What the server would not take, and why.
    returned: Option<(Vec<String>, String)>,
}

impl Answering {
    /// Whether answers wait for the server.
    pub(super) const fn is_pending(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether messages have to wait.
    pub(super) const fn holds_back(&self) -> bool {
        self.kept.is_some() || self.returned.is_some()
    }
}

/// `AnswerPreChat` of the contract, written without its map: sorted maps are large in a program that has no other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    action_id: ActionId,
    answers: Answers<'a>,
}

/// Questions and what was answered, in their order.
struct Answers<'a>(&'a [PreChatField], &'a [String]);

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.iter().zip(self.1);
        serializer.collect_map(all.map(|(field, answer)| (&field.key, answer)))
    }
}

impl Chat {
    /// What to ask before anything can be written; nothing once something was said, by whoever, or while answers are on their way.
    #[must_use]
    pub fn asking(&self) -> Option<Asking<'_>> {
        let form = self.widget.pre_chat_form.as_ref()?;
        let Answering {
            faults,
            kept,
            returned,
            ..
        } = &self.answering;
        let is_silent = self.thread.newest_seq() == 0 && self.ahead.is_empty();
        let is_first = returned.is_some() || self.outbox.is_empty();
        (is_silent && is_first && kept.is_none()).then_some(Asking {
            form,
            faults,
            failed: returned.as_ref().map(|(_, why)| why.as_str()),
            given: returned.as_ref().map_or(&[], |(given, _)| given),
        })
    }

    /// The visitor has answered, question by question.
    pub(super) fn answer(&mut self, now: Now, random: [u8; 10], given: Vec<String>, out: &mut Vec<Effect>) {
        let Some(form) = self.widget.pre_chat_form.as_ref() else {
            return;
        };
        if self.answering.is_pending() {
            return;
        }
        let asked = form.fields.iter().zip(&given);
        let faults: Vec<_> = asked
            .map(|(field, answer)| field.check_answer(answer).err().map(Fault::Rule))
            .collect();
        let is_right = faults.iter().all(Option::is_none);
        let body = serde_json::to_string(&Body {
            action_id: ActionId::from_parts(now.wall, random),
            answers: Answers(&form.fields, &given),
        });
        self.answering.faults = faults;
        self.dirty = true;
        let Some(body) = body.ok().filter(|_| is_right) else {
            return;
        };
        self.answering = Answering {
            kept: Some(KeptAnswers {
                visitor: None,
                body,
                given,
            }),
            ..Answering::default()
        };
        self.send_answers(out);
        // First the textbox has to be there.
        out.push(Effect::Draw);
        out.push(Effect::Focus);
    }

    /// Sends what was answered, unless that is on its way. It is kept first.
    pub(super) fn send_answers(&mut self, out: &mut Vec<Effect>) {
        let Some(visit) = self.visit.as_ref().filter(|_| !self.needs_session) else {
            return;
        };
        let Some(kept) = self.answering.kept.as_mut().filter(|_| !self.answering.sending) else {
            return;
        };
        kept.visitor = Some(visit.visitor);
        let body = kept.body.clone();
        if let Ok(json) = serde_json::to_string(kept) {
            out.push(Effect::KeepAnswers(json));
        }
        self.answering.sending = true;
        let path = "/api/visitor/pre-chat".to_owned();
        self.request(Purpose::PreChat, path, Some(body), true, out);
    }

    /// Takes up what an earlier page could not deliver of this visitor.
    pub(super) fn find_answers(&mut self, visitor: VisitorId, out: &mut Vec<Effect>) {
        let Some(kept) = self.remembered.answers.take() else {
            return;
        };
        if kept.visitor == Some(visitor) {
            self.answering.kept = Some(kept);
        } else {
            out.push(Effect::ForgetAnswers);
        }
    }

    /// The visitor is another one. What they answered stands where it was the server that forgot them, since the person is the same.
    pub(super) fn forget_answers(&mut self, out: &mut Vec<Effect>) {
        self.answering.sending = false;
        if !self.needs_session {
            self.answering = Answering::default();
            out.push(Effect::ForgetAnswers);
        }
    }

    pub(super) fn on_answered(&mut self, now: Now, status: u16, body: &str, out: &mut Vec<Effect>) {
        self.answering.sending = false;
        self.dirty = true;
        // Only for what is wrong: a type that is read anyway.
        match read::<Traded>(status, body) {
            _ if (200..300).contains(&status) => {
                self.answering = Answering::default();
                self.widget.pre_chat_form = None;
                out.push(Effect::ForgetAnswers);
                self.on_outbox(now, outbox::Event::Wake, out);
            }
            Ok(_) | Err(Failure::Passing(_)) => self.back_off(out),
            Err(Failure::Unauthorised) => self.ask_for_session(out),
            Err(Failure::Refused(_)) => self.answers_return(&json::read(body).unwrap_or_default(), out),
        }
    }

    /// The server will not take the answers: they are asked for again, with what is wrong beside each.
    fn answers_return(&mut self, refusal: &Refusal, out: &mut Vec<Effect>) {
        let given = self.answering.kept.take().map(|kept| kept.given);
        let fields = self.widget.pre_chat_form.iter().flat_map(|form| &form.fields);
        self.answering.faults = fields
            .map(|field| {
                let said = refusal.fields[field.key.as_str()][0].as_str()?;
                Some(Fault::Said(said.to_owned()))
            })
            .collect();
        self.answering.returned = Some((given.unwrap_or_default(), refusal.detail.clone()));
        out.push(Effect::ForgetAnswers);
        // First the questions have to be there.
        out.push(Effect::Draw);
        out.push(Effect::Focus);
    }
}
