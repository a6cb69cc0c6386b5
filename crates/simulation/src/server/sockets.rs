//! The live sockets: `hello`, replay, heartbeat, rights, the window.

use switchboard_contract::ids::SessionId;
use switchboard_contract::realtime::{
    ClientFrame, MAX_FRAME_BYTES, Mode, Resume, ServerFrame, SocketLimits, close,
};
use switchboard_contract::time::Timestamp;
use switchboard_domain::flow::{Broken, Flow};
use switchboard_domain::replay::{self, Plan};
use switchboard_domain::standing;

use super::database::{Caller, Database};
use super::{Limits, Sent, Server};

/// Events read at once.
const PAGE: usize = 20;

/// One socket.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    opened_at: Timestamp,
    /// After `hello`.
    live: Option<Live>,
}

#[derive(Clone, Debug)]
struct Live {
    caller: Caller,
    /// When the sign-in ends whatever happens.
    ends_at: Option<Timestamp>,
    flow: Flow,
    authorised_until: Timestamp,
    pinged_at: Timestamp,
    unanswered_since: Option<Timestamp>,
    pings: u64,
    checked_at: Timestamp,
    full_since: Option<Timestamp>,
}

type Ended = u16;

impl Connection {
    pub(super) fn due(&self, limits: &Limits) -> Timestamp {
        let Some(live) = &self.live else {
            return self.opened_at.plus_millis(limits.hello_ms);
        };
        let mut due = live
            .authorised_until
            .min(live.pinged_at.plus_millis(limits.heartbeat_ms))
            .min(live.checked_at.plus_millis(limits.recheck_ms));
        if let Some(since) = live.unanswered_since {
            due = due.min(since.plus_millis(limits.dead_after_ms));
        }
        if let Some(since) = live.full_since {
            due = due.min(since.plus_millis(limits.ack_ms));
        }
        due
    }
}

impl Live {
    fn tick(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        database: &Database,
    ) -> Result<Vec<ServerFrame>, Ended> {
        let past =
            |since: Option<Timestamp>, millis| since.is_some_and(|since| now >= since.plus_millis(millis));
        if now >= self.authorised_until {
            return Err(close::EXPIRED);
        }
        if past(self.unanswered_since, limits.dead_after_ms) {
            return Err(1001);
        }
        if past(self.full_since, limits.ack_ms) {
            return Err(close::SLOW);
        }
        let mut frames = Vec::new();
        if now >= self.pinged_at.plus_millis(limits.heartbeat_ms) {
            self.pinged_at = now;
            self.unanswered_since.get_or_insert(now);
            self.pings += 1;
            frames.push(ServerFrame::Ping {
                n: self.pings,
                head: self.flow.head(),
            });
        }
        if now >= self.checked_at.plus_millis(limits.recheck_ms) {
            self.checked_at = now;
            match database.caller(now, self.caller.session) {
                None => return Err(standing::close_code(self.ends_at, now)),
                Some(caller) => {
                    if standing::must_resync(&self.caller.rights, &caller.rights) {
                        frames.push(ServerFrame::Resync {
                            scope: "all".to_owned(),
                            reason: "What you may see has changed.".to_owned(),
                        });
                    }
                    self.caller = caller;
                }
            }
        }
        Ok(frames)
    }

    /// Reads the log on and sends what the window allows.
    fn pump(&mut self, database: &Database) -> Result<Vec<String>, Ended> {
        let mut frames = Vec::new();
        loop {
            let caller = &self.caller;
            while let Some(json) = self.flow.next_frame(|audience| caller.may_see(audience)) {
                frames.push(json.map_err(|_| 1011_u16)?);
            }
            let Some(after) = self.flow.wants() else { break };
            if after < database.log.floor || after > database.log.head {
                return Err(close::POSITION_LOST);
            }
            let entries: Vec<_> = database
                .events
                .range(after.next()..)
                .take(PAGE)
                .map(|(_, entry)| entry.clone())
                .collect();
            if entries.is_empty() {
                break;
            }
            self.flow.take(entries).map_err(|broken| match broken {
                Broken::Gap | Broken::ForgedAck => close::POSITION_LOST,
            })?;
        }
        Ok(frames)
    }
}

impl Server {
    /// A socket opens, by the number that the caller gives it.
    pub fn open(&mut self, now: Timestamp, socket: u64) {
        let connection = Connection {
            opened_at: now,
            live: None,
        };
        self.sockets.insert(socket, connection);
    }

    /// The other side is gone, and the server knows.
    pub fn gone(&mut self, socket: u64) {
        self.sockets.remove(&socket);
    }

    /// A frame arrives.
    pub fn receive(&mut self, now: Timestamp, socket: u64, text: &str, sent: &mut Vec<Sent>) {
        let Some(mut connection) = self.sockets.remove(&socket) else {
            return;
        };
        match self.on_frame(now, socket, &mut connection, text) {
            Ok(frames) => {
                self.sockets.insert(socket, connection);
                sent.extend(frames.iter().filter_map(|frame| framed(socket, frame)));
            }
            Err(code) => sent.push(Sent::Close { socket, code }),
        }
        self.pump(now, sent);
    }

    fn on_frame(
        &mut self,
        now: Timestamp,
        socket: u64,
        connection: &mut Connection,
        text: &str,
    ) -> Result<Vec<ServerFrame>, Ended> {
        if text.len() > MAX_FRAME_BYTES {
            return Err(close::BAD_FRAME);
        }
        let frame: ClientFrame = serde_json::from_str(text).map_err(|_| close::BAD_FRAME)?;
        let Some(live) = &mut connection.live else {
            return match frame {
                ClientFrame::Hello { ticket, resume, .. } => {
                    let (live, welcome) = self.greet(now, socket, &ticket, resume.as_ref())?;
                    connection.live = Some(live);
                    Ok(vec![welcome])
                }
                ClientFrame::Unknown => Ok(Vec::new()),
                _ => Err(close::BAD_FRAME),
            };
        };
        live.unanswered_since = None;
        match frame {
            ClientFrame::Hello { .. } => Err(close::BAD_FRAME),
            ClientFrame::Ack { offset } => {
                let moved = live.flow.ack(offset).map_err(|_| close::BAD_FRAME)?;
                if moved {
                    live.full_since = None;
                }
                Ok(Vec::new())
            }
            ClientFrame::Ping { n } => Ok(vec![ServerFrame::Pong { n }]),
            ClientFrame::Auth { ticket } => {
                if self.database.redeem(now, &ticket) != Some(live.caller.session) {
                    return Err(close::EXPIRED);
                }
                live.authorised_until = now.plus_millis(self.limits.access_ms);
                Ok(vec![ServerFrame::Authed {
                    token_expires_in_ms: self.limits.access_ms.unsigned_abs(),
                }])
            }
            ClientFrame::Pong { .. } | ClientFrame::Signal(_) | ClientFrame::Unknown => Ok(Vec::new()),
        }
    }

    fn greet(
        &mut self,
        now: Timestamp,
        socket: u64,
        ticket: &str,
        resume: Option<&Resume>,
    ) -> Result<(Live, ServerFrame), Ended> {
        let session: SessionId = self.database.redeem(now, ticket).ok_or(close::EXPIRED)?;
        let caller = self.database.caller(now, session).ok_or(close::REVOKED)?;
        let log = self.database.log.clone();
        let stored = resume
            .filter(|resume| replay::reachable(&log, resume.offset))
            .and_then(|resume| self.database.events.get(&resume.offset))
            .map(|entry| entry.event.id);
        let (mode, position) = match replay::plan(&log, resume, stored, self.limits.backlog) {
            Plan::Replay { after } => (Mode::Replay, after),
            Plan::Snapshot { at } => (Mode::Snapshot, at),
        };
        let life = self.limits.access_ms;
        let welcome = ServerFrame::Welcome {
            session: socket.to_string(),
            epoch: log.epoch,
            head: log.head,
            id: self.database.events.get(&log.head).map(|entry| entry.event.id),
            mode,
            heartbeat_ms: self.limits.heartbeat_ms.unsigned_abs(),
            token_expires_in_ms: life.unsigned_abs(),
            server_time: now,
            limits: SocketLimits {
                max_frame_bytes: MAX_FRAME_BYTES as u64,
            },
        };
        let live = Live {
            ends_at: self
                .database
                .sessions
                .get(&session)
                .map(|kept| kept.family.expires_at),
            caller,
            flow: Flow::new(position, self.limits.window_bytes),
            authorised_until: now.plus_millis(life),
            pinged_at: now,
            unanswered_since: None,
            pings: 0,
            checked_at: now,
            full_since: None,
        };
        Ok((live, welcome))
    }

    pub(super) fn tick_sockets(&mut self, now: Timestamp, sent: &mut Vec<Sent>) {
        let limits = &self.limits;
        let database = &self.database;
        self.sockets.retain(|socket, connection| {
            let ended = match &mut connection.live {
                None if now >= connection.opened_at.plus_millis(limits.hello_ms) => Err(close::BAD_FRAME),
                None => Ok(Vec::new()),
                Some(live) => live.tick(now, limits, database),
            };
            match ended {
                Ok(frames) => {
                    sent.extend(frames.iter().filter_map(|frame| framed(*socket, frame)));
                    true
                }
                Err(code) => {
                    sent.push(Sent::Close {
                        socket: *socket,
                        code,
                    });
                    false
                }
            }
        });
    }

    pub(super) fn pump_sockets(&mut self, now: Timestamp, sent: &mut Vec<Sent>) {
        let database = &self.database;
        self.sockets.retain(|socket, connection| {
            let Some(live) = &mut connection.live else {
                return true;
            };
            match live.pump(database) {
                Ok(frames) => {
                    live.full_since = live.flow.is_full().then(|| live.full_since.unwrap_or(now));
                    sent.extend(frames.into_iter().map(|text| Sent::Frame {
                        socket: *socket,
                        text,
                    }));
                    true
                }
                Err(code) => {
                    sent.push(Sent::Close {
                        socket: *socket,
                        code,
                    });
                    false
                }
            }
        });
    }
}

fn framed(socket: u64, frame: &ServerFrame) -> Option<Sent> {
    let text = serde_json::to_string(frame).ok()?;
    Some(Sent::Frame { socket, text })
}
