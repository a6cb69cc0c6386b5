//! How many conversations hold something unread, in the few characters that a tab's title and icon have for it.

/// The document's title with the count before it; as it is where there is nothing.
#[must_use]
pub fn title(title: &str, unread: u64) -> String {
    match unread {
        0 => title.to_owned(),
        unread => format!("({unread}) {title}"),
    }
}

/// What stands on the icon: one digit, or that there are more; none where there is nothing.
#[must_use]
pub fn icon(unread: u64) -> Option<String> {
    match unread {
        0 => None,
        1..=9 => Some(unread.to_string()),
        _ => Some("9+".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unread_leaves_title_and_icon_alone() {
        assert_eq!((title("Overview", 0), icon(0)), ("Overview".to_owned(), None));
        assert_eq!(title("Overview", 12), "(12) Overview");
        assert_eq!(icon(9).as_deref(), Some("9"));
        assert_eq!(icon(10).as_deref(), Some("9+"));
    }
}
