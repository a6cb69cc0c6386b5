//! What is asked of websites and funnels, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::{Assignment, BusinessHours, Funnel, WebsiteState, WebsiteStatus, hours, rules};
use crate::decode::nullable;
use crate::ids::{FunnelId, WebsiteId};
use crate::problem::FieldErrors;
use crate::time::Timestamp;
use crate::validate::{Checks, Violation};

/// `POST /api/websites`. The same again gives the first result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWebsite {
    /// Chosen by the sender.
    pub id: WebsiteId,
    /// Its name for people.
    pub name: String,
    /// Its host name, in any script; unlike any other of the account.
    pub domain: String,
    /// IANA time zone.
    pub timezone: String,
    /// Origins that may load the widget; without any, `https://` and the domain, with and without `www.`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// When people are there; null = always.
    #[serde(default)]
    pub business_hours: Option<BusinessHours>,
    /// Seconds without activity until a conversation closes; null = never.
    #[serde(default)]
    pub auto_close_after: Option<u32>,
    /// Seconds from closed to archived; null = never.
    #[serde(default)]
    pub archive_after: Option<u32>,
    /// Seconds from archived to deleted; null = never.
    #[serde(default)]
    pub delete_after: Option<u32>,
}

impl CreateWebsite {
    /// Every rule.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let origins = match self.allowed_origins.as_slice() {
            [] => Ok(()),
            some => rules::origins(some.iter().map(String::as_str)),
        };
        Checks::default()
            .field("name", rules::name(&self.name))
            .field("domain", rules::domain(&self.domain))
            .field("timezone", rules::timezone(&self.timezone))
            .field("allowedOrigins", origins)
            .field("businessHours", check_hours(self.business_hours.as_ref()))
            .field("autoCloseAfter", rules::window(self.auto_close_after))
            .field("archiveAfter", rules::window(self.archive_after))
            .field("deleteAfter", rules::window(self.delete_after))
            .finish()
    }
}

/// `PATCH /api/websites/{id}`; what is absent stays. For the business hours and the windows null is a value: always, never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateWebsite {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Another time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Other origins: these and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    /// Other business hours.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BusinessHours>))]
    pub business_hours: Option<Option<BusinessHours>>,
    /// Another window until a conversation closes.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub auto_close_after: Option<Option<u32>>,
    /// Another window from closed to archived.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub archive_after: Option<Option<u32>>,
    /// Another window from archived to deleted.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub delete_after: Option<Option<u32>>,
    /// Another way to hand out conversations, mode and cap at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
}

impl UpdateWebsite {
    /// The rules of what is there.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let origins = self.allowed_origins.as_ref();
        let hours = self.business_hours.as_ref().and_then(Option::as_ref);
        Checks::default()
            .field("name", self.name.as_deref().map_or(Ok(()), rules::name))
            .field("domain", self.domain.as_deref().map_or(Ok(()), rules::domain))
            .field(
                "timezone",
                self.timezone.as_deref().map_or(Ok(()), rules::timezone),
            )
            .field(
                "allowedOrigins",
                origins.map_or(Ok(()), |all| rules::origins(all.iter().map(String::as_str))),
            )
            .field("businessHours", check_hours(hours))
            .field("autoCloseAfter", rules::window(self.auto_close_after.flatten()))
            .field("archiveAfter", rules::window(self.archive_after.flatten()))
            .field("deleteAfter", rules::window(self.delete_after.flatten()))
            .field("assignment", self.assignment.map_or(Ok(()), Assignment::check))
            .finish()
    }
}

fn check_hours(hours: Option<&BusinessHours>) -> Result<(), Violation> {
    hours.map_or(Ok(()), hours::business_hours)
}

/// `GET /api/websites/{id}/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebsiteStatusHistory {
    /// As it is now.
    pub status: WebsiteStatus,
    /// How it came to that, the newest first; at most [`MAX_STATUS_CHANGES`].
    pub history: Vec<WebsiteStatusChange>,
}

/// Most changes in a [`WebsiteStatusHistory`].
pub const MAX_STATUS_CHANGES: u32 = 100;

/// A website came into a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebsiteStatusChange {
    /// When.
    pub at: Timestamp,
    /// The state.
    pub state: WebsiteState,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `GET /api/websites/{id}/contents`: what deleting the website takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebsiteContents {
    /// Conversations, archived ones included.
    pub conversations: u64,
    /// People who were there.
    pub visitors: u64,
    /// Funnels, the default one included.
    pub funnels: u64,
}

/// `GET /api/websites/{id}/funnels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelList {
    /// All of the website's, in the order in which they are tried; the default one last.
    pub items: Vec<Funnel>,
}

/// `POST /api/websites/{id}/funnels`. The same again gives the first result. It is tried after those that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateFunnel {
    /// Chosen by the sender.
    pub id: FunnelId,
    /// Its name for people; unlike any other of the website, whatever the case.
    pub name: String,
    /// Which pages it covers.
    #[serde(default)]
    pub pages: Vec<String>,
    /// What it says first, in place of the website's own greeting.
    #[serde(default)]
    pub greeting: Option<String>,
}

impl CreateFunnel {
    /// Every rule.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        Checks::default()
            .field("name", rules::name(&self.name))
            .field("pages", rules::page_rules(self.pages.iter().map(String::as_str)))
            .field(
                "greeting",
                self.greeting.as_deref().map_or(Ok(()), rules::greeting),
            )
            .finish()
    }
}

/// `PATCH /api/websites/{id}/funnels/{funnelId}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateFunnel {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other pages; the default funnel has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<Vec<String>>,
    /// Another greeting; null for the website's own.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub greeting: Option<Option<String>>,
    /// Another place in the order, from 0; the default funnel has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
}

impl UpdateFunnel {
    /// The rules of what is there.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let pages = self.pages.as_ref();
        let greeting = self.greeting.as_ref().and_then(Option::as_deref);
        Checks::default()
            .field("name", self.name.as_deref().map_or(Ok(()), rules::name))
            .field(
                "pages",
                pages.map_or(Ok(()), |all| rules::page_rules(all.iter().map(String::as_str))),
            )
            .field("greeting", greeting.map_or(Ok(()), rules::greeting))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn website(json: &str) -> CreateWebsite {
        let base = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"Shop","domain":"shop.example","timezone":"UTC""#;
        serde_json::from_str(&format!("{base}{json}}}")).expect("reads")
    }

    #[test]
    fn a_website_needs_little() {
        assert_eq!(website("").check(), Ok(()));
        let wrong = website(
            r#","allowedOrigins":["shop.example"],"autoCloseAfter":0,"businessHours":{"openings":[{"day":"monday","from":"9","until":"17:00"}]}"#,
        );
        let fields = wrong.check().expect_err("three rules");
        assert_eq!(
            fields.keys().collect::<Vec<_>>(),
            ["allowedOrigins", "autoCloseAfter", "businessHours"]
        );
    }

    #[test]
    fn null_is_a_value_of_a_window() {
        let read = |json: &str| serde_json::from_str::<UpdateWebsite>(json).expect("reads");
        assert_eq!(read("{}"), UpdateWebsite::default());
        assert_eq!(read(r#"{"deleteAfter":null}"#).delete_after, Some(None));
        assert_eq!(read(r#"{"deleteAfter":5}"#).delete_after, Some(Some(5)));
        let json = serde_json::to_string(&read(r#"{"deleteAfter":null}"#)).expect("writes");
        assert_eq!(json, r#"{"deleteAfter":null}"#);
        assert!(read(r#"{"deleteAfter":0}"#).check().is_err());
    }

    #[test]
    fn a_default_funnel_of_before_still_reads() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let funnel: Funnel = serde_json::from_str(&format!(
            r#"{{"id":"{id}","websiteId":"{id}","name":"Chat","isDefault":true}}"#
        ))
        .expect("reads");
        assert_eq!((funnel.pages.len(), funnel.greeting), (0, None));
    }
}
