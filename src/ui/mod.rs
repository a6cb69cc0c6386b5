//! The design system: one file a component, each with its own scoped style.
//!
//! Components here know nothing of the API beyond [`crate::api::ApiError`] and [`crate::api::Resource`], which they can show.
//! What must paint before the program runs (frame, sign-in, buttons, fields) is styled in `styles/base.css`.

mod avatar;
mod brand;
mod button;
mod countdown;
mod dialog;
mod field;
mod form_summary;
mod growing_text_area;
mod icon;
mod link;
mod menu;
mod page_head;
mod popup;
mod progress;
mod reading_place;
mod scoped;
mod search_field;
mod skeleton;
mod states;
mod table;
mod tabs;
mod toasts;
mod trying_again;

pub use avatar::{Avatar, AvatarProps};
pub use brand::Mark;
pub use button::{Button, ButtonKind, ButtonProps, IconButton, IconButtonProps};
pub use countdown::{use_minute, use_seconds_until};
pub use dialog::{Dialog, DialogAct, DialogProps};
pub use field::{Checkbox, CheckboxProps, Field, FieldProps};
pub use form_summary::{FieldProblem, FormSummary, FormSummaryProps};
pub use growing_text_area::{GrowingTextArea, GrowingTextAreaProps};
pub use icon::{Icon, IconName, IconProps, IconSize};
pub use link::{Link, LinkProps};
pub use menu::{Checked, Menu, MenuChoice, MenuGroup, MenuItem, MenuProps};
pub use page_head::{HEADING_ID, PageHead, PageHeadProps};
pub use popup::{Popup, use_popup};
pub use progress::{Progress, ProgressProps};
pub use reading_place::{Extent, Reader, ReadingPlace, use_near_end, use_reader, use_reading_place};
pub use scoped::Scoped;
pub use search_field::{SearchField, SearchFieldProps};
pub use skeleton::{Loading, LoadingProps, Skeleton, SkeletonProps};
pub use states::{
    EmptyState, EmptyStateProps, ErrorState, ErrorStateProps, Notice, NoticeProps, Status, StatusProps, Tone,
    view_query, view_trouble, while_retrying,
};
pub use table::{Table, TableProps};
pub use tabs::{Tabs, TabsProps};
pub use toasts::{ToastAct, ToastProvider, ToastProviderProps, Toasts, use_toasts};
pub use trying_again::{TryingAgain, TryingAgainChip, TryingAgainProps};
