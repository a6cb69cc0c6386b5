//! Who of a team is there: the best of what a member's connections say, gone a little while after the last of them.
//! Known to this process, told on as a signal, which holds for a time and is told again, and told to other servers by [`super::attendance`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, MemberId, SessionId};
use switchboard_contract::realtime::{PRESENCE_TTL_MS, PresenceBody, Sender, SenderKind, Signal, SignalType};

use tokio::sync::Notify;

use super::hub::{Hub, Relayed, StreamKey};
use crate::auth::Operator;

/// Whoever polls asks again within this time: at once after an answer that brought something, else two seconds after they had asked
/// before, and both take their way through the network.
const BETWEEN_POLLS: Duration = Duration::from_secs(8);

/// Every member with a connection.
#[derive(Debug, Default)]
pub struct Presence {
    accounts: Mutex<HashMap<AccountId, BTreeMap<MemberId, Member>>>,
    /// Told when someone comes, goes or says something else.
    changed: Notify,
}

#[derive(Clone, Debug, Default)]
struct Member {
    name: String,
    connections: HashMap<u64, Said>,
}

/// What one connection says.
#[derive(Clone, Copy, Debug)]
struct Said {
    availability: Availability,
    /// Of a poll: the session that asks. Its next one takes the place of this one.
    polls_for: Option<SessionId>,
}

impl Member {
    fn availability(&self) -> Availability {
        let said = |wanted| self.connections.values().any(|said| said.availability == wanted);
        if said(Availability::Available) {
            Availability::Available
        } else if said(Availability::Away) {
            Availability::Away
        } else {
            Availability::Offline
        }
    }
}

impl Presence {
    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, BTreeMap<MemberId, Member>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How everybody is who is there.
    pub(super) fn all(&self) -> BTreeMap<MemberId, (AccountId, Availability)> {
        self.accounts()
            .iter()
            .flat_map(|(account, members)| {
                members
                    .iter()
                    .map(|(id, member)| (*id, (*account, member.availability())))
            })
            .collect()
    }

    /// Waits until someone comes, goes or says something else.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// A connection says how its member is; answers how the member is with all of them.
    fn say(
        &self,
        operator: &Operator,
        connection: u64,
        availability: Availability,
        polls_for: Option<SessionId>,
    ) -> Availability {
        let mut accounts = self.accounts();
        let members = accounts.entry(operator.account_id).or_default();
        let member = members.entry(operator.member_id).or_default();
        member.name.clone_from(&operator.name);
        if polls_for.is_some() {
            member.connections.retain(|_, said| said.polls_for != polls_for);
        }
        let said = Said {
            availability,
            polls_for,
        };
        member.connections.insert(connection, said);
        self.changed.notify_one();
        member.availability()
    }

    /// A connection ends; how the member is now, when any is left. A poll whose place another one has taken is none any more,
    /// and changes nothing.
    fn leave(&self, account: AccountId, member: MemberId, connection: u64) -> Left {
        let mut accounts = self.accounts();
        let Some(members) = accounts.get_mut(&account) else {
            return Left::Unchanged;
        };
        let Some(known) = members.get_mut(&member) else {
            return Left::Unchanged;
        };
        if known.connections.remove(&connection).is_none() {
            return Left::Unchanged;
        }
        let left = if known.connections.is_empty() {
            members.remove(&member);
            Left::Gone
        } else {
            Left::Here(known.availability())
        };
        if members.is_empty() {
            accounts.remove(&account);
        }
        self.changed.notify_one();
        left
    }

    fn is_there(&self, account: AccountId, member: MemberId) -> bool {
        self.accounts()
            .get(&account)
            .is_some_and(|members| members.contains_key(&member))
    }

    /// A signal for each member of `account` who is there, for someone who has just come.
    pub(crate) fn signals(&self, account: AccountId) -> Vec<Signal> {
        self.accounts()
            .get(&account)
            .into_iter()
            .flatten()
            .map(|(id, member)| signal(*id, member.name.clone(), member.availability()))
            .collect()
    }
}

/// What is left of a member after a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// It was none any more.
    Unchanged,
    /// With the other connections the member is like this.
    Here(Availability),
    /// Nothing.
    Gone,
}

fn signal(member: MemberId, name: String, availability: Availability) -> Signal {
    Signal {
        kind: SignalType::Presence,
        conversation_id: None,
        who: member.to_string(),
        sender: Some(Sender {
            kind: SenderKind::Member,
            id: Some(member.to_string()),
            name: Some(name),
        }),
        ttl_ms: PRESENCE_TTL_MS,
        body: serde_json::to_value(PresenceBody { availability }).ok(),
    }
}

/// A connection that makes its member present until it is dropped, or one poll after the other until a while after the last.
#[derive(Debug)]
pub(crate) struct Present {
    hub: Arc<Hub>,
    account: AccountId,
    member: MemberId,
    name: String,
    connection: u64,
    polls_for: Option<SessionId>,
    grace: Duration,
}

impl Present {
    /// The member comes; `say` tells how.
    pub(crate) fn new(hub: &Arc<Hub>, operator: &Operator, connection: u64, grace: Duration) -> Self {
        Self {
            hub: Arc::clone(hub),
            account: operator.account_id,
            member: operator.member_id,
            name: operator.name.clone(),
            connection,
            polls_for: None,
            grace,
        }
    }

    /// The same for one of many polls: between two of them the member is still there.
    pub(crate) fn polling(hub: &Arc<Hub>, operator: &Operator, connection: u64, grace: Duration) -> Self {
        let mut present = Self::new(hub, operator, connection, grace);
        present.polls_for = Some(operator.session_id);
        present
    }

    /// Tells the team how the member is.
    pub(crate) fn say(&self, operator: &Operator, availability: Availability) {
        let presence = self.hub.presence();
        let availability = presence.say(operator, self.connection, availability, self.polls_for);
        tell(
            &self.hub,
            self.account,
            self.connection,
            signal(self.member, operator.name.clone(), availability),
        );
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let leaving = Leaving {
            hub: Arc::clone(&self.hub),
            account: self.account,
            member: self.member,
            name: std::mem::take(&mut self.name),
            connection: self.connection,
        };
        let (polls, grace) = (self.polls_for.is_some(), self.grace);
        // Without a runtime nobody is left to tell.
        let runtime = tokio::runtime::Handle::try_current().ok();
        if !polls {
            let is_gone = leaving.leave();
            if let Some(runtime) = runtime.filter(|_| is_gone) {
                // A page that reloads is back before anyone is told that it was gone.
                runtime.spawn(async move {
                    tokio::time::sleep(grace).await;
                    leaving.tell_gone();
                });
            }
        } else if let Some(runtime) = runtime {
            runtime.spawn(async move {
                tokio::time::sleep(grace.max(BETWEEN_POLLS)).await;
                if leaving.leave() {
                    leaving.tell_gone();
                }
            });
        } else {
            leaving.leave();
        }
    }
}

/// A connection that has ended.
struct Leaving {
    hub: Arc<Hub>,
    account: AccountId,
    member: MemberId,
    name: String,
    connection: u64,
}

impl Leaving {
    /// It counts no more; true when it was the member's last one.
    fn leave(&self) -> bool {
        let left = self
            .hub
            .presence()
            .leave(self.account, self.member, self.connection);
        if let Left::Here(availability) = left {
            self.tell(availability);
        }
        left == Left::Gone
    }

    /// Says that the member has gone, unless they are back.
    fn tell_gone(&self) {
        if !self.hub.presence().is_there(self.account, self.member) {
            self.tell(Availability::Offline);
        }
    }

    fn tell(&self, availability: Availability) {
        let told = signal(self.member, self.name.clone(), availability);
        tell(&self.hub, self.account, self.connection, told);
    }
}

fn tell(hub: &Hub, account: AccountId, from: u64, signal: Signal) {
    hub.signal(
        StreamKey::Account(account),
        Relayed {
            from,
            website: None,
            signal,
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::auth::Role;
    use switchboard_contract::time::Timestamp;

    use crate::auth::Rights;

    fn operator() -> Operator {
        let at = Timestamp::from_millis(0);
        Operator {
            session_id: SessionId::from_parts(at, [1; 10]),
            member_id: MemberId::from_parts(at, [2; 10]),
            name: "Mira".to_owned(),
            account_id: AccountId::from_parts(at, [3; 10]),
            role: Role::Agent,
            rights: Rights::All,
            expires_at: at,
            enrolment_due: false,
        }
    }

    #[test]
    fn the_best_of_all_connections_counts() {
        use Availability::{Available, Away, Offline};
        let presence = Presence::default();
        let me = operator();
        let says = |connection, availability| presence.say(&me, connection, availability, None);
        let leaves = |connection| presence.leave(me.account_id, me.member_id, connection);
        assert_eq!(says(1, Away), Away);
        assert_eq!(says(2, Available), Available);
        assert_eq!(says(1, Offline), Available);
        assert_eq!(says(2, Away), Away);
        assert_eq!(presence.signals(me.account_id).len(), 1);
        assert_eq!(leaves(2), Left::Here(Offline));
        assert_eq!(leaves(1), Left::Gone);
        assert_eq!(leaves(1), Left::Unchanged);
        assert!(!presence.is_there(me.account_id, me.member_id));
        assert!(presence.accounts().is_empty(), "nothing is left behind");
    }

    #[test]
    fn the_next_poll_of_a_session_takes_the_place_of_the_last_one() {
        use Availability::{Available, Away};
        let presence = Presence::default();
        let me = operator();
        let polls =
            |connection, availability| presence.say(&me, connection, availability, Some(me.session_id));
        assert_eq!(polls(1, Available), Available);
        assert_eq!(polls(2, Away), Away, "what the last one said counts no more");
        let leaves = |connection| presence.leave(me.account_id, me.member_id, connection);
        assert_eq!(leaves(1), Left::Unchanged, "and its end is nobody's");
        assert!(presence.is_there(me.account_id, me.member_id));
        assert_eq!(
            presence.say(&me, 3, Available, None),
            Available,
            "a socket is another device"
        );
        assert_eq!(leaves(2), Left::Here(Available));
        assert_eq!(leaves(3), Left::Gone);
    }
}
