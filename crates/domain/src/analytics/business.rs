//! How much of a wait lay within a website's business hours.

use switchboard_contract::time::Timestamp;
use switchboard_contract::website::{BusinessHours, Weekday};

use super::calendar::Zone;

/// A website's calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar(Option<(Zone, BusinessHours)>);

impl Calendar {
    /// The calendar of a website with these hours in this zone. Without hours, or in a zone that is not known any more, it is always open.
    #[must_use]
    pub fn new(timezone: &str, hours: Option<BusinessHours>) -> Self {
        Self(Zone::named(timezone).zip(hours))
    }

    /// How long the website was open between two instants, in milliseconds; 0 where the second is not after the first.
    #[must_use]
    pub fn open_ms(&self, since: Timestamp, until: Timestamp) -> i64 {
        let whole = (until.as_millis() - since.as_millis()).max(0);
        let Some((zone, hours)) = &self.0 else {
            return whole;
        };
        let (Some(mut date), Some(last)) = (zone.date(since), zone.date(until)) else {
            return whole;
        };
        let mut open = 0;
        while date <= last {
            let day = Weekday::ALL[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
            let text = date.to_string();
            let is_holiday = hours.holidays.iter().any(|holiday| holiday.date == text);
            let openings = hours
                .openings
                .iter()
                .filter(|opening| !is_holiday && opening.day == day);
            for (from, to) in openings.filter_map(|opening| opening.span()) {
                if let (Some(from), Some(to)) = (zone.instant(date, from), zone.instant(date, to)) {
                    open += (to.min(until).as_millis() - from.max(since).as_millis()).max(0);
                }
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::website::{Holiday, Opening};

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn open(calendar: &Calendar, since: &str, until: &str) -> i64 {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        calendar.open_ms(at(since), at(until))
    }

    #[test]
    fn closed_hours_do_not_count() {
        let berlin = Calendar::new("Europe/Berlin", Some(BusinessHours::working_week()));
        // Friday 16:30 (+1) to Monday 09:10: 30 minutes of Friday and 10 of Monday.
        assert_eq!(
            open(&berlin, "2026-11-20T15:30:00Z", "2026-11-23T08:10:00Z"),
            40 * MINUTE
        );
        // Saturday, all within closed hours.
        assert_eq!(open(&berlin, "2026-11-21T08:00:00Z", "2026-11-21T20:00:00Z"), 0);
        // A whole week: 5 times 8 hours.
        assert_eq!(
            open(&berlin, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            40 * HOUR
        );
        assert_eq!(open(&berlin, "2026-11-20T15:30:00Z", "2026-11-20T15:30:00Z"), 0);
        let mut hours = BusinessHours::working_week();
        hours.holidays.push(Holiday {
            date: "2026-11-20".to_owned(),
            name: String::new(),
        });
        let holiday = Calendar::new("Europe/Berlin", Some(hours));
        assert_eq!(
            open(&holiday, "2026-11-20T15:30:00Z", "2026-11-23T08:10:00Z"),
            10 * MINUTE
        );
    }

    #[test]
    fn hours_follow_the_clock_of_the_zone() {
        let always = BusinessHours {
            openings: Weekday::ALL
                .into_iter()
                .map(|day| Opening {
                    day,
                    from: "00:00".to_owned(),
                    until: "24:00".to_owned(),
                })
                .collect(),
            holidays: Vec::new(),
        };
        let berlin = Calendar::new("Europe/Berlin", Some(always));
        // The Sunday on which the clock goes back has 25 hours, the one on which it goes forward 23.
        assert_eq!(
            open(&berlin, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            25 * HOUR
        );
        assert_eq!(
            open(&berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            23 * HOUR
        );
        // Kolkata's 09:00 is 03:30 UTC: from 03:00 to 04:00 UTC on a Monday half an hour is open.
        let kolkata = Calendar::new("Asia/Kolkata", Some(BusinessHours::working_week()));
        assert_eq!(
            open(&kolkata, "2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z"),
            30 * MINUTE
        );
    }

    #[test]
    fn without_hours_it_is_always_open() {
        for calendar in [
            Calendar::new("Europe/Berlin", None),
            Calendar::new("Mars/Olympus", Some(BusinessHours::working_week())),
        ] {
            assert_eq!(
                open(&calendar, "2026-11-21T08:00:00Z", "2026-11-21T20:00:00Z"),
                12 * HOUR
            );
        }
        let never = Calendar::new("UTC", Some(BusinessHours::default()));
        assert_eq!(open(&never, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"), 0);
    }
}
