//! A long list in a browser: few rows stand in the page, and nothing moves under anybody's eyes.

#![allow(clippy::expect_used)]

mod support;

use std::rc::Rc;

use switchboard::ui::VirtualList;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;
use yew::prelude::*;

use support::{Mounted, document, flush, mount};

wasm_bindgen_test_configure!(run_in_browser);

/// Pixels.
const ROW: i32 = 20;
const HEIGHT: i32 = 200;

#[derive(Properties, PartialEq)]
struct PageProps {
    rows: u32,
}

/// Ten thousand rows in a box, and buttons that change their order.
#[component]
fn Page(props: &PageProps) -> Html {
    let scroller = use_node_ref();
    let keys = use_state(|| (0..props.rows).collect::<Rc<[u32]>>());
    let revealed = use_state(|| None::<u32>);
    let change = |change: fn(&[u32]) -> Vec<u32>| {
        let keys = keys.clone();
        Callback::from(move |_: MouseEvent| keys.set(change(&keys).into()))
    };
    let reveal = {
        let setter = revealed.setter();
        Callback::from(move |_: MouseEvent| setter.set(Some(7_000)))
    };
    let view = Callback::from(|key: u32| html! { <a href="#">{ format!("row {key}") }</a> });
    let style = format!("block-size:{HEIGHT}px;overflow:auto;overflow-anchor:none;--row-block:{ROW}px");
    html! {
        <>
            <button id="above" onclick={change(two_above)} />
            <button id="up" onclick={change(|keys| up(keys, 505))} />
            <button id="fewer" onclick={change(|keys| keys[..3].to_vec())} />
            <button id="reveal" onclick={reveal} />
            <div id="box" ref={scroller.clone()} {style}>
                <p style="margin:0;block-size:30px">{ "above the list" }</p>
                <VirtualList<u32> label="Rows" keys={(*keys).clone()} {view} revealed={*revealed} {scroller} />
            </div>
        </>
    }
}

/// Two rows come in above all others.
fn two_above(keys: &[u32]) -> Vec<u32> {
    let first = 2 * u32::try_from(keys.len()).expect("few");
    [first, first + 1]
        .into_iter()
        .chain(keys.iter().copied())
        .collect()
}

/// A row goes to the top.
fn up(keys: &[u32], key: u32) -> Vec<u32> {
    let others = keys.iter().copied().filter(|known| *known != key);
    [key].into_iter().chain(others).collect()
}

async fn page() -> (Mounted<Page>, Element) {
    let page = mount::<Page>(PageProps { rows: 10_000 }).await;
    let scroller = page.get("#box").into();
    (page, scroller)
}

fn row(page: &Mounted<Page>, key: u32) -> Option<Element> {
    page.find(&format!("[data-row='{key}']")).map(Into::into)
}

/// Where a row stands in the box, in pixels from its top.
fn top_of(page: &Mounted<Page>, key: u32) -> Option<i32> {
    let frame = page.get("#box").get_bounding_client_rect().top();
    row(page, key).map(|row| (row.get_bounding_client_rect().top() - frame).round() as i32)
}

async fn scroll(page: &Mounted<Page>, scroller: &Element, to: i32, until: u32) {
    scroller.set_scroll_top(to);
    page.until("the rows there", |page| row(page, until).is_some())
        .await;
}

#[wasm_bindgen_test]
async fn few_rows_stand_in_the_page_and_tell_their_place() {
    let (page, scroller) = page().await;
    assert!(page.count("li") < 60, "{} rows", page.count("li"));
    assert!(scroller.scroll_height() >= 10_000 * ROW);
    scroll(&page, &scroller, 30 + 500 * ROW, 500).await;
    assert_eq!(top_of(&page, 500), Some(0));
    assert!(page.count("li") < 60 && row(&page, 0).is_none());
    let row = row(&page, 500).expect("there");
    assert_eq!(row.get_attribute("aria-posinset").as_deref(), Some("501"));
    assert_eq!(row.get_attribute("aria-setsize").as_deref(), Some("10000"));
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn what_comes_in_above_moves_nothing_that_is_seen() {
    let (page, scroller) = page().await;
    scroll(&page, &scroller, 30 + 500 * ROW + 7, 500).await;
    page.click("#above").await;
    assert_eq!(top_of(&page, 501), Some(ROW - 7));
    page.click("#up").await;
    assert_eq!(
        top_of(&page, 501),
        Some(ROW - 7),
        "a row from among those that are seen went to the top"
    );
    scroll(&page, &scroller, 0, 20_000).await;
    page.click("#above").await;
    assert_eq!(scroller.scroll_top(), 0, "at the top one sees what comes in");
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn what_has_the_focus_keeps_it() {
    let (page, scroller) = page().await;
    scroll(&page, &scroller, 30 + 500 * ROW, 505).await;
    let focus = |key: u32| {
        page.get(&format!("[data-row='{key}'] a"))
            .focus()
            .expect("focused")
    };
    let focused = || {
        document()
            .active_element()
            .and_then(|element| element.text_content())
    };
    focus(505);
    flush().await;
    page.click("#up").await;
    assert_eq!(focused().as_deref(), Some("row 505"), "its row went to the top");
    assert_eq!(top_of(&page, 500), Some(0), "and nobody went with it");
    focus(503);
    flush().await;
    scroll(&page, &scroller, 30 + 9_000 * ROW, 9_000).await;
    assert_eq!(focused().as_deref(), Some("row 503"), "far from what is seen");
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn a_row_is_revealed_and_a_list_may_become_short() {
    let (page, scroller) = page().await;
    page.click("#reveal").await;
    page.until("the row", |page| top_of(page, 7_000) == Some(HEIGHT - ROW))
        .await;
    page.click("#fewer").await;
    page.until("the first row", |page| {
        page.count("li") == 3 && row(page, 0).is_some()
    })
    .await;
    assert!(scroller.scroll_top() <= 30 + 3 * ROW);
    page.destroy().await;
}
