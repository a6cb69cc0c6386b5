//! Which scope a call needs. What is not named here no token reaches: sign-in, the team, tokens, webhooks, the audit log, personal
//! things such as views, a website's identity secret, and the socket, which belongs to people.

use axum::http::Method;
use switchboard_contract::tokens::ApiScope;

use ApiScope::{
    AnalyticsRead, ConversationsRead, ConversationsWrite, VisitorsRead, VisitorsWrite, WebsitesRead,
    WebsitesWrite,
};

/// Method, path as it is routed, and the scope.
const TABLE: &[(&str, &str, ApiScope)] = &[
    ("GET", "/api/live-chat/conversations", ConversationsRead),
    ("GET", "/api/live-chat/conversations/{id}", ConversationsRead),
    (
        "GET",
        "/api/live-chat/conversations/{id}/messages",
        ConversationsRead,
    ),
    (
        "GET",
        "/api/live-chat/conversations/{id}/transcript",
        ConversationsRead,
    ),
    ("GET", "/api/live-chat/attachments/{id}", ConversationsRead),
    ("GET", "/api/live-chat/labels", ConversationsRead),
    ("GET", "/api/live-chat/labels/{id}/contents", ConversationsRead),
    ("GET", "/api/live-chat/canned-replies", ConversationsRead),
    ("POST", "/api/live-chat/conversations", ConversationsWrite),
    ("PATCH", "/api/live-chat/conversations", ConversationsWrite),
    ("DELETE", "/api/live-chat/conversations/{id}", ConversationsWrite),
    (
        "POST",
        "/api/live-chat/conversations/{id}/read",
        ConversationsWrite,
    ),
    (
        "POST",
        "/api/live-chat/conversations/{id}/transcript/mail",
        ConversationsWrite,
    ),
    ("POST", "/api/live-chat/messages", ConversationsWrite),
    ("DELETE", "/api/live-chat/messages/{id}", ConversationsWrite),
    ("POST", "/api/live-chat/attachments", ConversationsWrite),
    ("POST", "/api/live-chat/labels", ConversationsWrite),
    ("PATCH", "/api/live-chat/labels/{id}", ConversationsWrite),
    ("DELETE", "/api/live-chat/labels/{id}", ConversationsWrite),
    ("POST", "/api/live-chat/canned-replies", ConversationsWrite),
    ("PATCH", "/api/live-chat/canned-replies/{id}", ConversationsWrite),
    ("DELETE", "/api/live-chat/canned-replies/{id}", ConversationsWrite),
    ("GET", "/api/visitors", VisitorsRead),
    ("GET", "/api/visitors/{id}", VisitorsRead),
    ("GET", "/api/visitors/{id}/export", VisitorsRead),
    ("PATCH", "/api/visitors/{id}", VisitorsWrite),
    ("DELETE", "/api/visitors/{id}", VisitorsWrite),
    ("POST", "/api/visitors/{id}/block", VisitorsWrite),
    ("POST", "/api/visitors/{id}/notes", VisitorsWrite),
    ("PATCH", "/api/visitors/{id}/notes/{noteId}", VisitorsWrite),
    ("DELETE", "/api/visitors/{id}/notes/{noteId}", VisitorsWrite),
    ("GET", "/api/websites", WebsitesRead),
    ("GET", "/api/websites/{id}", WebsitesRead),
    ("GET", "/api/websites/{id}/contents", WebsitesRead),
    ("GET", "/api/websites/{id}/status", WebsitesRead),
    ("GET", "/api/websites/{id}/widget", WebsitesRead),
    ("GET", "/api/websites/{id}/widget/history", WebsitesRead),
    ("GET", "/api/websites/{id}/funnels", WebsitesRead),
    ("POST", "/api/websites", WebsitesWrite),
    ("PATCH", "/api/websites/{id}", WebsitesWrite),
    ("DELETE", "/api/websites/{id}", WebsitesWrite),
    ("POST", "/api/websites/{id}/restore", WebsitesWrite),
    ("POST", "/api/websites/{id}/check-install", WebsitesWrite),
    ("PUT", "/api/websites/{id}/widget", WebsitesWrite),
    ("POST", "/api/websites/{id}/widget/publish", WebsitesWrite),
    ("POST", "/api/websites/{id}/widget/restore", WebsitesWrite),
    ("POST", "/api/websites/{id}/funnels", WebsitesWrite),
    ("PATCH", "/api/websites/{id}/funnels/{funnelId}", WebsitesWrite),
    ("DELETE", "/api/websites/{id}/funnels/{funnelId}", WebsitesWrite),
    ("GET", "/api/analytics/overview", AnalyticsRead),
    ("GET", "/api/analytics/series", AnalyticsRead),
    ("GET", "/api/analytics/heatmap", AnalyticsRead),
    ("GET", "/api/analytics/histogram", AnalyticsRead),
    ("GET", "/api/analytics/breakdown", AnalyticsRead),
    ("GET", "/api/analytics/conversations", AnalyticsRead),
    ("GET", "/api/analytics/export.csv", AnalyticsRead),
];

/// The scope that a call needs; none where no token reaches.
#[must_use]
pub fn scope_of(method: &Method, path: &str) -> Option<ApiScope> {
    TABLE
        .iter()
        .find(|(known, route, _)| *known == method.as_str() && *route == path)
        .map(|(_, _, scope)| *scope)
}
