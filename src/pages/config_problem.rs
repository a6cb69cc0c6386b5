//! There is no usable `config.json`: what is wrong with it, and what it should hold.

use yew::prelude::*;

use crate::browser::{reload, set_title};
use crate::config::{ConfigError, EXAMPLE};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, HEADING_ID};

/// Props for [`ConfigProblem`].
#[derive(Properties, PartialEq)]
pub struct ConfigProblemProps {
    /// What is wrong.
    pub error: ConfigError,
}

/// The page, for whoever installs Switchboard.
#[component]
pub fn ConfigProblem(props: &ConfigProblemProps) -> Html {
    use_effect_with((), |()| {
        set_title(&t_with("app.title", &[("page", &t("config.heading"))]));
    });
    let class = scoped!(
        r#"
        display: grid;
        align-content: center;
        gap: var(--space-4);
        inline-size: min(36rem, 100%);
        min-block-size: 100dvh;
        margin-inline: auto;
        padding: var(--space-8) var(--space-5);

        h1 {
            font-size: var(--text-24);
            line-height: var(--lh-24);
            letter-spacing: var(--tracking-display);
        }
        pre {
            margin: 0;
            padding: var(--space-3) var(--space-4);
            overflow-x: auto;
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: var(--surface);
            font-size: var(--text-12);
            line-height: var(--lh-13);
        }
        code {
            overflow-wrap: anywhere;
        }
        "#
    );
    let what = match &props.error {
        ConfigError::Unreachable => t("config.unreachable"),
        ConfigError::Missing => t("config.missing"),
        ConfigError::Refused(status) => t_with("config.refused", &[("status", &status.to_string())]),
        ConfigError::Malformed(reason) => t_with("config.malformed", &[("reason", reason)]),
        ConfigError::BadAddress { field, value } => {
            t_with("config.bad_address", &[("field", field), ("value", value)])
        }
    };
    let onclick = Callback::from(|_: MouseEvent| reload());
    html! {
        <main {class} id="main">
            <h1 id={HEADING_ID} tabindex="-1">{ t("config.heading") }</h1>
            <p role="alert">{ what }</p>
            <p class="text-2">{ t("config.expected") }</p>
            <pre tabindex="0" aria-label={t("config.example")}><code>{ EXAMPLE }</code></pre>
            <div>
                <Button kind={ButtonKind::Primary} large=true {onclick}>{ t("config.reload") }</Button>
            </div>
        </main>
    }
}
