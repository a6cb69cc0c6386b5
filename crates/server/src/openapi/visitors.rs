//! The routes of people on the websites: as operators know them, and what the websites tell of them.

use switchboard_contract::live_chat::{
    BlockVisitor, ChangeVisitor, ChangeVisitorNote, CreateVisitorNote, LiveChatUser, VisitorDetails,
    VisitorExport, VisitorNote, VisitorPage,
};
use switchboard_contract::problem::ProblemCode as Code;
use switchboard_contract::visitor::{
    Identify, IdentitySecret, PreChatAnswered, ResumeChat, SetAttributes, SolveChallenge, VisitorSession,
    VisitorUser,
};
use switchboard_contract::website::widget::AnswerPreChat;
use utoipa::openapi::schema::Type::{Boolean, Integer, String as Text};

use super::describe::{Caller, Route};

const TAG: &str = "live-chat";
const IF_MATCH: &str = "The version that the change is meant for, in quotes";

/// The list.
pub(super) fn all() -> Vec<Route> {
    let mut routes = people();
    routes.extend(notes());
    routes.extend(told_by_websites());
    routes
}

fn people() -> Vec<Route> {
    vec![
        Route::get("/api/visitors", TAG, "People on the websites that the caller may see, last seen first")
            .caller(Caller::Operator)
            .query(&[
                ("online", Boolean, "Only those who are there now"),
                ("websiteId", Text, "Only on this website"),
                ("q", Text, "Part of a name, an address, a page or its title; at most 200 characters"),
                ("limit", Integer, "1 to 200, 50 unless given"),
                ("cursor", Text, "`nextCursor` of the page before"),
            ])
            .answers::<VisitorPage>(200, "One page"),
        Route::get("/api/visitors/{id}", TAG, "One person: identity, pages seen, notes, conversations")
            .caller(Caller::Operator)
            .id("id", "The person")
            .answers::<VisitorDetails>(200, "The person"),
        Route::patch("/api/visitors/{id}", TAG, "Changes name, address or phone; null takes one away")
            .caller(Caller::Operator)
            .id("id", "The person")
            .header("If-Match", IF_MATCH)
            .takes::<ChangeVisitor>()
            .answers::<LiveChatUser>(200, "As they are now")
            .refuses(&[Code::Conflict, Code::Gone]),
        Route::delete(
            "/api/visitors/{id}",
            TAG,
            "Erases a person with everything that is known of them and everything that was said, for good; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The person")
        .answers_empty(204, "Erased, now or within the last 90 days")
        .refuses(&[Code::Forbidden]),
        Route::post(
            "/api/visitors/{id}/block",
            TAG,
            "Refuses everything that a person sends from now on, and closes what goes on; or takes that back",
        )
        .caller(Caller::Operator)
        .id("id", "The person")
        .takes::<BlockVisitor>()
        .answers::<LiveChatUser>(200, "As they are now")
        .refuses(&[Code::Gone]),
        Route::get("/api/visitors/{id}/export", TAG, "Everything that is known of a person, as a file")
            .caller(Caller::Operator)
            .id("id", "The person")
            .answers::<VisitorExport>(200, "The file"),
    ]
}

fn notes() -> Vec<Route> {
    vec![
        Route::post(
            "/api/visitors/{id}/notes",
            TAG,
            "Writes a note about a person, for the team; a repeat with the same id and content returns it",
        )
        .caller(Caller::Operator)
        .id("id", "The person")
        .takes::<CreateVisitorNote>()
        .answers::<VisitorNote>(201, "Written")
        .answers::<VisitorNote>(200, "Written before")
        .refuses(&[Code::IdReused, Code::Gone]),
        Route::patch(
            "/api/visitors/{id}/notes/{noteId}",
            TAG,
            "Changes a note; for its author, owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The person")
        .id("noteId", "The note")
        .header("If-Match", IF_MATCH)
        .takes::<ChangeVisitorNote>()
        .answers::<VisitorNote>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict, Code::Gone]),
        Route::delete(
            "/api/visitors/{id}/notes/{noteId}",
            TAG,
            "Deletes a note; for its author, owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The person")
        .id("noteId", "The note")
        .answers_empty(204, "Deleted")
        .refuses(&[Code::Forbidden, Code::Gone]),
    ]
}

fn told_by_websites() -> Vec<Route> {
    vec![
        Route::get(
            "/api/websites/{id}/identity",
            "websites",
            "The secret with which the website's own server proves who visitors are; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<IdentitySecret>(200, "The secret")
        .refuses(&[Code::Forbidden]),
        Route::post(
            "/api/websites/{id}/identity",
            "websites",
            "Another secret; the one before proves nothing from then on; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<IdentitySecret>(200, "The new secret")
        .refuses(&[Code::Forbidden]),
        Route::post("/api/visitor/identify", "visitor", "The website says who the visitor is, with a proof")
            .caller(Caller::Visitor)
            .takes::<Identify>()
            .answers::<VisitorUser>(200, "The visitor")
            .refuses(&[Code::Forbidden, Code::RateLimited]),
        Route::post(
            "/api/visitor/pre-chat",
            "visitor",
            "The visitor answers what the website asks before the first message",
        )
        .caller(Caller::Visitor)
        .takes::<AnswerPreChat>()
        .answers::<PreChatAnswered>(200, "The visitor and the conversation that begins; the first result to a repeat")
        .refuses(&[Code::IdReused, Code::RateLimited]),
        Route::post(
            "/api/visitor/challenge",
            "visitor",
            "The website shows that a visitor who was slowed down (429 with `challenge`) is a person",
        )
        .caller(Caller::Visitor)
        .takes::<SolveChallenge>()
        .answers_empty(204, "The visitor may write on")
        .refuses(&[Code::Forbidden, Code::Gone, Code::RateLimited]),
        Route::post("/api/visitor/attributes", "visitor", "The website tells attributes of the visitor")
            .caller(Caller::Visitor)
            .takes::<SetAttributes>()
            .answers_empty(204, "Kept")
            .refuses(&[Code::RateLimited]),
        Route::post(
            "/api/visitor/resume",
            "visitor",
            "The link of a letter is opened: a session, whose token ends the one that the link handed out before",
        )
        .takes::<ResumeChat>()
        .answers::<VisitorSession>(200, "The visitor, with a code for the frame")
        .refuses(&[Code::Gone, Code::Blocked]),
    ]
}
