//! What the server and the other tabs send: taken in by turns ([`switchboard_engine::intake`]), so that a flood of it leaves
//! the page time to be drawn, and drawn a few times a second at most. What it makes this tab tell the others goes out together.

use std::rc::Rc;

use switchboard_contract::decode;
use switchboard_engine::desk::Event;
use switchboard_engine::intake::{Drawing, Turn};
use switchboard_engine::socket;

use super::Chat;
use crate::browser::{Frame, is_shown, now};
use crate::realtime::Timers;

/// Between two words of one telling; no JSON text holds it.
const BETWEEN: char = '\n';

/// Something that came in and is not decoded yet.
pub(super) enum Incoming {
    /// From the connection.
    Link(socket::Event),
    /// From another tab: one of its words.
    Word(String),
}

/// A turn that was asked for; none comes once this is dropped.
pub(super) struct AskedTurn {
    _frame: Option<Frame>,
    _timer: Timers<()>,
}

impl Chat {
    /// The connection reports something.
    pub(super) fn take_in(&self, event: socket::Event) {
        self.0.intake.borrow_mut().push(Incoming::Link(event));
        self.run();
    }

    /// Another tab told something.
    pub(super) fn take_in_words(&self, words: &str) {
        let words = words.split(BETWEEN).map(|word| Incoming::Word(word.to_owned()));
        for word in words {
            self.0.intake.borrow_mut().push(word);
        }
        self.run();
    }

    /// Takes in what there is time for, and asks for the turn that goes on or draws.
    fn run(&self) {
        self.take_waiting();
        self.ask_turn();
    }

    /// Takes in as much as this turn has time for.
    fn take_waiting(&self) {
        loop {
            let next = self.0.intake.borrow_mut().take(now());
            match next {
                Some(Incoming::Link(event)) => self.step(Event::Link(event)),
                Some(Incoming::Word(word)) => {
                    // What cannot be read is from a tab of another version: its tabs keep to themselves.
                    if let Ok(bulletin) = decode(&word) {
                        self.step(Event::Heard(bulletin));
                    }
                }
                None => break,
            }
        }
        self.post_words();
    }

    fn ask_turn(&self) {
        let turn = self.0.intake.borrow_mut().ask(is_shown());
        if let Some(turn) = turn {
            let asked = self.wait_for(turn);
            drop(self.0.turn.replace(Some(asked)));
        }
    }

    fn wait_for(&self, turn: Turn) -> AskedTurn {
        let call = || {
            let chat = Rc::downgrade(&self.0);
            move || {
                if let Some(inner) = chat.upgrade() {
                    Self(inner).turn();
                }
            }
        };
        let (frame, after_ms) = match turn {
            Turn::Frame { at_latest_ms } => (Some(Frame::new(call())), at_latest_ms),
            Turn::Soon => (None, 0),
        };
        let timer = Timers::new();
        timer.set((), after_ms, call());
        AskedTurn {
            _frame: frame,
            _timer: timer,
        }
    }

    fn turn(&self) {
        let over = self.0.turn.take();
        self.0.intake.borrow_mut().turn(now(), is_shown());
        self.take_waiting();
        let drawing = self.0.intake.borrow_mut().draws(now(), is_shown());
        match drawing {
            Some(Drawing::First) => self.draw_threads(),
            Some(Drawing::Whole | Drawing::Rest) => self.draw(),
            None => {}
        }
        self.ask_turn();
        drop(over);
    }

    /// Tells the other tabs what is to be told.
    pub(super) fn post_words(&self) {
        let words = self.0.words.take();
        if words.is_empty() {
            return;
        }
        if let Some(carrier) = &*self.0.carrier.borrow() {
            carrier.tell(&words.join(&String::from(BETWEEN)));
        }
    }

    /// Forgets what has come in and was not taken in.
    pub(super) fn forget_incoming(&self) {
        self.0.intake.borrow_mut().clear();
        drop(self.0.turn.take());
    }
}
