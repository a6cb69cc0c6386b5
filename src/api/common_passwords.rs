//! The list of common passwords, fetched from beside the program once a form asks for a new password.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_net::http::Request;
use switchboard_contract::password::Common;
use yew::prelude::*;

use crate::browser::Task;

const PATH: &str = "/common-passwords.txt";

thread_local! {
    static LIST: RefCell<Rc<Common>> = RefCell::new(Rc::new(Common::none()));
    static IS_THERE: Cell<bool> = const { Cell::new(false) };
}

/// The list as far as it has come: an empty one until then. The server's word counts in any case.
#[must_use]
pub fn common_passwords() -> Rc<Common> {
    LIST.with_borrow(Rc::clone)
}

/// Fetches the list, unless it is there, and draws the component again once it has come.
#[hook]
pub fn use_common_passwords() -> Rc<Common> {
    let redraw = use_force_update();
    use_effect_with((), move |()| {
        let task = (!IS_THERE.get()).then(|| {
            Task::spawn(async move {
                if let Some(text) = fetch().await {
                    LIST.set(Rc::new(Common::new(text)));
                    IS_THERE.set(true);
                    redraw.force_update();
                }
            })
        });
        move || drop(task)
    });
    common_passwords()
}

async fn fetch() -> Option<String> {
    let answer = Request::get(PATH).send().await.ok()?;
    let text = answer.text().await.ok()?;
    // Static hosts often answer index.html for files that they do not have.
    (answer.ok() && !text.trim_start().starts_with('<')).then_some(text)
}
