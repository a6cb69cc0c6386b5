//! Who of a team is there: the best of what a member's connections say, gone a little while after the last of them.
//! Known to this process, told on as a signal, which holds for a time and is told again, and told to other servers by [`super::attendance`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, MemberId};
use switchboard_contract::realtime::{PRESENCE_TTL_MS, PresenceBody, Sender, SenderKind, Signal, SignalType};

use tokio::sync::Notify;

use super::hub::{Hub, Relayed, StreamKey};
use crate::auth::Operator;

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
    connections: HashMap<u64, Availability>,
}

impl Member {
    fn availability(&self) -> Availability {
        let said = |wanted| self.connections.values().any(|said| *said == wanted);
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
    fn say(&self, operator: &Operator, connection: u64, availability: Availability) -> Availability {
        let mut accounts = self.accounts();
        let members = accounts.entry(operator.account_id).or_default();
        let member = members.entry(operator.member_id).or_default();
        member.name.clone_from(&operator.name);
        member.connections.insert(connection, availability);
        self.changed.notify_one();
        member.availability()
    }

    /// A connection ends; how the member is now, when any is left.
    fn leave(&self, account: AccountId, member: MemberId, connection: u64) -> Option<Availability> {
        let mut accounts = self.accounts();
        let members = accounts.get_mut(&account)?;
        let left = members.get_mut(&member).and_then(|known| {
            known.connections.remove(&connection);
            (!known.connections.is_empty()).then(|| known.availability())
        });
        if left.is_none() {
            members.remove(&member);
        }
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

/// A connection that makes its member present until it is dropped.
#[derive(Debug)]
pub(crate) struct Present {
    hub: Arc<Hub>,
    account: AccountId,
    member: MemberId,
    name: String,
    connection: u64,
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
            grace,
        }
    }

    /// Tells the team how the member is.
    pub(crate) fn say(&self, operator: &Operator, availability: Availability) {
        let availability = self.hub.presence().say(operator, self.connection, availability);
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
        let (account, member) = (self.account, self.member);
        let left = self.hub.presence().leave(account, member, self.connection);
        let told = signal(member, self.name.clone(), left.unwrap_or(Availability::Offline));
        if left.is_some() {
            tell(&self.hub, account, self.connection, told);
            return;
        }
        // A page that reloads is back before anyone is told that it was gone. Without a runtime nobody is left to tell.
        let (hub, connection, grace) = (Arc::clone(&self.hub), self.connection, self.grace);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(grace).await;
                if !hub.presence().is_there(account, member) {
                    tell(&hub, account, connection, told);
                }
            });
        }
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
    use switchboard_contract::ids::SessionId;
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
        assert_eq!(presence.say(&me, 1, Away), Away);
        assert_eq!(presence.say(&me, 2, Available), Available);
        assert_eq!(presence.say(&me, 1, Offline), Available);
        assert_eq!(presence.say(&me, 2, Away), Away);
        assert_eq!(presence.signals(me.account_id).len(), 1);
        assert_eq!(presence.leave(me.account_id, me.member_id, 2), Some(Offline));
        assert_eq!(presence.leave(me.account_id, me.member_id, 1), None);
        assert!(!presence.is_there(me.account_id, me.member_id));
        assert!(presence.accounts().is_empty(), "nothing is left behind");
    }
}
