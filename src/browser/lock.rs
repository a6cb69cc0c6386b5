//! Locks that the tabs of a browser take in turn (Web Locks). The bindings of `web-sys` for them are still marked unstable, so
//! they are reached by name.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortController;

use super::window;

thread_local! {
    static IGNORE: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
}

/// A lock that is held or asked for. Dropping it lets it go, or stops asking.
pub struct Lock {
    abort: AbortController,
    release: Rc<RefCell<Option<Function>>>,
    _granted: Closure<dyn FnMut(JsValue) -> Promise>,
}

impl Lock {
    /// Asks for the lock called `name`; `on_locked` is called once it is ours. `None` where there are no locks, such as on a page that is not
    /// served securely: then nobody takes turns.
    pub fn request(name: &str, on_locked: impl FnOnce() + 'static) -> Option<Self> {
        let navigator = window()?.navigator();
        let locks = Reflect::get(&navigator, &JsValue::from_str("locks")).ok()?;
        let request: Function = Reflect::get(&locks, &JsValue::from_str("request"))
            .ok()?
            .dyn_into()
            .ok()?;
        let abort = AbortController::new().ok()?;
        let options = Object::new();
        Reflect::set(&options, &JsValue::from_str("signal"), &abort.signal()).ok()?;

        let release = Rc::new(RefCell::new(None));
        let mut on_locked = Some(on_locked);
        let granted = {
            let release = release.clone();
            Closure::<dyn FnMut(JsValue) -> Promise>::new(move |_: JsValue| {
                let held = Promise::new(&mut |resolve, _| *release.borrow_mut() = Some(resolve));
                if let Some(on_locked) = on_locked.take() {
                    on_locked();
                }
                held
            })
        };
        let promise: Promise = request
            .call3(&locks, &JsValue::from_str(name), &options, granted.as_ref())
            .ok()?
            .dyn_into()
            .ok()?;
        // Rejected when asking is stopped, which comes after this lock is gone: whoever hears it has to outlive it.
        IGNORE.with(|ignore| drop(promise.catch(ignore)));
        Some(Self {
            abort,
            release,
            _granted: granted,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        match self.release.borrow_mut().take() {
            // Fails only if the function were not one.
            Some(release) => drop(release.call0(&JsValue::UNDEFINED)),
            None => self.abort.abort(),
        }
    }
}
