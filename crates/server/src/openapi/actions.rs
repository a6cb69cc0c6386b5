//! The routes of what operators do to conversations besides writing, of labels and of saved views.

use switchboard_contract::live_chat::{
    ChangeConversations, ChangeLabel, ChangeResults, ChangeView, CreateLabel, CreateView, Label,
    LabelContents, LabelList, LiveChatConversation, MailTranscript, MarkRead, ReadResult, StartConversation,
    Transcript, View, ViewList,
};
use switchboard_contract::problem::ProblemCode as Code;
use utoipa::openapi::schema::Type::{Boolean, String as Text};

use super::describe::{Caller, Route};

const TAG: &str = "live-chat";

/// The list.
pub(super) fn all() -> Vec<Route> {
    let mut routes = conversations();
    routes.extend(labels());
    routes.extend(views());
    routes
}

fn conversations() -> Vec<Route> {
    vec![
        Route::patch(
            "/api/live-chat/conversations",
            TAG,
            "Changes one conversation or many; a repeat with the same `actionId` and content returns the first result",
        )
        .caller(Caller::Operator)
        .takes::<ChangeConversations>()
        .answers::<ChangeResults>(
            200,
            "A result for each: the conversation, or a problem (`not_found`, `conflict`, `conversation_archived`, \
             `conversation_closed`, `validation_failed`)",
        )
        .refuses(&[Code::IdReused]),
        Route::post(
            "/api/live-chat/conversations",
            TAG,
            "Writes to a visitor first; a repeat with the same id and content returns the conversation",
        )
        .caller(Caller::Operator)
        .takes::<StartConversation>()
        .answers::<LiveChatConversation>(201, "Started, in the caller's charge")
        .answers::<LiveChatConversation>(200, "Started before")
        .refuses(&[
            Code::NotFound,
            Code::Blocked,
            Code::Conflict,
            Code::IdReused,
            Code::Gone,
        ]),
        Route::get(
            "/api/live-chat/conversations/{id}/transcript",
            TAG,
            "What was said, as a file: public messages, and notes where they are asked for",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .query(&[
            ("format", Text, "`txt` (unless given), `html` or `json`"),
            ("notes", Boolean, "Internal notes too"),
        ])
        .answers::<Transcript>(
            200,
            "The transcript; plain text or a page that stands alone for the other forms",
        ),
        Route::post(
            "/api/live-chat/conversations/{id}/transcript/mail",
            TAG,
            "Sends what the visitor saw by mail",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .takes::<MailTranscript>()
        .answers_empty(202, "It leaves as soon as it can")
        .refuses(&[Code::BodyTooLarge, Code::RateLimited]),
        Route::delete(
            "/api/live-chat/conversations/{id}",
            TAG,
            "Deletes a conversation and everything that was said in it, for good; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .query(&[(
            "actionId",
            Text,
            "Chosen by the sender, for a request that is sent again until it is answered",
        )])
        .answers_empty(204, "Deleted, now or within the last 90 days")
        .refuses(&[Code::Forbidden, Code::IdReused]),
        Route::post(
            "/api/live-chat/conversations/{id}/read",
            TAG,
            "The team has read everything up to a `seq`; the mark only moves forward",
        )
        .caller(Caller::Operator)
        .id("id", "The conversation")
        .takes::<MarkRead>()
        .answers::<ReadResult>(200, "The conversation as it is now"),
        Route::delete(
            "/api/live-chat/messages/{id}",
            TAG,
            "Takes back a message that was attempted and is not stored; sending it later is refused as `gone`",
        )
        .caller(Caller::Operator)
        .id("id", "The message")
        .answers_empty(204, "Taken back")
        .refuses(&[Code::AlreadySent]),
    ]
}

fn labels() -> Vec<Route> {
    vec![
        Route::get("/api/live-chat/labels", TAG, "The team's labels, by name")
            .caller(Caller::Operator)
            .answers::<LabelList>(200, "All of them"),
        Route::post(
            "/api/live-chat/labels",
            TAG,
            "Makes a label; a repeat with the same id and content returns it",
        )
        .caller(Caller::Operator)
        .takes::<CreateLabel>()
        .answers::<Label>(201, "Made")
        .answers::<Label>(200, "Made before")
        .refuses(&[Code::IdReused]),
        Route::patch(
            "/api/live-chat/labels/{id}",
            TAG,
            "Changes a label; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The label")
        .header("If-Match", "The version that the change is meant for, in quotes")
        .takes::<ChangeLabel>()
        .answers::<Label>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::get(
            "/api/live-chat/labels/{id}/contents",
            TAG,
            "What deleting a label takes it off; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The label")
        .answers::<LabelContents>(200, "How many conversations carry it")
        .refuses(&[Code::Forbidden]),
        Route::delete(
            "/api/live-chat/labels/{id}",
            TAG,
            "Deletes a label and takes it off every conversation; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The label")
        .answers_empty(204, "Deleted")
        .refuses(&[Code::Forbidden]),
    ]
}

fn views() -> Vec<Route> {
    vec![
        Route::get(
            "/api/live-chat/views",
            TAG,
            "Saved filters of the list of conversations: the caller's own and the shared ones",
        )
        .caller(Caller::Operator)
        .answers::<ViewList>(200, "All of them"),
        Route::post(
            "/api/live-chat/views",
            TAG,
            "Saves a view, for the caller or, by owners and admins, for the team; a repeat with the same id and content \
             returns it",
        )
        .caller(Caller::Operator)
        .takes::<CreateView>()
        .answers::<View>(201, "Saved")
        .answers::<View>(200, "Saved before")
        .refuses(&[Code::Forbidden, Code::IdReused]),
        Route::patch(
            "/api/live-chat/views/{id}",
            TAG,
            "Changes a view; shared ones by owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The view")
        .header("If-Match", "The version that the change is meant for, in quotes")
        .takes::<ChangeView>()
        .answers::<View>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::delete(
            "/api/live-chat/views/{id}",
            TAG,
            "Deletes a view; shared ones by owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The view")
        .answers_empty(204, "Deleted")
        .refuses(&[Code::Forbidden]),
    ]
}
