//! Each definition of `protocol.md` *Analytics* by an example with its arithmetic, and: whatever is asked, it adds up.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use switchboard_contract::analytics::{Figures, Interval, Metric, Spread, Unit};
use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{MessageType, Rating, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::BusinessHours;
use switchboard_domain::analytics::business::Calendar;
use switchboard_domain::analytics::calendar::Range;
use switchboard_domain::analytics::fact::{Fact, Line, QUARTER_MS, Reply};
use switchboard_domain::analytics::pack::{pack, unpack};
use switchboard_domain::analytics::tally::{self, Filter};
use switchboard_domain::conversation::Step;
use switchboard_domain::stored::StoredConversation;

const MINUTE: i64 = 60_000;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn member(n: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(0), [n; 10])
}

fn website(n: u8) -> WebsiteId {
    WebsiteId::from_parts(Timestamp::from_millis(0), [n; 10])
}

/// What happens to a conversation, by minutes after its beginning.
enum Does {
    Visitor,
    Operator(u8),
    Automation,
    Note,
    Close,
    Reopen,
    Assign(u8),
    Rate(Rating),
    Reads,
}

use Does::{Assign, Automation, Close, Note, Operator, Rate, Reads, Reopen, Visitor};

/// The fact of a conversation that began at this instant: once as it is kept step by step, and the same from its end.
fn told(begin: &str, calendar: &Calendar, story: &[(i64, Does)]) -> Fact {
    let begin = at(begin);
    let user = serde_json::from_value(serde_json::json!({
        "id": "01890a5d-ac96-774b-bcce-b302099a8057", "verified": false, "locale": "en", "browser": "", "os": "",
        "device": "", "attributes": {}, "firstSeenAt": "2026-11-22T09:30:00.000Z",
        "lastSeenAt": "2026-11-22T09:30:00.000Z", "blocked": false,
    }));
    let mut stored = StoredConversation::begin(
        begin,
        ConversationId::from_parts(begin, [1; 10]),
        user.expect("a visitor"),
        website(1),
        FunnelId::from_parts(Timestamp::from_millis(0), [1; 10]),
        "Chat".to_owned(),
        None,
    );
    let mut fact = Fact::of(&stored, [], calendar);
    let mut lines = Vec::new();
    for (minutes, does) in story {
        let now = begin.plus_millis(minutes * MINUTE);
        let line = |kind, visibility, author_id| {
            Some(Line {
                kind,
                visibility,
                author_id,
                at: now,
            })
        };
        let mut state = stored.state();
        let step = |step: Step| Some(step);
        let (said, taken) = match does {
            Visitor => (line(MessageType::User, Visibility::Public, None), None),
            Operator(n) => (line(MessageType::Bot, Visibility::Public, Some(member(*n))), None),
            Automation => (line(MessageType::Bot, Visibility::Public, None), None),
            Note => (
                line(MessageType::Bot, Visibility::Internal, Some(member(9))),
                None,
            ),
            Close => (
                line(MessageType::System, Visibility::Public, None),
                step(Step::Close),
            ),
            Reopen => (
                line(MessageType::System, Visibility::Public, None),
                step(Step::Reopen),
            ),
            Assign(n) => (None, step(Step::Assign(Some(member(*n))))),
            Rate(rating) => {
                state.rating = Some(*rating);
                (None, None)
            }
            Reads => {
                state.visitor_read_seq = state.last_public_seq;
                (None, None)
            }
        };
        if let Some(step) = taken {
            state.take(&step, now, None);
        }
        if let Some(line) = said {
            state.last_public_seq += u64::from(line.visibility == Visibility::Public);
            fact.add(line, calendar);
            lines.push(line);
        }
        stored.follow(&state);
        fact.follow(&stored, calendar);
    }
    let again = Fact {
        // Whether a closed conversation was read to its end is known from its steps only.
        is_rating_requested: fact.is_rating_requested,
        ..Fact::of(&stored, lines, calendar)
    };
    assert_eq!(fact, again, "step by step and from its end");
    fact
}

fn of(facts: &[Fact], from: &str, to: &str, tz: &str) -> Figures {
    let range = Range::read(from, to, tz).expect("a range");
    tally::figures(facts, &Filter::default(), range.period())
}

/// November 2026 in UTC.
fn november(facts: &[Fact]) -> Figures {
    of(facts, "2026-11-01", "2026-11-30", "UTC")
}

fn spread(median: f64, p90: f64, mean: f64, count: u64) -> Spread {
    Spread {
        median: Some(median),
        p90: Some(p90),
        mean: Some(mean),
        count,
    }
}

fn always() -> Calendar {
    Calendar::default()
}

#[test]
fn automation_does_not_stop_the_clock_and_notes_neither() {
    let fact = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[
            (0, Visitor),
            (1, Automation),
            (2, Note),
            (5, Visitor),
            (7, Operator(1)),
            (8, Operator(1)),
        ],
    );
    let figures = november(&[fact]);
    // 10:07 − 10:00 = 7 minutes = 420 s. The operator's second message answers nobody.
    assert_eq!(figures.first_response_seconds, spread(420.0, 420.0, 420.0, 1));
    assert_eq!(figures.reply_seconds, spread(420.0, 420.0, 420.0, 1));
    // Two of the visitor, one of automation, two of the operator; the note is nobody's to see.
    assert_eq!((figures.messages, figures.unanswered), (5, 0));
}

#[test]
fn closing_again_does_not_change_when_it_was_closed() {
    let fact = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[
            (0, Visitor),
            (4, Operator(1)),
            (30, Close),
            (60, Reopen),
            (61, Visitor),
            (70, Operator(1)),
            (90, Close),
        ],
    );
    let figures = november(&[fact]);
    // 10:30 − 10:00 = 30 minutes = 1800 s.
    assert_eq!(figures.resolution_seconds, spread(1_800.0, 1_800.0, 1_800.0, 1));
    assert_eq!(figures.reopened, 1);
    // Replies after 4 and after 70 − 61 = 9 minutes: 240 s and 540 s. Of two values the 1st is the median and the
    // ⌈1.8⌉ = 2nd the 90th percentile; the mean is 390 s.
    assert_eq!(figures.reply_seconds, spread(240.0, 540.0, 390.0, 2));
    assert_eq!(figures.first_response_seconds.count, 1);
}

#[test]
fn of_a_transferred_one_each_answer_is_its_authors_and_the_rest_whose_it_is_now() {
    let fact = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[
            (0, Visitor),
            (1, Assign(1)),
            (2, Operator(1)),
            (10, Visitor),
            (11, Assign(2)),
            (16, Operator(2)),
            (20, Close),
        ],
    );
    let of = |n: u8| {
        let range = Range::read("2026-11-01", "2026-11-30", "UTC").expect("a range");
        let filter = Filter {
            operator: Some(member(n)),
            ..Filter::default()
        };
        tally::figures(std::slice::from_ref(&fact), &filter, range.period())
    };
    // The first answered after 2 minutes, the second after 16 − 10 = 6.
    assert_eq!(of(1).first_response_seconds, spread(120.0, 120.0, 120.0, 1));
    assert_eq!(of(1).reply_seconds, spread(120.0, 120.0, 120.0, 1));
    assert_eq!(of(2).first_response_seconds, Spread::default());
    assert_eq!(of(2).reply_seconds, spread(360.0, 360.0, 360.0, 1));
    // In charge at the end: the second. 20 minutes = 1200 s.
    assert_eq!((of(1).conversations, of(2).conversations), (0, 1));
    assert_eq!(of(1).resolution_seconds, Spread::default());
    assert_eq!(of(2).resolution_seconds, spread(1_200.0, 1_200.0, 1_200.0, 1));
}

#[test]
fn outside_business_hours_nobody_waits() {
    let berlin = Calendar::new("Europe/Berlin", Some(BusinessHours::working_week()));
    // Friday 16:30 in Berlin; answered on Monday at 09:10, which is 3 days − 7 h 20 min later: 3880 minutes; closed at 09:40.
    let fact = told(
        "2026-11-20T15:30:00Z",
        &berlin,
        &[(0, Visitor), (3_880, Operator(1)), (3_910, Close)],
    );
    let figures = november(&[fact]);
    assert_eq!(
        figures.first_response_seconds.median,
        Some(232_800.0),
        "3880 · 60"
    );
    // 30 minutes of Friday until 17:00 and 10 of Monday from 09:00: 40 · 60 = 2400 s.
    assert_eq!(figures.first_response_seconds_business.median, Some(2_400.0));
    assert_eq!(figures.reply_seconds_business.median, Some(2_400.0));
    assert_eq!(figures.resolution_seconds.median, Some(234_600.0), "3910 · 60");
    // And 30 more minutes of Monday: 70 · 60 = 4200 s.
    assert_eq!(figures.resolution_seconds_business.median, Some(4_200.0));
}

#[test]
fn what_nobody_answered_is_counted_apart() {
    let open = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[(0, Visitor), (1, Automation)],
    );
    let closed = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[(0, Visitor), (1, Automation), (50, Close)],
    );
    let answered = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[(0, Visitor), (1, Operator(1)), (2, Close)],
    );
    let figures = november(&[open, closed, answered]);
    assert_eq!(
        (figures.conversations, figures.unanswered, figures.missed),
        (3, 2, 1)
    );
    assert_eq!(figures.first_response_seconds, spread(60.0, 60.0, 60.0, 1));
}

#[test]
fn ratings_and_those_who_were_asked() {
    let story = |end: Vec<(i64, Does)>| {
        let mut story = vec![(0, Visitor), (1, Operator(1)), (2, Close)];
        story.extend(end);
        told("2026-11-20T10:00:00Z", &always(), &story)
    };
    let facts = [
        story(vec![(3, Reads), (4, Rate(Rating::Good))]),
        story(vec![(3, Reads), (4, Rate(Rating::Bad))]),
        story(vec![(3, Rate(Rating::Bad)), (4, Rate(Rating::Good))]),
        story(vec![(3, Reads)]),
        story(vec![(3, Reads), (5, Reopen)]),
        story(vec![]),
        told("2026-11-20T10:00:00Z", &always(), &[(0, Visitor), (1, Reads)]),
    ];
    let figures = november(&facts);
    // Good, bad, and bad that became good: 2 of 3. Five have seen the end of a closed one or rated it, one of
    // which was opened again since.
    assert_eq!((figures.ratings, figures.rating_requests), (3, 5));
    assert_eq!(figures.satisfaction, Some(2.0 / 3.0));
    assert_eq!(november(&[]).satisfaction, None, "of nothing");
}

#[test]
fn one_that_an_operator_began_counts_from_the_visitors_first_message() {
    let fact = told(
        "2026-10-31T23:00:00Z",
        &always(),
        &[
            (0, Operator(1)),
            (30, Close),
            (90, Reopen),
            (91, Visitor),
            (93, Operator(1)),
            (120, Close),
        ],
    );
    let never = told("2026-11-02T10:00:00Z", &always(), &[(0, Operator(1)), (5, Close)]);
    let figures = november(&[fact, never]);
    // 23:00 + 91 minutes is 00:31 on November 1; the reply came 2 minutes later, the close 29.
    assert_eq!((figures.conversations, figures.unanswered), (1, 0));
    assert_eq!(figures.first_response_seconds.median, Some(120.0));
    assert_eq!(figures.resolution_seconds.median, Some(1_740.0));
    // The one of October 31 is in October; two of November 1, and the one that nobody answered.
    assert_eq!(figures.messages, 3);
}

#[test]
fn days_are_those_of_the_time_zone() {
    let begun = |begin: &str| told(begin, &always(), &[(0, Visitor), (1, Operator(1))]);
    // Kolkata (+5:30): 18:29 UTC is 23:59, 18:30 the next day.
    let facts = [
        begun("2026-11-21T18:29:00Z"),
        begun("2026-11-21T18:30:00Z"),
        begun("2026-11-22T18:29:59Z"),
    ];
    let figures = of(&facts, "2026-11-22", "2026-11-22", "Asia/Kolkata");
    // Of the first one the answer, in the next quarter of an hour, is a message of the 22nd; of the third one, at 18:30:59, of the 23rd.
    assert_eq!((figures.conversations, figures.messages), (2, 4));
    // Berlin on the day of 25 hours, from 22:00 to 23:00 UTC.
    let facts = [
        begun("2026-10-24T21:59:59Z"),
        begun("2026-10-24T22:00:00Z"),
        begun("2026-10-25T22:59:59Z"),
        begun("2026-10-25T23:00:00Z"),
    ];
    assert_eq!(
        of(&facts, "2026-10-25", "2026-10-25", "Europe/Berlin").conversations,
        2
    );
    // 23 hours: from 23:00 to 22:00 UTC.
    let facts = [
        begun("2026-03-28T22:59:59Z"),
        begun("2026-03-28T23:00:00Z"),
        begun("2026-03-29T22:00:00Z"),
    ];
    assert_eq!(
        of(&facts, "2026-03-29", "2026-03-29", "Europe/Berlin").conversations,
        1
    );
}

#[test]
fn a_deleted_one_counts_as_before() {
    let fact = told(
        "2026-11-20T10:00:00Z",
        &always(),
        &[(0, Visitor), (1, Operator(1)), (9, Close)],
    );
    let deleted = Fact {
        conversation_id: None,
        ..fact.clone()
    };
    assert_eq!(november(&[deleted]), november(&[fact]));
}

#[test]
fn percentiles_are_by_nearest_rank() {
    // Of ten values the 5th and the 9th; the mean of 1 … 10 s is 5.5 s.
    let ten: Vec<i64> = (1..=10).rev().map(|n| n * 1_000).collect();
    assert_eq!(tally::spread(ten), spread(5.0, 9.0, 5.5, 10));
    // Of eleven the ⌈5.5⌉ = 6th and the ⌈9.9⌉ = 10th.
    assert_eq!(
        tally::spread((1..=11).map(|n| n * 1_000).collect()),
        spread(6.0, 10.0, 6.0, 11)
    );
    // (1 + 2 + 2) / 3 = 1.67 ms is 2 ms.
    assert_eq!(tally::spread(vec![1, 2, 2]).mean, Some(0.002));
    assert_eq!(tally::spread(vec![7]), spread(0.007, 0.007, 0.007, 1));
    assert_eq!(tally::spread(Vec::new()), Spread::default());
}

/// A conversation of some days in November 2026, of two websites, three operators and three labels.
fn any_fact() -> impl Strategy<Value = Fact> {
    let start = at("2026-11-01T00:00:00Z").as_millis();
    let waits = vec(
        (0_u8..3, 0_i64..90_000_000, 0_i64..9_000_000, any::<bool>()),
        0..4,
    );
    let messages = vec((0_i64..400, 1_u64..9), 0..5);
    (
        (
            any::<bool>(),
            0_u8..2,
            0_u8..3,
            proptest::option::of(0_u8..3),
            vec(0_u8..3, 0..3),
        ),
        (
            0_i64..28 * 86_400_000,
            proptest::option::of(0_i64..9_000_000),
            proptest::option::of(0_i64..90_000_000),
        ),
        (0_u64..3, 0_u8..4, any::<bool>(), waits, messages, any::<bool>()),
    )
        .prop_map(move |(who, when, how)| {
            let (is_deleted, site, funnel, assignee, labels) = who;
            let (begin, first, closed) = when;
            let (reopened, rating, is_open, waits, messages, asked) = how;
            let started_at = Timestamp::from_millis(start + begin);
            let first_message_at = first.map(|after| started_at.plus_millis(after));
            let mut counts = std::collections::BTreeMap::new();
            for (quarter, count) in messages {
                let quarter = (start + begin).div_euclid(QUARTER_MS) + quarter;
                *counts
                    .entry(Timestamp::from_millis(quarter * QUARTER_MS))
                    .or_insert(0) += count;
            }
            let labels: BTreeSet<u8> = labels.into_iter().collect();
            let origin = Timestamp::from_millis(0);
            Fact {
                conversation_id: (!is_deleted).then(|| ConversationId::from_parts(started_at, [site; 10])),
                website_id: website(site),
                funnel_id: FunnelId::from_parts(origin, [funnel; 10]),
                labels: labels
                    .iter()
                    .map(|n| LabelId::from_parts(origin, [*n; 10]))
                    .collect(),
                assignee_id: assignee.map(member),
                is_open,
                started_at,
                first_message_at,
                first_closed_at: first_message_at
                    .zip(closed)
                    .map(|(at, after)| at.plus_millis(after)),
                resolution_business_ms: closed.map(|after| after / 2),
                reopened,
                rating: [None, Some(Rating::Good), Some(Rating::Bad), None][usize::from(rating)],
                is_rating_requested: asked,
                waiting_since: first_message_at,
                replies: first_message_at.map_or_else(Vec::new, |first| {
                    waits
                        .into_iter()
                        .map(|(by, since, wait, reckoned)| Reply {
                            by: member(by),
                            since: first.plus_millis(since),
                            at: first.plus_millis(since + wait),
                            business_ms: reckoned.then_some(wait / 3),
                        })
                        .collect()
                }),
                messages: counts.into_iter().collect(),
            }
        })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let origin = Timestamp::from_millis(0);
    (
        proptest::option::weighted(0.3, 0_u8..2),
        proptest::option::weighted(0.3, 0_u8..3),
        proptest::option::weighted(0.3, 0_u8..3),
        proptest::option::weighted(0.3, 0_u8..3),
    )
        .prop_map(move |(site, funnel, operator, label)| Filter {
            websites: site.map(|n| BTreeSet::from([website(n)])),
            funnel: funnel.map(|n| FunnelId::from_parts(origin, [n; 10])),
            operator: operator.map(member),
            label: label.map(|n| LabelId::from_parts(origin, [n; 10])),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn card_chart_table_and_list_agree(
        facts in vec(any_fact(), 0..60),
        filter in any_filter(),
        (from, days) in (1_u8..20, 0_u8..9),
        zone in 0_usize..4,
    ) {
        let zone = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"][zone];
        let day = |n: u8| format!("2026-11-{n:02}");
        let range = Range::read(&day(from), &day(from + days), zone).expect("a range");
        let period = range.period();
        let card = tally::figures(&facts, &filter, period);
        let by_website = tally::breakdown(&facts, &filter, period, |one| vec![one.fact.website_id]);
        let by_operator = tally::breakdown(&facts, &filter, period, |one| vec![one.operator]);
        for metric in Metric::all().filter(|metric| *metric != Metric::Visitors) {
            let all = card.occurrences(metric);
            // The list.
            let rows = tally::rows(metric, &facts, &filter, period);
            let values: Vec<f64> = rows.iter().map(|row| row.row().value).collect();
            let listed = match metric.unit() {
                Unit::Count => values.iter().sum::<f64>() as u64,
                Unit::Seconds | Unit::Share => values.len() as u64,
            };
            prop_assert_eq!(listed, all, "{} listed", metric);
            if metric == Metric::Satisfaction && all > 0 {
                prop_assert_eq!(Some(values.iter().sum::<f64>() / all as f64), card.satisfaction);
            }
            if metric.unit() == Unit::Seconds {
                let millis = values.iter().map(|value| (value * 1_000.0).round() as i64).collect();
                prop_assert_eq!(Some(tally::spread(millis)), card.reading(metric).spread, "{} listed", metric);
            }
            // The chart, at every interval, and the hours of the week.
            let counted = |reading: &switchboard_contract::analytics::Reading| match reading.spread {
                Some(spread) => spread.count,
                None => reading.value.unwrap_or(0.0) as u64,
            };
            for interval in [Interval::Hour, Interval::Day, Interval::Week, Interval::Month] {
                let buckets = range.buckets(interval).expect("not too many");
                let chart = tally::series(metric, &facts, &filter, &buckets);
                if metric.unit() != Unit::Share {
                    prop_assert_eq!(chart.iter().map(counted).sum::<u64>(), all, "{} by {}", metric, interval);
                }
            }
            let week = tally::heatmap(metric, &facts, &filter, period, range.zone());
            if metric.unit() != Unit::Share {
                prop_assert_eq!(week.iter().map(counted).sum::<u64>(), all, "{} by hour of the week", metric);
            }
            // The tables.
            let websites: u64 = by_website.values().map(|row| row.occurrences(metric)).sum();
            let operators: u64 = by_operator.values().map(|row| row.occurrences(metric)).sum();
            prop_assert_eq!((websites, operators), (all, all), "{} in tables", metric);
        }
        // Every conversation is answered once at most, or not.
        if filter.operator.is_none() {
            prop_assert_eq!(card.first_response_seconds.count + card.unanswered, card.conversations);
        }
    }

    #[test]
    fn a_pack_holds_the_facts_and_nothing_else_reads_as_one(facts in vec(any_fact(), 0..20), cut in 0_usize..200) {
        let facts: Vec<Fact> = facts
            .into_iter()
            .map(|fact| Fact { website_id: website(1), ..fact })
            .collect();
        let packed = pack(&facts);
        prop_assert_eq!(unpack(&packed, website(1)), Some(facts));
        let cut = cut.min(packed.len() - 1);
        prop_assert_eq!(unpack(&packed[..cut], website(1)), None);
    }
}
