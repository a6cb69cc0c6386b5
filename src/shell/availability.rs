//! Whether the person takes conversations: set by hand, kept in the profile.

use switchboard_contract::auth::{Availability, Me, UpdateMe};
use yew::prelude::*;

use crate::auth::{use_api, use_auth, use_me};
use crate::browser::use_task;
use crate::i18n::t;
use crate::people::availability_name;
use crate::scoped;
use crate::ui::{Checked, MenuChoice, MenuGroup, use_toasts};

const ALL: [(&str, Availability); 3] = [
    ("available", Availability::Available),
    ("away", Availability::Away),
    ("offline", Availability::Offline),
];

/// The choices of the account menu. What is chosen holds at once, and no longer when the server did not take it.
#[hook]
pub(super) fn use_availability_choices() -> MenuGroup {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let task = use_task();
    let choose = Callback::from({
        let me = me.clone();
        move |availability: Availability| {
            let with = |availability| Me {
                availability,
                ..(*me).clone()
            };
            session.update_me(with(availability));
            let change = UpdateMe {
                availability: Some(availability),
                ..UpdateMe::default()
            };
            let before = with(me.availability);
            let (api, session, toasts) = (api.clone(), session.clone(), toasts.clone());
            task.run(async move {
                match api.update_me(&change, None).await {
                    Ok(me) => session.update_me(me),
                    Err(_) => {
                        session.update_me(before);
                        toasts.alert(t("availability.not_saved"));
                    }
                }
            });
        }
    });
    let choice = |(key, availability): (&'static str, Availability)| MenuChoice {
        key: key.into(),
        text: availability_name(availability),
        lead: html! { <PresenceDot {availability} /> },
        detail: AttrValue::default(),
        checked: Checked::One(me.availability == availability),
        stays: false,
        on_choose: choose.reform(move |()| availability),
    };
    MenuGroup {
        label: t("availability.label"),
        choices: ALL.into_iter().map(choice).collect(),
        instead: None,
    }
}

/// Props for [`PresenceDot`].
#[derive(Properties, PartialEq)]
pub struct PresenceDotProps {
    /// Whose sign.
    pub availability: Availability,
}

/// A dot that is full, half or empty. Decorative: the word stands beside it.
#[component]
pub fn PresenceDot(props: &PresenceDotProps) -> Html {
    let class = scoped!(
        r#"
        display: inline-block;
        flex: none;
        inline-size: 0.625rem;
        block-size: 0.625rem;
        border-radius: 50%;
        border: 2px solid var(--text-3);

        &[data-is="available"] {
            border-color: var(--success-solid);
            background: var(--success-solid);
        }
        &[data-is="away"] {
            border-color: var(--warning-solid);
            background: linear-gradient(var(--warning-solid) 50%, transparent 50%);
        }
        "#
    );
    let is = ALL
        .into_iter()
        .find(|(_, availability)| *availability == props.availability);
    html! { <span {class} data-is={is.map_or("offline", |(name, _)| name)} aria-hidden="true"></span> }
}
