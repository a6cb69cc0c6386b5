//! What websites, operators and labels are called.

use switchboard_contract::analytics::{BreakdownRow, Dimension};
use switchboard_contract::auth::{Member, MemberList};
use switchboard_contract::ids::{MemberId, WebsiteId};
use switchboard_contract::live_chat::{Label, LabelList};
use switchboard_contract::page::{MAX_LIMIT, NumberedPage};
use switchboard_contract::website::Website;
use yew::prelude::*;

use crate::i18n::{country_name, t};
use crate::query::{Query, asks, use_query};

/// What there is to narrow a report to.
#[derive(Clone, PartialEq)]
pub struct Names {
    /// The websites.
    pub websites: Query<NumberedPage<Website>>,
    /// The team.
    pub members: Query<MemberList>,
    /// The labels.
    pub labels: Query<LabelList>,
}

/// Asks for it.
#[hook]
pub fn use_names() -> Names {
    Names {
        websites: use_query(asks::websites(1, MAX_LIMIT)),
        members: use_query(asks::members()),
        labels: use_query(asks::labels()),
    }
}

impl Names {
    /// The websites there are.
    pub fn websites(&self) -> &[Website] {
        self.websites.data.as_ref().map_or(&[], |data| &data.value.items)
    }

    /// The members there are.
    pub fn members(&self) -> &[Member] {
        self.members.data.as_ref().map_or(&[], |data| &data.value.items)
    }

    /// The labels there are.
    pub fn labels(&self) -> &[Label] {
        self.labels.data.as_ref().map_or(&[], |data| &data.value.items)
    }

    /// A website's name; that it is gone, where it is. Empty while that is not known.
    pub fn website(&self, id: WebsiteId) -> AttrValue {
        if self.websites.data.is_none() {
            return AttrValue::default();
        }
        let found = self.websites().iter().find(|website| website.id == id);
        found.map_or_else(
            || t("reports.deleted_website"),
            |website| website.name.clone().into(),
        )
    }

    /// A member's name; that they are gone, where they are. Empty while that is not known.
    pub fn member(&self, id: Option<MemberId>) -> AttrValue {
        let Some(id) = id else {
            return t("reports.nobody");
        };
        if self.members.data.is_none() {
            return AttrValue::default();
        }
        let found = self.members().iter().find(|member| member.id == id);
        found.map_or_else(|| t("reports.former_member"), |member| member.name.clone().into())
    }
}

/// What a row of a table is called.
pub fn row_name(by: Dimension, row: &BreakdownRow) -> AttrValue {
    key_name(by, row.key.as_deref(), row.name.as_deref())
}

/// What something is called that figures are told of by its key and, where it has one, its name.
pub fn key_name(by: Dimension, key: Option<&str>, name: Option<&str>) -> AttrValue {
    match (by, key, name) {
        (_, _, Some(name)) => AttrValue::from(name.to_owned()),
        (Dimension::Agent, None, _) => t("reports.nobody"),
        (Dimension::Label, None, _) => t("reports.no_label"),
        (Dimension::Country, Some(code), None) => country_name(code).into(),
        (Dimension::Page, Some(page), None) => AttrValue::from(page.to_owned()),
        (Dimension::Device, Some(device), None) => match device {
            "phone" => t("reports.device_phone"),
            "tablet" => t("reports.device_tablet"),
            "desktop" => t("reports.device_desktop"),
            _ => AttrValue::from(device.to_owned()),
        },
        (_, None, None) => t("reports.not_told"),
        (_, Some(_), None) => t("reports.deleted"),
    }
}
