//! Where to go after signing in: only ever a path of this app.

use yew_router::Routable;

use crate::routes::Route;

/// The query parameter of the sign-in page.
pub const PARAMETER: &str = "return_to";

/// The route that `return_to` names, if it is one of this app's and needs someone signed in.
///
/// What is not plainly a path is dropped rather than repaired: other hosts (`//host`, `/\host`), schemes, encoded
/// slashes and control characters, and paths that this app does not know.
#[must_use]
pub fn safe_route(value: &str) -> Option<Route> {
    let path = value.split(['?', '#']).next().unwrap_or_default();
    let is_plain = path.starts_with('/')
        && !path.starts_with("//")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'));
    let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
    if !is_plain || has_dots {
        return None;
    }
    Route::recognize(path).filter(Route::needs_member)
}

/// The query that brings someone back to `route` after signing in; none for the start page, where they land anyway.
#[must_use]
pub fn query(route: &Route) -> Option<(&'static str, String)> {
    (route.needs_member() && *route != Route::Overview).then(|| (PARAMETER, route.to_path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn paths_of_this_app_are_followed() {
        assert_eq!(safe_route("/websites"), Some(Route::Websites));
        assert_eq!(safe_route("/settings/profile"), Some(Route::Profile));
        let conversation = format!("/conversations/{ID}");
        assert_eq!(
            safe_route(&conversation).map(|route| route.to_path()),
            Some(conversation)
        );
        assert_eq!(
            safe_route("/conversations?status=closed"),
            Some(Route::Conversations)
        );
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
        ] {
            assert_eq!(safe_route(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn guests_are_brought_back_to_where_they_wanted_to_go() {
        assert_eq!(query(&Route::Visitors), Some((PARAMETER, "/visitors".to_owned())));
        assert_eq!(query(&Route::Overview), None);
        assert_eq!(query(&Route::Login), None);
    }
}
