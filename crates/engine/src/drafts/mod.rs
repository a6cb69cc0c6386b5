//! What was typed in conversations and not sent: one draft a conversation and kind, the same in all tabs of a browser.
//!
//! Each change gets a [`Stamp`]; of two drafts of one place the one with the higher stamp is the newer, in every tab and in
//! the store ([`kept`]), whatever is lost on the way between them. What stands in the text box of a tab is never replaced by
//! what somebody typed without having seen it: the other text is then kept beside it ([`Drafts::other`]) until the person
//! takes it or puts it away. What was sent leaves an empty draft behind, so that an older one does not come back.

mod interface;
pub mod kept;
mod merging;

use std::collections::{BTreeMap, BTreeSet};

use switchboard_contract::ids::ConversationId;

pub use interface::{Draft, Effect, Event, Kind, Place, Stamp};

/// How long what is typed may wait before it is kept and told, in milliseconds.
pub const KEEP_AFTER_MS: u64 = 300;

/// What a tab knows of one place.
#[derive(Clone, PartialEq, Eq)]
struct Known {
    /// The newest draft.
    draft: Draft,
    /// What stands in this tab's text box, where it was typed here, and its stamp.
    mine: Option<(String, Stamp)>,
    /// The newest stamp of another tab that this tab has shown.
    seen: Option<Stamp>,
    /// A text that would be lost otherwise.
    other: Option<String>,
    /// Whether the store has this draft.
    is_kept: bool,
}

impl Known {
    fn shown(&self) -> &str {
        self.mine.as_ref().map_or(&self.draft.text, |(text, _)| text)
    }
}

/// The drafts as one tab has them.
pub struct Drafts {
    tab: String,
    /// The highest count of any stamp that was seen.
    count: u64,
    places: BTreeMap<Place, Known>,
    /// What is to be kept and told.
    due: BTreeSet<Place>,
    timer: Option<u64>,
    timers: u64,
}

impl Drafts {
    /// The drafts of a tab that has read nothing yet. `tab` is its own among all that are open.
    #[must_use]
    pub fn new(tab: String) -> Self {
        Self {
            tab,
            count: 0,
            places: BTreeMap::new(),
            due: BTreeSet::new(),
            timer: None,
            timers: 0,
        }
    }

    /// What the text box of a place shows; empty where nothing is typed.
    #[must_use]
    pub fn text(&self, place: Place) -> &str {
        self.places.get(&place).map_or("", Known::shown)
    }

    /// A text that was typed elsewhere, or here before, and differs from the one that is shown.
    #[must_use]
    pub fn other(&self, place: Place) -> Option<&str> {
        let known = self.places.get(&place)?;
        known.other.as_deref().filter(|other| *other != known.shown())
    }

    /// The kind that was typed last in a conversation, if anything waits there.
    #[must_use]
    pub fn newest(&self, conversation: ConversationId) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .filter_map(|kind| {
                let known = self.places.get(&Place { conversation, kind })?;
                (!known.shown().trim().is_empty()).then_some((&known.draft.stamp, kind))
            })
            .max()
            .map(|(_, kind)| kind)
    }

    /// Takes one event.
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Sync => out.push(Effect::Read),
            Event::Typed { place, text } => {
                if self.text(place) != text {
                    self.typed(place, text);
                    self.soon(out);
                }
            }
            Event::Sent(place) => {
                if self.places.contains_key(&place) {
                    self.emptied(place);
                    self.flush(out);
                }
            }
            Event::Released(conversation) => self.release(conversation),
            Event::Gone(conversation) => {
                for place in Kind::ALL.map(|kind| Place { conversation, kind }) {
                    if self.places.contains_key(&place) {
                        self.emptied(place);
                    }
                    if let Some(known) = self.places.get_mut(&place) {
                        known.other = None;
                    }
                }
                self.flush(out);
                out.push(Effect::Changed(conversation));
            }
            Event::Take(place) => self.take(place, out),
            Event::PutAway(place) => {
                if let Some(known) = self.places.get_mut(&place) {
                    known.other = None;
                    out.push(Effect::Changed(place.conversation));
                }
            }
            Event::Heard(draft) => {
                self.merge(draft, out);
                if !self.due.is_empty() {
                    self.soon(out);
                }
            }
            Event::Kept { drafts, newer } => {
                for draft in drafts {
                    if let Some(known) = self.places.get_mut(&draft.place) {
                        known.is_kept |= known.draft.stamp == draft.stamp;
                    }
                }
                self.take_in(newer, out);
            }
            Event::Read(drafts) => self.read(drafts, out),
            Event::Timer { generation } => {
                if self.timer == Some(generation) {
                    self.flush(out);
                }
            }
            Event::Flush => self.flush(out),
            Event::Leave => {
                let own = |known: &Known| !known.is_kept && known.draft.stamp.tab == self.tab;
                let unkept = self.places.iter().filter(|(_, known)| own(known));
                self.due.extend(unkept.map(|(place, _)| *place));
                self.flush(out);
            }
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.count += 1;
        Stamp {
            count: self.count,
            tab: self.tab.clone(),
        }
    }

    /// This tab's own word on a place, newer than all there are.
    fn write(&mut self, place: Place, text: String) -> &mut Known {
        let stamp = self.stamp();
        self.due.insert(place);
        let draft = Draft {
            place,
            text,
            stamp,
            after: None,
        };
        let known = self.places.entry(place).or_insert_with(|| Known {
            draft: draft.clone(),
            mine: None,
            seen: None,
            other: None,
            is_kept: false,
        });
        known.draft = Draft {
            after: known.seen.clone(),
            ..draft
        };
        known.is_kept = false;
        known
    }

    fn typed(&mut self, place: Place, text: String) {
        let known = self.write(place, text);
        known.mine = Some((known.draft.text.clone(), known.draft.stamp.clone()));
        self.bound();
    }

    fn emptied(&mut self, place: Place) {
        self.write(place, String::new()).mine = None;
    }

    fn soon(&mut self, out: &mut Vec<Effect>) {
        if self.timer.is_none() {
            self.timers += 1;
            self.timer = Some(self.timers);
            out.push(Effect::SetTimer {
                generation: self.timers,
                after_ms: KEEP_AFTER_MS,
            });
        }
    }

    /// Keeps and tells what is due.
    fn flush(&mut self, out: &mut Vec<Effect>) {
        self.timer = None;
        let due = std::mem::take(&mut self.due);
        let drafts: Vec<Draft> = due
            .iter()
            .filter_map(|place| self.places.get(place).map(|known| known.draft.clone()))
            .collect();
        if !drafts.is_empty() {
            let listed: BTreeSet<ConversationId> = due.iter().map(|place| place.conversation).collect();
            out.extend(listed.into_iter().map(Effect::Listed));
            out.push(Effect::Write(drafts));
        }
    }

    /// The text box is gone. What stood in it and differs from the newest draft is not lost.
    fn release(&mut self, conversation: ConversationId) {
        for place in Kind::ALL.map(|kind| Place { conversation, kind }) {
            let Some(known) = self.places.get_mut(&place) else {
                continue;
            };
            if let Some((text, _)) = known.mine.take()
                && text != known.draft.text
            {
                known.other = Some(text).filter(|text| !text.trim().is_empty());
                known.seen = Some(known.draft.stamp.clone());
            }
        }
    }

    fn take(&mut self, place: Place, out: &mut Vec<Effect>) {
        let Some(known) = self.places.get_mut(&place) else {
            return;
        };
        let Some(text) = known.other.take() else { return };
        let before = known.shown().to_owned();
        // Whoever typed it sees that it was taken up here.
        if known.draft.text == text && known.draft.stamp.tab != self.tab {
            known.seen = Some(known.draft.stamp.clone());
        }
        self.typed(place, text);
        if let Some(known) = self.places.get_mut(&place) {
            known.other = Some(before).filter(|before| !before.trim().is_empty());
        }
        self.flush(out);
        out.push(Effect::Changed(place.conversation));
    }
}

#[cfg(test)]
mod tests;
