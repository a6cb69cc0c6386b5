//! What is kept on the device about a session. Never a token: the refresh cookie is out of reach of scripts, the access
//! token lives in memory.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;
use switchboard_engine::refresh::Renewals;

use crate::storage::{
    ALERTS_TOLD, LEFT_DRAFTS, RECENT_COMMANDS, RECENT_EMOJI, RENEWALS, REVOKED, SESSION, SIGNING_OUT, TOKENS,
};

/// Says that a refresh cookie probably exists, so that a start without one asks nothing of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hint {
    /// Who is signed in.
    pub user_id: MemberId,
    /// When the last access token ends by this device's clock; never the base of a decision about time.
    pub expires_at: Timestamp,
}

/// The hint, if there is one that can be read.
pub fn load() -> Option<Hint> {
    SESSION.get()
}

/// Stores the hint and the newest token's number. Without storage (private windows) a reload just asks for the password
/// again.
pub fn save(hint: &Hint, generation: u64) {
    let newest = generation.max(self::generation());
    if !SESSION.set(hint) || !TOKENS.set(&newest) {
        crate::browser::log_error("the session hint could not be stored; a reload will ask to sign in again");
    }
}

/// Forgets the hint, and which renewals got no answer. The count of tokens stays: a token of the next session must be newer
/// than any of this one.
pub fn clear() {
    SESSION.delete();
    RENEWALS.delete();
    LEFT_DRAFTS.delete();
    RECENT_EMOJI.delete();
    RECENT_COMMANDS.delete();
    ALERTS_TOLD.delete();
}

/// The newest token's number in any tab of this browser.
pub fn generation() -> u64 {
    TOKENS.get().unwrap_or(0)
}

/// Marks a sign-out that the server has not confirmed yet: while it stands, nothing renews the session.
pub fn mark_leaving() {
    if !SIGNING_OUT.set(&true) {
        crate::browser::log_error("the sign-out could not be noted on this device");
    }
}

/// Whether a sign-out still has to reach the server.
pub fn is_leaving() -> bool {
    SIGNING_OUT.get().unwrap_or(false)
}

/// The server knows of the sign-out.
pub fn clear_leaving() {
    SIGNING_OUT.delete();
}

/// The renewals of this browser that got no answer.
pub fn renewals() -> Renewals {
    RENEWALS.get().unwrap_or_default()
}

/// Stores them. Without storage a renewal that is held up on its way may cost the session, and nothing else.
pub fn save_renewals(renewals: &Renewals) {
    if !RENEWALS.set(renewals) {
        crate::browser::log_error("the renewal of the session could not be noted on this device");
    }
}

/// Marks that a member's access was taken away: what this browser keeps for them has to be erased.
pub fn mark_revoked(member: MemberId) {
    if !REVOKED.set(&member) {
        crate::browser::log_error("the end of the session could not be noted on this device");
    }
}

/// Whose access was taken away while their things still have to be erased.
pub fn revoked() -> Option<MemberId> {
    REVOKED.get()
}

/// Nothing of them is left, or they are back.
pub fn clear_revoked() {
    REVOKED.delete();
}
