//! What a form asks: its fields, their rules, and what is wrong with them.

use std::rc::Rc;

use switchboard_contract::validate::Violation;

use super::Form;

/// A rule for one field; it sees the whole form, because a password must not hold the name typed above it.
pub type Rule = Rc<dyn Fn(&str, &Form) -> Result<(), Violation>>;

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Typed text.
    Text,
    /// Typed text that is never kept: passwords and codes.
    Secret,
    /// Chosen rather than typed.
    Choice,
    /// Kept beside what the person did and no change of theirs, such as what a draft was begun over.
    Note,
}

/// One field as it is declared.
#[derive(Clone)]
pub struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) initial: String,
    pub(super) rule: Rule,
    /// Whether the server is asked about it as well.
    pub(super) is_asked: bool,
}

impl Field {
    /// Typed text under a rule that looks at nothing else. `name` is the wire's spelling, so that the server's messages
    /// find their field.
    #[must_use]
    pub fn text(name: &'static str, rule: fn(&str) -> Result<(), Violation>) -> Self {
        Self::new(name, Kind::Text, Rc::new(move |text: &str, _: &Form| rule(text)))
    }

    /// A secret under a rule that looks at nothing else.
    #[must_use]
    pub fn secret(name: &'static str, rule: fn(&str) -> Result<(), Violation>) -> Self {
        Self::new(
            name,
            Kind::Secret,
            Rc::new(move |text: &str, _: &Form| rule(text)),
        )
    }

    /// Something chosen; whatever is offered is right.
    #[must_use]
    pub fn choice(name: &'static str) -> Self {
        Self::new(name, Kind::Choice, Rc::new(|_: &str, _: &Form| Ok(())))
    }

    /// Something that the page itself puts down beside what the person did: it begins empty, and is empty again once the form is
    /// taken.
    #[must_use]
    pub fn note(name: &'static str) -> Self {
        Self::new(name, Kind::Note, Rc::new(|_: &str, _: &Form| Ok(())))
    }

    /// A field under any rule.
    #[must_use]
    pub fn new(name: &'static str, kind: Kind, rule: Rule) -> Self {
        Self {
            name,
            kind,
            initial: String::new(),
            rule,
            is_asked: false,
        }
    }

    /// The server is asked about it too while it is typed, such as whether a name is taken: [`super::Effect::Ask`].
    #[must_use]
    pub fn asked(mut self) -> Self {
        self.is_asked = true;
        self
    }

    /// What it holds before anyone changes it.
    #[must_use]
    pub fn holding(mut self, value: impl Into<String>) -> Self {
        self.initial = value.into();
        self
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It breaks a rule of the contract: the form has seen it, or the server has told it.
    Rule(Violation),
    /// The server's own words, where this build does not know what they mean.
    Server(String),
}

/// A field with what it holds.
#[derive(Clone)]
pub(super) struct State {
    pub(super) spec: Field,
    /// Which step of the form it stands in.
    pub(super) step: usize,
    pub(super) value: String,
    /// Whether it was ever typed into.
    pub(super) edited: bool,
    /// Whether what is wrong with it is shown.
    pub(super) judged: bool,
    /// The server's message about the value that it still holds.
    pub(super) server: Option<String>,
    /// The number of the question about the value that it holds, while the answer is awaited.
    pub(super) check: Option<u32>,
    /// What the answer complained about that value.
    pub(super) complaint: Option<String>,
    /// How often it was replaced by what the server has.
    pub(super) renewed: u32,
    /// What it held when the form was sent: it may be typed into while the answer is on its way.
    pub(super) sent: String,
}

impl State {
    pub(super) fn new(spec: Field, step: usize) -> Self {
        Self {
            value: spec.initial.clone(),
            spec,
            step,
            edited: false,
            judged: false,
            server: None,
            check: None,
            complaint: None,
            renewed: 0,
            sent: String::new(),
        }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.value != self.spec.initial
    }

    /// Whether that is the person's doing.
    pub(super) fn is_changed_by_hand(&self) -> bool {
        self.spec.kind != Kind::Note && self.is_changed()
    }

    pub(super) fn put(&mut self, text: String) {
        self.value = text;
        self.server = None;
        self.check = None;
        self.complaint = None;
    }
}
