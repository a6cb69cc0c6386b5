//! Browser, system and device from `User-Agent`: the common ones by name, the rest honestly `Unknown`.

/// What a `User-Agent` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent {
    /// Name and major version, such as `Firefox 145`.
    pub browser: String,
    /// Such as `Android`.
    pub os: &'static str,
    /// `desktop`, `phone` or `tablet`.
    pub device: &'static str,
}

/// Tokens of browsers that also carry other browsers' tokens come first.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows NT", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Reads a `User-Agent`.
#[must_use]
pub fn parse(text: &str) -> UserAgent {
    let os = SYSTEMS
        .iter()
        .find(|(token, _)| text.contains(token))
        .map_or("Unknown", |(_, name)| name);
    UserAgent {
        browser: browser(text),
        os,
        device: device(text, os),
    }
}

fn browser(text: &str) -> String {
    for (token, name) in BROWSERS {
        if let Some((_, rest)) = text.split_once(token) {
            return with_version(name, rest);
        }
    }
    // Safari puts its version under another name than its own.
    if text.contains("Safari/")
        && let Some((_, rest)) = text.split_once("Version/")
    {
        return with_version("Safari", rest);
    }
    "Unknown".to_owned()
}

fn with_version(name: &str, rest: &str) -> String {
    let major: String = rest.chars().take_while(char::is_ascii_digit).take(6).collect();
    if major.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {major}")
    }
}

/// Android phones say `Mobile`, its tablets do not.
fn device(text: &str, os: &str) -> &'static str {
    match os {
        "iPadOS" => "tablet",
        "Android" if !text.contains("Mobile") => "tablet",
        "iOS" | "Android" => "phone",
        _ => "desktop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_ones_by_name() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                ("Firefox 145", "Linux", "desktop"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                ("Edge 142", "Windows", "desktop"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                ("Chrome 142", "Android", "phone"),
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                ("Safari 18", "iPadOS", "tablet"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                ("Safari 18", "macOS", "desktop"),
            ),
        ];
        for (text, (browser, os, device)) in cases {
            let read = parse(text);
            assert_eq!(
                (read.browser.as_str(), read.os, read.device),
                (browser, os, device)
            );
        }
    }

    #[test]
    fn the_rest_is_unknown() {
        for text in ["", "curl/8.5.0", "Chrome", "\u{202e}Firefox"] {
            assert_eq!(parse(text).browser, "Unknown", "{text}");
        }
        assert_eq!(parse("Firefox/").browser, "Firefox");
    }
}
