//! `POST /api/visitor/sessions` from the host page and `POST /api/visitor/frame` from the frame.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use sqlx::Row;
use switchboard_contract::ids::{FunnelId, VisitorId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::visitor::{
    OpenFrame, StartVisitorSession, VisitorConversation, VisitorSession, VisitorUser,
};
use switchboard_contract::website::widget::launcher::LauncherLook;
use switchboard_contract::website::{VisitorWidget, Website, WebsiteTrouble};

use super::beat::tell_operators;
use super::{flood, pre_chat, trail, user_agent};
use crate::auth::{VisitorCaller, keys};
use crate::config::{Config, parse_origin};
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, Client, origin};
use crate::ids;
use crate::live_chat::rows;
use crate::live_chat::search::pages;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::website::rows::StoredWebsite;
use crate::website::status::{self, Beat};
use crate::website::{self, attendance};

/// Longest address of a page that is kept, in characters.
pub const MAX_ADDRESS_CHARS: usize = 2_048;
/// Longest title of a page that is kept, in characters.
pub const MAX_TITLE_CHARS: usize = 300;
/// Longest locale or time zone that is kept, in characters.
const MAX_NAME_CHARS: usize = 64;
/// Whose website a page is that asks with another key: so many are told at most.
const MAX_OF_ORIGIN: usize = 20;
/// How long the frame may take to use its code, in milliseconds.
const FRAME_CODE_MS: i64 = 60_000;

/// The first `most` characters: a host page with a long address is no reason to refuse a chat.
#[must_use]
pub fn clip(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => text[..end].to_owned(),
    }
}

/// The request's origin when it may speak for `website`: one of its own, or the server's.
#[must_use]
pub fn origin_of_website<'h>(config: &Config, website: &Website, headers: &'h HeaderMap) -> Option<&'h str> {
    origin::of(headers).filter(|origin| {
        website.allowed_origins.iter().any(|allowed| allowed == origin)
            || config.own_origins().iter().any(|own| own == origin)
    })
}

/// A visit begins: the loader calls from the host page.
pub(crate) async fn start(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<StartVisitorSession>,
) -> ApiResult<Json<VisitorSession>> {
    state.flood.may_visit(client.address).map_err(flood::visits)?;
    let key = request.public_key.clone();
    let website = state
        .db
        .read(move |tx| Box::pin(async move { website::rows::by_public_key(tx, &key).await }))
        .await?;
    let Some(website) = website else {
        note_other_key(&state, &headers).await?;
        return Err(ApiError::not_found(
            "website; check the public key of its snippet",
        ));
    };
    if origin_of_website(&state.config, &website.wire, &headers).is_none() {
        let beat = Beat::Bad {
            trouble: WebsiteTrouble::OriginRefused,
            reason: foreign_page(&headers),
        };
        status::note_if_news(&state, &website.wire, beat).await?;
        note_other_key(&state, &headers).await?;
        return Err(ApiError::new(
            ProblemCode::OriginRefused,
            "This page's origin is not one of the website's; add it in the website's settings.",
        ));
    }
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map_or_else(|| user_agent::parse(""), user_agent::parse);
    let visit = Visit::new(request, user_agent, client.country);
    let wire = website.wire.clone();
    let session = state
        .db
        .write(move |tx| Box::pin(async move { begin(tx, website, visit).await }))
        .await?;
    status::note_if_news(&state, &wire, Beat::Good).await?;
    Ok(Json(session))
}

/// A page asks for a widget by a key that is not its website's: whoever has that website learns of it.
async fn note_other_key(state: &AppState, headers: &HeaderMap) -> ApiResult<()> {
    let Some(origin) = origin::of(headers).and_then(parse_origin) else {
        return Ok(());
    };
    let reason = format!(
        "A page of {} loads the widget with a key that is not this website's; copy its snippet again.",
        clip(origin.clone(), MAX_TITLE_CHARS)
    );
    let websites = state
        .db
        .read(move |tx| Box::pin(async move { website::rows::of_origin(tx, &origin, MAX_OF_ORIGIN).await }))
        .await?;
    for website in websites {
        let beat = Beat::Bad {
            trouble: WebsiteTrouble::OtherKey,
            reason: reason.clone(),
        };
        status::note_if_news(state, &website, beat).await?;
    }
    Ok(())
}

/// What people read when a page of another origin loads the widget.
fn foreign_page(headers: &HeaderMap) -> String {
    match origin::of(headers).and_then(parse_origin) {
        Some(origin) => format!(
            "The widget was loaded by a page of {}, which is not one of the allowed origins.",
            clip(origin, MAX_TITLE_CHARS)
        ),
        None => "The widget was loaded by a page without an origin.".to_owned(),
    }
}

/// What one visit tells.
struct Visit {
    request: StartVisitorSession,
    locale: String,
    user_agent: user_agent::UserAgent,
    /// ISO 3166 code, where a proxy or the supplied file tells it.
    country: Option<String>,
}

impl Visit {
    fn new(
        mut request: StartVisitorSession,
        user_agent: user_agent::UserAgent,
        country: Option<String>,
    ) -> Self {
        request.page = request
            .page
            .map(|text| clip(text, MAX_ADDRESS_CHARS))
            .filter(|text| !text.is_empty());
        request.page_title = request.page_title.map(|text| clip(text, MAX_TITLE_CHARS));
        request.referrer = request
            .referrer
            .map(|text| clip(text, MAX_ADDRESS_CHARS))
            .filter(|text| !text.is_empty());
        request.timezone = request.timezone.map(|text| clip(text, MAX_NAME_CHARS));
        let locale = clip(request.locale.take().unwrap_or_default(), MAX_NAME_CHARS);
        Self {
            request,
            locale,
            user_agent,
            country,
        }
    }

    /// Notes the page that the visit begins on, if it says one.
    async fn note_page(&self, tx: &mut Tx, visitor: VisitorId) -> ApiResult<()> {
        match &self.request.page {
            Some(page) => {
                let title = self.request.page_title.as_deref();
                trail::note(tx, visitor, page, title).await?;
                pages::seen(tx, visitor, page, title).await
            }
            None => Ok(()),
        }
    }

    /// The funnel that the visitor enters by.
    async fn funnel(&self, tx: &mut Tx, website: &StoredWebsite) -> ApiResult<FunnelId> {
        let page = self.request.page.as_deref();
        website::funnels::entered(tx, website.wire.id, self.request.funnel, page).await
    }
}

async fn begin(tx: &mut Tx, website: StoredWebsite, visit: Visit) -> ApiResult<VisitorSession> {
    let known = match &visit.request.visitor_token {
        None => None,
        Some(token) => VisitorCaller::by_token(tx, token)
            .await?
            .filter(|caller| caller.website_id == website.wire.id)
            .map(|caller| (caller, token.clone())),
    };
    let (visitor_id, token) = match known {
        Some((caller, _)) if caller.blocked => {
            return Err(VisitorCaller::refused());
        }
        Some((caller, token)) => {
            come_back(tx, &website, caller.visitor_id, &visit).await?;
            (caller.visitor_id, token)
        }
        None => arrive(tx, &website, &visit).await?,
    };
    let code = frame_code(tx, visitor_id, &token).await?;
    let mut session = session(tx, visitor_id, token, &website).await?;
    session.frame_code = Some(code);
    Ok(session)
}

/// A visitor who was never here, or whose token is lost.
async fn arrive(tx: &mut Tx, website: &StoredWebsite, visit: &Visit) -> ApiResult<(VisitorId, String)> {
    let funnel = visit.funnel(tx, website).await?;
    let now = tx.now();
    let id: VisitorId = ids::new(now)?;
    let token = keys::new_secret()?;
    sqlx::query(
        "INSERT INTO visitors (id, account_id, website_id, token_hash, locale, timezone, browser, os, device, page, \
         page_title, referrer, funnel_id, country, first_seen_at, last_seen_at, visit_started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15)",
    )
    .bind(id.to_string())
    .bind(website.account_id.to_string())
    .bind(website.wire.id.to_string())
    .bind(keys::hash(&token))
    .bind(visit.locale.clone())
    .bind(visit.request.timezone.clone())
    .bind(visit.user_agent.browser.clone())
    .bind(visit.user_agent.os)
    .bind(visit.user_agent.device)
    .bind(visit.request.page.clone())
    .bind(visit.request.page_title.clone())
    .bind(visit.request.referrer.clone())
    .bind(funnel.to_string())
    .bind(visit.country.clone())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    visit.note_page(tx, id).await?;
    Ok((id, token))
}

/// A visitor who is back, or reloaded the page.
async fn come_back(tx: &mut Tx, website: &StoredWebsite, id: VisitorId, visit: &Visit) -> ApiResult<()> {
    tx.lock(Lock::Visitor(id)).await?;
    let funnel = visit.funnel(tx, website).await?;
    let before: Option<String> = sqlx::query("SELECT page FROM visitors WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        // Erased while the visit began.
        .ok_or_else(|| ApiError::not_found("visitor"))?
        .try_get("page")?;
    trail::beat(tx, id).await?;
    visit.note_page(tx, id).await?;
    // What this visit does not tell stays as it was.
    sqlx::query(
        "UPDATE visitors SET locale = $1, timezone = COALESCE($2, timezone), browser = $3, os = $4, device = $5, \
         page = COALESCE($6, page), page_title = COALESCE($7, page_title), referrer = COALESCE($8, referrer), \
         funnel_id = $9, country = COALESCE($10, country) WHERE id = $11",
    )
    .bind(visit.locale.clone())
    .bind(visit.request.timezone.clone())
    .bind(visit.user_agent.browser.clone())
    .bind(visit.user_agent.os)
    .bind(visit.user_agent.device)
    .bind(visit.request.page.clone())
    .bind(visit.request.page_title.clone())
    .bind(visit.request.referrer.clone())
    .bind(funnel.to_string())
    .bind(visit.country.clone())
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    match &visit.request.page {
        Some(page) if visit.request.page != before => {
            pages::seen(tx, id, page, visit.request.page_title.as_deref()).await?;
            tell_operators(tx, website.account_id, id).await
        }
        _ => Ok(()),
    }
}

/// The frame's way in: a code that works once, holding the token under the code itself, so that neither can be read
/// from the database. A fresh random code makes a one-time pad of its digest.
pub(super) async fn frame_code(tx: &mut Tx, visitor: VisitorId, token: &str) -> ApiResult<String> {
    let code = keys::new_secret()?;
    let now = tx.now();
    sqlx::query("DELETE FROM frame_codes WHERE expires_at <= $1")
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    sqlx::query("INSERT INTO frame_codes (hash, visitor_id, sealed, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(keys::hash(&code))
        .bind(visitor.to_string())
        .bind(keys::seal(token, &code).ok_or_else(|| ApiError::internal("a token of odd length"))?)
        .bind(now.plus_millis(FRAME_CODE_MS).as_millis())
        .execute(tx.conn())
        .await?;
    Ok(code)
}

/// The frame trades its code for the visitor's token.
pub(crate) async fn open_frame(
    State(state): State<AppState>,
    ApiJson(request): ApiJson<OpenFrame>,
) -> ApiResult<Json<VisitorSession>> {
    let session = state
        .db
        .write(move |tx| Box::pin(async move { trade(tx, &request.frame_code).await }))
        .await?;
    Ok(Json(session))
}

async fn trade(tx: &mut Tx, code: &str) -> ApiResult<VisitorSession> {
    let spent = || {
        ApiError::new(
            ProblemCode::Unauthenticated,
            "This code was used or is too old; start a session again from the page.",
        )
    };
    let row = sqlx::query(
        "DELETE FROM frame_codes WHERE hash = $1 AND expires_at > $2 RETURNING visitor_id, sealed",
    )
    .bind(keys::hash(code))
    .bind(tx.now().as_millis())
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(spent)?;
    let visitor: VisitorId = columns::id(&row, "visitor_id")?;
    let token = keys::unseal(&row.try_get::<String, _>("sealed")?, code).ok_or_else(spent)?;
    let caller = VisitorCaller::load(tx, visitor).await?.ok_or_else(spent)?;
    let website = website::rows::by_id(tx, caller.website_id)
        .await?
        .ok_or_else(spent)?;
    session(tx, visitor, token, &website).await
}

/// What the visitor is told when a session begins.
pub(super) async fn session(
    tx: &mut Tx,
    visitor: VisitorId,
    token: String,
    website: &StoredWebsite,
) -> ApiResult<VisitorSession> {
    let (user, widget, launcher) = shown(tx, visitor, website).await?;
    Ok(VisitorSession {
        visitor_token: token,
        user,
        conversation: current_conversation(tx, visitor).await?,
        widget,
        launcher,
        frame_code: None,
        public_key: None,
    })
}

/// What the visitor gets of the website's widget as it is published now; none where one of the two is gone.
///
/// # Errors
/// The database's failure.
pub(crate) async fn widget_of(tx: &mut Tx, visitor: VisitorId) -> ApiResult<Option<VisitorWidget>> {
    let Some(caller) = VisitorCaller::load(tx, visitor).await? else {
        return Ok(None);
    };
    let Some(website) = website::rows::by_id(tx, caller.website_id).await? else {
        return Ok(None);
    };
    let (_, widget, _) = shown(tx, visitor, &website).await?;
    Ok(Some(widget))
}

/// The visitor, and what they get of the website's widget.
async fn shown(
    tx: &mut Tx,
    visitor: VisitorId,
    website: &StoredWebsite,
) -> ApiResult<(VisitorUser, VisitorWidget, LauncherLook)> {
    let row = sqlx::query(
        "SELECT v.name, v.email, v.locale, v.pre_chat_at, f.greeting FROM visitors v \
         JOIN funnels f ON f.id = v.funnel_id WHERE v.id = $1",
    )
    .bind(visitor.to_string())
    .fetch_one(tx.conn())
    .await?;
    let user = VisitorUser {
        id: visitor,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
    };
    let locale: String = row.try_get("locale")?;
    let is_open = attendance::is_open(&website.wire, tx.now());
    let (mut widget, launcher) = website.widget.for_visit(&locale, is_open);
    if let Some(greeting) = row.try_get::<Option<String>, _>("greeting")? {
        widget.greeting = Some(greeting);
    }
    let has_answered = columns::maybe_instant(&row, "pre_chat_at")?.is_some();
    if has_answered || rows::latest_of_visitor(tx, visitor).await?.is_some() {
        widget.pre_chat_form = None;
    } else if let Some(form) = widget.pre_chat_form.take() {
        widget.pre_chat_form = pre_chat::unanswered(form, &user);
    }
    Ok((user, widget, launcher))
}

/// The latest conversation that is not archived.
async fn current_conversation(tx: &mut Tx, visitor: VisitorId) -> ApiResult<Option<VisitorConversation>> {
    Ok(rows::latest_of_visitor(tx, visitor)
        .await?
        .filter(|latest| !latest.wire.is_archived)
        .map(|latest| latest.as_visitor_sees_it()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_counts_characters() {
        assert_eq!(clip("héllo".to_owned(), 2), "hé");
        assert_eq!(clip("hé".to_owned(), 2), "hé");
        assert_eq!(clip(String::new(), 2), "");
    }
}
