//! Which renewals of this browser got no answer. One that was given up may still arrive after later ones, and would look like a
//! thief's to the server if the later ones had not named it (`switchboard_domain::rotation`).

use serde::{Deserialize, Serialize};
use switchboard_contract::auth::{MAX_UNANSWERED, RefreshRequest};
use switchboard_contract::ids::RenewalId;

/// The renewals that got no answer, for all tabs of a browser: kept beside the hint, no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Renewals(Vec<RenewalId>);

impl Renewals {
    /// The request to make next. Keep `self` before it leaves.
    #[must_use]
    pub fn begin(&mut self, id: RenewalId) -> RefreshRequest {
        let request = RefreshRequest {
            id: Some(id),
            unanswered: self.0.clone(),
        };
        self.0.push(id);
        self.0.drain(..self.0.len().saturating_sub(MAX_UNANSWERED));
        request
    }

    /// The server has answered `request` without looking at it, for there were too many or it was not itself. It can come once
    /// more only where the network doubles it: of those that cannot all be named it goes first.
    pub fn turned_away(&mut self, request: &RefreshRequest) {
        let (away, rest): (Vec<_>, Vec<_>) = self.0.iter().copied().partition(|id| Some(*id) == request.id);
        self.0 = away.into_iter().chain(rest).collect();
    }

    /// The server has granted `request`, and so knows every request that it named.
    pub fn granted(&mut self, request: &RefreshRequest) {
        self.0
            .retain(|id| Some(*id) != request.id && !request.unanswered.contains(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn id(number: u8) -> RenewalId {
        RenewalId::from_parts(Timestamp::from_millis(0), [number; 10])
    }

    #[test]
    fn what_got_no_answer_is_named_until_the_server_knows_it() {
        let mut kept = Renewals::default();
        let _given_up = kept.begin(id(1));
        let second = kept.begin(id(2));
        assert_eq!(second.unanswered, [id(1)]);
        let third = kept.begin(id(3));
        assert_eq!(third.unanswered, [id(1), id(2)]);
        kept.granted(&second);
        assert_eq!(
            kept.begin(id(4)).unanswered,
            [id(3)],
            "the third is still under way in another tab"
        );
    }

    #[test]
    fn what_was_turned_away_is_the_first_that_is_no_longer_named() {
        let mut kept = Renewals::default();
        let _held_up = kept.begin(id(1));
        let first = kept.begin(id(2));
        kept.turned_away(&first);
        assert!(
            kept.begin(id(3)).unanswered.contains(&id(2)),
            "while there is room"
        );
        for number in 4..50 {
            let request = kept.begin(id(number));
            kept.turned_away(&request);
        }
        let named = kept.begin(id(50)).unanswered;
        assert!(named.contains(&id(1)) && named.contains(&id(3)), "{named:?}");
    }

    #[test]
    fn a_burst_of_tries_without_an_answer_forgets_none_that_is_held_up() {
        let mut kept = Renewals::default();
        let _held_up = kept.begin(id(1));
        for number in 2..20 {
            let _lost = kept.begin(id(number));
        }
        assert!(kept.begin(id(20)).unanswered.contains(&id(1)));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut kept = Renewals::default();
        for number in 0..50 {
            let request = kept.begin(id(number));
            assert!(request.unanswered.len() <= MAX_UNANSWERED);
        }
        assert_eq!(kept.begin(id(50)).unanswered.last(), Some(&id(49)));
    }
}
