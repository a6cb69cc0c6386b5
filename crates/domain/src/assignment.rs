//! Who gets a conversation that begins, or begins again with nobody in charge: decided of what stands in the database while nobody else hands
//! one out, so that several servers never give the same turn twice.

use std::collections::BTreeSet;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{MemberId, WebsiteId};
use switchboard_contract::live_chat::ConversationChange;
use switchboard_contract::website::{Assignment, AssignmentMode};

use crate::audience::Rights;
use crate::conversation::Step;

/// A member of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: MemberId,
    /// Which websites they see.
    pub rights: Rights,
    /// Whether they take conversations now.
    pub availability: Availability,
    /// Open conversations in their charge, of whichever website.
    pub open: u64,
    /// With so many they are given no other, whatever the website's rule allows.
    pub load_cap: Option<u32>,
}

impl Candidate {
    /// Whether a conversation of `website` may be given to them.
    fn may_take(&self, website: WebsiteId, cap: Option<u32>) -> bool {
        self.availability == Availability::Available
            && self.rights.allow(website)
            && [cap, self.load_cap]
                .into_iter()
                .flatten()
                .all(|cap| self.open < u64::from(cap))
    }
}

/// Whether what an operator has done to a conversation leaves it to the rule: it goes on again, and they have put nobody in
/// charge, not even nobody.
#[must_use]
pub fn is_left_to_the_rule(steps: &[Step], set: &ConversationChange) -> bool {
    steps.contains(&Step::Reopen) && set.assignee_id.is_none()
}

/// Who gets the next conversation of `website`; none where it is handed out by hand, or nobody can take it. `last` had the
/// website's turn before. The turn goes round in the order of ids, over whoever cannot take one; among the least busy it breaks
/// ties.
#[must_use]
pub fn choose(
    assignment: Assignment,
    website: WebsiteId,
    candidates: &[Candidate],
    last: Option<MemberId>,
) -> Option<MemberId> {
    let can = || {
        candidates
            .iter()
            .filter(|candidate| candidate.may_take(website, assignment.cap))
    };
    let in_turn: BTreeSet<MemberId> = match assignment.mode {
        AssignmentMode::RoundRobin => can().map(|candidate| candidate.id).collect(),
        AssignmentMode::LeastBusy => {
            let fewest = can().map(|candidate| candidate.open).min()?;
            can()
                .filter(|candidate| candidate.open == fewest)
                .map(|candidate| candidate.id)
                .collect()
        }
        AssignmentMode::Manual | AssignmentMode::Unknown => return None,
    };
    let after = last.and_then(|last| in_turn.iter().find(|id| **id > last));
    after.or_else(|| in_turn.first()).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn member(n: u8) -> MemberId {
        MemberId::from_parts(Timestamp::from_millis(0), [n; 10])
    }

    fn site(n: u8) -> WebsiteId {
        WebsiteId::from_parts(Timestamp::from_millis(0), [n; 10])
    }

    fn candidate(n: u8, availability: Availability, open: u64) -> Candidate {
        Candidate {
            id: member(n),
            rights: Rights::All,
            availability,
            open,
            load_cap: None,
        }
    }

    fn by(mode: AssignmentMode, cap: Option<u32>) -> Assignment {
        Assignment { mode, cap }
    }

    use AssignmentMode::{LeastBusy, Manual, RoundRobin};
    use Availability::{Available, Away, Offline};

    #[test]
    fn whoever_reopens_one_leaves_it_to_the_rule_unless_they_decide() {
        let named = |assignee_id| ConversationChange {
            assignee_id,
            ..ConversationChange::default()
        };
        let reopened = [Step::Reopen];
        assert!(is_left_to_the_rule(&reopened, &named(None)));
        assert!(!is_left_to_the_rule(&reopened, &named(Some(None))));
        assert!(!is_left_to_the_rule(&reopened, &named(Some(Some(member(1))))));
        assert!(!is_left_to_the_rule(&[Step::Close], &named(None)));
    }

    #[test]
    fn by_hand_nobody_is_chosen() {
        let all = [candidate(1, Available, 0)];
        assert_eq!(choose(by(Manual, None), site(1), &all, None), None);
        assert_eq!(
            choose(by(AssignmentMode::Unknown, None), site(1), &all, None),
            None
        );
    }

    #[test]
    fn the_turn_goes_round_over_whoever_cannot_take_one() {
        let all = [
            candidate(3, Available, 9),
            candidate(1, Available, 0),
            candidate(2, Away, 0),
            candidate(4, Offline, 0),
        ];
        let next = |last| choose(by(RoundRobin, None), site(1), &all, last);
        assert_eq!(next(None), Some(member(1)));
        assert_eq!(next(Some(member(1))), Some(member(3)));
        assert_eq!(next(Some(member(3))), Some(member(1)));
        assert_eq!(next(Some(member(2))), Some(member(3)), "of someone who has gone");
    }

    #[test]
    fn only_those_who_see_the_website_are_chosen() {
        let mut one = candidate(1, Available, 0);
        one.rights = Rights::Websites(BTreeSet::from([site(2)]));
        let all = [one];
        assert_eq!(choose(by(RoundRobin, None), site(1), &all, None), None);
        assert_eq!(choose(by(RoundRobin, None), site(2), &all, None), Some(member(1)));
    }

    #[test]
    fn the_least_busy_has_the_fewest_and_ties_go_round() {
        let all = [
            candidate(1, Available, 2),
            candidate(2, Available, 1),
            candidate(3, Available, 1),
            candidate(4, Away, 0),
        ];
        let next = |last| choose(by(LeastBusy, None), site(1), &all, last);
        assert_eq!(next(None), Some(member(2)));
        assert_eq!(next(Some(member(2))), Some(member(3)));
        assert_eq!(next(Some(member(3))), Some(member(2)));
    }

    #[test]
    fn the_smaller_cap_holds_of_the_websites_and_ones_own() {
        let own = |n, open, load_cap| Candidate {
            load_cap,
            ..candidate(n, Available, open)
        };
        for mode in [RoundRobin, LeastBusy] {
            let next = |cap, all: &[Candidate]| choose(by(mode, cap), site(1), all, None);
            let all = [own(1, 2, Some(2)), own(2, 4, Some(5))];
            assert_eq!(
                next(None, &all),
                Some(member(2)),
                "the first has what they can take"
            );
            assert_eq!(next(Some(9), &all), Some(member(2)));
            assert_eq!(
                next(Some(4), &all),
                None,
                "the website's is smaller for the second"
            );
            assert_eq!(next(Some(4), &[own(1, 1, Some(2))]), Some(member(1)));
        }
    }

    /// Hands out `arrivals` conversations, each to whoever is chosen.
    fn hand_out(assignment: Assignment, mut team: Vec<Candidate>, arrivals: usize) -> Vec<Candidate> {
        let mut last = None;
        for _ in 0..arrivals {
            let Some(chosen) = choose(assignment, site(1), &team, last) else {
                break;
            };
            last = Some(chosen);
            for candidate in &mut team {
                candidate.open += u64::from(candidate.id == chosen);
            }
        }
        team
    }

    fn own_cap(candidate: &Candidate, cap: u32) -> u32 {
        candidate.load_cap.map_or(cap, |own| own.min(cap))
    }

    fn mode() -> impl Strategy<Value = AssignmentMode> {
        prop_oneof![Just(RoundRobin), Just(LeastBusy)]
    }

    fn availability() -> impl Strategy<Value = Availability> {
        prop_oneof![
            Just(Available),
            Just(Away),
            Just(Offline),
            Just(Availability::Unknown)
        ]
    }

    proptest! {
        #[test]
        fn over_any_number_of_arrivals_everybody_gets_as_many(
            mode in mode(),
            people in 1_u8..12,
            arrivals in 0_usize..200,
        ) {
            let team = (0..people).rev().map(|n| candidate(n, Available, 0)).collect();
            let team = hand_out(by(mode, None), team, arrivals);
            let counts: Vec<u64> = team.iter().map(|candidate| candidate.open).collect();
            let most = counts.iter().max().copied().unwrap_or(0);
            let fewest = counts.iter().min().copied().unwrap_or(0);
            prop_assert!(most - fewest <= 1, "{counts:?}");
            prop_assert_eq!(counts.iter().sum::<u64>(), arrivals as u64);
        }

        #[test]
        fn the_cap_holds_nobody_away_is_chosen_and_none_waits_while_someone_can(
            mode in mode(),
            cap in 1_u32..6,
            people in proptest::collection::btree_map(
                any::<u8>(),
                (availability(), 0_u64..8, proptest::option::of(1_u32..8)),
                0..8,
            ),
            arrivals in 0_usize..60,
        ) {
            let team: Vec<Candidate> = people
                .iter()
                .map(|(n, (availability, open, load_cap))| Candidate {
                    load_cap: *load_cap,
                    ..candidate(*n, *availability, *open)
                })
                .collect();
            let before: BTreeMap<MemberId, u64> =
                team.iter().map(|candidate| (candidate.id, candidate.open)).collect();
            let room: u64 = team
                .iter()
                .filter(|candidate| candidate.availability == Available)
                .map(|candidate| u64::from(own_cap(candidate, cap)).saturating_sub(candidate.open))
                .sum();
            let team = hand_out(by(mode, Some(cap)), team, arrivals);
            let mut given = 0;
            for candidate in &team {
                let new = candidate.open - before[&candidate.id];
                given += new;
                prop_assert!(new == 0 || candidate.availability == Available);
                prop_assert!(new == 0 || candidate.open <= u64::from(own_cap(candidate, cap)));
            }
            prop_assert_eq!(given, room.min(arrivals as u64));
        }
    }
}
