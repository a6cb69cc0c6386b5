//! What visitors are asked before they write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ActionId;
use crate::problem::FieldErrors;
use crate::validate::{self, Checks, Violation};

/// Most questions of a form.
pub const MAX_QUESTIONS: usize = 6;
/// Most characters in a question, and in what the form says first.
pub const MAX_QUESTION_CHARS: usize = 200;
/// Most characters in an answer to a question of the website's own.
pub const MAX_ANSWER_CHARS: usize = 300;
/// Most characters in a question's key.
const MAX_KEY_CHARS: usize = 40;

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PreChatKind {
    /// The visitor's name.
    Name,
    /// The visitor's address.
    Email,
    /// Something of the website's own, kept as an attribute.
    #[default]
    Text,
    /// One that this build does not know.
    #[serde(other)]
    Unknown,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreChatField {
    /// Names the answer: an attribute of the visitor for a question of the website's own.
    pub key: String,
    /// What it is for.
    pub kind: PreChatKind,
    /// The question.
    pub label: String,
    /// Whether nobody may write without an answer.
    pub is_required: bool,
}

/// What visitors are asked before their first message.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreChatForm {
    /// Whether they are asked at all.
    pub is_on: bool,
    /// Said above the questions; may be empty.
    pub intro: String,
    /// The questions, at most [`MAX_QUESTIONS`].
    pub fields: Vec<PreChatField>,
}

impl PreChatForm {
    /// Every rule.
    ///
    /// # Errors
    /// The first one that it breaks.
    pub fn check(&self) -> Result<(), Violation> {
        short_text(&self.intro, MAX_QUESTION_CHARS)?;
        if self.is_on && self.fields.is_empty() {
            return Err(Violation::NoQuestion);
        }
        if self.fields.len() > MAX_QUESTIONS {
            return Err(Violation::TooMany(MAX_QUESTIONS));
        }
        for (place, field) in self.fields.iter().enumerate() {
            if field.kind == PreChatKind::Unknown {
                return Err(Violation::Choice);
            }
            if field.label.trim().is_empty() {
                return Err(Violation::Required);
            }
            short_text(&field.label, MAX_QUESTION_CHARS)?;
            key(&field.key)?;
            let twice = self.fields.iter().take(place).any(|other| {
                other.key == field.key || (other.kind == field.kind && field.kind != PreChatKind::Text)
            });
            if twice {
                return Err(Violation::QuestionTaken);
            }
        }
        Ok(())
    }
}

/// What may name an answer: letters, digits, `_` and `-` of ASCII.
fn key(text: &str) -> Result<(), Violation> {
    let fits = !text.is_empty()
        && text.len() <= MAX_KEY_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if fits { Ok(()) } else { Err(Violation::Shortcut) }
}

/// A text that may be empty, of some lines.
pub(super) fn short_text(text: &str, most: usize) -> Result<(), Violation> {
    if text.chars().count() > most {
        Err(Violation::TooLong(most))
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Err(Violation::ControlCharacters)
    } else {
        Ok(())
    }
}

impl PreChatField {
    /// What is wrong with an answer; an empty one is none.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check_answer(&self, answer: &str) -> Result<(), Violation> {
        let answer = answer.trim();
        if answer.is_empty() {
            return if self.is_required {
                Err(Violation::Required)
            } else {
                Ok(())
            };
        }
        match self.kind {
            PreChatKind::Name => validate::person_name(answer),
            PreChatKind::Email => validate::email(answer),
            PreChatKind::Text | PreChatKind::Unknown => short_text(answer, MAX_ANSWER_CHARS),
        }
    }
}

/// `POST /api/visitor/pre-chat`: the answers, by the key of their question, which begin the conversation. What was not asked does
/// not count.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerPreChat {
    /// A repeat with the same answers gets the first result.
    pub action_id: ActionId,
    /// The answers.
    pub answers: BTreeMap<String, String>,
}

impl std::fmt::Debug for AnswerPreChat {
    /// Leaves out what the visitor said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswerPreChat")
    }
}

impl AnswerPreChat {
    /// The rules of the questions that were asked.
    ///
    /// # Errors
    /// Messages by key.
    pub fn check(&self, asked: &[PreChatField]) -> Result<(), FieldErrors> {
        asked
            .iter()
            .fold(Checks::default(), |checks, field| {
                let answer = self.answers.get(&field.key).map_or("", String::as_str);
                checks.field(&field.key, field.check_answer(answer))
            })
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn field(key: &str, kind: PreChatKind, is_required: bool) -> PreChatField {
        PreChatField {
            key: key.to_owned(),
            kind,
            label: "A question".to_owned(),
            is_required,
        }
    }

    fn form(fields: &[PreChatField]) -> PreChatForm {
        PreChatForm {
            is_on: true,
            intro: String::new(),
            fields: fields.to_vec(),
        }
    }

    #[test]
    fn a_form_asks_something_and_each_thing_once() {
        assert_eq!(PreChatForm::default().check(), Ok(()));
        assert_eq!(form(&[]).check(), Err(Violation::NoQuestion));
        let (name, order) = (
            field("name", PreChatKind::Name, true),
            field("order", PreChatKind::Text, false),
        );
        assert_eq!(form(&[name.clone(), order.clone()]).check(), Ok(()));
        assert_eq!(
            form(&[order.clone(), order]).check(),
            Err(Violation::QuestionTaken)
        );
        let again = field("other", PreChatKind::Name, false);
        assert_eq!(
            form(&[name.clone(), again]).check(),
            Err(Violation::QuestionTaken)
        );
        let many: Vec<_> = (0..7)
            .map(|number| field(&format!("q{number}"), PreChatKind::Text, false))
            .collect();
        assert_eq!(form(&many).check(), Err(Violation::TooMany(6)));
        for key in ["", "order number", "café", "a.b"] {
            assert_eq!(
                form(&[field(key, PreChatKind::Text, false)]).check(),
                Err(Violation::Shortcut),
                "{key}"
            );
        }
        let blank = PreChatField {
            label: " ".to_owned(),
            ..name
        };
        assert_eq!(form(&[blank]).check(), Err(Violation::Required));
    }

    #[test]
    fn answers_are_judged_by_their_question() {
        let asked = [
            field("name", PreChatKind::Name, false),
            field("email", PreChatKind::Email, true),
            field("order", PreChatKind::Text, false),
        ];
        let answer = |pairs: &[(&str, &str)]| AnswerPreChat {
            action_id: ActionId::from_parts(Timestamp::default(), [1; 10]),
            answers: pairs
                .iter()
                .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
                .collect(),
        };
        assert!(
            answer(&[("email", "jane@example.com"), ("later", "x")])
                .check(&asked)
                .is_ok()
        );
        let long = "x".repeat(301);
        let broken = answer(&[("email", " "), ("order", &long), ("name", "a\u{7}")])
            .check(&asked)
            .expect_err("three");
        assert_eq!(broken.keys().collect::<Vec<_>>(), ["email", "name", "order"]);
        assert_eq!(broken["email"], [Violation::Required.message()]);
        let text = format!("{:?}", answer(&[("email", "jane@example.com")]));
        assert!(!text.contains("jane"), "{text}");
    }
}
