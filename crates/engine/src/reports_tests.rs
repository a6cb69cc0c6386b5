#![allow(clippy::expect_used, clippy::float_cmp)]

use proptest::prelude::*;
use switchboard_contract::analytics::Figures;

use super::*;

fn on(text: &str) -> Date {
    day(text).expect("a day")
}

fn pairs(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    texts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn presets_are_whole_days_that_move_with_today() {
    let said = |preset: Preset, today: &str| {
        let days = preset.days(on(today));
        (day_text(days.from), day_text(days.to))
    };
    let is = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(said(Preset::Today, "2026-11-23"), is("2026-11-23", "2026-11-23"));
    assert_eq!(
        said(Preset::Yesterday, "2026-03-01"),
        is("2026-02-28", "2026-02-28")
    );
    assert_eq!(
        said(Preset::Yesterday, "2028-03-01"),
        is("2028-02-29", "2028-02-29")
    );
    assert_eq!(said(Preset::Last7, "2026-11-23"), is("2026-11-17", "2026-11-23"));
    assert_eq!(said(Preset::Last30, "2026-11-23"), is("2026-10-25", "2026-11-23"));
    assert_eq!(
        said(Preset::ThisMonth, "2026-11-23"),
        is("2026-11-01", "2026-11-23")
    );
    assert_eq!(
        said(Preset::LastMonth, "2026-01-31"),
        is("2025-12-01", "2025-12-31")
    );
    assert_eq!(
        said(Preset::LastMonth, "2026-03-31"),
        is("2026-02-01", "2026-02-28")
    );
    assert_eq!(
        said(Preset::ThisYear, "2026-11-23"),
        is("2026-01-01", "2026-11-23")
    );
}

#[test]
fn the_time_before_is_as_long_and_ends_the_day_before() {
    let days = Preset::Last7.days(on("2026-03-03"));
    let before = days.before();
    assert_eq!(
        (day_text(before.from), day_text(before.to)),
        ("2026-02-18".into(), "2026-02-24".into())
    );
    assert_eq!(before.count(), days.count());
}

#[test]
fn what_is_wrong_in_an_address_is_told_and_the_rest_counts() {
    let today = on("2026-11-23");
    let wrong = |texts: &[(&str, &str)]| Asked::read(&pairs(texts), today).1;
    let one = |field, wrong| vec![Fault { field, wrong }];
    assert_eq!(
        wrong(&[("from", "2026-11-23"), ("to", "2026-11-01")]),
        one(Field::To, Wrong::Inverted)
    );
    assert_eq!(
        wrong(&[("from", "1976-01-01"), ("to", "2026-01-01")]),
        one(Field::To, Wrong::TooLong)
    );
    assert_eq!(
        wrong(&[("from", "2026-02-30"), ("to", "2026-03-01")]),
        one(Field::From, Wrong::NoDay)
    );
    assert_eq!(wrong(&[("from", "2026-03-01")]), one(Field::To, Wrong::NoDay));
    assert_eq!(wrong(&[("range", "for-ever")]), one(Field::Range, Wrong::Unknown));
    assert_eq!(
        wrong(&[("interval", "minute")]),
        one(Field::Interval, Wrong::Unknown)
    );
    assert_eq!(
        wrong(&[("interval", "month")]),
        one(Field::Interval, Wrong::Unsuitable)
    );
    assert_eq!(
        wrong(&[("websiteId", "mine")]),
        one(Field::Filter, Wrong::Unknown)
    );
    assert_eq!(
        wrong(&[("metric", "unknown")]),
        one(Field::Metric, Wrong::Unknown)
    );
    assert_eq!(wrong(&[("sort", "-colour")]), one(Field::Sort, Wrong::Unknown));
    let (asked, faults) = Asked::read(
        &pairs(&[("range", "soon"), ("by", "website"), ("compare", "no")]),
        today,
    );
    assert_eq!(faults.len(), 1);
    assert_eq!((asked.by, asked.compares), (Dimension::Website, false));
    assert_eq!(asked.range, Range::Preset(Preset::Last30));
}

#[test]
fn five_years_are_a_range_and_a_day_more_is_none() {
    assert!(Days::read("2021-11-24", "2026-11-23").is_ok());
    assert_eq!(
        Days::read("2021-11-23", "2026-11-23"),
        Err(vec![Fault::new(Field::To, Wrong::TooLong)])
    );
    // Five years after a leap day is the last of February.
    assert!(Days::read("2024-02-29", "2029-02-27").is_ok());
    assert!(Days::read("2024-02-29", "2029-02-28").is_err());
}

#[test]
fn changes_say_how_much_and_whether_it_is_good() {
    let moved = |is_up, by, is_good| Change::Moved { is_up, by, is_good };
    // 12 of 10: a fifth more. 30 s of 90 s: a minute less. 0.75 of 0.5: 25 points more.
    assert_eq!(
        change(Metric::Conversations, Some(12.0), Some(10.0)),
        moved(true, By::Share(0.2), None)
    );
    assert_eq!(
        change(Metric::Missed, Some(5.0), Some(10.0)),
        moved(false, By::Share(0.5), Some(true))
    );
    assert_eq!(
        change(Metric::FirstResponseSeconds, Some(30.0), Some(90.0)),
        moved(false, By::Seconds(60.0), Some(true))
    );
    assert_eq!(
        change(Metric::Satisfaction, Some(0.75), Some(0.5)),
        moved(true, By::Points(25.0), Some(true))
    );
    assert_eq!(
        change(Metric::Missed, Some(3.0), Some(0.0)),
        moved(true, By::FromNothing, Some(false))
    );
    assert_eq!(change(Metric::Missed, Some(0.0), Some(0.0)), Change::Same);
    assert_eq!(change(Metric::Satisfaction, None, Some(0.5)), Change::Unknown);
}

fn row(name: &str, conversations: u64, satisfaction: Option<f64>) -> BreakdownRow {
    BreakdownRow {
        key: Some(name.to_owned()),
        name: Some(name.to_owned()),
        figures: Figures {
            conversations,
            satisfaction,
            ..Figures::default()
        },
        views: None,
    }
}

#[test]
fn rows_without_a_number_stand_last_in_both_orders() {
    let order = |by, is_descending| {
        let mut rows = vec![row("b", 2, None), row("A", 3, Some(0.5)), row("c", 1, Some(0.9))];
        sort_rows(&mut rows, Sort { by, is_descending }, |row| {
            row.name.clone().unwrap_or_default()
        });
        rows.into_iter().filter_map(|row| row.name).collect::<String>()
    };
    assert_eq!(order(Column::Name, false), "Abc");
    assert_eq!(order(Column::Name, true), "cbA");
    assert_eq!(order(Column::Of(Metric::Conversations), true), "Abc");
    assert_eq!(order(Column::Of(Metric::Satisfaction), true), "cAb");
    assert_eq!(order(Column::Of(Metric::Satisfaction), false), "Acb");
}

#[test]
fn news_is_asked_after_at_once_and_then_once_a_second() {
    let mut pace = Pace::default();
    assert_eq!(pace.heard(5_000), Some(0));
    pace.asked(5_000);
    assert_eq!(pace.heard(5_100), Some(900));
    assert_eq!(pace.heard(5_200), None);
    pace.asked(6_000);
    assert_eq!(pace.heard(9_000), Some(0));
}

proptest! {
    #[test]
    fn an_address_says_what_was_written_into_it(
        preset in 0_usize..8, free in any::<bool>(), start in 0_i64..3_000, length in 0_i64..1_500,
        metric in 0_usize..15, by in 0_usize..7, sort in prop::option::of((0_usize..17, any::<bool>())),
        compares in any::<bool>(), narrowed in any::<bool>(), interval in prop::option::of(0_usize..4),
    ) {
        let today = on("2026-11-23");
        let metrics: Vec<Metric> = Metric::all().collect();
        let from = on("2018-01-01").saturating_add(Duration::days(start));
        let days = Days { from, to: from.saturating_add(Duration::days(length)) };
        let range = if free { Range::Free(days) } else { Range::Preset(Preset::ALL[preset]) };
        let tables = [Dimension::Website, Dimension::Funnel, Dimension::Agent, Dimension::Label, Dimension::Page,
            Dimension::Country, Dimension::Device];
        let suitable = range.days(today).intervals();
        let column = |index: usize| match index {
            0 => Column::Name,
            1 => Column::Views,
            index => Column::Of(metrics[index - 2]),
        };
        let asked = Asked {
            range,
            tz: narrowed.then(|| "Asia/Kathmandu".to_owned()),
            compares,
            interval: interval.and_then(|index| suitable.get(index).copied()),
            metric: metrics[metric],
            by: tables[by],
            split: Some(tables[by]).filter(|by| by.adds_up()),
            sort: sort.map(|(by, is_descending)| Sort { by: column(by), is_descending }),
            website: narrowed.then(|| "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id")),
            ..Asked::default()
        };
        let written: Vec<(String, String)> = asked.write().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        prop_assert_eq!(Asked::read(&written, today), (asked, Vec::new()));
    }
}
