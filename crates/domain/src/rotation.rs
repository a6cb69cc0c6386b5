//! What a refresh token is worth (`protocol.md` *Auth*, Rotation). Every sign-in is a family of tokens numbered from 1;
//! a token's successor is derived from the family and the number, so an answer that was lost can be given again.
//!
//! Only a thief is meant to bring an ancestor older than the parent, yet an honest browser can bring a grandparent, for a
//! moment. Three tabs, none of which can hand a token over (no shared workers), renew after a sleep:
//!
//! 1. Tab A holds the lock and sends token 1; the request is slow, on the way or in front of the database.
//! 2. Tabs B and C have waited four seconds for the lock and go without it, one after the other, as they must when a
//!    holder is frozen. B sends token 1 and gets 2, which the browser keeps for all tabs; C sends 2 and gets 3.
//! 3. Tab A's request arrives: token 1, while 3 is the current one.
//!
//! Nothing tells it apart from a copy but its time, so the grandparent is good for the grace after the rotation that made it
//! one. A thief gains nothing by it that the parent's grace does not give.

use switchboard_contract::time::Timestamp;

use crate::planted::{self, Bug};

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
        1 if planted::on(Bug::ParentRevoked) => Refresh::Revoke,
        1 if family.generation_used_at.is_none_or(within_grace_of) => Refresh::Again,
        // The parent was the current one until a moment ago, so its own parent may still be on its way (see above).
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

    /// The tabs of one browser: they share a cookie, which each answer replaces.
    struct Browser {
        family: Family,
        cookie: u32,
    }

    impl Browser {
        /// The server hears a request that was sent with `token`, and its answer arrives.
        fn heard(&mut self, token: u32, now: Timestamp) -> Refresh {
            let outcome = decide(&self.family, token, now);
            if let Refresh::Rotate { to } = outcome {
                self.family.generation = to;
                self.family.generation_at = now;
                self.family.generation_used_at = None;
            }
            if matches!(outcome, Refresh::Rotate { .. } | Refresh::Again) {
                self.cookie = self.family.generation;
            }
            outcome
        }
    }

    #[test]
    fn a_slow_request_of_one_tab_that_two_others_overtake_revokes_nothing() {
        let mut browser = Browser {
            family: family(),
            cookie: 5,
        };
        let slow = browser.cookie;
        let of_b = browser.cookie;
        assert_eq!(browser.heard(of_b, at(5_000)), Refresh::Rotate { to: 6 });
        browser.family.generation_used_at = Some(at(5_050));
        let of_c = browser.cookie;
        assert_eq!(browser.heard(of_c, at(5_100)), Refresh::Rotate { to: 7 });
        browser.family.generation_used_at = Some(at(5_150));
        assert_eq!(browser.heard(slow, at(7_000)), Refresh::Again);
        assert_eq!(
            browser.cookie, 7,
            "the tab that was slow has what the others have"
        );
        assert_eq!(browser.heard(7, at(500_000)), Refresh::Rotate { to: 8 });
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
