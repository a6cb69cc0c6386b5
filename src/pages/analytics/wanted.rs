//! What the page's address asks for.

use std::rc::Rc;

use switchboard_contract::analytics::{AnalyticsQuery, Metric};
use switchboard_contract::ids::WebsiteId;
use switchboard_engine::reports::{Asked, Date, Fault, Preset, Range};
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::browser::own_time_zone;
use crate::query::asks::today_in;
use crate::routes::Route;

/// The parameters of the page's address that show a metric of some days.
pub fn report_link(
    preset: Preset,
    website: Option<WebsiteId>,
    metric: Metric,
) -> Vec<(&'static str, String)> {
    let asked = Asked {
        range: Range::Preset(preset),
        website,
        metric,
        ..Asked::default()
    };
    asked.write()
}

/// What the address asks for, and the way to ask for something else.
#[derive(Clone, PartialEq)]
pub struct Wanted {
    /// What is asked for.
    pub asked: Rc<Asked>,
    /// What is wrong with the address.
    pub faults: Vec<Fault>,
    /// The zone whose days are meant.
    pub zone: AttrValue,
    /// Today there.
    pub today: Date,
    /// Asks for something else, as a step that `Back` takes back.
    pub go: Callback<Asked>,
}

impl Wanted {
    /// The question.
    pub fn query(&self) -> AnalyticsQuery {
        self.asked.query(self.today, &self.zone)
    }

    /// The same of the time before.
    pub fn query_before(&self) -> AnalyticsQuery {
        self.asked.query_before(self.today, &self.zone)
    }

    /// A callback that changes one thing.
    pub fn changing<T: 'static>(&self, change: impl Fn(&mut Asked, T) + 'static) -> Callback<T> {
        let (go, asked) = (self.go.clone(), self.asked.clone());
        Callback::from(move |chosen: T| {
            let mut asked = Asked::clone(&asked);
            change(&mut asked, chosen);
            go.emit(asked);
        })
    }
}

/// What the page's address asks for.
#[hook]
pub fn use_wanted() -> Wanted {
    let (location, navigator) = (use_location(), use_navigator());
    let pairs = location
        .and_then(|location| location.query::<Vec<(String, String)>>().ok())
        .unwrap_or_default();
    let named = pairs
        .iter()
        .find(|(name, value)| name == "tz" && !value.is_empty());
    let zone = named.map_or_else(own_time_zone, |(_, zone)| zone.clone());
    let today = today_in(&zone);
    let (asked, faults) = Asked::read(&pairs, today);
    let go = {
        let zone = zone.clone();
        Callback::from(move |mut asked: Asked| {
            // A link that is shared shows the same days elsewhere.
            asked.tz.get_or_insert_with(|| zone.clone());
            if let Some(navigator) = &navigator {
                // A list of pairs always has a query form.
                let _ = navigator.push_with_query(&Route::Analytics, asked.write());
            }
        })
    };
    Wanted {
        asked: Rc::new(asked),
        faults,
        zone: zone.into(),
        today,
        go,
    }
}
