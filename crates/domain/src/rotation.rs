//! What a refresh token is worth (`protocol.md` *Auth*, Rotation). Every sign-in is a family of tokens numbered from 1;
//! a token's successor is derived from the family and the number, so an answer that was lost can be given again.
//!
//! Only a thief is meant to bring an ancestor older than the parent, yet an honest request can arrive as one: a tab asks and is
//! closed, its request is held up on the way, and two other tabs ask before it arrives. Nothing in the token tells the two
//! apart, so a browser names its requests (`RefreshRequest`): each request says which earlier ones got no answer, and the
//! family remembers those and the ones that it has answered. An ancestor that comes with one of them is refused, and that is
//! all; whoever copied a token cannot name a request, and gains nothing by naming one.

use switchboard_contract::auth::{MAX_UNANSWERED, RefreshRequest};
use switchboard_contract::ids::RenewalId;
use switchboard_contract::time::Timestamp;

use crate::planted::{self, Bug};

/// How long a spent token is still good for the current one, in milliseconds.
pub const GRACE_MS: i64 = 30_000;

/// How many requests a family remembers.
pub const MAX_RENEWALS: usize = 2 * MAX_UNANSWERED;

/// A sign-in as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The current token's number.
    pub generation: u32,
    /// When the current token's holder first showed that it had arrived, by using the access token of the same answer.
    pub generation_used_at: Option<Timestamp>,
    /// When the family ends, however often it is refreshed.
    pub expires_at: Timestamp,
    /// The requests of its browser that were answered or may still arrive, the newest last; at most [`MAX_RENEWALS`].
    pub renewals: Vec<RenewalId>,
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
    /// A request of this browser that later ones have overtaken: refused, and nothing else.
    Superseded,
    /// A token spent long ago: someone else has a copy, so the family is revoked.
    Revoke,
    /// The sign-in was signed out or revoked before.
    Revoked,
    /// The time of the sign-in is over.
    Ended,
}

/// Decides what the token number `presented`, whose MAC is right, is worth in `request`.
#[must_use]
pub fn decide(family: &Family, presented: u32, request: &RefreshRequest, now: Timestamp) -> Refresh {
    if family.revoked {
        return Refresh::Revoked;
    }
    if now >= family.expires_at || presented > family.generation {
        return Refresh::Ended;
    }
    let within_grace_of = |instant: Timestamp| now <= instant.plus_millis(GRACE_MS);
    let may_have_been_lost = family.generation_used_at.is_none_or(within_grace_of);
    let is_known = request.id.is_some_and(|id| family.renewals.contains(&id));
    match family.generation - presented {
        // A request that is made once more gets the answer that it has had. A browser does that when its tabs have asked at
        // once and it cannot tell whose cookie it holds: with a new one each time, the slowest answer would fall ever further
        // behind.
        0 if is_known && may_have_been_lost => Refresh::Again,
        0 => match family.generation.checked_add(1) {
            Some(to) => Refresh::Rotate { to },
            None => Refresh::Ended,
        },
        // The parent is good until the current one is known to have arrived, and a little longer.
        1 if planted::on(Bug::ParentRevoked) => Refresh::Revoke,
        1 if may_have_been_lost => Refresh::Again,
        _ if is_known => Refresh::Superseded,
        _ => Refresh::Revoke,
    }
}

/// What the family remembers after it has answered `request` with a token.
#[must_use]
pub fn remember(renewals: &[RenewalId], request: &RefreshRequest) -> Vec<RenewalId> {
    let unanswered = &request.unanswered;
    let newest = &unanswered[unanswered.len().saturating_sub(MAX_UNANSWERED)..];
    let mut known = renewals.to_vec();
    for id in newest.iter().chain(&request.id) {
        known.retain(|before| before != id);
        known.push(*id);
    }
    known.drain(..known.len().saturating_sub(MAX_RENEWALS));
    known
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
            generation_used_at: None,
            expires_at: at(1_000_000),
            renewals: Vec::new(),
            revoked: false,
        }
    }

    #[test]
    fn the_current_token_rotates() {
        assert_eq!(
            decide(&family(), 5, &RefreshRequest::default(), at(2_000)),
            Refresh::Rotate { to: 6 }
        );
    }

    #[test]
    fn a_lost_answer_can_be_given_again_until_the_current_token_is_used() {
        assert_eq!(
            decide(&family(), 4, &RefreshRequest::default(), at(999_000)),
            Refresh::Again,
            "a day later"
        );
        let used = Family {
            generation_used_at: Some(at(10_000)),
            ..family()
        };
        assert_eq!(
            decide(&used, 4, &RefreshRequest::default(), at(10_000 + GRACE_MS)),
            Refresh::Again
        );
        assert_eq!(
            decide(&used, 4, &RefreshRequest::default(), at(10_001 + GRACE_MS)),
            Refresh::Revoke
        );
    }

    fn id(number: u8) -> RenewalId {
        RenewalId::from_parts(at(0), [number; 10])
    }

    fn request(number: u8, unanswered: &[u8]) -> RefreshRequest {
        RefreshRequest {
            id: Some(id(number)),
            unanswered: unanswered.iter().map(|number| id(*number)).collect(),
        }
    }

    /// The server hears a request, and its answer arrives.
    fn heard(family: &mut Family, token: u32, request: &RefreshRequest, now: Timestamp) -> Refresh {
        let outcome = decide(family, token, request, now);
        if let Refresh::Rotate { to } = outcome {
            family.generation = to;
            family.generation_used_at = Some(now);
            family.renewals = remember(&family.renewals, request);
        }
        outcome
    }

    #[test]
    fn a_request_that_two_others_overtake_revokes_nothing_however_late() {
        let mut family = family();
        let held_up = request(1, &[]);
        assert_eq!(
            heard(&mut family, 5, &request(2, &[1]), at(5_000)),
            Refresh::Rotate { to: 6 }
        );
        assert_eq!(
            heard(&mut family, 6, &request(3, &[]), at(5_100)),
            Refresh::Rotate { to: 7 }
        );
        assert_eq!(heard(&mut family, 5, &held_up, at(700_000)), Refresh::Superseded);
        assert_eq!(
            heard(&mut family, 7, &request(4, &[]), at(700_100)),
            Refresh::Rotate { to: 8 },
            "the session goes on"
        );
    }

    #[test]
    fn a_request_that_arrives_twice_revokes_nothing() {
        let mut family = family();
        let twice = request(1, &[]);
        heard(&mut family, 5, &twice, at(5_000));
        heard(&mut family, 6, &request(2, &[]), at(5_100));
        assert_eq!(heard(&mut family, 5, &twice, at(700_000)), Refresh::Superseded);
    }

    #[test]
    fn a_request_that_is_repeated_while_its_answer_is_new_rotates_nothing() {
        let mut family = family();
        let first = request(1, &[]);
        assert_eq!(
            heard(&mut family, 5, &first, at(5_000)),
            Refresh::Rotate { to: 6 }
        );
        assert_eq!(heard(&mut family, 6, &first, at(5_100)), Refresh::Again);
        assert_eq!(
            heard(&mut family, 6, &first, at(5_001 + GRACE_MS)),
            Refresh::Rotate { to: 7 },
            "a token in use is rotated whatever the request is called"
        );
        let other = request(2, &[]);
        assert_eq!(
            heard(&mut family, 7, &other, at(40_000)),
            Refresh::Rotate { to: 8 }
        );
    }

    #[test]
    fn ancestors_that_nobody_named_revoke_the_family() {
        let nameless = RefreshRequest::default();
        assert_eq!(decide(&family(), 3, &nameless, at(1_000)), Refresh::Revoke);
        assert_eq!(decide(&family(), 3, &request(9, &[]), at(1_000)), Refresh::Revoke);
        assert_eq!(
            decide(&family(), 3, &request(9, &[9]), at(1_000)),
            Refresh::Revoke,
            "only what came with a good token counts"
        );
    }

    #[test]
    fn a_family_remembers_the_newest_requests() {
        let mut known = Vec::new();
        for number in 0..40 {
            known = remember(&known, &request(number, &[100 + number]));
        }
        assert_eq!(known.len(), MAX_RENEWALS);
        assert_eq!(known.last(), Some(&id(39)));
        let many: Vec<u8> = (0..50).collect();
        let known = remember(&[], &request(99, &many));
        assert_eq!(known.len(), MAX_UNANSWERED + 1);
        assert_eq!(known.first(), Some(&id(18)));
        assert_eq!(
            remember(&known, &request(99, &[])).len(),
            known.len(),
            "once each"
        );
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
        assert_eq!(
            decide(&revoked, 5, &RefreshRequest::default(), at(2_000)),
            Refresh::Revoked
        );
        assert_eq!(
            decide(&revoked, 1, &RefreshRequest::default(), at(2_000)),
            Refresh::Revoked
        );
        assert_eq!(
            decide(&family(), 5, &RefreshRequest::default(), at(1_000_000)),
            Refresh::Ended,
            "absolute life"
        );
        assert_eq!(
            decide(&family(), 6, &RefreshRequest::default(), at(2_000)),
            Refresh::Ended,
            "never handed out"
        );
    }
}
