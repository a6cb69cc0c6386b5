//! Every page in every state: while it loads, with nothing to show, when it fails, with old data, and as it should be. What a
//! screen reader would be told is compared with one table (`table.rs`, `websites.rs`); a route without an entry there fails.

#![allow(clippy::expect_used)]

mod answers;
mod foreign;
mod outline;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod websites;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::json;
use switchboard::app::{App, AppProps};
use switchboard::config::Config;
use switchboard::routes::Route;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew_router::Routable;

use support::inbox::{ID, conversation_id, dress, leave};
use support::{Answer, FakeServer, Mounted, Replaced, Seen, forget_storage, mount, until};
use table::{Form, Page, Panel, Stale, State, Told, Who};

wasm_bindgen_test_configure!(run_in_browser);

/// How the request of the panel that is looked at is answered.
#[derive(Clone)]
enum Case {
    Ready,
    Empty,
    Loading,
    Failed,
}

/// A page with one of its panels, or its form, in a state that can be changed.
struct Look {
    page: Mounted<App>,
    case: Rc<RefCell<Case>>,
    server: FakeServer,
    /// Every word of every answer.
    answered: Rc<RefCell<BTreeSet<String>>>,
}

impl Look {
    async fn at(page: &'static Page, panel: Option<&'static Panel>, case: Case) -> Self {
        forget_storage();
        dress();
        let case = Rc::new(RefCell::new(case));
        let now = case.clone();
        let answered = Rc::new(RefCell::new(BTreeSet::new()));
        let said = answered.clone();
        let server = FakeServer::install(move |seen| {
            let answer = respond(page, panel, &now.borrow(), seen);
            if let Answer::Json(_, body) = &answer {
                gather(body, &mut said.borrow_mut());
            }
            answer
        });
        let window = web_sys::window().expect("a window");
        if page.who != Who::Nobody {
            let hint = json!({"userId": ID, "expiresAt": "2026-11-22T09:30:00.000Z"}).to_string();
            let storage = window.local_storage().expect("allowed").expect("there");
            storage.set_item("switchboard.session", &hint).expect("stored");
        }
        let history = window.history().expect("allowed");
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(&named(page.path)))
            .expect("same origin");
        let config = Config {
            service_worker: false,
            api_base_url: "/api".into(),
            realtime_url: None,
            environment: None,
        };
        Self {
            page: mount::<App>(AppProps { config }).await,
            case,
            server,
            answered,
        }
    }

    /// Waits until nothing on the page has changed for longer than a skeleton takes to appear.
    async fn rests(&self) {
        let mut before = String::new();
        let mut rounds = 0;
        for _ in 0..300 {
            let now = self.page.root.inner_html();
            rounds = if now == before { rounds + 1 } else { 0 };
            if rounds > 18 && self.page.find("h1").is_some() {
                return;
            }
            before = now;
            switchboard::browser::sleep(10).await;
            support::flush().await;
        }
    }

    fn answer(&self, case: Case) {
        *self.case.borrow_mut() = case;
    }

    /// Waits until all of it is told.
    async fn tells(&self, wanted: &[Told]) -> Result<(), String> {
        let root = &self.page.root;
        let missing = || {
            let told = outline::of(root);
            let missing = wanted.iter().filter(|wanted| !is_told(root, &told, wanted));
            missing.map(|told| format!("{told:?}")).collect::<Vec<_>>()
        };
        if until(|| missing().is_empty()).await {
            return Ok(());
        }
        Err(format!("does not tell {}\n{}", missing().join(", "), shown(root)))
    }

    /// What may not be told in this state.
    fn hides(&self, unwanted: &[Told]) -> Result<(), String> {
        let root = &self.page.root;
        let told = outline::of(root);
        match unwanted.iter().find(|unwanted| is_told(root, &told, unwanted)) {
            None => Ok(()),
            Some(unwanted) => Err(format!("still tells {unwanted:?}\n{}", shown(root))),
        }
    }

    /// Presses the button that is told by this name.
    async fn press(&self, name: &str) -> Result<(), String> {
        let root = &self.page.root;
        let button = outline::find(root, "button", name).ok_or_else(|| format!("no button {name}"))?;
        button.click();
        support::flush().await;
        Ok(())
    }

    /// From the fields of a form to the button that sends it.
    async fn go_on(&self, form: &Form) -> Result<(), String> {
        for step in form.steps {
            self.press("Continue").await?;
            self.tells(&[("heading", *step)]).await?;
        }
        if until(|| outline::find(&self.page.root, "button", form.submit).is_some()).await {
            return Ok(());
        }
        Err(format!("no button {}\n{}", form.submit, shown(&self.page.root)))
    }

    /// From the button that sends a form to its fields.
    async fn go_back(&self, form: &Form) -> Result<(), String> {
        for step in form.steps.iter().rev() {
            self.press("Back").await?;
            if !until(|| self.hides(&[("heading", *step)]).is_ok()).await {
                return Err(format!("{step} does not lead back"));
            }
        }
        Ok(())
    }

    /// Where something stands, in pixels.
    fn place(&self, selector: &str) -> Option<(i32, i32)> {
        let element = self.page.find(selector)?;
        let area = element.get_bounding_client_rect();
        Some((area.top().round() as i32, area.height().round() as i32))
    }
}

fn named(text: &str) -> String {
    text.replace("{conversation}", &conversation_id(3))
        .replace("{website}", ID)
}

fn is_told(root: &web_sys::Element, told: &[outline::Told], (role, name): &Told) -> bool {
    if *role == "text" {
        return root.text_content().is_some_and(|text| text.contains(name));
    }
    told.iter().any(|told| {
        let is_news = matches!(*role, "status" | "alert");
        told.role == *role && (told.name == *name || is_news && told.name.starts_with(name))
    })
}

/// The words of all texts in an answer; names of fields are none.
fn gather(value: &serde_json::Value, words: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) => words.extend(foreign::words(text).map(str::to_owned)),
        serde_json::Value::Array(values) => values.iter().for_each(|value| gather(value, words)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| gather(value, words)),
        _ => {}
    }
}

fn shown(root: &web_sys::Element) -> String {
    let lines = outline::of(root).into_iter();
    let lines: Vec<String> = lines
        .map(|told| format!("  {} “{}”", told.role, told.name))
        .collect();
    lines.join("\n")
}

/// The requests that a panel or a form is about, as the table names them.
fn is_asked(asks: &str, seen: &Seen) -> bool {
    let asks = named(asks);
    let (path, query) = asks.split_once('?').unwrap_or((&asks, ""));
    let parts: BTreeSet<&str> = seen.query.trim_start_matches('?').split('&').collect();
    seen.path == path
        && query
            .split('&')
            .filter(|part| !part.is_empty())
            .all(|part| parts.contains(part))
}

fn respond(page: &Page, panel: Option<&Panel>, case: &Case, seen: &Seen) -> Answer {
    let posts = page
        .form
        .as_ref()
        .filter(|form| panel.is_none() && named(form.posts) == seen.path && seen.method != "GET");
    let asked = panel.filter(|panel| is_asked(panel.asks, seen));
    if posts.is_some() || asked.is_some() {
        return match case {
            Case::Loading => Answer::Silence,
            Case::Failed => Answer::Json(500, json!({"code": "internal", "title": ""})),
            Case::Empty => match asked.and_then(|panel| panel.empty.as_ref()) {
                Some(empty) => Answer::Json(200, (empty.body)()),
                None => Answer::Silence,
            },
            Case::Ready => match asked {
                Some(panel) => Answer::Json(200, (panel.ready.body)()),
                None => Answer::Silence,
            },
        };
    }
    if let Some(other) = page.panels.iter().find(|panel| is_asked(panel.asks, seen)) {
        return Answer::Json(200, (other.ready.body)());
    }
    answers::otherwise(
        seen,
        match page.who {
            Who::Member(role) => role,
            Who::Nobody => "agent",
        },
    )
}

async fn loading(page: &'static Page, panel: &'static Panel) -> Result<Option<(i32, i32)>, String> {
    let look = Look::at(page, Some(panel), Case::Loading).await;
    look.tells(page.always).await?;
    look.tells(panel.loading).await?;
    look.hides(panel.ready.told)?;
    look.hides(panel.error)?;
    let place = panel.shape.and_then(|shape| look.place(shape));
    // Whoever waited sees it without asking again.
    leave(look.page).await;
    Ok(place)
}

async fn ready(page: &'static Page, panel: &'static Panel, shape: Option<(i32, i32)>) -> Result<(), String> {
    let look = Look::at(page, Some(panel), Case::Ready).await;
    look.tells(page.always).await?;
    look.tells(panel.ready.told).await?;
    look.hides(panel.loading)?;
    look.hides(panel.error)?;
    if let Some(selector) = panel.shape {
        let place = look.place(selector);
        if place.is_none() || place != shape {
            return Err(format!(
                "{selector} stands at {place:?}, its skeleton at {shape:?} (top, height)"
            ));
        }
    }
    leave(look.page).await;
    Ok(())
}

async fn empty(page: &'static Page, panel: &'static Panel, state: &'static State) -> Result<(), String> {
    let look = Look::at(page, Some(panel), Case::Empty).await;
    look.tells(page.always).await?;
    look.tells(state.told).await?;
    look.hides(panel.ready.told)?;
    look.hides(panel.error)?;
    look.hides(panel.loading)?;
    leave(look.page).await;
    Ok(())
}

async fn failed(page: &'static Page, panel: &'static Panel) -> Result<(), String> {
    let look = Look::at(page, Some(panel), Case::Failed).await;
    look.tells(page.always).await?;
    look.tells(panel.error).await?;
    look.hides(panel.ready.told)?;
    look.hides(panel.loading)?;
    look.answer(Case::Ready);
    look.press("Retry").await?;
    look.tells(panel.ready.told).await?;
    look.hides(panel.error)?;
    leave(look.page).await;
    Ok(())
}

async fn stale(page: &'static Page, panel: &'static Panel) -> Result<(), String> {
    let look = Look::at(page, Some(panel), Case::Ready).await;
    look.tells(panel.ready.told).await?;
    let window = web_sys::window().expect("a window");
    let tell = |event: &str| {
        let event = web_sys::Event::new(event).expect("an event");
        window.dispatch_event(&event).expect("dispatched");
    };
    match panel.stale {
        Stale::Never => {}
        Stale::AskedAgain(said) => {
            look.answer(Case::Failed);
            let mut clock = None;
            let before = look.server.seen().len();
            let mut told = Ok(());
            // What was on its way already is an answer too, from before the failure, and as new as the clock says: then it is for the
            // next time to fail, when that is old.
            for minutes in 1..=3 {
                drop(clock.take());
                clock = Some(later(minutes));
                tell("focus");
                told = look.tells(said).await;
                if told.is_ok() {
                    break;
                }
            }
            told.map_err(|why| {
                let asked: Vec<String> = look.server.seen()[before..]
                    .iter()
                    .map(|seen| format!("  {} {}", seen.method, seen.path))
                    .collect();
                format!("{why}\nasked since then:\n{}", asked.join("\n"))
            })?;
            look.tells(&[("text", "What you see is from ")]).await?;
            look.tells(panel.ready.told).await?;
            look.answer(Case::Ready);
            look.press("Retry").await?;
            if !until(|| look.hides(said).is_ok()).await {
                return Err("the failure is told on".to_owned());
            }
            drop(clock);
        }
        Stale::Disconnected => {
            if !until(|| look.server.count("/api/realtime/ticket") > 0).await {
                return Err("nothing connects".to_owned());
            }
            let navigator = JsValue::from(window.navigator());
            let offline = Replaced::new(&navigator, "onLine", "false");
            tell("offline");
            look.tells(&[("status", "You are offline. What you see is from ")])
                .await?;
            look.tells(panel.ready.told).await?;
            drop(offline);
            tell("online");
            if !until(|| look.hides(&[("status", "You are offline.")]).is_ok()).await {
                return Err("the loss is told on".to_owned());
            }
        }
    }
    leave(look.page).await;
    Ok(())
}

/// So many minutes have passed by the clock that waits are counted in.
fn later(minutes: u32) -> Replaced {
    let performance = web_sys::window().and_then(|window| window.performance());
    Replaced::new(
        &JsValue::from(performance.expect("a clock")),
        "now",
        &format!("() => original.call(performance) + {minutes} * 60000"),
    )
}

async fn form(page: &'static Page, form: &'static Form) -> Result<(), String> {
    let look = Look::at(page, None, Case::Failed).await;
    look.tells(page.always).await?;
    let is_there = |id: &str| look.page.find(&format!("#{id}")).is_some();
    if !until(|| form.fields.iter().all(|(id, _)| is_there(id))).await {
        return Err(format!("not every field is there\n{}", shown(&look.page.root)));
    }
    for (id, text) in form.fields {
        look.page.fill(&format!("#{id}"), text).await;
    }
    look.go_on(form).await?;
    look.press(form.submit).await?;
    look.tells(form.refused).await?;
    look.go_back(form).await?;
    for (id, text) in form.fields {
        let kept = support::value(&look.page, &format!("#{id}"));
        if kept != *text {
            return Err(format!("the failure left “{kept}” in #{id}"));
        }
    }
    look.go_on(form).await?;
    look.answer(Case::Loading);
    look.press(form.submit).await?;
    let is_busy = || {
        outline::find(&look.page.root, "button", form.submit)
            .is_some_and(|button| button.get_attribute("aria-busy").as_deref() == Some("true"))
    };
    if !until(is_busy).await {
        return Err("the button does not say that it is sent".to_owned());
    }
    leave(look.page).await;
    Ok(())
}

/// Notes what is wrong, under the page's name.
fn note(wrong: &mut Vec<String>, page: &Page, what: &str, outcome: Result<(), String>) {
    if let Err(why) = outcome {
        wrong.push(format!("{} {what}: {why}", page.route));
    }
}

async fn check(pages: impl Iterator<Item = &'static Page>) {
    let mut wrong = Vec::new();
    for page in pages {
        if page.panels.is_empty() {
            let look = Look::at(page, None, Case::Ready).await;
            note(&mut wrong, page, "as it is", look.tells(page.always).await);
            leave(look.page).await;
        }
        for panel in page.panels {
            let mut note =
                |state: &str, outcome| note(&mut wrong, page, &format!("{}, {state}", panel.name), outcome);
            let shape = loading(page, panel).await;
            note("loading", shape.clone().map(drop));
            note("ready", ready(page, panel, shape.ok().flatten()).await);
            if let Some(state) = &panel.empty {
                note("empty", empty(page, panel, state).await);
            }
            if !panel.error.is_empty() {
                note("failed", failed(page, panel).await);
            }
            note("stale", stale(page, panel).await);
        }
        if let Some(sent) = &page.form {
            note(&mut wrong, page, "sent", form(page, sent).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The whole table.
fn pages() -> impl Iterator<Item = &'static Page> {
    table::PAGES.iter().chain(websites::PAGES)
}

#[wasm_bindgen_test]
fn every_route_is_in_the_table() {
    let known: BTreeSet<&str> = pages().map(|page| page.route).collect();
    let missing: Vec<&str> = Route::routes()
        .into_iter()
        .filter(|route| !known.contains(route))
        .collect();
    assert!(
        missing.is_empty(),
        "not in the table of tests/states: {missing:?}"
    );
    let looks: BTreeSet<String> = pages()
        .map(|page| format!("{} {:?}", page.path, page.who))
        .collect();
    assert_eq!(looks.len(), pages().count(), "each address once for each person");
}

/// What a page says in a language that nobody speaks, in one state.
async fn foreign_words(page: &'static Page, panel: Option<&'static Panel>, case: Case) -> BTreeSet<String> {
    let look = Look::at(page, panel, case).await;
    look.rests().await;
    let mut known = look.answered.borrow().clone();
    known.extend(foreign::NAMES.iter().map(|name| (*name).to_owned()));
    known.extend(foreign::words(page.path).map(str::to_owned));
    // Time zones are offered by the names that the zone database has for them.
    let zones = switchboard::browser::time_zones();
    known.extend(
        zones
            .iter()
            .flat_map(|zone| foreign::words(zone))
            .map(str::to_owned),
    );
    let found = foreign::latin(&look.page.root, &known);
    leave(look.page).await;
    found
}

#[wasm_bindgen_test]
async fn every_text_comes_from_the_message_files() {
    let _foreign = foreign::Foreign::speak();
    let mut wrong = Vec::new();
    // The gallery is for those who write the program.
    for page in pages().filter(|page| page.route != "/dev/gallery") {
        let mut found = foreign_words(page, None, Case::Ready).await;
        for panel in page.panels {
            for case in [Case::Loading, Case::Empty, Case::Failed] {
                found.extend(foreign_words(page, Some(panel), case).await);
            }
        }
        wrong.extend(found.into_iter().map(|word| format!("{} says {word}", page.path)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[wasm_bindgen_test]
async fn pages_of_guests_tell_how_they_stand() {
    check(pages().filter(|page| page.who == Who::Nobody)).await;
}

#[wasm_bindgen_test]
async fn pages_of_members_tell_how_they_stand() {
    check(pages().filter(|page| page.who != Who::Nobody)).await;
}
