//! Forms in steps, their drafts beyond the tab, and leaving them, in a browser.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::api::ApiError;
use switchboard::browser::sleep;
use switchboard::forms::{
    FormField, FormHandle, FormOptions, FormStep, FormSteps, FormTrouble, Guarded, UnsavedProvider,
    forget_member_drafts, open_member_drafts, use_form, use_form_about, use_unsaved,
};
use switchboard::routes::Route;
use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate;
use switchboard_engine::form::{Field, Step};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::hooks::use_route;
use yew_router::{BrowserRouter, Routable};

use support::{Mounted, document, mount};

wasm_bindgen_test_configure!(run_in_browser);

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some("switchboard.member.test"),
    label: |name| AttrValue::from(name.to_owned()),
};

fn member(number: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(1), [number; 10])
}

#[derive(Properties, PartialEq)]
struct StepsProps {
    sent: Rc<RefCell<Vec<String>>>,
    #[prop_or_default]
    taken: bool,
}

#[component]
fn Steps(props: &StepsProps) -> Html {
    let form = use_form(OPTIONS, || {
        vec![
            Step::new("details", [Field::text("name", validate::person_name).asked()]),
            Step::new("contact", [Field::text("email", validate::email)]),
        ]
    });
    {
        let (form, taken) = (form.clone(), props.taken);
        use_effect_with((), move |()| {
            form.check("name", move |name| async move {
                taken.then(|| format!("{name} is taken."))
            });
        });
    }
    let sent = props.sent.clone();
    let send = move |form: &FormHandle| {
        sent.borrow_mut()
            .push(format!("{} {}", form.value("name"), form.value("email")));
        async { Ok::<(), ApiError>(()) }
    };
    let onsubmit = form.onsubmit(send, Callback::noop());
    let back = {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.back())
    };
    html! {
        <form novalidate=true {onsubmit}>
            <FormTrouble form={form.clone()} />
            <FormSteps form={form.clone()} />
            <FormStep form={form.clone()} step="details"><FormField form={form.clone()} name="name" /></FormStep>
            <FormStep form={form.clone()} step="contact"><FormField form={form.clone()} name="email" /></FormStep>
            <button type="button" id="back" onclick={back}>{ "Back" }</button>
            <button type="submit">{ "Go" }</button>
        </form>
    }
}

async fn steps(taken: bool) -> (Mounted<Steps>, Rc<RefCell<Vec<String>>>) {
    open_member_drafts(member(1));
    let sent = Rc::default();
    let props = StepsProps {
        sent: Rc::clone(&sent),
        taken,
    };
    (mount::<Steps>(props).await, sent)
}

fn current<C: yew::html::BaseComponent>(page: &Mounted<C>) -> String {
    page.text("[aria-current='step']")
}

fn value<C: yew::html::BaseComponent>(page: &Mounted<C>, selector: &str) -> String {
    page.get(selector).unchecked_into::<HtmlInputElement>().value()
}

/// What closing a tab takes with it.
fn close_tab() {
    let storage = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
    storage.expect("there").clear().expect("cleared");
}

#[wasm_bindgen_test]
async fn a_step_is_left_when_it_is_right_and_going_back_keeps_everything() {
    forget_member_drafts();
    let (page, sent) = steps(false).await;
    page.click("[type='submit']").await;
    assert!(current(&page).contains("details"));
    assert_eq!(
        document().active_element(),
        page.find("[role='alert']").map(Into::into)
    );
    page.fill("#name", "Jane").await;
    page.click("[type='submit']").await;
    page.until("the next step", |page| current(page).contains("contact"))
        .await;
    assert_eq!(
        document().active_element(),
        page.find("section:not([hidden]) h2").map(Into::into)
    );
    page.fill("#email", "jane@home.example").await;
    page.click("#back").await;
    assert_eq!(value(&page, "#name"), "Jane");
    page.click("[type='submit']").await;
    assert_eq!(value(&page, "#email"), "jane@home.example");
    assert!(sent.borrow().is_empty());
    page.click("[type='submit']").await;
    assert_eq!(*sent.borrow(), ["Jane jane@home.example"]);
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn what_the_server_says_while_one_types_holds_the_step() {
    forget_member_drafts();
    let (page, _) = steps(true).await;
    page.fill("#name", "Jane").await;
    assert!(page.text("form").contains("Checking…"));
    page.click("[type='submit']").await;
    page.until("the answer", |page| {
        page.find("[role='alert']").is_some_and(|told| {
            told.text_content()
                .is_some_and(|text| text.contains("Jane is taken."))
        })
    })
    .await;
    assert!(current(&page).contains("details"));
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn a_members_draft_outlives_the_tab_and_is_nobody_elses() {
    forget_member_drafts();
    let (page, _) = steps(false).await;
    page.fill("#name", "Jane").await;
    page.click("[type='submit']").await;
    page.until("the next step", |page| current(page).contains("contact"))
        .await;
    page.destroy().await;
    close_tab();
    let (page, _) = steps(false).await;
    assert!(current(&page).contains("contact"), "the step too");
    page.click("#back").await;
    assert_eq!(value(&page, "#name"), "Jane");
    page.destroy().await;
    close_tab();
    open_member_drafts(member(2));
    let left = web_sys::window()
        .and_then(|window| window.local_storage().ok().flatten())
        .expect("there");
    assert_eq!(left.get_item("switchboard.member.test"), Ok(None));
    forget_member_drafts();
}

#[component]
fn Edited() -> Html {
    let form = use_form(
        FormOptions {
            draft: None,
            ..OPTIONS
        },
        || vec![Field::text("name", validate::person_name)],
    );
    use_unsaved(&form);
    let navigator = yew_router::hooks::use_navigator().expect("a router");
    let send = |_: &FormHandle| async { Ok::<(), ApiError>(()) };
    let then = Callback::from(move |()| navigator.push(&Route::Team));
    let onsubmit = form.onsubmit(send, then);
    html! {
        <form novalidate=true {onsubmit}>
            <FormField {form} name="name" />
            <button type="submit" id="save">{ "Save" }</button>
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct ThingProps {
    thing: String,
}

#[component]
fn Thing(props: &ThingProps) -> Html {
    let form = use_form_about(OPTIONS, Some(props.thing.clone()), || {
        vec![Field::text("name", validate::person_name)]
    });
    html! { <FormField {form} name="name" /> }
}

#[wasm_bindgen_test]
async fn each_thing_has_a_draft_of_its_own() {
    forget_member_drafts();
    open_member_drafts(member(1));
    for (thing, name) in [("one", "Jane"), ("two", "Kim")] {
        let page = mount::<Thing>(ThingProps {
            thing: thing.to_owned(),
        })
        .await;
        assert_eq!(value(&page, "#name"), "");
        page.fill("#name", name).await;
        page.destroy().await;
    }
    let page = mount::<Thing>(ThingProps {
        thing: "one".to_owned(),
    })
    .await;
    assert_eq!(value(&page, "#name"), "Jane");
    page.destroy().await;
    forget_member_drafts();
}

#[component]
fn Pages() -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let page = use_callback((), |route: Route, ()| match route {
        Route::Team => html! { <p id="team">{ "Team" }</p> },
        _ => html! { <Edited /> },
    });
    html! { <UnsavedProvider><Guarded {route} {page} /></UnsavedProvider> }
}

#[component]
fn Routed() -> Html {
    let link = Callback::from(|event: MouseEvent| event.prevent_default());
    html! { <BrowserRouter><a onclick={link} id="nothing"></a><Away /><Pages /></BrowserRouter> }
}

#[component]
fn Away() -> Html {
    let navigator = yew_router::hooks::use_navigator().expect("a router");
    let go = Callback::from(move |_: MouseEvent| navigator.push(&Route::Team));
    html! { <button id="away" onclick={go}>{ "Team" }</button> }
}

fn path() -> String {
    web_sys::window()
        .and_then(|window| window.location().pathname().ok())
        .expect("a path")
}

#[wasm_bindgen_test]
async fn leaving_with_changes_is_asked_first() {
    let page = mount::<Routed>(()).await;
    page.fill("#name", "Jane").await;
    let start = path();
    page.click("#away").await;
    page.until("the question", |page| page.count("[role='dialog']") == 1)
        .await;
    assert!(page.text("[role='dialog']").contains("are lost when you leave"));
    assert_eq!(support::focused(), "Stay");
    page.click("[role='dialog'] .foot button:first-child").await;
    page.until("no question", |page| page.count("[role='dialog']") == 0)
        .await;
    assert_eq!(value(&page, "#name"), "Jane");
    assert_ne!(path(), Route::Team.to_path());
    page.click("#away").await;
    page.until("the question", |page| page.count("[role='dialog']") == 1)
        .await;
    page.click("[role='dialog'] .foot button:last-child").await;
    page.until("the page", |page| page.count("#team") == 1).await;
    assert_eq!(path(), Route::Team.to_path());
    put_back(&start);
    sleep(0).await;
    page.destroy().await;
}

/// The address of the tests' own page.
fn put_back(address: &str) {
    let history = web_sys::window()
        .and_then(|window| window.history().ok())
        .expect("a history");
    history
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address))
        .expect("put back");
}

#[wasm_bindgen_test]
async fn who_is_led_on_by_saving_is_not_asked() {
    let page = mount::<Routed>(()).await;
    page.fill("#name", "Jane").await;
    let start = path();
    page.click("#save").await;
    page.until("the page", |page| page.count("#team") == 1).await;
    assert_eq!(page.count("[role='dialog']"), 0);
    put_back(&start);
    sleep(0).await;
    page.destroy().await;
}
