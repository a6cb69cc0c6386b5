//! Which list is shown, kept in the address: `?status=closed&assignee=me&q=boots`. The parameters are those of the API, with
//! `me` for the person who looks, so that an address means the same to whoever gets it.

use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_engine::inbox::{Assignee, Filter, Shelf, Sort, Words};
use yew_router::Routable;

use crate::routes::Route;

/// Letters of a search that the server takes.
const MAX_SEARCH: usize = 200;
const ME: &str = "me";
const NOBODY: &str = "none";

/// The list that an address's query, such as `?status=closed`, asks for, for `me`. What cannot be read is left out.
pub(super) fn filter_of(query: &[(String, String)], me: MemberId) -> Filter {
    let mut filter = Filter::default();
    for (name, value) in query {
        match name.as_str() {
            "status" => filter.shelf = shelf(value),
            "websiteId" => filter.website = value.parse().ok(),
            "funnelId" => filter.funnel = value.parse().ok(),
            "assignee" => filter.assignee = assignee(value, me),
            "label" => filter.label = value.parse().ok(),
            "unread" => filter.unread = value == "true",
            "q" => filter.search = search_of(value),
            "sort" => filter.sort = sort(value),
            _ => {}
        }
    }
    filter
}

/// The parameter that leads to a message of the conversation, by its `seq`.
const MESSAGE: &str = "message";

/// The number of the message that a query string, such as `?message=12`, leads to.
pub(super) fn message_of(query: &str) -> Option<u64> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(name, value)| value.parse().ok().filter(|_| name == MESSAGE))
}

/// What leads to a message: see [`message_of`].
pub(super) fn message_parameter(seq: u64) -> (&'static str, String) {
    (MESSAGE, seq.to_string())
}

/// The address of a conversation in this app, or of a message in it.
pub(super) fn address_of(id: ConversationId, seq: Option<u64>) -> String {
    let path = Route::Conversation { id }.to_path();
    match seq.map(message_parameter) {
        Some((name, value)) => format!("{path}?{name}={value}"),
        None => path,
    }
}

/// The query that asks for a list; nothing for the usual one.
pub(super) fn query_of(filter: &Filter, me: MemberId) -> Vec<(&'static str, String)> {
    let mine = filter.assignee == Some(Assignee::Member(me));
    let mut query = filter.parameters();
    query.retain(|(name, _)| *name != "status" || filter.shelf != Shelf::default());
    for (_, value) in query.iter_mut().filter(|(name, _)| mine && *name == "assignee") {
        ME.clone_into(value);
    }
    query
}

/// What is searched for by what was typed.
pub(super) fn search_of(typed: &str) -> Words {
    let words = Words::from(typed);
    match words.as_str().char_indices().nth(MAX_SEARCH) {
        Some((end, _)) => Words::from(&words.as_str()[..end]),
        None => words,
    }
}

fn shelf(value: &str) -> Shelf {
    [Shelf::Snoozed, Shelf::Closed, Shelf::Archived, Shelf::All]
        .into_iter()
        .find(|shelf| value == shelf.as_query())
        .unwrap_or_default()
}

fn sort(value: &str) -> Sort {
    [Sort::Oldest, Sort::Waiting, Sort::Priority]
        .into_iter()
        .find(|sort| value == sort.as_query())
        .unwrap_or_default()
}

fn assignee(value: &str, me: MemberId) -> Option<Assignee> {
    match value {
        ME => Some(Assignee::Member(me)),
        NOBODY => Some(Assignee::Nobody),
        id => id.parse().ok().map(Assignee::Member),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contract::ids::{FunnelId, LabelId, WebsiteId};
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn member(n: u8) -> MemberId {
        MemberId::from_parts(Timestamp::from_millis(1), [n; 10])
    }

    fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    /// There and back by way of the address.
    fn kept(filter: &Filter, me: MemberId) -> Filter {
        let query = query_of(filter, me);
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        filter_of(&pairs(&query), me)
    }

    #[test]
    fn the_address_keeps_the_list() {
        let at = Timestamp::from_millis(1);
        let me = member(1);
        let shelves = [
            Shelf::Open,
            Shelf::Snoozed,
            Shelf::Closed,
            Shelf::Archived,
            Shelf::All,
        ];
        let assignees = [
            None,
            Some(Assignee::Nobody),
            Some(Assignee::Member(me)),
            Some(Assignee::Member(member(2))),
        ];
        for shelf in shelves {
            for assignee in assignees {
                for sort in [Sort::Newest, Sort::Oldest, Sort::Waiting, Sort::Priority] {
                    let filter = Filter {
                        shelf,
                        assignee,
                        sort,
                        website: Some(WebsiteId::from_parts(at, [3; 10])),
                        funnel: Some(FunnelId::from_parts(at, [4; 10])),
                        label: Some(LabelId::from_parts(at, [5; 10])),
                        unread: true,
                        search: Words::from("boots & \"stoves\""),
                    };
                    assert_eq!(kept(&filter, me), filter);
                    let bare = Filter {
                        shelf,
                        assignee,
                        sort,
                        ..Filter::default()
                    };
                    assert_eq!(kept(&bare, me), bare);
                }
            }
        }
        assert_eq!(query_of(&Filter::default(), me), []);
    }

    #[test]
    fn an_address_with_me_is_about_whoever_opens_it() {
        let mine = Filter {
            assignee: Some(Assignee::Member(member(1))),
            ..Filter::default()
        };
        let query = query_of(&mine, member(1));
        assert_eq!(query, [("assignee", "me".to_owned())]);
        let theirs = filter_of(&pairs(&[("assignee", "me")]), member(2));
        assert_eq!(theirs.assignee, Some(Assignee::Member(member(2))));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let odd = [
            ("status", "nonsense"),
            ("websiteId", "7"),
            ("sort", ""),
            ("assignee", "you"),
            ("x", "1"),
        ];
        assert_eq!(filter_of(&pairs(&odd), member(1)), Filter::default());
    }

    #[test]
    fn a_search_is_no_longer_than_the_server_takes() {
        assert_eq!(search_of("  two   words ").as_str(), "two words");
        assert_eq!(search_of(&"é".repeat(300)).as_str().chars().count(), 200);
    }

    #[test]
    fn the_address_may_lead_to_a_message() {
        assert_eq!(message_of("?status=closed&message=12"), Some(12));
        let id = ConversationId::from_parts(Timestamp::default(), [1; 10]);
        let address = address_of(id, Some(12));
        let (path, query) = address.split_once('?').expect("a query");
        assert_eq!(
            (message_of(query), path),
            (Some(12), address_of(id, None).as_str())
        );
        assert_eq!(message_of("?message=x&messages=3"), None);
    }
}
