//! What a refresh token is worth (`protocol.md` *Auth*, Rotation). Every sign-in is a family of tokens numbered from 1;
//! a token's successor is derived from the family and the number, so an answer that was lost can be given again.

use switchboard_contract::time::Timestamp;

/// How long a spent token is still good for the current one, in milliseconds.
pub const GRACE_MS: i64 = 30_000;

/// A sign-in as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The current token's number.
    pub generation: u32,
    /// When the current token was first handed out.
    pub generation_at: Timestamp,
    /// When the current token's holder first showed that it had arrived, by using the access token of the same answer.
    pub generation_used_at: Option<Timestamp>,
    /// When the family ends, however often it is refreshed.
    pub expires_at: Timestamp,
    /// Whether it was signed out or revoked.
    pub revoked: bool,
}

/// What happens to a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// The current token: hand out the next one.
    Rotate {
        /// The new number.
        to: u32,
    },
    /// A token whose successor may have been lost on the way: hand out the current one again.
    Again,
    /// A token spent long ago: someone else has a copy, so the family is revoked.
    Revoke,
    /// The sign-in is over.
    Ended,
}

/// Decides what the token number `presented`, whose MAC is right, is worth.
#[must_use]
pub fn decide(family: &Family, presented: u32, now: Timestamp) -> Refresh {
    if family.revoked || now >= family.expires_at || presented > family.generation {
        return Refresh::Ended;
    }
    let within_grace_of = |instant: Timestamp| now <= instant.plus_millis(GRACE_MS);
    match family.generation - presented {
        0 => match family.generation.checked_add(1) {
            Some(to) => Refresh::Rotate { to },
            None => Refresh::Ended,
        },
        // The parent is good until the current one is known to have arrived, and a little longer.
        1 if family.generation_used_at.is_none_or(within_grace_of) => Refresh::Again,
        // The parent was the current one until a moment ago, so its own parent may still be on its way.
        2 if within_grace_of(family.generation_at) => Refresh::Again,
        _ => Refresh::Revoke,
    }
}

/// Whether the use of an access token that was handed out with the refresh token number `presented` is the first sign that
/// the answer with the current one arrived. From then on the current one's parent is good for a short while only.
#[must_use]
pub fn is_first_use(generation: u32, generation_used_at: Option<Timestamp>, presented: u32) -> bool {
    generation_used_at.is_none() && presented == generation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn family() -> Family {
        Family {
            generation: 5,
            generation_at: at(1_000),
            generation_used_at: None,
            expires_at: at(1_000_000),
            revoked: false,
        }
    }

    #[test]
    fn the_current_token_rotates() {
        assert_eq!(decide(&family(), 5, at(2_000)), Refresh::Rotate { to: 6 });
    }

    #[test]
    fn a_lost_answer_can_be_given_again_until_the_current_token_is_used() {
        assert_eq!(decide(&family(), 4, at(999_000)), Refresh::Again, "a day later");
        let used = Family {
            generation_used_at: Some(at(10_000)),
            ..family()
        };
        assert_eq!(decide(&used, 4, at(10_000 + GRACE_MS)), Refresh::Again);
        assert_eq!(decide(&used, 4, at(10_001 + GRACE_MS)), Refresh::Revoke);
    }

    #[test]
    fn older_tokens_revoke_the_family() {
        assert_eq!(
            decide(&family(), 3, at(1_000 + GRACE_MS)),
            Refresh::Again,
            "still on its way"
        );
        assert_eq!(decide(&family(), 3, at(1_001 + GRACE_MS)), Refresh::Revoke);
        assert_eq!(decide(&family(), 2, at(1_000)), Refresh::Revoke);
    }

    #[test]
    fn only_the_current_answer_proves_its_arrival() {
        assert!(is_first_use(5, None, 5));
        assert!(!is_first_use(5, None, 4), "an older answer's token");
        assert!(!is_first_use(5, Some(at(1)), 5), "known before");
    }

    #[test]
    fn an_ended_family_is_ended() {
        let revoked = Family {
            revoked: true,
            ..family()
        };
        assert_eq!(decide(&revoked, 5, at(2_000)), Refresh::Ended);
        assert_eq!(decide(&revoked, 1, at(2_000)), Refresh::Ended);
        assert_eq!(
            decide(&family(), 5, at(1_000_000)),
            Refresh::Ended,
            "absolute life"
        );
        assert_eq!(
            decide(&family(), 6, at(2_000)),
            Refresh::Ended,
            "never handed out"
        );
    }
}
