//! Putting things in place before anybody sees them elsewhere.

use web_sys::Element;
use yew::prelude::*;

use crate::browser::MutationWatch;

/// Runs `effect` once after every drawing, like [`use_effect`], but before the browser paints whenever the drawing changed
/// something in `node`.
///
/// yew runs effects a turn later where drawing has taken longer than a frame. What they scroll would then be seen to jump: the
/// browser paints in between.
#[hook]
pub fn use_before_paint(node: &NodeRef, effect: impl FnOnce() + 'static) {
    let pending = use_mut_ref(|| None::<Box<dyn FnOnce()>>);
    *pending.borrow_mut() = Some(Box::new(effect));
    let run = move || {
        let effect = pending.borrow_mut().take();
        if let Some(effect) = effect {
            effect();
        }
    };
    {
        let run = run.clone();
        use_effect(run);
    }
    let node = node.clone();
    use_effect_with((), move |()| {
        let watch = node.cast::<Element>().map(|node| MutationWatch::new(&node, run));
        move || drop(watch)
    });
}
