//! Says that Caps Lock is on while a password is typed.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::i18n::t;
use crate::scoped;
use crate::ui::{Icon, IconName, IconSize};

/// Props for [`CapsLock`].
#[derive(Properties, PartialEq)]
pub struct CapsLockProps {
    /// The password field.
    pub children: Html,
}

/// Watches the keys that go to the field inside. The browser tells the lock's state with each of them, never before.
#[component]
pub fn CapsLock(props: &CapsLockProps) -> Html {
    let on = use_state(|| false);
    let look = {
        let on = on.clone();
        Callback::from(move |event: KeyboardEvent| {
            let is_on = event.get_modifier_state("CapsLock");
            if *on != is_on {
                on.set(is_on);
            }
        })
    };
    let onfocusout = {
        let on = on.clone();
        Callback::from(move |_: FocusEvent| {
            if *on {
                on.set(false);
            }
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);

        .caps {
            display: flex;
            gap: var(--space-1);
            color: var(--warning-text);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .caps .icon {
            margin-block-start: 1px;
        }
        "#
    );
    html! {
        <div {class} onkeydown={look.clone()} onkeyup={look} {onfocusout}>
            { props.children.clone() }
            <div role="status">
                if *on {
                    <p class="caps"><Icon name={IconName::Warn} size={IconSize::Small} />{ t("field.caps_lock") }</p>
                }
            </div>
        </div>
    }
}
