//! What is known of files.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{
    AccountId, AttachmentId, ConversationId, MemberId, MessageId, VisitorId, WebsiteId,
};
use switchboard_contract::live_chat::Attachment;
use switchboard_contract::time::Timestamp;
use switchboard_domain::accept::{self, Author, Refusal, Upload};
use uuid::Uuid;

use crate::db::{Tx, columns, lists};
use crate::problem::{ApiError, ApiResult};

const COLUMNS: &str = "id, conversation_id, message_id, member_id, visitor_id, name, media_type, size, width, height, \
    sha256, file";

/// A file as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// As it is told.
    pub wire: Attachment,
    /// As the rule of sending wants it.
    pub upload: Upload,
    /// Its digest (SHA-256) in hexadecimal digits.
    pub sha256: String,
    /// Its name in the store of files.
    pub file: Uuid,
}

/// The account's file with this id.
///
/// # Errors
/// The database's failure.
pub async fn find(tx: &mut Tx, account: AccountId, id: AttachmentId) -> ApiResult<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM attachments WHERE account_id = $1 AND id = $2");
    sqlx::query(AssertSqlSafe(sql))
        .bind(account.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &AnyRow) -> ApiResult<Stored> {
    let member: Option<MemberId> = columns::maybe_id(row, "member_id")?;
    let visitor: Option<VisitorId> = columns::maybe_id(row, "visitor_id")?;
    let by = match (member, visitor) {
        (Some(member), _) => Author::Operator(member),
        (None, Some(visitor)) => Author::Visitor(visitor),
        (None, None) => return Err(ApiError::internal("a file that nobody uploaded")),
    };
    let pixels = |name| -> ApiResult<Option<u32>> {
        Ok(columns::maybe_count(row, name)?.and_then(|pixels| u32::try_from(pixels).ok()))
    };
    let is_sent = columns::maybe_id::<MessageId>(row, "message_id")?.is_some();
    Ok(Stored {
        wire: Attachment {
            id: columns::id(row, "id")?,
            name: row.try_get("name")?,
            media_type: row.try_get("media_type")?,
            size: columns::count(row, "size")?,
            width: pixels("width")?,
            height: pixels("height")?,
        },
        upload: Upload {
            by,
            conversation: columns::maybe_id(row, "conversation_id")?,
            is_sent,
        },
        sha256: row.try_get("sha256")?,
        file: columns::id(row, "file")?,
    })
}

/// Notes a file that was uploaded; false where the account has one with this id.
///
/// # Errors
/// The database's failure.
pub async fn insert(tx: &mut Tx, account: AccountId, stored: &Stored) -> ApiResult<bool> {
    let (member, visitor) = match stored.upload.by {
        Author::Operator(member) => (Some(member.to_string()), None),
        Author::Visitor(visitor) => (None, Some(visitor.to_string())),
        Author::System => (None, None),
    };
    let wire = &stored.wire;
    let now = tx.now();
    let inserted = sqlx::query(
        "INSERT INTO attachments (account_id, id, conversation_id, member_id, visitor_id, name, media_type, size, width, \
         height, sha256, file, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (account_id, id) DO NOTHING",
    )
    .bind(account.to_string())
    .bind(wire.id.to_string())
    .bind(stored.upload.conversation.map(|id| id.to_string()))
    .bind(member)
    .bind(visitor)
    .bind(wire.name.clone())
    .bind(wire.media_type.clone())
    .bind(columns::to_count(wire.size)?)
    .bind(wire.width.map(i64::from))
    .bind(wire.height.map(i64::from))
    .bind(stored.sha256.clone())
    .bind(stored.file.to_string())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The files that a message names.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Those that are kept, in the message's order.
    found: Vec<Option<Stored>>,
}

impl Named {
    /// Looks up `ids`.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn look_up(tx: &mut Tx, account: AccountId, ids: &[AttachmentId]) -> ApiResult<Self> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(find(tx, account, *id).await?);
        }
        Ok(Self { found })
    }

    /// Whether all of them may go with a message of `author`.
    #[must_use]
    pub fn fit(&self, author: Author, conversation: Option<ConversationId>) -> bool {
        let uploads: Vec<Option<Upload>> = self
            .found
            .iter()
            .map(|file| file.as_ref().map(|file| file.upload))
            .collect();
        accept::files_fit(&uploads, author, conversation)
    }

    /// As the message tells them.
    #[must_use]
    pub fn wire(&self) -> Vec<Attachment> {
        self.found
            .iter()
            .flatten()
            .map(|file| file.wire.clone())
            .collect()
    }

    /// They belong to a message from now on.
    ///
    /// # Errors
    /// The refusal where one of them went elsewhere or was taken away meanwhile; the database's failure.
    pub async fn claim(
        &self,
        tx: &mut Tx,
        account: AccountId,
        conversation: ConversationId,
        message: MessageId,
    ) -> ApiResult<()> {
        for file in self.found.iter().flatten() {
            let claimed = sqlx::query(
                "UPDATE attachments SET message_id = $1, conversation_id = $2 \
                 WHERE account_id = $3 AND id = $4 AND message_id IS NULL",
            )
            .bind(message.to_string())
            .bind(conversation.to_string())
            .bind(account.to_string())
            .bind(file.wire.id.to_string())
            .execute(tx.conn())
            .await?;
            if claimed.rows_affected() != 1 {
                return Err(Refusal::UnknownFile.problem(None)?.into());
            }
        }
        Ok(())
    }
}

/// Where a file that was sent can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The website of its conversation.
    pub website: WebsiteId,
    /// The conversation's visitor.
    pub visitor: VisitorId,
    /// Whether the visitor sees its message.
    pub is_public: bool,
}

/// Where a file was sent; none while it was not.
///
/// # Errors
/// The database's failure.
pub async fn place(tx: &mut Tx, account: AccountId, id: AttachmentId) -> ApiResult<Option<Place>> {
    let row = sqlx::query(
        "SELECT c.website_id, c.visitor_id, m.visibility FROM attachments a \
         JOIN messages m ON m.account_id = a.account_id AND m.id = a.message_id \
         JOIN conversations c ON c.id = m.conversation_id WHERE a.account_id = $1 AND a.id = $2",
    )
    .bind(account.to_string())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Place {
            website: columns::id(&row, "website_id")?,
            visitor: columns::id(&row, "visitor_id")?,
            is_public: row.try_get::<String, _>("visibility")? == "public",
        })
    })
    .transpose()
}

/// Everything that is kept for a conversation goes, the files after the commit.
///
/// # Errors
/// The database's failure.
pub async fn forget_conversation(tx: &mut Tx, id: ConversationId) -> ApiResult<()> {
    forget(tx, "conversation_id = $1", &id.to_string()).await
}

/// The same for what a visitor uploaded, sent or not.
///
/// # Errors
/// The database's failure.
pub async fn forget_visitor(tx: &mut Tx, id: VisitorId) -> ApiResult<()> {
    forget(tx, "visitor_id = $1", &id.to_string()).await
}

/// The same for all visitors of a website.
///
/// # Errors
/// The database's failure.
pub async fn forget_visitors_of(tx: &mut Tx, id: WebsiteId) -> ApiResult<()> {
    forget(
        tx,
        "visitor_id IN (SELECT id FROM visitors WHERE website_id = $1)",
        &id.to_string(),
    )
    .await
}

async fn forget(tx: &mut Tx, which: &'static str, id: &str) -> ApiResult<()> {
    let sql = format!("DELETE FROM attachments WHERE {which} RETURNING file");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_owned())
        .fetch_all(tx.conn())
        .await?;
    doom(tx, &rows).await
}

/// Whether something was uploaded before and never sent.
///
/// # Errors
/// The database's failure.
pub async fn has_unsent(tx: &mut Tx, before: Timestamp) -> ApiResult<bool> {
    let row = sqlx::query("SELECT 1 FROM attachments WHERE message_id IS NULL AND created_at <= $1 LIMIT 1")
        .bind(before.as_millis())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// What was uploaded before and never sent goes; says how many, at most `most` at once.
///
/// # Errors
/// The database's failure.
pub async fn forget_unsent(tx: &mut Tx, before: Timestamp, most: u32) -> ApiResult<usize> {
    tx.step_aside().await?;
    let rows = sqlx::query(
        "DELETE FROM attachments WHERE message_id IS NULL AND (account_id, id) IN (SELECT account_id, id FROM attachments \
         WHERE message_id IS NULL AND created_at <= $1 LIMIT $2) RETURNING file",
    )
    .bind(before.as_millis())
    .bind(i64::from(most))
    .fetch_all(tx.conn())
    .await?;
    doom(tx, &rows).await?;
    Ok(rows.len())
}

/// Notes files whose rows are gone: they are removed once that is certain.
async fn doom(tx: &mut Tx, rows: &[AnyRow]) -> ApiResult<()> {
    for row in rows {
        sqlx::query("INSERT INTO gone_files (file) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(row.try_get::<String, _>("file")?)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Some of the files that are to be removed.
///
/// # Errors
/// The database's failure.
pub async fn doomed(tx: &mut Tx, most: u32) -> ApiResult<Vec<String>> {
    let rows = sqlx::query("SELECT file FROM gone_files LIMIT $1")
        .bind(i64::from(most))
        .fetch_all(tx.conn())
        .await?;
    rows.iter().map(|row| Ok(row.try_get("file")?)).collect()
}

/// A file is removed.
///
/// # Errors
/// The database's failure.
pub async fn removed(tx: &mut Tx, file: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM gone_files WHERE file = $1")
        .bind(file.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Those of `files` that a row names.
///
/// # Errors
/// The database's failure.
pub async fn known(tx: &mut Tx, files: &[Uuid]) -> ApiResult<Vec<Uuid>> {
    let mut known = Vec::new();
    for piece in lists::chunks(files) {
        let sql = format!(
            "SELECT file FROM attachments WHERE file IN ({})",
            lists::places(&piece)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for file in &piece {
            query = query.bind(file.to_string());
        }
        for row in &query.fetch_all(tx.conn()).await? {
            known.push(columns::id(row, "file")?);
        }
    }
    Ok(known)
}
