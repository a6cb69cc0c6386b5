//! Which list is shown, kept in the address: `?status=closed`.

use switchboard_engine::inbox::Shelf;

const PARAMETER: &str = "status";

/// The list that a query string, such as `?status=closed`, asks for. Anything else is the open ones.
pub(super) fn shelf_of(query: &str) -> Shelf {
    let value = query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(name, value)| (name == PARAMETER).then_some(value));
    [Shelf::Closed, Shelf::Archived]
        .into_iter()
        .find(|shelf| value == Some(shelf.as_query()))
        .unwrap_or_default()
}

/// The number of the message that a query string, such as `?message=12`, leads to.
pub(super) fn message_of(query: &str) -> Option<u64> {
    let mut pairs = query.trim_start_matches('?').split('&');
    pairs.find_map(|pair| pair.strip_prefix("message=")?.parse().ok())
}

/// The query that asks for a list; nothing for the usual one.
pub(super) fn query_of(shelf: Shelf) -> Vec<(&'static str, &'static str)> {
    match shelf {
        Shelf::Open => Vec::new(),
        shelf => vec![(PARAMETER, shelf.as_query())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_the_list() {
        for shelf in [Shelf::Open, Shelf::Closed, Shelf::Archived] {
            let query: String = query_of(shelf)
                .iter()
                .map(|(name, value)| format!("?{name}={value}"))
                .collect();
            assert_eq!(shelf_of(&query), shelf);
        }
        assert_eq!(shelf_of("?status=nonsense&x"), Shelf::Open);
        assert_eq!(shelf_of("?x=1&status=closed"), Shelf::Closed);
    }

    #[test]
    fn the_address_may_lead_to_a_message() {
        assert_eq!(message_of("?status=closed&message=12"), Some(12));
        assert_eq!(message_of("?message=x&messages=3"), None);
    }
}
