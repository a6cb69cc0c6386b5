//! Whether what is on the screen is live.

use yew::prelude::*;

use crate::i18n::{t, t_with};
use crate::ui::{Icon, IconName, IconSize};

/// The state of the realtime connection; the chat provides it as a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Connection {
    /// Changes appear by themselves.
    Live,
    /// Changes appear by themselves, by asking again and again.
    Polling,
    /// The first connection is being made.
    #[default]
    Connecting,
    /// The connection was lost; the next try comes in this many seconds.
    Reconnecting {
        /// 0 while a try is on its way.
        seconds: u32,
    },
    /// The device has no network.
    Offline,
    /// The session was ended elsewhere.
    SignedOutElsewhere,
    /// The server no longer speaks with this version.
    UpdateNeeded,
}

impl Connection {
    /// In words, as `interface.md` has them.
    #[must_use]
    pub fn text(self) -> AttrValue {
        match self {
            Self::Live => t("connection.live"),
            Self::Polling => t("connection.polling"),
            Self::Connecting => t("connection.connecting"),
            Self::Reconnecting { seconds } => {
                t_with("connection.reconnecting", &[("seconds", &seconds.to_string())])
            }
            Self::Offline => t("connection.offline"),
            Self::SignedOutElsewhere => t("connection.signed_out_elsewhere"),
            Self::UpdateNeeded => t("connection.update_needed"),
        }
    }

    /// What that means for the person.
    #[must_use]
    pub fn explanation(self) -> AttrValue {
        match self {
            Self::Live => t("connection.live_text"),
            Self::Polling => t("connection.polling_text"),
            Self::Connecting => t("connection.connecting_text"),
            Self::Reconnecting { .. } => t("connection.reconnecting_text"),
            Self::Offline => t("connection.offline_text"),
            Self::SignedOutElsewhere => t("connection.signed_out_elsewhere_text"),
            Self::UpdateNeeded => t("connection.update_needed_text"),
        }
    }

    const fn tone(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Live | Self::Polling => ("dot dot-success", None),
            Self::Connecting => ("dot dot-hollow", None),
            Self::Reconnecting { .. } => ("dot dot-warning", Some("is-warning")),
            Self::Offline | Self::SignedOutElsewhere | Self::UpdateNeeded => ("", Some("is-danger")),
        }
    }
}

/// The id of the text that says how the connection stands.
pub(super) const STATUS_ID: &str = "connection-status";

/// The status region named `Connection`.
#[component]
pub fn ConnectionStatus() -> Html {
    let connection = use_context::<Connection>().unwrap_or_default();
    let (dot, tone) = connection.tone();
    html! {
        <div
            class={classes!("connection", tone)}
            id={STATUS_ID}
            role="status"
            aria-label={t("connection.label")}
        >
            if dot.is_empty() {
                <Icon name={IconName::Offline} size={IconSize::Small} />
            } else {
                <span class={dot} aria-hidden="true"></span>
            }
            { connection.text() }
        </div>
    }
}
