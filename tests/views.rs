//! The menu of saved views on the conversations page, in a browser, against answers given at `fetch`.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use switchboard::app::App;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

use support::inbox::{ID, as_of, at, leave, open, respond, until_row};
use support::{Answer, FakeServer, Mounted, Seen, document, flush};

wasm_bindgen_test_configure!(run_in_browser);

const VIEW: &str = "01890a5d-ac96-774b-bcce-b302099a8001";
const PATH: &str = "/api/live-chat/views";
const MENU: &str = "button[aria-label='Views']";

fn view(name: &str, is_shared: bool, filter: &Value) -> Value {
    json!({
        "id": VIEW, "name": name, "isShared": is_shared, "authorId": ID, "filter": filter, "position": 2,
        "createdAt": at(0).to_string(), "updatedAt": at(0).to_string(), "version": 1,
    })
}

/// The inbox of an agent, or of an owner, whose account has these views.
fn server(views: &Rc<RefCell<Vec<Value>>>, role: &'static str) -> FakeServer {
    let views = views.clone();
    FakeServer::install(
        move |seen: &Seen| match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", PATH) => Answer::Json(200, json!({"items": *views.borrow(), "asOf": as_of()})),
            ("POST", PATH) => {
                let saved = view("Refunds", false, &json!({"status": "closed"}));
                views.borrow_mut().push(saved.clone());
                Answer::Json(201, saved)
            }
            ("PATCH", path) if path.starts_with(PATH) => {
                let mut changed = views.borrow()[0].clone();
                changed["name"] = json!("Money back");
                changed["version"] = json!(2);
                views.borrow_mut()[0] = changed.clone();
                Answer::Json(200, changed)
            }
            ("DELETE", path) if path.starts_with(PATH) => {
                views.borrow_mut().clear();
                Answer::Json(204, Value::Null)
            }
            _ => match respond(seen) {
                Answer::Json(status, mut body) if body.get("user").is_some() => {
                    body["user"]["role"] = json!(role);
                    Answer::Json(status, body)
                }
                other => other,
            },
        },
    )
}

/// The items of the open menu, by their text.
fn items(page: &Mounted<App>) -> Vec<String> {
    let found = document()
        .query_selector_all("[role^='menuitem']")
        .expect("a selector");
    assert!(page.find("[role='menu']").is_some());
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok())
        .filter_map(|item| item.query_selector("bdi").ok().flatten()?.text_content())
        .collect()
}

async fn choose(page: &Mounted<App>, text: &str) {
    let found = document()
        .query_selector_all("[role^='menuitem']")
        .expect("a selector");
    let items = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok());
    let mut named = items.filter(|item| item.inner_text().contains(text));
    assert!(page.find("[role='menu']").is_some());
    named.next().expect("an item").click();
    flush().await;
}

async fn open_menu(page: &Mounted<App>, first: &str) {
    page.click(MENU).await;
    page.until(first, |page| {
        page.find("[role='menu']")
            .is_some_and(|menu| menu.inner_text().contains(first))
    })
    .await;
}

fn toast_says(page: &Mounted<App>, text: &str) -> bool {
    page.find("[role='region'] [role='status'], [role='status']")
        .is_some()
        && document()
            .body()
            .is_some_and(|body| body.inner_text().contains(text))
}

#[wasm_bindgen_test]
async fn what_is_shown_is_saved_under_a_name() {
    let views = Rc::new(RefCell::new(Vec::new()));
    let server = server(&views, "owner");
    let page = open("/conversations").await;
    until_row(&page, "about boots").await;
    page.click("[role='tab']:nth-of-type(2)").await;
    until_row(&page, "Closed Visitor").await;
    open_menu(&page, "None yet.").await;
    choose(&page, "Save view…").await;
    assert_eq!(
        page.count("[role='dialog'] input[type='checkbox']"),
        1,
        "owners share"
    );
    page.click("[role='dialog'] .foot button:last-child").await;
    page.until("what is missing", |page| {
        page.text("[role='dialog']").contains("Fill in this field.")
    })
    .await;
    page.fill("[role='dialog'] input", "Refunds").await;
    page.click("[role='dialog'] .foot button:last-child").await;
    page.until("that it is saved", |page| {
        toast_says(page, "The view “Refunds” was saved.")
    })
    .await;
    assert_eq!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.method == "POST" && seen.path == PATH)
            .count(),
        1
    );
    open_menu(&page, "Refunds").await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn views_that_do_not_come_are_asked_for_again() {
    let broken = Rc::new(RefCell::new(true));
    let is_broken = broken.clone();
    let _server = FakeServer::install(move |seen: &Seen| match seen.path.as_str() {
        PATH if *is_broken.borrow() => Answer::Json(403, json!({"code": "forbidden", "status": 403})),
        PATH => Answer::Json(
            200,
            json!({"items": [view("Team", true, &json!({}))], "asOf": as_of()}),
        ),
        _ => respond(seen),
    });
    let page = open("/conversations").await;
    until_row(&page, "about boots").await;
    open_menu(&page, "Retry").await;
    broken.replace(false);
    choose(&page, "Retry").await;
    page.until("the views", |page| page.text("[role='menu']").contains("Team"))
        .await;
    // It is the one that is shown, and not an agent's to change.
    assert_eq!(items(&page), ["Team", "Save view…"]);
    leave(page).await;
}
