//! When people are there: a website's opening hours, in its own time zone.

use serde::{Deserialize, Serialize};

use crate::validate::{Violation, one_line};

/// Most openings of one day.
pub const MAX_OPENINGS_A_DAY: usize = 4;
/// Most holidays of a website.
pub const MAX_HOLIDAYS: usize = 200;
/// The minute that ends a day, written `24:00`.
const END_OF_DAY: u16 = 24 * 60;

/// A day of the week, in the order of ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// All of them, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// One opening of a day. What goes on past midnight is two openings, one a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// The day.
    pub day: Weekday,
    /// When it begins, such as `09:00`.
    pub from: String,
    /// When it ends, up to `24:00`.
    pub until: String,
}

/// A day that is closed whatever the week says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// The day in the website's time zone, `YYYY-MM-DD`.
    pub date: String,
    /// What it is called; may be empty.
    #[serde(default)]
    pub name: String,
}

/// When people are there. A website without business hours is always open; one without openings never is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessHours {
    /// The week.
    pub openings: Vec<Opening>,
    /// Exceptions.
    pub holidays: Vec<Holiday>,
}

impl BusinessHours {
    /// Nine to five from Monday to Friday: where most people start.
    #[must_use]
    pub fn working_week() -> Self {
        let openings = Weekday::ALL.into_iter().take(5).map(|day| Opening {
            day,
            from: "09:00".to_owned(),
            until: "17:00".to_owned(),
        });
        Self {
            openings: openings.collect(),
            holidays: Vec::new(),
        }
    }

    /// The same in the order of the week and of the year, names without space around them.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        self.openings.sort();
        for holiday in &mut self.holidays {
            holiday.name = holiday.name.trim().to_owned();
        }
        self.holidays.sort();
        self
    }

    /// Whether someone is there at `minute` (from midnight) of `date`, a `day` of the week, all by the website's clock.
    #[must_use]
    pub fn is_open(&self, date: &str, day: Weekday, minute: u16) -> bool {
        let is_holiday = self.holidays.iter().any(|holiday| holiday.date == date);
        !is_holiday
            && self.openings.iter().any(|opening| {
                opening.day == day
                    && opening
                        .span()
                        .is_some_and(|(from, until)| (from..until).contains(&minute))
            })
    }
}

impl Opening {
    /// From which minute to which, counted from midnight; none where one does not read or nothing lies between.
    #[must_use]
    pub fn span(&self) -> Option<(u16, u16)> {
        let (from, until) = (minute_of(&self.from)?, minute_of(&self.until)?);
        (from < until).then_some((from, until))
    }
}

/// `HH:MM` as minutes from midnight; `24:00` is the end of the day.
#[must_use]
pub fn minute_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| -> Option<u16> {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let at = hours * 60 + minutes;
    (minutes < 60 && at <= END_OF_DAY).then_some(at)
}

/// A day that there is, as `YYYY-MM-DD`.
///
/// # Errors
/// [`Violation::Required`], [`Violation::Date`].
pub fn date(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::Required);
    }
    if is_date(text) {
        Ok(())
    } else {
        Err(Violation::Date)
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let plain = [(year, 4), (month, 2), (day, 2)]
        .into_iter()
        .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()));
    let number = |part: &str| part.parse::<u16>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    plain && year > 0 && (1..=days).contains(&day)
}

/// Openings that read, end after they begin and do not overlap, at most [`MAX_OPENINGS_A_DAY`] each day; days that there
/// are, each once.
///
/// # Errors
/// The first rule that is broken.
pub fn business_hours(hours: &BusinessHours) -> Result<(), Violation> {
    for day in Weekday::ALL {
        openings_of_a_day(hours.openings.iter().filter(|opening| opening.day == day))?;
    }
    holidays(&hours.holidays)
}

/// The openings of one day.
///
/// # Errors
/// [`Violation::Hours`], [`Violation::TooMany`].
pub fn openings_of_a_day<'a>(openings: impl Iterator<Item = &'a Opening>) -> Result<(), Violation> {
    let spans: Option<Vec<_>> = openings.map(Opening::span).collect();
    let mut spans = spans.ok_or(Violation::Hours)?;
    if spans.len() > MAX_OPENINGS_A_DAY {
        return Err(Violation::TooMany(MAX_OPENINGS_A_DAY));
    }
    spans.sort_unstable();
    let overlap = spans.windows(2).any(|pair| match pair {
        [(_, end), (begin, _)] => begin < end,
        _ => false,
    });
    if overlap { Err(Violation::Hours) } else { Ok(()) }
}

/// Holidays.
///
/// # Errors
/// [`Violation::Date`] also for a day that stands there twice, [`Violation::TooMany`], what is wrong with a name.
pub fn holidays(holidays: &[Holiday]) -> Result<(), Violation> {
    if holidays.len() > MAX_HOLIDAYS {
        return Err(Violation::TooMany(MAX_HOLIDAYS));
    }
    for (place, holiday) in holidays.iter().enumerate() {
        date(&holiday.date)?;
        if holidays
            .iter()
            .take(place)
            .any(|other| other.date == holiday.date)
        {
            return Err(Violation::Date);
        }
        if !holiday.name.trim().is_empty() {
            one_line(&holiday.name)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(day: Weekday, from: &str, until: &str) -> Opening {
        Opening {
            day,
            from: from.to_owned(),
            until: until.to_owned(),
        }
    }

    fn of(openings: &[Opening]) -> BusinessHours {
        BusinessHours {
            openings: openings.to_vec(),
            holidays: Vec::new(),
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(minute_of("00:00"), Some(0));
        assert_eq!(minute_of("09:30"), Some(570));
        assert_eq!(minute_of("24:00"), Some(1_440));
        for bad in [
            "", "9:30", "24:01", "12:60", "25:00", "ab:cd", "12-30", "+1:00", "12:30:00",
        ] {
            assert_eq!(minute_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_that_there_are() {
        for good in ["2026-12-25", "2028-02-29", "2000-02-29"] {
            assert_eq!(date(good), Ok(()), "{good}");
        }
        assert_eq!(date(""), Err(Violation::Required));
        for bad in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "26-1-1",
            "0000-01-01",
            "x",
        ] {
            assert_eq!(date(bad), Err(Violation::Date), "{bad}");
        }
    }

    #[test]
    fn openings_end_after_they_begin_and_do_not_overlap() {
        use Weekday::{Monday, Tuesday};
        assert_eq!(business_hours(&BusinessHours::working_week()), Ok(()));
        let lunch = of(&[
            opening(Monday, "13:00", "17:00"),
            opening(Monday, "09:00", "13:00"),
        ]);
        assert_eq!(business_hours(&lunch), Ok(()), "one may begin where another ends");
        let night = of(&[
            opening(Monday, "20:00", "24:00"),
            opening(Tuesday, "00:00", "04:00"),
        ]);
        assert_eq!(business_hours(&night), Ok(()));
        for bad in [
            vec![opening(Monday, "17:00", "09:00")],
            vec![opening(Monday, "09:00", "09:00")],
            vec![opening(Monday, "nine", "17:00")],
            vec![
                opening(Monday, "09:00", "13:00"),
                opening(Monday, "12:59", "17:00"),
            ],
        ] {
            assert_eq!(business_hours(&of(&bad)), Err(Violation::Hours), "{bad:?}");
        }
        let many: Vec<_> = (0..5)
            .map(|hour| opening(Monday, &format!("0{hour}:00"), &format!("0{hour}:30")))
            .collect();
        assert_eq!(business_hours(&of(&many)), Err(Violation::TooMany(4)));
    }

    #[test]
    fn a_holiday_is_a_day_of_its_own() {
        let day = |date: &str| Holiday {
            date: date.to_owned(),
            name: "Off".to_owned(),
        };
        assert_eq!(holidays(&[day("2026-12-25"), day("2026-12-26")]), Ok(()));
        assert_eq!(
            holidays(&[day("2026-12-25"), day("2026-12-25")]),
            Err(Violation::Date)
        );
        assert_eq!(holidays(&[day("2026-12-32")]), Err(Violation::Date));
    }

    #[test]
    fn a_holiday_closes_what_the_week_opens() {
        let mut hours = BusinessHours::working_week();
        assert!(hours.is_open("2026-12-25", Weekday::Friday, 9 * 60));
        assert!(
            !hours.is_open("2026-12-25", Weekday::Friday, 17 * 60),
            "the end is closed"
        );
        assert!(!hours.is_open("2026-12-26", Weekday::Saturday, 10 * 60));
        hours.holidays.push(Holiday {
            date: "2026-12-25".to_owned(),
            name: String::new(),
        });
        assert!(!hours.is_open("2026-12-25", Weekday::Friday, 9 * 60));
    }
}
