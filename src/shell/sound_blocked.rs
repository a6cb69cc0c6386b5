//! That the browser keeps alerts silent until somebody touches the page.

use yew::prelude::*;

use crate::alerts::{Alerting, Heard, LastSound};
use crate::auth::use_me;
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Button, Icon, IconName};

/// A strip below the top bar, from the first sound that was not let through to the first that was.
#[component]
pub(super) fn SoundBlocked() -> Html {
    let alerting = use_context::<Alerting>();
    let blocked = use_context::<LastSound>() == Some(LastSound(Some(Heard::Blocked)));
    let sound = use_me().notifications.sound;
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
        "#
    );
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(alerting) = &alerting {
            alerting.play(sound);
        }
    });
    // The region stands there before its text, which is what makes screen readers tell it.
    html! {
        <div role="status">
            if blocked {
                <div {class}>
                    <Icon name={IconName::Info} />
                    <p>{ t("alerts.sound_blocked") }</p>
                    <Button {onclick}>{ t("alerts.enable_sound") }</Button>
                </div>
            }
        </div>
    }
}
