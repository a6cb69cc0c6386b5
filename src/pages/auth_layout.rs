//! The frame of the pages for people who are not signed in: a form beside the patch panel.

use std::cell::Cell;

use yew::prelude::*;

use crate::app::use_config;
use crate::browser::focus_node;
use crate::i18n::t;
use crate::routes::Route;
use crate::shell::{SkipLink, use_page_change};
use crate::ui::{HEADING_ID, Link, Mark};

thread_local! {
    /// Whether a page of this frame was shown before: on the first one the browser places the focus.
    static SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Props for [`AuthLayout`].
#[derive(Properties, PartialEq)]
pub struct AuthLayoutProps {
    /// Which page it is; gives the heading.
    pub route: Route,
    /// The heading of a later step, instead of the page's own; each new one takes the focus.
    #[prop_or_default]
    pub heading: Option<AttrValue>,
    /// A sentence below the heading.
    pub lead: AttrValue,
    /// The form.
    pub children: Html,
}

/// The frame. No font or image is needed to read it.
#[component]
pub fn AuthLayout(props: &AuthLayoutProps) -> Html {
    use_page_change(props.route, 0);
    let heading = props.heading.clone().unwrap_or_else(|| props.route.heading());
    let title = use_node_ref();
    {
        let title = title.clone();
        use_effect_with(heading.clone(), move |_| {
            // What had the focus has gone with the page or the step before.
            if SHOWN.replace(true) {
                focus_node(&title);
            }
        });
    }
    let environment = use_config().environment;
    html! {
        <>
            <SkipLink />
            <div class="auth">
                <div class="auth-form">
                    <header>
                        <Link class="brand" to={Route::Login}><Mark />{ t("app.name") }</Link>
                    </header>
                    <main class="auth-main" id="main" tabindex="-1">
                        <div class="stack">
                            <h1 id={HEADING_ID} tabindex="-1" ref={title}>{ heading }</h1>
                            <p class="text-2">{ props.lead.clone() }</p>
                        </div>
                        { props.children.clone() }
                    </main>
                    <footer class="small text-3">
                        if let Some(environment) = environment.filter(|name| &**name != "production") {
                            <span>{ &*environment }</span>
                        }
                    </footer>
                </div>
                <div class="auth-art" aria-hidden="true"><PatchPanel /></div>
            </div>
        </>
    }
}

/// Rows of jacks with two cords: the switchboard.
#[component]
fn PatchPanel() -> Html {
    html! {
        <svg viewBox="20 20 840 920" preserveAspectRatio="xMidYMid slice" focusable="false">
            <defs>
                <pattern id="jacks" x="20" y="20" width="40" height="40" patternUnits="userSpaceOnUse">
                    <circle class="jack" cx="20" cy="20" r="6" />
                </pattern>
            </defs>
            <rect x="-1180" y="-1180" width="3240" height="3320" fill="url(#jacks)" />
            <circle class="jack jack-2" cx="440" cy="200" r="6" />
            <circle class="jack jack-2" cx="720" cy="280" r="6" />
            <path class="cord cord-2" d="M440 200C440 480 720 520 720 280" />
            <circle class="plug plug-2" cx="440" cy="200" r="3" />
            <circle class="plug plug-2" cx="720" cy="280" r="3" />
            <circle class="jack jack-live" cx="240" cy="280" r="6" />
            <circle class="jack jack-live" cx="560" cy="520" r="6" />
            <path class="cord" d="M240 280C240 620 560 760 560 520" />
            <circle class="plug" cx="240" cy="280" r="3" />
            <circle class="plug" cx="560" cy="520" r="3" />
        </svg>
    }
}
