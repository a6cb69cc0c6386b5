//! An address that leads nowhere.

use yew::prelude::*;

use crate::i18n::t;
use crate::routes::Route;
use crate::shell::{SkipLink, use_page_change};
use crate::ui::{ButtonKind, HEADING_ID, Icon, IconName, Link};

use crate::scoped;

/// The page's content, inside the frame or alone.
#[component]
pub fn NotFound() -> Html {
    let class = scoped!(
        r#"
        display: grid;
        align-content: center;
        justify-items: center;
        gap: var(--space-2);
        min-block-size: 70dvh;
        padding: var(--space-8) var(--space-5);
        text-align: center;

        & > .icon {
            inline-size: 1.5rem;
            block-size: 1.5rem;
            color: var(--text-3);
            stroke-width: 1.5;
        }
        h1 {
            font-size: var(--text-20);
            line-height: var(--lh-20);
        }
        p {
            max-inline-size: 40ch;
            color: var(--text-2);
            text-wrap: balance;
        }
        .btn {
            margin-block-start: var(--space-3);
        }
        "#
    );
    html! {
        <div {class}>
            <Icon name={IconName::Search} />
            <h1 id={HEADING_ID} tabindex="-1">{ Route::NotFound.heading() }</h1>
            <p>{ t("not_found.text") }</p>
            <Link class={classes!("btn", ButtonKind::Primary.class())} to={Route::Overview}>{ t("not_found.back") }</Link>
        </div>
    }
}

/// The page for someone who is not signed in.
#[component]
pub fn NotFoundAlone() -> Html {
    use_page_change(Route::NotFound, 0);
    html! {
        <>
            <SkipLink />
            <main id="main" tabindex="-1"><NotFound /></main>
        </>
    }
}
