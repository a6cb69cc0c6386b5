//! Writes made-up conversations, many rows a statement.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, FunnelId, MemberId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::MessageType;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_domain::conversation::{Added, Conversation};

use super::story::{Line, Story};
use crate::auth::keys;
use crate::db::{Db, Tx, columns};
use crate::live_chat::search::index::{self, Said};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;

/// Values that one statement binds at most; both databases take more.
const VALUES: usize = 10_000;

/// Where the data goes.
#[derive(Debug)]
pub(super) struct Place {
    account: AccountId,
    websites: Vec<(WebsiteId, FunnelId, String)>,
    members: Vec<(MemberId, String)>,
}

impl Place {
    /// The account.
    pub(super) const fn account(&self) -> AccountId {
        self.account
    }

    /// Its websites.
    pub(super) fn websites(&self) -> Vec<WebsiteId> {
        self.websites.iter().map(|(website, ..)| *website).collect()
    }

    /// A website and one of its funnels.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn somewhere(&self, choice: u64) -> ApiResult<(WebsiteId, FunnelId)> {
        self.website(choice)
            .map(|(website, funnel, _)| (*website, *funnel))
            .ok_or_else(|| nowhere("no website"))
    }

    /// A member; none where there is none.
    pub(super) fn somebody(&self, choice: u64) -> Option<MemberId> {
        self.member(choice).map(|(member, _)| *member)
    }

    fn website(&self, choice: u64) -> Option<&(WebsiteId, FunnelId, String)> {
        chosen(&self.websites, choice)
    }

    fn member(&self, choice: u64) -> Option<&(MemberId, String)> {
        chosen(&self.members, choice)
    }
}

fn chosen<T>(items: &[T], choice: u64) -> Option<&T> {
    let index = choice.checked_rem(items.len() as u64)?;
    items.get(usize::try_from(index).ok()?)
}

/// A value of a row; an absent one still has its column's type, which Postgres insists on.
pub(super) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Number(Some(at.as_millis()))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Number(Some(i64::from(flag)))
    }
}

/// A counter.
///
/// # Errors
/// When it is over what a database counts.
pub(super) fn count(value: u64) -> ApiResult<Value> {
    columns::to_count(value).map(|number| Value::Number(Some(number)))
}

fn maybe_count(value: Option<u64>) -> ApiResult<Value> {
    value.map(columns::to_count).transpose().map(Value::Number)
}

/// The oldest account with its websites and members.
pub(super) async fn place(db: &Db) -> ApiResult<Arc<Place>> {
    db.read(|tx| {
        Box::pin(async move {
            let account: AccountId = sqlx::query("SELECT id FROM accounts ORDER BY created_at, id LIMIT 1")
                .fetch_optional(tx.conn())
                .await?
                .map(|row| columns::id(&row, "id"))
                .transpose()?
                .ok_or_else(|| nowhere("no account"))?;
            let websites = sqlx::query(
                "SELECT w.id, w.domain, f.id AS funnel_id FROM websites w JOIN funnels f ON f.website_id = w.id \
                 WHERE w.account_id = $1 ORDER BY w.id, f.id",
            )
            .bind(account.to_string())
            .fetch_all(tx.conn())
            .await?
            .iter()
            .map(|row| {
                Ok((
                    columns::id(row, "id")?,
                    columns::id(row, "funnel_id")?,
                    row.try_get("domain")?,
                ))
            })
            .collect::<ApiResult<Vec<_>>>()?;
            if websites.is_empty() {
                return Err(nowhere("no website"));
            }
            let members = sqlx::query("SELECT id, name FROM members WHERE account_id = $1 ORDER BY id")
                .bind(account.to_string())
                .fetch_all(tx.conn())
                .await?
                .iter()
                .map(|row| Ok((columns::id(row, "id")?, row.try_get("name")?)))
                .collect::<ApiResult<_>>()?;
            Ok(Arc::new(Place {
                account,
                websites,
                members,
            }))
        })
    })
    .await
}

fn nowhere(what: &str) -> ApiError {
    ApiError::new(
        ProblemCode::NotFound,
        format!("the database has {what} yet; start the server once with SWITCHBOARD_DEMO=1 to make one"),
    )
}

/// Stores `stories` in one transaction.
pub(super) async fn batch(db: &Db, place: &Arc<Place>, stories: Vec<Story>) -> ApiResult<()> {
    let place = Arc::clone(place);
    db.write(move |tx| {
        Box::pin(async move {
            let lines: usize = stories.iter().map(|story| story.lines.len()).sum();
            let first = skip_log(tx, place.account, lines as u64).await?;
            let rows = rows(&place, &stories, first)?;
            insert(tx, "visitors", VISITOR_COLUMNS, rows.visitors).await?;
            insert(tx, "conversations", CONVERSATION_COLUMNS, rows.conversations).await?;
            insert(tx, "messages", MESSAGE_COLUMNS, rows.messages).await?;
            insert(tx, "pages_seen", &["visitor_id", "pages"], rows.pages).await?;
            // Counted when the server looks for what is not counted yet, at its next start.
            let uncounted = stories.iter().map(|story| vec![story.id.to_string().into()]);
            insert(
                tx,
                "conversations_to_count",
                &["conversation_id"],
                uncounted.collect(),
            )
            .await?;
            let visitors: Vec<VisitorId> = stories.iter().map(|story| story.visitor).collect();
            index::visitors(tx, &visitors).await?;
            index::messages(tx, &said(&stories)).await?;
            tx.wake_after_commit(StreamKey::Account(place.account));
            Ok(())
        })
    })
    .await
}

/// Moves the account's log past `messages` messages, two events each, and drops what can no longer be replayed without
/// a hole. Answers the first offset that was skipped. The counter comes first here, against the usual order: every row
/// that follows is new, so nobody else can hold it.
async fn skip_log(tx: &mut Tx, account: AccountId, messages: u64) -> ApiResult<u64> {
    let skipped = columns::to_count(messages * 2)?;
    let head: i64 = sqlx::query_scalar(
        "UPDATE accounts SET head = head + $1, log_floor = head + $2 WHERE id = $3 RETURNING head",
    )
    .bind(skipped)
    .bind(skipped)
    .bind(account.to_string())
    .fetch_one(tx.conn())
    .await?;
    sqlx::query("DELETE FROM events WHERE account_id = $1 AND log_offset <= $2")
        .bind(account.to_string())
        .bind(head)
        .execute(tx.conn())
        .await?;
    u64::try_from(head - skipped + 1).map_err(ApiError::internal)
}

const VISITOR_COLUMNS: &[&str] = &[
    "id",
    "account_id",
    "website_id",
    "token_hash",
    "head",
    "log_floor",
    "name",
    "email",
    "locale",
    "browser",
    "os",
    "device",
    "page",
    "page_title",
    "funnel_id",
    "first_seen_at",
    "last_seen_at",
];

const CONVERSATION_COLUMNS: &[&str] = &[
    "id",
    "account_id",
    "website_id",
    "visitor_id",
    "funnel_id",
    "status",
    "is_archived",
    "started_at",
    "last_message_at",
    "last_message",
    "message_count",
    "last_seq",
    "last_public_seq",
    // Nobody is written to about what was never said.
    "mailed_public_seq",
    "assignee_id",
    "unread_count",
    "unread_from",
    "waiting_since",
    "created_at",
    "updated_at",
    "version",
];

const MESSAGE_COLUMNS: &[&str] = &[
    "conversation_id",
    "seq",
    "public_seq",
    "account_id",
    "id",
    "kind",
    "content",
    "author_id",
    "author_name",
    "visibility",
    "event_offset",
    "visitor_event_offset",
    "created_at",
];

#[derive(Default)]
struct Rows {
    visitors: Vec<Vec<Value>>,
    conversations: Vec<Vec<Value>>,
    messages: Vec<Vec<Value>>,
    pages: Vec<Vec<Value>>,
}

/// What the stories' messages are found by; a line's place is its `seq`.
fn said(stories: &[Story]) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    for story in stories {
        said.extend((1..).zip(&story.lines).map(|(seq, line)| Said {
            conversation: story.id,
            seq,
            kind: line.kind,
            content: line.text,
        }));
    }
    said
}

fn rows(place: &Place, stories: &[Story], first_offset: u64) -> ApiResult<Rows> {
    let mut rows = Rows::default();
    let mut offset = first_offset;
    for story in stories {
        tell(place, story, &mut offset, &mut rows)?;
    }
    Ok(rows)
}

fn tell(place: &Place, story: &Story, offset: &mut u64, rows: &mut Rows) -> ApiResult<()> {
    let (website, funnel, domain) = place.website(story.choice).ok_or_else(|| nowhere("no website"))?;
    let member = place.member(story.choice >> 32);
    let begin = story
        .lines
        .first()
        .map_or(Timestamp::from_millis(0), |line| line.at);
    let mut conversation = Conversation::begin(begin);
    let mut public_events = 0;
    for line in &story.lines {
        let message = conversation.add(added(line), line.at, None);
        let public_event = message.public_seq.map(|_| {
            public_events += 2;
            public_events - 1
        });
        let author = member.filter(|_| line.kind == MessageType::Bot);
        rows.messages.push(vec![
            story.id.to_string().into(),
            count(message.seq)?,
            maybe_count(message.public_seq)?,
            place.account.to_string().into(),
            line.id.to_string().into(),
            columns::to_word(&line.kind)?.into(),
            line.text.into(),
            author.map(|(id, _)| id.to_string()).into(),
            author.map(|(_, name)| name.clone()).into(),
            columns::to_word(&line.visibility)?.into(),
            count(*offset)?,
            maybe_count(public_event)?,
            line.at.into(),
        ]);
        *offset += 2;
    }
    let (browser, os, device) = story.device;
    let (page, title) = story.page;
    let page = format!("https://{domain}{page}");
    rows.pages.push(vec![
        story.visitor.to_string().into(),
        serde_json::to_string(&[(&page, title)])?.into(),
    ]);
    rows.visitors.push(vec![
        story.visitor.to_string().into(),
        place.account.to_string().into(),
        website.to_string().into(),
        // Nobody holds a token with this hash.
        keys::hash(&story.visitor.to_string()).into(),
        count(public_events)?,
        count(public_events)?,
        story.name.map(str::to_owned).into(),
        story.email.clone().into(),
        story.locale.into(),
        browser.into(),
        os.into(),
        device.into(),
        page.into(),
        title.into(),
        funnel.to_string().into(),
        begin.into(),
        conversation.updated_at.into(),
    ]);
    rows.conversations.push(vec![
        story.id.to_string().into(),
        place.account.to_string().into(),
        website.to_string().into(),
        story.visitor.to_string().into(),
        funnel.to_string().into(),
        columns::to_word(&story.status)?.into(),
        story.archived.into(),
        begin.into(),
        conversation.last_message_at.into(),
        conversation.last_message.into(),
        count(conversation.message_count)?,
        count(conversation.last_seq)?,
        count(conversation.last_public_seq)?,
        count(conversation.last_public_seq)?,
        member
            .filter(|_| story.assigned)
            .map(|(id, _)| id.to_string())
            .into(),
        count(conversation.unread_count)?,
        maybe_count(conversation.unread_from)?,
        Value::Number(conversation.waiting_since.map(Timestamp::as_millis)),
        begin.into(),
        conversation.updated_at.into(),
        count(conversation.version)?,
    ]);
    Ok(())
}

fn added(line: &Line) -> Added<'_> {
    Added {
        kind: line.kind,
        visibility: line.visibility,
        content: line.text,
        by_person: true,
    }
}

/// Inserts rows of one table. Table and columns are this folder's constants; values are bound.
///
/// # Errors
/// The database's failure.
pub(super) async fn insert(
    tx: &mut Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
) -> ApiResult<()> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(VALUES / columns.len()).collect();
        let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
        for row in 0..chunk.len() {
            let places: Vec<String> = (1..=columns.len())
                .map(|column| format!("${}", row * columns.len() + column))
                .collect();
            if row > 0 {
                sql.push_str(", ");
            }
            sql.push_str(&format!("({})", places.join(", ")));
        }
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in chunk.into_iter().flatten() {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
