//! Who gets a conversation that begins.

use serde::{Deserialize, Serialize};

use crate::validate::Violation;

/// The highest [`Assignment::cap`].
pub const MAX_ASSIGNMENT_CAP: u32 = 1_000;

/// How the conversations of a website find the operator in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AssignmentMode {
    /// Someone takes it.
    #[default]
    Manual,
    /// Each who is available in turn.
    RoundRobin,
    /// Whoever is available and has the fewest open ones.
    LeastBusy,
    /// A mode that this build does not know.
    #[serde(other)]
    Unknown,
}

/// How a website hands out conversations when they begin, and when they begin again with nobody in charge. Only those who see the website
/// and are available get any; while there is nobody, a conversation waits for the first who is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assignment {
    /// By which rule.
    pub mode: AssignmentMode,
    /// Nobody who has this many open conversations, of whichever website, is given another: 1 to
    /// [`MAX_ASSIGNMENT_CAP`]; absent = no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u32>,
}

impl Assignment {
    /// The rules of both.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(self) -> Result<(), Violation> {
        if self.mode == AssignmentMode::Unknown {
            return Err(Violation::Choice);
        }
        match self.cap {
            Some(cap) if cap == 0 || cap > MAX_ASSIGNMENT_CAP => Err(Violation::Cap),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Assignment {
        serde_json::from_str(json).expect("reads")
    }

    #[test]
    fn a_cap_is_a_number_of_conversations() {
        assert_eq!(read(r#"{"mode":"manual"}"#), Assignment::default());
        assert_eq!(read(r#"{"mode":"round_robin","cap":1}"#).check(), Ok(()));
        assert_eq!(read(r#"{"mode":"least_busy","cap":1000}"#).check(), Ok(()));
        for cap in [0, 1_001] {
            let broken = Assignment {
                cap: Some(cap),
                ..Assignment::default()
            };
            assert_eq!(broken.check(), Err(Violation::Cap));
        }
    }

    #[test]
    fn a_mode_of_a_newer_server_reads_and_is_not_sent_back() {
        assert_eq!(read(r#"{"mode":"by_skill"}"#).check(), Err(Violation::Choice));
    }
}
