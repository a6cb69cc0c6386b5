//! What a tab makes of drafts that were typed elsewhere.

use std::collections::BTreeSet;

use super::kept::beyond;
use super::{Draft, Drafts, Effect, Known, Place};

impl Drafts {
    /// Everything that the store has: what it has not, although it once had it, had to make room.
    pub(super) fn read(&mut self, drafts: Vec<Draft>, out: &mut Vec<Effect>) {
        let there: BTreeSet<Place> = drafts.iter().map(|draft| draft.place).collect();
        for (place, known) in &mut self.places {
            if !there.contains(place) && known.mine.is_some() {
                known.is_kept = false;
            }
        }
        let gone: Vec<Place> = self
            .places
            .iter()
            .filter(|(place, known)| known.is_kept && !there.contains(place))
            .map(|(place, _)| *place)
            .collect();
        for place in gone {
            self.places.remove(&place);
            out.push(Effect::Changed(place.conversation));
        }
        self.take_in(drafts, out);
        let not_kept = self.places.iter().filter(|(_, known)| !known.is_kept);
        self.due.extend(not_kept.map(|(place, _)| *place));
        self.flush(out);
    }

    /// Takes in what the store has.
    pub(super) fn take_in(&mut self, drafts: Vec<Draft>, out: &mut Vec<Effect>) {
        for draft in drafts {
            let (place, stamp) = (draft.place, draft.stamp.clone());
            self.merge(draft, out);
            if let Some(known) = self.places.get_mut(&place) {
                known.is_kept = known.draft.stamp == stamp;
            }
        }
        if !self.due.is_empty() {
            self.soon(out);
        }
    }

    /// Takes in one draft of another tab, or of this one before.
    pub(super) fn merge(&mut self, draft: Draft, out: &mut Vec<Effect>) {
        self.count = self.count.max(draft.stamp.count);
        let (place, conversation) = (draft.place, draft.place.conversation);
        let Some(known) = self.places.get_mut(&place) else {
            let is_empty = draft.text.is_empty();
            self.places.insert(
                place,
                Known {
                    seen: Some(draft.stamp.clone()),
                    draft,
                    mine: None,
                    other: None,
                    is_kept: false,
                },
            );
            self.bound();
            if !is_empty {
                out.push(Effect::Changed(conversation));
            }
            return;
        };
        if draft.stamp <= known.draft.stamp {
            return;
        }
        // What has not been told yet is told no more: this one is newer.
        self.due.remove(&place);
        let stands = match &known.mine {
            Some((text, stamp)) => *text != draft.text && !text.trim().is_empty() && !draft.follows(stamp),
            None => false,
        };
        if stands && draft.text.is_empty() {
            // Sent or emptied by someone who had not seen what stands here: that goes on to be the draft.
            let text = known.shown().to_owned();
            known.seen = Some(draft.stamp.clone());
            self.typed(place, text);
            return;
        }
        if stands {
            known.other = Some(draft.text.clone());
        } else {
            let lost = known.draft.text.trim();
            if known.mine.is_none()
                && !lost.is_empty()
                && lost != draft.text.trim()
                && !draft.follows(&known.draft.stamp)
            {
                known.other = Some(known.draft.text.clone());
            }
            known.mine = None;
            known.seen = Some(draft.stamp.clone());
        }
        known.draft = draft;
        known.is_kept = false;
        out.push(Effect::Changed(conversation));
    }

    /// Lets go of the oldest where there are too many, as the store does, but of nothing that is not kept yet.
    pub(super) fn bound(&mut self) {
        let all = self.places.values().map(|known| &known.draft);
        let gone: Vec<Place> = beyond(all).map(|draft| draft.place).collect();
        for place in gone {
            let is_needed = |known: &Known| known.mine.is_some() || known.other.is_some() || !known.is_kept;
            if !self.places.get(&place).is_some_and(is_needed) {
                self.places.remove(&place);
            }
        }
    }
}
