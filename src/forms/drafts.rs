//! Drafts of forms on the device. What a person types into their own forms survives the tab, for a week and for them only;
//! what is typed where nobody is signed in survives a reload of the tab and nothing else, because nobody knows who comes next.

use gloo_storage::{LocalStorage, SessionStorage, Storage};
use switchboard_contract::ids::MemberId;
use switchboard_engine::form::{Kept, prefilled};
use web_sys::Storage as RawStorage;

use crate::browser::now;
use crate::storage::draft::{OF_MEMBER, OWNER};

/// Someone works in this tab: drafts of anyone else are removed, and those that are too old.
pub fn open_member_drafts(id: MemberId) {
    if owner() != Some(id) {
        forget_in(&SessionStorage::raw(), |_| false);
        // Where storage is refused there are no drafts either.
        let _ = SessionStorage::set(OWNER, id.to_string());
    }
    forget_in(&LocalStorage::raw(), |key| lasting(key, id).is_some());
}

/// Removes every draft of whoever was signed in.
pub fn forget_member_drafts() {
    for storage in [SessionStorage::raw(), LocalStorage::raw()] {
        forget_in(&storage, |_| false);
    }
}

/// Keeps a form's draft. `false` where nothing keeps it.
pub(super) fn keep(key: &str, draft: &str) -> bool {
    let in_tab = SessionStorage::set(key, draft).is_ok();
    let lasts = owner()
        .filter(|_| key.starts_with(OF_MEMBER))
        .and_then(|owner| Kept::write(owner, now().wall, draft))
        .is_some_and(|text| LocalStorage::set(key, text).is_ok());
    in_tab || lasts
}

/// The draft of a form: what this tab has of it, or else what the last tab left.
pub(super) fn find(key: &str) -> Option<String> {
    let in_tab = SessionStorage::get::<String>(key).ok();
    in_tab.or_else(|| lasting(key, owner().filter(|_| key.starts_with(OF_MEMBER))?))
}

/// Removes the draft of a form.
pub(super) fn forget(key: &str) {
    SessionStorage::delete(key);
    if key.starts_with(OF_MEMBER) {
        LocalStorage::delete(key);
    }
}

/// Leaves a draft for a form that is not open, such as the address of someone who will sign in next.
pub fn prefill(draft: &'static str, field: &str, text: &str) {
    if let Some(text) = prefilled(field, text) {
        // Where storage is refused, the person types it again.
        let _ = SessionStorage::set(draft, text);
    }
}

fn owner() -> Option<MemberId> {
    SessionStorage::get::<String>(OWNER).ok()?.parse().ok()
}

fn lasting(key: &str, owner: MemberId) -> Option<String> {
    let text = LocalStorage::get::<String>(key).ok()?;
    Kept::read(&text, owner, now().wall)
}

fn forget_in(storage: &RawStorage, stays: impl Fn(&str) -> bool) {
    let keys: Vec<String> = (0..storage.length().unwrap_or(0))
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|key| key.starts_with(OF_MEMBER) && !stays(key))
        .collect();
    for key in keys {
        // Refused only where there is no storage.
        let _ = storage.remove_item(&key);
    }
}
