//! Until when a conversation can be hidden.

use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation};
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::act::Act;
use crate::browser::{LocalTime, local_time, now};
use crate::i18n::{clock_time, day_and_time, t, t_with, weekday_time};
use crate::ui::{IconName, MenuChoice, MenuGroup};

const HOUR_MS: i64 = 3_600_000;
/// When an evening begins, as an hour of the day.
const EVENING: u32 = 18;
/// When a working day begins.
const MORNING: u32 = 9;
const MONDAY: u32 = 1;

/// A time of a day to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    InAnHour,
    /// Today in the evening.
    Evening,
    /// Tomorrow in the morning.
    Tomorrow,
    /// So many days from today, a Monday, in the morning.
    Monday(u32),
}

/// What is worth offering: the evening while it is ahead, and Monday where it is not tomorrow.
fn moments(weekday: u32, hour: u32) -> Vec<Moment> {
    let to_monday = match (MONDAY + 7 - weekday) % 7 {
        0 => 7,
        days => days,
    };
    let evening = (hour + 1 < EVENING).then_some(Moment::Evening);
    let monday = (to_monday > 1).then_some(Moment::Monday(to_monday));
    [Some(Moment::InAnHour), evening, Some(Moment::Tomorrow), monday]
        .into_iter()
        .flatten()
        .collect()
}

/// The times, or how to end a snooze. A closed conversation cannot be snoozed.
pub(super) fn snoozes(conversation: &LiveChatConversation, act: &Act) -> MenuGroup {
    let mut choices = Vec::new();
    if conversation.snoozed_until.is_some() {
        let act = act.clone();
        let end = Callback::from(move |()| act.snooze(None));
        choices.push(MenuChoice::act("end", t("actions.end_snooze"), IconName::X, end));
    }
    if conversation.status != ConversationStatus::Open {
        return MenuGroup {
            label: t("actions.snooze"),
            choices,
            instead: Some(t("actions.snooze_closed")),
        };
    }
    let LocalTime { weekday, hour } = LocalTime::now();
    for moment in moments(weekday, hour) {
        let (key, text, until, detail) = match moment {
            Moment::InAnHour => {
                let until = Timestamp::from_millis(now().wall.as_millis() + HOUR_MS);
                ("hour", t("actions.snooze_hour"), until, clock_time(until))
            }
            Moment::Evening => {
                let until = local_time(0, EVENING);
                ("evening", t("actions.snooze_evening"), until, clock_time(until))
            }
            Moment::Tomorrow => {
                let until = local_time(1, MORNING);
                (
                    "tomorrow",
                    t("actions.snooze_tomorrow"),
                    until,
                    weekday_time(until),
                )
            }
            Moment::Monday(days) => {
                let until = local_time(days, MORNING);
                ("monday", t("actions.snooze_monday"), until, weekday_time(until))
            }
        };
        let act = act.clone();
        let on_choose = Callback::from(move |()| act.snooze(Some(until)));
        choices.push(MenuChoice {
            detail: detail.into(),
            ..MenuChoice::act(key, text, IconName::Clock, on_choose)
        });
    }
    MenuGroup {
        label: t("actions.snooze"),
        choices,
        instead: conversation
            .snoozed_until
            .map(|until| t_with("actions.snoozed", &[("time", &day_and_time(until))])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_ahead_are_offered_and_each_once() {
        let wednesday = 3;
        assert_eq!(
            moments(wednesday, 10),
            [
                Moment::InAnHour,
                Moment::Evening,
                Moment::Tomorrow,
                Moment::Monday(5)
            ]
        );
        assert_eq!(
            moments(wednesday, 17),
            [Moment::InAnHour, Moment::Tomorrow, Moment::Monday(5)],
            "the evening is as good as here"
        );
        let sunday = 0;
        assert_eq!(
            moments(sunday, 20),
            [Moment::InAnHour, Moment::Tomorrow],
            "tomorrow is Monday"
        );
        assert_eq!(
            moments(MONDAY, 20),
            [Moment::InAnHour, Moment::Tomorrow, Moment::Monday(7)],
            "the next one"
        );
    }
}
