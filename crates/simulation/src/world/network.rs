//! Calls and sockets between the browser and the server, with what befalls them on the way.

use std::collections::BTreeMap;

use switchboard_contract::ids::{ActionId, ConversationId, MessageId};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_engine::store::Action;

use super::schedule::FaultKind;
use super::{Happening, World};
use crate::page::desk::files_of;
use crate::page::{News, NoAnswer, Wish};
use crate::server::{Credentials, Request, Response, Sent};

/// The way to the API gives up after this, in milliseconds.
const TIMEOUT_MS: u64 = 20_000;
/// Closed without a word, as browsers report it.
const ABNORMAL: u16 = 1006;

/// A call on its way.
#[derive(Debug)]
pub(super) struct InFlight {
    /// As the page numbers it: one that it makes again has the same number, and is another one on its way.
    call: u64,
    tab: usize,
    incarnation: u32,
    credentials: Credentials,
    request: Request,
    /// What befalls it.
    fault: Option<FaultKind>,
}

/// What travels on a socket.
#[derive(Clone, Debug)]
pub(super) enum Packet {
    Frame(String),
    Close(u16),
}

/// A socket between a tab and the server.
#[derive(Debug)]
pub(super) struct Wire {
    tab: usize,
    incarnation: u32,
    generation: u64,
    /// What the server sends vanishes.
    deaf: bool,
    /// What the tab sends vanishes.
    mute: bool,
    stalled_until: u64,
    last_to_page: u64,
    last_to_server: u64,
}

impl World {
    /// A delay on the way, in milliseconds.
    fn delay(&mut self) -> u64 {
        // Most answers are quick; some take long enough to be overtaken.
        match self.random.up_to(15) {
            0 => 100 + self.random.up_to(700),
            1..4 => 20 + self.random.up_to(100),
            _ => 3 + self.random.up_to(20),
        }
    }

    pub(super) fn make_call(&mut self, tab: usize, number: u64, access: Option<String>, request: Request) {
        self.next_call += 1;
        let call = self.next_call;
        let incarnation = self.browser.tabs[tab].incarnation;
        self.check_token(tab, access.as_deref());
        self.check_request(&request);
        if self.now + 15_000 >= self.quiet_from + super::SETTLE_MS {
            self.record.calls_in_quiet += 1;
        }
        let patience = match &request {
            Request::Events { wait_ms, .. } => *wait_ms,
            _ => 0,
        };
        let cookie = match request {
            Request::Refresh(_) | Request::Logout => self.browser.jar,
            _ => None,
        };
        let fault = self.browser.tabs[tab].calls.pop_front();
        let in_flight = InFlight {
            call: number,
            tab,
            incarnation,
            credentials: Credentials { access, cookie },
            request,
            fault,
        };
        self.calls.insert(call, in_flight);
        self.agenda.at(
            self.now + TIMEOUT_MS + patience,
            Happening::Answered(call, Err(NoAnswer::TimedOut)),
        );
        let delay = self.delay();
        if self.browser.is_offline(self.now) {
            self.agenda.at(
                self.now + delay,
                Happening::Answered(call, Err(NoAnswer::Network)),
            );
            return;
        }
        let extra = match fault {
            Some(FaultKind::LoseCall) => {
                // Nobody says so at once: a connection that died silently.
                self.counters.count("call lost before it arrived");
                let late = if self.random.up_to(1) == 0 {
                    TIMEOUT_MS / 2
                } else {
                    delay
                };
                self.agenda
                    .at(self.now + late, Happening::Answered(call, Err(NoAnswer::Network)));
                return;
            }
            Some(FaultKind::DelayCall(ms)) => {
                if self.random.up_to(1) == 0 {
                    // The connection is reset, and what was sent on it arrives all the same.
                    self.counters.count("call given up that arrives later");
                    self.agenda.at(
                        self.now + delay,
                        Happening::Answered(call, Err(NoAnswer::Network)),
                    );
                }
                ms
            }
            Some(FaultKind::DuplicateCall) => {
                let again = self.now + delay + self.random.up_to(3_000);
                self.agenda.at(again, Happening::Arrives(call, true));
                0
            }
            _ => 0,
        };
        self.agenda
            .at(self.now + delay + extra, Happening::Arrives(call, false));
    }

    /// A call reaches the server. A duplicate's answer reaches nobody.
    pub(super) fn arrives(&mut self, call: u64, duplicate: bool) {
        let Some(in_flight) = self.calls.get(&call).or_else(|| self.spent.get(&call)) else {
            return;
        };
        let (credentials, request, fault) = (
            in_flight.credentials.clone(),
            in_flight.request.clone(),
            in_flight.fault,
        );
        if !self.is_up() {
            let delay = self.delay();
            self.agenda.at(
                self.now + delay,
                Happening::Answered(call, Err(NoAnswer::Network)),
            );
            return;
        }
        let response = if self.errors_until > self.now {
            self.counters.count("server error");
            Some(refused(ProblemCode::Unavailable, None))
        } else if self.busy_until > self.now {
            self.counters.count("rate limited");
            Some(refused(ProblemCode::RateLimited, Some(500)))
        } else {
            self.note_request(&request);
            let stood = match &request {
                Request::Delete(conversation, _) => self.stored_in(*conversation),
                _ => Vec::new(),
            };
            let mut sent = Vec::new();
            let number = if duplicate { u64::MAX } else { call };
            let response = self.server.call(
                self.server_now(),
                number,
                &credentials,
                request.clone(),
                &mut sent,
            );
            self.deliver(sent);
            if let (Request::Delete(conversation, _), Some(response)) = (&request, &response) {
                self.note_deletion(*conversation, stood, response);
            }
            response
        };
        let Some(response) = response else { return };
        self.note_response(&request, &response);
        if duplicate {
            self.counters.count("call arrived twice");
            return;
        }
        self.answer(call, response, fault);
    }

    fn answer(&mut self, call: u64, response: Response, fault: Option<FaultKind>) {
        let delay = self.delay();
        let (at, answer) = match fault {
            Some(FaultKind::LoseAnswer) => {
                self.counters.count("answer lost after the commit");
                let late = if self.random.up_to(1) == 0 {
                    0
                } else {
                    TIMEOUT_MS / 4
                };
                (self.now + delay + late, Err(NoAnswer::Network))
            }
            Some(FaultKind::DelayAnswer(ms)) => (self.now + delay + ms, Ok(response)),
            _ => (self.now + delay, Ok(response)),
        };
        self.agenda.at(at, Happening::Answered(call, answer));
    }

    /// An answer reaches the browser.
    pub(super) fn answered(&mut self, call: u64, mut answer: Result<Response, NoAnswer>) {
        let Some(in_flight) = self.calls.remove(&call) else {
            return;
        };
        let (tab, incarnation, number) = (in_flight.tab, in_flight.incarnation, in_flight.call);
        if matches!(
            in_flight.fault,
            Some(FaultKind::DuplicateCall | FaultKind::DelayCall(_))
        ) {
            self.spent.insert(call, in_flight);
        }
        // A machine that sleeps hears nothing either.
        if self.browser.is_offline(self.now) && answer.is_ok() {
            self.counters.count("answer lost after the commit");
            answer = Err(NoAnswer::Network);
        }
        // The jar is the browser's: it takes the cookie whichever page asked. What a page asked that is gone was cancelled with
        // it: a browser takes no cookie of that, and might otherwise put an old one over a newer one.
        let slot = &self.browser.tabs[tab];
        let asked_by_a_page = slot.page.is_some() && slot.incarnation == incarnation;
        if let (Ok(Response::Refreshed { cookie, .. }), true) = (&answer, asked_by_a_page) {
            self.browser.jar = Some(*cookie);
        }
        self.tell(tab, incarnation, News::Answered(number, answer));
    }

    pub(super) fn abort(&mut self, number: u64) {
        // What is on its way may still arrive; its answer is heard by nobody.
        let (aborted, others): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.calls)
            .into_iter()
            .partition(|(_, in_flight)| in_flight.call == number);
        self.calls = others;
        self.spent.extend(aborted);
    }

    pub(super) fn open_socket(&mut self, tab: usize, generation: u64) {
        self.abandon(tab, None);
        self.next_wire += 1;
        let wire = self.next_wire;
        let incarnation = self.browser.tabs[tab].incarnation;
        self.browser.tabs[tab].socket = Some((generation, wire));
        let delay = self.delay();
        self.wires.insert(
            wire,
            Wire {
                tab,
                incarnation,
                generation,
                deaf: false,
                mute: false,
                stalled_until: 0,
                last_to_page: 0,
                last_to_server: 0,
            },
        );
        self.agenda.at(self.now + delay, Happening::Opens(wire));
    }

    /// An upgrade reaches the server.
    pub(super) fn opens(&mut self, wire: u64) {
        let blocked = self.blocked_until > self.now || self.browser.is_offline(self.now) || !self.is_up();
        let Some(open) = self.wires.get(&wire) else { return };
        let (tab, incarnation, generation) = (open.tab, open.incarnation, open.generation);
        if blocked {
            self.towards_page(wire, vec![Packet::Close(ABNORMAL)]);
            return;
        }
        let now = self.server_now();
        self.server.open(now, wire);
        self.tell(tab, incarnation, News::Opened(generation));
    }

    pub(super) fn send_frame(&mut self, tab: usize, generation: u64, text: String) {
        let Some((_, wire)) = self.browser.tabs[tab]
            .socket
            .filter(|(open, _)| *open == generation)
        else {
            return;
        };
        let delay = self.delay();
        let now = self.now;
        let offline = self.browser.offline_until;
        let Some(open) = self.wires.get_mut(&wire) else {
            return;
        };
        if open.mute {
            return;
        }
        let at = (now + delay)
            .max(open.last_to_server + 1)
            .max(open.stalled_until)
            .max(offline);
        open.last_to_server = at;
        self.agenda.at(at, Happening::ToServer(wire, text));
    }

    pub(super) fn reaches_server(&mut self, wire: u64, text: &str) {
        if self.wires.contains_key(&wire) && self.is_up() {
            let mut sent = Vec::new();
            self.server.receive(self.server_now(), wire, text, &mut sent);
            self.deliver(sent);
        }
    }

    /// Sends on what the server sent.
    pub(super) fn deliver(&mut self, sent: Vec<Sent>) {
        let mut bundle: Option<(u64, Vec<Packet>)> = None;
        for one in sent {
            let (socket, packet) = match one {
                Sent::Frame { socket, text } => (socket, Packet::Frame(text)),
                Sent::Close { socket, code } => {
                    self.note_close(code);
                    (socket, Packet::Close(code))
                }
                Sent::Answer { call, response } => {
                    let fault = self.calls.get(&call).and_then(|call| call.fault);
                    self.answer(call, *response, fault);
                    continue;
                }
            };
            match &mut bundle {
                Some((open, packets)) if *open == socket => packets.push(packet),
                _ => {
                    if let Some((open, packets)) = bundle.replace((socket, vec![packet])) {
                        self.towards_page(open, packets);
                    }
                }
            }
        }
        if let Some((open, packets)) = bundle {
            self.towards_page(open, packets);
        }
    }

    fn towards_page(&mut self, wire: u64, packets: Vec<Packet>) {
        let delay = self.delay();
        let now = self.now;
        let offline = self.browser.offline_until;
        let Some(open) = self.wires.get_mut(&wire) else {
            return;
        };
        if open.deaf {
            return;
        }
        let at = (now + delay)
            .max(open.last_to_page + 1)
            .max(open.stalled_until)
            .max(offline);
        open.last_to_page = at;
        self.agenda.at(at, Happening::ToPage(wire, packets));
    }

    /// What the server sent reaches the tab.
    pub(super) fn reaches_page(&mut self, wire: u64, packets: Vec<Packet>) {
        for packet in packets {
            let Some(open) = self.wires.get(&wire) else { return };
            let (tab, incarnation, generation) = (open.tab, open.incarnation, open.generation);
            match packet {
                Packet::Frame(text) => {
                    let is_event = text.starts_with("{\"t\":\"event\"");
                    let truncate = is_event
                        && self
                            .browser
                            .tabs
                            .get_mut(tab)
                            .is_some_and(|tab| std::mem::take(&mut tab.truncate));
                    let text = if truncate {
                        self.counters.count("truncated frame");
                        text.chars().take(text.chars().count() / 2).collect()
                    } else {
                        text
                    };
                    self.tell(tab, incarnation, News::Frame(generation, text));
                }
                Packet::Close(code) => {
                    self.wires.remove(&wire);
                    self.server.gone(wire);
                    let slot = &mut self.browser.tabs[tab];
                    if slot.socket.is_some_and(|(_, open)| open == wire) {
                        slot.socket = None;
                    }
                    self.tell(tab, incarnation, News::Closed(generation, code));
                }
            }
        }
    }

    /// The tab listens no longer. The server hears of it, where anything gets through.
    pub(super) fn abandon(&mut self, tab: usize, generation: Option<u64>) {
        let socket = self.browser.tabs[tab]
            .socket
            .take_if(|(open, _)| generation.is_none_or(|generation| *open == generation));
        let Some((_, wire)) = socket else { return };
        if let Some(open) = self.wires.remove(&wire)
            && !open.mute
            && !self.browser.is_offline(self.now)
        {
            let delay = self.delay();
            self.agenda.at(self.now + delay, Happening::Gone(wire));
        }
    }

    /// What befalls the socket of a tab; false when it has none.
    pub(super) fn trouble(&mut self, tab: usize, trouble: impl FnOnce(&mut Wire, u64)) -> bool {
        let now = self.now;
        let wire = self.browser.tabs[tab].socket.map(|(_, wire)| wire);
        match wire.and_then(|wire| self.wires.get_mut(&wire)) {
            Some(open) => {
                trouble(open, now);
                true
            }
            None => false,
        }
    }

    pub(super) fn deafen(&mut self, tab: usize) {
        if self.trouble(tab, |wire, _| wire.deaf = true) {
            self.counters.count("half-open, nothing arrives");
        }
    }

    pub(super) fn mute(&mut self, tab: usize) {
        if self.trouble(tab, |wire, _| wire.mute = true) {
            self.counters.count("half-open, nothing leaves");
        }
    }

    pub(super) fn stall(&mut self, tab: usize, ms: u64) {
        self.trouble(tab, |wire, now| wire.stalled_until = now + ms);
    }

    /// The socket of a tab is cut; both sides know.
    pub(super) fn cut(&mut self, tab: usize) {
        let Some((_, wire)) = self.browser.tabs[tab].socket else {
            return;
        };
        self.server.gone(wire);
        if let Some(open) = self.wires.get_mut(&wire) {
            (open.deaf, open.stalled_until) = (false, 0);
        }
        self.towards_page(wire, vec![Packet::Close(ABNORMAL)]);
    }

    /// The server's process goes, and with it every socket and every call that waits.
    pub(super) fn crash_server(&mut self) {
        self.server.restart();
        for tab in 0..self.browser.tabs.len() {
            self.cut(tab);
        }
        let waiting: Vec<u64> = self
            .calls
            .iter()
            .filter(|(_, call)| matches!(call.request, Request::Events { wait_ms, .. } if wait_ms > 0))
            .map(|(call, _)| *call)
            .collect();
        for call in waiting {
            let delay = self.delay();
            self.agenda.at(
                self.now + delay,
                Happening::Answered(call, Err(NoAnswer::Network)),
            );
        }
    }

    pub(super) fn run_wish(&mut self, tab: usize, wish: Wish) {
        self.trace.number(tab as u64);
        match wish {
            Wish::Call {
                call,
                access,
                request,
            } => {
                self.trace.number(call);
                self.make_call(tab, call, access, request);
            }
            Wish::Abort(call) => self.abort(call),
            Wish::Open(generation) => self.open_socket(tab, generation),
            Wish::Send(generation, text) => {
                self.trace.text(&text);
                self.send_frame(tab, generation, text);
            }
            Wish::Abandon(generation) => self.abandon(tab, Some(generation)),
            Wish::Timer(what, generation, after) => self.set_timer(tab, what, generation, after),
            Wish::Lock(name, generation) => self.request_lock(tab, name, generation),
            Wish::Unlock(name, generation) => self.release_lock(tab, name, generation),
            Wish::Store(request, owner, op) => self.ask_store(tab, request, owner, op),
            Wish::Archive(request, owner, op) => {
                self.ask_archive(tab, request, owner, super::archive::Wanted::Keep(op));
            }
            Wish::Recall(request, owner) => {
                self.ask_archive(tab, request, owner, super::archive::Wanted::Read);
            }
            Wish::Say(said) => self.say(tab, said),
            Wish::Keep(hint) => {
                if hint.leaving && !self.browser.hint.leaving {
                    self.left(tab);
                }
                self.browser.hint = hint;
            }
        }
    }

    fn note_request(&mut self, request: &Request) {
        let what = match request {
            Request::Send(message) if self.server.database.message(message.id).is_some() => {
                "message sent again that was stored"
            }
            Request::Events { wait_ms: 0, .. } => "difference fetched",
            Request::Events { .. } => "poll",
            Request::Upload(_, _, file) if self.server.database.uploads.contains_key(file) => {
                "file uploaded again that was there"
            }
            Request::TakeBack(_) => "message taken back",
            _ => return,
        };
        self.counters.count(what);
    }

    /// The actions that an answer refuses for good.
    fn refused_by(request: &Request, response: &Response) -> Vec<ActionId> {
        match (request, response) {
            (Request::Change(change), Response::Changed(answer)) => {
                let answered = change.items.iter().zip(&answer.results);
                let refused = answered.filter(|(_, result)| result.problem.is_some());
                refused
                    .map(|(item, _)| item.action_id.unwrap_or(change.action_id))
                    .collect()
            }
            (_, Response::Problem(problem)) if !matches!(problem.status, 401 | 429 | 500..) => {
                match request {
                    Request::Send(message) => vec![Self::action_of(message.id)],
                    Request::Upload(id, ..) | Request::Delete(_, id) => vec![*id],
                    Request::Change(change) => change.actions().into_iter().map(|(id, _)| id).collect(),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn note_response(&mut self, request: &Request, response: &Response) {
        if let Response::Sent(result) = response {
            let wanted: Vec<_> = files_of(result.message.id).iter().map(|file| file.id).collect();
            let has: Vec<_> = result.message.attachments.iter().map(|file| file.id).collect();
            if wanted != has {
                self.violate(1, format!("{} lost its files", result.message.content));
            }
        }
        self.record.refused.extend(Self::refused_by(request, response));
        let Response::Problem(problem) = response else {
            return;
        };
        let what = match (request, problem.code) {
            (_, ProblemCode::OutOfOrder) => "message out of order",
            (_, ProblemCode::NewerReply) => "colleague's newer reply",
            (_, ProblemCode::ConversationClosed) => "conversation closed",
            (_, ProblemCode::ConversationArchived) => "conversation archived",
            (_, ProblemCode::AlreadySent) => "too late to take back",
            (_, ProblemCode::Gone) => "message for something gone",
            (_, ProblemCode::PositionLost) => "position lost",
            (Request::Refresh(_), ProblemCode::SessionEnded | ProblemCode::SessionRevoked) => {
                "refresh refused"
            }
            (Request::Refresh(_), ProblemCode::Superseded) => "renewal overtaken by later ones",
            (_, ProblemCode::Unauthenticated) => "token refused",
            _ => return,
        };
        self.counters.count(what);
    }

    /// What came of an operator's own deletion; `stood` is what was in the conversation before.
    fn note_deletion(&mut self, conversation: ConversationId, stood: Vec<MessageId>, response: &Response) {
        let others = self.waits_for(conversation, |action| matches!(action, Action::Send(_)));
        let what = match response {
            // It was gone before.
            Response::Deleted if stood.is_empty() => return,
            Response::Deleted if others => "own deletion with something behind it",
            Response::Deleted => "own deletion",
            Response::Problem(problem) if problem.code == ProblemCode::Forbidden && others => {
                "own deletion refused with something behind it"
            }
            Response::Problem(problem) if problem.code == ProblemCode::Forbidden => "own deletion refused",
            _ => return,
        };
        self.counters.count(what);
        if *response == Response::Deleted {
            self.record.deleted.extend(stood);
        }
    }

    fn note_close(&mut self, code: u16) {
        use switchboard_contract::realtime::close;
        let what = match code {
            close::REVOKED => "socket closed: revoked",
            close::EXPIRED => "socket closed: authorisation over",
            close::POSITION_LOST => "socket closed: position lost",
            close::SLOW => "socket closed: slow",
            1001 => "socket closed: silent",
            _ => "socket closed: other",
        };
        self.counters.count(what);
    }
}

fn refused(code: ProblemCode, retry_after_ms: Option<u64>) -> Response {
    let mut problem = Problem::new(code, "");
    problem.retry_after_ms = retry_after_ms;
    Response::Problem(Box::new(problem))
}
