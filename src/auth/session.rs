//! The browser shell of [`switchboard_engine::refresh`]: it keeps the token, makes the calls and runs the timers, and
//! decides nothing.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use switchboard_contract::auth::{AccessGrant, Me};
use switchboard_engine::refresh::{Effect, Event, Outcome, Refresh, SignedOut};
use yew::Callback;

use super::hint::{self, Hint};
use crate::api::{ApiError, Transport, auth};
use crate::browser::{Listener, Task, Timeout, document, now, random_seed, window};

/// Who is signed in, as screens see it.
#[derive(Clone, Debug, PartialEq)]
pub enum AuthState {
    /// A session of an earlier visit is being taken up again. The error is that of the last try, while more follow.
    Restoring(Option<ApiError>),
    /// Nobody.
    SignedOut(SignedOut),
    /// This member.
    SignedIn(Rc<Me>),
}

/// An access token with its place in the sequence of tokens.
#[derive(Clone)]
pub struct Token {
    /// Counts the tokens of this page.
    pub generation: u64,
    /// The token; never stored, never shown.
    pub text: Rc<str>,
}

#[derive(Default)]
struct Pending {
    /// The outcome for whoever waits on this round.
    outcome: Option<Result<Token, ApiError>>,
    wakers: Vec<Waker>,
}

struct Inner {
    transport: Transport,
    machine: RefCell<Refresh>,
    state: RefCell<AuthState>,
    token: RefCell<Option<Token>>,
    /// The grant that the machine has not acknowledged yet.
    granted: RefCell<Option<AccessGrant>>,
    pending: RefCell<Rc<RefCell<Pending>>>,
    timer: RefCell<Option<Timeout>>,
    refreshing: RefCell<Option<Task>>,
    leaving: RefCell<Option<Task>>,
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
            granted: RefCell::default(),
            pending: RefCell::default(),
            timer: RefCell::default(),
            refreshing: RefCell::default(),
            leaving: RefCell::default(),
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
        if self.0.started.replace(true) {
            return;
        }
        if hint::is_leaving() {
            self.finish_sign_out();
        } else if hint::load().is_some() {
            self.drive(Event::Restore);
        }
    }

    /// Stops timers, calls and listeners; the page goes on without this session.
    pub fn stop(&self) {
        self.0.listeners.borrow_mut().clear();
        self.0.on_change.borrow_mut().take();
        self.0.timer.borrow_mut().take();
        self.0.refreshing.borrow_mut().take();
    }

    /// A sign-in succeeded.
    pub fn adopt(&self, grant: AccessGrant) {
        hint::clear_leaving();
        self.0.leaving.borrow_mut().take();
        let expires_in_ms = grant.expires_in_ms;
        *self.0.granted.borrow_mut() = Some(grant);
        self.drive(Event::SignedIn { expires_in_ms });
    }

    /// Ends the session here at once, and on the server as soon as it answers.
    pub fn sign_out(&self) {
        hint::mark_leaving();
        self.drive(Event::SignOut);
        self.finish_sign_out();
    }

    /// Tries again now instead of waiting: the network may be back.
    pub fn wake(&self) {
        self.drive(Event::Awake);
    }

    /// The server says that the session is over: asks, so that only a definite refusal ends it here.
    pub fn check(&self) {
        let token = self.0.machine.borrow().token();
        self.drive(Event::Rejected { token });
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
            AuthState::Restoring(_) | AuthState::SignedIn(_) => self.next_token().await,
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
        let waiting = self.0.pending.borrow().clone();
        self.drive(Event::Rejected { token: spent });
        let newer = self
            .0
            .token
            .borrow()
            .clone()
            .filter(|token| token.generation > spent);
        match newer {
            Some(token) => Ok(token),
            None => outcome(waiting).await,
        }
    }

    async fn next_token(&self) -> Result<Token, ApiError> {
        let waiting = self.0.pending.borrow().clone();
        outcome(waiting).await
    }

    fn drive(&self, event: Event) {
        let mut effects = Vec::new();
        self.0.machine.borrow_mut().step(now(), event, &mut effects);
        for effect in effects {
            match effect {
                Effect::Refresh { attempt } => self.refresh(attempt),
                Effect::SetTimer { generation, after_ms } => {
                    let session = Rc::downgrade(&self.0);
                    let timer = Timeout::new(after_ms, move || {
                        if let Some(inner) = session.upgrade() {
                            Session(inner).drive(Event::Timer { generation });
                        }
                    });
                    *self.0.timer.borrow_mut() = Some(timer);
                }
                Effect::Ready { token } => self.ready(token),
                Effect::SignedOut(reason) => self.signed_out(reason),
            }
        }
    }

    fn refresh(&self, attempt: u64) {
        let session = Rc::downgrade(&self.0);
        let transport = self.0.transport.clone();
        let task = Task::spawn(async move {
            let answer = auth::refresh(&transport).await;
            let Some(inner) = session.upgrade() else { return };
            let session = Session(inner);
            let outcome = match answer {
                Ok(grant) => {
                    let expires_in_ms = grant.expires_in_ms;
                    *session.0.granted.borrow_mut() = Some(grant);
                    Outcome::Granted { expires_in_ms }
                }
                Err(ApiError::SignedOut) => Outcome::Refused,
                Err(error) => {
                    let wait_ms = match error {
                        ApiError::RateLimited(wait) => wait,
                        _ => 0,
                    };
                    session.unsure(error);
                    Outcome::Unsure { wait_ms }
                }
            };
            session.drive(Event::Attempted { attempt, outcome });
        });
        *self.0.refreshing.borrow_mut() = Some(task);
    }

    fn ready(&self, generation: u64) {
        // Without a grant in hand the machine only repeats that a newer token is already there.
        if let Some(grant) = self.0.granted.borrow_mut().take() {
            hint::save(&Hint {
                user_id: grant.user.id,
                expires_at: now()
                    .wall
                    .plus_millis(i64::try_from(grant.expires_in_ms).unwrap_or(i64::MAX)),
                generation,
            });
            *self.0.token.borrow_mut() = Some(Token {
                generation,
                text: grant.access_token.into(),
            });
            self.change(AuthState::SignedIn(self.same_person(grant.user)));
        }
        if let Some(token) = self.0.token.borrow().clone() {
            self.settle(&Ok(token));
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
        hint::clear();
        // A renewal that is on its way must not bring a token any more.
        self.0.refreshing.borrow_mut().take();
        self.0.token.borrow_mut().take();
        self.0.granted.borrow_mut().take();
        self.0.timer.borrow_mut().take();
        self.change(AuthState::SignedOut(reason));
        self.settle(&Err(ApiError::SignedOut));
    }

    /// A renewal got no answer: nobody is signed out by that, but whoever waits should not wait for ever.
    fn unsure(&self, error: ApiError) {
        if matches!(self.state(), AuthState::Restoring(_)) {
            self.change(AuthState::Restoring(Some(error.clone())));
        }
        self.settle(&Err(error));
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

    /// Ends the round: those who wait get this outcome, those who come later wait for the next.
    fn settle(&self, outcome: &Result<Token, ApiError>) {
        let round = self.0.pending.replace(Rc::default());
        let wakers = {
            let mut round = round.borrow_mut();
            round.outcome = Some(outcome.clone());
            std::mem::take(&mut round.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Tells the server of a sign-out; the mark stays until it knows.
    fn finish_sign_out(&self) {
        let transport = self.0.transport.clone();
        let task = Task::spawn(async move {
            match auth::logout(&transport).await {
                Ok(()) | Err(ApiError::SignedOut) => hint::clear_leaving(),
                // The mark stands; the next start or the network's return tries again.
                Err(_) => {}
            }
        });
        *self.0.leaving.borrow_mut() = Some(task);
    }

    fn listen(&self) {
        let mut listeners = Vec::new();
        let on_wake = |session: &Self| {
            let session = Rc::downgrade(&session.0);
            move |_| {
                if let Some(inner) = session.upgrade() {
                    let session = Session(inner);
                    if hint::is_leaving() {
                        session.finish_sign_out();
                    } else {
                        session.wake();
                    }
                }
            }
        };
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "online", on_wake(self)));
        }
        if let Some(document) = document() {
            listeners.push(Listener::new(&document, "visibilitychange", on_wake(self)));
        }
        *self.0.listeners.borrow_mut() = listeners;
    }
}

async fn outcome(round: Rc<RefCell<Pending>>) -> Result<Token, ApiError> {
    poll_fn(move |cx| {
        let mut round = round.borrow_mut();
        match &round.outcome {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                round.wakers.push(cx.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}
