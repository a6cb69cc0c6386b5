//! A box to search in what stands below it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Icon, IconName};
use crate::browser::Timeout;

/// A search waits so long for the next letter before the address follows, in milliseconds.
const PAUSE_MS: u64 = 250;

/// What was typed, and what the address said when it was.
#[derive(Clone, Debug, Default, PartialEq)]
struct Typed {
    text: String,
    follows: String,
}

impl Typed {
    /// What stands in the field: what was typed, until the address says something else by itself, such as after a step back.
    fn standing(&self, search: &str, of: fn(&str) -> String) -> String {
        if self.follows == search || of(&self.text) == search {
            self.text.clone()
        } else {
            search.to_owned()
        }
    }
}

/// What stands in a search field, and what hears of each change. `search` is what the address asks for, `of` what is searched for by
/// what is typed. `on_search` is told of something else after a pause, at once when the field was emptied. When the address changes by
/// itself the field follows it, and `on_search` hears nothing.
#[hook]
pub fn use_search_text(
    search: &str,
    of: fn(&str) -> String,
    on_search: &Callback<String>,
) -> (AttrValue, Callback<String>) {
    let typed = use_state_eq(|| Typed {
        text: search.to_owned(),
        follows: search.to_owned(),
    });
    let standing = typed.standing(search, of);
    {
        let (setter, text) = (typed.setter(), standing.clone());
        use_effect_with(search.to_owned(), move |follows| {
            setter.set(Typed {
                text,
                follows: follows.clone(),
            });
        });
    }
    {
        // Told by what is current then: the rest of the address may have changed during the pause.
        let current = use_mut_ref(|| on_search.clone());
        current.replace(on_search.clone());
        use_effect_with(
            (standing.clone(), search.to_owned()),
            move |(standing, search)| {
                let wanted = of(standing);
                let pause_ms = if wanted.is_empty() { 0 } else { PAUSE_MS };
                let pause = (wanted != *search).then(|| {
                    Timeout::new(pause_ms, move || {
                        let on_search = current.borrow().clone();
                        on_search.emit(wanted);
                    })
                });
                move || drop(pause)
            },
        );
    }
    let on_input = {
        let (setter, follows) = (typed.setter(), search.to_owned());
        Callback::from(move |text| {
            setter.set(Typed {
                text,
                follows: follows.clone(),
            });
        })
    };
    (standing.into(), on_input)
}

/// Props for [`SearchField`].
#[derive(Properties, PartialEq)]
pub struct SearchFieldProps {
    /// The accessible name.
    pub label: AttrValue,
    /// What it holds.
    pub value: AttrValue,
    /// Shown while it is empty.
    #[prop_or_default]
    pub hint: AttrValue,
    /// Each change.
    pub on_input: Callback<String>,
}

/// The box.
#[component]
pub fn SearchField(props: &SearchFieldProps) -> Html {
    let oninput = props.on_input.reform(|event: InputEvent| {
        event
            .target_dyn_into::<HtmlInputElement>()
            .map_or_else(String::new, |input| input.value())
    });
    html! {
        <div class="field-wrap">
            <Icon name={IconName::Search} />
            <input
                class="field field-quiet"
                type="search"
                aria-label={props.label.clone()}
                placeholder={props.hint.clone()}
                value={props.value.clone()}
                {oninput}
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        text.trim().to_owned()
    }

    fn typed(text: &str, follows: &str) -> Typed {
        Typed {
            text: text.to_owned(),
            follows: follows.to_owned(),
        }
    }

    #[test]
    fn what_is_typed_stands_while_the_address_follows() {
        assert_eq!(
            typed("ann ", "").standing("", of),
            "ann ",
            "before the pause is over"
        );
        assert_eq!(
            typed("ann ", "").standing("ann", of),
            "ann ",
            "when the address has followed"
        );
    }

    #[test]
    fn an_address_that_changes_by_itself_stands_in_the_field() {
        assert_eq!(typed("", "").standing("ann", of), "ann", "a link to a search");
        assert_eq!(typed("ann", "ann").standing("", of), "", "a step back");
    }
}
