//! Who is at the other end of a socket, and what that person may see: every question a socket has for the database.

use std::sync::Arc;

use sqlx::Row;
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, EventId, MemberId, VisitorId, WebsiteId};
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::Resume;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::WidgetConfig;
use switchboard_domain::flow::Entry;
use switchboard_domain::replay::{self, Log, Plan};

use super::hub::StreamKey;
use super::tickets::Bearer;
use crate::auth::{Operator, VisitorCaller};
use crate::db::{Db, Tx, columns};
use crate::events::{self, Audience, StoredEvent};
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

/// Where a stream starts.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) log: Log,
    /// The event at the log's head, where it is still kept.
    pub(super) id: Option<EventId>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) website: WebsiteId,
    pub(super) visitor: VisitorId,
    pub(super) visitor_name: Option<String>,
    /// Whether operators may see what the visitor has not sent yet.
    pub(super) shares_drafts: bool,
}

impl Subscriber {
    /// The log that the person follows.
    pub(super) fn stream(&self) -> StreamKey {
        match self {
            Self::Operator(operator) => StreamKey::Account(operator.account_id),
            Self::Visitor(visitor) => StreamKey::Visitor(visitor.visitor_id),
        }
    }

    /// Whether the person is among those who may see something. A visitor's own log is all the visitor's.
    pub(super) fn may_see(&self, audience: Audience) -> bool {
        match self {
            Self::Operator(operator) => operator.may_see(audience),
            Self::Visitor(_) => true,
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

/// What the member has set.
///
/// # Errors
/// The database's failure, or no such member.
pub(crate) async fn availability(tx: &mut Tx, member: MemberId) -> ApiResult<Availability> {
    let row = sqlx::query("SELECT availability FROM members WHERE id = $1")
        .bind(member.to_string())
        .fetch_one(tx.conn())
        .await?;
    columns::word(&row, "availability")
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
            let id = events::id_at(tx, stream, log.head).await?;
            Ok(Start { log, id, plan })
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
                .map(StoredEvent::into_entry)
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
            "SELECT c.website_id, c.visitor_id, v.name, w.widget FROM conversations c \
             JOIN visitors v ON v.id = c.visitor_id JOIN websites w ON w.id = c.website_id \
             WHERE c.id = $1 AND c.account_id = $2",
            operator.account_id.to_string(),
        ),
        Subscriber::Visitor(visitor) => (
            "SELECT c.website_id, c.visitor_id, v.name, w.widget FROM conversations c \
             JOIN visitors v ON v.id = c.visitor_id JOIN websites w ON w.id = c.website_id \
             WHERE c.id = $1 AND c.visitor_id = $2",
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
                        visitor_name: row.try_get("name")?,
                        shares_drafts: columns::json::<WidgetConfig>(&row, "widget")?.share_drafts,
                    })
                })
                .transpose()
            })
        })
        .await?;
    Ok(found.filter(|place| subscriber.may_see(Audience::Website(place.website))))
}
