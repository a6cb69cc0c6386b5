//! What people are called: visitors where the site has not told a name, members by their role.

use switchboard_contract::auth::{Availability, Role};
use switchboard_contract::live_chat::{LiveChatUser, Rating};
use yew::AttrValue;

use crate::i18n::{country_name, t, t_count, t_with};

/// The visitor's name, else the email address, else where they come from.
#[must_use]
pub fn visitor_name(visitor: &LiveChatUser) -> AttrValue {
    let given = [&visitor.name, &visitor.email]
        .into_iter()
        .flatten()
        .find(|text| !text.trim().is_empty());
    match (given, &visitor.country) {
        (Some(text), _) => AttrValue::from(text.clone()),
        (None, Some(country)) => t_with("visitor.from", &[("country", &country_name(country))]),
        (None, None) => t("visitor.anonymous"),
    }
}

/// What a visitor thought of a conversation, in words.
#[must_use]
pub fn rating_name(rating: Rating) -> AttrValue {
    match rating {
        Rating::Good => t("rating.good"),
        Rating::Bad => t("rating.bad"),
        Rating::Unknown => t("rating.other"),
    }
}

/// The part of an address that people read; the whole stands in the title.
#[must_use]
pub fn short_address(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.trim_end_matches('/')
}

/// Whether somebody is there, in words.
#[must_use]
pub fn availability_name(availability: Availability) -> AttrValue {
    match availability {
        Availability::Available => t("availability.available"),
        Availability::Away => t("availability.away"),
        Availability::Offline => t("availability.offline"),
        Availability::Unknown => AttrValue::default(),
    }
}

/// How someone's presence stands, and how many conversations they are given at most.
#[must_use]
pub fn presence_text(availability: Availability, load_cap: Option<u32>) -> AttrValue {
    let how = availability_name(availability);
    match load_cap {
        Some(cap) => t_count("availability.with_cap", u64::from(cap), &[("how", &how)]),
        None => how,
    }
}

/// A role in words.
#[must_use]
pub fn role_name(role: Role) -> AttrValue {
    match role {
        Role::Owner => t("role.owner"),
        Role::Admin => t("role.admin"),
        Role::Agent => t("role.agent"),
        Role::Unknown => t("role.unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::short_address;

    #[test]
    fn addresses_are_read_without_their_scheme() {
        assert_eq!(short_address("https://search.example/"), "search.example");
        assert_eq!(
            short_address("https://search.example/q?x=1"),
            "search.example/q?x=1"
        );
        assert_eq!(short_address("nonsense"), "nonsense");
        assert_eq!(short_address(""), "");
    }
}
