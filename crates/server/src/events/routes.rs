//! `GET /api/events`: the account's log over REST, for clients that found a gap in their stream, and with `waitMs` for those
//! that cannot open a socket.

use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::FutureExt as _;
use switchboard_contract::auth::Availability;
use switchboard_contract::page::MAX_LIMIT;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{EventPage, MAX_WAIT_MS, Signal};
use switchboard_domain::flow;
use switchboard_domain::replay;
use switchboard_domain::standing;
use tokio::time::{Instant, sleep_until};

use super::{Audience, StoredEvent, after, log};
use crate::auth::Operator;
use crate::db::Db;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::availability;
use crate::realtime::hub::{Heard, StreamKey};
use crate::realtime::presence::Present;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> Router<AppState> {
    Router::new().route("/api/events", get(list))
}

/// How often a request that waits looks at the caller's rights, and at the log for what another server stored.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Events after a position, as far as the caller may see them. With `waitMs` it waits for the first one, or a signal; whoever waits is
/// there, and away with `idle=true`: nobody uses the device.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<EventPage>> {
    let from: Offset = params
        .parsed("after", "an offset: digits")?
        .ok_or_else(|| ApiError::bad_parameter("after", "say after which offset."))?;
    let epoch = params
        .text("epoch")
        .map(|text| Epoch(text.to_owned()))
        .ok_or_else(|| ApiError::bad_parameter("epoch", "say of which epoch the offset is."))?;
    let limit = params.bounded("limit", MAX_LIMIT, MAX_LIMIT)?;
    let wait = wait(&params)?;
    let idle = params.parsed("idle", "true or false")?.unwrap_or(false);
    let ask = Ask {
        stream: StreamKey::Account(operator.account_id),
        epoch,
        limit,
    };
    let Some(wait) = wait else {
        let page = ask.page(&state.db, from).await?;
        return Ok(Json(page.visible_to(&operator, from, Vec::new())?));
    };
    let deadline = Instant::now() + wait;
    wait_for_news(&state, &operator, ask, from, deadline, idle)
        .await
        .map(Json)
}

fn wait(params: &Params) -> ApiResult<Option<Duration>> {
    let expected = format!("milliseconds from 0 to {MAX_WAIT_MS}");
    match params.parsed::<u32>("waitMs", &expected)? {
        None | Some(0) => Ok(None),
        Some(millis) if millis <= MAX_WAIT_MS => Ok(Some(Duration::from_millis(millis.into()))),
        Some(_) => Err(ApiError::bad_parameter("waitMs", format!("expected {expected}."))),
    }
}

/// Waits until there is something that the caller may see. Whoever hangs up drops this future, and with it everything
/// that waits.
async fn wait_for_news(
    state: &AppState,
    operator: &Operator,
    ask: Ask,
    from: Offset,
    deadline: Instant,
    idle: bool,
) -> ApiResult<EventPage> {
    let mut open = state.hub.opened();
    // Followed before the log is read: a commit in between wakes.
    let mut follower = state.hub.follow(ask.stream);
    let number = state.hub.next_socket();
    let present = Present::polling(&state.hub, operator, number, state.config.realtime.presence_grace);
    let set = state
        .db
        .read({
            let member = operator.member_id;
            move |tx| Box::pin(async move { availability(tx, member).await })
        })
        .await?;
    // As on the socket: away by use is only who takes conversations.
    let availability = match set {
        Availability::Available if idle => Availability::Away,
        set => set,
    };
    present.say(operator, availability);
    let mut position = from;
    let mut signals = Vec::new();
    let mut last_look = false;
    loop {
        let page = ask.page(&state.db, position).await?;
        let head = page.head;
        let has_more = page.has_more;
        let seen = page.visible_to(operator, from, std::mem::take(&mut signals))?;
        let nothing = seen.events.is_empty() && seen.signals.is_empty();
        if !nothing || last_look {
            return Ok(seen);
        }
        // What may not be seen is passed over, as on the socket.
        position = head;
        if has_more {
            continue;
        }
        let until = deadline.min(Instant::now() + LOOK_AGAIN);
        tokio::select! {
            heard = follower.heard() => {
                let more = std::iter::from_fn(|| follower.heard().now_or_never());
                for heard in std::iter::once(heard).chain(more) {
                    if let Heard::Signal(relayed) = heard
                        && relayed.from != number
                        && operator.may_see(Audience::of(relayed.website))
                    {
                        signals.push(relayed.signal);
                    }
                }
            }
            () = sleep_until(until) => {}
            () = open.drained() => last_look = true,
        }
        last_look |= Instant::now() >= deadline;
        still_allowed(state, operator).await?;
    }
}

/// The caller may have lost rights, or the session, while the request waited.
async fn still_allowed(state: &AppState, operator: &Operator) -> ApiResult<()> {
    let session = operator.session_id;
    let now = state
        .db
        .read(move |tx| Box::pin(async move { Operator::load(tx, session).await }))
        .await?
        .ok_or_else(ApiError::unauthenticated)?;
    now.require_enrolment()?;
    if standing::must_resync(&operator.rights, &now.rights) {
        return Err(ApiError::new(
            ProblemCode::PositionLost,
            "What you may see has changed: fetch lists and entities anew and go on from their `asOf`.",
        ));
    }
    Ok(())
}

/// Which part of which log.
struct Ask {
    stream: StreamKey,
    epoch: Epoch,
    limit: u32,
}

impl Ask {
    async fn page(&self, db: &Db, from: Offset) -> ApiResult<Page> {
        let (stream, epoch, limit) = (self.stream, self.epoch.clone(), self.limit);
        db.read(move |tx| {
            Box::pin(async move {
                let log = log(tx, stream)
                    .await?
                    .ok_or_else(|| ApiError::internal("an operator without an account"))?;
                if !replay::continues(&log, &epoch, from) {
                    return Err(ApiError::new(
                        ProblemCode::PositionLost,
                        "Fetch lists and entities anew and go on from their `asOf`.",
                    ));
                }
                let events = after(tx, stream, from, limit).await?;
                let head = events.last().map_or(from, |event| event.offset);
                Ok(Page {
                    epoch: log.epoch,
                    has_more: head < log.head,
                    head,
                    events,
                })
            })
        })
        .await
    }
}

/// A stretch of a log, whoever may see it.
struct Page {
    epoch: Epoch,
    events: Vec<StoredEvent>,
    head: Offset,
    has_more: bool,
}

impl Page {
    /// The events that `operator` may see, chained by `prev` to the position `asked`. Nothing that may be seen lies between it
    /// and the page's own beginning.
    fn visible_to(self, operator: &Operator, asked: Offset, signals: Vec<Signal>) -> ApiResult<EventPage> {
        let entries = self
            .events
            .into_iter()
            .map(StoredEvent::into_entry)
            .collect::<ApiResult<_>>()?;
        Ok(EventPage {
            epoch: self.epoch,
            events: flow::visible(entries, asked, |audience| operator.may_see(audience)),
            head: self.head,
            has_more: self.has_more,
            signals,
        })
    }
}
