//! What people do and what goes wrong, as data: it can be printed, run again, and made smaller.

/// Something that a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When, in milliseconds.
    pub at: u64,
    /// In which tab, for operators' acts.
    pub tab: u8,
    /// In or to which conversation, by its number.
    pub conversation: u8,
    /// What.
    pub kind: ActKind,
}

/// See [`Act`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Writes a reply.
    Reply,
    /// Writes a reply that is held back for some seconds.
    HeldReply,
    /// Lets go at once what is held back.
    SendNow,
    /// Writes a note.
    Note,
    /// Closes the conversation.
    CloseIt,
    /// Opens it again.
    ReopenIt,
    /// Takes it.
    TakeIt,
    /// Snoozes it for some seconds.
    SnoozeIt,
    /// Deletes it for good, as far as the member's role allows it.
    DeleteIt,
    /// Opens the thread.
    Open,
    /// Closes the thread.
    Leave,
    /// Has read to the end of the thread.
    Read,
    /// Tries what is blocked again.
    Retry,
    /// Gives up what is blocked.
    Discard,
    /// Signs out.
    SignOut,
    /// Signs in again, where nobody is signed in.
    SignIn,
    /// Another person signs in, where nobody is signed in.
    OtherSignsIn,
    /// The visitor writes.
    VisitorWrites,
    /// A colleague replies.
    ColleagueReplies,
    /// A colleague closes the conversation.
    ColleagueCloses,
    /// A colleague archives it.
    ColleagueArchives,
    /// An admin deletes it.
    ColleagueDeletes,
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When, in milliseconds.
    pub at: u64,
    /// In which tab, where it is about one.
    pub tab: u8,
    /// What.
    pub kind: FaultKind,
}

/// See [`Fault`]; times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The tab's next call never reaches the server.
    LoseCall,
    /// The tab's next call is carried out and its answer is lost.
    LoseAnswer,
    /// The tab's next call takes this much longer to arrive.
    DelayCall(u64),
    /// The answer to the tab's next call takes this much longer.
    DelayAnswer(u64),
    /// The tab's next call arrives twice.
    DuplicateCall,
    /// Nothing gets through the tab's socket for this long; then all of it.
    Stall(u64),
    /// What the server sends on the tab's socket vanishes.
    DeafSocket,
    /// What the tab sends on its socket vanishes.
    MuteSocket,
    /// The tab's socket is cut, and both sides know.
    Cut,
    /// Every socket is cut at once.
    CutAll,
    /// The next event to the tab arrives without its end.
    Truncate,
    /// The server answers every call with 503.
    Errors(u64),
    /// The server answers every call with 429.
    Busy(u64),
    /// The server goes, and comes back after this long.
    Restart(u64),
    /// The same, and a failover begins a new epoch.
    Failover(u64),
    /// Upgrades to a WebSocket fail; calls do not.
    BlockSockets(u64),
    /// The tab is killed, and opened again after this long.
    Kill(u64),
    /// The tab is killed when it has carried out so many effects more, and opened again after a second.
    KillAtEffect(u32),
    /// The tab stands still.
    Freeze(u64),
    /// The whole machine sleeps; its monotonic clock goes on.
    Sleep(u64),
    /// The whole machine sleeps, and its monotonic clock stands still.
    DeepSleep(u64),
    /// The wall clock jumps by this much.
    Skew(i64),
    /// The browser has no network.
    Offline(u64),
    /// The tab is hidden.
    Hide(u64),
    /// The session is revoked from elsewhere.
    Revoke,
    /// The sign-in comes to the end of its time.
    Expire,
    /// The member is assigned to other websites.
    Rights,
    /// The log lets go of all but its newest events.
    Trim,
    /// The store has no room.
    Quota(u64),
    /// The store fails.
    StoreFails(u64),
    /// The store answers nothing, as while a tab that is stuck holds a transaction open; what was asked is carried out then.
    StoreHangs(u64),
    /// Someone who stole the refresh cookie long ago uses it.
    Thief,
}

impl FaultKind {
    /// When what begins at `at` is over.
    #[must_use]
    pub const fn over(self, at: u64) -> u64 {
        at + match self {
            Self::DelayCall(ms)
            | Self::DelayAnswer(ms)
            | Self::Stall(ms)
            | Self::Errors(ms)
            | Self::Busy(ms)
            | Self::Restart(ms)
            | Self::Failover(ms)
            | Self::BlockSockets(ms)
            | Self::Kill(ms)
            | Self::Freeze(ms)
            | Self::Sleep(ms)
            | Self::DeepSleep(ms)
            | Self::Offline(ms)
            | Self::Hide(ms)
            | Self::Quota(ms)
            | Self::StoreFails(ms)
            | Self::StoreHangs(ms) => ms,
            // What has not come to so many effects by then is let be.
            Self::KillAtEffect(_) => 10_000,
            _ => 0,
        }
    }
}

/// One run: the same schedule gives the same run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Decides delays and who is first of what happens at the same time.
    pub seed: u64,
    /// Tabs of the browser.
    pub tabs: u8,
    /// Conversations at the beginning.
    pub conversations: u8,
    /// Whether the member who is signed in at the beginning manages the team, and so may delete conversations.
    pub manages: bool,
    /// What people do.
    pub acts: Vec<Act>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Schedule {
    /// When the last act is done and the last fault is over.
    #[must_use]
    pub fn quiet_from(&self) -> u64 {
        let acts = self.acts.iter().map(|act| act.at);
        let faults = self.faults.iter().map(|fault| fault.kind.over(fault.at));
        acts.chain(faults).max().unwrap_or(0)
    }

    /// Whether it has such a fault.
    pub fn has(&self, is: impl Fn(FaultKind) -> bool) -> bool {
        self.faults.iter().any(|fault| is(fault.kind))
    }

    /// The smallest schedule found that `fails` as this one does: without most of its faults and acts.
    #[must_use]
    pub fn shrink(&self, fails: impl Fn(&Self) -> bool) -> Self {
        let mut smallest = self.clone();
        loop {
            let before = (smallest.faults.len(), smallest.acts.len());
            smallest.faults = without(&smallest.faults, |faults| {
                fails(&Self {
                    faults: faults.to_vec(),
                    ..smallest.clone()
                })
            });
            smallest.acts = without(&smallest.acts, |acts| {
                fails(&Self {
                    acts: acts.to_vec(),
                    ..smallest.clone()
                })
            });
            if before == (smallest.faults.len(), smallest.acts.len()) {
                return smallest;
            }
        }
    }
}

/// Leaves out stretches of `items`, long ones first, while it still fails.
fn without<T: Clone>(items: &[T], fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut kept = items.to_vec();
    let mut stretch = kept.len().max(1);
    while stretch > 0 {
        let mut from = 0;
        while from < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(from..(from + stretch).min(kept.len()));
            if fails(&fewer) {
                kept = fewer;
            } else {
                from += stretch;
            }
        }
        stretch /= 2;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shrinks_to_what_it_needs() {
        let fault = |at, kind| Fault { at, tab: 0, kind };
        let schedule = Schedule {
            seed: 1,
            tabs: 1,
            conversations: 1,
            manages: false,
            acts: Vec::new(),
            faults: (0..40)
                .map(|at| fault(at, FaultKind::Cut))
                .chain([fault(50, FaultKind::Trim), fault(60, FaultKind::Thief)])
                .collect(),
        };
        let needs = |schedule: &Schedule| {
            schedule.has(|kind| kind == FaultKind::Trim) && schedule.has(|kind| kind == FaultKind::Thief)
        };
        let smallest = schedule.shrink(needs);
        assert_eq!(smallest.faults.len(), 2);
        assert_eq!(smallest.quiet_from(), 60);
    }
}
