//! What is asked: a range, what it is narrowed to, and the websites that the caller may see.

use std::collections::{BTreeSet, HashMap};

use sqlx::Row as _;
use switchboard_contract::analytics::{Aspect, Interval, Metric, Period};
use switchboard_contract::ids::{FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::position::Position;
use switchboard_contract::problem::FieldErrors;
use switchboard_contract::time::Timestamp;
use switchboard_domain::analytics::calendar::{Complaint, Range};
use switchboard_domain::analytics::fact::Fact;
use switchboard_domain::analytics::tally::Filter;

use super::days;
use super::visits::Visited;
use crate::auth::Operator;
use crate::db::{Tx, columns};
use crate::events;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;
use crate::website;

/// What the parameters say.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) range: Range,
    /// The range, or the part of it that `since` and `before` say.
    pub(super) period: Period,
    website: Option<WebsiteId>,
    funnel: Option<FunnelId>,
    operator: Option<MemberId>,
    label: Option<LabelId>,
}

/// What is wrong with a range, by field.
pub(super) fn refused(complaints: impl IntoIterator<Item = Complaint>) -> ApiError {
    let mut fields = FieldErrors::new();
    for complaint in complaints {
        let messages = fields.entry(complaint.field.to_owned()).or_default();
        messages.push(complaint.words.to_owned());
    }
    ApiError::validation(fields)
}

impl Ask {
    /// Reads the parameters that every report has.
    ///
    /// # Errors
    /// 422 for what is no range, 400 for what is no id or instant.
    pub(super) fn from_params(params: &Params) -> ApiResult<Self> {
        let text = |name: &str| params.text(name).unwrap_or_default();
        let range = Range::read(text("from"), text("to"), text("tz")).map_err(refused)?;
        let Period { from, until } = range.period();
        let since: Option<Timestamp> = params.instant("since")?;
        let before: Option<Timestamp> = params.instant("before")?;
        let period = Period {
            from: since.map_or(from, |since| since.max(from)),
            until: before.map_or(until, |before| before.min(until)),
        };
        Ok(Self {
            range,
            period,
            website: params.parsed("websiteId", "a website's id")?,
            funnel: params.parsed("funnelId", "a funnel's id")?,
            operator: params.parsed("operatorId", "a member's id")?,
            label: params.parsed("label", "a label's id")?,
        })
    }

    /// The websites that are asked for and that the caller may see, once it is certain that whatever is named is there.
    ///
    /// # Errors
    /// 404 for what is not there for the caller; the database's failure.
    pub(super) async fn scope(&self, tx: &mut Tx, operator: &Operator) -> ApiResult<Scope> {
        // Of deleted ones reports stay.
        let rows = sqlx::query("SELECT id FROM websites WHERE account_id = $1 ORDER BY id")
            .bind(operator.account_id.to_string())
            .fetch_all(tx.conn())
            .await?;
        let mut websites = rows
            .iter()
            .map(|row| columns::id(row, "id"))
            .collect::<ApiResult<Vec<WebsiteId>>>()?;
        websites.retain(|website| operator.rights.allow(*website));
        if let Some(wanted) = self.website {
            if !websites.contains(&wanted) {
                return Err(website::rows::unknown());
            }
            websites = vec![wanted];
        }
        if let Some(funnel) = self.funnel {
            let row = sqlx::query("SELECT website_id FROM funnels WHERE id = $1")
                .bind(funnel.to_string())
                .fetch_optional(tx.conn())
                .await?;
            let website: Option<WebsiteId> = row.map(|row| columns::id(&row, "website_id")).transpose()?;
            if !website.is_some_and(|website| websites.contains(&website)) {
                return Err(ApiError::not_found("funnel"));
            }
        }
        let named = [
            (
                "SELECT id FROM members WHERE id = $1 AND account_id = $2",
                "member",
                self.operator.map(|id| id.to_string()),
            ),
            (
                "SELECT id FROM labels WHERE id = $1 AND account_id = $2",
                "label",
                self.label.map(|id| id.to_string()),
            ),
        ];
        for (sql, what, id) in named {
            let Some(id) = id else { continue };
            sqlx::query(sql)
                .bind(id)
                .bind(operator.account_id.to_string())
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(|| ApiError::not_found(what))?;
        }
        Ok(Scope { websites })
    }

    /// What of the facts is asked for.
    pub(super) fn filter(&self) -> Filter {
        Filter {
            websites: self.website.map(|website| BTreeSet::from([website])),
            funnel: self.funnel,
            operator: self.operator,
            label: self.label,
        }
    }

    /// Whose visits are asked for; none where visits have nothing of what is asked for.
    pub(super) fn visited(&self, scope: &Scope) -> Option<Visited> {
        (self.operator.is_none() && self.label.is_none()).then(|| Visited {
            websites: scope.websites.clone(),
            funnel: self.funnel,
        })
    }

    /// Every fact that may count, of the websites that are asked for, and the log position that they reflect.
    ///
    /// # Errors
    /// As [`Ask::scope`].
    pub(super) async fn facts(
        self,
        state: &AppState,
        operator: Operator,
    ) -> ApiResult<(Vec<Fact>, Position)> {
        state
            .db
            .read(move |tx| {
                Box::pin(async move {
                    let scope = self.scope(tx, &operator).await?;
                    let facts = scope.facts(tx, self.period).await?;
                    let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                    Ok((facts, as_of))
                })
            })
            .await
    }

    /// The funnel that is asked for.
    pub(super) const fn funnel(&self) -> Option<FunnelId> {
        self.funnel
    }

    /// Refuses what a metric cannot be narrowed to.
    ///
    /// # Errors
    /// 422 by the name of the filter.
    pub(super) fn suits(&self, metric: Metric) -> ApiResult<()> {
        let given = [
            ("operatorId", Aspect::Operator, self.operator.is_some()),
            ("label", Aspect::Label, self.label.is_some()),
        ];
        for (field, aspect, is_given) in given {
            if is_given && !metric.takes(aspect) {
                return Err(ApiError::invalid_field(
                    field,
                    "People on the websites belong to no operator and have no label: take this filter away or choose another metric.",
                ));
            }
        }
        Ok(())
    }
}

/// The websites that a report is about.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) websites: Vec<WebsiteId>,
}

impl Scope {
    /// Every fact that may count within `period`.
    ///
    /// # Errors
    /// The database's failure.
    pub(super) async fn facts(&self, tx: &mut Tx, period: Period) -> ApiResult<Vec<Fact>> {
        days::facts(tx, &self.websites, period).await
    }

    /// Names by id, of websites, funnels, members or labels of an account.
    ///
    /// # Errors
    /// The database's failure.
    pub(super) async fn names(
        tx: &mut Tx,
        sql: &'static str,
        operator: &Operator,
    ) -> ApiResult<HashMap<String, String>> {
        let rows = sqlx::query(sql)
            .bind(operator.account_id.to_string())
            .fetch_all(tx.conn())
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("id")?, row.try_get("name")?)))
            .collect()
    }
}

/// The metric that is asked for.
///
/// # Errors
/// 400 where it is none.
pub(super) fn metric(params: &Params) -> ApiResult<Metric> {
    let known: Vec<String> = Metric::all().map(|metric| metric.to_string()).collect();
    let found: Option<Metric> = params.word("metric", &known.join(", "))?;
    found
        .filter(|metric| *metric != Metric::Unknown)
        .ok_or_else(|| ApiError::bad_parameter("metric", format!("expected one of {}.", known.join(", "))))
}

/// The interval of a series; a day unless it is said.
///
/// # Errors
/// 400 where it is none.
pub(super) fn interval(params: &Params) -> ApiResult<Interval> {
    Ok(params
        .word("interval", "hour, day, week and month")?
        .unwrap_or(Interval::Day))
}

/// Works something out beside the tasks that answer others.
///
/// # Errors
/// When the server ends meanwhile.
pub(super) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)
}
