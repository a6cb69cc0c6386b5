//! How long until a conversation closes by itself, and how long a visitor has waited.

use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::clock::Alarm;
use crate::browser::now;
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
    let ticks = use_mut_ref(|| 0_u32);
    let tick = *ticks.borrow();
    // By the tick and not by the wait: where the server's clock is ahead, the wait is 0 for a while.
    use_effect_with((between, tick), move |(between, _)| {
        let running = between.filter(|(_, direction)| *direction == Direction::Since || wait > 0);
        let alarm = running.map(|(_, direction)| {
            let ring = Callback::from(move |()| {
                *ticks.borrow_mut() += 1;
                update.force_update();
            });
            Alarm::new(direction.next_change_ms(wait), ring)
        });
        move || drop(alarm)
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
    /// Where there is little room the words before a countdown are heard, not seen.
    #[prop_or_default]
    pub brief: bool,
}

impl ConversationTimerProps {
    /// The timer of a conversation.
    pub(super) fn of(conversation: &LiveChatConversation) -> Self {
        Self {
            waiting_since: conversation.waiting_since,
            auto_close_at: conversation.auto_close_at,
            brief: false,
        }
    }

    /// The same in few words.
    pub(super) fn brief(self) -> Self {
        Self { brief: true, ..self }
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
    let counts_down = matches!(between, Some((_, Direction::Until)));
    html! {
        <span {class} title={text.clone()}>
            <Icon name={IconName::Clock} size={IconSize::Small} />
            <span>
                if props.brief && counts_down {
                    <span class="sr">{ text }</span>
                    <span aria-hidden="true">{ duration }</span>
                } else {
                    { text }
                }
            </span>
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
