//! Drafts of a person's own forms: kept for a reload of the tab, gone with the person.

use gloo_storage::{SessionStorage, Storage};

/// Before the key of every draft that belongs to whoever is signed in.
pub const OF_MEMBER: &str = "switchboard.member.";
const OWNER: &str = "switchboard.member.id";

/// Someone works in this tab: drafts of anyone else are removed.
pub fn open_member_drafts(id: &str) {
    let owner = SessionStorage::get::<String>(OWNER).ok();
    if owner.as_deref() != Some(id) {
        forget_member_drafts();
        // Where storage is refused there are no drafts either.
        let _ = SessionStorage::set(OWNER, id);
    }
}

/// Removes every draft of whoever was signed in.
pub fn forget_member_drafts() {
    let storage = SessionStorage::raw();
    let keys: Vec<String> = (0..storage.length().unwrap_or(0))
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|key| key.starts_with(OF_MEMBER))
        .collect();
    for key in keys {
        SessionStorage::delete(key);
    }
}
