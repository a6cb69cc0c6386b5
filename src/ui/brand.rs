//! The mark: an S of cord between two jacks.

use yew::prelude::*;

/// The mark alone; decorative.
#[component]
pub fn Mark() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <rect class="mark-plate" width="20" height="20" rx="5" />
            <path class="mark-line" d="M13.5 6.5c-3.5-2-7-.8-7 1.4 0 3.4 7 .8 7 4.2 0 2.2-3.5 3.4-7 1.4" />
            <circle class="mark-jack" cx="13.6" cy="6.5" r="1.7" />
            <circle class="mark-jack" cx="6.4" cy="13.5" r="1.7" />
        </svg>
    }
}
