//! `/dev/gallery`: every component of [`crate::ui`] in each of its states, to look at while it is made. It exists in
//! development builds only; `cargo xtask test` fails for a component that is missing here, and for a release bundle that
//! holds any of this.
//!
//! Its words are for developers, so they stand here and not among the messages.

mod acts;
mod inputs;
mod shown;

use yew::prelude::*;
use yew_router::hooks::use_location;

use crate::browser::document;
use crate::scoped;
use crate::ui::{Button, PageHead};

/// A file of the design system.
struct Entry {
    /// Its name in `src/ui`, without `.rs`.
    file: &'static str,
    /// Its states: what each is, and how it looks.
    states: fn() -> Vec<State>,
}

/// One state of a component.
struct State {
    what: &'static str,
    look: Html,
    /// Needs the whole width.
    wide: bool,
}

impl State {
    fn new(what: &'static str, look: Html) -> Self {
        let wide = false;
        Self { what, look, wide }
    }

    fn wide(what: &'static str, look: Html) -> Self {
        let wide = true;
        Self { what, look, wide }
    }
}

const ENTRIES: [Entry; 27] = [
    Entry {
        file: "brand",
        states: shown::brand,
    },
    Entry {
        file: "icon",
        states: shown::icon,
    },
    Entry {
        file: "label_dot",
        states: shown::label_dot,
    },
    Entry {
        file: "chart",
        states: shown::chart,
    },
    Entry {
        file: "ring",
        states: shown::ring,
    },
    Entry {
        file: "trend",
        states: shown::trend,
    },
    Entry {
        file: "prose",
        states: shown::prose,
    },
    Entry {
        file: "avatar",
        states: shown::avatar,
    },
    Entry {
        file: "button",
        states: acts::button,
    },
    Entry {
        file: "link",
        states: acts::link,
    },
    Entry {
        file: "menu",
        states: acts::menu,
    },
    Entry {
        file: "tabs",
        states: acts::tabs,
    },
    Entry {
        file: "dialog",
        states: acts::dialog,
    },
    Entry {
        file: "modal",
        states: acts::modal,
    },
    Entry {
        file: "toasts",
        states: acts::toasts,
    },
    Entry {
        file: "progress",
        states: acts::progress,
    },
    Entry {
        file: "field",
        states: inputs::field,
    },
    Entry {
        file: "form_summary",
        states: inputs::form_summary,
    },
    Entry {
        file: "growing_text_area",
        states: inputs::growing_text_area,
    },
    Entry {
        file: "suggestions",
        states: inputs::suggestions,
    },
    Entry {
        file: "search_field",
        states: inputs::search_field,
    },
    Entry {
        file: "page_head",
        states: shown::page_head,
    },
    Entry {
        file: "skeleton",
        states: shown::skeleton,
    },
    Entry {
        file: "states",
        states: shown::states,
    },
    Entry {
        file: "table",
        states: shown::table,
    },
    Entry {
        file: "trying_again",
        states: shown::trying_again,
    },
    Entry {
        file: "virtual_list",
        states: shown::virtual_list,
    },
];

/// The page. `?theme=dark&dir=rtl` begins with these.
#[component]
pub fn Gallery() -> Html {
    let query = use_location().map_or_else(String::new, |location| location.query_str().to_owned());
    let dark = use_state(|| query.contains("theme=dark"));
    let mirrored = use_state(|| query.contains("dir=rtl"));
    use_effect_with((*dark, *mirrored), |(dark, mirrored)| {
        let Some(root) = document().and_then(|document| document.document_element()) else {
            return;
        };
        let theme = if *dark { "dark" } else { "light" };
        let direction = if *mirrored { "rtl" } else { "ltr" };
        // Refused only for names that are not valid.
        let _ = root
            .set_attribute("data-theme", theme)
            .and(root.set_attribute("dir", direction));
    });
    let toggle = |state: &UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |_: MouseEvent| state.set(!*state))
    };
    let class = scoped!(
        r#"
        min-block-size: 100dvh;
        background: var(--surface);

        .entry {
            display: grid;
            grid-template-columns: 11rem minmax(0, 1fr);
            gap: var(--space-4) var(--space-8);
            padding-block: var(--space-6);
            border-block-end: 1px solid var(--line);
        }
        .entry h2 {
            font-size: var(--text-14);
            line-height: var(--lh-14);
        }
        .looks {
            display: grid;
            grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
            gap: var(--space-6);
            align-items: start;
        }
        .look {
            display: grid;
            gap: var(--space-2);
            min-inline-size: 0;
        }
        .look.is-wide {
            grid-column: 1 / -1;
        }
        .what {
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .frame {
            position: relative;
            min-inline-size: 0;
        }

        @media (max-width: 900px) {
            .entry {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    html! {
        <main {class}>
            <PageHead heading="Gallery" aside="every component, every state">
                <Button pressed={*dark} onclick={toggle(&dark)}>{ "Dark" }</Button>
                <Button pressed={*mirrored} onclick={toggle(&mirrored)}>{ "Right to left" }</Button>
            </PageHead>
            <div class="page">{ for ENTRIES.iter().map(view) }</div>
        </main>
    }
}

fn view(entry: &Entry) -> Html {
    html! {
        <section key={entry.file} class="entry" aria-labelledby={format!("entry-{}", entry.file)}>
            <h2 id={format!("entry-{}", entry.file)}>{ entry.file }</h2>
            <div class="looks">
                { for (entry.states)().into_iter().map(|state| html! {
                    <div key={state.what} class={classes!("look", state.wide.then_some("is-wide"))}>
                        <p class="what">{ state.what }</p>
                        <div class="frame">{ state.look }</div>
                    </div>
                }) }
            </div>
        </section>
    }
}
