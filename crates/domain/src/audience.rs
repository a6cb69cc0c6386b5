//! Who may see what: members by the websites that they are assigned to (`protocol.md` *Realtime*, rule 5).

use std::collections::BTreeSet;

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{MemberId, WebsiteId};

/// The websites whose conversations a member may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Every website of the account.
    All,
    /// These only.
    Websites(BTreeSet<WebsiteId>),
}

impl Rights {
    /// Whether a role sees every website, so that nobody has to look up which ones are assigned.
    #[must_use]
    pub const fn are_all(role: Role) -> bool {
        matches!(role, Role::Owner | Role::Admin)
    }

    /// Whether `website` is among them.
    #[must_use]
    pub fn allow(&self, website: WebsiteId) -> bool {
        match self {
            Self::All => true,
            Self::Websites(websites) => websites.contains(&website),
        }
    }
}

/// Who may see an event of an account's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every member.
    Everyone,
    /// The members who see this website.
    Website(WebsiteId),
    /// One member.
    Member(MemberId),
}

impl Audience {
    /// Those who see `website`; everyone without one.
    #[must_use]
    pub fn of(website: Option<WebsiteId>) -> Self {
        website.map_or(Self::Everyone, Self::Website)
    }

    /// Whether `member`, who has these rights, is part of it.
    #[must_use]
    pub fn includes(self, member: MemberId, rights: &Rights) -> bool {
        match self {
            Self::Everyone => true,
            Self::Website(website) => rights.allow(website),
            Self::Member(only) => only == member,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    #[test]
    fn agents_see_their_websites_and_what_is_for_them() {
        let at = Timestamp::from_millis(0);
        let (mine, other) = (
            WebsiteId::from_parts(at, [1; 10]),
            WebsiteId::from_parts(at, [2; 10]),
        );
        let (me, colleague) = (
            MemberId::from_parts(at, [1; 10]),
            MemberId::from_parts(at, [2; 10]),
        );
        let rights = Rights::Websites(BTreeSet::from([mine]));
        assert!(Audience::Everyone.includes(me, &rights));
        assert!(Audience::Website(mine).includes(me, &rights));
        assert!(!Audience::Website(other).includes(me, &rights));
        assert!(Audience::Website(other).includes(me, &Rights::All));
        assert!(Audience::Member(me).includes(me, &rights));
        assert!(!Audience::Member(colleague).includes(me, &Rights::All));
        assert!(Rights::are_all(Role::Admin) && !Rights::are_all(Role::Agent));
    }
}
