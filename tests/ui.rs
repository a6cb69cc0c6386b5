//! Components of the design system, in a browser: roles, focus, keys.

#![allow(clippy::expect_used)]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise};
use switchboard::browser::now;
use switchboard::ui::{
    Checked, Dialog, Field, IconName, Menu, MenuChoice, MenuGroup, MenuItem, Progress, ToastAct,
    ToastProvider, use_before_paint, use_toasts,
};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;

use support::{focused, mount, press};

wasm_bindgen_test_configure!(run_in_browser);

#[component]
fn DialogPage() -> Html {
    let open = use_state(|| false);
    let outcome = use_state(|| "none");
    let show = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let end = |text: &'static str| {
        let (open, outcome) = (open.clone(), outcome.clone());
        Callback::from(move |()| {
            outcome.set(text);
            open.set(false);
        })
    };
    html! {
        <>
            <button id="opener" onclick={show}>{ "open" }</button>
            <output>{ *outcome }</output>
            <div>
                if *open {
                    <Dialog title="Delete it?" confirm="Delete" danger=true on_confirm={end("confirmed")} on_cancel={end("cancelled")}>
                        { "Two things will be lost." }
                    </Dialog>
                }
            </div>
        </>
    }
}

#[wasm_bindgen_test]
async fn a_dialog_holds_the_focus_and_gives_it_back() {
    let page = mount::<DialogPage>(()).await;
    page.get("#opener").focus().expect("focused");
    page.click("#opener").await;

    let dialog = page.get("[role='dialog']");
    assert_eq!(dialog.get_attribute("aria-modal").as_deref(), Some("true"));
    let name = dialog.get_attribute("aria-labelledby").expect("a name");
    assert_eq!(page.text(&format!("#{name}")), "Delete it?");
    assert_eq!(focused(), "Cancel", "the harmless one first");
    press("Tab", true).await;
    assert_eq!(focused(), "Delete", "backwards from the first to the last");
    press("Tab", false).await;
    assert_eq!(focused(), "Cancel", "and round again");
    press("Escape", false).await;
    assert!(page.find("[role='dialog']").is_none());
    assert_eq!(page.text("output"), "cancelled");
    assert_eq!(focused(), "opener");
    page.destroy().await;
}

#[component]
fn TwoDialogs() -> Html {
    let dialog = |title: &'static str| {
        html! {
            <Dialog {title} confirm="Go on" on_confirm={Callback::noop()} on_cancel={Callback::noop()}>
                { format!("About: {title}") }
            </Dialog>
        }
    };
    html! {
        <>
            <div>{ dialog("Add it?") }</div>
            <div>{ dialog("Leave it?") }</div>
        </>
    }
}

#[wasm_bindgen_test]
async fn dialogs_that_are_open_at_once_are_told_apart() {
    let page = mount::<TwoDialogs>(()).await;
    for (place, title) in [("div:first-child", "Add it?"), ("div:last-child", "Leave it?")] {
        let dialog = page.get(&format!("{place} > * > [role='dialog']"));
        let names = |attribute: &str| {
            let id = dialog.get_attribute(attribute).expect("an id");
            page.text(&format!("#{id}"))
        };
        assert_eq!(names("aria-labelledby"), title);
        assert_eq!(names("aria-describedby"), format!("About: {title}"));
    }
    page.destroy().await;
}

#[component]
fn ToastButtons() -> Html {
    let toasts = use_toasts();
    let status = {
        let toasts = toasts.clone();
        Callback::from(move |_: MouseEvent| toasts.status("Saved".into()))
    };
    let alert = Callback::from(move |_: MouseEvent| toasts.alert("Not saved".into()));
    html! {
        <>
            <button id="status" onclick={status}>{ "status" }</button>
            <button id="alert" onclick={alert}>{ "alert" }</button>
        </>
    }
}

#[component]
fn ToastPage() -> Html {
    html! { <ToastProvider><ToastButtons /></ToastProvider> }
}

#[wasm_bindgen_test]
async fn toasts_have_the_role_of_what_they_tell() {
    let page = mount::<ToastPage>(()).await;
    assert!(
        page.find("[role='status']").is_some(),
        "the region is there before its messages"
    );
    page.click("#status").await;
    page.click("#status").await;
    page.click("#alert").await;

    assert_eq!(
        page.text("[role='status']"),
        "Saved",
        "the same message stands there once"
    );
    assert_eq!(page.text("[role='alert']"), "Not saved");
    page.click("[role='alert'] button").await;
    assert!(page.find("[role='alert']").is_none());
    page.destroy().await;
}

/// A key with Alt held, where the focus is; by the place of the key, as layouts write other letters then.
async fn press_alt(code: &str) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_code(code);
    init.set_alt_key(true);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event =
        web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
    let target = support::document()
        .active_element()
        .expect("something has the focus");
    target.dispatch_event(&event).expect("dispatched");
    support::flush().await;
}

#[wasm_bindgen_test]
async fn the_newest_toast_is_reached_by_a_key_and_gives_the_focus_back() {
    let page = mount::<ToastPage>(()).await;
    page.get("#status").focus().expect("focused");
    press_alt("KeyT").await;
    assert_eq!(focused(), "status", "nothing to go to");
    page.click("#status").await;
    page.click("#alert").await;

    press_alt("KeyT").await;
    let toast = |text: &str| {
        let at = support::document().active_element().expect("a focus");
        let toast = at
            .closest("[data-toast]")
            .expect("valid")
            .expect("a toast has the focus");
        assert!(toast.text_content().expect("a text").contains(text));
    };
    toast("Not saved");
    press("Escape", false).await;
    assert_eq!(focused(), "status", "back where it was");

    press_alt("KeyT").await;
    page.click("[role='alert'] button").await;
    toast("Saved");
    page.click("[data-toast] button").await;
    assert_eq!(focused(), "status", "back after the last one");
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn a_toast_stays_while_someone_is_on_it_and_goes_soon_after() {
    let page = mount::<ToastPage>(()).await;
    page.get("#status").focus().expect("focused");
    page.click("#status").await;
    press_alt("KeyT").await;
    let performance = web_sys::window().and_then(|window| window.performance());
    let later = support::Replaced::new(
        &wasm_bindgen::JsValue::from(performance.expect("a clock")),
        "now",
        "() => original.call(performance) + 60000",
    );
    page.click("#status").await;
    assert_eq!(
        page.count("[data-toast]"),
        1,
        "the same again, and it still stands there"
    );
    page.click("#alert").await;
    press("Escape", false).await;
    page.until("the success to go", |page| page.count("[data-toast]") == 1)
        .await;
    assert_eq!(page.count("[role='alert']"), 1, "the failure stays");
    drop(later);
    page.destroy().await;
}

#[component]
fn ProgressPage() -> Html {
    let cancelled = use_state(|| false);
    let on_cancel = {
        let cancelled = cancelled.setter();
        Callback::from(move |()| cancelled.set(true))
    };
    html! {
        <>
            <div id="known"><Progress label="Exporting" done={0.456} {on_cancel} /></div>
            <div id="unknown"><Progress label="Preparing" /></div>
            <output>{ if *cancelled { "cancelled" } else { "" } }</output>
        </>
    }
}

#[wasm_bindgen_test]
async fn progress_is_told_as_far_as_it_is_known_and_can_be_given_up() {
    let page = mount::<ProgressPage>(()).await;
    let bar = page.get("#known [role='progressbar']");
    let told = |name: &str| bar.get_attribute(name).unwrap_or_default();
    assert_eq!(told("aria-label"), "Exporting");
    assert_eq!(told("aria-valuenow"), "46");
    assert_eq!(told("aria-valuetext"), "46%");
    let unknown = page.get("#unknown [role='progressbar']");
    assert_eq!(unknown.get_attribute("aria-valuenow"), None, "nobody knows");
    assert_eq!(page.count("#unknown button"), 0);
    let cancel = page.get("#known button");
    assert_eq!(
        cancel.get_attribute("aria-label").as_deref(),
        Some("Cancel: Exporting")
    );
    page.click("#known button").await;
    assert_eq!(page.text("output"), "cancelled");
    page.destroy().await;
}

#[derive(Properties, PartialEq)]
struct MenuPageProps {
    on_choose: Callback<&'static str>,
}

#[component]
fn MenuPage(props: &MenuPageProps) -> Html {
    let item = |key: &'static str| MenuItem {
        key,
        text: AttrValue::Static(key),
        icon: IconName::User,
        on_choose: props.on_choose.reform(move |()| key),
    };
    html! {
        <Menu label="Things" items={vec![item("first"), item("second"), item("third")]}>{ "…" }</Menu>
    }
}

#[wasm_bindgen_test]
async fn a_menu_works_by_keys_alone() {
    let chosen = Rc::new(RefCell::new(Vec::new()));
    let log = chosen.clone();
    let on_choose = Callback::from(move |key| log.borrow_mut().push(key));
    let page = mount::<MenuPage>(MenuPageProps { on_choose }).await;
    let button = page.get("button");
    button.focus().expect("focused");
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));

    press("ArrowDown", false).await;
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("true"));
    assert_eq!(focused(), "first");
    press("ArrowUp", false).await;
    assert_eq!(focused(), "third");
    press("Home", false).await;
    press("ArrowDown", false).await;
    assert_eq!(focused(), "second");
    press("Escape", false).await;
    assert!(page.find("[role='menu']").is_none());
    assert_eq!(focused(), "Things", "back on the button");

    page.click("button").await;
    page.click("[role='menuitem']:last-child").await;
    assert_eq!(*chosen.borrow(), ["third"]);
    assert!(page.find("[role='menu']").is_none());
    page.destroy().await;
}

#[component]
fn ChoicesPage() -> Html {
    let on = use_state(|| false);
    let toggle = {
        let on = on.clone();
        Callback::from(move |()| on.set(!*on))
    };
    let choice = MenuChoice {
        checked: Checked::Any(*on),
        stays: true,
        ..MenuChoice::act("one", "One".into(), IconName::Tag, toggle)
    };
    let groups = vec![
        MenuGroup {
            label: "Some".into(),
            choices: vec![choice],
            instead: None,
        },
        MenuGroup {
            label: "Others".into(),
            choices: Vec::new(),
            instead: Some("None yet".into()),
        },
    ];
    html! { <Menu label="Things" {groups}>{ "…" }</Menu> }
}

#[wasm_bindgen_test]
async fn a_choice_says_whether_it_is_in_force_and_may_leave_the_menu_open() {
    let page = mount::<ChoicesPage>(()).await;
    page.get("button").focus().expect("focused");
    press("ArrowDown", false).await;
    assert_eq!(focused(), "One");
    let group = page.get("[role='group']");
    assert_eq!(group.get_attribute("aria-label").as_deref(), Some("Some"));
    let checked = || {
        page.get("[role='menuitemcheckbox']")
            .get_attribute("aria-checked")
    };
    assert_eq!(checked().as_deref(), Some("false"));
    page.click("[role='menuitemcheckbox']").await;
    assert_eq!(checked().as_deref(), Some("true"));
    assert_eq!(focused(), "One", "the focus stays");
    assert!(page.text("[role='menu']").contains("None yet"));
    page.destroy().await;
}

#[component]
fn UndoPage() -> Html {
    let toasts = use_toasts();
    let undone = use_state(|| false);
    let show = {
        let undone = undone.setter();
        Callback::from(move |_: MouseEvent| {
            let undone = undone.clone();
            let act = ToastAct {
                about: "it".into(),
                label: "Undo".into(),
                on_choose: Callback::from(move |()| undone.set(true)),
            };
            toasts.status_with("Deleted".into(), act);
        })
    };
    html! {
        <>
            <button id="delete" onclick={show}>{ "delete" }</button>
            <output>{ if *undone { "undone" } else { "" } }</output>
        </>
    }
}

#[component]
fn UndoRoot() -> Html {
    html! { <ToastProvider><UndoPage /></ToastProvider> }
}

#[wasm_bindgen_test]
async fn what_was_done_is_undone_from_its_message() {
    let page = mount::<UndoRoot>(()).await;
    page.click("#delete").await;
    assert!(page.text("[role='status']").contains("Deleted"));
    page.click("[role='status'] .btn").await;
    assert_eq!(page.text("output"), "undone");
    assert!(
        !page.text("[role='status']").contains("Deleted"),
        "the message goes"
    );
    page.destroy().await;
}

#[component]
fn FieldPage() -> Html {
    html! {
        <Field id="secret" name="secret" kind="password" label="Password" value="abc" hint="Ten or more" oninput={Callback::noop()} />
    }
}

#[wasm_bindgen_test]
async fn a_password_can_be_shown_and_keeps_its_hint() {
    let page = mount::<FieldPage>(()).await;
    let kind = || page.get("#secret").get_attribute("type");
    assert_eq!(kind().as_deref(), Some("password"));
    page.click(".icon-btn").await;
    assert_eq!(kind().as_deref(), Some("text"));
    assert_eq!(
        page.get(".icon-btn").get_attribute("aria-pressed").as_deref(),
        Some("true")
    );
    let described = page
        .get("#secret")
        .get_attribute("aria-describedby")
        .expect("a hint");
    assert_eq!(page.text(&format!("#{described}")), "Ten or more");
    assert_eq!(page.text("label[for='secret']"), "Password");
    page.destroy().await;
}

/// Longer than yew works before it gives the browser a turn, in milliseconds.
const SLOW_MS: u64 = 30;

#[derive(Properties, PartialEq)]
struct SlowProps {
    placed: Rc<Cell<u32>>,
}

/// Takes long to draw, and notes what has been put in place.
#[component]
fn Slow(props: &SlowProps) -> Html {
    let number = use_state(|| 0_u32);
    let node = use_node_ref();
    let began = now().monotonic;
    while now().monotonic - began < SLOW_MS {}
    let (placed, drawn) = (props.placed.clone(), *number);
    use_before_paint(&node, move || placed.set(drawn));
    let onclick = Callback::from(move |_: MouseEvent| number.set(*number + 1));
    html! { <button ref={node} {onclick}>{ drawn }</button> }
}

#[wasm_bindgen_test]
async fn what_is_put_in_place_is_never_seen_elsewhere() {
    let placed = Rc::new(Cell::new(0));
    let page = mount::<Slow>(SlowProps {
        placed: placed.clone(),
    })
    .await;
    for number in 1..=5_u32 {
        page.get("button").click();
        while page.text("button") != number.to_string() {
            next_frame().await;
        }
        assert_eq!(placed.get(), number, "in the first frame that shows it");
    }
    page.destroy().await;
}

async fn next_frame() {
    let window = web_sys::window().expect("a window");
    let mut ask = |resolve: Function, _| {
        window.request_animation_frame(&resolve).expect("a frame");
    };
    JsFuture::from(Promise::new(&mut ask))
        .await
        .expect("a frame came");
}
