//! What the website asks before the first message, and what becomes of the answers.

use serde::{Serialize, Serializer};
use switchboard_contract::validate::Violation;
use switchboard_contract::website::widget::{PreChatField, PreChatForm};

use super::answers::{Failure, Purpose, Traded, read};
use super::{Chat, Effect};

/// What stands in place of the textbox until the visitor has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The questions.
    pub form: &'a PreChatForm,
    /// What is wrong with the answers, question by question; empty before the first try.
    pub faults: &'a [Option<Violation>],
    /// Why the answers were not taken; empty where nobody could be reached.
    pub failed: Option<&'a str>,
}

/// What of it only this frame knows.
#[derive(Debug, Default)]
pub(super) struct Answering {
    faults: Vec<Option<Violation>>,
    sending: bool,
    failed: Option<String>,
}

/// `AnswerPreChat` of the contract, written without its map: sorted maps are large in a program that has no other.
#[derive(Serialize)]
struct Body<'a> {
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
    /// What to ask before anything can be written; nothing once something was said, by whoever.
    #[must_use]
    pub fn asking(&self) -> Option<Asking<'_>> {
        let form = self.widget.pre_chat_form.as_ref()?;
        let is_silent = self.thread.newest_seq() == 0 && self.outbox.is_empty() && self.ahead.is_empty();
        is_silent.then_some(Asking {
            form,
            faults: &self.answering.faults,
            failed: self.answering.failed.as_deref(),
        })
    }

    /// The visitor has answered, question by question.
    pub(super) fn answer(&mut self, given: &[String], out: &mut Vec<Effect>) {
        let Some(form) = self.widget.pre_chat_form.as_ref() else {
            return;
        };
        if self.answering.sending {
            return;
        }
        let asked = || form.fields.iter().zip(given);
        let faults: Vec<_> = asked()
            .map(|(field, answer)| field.check_answer(answer).err())
            .collect();
        let is_right = faults.iter().all(Option::is_none);
        let body = serde_json::to_string(&Body {
            answers: Answers(&form.fields, given),
        });
        self.answering.faults = faults;
        self.answering.failed = None;
        self.dirty = true;
        if !is_right {
            return;
        }
        if self.visit.is_none() || self.needs_session {
            self.answering.failed = Some(String::new());
            return;
        }
        self.answering.sending = true;
        let path = "/api/visitor/pre-chat".to_owned();
        self.request(Purpose::PreChat, path, body.ok(), true, out);
    }

    pub(super) fn on_answered(&mut self, status: u16, body: &str, out: &mut Vec<Effect>) {
        self.answering = Answering::default();
        self.dirty = true;
        if (200..300).contains(&status) {
            self.widget.pre_chat_form = None;
            // First the textbox has to be there.
            out.push(Effect::Draw);
            out.push(Effect::Focus);
            return;
        }
        // Only for what is wrong: a type that is read anyway.
        match read::<Traded>(status, body) {
            Ok(_) | Err(Failure::Passing(_)) => self.answering.failed = Some(String::new()),
            Err(Failure::Unauthorised) => {
                self.answering.failed = Some(String::new());
                self.ask_for_session(out);
            }
            Err(Failure::Refused(problem)) => self.answering.failed = Some(problem.detail),
        }
    }
}
