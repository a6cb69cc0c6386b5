//! What a website's widget looks like, says and does: the customiser.
//!
//! | file | holds |
//! | --- | --- |
//! | `editor.rs` | the draft: saved, published, merged with what others change |
//! | `values.rs`, `steps.rs` | the configuration as fields; undoing |
//! | `look.rs`, `words.rs`, `questions.rs` | the fields |
//! | `preview.rs` | the real widget, fed with the draft |
//! | `history.rs` | what was published before |
//! | `install.rs` | how a website gets it |

mod editor;
mod history;
mod install;
mod look;
mod preview;
mod questions;
mod steps;
mod values;
mod words;

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{Website, WidgetDraft};
use yew::prelude::*;

use super::{Heading, forbidden, use_may_change};
use crate::i18n::t;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Link, Loading, Skeleton, view_query};
use editor::Editor;

/// Props for [`WebsiteWidget`].
#[derive(Properties, PartialEq)]
pub struct WebsiteWidgetProps {
    /// Which website's.
    pub id: WebsiteId,
}

/// The page.
#[component]
pub fn WebsiteWidget(props: &WebsiteWidgetProps) -> Html {
    let id = props.id;
    let may_change = use_may_change();
    let website = use_query(may_change.then(|| asks::website(id)));
    let widget = use_query(may_change.then(|| asks::widget(id)));
    if !may_change {
        return html! {
            <>
                <Heading text={Route::WebsiteWidget { id }.heading()} />
                { forbidden() }
            </>
        };
    }
    let name = website.data.as_ref().map(|data| data.value.name.clone());
    let ready = |site: &Website| {
        let draft = |draft: &WidgetDraft| html! { <Editor website={site.clone()} widget={draft.clone()} /> };
        html! { <div>{ view_query(&widget, &t("widget.failed"), || skeleton(t("widget.loading")), draft) }</div> }
    };
    html! {
        <>
            <Heading text={Route::WebsiteWidget { id }.heading()}>
                if let Some(name) = name {
                    <Link class="btn btn-quiet" to={Route::Website { id }}><bdi class="truncate">{ name }</bdi></Link>
                }
            </Heading>
            <div class="page">
                { view_query(&website, &t("website.failed"), || skeleton(t("website.loading")), ready) }
            </div>
        </>
    }
}

fn skeleton(label: AttrValue) -> Html {
    html! {
        <Loading {label}>
            { for (0..4).map(|row| html! { <Skeleton key={row} inline="100%" block="2rem" /> }) }
        </Loading>
    }
}

/// Props for [`Part`].
#[derive(Properties, PartialEq)]
struct PartProps {
    /// The heading's id; unique on the page.
    id: AttrValue,
    /// The heading.
    title: AttrValue,
    /// What it is about.
    #[prop_or_default]
    about: AttrValue,
    /// Its fields.
    children: Html,
}

/// One group of fields.
#[component]
fn Part(props: &PartProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
        padding-block-start: var(--space-5);
        border-block-start: 1px solid var(--line);

        .about:empty {
            display: none;
        }
        "#
    );
    html! {
        <section {class} aria-labelledby={props.id.clone()}>
            <div>
                <h2 id={props.id.clone()}>{ props.title.clone() }</h2>
                <p class="hint about">{ props.about.clone() }</p>
            </div>
            { props.children.clone() }
        </section>
    }
}
