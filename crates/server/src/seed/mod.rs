//! Demo data: an account with two members, a website and a few conversations, stored once into an empty database, in
//! demo mode only. Everything passes through the same code as real traffic, events included.

mod stories;

use std::collections::BTreeMap;

use switchboard_contract::auth::{Preferences, Role, UndoSend};
use switchboard_contract::ids::{AccountId, FunnelId, MemberId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::{LiveChatUser, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::WidgetConfig;
use switchboard_domain::accept::Author;
use switchboard_domain::stored::StoredConversation;
use uuid::Uuid;

use crate::auth::{keys, password};
use crate::config::{Config, loopback_twin};
use crate::db::{Tx, columns};
use crate::ids;
use crate::live_chat::ledger::{Draft, Ledger};
use crate::live_chat::search::pages;
use crate::problem::ApiResult;
use crate::state::AppState;
use crate::visitor::trail;
use stories::{STORIES, Says, Story};

/// Names the demo website in its snippet.
pub const DEMO_PUBLIC_KEY: &str = "demo-shop";
/// The password of both demo members.
pub const DEMO_PASSWORD: &str = "switchboard-demo";

/// Three days without a message close a conversation of the demo shop.
const AUTO_CLOSE_SECONDS: i64 = 3 * 86_400;
const FUNNEL: &str = "Website chat";
const MINUTE_MS: i64 = 60_000;

/// Stores the demo data unless the database has an account already.
///
/// # Errors
/// The database's failure.
pub async fn demo(state: &AppState) -> ApiResult<()> {
    let origins = page_origins(&state.config);
    // Hashing is slow on purpose: not while everybody waits for the writer.
    let hash = password::hash(DEMO_PASSWORD.to_owned()).await?;
    state
        .db
        .write(move |tx| Box::pin(async move { seed(tx, hash, origins).await }))
        .await
}

/// The shop is served on loopback under both of its names, and where a proxy stands before it there as well.
fn page_origins(config: &Config) -> Vec<String> {
    let own = format!("http://127.0.0.1:{}", config.addr.port());
    let mut origins: Vec<String> = loopback_twin(&own).into_iter().collect();
    origins.insert(0, own);
    for public in config.own_origins() {
        if !origins.contains(&public) {
            origins.push(public);
        }
    }
    origins
}

/// What the stories happen in.
#[derive(Clone, Copy)]
struct Place {
    account: AccountId,
    website: WebsiteId,
    funnel: FunnelId,
    agent: MemberId,
}

async fn seed(tx: &mut Tx, password_hash: String, origins: Vec<String>) -> ApiResult<()> {
    let accounts: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM accounts")
        .fetch_one(tx.conn())
        .await?;
    if accounts > 0 {
        return Ok(());
    }
    let now = tx.now();
    let place = Place {
        account: ids::new(now)?,
        website: ids::new(now)?,
        funnel: ids::new(now)?,
        agent: ids::new(now)?,
    };
    insert_account(tx, place.account).await?;
    let owner: MemberId = ids::new(now)?;
    insert_member(
        tx,
        place.account,
        owner,
        ("Olga Owner", "owner@demo.test"),
        Role::Owner,
        &password_hash,
    )
    .await?;
    insert_member(
        tx,
        place.account,
        place.agent,
        ("Adam Agent", "agent@demo.test"),
        Role::Agent,
        &password_hash,
    )
    .await?;
    insert_website(tx, place, &origins).await?;
    let origin = origins.first().cloned().unwrap_or_default();
    for story in STORIES {
        tell(tx, place, story, &origin, now).await?;
    }
    Ok(())
}

async fn insert_account(tx: &mut Tx, id: AccountId) -> ApiResult<()> {
    sqlx::query("INSERT INTO accounts (id, name, epoch, created_at) VALUES ($1, 'Demo company', $2, $3)")
        .bind(id.to_string())
        .bind(Uuid::new_v4().to_string())
        .bind(tx.now().as_millis())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn insert_member(
    tx: &mut Tx,
    account: AccountId,
    id: MemberId,
    (name, email): (&'static str, &'static str),
    role: Role,
    password_hash: &str,
) -> ApiResult<()> {
    // Whoever tries it out has both sides before their eyes: a reply is there at once.
    let preferences = Preferences {
        undo_send: UndoSend::Off,
        ..Preferences::default()
    };
    sqlx::query(
        "INSERT INTO members (id, account_id, name, email, password_hash, role, created_at, preferences) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .bind(name)
    .bind(email)
    .bind(password_hash.to_owned())
    .bind(columns::to_word(&role)?)
    .bind(tx.now().as_millis())
    .bind(serde_json::to_string(&preferences)?)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn insert_website(tx: &mut Tx, place: Place, origins: &[String]) -> ApiResult<()> {
    let widget = WidgetConfig {
        greeting: Some("Hello! How can we help?".to_owned()),
        share_drafts: true,
        version: 1,
        ..WidgetConfig::default()
    };
    sqlx::query(
        "INSERT INTO websites (id, account_id, name, domain, allowed_origins, timezone, auto_close_after, public_key, \
         widget, created_at, updated_at) VALUES ($1, $2, 'Demo shop', 'localhost', $3, 'Europe/Berlin', $4, $5, $6, $7, $7)",
    )
    .bind(place.website.to_string())
    .bind(place.account.to_string())
    .bind(serde_json::to_string(origins)?)
    .bind(AUTO_CLOSE_SECONDS)
    .bind(DEMO_PUBLIC_KEY)
    .bind(serde_json::to_string(&widget)?)
    .bind(tx.now().as_millis())
    .execute(tx.conn())
    .await?;
    sqlx::query("INSERT INTO funnels (id, website_id, name, is_default) VALUES ($1, $2, $3, 1)")
        .bind(place.funnel.to_string())
        .bind(place.website.to_string())
        .bind(FUNNEL)
        .execute(tx.conn())
        .await?;
    sqlx::query("INSERT INTO member_websites (member_id, website_id) VALUES ($1, $2)")
        .bind(place.agent.to_string())
        .bind(place.website.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn tell(tx: &mut Tx, place: Place, story: &Story, origin: &str, now: Timestamp) -> ApiResult<()> {
    let mut at = now.plus_millis(-story.minutes_ago * MINUTE_MS);
    let walked: i64 = story.trail.iter().map(|(_, _, seconds)| seconds).sum();
    let came = at.plus_millis(-walked * 1_000);
    let user = visitor(story, origin, came)?;
    insert_visitor(tx, place, &user).await?;
    walk(tx, story, &user, origin, came).await?;
    tx.pretend(at);
    let mut ledger = Ledger::begin(tx, place.account, conversation(place, &user, at)?);
    ledger.notice(format!("Started on {}", story.page_title))?;
    for (says, minutes, text) in story.lines {
        at = at.plus_millis(minutes * MINUTE_MS);
        ledger.pretend(at);
        let (author, name, visibility) = match says {
            Says::Visitor => (Author::Visitor(user.id), None, Visibility::Public),
            Says::Agent => (
                Author::Operator(place.agent),
                Some("Adam Agent"),
                Visibility::Public,
            ),
            Says::Note => (
                Author::Operator(place.agent),
                Some("Adam Agent"),
                Visibility::Internal,
            ),
        };
        ledger.add(Draft {
            id: ids::new(at)?,
            author,
            author_name: name.map(str::to_owned),
            content: (*text).to_owned(),
            visibility,
            attachments: Vec::new(),
            mentions: Vec::new(),
        })?;
    }
    tx.pretend(at);
    ledger.store(tx).await?;
    look_at(tx, user.id, origin, (story.page, story.page_title)).await?;
    // Nobody is written to about what was never said.
    sqlx::query("UPDATE conversations SET mailed_public_seq = last_public_seq WHERE visitor_id = $1")
        .bind(user.id.to_string())
        .execute(tx.conn())
        .await?;
    sqlx::query("UPDATE visitors SET last_seen_at = $1, visit_started_at = first_seen_at WHERE id = $2")
        .bind(at.as_millis())
        .bind(user.id.to_string())
        .execute(tx.conn())
        .await?;
    tx.pretend(now);
    Ok(())
}

/// The visitor comes by the pages of the trail to the one on which they write.
async fn walk(
    tx: &mut Tx,
    story: &Story,
    visitor: &LiveChatUser,
    origin: &str,
    came: Timestamp,
) -> ApiResult<()> {
    let mut at = came;
    for (path, title, seconds) in story.trail {
        tx.pretend(at);
        look_at(tx, visitor.id, origin, (path, title)).await?;
        at = at.plus_millis(seconds * 1_000);
    }
    tx.pretend(at);
    look_at(tx, visitor.id, origin, (story.page, story.page_title)).await
}

async fn look_at(
    tx: &mut Tx,
    visitor: VisitorId,
    origin: &str,
    (path, title): (&str, &str),
) -> ApiResult<()> {
    let url = format!("{origin}{path}");
    trail::note(tx, visitor, &url, Some(title)).await?;
    pages::seen(tx, visitor, &url, Some(title)).await
}

fn visitor(story: &Story, origin: &str, at: Timestamp) -> ApiResult<LiveChatUser> {
    let id: VisitorId = ids::new(at)?;
    Ok(LiveChatUser {
        id,
        name: Some(story.visitor.to_owned()),
        email: story.email.map(str::to_owned),
        phone: None,
        avatar_url: None,
        verified: false,
        locale: story.locale.to_owned(),
        timezone: Some(story.timezone.to_owned()),
        browser: story.browser.to_owned(),
        os: story.os.to_owned(),
        device: story.device.to_owned(),
        country: Some(story.country.to_owned()),
        page: Some(format!("{origin}{}", story.page)),
        page_title: Some(story.page_title.to_owned()),
        referrer: story.referrer.map(str::to_owned),
        attributes: BTreeMap::new(),
        first_seen_at: at,
        last_seen_at: at,
        blocked: false,
        version: 1,
    })
}

async fn insert_visitor(tx: &mut Tx, place: Place, user: &LiveChatUser) -> ApiResult<()> {
    // Nobody holds these visitors' tokens.
    let token_hash = keys::hash(&keys::new_secret()?);
    sqlx::query(
        "INSERT INTO visitors (id, account_id, website_id, token_hash, name, email, locale, timezone, browser, os, \
         device, country, page, page_title, referrer, funnel_id, first_seen_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(user.id.to_string())
    .bind(place.account.to_string())
    .bind(place.website.to_string())
    .bind(token_hash)
    .bind(user.name.clone())
    .bind(user.email.clone())
    .bind(user.locale.clone())
    .bind(user.timezone.clone())
    .bind(user.browser.clone())
    .bind(user.os.clone())
    .bind(user.device.clone())
    .bind(user.country.clone())
    .bind(user.page.clone())
    .bind(user.page_title.clone())
    .bind(user.referrer.clone())
    .bind(place.funnel.to_string())
    .bind(user.first_seen_at.as_millis())
    .bind(user.last_seen_at.as_millis())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn conversation(place: Place, user: &LiveChatUser, at: Timestamp) -> ApiResult<StoredConversation> {
    let funnel_name = FUNNEL.to_owned();
    let auto_close_ms = Some(AUTO_CLOSE_SECONDS * 1_000);
    Ok(StoredConversation::begin(
        at,
        ids::new(at)?,
        user.clone(),
        place.website,
        place.funnel,
        funnel_name,
        auto_close_ms,
    ))
}
