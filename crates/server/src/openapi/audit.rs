//! The routes of the audit log.

use switchboard_contract::audit::{AuditEntry, AuditPage};
use switchboard_contract::problem::ProblemCode as Code;
use utoipa::openapi::schema::Type::{Integer, String as Text};

use super::describe::{Caller, Route, list_of};

const TAG: &str = "audit";

const NARROWED: [(&str, utoipa::openapi::schema::Type, &str); 5] = [
    ("memberId", Text, "Only what this member did"),
    ("kind", Text, "Only of this kind, such as `member.invited`"),
    ("websiteId", Text, "Only what concerns this website"),
    ("from", Text, "Not before this instant"),
    ("until", Text, "Before this instant"),
];

/// The list.
pub(super) fn all() -> Vec<Route> {
    vec![
        Route::get("/api/audit", TAG, "Who changed what, newest first. For owners")
            .caller(Caller::Operator)
            .query(&NARROWED)
            .query(&[
                ("limit", Integer, "1 to 200, 50 unless given"),
                (
                    "cursor",
                    Text,
                    "`nextCursor` of the page before, of a list with the same filter",
                ),
            ])
            .answers_as("AuditPage", list_of::<AuditPage, AuditEntry>(), 200, "One page")
            .refuses(&[Code::Forbidden]),
        Route::get(
            "/api/audit/export.csv",
            TAG,
            "The newest 10,000 of the same as a file of comma-separated values. For owners",
        )
        .caller(Caller::Operator)
        .query(&NARROWED)
        .answers_file(200, "The file")
        .refuses(&[Code::Forbidden]),
    ]
}
