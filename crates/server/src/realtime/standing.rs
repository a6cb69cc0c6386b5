//! Whether those who follow a stream may still do so, and see what: asked for all sockets of this process together.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use switchboard_contract::auth::Availability;
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;

use super::subscriber::Subscriber;
use super::tickets::Bearer;
use crate::auth::{Operator, VisitorCaller};
use crate::db::{Db, Tx};
use crate::events;
use crate::problem::{ApiError, ApiResult};

/// What a look at a person's rights found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Still allowed, perhaps to see other things than before; the log goes up to `head`. `availability` is what a member
    /// has set, `widget_of` when the widget before a visitor was published.
    Allowed {
        subscriber: Subscriber,
        head: Offset,
        availability: Availability,
        widget_of: Option<Timestamp>,
    },
    /// Signed out, removed, or never there.
    Gone,
    /// Blocked by an operator.
    Blocked,
    /// The account requires a second factor and the member has none.
    EnrolmentDue,
}

/// How `bearer` stands now.
pub(super) async fn of_one(db: &Db, bearer: Bearer) -> ApiResult<Standing> {
    let mut found = of_all(db, vec![bearer]).await?;
    Ok(found.remove(&bearer).unwrap_or(Standing::Gone))
}

/// How each of `bearers` stands, as of one moment: a handful of queries however many there are.
pub(super) async fn of_all(db: &Db, bearers: Vec<Bearer>) -> ApiResult<HashMap<Bearer, Standing>> {
    db.read(move |tx| Box::pin(async move { look(tx, &bearers).await }))
        .await
}

async fn look(tx: &mut Tx, bearers: &[Bearer]) -> ApiResult<HashMap<Bearer, Standing>> {
    let mut found: HashMap<Bearer, Standing> =
        bearers.iter().map(|bearer| (*bearer, Standing::Gone)).collect();
    let mut sessions = Vec::new();
    let mut visitors = Vec::new();
    for bearer in bearers {
        match bearer {
            Bearer::Session(id) => sessions.push(*id),
            Bearer::Visitor(id) => visitors.push(*id),
        }
    }
    let operators = Operator::load_all(tx, &sessions).await?;
    let accounts: BTreeSet<_> = operators
        .iter()
        .map(|(operator, _)| operator.account_id)
        .collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    let heads = events::heads(tx, &accounts).await?;
    for (operator, availability) in operators {
        let bearer = Bearer::Session(operator.session_id);
        let standing = if operator.enrolment_due {
            Standing::EnrolmentDue
        } else {
            Standing::Allowed {
                head: *heads
                    .get(&operator.account_id)
                    .ok_or_else(|| ApiError::internal("an operator without an account"))?,
                subscriber: Subscriber::Operator(Arc::new(operator)),
                availability,
                widget_of: None,
            }
        };
        found.insert(bearer, standing);
    }
    for followed in VisitorCaller::load_all(tx, &visitors).await? {
        let bearer = Bearer::Visitor(followed.visitor.visitor_id);
        let standing = if followed.visitor.blocked {
            Standing::Blocked
        } else {
            Standing::Allowed {
                subscriber: Subscriber::Visitor(followed.visitor),
                head: followed.head,
                availability: Availability::Available,
                widget_of: followed.widget_of,
            }
        };
        found.insert(bearer, standing);
    }
    Ok(found)
}
