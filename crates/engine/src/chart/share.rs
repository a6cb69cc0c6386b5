//! Parts of a whole: on top of each other by time, and around a ring.

/// Each of `parts` on top of those before it, point by point: the last one is their sum. Where a part has no number it adds none; where
/// none has one there is none.
#[must_use]
pub fn stacked(parts: &[&[Option<f64>]]) -> Vec<Vec<Option<f64>>> {
    let mut below: Vec<Option<f64>> = Vec::new();
    parts
        .iter()
        .map(|part| {
            below.resize(below.len().max(part.len()), None);
            for (sum, value) in below.iter_mut().zip(*part) {
                if let Some(value) = value {
                    *sum = Some(sum.unwrap_or(0.0) + value);
                }
            }
            below.clone()
        })
        .collect()
}

/// A part of a ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Which of the numbers; `None` for all the smaller ones together.
    pub of: Option<usize>,
    /// How much it is.
    pub amount: f64,
    /// Where it begins, as a share of the way around.
    pub from: f64,
    /// How much of the way it takes, above 0 and at most 1.
    pub length: f64,
}

/// The parts of a ring: the largest numbers first, at most `most` of them, then the rest together. Numbers not above 0 have none.
#[must_use]
pub fn shares(amounts: &[f64], most: usize) -> Vec<Share> {
    let mut order: Vec<usize> = (0..amounts.len())
        .filter(|place| amounts[*place].is_finite() && amounts[*place] > 0.0)
        .collect();
    // Of equal ones the first stays first.
    order.sort_by(|one, other| amounts[*other].total_cmp(&amounts[*one]));
    let total: f64 = order.iter().map(|place| amounts[*place]).sum();
    // The rest of one is that one.
    let named = if order.len() == most + 1 {
        order.len()
    } else {
        order.len().min(most)
    };
    let rest: f64 = order[named..].iter().map(|place| amounts[*place]).sum();
    let parts = order[..named].iter().map(|place| (Some(*place), amounts[*place]));
    let rest = (rest > 0.0).then_some((None, rest));
    let mut from = 0.0;
    parts
        .chain(rest)
        .map(|(of, amount)| {
            let share = Share {
                of,
                amount,
                from,
                length: amount / total,
            };
            from += share.length;
            share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_stand_on_each_other() {
        let (first, second) = ([Some(1.0), None, None], [Some(2.0), Some(3.0), None]);
        assert_eq!(
            stacked(&[&first, &second]),
            [vec![Some(1.0), None, None], vec![Some(3.0), Some(3.0), None]]
        );
        assert!(stacked(&[]).is_empty());
    }

    #[test]
    fn the_smaller_ones_are_one_part() {
        let found = shares(&[1.0, 5.0, 0.0, 2.0, 2.0], 2);
        let of: Vec<(Option<usize>, f64)> = found.iter().map(|share| (share.of, share.amount)).collect();
        assert_eq!(of, [(Some(1), 5.0), (Some(3), 2.0), (None, 3.0)]);
        assert_eq!((found[2].from, found[2].length), (0.7, 0.3));
        let whole = shares(&[4.0, 3.0, 1.0], 2);
        assert_eq!(whole[2].of, Some(2), "a rest of one has its own name");
        assert!(shares(&[0.0, -1.0, f64::NAN], 3).is_empty());
    }

    proptest! {
        #[test]
        fn a_ring_is_whole(amounts in prop::collection::vec(0.0..1_000.0_f64, 0..40), most in 1..9_usize) {
            let found = shares(&amounts, most);
            let total: f64 = amounts.iter().sum();
            prop_assert!(found.len() <= most + 1);
            if total > 0.0 {
                let length: f64 = found.iter().map(|share| share.length).sum();
                prop_assert!((length - 1.0).abs() < 1e-9);
                let amount: f64 = found.iter().map(|share| share.amount).sum();
                prop_assert!((amount - total).abs() < 1e-6);
            }
            for pair in found.windows(2) {
                prop_assert!((pair[0].from + pair[0].length - pair[1].from).abs() < 1e-9);
            }
        }
    }
}
