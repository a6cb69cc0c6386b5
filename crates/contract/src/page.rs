//! Lists.

use serde::{Deserialize, Serialize};

use crate::position::Position;

/// Most items that one page may hold.
pub const MAX_LIMIT: u32 = 200;
/// Most ids in a list of a request.
pub const MAX_IDS: usize = 200;
/// Items a page holds unless `limit` says otherwise.
pub const DEFAULT_LIMIT: u32 = 50;

/// One page of a cursor list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CursorPage<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[serde(default)]
    pub has_more: bool,
    /// The log position that every item reflects.
    pub as_of: Position,
}

/// One page of a numbered list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberedPage<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// This page's number, from 1.
    pub page: u32,
    /// Items a page.
    pub page_size: u32,
    /// Items in all pages.
    pub total: u64,
}
