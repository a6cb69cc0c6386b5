//! Writing entries.

use std::fmt::Display;

use switchboard_contract::audit::{AuditChange, AuditField, AuditKind};
use switchboard_contract::ids::{AccountId, AuditEntryId, MemberId, WebsiteId};

use crate::auth::Operator;
use crate::db::{Tx, columns};
use crate::http::Client;
use crate::ids;
use crate::problem::ApiResult;

/// Where a call came from, as lists of sign-ins tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whence {
    /// Browser and system.
    pub device: String,
    /// Country or network address.
    pub place: String,
}

impl From<Client> for Whence {
    fn from(client: Client) -> Self {
        Self {
            device: client.device,
            place: client.place,
        }
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    account: AccountId,
    /// The member and what they are called.
    member: Option<(MemberId, String)>,
    whence: Option<Whence>,
}

impl Author {
    /// The server itself.
    #[must_use]
    pub const fn server(account: AccountId) -> Self {
        Self {
            account,
            member: None,
            whence: None,
        }
    }

    /// Somebody who is not known.
    #[must_use]
    pub const fn somebody(account: AccountId, whence: Whence) -> Self {
        Self {
            account,
            member: None,
            whence: Some(whence),
        }
    }

    /// A member who proved to be one otherwise than by a session: by a mailed link.
    #[must_use]
    pub const fn member(account: AccountId, id: MemberId, name: String, whence: Whence) -> Self {
        Self {
            account,
            member: Some((id, name)),
            whence: Some(whence),
        }
    }
}

impl From<&Operator> for Author {
    fn from(operator: &Operator) -> Self {
        Self {
            account: operator.account_id,
            member: Some((operator.member_id, operator.name.clone())),
            whence: operator.whence.clone(),
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Deed {
    kind: AuditKind,
    website: Option<WebsiteId>,
    subject: Option<(String, Option<String>)>,
    changes: Vec<AuditChange>,
}

impl Deed {
    /// Something of this kind.
    #[must_use]
    pub const fn new(kind: AuditKind) -> Self {
        Self {
            kind,
            website: None,
            subject: None,
            changes: Vec::new(),
        }
    }

    /// To something that has a name.
    #[must_use]
    pub fn to(mut self, id: impl Display, name: impl Into<String>) -> Self {
        self.subject = Some((id.to_string(), Some(name.into())));
        self
    }

    /// To something that is told by its id alone: whoever is erased leaves no name here.
    #[must_use]
    pub fn to_id(mut self, id: impl Display) -> Self {
        self.subject = Some((id.to_string(), None));
        self
    }

    /// On this website.
    #[must_use]
    pub const fn on(mut self, website: WebsiteId) -> Self {
        self.website = Some(website);
        self
    }

    /// A field became something else, which is short enough to be told; nothing where it did not.
    #[must_use]
    pub fn change(mut self, field: AuditField, before: impl Display, after: impl Display) -> Self {
        let (before, after) = (before.to_string(), after.to_string());
        if before != after {
            self.changes.push(AuditChange::from_to(field, before, after));
        }
        self
    }

    /// A field became something else, if it did.
    #[must_use]
    pub fn changed<T: PartialEq>(mut self, field: AuditField, before: &T, after: &T) -> Self {
        if before != after {
            self.changes.push(AuditChange::of(field));
        }
        self
    }

    /// Writes it.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn by(self, tx: &mut Tx, author: impl Into<Author>) -> ApiResult<()> {
        let author = author.into();
        let at = tx.now();
        let (member_id, member_name) = author.member.unzip();
        let (device, place) = author.whence.map(|whence| (whence.device, whence.place)).unzip();
        let (subject_id, subject_name) = self.subject.unzip();
        sqlx::query(
            "INSERT INTO audit (id, account_id, at, kind, member_id, member_name, device, place, website_id, subject_id, \
             subject_name, changes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(ids::new::<AuditEntryId>(at)?.to_string())
        .bind(author.account.to_string())
        .bind(at.as_millis())
        .bind(columns::to_word(&self.kind)?)
        .bind(member_id.map(|id| id.to_string()))
        .bind(member_name)
        .bind(device)
        .bind(place)
        .bind(self.website.map(|id| id.to_string()))
        .bind(subject_id)
        .bind(subject_name.flatten())
        .bind(serde_json::to_string(&self.changes)?)
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}
