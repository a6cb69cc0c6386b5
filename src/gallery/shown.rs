//! What is looked at.

use std::rc::Rc;

use switchboard_contract::analytics::Unit;
use switchboard_contract::live_chat::LabelColour;
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::State;
use crate::api::{ApiError, Retrying};
use crate::browser::monotonic_ms;
use crate::i18n::decimal;
use crate::query::{Loaded, Query};
use crate::ui::{
    Avatar, Button, Chart, ChartLayer, ChartPoints, EmptyState, ErrorState, Icon, IconName, IconSize,
    LabelDot, Loading, Mark, Notice, PageHead, Ring, RingPart, Skeleton, Status, Table, Tone, Trend,
    TryingAgain, TryingAgainChip, VirtualList, view_prose, view_query,
};

/// Six hours: nobody looks at a gallery for longer.
const LATER_MS: f64 = 21_600_000.0;

const ICONS: [IconName; 44] = [
    IconName::Alert,
    IconName::Archive,
    IconName::Assign,
    IconName::Back,
    IconName::Chat,
    IconName::Chart,
    IconName::Check,
    IconName::Checks,
    IconName::Clock,
    IconName::Copy,
    IconName::Down,
    IconName::Download,
    IconName::Edit,
    IconName::External,
    IconName::Eye,
    IconName::Filter,
    IconName::Globe,
    IconName::Info,
    IconName::Left,
    IconName::Lock,
    IconName::Logout,
    IconName::Monitor,
    IconName::Moon,
    IconName::More,
    IconName::Note,
    IconName::Offline,
    IconName::Ok,
    IconName::Overview,
    IconName::Panel,
    IconName::PanelEnd,
    IconName::Phone,
    IconName::Plus,
    IconName::Refresh,
    IconName::Right,
    IconName::Search,
    IconName::Send,
    IconName::Settings,
    IconName::Smile,
    IconName::Tag,
    IconName::Trash,
    IconName::UpDown,
    IconName::User,
    IconName::Users,
    IconName::Warn,
];

pub(super) fn brand() -> Vec<State> {
    vec![State::new("the mark", html! { <Mark /> })]
}

pub(super) fn chart() -> Vec<State> {
    let of = |unit: Unit, values: &[Option<f64>], partial_from: Option<usize>| {
        let text_of = |value: Option<f64>| match value {
            Some(value) => AttrValue::from(decimal(value)),
            None => AttrValue::from("–"),
        };
        let time_of = |point: usize| AttrValue::from((point + 1).to_string());
        html! {
            <Chart
                name="A chart"
                summary="What can be seen of it."
                points={ChartPoints::new(values.iter().copied(), partial_from)}
                {unit}
                has_bars={unit == Unit::Count}
                time_of={Callback::from(time_of)}
                short_time_of={Callback::from(time_of)}
                text_of={Callback::from(text_of)}
            />
        }
    };
    let days: Vec<Option<f64>> = (0..30_u32).map(|day| Some(f64::from(day * 7 % 31))).collect();
    let gaps: Vec<Option<f64>> = (0..30_u32)
        .map(|day| (day % 9 > 1).then(|| f64::from(day * 7 % 31)))
        .collect();
    let many: Vec<Option<f64>> = (0..20_000_u32)
        .map(|point| Some(f64::from(point.wrapping_mul(2_654_435_761) >> 22) / 1_024.0))
        .collect();
    let layer = |name: &'static str, values: &[Option<f64>]| ChartLayer {
        name: name.into(),
        points: ChartPoints::new(values.iter().copied(), None),
    };
    let third: Vec<Option<f64>> = days.iter().map(|value| value.map(|value| value / 3.0)).collect();
    let rest: Vec<Option<f64>> = days.iter().map(|value| value.map(|value| value / 1.5)).collect();
    let stack = html! {
        <Chart
            name="A stack"
            summary="What can be seen of it."
            points={ChartPoints::new(days.iter().copied(), Some(29))}
            unit={Unit::Count}
            has_bars=true
            parts={Rc::from([layer("A third", &third), layer("The rest", &rest)])}
            before={layer("The time before", &gaps)}
            time_of={Callback::from(|point: usize| AttrValue::from((point + 1).to_string()))}
            short_time_of={Callback::from(|point: usize| AttrValue::from((point + 1).to_string()))}
            text_of={Callback::from(|value: Option<f64>| AttrValue::from(value.map_or_else(String::new, decimal)))}
        />
    };
    vec![
        State::wide("parts, and the time before", stack),
        State::wide("counts, the last day not over", of(Unit::Count, &days, Some(29))),
        State::wide("durations with gaps", of(Unit::Seconds, &gaps, None)),
        State::wide("more points than pixels", of(Unit::Share, &many, None)),
        State::wide("nothing measured", of(Unit::Seconds, &[None; 7], None)),
    ]
}

pub(super) fn ring() -> Vec<State> {
    let of = |amounts: &[f64]| {
        let part = |(index, amount): (usize, &f64)| RingPart {
            name: AttrValue::from(format!("Part {}", index + 1)),
            amount: *amount,
        };
        let text_of = Callback::from(|amount: f64| AttrValue::from(decimal(amount)));
        html! { <Ring name="A ring" parts={amounts.iter().enumerate().map(part).collect::<Vec<_>>()} {text_of} /> }
    };
    vec![
        State::wide("a few", of(&[12.0, 7.0, 3.0])),
        State::wide(
            "many, the smallest together",
            of(&[30.0, 20.0, 9.0, 8.0, 7.0, 6.0, 3.0, 2.0, 1.0]),
        ),
        State::wide("one", of(&[4.0])),
        State::wide("nothing", of(&[])),
    ]
}

pub(super) fn trend() -> Vec<State> {
    let of = |values: Vec<Option<f64>>| html! { <Trend name="A trend" summary="What can be seen of it." {values} unit={Unit::Count} /> };
    let days = (0..30_u32).map(|day| Some(f64::from(day * 7 % 31))).collect();
    let gaps = (0..30_u32)
        .map(|day| (day % 9 > 1).then(|| f64::from(day * 7 % 31)))
        .collect();
    vec![
        State::new("by day", of(days)),
        State::new("with gaps", of(gaps)),
        State::new("nothing measured", of(vec![None; 7])),
    ]
}

pub(super) fn icon() -> Vec<State> {
    let all = html! {
        <div class="row wrap">{ for ICONS.into_iter().map(|name| html! { <Icon key={format!("{name:?}")} {name} /> }) }</div>
    };
    let sizes = [IconSize::Small, IconSize::Medium, IconSize::Large];
    let sizes = html! {
        <div class="row">{ for sizes.into_iter().map(|size| html! { <Icon key={format!("{size:?}")} name={IconName::Chat} {size} /> }) }</div>
    };
    vec![State::wide("all", all), State::new("sizes", sizes)]
}

pub(super) fn prose() -> Vec<State> {
    let look = |text: &'static str| html! { <div>{ view_prose(text) }</div> };
    vec![
        State::new("plain", look("As it was typed.")),
        State::new(
            "marked",
            look("**Bold**, *slanted*, `code` and https://shop.example/tents"),
        ),
        State::new(
            "blocks",
            look("> A quote\n- one\n- two\n1. first\n2. second\n```\nlet x = 1;\n```"),
        ),
    ]
}

pub(super) fn label_dot() -> Vec<State> {
    let colours = [
        LabelColour::Grey,
        LabelColour::Blue,
        LabelColour::Green,
        LabelColour::Yellow,
        LabelColour::Orange,
        LabelColour::Red,
        LabelColour::Purple,
    ];
    let all = html! {
        <div class="row">{ for colours.into_iter().map(|colour| html! { <LabelDot key={format!("{colour:?}")} {colour} /> }) }</div>
    };
    vec![State::new("all", all)]
}

pub(super) fn avatar() -> Vec<State> {
    let some = ["Kim Example", "Ada", "李 小龍", "محمد", ""];
    let people = html! {
        <div class="row">{ for some.into_iter().map(|name| html! { <Avatar key={name} id={format!("id {name}")} {name} /> }) }</div>
    };
    vec![
        State::new("people", people),
        State::new("a website", html! { <Avatar id="shop" name="Shop" site=true /> }),
        State::new(
            "large",
            html! { <Avatar id="1" name="Kim Example" size="2.5rem" /> },
        ),
    ]
}

pub(super) fn page_head() -> Vec<State> {
    vec![State::wide(
        "with a count and a tool",
        html! { <PageHead heading="Visitors" aside="12"><Button icon={IconName::Refresh}>{ "Refresh" }</Button></PageHead> },
    )]
}

pub(super) fn skeleton() -> Vec<State> {
    vec![State::new(
        "a row",
        html! {
            <Loading label="Loading">
                <div class="row row-3">
                    <Skeleton inline="2rem" block="2rem" round=true />
                    <div class="stack"><Skeleton inline="9rem" /><Skeleton inline="14rem" /></div>
                </div>
            </Loading>
        },
    )]
}

fn retrying() -> Retrying {
    Retrying {
        error: ApiError::Offline,
        attempt: 2,
        at_ms: monotonic_ms() + LATER_MS,
    }
}

fn query(data: bool, error: Option<ApiError>, retrying: Option<Retrying>) -> Query<&'static str> {
    Query {
        data: data.then(|| Loaded {
            value: std::rc::Rc::new("Three websites, as they were."),
            at: Timestamp::from_millis(1_795_339_800_000),
        }),
        error,
        is_loading: false,
        retrying,
        reload: Callback::noop(),
    }
}

pub(super) fn states() -> Vec<State> {
    let failed = AttrValue::Static("Websites could not be loaded.");
    let look = |query: &Query<&'static str>| {
        let skeleton = || html! { <Loading label="Loading"><Skeleton inline="60%" block="3rem" /></Loading> };
        view_query(query, &failed, skeleton, |text| html! { <p>{ *text }</p> })
    };
    let busy = query(false, None, Some(retrying()));
    vec![
        State::new(
            "empty, with the next step",
            html! {
                <EmptyState icon={IconName::Globe} title="No website yet" text="Websites that show the widget are listed here.">
                    <Button icon={IconName::Plus}>{ "Add website" }</Button>
                </EmptyState>
            },
        ),
        State::new(
            "failed",
            html! { <ErrorState title="Websites could not be loaded." error={ApiError::TimedOut} on_retry={Callback::noop()} /> },
        ),
        State::new(
            "failed, tried again by itself",
            html! {
                <ErrorState
                    title="Websites could not be loaded."
                    error={ApiError::Offline}
                    busy=true
                    retrying={retrying()}
                    on_retry={Callback::noop()}
                />
            },
        ),
        State::new("loading, tried again by itself", look(&busy)),
        State::new(
            "old",
            look(&query(true, Some(ApiError::RateLimited(30_000)), None)),
        ),
        State::new("ready", look(&query(true, None, None))),
        State::new(
            "a notice",
            html! { <Notice>{ "Someone else changed this member in the meantime." }</Notice> },
        ),
        State::new(
            "a warning",
            html! { <Notice tone={Tone::Warning}>{ "Set up a second factor to go on." }</Notice> },
        ),
        State::new(
            "a failure",
            html! { <Notice tone={Tone::Danger}>{ "The messages before these could not be loaded." }</Notice> },
        ),
        State::new(
            "how something stands",
            html! {
                <div class="stack">
                    <Status icon={IconName::Ok} tone="success" text="Online" />
                    <Status icon={IconName::Warn} tone="warning" text="Degraded" />
                    <Status icon={IconName::Alert} tone="danger" text="Silent" />
                    <Status icon={IconName::Info} text="Never seen" />
                </div>
            },
        ),
    ]
}

fn rows(label: &'static str, tight: bool) -> Html {
    let row = |name: &'static str, page: &'static str, seen: &'static str| {
        html! {
            <tr role="row" key={name}>
                <td role="cell">
                    <div class="cell-main">
                        <Avatar id={name} {name} size="1.75rem" />
                        <bdi class="truncate strong">{ name }</bdi>
                    </div>
                </td>
                <td role="cell" data-label="Page" class="text-2"><span class="truncate">{ page }</span></td>
                <td role="cell" class="end text-3 td-corner">{ seen }</td>
            </tr>
        }
    };
    html! {
        <Table {label} {tight}>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ "Visitor" }</th>
                    <th role="columnheader">{ "Page" }</th>
                    <th role="columnheader" class="end">{ "Seen" }</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                { row("Kim Example", "Camping stoves", "2 min") }
                { row("A visitor whose name is longer than any column", "A page whose title is longer still", "1 h") }
            </tbody>
        </Table>
    }
}

pub(super) fn table() -> Vec<State> {
    vec![
        State::wide("comfortable", rows("Visitors", false)),
        State::wide("tight", rows("Latest", true)),
    ]
}

pub(super) fn trying_again() -> Vec<State> {
    vec![
        State::new("in a line", html! { <TryingAgain retrying={retrying()} /> }),
        State::new(
            "over what is loading",
            html! {
                <div style="position:relative">
                    <Skeleton inline="100%" block="6rem" />
                    <TryingAgainChip retrying={retrying()} />
                </div>
            },
        ),
    ]
}

pub(super) fn virtual_list() -> Vec<State> {
    vec![
        State::new("a hundred thousand rows", html! { <Long rows=100_000 /> }),
        State::new("few rows", html! { <Long rows=3 /> }),
    ]
}

#[derive(Properties, PartialEq)]
struct LongProps {
    rows: u32,
}

/// Rows that scroll in a box.
#[component]
fn Long(props: &LongProps) -> Html {
    let scroller = use_node_ref();
    let keys = use_memo(props.rows, |rows| (1..=*rows).collect::<std::rc::Rc<[u32]>>());
    let view = Callback::from(|row: u32| html! { <span>{ crate::i18n::number(u64::from(row)) }</span> });
    html! {
        <div ref={scroller.clone()} style="block-size:12rem;overflow:auto;overflow-anchor:none;--row-block:2rem" tabindex="0">
            <VirtualList<u32> label="Rows" keys={(*keys).clone()} {view} {scroller} />
        </div>
    }
}
