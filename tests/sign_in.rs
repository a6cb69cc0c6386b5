//! The sign-in form and the session behind it, in a browser, against answers given at `fetch`.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::json;
use switchboard::api::{Api, Transport};
use switchboard::auth::{AuthProvider, AuthState, Session, use_auth};
use switchboard::pages::LoginForm;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Storage;
use yew::prelude::*;
use yew_router::BrowserRouter;

use support::{Answer, FakeServer, Mounted, Seen, focused, mount, value};

wasm_bindgen_test_configure!(run_in_browser);

const TOKEN: &str = "canary-token";
const SUMMARY: &str = "form [role='alert']";

fn grant(token: &str) -> serde_json::Value {
    json!({
        "accessToken": token,
        "expiresInMs": 600_000,
        "user": {
            "id": "01890a5d-ac96-774b-bcce-b302099a8057",
            "accountId": "01890a5d-ac96-774b-bcce-b302099a8058",
            "accountName": "Example",
            "name": "Example Person",
            "email": "person@example.com",
            "role": "agent",
        },
    })
}

fn storages() -> [Storage; 2] {
    let window = web_sys::window().expect("a window");
    [
        window.local_storage().expect("allowed").expect("there"),
        window.session_storage().expect("allowed").expect("there"),
    ]
}

fn stored_keys() -> Vec<String> {
    storages()
        .iter()
        .flat_map(|storage| (0..storage.length().expect("readable")).map(move |index| storage.key(index)))
        .map(|key| key.expect("readable").expect("there"))
        .collect()
}

fn forget_everything() {
    for storage in storages() {
        storage.clear().expect("cleared");
    }
}

fn session() -> Session {
    Session::new(Transport::new("/api".into()))
}

#[derive(Properties, PartialEq)]
struct PageProps {
    session: Session,
}

#[component]
fn Page(props: &PageProps) -> Html {
    html! {
        <BrowserRouter>
            <AuthProvider session={props.session.clone()}>
                <Body />
            </AuthProvider>
        </BrowserRouter>
    }
}

#[component]
fn Body() -> Html {
    match use_auth().state {
        AuthState::SignedIn(me) => html! { <p id="who">{ me.name.clone() }</p> },
        AuthState::SignedOut(_) => html! { <LoginForm /> },
        AuthState::Restoring(error) => html! { <p id="restoring">{ format!("{error:?}") }</p> },
    }
}

async fn open() -> Mounted<Page> {
    mount::<Page>(PageProps { session: session() }).await
}

async fn submit(page: &Mounted<Page>, password: &str) {
    page.fill("#email", "person@example.com").await;
    page.fill("#password", password).await;
    page.click("button[type='submit']").await;
}

#[wasm_bindgen_test]
async fn an_empty_form_is_not_sent_and_its_summary_takes_the_focus() {
    forget_everything();
    let server = FakeServer::install(|_| Answer::Cut);
    let page = open().await;
    page.click("button[type='submit']").await;

    assert_eq!(page.count(&format!("{SUMMARY} li")), 2);
    let active = support::document().active_element().expect("focus");
    assert_eq!(active.get_attribute("role").as_deref(), Some("alert"));
    for field in ["email", "password"] {
        let input = page.get(&format!("#{field}"));
        assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
        let message = input.get_attribute("aria-describedby").expect("a message");
        assert!(page.text(&format!("#{message}")).contains("Fill in"), "{field}");
    }
    page.click(&format!("{SUMMARY} a[href='#password']")).await;
    assert_eq!(focused(), "password");
    assert!(server.seen().is_empty(), "nothing was sent");
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn a_wrong_password_keeps_what_was_typed() {
    forget_everything();
    let _server =
        FakeServer::install(|_| Answer::Json(401, json!({"code": "invalid_credentials", "status": 401})));
    let page = open().await;
    submit(&page, "not this one").await;
    page.until("the summary", |page| page.find(SUMMARY).is_some())
        .await;

    assert!(page.text(SUMMARY).contains("Email or password is not right."));
    let active = support::document().active_element().expect("focus");
    assert_eq!(active.get_attribute("role").as_deref(), Some("alert"));
    assert_eq!(value(&page, "#email"), "person@example.com");
    assert_eq!(value(&page, "#password"), "not this one");
    page.until("a button that can be pressed", |page| {
        page.get("button[type='submit']")
            .get_attribute("aria-busy")
            .is_none()
    })
    .await;
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn too_many_tries_say_how_long_to_wait() {
    forget_everything();
    let server = FakeServer::install(|_| {
        Answer::Json(
            429,
            json!({"code": "rate_limited", "status": 429, "retryAfterMs": 40_000}),
        )
    });
    let page = open().await;
    submit(&page, "anything").await;
    page.until("the wait", |page| page.find("[role='timer']").is_some())
        .await;

    let wait = page.text("[role='timer']");
    assert!(wait.contains("40 s") || wait.contains("39 s"), "{wait}");
    let button = page.get("button[type='submit']");
    assert_eq!(button.get_attribute("aria-disabled").as_deref(), Some("true"));
    page.click("button[type='submit']").await;
    assert_eq!(server.count("/api/auth/login"), 1, "it waits");
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn signing_in_leaves_no_token_on_the_device() {
    forget_everything();
    let server = FakeServer::install(|_| Answer::Json(200, grant(TOKEN)));
    let page = open().await;
    submit(&page, "right").await;
    page.until("the person", |page| page.find("#who").is_some()).await;

    assert_eq!(page.text("#who"), "Example Person");
    let [first, ..] = &server.seen()[..] else {
        panic!("a request")
    };
    assert_eq!(
        (first.method.as_str(), first.path.as_str()),
        ("POST", "/api/auth/login")
    );
    assert_eq!(first.switchboard.as_deref(), Some("1"));
    for storage in storages() {
        for index in 0..storage.length().expect("readable") {
            let key = storage.key(index).expect("readable").expect("there");
            let value = storage.get_item(&key).expect("readable").unwrap_or_default();
            assert!(!value.contains(TOKEN), "{key}");
        }
    }
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn leaving_the_page_gives_up_its_request() {
    forget_everything();
    let server = FakeServer::install(|_| Answer::Silence);
    let page = open().await;
    submit(&page, "right").await;
    page.until("the request", |_| server.count("/api/auth/login") == 1)
        .await;
    assert!(!server.last_is_aborted("/api/auth/login"));
    page.destroy().await;
    assert!(server.last_is_aborted("/api/auth/login"));
}

#[wasm_bindgen_test]
async fn a_reload_restores_the_session_and_a_cut_line_is_no_sign_out() {
    forget_everything();
    let refused = Rc::new(Cell::new(true));
    let cut = refused.clone();
    let _server = FakeServer::install(move |seen: &Seen| match seen.path.as_str() {
        "/api/auth/login" => Answer::Json(200, grant(TOKEN)),
        _ if cut.get() => Answer::Cut,
        _ => Answer::Json(200, grant("second")),
    });
    let page = open().await;
    submit(&page, "right").await;
    page.until("the person", |page| page.find("#who").is_some()).await;
    page.destroy().await;

    let again = session();
    let page = mount::<Page>(PageProps {
        session: again.clone(),
    })
    .await;
    page.until("the failed try", |page| {
        page.find("#restoring")
            .is_some_and(|shown| shown.inner_text().contains("Offline"))
    })
    .await;
    assert!(page.find("form").is_none(), "nobody is asked to sign in");
    refused.set(false);
    again.wake();
    page.until("the person", |page| page.find("#who").is_some()).await;
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn refused_requests_cause_one_renewal_and_are_repeated_once() {
    forget_everything();
    let server = FakeServer::install(|seen: &Seen| match seen.path.as_str() {
        "/api/auth/login" => Answer::Json(200, grant("spent")),
        "/api/auth/refresh" => Answer::Json(200, grant("fresh")),
        _ if seen.authorization.as_deref() == Some("Bearer fresh") => {
            Answer::Json(200, grant("x")["user"].clone())
        }
        _ => Answer::Json(401, json!({"code": "unauthenticated", "status": 401})),
    });
    let session = session();
    let page = mount::<Page>(PageProps {
        session: session.clone(),
    })
    .await;
    submit(&page, "right").await;
    page.until("the person", |page| page.find("#who").is_some()).await;

    let answers = Rc::new(Cell::new(0));
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let (api, answers) = (Api::new(session.clone()), answers.clone());
            switchboard::browser::Task::spawn(async move {
                assert!(api.me().await.is_ok());
                answers.set(answers.get() + 1);
            })
        })
        .collect();
    page.until("three answers", |_| answers.get() == 3).await;
    drop(tasks);
    assert_eq!(server.count("/api/auth/refresh"), 1);
    assert_eq!(server.count("/api/auth/me"), 6);
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn signing_out_empties_the_device_at_once() {
    forget_everything();
    let server = FakeServer::install(|seen: &Seen| match seen.path.as_str() {
        "/api/auth/logout" => Answer::Json(204, json!(null)),
        _ => Answer::Json(200, grant(TOKEN)),
    });
    let session = session();
    let page = mount::<Page>(PageProps {
        session: session.clone(),
    })
    .await;
    submit(&page, "right").await;
    page.until("the person", |page| page.find("#who").is_some()).await;
    session.sign_out();
    page.until("the form", |page| page.find("form").is_some()).await;
    assert!(Api::new(session).me().await.is_err());
    // Only the count of tokens stays, so that a token of the next session is newer than any of this one.
    page.until("the server's word", |_| {
        stored_keys() == ["switchboard.token-generation"]
    })
    .await;
    assert_eq!(server.count("/api/auth/logout"), 1);
    page.destroy().await;
}
