//! A bug of yew 0.23.0 that this program works around, and the two ways around it.
//!
//! Where something appears before a component that renders nothing while something behind it goes, yew looks for the place
//! of the new element at one that is gone, and panics. That is why no component here renders an empty `html!{}`, and why a
//! conditional beside components has an element of its own. The upstream report is yew#4092.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::html::BaseComponent;
use yew::prelude::*;

use support::{Mounted, flush, mount};

wasm_bindgen_test_configure!(run_in_browser);

/// More clicks than the bug needs.
const CLICKS: u32 = 6;

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

/// Everything in one test, the bug last: a panic leaves yew's scheduler dead for whatever runs after it in this page.
#[wasm_bindgen_test]
async fn empty_components_between_conditionals_break_and_the_ways_around_hold() {
    holds::<WithHiddenElement>().await;
    holds::<WithOwnElements>().await;

    let panics = Panics::record();
    let page = mount::<Broken>(()).await;
    let survived = click_until_panic(&page, &panics).await;
    // Taking it down would panic again.
    std::mem::forget(page);
    let panicked = panics.end();
    assert!(
        survived < CLICKS,
        "yew no longer panics here: drop this test, the check for empty renders in `cargo xtask test`, and the rule about \
         them in CONTRIBUTING.md and docs/choices.md",
    );
    assert!(
        panicked
            .iter()
            .any(|text| text.contains("already borrowed") || text.contains("insertBefore")),
        "another panic than the known one: {panicked:?}",
    );
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

/// How many clicks were drawn.
async fn click_until_panic(page: &Mounted<Broken>, panics: &Panics) -> u32 {
    for click in 1..=CLICKS {
        page.get("button").click();
        // `flush` never ends once the scheduler is dead.
        page.until("the click to be drawn, or a panic", |page| {
            panics.any() || (page.count("p") == 1 && page.text("p") == after(click))
        })
        .await;
        if panics.any() {
            return click - 1;
        }
    }
    CLICKS
}

type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Send + Sync>;

thread_local! {
    static TEXTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what panics say instead of failing the test.
struct Panics {
    before: Rc<RefCell<Option<Hook>>>,
}

impl Panics {
    fn record() -> Self {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|info| {
            TEXTS.with_borrow_mut(|texts| texts.push(info.to_string()));
        }));
        Self {
            before: Rc::new(RefCell::new(Some(before))),
        }
    }

    fn any(&self) -> bool {
        TEXTS.with_borrow(|texts| !texts.is_empty())
    }

    fn end(self) -> Vec<String> {
        if let Some(before) = self.before.borrow_mut().take() {
            std::panic::set_hook(before);
        }
        TEXTS.take()
    }
}
