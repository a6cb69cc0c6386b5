//! Who may do what to whom in a team (`protocol.md` *Auth*): owners everything, admins everything below owners, agents
//! nothing. Nobody makes anyone more than they are themselves.

use switchboard_contract::auth::Role;

/// Roles in order; one that this build does not know is the weakest.
#[must_use]
pub const fn rank(role: Role) -> u8 {
    match role {
        Role::Unknown => 0,
        Role::Agent => 1,
        Role::Admin => 2,
        Role::Owner => 3,
    }
}

/// Whether `actor` manages the team at all.
#[must_use]
pub const fn manages(actor: Role) -> bool {
    rank(actor) >= rank(Role::Admin)
}

/// Whether `actor` may make someone a `role`, by invitation or by change.
#[must_use]
pub const fn may_grant(actor: Role, role: Role) -> bool {
    manages(actor) && rank(role) > 0 && rank(role) <= rank(actor)
}

/// Whether `actor` may change or remove someone who is a `target` now.
#[must_use]
pub const fn may_manage(actor: Role, target: Role) -> bool {
    manages(actor) && rank(target) <= rank(actor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Role; 4] = [Role::Unknown, Role::Agent, Role::Admin, Role::Owner];

    #[test]
    fn nobody_grants_more_than_they_are() {
        for actor in ALL {
            for role in ALL {
                let granted = may_grant(actor, role);
                assert!(!granted || rank(role) <= rank(actor), "{actor:?} {role:?}");
                assert!(!granted || role != Role::Unknown, "{actor:?}");
            }
        }
        assert!(may_grant(Role::Admin, Role::Admin));
        assert!(!may_grant(Role::Admin, Role::Owner));
        assert!(may_grant(Role::Owner, Role::Owner));
    }

    #[test]
    fn only_managers_manage_and_nobody_above_them() {
        for target in ALL {
            assert!(!may_manage(Role::Agent, target), "{target:?}");
            assert!(!may_manage(Role::Unknown, target), "{target:?}");
            assert!(may_manage(Role::Owner, target), "{target:?}");
        }
        assert!(may_manage(Role::Admin, Role::Agent));
        assert!(!may_manage(Role::Admin, Role::Owner));
    }
}
