//! What a tab went through: every step of its [`Desk`] with the moment, what happened and what followed. It can be written
//! out for a report of a fault and played through again, which has to end in the same effects.
//!
//! Nothing that a person wrote or is known by is in it: [`redact`] keeps ids, instants, numbers and the words of the protocol
//! and replaces every other text by as many dots. No decision of the engine depends on what a text says, so the redacted
//! trace plays through as the real one did.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;

use crate::Now;
use crate::desk::{Desk, Effect, Event};
use crate::socket::Identity;

/// Steps that are kept; older ones are dropped.
const KEPT: usize = 2_000;

/// The last steps of a desk.
#[derive(Debug)]
pub struct Trace<E> {
    desk: Origin,
    steps: VecDeque<(Now, Event<E>, Vec<Effect>)>,
    dropped: u64,
}

/// What a desk was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The program and its version.
    pub client: String,
    /// The tab.
    pub tab: String,
    /// Whose desk it is.
    pub owner: MemberId,
    /// What its jitter is made from; as text, because scripts cannot hold it as a number.
    pub seed: String,
}

/// A trace as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    desk: Origin,
    /// Steps before the first one here; only a trace without any can be played through.
    dropped: u64,
    steps: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
struct Step {
    now: Now,
    event: Value,
    effects: Value,
}

impl<E: Clone> Trace<E> {
    /// A trace of a desk made by [`Desk::new`] from the same.
    #[must_use]
    pub fn new(identity: &Identity, owner: MemberId, seed: u64) -> Self {
        Self {
            desk: Origin {
                client: identity.client.clone(),
                tab: identity.tab.clone(),
                owner,
                seed: seed.to_string(),
            },
            steps: VecDeque::new(),
            dropped: 0,
        }
    }

    /// Keeps one step.
    pub fn record(&mut self, now: Now, event: Event<E>, effects: &[Effect]) {
        if self.steps.len() == KEPT {
            self.steps.pop_front();
            self.dropped += 1;
        }
        self.steps.push_back((now, event, effects.to_vec()));
    }

    /// Forgets all steps; the rest can no longer be played through.
    pub fn clear(&mut self) {
        self.dropped += self.steps.len() as u64;
        self.steps.clear();
    }

    /// The trace as JSON, redacted.
    ///
    /// # Errors
    /// When something in it cannot be written as JSON, such as a map whose keys are no texts.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        let step = |(now, event, effects): &(Now, Event<E>, Vec<Effect>)| {
            Ok(Step {
                now: *now,
                event: redacted(event)?,
                effects: redacted(effects)?,
            })
        };
        let steps = self
            .steps
            .iter()
            .map(step)
            .collect::<Result<_, serde_json::Error>>()?;
        serde_json::to_string(&Written {
            desk: self.desk.clone(),
            dropped: self.dropped,
            steps,
        })
    }
}

/// Why a trace does not play through.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is no trace, or one of another version.
    Unreadable(String),
    /// Its beginning is missing.
    Incomplete,
    /// At this step something else follows.
    Step {
        /// Which one, counted from 0.
        step: usize,
        /// What followed then.
        then: String,
        /// What follows now.
        now: String,
    },
}

/// Plays a written trace through; says how many steps it has.
///
/// # Errors
/// When it cannot be read, lacks its beginning, or something else follows from one of its steps.
pub fn replay(text: &str) -> Result<usize, Difference> {
    let unreadable = |error: serde_json::Error| Difference::Unreadable(error.to_string());
    let written: Written = serde_json::from_str(text).map_err(unreadable)?;
    if written.dropped > 0 {
        return Err(Difference::Incomplete);
    }
    let seed = written
        .desk
        .seed
        .parse()
        .map_err(|_| Difference::Unreadable("seed".to_owned()))?;
    let identity = Identity {
        client: written.desk.client,
        tab: written.desk.tab,
    };
    let mut desk: Desk<()> = Desk::new(identity, written.desk.owner, seed);
    let steps = written.steps.len();
    for (step, Step { now, event, effects }) in written.steps.into_iter().enumerate() {
        let event: Event<()> = serde_json::from_value(event).map_err(unreadable)?;
        let mut out = Vec::new();
        desk.step(now, event, &mut out);
        let follows = redacted(&out).map_err(unreadable)?;
        if follows != effects {
            return Err(Difference::Step {
                step,
                then: effects.to_string(),
                now: follows.to_string(),
            });
        }
    }
    Ok(steps)
}

fn redacted<T: Serialize + ?Sized>(value: &T) -> Result<Value, serde_json::Error> {
    // By way of the text that all else is written as: so nothing is compiled for a second kind of output.
    let mut value = serde_json::from_str(&serde_json::to_string(value)?)?;
    redact(&mut value);
    Ok(value)
}

/// Fields whose texts are words of the protocol or made by a program.
const PLAIN: &[&str] = &[
    "t",
    "type",
    "kind",
    "status",
    "mode",
    "priority",
    "visibility",
    "code",
    "scope",
    "reason",
    "epoch",
    "from",
    "tab",
    "client",
    "session",
    "state",
    "standing",
    "role",
    "availability",
    "available",
    "person",
    "shelf",
    "event",
    "timer",
    "socket",
    "rating",
    "key",
    "error",
    "result",
    "link",
    "word",
    "who",
    "before",
    "log",
    "leader",
    "assignee",
    "sort",
    "action",
    "deed",
    "outcome",
    "Err",
];

/// Replaces every text that a person may have written by as many dots.
pub fn redact(value: &mut Value) {
    redact_under("", value);
}

fn redact_under(key: &str, value: &mut Value) {
    match value {
        Value::String(text) => {
            // A frame travels as text: what it says is JSON again.
            if text.starts_with('{')
                && let Ok(mut frame) = serde_json::from_str::<Value>(text)
            {
                redact(&mut frame);
                *text = frame.to_string();
            } else if !is_plain(key, text) {
                *text = text.chars().map(|_| '·').collect();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact_under(key, item)),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                redact_under(name, field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_plain(key: &str, text: &str) -> bool {
    const WRITTEN: &[&str] = &[
        "content",
        "lastMessage",
        "name",
        "authorName",
        "text",
        "phone",
        "detail",
    ];
    if WRITTEN.contains(&key) {
        return false;
    }
    let is_word = || {
        text.len() <= 40
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_./".contains(&byte))
    };
    is_uuid(text)
        || Timestamp::parse(text).is_ok()
        || (!text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()))
        || ((key.is_empty() || PLAIN.contains(&key)) && is_word())
}

fn is_uuid(text: &str) -> bool {
    text.parse::<MemberId>().is_ok()
}

/// Writes out what is shared in memory.
pub(crate) mod shared {
    use std::rc::Rc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &Rc<T>, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(value, serializer)
    }

    pub fn serialize_all<T: Serialize, S: Serializer>(
        values: &[Rc<T>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(Rc::as_ref))
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Rc<T>, D::Error> {
        T::deserialize(deserializer).map(Rc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_gone_and_what_programs_need_stays() {
        let mut value = serde_json::json!({
            "id": "0192f0c0-1111-7222-8333-444455556666",
            "offset": "412",
            "at": "2026-11-22T09:30:00.000Z",
            "type": "message.created",
            "content": "412",
            "user": {"name": "Ana", "phone": "0301234567", "email": "ana@example.test", "attributes": {"plan": "gold card"}},
            "frame": "{\"t\":\"hello\",\"ticket\":\"s3cr3t\"}",
        });
        redact(&mut value);
        let text = value.to_string();
        for gone in ["\"content\":\"412\"", "Ana", "030", "ana@", "gold", "s3cr3t"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        for stays in [
            "0192f0c0",
            "\"offset\":\"412\"",
            "09:30",
            "message.created",
            "hello",
        ] {
            assert!(text.contains(stays), "{stays} not in {text}");
        }
        let again = {
            let mut value = value.clone();
            redact(&mut value);
            value
        };
        assert_eq!(again, value, "redacting twice changes nothing");
    }

    #[test]
    fn what_is_no_trace_is_refused_with_a_reason() {
        assert!(matches!(replay("{}"), Err(Difference::Unreadable(_))));
    }
}
