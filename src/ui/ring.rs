//! A ring: the parts of a whole, with a legend that says each of them.

use switchboard_engine::chart::{Share, shares};
use yew::prelude::*;

use crate::i18n::{percent, t};
use crate::scoped;

/// Parts with a colour of their own; the rest is one.
const PARTS: usize = 6;

/// A part of the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RingPart {
    /// What it is called.
    pub name: AttrValue,
    /// How much it is.
    pub amount: f64,
}

/// Props for [`Ring`].
#[derive(Properties, PartialEq)]
pub struct RingProps {
    /// What it shows: the name of the picture.
    pub name: AttrValue,
    /// The parts, in any order.
    pub parts: Vec<RingPart>,
    /// An amount as it is read.
    pub text_of: Callback<f64, AttrValue>,
}

/// The ring. Without a part above 0 it is an empty one.
#[component]
pub fn Ring(props: &RingProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-4) var(--space-6);
        min-inline-size: 0;

        .ring {
            position: relative;
            flex: none;
            inline-size: 9rem;
            block-size: 9rem;
        }
        svg {
            inline-size: 100%;
            block-size: 100%;
            transform: rotate(-90deg);
        }
        circle {
            fill: none;
            stroke-width: 14;
            print-color-adjust: exact;
        }
        .total {
            position: absolute;
            inset: 0;
            display: grid;
            place-content: center;
            font-size: var(--text-20);
            font-weight: var(--weight-strong);
            font-variant-numeric: var(--numeric);
        }
        ul {
            display: grid;
            flex: 1 1 12rem;
            gap: var(--space-1);
            min-inline-size: 0;
            font-size: var(--text-13);
            line-height: var(--lh-13);
        }
        li {
            display: grid;
            grid-template-columns: auto minmax(0, 1fr) auto 3.5rem;
            align-items: center;
            gap: var(--space-2);
        }
        i {
            inline-size: 0.625rem;
            block-size: 0.625rem;
            border-radius: 2px;
            forced-color-adjust: none;
            print-color-adjust: exact;
        }
        li > span {
            color: var(--text-2);
            text-align: end;
            font-variant-numeric: var(--numeric);
        }
        "#
    );
    let amounts: Vec<f64> = props.parts.iter().map(|part| part.amount).collect();
    let found = shares(&amounts, PARTS);
    let total: f64 = found.iter().map(|share| share.amount).sum();
    let name_of = |share: &Share| {
        let part = share.of.and_then(|place| props.parts.get(place));
        part.map_or_else(|| t("chart.others"), |part| part.name.clone())
    };
    let colour = |place: usize| {
        if found[place].of.is_some() {
            format!("var(--chart-{})", place + 1)
        } else {
            "var(--chart-compare)".to_owned()
        }
    };
    let summary = if found.is_empty() {
        t("chart.nothing").to_string()
    } else {
        let told = found
            .iter()
            .map(|share| format!("{} {}", name_of(share), percent(share.length)));
        format!("{}.", told.collect::<Vec<_>>().join(", "))
    };
    html! {
        <div {class}>
            <div class="ring" role="img" aria-label={format!("{}. {summary}", props.name)}>
                <svg viewBox="0 0 100 100" aria-hidden="true">
                    <circle cx="50" cy="50" r="42" style="stroke: var(--well)" />
                    { for found.iter().enumerate().map(|(place, share)| html! {
                        <circle
                            key={place}
                            cx="50"
                            cy="50"
                            r="42"
                            pathLength="100"
                            style={format!("stroke: {}", colour(place))}
                            stroke-dasharray={format!("{:.3} 100", gap(share.length, found.len()))}
                            stroke-dashoffset={format!("{:.3}", -share.from * 100.0)}
                        />
                    }) }
                </svg>
                <span class="total" aria-hidden="true">{ props.text_of.emit(total) }</span>
            </div>
            <ul role="list">
                { for found.iter().enumerate().map(|(place, share)| html! {
                    <li key={place}>
                        <i style={format!("background: {}", colour(place))} aria-hidden="true" />
                        <bdi class="truncate" title={name_of(share)}>{ name_of(share) }</bdi>
                        <b>{ props.text_of.emit(share.amount) }</b>
                        <span>{ percent(share.length) }</span>
                    </li>
                }) }
            </ul>
        </div>
    }
}

/// How long a part is drawn, in hundredths of the way: with a gap to the next one, where there is one and it can be spared.
fn gap(length: f64, parts: usize) -> f64 {
    let length = length * 100.0;
    if parts > 1 && length > 1.5 {
        length - 0.6
    } else {
        length
    }
}
