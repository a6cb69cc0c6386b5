//! What this tab tells of the person here.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::live_chat::Visibility;
use switchboard_contract::realtime::{
    PRESENCE_TTL_MS, PresenceBody, Signal, SignalType, TYPING_TTL_MS, VIEWING_TTL_MS,
};

use super::{AWAY_AFTER_MS, Effect, STILL_TYPING_MS};
use crate::telling::{Rhythm, Telling, Word};

/// Use is told to the browser's other tabs this often at most, in milliseconds.
const USED_EVERY_MS: u64 = 30_000;
/// Far above the 250 ms that the server asks for.
const SPACING_MS: u64 = 1_000;
const TYPING: Rhythm = Rhythm {
    spacing_ms: SPACING_MS,
    again_ms: 6_000,
};
const VIEWING: Rhythm = Rhythm {
    spacing_ms: SPACING_MS,
    again_ms: 20_000,
};
const AWAY: Rhythm = Rhythm {
    spacing_ms: SPACING_MS,
    again_ms: 40_000,
};

/// The person here, writing in one conversation.
#[derive(Clone, Debug)]
struct Writing {
    visibility: Visibility,
    until: u64,
    telling: Telling<Visibility>,
}

/// The person here.
#[derive(Debug)]
pub(super) struct Own {
    me: Option<(MemberId, Rc<str>)>,
    set: Availability,
    used_at: u64,
    away_after_ms: u64,
    idle: bool,
    shared_use_at: Option<u64>,
    leads: bool,
    writing: BTreeMap<ConversationId, Writing>,
    looking: BTreeMap<ConversationId, Telling<()>>,
    away: Telling<()>,
}

impl Default for Own {
    fn default() -> Self {
        Self {
            me: None,
            set: Availability::default(),
            used_at: 0,
            away_after_ms: AWAY_AFTER_MS,
            idle: false,
            shared_use_at: None,
            leads: false,
            writing: BTreeMap::new(),
            looking: BTreeMap::new(),
            away: Telling::default(),
        }
    }
}

impl Own {
    /// Signed out. What is set of oneself outlasts it, like the availability that the desk keeps.
    pub(super) fn forget(&mut self) {
        *self = Self {
            away_after_ms: self.away_after_ms,
            ..Self::default()
        };
    }

    pub(super) fn away_after(&mut self, ms: u64) {
        self.away_after_ms = ms;
    }

    pub(super) fn begin(&mut self, now: u64, me: MemberId, availability: Availability) {
        self.me = Some((me, Rc::from(me.to_string())));
        self.set = availability;
        self.used_at = now;
    }

    pub(super) fn is(&self, member: MemberId) -> bool {
        self.me.as_ref().is_some_and(|(me, _)| *me == member)
    }

    /// Whether a signal is the person's own: another tab's, which does not name anybody, or another browser's.
    pub(super) fn told(&self, signal: &Signal) -> bool {
        signal.who.is_empty() || self.me.as_ref().is_some_and(|(_, me)| *signal.who == **me)
    }

    /// The person's own word from elsewhere: where that tab has stopped looking, this one may still.
    pub(super) fn heard(&mut self, signal: &Signal) {
        if signal.kind == SignalType::Viewing
            && signal.ttl_ms == 0
            && let Some(telling) = signal.conversation_id.and_then(|id| self.looking.get_mut(&id))
        {
            telling.doubt();
        }
    }

    /// Somebody has come to look at a conversation, and knows nothing yet of who else does.
    pub(super) fn met_at(&mut self, conversation: ConversationId) {
        if let Some(telling) = self.looking.get_mut(&conversation) {
            telling.doubt();
        }
        if let Some(writing) = self.writing.get_mut(&conversation) {
            writing.telling.doubt();
        }
    }

    pub(super) fn availability(&self) -> Availability {
        if self.is_away() {
            Availability::Away
        } else {
            self.set
        }
    }

    fn is_away(&self) -> bool {
        self.idle && self.set == Availability::Available
    }

    pub(super) fn sets(&mut self, availability: Availability) {
        self.set = availability;
    }

    pub(super) fn typed(&mut self, now: u64, conversation: ConversationId, visibility: Visibility) {
        let writing = self.writing.entry(conversation).or_insert(Writing {
            visibility,
            until: 0,
            telling: Telling::default(),
        });
        writing.visibility = visibility;
        writing.until = now.saturating_add(STILL_TYPING_MS);
    }

    pub(super) fn emptied(&mut self, now: u64, conversation: ConversationId) {
        if let Some(writing) = self.writing.get_mut(&conversation) {
            writing.until = now;
            // The message, once it arrives, ends this for the others: who writes on at once has to be told of again.
            writing.telling.doubt();
        }
    }

    pub(super) fn looks_at(&mut self, conversation: Option<ConversationId>) {
        for telling in self.looking.values_mut() {
            telling.set(None);
        }
        if let Some(conversation) = conversation {
            self.looking.entry(conversation).or_default().set(Some(()));
        }
    }

    /// The person used this tab; the others are told now and then.
    pub(super) fn used(&mut self, now: u64, out: &mut Vec<Effect>) {
        self.used_at = now;
        let free = self
            .shared_use_at
            .is_none_or(|at| now >= at.saturating_add(USED_EVERY_MS));
        if free {
            self.shared_use_at = Some(now);
            out.push(Effect::InUse);
        }
    }

    pub(super) fn used_elsewhere(&mut self, now: u64) {
        self.used_at = now;
    }

    pub(super) fn leads(&mut self, leads: bool) {
        self.leads = leads;
        // What another tab's connection was told ends with it.
        self.away = Telling::default();
    }

    pub(super) fn connected(&mut self) {
        self.away.doubt();
        self.looking.values_mut().for_each(Telling::doubt);
        self.writing
            .values_mut()
            .for_each(|writing| writing.telling.doubt());
    }

    /// Tells what is due at `now`.
    pub(super) fn tell(&mut self, now: u64, out: &mut Vec<Effect>) {
        self.idle = self.me.is_some() && now >= self.used_at.saturating_add(self.away_after_ms);
        self.tell_typing(now, out);
        self.tell_viewing(now, out);
        self.away.set((self.leads && self.is_away()).then_some(()));
        let (availability, ttl_ms) = match self.away.take(now, AWAY) {
            Some(Word::So(())) => (Availability::Away, PRESENCE_TTL_MS),
            // What is set counts again.
            Some(Word::Over(())) => (self.set, 0),
            None => return,
        };
        let body = serde_json::to_value(PresenceBody { availability }).ok();
        out.push(tell(SignalType::Presence, None, ttl_ms, body));
    }

    fn tell_typing(&mut self, now: u64, out: &mut Vec<Effect>) {
        for (conversation, writing) in &mut self.writing {
            let telling = &mut writing.telling;
            let wish = Some(writing.visibility).filter(|_| now < writing.until);
            // The visitor hears nothing of notes, not even that one has taken the place of an answer: the answer ends first.
            let hides = telling.told() == Some(&Visibility::Public) && wish == Some(Visibility::Internal);
            telling.set(wish.filter(|_| !hides));
            let (visibility, ttl_ms) = match telling.take(now, TYPING) {
                Some(Word::So(visibility)) => (visibility, TYPING_TTL_MS),
                Some(Word::Over(visibility)) => (visibility, 0),
                None => continue,
            };
            telling.set(wish);
            let body = (visibility != Visibility::Public).then(|| json!({"visibility": visibility}));
            out.push(tell(SignalType::Typing, Some(*conversation), ttl_ms, body));
        }
        self.writing
            .retain(|_, writing| now < writing.until || !writing.telling.is_over(now, TYPING));
    }

    fn tell_viewing(&mut self, now: u64, out: &mut Vec<Effect>) {
        for (conversation, telling) in &mut self.looking {
            let ttl_ms = match telling.take(now, VIEWING) {
                Some(Word::So(())) => VIEWING_TTL_MS,
                Some(Word::Over(())) => 0,
                None => continue,
            };
            out.push(tell(SignalType::Viewing, Some(*conversation), ttl_ms, None));
        }
        self.looking.retain(|_, telling| !telling.is_over(now, VIEWING));
    }

    /// When [`Self::tell`] has something to do next.
    pub(super) fn due(&self, now: u64) -> Option<u64> {
        let writing = self.writing.values().flat_map(|writing| {
            let told = writing.telling.told().is_some();
            let ends = Some(writing.until).filter(|until| told && now < *until);
            [writing.telling.due(TYPING), ends]
        });
        let looking = self.looking.values().map(|telling| telling.due(VIEWING));
        let idle = (self.me.is_some() && !self.idle).then(|| self.used_at.saturating_add(self.away_after_ms));
        let due = writing.chain(looking).chain([self.away.due(AWAY), idle]);
        due.flatten().min()
    }
}

/// A signal of the person here; the server says whose it is.
fn tell(
    kind: SignalType,
    conversation_id: Option<ConversationId>,
    ttl_ms: u64,
    body: Option<Value>,
) -> Effect {
    Effect::Tell(Signal {
        kind,
        conversation_id,
        who: String::new(),
        sender: None,
        ttl_ms,
        body,
    })
}
