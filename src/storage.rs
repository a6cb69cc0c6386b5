//! The small things that this browser keeps as texts: every key with its type, whose it is, and what erases it. What is large
//! or has to be durable is in [`crate::realtime::store`].
//!
//! Nothing else uses the browser's `localStorage` and `sessionStorage`, but for the drafts of forms (`forms/drafts.rs`), whose
//! names stand here as well; a check of the sources holds that. `assets/appearance.js` reads [`APPEARANCE`] before the program
//! is there.

use std::marker::PhantomData;

use gloo_storage::{LocalStorage, SessionStorage, Storage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contract::auth::Preferences;
use switchboard_contract::ids::MemberId;
use switchboard_engine::alerts::Mark;
use switchboard_engine::drafts::Draft;
use switchboard_engine::refresh::Renewals;

use crate::alerts::AlertDevice;
use crate::auth::Hint;

/// How long something is kept, and for which tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// For all tabs, until it is erased.
    Browser,
    /// For one tab, until it is closed.
    Tab,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's: it says nothing of anyone.
    Device,
    /// Of the person who is, or was last, signed in.
    Member,
}

/// A thing that is kept, with its type.
#[derive(Debug)]
pub struct Key<T> {
    name: &'static str,
    area: Area,
    owner: Owner,
    erased_by: &'static str,
    value: PhantomData<fn(T) -> T>,
}

/// What may be known of a key without its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What the browser calls it.
    pub name: &'static str,
    /// How long it is kept.
    pub area: Area,
    /// Whose it is.
    pub owner: Owner,
    /// What erases it.
    pub erased_by: &'static str,
}

impl<T> Key<T> {
    const fn new(name: &'static str, area: Area, owner: Owner, erased_by: &'static str) -> Self {
        Self {
            name,
            area,
            owner,
            erased_by,
            value: PhantomData,
        }
    }

    const fn listed(&self) -> Listed {
        Listed {
            name: self.name,
            area: self.area,
            owner: self.owner,
            erased_by: self.erased_by,
        }
    }
}

impl<T: Serialize + DeserializeOwned> Key<T> {
    /// What is kept; none where nothing is, or what is there is something else.
    pub fn get(&self) -> Option<T> {
        match self.area {
            Area::Browser => LocalStorage::get(self.name).ok(),
            Area::Tab => SessionStorage::get(self.name).ok(),
        }
    }

    /// Keeps it; `false` where the browser keeps nothing for this page, or has no room.
    #[must_use]
    pub fn set(&self, value: &T) -> bool {
        match self.area {
            Area::Browser => LocalStorage::set(self.name, value).is_ok(),
            Area::Tab => SessionStorage::set(self.name, value).is_ok(),
        }
    }

    /// Erases it.
    pub fn delete(&self) {
        match self.area {
            Area::Browser => LocalStorage::delete(self.name),
            Area::Tab => SessionStorage::delete(self.name),
        }
    }
}

/// That a session may be taken up again, and whose.
pub const SESSION: Key<Hint> = Key::new(
    "switchboard.session",
    Area::Browser,
    Owner::Member,
    "the end of the session",
);
/// A sign-out that the server has not heard of.
pub const SIGNING_OUT: Key<bool> = Key::new(
    "switchboard.signing-out",
    Area::Browser,
    Owner::Device,
    "the server's answer, or the next sign-in",
);
/// Counts the access tokens of this browser.
pub const TOKENS: Key<u64> = Key::new(
    "switchboard.token-generation",
    Area::Browser,
    Owner::Device,
    "nothing: the tokens of the next session are newer than those of this one",
);
/// Renewals of the session that got no answer.
pub const RENEWALS: Key<Renewals> = Key::new(
    "switchboard.renewals",
    Area::Browser,
    Owner::Member,
    "the end of the session",
);
/// Whose access was taken away while their things still have to be erased.
pub const REVOKED: Key<MemberId> = Key::new(
    "switchboard.revoked",
    Area::Browser,
    Owner::Member,
    "the erasing, or their next sign-in",
);
/// Light or dark, and how dense.
pub const APPEARANCE: Key<Preferences> = Key::new(
    "switchboard.appearance",
    Area::Browser,
    Owner::Device,
    "nothing: the next sign-in overwrites it",
);
/// Whether the main navigation is slim.
pub const RAIL_SLIM: Key<bool> = Key::new("switchboard.rail-slim", Area::Browser, Owner::Device, "nothing");
/// The address that waits for its mail after registering.
pub const SENT_TO: Key<String> = Key::new(
    "switchboard.register-sent-to",
    Area::Tab,
    Owner::Device,
    "registering again, or the tab's end",
);

/// Emoji that were used last, the last one first.
pub const RECENT_EMOJI: Key<Vec<String>> = Key::new(
    "switchboard.recent-emoji",
    Area::Browser,
    Owner::Member,
    "the end of the session",
);

/// What was chosen last in the command palette, by its names, the last one first.
pub const RECENT_COMMANDS: Key<Vec<String>> = Key::new(
    "switchboard.recent-commands",
    Area::Browser,
    Owner::Member,
    "the end of the session",
);

/// How alerts come on this device.
pub const ALERT_DEVICE: Key<AlertDevice> = Key::new(
    "switchboard.alert-device",
    Area::Browser,
    Owner::Device,
    "nothing",
);
/// Up to where of the log a member was told what happens, and of whom it was told that they wait.
pub const ALERTS_TOLD: Key<(MemberId, Mark)> = Key::new(
    "switchboard.alerts-told",
    Area::Browser,
    Owner::Member,
    "the end of the session",
);

/// What was typed in conversations when a page went: its durable store may not have got it any more.
pub const LEFT_DRAFTS: Key<(MemberId, Vec<Draft>)> = Key::new(
    "switchboard.left-drafts",
    Area::Browser,
    Owner::Member,
    "the next page, which keeps them, or the end of the session",
);

/// What the drafts of forms are called; those of members' own forms begin with [`draft::OF_MEMBER`] and go with them.
pub mod draft {
    /// Before the name of every draft that belongs to whoever is signed in.
    pub const OF_MEMBER: &str = "switchboard.member.";
    /// Whose those are.
    pub const OWNER: &str = "switchboard.member.id";
    /// Of the sign-in form: the address.
    pub const LOGIN: &str = "switchboard.login";
    /// Of the form for a new account.
    pub const REGISTER: &str = "switchboard.register";
    /// Of the form for a forgotten password.
    pub const FORGOT: &str = "switchboard.forgot";
    /// Of the form that an invitation leads to.
    pub const INVITATION: &str = "switchboard.invitation";
    /// Of what the person is told of.
    pub const NOTIFICATIONS: &str = "switchboard.member.notifications";
    /// Of theme, density and language.
    pub const APPEARANCE: &str = "switchboard.member.appearance";
    /// Of the profile.
    pub const PROFILE: &str = "switchboard.member.profile";
    /// Of the form that invites someone.
    pub const INVITE: &str = "switchboard.member.invitation";
    /// Of the form for a new website.
    pub const WEBSITE_NEW: &str = "switchboard.member.website-new";
    /// Of a website's settings: before a dot and the website's id.
    pub const WEBSITE: &str = "switchboard.member.website";
    /// Of a website's widget: before a dot and the website's id.
    pub const WIDGET: &str = "switchboard.member.widget";
}

/// Every key but those of drafts.
pub const ALL: [Listed; 13] = [
    SESSION.listed(),
    SIGNING_OUT.listed(),
    TOKENS.listed(),
    RENEWALS.listed(),
    REVOKED.listed(),
    APPEARANCE.listed(),
    RAIL_SLIM.listed(),
    SENT_TO.listed(),
    RECENT_EMOJI.listed(),
    RECENT_COMMANDS.listed(),
    ALERT_DEVICE.listed(),
    ALERTS_TOLD.listed(),
    LEFT_DRAFTS.listed(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_name_of_its_own_that_says_whose_program_it_is() {
        let drafts = [
            draft::OWNER,
            draft::LOGIN,
            draft::REGISTER,
            draft::FORGOT,
            draft::INVITATION,
            draft::APPEARANCE,
            draft::PROFILE,
            draft::NOTIFICATIONS,
            draft::INVITE,
            draft::WEBSITE_NEW,
            draft::WEBSITE,
            draft::WIDGET,
        ];
        let mut names: Vec<&str> = ALL.iter().map(|key| key.name).chain(drafts).collect();
        let count = names.len();
        assert!(names.iter().all(|name| name.starts_with("switchboard.")));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(ALL.iter().all(|key| !key.name.starts_with(draft::OF_MEMBER)));
    }

    #[test]
    fn what_is_a_members_is_erased_by_something() {
        for key in ALL.iter().filter(|key| key.owner == Owner::Member) {
            assert!(!key.erased_by.starts_with("nothing"), "{}", key.name);
        }
    }
}
