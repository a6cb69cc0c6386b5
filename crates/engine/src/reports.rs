//! What a report is asked for in an address, and what follows from its figures: presets, intervals, the change against the time
//! before, the order of a table, and when news of figures is worth a question.
//!
//! An address may be mistyped, or of another version: what is right in it counts, and each thing that is wrong is a [`Fault`] that
//! the page shows beside its field.

use switchboard_contract::analytics::{
    AnalyticsQuery, BreakdownRow, Dimension, Interval, MAX_YEARS, Metric, Unit,
};
use switchboard_contract::ids::{FunnelId, LabelId, MemberId, WebsiteId};
pub use time::Date;
use time::{Duration, Month};

/// Most days for which hours are offered.
const MOST_DAYS_OF_HOURS: i64 = 31;
/// Most days for which days are offered.
const MOST_DAYS_OF_DAYS: i64 = 740;
/// So long at least between two questions that news of figures brings about, in milliseconds.
pub const PACE_MS: u64 = 1_000;

/// Days that move with today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Preset {
    /// Today.
    Today,
    /// The day before.
    Yesterday,
    /// Seven days, today included.
    Last7,
    /// Thirty days, today included.
    #[default]
    Last30,
    /// Ninety days, today included.
    Last90,
    /// From the first of the month until today.
    ThisMonth,
    /// The month before, whole.
    LastMonth,
    /// From the first of January until today.
    ThisYear,
}

impl Preset {
    /// In the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Today,
        Self::Yesterday,
        Self::Last7,
        Self::Last30,
        Self::Last90,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisYear,
    ];

    /// Its word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::Last7 => "last-7-days",
            Self::Last30 => "last-30-days",
            Self::Last90 => "last-90-days",
            Self::ThisMonth => "this-month",
            Self::LastMonth => "last-month",
            Self::ThisYear => "this-year",
        }
    }

    /// The preset of a word; `None` for another word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.word() == word)
    }

    /// First and last day, where today is this.
    #[must_use]
    pub fn days(self, today: Date) -> Days {
        let back = |days: i64| today.saturating_sub(Duration::days(days));
        // The first of a month there is.
        let first = |day: Date| day.replace_day(1).unwrap_or(day);
        let (from, to) = match self {
            Self::Today => (today, today),
            Self::Yesterday => (back(1), back(1)),
            Self::Last7 => (back(6), today),
            Self::Last30 => (back(29), today),
            Self::Last90 => (back(89), today),
            Self::ThisMonth => (first(today), today),
            Self::LastMonth => {
                let last = first(today).saturating_sub(Duration::days(1));
                (first(last), last)
            }
            Self::ThisYear => (
                Date::from_calendar_date(today.year(), Month::January, 1).unwrap_or(today),
                today,
            ),
        };
        Days { from, to }
    }
}

/// First and last day, both part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Days {
    /// The first one.
    pub from: Date,
    /// The last one; never before the first.
    pub to: Date,
}

impl Days {
    /// How many.
    #[must_use]
    pub fn count(self) -> i64 {
        (self.to - self.from).whole_days() + 1
    }

    /// As many right before.
    #[must_use]
    pub fn before(self) -> Self {
        let to = self.from.saturating_sub(Duration::days(1));
        Self {
            from: to.saturating_sub(Duration::days(self.count() - 1)),
            to,
        }
    }

    /// What two texts `YYYY-MM-DD` say.
    ///
    /// # Errors
    /// What is wrong with each of them; the server says the rest.
    pub fn read(from: &str, to: &str) -> Result<Self, Vec<Fault>> {
        let (first, last) = (day(from), day(to));
        let mut faults = Vec::new();
        if first.is_none() {
            faults.push(Fault::new(Field::From, Wrong::NoDay));
        }
        if last.is_none() {
            faults.push(Fault::new(Field::To, Wrong::NoDay));
        }
        let (Some(from), Some(to)) = (first, last) else {
            return Err(faults);
        };
        if to < from {
            return Err(vec![Fault::new(Field::To, Wrong::Inverted)]);
        }
        let days = Self { from, to };
        // The same measure as the server's: five years to the day.
        let latest = from
            .replace_year(from.year().saturating_add(MAX_YEARS))
            .unwrap_or_else(|_| from.saturating_add(Duration::days(i64::from(MAX_YEARS) * 365 + 1)));
        if to >= latest {
            return Err(vec![Fault::new(Field::To, Wrong::TooLong)]);
        }
        Ok(days)
    }

    /// The intervals that make sense of it.
    #[must_use]
    pub fn intervals(self) -> Vec<Interval> {
        let days = self.count();
        let mut found = Vec::new();
        if days <= MOST_DAYS_OF_HOURS {
            found.push(Interval::Hour);
        }
        if (2..=MOST_DAYS_OF_DAYS).contains(&days) {
            found.push(Interval::Day);
        }
        if days > 7 {
            found.push(Interval::Week);
        }
        if days > 31 {
            found.push(Interval::Month);
        }
        found
    }

    /// The interval unless another is asked for.
    #[must_use]
    pub fn interval(self) -> Interval {
        match self.count() {
            ..=2 => Interval::Hour,
            3..=92 => Interval::Day,
            93..=400 => Interval::Week,
            _ => Interval::Month,
        }
    }
}

/// The day of `YYYY-MM-DD`.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// `YYYY-MM-DD`.
#[must_use]
pub fn day_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// Which days a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// Days that move with today.
    Preset(Preset),
    /// These days.
    Free(Days),
}

impl Range {
    /// The days, where today is this.
    #[must_use]
    pub fn days(self, today: Date) -> Days {
        match self {
            Self::Preset(preset) => preset.days(today),
            Self::Free(days) => days,
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// What the row is about.
    Name,
    /// How often it was opened, of pages.
    Views,
    /// A metric.
    Of(Metric),
}

impl Column {
    fn word(self) -> String {
        match self {
            Self::Name => "name".to_owned(),
            Self::Views => "views".to_owned(),
            Self::Of(metric) => metric.to_string(),
        }
    }

    fn of(word: &str) -> Option<Self> {
        match word {
            "name" => Some(Self::Name),
            "views" => Some(Self::Views),
            _ => metric(word).map(Self::Of),
        }
    }
}

/// The order of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By which column.
    pub by: Column,
    /// The largest first.
    pub is_descending: bool,
}

/// A part of an address, which has its field on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Which days.
    Range,
    /// The first day.
    From,
    /// The last day.
    To,
    /// How much time a point stands for.
    Interval,
    /// What is drawn.
    Metric,
    /// What the points are split by.
    Split,
    /// What the table has rows of.
    Table,
    /// The table's order.
    Sort,
    /// The website, the funnel, the operator or the label.
    Filter,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No day that there is.
    NoDay,
    /// The last day is before the first.
    Inverted,
    /// More years than a report may have.
    TooLong,
    /// Nothing of this name.
    Unknown,
    /// Too fine or too coarse for so many days.
    Unsuitable,
}

/// Something wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub field: Field,
    /// What.
    pub wrong: Wrong,
}

impl Fault {
    const fn new(field: Field, wrong: Wrong) -> Self {
        Self { field, wrong }
    }
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which days.
    pub range: Range,
    /// Whose days these are, where the address says it: a shared link shows the same everywhere.
    pub tz: Option<String>,
    /// Whether figures stand beside those of the time before.
    pub compares: bool,
    /// How much time a point stands for; `None` for what suits the days.
    pub interval: Option<Interval>,
    /// What is shown by time.
    pub metric: Metric,
    /// What the points of a count are split by.
    pub split: Option<Dimension>,
    /// What the table has rows of.
    pub by: Dimension,
    /// The table's order; `None` for the server's.
    pub sort: Option<Sort>,
    /// Only this website.
    pub website: Option<WebsiteId>,
    /// Only this funnel.
    pub funnel: Option<FunnelId>,
    /// Only this operator.
    pub operator: Option<MemberId>,
    /// Only this label.
    pub label: Option<LabelId>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            range: Range::Preset(Preset::default()),
            tz: None,
            compares: true,
            interval: None,
            metric: Metric::Conversations,
            split: None,
            by: Dimension::Agent,
            sort: None,
            website: None,
            funnel: None,
            operator: None,
            label: None,
        }
    }
}

/// Reads a word of the wire.
fn wire<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

fn metric(word: &str) -> Option<Metric> {
    wire(word).filter(|metric| *metric != Metric::Unknown)
}

impl Asked {
    /// Reads the parameters of an address, where today is this. What is wrong counts as not said, and is told.
    #[must_use]
    pub fn read(pairs: &[(String, String)], today: Date) -> (Self, Vec<Fault>) {
        let get = |name: &str| {
            let found = pairs.iter().rev().find(|(known, _)| known == name);
            found
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        let mut asked = Self::default();
        let mut faults = Vec::new();
        match (get("from"), get("to")) {
            (None, None) => match get("range").map(Preset::of) {
                Some(Some(preset)) => asked.range = Range::Preset(preset),
                Some(None) => faults.push(Fault::new(Field::Range, Wrong::Unknown)),
                None => {}
            },
            (from, to) => match Days::read(from.unwrap_or_default(), to.unwrap_or_default()) {
                Ok(days) => asked.range = Range::Free(days),
                Err(found) => faults.extend(found),
            },
        }
        asked.tz = get("tz").map(str::to_owned);
        asked.compares = get("compare") != Some("no");
        let mut word = |name: &str, field: Field, take: &mut dyn FnMut(&str) -> bool| {
            if let Some(text) = get(name)
                && !take(text)
            {
                faults.push(Fault::new(field, Wrong::Unknown));
            }
        };
        fn put<T>(place: &mut T, found: Option<T>) -> bool {
            found.map(|found| *place = found).is_some()
        }
        word("metric", Field::Metric, &mut |text| {
            put(&mut asked.metric, metric(text))
        });
        word("split", Field::Split, &mut |text| {
            let by: Option<Dimension> = wire(text);
            put(&mut asked.split, by.filter(|by| by.adds_up()).map(Some))
        });
        word("by", Field::Table, &mut |text| put(&mut asked.by, wire(text)));
        word("interval", Field::Interval, &mut |text| {
            put(&mut asked.interval, wire(text).map(Some))
        });
        word("sort", Field::Sort, &mut |text| {
            let by = Column::of(text.trim_start_matches('-'));
            let is_descending = text.starts_with('-');
            put(&mut asked.sort, by.map(|by| Some(Sort { by, is_descending })))
        });
        word("websiteId", Field::Filter, &mut |text| {
            put(&mut asked.website, text.parse().ok().map(Some))
        });
        word("funnelId", Field::Filter, &mut |text| {
            put(&mut asked.funnel, text.parse().ok().map(Some))
        });
        word("operatorId", Field::Filter, &mut |text| {
            put(&mut asked.operator, text.parse().ok().map(Some))
        });
        word("label", Field::Filter, &mut |text| {
            put(&mut asked.label, text.parse().ok().map(Some))
        });
        let suits = |interval: &Interval| asked.range.days(today).intervals().contains(interval);
        if asked.interval.is_some_and(|interval| !suits(&interval)) {
            asked.interval = None;
            faults.push(Fault::new(Field::Interval, Wrong::Unsuitable));
        }
        (asked, faults)
    }

    /// The parameters that say this; what goes without saying is left out.
    #[must_use]
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let plain = Self::default();
        let mut pairs = Vec::new();
        match self.range {
            Range::Preset(_) if self.range == plain.range => {}
            Range::Preset(preset) => pairs.push(("range", preset.word().to_owned())),
            Range::Free(days) => {
                pairs.push(("from", day_text(days.from)));
                pairs.push(("to", day_text(days.to)));
            }
        }
        pairs.extend(self.tz.clone().map(|tz| ("tz", tz)));
        pairs.extend((!self.compares).then(|| ("compare", "no".to_owned())));
        pairs.extend(self.interval.map(|interval| ("interval", interval.to_string())));
        pairs.extend((self.metric != plain.metric).then(|| ("metric", self.metric.to_string())));
        pairs.extend(self.split.map(|by| ("split", by.to_string())));
        pairs.extend((self.by != plain.by).then(|| ("by", self.by.to_string())));
        pairs.extend(self.sort.map(|sort| {
            let sign = if sort.is_descending { "-" } else { "" };
            ("sort", format!("{sign}{}", sort.by.word()))
        }));
        pairs.extend(self.website.map(|id| ("websiteId", id.to_string())));
        pairs.extend(self.funnel.map(|id| ("funnelId", id.to_string())));
        pairs.extend(self.operator.map(|id| ("operatorId", id.to_string())));
        pairs.extend(self.label.map(|id| ("label", id.to_string())));
        pairs
    }

    /// The question, where today is this; `tz` counts unless the address names another zone.
    #[must_use]
    pub fn query(&self, today: Date, tz: &str) -> AnalyticsQuery {
        let days = self.range.days(today);
        AnalyticsQuery {
            from: day_text(days.from),
            to: day_text(days.to),
            tz: self.tz.clone().unwrap_or_else(|| tz.to_owned()),
            website_id: self.website,
            funnel_id: self.funnel,
            operator_id: self.operator,
            label: self.label,
        }
    }

    /// The same of as many days right before.
    #[must_use]
    pub fn query_before(&self, today: Date, tz: &str) -> AnalyticsQuery {
        let days = self.range.days(today).before();
        AnalyticsQuery {
            from: day_text(days.from),
            to: day_text(days.to),
            ..self.query(today, tz)
        }
    }

    /// Whether the points can be split: counts of conversations and messages only add up from parts.
    #[must_use]
    pub fn can_split(&self) -> bool {
        self.metric.unit() == Unit::Count && self.metric != Metric::Visitors
    }

    /// What the points are split by.
    #[must_use]
    pub fn parts(&self) -> Option<Dimension> {
        self.split.filter(|_| self.can_split())
    }

    /// How much time a point stands for, where today is this.
    #[must_use]
    pub fn interval_on(&self, today: Date) -> Interval {
        self.interval.unwrap_or_else(|| self.range.days(today).interval())
    }

    /// Whether only a part of the account is asked for.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        self.website.is_some() || self.funnel.is_some() || self.operator.is_some() || self.label.is_some()
    }
}

/// By how much a number moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// A share of what it was, above 0.
    Share(f64),
    /// Seconds, above 0.
    Seconds(f64),
    /// Points of a percentage, above 0.
    Points(f64),
    /// It was nothing before: no share can be told.
    FromNothing,
}

/// A number beside the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// One of them was not measured.
    Unknown,
    /// The same.
    Same,
    /// Another one.
    Moved {
        /// More than before.
        is_up: bool,
        /// By how much.
        by: By,
        /// Whether that is good; `None` for what is neither.
        is_good: Option<bool>,
    },
}

/// Whether more of a metric is better; `None` for what is neither good nor bad.
const fn more_is_better(metric: Metric) -> Option<bool> {
    match metric {
        Metric::Satisfaction => Some(true),
        Metric::FirstResponseSeconds
        | Metric::FirstResponseSecondsBusiness
        | Metric::Unanswered
        | Metric::ReplySeconds
        | Metric::ReplySecondsBusiness
        | Metric::ResolutionSeconds
        | Metric::ResolutionSecondsBusiness
        | Metric::Reopened
        | Metric::Missed => Some(false),
        _ => None,
    }
}

/// How a metric's number changed.
#[must_use]
pub fn change(metric: Metric, current: Option<f64>, previous: Option<f64>) -> Change {
    let (Some(current), Some(previous)) = (current, previous) else {
        return Change::Unknown;
    };
    let moved = current - previous;
    // Both come from the same computation: equal counts are equal numbers.
    if moved.abs() < f64::EPSILON {
        return Change::Same;
    }
    let by = match metric.unit() {
        Unit::Seconds => By::Seconds(moved.abs()),
        Unit::Share => By::Points(moved.abs() * 100.0),
        Unit::Count if previous > 0.0 => By::Share(moved.abs() / previous),
        Unit::Count => By::FromNothing,
    };
    let is_up = moved > 0.0;
    Change::Moved {
        is_up,
        by,
        is_good: more_is_better(metric).map(|better| better == is_up),
    }
}

/// The number of a row in a column.
fn number(row: &BreakdownRow, column: Column) -> Option<f64> {
    match column {
        Column::Name => None,
        // Counts stay far below 2⁵³.
        #[allow(clippy::cast_precision_loss)]
        Column::Views => row.views.map(|views| views as f64),
        Column::Of(metric) => row.figures.reading(metric).value,
    }
}

/// Puts the rows of a table in an order; equal ones keep theirs, and those without a number stand last either way. `name` is what
/// a row is called on the page.
pub fn sort_rows(rows: &mut [BreakdownRow], sort: Sort, name: impl Fn(&BreakdownRow) -> String) {
    use std::cmp::Ordering;
    let directed = |ordering: Ordering| {
        if sort.is_descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    if sort.by == Column::Name {
        rows.sort_by_cached_key(|row| name(row).to_lowercase());
        if sort.is_descending {
            rows.reverse();
        }
        return;
    }
    rows.sort_by(
        |one, other| match (number(one, sort.by), number(other, sort.by)) {
            (Some(one), Some(other)) => directed(one.total_cmp(&other)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
    );
}

/// When news of figures is worth a question: the first at once, later ones together, once in [`PACE_MS`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    last: Option<u64>,
    is_due: bool,
}

impl Pace {
    /// News came at this monotonic instant, in milliseconds: after how long to ask; `None` where a question is due already.
    pub fn heard(&mut self, now: u64) -> Option<u64> {
        if self.is_due {
            return None;
        }
        self.is_due = true;
        let next = self.last.map_or(now, |last| last.saturating_add(PACE_MS));
        Some(next.saturating_sub(now))
    }

    /// The question is made.
    pub const fn asked(&mut self, now: u64) {
        self.last = Some(now);
        self.is_due = false;
    }
}

#[cfg(test)]
#[path = "reports_tests.rs"]
mod tests;
