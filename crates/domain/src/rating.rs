//! What a visitor may say of a conversation that is over: a rating, a comment that may follow it, and after that one change of
//! mind, so that nobody is argued out of an opinion again and again.

use switchboard_contract::live_chat::{ConversationStatus, Rating};

use crate::conversation::Conversation;

/// A rating as it is to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Rated {
    /// Good or bad.
    pub rating: Rating,
    /// In the visitor's own words.
    pub comment: Option<String>,
    /// Whether it replaces what was said before.
    pub is_change: bool,
}

impl std::fmt::Debug for Rated {
    /// Leaves out the comment.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rated")
            .field("rating", &self.rating)
            .field("is_change", &self.is_change)
            .finish_non_exhaustive()
    }
}

/// Why a rating is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The conversation is going on.
    Open,
    /// It was changed before.
    Changed,
}

/// What is to be stored of a rating; none when that is what stands there. A comment that is not told keeps the one that stands
/// with the same rating.
///
/// # Errors
/// Why it is not taken.
pub fn decide(
    conversation: &Conversation,
    rating: Rating,
    comment: Option<String>,
) -> Result<Option<Rated>, Refusal> {
    if conversation.status == ConversationStatus::Open {
        return Err(Refusal::Open);
    }
    let comment = comment
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    let same_rating = conversation.rating == Some(rating);
    let before = conversation.rating_comment.as_ref();
    if same_rating && (comment.is_none() || comment.as_ref() == before) {
        return Ok(None);
    }
    let is_change = match conversation.rating {
        None => false,
        Some(_) => !same_rating || before.is_some(),
    };
    if is_change && conversation.rating_changes > 0 {
        return Err(Refusal::Changed);
    }
    Ok(Some(Rated {
        rating,
        comment,
        is_change,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Step;
    use switchboard_contract::time::Timestamp;

    fn at() -> Timestamp {
        Timestamp::from_millis(1)
    }

    fn closed() -> Conversation {
        let mut conversation = Conversation::begin(at());
        conversation.take(&Step::Close, at(), None);
        conversation
    }

    fn say(conversation: &mut Conversation, rating: Rating, comment: Option<&str>) -> Result<bool, Refusal> {
        let rated = decide(conversation, rating, comment.map(str::to_owned))?;
        if let Some(rated) = &rated {
            conversation.rate(rated, at());
        }
        Ok(rated.is_some())
    }

    use Rating::{Bad, Good};

    #[test]
    fn only_what_is_over_is_rated() {
        let mut conversation = Conversation::begin(at());
        assert_eq!(say(&mut conversation, Good, None), Err(Refusal::Open));
        let mut conversation = closed();
        assert_eq!(say(&mut conversation, Good, None), Ok(true));
        conversation.take(&Step::Reopen, at(), None);
        assert_eq!(say(&mut conversation, Bad, None), Err(Refusal::Open));
        assert_eq!(conversation.rating, Some(Good), "and what was said stays");
    }

    #[test]
    fn a_comment_follows_and_one_change_of_mind() {
        let mut conversation = closed();
        assert_eq!(say(&mut conversation, Good, None), Ok(true));
        assert_eq!(say(&mut conversation, Good, None), Ok(false), "said already");
        assert_eq!(say(&mut conversation, Good, Some(" kind ")), Ok(true));
        assert_eq!(conversation.rating_comment.as_deref(), Some("kind"));
        assert_eq!(say(&mut conversation, Good, Some("kind")), Ok(false));
        assert_eq!(say(&mut conversation, Good, None), Ok(false), "a comment stays");
        assert_eq!(say(&mut conversation, Bad, Some("slow")), Ok(true));
        assert_eq!(conversation.rating_comment.as_deref(), Some("slow"));
        assert_eq!(say(&mut conversation, Good, None), Err(Refusal::Changed));
        assert_eq!(
            say(&mut conversation, Bad, Some("so slow")),
            Err(Refusal::Changed)
        );
        assert_eq!(
            say(&mut conversation, Bad, Some("slow")),
            Ok(false),
            "said already"
        );
    }

    #[test]
    fn another_rating_leaves_the_comment_of_the_first_behind() {
        let mut conversation = closed();
        assert_eq!(say(&mut conversation, Bad, Some("slow")), Ok(true));
        assert_eq!(say(&mut conversation, Good, None), Ok(true));
        assert_eq!(conversation.rating_comment, None);
        assert_eq!(say(&mut conversation, Good, Some("well")), Ok(true), "it follows");
    }
}
