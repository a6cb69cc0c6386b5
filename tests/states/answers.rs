//! What the API answers in the table, and besides it.

use serde_json::{Value, json};

use crate::support::inbox::{ID, as_of, conversation, conversation_id, visitor_details};
use crate::support::{Answer, Seen};

fn page_of(items: &[Value]) -> Value {
    json!({"items": items, "hasMore": false, "asOf": as_of()})
}

pub fn no_page() -> Value {
    page_of(&[])
}

pub fn audit() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    page_of(&[
        json!({
            "id": conversation_id(7), "at": at, "kind": "label.created", "place": "203.0.113.9",
            "subject": {"id": ID, "name": "Bug"},
        }),
        json!({
            "id": ID, "at": at, "kind": "member.changed", "memberId": ID, "memberName": "Mira Holt",
            "device": "Firefox 145, Android", "place": "PT", "subject": {"id": ID, "name": "Ben Ode"},
            "changes": [{"field": "role", "before": "agent", "after": "admin"}, {"field": "websites"}],
        }),
    ])
}

pub fn tokens() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [
        {
            "id": ID, "name": "Reporting", "hint": "x7Kq", "scopes": ["analytics:read", "websites:read"], "memberId": ID,
            "memberName": "Mira Holt", "createdAt": at, "lastUsedAt": at,
        },
        {
            "id": conversation_id(7), "name": "Till", "hint": "aa0_", "scopes": ["conversations:write"], "memberId": ID,
            "memberName": "Mira Holt", "createdAt": at, "expiresAt": "2020-01-01T00:00:00.000Z",
        },
    ]})
}

pub fn webhooks() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [
        {
            "id": ID, "url": "https://hooks.example/in", "events": ["message.created"], "state": "active", "createdAt": at, "version": 1,
        },
        {
            "id": conversation_id(7), "url": "https://hooks.example/off", "events": ["conversation.created"], "state": "disabled",
            "createdAt": at, "version": 2,
        },
    ]})
}

pub fn no_items() -> Value {
    json!({"items": []})
}

pub fn conversations() -> Value {
    page_of(&[
        conversation(2, "Second Visitor", "about boots"),
        conversation(1, "First Visitor", "about stoves"),
    ])
}

pub fn thread() -> Value {
    let item = json!({
        "id": ID, "conversationId": conversation_id(3), "seq": 1, "type": "user", "content": "Is it there?",
        "createdAt": "2026-11-22T09:30:00.000Z",
    });
    json!({"items": [item], "hasMoreBefore": false, "hasMoreAfter": false, "asOf": as_of()})
}

pub fn visitors() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    page_of(&[json!({
        "id": ID, "name": "First Visitor", "browser": "Firefox 145", "os": "Android", "device": "phone",
        "firstSeenAt": at, "lastSeenAt": at, "pageTitle": "Stoves",
    })])
}

fn numbered(items: &[Value]) -> Value {
    json!({"items": items, "page": 1, "pageSize": 25, "total": items.len()})
}

pub fn no_websites() -> Value {
    numbered(&[])
}

pub fn website() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({
        "id": ID, "name": "Shop", "domain": "shop.example", "allowedOrigins": ["https://shop.example"], "timezone": "Europe/London",
        "autoCloseAfter": null, "archiveAfter": null, "deleteAfter": null, "publicKey": "k",
        "status": {"state": "online", "lastSeenAt": at}, "conversationsToday": 3, "createdAt": at, "updatedAt": at, "version": 1,
    })
}

pub fn websites() -> Value {
    numbered(&[website()])
}

/// The second of three pages.
pub fn websites_in_the_middle() -> Value {
    json!({"items": [website()], "page": 2, "pageSize": 25, "total": 51})
}

fn history_of(changes: &[Value]) -> Value {
    json!({"status": {"state": "online", "lastSeenAt": "2026-11-22T09:30:00.000Z"}, "history": changes})
}

pub fn no_history() -> Value {
    history_of(&[])
}

pub fn history() -> Value {
    history_of(&[json!({"at": "2026-11-22T09:30:00.000Z", "state": "online"})])
}

fn widget_config(version: u64) -> Value {
    json!({"theme": {"accent": "#3158cf", "accentText": "#ffffff"}, "greeting": "Hello", "version": version})
}

pub fn widget() -> Value {
    json!({"websiteId": ID, "draft": widget_config(2), "published": widget_config(2), "version": 1})
}

fn publications(items: &[Value]) -> Value {
    json!({"items": items})
}

pub fn no_publications() -> Value {
    publications(&[])
}

pub fn some_publications() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    publications(&[
        json!({"at": at, "by": "Example Person", "config": widget_config(2)}),
        json!({"at": at, "config": widget_config(1)}),
    ])
}

pub fn funnels() -> Value {
    json!({"items": [{
        "id": ID, "websiteId": ID, "name": "Website chat", "isDefault": true, "pages": [], "place": 0, "version": 1,
    }]})
}

pub fn members() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [{
        "id": ID, "name": "Example Person", "email": "person@example.com", "role": "owner", "status": "active",
        "createdAt": at, "version": 1,
    }]})
}

pub fn sessions() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [{
        "id": ID, "device": "Firefox 145, Android", "createdAt": at, "lastUsedAt": at, "expiresAt": at, "current": false,
    }]})
}

pub fn none_of_account() -> Value {
    json!({"items": [], "asOf": as_of()})
}

pub fn canned_replies() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [{
        "id": ID, "shortcut": "hello", "title": "Greeting", "content": "Hello {{visitor.firstName|there}}", "scope": "shared",
        "authorId": ID, "createdAt": at, "updatedAt": at, "version": 1,
    }], "asOf": as_of()})
}

pub fn labels() -> Value {
    let at = "2026-11-22T09:30:00.000Z";
    json!({"items": [{
        "id": ID, "name": "Refund", "colour": "red", "createdAt": at, "updatedAt": at, "version": 1,
    }], "asOf": as_of()})
}

/// What the shell and pages ask for besides their panels.
pub fn otherwise(seen: &Seen, role: &str) -> Answer {
    let person = json!({
        "id": ID, "accountId": ID, "accountName": "Example", "name": "Example Person", "email": "person@example.com",
        "role": role,
    });
    match seen.path.as_str() {
        "/api/auth/refresh" => Answer::Json(
            200,
            json!({"accessToken": "t", "expiresInMs": 600_000, "user": person}),
        ),
        "/api/auth/me" => Answer::Json(200, person),
        "/api/live-chat/canned-replies" => Answer::Json(200, json!({"items": [], "asOf": as_of()})),
        "/api/live-chat/labels" => Answer::Json(200, json!({"items": [], "asOf": as_of()})),
        "/api/team/members" => Answer::Json(200, members()),
        "/api/analytics/overview" => Answer::Json(200, figures()),
        "/api/analytics/series" => Answer::Json(200, series()),
        "/api/analytics/heatmap" => Answer::Json(200, hours()),
        "/api/analytics/histogram" => Answer::Json(200, steps()),
        "/api/analytics/breakdown" => Answer::Json(200, breakdown()),
        "/api/websites" => Answer::Json(200, websites()),
        "/api/live-chat/conversations" => Answer::Json(200, conversations()),
        path if path == format!("/api/visitors/{ID}") => Answer::Json(200, visitor_details("Third Visitor")),
        // Nothing is kept live here.
        _ => Answer::Silence,
    }
}

fn overview_of(conversations: u64) -> Value {
    let period = json!({"from": "2026-11-22T00:00:00.000Z", "until": "2026-11-23T00:00:00.000Z"});
    json!({
        "current": {"conversations": conversations, "visitors": conversations}, "previous": {"conversations": 5},
        "period": period, "previousPeriod": period, "rightNow": {"open": 1, "waiting": 0, "visitors": 1}, "asOf": as_of(),
    })
}

pub fn figures() -> Value {
    overview_of(7)
}

pub fn no_figures() -> Value {
    overview_of(0)
}

pub fn series() -> Value {
    let point = json!({"at": "2026-11-22T00:00:00.000Z", "until": "2026-11-23T00:00:00.000Z", "value": 7});
    json!({"metric": "conversations", "points": [point], "asOf": as_of()})
}

pub fn hours() -> Value {
    let cells: Vec<Value> = (0..168)
        .map(|hour| json!({"weekday": hour / 24 + 1, "hour": hour % 24, "value": hour % 5}))
        .collect();
    json!({"metric": "conversations", "cells": cells, "asOf": as_of()})
}

pub fn steps() -> Value {
    let steps = [
        json!({"least": 0, "below": 60, "count": 5}),
        json!({"least": 60, "count": 2}),
    ];
    json!({"metric": "firstResponseSeconds", "steps": steps, "asOf": as_of()})
}

pub fn no_rows() -> Value {
    json!({"rows": [], "asOf": as_of()})
}

pub fn breakdown() -> Value {
    json!({"rows": [{"key": ID, "name": "Ana Costa", "figures": {"conversations": 7}}], "asOf": as_of()})
}
