//! The pages that a visitor has seen, for being found by them: the newest ones, each once.

use std::iter;

use switchboard_contract::ids::VisitorId;

use super::index;
use crate::db::Tx;
use crate::problem::ApiResult;

/// Pages remembered of a visitor.
const MAX_PAGES: usize = 50;
/// Characters of them, all together: an address may be long.
const MAX_CHARS: usize = 10_000;

/// A page: its address and its title.
type Page = (String, String);

/// Notes that a visitor, whom the transaction has locked, looks at a page, and writes the visitor's entry in the index anew.
///
/// # Errors
/// The database's failure.
pub async fn seen(tx: &mut Tx, visitor: VisitorId, address: &str, title: Option<&str>) -> ApiResult<()> {
    let stored: Option<String> = sqlx::query_scalar("SELECT pages FROM pages_seen WHERE visitor_id = $1")
        .bind(visitor.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let before = read(stored.as_deref())?;
    let page = (address.to_owned(), title.unwrap_or_default().to_owned());
    let after = with(&before, page);
    if after != before {
        sqlx::query(
            "INSERT INTO pages_seen (visitor_id, pages) VALUES ($1, $2) \
             ON CONFLICT (visitor_id) DO UPDATE SET pages = EXCLUDED.pages",
        )
        .bind(visitor.to_string())
        .bind(serde_json::to_string(&after)?)
        .execute(tx.conn())
        .await?;
    }
    index::visitors(tx, &[visitor]).await
}

/// The stored pages' addresses and titles, the newest page first.
///
/// # Errors
/// When they do not read.
pub(super) fn texts(stored: Option<&str>) -> ApiResult<impl Iterator<Item = String> + use<>> {
    Ok(read(stored)?
        .into_iter()
        .flat_map(|(address, title)| [address, title]))
}

fn read(stored: Option<&str>) -> ApiResult<Vec<Page>> {
    Ok(stored.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// The pages with another one at their head, as many as are remembered.
fn with(before: &[Page], page: Page) -> Vec<Page> {
    let others = before.iter().filter(|known| known.0 != page.0);
    let mut pages: Vec<Page> = iter::once(&page).chain(others).cloned().collect();
    pages.truncate(MAX_PAGES);
    let mut chars = 0;
    let fitting = pages
        .iter()
        .take_while(|(address, title)| {
            chars += address.chars().count() + title.chars().count();
            chars <= MAX_CHARS
        })
        .count();
    pages.truncate(fitting.max(1));
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(n: usize) -> Page {
        (format!("https://shop.example/{n}"), format!("Page {n}"))
    }

    #[test]
    fn each_page_stands_there_once_the_newest_first() {
        let pages = with(&with(&with(&[], page(1)), page(2)), page(1));
        assert_eq!(pages, [page(1), page(2)]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut pages = Vec::new();
        for n in 0..MAX_PAGES + 5 {
            pages = with(&pages, page(n));
        }
        assert_eq!(pages.len(), MAX_PAGES);
        assert_eq!(pages[0], page(MAX_PAGES + 4));
        let long = ("x".repeat(MAX_CHARS - 10), String::new());
        assert_eq!(with(&pages, long.clone()), [long]);
        let longer = ("x".repeat(MAX_CHARS + 1), String::new());
        assert_eq!(with(&pages, longer.clone()), [longer]);
    }
}
