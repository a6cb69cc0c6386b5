//! The Switchboard dashboard: where the people who answer a website's visitors work.
//!
//! | module | holds |
//! | --- | --- |
//! | [`app`], [`routes`] | providers, guards, the route table |
//! | [`chunks`] | the parts of the program that are fetched when they are needed |
//! | [`pages`], [`shell`], [`forms`], [`ui`] | what people see |
//! | [`auth`] | who is signed in |
//! | [`chat`] | conversations, messages and the outbox, kept live |
//! | [`realtime`] | the WebSocket, the durable queue, the other tabs, timers |
//! | [`api`] | the REST client |
//! | [`config`], [`crash`], [`i18n`], [`browser`] | the file beside the bundle, the last page, texts, the browser |
//! | [`alerts`] | what the person is told of what happens, by sight and sound |
//! | [`appearance`], [`language`], [`picture`] | theme and density, the language's file, pictures of people |
//! | [`people`], [`deeds`] | how people, and what they do, are called |

pub mod alerts;
pub mod api;
pub mod app;
pub mod appearance;
pub mod auth;
pub mod browser;
pub mod chat;
pub mod chunks;
pub mod config;
pub mod crash;
pub mod deeds;
pub mod forms;
#[cfg(debug_assertions)]
pub mod gallery;
pub mod i18n;
pub mod language;
pub mod pages;
pub mod people;
pub mod picture;
pub mod query;
pub mod realtime;
pub mod routes;
pub mod shell;
pub mod storage;
pub mod ui;

/// Starts the dashboard in this page, in place of whatever the body holds; beside the sign-in page where that stands there
/// already, which gives way by itself (`assets/sign_in.js`).
pub fn start() {
    crash::install();
    let place = browser::document().and_then(|document| document.get_element_by_id("program"));
    match place {
        Some(place) => yew::Renderer::<app::Root>::with_root(place).render(),
        None => yew::Renderer::<app::Root>::new().render(),
    };
}
