//! What a search found in a conversation, below its row.

use std::rc::Rc;

use switchboard_contract::live_chat::{FoundIn, Mark, SearchMatch};
use yew::prelude::*;

use crate::i18n::t;

/// Where it was found, and the piece of text with what was looked for marked in it.
pub(super) fn view_found(found: &Rc<SearchMatch>) -> Html {
    html! {
        <div class="conv-line conv-found">
            if let Some(place) = place_name(found.found_in) {
                <span class="conv-found-in">{ place }</span>
            }
            <bdi class="truncate" title={found.snippet.clone()}>
                { for pieces(&found.snippet, &found.marks).into_iter().enumerate().map(|(place, piece)| match piece {
                    Piece::Plain(text) => html! { <span key={place}>{ text }</span> },
                    Piece::Marked(text) => html! { <mark key={place}>{ text }</mark> },
                }) }
            </bdi>
        </div>
    }
}

/// What people expect to be searched, the messages, needs no name.
fn place_name(found_in: FoundIn) -> Option<AttrValue> {
    match found_in {
        FoundIn::Message | FoundIn::Unknown => None,
        FoundIn::Note => Some(t("found.note")),
        FoundIn::Name => Some(t("found.name")),
        FoundIn::Email => Some(t("found.email")),
        FoundIn::Phone => Some(t("found.phone")),
        FoundIn::Page => Some(t("found.page")),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Marked(String),
}

/// The text in pieces, in order. Marks that do not lie in the text, or over each other, mark nothing.
fn pieces(text: &str, marks: &[Mark]) -> Vec<Piece> {
    let mut rest = text.chars();
    let mut at = 0_u32;
    let mut found = Vec::new();
    for mark in marks {
        if mark.start < at || mark.end <= mark.start {
            continue;
        }
        let mut take = |count: u32| rest.by_ref().take(count as usize).collect::<String>();
        let (plain, marked) = (take(mark.start - at), take(mark.end - mark.start));
        found.extend([Piece::Plain(plain), Piece::Marked(marked)]);
        at = mark.end;
    }
    found.push(Piece::Plain(rest.collect()));
    found.retain(|piece| !matches!(piece, Piece::Plain(text) | Piece::Marked(text) if text.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, marks: &[(u32, u32)]) -> Vec<Piece> {
        let marks: Vec<Mark> = marks
            .iter()
            .map(|(start, end)| Mark {
                start: *start,
                end: *end,
            })
            .collect();
        pieces(text, &marks)
    }

    fn plain(text: &str) -> Piece {
        Piece::Plain(text.to_owned())
    }

    fn mark(text: &str) -> Piece {
        Piece::Marked(text.to_owned())
    }

    #[test]
    fn marks_count_characters_not_bytes() {
        assert_eq!(
            marked("Größe der Stiefel", &[(0, 5), (10, 17)]),
            [mark("Größe"), plain(" der "), mark("Stiefel")]
        );
    }

    #[test]
    fn marks_that_do_not_fit_mark_nothing() {
        assert_eq!(marked("boots", &[]), [plain("boots")]);
        assert_eq!(marked("boots", &[(3, 3), (9, 12)]), [plain("boots")]);
        assert_eq!(marked("boots", &[(0, 3), (1, 2)]), [mark("boo"), plain("ts")]);
        assert_eq!(marked("boots", &[(3, u32::MAX)]), [plain("boo"), mark("ts")]);
        assert_eq!(marked("", &[(0, 1)]), []);
    }
}
