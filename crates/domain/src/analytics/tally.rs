//! What numbers are made of. [`occurrences`] says of one conversation what it adds to a metric, when, and whose it is; figures,
//! points, cells, rows and lists tally the same occurrences, so that they agree whatever is asked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use switchboard_contract::analytics::{
    AnalyticsRow, Figures, HISTOGRAM_SECONDS, HistogramStep, Metric, Period, Reading, Spread, Unit,
};
use switchboard_contract::ids::{FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::Rating;
use switchboard_contract::time::Timestamp;

use super::calendar::{Bucket, Zone};
use super::fact::Fact;

/// What a report is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// These websites only.
    pub websites: Option<BTreeSet<WebsiteId>>,
    /// This funnel only.
    pub funnel: Option<FunnelId>,
    /// This operator's only.
    pub operator: Option<MemberId>,
    /// Conversations with this label only.
    pub label: Option<LabelId>,
}

impl Filter {
    fn has(&self, fact: &Fact) -> bool {
        self.websites
            .as_ref()
            .is_none_or(|websites| websites.contains(&fact.website_id))
            && self.funnel.is_none_or(|funnel| fact.funnel_id == funnel)
            && self.label.is_none_or(|label| fact.labels.contains(&label))
    }
}

/// How much an occurrence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many at once.
    Times(u64),
    /// A duration in milliseconds.
    Millis(i64),
    /// A yes or no.
    Whether(bool),
}

/// One thing that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occurrence<'a> {
    /// Its conversation.
    pub fact: &'a Fact,
    /// When it counts.
    pub at: Timestamp,
    /// Whose it is.
    pub operator: Option<MemberId>,
    /// How much it is.
    pub amount: Amount,
}

impl Occurrence<'_> {
    /// As it stands in a list.
    #[must_use]
    pub fn row(&self) -> AnalyticsRow {
        AnalyticsRow {
            at: self.at,
            conversation_id: self.fact.conversation_id,
            website_id: self.fact.website_id,
            funnel_id: self.fact.funnel_id,
            operator_id: self.operator,
            labels: self.fact.labels.clone(),
            value: match self.amount {
                Amount::Times(times) => exact(times),
                Amount::Millis(millis) => seconds(millis),
                Amount::Whether(yes) => f64::from(u8::from(yes)),
            },
        }
    }
}

/// Everything that a conversation adds to a metric, whenever it counts.
pub fn occurrences<'a>(metric: Metric, fact: &'a Fact, take: &mut impl FnMut(Occurrence<'a>)) {
    if metric == Metric::Messages {
        for (at, times) in &fact.messages {
            take(Occurrence {
                fact,
                at: *at,
                operator: fact.in_charge(),
                amount: Amount::Times(*times),
            });
        }
        return;
    }
    // Everything else is of the cohort of the visitor's first message.
    let Some(at) = fact.first_message_at else { return };
    let mut one = |operator: Option<MemberId>, amount: Amount| {
        take(Occurrence {
            fact,
            at,
            operator,
            amount,
        });
    };
    let counted = match metric {
        Metric::Conversations => true,
        Metric::Unanswered => fact.replies.is_empty(),
        Metric::Reopened => fact.reopened > 0,
        Metric::Ratings => fact.rating.is_some(),
        Metric::RatingRequests => fact.is_rating_requested,
        Metric::Missed => fact.first_closed_at.is_some() && fact.replies.is_empty(),
        Metric::Satisfaction => {
            if let Some(rating) = fact.rating {
                one(fact.in_charge(), Amount::Whether(rating == Rating::Good));
            }
            return;
        }
        Metric::FirstResponseSeconds | Metric::FirstResponseSecondsBusiness => {
            if let Some(first) = fact.replies.first() {
                let wait = duration(metric, first.wait_ms(), first.business_ms);
                one(Some(first.by), Amount::Millis(wait));
            }
            return;
        }
        Metric::ReplySeconds | Metric::ReplySecondsBusiness => {
            for reply in &fact.replies {
                let wait = duration(metric, reply.wait_ms(), reply.business_ms);
                one(Some(reply.by), Amount::Millis(wait));
            }
            return;
        }
        Metric::ResolutionSeconds | Metric::ResolutionSecondsBusiness => {
            if let Some(closed) = fact.first_closed_at {
                let whole = closed.as_millis() - at.as_millis();
                let took = duration(metric, whole, fact.resolution_business_ms);
                one(fact.in_charge(), Amount::Millis(took));
            }
            return;
        }
        Metric::Messages | Metric::Visitors | Metric::Unknown => return,
    };
    if counted {
        one(fact.in_charge(), Amount::Times(1));
    }
}

/// What was deleted before business hours were reckoned counts as if it had always been open.
fn duration(metric: Metric, whole: i64, business: Option<i64>) -> i64 {
    match metric {
        Metric::FirstResponseSecondsBusiness
        | Metric::ReplySecondsBusiness
        | Metric::ResolutionSecondsBusiness => business.unwrap_or(whole),
        _ => whole,
    }
}

/// What of `facts` counts within a period, in the order of the facts.
pub fn within<'a>(
    metric: Metric,
    facts: &'a [Fact],
    filter: &Filter,
    period: Period,
    take: &mut impl FnMut(Occurrence<'a>),
) {
    for fact in facts.iter().filter(|fact| filter.has(fact)) {
        occurrences(metric, fact, &mut |occurrence| {
            let is_theirs = filter.operator.is_none() || filter.operator == occurrence.operator;
            if is_theirs && (period.from..period.until).contains(&occurrence.at) {
                take(occurrence);
            }
        });
    }
}

/// What has been counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    times: u64,
    good: u64,
    durations: Vec<i64>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, amount: Amount) {
        match amount {
            Amount::Times(times) => self.times += times,
            Amount::Whether(yes) => {
                self.times += 1;
                self.good += u64::from(yes);
            }
            Amount::Millis(millis) => self.durations.push(millis),
        }
    }

    /// As series and tables tell it.
    #[must_use]
    pub fn reading(self, unit: Unit) -> Reading {
        match unit {
            Unit::Count => Reading {
                value: Some(exact(self.times)),
                spread: None,
            },
            Unit::Share => Reading {
                value: self.share(),
                spread: None,
            },
            Unit::Seconds => {
                let spread = spread(self.durations);
                Reading {
                    value: spread.median,
                    spread: Some(spread),
                }
            }
        }
    }

    fn share(&self) -> Option<f64> {
        (self.times > 0).then(|| exact(self.good) / exact(self.times))
    }

    /// Puts it among the figures.
    fn put(self, metric: Metric, figures: &mut Figures) {
        match metric {
            Metric::Conversations => figures.conversations = self.times,
            Metric::FirstResponseSeconds => figures.first_response_seconds = spread(self.durations),
            Metric::FirstResponseSecondsBusiness => {
                figures.first_response_seconds_business = spread(self.durations);
            }
            Metric::Unanswered => figures.unanswered = self.times,
            Metric::ReplySeconds => figures.reply_seconds = spread(self.durations),
            Metric::ReplySecondsBusiness => figures.reply_seconds_business = spread(self.durations),
            Metric::ResolutionSeconds => figures.resolution_seconds = spread(self.durations),
            Metric::ResolutionSecondsBusiness => {
                figures.resolution_seconds_business = spread(self.durations);
            }
            Metric::Reopened => figures.reopened = self.times,
            Metric::Satisfaction => figures.satisfaction = self.share(),
            Metric::Ratings => figures.ratings = self.times,
            Metric::RatingRequests => figures.rating_requests = self.times,
            Metric::Missed => figures.missed = self.times,
            Metric::Messages => figures.messages = self.times,
            Metric::Visitors | Metric::Unknown => {}
        }
    }
}

/// Median and 90th percentile by nearest rank: of n values in order the ⌈p · n⌉-th. The mean is rounded to the millisecond.
#[must_use]
pub fn spread(mut durations: Vec<i64>) -> Spread {
    let count = durations.len();
    if count == 0 {
        return Spread::default();
    }
    let sum: i128 = durations.iter().copied().map(i128::from).sum();
    let mean = (sum * 2 + count as i128).div_euclid(count as i128 * 2);
    let place = |percent: usize| (count * percent).div_ceil(100) - 1;
    let (below, p90, _) = durations.select_nth_unstable(place(90));
    let p90 = *p90;
    let median = match below.get(place(50)) {
        Some(_) => *below.select_nth_unstable(place(50)).1,
        None => p90,
    };
    Spread {
        median: Some(seconds(median)),
        p90: Some(seconds(p90)),
        mean: i64::try_from(mean).ok().map(seconds),
        count: count as u64,
    }
}

/// Every figure but the visitors, of whom conversations know nothing.
#[must_use]
pub fn figures(facts: &[Fact], filter: &Filter, period: Period) -> Figures {
    let mut figures = Figures::default();
    for metric in Metric::all() {
        let mut tally = Tally::default();
        within(metric, facts, filter, period, &mut |occurrence| {
            tally.add(occurrence.amount);
        });
        tally.put(metric, &mut figures);
    }
    figures
}

/// One metric by interval.
#[must_use]
pub fn series(metric: Metric, facts: &[Fact], filter: &Filter, buckets: &[Bucket]) -> Vec<Reading> {
    let mut tallies = vec![Tally::default(); buckets.len()];
    if let (Some(first), Some(last)) = (buckets.first(), buckets.last()) {
        let period = Period {
            from: first.at,
            until: last.until,
        };
        within(metric, facts, filter, period, &mut |occurrence| {
            let after = buckets.partition_point(|bucket| bucket.at <= occurrence.at);
            if let Some(tally) = after.checked_sub(1).and_then(|place| tallies.get_mut(place)) {
                tally.add(occurrence.amount);
            }
        });
    }
    let unit = metric.unit();
    tallies.into_iter().map(|tally| tally.reading(unit)).collect()
}

/// What each of several adds to a count by interval: `key` says whose an occurrence is. The largest first.
#[must_use]
pub fn parts<K: Ord>(
    metric: Metric,
    facts: &[Fact],
    filter: &Filter,
    buckets: &[Bucket],
    key: impl Fn(&Occurrence<'_>) -> K,
) -> Vec<(K, Vec<u64>)> {
    let mut parts: BTreeMap<K, Vec<u64>> = BTreeMap::new();
    if let (Some(first), Some(last)) = (buckets.first(), buckets.last()) {
        let period = Period {
            from: first.at,
            until: last.until,
        };
        within(metric, facts, filter, period, &mut |occurrence| {
            let after = buckets.partition_point(|bucket| bucket.at <= occurrence.at);
            let counts = parts
                .entry(key(&occurrence))
                .or_insert_with(|| vec![0; buckets.len()]);
            let place = after.checked_sub(1).and_then(|place| counts.get_mut(place));
            if let (Some(count), Amount::Times(times)) = (place, occurrence.amount) {
                *count += times;
            }
        });
    }
    let mut parts: Vec<(K, Vec<u64>)> = parts.into_iter().collect();
    parts.sort_by_key(|(_, counts)| Reverse(counts.iter().sum::<u64>()));
    parts
}

/// How many durations of a metric lie within each step of [`HISTOGRAM_SECONDS`].
#[must_use]
pub fn histogram(metric: Metric, facts: &[Fact], filter: &Filter, period: Period) -> Vec<HistogramStep> {
    let ends = HISTOGRAM_SECONDS.into_iter().skip(1).map(Some).chain([None]);
    let mut steps: Vec<HistogramStep> = HISTOGRAM_SECONDS
        .into_iter()
        .zip(ends)
        .map(|(least, below)| HistogramStep {
            least,
            below,
            count: 0,
        })
        .collect();
    within(metric, facts, filter, period, &mut |occurrence| {
        let Amount::Millis(millis) = occurrence.amount else {
            return;
        };
        let after = steps.partition_point(|step| step.least <= seconds(millis));
        // Clocks that were put back make none shorter than nothing: it stands in the first step.
        if let Some(step) = steps.get_mut(after.saturating_sub(1)) {
            step.count += 1;
        }
    });
    steps
}

/// One metric by hour of the week, from Monday's first: 168 of them.
#[must_use]
pub fn heatmap(metric: Metric, facts: &[Fact], filter: &Filter, period: Period, zone: &Zone) -> Vec<Reading> {
    let mut tallies = vec![Tally::default(); 7 * 24];
    within(metric, facts, filter, period, &mut |occurrence| {
        let place = zone
            .hour_of_week(occurrence.at)
            .map(|(weekday, hour)| usize::from(weekday - 1) * 24 + usize::from(hour));
        if let Some(tally) = place.and_then(|place| tallies.get_mut(place)) {
            tally.add(occurrence.amount);
        }
    });
    let unit = metric.unit();
    tallies.into_iter().map(|tally| tally.reading(unit)).collect()
}

/// Every figure by something that occurrences have: `keys` says what one counts under, which may be several things.
#[must_use]
pub fn breakdown<K: Ord>(
    facts: &[Fact],
    filter: &Filter,
    period: Period,
    keys: impl Fn(&Occurrence<'_>) -> Vec<K>,
) -> BTreeMap<K, Figures> {
    let mut rows: BTreeMap<K, Figures> = BTreeMap::new();
    for metric in Metric::all() {
        let mut tallies: BTreeMap<K, Tally> = BTreeMap::new();
        within(metric, facts, filter, period, &mut |occurrence| {
            for key in keys(&occurrence) {
                tallies.entry(key).or_default().add(occurrence.amount);
            }
        });
        for (key, tally) in tallies {
            tally.put(metric, rows.entry(key).or_default());
        }
    }
    rows
}

/// Everything behind one number, the newest first.
#[must_use]
pub fn rows<'a>(metric: Metric, facts: &'a [Fact], filter: &Filter, period: Period) -> Vec<Occurrence<'a>> {
    let mut rows = Vec::new();
    within(metric, facts, filter, period, &mut |occurrence| {
        rows.push(occurrence)
    });
    // What is of one instant stays in the order of the facts.
    rows.sort_by_key(|row| Reverse((row.at, row.fact.conversation_id)));
    rows
}

/// Milliseconds as seconds.
#[must_use]
// A thousand years are fewer milliseconds than 2⁵³.
#[allow(clippy::cast_precision_loss)]
pub fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

// Counts stay far below 2⁵³.
#[allow(clippy::cast_precision_loss)]
fn exact(count: u64) -> f64 {
    count as f64
}
