//! `GET /api/realtime`: the upgrade, the first frame, and the task of a live socket. One task a socket; reading, writing
//! and the database are waited for together, so none of them holds up another.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, Sink as _, SinkExt as _, StreamExt as _};
use switchboard_contract::position::Offset;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{
    ClientFrame, MAX_FRAME_BYTES, Mode, Resume, SUBPROTOCOL, ServerFrame, SocketLimits, close,
};
use switchboard_contract::time::Timestamp;
use switchboard_domain::replay::Plan;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until, timeout};

use super::connection::{
    Answer, Ask, BLOCKED, Connection, ENROLMENT_DUE, EXPIRED_TICKET, NO_ANSWER, Tell, millis,
};
use super::frames::{self, End};
use super::hub::{Follower, Heard};
use super::presence::Present;
use super::standing::{self, Standing};
use super::subscriber::{self, Subscriber};
use super::watch::Watched;
use super::{signals, tickets};
use crate::db::Db;
use crate::http::origin::is_trusted;
use crate::live_chat::marks::{self, Reached};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::visitor::sessions;

/// Frames from this size on are not even read.
const CUT_BYTES: usize = 4 * MAX_FRAME_BYTES;
/// How long a closing socket waits for the other side.
const CLOSING: Duration = Duration::from_secs(1);
/// Oldest session with which a page connects, in milliseconds, and some patience.
const SESSION_LAG_MS: i64 = 2 * 60 * 1_000;
/// Longest spread of reconnections after a drain, in milliseconds.
const DRAIN_SPREAD_MS: u64 = 5_000;

type Outbound = SplitSink<WebSocket, Message>;
type Inbound = SplitStream<WebSocket>;

/// Upgrades to the socket after the `Origin` check.
///
/// # Errors
/// 403 for a foreign, null or missing origin, 400 without the subprotocol, 503 when too many sockets say nothing.
pub(crate) async fn upgrade(
    State(state): State<AppState>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let origin = tickets::allowed_origin(&headers, |origin| is_trusted(&state.config, origin))?;
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(
            ProblemCode::BadRequest,
            "This is a WebSocket: open it with `new WebSocket`, offering `switchboard.v1`.",
        )
    })?;
    // More than the limit, so that a frame over it gets its close code; far beyond, the connection is cut.
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_frame_size(CUT_BYTES)
        .max_message_size(CUT_BYTES);
    if upgrade.selected_protocol().is_none() {
        return Err(ApiError::new(
            ProblemCode::BadRequest,
            "Offer `switchboard.v1` in Sec-WebSocket-Protocol.",
        ));
    }
    let permit = state.hub.handshake().ok_or_else(|| {
        ApiError::new(
            ProblemCode::Unavailable,
            "Too many connections are waiting to say who they are; try again in a moment.",
        )
    })?;
    Ok(upgrade.on_upgrade(move |socket| serve(state, socket, origin, permit)))
}

async fn serve(state: AppState, mut socket: WebSocket, origin: String, permit: OwnedSemaphorePermit) {
    let mut open = state.hub.opened();
    let begun = begin(&state, &mut socket, &origin).await;
    drop(permit);
    let (mut outbound, mut inbound) = socket.split();
    let end = match begun {
        Ok(Some((mut connection, follower, watched))) => {
            let ears = Ears { follower, watched };
            let end = tokio::select! {
                end = live(&state, &mut connection, ears, &mut outbound, &mut inbound, &origin) => end,
                () = open.drained() => {
                    Some(End::new(close::DRAIN, "The server restarts.").retry_in(spread(connection.id)))
                }
            };
            tracing::debug!(
                socket = connection.id,
                code = end.map(|end| end.code),
                "socket closes"
            );
            end
        }
        Ok(None) => None,
        Err(end) => Some(end),
    };
    // Whoever does not read the farewell in time goes without.
    let _ = match end {
        Some(end) => timeout(CLOSING, farewell(&mut outbound, &mut inbound, end)).await,
        // The client's close is answered by one of the same code, which waits to be sent.
        None => timeout(CLOSING, outbound.close()).await,
    };
}

/// Takes `hello` and answers `welcome`; none when the client went away.
async fn begin(
    state: &AppState,
    socket: &mut WebSocket,
    origin: &str,
) -> Result<Option<(Connection, Follower, Watched)>, End> {
    let hello = timeout(state.config.realtime.hello_timeout, first_frame(socket))
        .await
        .map_err(|_| End::bad_frame("No `hello` came in time."))??;
    let Some((ticket, resume)) = hello else {
        return Ok(None);
    };
    let bearer = tickets::redeem(&state.db, &ticket, origin)
        .await
        .map_err(|error| failed(&error))?
        .ok_or(EXPIRED_TICKET)?;
    // Looked at again from now on: what changes after this first look is noticed.
    let watched = Watched::new(&state.hub, bearer);
    let standing = standing::of_one(&state.db, bearer)
        .await
        .map_err(|error| failed(&error))?;
    let (subscriber, availability, widget_of) = match standing {
        Standing::Allowed {
            subscriber,
            availability,
            widget_of,
            ..
        } => (subscriber, availability, widget_of),
        Standing::Gone => return Err(End::new(close::REVOKED, "The session was revoked.")),
        Standing::Blocked => return Err(BLOCKED),
        Standing::EnrolmentDue => return Err(ENROLMENT_DUE),
    };
    // What a page has before it when it connects is as old as its session, and when it connects again as old as it likes.
    let may_lag =
        |published: Timestamp| resume.is_some() || state.clock.now() < published.plus_millis(SESSION_LAG_MS);
    let lags = widget_of.is_some_and(may_lag);
    // Followed before the log is read: a commit in between wakes.
    let follower = state.hub.follow(subscriber.stream());
    let start = subscriber::start(&state.db, subscriber.stream(), resume)
        .await
        .map_err(|error| failed(&error))?;
    let (mode, position) = match start.plan {
        Plan::Replay { after } => (Mode::Replay, after),
        Plan::Snapshot { at } => (Mode::Snapshot, at),
    };
    let id = state.hub.next_socket();
    let welcome = ServerFrame::Welcome {
        session: id.to_string(),
        epoch: start.log.epoch,
        head: start.log.head,
        id: start.id,
        mode,
        heartbeat_ms: millis(state.config.realtime.heartbeat),
        token_expires_in_ms: millis(state.config.access_ttl),
        server_time: state.clock.now(),
        limits: SocketLimits {
            max_frame_bytes: MAX_FRAME_BYTES as u64,
        },
    };
    tracing::debug!(socket = id, replay = matches!(mode, Mode::Replay), "socket opens");
    let colleagues = match &subscriber {
        Subscriber::Operator(operator) => state.hub.presence().signals(operator.account_id),
        Subscriber::Visitor(_) => Vec::new(),
    };
    let mut connection = Connection::new(
        id,
        subscriber,
        position,
        state.config.realtime.clone(),
        state.config.access_ttl,
        availability,
        widget_of,
        Instant::now(),
    );
    if lags {
        connection.asks.push(Ask::Widget);
    }
    let first = std::iter::once(welcome).chain(colleagues.into_iter().map(ServerFrame::Signal));
    // These frames are plain data; writing them cannot fail.
    let first = first.filter_map(|frame| serde_json::to_string(&frame).ok());
    connection.outgoing.extend(first.map(Message::text));
    Ok(Some((connection, follower, watched)))
}

/// Waits for `hello`: its ticket and position.
async fn first_frame(socket: &mut WebSocket) -> Result<Option<(String, Option<Resume>)>, End> {
    loop {
        let message = match socket.recv().await {
            None | Some(Ok(Message::Close(_))) => return Ok(None),
            Some(Err(_)) => return Err(BROKEN_FRAME),
            Some(Ok(message)) => message,
        };
        match frames::read(&message)? {
            Some(ClientFrame::Hello { ticket, resume, .. }) => return Ok(Some((ticket, resume))),
            Some(_) => return Err(End::bad_frame("The first frame must be `hello`.")),
            None => {}
        }
    }
}

/// What a live socket hears from inside the server.
struct Ears {
    follower: Follower,
    watched: Watched,
}

/// Runs a live socket until it ends; none when the client is gone.
async fn live(
    state: &AppState,
    connection: &mut Connection,
    mut ears: Ears,
    outbound: &mut Outbound,
    inbound: &mut Inbound,
    origin: &str,
) -> Option<End> {
    let mut asked: FuturesUnordered<BoxFuture<'static, Answer>> = FuturesUnordered::new();
    let mut flushed = true;
    let present = match &connection.subscriber {
        Subscriber::Operator(operator) => Some(Present::new(
            &state.hub,
            operator,
            connection.id,
            state.config.realtime.presence_grace,
        )),
        Subscriber::Visitor(_) => None,
    };
    loop {
        if let Err(end) = connection.pump(Instant::now()) {
            return Some(end);
        }
        for question in connection.asks.drain(..) {
            let state = state.clone();
            let subscriber = connection.subscriber.clone();
            let origin = origin.to_owned();
            asked.push(async move { ask(&state, &subscriber, &origin, question).await }.boxed());
        }
        for tell in connection.tells.drain(..) {
            match (tell, &connection.subscriber) {
                (Tell::Signal(signal, place), subscriber) => {
                    signals::relay(&state.hub, connection.id, subscriber, &signal, &place);
                }
                (Tell::Presence(availability), Subscriber::Operator(operator)) => {
                    if let Some(present) = &present {
                        present.say(operator, availability);
                    }
                }
                (Tell::Presence(_), Subscriber::Visitor(_)) => {}
            }
        }
        let due = connection.due();
        let to_write = !flushed || !connection.outgoing.is_empty();
        let write = Write {
            outbound,
            outgoing: &mut connection.outgoing,
            flushed: &mut flushed,
        };
        let outcome = tokio::select! {
            message = inbound.next() => match message {
                None | Some(Ok(Message::Close(_))) => return None,
                Some(Err(_)) => Err(BROKEN_FRAME),
                Some(Ok(message)) => connection.received(&message, Instant::now()),
            },
            sent = write, if to_write => match sent {
                Ok(()) => Ok(()),
                Err(_) => return None,
            },
            Some(answer) = asked.next(), if !asked.is_empty() => {
                connection.answered(answer, Instant::now())
            }
            look = ears.watched.changed() => connection.looked(look, state.clock.now(), Instant::now()),
            heard = ears.follower.heard() => {
                match heard {
                    Heard::Woken => connection.woken(),
                    Heard::Signal(relayed) => connection.signalled(relayed),
                }
                Ok(())
            }
            () = sleep_until(due) => connection.tick(Instant::now()),
        };
        if let Err(end) = outcome {
            return Some(end);
        }
    }
}

async fn ask(state: &AppState, subscriber: &Subscriber, origin: &str, question: Ask) -> Answer {
    let db = &state.db;
    let answer = match question {
        Ask::Page(after) => subscriber::page(db, subscriber.stream(), after)
            .await
            .map(Answer::Page),
        Ask::Redeem(ticket) => tickets::redeem(db, &ticket, origin).await.map(Answer::Redeemed),
        Ask::Place(conversation, signal) => subscriber::place(db, subscriber, conversation)
            .await
            .map(|place| Answer::Place(signal, place)),
        Ask::Delivered(offset) => delivered(db, subscriber, offset).await,
        Ask::Widget => widget(db, subscriber).await,
    };
    answer.unwrap_or_else(|error| {
        tracing::warn!(%error, "a socket's question was not answered");
        Answer::Failed
    })
}

/// What a visitor gets of the widget now.
async fn widget(db: &Db, subscriber: &Subscriber) -> ApiResult<Answer> {
    let Subscriber::Visitor(visitor) = subscriber else {
        return Ok(Answer::Widget(None));
    };
    let visitor = visitor.visitor_id;
    let widget = db
        .read(move |tx| Box::pin(async move { sessions::widget_of(tx, visitor).await }))
        .await?;
    Ok(Answer::Widget(widget.map(Box::new)))
}

/// Notes what reached a visitor. Where that fails, fetching the history notes it later.
async fn delivered(db: &Db, subscriber: &Subscriber, offset: Offset) -> ApiResult<Answer> {
    if let Subscriber::Visitor(visitor) = subscriber
        && let Err(error) =
            marks::delivered(db, visitor.account_id, visitor.visitor_id, Reached::Event(offset)).await
    {
        tracing::warn!(%error, "acknowledged messages were not marked as delivered");
    }
    Ok(Answer::Delivered)
}

/// Writes what waits, as far as the network takes it, and flushes. Dropping it loses nothing.
struct Write<'a> {
    outbound: &'a mut Outbound,
    outgoing: &'a mut VecDeque<Message>,
    flushed: &'a mut bool,
}

impl Future for Write<'_> {
    type Output = Result<(), axum::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        while !this.outgoing.is_empty() {
            match Pin::new(&mut *this.outbound).poll_ready(context)? {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => {
                    if let Some(message) = this.outgoing.pop_front() {
                        *this.flushed = false;
                        Pin::new(&mut *this.outbound).start_send(message)?;
                    }
                }
            }
        }
        let written = Pin::new(&mut *this.outbound).poll_flush(context)?;
        *this.flushed = written.is_ready();
        written.map(Ok)
    }
}

/// What the WebSocket itself refuses: far too large, not UTF-8, not masked, a reserved bit or opcode.
const BROKEN_FRAME: End =
    End::bad_frame("The frame is too large, not UTF-8, or breaks the WebSocket protocol.");

fn failed(error: &ApiError) -> End {
    tracing::warn!(%error, "a socket could not begin");
    NO_ANSWER
}

/// Spreads reconnections over time, so that a restart is not met by everyone at once.
fn spread(id: u64) -> u64 {
    id.wrapping_mul(0x9E37_79B9_7F4A_7C15) % DRAIN_SPREAD_MS
}

/// Says why, closes, and waits for the other side to close too.
async fn farewell(outbound: &mut Outbound, inbound: &mut Inbound, end: End) -> Result<(), axum::Error> {
    let bye = ServerFrame::Bye {
        code: end.code,
        retry_ms: end.retry_ms,
    };
    if let Ok(json) = serde_json::to_string(&bye) {
        outbound.feed(Message::text(json)).await?;
    }
    outbound
        .send(Message::Close(Some(CloseFrame {
            code: end.code,
            reason: end.reason.into(),
        })))
        .await?;
    while let Some(Ok(_)) = inbound.next().await {}
    Ok(())
}
