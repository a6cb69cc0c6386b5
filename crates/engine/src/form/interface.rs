//! What happens to a form, and what the shell does about it.

use std::collections::BTreeMap;
use std::fmt;

use switchboard_contract::problem::FieldErrors;

/// What happens to a form.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A field holds this now.
    Input {
        /// Which field.
        field: &'static str,
        /// Its whole text.
        text: String,
    },
    /// A field was left.
    Left {
        /// Which field.
        field: &'static str,
    },
    /// The person sends the form, or goes on from a step that is not the last.
    Submit,
    /// The person goes back one step; everything stays as it is.
    Back,
    /// The person goes to a step of this name: back at once, forward as far as nothing is wrong on the way.
    Go {
        /// Which step.
        step: &'static str,
    },
    /// The server took it.
    Accepted {
        /// Of [`Effect::Send`].
        attempt: u32,
    },
    /// The server refused it, or did not answer.
    Refused {
        /// Of [`Effect::Send`].
        attempt: u32,
        /// Messages by field; empty when no field is to blame.
        fields: FieldErrors,
    },
    /// What the server says about a field ([`Effect::Ask`]).
    Answered {
        /// Which field.
        field: &'static str,
        /// Of [`Effect::Ask`].
        check: u32,
        /// What is wrong; `None` too where the server did not answer: it is asked again when the form is sent.
        complaint: Option<String>,
    },
    /// The server's values changed: fields that the person has not touched follow, the others stay.
    Rebase {
        /// The server's values by field.
        values: BTreeMap<&'static str, String>,
    },
    /// Back to what it was.
    Discard,
}

impl fmt::Debug for Event {
    /// Tells the kind and the field; what people type stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { field, .. } => write!(f, "Input({field})"),
            Self::Left { field } => write!(f, "Left({field})"),
            Self::Submit => f.write_str("Submit"),
            Self::Back => f.write_str("Back"),
            Self::Go { step } => write!(f, "Go({step})"),
            Self::Accepted { attempt } => write!(f, "Accepted({attempt})"),
            Self::Refused { attempt, .. } => write!(f, "Refused({attempt})"),
            Self::Answered { field, check, .. } => write!(f, "Answered({field}, {check})"),
            Self::Rebase { .. } => f.write_str("Rebase"),
            Self::Discard => f.write_str("Discard"),
        }
    }
}

/// What the shell does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send the values, and report the outcome with this number.
    Send {
        /// Counts submissions.
        attempt: u32,
    },
    /// Ask the server about what a field holds, once nothing was typed into it for [`super::ASK_AFTER_MS`], in place of an
    /// earlier question about it.
    Ask {
        /// Which field.
        field: &'static str,
        /// Counts questions; reported with [`Event::Answered`].
        check: u32,
    },
    /// Something is wrong: the summary takes the focus.
    Tell,
    /// Store [`Form::draft`].
    Keep,
    /// Remove the stored draft.
    Forget,
}
