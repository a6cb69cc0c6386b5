//! What the person wants to be told of, and when it may sound.

use std::rc::Rc;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::MemberId;
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::notifications::{AlertSound, MessageAlerts, Notifications};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::Website;

use super::{Desktop, Device, Kind};

/// What the person and the device have set.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    pub(super) me: Option<MemberId>,
    pub(super) settings: Rc<Notifications>,
    pub(super) device: Device,
    pub(super) availability: Availability,
    /// Minutes ahead of UTC.
    pub(super) zone: i32,
}

impl Wishes {
    /// Whether this is to be told of a conversation as it is now; of one that is not known, as if it were in nobody's charge.
    pub(super) fn want(&self, kind: Kind, conversation: Option<&LiveChatConversation>) -> bool {
        let muted = |known: &LiveChatConversation| self.settings.muted_websites.contains(&known.website_id);
        if conversation.is_some_and(muted) {
            return false;
        }
        let assignee = conversation.and_then(|known| known.assignee_id);
        let is_mine = assignee.is_some() && assignee == self.me;
        let is_free = assignee.is_none();
        // Seen meanwhile, by whomever of the team.
        let is_unread = conversation.is_none_or(|known| known.unread_count > 0);
        match kind {
            Kind::Mentioned => self.settings.mentions,
            Kind::Assigned => self.settings.assigned && is_mine,
            Kind::New => is_unread && self.settings.new_conversations && (is_mine || is_free),
            Kind::Waiting => self.settings.waiting_minutes.is_some() && (is_mine || is_free),
            Kind::Message => {
                is_unread
                    && match self.settings.messages {
                        MessageAlerts::Off => false,
                        MessageAlerts::Mine => is_mine,
                        MessageAlerts::Unassigned | MessageAlerts::Unknown => is_mine || is_free,
                        MessageAlerts::All => true,
                    }
            }
        }
    }

    /// Whether this is to be told of a website with which something is wrong.
    pub(super) fn want_website(&self, website: &Website) -> bool {
        self.settings.website_trouble && !self.settings.muted_websites.contains(&website.id)
    }

    /// Whether nothing may sound or stand on the desktop at this moment.
    pub(super) fn is_quiet(&self, wall: Timestamp) -> bool {
        let minutes = wall.as_millis().div_euclid(60_000) + i64::from(self.zone);
        let minute = u16::try_from(minutes.rem_euclid(24 * 60)).unwrap_or(0);
        let is_away = matches!(self.availability, Availability::Away | Availability::Offline);
        let in_quiet_hours = |hours: &switchboard_contract::notifications::QuietHours| hours.hold_at(minute);
        (is_away && !self.settings.while_away)
            || self.settings.quiet_hours.as_ref().is_some_and(in_quiet_hours)
    }

    /// What sounds now, if anything does.
    pub(super) fn sound(&self, wall: Timestamp) -> Option<AlertSound> {
        let sound = Some(self.settings.sound).filter(|sound| *sound != AlertSound::Off);
        sound.filter(|_| self.device.audible && !self.is_quiet(wall))
    }

    /// How it stands on the desktop now. Whoever has the dashboard before them does not need it there.
    pub(super) fn desktop(&self, wall: Timestamp, is_looked_at: bool) -> Desktop {
        if !self.device.desktop || is_looked_at || self.is_quiet(wall) {
            Desktop::No
        } else if self.settings.hide_text {
            Desktop::Bare
        } else {
            Desktop::Full
        }
    }
}
