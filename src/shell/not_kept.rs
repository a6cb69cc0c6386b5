//! That the browser does not keep what is done here.

use switchboard_engine::store::StoreError;
use yew::prelude::*;

use crate::chat::{Chat, use_queue};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Icon, IconButton, IconName};

/// Props for [`NotKept`].
#[derive(Properties, PartialEq)]
pub(super) struct NotKeptProps {
    /// Whose actions.
    pub chat: Chat,
}

/// A strip below the top bar. It stays until it is dismissed, and comes back when there is another reason.
#[component]
pub(super) fn NotKept(props: &NotKeptProps) -> Html {
    // Told of together with the queue.
    use_queue();
    let dismissed = use_state(|| None::<StoreError>);
    let class = scoped!(
        r#"
        display: flex;
        align-items: flex-start;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
        margin: 0 var(--space-2) var(--space-2);
        border: 1px solid var(--warning-line);
        border-radius: var(--radius-m);
        background: var(--warning-bg);
        color: var(--warning-text);

        & > .icon {
            margin-block-start: 0.375rem;
        }
        p {
            flex: 1;
            min-inline-size: 0;
            padding-block: 0.25rem;
        }
        "#
    );
    let reason = props.chat.not_kept().filter(|reason| *dismissed != Some(*reason));
    let text = reason.map(|reason| match reason {
        StoreError::Unavailable => t("not_kept.unavailable"),
        StoreError::Full => t("not_kept.full"),
        StoreError::Failed => t("not_kept.failed"),
    });
    let on_dismiss = {
        let dismissed = dismissed.setter();
        Callback::from(move |_: MouseEvent| dismissed.set(reason))
    };
    // The region stands there before its text, which is what makes screen readers tell it.
    html! {
        <div role="status">
            if let Some(text) = text {
                <div {class}>
                    <Icon name={IconName::Warn} />
                    <p>{ t("not_kept.this_tab") }{ " " }{ text }</p>
                    <IconButton icon={IconName::X} label={t("toast.dismiss")} onclick={on_dismiss} />
                </div>
            }
        </div>
    }
}
