//! How long until a conversation closes by itself, and how long a visitor has waited.

use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use crate::browser::{Timeout, now};
use crate::i18n::{duration_short, t_with};
use crate::ui::{Icon, IconName, IconSize};

/// Below this the countdown is amber, in milliseconds.
const SOON_MS: i64 = 5 * 60_000;
const MINUTE_MS: i64 = 60_000;

/// Draws the component again when the text of a wait changes: each second below a minute, else each minute.
#[hook]
fn use_wait_ms(between: Option<(Timestamp, Direction)>) -> i64 {
    let update = use_force_update();
    let wait = between.map_or(0, |(at, direction)| direction.wait_ms(at, now().wall));
    use_effect_with((between, wait), move |(between, wait)| {
        let timeout = between.filter(|_| *wait > 0).map(|(_, direction)| {
            Timeout::new(direction.next_change_ms(*wait), move || update.force_update())
        });
        move || drop(timeout)
    });
    wait
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// Counts down to an instant.
    Until,
    /// Counts up from one.
    Since,
}

impl Direction {
    fn wait_ms(self, at: Timestamp, now: Timestamp) -> i64 {
        let apart = at.as_millis() - now.as_millis();
        match self {
            Self::Until => apart,
            Self::Since => -apart,
        }
        .max(0)
    }

    fn next_change_ms(self, wait: i64) -> u64 {
        let unit = if wait <= MINUTE_MS { 1_000 } else { MINUTE_MS };
        let millis = match self {
            Self::Until => wait % unit + 1,
            Self::Since => unit - wait % unit,
        };
        u64::try_from(millis).unwrap_or(1_000)
    }
}

/// Props for [`ConversationTimer`].
#[derive(Properties, PartialEq)]
pub(super) struct ConversationTimerProps {
    /// When the visitor began to wait for an answer.
    pub waiting_since: Option<Timestamp>,
    /// When the conversation closes by itself.
    pub auto_close_at: Option<Timestamp>,
}

impl ConversationTimerProps {
    /// The timer of a conversation.
    pub(super) fn of(conversation: &LiveChatConversation) -> Self {
        Self {
            waiting_since: conversation.waiting_since,
            auto_close_at: conversation.auto_close_at,
        }
    }
}

/// What matters more: that somebody waits, else when it closes. Never announced.
#[component]
pub(super) fn ConversationTimer(props: &ConversationTimerProps) -> Html {
    // Past its time the server is about to close it: there is nothing left to count.
    let ahead = props.auto_close_at.filter(|until| *until > now().wall);
    let between = match (props.waiting_since, ahead) {
        (Some(since), _) => Some((since, Direction::Since)),
        (None, Some(until)) => Some((until, Direction::Until)),
        (None, None) => None,
    };
    let wait = use_wait_ms(between);
    let duration = duration_short(wait / 1_000);
    let (class, text) = match between {
        None => return html! { <span hidden=true /> },
        Some((_, Direction::Since)) => (
            "timer timer-late",
            t_with("conversation.waiting", &[("wait", &duration)]),
        ),
        Some((_, Direction::Until)) if wait < SOON_MS => (
            "timer timer-soon",
            t_with("conversation.closes_in", &[("wait", &duration)]),
        ),
        Some((_, Direction::Until)) => ("timer", t_with("conversation.closes_in", &[("wait", &duration)])),
    };
    html! {
        <span {class}>
            <Icon name={IconName::Clock} size={IconSize::Small} />
            { text }
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_changes_each_second_below_a_minute() {
        assert_eq!(Direction::Until.next_change_ms(45_300), 301);
        assert_eq!(Direction::Until.next_change_ms(150_000), 30_001);
        assert_eq!(Direction::Since.next_change_ms(45_300), 700);
        assert_eq!(Direction::Since.next_change_ms(150_000), 30_000);
    }
}
