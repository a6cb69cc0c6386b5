//! What a website's pages embed.

use yew::prelude::*;

use crate::api::Api;
use crate::auth::use_api;
use crate::browser::{copy_text, origin, use_task};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Button, IconName, use_toasts};

/// Where the widget's files are: the API's address is one origin with them.
pub fn widget_site(api: &Api) -> String {
    let base = api.base();
    let base = base.trim_end_matches('/');
    let base = base.strip_suffix("/api").unwrap_or(base);
    if base.contains("://") {
        base.to_owned()
    } else {
        format!("{}{base}", origin())
    }
}

/// The line that loads the widget, as `/demo` has it.
fn snippet(api: &Api, public_key: &str) -> String {
    let site = widget_site(api);
    format!("<script async src=\"{site}/widget.js\" data-key=\"{public_key}\"></script>")
}

/// Props for [`Snippet`].
#[derive(Properties, PartialEq)]
pub struct SnippetProps {
    /// Names the website.
    pub public_key: AttrValue,
}

/// The line, and a button that copies it.
#[component]
pub fn Snippet(props: &SnippetProps) -> Html {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let line = snippet(&api, &props.public_key);
    let onclick = {
        let line = line.clone();
        Callback::from(move |_: MouseEvent| {
            let (line, toasts) = (line.clone(), toasts.clone());
            task.run(async move {
                if copy_text(&line).await {
                    toasts.status(t("website.copied"));
                } else {
                    toasts.alert(t("website.not_copied"));
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        justify-items: start;

        textarea {
            font-family: var(--font-mono, monospace);
            resize: none;
        }
        "#
    );
    html! {
        <div {class}>
            <textarea class="field" readonly=true rows="3" spellcheck="false" dir="ltr" aria-label={t("website.snippet")} value={line} />
            <Button icon={IconName::Copy} {onclick}>{ t("website.copy_snippet") }</Button>
        </div>
    }
}
