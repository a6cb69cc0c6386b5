//! Where to go after signing in: only ever a path of this app.

use yew_router::Routable;

use crate::routes::Route;

/// The query parameter of the sign-in page.
pub const PARAMETER: &str = "return_to";

/// A query that is longer, in bytes, is not kept: no address that this app makes is.
const LONGEST_QUERY: usize = 2_000;

/// Where someone wants to go: a page of this app that needs someone signed in, and what its address asks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The page.
    pub route: Route,
    /// The query of its address without the question mark; may be empty.
    pub query: String,
}

impl Way {
    /// The way that the address shows, if it leads to a page that needs someone signed in.
    #[must_use]
    pub fn new(route: Route, query: &str) -> Option<Self> {
        let query = query.strip_prefix('?').unwrap_or(query);
        let query = if is_plain_query(query) { query } else { "" }.to_owned();
        route.needs_member().then_some(Self { route, query })
    }

    /// The way that `return_to` names.
    ///
    /// What is not plainly a path is dropped rather than repaired: other hosts (`//host`, `/\host`), schemes, encoded
    /// slashes and control characters, and paths that this app does not know. Of a path of this app that has a query which
    /// is none, the path stays.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        let value = value.split('#').next().unwrap_or_default();
        let (path, query) = value.split_once('?').unwrap_or((value, ""));
        let is_plain = path.starts_with('/')
            && !path.starts_with("//")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'));
        let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
        if !is_plain || has_dots {
            return None;
        }
        Self::new(Route::recognize(path)?, query)
    }

    /// What the sign-in page's address says to bring someone back; none for the start page, where they land anyway.
    #[must_use]
    pub fn parameter(&self) -> Option<(&'static str, String)> {
        let path = self.route.to_path();
        let value = match self.query.as_str() {
            "" if self.route == Route::Overview => return None,
            "" => path,
            query => format!("{path}?{query}"),
        };
        Some((PARAMETER, value))
    }
}

/// Whether this is a query as an address holds it: nothing that a browser would repair.
fn is_plain_query(query: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"' | b'<' | b'>' | b'`');
    query.len() <= LONGEST_QUERY && query.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn way(route: Route, query: &str) -> Way {
        Way {
            route,
            query: query.to_owned(),
        }
    }

    #[test]
    fn paths_of_this_app_are_followed() {
        let route_of = |value: &str| Way::read(value).map(|way| way.route);
        assert_eq!(route_of("/websites"), Some(Route::Websites));
        assert_eq!(route_of("/settings/profile"), Some(Route::Profile));
        let conversation = format!("/conversations/{ID}");
        assert_eq!(
            route_of(&conversation).map(|route| route.to_path()),
            Some(conversation)
        );
    }

    #[test]
    fn what_the_address_asks_of_a_page_comes_along() {
        assert_eq!(
            Way::read("/conversations?status=closed&q=caf%C3%A9+a%26b#m-1"),
            Some(way(Route::Conversations, "status=closed&q=caf%C3%A9+a%26b"))
        );
        for bad in [
            "q=a b",
            "q=\u{7f}",
            "q=caf\u{e9}",
            "q=\\",
            "q=\r\nx",
            &"q=".repeat(2_000),
        ] {
            assert_eq!(
                Way::read(&format!("/conversations?{bad}")),
                Some(way(Route::Conversations, "")),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn everything_else_is_dropped() {
        for bad in [
            "",
            "websites",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%2f%2fevil.example",
            "/%5cevil.example",
            "%2f%2fevil.example",
            "https://evil.example/websites",
            "https:/websites",
            "//user@evil.example",
            "/@evil.example",
            "javascript:alert(1)",
            " javascript:alert(1)",
            "/\tjavascript:alert(1)",
            "data:text/html,x",
            "/websites\n",
            "/../websites",
            "/./websites",
            "/no-such-page",
            "/login",
            "/register",
            "/404",
            "/conversations/not-an-id",
            "?q=x",
            "//evil.example?q=x",
        ] {
            assert_eq!(Way::read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn guests_are_brought_back_to_where_they_wanted_to_go() {
        let parameter = |route, query| Way::new(route, query).and_then(|way| way.parameter());
        let leads = |to: &str| Some((PARAMETER, to.to_owned()));
        assert_eq!(parameter(Route::Visitors, ""), leads("/visitors"));
        assert_eq!(
            parameter(Route::Conversations, "?status=closed&q=a%26b"),
            leads("/conversations?status=closed&q=a%26b")
        );
        assert_eq!(parameter(Route::Overview, ""), None);
        assert_eq!(parameter(Route::Login, "?return_to=/visitors"), None);
    }
}
