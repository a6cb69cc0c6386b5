//! The forms of people who are not signed in, in a browser, against answers given at `fetch`.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::json;
use switchboard::api::Transport;
use switchboard::auth::{AuthProvider, AuthState, Session, use_auth};
use switchboard::pages::{LoginForm, RegisterForm};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;
use yew_router::BrowserRouter;

use support::{Answer, FakeServer, Mounted, Seen, focused, mount, value};

wasm_bindgen_test_configure!(run_in_browser);

const SUMMARY: &str = "form [role='alert']";
const SUBMIT: &str = "button[type='submit']";

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Register,
    Login,
}

#[derive(Properties, PartialEq)]
struct PageProps {
    session: Session,
    which: Which,
    #[prop_or_default]
    on_sent: Callback<String>,
}

#[component]
fn Page(props: &PageProps) -> Html {
    html! {
        <BrowserRouter>
            <AuthProvider session={props.session.clone()}>
                <Body which={props.which} on_sent={props.on_sent.clone()} />
            </AuthProvider>
        </BrowserRouter>
    }
}

#[derive(Properties, PartialEq)]
struct BodyProps {
    which: Which,
    on_sent: Callback<String>,
}

#[component]
fn Body(props: &BodyProps) -> Html {
    match (use_auth().state, props.which) {
        (AuthState::SignedIn(me), _) => html! { <p id="who">{ me.name.clone() }</p> },
        (_, Which::Register) => html! { <RegisterForm on_sent={props.on_sent.clone()} /> },
        (_, Which::Login) => html! { <LoginForm /> },
    }
}

async fn open(which: Which, on_sent: Callback<String>) -> Mounted<Page> {
    mount::<Page>(PageProps {
        session: Session::new(Transport::new("/api".into())),
        which,
        on_sent,
    })
    .await
}

fn forget_everything() {
    let window = web_sys::window().expect("a window");
    for storage in [window.local_storage(), window.session_storage()] {
        storage
            .expect("allowed")
            .expect("there")
            .clear()
            .expect("cleared");
    }
}

fn meter(page: &Mounted<Page>) -> String {
    page.get("[role='meter']")
        .get_attribute("aria-valuetext")
        .unwrap_or_default()
}

#[wasm_bindgen_test]
async fn the_meter_follows_the_rule_and_the_person() {
    forget_everything();
    let _server = FakeServer::install(|_| Answer::Cut);
    let page = open(Which::Register, Callback::noop()).await;
    assert_eq!(meter(&page), "Nothing entered");
    page.fill("#password", "short").await;
    assert_eq!(meter(&page), "Not accepted");
    page.fill("#company", "Harbour Books").await;
    page.fill("#password", "Harbour-Books1").await;
    assert_eq!(meter(&page), "Not accepted", "made of the company's name");
    page.fill("#password", "wintry-kettle-ford-plum").await;
    assert_eq!(meter(&page), "Strong");
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn what_was_typed_survives_a_reload_and_no_password_does() {
    forget_everything();
    let _server = FakeServer::install(|_| Answer::Cut);
    let page = open(Which::Register, Callback::noop()).await;
    page.fill("#name", "Jane Doe").await;
    page.fill("#password", "wintry-kettle-ford-plum").await;
    page.destroy().await;
    let page = open(Which::Register, Callback::noop()).await;
    assert_eq!(value(&page, "#name"), "Jane Doe");
    assert_eq!(value(&page, "#password"), "");
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn the_servers_words_stand_beside_their_field_until_it_changes() {
    forget_everything();
    let refuses = Rc::new(Cell::new(true));
    let refusing = refuses.clone();
    let server = FakeServer::install(move |seen: &Seen| match seen.path.as_str() {
        "/api/auth/register" if refusing.get() => Answer::Json(
            422,
            json!({"code": "validation_failed", "status": 422, "fields": {"email": ["Not this one."]}}),
        ),
        "/api/auth/register" => Answer::Json(201, json!(null)),
        _ => Answer::Cut,
    });
    let sent = Rc::new(Cell::new(false));
    let noted = sent.clone();
    let page = open(Which::Register, Callback::from(move |_| noted.set(true))).await;
    for (field, text) in [
        ("#name", "Jane Doe"),
        ("#company", "Harbour"),
        ("#email", "jane@harbour.example"),
        ("#password", "wintry-kettle-ford-plum"),
    ] {
        page.fill(field, text).await;
    }
    page.click(SUBMIT).await;
    page.until("the server's words", |page| page.find(SUMMARY).is_some())
        .await;
    let active = support::document().active_element().expect("focus");
    assert_eq!(active.get_attribute("role").as_deref(), Some("alert"));
    assert!(page.text("#email-message").contains("Not this one."));
    assert_eq!(value(&page, "#password"), "wintry-kettle-ford-plum");
    page.click(&format!("{SUMMARY} a[href='#email']")).await;
    assert_eq!(focused(), "email");
    page.fill("#email", "jane.doe@harbour.example").await;
    assert_eq!(page.text("#email-message"), "");
    refuses.set(false);
    page.click(SUBMIT).await;
    page.until("the answer", |_| sent.get()).await;
    assert_eq!(server.count("/api/auth/register"), 2);
    page.destroy().await;
    forget_everything();
}

#[wasm_bindgen_test]
async fn a_second_factor_is_asked_for_and_its_challenge_sent_back() {
    forget_everything();
    let server = FakeServer::install(|seen: &Seen| match seen.path.as_str() {
        "/api/auth/login" => Answer::Json(
            401,
            json!({"code": "totp_required", "status": 401, "challenge": "proof"}),
        ),
        _ => Answer::Json(410, json!({"code": "gone", "status": 410})),
    });
    let page = open(Which::Login, Callback::noop()).await;
    page.fill("#email", "person@example.com").await;
    page.fill("#password", "right").await;
    page.click(SUBMIT).await;
    page.until("the field of the code", |page| page.find("#code").is_some())
        .await;
    assert_eq!(focused(), "code");
    page.fill("#code", "12").await;
    page.click(SUBMIT).await;
    assert_eq!(server.count("/api/auth/login/totp"), 0, "not a code");
    page.fill("#code", "123 456").await;
    page.click(SUBMIT).await;
    page.until("the refusal", |page| {
        page.find(SUMMARY)
            .is_some_and(|summary| summary.inner_text().contains("took too long"))
    })
    .await;
    assert_eq!(server.count("/api/auth/login/totp"), 1);
    page.destroy().await;
    forget_everything();
}
