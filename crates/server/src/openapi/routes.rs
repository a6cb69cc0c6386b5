//! Every route of the API.

use switchboard_contract::live_chat::{
    ConversationPage, LiveChatConversation, MessagePage, SendMessage, SendResult,
};
use switchboard_contract::problem::ProblemCode as Code;
use switchboard_contract::realtime::{EventPage, Ticket};
use switchboard_contract::visitor::{
    OpenFrame, PageBeat, PageNoted, RateConversation, StartVisitorSession, VisitorConversation,
    VisitorMessages, VisitorRead, VisitorSend, VisitorSendResult, VisitorSession, VisitorTyping,
};
use utoipa::openapi::schema::Type::{Boolean, Integer, String as Text};

use super::accounts;
use super::describe::{Caller, Route};

/// The list.
pub(super) fn all() -> Vec<Route> {
    [
        accounts::auth(),
        accounts::team(),
        super::audit::all(),
        super::tokens::all(),
        super::webhooks::all(),
        live_chat(),
        super::actions::all(),
        super::attachments::all(),
        super::replies::all(),
        super::websites::all(),
        super::visitors::all(),
        super::analytics::all(),
        visitors_side(),
        realtime(),
        health(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn live_chat() -> Vec<Route> {
    vec![
        Route::get(
            "/api/live-chat/conversations",
            "live-chat",
            "Conversations that the caller may see",
        )
        .caller(Caller::Operator)
        .query(&[
            (
                "status",
                Text,
                "`open` (unless given: those not snoozed), `snoozed`, `closed`, `archived` or `all`",
            ),
            ("websiteId", Text, "Only of this website"),
            ("funnelId", Text, "Only of this funnel"),
            ("assignee", Text, "`me`, `none` or a member's id"),
            ("label", Text, "Only with this label"),
            ("unread", Boolean, "Only with messages that no operator has read"),
            (
                "q",
                Text,
                "Words, at most 200 characters, each of which stands in a message or note, in the visitor's name, \
                 address or telephone number, or in a page that the visitor has seen; case and accents make no \
                 difference, the last word may be the beginning of one, and no other sign means anything",
            ),
            (
                "sort",
                Text,
                "`newest` activity first (unless given), `oldest` activity first, `waiting` (only those whose visitors \
                 wait, the longest first) or `priority` (urgent first, then newest)",
            ),
            ("limit", Integer, "1 to 200, 50 unless given"),
            (
                "cursor",
                Text,
                "`nextCursor` of the page before, of a list with the same `sort`",
            ),
        ])
        .answers::<ConversationPage>(
            200,
            "One page; `messages` of each holds at most the newest one. With `q`, `matches` says what was found",
        ),
        Route::get(
            "/api/live-chat/conversations/{id}",
            "live-chat",
            "One conversation with its visitor",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .answers::<LiveChatConversation>(200, "The conversation"),
        Route::get(
            "/api/live-chat/conversations/{id}/messages",
            "live-chat",
            "A conversation's messages, ascending by `seq`",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .query(&[
            ("before", Integer, "Those before this `seq`"),
            ("after", Integer, "Those after this `seq`"),
            ("around", Integer, "Those around this `seq`"),
            (
                "at",
                Text,
                "Those around the first message at or after this instant in RFC 3339; the newest ones where there is none",
            ),
            ("limit", Integer, "1 to 200, 50 unless given"),
        ])
        .answers::<MessagePage>(200, "The messages"),
        Route::post(
            "/api/live-chat/messages",
            "live-chat",
            "Sends a message; a repeat with the same id and content returns the first result",
        )
        .caller(Caller::Operator)
        .takes::<SendMessage>()
        .answers::<SendResult>(201, "Stored")
        .answers::<SendResult>(200, "Stored before")
        .refuses(&[
            Code::NotFound,
            Code::IdReused,
            Code::OutOfOrder,
            Code::NewerReply,
            Code::ConversationClosed,
            Code::ConversationArchived,
            Code::Gone,
        ]),
    ]
}

fn visitors_side() -> Vec<Route> {
    vec![
        Route::post(
            "/api/visitor/sessions",
            "visitor",
            "The loader on a website's page says that a visitor is there; `Origin` must be one of the website's",
        )
        .takes::<StartVisitorSession>()
        .answers::<VisitorSession>(200, "The visitor")
        .refuses(&[Code::NotFound, Code::OriginRefused, Code::Blocked, Code::RateLimited]),
        Route::post("/api/visitor/frame", "visitor", "The frame exchanges its one-use code for the token")
            .takes::<OpenFrame>()
            .answers::<VisitorSession>(200, "The visitor")
            .refuses(&[Code::Unauthenticated, Code::Blocked]),
        Route::get("/api/visitor/messages", "visitor", "The visitor's public messages, ascending by `seq`")
            .caller(Caller::Visitor)
            .query(&[
                ("before", Integer, "Those before this `seq`"),
                ("after", Integer, "Those after this `seq`"),
                ("limit", Integer, "1 to 200, 50 unless given"),
            ])
            .answers::<VisitorMessages>(200, "The messages; none before there is a conversation"),
        Route::post(
            "/api/visitor/messages",
            "visitor",
            "Sends a message; starts or reopens a conversation when there is none open",
        )
        .caller(Caller::Visitor)
        .takes::<VisitorSend>()
        .answers::<VisitorSendResult>(201, "Stored")
        .answers::<VisitorSendResult>(200, "Stored before")
        .refuses(&[Code::IdReused, Code::OutOfOrder, Code::Gone, Code::RateLimited]),
        Route::post("/api/visitor/page", "visitor", "The visitor looks at another page, or still at this one")
            .caller(Caller::Visitor)
            .takes::<PageBeat>()
            .answers::<PageNoted>(200, "Noted, and a conversation is open")
            .answers_empty(204, "Noted"),
        Route::post(
            "/api/visitor/rating",
            "visitor",
            "What the visitor thought of a conversation that is over; a comment may follow, and it can be changed once",
        )
        .caller(Caller::Visitor)
        .takes::<RateConversation>()
        .answers::<VisitorConversation>(200, "The conversation with its rating")
        .refuses(&[Code::NotFound, Code::Conflict]),
        Route::post(
            "/api/visitor/read",
            "visitor",
            "The visitor has read everything up to a `seq`; the mark only moves forward",
        )
        .caller(Caller::Visitor)
        .takes::<VisitorRead>()
        .answers_empty(204, "Noted")
        .refuses(&[Code::NotFound]),
        Route::post(
            "/api/visitor/typing",
            "visitor",
            "The visitor writes, said by a frame without a socket; operators see the draft where the website shares it",
        )
        .caller(Caller::Visitor)
        .takes::<VisitorTyping>()
        .answers_empty(204, "Told, if there is a conversation"),
        Route::post("/api/visitor/ticket", "visitor", "A one-use ticket for the socket")
            .caller(Caller::Visitor)
            .answers::<Ticket>(200, "The ticket")
            .refuses(&[Code::OriginRefused]),
    ]
}

fn realtime() -> Vec<Route> {
    vec![
        Route::post("/api/realtime/ticket", "realtime", "A one-use ticket for the socket")
            .caller(Caller::Operator)
            .answers::<Ticket>(200, "The ticket")
            .refuses(&[Code::OriginRefused]),
        Route::get(
            "/api/realtime",
            "realtime",
            "The socket: a WebSocket with subprotocol `switchboard.v1`; the first frame is `hello` with a ticket",
        )
        .answers_empty(101, "Upgraded")
        .refuses(&[Code::BadRequest, Code::OriginRefused]),
        Route::get("/api/events", "realtime", "The event log after a position")
            .caller(Caller::Operator)
            .query(&[
                ("after", Text, "The offset of the last event that was applied"),
                ("epoch", Text, "The log's generation that the offset belongs to"),
                ("limit", Integer, "1 to 200, 50 unless given"),
                (
                    "waitMs",
                    Integer,
                    "How long to wait for an event when there is none, up to 25,000; then the answer holds signals too",
                ),
                (
                    "idle",
                    Boolean,
                    "`true`: nobody uses the device; an operator who waits and is available counts as away",
                ),
            ])
            .answers::<EventPage>(200, "The events")
            .refuses(&[Code::PositionLost]),
    ]
}

fn health() -> Vec<Route> {
    vec![
        Route::get("/healthz", "health", "Whether the server is alive").answers_empty(200, "Alive"),
        Route::get("/readyz", "health", "Whether the database answers").answers_empty(200, "Ready"),
        Route::get(
            "/metrics",
            "health",
            "Figures for Prometheus; answered to private networks alone",
        )
        .answers_file(200, "The figures as OpenMetrics text")
        .refuses(&[Code::NotFound]),
    ]
}
