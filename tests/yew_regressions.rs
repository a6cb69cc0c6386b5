//! A bug of yew 0.23.0 that this program works around, and the two ways around it.
//!
//! Where something appears before a component that renders nothing while something behind it goes, yew looks for the place
//! of the new element at one that is gone, and panics. That is why no component here renders an empty `html!{}`, and why a
//! conditional beside components has an element of its own. The upstream report is yew#4092.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::html::BaseComponent;
use yew::prelude::*;

use support::{Mounted, mount};

wasm_bindgen_test_configure!(run_in_browser);

/// More clicks than the bug needs.
const CLICKS: u32 = 6;
/// What it says: at the place that is gone, or on the next try.
const KNOWN: [&str; 2] = ["failed to insert", "already borrowed"];

/// Renders nothing: what the bug needs.
#[component]
fn Nothing() -> Html {
    html! {}
}

/// Renders an element that is not seen: the first way around.
#[component]
fn Hidden() -> Html {
    html! { <span hidden=true /> }
}

#[hook]
fn use_toggle() -> (bool, Callback<MouseEvent>) {
    let on = use_state(|| false);
    let onclick = {
        let on = on.clone();
        Callback::from(move |_: MouseEvent| on.set(!*on))
    };
    (*on, onclick)
}

#[component]
fn Broken() -> Html {
    let (on, onclick) = use_toggle();
    html! {
        <div>
            <button {onclick}>{ "toggle" }</button>
            if on {
                <p>{ "new" }</p>
            }
            <Nothing />
            if !on {
                <p>{ "old" }</p>
            }
        </div>
    }
}

#[component]
fn WithHiddenElement() -> Html {
    let (on, onclick) = use_toggle();
    html! {
        <div>
            <button {onclick}>{ "toggle" }</button>
            if on {
                <p>{ "new" }</p>
            }
            <Hidden />
            if !on {
                <p>{ "old" }</p>
            }
        </div>
    }
}

#[component]
fn WithOwnElements() -> Html {
    let (on, onclick) = use_toggle();
    html! {
        <div>
            <button {onclick}>{ "toggle" }</button>
            <div>
                if on {
                    <p>{ "new" }</p>
                }
            </div>
            <div><Nothing /></div>
            <div>
                if !on {
                    <p>{ "old" }</p>
                }
            </div>
        </div>
    }
}

/// Everything in one test, the bug last: a panic leaves yew's scheduler dead for whatever runs after it in this page. For
/// the same reason what is wrong from then on is an `Err`: Rust does not panic twice.
#[wasm_bindgen_test]
async fn empty_components_between_conditionals_break_and_the_ways_around_hold() -> Result<(), JsValue> {
    holds::<WithHiddenElement>().await;
    holds::<WithOwnElements>().await;

    let page = mount::<Broken>(()).await;
    record_panics();
    let outcome = click_until_panic(&page).await;
    // Taking it down would panic again.
    std::mem::forget(page);
    let panics = PANICS.take();
    match outcome {
        Outcome::Stuck(shown) => Err(format!("neither drawn nor panicked: {shown}").into()),
        Outcome::Survived => Err(JsValue::from_str(
            "yew no longer panics here: drop this test, the check for empty renders in `cargo xtask test`, and the rule \
             about them in CONTRIBUTING.md and docs/choices.md",
        )),
        Outcome::Panicked
            if panics
                .iter()
                .any(|text| KNOWN.iter().any(|known| text.contains(known))) =>
        {
            Ok(())
        }
        Outcome::Panicked => Err(format!("another panic than the known one: {panics:?}").into()),
    }
}

async fn holds<C: BaseComponent<Properties = ()>>() {
    let page = mount::<C>(()).await;
    for click in 1..=CLICKS {
        page.click("button").await;
        assert_eq!(page.text("p"), after(click));
        assert_eq!(page.count("p"), 1);
    }
    page.destroy().await;
}

/// What stands there after so many clicks.
fn after(clicks: u32) -> &'static str {
    if clicks % 2 == 1 { "new" } else { "old" }
}

enum Outcome {
    /// Every click was drawn.
    Survived,
    /// The bug.
    Panicked,
    /// Neither, with what is shown.
    Stuck(String),
}

async fn click_until_panic(page: &Mounted<Broken>) -> Outcome {
    let panicked = || PANICS.with_borrow(|texts| !texts.is_empty());
    for click in 1..=CLICKS {
        page.get("button").click();
        let drawn = || page.count("p") == 1 && page.text("p") == after(click);
        // Not `Mounted::until`: letting yew finish its work never ends once its scheduler is dead.
        for _ in 0..500 {
            if drawn() || panicked() {
                break;
            }
            switchboard::browser::sleep(10).await;
        }
        if panicked() {
            return Outcome::Panicked;
        }
        if !drawn() {
            return Outcome::Stuck(page.root.inner_html());
        }
    }
    Outcome::Survived
}

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// From now on keeps what panics say.
fn record_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.to_string();
        let known = KNOWN.iter().any(|known| text.contains(known));
        PANICS.with_borrow_mut(|texts| texts.push(text));
        if !known {
            before(info);
        }
    }));
}
