//! The panel behind the connection's state: what it means, what waits, and what to do about it.

use yew::prelude::*;

use super::connection::{Connection, ConnectionStatus, STATUS_ID};
use super::health::HealthFigures;
use super::waiting::WaitingList;
use crate::browser::{download, focus_within, focused, reload};
use crate::chat::{Chat, use_queue};
use crate::i18n::{number, t, t_count};
use crate::scoped;
use crate::ui::{Button, ButtonKind, IconButton, IconName, use_popup, use_toasts};

/// Props for [`ConnectionPanel`].
#[derive(Properties, PartialEq)]
pub(super) struct ConnectionPanelProps {
    /// Whose connection and queue.
    pub chat: Chat,
    /// Counts how often something else asked for the panel; each new number opens it.
    #[prop_or_default]
    pub asked: u32,
}

/// The state of the connection and the number of actions that wait, and below them, once pressed, the panel. The button
/// lies over the status region instead of around it: what stands inside a button is told as its name only, not as news.
#[component]
pub(super) fn ConnectionPanel(props: &ConnectionPanelProps) -> Html {
    let popup = use_popup();
    let queue = use_queue();
    let waiting = queue.len() as u64;
    {
        let popup = popup.clone();
        use_effect_with(props.asked, move |asked| {
            if *asked > 0 {
                popup.open();
            }
        });
    }
    {
        let root = popup.root.clone();
        use_effect_with(popup.is_open, move |is_open| {
            if *is_open {
                let _ = focus_within(&root, "h2");
            }
        });
    }
    {
        // What is discarded loses its button at once, whenever it goes itself, and must not take the focus with it.
        let root = popup.root.clone();
        use_effect_with((popup.is_open, queue), move |(is_open, _)| {
            if *is_open && focused().is_none_or(|element| element.tag_name() == "BODY") {
                let _ = focus_within(&root, "h2");
            }
        });
    }
    let onkeydown = {
        let popup = popup.clone();
        Callback::from(move |event: KeyboardEvent| {
            if popup.is_open && event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                popup.close();
            }
        })
    };
    let class = scoped!(
        r#"
        position: relative;
        display: inline-flex;
        align-items: center;
        block-size: var(--control-l);
        padding-inline-end: var(--space-1);
        border-radius: var(--radius-s);

        &:hover, &.is-open {
            background: var(--pressed);
        }
        .opener {
            position: absolute;
            inset: 0;
            border-radius: inherit;
        }
        .waits {
            display: inline-grid;
            place-items: center;
            min-inline-size: 1.125rem;
            block-size: 1.125rem;
            margin-inline-end: var(--space-1);
            padding-inline: 0.3125rem;
            border-radius: var(--radius-full);
            background: var(--warning-bg);
            box-shadow: inset 0 0 0 1px var(--warning-line);
            color: var(--warning-text);
            font-size: var(--text-11);
            line-height: 1;
            font-weight: var(--weight-strong);
            font-variant-numeric: var(--numeric);
        }
        .connection-panel {
            position: absolute;
            inset-block-start: calc(100% + var(--space-1));
            inset-inline-end: 0;
            z-index: var(--z-popover);
            display: flex;
            flex-direction: column;
            inline-size: min(26rem, calc(100vw - 2 * var(--space-3)));
            max-block-size: calc(100dvh - var(--topbar-block) - var(--space-4));
            border-radius: var(--radius-l);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
            color: var(--text);
            animation: panel-in var(--motion-base) var(--ease-out);
        }
        .panel-top {
            display: grid;
            gap: var(--space-1);
            padding: var(--space-3) var(--space-4) var(--space-4);
            border-block-end: 1px solid var(--line);
        }
        .panel-title {
            display: flex;
            align-items: center;
            gap: var(--space-2);
        }
        h2 {
            flex: 1;
            font-size: var(--text-14);
            line-height: var(--lh-14);
        }
        h2:focus {
            outline: none;
        }
        h3 {
            padding: var(--space-3) var(--space-4) var(--space-2);
            color: var(--text-2);
        }
        .panel-queue {
            min-block-size: 0;
            overflow: auto;
        }
        .panel-empty {
            padding: 0 var(--space-4) var(--space-4);
            color: var(--text-3);
        }
        .panel-figures {
            padding: var(--space-3) var(--space-4);
            border-block-start: 1px solid var(--line);
        }
        .panel-details {
            display: grid;
            gap: var(--space-3);
            padding-block-start: var(--space-3);
        }
        .panel-figures summary {
            color: var(--text-2);
            cursor: pointer;
        }
        .panel-foot {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
            padding: var(--space-3) var(--space-4);
            border-block-start: 1px solid var(--line);
        }

        @keyframes panel-in {
            from {
                opacity: 0;
                transform: translateY(-0.25rem);
            }
        }
        @media (max-width: 640px) {
            .connection-panel {
                position: fixed;
                inset-block-start: calc(var(--topbar-block) + var(--space-1));
                inset-inline: var(--space-3);
                inline-size: auto;
                max-block-size: calc(100dvh - var(--topbar-block) - var(--tabbar-block) - var(--space-4));
            }
        }
        @media (forced-colors: active) {
            .connection-panel {
                border: 1px solid ButtonText;
            }
        }
        "#
    );
    let more = t("connection.details");
    // What is hidden would be read as well.
    let waits = if waiting > 0 { " connection-waits" } else { "" };
    let names = format!("{STATUS_ID} connection-more{waits}");
    html! {
        <div
            class={classes!(class, popup.is_open.then_some("is-open"))}
            ref={popup.root.clone()}
            {onkeydown}
        >
            <ConnectionStatus />
            <span class="waits" id="connection-waits" hidden={waiting == 0}>
                <span aria-hidden="true">{ number(waiting) }</span>
                <span class="sr">{ t_count("connection.waiting", waiting, &[]) }</span>
            </span>
            <button
                ref={popup.button.clone()}
                class="opener"
                type="button"
                id="connection-more"
                aria-label={more.clone()}
                aria-labelledby={names}
                title={more}
                aria-haspopup="dialog"
                aria-expanded={popup.is_open.to_string()}
                onclick={popup.toggle()}
            ></button>
            if popup.is_open {
                <Panel chat={props.chat.clone()} on_close={
                    let popup = popup.clone();
                    Callback::from(move |()| popup.close())
                } />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PanelProps {
    chat: Chat,
    on_close: Callback<()>,
}

#[component]
fn Panel(props: &PanelProps) -> Html {
    let chat = &props.chat;
    let connection = use_context::<Connection>().unwrap_or_default();
    let queue = use_queue();
    let leads = chat.read(|desk| desk.leads());
    let connected = matches!(connection, Connection::Live | Connection::Polling);
    let can_try = matches!(connection, Connection::Reconnecting { .. } | Connection::Offline)
        || (connected && !queue.is_empty());
    let try_now = {
        let chat = chat.clone();
        Callback::from(move |_: MouseEvent| chat.try_now())
    };
    let toasts = use_toasts();
    let download_trace = {
        let chat = chat.clone();
        Callback::from(move |_: MouseEvent| {
            let saved = chat
                .trace()
                .is_some_and(|trace| download("switchboard-trace.json", "application/json", &trace));
            if !saved {
                toasts.alert(t("trace.failed"));
            }
        })
    };
    let needs_update = connection == Connection::UpdateNeeded;
    html! {
        <div class="connection-panel" role="dialog" aria-label={t("connection.label")}>
            <div class="panel-top">
                <div class="panel-title">
                    <h2 id="connection-title" tabindex="-1">{ connection.text() }</h2>
                    <IconButton icon={IconName::X} label={t("connection.close")} onclick={props.on_close.reform(|_: MouseEvent| ())} />
                </div>
                <p class="text-2">{ connection.explanation() }</p>
                <p class="small text-3" hidden={!connected}>
                    { if leads { t("connection.this_tab") } else { t("connection.other_tab") } }
                </p>
            </div>
            <div class="panel-queue">
                <h3>{ t("connection.queue") }</h3>
                if queue.is_empty() {
                    <p class="panel-empty">{ t("connection.queue_empty") }</p>
                } else {
                    <WaitingList chat={chat.clone()} {queue} {connection} on_leave={props.on_close.clone()} />
                }
            </div>
            <details class="panel-figures">
                <summary>{ t("health.show") }</summary>
                // In Chromium a grid on `details` itself does not reach what it discloses.
                <div class="panel-details">
                    <HealthFigures chat={chat.clone()} />
                    <p class="small text-3">{ t("trace.hint") }</p>
                    <div>
                        <Button icon={IconName::Down} onclick={download_trace}>{ t("trace.download") }</Button>
                    </div>
                </div>
            </details>
            <div class="panel-foot" hidden={!can_try && !needs_update}>
                if needs_update {
                    <Button kind={ButtonKind::Primary} icon={IconName::Refresh} onclick={Callback::from(|_: MouseEvent| reload())}>
                        { t("connection.reload") }
                    </Button>
                } else {
                    <Button icon={IconName::Refresh} onclick={try_now}>{ t("connection.try_now") }</Button>
                }
            </div>
        </div>
    }
}
