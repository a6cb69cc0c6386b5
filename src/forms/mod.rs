//! Forms on the page: the engine's form machine with its browser shell, and the fields that show it.
//!
//! [`use_form`] holds a machine, keeps its draft on the device and sends it; [`FormField`] and its kin draw one field of
//! it; [`FormTrouble`] is the summary above them; [`FormSteps`] and [`FormStep`] show a form step by step. What a form asks and which call it makes stands in its page.

mod area;
mod caps_lock;
mod cooldown;
mod drafts;
mod field;
mod handle;
mod new_password;
mod renewed;
mod steps;
mod switch;
mod trouble;
mod unsaved;

pub use area::{FormTextArea, FormTextAreaProps};
pub use caps_lock::{CapsLock, CapsLockProps};
pub use cooldown::{Cooldown, use_cooldown, wait_text};
pub use drafts::{forget_member_drafts, open_member_drafts, prefill};
pub use field::{
    Choice, FormField, FormFieldProps, FormSelect, FormSelectProps, Segments, SegmentsProps, SelectField,
    SelectFieldProps,
};
pub use handle::{FormHandle, FormOptions, use_form, use_form_about};
pub use new_password::{NewPassword, NewPasswordProps, new_password_field};
pub use steps::{FormStep, FormStepProps, FormSteps, FormStepsProps, StepList, StepListProps, step_place};
pub use switch::{Switch, SwitchProps};
pub use trouble::{FormTrouble, FormTroubleProps};
pub use unsaved::{Guarded, GuardedProps, UnsavedProvider, UnsavedProviderProps, use_unsaved};
