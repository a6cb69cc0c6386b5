//! Components of the design system, in a browser: roles, focus, keys.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::ui::{
    Checked, Dialog, Field, IconName, Menu, MenuChoice, MenuGroup, MenuItem, ToastAct, ToastProvider,
    use_toasts,
};
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
