//! The browser shell of [`switchboard_engine::refresh`]: it keeps the token, makes the calls, takes the lock, speaks with the
//! other tabs and runs the timer, and decides nothing.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use switchboard_contract::auth::{AccessGrant, LoginRequest, Me, RefreshRequest};
use switchboard_contract::decode;
use switchboard_contract::ids::{MemberId, RenewalId};
use switchboard_contract::problem::ProblemCode;
use switchboard_engine::archive;
use switchboard_engine::refresh::{Effect, Event, Outcome, Refresh, SignedOut};
use yew::Callback;

use super::hint::{self, Hint};
use super::peers::{Peers, Said};
use super::waiting::Waiting;
use crate::api::{ApiError, Retrying, Transport, auth};
use crate::browser::{
    Listener, Lock, Task, Timeout, document, monotonic_ms, now, random_bytes, random_seed, window,
};
use crate::query::asks::topic;
use crate::realtime::Store;

/// The lock that tabs take in turn to renew the session.
const REFRESH_LOCK: &str = "switchboard.refresh";

/// Who is signed in, as screens see it.
#[derive(Clone, Debug, PartialEq)]
pub enum AuthState {
    /// A session of an earlier visit is being taken up again; after a try that failed, with the next one.
    Restoring(Option<Retrying>),
    /// Nobody.
    SignedOut(SignedOut),
    /// This member.
    SignedIn(Rc<Me>),
}

/// An access token with its place in the sequence of tokens.
#[derive(Clone)]
pub struct Token {
    /// Counts the tokens of this browser.
    pub generation: u64,
    /// The token; never stored, never shown.
    pub text: Rc<str>,
}

/// A token that came, by an answer or from another tab, before the machine has taken it.
struct Come {
    token: Rc<str>,
    expires_in_ms: u64,
    user: Me,
}

struct Inner {
    transport: Transport,
    machine: RefCell<Refresh>,
    state: RefCell<AuthState>,
    token: RefCell<Option<Token>>,
    come: RefCell<Option<Come>>,
    /// Why the last renewal failed, until it is known when the next one comes.
    failed: RefCell<Option<ApiError>>,
    waiting: Waiting<Token>,
    timer: RefCell<Option<Timeout>>,
    refreshing: RefCell<Option<Task>>,
    /// The request for a renewal that was granted last.
    granted: RefCell<Option<RefreshRequest>>,
    leaving: RefCell<Option<Task>>,
    lock: RefCell<Option<(u64, Lock)>>,
    peers: RefCell<Option<Peers>>,
    on_change: RefCell<Option<Callback<AuthState>>>,
    listeners: RefCell<Vec<Listener>>,
    started: Cell<bool>,
}

/// One person's sign-in on this page. Clones share it.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    /// A session that has not started.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        let state = if hint::load().is_some() && !hint::is_leaving() {
            AuthState::Restoring(None)
        } else {
            AuthState::SignedOut(SignedOut::Never)
        };
        Self(Rc::new(Inner {
            transport,
            machine: RefCell::new(Refresh::new(random_seed())),
            state: RefCell::new(state),
            token: RefCell::default(),
            come: RefCell::default(),
            failed: RefCell::default(),
            granted: RefCell::default(),
            waiting: Waiting::default(),
            timer: RefCell::default(),
            refreshing: RefCell::default(),
            leaving: RefCell::default(),
            lock: RefCell::default(),
            peers: RefCell::default(),
            on_change: RefCell::default(),
            listeners: RefCell::default(),
            started: Cell::new(false),
        }))
    }

    /// The way to the API.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.0.transport
    }

    /// Who is signed in now.
    #[must_use]
    pub fn state(&self) -> AuthState {
        self.0.state.borrow().clone()
    }

    /// Takes up the session of an earlier visit, if there was one, and tells `on_change` from now on.
    pub fn start(&self, on_change: Callback<AuthState>) {
        *self.0.on_change.borrow_mut() = Some(on_change);
        self.listen();
        if !self.0.started.replace(true) {
            self.drive(Event::Restore {
                hinted: hint::load().is_some(),
                leaving: hint::is_leaving(),
            });
        }
    }

    /// Stops timers, calls and listeners; the page goes on without this session.
    pub fn stop(&self) {
        self.0.listeners.borrow_mut().clear();
        self.0.peers.borrow_mut().take();
        self.0.on_change.borrow_mut().take();
        self.0.timer.borrow_mut().take();
        self.0.refreshing.borrow_mut().take();
        self.0.lock.borrow_mut().take();
    }

    /// Asks the server for a session. A sign-out that it has not heard yet goes first: later it would end the new one.
    ///
    /// # Errors
    /// As `login`; a failure to tell the sign-out counts as one.
    pub async fn sign_in(&self, request: &LoginRequest) -> Result<AccessGrant, ApiError> {
        if hint::is_leaving() {
            self.0.leaving.borrow_mut().take();
            match auth::logout(&self.0.transport).await {
                Ok(()) | Err(ApiError::SignedOut) => {}
                Err(error) => return Err(error),
            }
            hint::clear_leaving();
            self.drive(Event::Left);
        }
        auth::login(&self.0.transport, request).await
    }

    /// A sign-in succeeded.
    pub fn adopt(&self, grant: AccessGrant) {
        let expires_in_ms = grant.expires_in_ms;
        hint::clear_revoked();
        self.came(grant.access_token.into(), expires_in_ms, grant.user);
        self.drive(Event::SignedIn {
            expires_in_ms,
            hinted: hint::generation(),
        });
    }

    /// Ends the session here at once, and on the server as soon as it answers.
    pub fn sign_out(&self) {
        self.drive(Event::SignOut);
    }

    /// The server has said that this session is revoked.
    pub fn revoked(&self) {
        self.drive(Event::Revoked);
    }

    /// Whose access was taken away while what this browser keeps for them still has to be erased.
    #[must_use]
    pub fn to_be_erased(&self) -> Option<MemberId> {
        hint::revoked()
    }

    /// Nothing is kept for them anymore.
    pub fn erased(&self) {
        hint::clear_revoked();
    }

    /// The person has changed something about themselves.
    pub fn update_me(&self, me: Me) {
        if matches!(self.state(), AuthState::SignedIn(_)) {
            self.change(AuthState::SignedIn(Rc::new(me)));
        }
    }

    /// Tries again now instead of waiting: the network may be back.
    pub fn wake(&self) {
        self.drive(Event::Awake);
    }

    /// The token in hand, or the one that is being fetched.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`], or why no token is to be had now.
    pub async fn token(&self) -> Result<Token, ApiError> {
        if let Some(token) = self.0.token.borrow().clone() {
            return Ok(token);
        }
        match self.state() {
            AuthState::SignedOut(_) => Err(ApiError::SignedOut),
            AuthState::Restoring(_) | AuthState::SignedIn(_) => self.0.waiting.next().await,
        }
    }

    /// A token newer than the one of generation `spent`, which the server refused. However many ask, one call is made.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] when the session is over, or why the renewal got no answer.
    pub async fn renewed(&self, spent: u64) -> Result<Token, ApiError> {
        if matches!(self.state(), AuthState::SignedOut(_)) {
            return Err(ApiError::SignedOut);
        }
        let next = self.0.waiting.next();
        self.drive(Event::Rejected { token: spent });
        let newer = self
            .0
            .token
            .borrow()
            .clone()
            .filter(|token| token.generation > spent);
        match newer {
            Some(token) => Ok(token),
            None => next.await,
        }
    }

    fn drive(&self, event: Event) {
        let mut effects = Vec::new();
        self.0.machine.borrow_mut().step(now(), event, &mut effects);
        for effect in effects {
            self.run(effect);
        }
    }

    fn run(&self, effect: Effect) {
        match effect {
            Effect::Lock { attempt } => self.lock(attempt),
            Effect::Look { attempt } => self.drive(Event::Looked {
                attempt,
                hinted: hint::generation(),
                leaving: hint::is_leaving(),
            }),
            Effect::Unlock { attempt } => {
                let lock = self.0.lock.borrow_mut().take_if(|(held, _)| *held == attempt);
                drop(lock);
            }
            Effect::AskPeers { token } => self.say(&Said::Ask { generation: token }),
            Effect::Share { expires_in_ms, .. } => self.share(expires_in_ms),
            Effect::Refresh { attempt } => self.refresh(attempt, next_renewal()),
            Effect::RefreshAgain { attempt } => {
                let granted = self.0.granted.borrow().clone();
                self.refresh(attempt, granted.unwrap_or_else(next_renewal));
            }
            Effect::AbortRefresh { .. } => {
                drop(self.0.refreshing.borrow_mut().take());
                *self.0.failed.borrow_mut() = Some(ApiError::TimedOut);
            }
            // Another tab has told the server, and somebody has signed in since: it would be told of that one's end.
            Effect::Logout { .. } if !hint::is_leaving() && hint::load().is_some() => {
                self.drive(Event::Left);
                self.take_up();
            }
            Effect::Logout { attempt } => self.logout(attempt),
            Effect::Leave => {
                hint::mark_leaving();
                self.say(&Said::SignedOut);
            }
            Effect::Left => {
                hint::clear_leaving();
                self.take_up();
            }
            Effect::SetTimer { generation, after_ms } => {
                let session = self.weak();
                let timer = Timeout::new(after_ms, move || session.drive(Event::Timer { generation }));
                *self.0.timer.borrow_mut() = Some(timer);
                self.tell_next_try(after_ms);
            }
            Effect::Ready { token } => self.ready(token),
            Effect::SignedOut(reason) => self.signed_out(reason),
        }
    }

    /// Somebody may have signed in in another tab while this one was leaving.
    fn take_up(&self) {
        if hint::load().is_some() {
            self.drive(Event::Restore {
                hinted: true,
                leaving: false,
            });
        }
    }

    fn weak(&self) -> WeakSession {
        WeakSession(Rc::downgrade(&self.0))
    }

    fn lock(&self, attempt: u64) {
        let session = self.weak();
        let locked = move || {
            session.drive(Event::Locked {
                attempt,
                hinted: hint::generation(),
                leaving: hint::is_leaving(),
            });
        };
        match Lock::request(REFRESH_LOCK, locked.clone()) {
            Some(lock) => *self.0.lock.borrow_mut() = Some((attempt, lock)),
            None => locked(),
        }
    }

    fn refresh(&self, attempt: u64, request: RefreshRequest) {
        let session = self.weak();
        let transport = self.0.transport.clone();
        let hinted = hint::load().is_some();
        let task = Task::spawn(async move {
            let answer = auth::refresh(&transport, &request).await;
            let Some(session) = session.upgrade() else { return };
            let outcome = match answer {
                _ if hint::is_leaving() => Outcome::Left,
                // The person has left in another tab while this one stood still.
                Ok(_) if hinted && hint::load().is_none() => Outcome::Refused,
                Ok(grant) => {
                    let mut renewals = hint::renewals();
                    renewals.granted(&request);
                    hint::save_renewals(&renewals);
                    *session.0.granted.borrow_mut() = Some(request);
                    let expires_in_ms = grant.expires_in_ms;
                    session.came(grant.access_token.into(), expires_in_ms, grant.user);
                    Outcome::Granted { expires_in_ms }
                }
                Err(ApiError::SignedOut) => Outcome::Refused,
                Err(error) if error.code() == Some(ProblemCode::SessionRevoked) => Outcome::Revoked,
                Err(error) => {
                    if error.is_turned_away() {
                        let mut renewals = hint::renewals();
                        renewals.turned_away(&request);
                        hint::save_renewals(&renewals);
                    }
                    let wait_ms = match error {
                        ApiError::RateLimited(wait) => wait,
                        _ => 0,
                    };
                    session.unsure(error);
                    Outcome::Unsure { wait_ms }
                }
            };
            session.drive(Event::Hinted {
                hinted: hint::generation(),
            });
            session.drive(Event::Attempted { attempt, outcome });
        });
        *self.0.refreshing.borrow_mut() = Some(task);
    }

    /// Tells the server of a sign-out; the mark stays until it knows.
    fn logout(&self, attempt: u64) {
        let session = self.weak();
        let transport = self.0.transport.clone();
        let task = Task::spawn(async move {
            let heard = matches!(auth::logout(&transport).await, Ok(()) | Err(ApiError::SignedOut));
            session.drive(Event::LoggedOut { attempt, heard });
        });
        *self.0.leaving.borrow_mut() = Some(task);
    }

    fn came(&self, token: Rc<str>, expires_in_ms: u64, user: Me) {
        *self.0.come.borrow_mut() = Some(Come {
            token,
            expires_in_ms,
            user,
        });
    }

    fn ready(&self, generation: u64) {
        // With nothing come the machine only repeats that a newer token is already there.
        if let Some(Come {
            token,
            expires_in_ms,
            user,
        }) = self.0.come.borrow_mut().take()
        {
            let life = i64::try_from(expires_in_ms).unwrap_or(i64::MAX);
            let hint = Hint {
                user_id: user.id,
                expires_at: now().wall.plus_millis(life),
            };
            hint::save(&hint, generation);
            let another =
                matches!(&*self.0.state.borrow(), AuthState::SignedIn(known) if known.id != user.id);
            if another {
                // What waits was asked by the one before, and is not asked as the next one.
                self.0.waiting.settle(&Err(ApiError::SignedOut));
            }
            *self.0.token.borrow_mut() = Some(Token {
                generation,
                text: token,
            });
            self.change(AuthState::SignedIn(self.same_person(user)));
        }
        if let Some(token) = self.0.token.borrow().clone() {
            self.0.waiting.settle(&Ok(token));
        }
    }

    /// The person as before where nothing about them has changed, so that a renewal re-renders nothing.
    fn same_person(&self, me: Me) -> Rc<Me> {
        match &*self.0.state.borrow() {
            AuthState::SignedIn(known) if **known == me => known.clone(),
            _ => Rc::new(me),
        }
    }

    fn signed_out(&self, reason: SignedOut) {
        // That of a later sign-in stays.
        if hint::is_leaving() || hint::generation() <= self.0.machine.borrow().left() {
            if let (SignedOut::Revoked, Some(hint)) = (reason, hint::load()) {
                hint::mark_revoked(hint.user_id);
            }
            hint::clear();
        }
        self.0.token.borrow_mut().take();
        self.0.come.borrow_mut().take();
        self.0.timer.borrow_mut().take();
        self.change(AuthState::SignedOut(reason));
        self.0.waiting.settle(&Err(ApiError::SignedOut));
    }

    /// A renewal got no answer: nobody is signed out by that, but whoever waits should not wait for ever.
    fn unsure(&self, error: ApiError) {
        *self.0.failed.borrow_mut() = Some(error.clone());
        self.0.waiting.settle(&Err(error));
    }

    /// A renewal has failed and the machine has set the time of the next one: whoever looks at the empty page is told.
    fn tell_next_try(&self, after_ms: u64) {
        let failed = self.0.failed.borrow_mut().take();
        let has_come = self.0.come.borrow().is_some();
        if let (Some(error), AuthState::Restoring(before), false) = (failed, self.state(), has_come) {
            self.change(AuthState::Restoring(Some(Retrying {
                error,
                attempt: before.map_or(2, |before| before.attempt + 1),
                at_ms: monotonic_ms() + after_ms as f64,
            })));
            self.remember();
        }
    }

    /// The server cannot be asked who is signed in. Whoever was so in this browser goes on with what it keeps for them, until
    /// the server says otherwise.
    fn remember(&self) {
        let Some(member) = hint::load()
            .map(|hint| hint.user_id)
            .filter(|_| !hint::is_leaving())
        else {
            return;
        };
        let session = self.weak();
        Store::open(Callback::noop()).read_archive(member, archive::Part::Values, move |found| {
            let values = found.map(|found| found.values).unwrap_or_default();
            let me = values
                .iter()
                .find(|value| value.topic == topic::ME)
                .and_then(|value| decode::<Me>(&value.text).ok());
            let still = || hint::load().is_some_and(|hint| hint.user_id == member) && !hint::is_leaving();
            if let (Some(me), Some(session)) = (me, session.upgrade())
                && me.id == member
                && still()
                && matches!(session.state(), AuthState::Restoring(_))
            {
                session.change(AuthState::SignedIn(Rc::new(me)));
            }
        });
    }

    fn change(&self, state: AuthState) {
        if *self.0.state.borrow() == state {
            return;
        }
        *self.0.state.borrow_mut() = state.clone();
        let on_change = self.0.on_change.borrow().clone();
        if let Some(on_change) = on_change {
            on_change.emit(state);
        }
    }

    fn say(&self, said: &Said) {
        if let Some(peers) = &*self.0.peers.borrow() {
            peers.say(said);
        }
    }

    fn share(&self, expires_in_ms: u64) {
        let token = self.0.token.borrow().clone();
        if let (Some(token), AuthState::SignedIn(me)) = (token, self.state()) {
            let (generation, token) = (token.generation, token.text.to_string());
            self.say(&Said::Token {
                generation,
                expires_in_ms,
                token,
                user: Box::new((*me).clone()),
            });
        }
    }

    fn on_said(&self, said: Said) {
        match said {
            Said::Token {
                generation,
                expires_in_ms,
                token,
                user,
            } => {
                // A renewal of this tab that has just come is the machine's to take first. Where nobody is signed in, the token was
                // handed over before a sign-out that this tab has slept through.
                let signed_in = hint::load().is_some() && !hint::is_leaving();
                if self.0.come.borrow().is_none() && signed_in {
                    self.drive(Event::Hinted {
                        hinted: hint::generation(),
                    });
                    self.came(token.into(), expires_in_ms, *user);
                    self.drive(Event::Peer {
                        token: generation,
                        expires_in_ms,
                    });
                    self.0.come.borrow_mut().take();
                }
            }
            Said::Ask { generation } => self.drive(Event::PeerAsks { token: generation }),
            Said::SignedOut => {
                let signed_in = hint::load().is_some() && !hint::is_leaving();
                let since = signed_in.then(hint::generation);
                self.drive(Event::PeerSignedOut { since });
            }
        }
    }

    fn listen(&self) {
        let session = self.weak();
        *self.0.peers.borrow_mut() = Some(Peers::new(move |said| {
            if let Some(session) = session.upgrade() {
                session.on_said(said);
            }
        }));
        let mut listeners = Vec::new();
        let wake = || {
            let session = self.weak();
            move |_| session.drive(Event::Awake)
        };
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "online", wake()));
            // Where there are no broadcasts, the mark of a sign-out tells the other tabs.
            let session = self.weak();
            listeners.push(Listener::new(&window, "storage", move |_| {
                if hint::is_leaving() {
                    session.drive(Event::PeerSignedOut { since: None });
                }
            }));
        }
        if let Some(document) = document() {
            listeners.push(Listener::new(&document, "visibilitychange", wake()));
        }
        *self.0.listeners.borrow_mut() = listeners;
    }
}

/// For what calls back later: it must not keep the session alive.
#[derive(Clone)]
struct WeakSession(Weak<Inner>);

/// A renewal that was not asked for before, in any tab.
fn next_renewal() -> RefreshRequest {
    let mut renewals = hint::renewals();
    let request = renewals.begin(RenewalId::from_parts(now().wall, random_bytes()));
    hint::save_renewals(&renewals);
    request
}

impl WeakSession {
    fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }

    fn drive(&self, event: Event) {
        if let Some(session) = self.upgrade() {
            session.drive(event);
        }
    }
}
