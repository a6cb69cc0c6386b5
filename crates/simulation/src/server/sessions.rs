//! Sign-ins: refresh tokens by family and generation, access tokens, tickets.

use switchboard_contract::auth::RefreshRequest;
use switchboard_contract::ids::{MemberId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{EventType, TICKET_TTL_MS};
use switchboard_contract::time::Timestamp;
use switchboard_domain::audience::Audience;
use switchboard_domain::ledger::NewEvent;
use switchboard_domain::rotation::{self, Family, Refresh};

use super::database::{Caller, Database};
use super::{Answered, Credentials, Response, Server, problem};

/// A refresh cookie: which family, which generation. The MAC that proves it is left out: nobody here makes one up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The family.
    pub session: SessionId,
    /// Its number.
    pub generation: u32,
}

/// A sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSession {
    /// Whose.
    pub member: MemberId,
    /// How it stands.
    pub family: Family,
    /// Why it ended before its time, where it did.
    pub ended: Option<Ended>,
}

/// Why a sign-in ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Signed out.
    Here,
    /// Revoked by somebody.
    Revoked,
    /// A token that was spent long ago came back.
    Reused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeptTicket {
    session: SessionId,
    expires_at: Timestamp,
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The sign-in.
    pub session: SessionId,
    /// The generation of the refresh token that it was handed out with.
    pub generation: u32,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Claims {
    fn text(self) -> String {
        format!(
            "{}/{}/{}",
            self.session,
            self.generation,
            self.expires_at.as_millis()
        )
    }

    /// Reads an access token.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('/');
        Some(Self {
            session: parts.next()?.parse().ok()?,
            generation: parts.next()?.parse().ok()?,
            expires_at: Timestamp::from_millis(parts.next()?.parse().ok()?),
        })
    }
}

impl Server {
    /// Signs a member in.
    pub fn sign_in(&mut self, now: Timestamp, member: MemberId) -> Response {
        let session = SessionId::from_parts(now, self.database.bytes());
        let kept = KeptSession {
            member,
            family: Family {
                generation: 1,
                generation_used_at: None,
                expires_at: now.plus_millis(self.limits.session_ms),
                renewals: Vec::new(),
                revoked: false,
            },
            ended: None,
        };
        let expires_at = kept.family.expires_at;
        self.database.sessions.insert(session, kept);
        self.grant(
            now,
            member,
            RefreshToken {
                session,
                generation: 1,
            },
            expires_at,
        )
    }

    fn grant(&self, now: Timestamp, member: MemberId, cookie: RefreshToken, ends_at: Timestamp) -> Response {
        let RefreshToken { session, generation } = cookie;
        let left = ends_at.as_millis() - now.as_millis();
        let life = self.limits.access_ms.min(left);
        let claims = Claims {
            session,
            generation,
            expires_at: now.plus_millis(life),
        };
        Response::Refreshed {
            access: claims.text(),
            expires_in_ms: u64::try_from(life).unwrap_or(0),
            cookie,
            member,
        }
    }

    pub(super) fn refresh(
        &mut self,
        now: Timestamp,
        cookie: Option<RefreshToken>,
        request: &RefreshRequest,
    ) -> Answered<Response> {
        let revoked = || problem(ProblemCode::SessionRevoked, "Sign in again.");
        let over = || problem(ProblemCode::SessionEnded, "Sign in again.");
        let token = cookie.ok_or_else(over)?;
        let kept = self.database.sessions.get_mut(&token.session).ok_or_else(over)?;
        let ends_at = kept.family.expires_at;
        let generation = match rotation::decide(&kept.family, token.generation, request, now) {
            Refresh::Rotate { to } => {
                kept.family.generation = to;
                kept.family.generation_used_at = None;
                self.database.rotations.push(now);
                to
            }
            Refresh::Again => kept.family.generation,
            Refresh::Revoke => {
                self.database.end(now, token.session, Ended::Reused);
                return Err(revoked());
            }
            Refresh::Superseded => {
                return Err(problem(
                    ProblemCode::Superseded,
                    "Ask again with the newest cookie.",
                ));
            }
            Refresh::Revoked => return Err(revoked()),
            Refresh::Ended => return Err(over()),
        };
        kept.family.renewals = rotation::remember(&kept.family.renewals, request);
        let member = kept.member;
        let cookie = RefreshToken { generation, ..token };
        Ok(self.grant(now, member, cookie, ends_at))
    }

    pub(super) fn logout(&mut self, now: Timestamp, cookie: Option<RefreshToken>) {
        if let Some(token) = cookie {
            self.database.end(now, token.session, Ended::Here);
        }
    }

    /// Who calls.
    ///
    /// # Errors
    /// 401 without a token that holds.
    pub(super) fn authenticate(&mut self, now: Timestamp, credentials: &Credentials) -> Answered<Caller> {
        let refused = || {
            problem(
                ProblemCode::Unauthenticated,
                "Send a valid access token as `Authorization: Bearer`.",
            )
        };
        let claims = credentials
            .access
            .as_deref()
            .and_then(Claims::read)
            .filter(|claims| now < claims.expires_at)
            .ok_or_else(refused)?;
        let caller = self.database.caller(now, claims.session).ok_or_else(refused)?;
        if let Some(kept) = self.database.sessions.get_mut(&claims.session)
            && rotation::is_first_use(
                kept.family.generation,
                kept.family.generation_used_at,
                claims.generation,
            )
        {
            kept.family.generation_used_at = Some(now);
        }
        Ok(caller)
    }
}

impl Database {
    /// The member behind a session that holds.
    #[must_use]
    pub fn caller(&self, now: Timestamp, session: SessionId) -> Option<Caller> {
        let kept = self.sessions.get(&session)?;
        let holds = !kept.family.revoked && now < kept.family.expires_at;
        let member = self.members.get(&kept.member).filter(|_| holds)?;
        Some(Caller {
            session,
            member: kept.member,
            name: member.name.clone(),
            rights: member.rights(),
        })
    }

    /// Ends a session; the member's other devices hear of it.
    pub fn end(&mut self, now: Timestamp, session: SessionId, why: Ended) {
        let Some(kept) = self.sessions.get_mut(&session) else {
            return;
        };
        if kept.family.revoked || kept.family.expires_at <= now {
            return;
        }
        kept.family.revoked = true;
        kept.ended = Some(why);
        let member = kept.member;
        self.append(
            now,
            vec![NewEvent {
                kind: EventType::SessionRevoked,
                conversation_id: None,
                audience: Audience::Member(member),
                seq: None,
                body: serde_json::json!({ "id": session }),
            }],
        );
    }

    pub(super) fn issue_ticket(&mut self, now: Timestamp, session: SessionId) -> String {
        self.tickets.retain(|_, ticket| ticket.expires_at > now);
        let text = self
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let ticket = KeptTicket {
            session,
            expires_at: now.plus_millis(TICKET_TTL_MS.cast_signed()),
        };
        self.tickets.insert(text.clone(), ticket);
        text
    }

    /// Whose ticket it is; it is spent either way.
    pub(super) fn redeem(&mut self, now: Timestamp, ticket: &str) -> Option<SessionId> {
        let ticket = self.tickets.remove(ticket)?;
        (ticket.expires_at > now).then_some(ticket.session)
    }
}
