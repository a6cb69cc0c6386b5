//! Who is at the other end of a socket, and what that person may see: every question a socket has for the database.

use std::sync::Arc;

use switchboard_contract::ids::{ConversationId, VisitorId, WebsiteId};
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::Resume;
use switchboard_contract::time::Timestamp;

use super::flow::Entry;
use super::hub::StreamKey;
use super::tickets::Bearer;
use crate::auth::{Operator, VisitorCaller};
use crate::db::{Db, columns};
use crate::domain::replay::{self, Log, Plan};
use crate::events;
use crate::problem::{ApiError, ApiResult};

/// Events read at once: a page, so that a long replay shares the database with everyone else.
pub(super) const PAGE: u32 = 100;

/// The person at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subscriber {
    /// A signed-in member.
    Operator(Arc<Operator>),
    /// Someone on a website.
    Visitor(VisitorCaller),
}

/// What a check of the person's rights found.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// Still allowed, perhaps to see other things than before; the log goes up to `head`.
    Allowed { subscriber: Subscriber, head: Offset },
    /// Signed out, removed, or never there.
    Gone,
    /// Blocked by an operator.
    Blocked,
}

/// Where a stream starts.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) log: Log,
    pub(super) plan: Plan,
}

/// What the log holds after a position.
#[derive(Clone, Debug)]
pub(super) enum Page {
    /// These come next; none when the position is the head.
    Entries(Vec<Entry>),
    /// What comes next is no longer kept.
    Lost,
}

/// The conversation that a signal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) website: WebsiteId,
    pub(super) visitor: VisitorId,
}

impl Subscriber {
    /// The log that the person follows.
    pub(super) fn stream(&self) -> StreamKey {
        match self {
            Self::Operator(operator) => StreamKey::Account(operator.account_id),
            Self::Visitor(visitor) => StreamKey::Visitor(visitor.visitor_id),
        }
    }

    /// Whether the person may see what happens on `website`; what belongs to none is everyone's.
    pub(super) fn may_see(&self, website: Option<WebsiteId>) -> bool {
        match (self, website) {
            (Self::Operator(operator), Some(website)) => operator.rights.allow(website),
            (Self::Visitor(_), _) | (_, None) => true,
        }
    }

    /// What proves who the person is.
    pub(super) fn bearer(&self) -> Bearer {
        match self {
            Self::Operator(operator) => Bearer::Session(operator.session_id),
            Self::Visitor(visitor) => Bearer::Visitor(visitor.visitor_id),
        }
    }

    /// When the sign-in ends whatever happens; visitors' does not.
    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Operator(operator) => Some(operator.expires_at),
            Self::Visitor(_) => None,
        }
    }
}

/// Whether `bearer` may follow a stream now.
pub(super) async fn standing(db: &Db, bearer: Bearer) -> ApiResult<Standing> {
    db.read(move |tx| {
        Box::pin(async move {
            let subscriber = match bearer {
                Bearer::Session(id) => Operator::load(tx, id)
                    .await?
                    .map(|operator| Subscriber::Operator(Arc::new(operator))),
                Bearer::Visitor(id) => match VisitorCaller::load(tx, id).await? {
                    Some(visitor) if visitor.blocked => return Ok(Standing::Blocked),
                    found => found.map(Subscriber::Visitor),
                },
            };
            let Some(subscriber) = subscriber else {
                return Ok(Standing::Gone);
            };
            let log = events::log(tx, subscriber.stream()).await?;
            Ok(log.map_or(Standing::Gone, |log| Standing::Allowed {
                subscriber,
                head: log.head,
            }))
        })
    })
    .await
}

/// Decides how the stream goes on after `hello`.
pub(super) async fn start(db: &Db, stream: StreamKey, resume: Option<Resume>) -> ApiResult<Start> {
    db.read(move |tx| {
        Box::pin(async move {
            let log = events::log(tx, stream)
                .await?
                .ok_or_else(|| ApiError::internal("a socket without its log"))?;
            let stored = match &resume {
                // Past the head there is nothing to compare, and a forged offset may not even fit a column.
                Some(resume) if replay::reachable(&log, resume.offset) => {
                    events::id_at(tx, stream, resume.offset).await?
                }
                _ => None,
            };
            let plan = replay::plan(&log, resume.as_ref(), stored, replay::BACKLOG_LIMIT);
            Ok(Start { log, plan })
        })
    })
    .await
}

/// Reads the log on.
pub(super) async fn page(db: &Db, stream: StreamKey, after: Offset) -> ApiResult<Page> {
    db.read(move |tx| {
        Box::pin(async move {
            let log = events::log(tx, stream).await?;
            if log.is_none_or(|log| after < log.floor) {
                return Ok(Page::Lost);
            }
            let entries = events::after(tx, stream, after, PAGE)
                .await?
                .into_iter()
                .map(|stored| {
                    Ok(Entry {
                        website: stored.website_id,
                        // Filled in when it is sent.
                        event: stored.into_wire(Offset::default())?,
                    })
                })
                .collect::<ApiResult<_>>()?;
            Ok(Page::Entries(entries))
        })
    })
    .await
}

/// Where `conversation` is, when the person takes part in it.
pub(super) async fn place(
    db: &Db,
    subscriber: &Subscriber,
    conversation: ConversationId,
) -> ApiResult<Option<Place>> {
    let (sql, owner) = match subscriber {
        Subscriber::Operator(operator) => (
            "SELECT website_id, visitor_id FROM conversations WHERE id = $1 AND account_id = $2",
            operator.account_id.to_string(),
        ),
        Subscriber::Visitor(visitor) => (
            "SELECT website_id, visitor_id FROM conversations WHERE id = $1 AND visitor_id = $2",
            visitor.visitor_id.to_string(),
        ),
    };
    let found = db
        .read(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(sql)
                    .bind(conversation.to_string())
                    .bind(owner)
                    .fetch_optional(tx.conn())
                    .await?;
                row.map(|row| {
                    Ok(Place {
                        website: columns::id(&row, "website_id")?,
                        visitor: columns::id(&row, "visitor_id")?,
                    })
                })
                .transpose()
            })
        })
        .await?;
    Ok(found.filter(|place| subscriber.may_see(Some(place.website))))
}
