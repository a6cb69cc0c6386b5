//! What the machine hears, what it wants done, and why nobody is signed in.

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// No one has signed in on this device.
    Never,
    /// The person signed out, here or in another tab.
    Here,
    /// The server refused to renew: the session's time is over.
    Expired,
    /// The session was revoked, from another device or by an administrator.
    Revoked,
}

/// How an attempt to renew ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new token, with its life in milliseconds.
    Granted {
        /// From now on.
        expires_in_ms: u64,
    },
    /// A definite refusal: the session's time is over.
    Refused,
    /// A definite refusal: the session was ended from elsewhere.
    Revoked,
    /// The person has left in another tab meanwhile, and the server may not have heard of it yet: whatever it answered, its
    /// answer is not for them.
    Left,
    /// No answer, or one that passes; wait at least this long, in milliseconds.
    Unsure {
        /// What the server asked for; 0 when it did not.
        wait_ms: u64,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page starts.
    Restore {
        /// Someone was signed in on this device: the hint exists.
        hinted: bool,
        /// A sign-out has not reached the server yet: the durable marker stands.
        leaving: bool,
    },
    /// A sign-in gave a token.
    SignedIn {
        /// From now on.
        expires_in_ms: u64,
        /// The hint's generation before it.
        hinted: u64,
    },
    /// A request with the token of this generation was answered 401.
    Rejected {
        /// The token's generation.
        token: u64,
    },
    /// The lock is ours.
    Locked {
        /// From [`Effect::Lock`].
        attempt: u64,
        /// The hint's generation, read after taking the lock.
        hinted: u64,
        /// Whether a sign-out marker stands, read after taking the lock.
        leaving: bool,
    },
    /// The hint as it stands a moment after the lock was taken ([`Effect::Look`]).
    Looked {
        /// From [`Effect::Look`].
        attempt: u64,
        /// Its generation.
        hinted: u64,
        /// Whether a sign-out marker stands.
        leaving: bool,
    },
    /// The hint was read again; before the end of an attempt is told by [`Event::Attempted`], and a token by [`Event::Peer`].
    Hinted {
        /// Its generation.
        hinted: u64,
    },
    /// An attempt ended.
    Attempted {
        /// From [`Effect::Refresh`].
        attempt: u64,
        /// How.
        outcome: Outcome,
    },
    /// Another tab handed over a token. After [`Event::Hinted`]: it may have been on its way for as long as this tab slept.
    Peer {
        /// The token's generation.
        token: u64,
        /// What is left of its life, in milliseconds.
        expires_in_ms: u64,
    },
    /// Another tab asks for a token newer than this generation.
    PeerAsks {
        /// What it has.
        token: u64,
    },
    /// Another tab signed out; this one may have slept since.
    PeerSignedOut {
        /// The hint's generation where no marker stands and somebody is signed in: of a later session than the one that was left.
        since: Option<u64>,
    },
    /// The server told that a session is revoked, which may be an earlier one than the present one.
    Revoked,
    /// The person signed out.
    SignOut,
    /// `POST /api/auth/logout` ended.
    LoggedOut {
        /// From [`Effect::Logout`].
        attempt: u64,
        /// Whether the server has heard it: any definite answer counts.
        heard: bool,
    },
    /// The server has heard of the sign-out by another call: of another tab, or before a sign-in.
    Left,
    /// The timer set by [`Effect::SetTimer`] ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The network may be back, the page woke up, or a clock jumped.
    Awake,
}

/// What the shell has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for the lock; answer with [`Event::Locked`].
    Lock {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Read the hint again now; answer with [`Event::Looked`].
    Look {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Let the lock go, or stop asking for it.
    Unlock {
        /// From [`Effect::Lock`].
        attempt: u64,
    },
    /// Ask the other tabs for a token newer than this generation.
    AskPeers {
        /// What this tab has.
        token: u64,
    },
    /// Hand this token to the other tabs.
    Share {
        /// The token's generation.
        token: u64,
        /// What is left of its life, in milliseconds.
        expires_in_ms: u64,
    },
    /// Call `POST /api/auth/refresh`; answer with [`Event::Attempted`].
    Refresh {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// The same with the request that was granted last, word for word: the cookie of its answer may stand over a newer one, and
    /// a request that is repeated only brings the current one again.
    RefreshAgain {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Abort that call; it will not be answered.
    AbortRefresh {
        /// From [`Effect::Refresh`].
        attempt: u64,
    },
    /// Call `POST /api/auth/logout`; answer with [`Event::LoggedOut`].
    Logout {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Write the durable marker of a sign-out, tell the other tabs, and erase what belongs to the person.
    Leave,
    /// The server has heard the sign-out: remove the marker.
    Left,
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// The token just granted or handed over is this generation: write it into the hint unless it is older, and let whoever
    /// waits go on.
    Ready {
        /// The token's generation.
        token: u64,
    },
    /// Nobody is signed in any more: whoever waits gives up, and the token is forgotten.
    SignedOut(SignedOut),
}
