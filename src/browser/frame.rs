//! The page's frames.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;

/// Calls back once before the page is drawn next, unless it is dropped before. Hidden pages are not drawn.
pub struct Frame {
    id: Option<i32>,
    _callback: Closure<dyn FnMut()>,
}

impl Frame {
    /// Waits for the next frame.
    pub fn new(callback: impl FnOnce() + 'static) -> Self {
        let mut callback = Some(callback);
        let closure = Closure::<dyn FnMut()>::new(move || {
            if let Some(callback) = callback.take() {
                callback();
            }
        });
        let id = window().and_then(|window| {
            window
                .request_animation_frame(closure.as_ref().unchecked_ref())
                .ok()
        });
        Self {
            id,
            _callback: closure,
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let (Some(window), Some(id)) = (window(), self.id) {
            // Fails only where there are no frames at all.
            let _ = window.cancel_animation_frame(id);
        }
    }
}
