//! Whether a message is stored, repeated or refused (`protocol.md` *Sending*), in the protocol's *order of checks*.
//! Authentication and access come before: callers ask only about conversations that the author may write to.

use switchboard_contract::ids::{AttachmentId, ConversationId, MemberId, VisitorId};
use switchboard_contract::live_chat::{ConversationStatus, LiveChatMessage, MessageType, Visibility};
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};

use crate::planted::{self, Bug};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// An operator.
    Operator(MemberId),
    /// A visitor.
    Visitor(VisitorId),
    /// The server itself.
    System,
}

impl Author {
    /// Who wrote a stored message of this visitor's conversation.
    #[must_use]
    pub const fn of(message: &LiveChatMessage, visitor: VisitorId) -> Self {
        match (message.kind, message.author_id) {
            (MessageType::User, _) => Self::Visitor(visitor),
            (_, Some(member)) => Self::Operator(member),
            (_, None) => Self::System,
        }
    }
}

/// What makes two messages the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Where it goes. A visitor names no conversation: the server finds it.
    pub conversation: Option<ConversationId>,
    /// Its text.
    pub text: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Uploaded files.
    pub attachments: Vec<AttachmentId>,
}

/// The stored message that has the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameId {
    /// Who wrote it.
    pub author: Author,
    /// What it says; `conversation` is always there.
    pub content: Content,
}

impl SameId {
    /// What there is to know of a stored message of this visitor's conversation.
    #[must_use]
    pub fn of(message: &LiveChatMessage, visitor: VisitorId) -> Self {
        Self {
            author: Author::of(message, visitor),
            content: Content {
                conversation: Some(message.conversation_id),
                text: message.content.clone(),
                visibility: message.visibility,
                attachments: message.attachments.iter().map(|file| file.id).collect(),
            },
        }
    }
}

/// The conversation as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// Whether it is archived.
    pub is_archived: bool,
}

/// An uploaded file that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Who uploaded it.
    pub by: Author,
    /// For which conversation; none for a visitor's, who names none.
    pub conversation: Option<ConversationId>,
    /// Whether a message has it already.
    pub is_sent: bool,
}

/// A message that wants to be stored, and what is known about its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub content: Content,
    /// The stored message with the same id in the account, when there is one.
    pub same_id: Option<SameId>,
    /// The author took the id back before it was stored.
    pub taken_back: bool,
    /// Every file that it names may go with it ([`files_fit`]).
    pub files_fit: bool,
    /// The conversation; for a visitor the latest one, when there is one.
    pub conversation: Option<Standing>,
    /// `afterId` is absent, or names a message by the same author that is stored.
    pub predecessor_stored: bool,
    /// A colleague's public reply came after `seenSeq`.
    pub newer_reply: bool,
    /// Send although a colleague replied.
    pub force: bool,
    /// Reopen a closed conversation.
    pub reopen: bool,
}

/// Where a message is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// In the conversation as it is.
    Existing,
    /// In the conversation, which is closed and reopens first.
    Reopened,
    /// In a new conversation.
    New,
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is stored.
    Store(Target),
    /// It is stored already: its author gets the first result again.
    Repeat,
    /// It is refused.
    Refuse(Refusal),
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The author took it back.
    TakenBack,
    /// The id was used before with other content or by someone else.
    IdReused,
    /// A file that it names was not uploaded by its author for this conversation, went with another message, or is no longer
    /// kept.
    UnknownFile,
    /// The conversation is archived.
    Archived,
    /// The conversation is closed.
    Closed,
    /// The message named by `afterId` is not stored yet.
    OutOfOrder,
    /// A colleague's public reply came after `seenSeq`.
    NewerReply,
}

impl Refusal {
    /// What the author is told. `newer_reply` is the colleague's, where there is one.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn problem(self, newer_reply: Option<&LiveChatMessage>) -> Result<Problem, serde_json::Error> {
        let (code, detail) = match self {
            Self::UnknownFile => {
                let why = "This file is not there, or not there any more. Attach it again.".to_owned();
                return Ok(Problem::validation(FieldErrors::from([(
                    "attachments".to_owned(),
                    vec![why],
                )])));
            }
            Self::TakenBack => (
                ProblemCode::Gone,
                "This message was taken back; to send it after all, send it with a new id.",
            ),
            Self::IdReused => (ProblemCode::IdReused, "Send it with a new id."),
            Self::Archived => (
                ProblemCode::ConversationArchived,
                "Unarchive the conversation before you write to it.",
            ),
            Self::Closed => (
                ProblemCode::ConversationClosed,
                "Send it with `reopen` to open the conversation again.",
            ),
            Self::OutOfOrder => (
                ProblemCode::OutOfOrder,
                "The message named by `afterId` is not stored; send that one first.",
            ),
            Self::NewerReply => (
                ProblemCode::NewerReply,
                "Read the colleague's reply, then send with `force` or a newer `seenSeq`.",
            ),
        };
        let mut problem = Problem::new(code, detail);
        if self == Self::NewerReply {
            problem.current = newer_reply.map(serde_json::to_value).transpose()?;
        }
        Ok(problem)
    }
}

/// What happens to a message that its author takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeBack {
    /// Its id is burnt, so that an attempt which is still on its way comes to nothing.
    Burn,
    /// It is stored and stays.
    AlreadySent,
    /// The id is somebody else's message, which does not exist for the caller.
    NotTheirs,
}

/// Decides what happens to a message that `author` takes back; `same_id` is the stored one, when there is one.
#[must_use]
pub fn take_back(same_id: Option<&SameId>, author: Author) -> TakeBack {
    match same_id {
        None => TakeBack::Burn,
        Some(same) if same.author == author => TakeBack::AlreadySent,
        Some(_) => TakeBack::NotTheirs,
    }
}

/// Whether the message named by `afterId` goes before: stored, by the same author, and for an operator in the same
/// conversation. A visitor's may stand in an earlier one, because an archiving in between moves what follows to a new one.
#[must_use]
pub fn precedes(named: Option<&SameId>, author: Author, conversation: Option<ConversationId>) -> bool {
    named.is_some_and(|named| {
        named.author == author && (conversation.is_none() || named.content.conversation == conversation)
    })
}

/// Whether the files that a message names may go with it; `named` are those that are kept, in the message's order.
#[must_use]
pub fn files_fit(named: &[Option<Upload>], author: Author, conversation: Option<ConversationId>) -> bool {
    let fits = |file: Upload| file.by == author && !file.is_sent && file.conversation == conversation;
    named.iter().all(|file| file.is_some_and(fits))
}

/// Decides what happens to a message.
#[must_use]
pub fn decide(attempt: &Attempt) -> Verdict {
    if let Some(same) = &attempt.same_id
        && !planted::on(Bug::RepeatStored)
    {
        return if same.author == attempt.author && same_content(attempt, same) {
            Verdict::Repeat
        } else {
            Verdict::Refuse(Refusal::IdReused)
        };
    }
    if attempt.taken_back && !planted::on(Bug::TakenBackStored) {
        return Verdict::Refuse(Refusal::TakenBack);
    }
    if !attempt.files_fit {
        return Verdict::Refuse(Refusal::UnknownFile);
    }
    let target = match target(attempt) {
        Ok(target) => target,
        Err(refusal) => return Verdict::Refuse(refusal),
    };
    if !attempt.predecessor_stored && !planted::on(Bug::PredecessorIgnored) {
        return Verdict::Refuse(Refusal::OutOfOrder);
    }
    let may_collide =
        matches!(attempt.author, Author::Operator(_)) && attempt.content.visibility == Visibility::Public;
    if may_collide && attempt.newer_reply && !attempt.force {
        return Verdict::Refuse(Refusal::NewerReply);
    }
    Verdict::Store(target)
}

fn same_content(attempt: &Attempt, same: &SameId) -> bool {
    let asked = &attempt.content;
    let stored = &same.content;
    (asked.conversation.is_none() || asked.conversation == stored.conversation)
        && asked.text == stored.text
        && asked.visibility == stored.visibility
        && asked.attachments == stored.attachments
}

/// A visitor's message reopens a closed conversation and starts a new one past an archived one; an operator's has to
/// ask for the first and cannot do the second.
fn target(attempt: &Attempt) -> Result<Target, Refusal> {
    let by_visitor = matches!(attempt.author, Author::Visitor(_));
    match attempt.conversation {
        None => Ok(Target::New),
        Some(standing) if standing.is_archived => {
            if by_visitor {
                Ok(Target::New)
            } else {
                Err(Refusal::Archived)
            }
        }
        Some(standing) if standing.status == ConversationStatus::Open => Ok(Target::Existing),
        Some(_) if by_visitor || attempt.reopen => Ok(Target::Reopened),
        // A note is the team's own: it neither needs nor causes an open conversation.
        Some(_) if attempt.content.visibility == Visibility::Internal => Ok(Target::Existing),
        Some(_) => Err(Refusal::Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn bytes(n: u8) -> (Timestamp, [u8; 10]) {
        (Timestamp::from_millis(0), [n; 10])
    }

    fn member(n: u8) -> Author {
        let (at, random) = bytes(n);
        Author::Operator(MemberId::from_parts(at, random))
    }

    fn visitor(n: u8) -> Author {
        let (at, random) = bytes(n);
        Author::Visitor(VisitorId::from_parts(at, random))
    }

    fn content(conversation: Option<u8>, text: &str) -> Content {
        Content {
            conversation: conversation.map(|n| {
                let (at, random) = bytes(n);
                ConversationId::from_parts(at, random)
            }),
            text: text.to_owned(),
            visibility: Visibility::Public,
            attachments: Vec::new(),
        }
    }

    const OPEN: Standing = Standing {
        status: ConversationStatus::Open,
        is_archived: false,
    };
    const CLOSED: Standing = Standing {
        status: ConversationStatus::Closed,
        is_archived: false,
    };
    const ARCHIVED: Standing = Standing {
        status: ConversationStatus::Closed,
        is_archived: true,
    };

    fn attempt(author: Author) -> Attempt {
        Attempt {
            author,
            content: content(matches!(author, Author::Operator(_)).then_some(1), "hello"),
            same_id: None,
            taken_back: false,
            files_fit: true,
            conversation: Some(OPEN),
            predecessor_stored: true,
            newer_reply: false,
            force: false,
            reopen: false,
        }
    }

    #[test]
    fn the_same_again_is_a_repeat_whatever_happened_since() {
        for author in [member(1), visitor(1)] {
            let again = Attempt {
                same_id: Some(SameId {
                    author,
                    content: content(Some(1), "hello"),
                }),
                conversation: Some(ARCHIVED),
                predecessor_stored: false,
                newer_reply: true,
                ..attempt(author)
            };
            assert_eq!(decide(&again), Verdict::Repeat);
        }
    }

    #[test]
    fn an_id_is_its_authors_and_its_contents() {
        let stored = |author, content| Some(SameId { author, content });
        let cases = [
            stored(member(2), content(Some(1), "hello")),
            stored(Author::System, content(Some(1), "hello")),
            stored(member(1), content(Some(2), "hello")),
            stored(member(1), content(Some(1), "hello!")),
            stored(
                member(1),
                Content {
                    visibility: Visibility::Internal,
                    ..content(Some(1), "hello")
                },
            ),
            stored(
                member(1),
                Content {
                    attachments: vec![AttachmentId::from_parts(Timestamp::from_millis(0), [0; 10])],
                    ..content(Some(1), "hello")
                },
            ),
        ];
        for same_id in cases {
            let reused = Attempt {
                same_id,
                ..attempt(member(1))
            };
            assert_eq!(decide(&reused), Verdict::Refuse(Refusal::IdReused), "{reused:?}");
        }
    }

    #[test]
    fn a_file_goes_once_from_its_uploader_to_where_it_was_meant() {
        let here = content(Some(1), "").conversation;
        let upload = Upload {
            by: member(1),
            conversation: here,
            is_sent: false,
        };
        let fit = |file: Option<Upload>| files_fit(&[Some(upload), file], member(1), here);
        assert!(files_fit(&[], member(1), here));
        assert!(fit(Some(upload)));
        assert!(!fit(None));
        assert!(!fit(Some(Upload {
            by: member(2),
            ..upload
        })));
        assert!(!fit(Some(Upload {
            is_sent: true,
            ..upload
        })));
        let elsewhere = content(Some(2), "").conversation;
        assert!(!fit(Some(Upload {
            conversation: elsewhere,
            ..upload
        })));
        let of_visitor = Upload {
            by: visitor(1),
            conversation: None,
            is_sent: false,
        };
        assert!(files_fit(&[Some(of_visitor)], visitor(1), None));
        assert!(!files_fit(&[Some(of_visitor)], visitor(2), None));
    }

    #[test]
    fn operators_ask_before_reopening() {
        let to = |conversation, reopen| {
            decide(&Attempt {
                conversation: Some(conversation),
                reopen,
                ..attempt(member(1))
            })
        };
        assert_eq!(to(OPEN, false), Verdict::Store(Target::Existing));
        assert_eq!(to(CLOSED, false), Verdict::Refuse(Refusal::Closed));
        assert_eq!(to(CLOSED, true), Verdict::Store(Target::Reopened));
        assert_eq!(to(ARCHIVED, true), Verdict::Refuse(Refusal::Archived));
    }

    #[test]
    fn notes_leave_a_closed_conversation_closed() {
        let mut note = attempt(member(1));
        note.content.visibility = Visibility::Internal;
        note.conversation = Some(CLOSED);
        assert_eq!(decide(&note), Verdict::Store(Target::Existing));
    }

    #[test]
    fn visitors_always_get_through() {
        let to = |conversation| {
            decide(&Attempt {
                conversation,
                ..attempt(visitor(1))
            })
        };
        assert_eq!(to(None), Verdict::Store(Target::New));
        assert_eq!(to(Some(OPEN)), Verdict::Store(Target::Existing));
        assert_eq!(to(Some(CLOSED)), Verdict::Store(Target::Reopened));
        assert_eq!(to(Some(ARCHIVED)), Verdict::Store(Target::New));
    }

    #[test]
    fn checks_come_in_the_protocols_order() {
        let mut wrong = Attempt {
            same_id: Some(SameId {
                author: member(2),
                content: content(Some(1), "other"),
            }),
            conversation: Some(CLOSED),
            predecessor_stored: false,
            newer_reply: true,
            ..attempt(member(1))
        };
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::IdReused));
        wrong.same_id = None;
        wrong.taken_back = true;
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::TakenBack));
        wrong.taken_back = false;
        wrong.files_fit = false;
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::UnknownFile));
        wrong.files_fit = true;
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::Closed));
        wrong.conversation = Some(OPEN);
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::OutOfOrder));
        wrong.predecessor_stored = true;
        assert_eq!(decide(&wrong), Verdict::Refuse(Refusal::NewerReply));
        wrong.force = true;
        assert_eq!(decide(&wrong), Verdict::Store(Target::Existing));
    }

    #[test]
    fn only_ones_own_message_goes_before() {
        let same = SameId {
            author: member(1),
            content: content(Some(1), "hello"),
        };
        let here = same.content.conversation;
        assert!(precedes(Some(&same), member(1), here));
        assert!(!precedes(Some(&same), member(2), here));
        assert!(!precedes(
            Some(&same),
            member(1),
            content(Some(2), "").conversation
        ));
        assert!(!precedes(None, member(1), here));
        let earlier = SameId {
            author: visitor(1),
            ..same
        };
        assert!(precedes(Some(&earlier), visitor(1), None));
    }

    #[test]
    fn only_what_is_not_stored_is_taken_back() {
        let same = SameId {
            author: member(1),
            content: content(Some(1), "hello"),
        };
        assert_eq!(take_back(None, member(1)), TakeBack::Burn);
        assert_eq!(take_back(Some(&same), member(1)), TakeBack::AlreadySent);
        assert_eq!(take_back(Some(&same), member(2)), TakeBack::NotTheirs);
    }

    #[test]
    fn notes_and_visitors_never_collide_with_replies() {
        let mut note = attempt(member(1));
        note.newer_reply = true;
        note.content.visibility = Visibility::Internal;
        assert_eq!(decide(&note), Verdict::Store(Target::Existing));
        let mut theirs = attempt(visitor(1));
        theirs.newer_reply = true;
        assert_eq!(decide(&theirs), Verdict::Store(Target::Existing));
    }
}
