//! The shell of [`switchboard_engine::refresh`], as `src/auth` is in a browser.

use switchboard_contract::auth::RefreshRequest;
use switchboard_contract::ids::{MemberId, RenewalId};
use switchboard_contract::problem::ProblemCode;
use switchboard_engine::Now;
use switchboard_engine::refresh::{Effect, Event, Outcome, Refresh, Renewals, SignedOut};

use super::{Failed, LockName, Page, Purpose, Said, Signed, TimerFor, Wish, desk};
use crate::server::{Request, Response};

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Session {
    machine: Refresh,
    pub(super) signed: Signed,
    /// The token in hand and its number.
    pub(super) token: Option<(u64, String)>,
    /// A token that came and that the machine has not taken yet.
    come: Option<(String, MemberId)>,
    /// Calls that wait for a token.
    pub(super) waiting: Vec<u64>,
    /// Calls that waited in vain.
    pub(super) failing: Vec<u64>,
    refreshing: Option<u64>,
    /// Somebody was signed in on this device when the renewal on its way was asked for.
    asked_hinted: bool,
    /// The request that was granted last.
    granted: Option<RefreshRequest>,
    leaving: Option<u64>,
}

impl Session {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            machine: Refresh::new(seed),
            signed: Signed::Restoring,
            token: None,
            come: None,
            waiting: Vec::new(),
            failing: Vec::new(),
            refreshing: None,
            asked_hinted: false,
            granted: None,
            leaving: None,
        }
    }
}

impl Page {
    pub(super) fn restore(&mut self, now: Now, out: &mut Vec<Wish>) {
        let event = Event::Restore {
            hinted: self.hint.member.is_some(),
            leaving: self.hint.leaving,
        };
        self.drive_session(now, event, out);
    }

    pub(super) fn signed_in(
        &mut self,
        now: Now,
        member: MemberId,
        access: String,
        expires_in_ms: u64,
        out: &mut Vec<Wish>,
    ) {
        if self.hint.leaving {
            // The sign-in page told the server of the sign-out before.
            self.hint.leaving = false;
            out.push(Wish::Keep(self.hint.clone()));
            self.drive_session(now, Event::Left, out);
        }
        self.session.come = Some((access, member));
        let event = Event::SignedIn {
            expires_in_ms,
            hinted: self.hint.generation,
        };
        self.drive_session(now, event, out);
    }

    /// A call was answered 401: a newer token, or the next one.
    pub(super) fn renewed(&mut self, now: Now, call: u64, spent: u64, out: &mut Vec<Wish>) {
        if matches!(self.session.signed, Signed::Out(_)) {
            self.session.failing.push(call);
            self.settle(now, out);
            return;
        }
        self.drive_session(now, Event::Rejected { token: spent }, out);
        match &self.session.token {
            Some((generation, _)) if *generation > spent => self.make(call, out),
            _ if matches!(self.session.signed, Signed::Out(_)) => self.session.failing.push(call),
            _ => self.session.waiting.push(call),
        }
        self.settle(now, out);
    }

    pub(super) fn refreshed(
        &mut self,
        now: Now,
        attempt: u64,
        request: &RefreshRequest,
        answer: Result<Response, Failed>,
        out: &mut Vec<Wish>,
    ) {
        self.session.refreshing = None;
        if matches!(answer, Err(Failed::RateLimited(_) | Failed::Server(_))) {
            self.hint.renewals.turned_away(request);
            out.push(Wish::Keep(self.hint.clone()));
        }
        let outcome = match answer {
            _ if self.hint.leaving => Outcome::Left,
            // The person has left in another tab while this one stood still.
            Ok(_) if self.session.asked_hinted && self.hint.member.is_none() => Outcome::Refused,
            Ok(Response::Refreshed {
                access,
                expires_in_ms,
                member,
                ..
            }) => {
                self.hint.renewals.granted(request);
                out.push(Wish::Keep(self.hint.clone()));
                self.session.granted = Some(request.clone());
                self.session.come = Some((access, member));
                Outcome::Granted { expires_in_ms }
            }
            Err(Failed::SignedOut) => Outcome::Refused,
            Err(Failed::Refused(problem)) if problem.code == ProblemCode::SessionRevoked => Outcome::Revoked,
            Err(Failed::RateLimited(wait_ms)) => Outcome::Unsure { wait_ms },
            _ => Outcome::Unsure { wait_ms: 0 },
        };
        if matches!(outcome, Outcome::Unsure { .. }) {
            let waiting = std::mem::take(&mut self.session.waiting);
            self.session.failing.extend(waiting);
        }
        let hinted = self.hint.generation;
        self.drive_session(now, Event::Hinted { hinted }, out);
        self.drive_session(now, Event::Attempted { attempt, outcome }, out);
    }

    pub(super) fn on_said(&mut self, now: Now, said: Said, out: &mut Vec<Wish>) {
        match said {
            Said::Token {
                generation,
                expires_in_ms,
                token,
                member,
            } => {
                // A renewal of this tab that has just come is the machine's to take first. Where nobody is signed in, the token was
                // handed over before a sign-out that this tab has slept through.
                let signed_in = self.hint.member.is_some() && !self.hint.leaving;
                if self.session.come.is_none() && signed_in {
                    let hinted = self.hint.generation;
                    self.drive_session(now, Event::Hinted { hinted }, out);
                    self.session.come = Some((token, member));
                    let event = Event::Peer {
                        token: generation,
                        expires_in_ms,
                    };
                    self.drive_session(now, event, out);
                    self.session.come = None;
                }
            }
            Said::Ask { generation } => {
                self.drive_session(now, Event::PeerAsks { token: generation }, out);
            }
            Said::SignedOut => {
                let signed_in = self.hint.member.is_some() && !self.hint.leaving;
                let since = signed_in.then_some(self.hint.generation);
                self.drive_session(now, Event::PeerSignedOut { since }, out);
            }
            Said::Bulletin(..) => {}
        }
    }

    pub(super) fn drive_session(&mut self, now: Now, event: Event, out: &mut Vec<Wish>) {
        let mut effects = Vec::new();
        self.session.machine.step(now, event, &mut effects);
        for effect in effects {
            self.run(now, effect, out);
        }
        self.settle(now, out);
    }

    fn run(&mut self, now: Now, effect: Effect, out: &mut Vec<Wish>) {
        match effect {
            Effect::Lock { attempt } => out.push(Wish::Lock(LockName::Session, attempt)),
            Effect::Unlock { attempt } => out.push(Wish::Unlock(LockName::Session, attempt)),
            Effect::AskPeers { token } => out.push(Wish::Say(Said::Ask { generation: token })),
            Effect::Share { expires_in_ms, .. } => {
                if let (Some((generation, token)), Signed::In(member)) =
                    (&self.session.token, self.session.signed)
                {
                    out.push(Wish::Say(Said::Token {
                        generation: *generation,
                        expires_in_ms,
                        token: token.clone(),
                        member,
                    }));
                }
            }
            Effect::Refresh { attempt } => {
                let request = self.next_renewal(now, out);
                self.renew(attempt, request, out);
            }
            Effect::RefreshAgain { attempt } => {
                let request = self.session.granted.clone();
                let request = request.unwrap_or_else(|| self.next_renewal(now, out));
                self.renew(attempt, request, out);
            }
            Effect::AbortRefresh { .. } => {
                if let Some(call) = self.session.refreshing.take() {
                    self.calls.remove(&call);
                    out.push(Wish::Abort(call));
                }
            }
            // Another tab has told the server, and somebody has signed in since: it would be told of that one's end.
            Effect::Logout { .. } if !self.hint.leaving && self.hint.member.is_some() => {
                self.drive_session(now, Event::Left, out);
                self.take_up(now, out);
            }
            Effect::Logout { attempt } => {
                self.session.leaving = Some(self.next_call);
                self.call(Purpose::Logout { attempt }, Request::Logout, false, out);
            }
            Effect::Leave => {
                self.hint.leaving = true;
                out.push(Wish::Keep(self.hint.clone()));
                out.push(Wish::Say(Said::SignedOut));
            }
            Effect::Left => {
                self.hint.leaving = false;
                out.push(Wish::Keep(self.hint.clone()));
                self.take_up(now, out);
            }
            Effect::SetTimer { generation, after_ms } => {
                out.push(Wish::Timer(TimerFor::Session, generation, after_ms));
            }
            Effect::Ready { token } => self.ready(now, token, out),
            Effect::SignedOut(reason) => self.signed_out(now, reason, out),
        }
    }

    fn next_renewal(&mut self, now: Now, out: &mut Vec<Wish>) -> RefreshRequest {
        let bytes = std::array::from_fn(|_| self.random.next().to_le_bytes()[0]);
        let request = self.hint.renewals.begin(RenewalId::from_parts(now.wall, bytes));
        out.push(Wish::Keep(self.hint.clone()));
        request
    }

    fn renew(&mut self, attempt: u64, request: RefreshRequest, out: &mut Vec<Wish>) {
        self.session.refreshing = Some(self.next_call);
        self.session.asked_hinted = self.hint.member.is_some();
        let purpose = Purpose::Refresh {
            attempt,
            request: request.clone(),
        };
        self.call(purpose, Request::Refresh(request), false, out);
    }

    /// Somebody may have signed in in another tab while this one was leaving.
    fn take_up(&mut self, now: Now, out: &mut Vec<Wish>) {
        if self.hint.member.is_some() {
            let (hinted, leaving) = (true, false);
            self.drive_session(now, Event::Restore { hinted, leaving }, out);
        }
    }

    fn ready(&mut self, now: Now, generation: u64, out: &mut Vec<Wish>) {
        if let Some((token, member)) = self.session.come.take() {
            self.hint.member = Some(member);
            self.hint.generation = self.hint.generation.max(generation);
            out.push(Wish::Keep(self.hint.clone()));
            self.session.token = Some((generation, token));
            let before = self.session.signed;
            self.session.signed = Signed::In(member);
            if before == self.session.signed {
                self.desk_news(now, desk::News::Authorised, out);
            } else {
                // What was asked by the one before is not asked as the next one.
                self.end_desk_calls(out);
                self.desk_news(now, desk::News::SignedIn(member), out);
            }
        }
        for call in std::mem::take(&mut self.session.waiting) {
            self.make(call, out);
        }
    }

    fn signed_out(&mut self, now: Now, reason: SignedOut, out: &mut Vec<Wish>) {
        // That of a later sign-in stays.
        if self.hint.leaving || self.hint.generation <= self.session.machine.left() {
            self.hint.member = None;
            self.hint.renewals = Renewals::default();
            out.push(Wish::Keep(self.hint.clone()));
        }
        self.session.token = None;
        self.session.come = None;
        self.session.signed = Signed::Out(reason);
        let waiting = std::mem::take(&mut self.session.waiting);
        self.session.failing.extend(waiting);
        // The page for signing in takes the place of the desk, and whatever it had under way goes with it.
        self.desk_news(now, desk::News::SignedOut(reason), out);
        self.end_desk_calls(out);
        self.session.failing.clear();
    }

    fn end_desk_calls(&mut self, out: &mut Vec<Wish>) {
        self.end_calls(|purpose| matches!(purpose, Purpose::Desk(_)), out);
    }

    pub(super) fn abandon_calls(&mut self, purpose: &Purpose, out: &mut Vec<Wish>) {
        self.end_calls(|other| other == purpose, out);
    }

    fn end_calls(&mut self, ends: impl Fn(&Purpose) -> bool, out: &mut Vec<Wish>) {
        let gone: Vec<u64> = self
            .calls
            .iter()
            .filter(|(_, call)| ends(&call.purpose))
            .map(|(number, _)| *number)
            .collect();
        for call in gone {
            self.calls.remove(&call);
            out.push(Wish::Abort(call));
        }
    }
}
