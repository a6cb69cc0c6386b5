//! Writes the facts of made-up conversations, without the conversations: for measuring reports over more of them than it would be
//! worth storing. A day is one transaction, and days that are there are passed over: what was interrupted goes on.

use std::sync::Arc;
use std::time::Instant;

use switchboard_contract::live_chat::Rating;
use switchboard_contract::time::Timestamp;
use switchboard_domain::analytics::fact::{Fact, QUARTER_MS, Reply};

use super::random::Random;
use super::store::{self, Place};
use super::{Plan, Report, words};
use crate::analytics::{days, keep_generated};
use crate::db::Tx;
use crate::problem::ApiResult;
use crate::state::AppState;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Of a hundred conversations so many are answered.
const ANSWERED: u64 = 92;

/// Stores the facts of what `plan` says, in the oldest account, and packs them.
///
/// # Errors
/// When there is no account or no website to put it in, or the database fails.
pub async fn fill(state: &AppState, plan: &Plan) -> ApiResult<Report> {
    let begun = Instant::now();
    let place = store::place(&state.db).await?;
    let now = state.clock.now().as_millis();
    let today = now - now.rem_euclid(DAY_MS);
    let mut report = Report {
        conversations: 0,
        messages: 0,
        took: begun.elapsed(),
    };
    for number in 0..plan.days {
        let day = Timestamp::from_millis(today - (plan.days - number).cast_signed() * DAY_MS);
        let share = |all: u64| all * (number + 1) / plan.days - all * number / plan.days;
        let (conversations, messages) = (share(plan.conversations), share(plan.messages));
        // A seed of the day's own: it is the same wherever the work goes on.
        let random = Random::new(plan.seed ^ day.as_millis().cast_unsigned());
        let here = Arc::clone(&place);
        let stored = state
            .db
            .write(move |tx| Box::pin(fill_day(tx, here, day, conversations, messages, random)))
            .await?;
        if stored {
            report.conversations += conversations;
            report.messages += messages;
        }
    }
    // Nobody changes them: they need not rest.
    let rested = state.clock.now().plus_millis(DAY_MS);
    days::pack_resting(&state.db, rested).await?;
    report.took = begun.elapsed();
    Ok(report)
}

/// Stores one day; false when it is there.
async fn fill_day(
    tx: &mut Tx,
    place: Arc<Place>,
    day: Timestamp,
    conversations: u64,
    messages: u64,
    mut random: Random,
) -> ApiResult<bool> {
    if days::is_made_up(tx, place.websites(), day).await? {
        return Ok(false);
    }
    let mut visits = Vec::new();
    for number in 0..conversations {
        let size = messages * (number + 1) / conversations - messages * number / conversations;
        let fact = fact(&place, day, size, &mut random)?;
        let at = fact.started_at.as_millis();
        let page = random.pick(words::PAGES).map_or("/", |(page, _)| page);
        let device = random
            .pick(words::DEVICES)
            .map_or("desktop", |(.., device)| device);
        visits.push(vec![
            fact.website_id.to_string().into(),
            Timestamp::from_millis(at - at.rem_euclid(QUARTER_MS)).into(),
            format!("{:016x}{:016x}", random.next(), random.next()).into(),
            page.into(),
            store::count(1)?,
            fact.funnel_id.to_string().into(),
            Option::<String>::None.into(),
            device.into(),
        ]);
        keep_generated(tx, place.account(), &fact).await?;
    }
    store::insert(tx, "visit_facts", VISIT_COLUMNS, visits).await?;
    Ok(true)
}

const VISIT_COLUMNS: &[&str] = &[
    "website_id",
    "at",
    "visitor",
    "page",
    "views",
    "funnel_id",
    "country",
    "device",
];

/// A conversation that began on this day and had `size` messages.
fn fact(place: &Place, day: Timestamp, size: u64, random: &mut Random) -> ApiResult<Fact> {
    let (website_id, funnel_id) = place.somewhere(random.next())?;
    let operator = place.somebody(random.next());
    let begun = day.plus_millis(random.below(DAY_MS.cast_unsigned()).cast_signed());
    // Most wait for minutes, some for hours.
    let mut wait = || {
        let scale = if random.chance(90) { 600_000 } else { 20_000_000 };
        random.below(scale).cast_signed()
    };
    let mut replies = Vec::new();
    let mut since = begun;
    for _ in 0..size / 3 {
        let waited = wait();
        if let Some(by) = operator {
            replies.push(Reply {
                by,
                since,
                at: since.plus_millis(waited),
                business_ms: Some(waited / 3),
            });
        }
        since = since.plus_millis(waited + wait());
    }
    if !random.chance(ANSWERED) {
        replies.clear();
    }
    let last = replies.last().map_or(begun, |reply| reply.at);
    let is_closed = random.chance(90);
    let closed = last.plus_millis(random.below(7_200_000).cast_signed());
    let quarter =
        |at: Timestamp| Timestamp::from_millis(at.as_millis() - at.as_millis().rem_euclid(QUARTER_MS));
    let (first, end) = (quarter(begun), quarter(last));
    let messages = if first == end {
        vec![(first, size)]
    } else {
        vec![(first, size / 2), (end, size - size / 2)]
    };
    let rating = if random.chance(70) {
        Rating::Good
    } else {
        Rating::Bad
    };
    Ok(Fact {
        conversation_id: None,
        website_id,
        funnel_id,
        labels: Vec::new(),
        assignee_id: operator.filter(|_| random.chance(80)),
        is_open: !is_closed,
        started_at: begun,
        first_message_at: Some(begun),
        first_closed_at: is_closed.then_some(closed),
        resolution_business_ms: is_closed.then_some((closed.as_millis() - begun.as_millis()) / 3),
        reopened: u64::from(random.chance(8)),
        rating: (is_closed && random.chance(30)).then_some(rating),
        is_rating_requested: is_closed && random.chance(70),
        waiting_since: None,
        replies,
        messages,
    })
}
