//! The head of a page: its heading and tools.

use yew::prelude::*;

/// The id of every page's `h1`; takes the focus when the page changes.
pub const HEADING_ID: &str = "page-heading";

/// Props for [`PageHead`].
#[derive(Properties, PartialEq)]
pub struct PageHeadProps {
    /// The `h1`.
    pub heading: AttrValue,
    /// Beside it, such as a count or a date.
    #[prop_or_default]
    pub aside: Option<AttrValue>,
    /// Tools, at the end.
    #[prop_or_default]
    pub children: Html,
}

/// The sticky head of a page.
#[component]
pub fn PageHead(props: &PageHeadProps) -> Html {
    html! {
        <div class="page-head">
            <div class="page-head-in">
                <h1 id={HEADING_ID} tabindex="-1">{ props.heading.clone() }</h1>
                if let Some(aside) = &props.aside {
                    <span class="text-3 num">{ aside.clone() }</span>
                }
                <div class="page-tools">{ props.children.clone() }</div>
            </div>
        </div>
    }
}
