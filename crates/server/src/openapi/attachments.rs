//! The routes of files that are sent with messages.

use switchboard_contract::live_chat::Attachment;
use switchboard_contract::problem::ProblemCode as Code;
use utoipa::openapi::schema::Type::String as Text;

use super::describe::{Caller, Route};

const ID: &str = "Chosen by the sender; a repeat with the same name and content returns the first result";
const NAME: &str = "The file's name; folders and invisible characters are taken out of it";

/// The list.
pub(super) fn all() -> Vec<Route> {
    let upload = |path, tag, summary| {
        Route::post(path, tag, summary)
            .takes_file()
            .answers::<Attachment>(201, "Kept until it is sent, for a day")
            .answers::<Attachment>(200, "Kept before")
            .refuses(&[Code::IdReused])
    };
    let download = |path, tag| {
        Route::get(
            path,
            tag,
            "A file, always as something to keep: its kind is what its content says, and nothing in it ever runs",
        )
        .id("id", "The file")
        .answers_file(200, "The file")
    };
    vec![
        upload(
            "/api/live-chat/attachments",
            "live-chat",
            "Uploads a file for a message in a conversation",
        )
        .caller(Caller::Operator)
        .query(&[
            ("id", Text, ID),
            ("conversationId", Text, "Where the message will be sent"),
            ("name", Text, NAME),
        ])
        .refuses(&[Code::NotFound, Code::Gone]),
        download("/api/live-chat/attachments/{id}", "live-chat").caller(Caller::Operator),
        upload(
            "/api/visitor/attachments",
            "visitor",
            "Uploads a file for the visitor's next message",
        )
        .caller(Caller::Visitor)
        .query(&[("id", Text, ID), ("name", Text, NAME)])
        .refuses(&[Code::RateLimited]),
        download("/api/visitor/attachments/{id}", "visitor").caller(Caller::Visitor),
    ]
}
