//! `/websites`: websites and their funnels.

use switchboard_contract::ids::{FunnelId, WebsiteId};
use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::widget::RestoreWidget;
use switchboard_contract::website::{
    CreateFunnel, CreateWebsite, Funnel, FunnelList, InstallCheck, UpdateFunnel, UpdateWebsite, Website,
    WebsiteContents, WebsiteStatusHistory, WidgetConfig, WidgetDraft, WidgetHistory,
};

use super::{Api, ApiError, Call};

/// Which websites to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebsiteQuery {
    /// The page, from 1.
    pub page: u32,
    /// Websites a page.
    pub page_size: u32,
    /// Part of a name or domain; empty for all.
    pub search: String,
    /// `name`, `domain`, `createdAt` or `status`, with `-` in front for the other way round; empty for by name.
    pub sort: String,
}

impl Api {
    /// `GET /websites`: one numbered page.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn websites(&self, query: &WebsiteQuery) -> Result<NumberedPage<Website>, ApiError> {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let call = Call::get("/websites")
            .query("page", query.page)
            .query("pageSize", query.page_size)
            .query_opt("q", filled(&query.search))
            .query_opt("sort", filled(&query.sort));
        self.call(call).await
    }

    /// `GET /websites/{id}`.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for a website of others.
    pub async fn website(&self, id: WebsiteId) -> Result<Website, ApiError> {
        self.call(Call::get(format!("/websites/{id}"))).await
    }

    /// `POST /websites`: added under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also for a domain that another website has; [`ApiError::Forbidden`] for agents.
    pub async fn create_website(&self, website: &CreateWebsite) -> Result<Website, ApiError> {
        self.call(Call::post("/websites").json(website)?).await
    }

    /// `PATCH /websites/{id}`, only when the website still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the website as it is now, [`ApiError::Forbidden`] for agents, [`ApiError::Validation`].
    pub async fn update_website(
        &self,
        id: WebsiteId,
        change: &UpdateWebsite,
        version: u64,
    ) -> Result<Website, ApiError> {
        let call = Call::patch(format!("/websites/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /websites/{id}`: can be undone by [`Api::restore_website`] for half a minute.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn delete_website(&self, id: WebsiteId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/websites/{id}"))).await
    }

    /// `POST /websites/{id}/restore`.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when it is too late, [`ApiError::Validation`] when its domain has been taken since.
    pub async fn restore_website(&self, id: WebsiteId) -> Result<Website, ApiError> {
        self.call(Call::post(format!("/websites/{id}/restore"))).await
    }

    /// `GET /websites/{id}/contents`: what deleting it takes.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn website_contents(&self, id: WebsiteId) -> Result<WebsiteContents, ApiError> {
        self.call(Call::get(format!("/websites/{id}/contents"))).await
    }

    /// `GET /websites/{id}/status`.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for a website of others.
    pub async fn website_status(&self, id: WebsiteId) -> Result<WebsiteStatusHistory, ApiError> {
        self.call(Call::get(format!("/websites/{id}/status"))).await
    }

    /// `POST /websites/{id}/check-install`: whether its pages have the widget; may take some seconds.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents, [`ApiError::RateLimited`] after many checks in a row.
    pub async fn check_install(&self, id: WebsiteId) -> Result<InstallCheck, ApiError> {
        self.call(Call::post(format!("/websites/{id}/check-install")))
            .await
    }

    /// `GET /websites/{id}/funnels`: all of them, in the order in which they are tried.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for a website of others.
    pub async fn funnels(&self, website: WebsiteId) -> Result<FunnelList, ApiError> {
        self.call(Call::get(format!("/websites/{website}/funnels"))).await
    }

    /// `POST /websites/{id}/funnels`: added under the id that the caller chose.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also for a name that another funnel has; [`ApiError::Forbidden`] for agents.
    pub async fn create_funnel(&self, website: WebsiteId, funnel: &CreateFunnel) -> Result<Funnel, ApiError> {
        let call = Call::post(format!("/websites/{website}/funnels")).json(funnel)?;
        self.call(call).await
    }

    /// `PATCH /websites/{id}/funnels/{id}`, only when the funnel still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the funnel as it is now, [`ApiError::Validation`], [`ApiError::Forbidden`].
    pub async fn update_funnel(
        &self,
        website: WebsiteId,
        id: FunnelId,
        change: &UpdateFunnel,
        version: u64,
    ) -> Result<Funnel, ApiError> {
        let call = Call::patch(format!("/websites/{website}/funnels/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /websites/{id}/funnels/{id}`.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] for the default funnel, [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_funnel(&self, website: WebsiteId, id: FunnelId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/websites/{website}/funnels/{id}")))
            .await
    }

    /// `GET /websites/{id}/widget`: the draft and what is published.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for a website of others.
    pub async fn widget(&self, website: WebsiteId) -> Result<WidgetDraft, ApiError> {
        self.call(Call::get(format!("/websites/{website}/widget"))).await
    }

    /// `PUT /websites/{id}/widget`, only when the draft still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the draft as it is now, [`ApiError::Validation`], [`ApiError::Forbidden`] for agents.
    pub async fn change_widget(
        &self,
        website: WebsiteId,
        config: &WidgetConfig,
        version: u64,
    ) -> Result<WidgetDraft, ApiError> {
        let call = Call::put(format!("/websites/{website}/widget"))
            .if_match(version)
            .json(config)?;
        self.call(call).await
    }

    /// `POST /websites/{id}/widget/publish`, only when the draft still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the draft as it is now, [`ApiError::Forbidden`] for agents.
    pub async fn publish_widget(&self, website: WebsiteId, version: u64) -> Result<WidgetDraft, ApiError> {
        let call = Call::post(format!("/websites/{website}/widget/publish")).if_match(version);
        self.call(call).await
    }

    /// `GET /websites/{id}/widget/history`: what was published, the newest first.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn widget_history(&self, website: WebsiteId) -> Result<WidgetHistory, ApiError> {
        self.call(Call::get(format!("/websites/{website}/widget/history")))
            .await
    }

    /// `POST /websites/{id}/widget/restore`: a publication of before becomes the draft.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the draft as it is now, [`ApiError::NotFound`] for a publication that is no longer kept.
    pub async fn restore_widget(
        &self,
        website: WebsiteId,
        publication: u64,
        version: u64,
    ) -> Result<WidgetDraft, ApiError> {
        let restore = RestoreWidget { version: publication };
        let call = Call::post(format!("/websites/{website}/widget/restore"))
            .if_match(version)
            .json(&restore)?;
        self.call(call).await
    }
}
