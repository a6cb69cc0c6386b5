//! That what the pages show may be old, since when, and what comes of what is done meanwhile.

use switchboard_contract::time::Timestamp;
use switchboard_engine::feedback::is_behind;
use switchboard_engine::socket::Status;
use yew::prelude::*;

use super::connection::Connection;
use crate::browser::now;
use crate::chat::{Chat, use_queue};
use crate::i18n::{clock_time, t, t_count, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// Props for [`Behind`].
#[derive(Properties, PartialEq)]
pub(super) struct BehindProps {
    /// Whose connection and queue.
    pub chat: Chat,
    /// The person wants to see what waits.
    pub on_show: Callback<()>,
}

/// A strip below the top bar while the pages cannot follow what happens.
#[component]
pub(super) fn Behind(props: &BehindProps) -> Html {
    // Draws this again whenever the connection changes, and every second while it is lost.
    use_context::<Connection>();
    let status = props.chat.status();
    let waiting = use_queue().len() as u64;
    let lost = use_lost(&props.chat, status);
    let behind = lost.filter(|lost| is_behind(status, lost.for_ms));
    let class = scoped!(
        r#"
        display: flex;
        align-items: flex-start;
        gap: var(--space-2);
        padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4);
        margin: 0 var(--space-2) var(--space-2);
        border: 1px solid var(--warning-line);
        border-radius: var(--radius-m);
        background: var(--warning-bg);

        & > .icon {
            margin-block-start: 0.375rem;
            color: var(--warning-text);
        }
        p {
            flex: 1;
            min-inline-size: 0;
            padding-block: 0.25rem;
        }
        .lead {
            color: var(--warning-text);
            font-weight: var(--weight-medium);
        }

        @media (max-width: 640px) {
            margin-inline: var(--space-3);
            padding-inline-start: var(--space-3);
        }
        "#
    );
    let on_show = props.on_show.reform(|_: MouseEvent| ());
    let lead = match status {
        Status::Offline => t("behind.offline"),
        _ => t("behind.lost"),
    };
    let meanwhile = if waiting > 0 {
        t_count("behind.waiting", waiting, &[])
    } else {
        t("behind.nothing_waits")
    };
    // The region stands there before its text, which is what makes screen readers tell it.
    html! {
        <div role="status">
            if let Some(lost) = behind {
                <div {class}>
                    <Icon name={IconName::Offline} />
                    <p>
                        <span class="lead">{ lead }</span>{ " " }
                        { t_with("error.stale", &[("time", &clock_time(lost.at))]) }{ " " }
                        { meanwhile }
                    </p>
                    <div>
                        if waiting > 0 {
                            <Button kind={ButtonKind::Quiet} onclick={on_show}>{ t("behind.show") }</Button>
                        }
                    </div>
                </div>
            }
        </div>
    }
}

/// Since when a connection is lost.
#[derive(Clone, Copy)]
struct Lost {
    at: Timestamp,
    for_ms: u64,
}

/// Since when the connection is lost: from the last sign of the server, as far as this tab knows it.
#[hook]
fn use_lost(chat: &Chat, status: Status) -> Option<Lost> {
    let since = use_mut_ref(|| None::<switchboard_engine::Now>);
    let is_lost = matches!(status, Status::Offline | Status::Reconnecting { .. });
    let now = now();
    if !is_lost {
        since.take();
        return None;
    }
    let mut since = since.borrow_mut();
    let since = since.get_or_insert_with(|| {
        let age = chat
            .read(|desk| desk.health(now))
            .and_then(|health| health.frame_age_ms);
        let age = age.unwrap_or(0);
        switchboard_engine::Now {
            monotonic: now.monotonic.saturating_sub(age),
            wall: Timestamp::from_millis(now.wall.as_millis() - i64::try_from(age).unwrap_or(0)),
        }
    });
    Some(Lost {
        at: since.wall,
        for_ms: now.monotonic.saturating_sub(since.monotonic),
    })
}
