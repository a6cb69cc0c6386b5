//! A page that may still have to be fetched.

use yew::prelude::*;

use super::Starting;
use crate::browser::{Listener, focused, reload, use_task, window};
use crate::chunks::{Chunk, Lost};
use crate::i18n::{t, t_with};
use crate::routes::Route;
use crate::shell::focus_page;
use crate::ui::{Button, ButtonKind, EmptyState, HEADING_ID, IconName, Loading, PageHead, Skeleton};

/// Props for [`InChunk`].
#[derive(Properties, PartialEq)]
pub struct InChunkProps {
    /// Where the page is.
    pub chunk: Chunk,
    /// Which page.
    pub route: Route,
    /// There is no frame around it.
    #[prop_or_default]
    pub alone: bool,
}

/// How the fetching stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fetching,
    Lost,
    There,
}

/// Draws a page of a chunk: at once where that is there, else after fetching it. What cannot be fetched says so in its place,
/// can be tried again, and is tried again by itself once there is a network.
#[component]
pub fn InChunk(props: &InChunkProps) -> Html {
    let chunk = props.chunk;
    let stage = use_state(|| match chunk.view() {
        Some(_) => Stage::There,
        None => Stage::Fetching,
    });
    let fetching = use_task();
    // What has the focus goes with what stands here: then the page's own heading gets it.
    let refocus = use_mut_ref(|| false);
    let fetch = {
        let (setter, refocus) = (stage.setter(), refocus.clone());
        use_callback(chunk, move |(), chunk| {
            let (setter, refocus, chunk) = (setter.clone(), refocus.clone(), *chunk);
            fetching.run(async move {
                let fetched = chunk.fetch().await;
                *refocus.borrow_mut() |= focused().is_some_and(|at| at.id() == HEADING_ID);
                setter.set(match fetched {
                    Ok(_) => Stage::There,
                    Err(Lost) => Stage::Lost,
                });
            });
        })
    };
    let now = *stage;
    let pressed = refocus.clone();
    {
        let fetch = fetch.clone();
        let setter = stage.setter();
        use_effect_with(now, move |stage| {
            match stage {
                Stage::Fetching => fetch.emit(()),
                Stage::There | Stage::Lost => {}
            }
            let online = (*stage == Stage::Lost)
                .then(window)
                .flatten()
                .map(|window| Listener::new(&window, "online", move |_| setter.set(Stage::Fetching)));
            move || drop(online)
        });
    }
    use_effect_with(now, move |stage| {
        if *stage != Stage::Fetching && refocus.replace(false) {
            focus_page();
        }
    });
    let view = chunk.view().filter(|_| now == Stage::There);
    let on_retry = {
        let setter = stage.setter();
        Callback::from(move |_: MouseEvent| {
            *pressed.borrow_mut() = true;
            setter.set(Stage::Fetching);
        })
    };
    match (view, now) {
        (Some(view), _) => view(props.route),
        (None, Stage::Lost) if props.alone => html! { <main id="main">{ lost(on_retry) }</main> },
        (None, Stage::Lost) => html! {
            <div>
                <PageHead heading={props.route.heading()} />
                { lost(on_retry) }
            </div>
        },
        (None, _) if props.alone => html! { <Starting /> },
        (None, _) => html! {
            <div>
                <PageHead heading={props.route.heading()} />
                <Loading label={t_with("chunk.loading", &[("page", &props.route.heading())])}>
                    { shape() }
                </Loading>
            </div>
        },
    }
}

fn lost(on_retry: Callback<MouseEvent>) -> Html {
    html! {
        <div role="alert">
            <EmptyState icon={IconName::Alert} title={t("chunk.lost")} text={t("chunk.lost_text")}>
                <div class="actions">
                    <Button kind={ButtonKind::Primary} icon={IconName::Refresh} onclick={on_retry}>{ t("error.retry") }</Button>
                    <Button onclick={Callback::from(|_: MouseEvent| reload())}>{ t("connection.reload") }</Button>
                </div>
            </EmptyState>
        </div>
    }
}

/// Rows of no page in particular.
fn shape() -> Html {
    let row = |width: u8| {
        html! {
            <div key={width} style="padding:var(--space-3) var(--space-6)">
                <Skeleton inline={format!("{width}%")} />
            </div>
        }
    };
    html! { <div style="padding-block:var(--space-4)">{ for [38, 64, 57, 71, 49].into_iter().map(row) }</div> }
}
