//! That the site has a newer build than the one that runs here, and that a network that is back wakes what waits.

use yew::prelude::*;

use super::connection::Connection;
use crate::browser::{WorkerNews, ask_to_be_woken, hear_worker, look_for_newer_build, reload, use_task};
use crate::chat::{Chat, use_queue};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Button, ButtonKind, Icon, IconButton, IconName};

/// Whether pages that are opened now run a newer build than this one; a context of the whole frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewerBuild(pub bool);

/// A strip below the top bar: the page stays as it is until the person reloads it.
#[component]
pub(super) fn Newer() -> Html {
    let newer = use_context::<NewerBuild>().unwrap_or_default().0;
    let dismissed = use_state(|| false);
    let busy = use_state(|| false);
    let class = scoped!(
        r#"
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
        margin: 0 var(--space-2) var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);

        p {
            flex: 1;
            min-inline-size: 0;
        }

        @media (max-width: 640px) {
            margin-inline: var(--space-3);
            padding-inline-start: var(--space-3);
        }
        "#
    );
    let on_reload = {
        let busy = busy.setter();
        Callback::from(move |_: MouseEvent| {
            busy.set(true);
            reload();
        })
    };
    let on_later = {
        let dismissed = dismissed.setter();
        Callback::from(move |_: MouseEvent| dismissed.set(true))
    };
    // The region stands there before its text, which is what makes screen readers tell it.
    html! {
        <div role="status">
            if newer && !*dismissed {
                <div {class}>
                    <Icon name={IconName::Refresh} />
                    <p>{ t("newer.text") }</p>
                    <Button kind={ButtonKind::Primary} busy={*busy} onclick={on_reload}>{ t("connection.reload") }</Button>
                    <IconButton icon={IconName::X} label={t("newer.later")} onclick={on_later} />
                </div>
            }
        </div>
    }
}

/// Props for [`Woken`].
#[derive(Properties, PartialEq)]
pub(super) struct WokenProps {
    /// Whose connection and queue.
    pub chat: Chat,
}

/// Shows nothing. What waits for a network is sent when the browser says that there is one, also where this tab sleeps; and a
/// server that comes back may have brought a newer build.
#[component]
pub(super) fn Woken(props: &WokenProps) -> Html {
    let connection = use_context::<Connection>().unwrap_or_default();
    let connected = matches!(connection, Connection::Live | Connection::Polling);
    let waits = !use_queue().is_empty() && !connected;
    let asking = use_task();
    use_effect_with(waits, move |waits| {
        if *waits {
            asking.run(ask_to_be_woken());
        }
    });
    use_effect_with(props.chat.clone(), |chat| {
        let chat = chat.clone();
        let heard = hear_worker(move |news| {
            if news == WorkerNews::Wake {
                chat.try_now();
            }
        });
        move || drop(heard)
    });
    let looking = use_task();
    let was_connected = use_mut_ref(|| false);
    use_effect_with(connected, move |connected| {
        if *connected && was_connected.replace(true) {
            looking.run(look_for_newer_build());
        }
    });
    html! { <span hidden=true /> }
}
