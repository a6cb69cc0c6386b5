//! What a website and its funnels may be: forms and handlers ask the same questions.

use crate::validate::{Violation, one_line};

/// Most characters in a host name (RFC 1035).
pub const MAX_DOMAIN_CHARS: usize = 253;
/// Most origins of a website.
pub const MAX_ORIGINS: usize = 20;
/// Most characters in an origin.
const MAX_ORIGIN_CHARS: usize = 300;
/// Most characters in a time zone's name.
const MAX_TIMEZONE_CHARS: usize = 64;
/// Most page rules of a funnel.
pub const MAX_PAGE_RULES: usize = 50;
/// Most characters in a page rule.
pub const MAX_PAGE_RULE_CHARS: usize = 200;
/// Most characters in a greeting.
pub const MAX_GREETING_CHARS: usize = 500;
/// Most funnels of a website, the default one counted.
pub const MAX_FUNNELS: usize = 100;

/// A website's or a funnel's name: one line of at most [`crate::validate::MAX_NAME_CHARS`].
///
/// # Errors
/// The rule that `text` breaks.
pub fn name(text: &str) -> Result<(), Violation> {
    one_line(text)
}

/// The host in what people type or paste: scheme, port, path and a last dot cut off. Not judged yet.
#[must_use]
pub fn host_of(text: &str) -> &str {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#']).next().unwrap_or_default();
    let text = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    text.strip_suffix('.').unwrap_or(text)
}

/// The host name of a website. It may come with a scheme and a path, which do not count, and in any script: the server
/// stores the name that browsers ask for (IDNA).
///
/// # Errors
/// The rule that `text` breaks.
pub fn domain(text: &str) -> Result<(), Violation> {
    match host_of(text) {
        "" => Err(Violation::Required),
        host if is_host(host) => Ok(()),
        _ => Err(Violation::Domain),
    }
}

/// Names of at least two parts, and `localhost`.
fn is_host(host: &str) -> bool {
    let fits = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| {
                c.is_alphanumeric() || c == '-' || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
            })
    };
    host.chars().count() <= MAX_DOMAIN_CHARS
        && (host.contains('.') || host.eq_ignore_ascii_case("localhost"))
        && host.split('.').all(fits)
}

/// An origin that may load the widget: `https://` or `http://`, a host, perhaps a port, and nothing else.
///
/// # Errors
/// The rule that `text` breaks.
pub fn origin(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Violation::Required);
    }
    if text.chars().count() > MAX_ORIGIN_CHARS {
        return Err(Violation::TooLong(MAX_ORIGIN_CHARS));
    }
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        text.get(..scheme.len())
            .filter(|start| start.eq_ignore_ascii_case(scheme))
            .and_then(|_| text.get(scheme.len()..))
    });
    let fits = rest.is_some_and(|rest| {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "443"));
        is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if fits { Ok(()) } else { Err(Violation::Origin) }
}

/// The origins of a website: at least one, at most [`MAX_ORIGINS`].
///
/// # Errors
/// The first rule that one of them breaks.
pub fn origins<'a>(all: impl IntoIterator<Item = &'a str>) -> Result<(), Violation> {
    let mut count = 0;
    for text in all {
        origin(text)?;
        count += 1;
    }
    match count {
        0 => Err(Violation::Required),
        1..=MAX_ORIGINS => Ok(()),
        _ => Err(Violation::TooMany(MAX_ORIGINS)),
    }
}

/// The shape of an IANA time zone's name. Whether there is such a zone, the server knows.
///
/// # Errors
/// The rule that `text` breaks.
pub fn timezone(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::Required);
    }
    let fits = text.len() <= MAX_TIMEZONE_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+'));
    if fits { Ok(()) } else { Err(Violation::Timezone) }
}

/// A window of the lifecycle: whole seconds from 1, or never.
///
/// # Errors
/// [`Violation::Window`].
pub const fn window(seconds: Option<u32>) -> Result<(), Violation> {
    match seconds {
        Some(0) => Err(Violation::Window),
        _ => Ok(()),
    }
}

/// Which pages a funnel covers: a path from `/`, in which `*` stands for anything.
///
/// # Errors
/// The rule that `text` breaks.
pub fn page_rule(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.chars().count() > MAX_PAGE_RULE_CHARS {
        return Err(Violation::TooLong(MAX_PAGE_RULE_CHARS));
    }
    let fits = text.starts_with('/')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#'));
    if fits { Ok(()) } else { Err(Violation::PageRule) }
}

/// The page rules of a funnel.
///
/// # Errors
/// The first rule that one of them breaks.
pub fn page_rules<'a>(all: impl IntoIterator<Item = &'a str>) -> Result<(), Violation> {
    let mut count = 0;
    for text in all {
        page_rule(text)?;
        count += 1;
    }
    if count > MAX_PAGE_RULES {
        return Err(Violation::TooMany(MAX_PAGE_RULES));
    }
    Ok(())
}

/// Whether a page rule covers a path.
#[must_use]
pub fn covers(rule: &str, path: &str) -> bool {
    let mut parts = rule.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// What a funnel says first: a few lines, or nothing.
///
/// # Errors
/// The rule that `text` breaks.
pub fn greeting(text: &str) -> Result<(), Violation> {
    if text.chars().count() > MAX_GREETING_CHARS {
        Err(Violation::TooLong(MAX_GREETING_CHARS))
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Err(Violation::ControlCharacters)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_people_paste() {
        for (typed, host) in [
            (" Shop.Example ", "Shop.Example"),
            ("https://shop.example/tents?x#y", "shop.example"),
            ("http://localhost:8080", "localhost"),
            ("shop.example.", "shop.example"),
        ] {
            assert_eq!(host_of(typed), host);
            assert_eq!(domain(typed), Ok(()), "{typed}");
        }
        for good in [
            "münchen.example",
            "例え.jp",
            "127.0.0.1",
            "xn--mnchen-3ya.example",
        ] {
            assert_eq!(domain(good), Ok(()), "{good}");
        }
        assert_eq!(domain(" "), Err(Violation::Required));
        let long = format!("{}.example", "a".repeat(64));
        for bad in [
            "shop",
            "shop..example",
            "-a.example",
            "a-.example",
            "a b.example",
            "a_b.example",
            "user@shop.example",
            &long,
        ] {
            assert_eq!(domain(bad), Err(Violation::Domain), "{bad}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for good in [
            "https://shop.example",
            "HTTPS://Shop.Example/",
            "http://localhost:8080",
            "http://127.0.0.1:8787",
        ] {
            assert_eq!(origin(good), Ok(()), "{good}");
        }
        for bad in [
            "shop.example",
            "https://",
            "https://shop.example/path",
            "ftp://shop.example",
            "https://*.shop.example",
            "https://user@shop.example",
            "https://shop.example:0",
            "https://shop.example:99999",
            "null",
        ] {
            assert_eq!(origin(bad), Err(Violation::Origin), "{bad}");
        }
        assert_eq!(origins([]), Err(Violation::Required));
        assert_eq!(
            origins(std::iter::repeat_n("https://a.example", 21)),
            Err(Violation::TooMany(20))
        );
    }

    #[test]
    fn zones_have_a_shape() {
        for good in [
            "Europe/Berlin",
            "UTC",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert_eq!(timezone(good), Ok(()), "{good}");
        }
        assert_eq!(timezone(""), Err(Violation::Required));
        for bad in ["Europe Berlin", "Europe/Zürich", "../etc/passwd"] {
            assert_eq!(timezone(bad), Err(Violation::Timezone), "{bad}");
        }
    }

    #[test]
    fn windows_are_at_least_a_second() {
        assert_eq!(window(None), Ok(()));
        assert_eq!(window(Some(1)), Ok(()));
        assert_eq!(window(Some(0)), Err(Violation::Window));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (rule, path, expected) in [
            ("/", "/", true),
            ("/", "/tents", false),
            ("/tents/*", "/tents/", true),
            ("/tents/*", "/tents/two", true),
            ("/tents/*", "/tent", false),
            ("*", "/anything", true),
            ("/*/offer", "/de/offer", true),
            ("/*/offer", "/de/offers", false),
            ("/a*b*c", "/axxbyyc", true),
            ("/a*b*c", "/axxc", false),
            ("/aa*aa", "/aaa", false),
        ] {
            assert_eq!(covers(rule, path), expected, "{rule} {path}");
        }
        assert_eq!(page_rule("/tents/*"), Ok(()));
        for bad in ["tents", "https://a.example/", "/a b", "/a?b", ""] {
            assert_eq!(page_rule(bad), Err(Violation::PageRule), "{bad}");
        }
    }

    #[test]
    fn greetings_may_have_lines() {
        assert_eq!(greeting("Hello!\nHow are you?"), Ok(()));
        assert_eq!(greeting(""), Ok(()));
        assert_eq!(greeting("a\u{7}"), Err(Violation::ControlCharacters));
        assert_eq!(greeting(&"x".repeat(501)), Err(Violation::TooLong(500)));
    }
}
