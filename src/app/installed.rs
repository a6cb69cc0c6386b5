//! Has the program kept on the device, so that it starts without a network, and notices that the site has a newer build.

use yew::prelude::*;

use super::use_config;
use crate::browser::{
    Interval, WorkerNews, hear_worker, install_worker, is_shown, look_for_newer_build, own_build, sleep,
    use_task,
};
use crate::chunks;
use crate::shell::NewerBuild;

/// After the person's first page has begun to load what it shows, in milliseconds.
const FETCH_REST_AFTER_MS: u64 = 1_500;
/// How often a tab that stays open looks for a newer build, in milliseconds.
const LOOK_EVERY_MS: u64 = 30 * 60 * 1_000;

/// Fetches the rest of the program and has it kept. Tells whether pages that are opened now run a newer build than this one.
#[hook]
pub(super) fn use_installed() -> NewerBuild {
    let wanted = use_config().service_worker;
    let newer = use_state(|| false);
    let fetching = use_task();
    let setter = newer.setter();
    use_effect_with(wanted, move |wanted| {
        let own = own_build().filter(|_| *wanted);
        let is_kept = own.is_some();
        fetching.run(async move {
            sleep(FETCH_REST_AFTER_MS).await;
            // What is lost here shows itself, and is asked for again, once somebody goes there.
            let _ = chunks::fetch_all().await;
            // Now the browser has it all, and the worker takes it from there.
            if is_kept {
                install_worker().await;
            }
        });
        let heard = own.and_then(|own| {
            hear_worker(move |news| {
                if let WorkerNews::Build(build) = news {
                    setter.set(build != own);
                }
            })
        });
        let looking = is_kept.then(|| {
            Interval::new(LOOK_EVERY_MS, || {
                if is_shown() {
                    wasm_bindgen_futures::spawn_local(look_for_newer_build());
                }
            })
        });
        move || drop((heard, looking))
    });
    NewerBuild(*newer)
}
