//! Who of a team is there: the best of what a member's connections say, on whichever server, gone a little while after the last of
//! them. Told on as a signal, which holds for a time and is told again. What this server's connections say [`super::attendance`] tells
//! the others, and brings what theirs say; each server tells its own sockets.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, MemberId, SessionId};
use switchboard_contract::realtime::{PRESENCE_TTL_MS, PresenceBody, Sender, SenderKind, Signal, SignalType};

use tokio::sync::Notify;

use super::hub::{Hub, NO_SOCKET, Relayed, StreamKey};
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
    /// What the member's connections to other servers say; none when there are none.
    elsewhere: Option<Availability>,
}

/// What one connection says.
#[derive(Clone, Copy, Debug)]
struct Said {
    availability: Availability,
    /// Of a poll: the session that asks. Its next one takes the place of this one.
    polls_for: Option<SessionId>,
}

impl Member {
    /// With the connections to this server.
    fn here(&self) -> Option<Availability> {
        let said = self.connections.values().map(|said| said.availability);
        said.min_by_key(|availability| rank(*availability))
    }

    /// With all connections.
    fn availability(&self) -> Availability {
        let all = self.here().into_iter().chain(self.elsewhere);
        all.min_by_key(|availability| rank(*availability))
            .unwrap_or(Availability::Offline)
    }

    fn is_gone(&self) -> bool {
        self.connections.is_empty() && self.elsewhere.is_none()
    }
}

/// The best comes first.
fn rank(availability: Availability) -> u8 {
    match availability {
        Availability::Available => 0,
        Availability::Away => 1,
        Availability::Offline | Availability::Unknown => 2,
    }
}

/// The better of two.
pub(super) fn best(one: Availability, other: Availability) -> Availability {
    if rank(other) < rank(one) { other } else { one }
}

/// How a member is by what other servers say: their name and the best of it.
pub(super) type Elsewhere = BTreeMap<(AccountId, MemberId), (String, Availability)>;

impl Presence {
    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, BTreeMap<MemberId, Member>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How everybody is who has a connection to this server.
    pub(super) fn all(&self) -> BTreeMap<MemberId, (AccountId, Availability)> {
        self.accounts()
            .iter()
            .flat_map(|(account, members)| {
                let here = members.iter();
                here.filter_map(|(id, member)| Some((*id, (*account, member.here()?))))
            })
            .collect()
    }

    /// Takes what other servers say, of these accounts or of all; answers who is another way than before.
    fn hear(
        &self,
        scope: Option<&BTreeSet<AccountId>>,
        roll: Elsewhere,
    ) -> Vec<(AccountId, MemberId, String)> {
        let mut accounts = self.accounts();
        let mut roll: HashMap<AccountId, BTreeMap<MemberId, (String, Availability)>> =
            roll.into_iter()
                .fold(HashMap::new(), |mut teams, ((account, member), said)| {
                    teams.entry(account).or_default().insert(member, said);
                    teams
                });
        let known = accounts.keys().chain(roll.keys()).copied();
        let concerned: BTreeSet<AccountId> = match scope {
            Some(scope) => scope.clone(),
            None => known.collect(),
        };
        let mut changed = Vec::new();
        for account in concerned {
            let said = roll.remove(&account).unwrap_or_default();
            let members = accounts.entry(account).or_default();
            for (id, member) in members.iter_mut() {
                let before = member.availability();
                let was_elsewhere = member.elsewhere.is_some();
                member.elsewhere = said.get(id).map(|(_, availability)| *availability);
                if before != member.availability() || was_elsewhere && member.is_gone() {
                    changed.push((account, *id, member.name.clone()));
                }
            }
            members.retain(|_, member| !member.is_gone());
            for (id, (name, availability)) in said {
                members.entry(id).or_insert_with(|| {
                    changed.push((account, id, name.clone()));
                    Member {
                        name,
                        connections: HashMap::new(),
                        elsewhere: Some(availability),
                    }
                });
            }
            if members.is_empty() {
                accounts.remove(&account);
            }
        }
        changed
    }

    /// How a member is who is there.
    fn of(&self, account: AccountId, member: MemberId) -> Option<Availability> {
        Some(self.accounts().get(&account)?.get(&member)?.availability())
    }

    /// Everybody whom only other servers know.
    fn strangers(&self) -> Vec<(AccountId, Signal)> {
        self.accounts()
            .iter()
            .flat_map(|(account, members)| {
                let others = members.iter().filter(|(_, member)| member.connections.is_empty());
                others.map(|(id, member)| (*account, signal(*id, member.name.clone(), member.availability())))
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
        let left = if known.is_gone() {
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
        if self.hub.presence().of(self.account, self.member).is_none() {
            self.tell(Availability::Offline);
        }
    }

    fn tell(&self, availability: Availability) {
        let told = signal(self.member, self.name.clone(), availability);
        tell(&self.hub, self.account, self.connection, told);
    }
}

/// Takes what other servers say and tells this one's sockets what is new; who has gone is told after `grace`, unless they are back.
pub(super) fn hear(hub: &Arc<Hub>, scope: Option<&BTreeSet<AccountId>>, roll: Elsewhere, grace: Duration) {
    for (account, member, name) in hub.presence().hear(scope, roll) {
        match hub.presence().of(account, member) {
            Some(availability) => tell(hub, account, NO_SOCKET, signal(member, name, availability)),
            None => {
                let gone = Leaving {
                    hub: Arc::clone(hub),
                    account,
                    member,
                    name,
                    connection: NO_SOCKET,
                };
                tokio::spawn(async move {
                    tokio::time::sleep(grace).await;
                    gone.tell_gone();
                });
            }
        }
    }
}

/// Tells again how those are whom only other servers know: a signal holds for a time.
pub(super) fn tell_strangers(hub: &Hub) {
    for (account, signal) in hub.presence().strangers() {
        tell(hub, account, NO_SOCKET, signal);
    }
}

/// Every server tells its own sockets.
fn tell(hub: &Hub, account: AccountId, from: u64, signal: Signal) {
    hub.relay_here(
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
            whence: None,
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
        assert_eq!(presence.of(me.account_id, me.member_id), None);
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
        assert!(presence.of(me.account_id, me.member_id).is_some());
        assert_eq!(
            presence.say(&me, 3, Available, None),
            Available,
            "a socket is another device"
        );
        assert_eq!(leaves(2), Left::Here(Available));
        assert_eq!(leaves(3), Left::Gone);
    }

    #[test]
    fn the_best_of_all_servers_counts_and_only_news_are_told() {
        use Availability::{Available, Away};
        let presence = Presence::default();
        let me = operator();
        let key = (me.account_id, me.member_id);
        let said = |availability| Elsewhere::from([(key, ("Mira".to_owned(), availability))]);
        let news = |roll| presence.hear(None, roll).len();
        assert_eq!(news(said(Away)), 1);
        assert_eq!(news(said(Away)), 0, "known");
        assert_eq!(presence.of(key.0, key.1), Some(Away));
        assert_eq!(presence.strangers().len(), 1);
        assert!(presence.all().is_empty(), "that is the other server's to write");
        assert_eq!(presence.say(&me, 1, Available, None), Available);
        assert_eq!(presence.strangers().len(), 0);
        assert_eq!(news(Elsewhere::new()), 0, "still here, and as before");
        assert_eq!(news(said(Away)), 0);
        assert_eq!(presence.leave(key.0, key.1, 1), Left::Here(Away));
        let other = AccountId::from_parts(Timestamp::from_millis(0), [9; 10]);
        assert!(
            presence
                .hear(Some(&BTreeSet::from([other])), Elsewhere::new())
                .is_empty()
        );
        assert_eq!(news(Elsewhere::new()), 1);
        assert!(presence.accounts().is_empty(), "nothing is left behind");
    }
}
