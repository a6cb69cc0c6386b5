//! The list of keys.

use yew::prelude::*;

use super::deeds::Deed;
use super::keys::way_key;
use super::palette::view_keys;
use crate::browser::has_command_key;
use crate::i18n::t;
use crate::routes::Section;
use crate::scoped;
use crate::ui::{IconButton, IconName, Modal};

/// Props for [`Shortcuts`].
#[derive(Properties, PartialEq)]
pub struct ShortcutsProps {
    /// It is no longer wanted.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Shortcuts(props: &ShortcutsProps) -> Html {
    let close = use_node_ref();
    let class = scoped!(
        r#"
        .shortcuts-head {
            display: flex;
            align-items: center;
            justify-content: space-between;
            padding-block: var(--space-3);
            padding-inline: var(--space-5) var(--space-3);
            border-block-end: 1px solid var(--line);
        }
        h2 {
            font-size: var(--text-14);
            line-height: var(--lh-14);
        }
        .shortcuts-body {
            display: grid;
            grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
            gap: var(--space-5) var(--space-8);
            padding: var(--space-5);
            overflow-y: auto;
        }
        h3 {
            padding-block-end: var(--space-2);
            color: var(--text-3);
            font-weight: var(--weight-medium);
        }
        .shortcut {
            display: flex;
            align-items: center;
            justify-content: space-between;
            gap: var(--space-4);
            min-block-size: 2rem;
        }
        "#
    );
    let everywhere = [
        (t("palette.label"), vec![command_key(), "K"]),
        (t("shortcuts.title"), vec!["?"]),
        (t("shortcuts.toasts"), vec!["Alt", "T"]),
        (t("shortcuts.back"), vec!["Esc"]),
    ];
    let ways = Section::ALL.map(|section| (section.label(), vec!["g", way_key(section)]));
    let inbox = Deed::ALL.map(|deed| (deed.text(), vec![deed.key()]));
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Modal label={t("shortcuts.title")} first={close.clone()} on_close={props.on_close.clone()} class={classes!(class)}>
            <div class="shortcuts-head">
                <h2>{ t("shortcuts.title") }</h2>
                <IconButton icon={IconName::X} label={t("palette.close")} node_ref={close} onclick={on_close} />
            </div>
            <div class="shortcuts-body" tabindex="0">
                { view_part(t("nav.conversations"), &inbox) }
                <div class="stack">
                    { view_part(t("shortcuts.everywhere"), &everywhere) }
                    { view_part(t("shortcuts.go"), &ways) }
                </div>
            </div>
        </Modal>
    }
}

/// What the modifier of shortcuts is called on this device.
pub(super) fn command_key() -> &'static str {
    if has_command_key() { "⌘" } else { "Ctrl" }
}

fn view_part(heading: AttrValue, keys: &[(AttrValue, Vec<&'static str>)]) -> Html {
    html! {
        <section aria-label={heading.clone()}>
            <h3>{ heading }</h3>
            <dl>
                { for keys.iter().map(|(text, keys)| html! {
                    <div class="shortcut" key={text.to_string()}>
                        <dt>{ text.clone() }</dt>
                        <dd>{ view_keys(keys) }</dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}
