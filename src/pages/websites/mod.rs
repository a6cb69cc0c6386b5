//! The account's websites.
//!
//! | file | holds |
//! | --- | --- |
//! | `list.rs` | the table |
//! | `new.rs` | adding one, in four steps |
//! | `details.rs` | one website |
//! | `settings.rs`, `conflict.rs`, `funnels.rs`, `deleting.rs` | how it is set up, and how it goes |
//! | `fields.rs`, `hours.rs`, `assignment.rs`, `values.rs` | what its forms are made of |
//! | `snippet.rs`, `check.rs` | what its pages embed, and whether they do |
//! | `widget/` | what its widget looks like, says and does |

mod assignment;
mod check;
mod conflict;
mod deleting;
mod details;
mod domain;
mod fields;
mod figures;
mod funnels;
mod hours;
mod identity;
mod list;
mod new;
mod settings;
mod snippet;
mod values;
mod widget;

use switchboard_contract::auth::Role;
use switchboard_contract::website::{Website, WebsiteState};
use yew::prelude::*;

use crate::auth::use_me;
use crate::browser::{focus_node, now};
use crate::i18n::{relative, t, t_with};
use crate::routes::Route;
use crate::ui::{EmptyState, HEADING_ID, IconName, Link, Status};

pub use assignment::cap_choices;
pub use details::{WebsiteDetails, WebsiteDetailsProps};
pub use list::Websites;
pub use new::NewWebsite;
pub use settings::{WebsiteSettings, WebsiteSettingsProps};
pub use widget::{WebsiteWidget, WebsiteWidgetProps};

/// A website's state as icon and word.
pub fn website_status(state: WebsiteState) -> Html {
    let (icon, tone, text) = match state {
        WebsiteState::Online => (IconName::Ok, Some("success"), t("website.online")),
        WebsiteState::Degraded => (IconName::Warn, Some("warning"), t("website.degraded")),
        WebsiteState::Silent => (IconName::Alert, Some("danger"), t("website.silent")),
        WebsiteState::NeverSeen => (IconName::Info, None, t("website.never_seen")),
        WebsiteState::Unknown => (IconName::Info, None, t("website.unknown_state")),
    };
    html! { <Status {icon} {tone} {text} /> }
}

/// Why it is in that state, or since when.
fn status_detail(website: &Website) -> AttrValue {
    let status = &website.status;
    match (&status.reason, status.last_seen_at) {
        (Some(reason), _) => AttrValue::from(reason.clone()),
        (None, Some(at)) => t_with("website.seen", &[("age", &relative(at, now().wall))]),
        (None, None) => t("website.no_beat"),
    }
}

/// Whether the person may add, change and delete websites.
#[hook]
fn use_may_change() -> bool {
    let me = use_me();
    matches!(me.role, Role::Owner | Role::Admin)
}

/// What agents are told who come by the address of a page that is not for them.
fn forbidden() -> Html {
    html! {
        <EmptyState icon={IconName::Lock} title={t("website.forbidden")} text={t("website.forbidden_text")}>
            <Link class="btn" to={Route::Websites}>{ t("websites.heading") }</Link>
        </EmptyState>
    }
}

/// Props for [`Heading`].
#[derive(Properties, PartialEq)]
struct HeadingProps {
    /// The `h1`.
    text: AttrValue,
    /// Tools, at the end.
    #[prop_or_default]
    children: Html,
}

/// The head of a page below the list: the way back, and the heading, which takes the focus when the page comes.
#[component]
fn Heading(props: &HeadingProps) -> Html {
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with((), move |()| focus_node(&heading));
    }
    html! {
        <div class="page-head">
            <div class="page-head-in">
                <Link class="link" to={Route::Websites}>{ t("websites.heading") }</Link>
                <span class="text-3" aria-hidden="true">{ "/" }</span>
                <h1 id={HEADING_ID} tabindex="-1" ref={heading}>{ props.text.clone() }</h1>
                <div class="page-tools">{ props.children.clone() }</div>
            </div>
        </div>
    }
}
