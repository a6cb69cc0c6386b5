//! What the form holds, and what the server does.

use std::collections::BTreeSet;
use std::rc::Rc;

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::notifications::{AlertSound, MessageAlerts, Notifications, QuietHours};
use switchboard_contract::validate::Violation;
use switchboard_engine::form::{Field, Form, Kind};

use crate::forms::FormHandle;

/// The wire's spelling, so that the server's messages find their field.
pub(super) const NEW: &str = "notifications.newConversations";
pub(super) const MESSAGES: &str = "notifications.messages";
pub(super) const ASSIGNED: &str = "notifications.assigned";
pub(super) const MENTIONS: &str = "notifications.mentions";
pub(super) const WAITING: &str = "notifications.waitingMinutes";
pub(super) const TROUBLE: &str = "notifications.websiteTrouble";
pub(super) const SOUND: &str = "notifications.sound";
pub(super) const REPEAT: &str = "notifications.repeat";
pub(super) const WHILE_AWAY: &str = "notifications.whileAway";
pub(super) const HIDE_TEXT: &str = "notifications.hideText";
/// Two times with a space between, or nothing.
pub(super) const QUIET: &str = "notifications.quietHours";
/// Ids with spaces between.
pub(super) const MUTED: &str = "notifications.mutedWebsites";
pub(super) const AWAY_AFTER: &str = "notifications.awayAfterMinutes";

/// The fields in the order of the page.
pub(super) const ALL: [&str; 13] = [
    NEW, MESSAGES, ASSIGNED, MENTIONS, WAITING, TROUBLE, SOUND, REPEAT, HIDE_TEXT, WHILE_AWAY, QUIET, MUTED,
    AWAY_AFTER,
];

pub(super) const SCOPES: [(MessageAlerts, &str); 4] = [
    (MessageAlerts::All, "all"),
    (MessageAlerts::Unassigned, "unassigned"),
    (MessageAlerts::Mine, "mine"),
    (MessageAlerts::Off, "off"),
];
pub(super) const SOUNDS: [(AlertSound, &str); 4] = [
    (AlertSound::Chime, "chime"),
    (AlertSound::Knock, "knock"),
    (AlertSound::Bell, "bell"),
    (AlertSound::Off, "off"),
];

/// The word of a choice; of one that is not offered, the usual one's.
fn word<T: PartialEq + Copy>(choices: &[(T, &'static str)], chosen: T, usual: &'static str) -> &'static str {
    let known = choices.iter().find(|(choice, _)| *choice == chosen);
    known.map_or(usual, |(_, word)| word)
}

/// The choice of a word.
pub(super) fn choice<T: Copy>(choices: &[(T, &'static str)], word: &str, usual: T) -> T {
    let known = choices.iter().find(|(_, known)| *known == word);
    known.map_or(usual, |(choice, _)| *choice)
}

/// What a field holds.
pub(super) fn text(settings: &Notifications, field: &str) -> String {
    match field {
        NEW => settings.new_conversations.to_string(),
        MESSAGES => word(&SCOPES, settings.messages, "unassigned").to_owned(),
        ASSIGNED => settings.assigned.to_string(),
        MENTIONS => settings.mentions.to_string(),
        WAITING => settings
            .waiting_minutes
            .map_or_else(String::new, |minutes| minutes.to_string()),
        TROUBLE => settings.website_trouble.to_string(),
        SOUND => word(&SOUNDS, settings.sound, "chime").to_owned(),
        REPEAT => settings.repeat.to_string(),
        WHILE_AWAY => settings.while_away.to_string(),
        HIDE_TEXT => settings.hide_text.to_string(),
        QUIET => {
            let hours = settings.quiet_hours.as_ref();
            hours.map_or_else(String::new, |hours| quiet_text(&hours.from, &hours.until))
        }
        MUTED => join(&settings.muted_websites.iter().copied().collect()),
        AWAY_AFTER => settings.away_after_minutes.to_string(),
        _ => String::new(),
    }
}

/// The form's fields, holding what is set.
pub(super) fn fields(settings: &Notifications) -> Vec<Field> {
    let field = |name: &'static str| {
        let field = match name {
            QUIET => Field::new(
                QUIET,
                Kind::Choice,
                Rc::new(|text: &str, _: &Form| check_quiet(text)),
            ),
            name => Field::choice(name),
        };
        field.holding(text(settings, name))
    };
    ALL.into_iter().map(field).collect()
}

/// What the form asks for.
pub(super) fn read(form: &FormHandle) -> Notifications {
    let usual = Notifications::default();
    Notifications {
        new_conversations: form.is_on(NEW),
        messages: choice(&SCOPES, &form.value(MESSAGES), usual.messages),
        assigned: form.is_on(ASSIGNED),
        mentions: form.is_on(MENTIONS),
        waiting_minutes: form.value(WAITING).parse().ok(),
        website_trouble: form.is_on(TROUBLE),
        sound: choice(&SOUNDS, &form.value(SOUND), usual.sound),
        repeat: form.is_on(REPEAT),
        while_away: form.is_on(WHILE_AWAY),
        hide_text: form.is_on(HIDE_TEXT),
        quiet_hours: quiet_hours(&form.value(QUIET)),
        muted_websites: ids(&form.value(MUTED)).into_iter().collect(),
        away_after_minutes: form.value(AWAY_AFTER).parse().unwrap_or(usual.away_after_minutes),
    }
}

/// Both times in one text.
pub(super) fn quiet_text(from: &str, until: &str) -> String {
    format!("{from} {until}")
}

/// The times of such a text; none where there is nothing.
pub(super) fn quiet_hours(text: &str) -> Option<QuietHours> {
    let (from, until) = text.split_once(' ')?;
    Some(QuietHours {
        from: from.to_owned(),
        until: until.to_owned(),
    })
}

fn check_quiet(text: &str) -> Result<(), Violation> {
    quiet_hours(text).map_or(Ok(()), |hours| hours.check())
}

/// The websites of such a text.
pub(super) fn ids(text: &str) -> BTreeSet<WebsiteId> {
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// Their ids in one text.
pub(super) fn join(ids: &BTreeSet<WebsiteId>) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_have_two_times_that_differ() {
        assert_eq!(check_quiet(""), Ok(()));
        assert_eq!(check_quiet("22:00 07:00"), Ok(()));
        for bad in ["22:00 ", " 07:00", "22:00 22:00", "late early"] {
            assert_eq!(check_quiet(bad), Err(Violation::QuietHours), "{bad}");
        }
    }

    #[test]
    fn every_field_holds_something_of_its_own() {
        let usual = Notifications::default();
        let texts: Vec<String> = ALL.iter().map(|field| text(&usual, field)).collect();
        assert_eq!(texts[1], "unassigned");
        assert_eq!(texts[4], "5");
        let unknown = Notifications {
            sound: AlertSound::Unknown,
            ..usual
        };
        assert_eq!(text(&unknown, SOUND), "chime");
    }
}
