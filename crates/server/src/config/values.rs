//! Reads single values: origins, durations, switches, database addresses.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::ConfigError;

/// The same origin under loopback's other name; none for origins that are neither `localhost` nor `127.0.0.1`.
#[must_use]
pub fn loopback_twin(origin: &str) -> Option<String> {
    let (scheme, host) = origin.split_once("://")?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, format!(":{port}")),
        None => (host, String::new()),
    };
    let twin = match name {
        "localhost" => "127.0.0.1",
        "127.0.0.1" => "localhost",
        _ => return None,
    };
    Some(format!("{scheme}://{twin}{port}"))
}

/// An `http` or `https` origin in its canonical spelling; none for anything with a path, query or user.
#[must_use]
pub fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

pub(super) fn derived_public_url(addr: SocketAddr) -> String {
    let host = match addr.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    match addr.port() {
        80 => format!("http://{host}"),
        port => format!("http://{host}:{port}"),
    }
}

/// A path as a `sqlite://` URL; `%`, `?` and `#` would end the path there.
pub(super) fn sqlite_url(path: &Path) -> String {
    let path = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    format!("sqlite://{path}")
}

pub(super) fn database_url(text: String) -> Result<String, ConfigError> {
    let valid = match text.split_once(':') {
        Some(("sqlite", rest)) => !rest.trim_start_matches('/').is_empty(),
        Some(("postgres" | "postgresql", _)) => Url::parse(&text).is_ok_and(|url| url.path().len() > 1),
        _ => false,
    };
    if valid {
        Ok(text)
    } else {
        // The value is not repeated: it may hold a password.
        Err(ConfigError::new(
            "DATABASE_URL: not a database that this server knows; write it like sqlite://folder/switchboard.sqlite \
             or postgres://user:password@host:5432/name",
        ))
    }
}

pub(super) fn parse_switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A whole number, from 1, of seconds, minutes, hours or days; at most ten years.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    const TEN_YEARS: u64 = 10 * 366 * 24 * 60 * 60;
    let unit = text.chars().last()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.parse::<u64>().ok()?.checked_mul(factor)?;
    (1..=TEN_YEARS)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("5s"), Some(Duration::from_secs(5)));
        assert_eq!(parse_duration("30d"), Some(Duration::from_secs(2_592_000)));
        for bad in [
            "",
            "s",
            "5",
            "5x",
            "-5s",
            "+5s",
            "0s",
            "5.5m",
            "99999999999999999999d",
            "9999d",
            "5é",
        ] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn origins_are_canonical() {
        assert_eq!(
            parse_origin("HTTPS://Chat.Example.com:443/"),
            Some("https://chat.example.com".into())
        );
        assert_eq!(
            parse_origin("http://127.0.0.1:8787"),
            Some("http://127.0.0.1:8787".into())
        );
        for bad in [
            "null",
            "*",
            "ftp://a.example",
            "https://user@a.example",
            "https://a.example/?q",
            "//a.example",
        ] {
            assert_eq!(parse_origin(bad), None, "{bad}");
        }
    }

    #[test]
    fn loopback_has_two_names() {
        assert_eq!(
            loopback_twin("http://localhost:8787"),
            Some("http://127.0.0.1:8787".into())
        );
        assert_eq!(loopback_twin("http://127.0.0.1"), Some("http://localhost".into()));
        assert_eq!(loopback_twin("https://chat.example.com"), None);
        assert_eq!(loopback_twin("http://localhost.evil.example"), None);
    }

    #[test]
    fn database_file_names_survive_the_url() {
        assert_eq!(
            sqlite_url(Path::new("a b/100%?.sqlite")),
            "sqlite://a b/100%25%3F.sqlite"
        );
    }
}
