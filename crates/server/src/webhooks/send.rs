//! One request of a webhook: where it may go, how it is signed, and what is told of the answer.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Request, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use sha2::Sha256;
use switchboard_contract::ids::WebhookId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::webhooks::{EVENT_HEADER, SIGNATURE_HEADER, WebhookPayload};
use tokio::time::timeout;
use url::Url;

use crate::auth::keys::{self, Keys, Purpose};
use crate::config::Config;
use crate::http::outbound::{self, Reach, Unreached};
use crate::problem::ApiResult;

/// The whole call takes at most this long: whoever has more to do answers first and does it then.
const WHOLE: Duration = Duration::from_secs(10);
/// What is read of an answer, in bytes.
const READ_BYTES: usize = 4_096;
/// What is kept of it, in characters.
const KEPT_CHARS: usize = 300;
/// A word of letters and digits that is this long may be a secret.
const SECRET_CHARS: usize = 20;
const USER_AGENT: &str = "Switchboard-Webhooks/1";

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The answer's status; none where nothing answered.
    pub status: Option<u16>,
    /// The beginning of the answer, redacted, or why there was none.
    pub answer: String,
    /// In milliseconds.
    pub took_ms: u64,
}

impl Tried {
    /// Whether the other server took it.
    pub fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What a webhook signs with: derived, and stored nowhere.
pub fn secret(keys: &Keys, id: WebhookId) -> String {
    let mac = keys.mac(Purpose::Webhook, &[id.as_uuid().as_bytes()]);
    format!("whsec_{}", keys::encode(&mac))
}

/// The value of the header `Switchboard-Signature`.
pub fn signature(secret: &str, at: Timestamp, body: &str) -> String {
    let seconds = at.as_millis().div_euclid(1_000);
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes keys of every length")
    };
    mac.update(format!("{seconds}.{body}").as_bytes());
    let digest: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={seconds},v1={digest}")
}

/// How far webhooks of this server reach.
pub const fn reach(config: &Config) -> Reach {
    if config.webhooks_anywhere {
        Reach::Anything
    } else {
        Reach::PublicHttps
    }
}

/// Sends one event, once. Redirections are not followed: they are answers that do not take it.
///
/// # Errors
/// When the payload cannot be written.
pub async fn send(
    url: &str,
    reach: Reach,
    secret: &str,
    payload: &WebhookPayload,
    now: Timestamp,
) -> ApiResult<Tried> {
    let body = serde_json::to_string(payload)?;
    let begun = Instant::now();
    let answered = match Url::parse(url) {
        Ok(url) => {
            let request = Request::post("/")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::USER_AGENT, USER_AGENT)
                .header(EVENT_HEADER, payload.id.to_string())
                .header(SIGNATURE_HEADER, signature(secret, now, &body))
                .body(Full::new(Bytes::from(body)))
                .map_err(crate::problem::ApiError::internal)?;
            let call = async {
                match outbound::ask(&url, reach, request, WHOLE).await {
                    Ok(answer) => {
                        let status = answer.status().as_u16();
                        (Some(status), beginning(answer.into_body()).await)
                    }
                    Err(why) => (None, why_not(why).to_owned()),
                }
            };
            timeout(WHOLE, call)
                .await
                .unwrap_or_else(|_| (None, "It did not answer within 10 seconds.".to_owned()))
        }
        Err(_) => (None, why_not(Unreached::OutOfReach).to_owned()),
    };
    Ok(Tried {
        status: answered.0,
        answer: answered.1,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

const fn why_not(why: Unreached) -> &'static str {
    match why {
        Unreached::OutOfReach => {
            "This server does not send webhooks there: only to public addresses, by https."
        }
        Unreached::UnknownName => "No server is known by this name.",
        Unreached::Silent => "Nothing answers there.",
        Unreached::Untrusted => "Its certificate is not one that browsers trust.",
        Unreached::NotHttp => "It did not answer as a web server does.",
    }
}

async fn beginning(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < READ_BYTES {
        match body.frame().await {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    bytes.extend_from_slice(&data);
                }
            }
            Some(Err(_)) | None => break,
        }
    }
    bytes.truncate(READ_BYTES);
    redacted(&String::from_utf8_lossy(&bytes))
}

/// The beginning of a text in one line, without what looks like a secret or an address.
fn redacted(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let clean: Vec<String> = words.filter(|word| !word.is_empty()).map(word).collect();
    clean.join(" ").chars().take(KEPT_CHARS).collect()
}

fn word(word: &str) -> String {
    if word.contains('@') {
        return "…".to_owned();
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '.');
    let mut clean = String::new();
    let mut run = String::new();
    let put = |clean: &mut String, run: &mut String| {
        if run.chars().count() >= SECRET_CHARS {
            clean.push('…');
        } else {
            clean.push_str(run);
        }
        run.clear();
    };
    for c in word.chars() {
        if is_part(c) {
            run.push(c);
        } else {
            put(&mut clean, &mut run);
            clean.push(c);
        }
    }
    put(&mut clean, &mut run);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_guide_says() {
        let at = Timestamp::from_millis(1_700_000_000_999);
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        assert_eq!(
            signature("whsec_test", at, r#"{"a":1}"#),
            "t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789"
        );
    }

    #[test]
    fn an_answer_is_kept_short_and_without_secrets() {
        assert_eq!(redacted("OK\n"), "OK");
        assert_eq!(
            redacted(
                "{\"error\": \"no such key sk_live_0123456789abcdefgh\",\n \"for\": \"mira@shop.example\"}"
            ),
            "{\"error\": \"no such key …\", \"for\": …"
        );
        assert_eq!(redacted(&"ab ".repeat(500)).chars().count(), KEPT_CHARS);
    }
}
