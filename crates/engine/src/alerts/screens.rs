//! What the person sees, of this tab and of the others.

use switchboard_contract::ids::ConversationId;

use super::{Alerts, Effect, Screen, Word};
use crate::Now;

/// What a tab shows is told again this often while it has the keyboard, in milliseconds.
const AGAIN_MS: u64 = 5_000;
/// And holds for so long: a tab may die without a word, and another one be late.
const HOLDS_MS: u64 = 12_000;

impl Alerts {
    pub(super) fn on_screen(&mut self, now: Now, screen: Screen, out: &mut Vec<Effect>) {
        if screen != self.screen {
            self.screen = screen;
            self.tell_screen(now, out);
        }
        if let Some(id) = screen.conversation.filter(|_| screen.focused) {
            self.seen(id, out);
        }
    }

    pub(super) fn tell_screen(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.screen_told_at = now.monotonic;
        out.push(Effect::Say(Word::Screen(self.screen)));
    }

    pub(super) fn is_on_screen(&self, now: Now, id: ConversationId) -> bool {
        self.looked_at(now).any(|screen| screen.conversation == Some(id))
    }

    /// What the person looks at now.
    pub(super) fn looked_at(&self, now: Now) -> impl Iterator<Item = &Screen> {
        let others = self
            .others
            .values()
            .filter(move |(_, until)| now.monotonic < *until);
        let all = std::iter::once(&self.screen).chain(others.map(|(screen, _)| screen));
        all.filter(|screen| screen.focused)
    }

    /// When it is told again.
    pub(super) fn screen_due(&self) -> Option<u64> {
        let at = self.screen_told_at.saturating_add(AGAIN_MS);
        self.screen.focused.then_some(at)
    }

    /// Another tab shows this.
    pub(super) fn on_other_screen(&mut self, now: Now, from: String, screen: Screen, out: &mut Vec<Effect>) {
        if let Some(id) = screen.conversation.filter(|_| screen.focused) {
            self.seen(id, out);
        }
        self.others.retain(|_, (_, until)| now.monotonic < *until);
        if screen.shown || screen.focused {
            let until = now.monotonic.saturating_add(HOLDS_MS);
            self.others.insert(from, (screen, until));
        } else {
            self.others.remove(&from);
        }
    }
}
