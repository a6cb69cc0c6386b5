//! That the browser does not keep what is done here, or lost some of what it kept.

use switchboard_engine::store::StoreError;
use yew::prelude::*;

use crate::chat::{Chat, use_queue};
use crate::i18n::{t, t_count, t_with};
use crate::realtime::store::Notice;
use crate::scoped;
use crate::ui::{Icon, IconButton, IconName};

/// Props for [`NotKept`].
#[derive(Properties, PartialEq)]
pub(super) struct NotKeptProps {
    /// Whose actions.
    pub chat: Chat,
}

/// A strip below the top bar. It stays until it is dismissed or no longer so, and comes back when there is another
/// reason, or the same one anew.
#[component]
pub(super) fn NotKept(props: &NotKeptProps) -> Html {
    // Told of together with the queue.
    use_queue();
    let dismissed = use_state(|| None::<(Option<Notice>, Option<StoreError>)>);
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
    let reason = (props.chat.store_notice(), props.chat.not_kept());
    {
        // What is over and comes again is told again.
        let dismissed = dismissed.clone();
        use_effect_with(reason, move |reason| {
            if *reason == (None, None) && dismissed.is_some() {
                dismissed.set(None);
            }
        });
    }
    let reason = Some(reason).filter(|reason| *reason != (None, None) && *dismissed != Some(*reason));
    let text = reason.map(|reason| text(reason.0, reason.1));
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
                    <p>{ text }</p>
                    <IconButton icon={IconName::X} label={t("toast.dismiss")} onclick={on_dismiss} />
                </div>
            }
        </div>
    }
}

/// What the store says of itself goes before what came of it.
fn text(notice: Option<Notice>, error: Option<StoreError>) -> AttrValue {
    let reason = match (notice, error) {
        (Some(Notice::SetAside(count)), None) => return t_count("not_kept.set_aside", count as u64, &[]),
        (Some(Notice::Lost(count)), None) => return t_count("not_kept.lost", count, &[]),
        (Some(Notice::Narrow), None) => return t("not_kept.narrow"),
        (Some(Notice::Newer), None) => return t("not_kept.newer"),
        (Some(Notice::Newer), _) => t("not_kept.newer"),
        (Some(Notice::Stuck), _) | (_, Some(StoreError::Silent)) => t("not_kept.stuck"),
        (Some(Notice::Denied), _) | (_, Some(StoreError::Unavailable)) => t("not_kept.unavailable"),
        (_, Some(StoreError::Full)) => t("not_kept.full"),
        (_, Some(StoreError::Failed) | None) => t("not_kept.failed"),
    };
    t_with("not_kept.in_this_tab", &[("reason", &reason)])
}
