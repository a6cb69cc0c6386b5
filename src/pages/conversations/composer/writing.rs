//! What is going on at the cursor of the place to answer.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use switchboard_contract::live_chat::first_open;
use switchboard_engine::composing::{self, Call, Edited, Kind};
use yew::prelude::*;

use super::aids::Aids;
use super::suggesting::{Offer, offer};
use crate::api::use_emoji;
use crate::ui::{option_id, select_text, selected_text};

/// The id of the list that is offered while something is typed.
pub(super) const LIST_ID: &str = "composer-offer";

/// What is selected in the text box, in bytes of what it holds.
pub(super) fn selection(area: &NodeRef, text: &str) -> Range<usize> {
    let (start, end) = selected_text(area).unwrap_or((u32::MAX, u32::MAX));
    composing::byte_of(text, start)..composing::byte_of(text, end)
}

/// What is going on at the cursor: what the text calls for, what is offered, and what is selected next.
#[derive(Clone)]
pub(super) struct Writing {
    area: NodeRef,
    /// What is offered.
    pub(super) offer: Option<Offer>,
    call: UseStateHandle<Option<Call>>,
    place: UseStateHandle<usize>,
    /// A call that was put away with Escape, by where it begins.
    put_away: UseStateHandle<Option<usize>>,
    /// What is to be selected after the next drawing, in UTF-16 units; counted, as the same may be meant again.
    wanted: UseStateHandle<(u32, u32, u32)>,
    /// The text that the person was asked about, as it holds a variable without a value.
    asked: Rc<RefCell<String>>,
}

/// See [`Writing`].
#[hook]
pub(super) fn use_writing(area: &NodeRef, aids: &Aids, text: &str, is_note: bool) -> Writing {
    let call = use_state_eq(|| None::<Call>);
    let place = use_state_eq(|| 0_usize);
    let put_away = use_state_eq(|| None::<usize>);
    let wanted = use_state_eq(|| (0, 0, 0));
    let asked = use_mut_ref(String::new);
    let emoji = use_emoji(call.as_ref().is_some_and(|call| call.kind == Kind::Emoji));
    {
        let area = area.clone();
        use_effect_with(*wanted, move |(start, end, count)| {
            if *count > 0 {
                select_text(&area, *start, *end);
            }
        });
    }
    let offer = call
        .as_ref()
        // What was typed elsewhere meanwhile may have changed what stands there.
        .filter(|call| {
            text.get(call.range.clone())
                .is_some_and(|word| word.ends_with(&call.query))
        })
        .filter(|call| *put_away != Some(call.range.start))
        .map(|call| offer(call, aids, &emoji.all, is_note))
        .filter(Offer::is_shown);
    Writing {
        area: area.clone(),
        offer,
        call,
        place,
        put_away,
        wanted,
        asked,
    }
}

impl Writing {
    fn options(&self) -> usize {
        self.offer.as_ref().map_or(0, |offer| offer.options.len())
    }

    /// Which option is chosen next.
    pub(super) fn active(&self) -> usize {
        (*self.place).min(self.options().saturating_sub(1))
    }

    /// Whether canned replies are offered.
    pub(super) fn is_canned(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.kind == Kind::Canned)
    }

    /// The list's id, while there is one.
    pub(super) fn list_id(&self) -> Option<AttrValue> {
        (self.options() > 0).then_some(AttrValue::Static(LIST_ID))
    }

    /// The id of the option that is chosen next.
    pub(super) fn active_id(&self) -> Option<AttrValue> {
        (self.options() > 0).then(|| option_id(LIST_ID, self.active()))
    }

    /// The text or the cursor has changed.
    pub(super) fn look(&self, text: &str) {
        let cursor = selection(&self.area, text);
        let call = composing::call(text, cursor.end).filter(|_| cursor.is_empty());
        if call.as_ref().map(|call| call.range.start) != *self.put_away {
            self.put_away.set(None);
        }
        if call != *self.call {
            self.place.set(0);
            self.call.set(call);
        }
    }

    /// Nothing is offered any more.
    pub(super) fn end(&self) {
        self.call.set(None);
    }

    /// Selects what is selected in an edited text, once it is drawn.
    pub(super) fn select(&self, edited: &Edited) {
        let unit = |byte| composing::unit_of(&edited.text, byte);
        let (start, end) = (unit(edited.selected.start), unit(edited.selected.end));
        self.wanted.set((start, end, self.wanted.2 + 1));
    }

    /// The text with one of those offered in the place of the call.
    pub(super) fn choice(&self, text: &str, place: usize) -> Option<Edited> {
        let insert = self.offer.as_ref()?.inserts.get(place)?;
        let range = self.call.as_ref()?.range.clone();
        let start = range.start;
        let mut edited = composing::replace(text, range, &insert.text);
        if let Some(missing) = &insert.missing {
            edited.selected = start + missing.start..start + missing.end;
        }
        Some(edited)
    }

    /// Whether the list takes a key.
    pub(super) fn on_key(&self, event: &KeyboardEvent, on_choose: &Callback<usize>) -> bool {
        let Some(call) = self.call.as_ref().filter(|_| self.offer.is_some()) else {
            return false;
        };
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return false;
        }
        let (active, last) = (self.active(), self.options().saturating_sub(1));
        match event.key().as_str() {
            "Escape" => self.put_away.set(Some(call.range.start)),
            // Nothing to choose from: the key is the text's.
            _ if self.options() == 0 => return false,
            "ArrowDown" => self.place.set(if active == last { 0 } else { active + 1 }),
            "ArrowUp" => self.place.set(if active == 0 { last } else { active - 1 }),
            "Enter" | "Tab" => on_choose.emit(active),
            _ => return false,
        }
        true
    }

    /// Whether the person should look once more: a variable in the text has no value. It is selected, and sending the same text
    /// again sends it.
    pub(super) fn asks_about(&self, text: &str) -> bool {
        let Some(open) = first_open(text) else {
            return false;
        };
        if self.asked.replace(text.to_owned()) == text {
            return false;
        }
        self.select(&Edited {
            text: text.to_owned(),
            selected: open,
        });
        true
    }
}
