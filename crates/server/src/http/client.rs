//! Where a request comes from: the address that tries are counted by, and what a list of sessions shows.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

use super::country::iso_code;
use crate::config::Config;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::visitor::user_agent;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Headers in which proxies and content networks name the country of the caller, unless `SWITCHBOARD_COUNTRY_HEADER` names one.
const COUNTRY: [HeaderName; 3] = [
    HeaderName::from_static("cf-ipcountry"),
    HeaderName::from_static("cloudfront-viewer-country"),
    HeaderName::from_static("x-country-code"),
];

/// The program at the other end.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address; behind a trusted proxy the one that the proxy saw.
    pub address: IpAddr,
    /// Browser and system, such as `Firefox 145, Android`.
    pub device: String,
    /// Country or network address.
    pub place: String,
    /// ISO 3166 code in capitals, where a trusted proxy tells it, or else the file that was supplied.
    pub country: Option<String>,
}

impl Client {
    fn new(config: &Config, peer: IpAddr, headers: &HeaderMap) -> Self {
        let proxied = trusts(config, peer);
        let address = if proxied {
            forwarded(config, peer, headers)
        } else {
            peer
        }
        .to_canonical();
        let named = match &config.country_header {
            Some(header) => std::slice::from_ref(header),
            None => &COUNTRY,
        };
        let country = named
            .iter()
            .filter(|_| proxied)
            .find_map(|name| headers.get(name)?.to_str().ok())
            // Cloudflare says XX where it does not know, and T1 for Tor.
            .and_then(iso_code)
            .filter(|country| country != "XX")
            .or_else(|| config.country_file.as_ref()?.find(address));
        let agent = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(user_agent::parse);
        Self {
            address,
            device: agent.map_or_else(
                || "Unknown".to_owned(),
                |agent| match (agent.browser.as_str(), agent.os) {
                    ("Unknown", os) => os.to_owned(),
                    (browser, "Unknown") => browser.to_owned(),
                    (browser, os) => format!("{browser}, {os}"),
                },
            ),
            place: country.clone().unwrap_or_else(|| address.to_string()),
            country,
        }
    }
}

impl Client {
    /// Whether it calls from this machine or from a private network, by its own word or a trusted proxy's.
    #[must_use]
    pub fn is_of_own_network(&self) -> bool {
        match self.address.to_canonical() {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        }
    }
}

/// This machine, and the proxies named in `SWITCHBOARD_TRUSTED_PROXIES`, may say for whom they speak.
fn trusts(config: &Config, peer: IpAddr) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() || config.trusted_proxies.contains(&peer)
}

/// The last address in `X-Forwarded-For` that is not a trusted proxy itself: everything before it is hearsay.
fn forwarded(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer;
    let named: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for text in named.into_iter().rev() {
        let Ok(address) = text.parse::<IpAddr>() else {
            break;
        };
        client = address;
        if !trusts(config, address) {
            break;
        }
    }
    client
}

impl FromRequestParts<AppState> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, state)
            .await
            .map_err(ApiError::internal)?;
        Ok(Self::new(&state.config, peer.ip(), &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::super::country::tests::{country, file};
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> (String, String) {
        let client = configured(None, peer, headers);
        (client.address.to_string(), client.place)
    }

    fn configured(country_header: Option<&str>, peer: &str, headers: &[(&'static str, &str)]) -> Client {
        let config = Config::from_lookup(|name| {
            Ok(match name {
                "SWITCHBOARD_TRUSTED_PROXIES" => Some("192.0.2.1".to_owned()),
                "SWITCHBOARD_COUNTRY_HEADER" => country_header.map(str::to_owned),
                _ => None,
            })
        })
        .expect("a configuration");
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")))
            .collect();
        Client::new(&config, peer.parse().expect("an address"), &headers)
    }

    #[test]
    fn the_country_is_what_the_named_header_of_a_proxy_says() {
        let told = [("cf-ipcountry", "NO"), ("x-geo", "pt")];
        let country = |header, peer| configured(header, peer, &told).country;
        assert_eq!(country(None, "192.0.2.1").as_deref(), Some("NO"));
        assert_eq!(country(Some("X-Geo"), "192.0.2.1").as_deref(), Some("PT"));
        assert_eq!(country(Some("x-other"), "192.0.2.1"), None, "and no other header");
        assert_eq!(country(Some("x-geo"), "203.0.113.5"), None, "forged");
        assert_eq!(
            configured(None, "192.0.2.1", &[("cf-ipcountry", "XX")]).country,
            None
        );
    }

    #[test]
    fn what_no_proxy_names_the_supplied_file_does_by_the_callers_own_address() {
        let dir = std::env::temp_dir().join(format!("switchboard-country-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder");
        let path = dir.join("country.mmdb");
        let networks = [([198, 51, 100, 0], 24, country("country", "PT"))];
        std::fs::write(&path, file(&networks)).expect("written");
        let config = Config::from_lookup(|name| {
            Ok((name == "SWITCHBOARD_COUNTRY_FILE").then(|| path.display().to_string()))
        })
        .expect("a configuration");
        std::fs::remove_dir_all(&dir).expect("removed");
        let told = |headers: &[(&'static str, &str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")))
                .collect();
            let client = Client::new(&config, "127.0.0.1".parse().expect("an address"), &headers);
            (client.country, client.place)
        };
        let from = ("x-forwarded-for", "198.51.100.7");
        assert_eq!(told(&[from]), (Some("PT".into()), "PT".into()));
        assert_eq!(told(&[from, ("cf-ipcountry", "NO")]).0.as_deref(), Some("NO"));
        assert_eq!(told(&[from, ("cf-ipcountry", "XX")]).0.as_deref(), Some("PT"));
        assert_eq!(told(&[("x-forwarded-for", "203.0.113.5")]).0, None);
    }

    #[test]
    fn only_trusted_proxies_speak_for_others() {
        let forged = [("x-forwarded-for", "198.51.100.7"), ("cf-ipcountry", "NO")];
        assert_eq!(
            client("203.0.113.5", &forged),
            ("203.0.113.5".into(), "203.0.113.5".into())
        );
        assert_eq!(client("192.0.2.1", &forged), ("198.51.100.7".into(), "NO".into()));
        assert_eq!(
            client("127.0.0.1", &forged[..1]),
            ("198.51.100.7".into(), "198.51.100.7".into())
        );
        let chain = [("x-forwarded-for", "10.9.9.9, 198.51.100.7, 192.0.2.1")];
        assert_eq!(
            client("127.0.0.1", &chain).0,
            "198.51.100.7",
            "what the client itself sent is hearsay"
        );
        assert_eq!(
            client("192.0.2.1", &[("x-forwarded-for", "nonsense")]).0,
            "192.0.2.1"
        );
        assert_eq!(client("192.0.2.1", &[("cf-ipcountry", "<b>")]).1, "192.0.2.1");
    }
}
