//! Where the WebSocket is.

/// The path below the API's base URL.
const PATH: &str = "/realtime";

/// The WebSocket's address: `realtime_url` if the configuration names one, else below the API's base URL. Paths are taken
/// against `page_origin`, such as `https://desk.example`; `http` becomes `ws` and `https` becomes `wss`.
#[must_use]
pub fn realtime_url(realtime_url: Option<&str>, api_base_url: &str, page_origin: &str) -> String {
    let address = match realtime_url {
        Some(url) => url.to_owned(),
        None => format!("{api_base_url}{PATH}"),
    };
    let absolute = if address.starts_with('/') {
        format!("{page_origin}{address}")
    } else {
        address
    };
    match absolute.strip_prefix("http") {
        Some(rest) => format!("ws{rest}"),
        None => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::realtime_url;

    #[test]
    fn follows_the_api_unless_told_otherwise() {
        let page = "https://desk.example";
        assert_eq!(
            realtime_url(None, "/api", page),
            "wss://desk.example/api/realtime"
        );
        assert_eq!(
            realtime_url(None, "http://127.0.0.1:8787/api", page),
            "ws://127.0.0.1:8787/api/realtime"
        );
        assert_eq!(
            realtime_url(Some("/live"), "/api", page),
            "wss://desk.example/live"
        );
        assert_eq!(
            realtime_url(Some("https://live.example/ws"), "/api", page),
            "wss://live.example/ws"
        );
        assert_eq!(
            realtime_url(Some("wss://live.example/ws"), "/api", page),
            "wss://live.example/ws"
        );
    }
}
