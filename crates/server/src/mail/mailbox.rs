//! `/dev/mailbox`: the queue as a developer reads it, newest first. Demo mode, asked from this machine.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::{Mail, delivery};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Letters on a page.
const SHOWN: i64 = 100;

/// The route of demo mode.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/dev/mailbox", get(show))
}

/// A letter as tests read it.
#[derive(Serialize)]
struct Shown {
    to: String,
    subject: String,
    text: String,
    links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if !peer.ip().is_loopback() {
        return Err(ApiError::not_found("page"));
    }
    let mails = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                sqlx::query(
                    "SELECT id, recipient, subject, body, links, html, created_at, attempts FROM mails \
                     WHERE due_at IS NOT NULL ORDER BY id DESC LIMIT $1",
                )
                .bind(SHOWN)
                .fetch_all(tx.conn())
                .await?
                .iter()
                .map(|row| Ok(delivery::read(row)?.mail))
                .collect::<ApiResult<Vec<Mail>>>()
            })
        })
        .await?;
    let as_json = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    Ok(if as_json {
        Json(mails.into_iter().map(Shown::from).collect::<Vec<_>>()).into_response()
    } else {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        (headers, page(&mails)).into_response()
    })
}

impl From<Mail> for Shown {
    fn from(mail: Mail) -> Self {
        Self {
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
            links: mail.links,
            html: mail.html,
        }
    }
}

fn page(mails: &[Mail]) -> String {
    let letters: String = if mails.is_empty() {
        "<p>Nothing was sent yet. Register, reset a password or invite somebody.</p>".to_owned()
    } else {
        mails.iter().map(letter).collect()
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Mailbox</title><style>body{{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}}\
         article{{border:1px solid #8886;border-radius:8px;padding:0 1rem;margin:1rem 0}}\
         pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}}:root{{color-scheme:light dark}}</style>\
         <h1>Mailbox</h1><p>Mail that this server would have sent, newest first.</p>{letters}</html>"
    )
}

fn letter(mail: &Mail) -> String {
    let text: Vec<String> = mail
        .text
        .lines()
        .map(|line| {
            let shown = escape(line);
            if mail.links.iter().any(|link| link == line) {
                format!("<a href=\"{shown}\">{shown}</a>")
            } else {
                shown
            }
        })
        .collect();
    format!(
        "<article><h2>{}</h2><p>To {}</p><pre>{}</pre></article>",
        escape(&mail.subject),
        escape(&mail.to),
        text.join("\n")
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_text_and_only_their_links_become_links() {
        let mail = Mail {
            to: "<b>jane@x</b>".to_owned(),
            subject: "\"Hello\"".to_owned(),
            text: "<script>alert(1)</script>\nhttps://chat.example.com/a?b=1&c=2\nhttps://evil.example\n"
                .to_owned(),
            links: vec!["https://chat.example.com/a?b=1&c=2".to_owned()],
            html: None,
        };
        let page = page(&[mail]);
        assert!(!page.contains("<script") && !page.contains("<b>jane"), "{page}");
        assert!(
            page.contains("<a href=\"https://chat.example.com/a?b=1&amp;c=2\">"),
            "{page}"
        );
        assert!(!page.contains("href=\"https://evil"), "{page}");
    }
}
