//! The routes of canned replies.

use switchboard_contract::live_chat::{CannedReply, CannedReplyList, ChangeCannedReply, CreateCannedReply};
use switchboard_contract::problem::ProblemCode as Code;

use super::describe::{Caller, Route};

const TAG: &str = "live-chat";

/// The list.
pub(super) fn all() -> Vec<Route> {
    vec![
        Route::get(
            "/api/live-chat/canned-replies",
            TAG,
            "The team's canned replies and the caller's own, by shortcut",
        )
        .caller(Caller::Operator)
        .answers::<CannedReplyList>(200, "All of them"),
        Route::post(
            "/api/live-chat/canned-replies",
            TAG,
            "Makes a canned reply; a repeat with the same id and content returns it. Those of the team: for owners and admins",
        )
        .caller(Caller::Operator)
        .takes::<CreateCannedReply>()
        .answers::<CannedReply>(201, "Made")
        .answers::<CannedReply>(200, "Made before")
        .refuses(&[Code::IdReused, Code::Forbidden]),
        Route::patch(
            "/api/live-chat/canned-replies/{id}",
            TAG,
            "Changes a canned reply; one of the team: for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The canned reply")
        .header("If-Match", "The version that the change is meant for, in quotes")
        .takes::<ChangeCannedReply>()
        .answers::<CannedReply>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::delete(
            "/api/live-chat/canned-replies/{id}",
            TAG,
            "Deletes a canned reply; one of the team: for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The canned reply")
        .answers_empty(204, "Deleted")
        .refuses(&[Code::Forbidden]),
    ]
}
