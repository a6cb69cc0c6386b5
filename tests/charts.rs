//! Charts in a browser: their pixels show what stands out, keys read them, and nothing is drawn for nothing.

#![allow(clippy::expect_used)]

mod support;

use std::rc::Rc;

use switchboard::ui::{Chart, ChartLayer, ChartPoints};
use switchboard_contract::analytics::Unit;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

use support::{Mounted, mount, press};

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Properties, PartialEq)]
struct PageProps {
    values: Rc<[Option<f64>]>,
    has_bars: bool,
}

/// A chart in a box of 600 pixels, a button that draws the page again, and one that has other numbers.
#[component]
fn Page(props: &PageProps) -> Html {
    let times = use_state(|| 0_u32);
    let points = use_state(|| ChartPoints::new(props.values.iter().copied(), None));
    let again = {
        let times = times.clone();
        Callback::from(move |_: MouseEvent| times.set(*times + 1))
    };
    let other = {
        let points = points.clone();
        Callback::from(move |_: MouseEvent| points.set(ChartPoints::new([Some(1.0), Some(2.0)], None)))
    };
    let picked = use_state(|| None::<usize>);
    let on_pick = {
        let picked = picked.clone();
        Callback::from(move |point| picked.set(Some(point)))
    };
    html! {
        <>
            <button id="again" onclick={again}>{ *times }</button>
            <button id="other" onclick={other} />
            <output>{ picked.map_or_else(String::new, |point| point.to_string()) }</output>
            <div id="box" style="inline-size:600px; --chart-1: #ff0000; --chart-grid: #00ff00; --chart-axis: #0000ff">
                <Chart
                    name="Numbers"
                    summary="The highest is 9."
                    points={(*points).clone()}
                    unit={Unit::Count}
                    has_bars={props.has_bars}
                    time_of={Callback::from(|point: usize| AttrValue::from(format!("time {point}")))}
                    short_time_of={Callback::from(|point: usize| AttrValue::from(point.to_string()))}
                    text_of={Callback::from(|value: Option<f64>| AttrValue::from(value.map_or_else(|| "none".to_owned(), |value| value.to_string())))}
                    {on_pick}
                />
            </div>
        </>
    }
}

async fn page(values: &[Option<f64>], has_bars: bool) -> Mounted<Page> {
    let props = PageProps {
        values: values.into(),
        has_bars,
    };
    mount::<Page>(props).await
}

fn canvas(page: &Mounted<Page>) -> HtmlCanvasElement {
    page.get("canvas").unchecked_into()
}

fn context(canvas: &HtmlCanvasElement) -> CanvasRenderingContext2d {
    let context = canvas.get_context("2d").expect("a context").expect("a context");
    context.dyn_into().expect("a context")
}

/// Per column of pixels, the rows from the top that are as red as the series.
fn red(canvas: &HtmlCanvasElement) -> Vec<Vec<u32>> {
    let (width, height) = (canvas.width(), canvas.height());
    let data = context(canvas)
        .get_image_data(0.0, 0.0, f64::from(width), f64::from(height))
        .expect("pixels")
        .data();
    let is_red = |x: u32, y: u32| {
        let at = ((y * width + x) * 4) as usize;
        data[at] > 150 && data[at + 1] < 100 && data[at + 2] < 100 && data[at + 3] > 100
    };
    (0..width)
        .map(|x| (0..height).filter(|y| is_red(x, *y)).collect())
        .collect()
}

async fn drawn(page: &Mounted<Page>) -> HtmlCanvasElement {
    let canvas = canvas(page);
    page.until("a drawing", |_| red(&canvas).iter().any(|rows| !rows.is_empty()))
        .await;
    canvas
}

#[wasm_bindgen_test]
async fn one_point_among_a_hundred_thousand_that_stands_out_is_seen() {
    let mut values = vec![Some(500.0); 100_000];
    values[61_803] = Some(1_000.0);
    values[20_000] = Some(0.0);
    let page = page(&values, false).await;
    let canvas = drawn(&page).await;
    let columns = red(&canvas);
    let height = canvas.height();
    let place = |point: u32| f64::from(point) / 100_000.0 * f64::from(canvas.width());
    let near = |point: u32, reaches: &dyn Fn(u32) -> bool| {
        let middle = place(point);
        columns
            .iter()
            .enumerate()
            .any(|(x, rows)| (x as f64 - middle).abs() <= 2.0 && rows.iter().any(|y| reaches(*y)))
    };
    assert!(near(61_803, &|y| y <= 2), "the most reaches the top");
    assert!(near(20_000, &|y| y + 3 >= height), "the least reaches the ground");
    let high = columns.iter().filter(|rows| rows.iter().any(|y| *y <= 2)).count();
    assert!(high <= 4, "only there: {high} columns");
}

#[wasm_bindgen_test]
async fn bars_are_as_high_as_their_numbers() {
    let page = page(&[Some(2.0), None, Some(4.0)], true).await;
    let canvas = drawn(&page).await;
    let columns = red(&canvas);
    let middle = |point: usize| columns[(canvas.width() as usize * (2 * point + 1)) / 6].len();
    let (half, nothing, whole) = (middle(0), middle(1), middle(2));
    assert_eq!(nothing, 0, "nothing was measured");
    assert!(
        whole.abs_diff(2 * half) <= 4,
        "{half} and {whole} rows of {}",
        canvas.height()
    );
}

#[wasm_bindgen_test]
async fn what_has_not_changed_is_not_drawn_again() {
    let page = page(&[Some(2.0), Some(3.0)], true).await;
    let canvas = drawn(&page).await;
    context(&canvas).clear_rect(-1e6, -1e6, 2e6, 2e6);
    page.click("#again").await;
    page.until("another drawing of the page", |page| page.text("#again") == "1")
        .await;
    assert!(red(&canvas).iter().all(Vec::is_empty), "the chart is not drawn");
    page.click("#other").await;
    drawn(&page).await;
}

#[wasm_bindgen_test]
async fn keys_read_the_numbers_and_pick_one() {
    let page = page(&[Some(2.0), Some(3.0), Some(9.0)], true).await;
    drawn(&page).await;
    let plot = page.get("[role='img']");
    assert_eq!(
        plot.get_attribute("aria-label").as_deref(),
        Some("Numbers. The highest is 9.")
    );
    plot.focus().expect("it takes the focus");
    let read = async |key: &str, wanted: &str| {
        press(key, false).await;
        page.until(wanted, |page| page.text("[role='status']") == wanted)
            .await;
    };
    read("ArrowLeft", "time 2: 9").await;
    read("ArrowLeft", "time 1: 3").await;
    read("Home", "time 0: 2").await;
    press("Enter", false).await;
    page.until("the point to be picked", |page| page.text("output") == "0")
        .await;
    press("+", false).await;
    assert_eq!(page.count(".chart-reset"), 0, "three points are all shown");
}

#[wasm_bindgen_test]
async fn keys_show_fewer_points_and_all_of_them_again() {
    let values: Vec<Option<f64>> = (0..100_u32).map(|point| Some(f64::from(point))).collect();
    let page = page(&values, true).await;
    drawn(&page).await;
    page.get("[role='img']").focus().expect("it takes the focus");
    let labels = page.text(".chart-times");
    press("+", false).await;
    page.until("other labels", |page| page.text(".chart-times") != labels)
        .await;
    page.click(".chart-reset").await;
    assert_eq!(page.text(".chart-times"), labels);
}

/// A chart of two points with two parts, and the time before.
#[component]
fn Stack() -> Html {
    let points = |values: [f64; 2]| ChartPoints::new(values.map(Some), None);
    let layer = |name: &'static str, values: [f64; 2]| ChartLayer {
        name: name.into(),
        points: points(values),
    };
    let points = use_memo((), |()| points([4.0, 2.0]));
    let parts = use_memo((), |()| {
        Rc::<[ChartLayer]>::from([layer("Shop", [3.0, 0.0]), layer("Blog", [1.0, 2.0])])
    });
    let before = use_memo((), |()| layer("Before", [7.0, 7.0]));
    html! {
        <div id="box" style="inline-size:600px; --chart-1: #ff0000; --chart-2: #00ffff; --chart-compare: #ff00ff; --chart-grid: #00ff00; --chart-axis: #0000ff">
            <Chart
                name="Numbers"
                summary="The highest is 4."
                points={(*points).clone()}
                unit={Unit::Count}
                has_bars=true
                parts={(*parts).clone()}
                before={(*before).clone()}
                time_of={Callback::from(|point: usize| AttrValue::from(format!("time {point}")))}
                short_time_of={Callback::from(|point: usize| AttrValue::from(point.to_string()))}
                text_of={Callback::from(|value: Option<f64>| AttrValue::from(value.map_or_else(|| "none".to_owned(), |value| value.to_string())))}
            />
        </div>
    }
}

#[wasm_bindgen_test]
async fn parts_stand_on_each_other_below_the_time_before() {
    let page = mount::<Stack>(()).await;
    let canvas: HtmlCanvasElement = page.get("canvas").unchecked_into();
    page.until("a drawing", |_| red(&canvas).iter().any(|rows| !rows.is_empty()))
        .await;
    let (width, height) = (canvas.width(), canvas.height());
    let data = context(&canvas)
        .get_image_data(0.0, 0.0, f64::from(width), f64::from(height))
        .expect("pixels")
        .data();
    // Rows of a colour in the middle of a bar, or of what stands between two.
    let rows = |half: u32, colour: [u8; 3]| -> Vec<u32> {
        let x = width * (half + 1) / 4;
        let is = |y: &u32| {
            let at = ((y * width + x) * 4) as usize;
            data[at..at + 3]
                .iter()
                .zip(colour)
                .all(|(one, other)| one.abs_diff(other) < 60)
                && data[at + 3] > 150
        };
        (0..height).filter(is).collect()
    };
    let (shop, blog, before) = ([255, 0, 0], [0, 255, 255], [255, 0, 255]);
    // The scale goes to 8: a number has an eighth of the height.
    let near = |rows: &[u32], numbers: u32| (rows.len() as u32).abs_diff(height * numbers / 8) <= 4;
    assert!(near(&rows(0, shop), 3), "{:?}", rows(0, shop));
    assert!(near(&rows(0, blog), 1), "{:?}", rows(0, blog));
    assert!(
        rows(0, blog).iter().max() < rows(0, shop).iter().min(),
        "the largest is at the ground"
    );
    assert!(rows(2, shop).is_empty());
    assert!(near(&rows(2, blog), 2), "{:?}", rows(2, blog));
    let line = rows(1, before);
    assert!(
        !line.is_empty() && line.iter().all(|y| y.abs_diff(height / 8) <= 2),
        "at seven: {line:?}"
    );
    assert_eq!(page.text(".chart-legend"), "ShopBlogBefore");
    page.get("[role='img']").focus().expect("it takes the focus");
    press("Home", false).await;
    let wanted = "time 0: 4, Blog 1, Shop 3, Before 7";
    page.until(wanted, |page| page.text("[role='status']") == wanted)
        .await;
}
