//! `config.json`, read once before anything else: one bundle, pointed at any API by the file beside it.

use std::rc::Rc;

use gloo_net::http::Request;
use serde::Deserialize;
use web_sys::RequestCache;

/// The bundle is served from the root of its origin (the CSP forbids a `<base>`), so the path is absolute.
const CONFIG_PATH: &str = "/config.json";

/// What a whole file looks like, for the page that asks for one.
pub const EXAMPLE: &str =
    "{\n  \"apiBaseUrl\": \"/api\",\n  \"realtimeUrl\": null,\n  \"environment\": \"production\"\n}";

/// Where this bundle finds its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The API's address without a slash at its end: a path of this origin (`/api`) or a whole URL.
    pub api_base_url: Rc<str>,
    /// The WebSocket's address; derived from [`Self::api_base_url`] when absent.
    pub realtime_url: Option<Rc<str>>,
    /// Names the installation, such as `staging`.
    pub environment: Option<Rc<str>>,
    /// Whether browsers may keep the program to start without a network; `false` also removes what they have kept.
    pub service_worker: bool,
}

/// The file as it is written. Unknown fields are left to newer bundles.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    api_base_url: String,
    #[serde(default)]
    realtime_url: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default = "wanted")]
    service_worker: bool,
}

const fn wanted() -> bool {
    true
}

/// Why there is no usable configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// No answer at all.
    Unreachable,
    /// The file is not there.
    Missing,
    /// The server answered with this status.
    Refused(u16),
    /// Not the expected JSON; says where.
    Malformed(String),
    /// `apiBaseUrl` or `realtimeUrl` is not an address that can be used.
    BadAddress {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
    },
}

/// Fetches and checks the file.
///
/// # Errors
/// Why it cannot be used; [`crate::pages::ConfigProblem`] puts it in plain words.
pub async fn load() -> Result<Config, ConfigError> {
    let answer = Request::get(CONFIG_PATH)
        .cache(RequestCache::NoCache)
        .send()
        .await
        .map_err(|_| ConfigError::Unreachable)?;
    match answer.status() {
        200..300 => {}
        404 | 410 => return Err(ConfigError::Missing),
        status => return Err(ConfigError::Refused(status)),
    }
    let text = answer.text().await.map_err(|_| ConfigError::Unreachable)?;
    parse(&text)
}

/// Reads and checks the file's text.
///
/// # Errors
/// As [`load`], without the network's.
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    // Static hosts often answer index.html for files that they do not have.
    if text.trim_start().starts_with('<') {
        return Err(ConfigError::Missing);
    }
    let file: File = serde_json::from_str(text).map_err(|error| ConfigError::Malformed(error.to_string()))?;
    let realtime_url = file
        .realtime_url
        .map(|url| address("realtimeUrl", &url, &["ws://", "wss://", "http://", "https://"]))
        .transpose()?;
    Ok(Config {
        api_base_url: address("apiBaseUrl", &file.api_base_url, &["http://", "https://"])?,
        realtime_url,
        environment: file.environment.map(Rc::from),
        service_worker: file.service_worker,
    })
}

fn address(field: &'static str, value: &str, schemes: &[&str]) -> Result<Rc<str>, ConfigError> {
    let trimmed = value.trim().trim_end_matches('/');
    let is_path = value.starts_with('/') && !value.starts_with("//");
    let is_url = schemes
        .iter()
        .any(|scheme| trimmed.strip_prefix(scheme).is_some_and(|host| !host.is_empty()));
    if (is_path || is_url) && !trimmed.contains(|c: char| c.is_whitespace() || c == '\\') {
        Ok(Rc::from(trimmed))
    } else {
        Err(ConfigError::BadAddress {
            field,
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_valid_file() {
        let config = parse(EXAMPLE).expect("reads");
        assert_eq!(&*config.api_base_url, "/api");
        assert_eq!(config.realtime_url, None);
    }

    #[test]
    fn addresses_lose_their_last_slash_and_other_fields_are_ignored() {
        let config = parse(r#"{"apiBaseUrl":"https://api.example.com/api/","later":1}"#).expect("reads");
        assert_eq!(&*config.api_base_url, "https://api.example.com/api");
    }

    #[test]
    fn the_service_worker_is_wanted_unless_the_site_says_otherwise() {
        let wanted = |text: &str| parse(text).expect("reads").service_worker;
        assert!(wanted(EXAMPLE));
        assert!(wanted(r#"{"apiBaseUrl":"/api","serviceWorker":true}"#));
        assert!(!wanted(r#"{"apiBaseUrl":"/api","serviceWorker":false}"#));
    }

    #[test]
    fn each_fault_is_told_apart() {
        assert_eq!(parse("<!doctype html>"), Err(ConfigError::Missing));
        assert!(matches!(parse(""), Err(ConfigError::Malformed(_))));
        assert!(matches!(
            parse(r#"{"apiBaseUrl":3}"#),
            Err(ConfigError::Malformed(_))
        ));
        assert!(matches!(parse("{}"), Err(ConfigError::Malformed(_))));
        for bad in ["api", "//api", "ftp://x", "https://", "https://a b"] {
            let text = serde_json::json!({ "apiBaseUrl": bad }).to_string();
            assert!(
                matches!(
                    parse(&text),
                    Err(ConfigError::BadAddress {
                        field: "apiBaseUrl",
                        ..
                    })
                ),
                "{bad}"
            );
        }
        assert!(matches!(
            parse(r#"{"apiBaseUrl":"/api","realtimeUrl":"chat"}"#),
            Err(ConfigError::BadAddress {
                field: "realtimeUrl",
                ..
            })
        ));
    }
}
