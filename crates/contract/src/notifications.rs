//! What a member is told of, and how: part of [`crate::auth::Me`].

use serde::{Deserialize, Serialize};

use crate::ids::WebsiteId;
use crate::validate::Violation;
use crate::website::hours::minute_of;

/// Most websites that a member can mute.
pub const MAX_MUTED_WEBSITES: usize = 200;
/// Longest wait for an answer that can be asked to be told of, in minutes.
pub const MAX_WAITING_MINUTES: u32 = 240;
/// Longest time without use after which a member can be away, in minutes.
pub const MAX_AWAY_AFTER_MINUTES: u32 = 240;
/// How long a member who uses no device is still there, where nothing else is set, in minutes.
pub const AWAY_AFTER_MINUTES: u32 = 10;

/// Of which conversations a visitor's message is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageAlerts {
    /// Of none.
    Off,
    /// Of those in the member's charge.
    Mine,
    /// Of those, and of those in nobody's charge.
    #[default]
    Unassigned,
    /// Of all.
    All,
    /// A choice that this build does not know; as if none were made.
    #[serde(other)]
    Unknown,
}

/// The sound that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AlertSound {
    /// None.
    Off,
    /// Two soft notes, upwards.
    #[default]
    Chime,
    /// Two short, low knocks.
    Knock,
    /// One note that rings.
    Bell,
    /// A sound that this build does not know; the usual one.
    #[serde(other)]
    Unknown,
}

/// Every day at these times nothing sounds and nothing stands on the desktop. Times are those of the clock where the member is; what begins
/// later than it ends goes on past midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuietHours {
    /// When they begin, such as `22:00`.
    pub from: String,
    /// When they end, such as `07:00`; never the same.
    pub until: String,
}

impl QuietHours {
    /// Whether a minute of the day, from 0 to 1439, lies in them. What does not read is never quiet.
    #[must_use]
    pub fn hold_at(&self, minute: u16) -> bool {
        let (Some(from), Some(until)) = (minute_of_day(&self.from), minute_of_day(&self.until)) else {
            return false;
        };
        if from <= until {
            from <= minute && minute < until
        } else {
            minute >= from || minute < until
        }
    }

    /// The rule of both times.
    ///
    /// # Errors
    /// [`Violation::QuietHours`].
    pub fn check(&self) -> Result<(), Violation> {
        match (minute_of_day(&self.from), minute_of_day(&self.until)) {
            (Some(from), Some(until)) if from != until => Ok(()),
            _ => Err(Violation::QuietHours),
        }
    }
}

/// What a member is told of, and how; follows the person across devices. How loud, and whether on the desktop, is each device's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notifications {
    /// Of conversations that begin and are in nobody's charge, or the member's.
    pub new_conversations: bool,
    /// Of visitors' messages.
    pub messages: MessageAlerts,
    /// That a conversation was put in the member's charge.
    pub assigned: bool,
    /// That a note names the member.
    pub mentions: bool,
    /// That a visitor has waited this long for an answer, in minutes: 1 to [`MAX_WAITING_MINUTES`]; null = never.
    pub waiting_minutes: Option<u32>,
    /// That a website's pages have fallen silent, or that something is wrong with the widget there.
    pub website_trouble: bool,
    /// The sound that tells.
    pub sound: AlertSound,
    /// Whether it sounds again until what it told of was seen.
    pub repeat: bool,
    /// Whether it sounds, and stands on the desktop, also while the member is away.
    pub while_away: bool,
    /// Whether names and words stay out of what stands on the desktop.
    pub hide_text: bool,
    /// When all is quiet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// Websites of which nothing is told, at most [`MAX_MUTED_WEBSITES`].
    pub muted_websites: Vec<WebsiteId>,
    /// Without any use for this long, in minutes, the member counts as away: 1 to [`MAX_AWAY_AFTER_MINUTES`].
    pub away_after_minutes: u32,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            new_conversations: true,
            messages: MessageAlerts::default(),
            assigned: true,
            mentions: true,
            waiting_minutes: Some(5),
            website_trouble: true,
            sound: AlertSound::default(),
            repeat: false,
            while_away: true,
            hide_text: false,
            quiet_hours: None,
            muted_websites: Vec::new(),
            away_after_minutes: AWAY_AFTER_MINUTES,
        }
    }
}

impl Notifications {
    /// The rules of all of it: fields by their names on the wire, and what is wrong with them.
    pub fn check(&self) -> [(&'static str, Result<(), Violation>); 6] {
        let is_known = |known: bool| if known { Ok(()) } else { Err(Violation::Choice) };
        let minutes = |minutes: u32, most: u32| match minutes {
            0 => Err(Violation::Minutes(most as usize)),
            minutes if minutes > most => Err(Violation::Minutes(most as usize)),
            _ => Ok(()),
        };
        let waiting = self.waiting_minutes;
        let quiet = self.quiet_hours.as_ref();
        let muted = self.muted_websites.len() <= MAX_MUTED_WEBSITES;
        [
            ("messages", is_known(self.messages != MessageAlerts::Unknown)),
            ("sound", is_known(self.sound != AlertSound::Unknown)),
            (
                "waitingMinutes",
                waiting.map_or(Ok(()), |wait| minutes(wait, MAX_WAITING_MINUTES)),
            ),
            ("quietHours", quiet.map_or(Ok(()), QuietHours::check)),
            (
                "mutedWebsites",
                if muted {
                    Ok(())
                } else {
                    Err(Violation::TooManyWebsites(MAX_MUTED_WEBSITES))
                },
            ),
            (
                "awayAfterMinutes",
                minutes(self.away_after_minutes, MAX_AWAY_AFTER_MINUTES),
            ),
        ]
    }
}

/// `HH:MM` as a minute of the day.
fn minute_of_day(text: &str) -> Option<u16> {
    minute_of(text).filter(|minute| *minute < 24 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, until: &str) -> QuietHours {
        QuietHours {
            from: from.to_owned(),
            until: until.to_owned(),
        }
    }

    #[test]
    fn quiet_hours_may_go_on_past_midnight() {
        let night = quiet("22:00", "07:00");
        for (minute, holds) in [
            (21 * 60 + 59, false),
            (22 * 60, true),
            (0, true),
            (419, true),
            (420, false),
        ] {
            assert_eq!(night.hold_at(minute), holds, "{minute}");
        }
        let lunch = quiet("12:00", "13:30");
        for (minute, holds) in [(719, false), (720, true), (809, true), (810, false), (0, false)] {
            assert_eq!(lunch.hold_at(minute), holds, "{minute}");
        }
        assert!(
            !quiet("late", "07:00").hold_at(0),
            "what does not read is never quiet"
        );
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let broken = Notifications {
            messages: MessageAlerts::Unknown,
            sound: AlertSound::Unknown,
            waiting_minutes: Some(0),
            quiet_hours: Some(quiet("07:00", "07:00")),
            muted_websites: vec![WebsiteId::from_parts(crate::time::Timestamp::from_millis(0), [1; 10]); 201],
            away_after_minutes: 241,
            ..Notifications::default()
        };
        assert!(broken.check().iter().all(|(_, outcome)| outcome.is_err()));
        let fine = Notifications {
            waiting_minutes: Some(MAX_WAITING_MINUTES),
            quiet_hours: Some(quiet("00:00", "23:59")),
            away_after_minutes: 1,
            ..Notifications::default()
        };
        assert!(fine.check().iter().all(|(_, outcome)| outcome.is_ok()));
        assert_eq!(quiet("24:00", "07:00").check(), Err(Violation::QuietHours));
    }

    #[test]
    fn what_an_older_program_wrote_reads_with_the_rest_as_usual() {
        let read: Notifications = serde_json::from_str(r#"{"sound":"gong","repeat":true}"#).expect("reads");
        assert_eq!(read.sound, AlertSound::Unknown);
        assert!(read.repeat && read.assigned);
        assert_eq!(
            serde_json::from_str::<Notifications>("{}").expect("reads"),
            Notifications::default()
        );
    }
}
