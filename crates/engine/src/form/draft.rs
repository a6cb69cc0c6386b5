//! What a form leaves on the device: what was changed and where the person was, never a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;

use super::{Form, Kind, Phase};

/// A draft as it is written down.
#[derive(Default, Serialize, Deserialize)]
struct Draft {
    /// The texts of the fields that were changed.
    fields: BTreeMap<String, String>,
    /// The step that was shown, where it was not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<String>,
}

/// A draft for a form that is not open, with one field filled in.
#[must_use]
pub fn prefilled(field: &str, text: &str) -> Option<String> {
    serde_json::to_string(&Draft {
        fields: [(field.to_owned(), text.to_owned())].into(),
        step: None,
    })
    .ok()
}

/// How long a draft is kept that nobody comes back to, in milliseconds: a week.
pub const MAX_AGE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// How far a clock may have been set back since a draft was kept, in milliseconds.
const CLOCK_SLACK_MS: i64 = 24 * 60 * 60 * 1_000;

/// A draft that outlives its tab: whose it is and when it was kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    owner: MemberId,
    at: Timestamp,
    draft: String,
}

impl Kept {
    /// A draft of [`Form::draft`], as text for the device's storage.
    #[must_use]
    pub fn write(owner: MemberId, at: Timestamp, draft: &str) -> Option<String> {
        serde_json::to_string(&Self {
            owner,
            at,
            draft: draft.to_owned(),
        })
        .ok()
    }

    /// The draft of that text, if it is this person's and not too old.
    #[must_use]
    pub fn read(text: &str, owner: MemberId, now: Timestamp) -> Option<String> {
        let kept: Self = serde_json::from_str(text).ok()?;
        let age = now.as_millis().saturating_sub(kept.at.as_millis());
        (kept.owner == owner && (-CLOCK_SLACK_MS..=MAX_AGE_MS).contains(&age)).then_some(kept.draft)
    }
}

impl Form {
    /// What was changed and where the person is, as text for the device's storage; nothing when nothing was done. Never
    /// holds a secret.
    #[must_use]
    pub fn draft(&self) -> Option<String> {
        let fields: BTreeMap<String, String> = self
            .fields
            .iter()
            .filter(|state| state.spec.kind != Kind::Secret && state.is_changed())
            .map(|state| (state.spec.name.to_owned(), state.value.clone()))
            .collect();
        let has_moved = self.at > 0 && self.phase != Phase::Done;
        let step = self.step_name().filter(|_| has_moved).map(str::to_owned);
        let is_changed = self
            .fields
            .iter()
            .any(|state| state.spec.kind != Kind::Secret && state.is_changed_by_hand());
        if !is_changed && step.is_none() {
            return None;
        }
        serde_json::to_string(&Draft { fields, step }).ok()
    }

    /// Takes up a draft of an earlier visit. What cannot be read, and fields and steps that the form does not have or that
    /// are secret, are left out. No step is shown that comes after one where something is wrong.
    pub fn restore(&mut self, draft: &str) {
        let Ok(kept) = serde_json::from_str::<Draft>(draft) else {
            return;
        };
        for state in &mut self.fields {
            if let (Some(text), true) = (kept.fields.get(state.spec.name), state.spec.kind != Kind::Secret) {
                state.put(text.clone());
                state.edited = true;
            }
        }
        let step = self
            .steps
            .iter()
            .position(|name| Some(*name) == kept.step.as_deref());
        if let Some(step) = step {
            let broken = self.fields.iter().find(|state| self.broken(state).is_some());
            self.at = broken.map_or(step, |state| state.step.min(step));
        }
    }
}
