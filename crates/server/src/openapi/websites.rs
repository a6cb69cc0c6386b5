//! The routes of websites and their funnels.

use switchboard_contract::page::NumberedPage;
use switchboard_contract::problem::ProblemCode as Code;
use switchboard_contract::website::widget::RestoreWidget;
use switchboard_contract::website::{
    CreateFunnel, CreateWebsite, Funnel, FunnelList, InstallCheck, UpdateFunnel, UpdateWebsite, Website,
    WebsiteContents, WebsiteStatusHistory, WidgetConfig, WidgetDraft, WidgetHistory,
};
use utoipa::openapi::schema::Type::{Integer, String as Text};

use super::describe::{Caller, Route, list_of};

const TAG: &str = "websites";
const IF_MATCH: &str = "The version that the change is meant for, in quotes";

/// The list.
pub(super) fn all() -> Vec<Route> {
    let mut routes = websites();
    routes.extend(deleting());
    routes.extend(funnels());
    routes.extend(widget());
    routes
}

fn websites() -> Vec<Route> {
    vec![
        Route::get("/api/websites", TAG, "Websites that the caller may see")
            .caller(Caller::Operator)
            .query(&[
                ("page", Integer, "From 1"),
                ("pageSize", Integer, "1 to 200"),
                ("q", Text, "Part of a name or domain"),
                (
                    "sort",
                    Text,
                    "`name` (unless given), `domain`, `createdAt` or `status` (the worst first); `-` in front turns it round",
                ),
            ])
            .answers_as(
                "WebsitePage",
                list_of::<NumberedPage<Website>, Website>(),
                200,
                "One page",
            )
            .refuses(&[Code::ValidationFailed]),
        Route::post(
            "/api/websites",
            TAG,
            "Adds a website; a repeat with the same id and content returns it; for owners and admins",
        )
        .caller(Caller::Operator)
        .takes::<CreateWebsite>()
        .answers::<Website>(201, "Added")
        .answers::<Website>(200, "Added before")
        .refuses(&[Code::Forbidden, Code::IdReused, Code::Gone]),
        Route::get("/api/websites/{id}", TAG, "One website")
            .caller(Caller::Operator)
            .id("id", "The website")
            .answers::<Website>(200, "The website"),
        Route::patch(
            "/api/websites/{id}",
            TAG,
            "Changes a website's settings; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .header("If-Match", IF_MATCH)
        .takes::<UpdateWebsite>()
        .answers::<Website>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::get(
            "/api/websites/{id}/status",
            TAG,
            "What the loader's beats say about a website, and how it came to that",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<WebsiteStatusHistory>(200, "The newest change first"),
        Route::post(
            "/api/websites/{id}/check-install",
            TAG,
            "Whether a website has the widget: by what its pages tell, and where they tell nothing by a look at its first page, \
             which has to be a public one; for owners and admins, ten times a minute",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<InstallCheck>(200, "What it comes to")
        .refuses(&[Code::Forbidden, Code::RateLimited]),
    ]
}

fn deleting() -> Vec<Route> {
    vec![
        Route::get(
            "/api/websites/{id}/contents",
            TAG,
            "What deleting a website takes; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<WebsiteContents>(200, "How much there is")
        .refuses(&[Code::Forbidden]),
        Route::delete(
            "/api/websites/{id}",
            TAG,
            "Deletes a website and, half a minute later, all that was said there; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .header("If-Match", IF_MATCH)
        .answers_empty(204, "Deleted, now or before")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::post(
            "/api/websites/{id}/restore",
            TAG,
            "Undoes a deletion for half a minute; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<Website>(200, "As it is again")
        .refuses(&[Code::Forbidden, Code::Gone, Code::ValidationFailed]),
    ]
}

fn funnels() -> Vec<Route> {
    vec![
        Route::get(
            "/api/websites/{id}/funnels",
            TAG,
            "A website's funnels in the order in which they are tried, the default one last",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<FunnelList>(200, "All of them"),
        Route::post(
            "/api/websites/{id}/funnels",
            TAG,
            "Adds a funnel; a repeat with the same id and content returns it; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .takes::<CreateFunnel>()
        .answers::<Funnel>(201, "Added")
        .answers::<Funnel>(200, "Added before")
        .refuses(&[Code::Forbidden, Code::IdReused, Code::Gone]),
        Route::patch(
            "/api/websites/{id}/funnels/{funnelId}",
            TAG,
            "Changes a funnel, or moves it in the order; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .id("funnelId", "The funnel")
        .header("If-Match", IF_MATCH)
        .takes::<UpdateFunnel>()
        .answers::<Funnel>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::delete(
            "/api/websites/{id}/funnels/{funnelId}",
            TAG,
            "Deletes a funnel; its conversations keep its name; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .id("funnelId", "The funnel")
        .answers_empty(204, "Deleted")
        .refuses(&[Code::Forbidden, Code::DefaultFunnel]),
    ]
}

fn widget() -> Vec<Route> {
    vec![
        Route::get(
            "/api/websites/{id}/widget",
            TAG,
            "The widget's configuration: the draft and what visitors get",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<WidgetDraft>(200, "Both"),
        Route::put(
            "/api/websites/{id}/widget",
            TAG,
            "Changes the draft of the widget's configuration; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .header("If-Match", IF_MATCH)
        .takes::<WidgetConfig>()
        .answers::<WidgetDraft>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::post(
            "/api/websites/{id}/widget/publish",
            TAG,
            "Gives the draft to every visitor; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .header("If-Match", IF_MATCH)
        .answers::<WidgetDraft>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::get(
            "/api/websites/{id}/widget/history",
            TAG,
            "The configurations that visitors got, the newest first; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .answers::<WidgetHistory>(200, "At most fifty")
        .refuses(&[Code::Forbidden]),
        Route::post(
            "/api/websites/{id}/widget/restore",
            TAG,
            "Takes a configuration of before as the draft; for owners and admins",
        )
        .caller(Caller::Operator)
        .id("id", "The website")
        .header("If-Match", IF_MATCH)
        .takes::<RestoreWidget>()
        .answers::<WidgetDraft>(200, "As it is now")
        .refuses(&[Code::Forbidden, Code::Conflict]),
        Route::get(
            "/api/widget/{publicKey}",
            TAG,
            "The published configuration of a website's widget, for anyone; with an ETag",
        )
        .public_key()
        .answers::<WidgetConfig>(200, "The configuration"),
    ]
}
