//! Slows down guessing and mail floods: tries are counted in the database, so that every node counts, on the database's
//! clock. A try is counted before it is judged, so tries at the same moment cannot slip through together.

use std::net::IpAddr;

use sqlx::Row;
use switchboard_contract::ids::{AccountId, ApiTokenId, MemberId, VisitorId};

use super::keys::{self, Keys, Purpose};
use crate::db::{Db, Tx};
use crate::problem::{ApiError, ApiResult};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Counters that nobody touched for this long are deleted, in milliseconds; no window is longer.
const KEPT_MS: i64 = 24 * HOUR_MS;

/// What is counted: so many tries in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Keeps the counters of rules apart.
    name: &'static str,
    /// Tries that are let through in one window.
    allowed: i64,
    /// How long tries are remembered, in milliseconds.
    window_ms: i64,
    /// What the caller is told.
    detail: &'static str,
}

const TOO_MANY_SIGN_INS: &str = "Too many failed sign-ins. Wait, or reset the password.";

/// Sign-ins with one email from one address that failed.
pub const SIGN_IN: Rule = Rule {
    name: "sign-in",
    allowed: 10,
    window_ms: 5 * MINUTE_MS,
    detail: TOO_MANY_SIGN_INS,
};
/// Sign-ins with one email, from anywhere, that failed: many addresses that guess together.
pub const SIGN_IN_EMAIL: Rule = Rule {
    name: "sign-in-email",
    allowed: 100,
    window_ms: HOUR_MS,
    detail: TOO_MANY_SIGN_INS,
};
/// Sign-ins from one address, with whatever email, that failed: one password tried on many people.
pub const SIGN_IN_ADDRESS: Rule = Rule {
    name: "sign-in-address",
    allowed: 100,
    window_ms: 15 * MINUTE_MS,
    detail: TOO_MANY_SIGN_INS,
};
/// Codes of a second factor that were wrong.
pub const SECOND_FACTOR: Rule = Rule {
    name: "second-factor",
    allowed: 10,
    window_ms: HOUR_MS,
    detail: "Too many wrong codes. Wait before the next one.",
};
/// Wrong passwords of someone who is signed in already.
pub const CONFIRM: Rule = Rule {
    name: "confirm",
    allowed: 10,
    window_ms: 15 * MINUTE_MS,
    detail: "Too many wrong passwords. Wait before the next one.",
};
/// Registrations from one address.
pub const REGISTER: Rule = Rule {
    name: "register",
    allowed: 20,
    window_ms: HOUR_MS,
    detail: "Too many registrations from here. Wait before the next one.",
};
/// Registrations of one email, from anywhere.
pub const REGISTER_EMAIL: Rule = Rule {
    name: "register-email",
    allowed: 5,
    window_ms: HOUR_MS,
    detail: "This address was registered several times just now. Look into its inbox, or wait before the next try.",
};
const LETTER_SENT: &str =
    "A mail was sent a moment ago. Look into your inbox, or wait before asking for another one.";
/// Verification mails to one email that were asked for again.
pub const RESEND: Rule = Rule {
    name: "resend",
    allowed: 1,
    window_ms: MINUTE_MS,
    detail: LETTER_SENT,
};
/// Mails to one email to choose a new password.
pub const FORGOT: Rule = Rule {
    name: "forgot",
    allowed: 1,
    window_ms: MINUTE_MS,
    detail: LETTER_SENT,
};
/// Mails that one address asked for, to whatever emails.
pub const LETTER_ADDRESS: Rule = Rule {
    name: "letter-address",
    allowed: 30,
    window_ms: HOUR_MS,
    detail: "Too many mails were asked for from here. Wait before the next one.",
};
/// Letters that one member or one account causes: invitations, changes of address.
pub const CAUSED_LETTERS: Rule = Rule {
    name: "caused-letters",
    allowed: 50,
    window_ms: HOUR_MS,
    detail: "Too many mails were sent from this account. Wait before the next one.",
};

/// Calls with one API token.
pub const API_TOKEN: Rule = Rule {
    name: "api-token",
    allowed: 600,
    window_ms: MINUTE_MS,
    detail: "This token made more than 600 calls within a minute. Wait before the next one.",
};

/// Tests of webhooks and events sent again, of one account.
pub const WEBHOOK_TRIES: Rule = Rule {
    name: "webhook-tries",
    allowed: 60,
    window_ms: 10 * MINUTE_MS,
    detail: "Many events were sent by hand just now. Wait before the next one.",
};

/// Transcripts that one member sends by mail.
pub const TRANSCRIPT: Rule = Rule {
    name: "transcript",
    allowed: 20,
    window_ms: HOUR_MS,
    detail: "You sent many transcripts just now. Wait before the next one.",
};

/// Files that one visitor uploads.
pub const UPLOAD: Rule = Rule {
    name: "upload",
    allowed: 100,
    window_ms: HOUR_MS,
    detail: TOO_MANY_UPLOADS,
};
/// Files that visitors at one address upload.
pub const UPLOAD_ADDRESS: Rule = Rule {
    name: "upload-address",
    allowed: 1_000,
    window_ms: HOUR_MS,
    detail: TOO_MANY_UPLOADS,
};
const TOO_MANY_UPLOADS: &str = "Many files were sent from here just now. Wait before the next one.";

/// Whose tries are counted: a digest, so that the table holds no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    rule: Rule,
    subject: String,
}

impl Rule {
    fn counter(self, keys: &Keys, parts: &[&[u8]]) -> Counter {
        let mut named = vec![self.name.as_bytes()];
        named.extend_from_slice(parts);
        Counter {
            rule: self,
            subject: keys::encode(&keys.mac(Purpose::Throttle, &named)),
        }
    }

    /// Of an email in lower case.
    #[must_use]
    pub fn email(self, keys: &Keys, email: &str) -> Counter {
        self.counter(keys, &[email.as_bytes()])
    }

    /// Of a caller's address. All addresses of one IPv6 network of 64 bits, which one subscriber has, count as one.
    #[must_use]
    pub fn address(self, keys: &Keys, address: IpAddr) -> Counter {
        self.counter(keys, &[network(address).as_bytes()])
    }

    /// Of a caller's address and an email in lower case.
    #[must_use]
    pub fn both(self, keys: &Keys, address: IpAddr, email: &str) -> Counter {
        self.counter(keys, &[network(address).as_bytes(), email.as_bytes()])
    }

    /// Of a member.
    #[must_use]
    pub fn member(self, keys: &Keys, member: MemberId) -> Counter {
        self.counter(keys, &[member.as_uuid().as_bytes()])
    }

    /// Of a visitor.
    #[must_use]
    pub fn visitor(self, keys: &Keys, visitor: VisitorId) -> Counter {
        self.counter(keys, &[visitor.as_uuid().as_bytes()])
    }

    /// Of an API token.
    #[must_use]
    pub fn token(self, keys: &Keys, token: ApiTokenId) -> Counter {
        self.counter(keys, &[token.as_uuid().as_bytes()])
    }

    /// Of an account.
    #[must_use]
    pub fn account(self, keys: &Keys, account: AccountId) -> Counter {
        self.counter(keys, &[account.as_uuid().as_bytes()])
    }
}

/// What an address is counted as: all of one IPv6 network of 64 bits, which one subscriber has, count as one.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Counts one try on each counter, in a transaction of its own: it counts although the caller is refused afterwards.
///
/// # Errors
/// 429 with the longest time to wait when any was tried too often.
pub async fn hit(db: &Db, counters: Vec<Counter>) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            let mut refusal: Option<(i64, &'static str)> = None;
            for counter in counters {
                if let Some(wait) = count(tx, &counter).await?
                    && refusal.is_none_or(|(longest, _)| wait > longest)
                {
                    refusal = Some((wait, counter.rule.detail));
                }
            }
            Ok(refusal)
        })
    })
    .await?
    .map_or(Ok(()), |(wait, detail)| {
        Err(ApiError::rate_limited(detail, u64::try_from(wait).unwrap_or(0)))
    })
}

/// Counts one try; the milliseconds to wait when it was one too many.
async fn count(tx: &mut Tx, counter: &Counter) -> ApiResult<Option<i64>> {
    let now = tx.now().as_millis();
    sqlx::query("DELETE FROM tries WHERE since <= $1")
        .bind(now - KEPT_MS)
        .execute(tx.conn())
        .await?;
    let row = sqlx::query(
        "INSERT INTO tries (subject, since, hits) VALUES ($1, $2, 1) \
         ON CONFLICT (subject) DO UPDATE SET \
             hits = CASE WHEN tries.since <= $3 THEN 1 ELSE tries.hits + 1 END, \
             since = CASE WHEN tries.since <= $3 THEN $2 ELSE tries.since END \
         RETURNING since, hits",
    )
    .bind(counter.subject.clone())
    .bind(now)
    .bind(now - counter.rule.window_ms)
    .fetch_one(tx.conn())
    .await?;
    let over = row.try_get::<i64, _>("since")? + counter.rule.window_ms;
    Ok((row.try_get::<i64, _>("hits")? > counter.rule.allowed).then_some((over - now).max(1)))
}

/// Takes back one try, after a success that says nothing about the others on the same counter.
///
/// # Errors
/// The database's failure.
pub async fn take_back(tx: &mut Tx, counter: &Counter) -> ApiResult<()> {
    sqlx::query("UPDATE tries SET hits = hits - 1 WHERE subject = $1 AND hits > 0")
        .bind(counter.subject.clone())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets every try on these counters, after a success.
///
/// # Errors
/// The database's failure.
pub async fn forget(tx: &mut Tx, counters: &[Counter]) -> ApiResult<()> {
    for counter in counters {
        sqlx::query("DELETE FROM tries WHERE subject = $1")
            .bind(counter.subject.clone())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_is_one_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
