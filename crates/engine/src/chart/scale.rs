//! The vertical scale: steps that people count in.

use switchboard_contract::analytics::Unit;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Steps of durations below a day, in seconds.
const DURATIONS: [f64; 18] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    4.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
];
const SHARES: [f64; 5] = [0.05, 0.1, 0.2, 0.25, 0.5];

/// A vertical scale from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What stands at the upper edge; above 0.
    pub top: f64,
    /// Where the grid's lines stand, from 0 to `top`.
    pub ticks: Vec<f64>,
}

/// The scale for numbers up to `most`, with about `about` steps. What is no number, or below 0, counts as 0.
#[must_use]
pub fn scale(unit: Unit, most: f64, about: u32) -> Scale {
    let most = if most.is_finite() { most.max(0.0) } else { 0.0 };
    let wanted = most / f64::from(about.max(1));
    let step = match unit {
        Unit::Count => round_step(wanted).max(1.0),
        Unit::Seconds => listed(&DURATIONS, wanted).unwrap_or_else(|| round_step(wanted / DAY) * DAY),
        Unit::Share => listed(&SHARES, wanted).unwrap_or_else(|| round_step(wanted)),
    };
    let mut ticks = vec![0.0];
    let mut steps = 0_u32;
    // A little over is nothing that anybody sees: 0.1 three times is more than 0.3.
    while steps == 0 || f64::from(steps) * step < most - step * 1e-9 {
        steps += 1;
        ticks.push(f64::from(steps) * step);
    }
    Scale {
        top: f64::from(steps) * step,
        ticks,
    }
}

fn listed(steps: &[f64], wanted: f64) -> Option<f64> {
    steps.iter().copied().find(|step| *step >= wanted)
}

/// 1, 2 or 5 times a power of ten: the smallest one that is not below `wanted`.
fn round_step(wanted: f64) -> f64 {
    if wanted <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(wanted.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0];
    let found = times
        .into_iter()
        .find(|times| times * power >= wanted * (1.0 - 1e-9));
    found.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_are_whole_and_durations_are_those_of_a_clock() {
        assert_eq!(scale(Unit::Count, 0.0, 4).ticks, [0.0, 1.0], "nothing happened");
        assert_eq!(scale(Unit::Count, 3.0, 4).ticks, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(scale(Unit::Count, 37.0, 4).ticks, [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(
            scale(Unit::Seconds, 200.0, 4).ticks,
            [0.0, 60.0, 120.0, 180.0, 240.0]
        );
        assert_eq!(
            scale(Unit::Seconds, 3.0 * DAY, 4).ticks,
            [0.0, DAY, 2.0 * DAY, 3.0 * DAY]
        );
        assert_eq!(scale(Unit::Share, 1.0, 4).ticks, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(scale(Unit::Count, f64::NAN, 4).top, 1.0);
    }

    proptest! {
        #[test]
        fn everything_fits_and_the_lines_are_few(most in 0.0..1e12_f64, unit in 0..3, about in 1..9_u32) {
            let unit = [Unit::Count, Unit::Seconds, Unit::Share][usize::try_from(unit).unwrap_or(0)];
            let scale = scale(unit, most, about);
            prop_assert!(scale.top >= most * (1.0 - 1e-6));
            prop_assert!(scale.ticks.len() <= usize::try_from(about).unwrap_or(0) + 2, "{:?}", scale.ticks);
            prop_assert!(scale.ticks.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
