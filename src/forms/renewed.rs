//! A field that somebody else has just changed says so for a while.

use yew::prelude::*;

use super::FormHandle;
use crate::browser::Timeout;
use crate::i18n::t;

/// How long it is told, in milliseconds.
const TELL_MS: u64 = 6_000;

/// Whether a field was replaced a moment ago by what somebody else, or the person on another device, has saved.
#[hook]
pub(super) fn use_renewed(form: &FormHandle, name: &'static str) -> bool {
    let count = form.renewed(name);
    let told = use_state_eq(|| count);
    {
        let setter = told.setter();
        use_effect_with((count, *told), move |(count, told)| {
            let count = *count;
            let timeout = (count != *told).then(|| Timeout::new(TELL_MS, move || setter.set(count)));
            move || drop(timeout)
        });
    }
    count != *told
}

/// The words beside the label: a change is not told by colour alone.
pub(super) fn view_renewed(is_renewed: bool) -> Html {
    if is_renewed {
        html! { <span class="push meta" role="status">{ t("form.renewed") }</span> }
    } else {
        html! { <span hidden=true /> }
    }
}
