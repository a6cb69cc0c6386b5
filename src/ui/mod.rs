//! The design system: one file a component, each with its own scoped style.
//!
//! Components here know nothing of the API beyond [`crate::api::ApiError`] and [`crate::api::Resource`], which they can show.
//! What must paint before the program runs (frame, sign-in, buttons, fields) is styled in `styles/base.css`.

mod avatar;
mod before_paint;
mod brand;
mod button;
mod chart;
mod countdown;
mod dialog;
mod field;
mod form_summary;
mod growing_text_area;
mod icon;
mod label_dot;
mod link;
mod menu;
mod modal;
mod page_head;
mod popup;
mod progress;
mod prose;
mod reading_place;
mod ring;
mod row_window;
mod scoped;
mod search_field;
mod skeleton;
mod states;
mod suggestions;
mod table;
mod tabs;
mod toasts;
mod trend;
mod trying_again;
mod virtual_list;

pub use avatar::{Avatar, AvatarProps};
pub use before_paint::use_before_paint;
pub use brand::Mark;
pub use button::{Button, ButtonKind, ButtonProps, IconButton, IconButtonProps};
pub use chart::{Chart, ChartLayer, ChartPoints, ChartProps};
pub use countdown::{use_minute, use_seconds_until};
pub use dialog::{Dialog, DialogAct, DialogProps};
pub use field::{Checkbox, CheckboxProps, Field, FieldProps};
pub use form_summary::{FieldProblem, FormSummary, FormSummaryProps};
pub use growing_text_area::{GrowingTextArea, GrowingTextAreaProps, select_text, selected_text};
pub use icon::{Icon, IconName, IconProps, IconSize};
pub use label_dot::{LabelDot, LabelDotProps};
pub use link::{Link, LinkProps};
pub use menu::{Checked, Menu, MenuChoice, MenuGroup, MenuItem, MenuProps};
pub use modal::{Modal, ModalProps};
pub use page_head::{HEADING_ID, PageHead, PageHeadProps};
pub use popup::{Popup, use_popup};
pub use progress::{Progress, ProgressProps};
pub use prose::{view_prose, view_prose_with};
pub use reading_place::{LogEntries, ReadingPlace, use_near_end, use_reading_place};
pub use ring::{Ring, RingPart, RingProps};
pub use scoped::Scoped;
pub use search_field::{SearchField, SearchFieldProps, use_search_text};
pub use skeleton::{Loading, LoadingProps, Skeleton, SkeletonProps};
pub use states::{
    EmptyState, EmptyStateProps, ErrorState, ErrorStateProps, Notice, NoticeProps, Status, StatusProps, Tone,
    view_query, view_trouble, while_retrying,
};
pub use suggestions::{Suggestion, Suggestions, SuggestionsProps, option_id};
pub use table::{Table, TableProps};
pub use tabs::{Tabs, TabsProps};
pub use toasts::{ToastAct, ToastProvider, ToastProviderProps, Toasts, use_toasts};
pub use trend::{Trend, TrendProps};
pub use trying_again::{TryingAgain, TryingAgainChip, TryingAgainProps};
pub use virtual_list::{VirtualList, VirtualListProps};
