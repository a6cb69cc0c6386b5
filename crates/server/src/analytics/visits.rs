//! Who was on the websites, without knowing who they were: each visitor has a key at random that reports know them by, and that
//! goes with the person.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row as _};
use switchboard_contract::analytics::Period;
use switchboard_contract::ids::{FunnelId, VisitorId, WebsiteId};
use switchboard_domain::analytics::calendar::Bucket;
use switchboard_domain::analytics::fact::QUARTER_MS;
use url::Url;
use uuid::Uuid;

use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// Most characters of a page's path.
const MAX_PATH_CHARS: usize = 300;
/// Most rows of a table of pages.
pub(super) const MAX_PAGES: i64 = 1_000;

/// Counts that a visitor, who is locked or new, is on a page in this quarter of an hour, and whether they have just opened it.
///
/// # Errors
/// The database's failure.
pub(crate) async fn seen(tx: &mut Tx, visitor: VisitorId, url: &str, is_opened: bool) -> ApiResult<()> {
    let now = tx.now();
    let row = sqlx::query(
        "SELECT account_id, website_id, fact_key, funnel_id, country, device FROM visitors WHERE id = $1",
    )
    .bind(visitor.to_string())
    .fetch_one(tx.conn())
    .await?;
    let known: Option<String> = row.try_get("fact_key")?;
    let key = match known {
        Some(key) => key,
        None => {
            let key = Uuid::new_v4().simple().to_string();
            sqlx::query("UPDATE visitors SET fact_key = $1 WHERE id = $2")
                .bind(key.clone())
                .bind(visitor.to_string())
                .execute(tx.conn())
                .await?;
            key
        }
    };
    let at = now.as_millis() - now.as_millis().rem_euclid(QUARTER_MS);
    let website: WebsiteId = columns::id(&row, "website_id")?;
    let stored = sqlx::query(
        "INSERT INTO visit_facts (website_id, at, visitor, page, views, funnel_id, country, device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (website_id, at, visitor, page) DO UPDATE SET views = visit_facts.views + excluded.views \
         WHERE excluded.views > 0",
    )
    .bind(website.to_string())
    .bind(at)
    .bind(key)
    .bind(path(url))
    .bind(i64::from(is_opened))
    .bind(row.try_get::<String, _>("funnel_id")?)
    .bind(row.try_get::<Option<String>, _>("country")?)
    .bind(row.try_get::<String, _>("device")?)
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() > 0 {
        tx.counted_after_commit(columns::id(&row, "account_id")?, website);
    }
    Ok(())
}

/// Forgets which pages a visitor saw that nobody else has seen, before the visitor is erased: an address may say whose page it is.
///
/// # Errors
/// The database's failure.
pub(crate) async fn let_go(tx: &mut Tx, visitor: VisitorId) -> ApiResult<()> {
    forget_pages(
        tx,
        "f.visitor = (SELECT fact_key FROM visitors WHERE id = $1) AND f.page <> '' \
         AND NOT EXISTS (SELECT 1 FROM visit_facts o WHERE o.website_id = f.website_id AND o.page = f.page \
         AND o.visitor <> f.visitor)",
        &visitor.to_string(),
    )
    .await
}

/// Forgets the pages of a website that is gone; how many people were there stays.
///
/// # Errors
/// The database's failure.
pub(crate) async fn let_go_of_website(tx: &mut Tx, website: WebsiteId) -> ApiResult<()> {
    forget_pages(tx, "f.website_id = $1 AND f.page <> ''", &website.to_string()).await
}

/// Keeps of the visits `f` that fit that there were some, and how many pages were opened.
async fn forget_pages(tx: &mut Tx, which: &'static str, id: &str) -> ApiResult<()> {
    for sql in [
        format!(
            "INSERT INTO visit_facts (website_id, at, visitor, page, views, funnel_id, country, device) \
             SELECT f.website_id, f.at, f.visitor, '', CAST(SUM(f.views) AS BIGINT), MIN(f.funnel_id), MIN(f.country), MIN(f.device) \
             FROM visit_facts f WHERE {which} GROUP BY f.website_id, f.at, f.visitor \
             ON CONFLICT (website_id, at, visitor, page) DO UPDATE SET views = visit_facts.views + excluded.views"
        ),
        format!("DELETE FROM visit_facts AS f WHERE {which}"),
    ] {
        sqlx::query(AssertSqlSafe(sql))
            .bind(id.to_owned())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// A page's address as far as reports keep it: what follows the path may say anything.
fn path(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| String::new(),
        |url| url.path().chars().take(MAX_PATH_CHARS).collect(),
    )
}

/// Whose visits are asked for.
#[derive(Clone, Debug)]
pub(super) struct Visited {
    /// On these websites.
    pub(super) websites: Vec<WebsiteId>,
    /// Through this funnel.
    pub(super) funnel: Option<FunnelId>,
}

impl Visited {
    /// A condition on `f`, with places from `$1`; none where there is no website.
    fn condition(&self) -> Option<String> {
        if self.websites.is_empty() {
            return None;
        }
        let count = self.websites.len();
        let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
        let mut sql = format!("f.website_id IN ({})", places.join(", "));
        if self.funnel.is_some() {
            sql.push_str(&format!(" AND f.funnel_id = ${}", count + 1));
        }
        Some(sql)
    }

    fn query(&self, sql: String) -> Query<'static, Any, AnyArguments> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &self.websites {
            query = query.bind(id.to_string());
        }
        match self.funnel {
            Some(funnel) => query.bind(funnel.to_string()),
            None => query,
        }
    }

    /// How many different people were there.
    ///
    /// # Errors
    /// The database's failure.
    pub(super) async fn count(&self, tx: &mut Tx, period: Period) -> ApiResult<u64> {
        let Some(condition) = self.condition() else {
            return Ok(0);
        };
        let sql = format!(
            "SELECT COUNT(DISTINCT f.visitor) AS people FROM visit_facts f WHERE {condition} AND {}",
            during(period)
        );
        columns::count(&self.query(sql).fetch_one(tx.conn()).await?, "people")
    }

    /// How many different people were there in each interval.
    ///
    /// # Errors
    /// The database's failure.
    pub(super) async fn by_interval(&self, tx: &mut Tx, buckets: &[Bucket]) -> ApiResult<Vec<u64>> {
        let mut counts = vec![0; buckets.len()];
        let Some(condition) = self.condition() else {
            return Ok(counts);
        };
        // A statement of bounded length at a time.
        for (piece, some) in buckets.chunks(500).enumerate() {
            let values: Vec<String> = some
                .iter()
                .enumerate()
                .map(|(n, bucket)| {
                    let (from, until) = (bucket.at.as_millis(), bucket.until.as_millis());
                    format!("({n}, {from}, {until})")
                })
                .collect();
            let sql = format!(
                "WITH b (n, lo, hi) AS (VALUES {}) SELECT CAST(b.n AS BIGINT) AS n, COUNT(DISTINCT f.visitor) AS people \
                 FROM b JOIN visit_facts f ON f.at >= b.lo AND f.at < b.hi WHERE {condition} GROUP BY b.n",
                values.join(", ")
            );
            for row in self.query(sql).fetch_all(tx.conn()).await? {
                let n = usize::try_from(columns::count(&row, "n")?).map_err(ApiError::internal)?;
                if let Some(count) = counts.get_mut(piece * 500 + n) {
                    *count = columns::count(&row, "people")?;
                }
            }
        }
        Ok(counts)
    }

    /// How many different people were there, and how many pages they opened, by a column; most views or people first.
    ///
    /// # Errors
    /// The database's failure.
    pub(super) async fn by(
        &self,
        tx: &mut Tx,
        period: Period,
        column: Column,
    ) -> ApiResult<Vec<(Option<String>, u64, u64)>> {
        let Some(condition) = self.condition() else {
            return Ok(Vec::new());
        };
        let (name, order) = match column {
            Column::Website => ("website_id", "people"),
            Column::Funnel => ("funnel_id", "people"),
            Column::Country => ("country", "people"),
            Column::Device => ("device", "people"),
            Column::Page => ("page", "views"),
        };
        let sql = format!(
            "SELECT f.{name} AS name, COUNT(DISTINCT f.visitor) AS people, CAST(SUM(f.views) AS BIGINT) AS views \
             FROM visit_facts f WHERE {condition} AND {} GROUP BY f.{name} ORDER BY {order} DESC, f.{name} LIMIT {MAX_PAGES}",
            during(period)
        );
        let read = |row: &AnyRow| {
            let name: Option<String> = row.try_get("name")?;
            Ok((
                name.filter(|name| !name.is_empty()),
                columns::count(row, "people")?,
                columns::count(row, "views")?,
            ))
        };
        self.query(sql)
            .fetch_all(tx.conn())
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

/// What visits are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The website.
    Website,
    /// The funnel.
    Funnel,
    /// The country.
    Country,
    /// The device.
    Device,
    /// The page.
    Page,
}

fn during(period: Period) -> String {
    let Period { from, until } = period;
    format!("f.at >= {} AND f.at < {}", from.as_millis(), until.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_path_is_kept() {
        assert_eq!(path("https://shop.example/cart?email=x@y.example#top"), "/cart");
        assert_eq!(path("https://shop.example"), "/");
        assert_eq!(path("no address"), "");
        assert_eq!(
            path(&format!("https://shop.example/{}", "a".repeat(999))).len(),
            300
        );
    }
}
