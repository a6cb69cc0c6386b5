//! Every kind of data that pages load: its key, and how it is fetched.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contract::analytics::{
    AnalyticsQuery, AnalyticsRows, Breakdown, Dimension, Heatmap, Histogram, Interval, Metric, Overview,
    Series,
};
use switchboard_contract::audit::AuditPage;
use switchboard_contract::auth::{AccountSecurity, Invitation, MemberList, SessionList};
use switchboard_contract::ids::{LabelId, VisitorId, WebhookId, WebsiteId};
use switchboard_contract::live_chat::{
    CannedReplyList, ConversationPage, LabelContents, LabelList, LiveChatConversation, ViewList,
    VisitorDetails, VisitorPage,
};
use switchboard_contract::page::{CursorPage, NumberedPage};
use switchboard_contract::position::Position;
use switchboard_contract::tokens::ApiTokenList;
use switchboard_contract::webhooks::{WebhookDeliveryList, WebhookList};
use switchboard_contract::website::{
    FunnelList, Website, WebsiteContents, WebsiteStatusHistory, WidgetDraft, WidgetHistory,
};
use switchboard_engine::inbox::Filter;
use switchboard_engine::query::{Key, Options, Target};
use switchboard_engine::reports::{Asked, Date, Preset, Range, day};

use super::value::Codec;
use crate::api::{
    Api, ApiError, AuditQuery, Behind, ConversationQuery, StatusFilter, VisitorQuery, WebsiteQuery, team,
};
use crate::browser::{day_in, now, own_time_zone};

/// The kinds of data: what changes one of a kind may concern all of it.
pub mod topic {
    /// Members and invitations.
    pub const MEMBERS: &str = "members";
    /// Canned replies.
    pub const CANNED_REPLIES: &str = "canned-replies";
    /// Labels.
    pub const LABELS: &str = "labels";
    /// Saved filters of the list of conversations.
    pub const VIEWS: &str = "views";
    /// Websites and their state.
    pub const WEBSITES: &str = "websites";
    /// People on the websites.
    pub const VISITORS: &str = "visitors";
    /// The signed-in person's sessions.
    pub const SESSIONS: &str = "sessions";
    /// What the account asks of its members.
    pub const SECURITY: &str = "security";
    /// Conversations that a search has found.
    pub const CONVERSATIONS: &str = "conversations";
    /// The newest conversations, in short lists beside the inbox.
    pub const LATEST: &str = "latest";
    /// Figures, by time and in tables.
    pub const REPORTS: &str = "reports";
    /// Figures by day, as trends: nothing tells that they have changed.
    pub const TRENDS: &str = "trends";
    /// Who changed what.
    pub const AUDIT: &str = "audit";
    /// API tokens.
    pub const TOKENS: &str = "tokens";
    /// Webhooks and what became of their events.
    pub const WEBHOOKS: &str = "webhooks";
    /// Invitations by their link.
    pub const INVITATIONS: &str = "invitations";
    /// The signed-in person, as kept for the next visit; never asked for by this name.
    pub const ME: &str = "me";
}

/// Everything of one kind.
#[must_use]
pub fn all(topic: &str) -> Target {
    Target::Topic(topic.into())
}

/// How many websites a page of their list has.
pub const WEBSITES_PER_PAGE: u32 = 25;

/// How long what changes all the time counts, in milliseconds: from the intent to look until the look.
const FLEETING_MS: u64 = 1_000;

type Fetch<T> = Rc<dyn Fn(Api) -> Pin<Box<dyn Future<Output = Result<T, ApiError>>>>>;

/// A question to the API: what is asked, and how.
pub struct Ask<T> {
    key: Key,
    fetch: Fetch<T>,
    options: Options,
    codec: Option<Codec>,
    as_of: fn(&T) -> Option<Position>,
}

impl<T> Clone for Ask<T> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            fetch: self.fetch.clone(),
            options: self.options,
            codec: self.codec,
            as_of: self.as_of,
        }
    }
}

impl<T: 'static> Ask<T> {
    fn new<F, Fut>(topic: &str, part: &str, fetch: F) -> Self
    where
        F: Fn(Api) -> Fut + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        Self {
            key: Key::new(topic, part),
            fetch: Rc::new(move |api| Box::pin(fetch(api))),
            options: Options::default(),
            codec: None,
            as_of: |_| None,
        }
    }

    /// The same, naming the place in the log that an answer reflects.
    fn placed(self, as_of: fn(&T) -> Option<Position>) -> Self {
        Self { as_of, ..self }
    }

    /// The same, asked again whenever someone begins to look: for what changes all the time.
    fn fleeting(self) -> Self {
        let options = Options {
            fresh_ms: FLEETING_MS,
            ..self.options
        };
        Self { options, ..self }
    }

    pub(super) const fn options(&self) -> Options {
        self.options
    }

    /// What is asked.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn fetcher(&self) -> Fetch<T> {
        self.fetch.clone()
    }

    pub(super) const fn codec(&self) -> Option<Codec> {
        self.codec
    }

    pub(super) const fn as_of(&self) -> fn(&T) -> Option<Position> {
        self.as_of
    }
}

impl<T: Serialize + DeserializeOwned + PartialEq + 'static> Ask<T> {
    /// The same, kept by the browser for the next visit and told to the other tabs. Never for what is secret, or only of this
    /// sign-in.
    fn kept(self) -> Self {
        Self {
            codec: Some(Codec::of::<T>()),
            ..self
        }
    }
}

/// Everyone in the team, those invited included.
#[must_use]
pub fn members() -> Ask<MemberList> {
    Ask::new(topic::MEMBERS, "", |api| async move { api.members().await }).kept()
}

/// All labels, by name.
#[must_use]
pub fn labels() -> Ask<LabelList> {
    Ask::new(topic::LABELS, "", |api| async move { api.labels().await })
        .placed(|labels| Some(labels.as_of.clone()))
        .kept()
}

/// What deleting a label takes it off.
#[must_use]
pub fn label_contents(id: LabelId) -> Ask<LabelContents> {
    Ask::new(topic::LABELS, &format!("{id}/contents"), move |api| async move {
        api.label_contents(id).await
    })
    .fleeting()
}

/// The team's canned replies and the person's own, by shortcut.
#[must_use]
pub fn canned_replies() -> Ask<CannedReplyList> {
    Ask::new(topic::CANNED_REPLIES, "", |api| async move {
        api.canned_replies().await
    })
    .placed(|replies| Some(replies.as_of.clone()))
    .kept()
}

/// The person's own views and the shared ones. No event tells of changes.
#[must_use]
pub fn views() -> Ask<ViewList> {
    Ask::new(topic::VIEWS, "", |api| async move { api.views().await }).kept()
}

/// One page of the websites by name, from 1.
#[must_use]
pub fn websites(page: u32, page_size: u32) -> Ask<NumberedPage<Website>> {
    websites_by(&WebsiteQuery {
        page,
        page_size,
        search: String::new(),
        sort: String::new(),
    })
}

/// One page of the websites that fit, in any order.
#[must_use]
pub fn websites_by(query: &WebsiteQuery) -> Ask<NumberedPage<Website>> {
    let part = format!(
        "{}/{}/{}/{}",
        query.page, query.page_size, query.sort, query.search
    );
    let query = query.clone();
    Ask::new(topic::WEBSITES, &part, move |api| {
        let query = query.clone();
        async move { api.websites(&query).await }
    })
    .kept()
}

/// One website.
#[must_use]
pub fn website(id: WebsiteId) -> Ask<Website> {
    Ask::new(topic::WEBSITES, &id.to_string(), move |api| async move {
        api.website(id).await
    })
    .kept()
}

/// How a website came to the state that it is in.
#[must_use]
pub fn website_status(id: WebsiteId) -> Ask<WebsiteStatusHistory> {
    Ask::new(topic::WEBSITES, &format!("{id}/status"), move |api| async move {
        api.website_status(id).await
    })
}

/// What deleting a website takes.
#[must_use]
pub fn website_contents(id: WebsiteId) -> Ask<WebsiteContents> {
    Ask::new(
        topic::WEBSITES,
        &format!("{id}/contents"),
        move |api| async move { api.website_contents(id).await },
    )
    .fleeting()
}

/// A website's funnels in the order in which they are tried.
#[must_use]
pub fn funnels(website: WebsiteId) -> Ask<FunnelList> {
    Ask::new(
        topic::WEBSITES,
        &format!("{website}/funnels"),
        move |api| async move { api.funnels(website).await },
    )
}

/// The configuration of a website's widget: the draft and what is published.
#[must_use]
pub fn widget(website: WebsiteId) -> Ask<WidgetDraft> {
    Ask::new(
        topic::WEBSITES,
        &format!("{website}/widget"),
        move |api| async move { api.widget(website).await },
    )
}

/// What was published of it, the newest first.
#[must_use]
pub fn widget_history(website: WebsiteId) -> Ask<WidgetHistory> {
    Ask::new(
        topic::WEBSITES,
        &format!("{website}/widget/history"),
        move |api| async move { api.widget_history(website).await },
    )
}

/// The conversations of a website with the newest activity.
#[must_use]
pub fn conversations_of(website: WebsiteId, limit: u32) -> Ask<CursorPage<LiveChatConversation>> {
    Ask::new(
        topic::LATEST,
        &format!("of/{website}/{limit}"),
        move |api| async move {
            let query = ConversationQuery {
                status: StatusFilter::All,
                website: Some(website),
                limit: Some(limit),
                cursor: None,
            };
            api.conversations(&query).await
        },
    )
    .fleeting()
}

/// The people on the websites now.
#[must_use]
pub fn visitors_online() -> Ask<VisitorPage> {
    visitors_by(&VisitorQuery::default())
}

/// Those of them who fit.
#[must_use]
pub fn visitors_by(query: &VisitorQuery) -> Ask<VisitorPage> {
    let website = query.website.map(|id| id.to_string()).unwrap_or_default();
    let query = query.clone();
    let part = format!("online/{website}/{}", query.search);
    Ask::new(topic::VISITORS, &part, move |api| {
        let query = query.clone();
        async move { api.visitors_online(&query).await }
    })
    .fleeting()
}

/// One person with pages seen, notes and conversations.
#[must_use]
pub fn visitor(id: VisitorId) -> Ask<VisitorDetails> {
    Ask::new(topic::VISITORS, &id.to_string(), move |api| async move {
        api.visitor(id).await
    })
    .placed(|details| Some(details.as_of.clone()))
}

/// The first of the conversations that a search finds.
#[must_use]
pub fn conversations_found(filter: &Filter, most: usize) -> Ask<ConversationPage> {
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    let part = format!("found/{most}/{}", filter.search.as_str());
    let filter = filter.clone();
    Ask::new(topic::CONVERSATIONS, &part, move |api| {
        let filter = filter.clone();
        async move { api.conversation_list(&filter, most, None).await }
    })
    .fleeting()
}

/// The newest open conversations, as many as one page holds.
#[must_use]
pub fn open_conversations(limit: u32) -> Ask<CursorPage<LiveChatConversation>> {
    Ask::new(topic::LATEST, &format!("open/{limit}"), move |api| async move {
        let query = ConversationQuery {
            status: StatusFilter::Open,
            website: None,
            limit: Some(limit),
            cursor: None,
        };
        api.conversations(&query).await
    })
    .fleeting()
}

/// Where the signed-in person is signed in.
#[must_use]
pub fn sessions() -> Ask<SessionList> {
    Ask::new(topic::SESSIONS, "", |api| async move { api.sessions().await })
}

/// What the account asks of its members.
#[must_use]
pub fn account_security() -> Ask<AccountSecurity> {
    Ask::new(
        topic::SECURITY,
        "",
        |api| async move { api.account_security().await },
    )
}

/// API tokens, newest first. No event tells of changes.
#[must_use]
pub fn api_tokens() -> Ask<ApiTokenList> {
    Ask::new(topic::TOKENS, "", |api| async move { api.api_tokens().await })
}

/// Webhooks, the oldest first. No event tells of changes.
#[must_use]
pub fn webhooks() -> Ask<WebhookList> {
    Ask::new(topic::WEBHOOKS, "", |api| async move { api.webhooks().await }).fleeting()
}

/// What became of a webhook's events, the newest first.
#[must_use]
pub fn webhook_deliveries(id: WebhookId) -> Ask<WebhookDeliveryList> {
    Ask::new(
        topic::WEBHOOKS,
        &format!("{id}/deliveries"),
        move |api| async move { api.webhook_deliveries(id).await },
    )
    .fleeting()
}

/// A page of who changed what. No event tells of changes, and nothing of it is kept.
#[must_use]
pub fn audit(query: &AuditQuery, cursor: Option<String>) -> Ask<AuditPage> {
    let about: Vec<String> = query
        .pairs()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let part = format!("{}/{}", about.join("&"), cursor.as_deref().unwrap_or_default());
    let query = query.clone();
    Ask::new(topic::AUDIT, &part, move |api| {
        let (query, cursor) = (query.clone(), cursor.clone());
        async move { api.audit(&query, cursor).await }
    })
    .fleeting()
}

/// What an invitation says, by the token of its link.
#[must_use]
pub fn invitation(token: &str) -> Ask<Invitation> {
    let token: Rc<str> = token.into();
    Ask::new(topic::INVITATIONS, &token.clone(), move |api| {
        let token = token.clone();
        async move { team::invitation(&api.transport(), &token).await }
    })
}

/// A question about figures: asked again when somebody begins to look, and by signals while they do.
fn report<T, F, Fut>(part: &str, query: &AnalyticsQuery, fetch: F) -> Ask<T>
where
    T: 'static,
    F: Fn(Api, AnalyticsQuery) -> Fut + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    about(topic::REPORTS, part, query, fetch)
}

/// A question about what the parameters of a report say.
fn about<T, F, Fut>(topic: &str, part: &str, query: &AnalyticsQuery, fetch: F) -> Ask<T>
where
    T: 'static,
    F: Fn(Api, AnalyticsQuery) -> Fut + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    let about: Vec<String> = query
        .pairs()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = query.clone();
    let part = format!("{part}/{}", about.join("&"));
    Ask::new(topic, &part, move |api| fetch(api, query.clone())).fleeting()
}

/// Today in a zone; in UTC where the browser does not know the zone.
#[must_use]
pub fn today_in(zone: &str) -> Date {
    let millis = now().wall.as_millis();
    day_in(zone, millis)
        .or_else(|| day_in("UTC", millis))
        .and_then(|text| day(&text))
        .unwrap_or(Date::MIN)
}

/// The report of some days, by the clock where the person is; of the whole account, or of a website.
#[must_use]
pub fn of_preset(preset: Preset, website: Option<WebsiteId>) -> AnalyticsQuery {
    let zone = own_time_zone();
    let asked = Asked {
        range: Range::Preset(preset),
        website,
        ..Asked::default()
    };
    asked.query(today_in(&zone), &zone)
}

/// Every figure of a range and of the one before.
#[must_use]
pub fn figures(query: &AnalyticsQuery) -> Ask<Overview> {
    report("figures", query, |api, query| async move {
        api.analytics_overview(&query).await
    })
    .placed(|overview| Some(overview.as_of.clone()))
}

/// One metric by time; split by `by`, where it adds up.
#[must_use]
pub fn series(
    query: &AnalyticsQuery,
    metric: Metric,
    interval: Interval,
    by: Option<Dimension>,
) -> Ask<Series> {
    let split = by.map_or_else(String::new, |by| by.to_string());
    let part = format!("series/{metric}/{interval}/{split}");
    report(&part, query, move |api, query| async move {
        api.analytics_series(&query, metric, interval, by).await
    })
    .placed(|series| Some(series.as_of.clone()))
}

/// One metric by day, as a trend. Years of facts are read for it: it is not asked for anew whenever something is counted.
#[must_use]
pub fn trend(query: &AnalyticsQuery, metric: Metric) -> Ask<Series> {
    let part = metric.to_string();
    about(topic::TRENDS, &part, query, move |api, query| async move {
        api.analytics_series(&query, metric, Interval::Day, None).await
    })
    .placed(|series| Some(series.as_of.clone()))
}

/// How the durations of a metric are distributed.
#[must_use]
pub fn histogram(query: &AnalyticsQuery, metric: Metric) -> Ask<Histogram> {
    report(
        &format!("histogram/{metric}"),
        query,
        move |api, query| async move { api.analytics_histogram(&query, metric).await },
    )
    .placed(|histogram| Some(histogram.as_of.clone()))
}

/// One metric by hour of the week.
#[must_use]
pub fn heatmap(query: &AnalyticsQuery, metric: Metric) -> Ask<Heatmap> {
    report(
        &format!("heatmap/{metric}"),
        query,
        move |api, query| async move { api.analytics_heatmap(&query, metric).await },
    )
    .placed(|heatmap| Some(heatmap.as_of.clone()))
}

/// A table of figures.
#[must_use]
pub fn breakdown(query: &AnalyticsQuery, by: Dimension) -> Ask<Breakdown> {
    report(&format!("breakdown/{by}"), query, move |api, query| async move {
        api.analytics_breakdown(&query, by).await
    })
    .placed(|breakdown| Some(breakdown.as_of.clone()))
}

/// One page of what stands behind a number.
#[must_use]
pub fn behind(query: &AnalyticsQuery, behind: Behind, cursor: Option<String>) -> Ask<AnalyticsRows> {
    let part = format!("behind/{behind:?}/{}", cursor.as_deref().unwrap_or_default());
    report(&part, query, move |api, query| {
        let cursor = cursor.clone();
        async move { api.analytics_rows(&query, behind, cursor).await }
    })
    .placed(|rows| Some(rows.as_of.clone()))
}
