//! The frame of the settings pages: their list beside the page that is open.

use yew::prelude::*;

use crate::auth::use_me;
use crate::browser::{catch_focus, focus_node};
use crate::i18n::{t, t_count};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Button, ButtonKind, HEADING_ID, Link, ToastAct, Toasts};

/// The pages, in the order of the list.
const PAGES: [Route; 10] = [
    Route::Profile,
    Route::Team,
    Route::CannedReplies,
    Route::Labels,
    Route::Notifications,
    Route::Appearance,
    Route::Security,
    Route::Tokens,
    Route::Webhooks,
    Route::Audit,
];

/// Props for [`SettingsPage`].
#[derive(Properties, PartialEq)]
pub struct SettingsPageProps {
    /// Which page it is.
    pub route: Route,
    /// A sentence below the heading.
    pub lead: AttrValue,
    /// The sections.
    pub children: Html,
    /// A [`SaveBar`], while there is something to save.
    #[prop_or_default]
    pub bar: Html,
}

/// The list, the heading, the sections, and the bar below them.
#[component]
pub fn SettingsPage(props: &SettingsPageProps) -> Html {
    let me = use_me();
    let title = use_node_ref();
    {
        let title = title.clone();
        // Within a section of the navigation the frame leaves the focus to the page: it has gone with the page before.
        let is_first = use_mut_ref(|| true);
        use_effect_with(props.route, move |_| {
            if !is_first.replace(false) || crate::browser::focused().is_none_or(|at| at.tag_name() == "BODY")
            {
                focus_node(&title);
            }
        });
    }
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: 12.5rem minmax(0, 1fr);
        min-block-size: 100%;

        .settings-nav {
            padding: var(--space-3);
            border-inline-end: 1px solid var(--line);
        }
        .settings-nav p {
            padding: var(--space-2);
            font-size: var(--text-14);
            line-height: var(--lh-14);
            font-weight: var(--weight-strong);
        }
        .settings-nav a {
            display: flex;
            align-items: center;
            block-size: var(--control-l);
            padding-inline: var(--space-2);
            border-radius: var(--radius-s);
            color: var(--text-2);
            font-weight: var(--weight-medium);
        }
        .settings-nav a:hover {
            background: var(--hover);
            color: var(--text);
        }
        .settings-nav a[aria-current] {
            background: var(--pressed);
            color: var(--text);
        }
        .settings-main {
            display: flex;
            flex-direction: column;
            min-inline-size: 0;
        }
        .settings-body {
            display: grid;
            flex: 1;
            align-content: start;
            gap: var(--space-8);
            inline-size: 100%;
            max-inline-size: 52rem;
            margin-inline: auto;
            padding: var(--space-6) var(--space-8) var(--space-12);
        }
        .settings-title {
            display: grid;
            gap: var(--space-1);
        }
        .settings-title h1 {
            font-size: var(--text-20);
            line-height: var(--lh-20);
        }
        .settings-bar {
            position: sticky;
            inset-block-end: 0;
            z-index: var(--z-sticky);
            background: var(--surface);
        }

        @media (max-width: 900px) {
            display: block;

            .settings-nav {
                position: sticky;
                inset-block-start: var(--topbar-block);
                z-index: var(--z-sticky);
                padding: 0 var(--space-4);
                border: 0;
                border-block-end: 1px solid var(--line);
                background: var(--surface);
                overflow-x: auto;
                scrollbar-width: none;
            }
            .settings-nav p {
                position: absolute;
                inline-size: 1px;
                block-size: 1px;
                padding: 0;
                overflow: hidden;
                clip-path: inset(50%);
            }
            .settings-nav ul {
                display: flex;
                gap: var(--space-1);
                inline-size: max-content;
                padding-block: var(--space-2);
            }
            .settings-body {
                padding: var(--space-5) var(--space-4) var(--space-8);
            }
            .settings-bar {
                inset-block-end: calc(var(--tabbar-block) + env(safe-area-inset-bottom));
            }
        }
        @media (max-width: 900px) and (max-height: 480px) {
            .settings-nav, .settings-bar {
                position: static;
            }
        }
        "#
    );
    let pages = PAGES.into_iter().filter(|page| page.is_for(me.role));
    html! {
        <div {class}>
            <div class="settings-nav">
                <p aria-hidden="true">{ t("nav.settings") }</p>
                <nav aria-label={t("nav.settings")}>
                    <ul role="list">
                        { for pages.map(|page| html! {
                            <li key={page.heading().to_string()}>
                                <Link to={page} current={page == props.route}>{ page.heading() }</Link>
                            </li>
                        }) }
                    </ul>
                </nav>
            </div>
            <div class="settings-main">
                <div class="settings-body">
                    <div class="settings-title">
                        <h1 id={HEADING_ID} tabindex="-1" ref={title}>{ props.route.heading() }</h1>
                        <p class="text-2">{ props.lead.clone() }</p>
                    </div>
                    { props.children.clone() }
                </div>
                <div class="settings-bar">{ props.bar.clone() }</div>
            </div>
        </div>
    }
}

/// Props for [`SettingsSection`].
#[derive(Properties, PartialEq)]
pub struct SettingsSectionProps {
    /// Where the section stands, from [`use_focus_kept`].
    #[prop_or_default]
    pub root: NodeRef,
    /// The element's id; unique on the page.
    pub id: AttrValue,
    /// Its heading.
    pub title: AttrValue,
    /// What it is about.
    #[prop_or_default]
    pub about: AttrValue,
    /// Its fields.
    pub children: Html,
    /// The fields below what it is about instead of beside it: for tables.
    #[prop_or_default]
    pub wide: bool,
    /// At the end of the heading's line, where it is wide.
    #[prop_or_default]
    pub tools: Html,
}

/// What it is about at the start, its fields beside it.
#[component]
pub fn SettingsSection(props: &SettingsSectionProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: 13rem minmax(0, 1fr);
        gap: var(--space-4) var(--space-8);
        padding-block-start: var(--space-6);
        border-block-start: 1px solid var(--line);

        .about {
            display: grid;
            gap: var(--space-1);
            align-content: start;
        }
        .form > div:empty {
            display: none;
        }
        &.is-wide {
            grid-template-columns: minmax(0, 1fr);
        }
        &.is-wide .about {
            grid-template-columns: minmax(0, 1fr) auto;
            align-items: start;
            column-gap: var(--space-4);
        }
        &.is-wide .about > div {
            grid-area: 1 / 2 / span 2;
        }
        .about > div:empty {
            display: none;
        }

        @media (max-width: 900px) {
            grid-template-columns: minmax(0, 1fr);
        }
        "#
    );
    html! {
        <section ref={props.root.clone()} class={classes!(class, props.wide.then_some("is-wide"))} aria-labelledby={props.id.clone()}>
            <div class="about">
                <h2 id={props.id.clone()} tabindex="-1">{ props.title.clone() }</h2>
                <p class="hint">{ props.about.clone() }</p>
                <div>{ props.tools.clone() }</div>
            </div>
            <div class="form">{ props.children.clone() }</div>
        </section>
    }
}

/// Props for [`SaveBar`].
#[derive(Properties, PartialEq)]
pub struct SaveBarProps {
    /// How many fields were changed.
    pub changes: usize,
    /// The id of the form that it sends.
    pub form: AttrValue,
    /// Whether that is under way.
    pub busy: bool,
    /// Back to what it was.
    pub on_discard: Callback<()>,
}

/// Unsaved changes, and what to do with them.
#[component]
pub fn SaveBar(props: &SaveBarProps) -> Html {
    let class = scoped!(
        r#"
        border-block-start: 1px solid var(--line);

        & > div {
            display: flex;
            align-items: center;
            gap: var(--space-2);
            max-inline-size: 52rem;
            margin-inline: auto;
            padding: var(--space-3) var(--space-8);
        }

        .count {
            flex: 1;
        }

        @media (max-width: 900px) {
            & > div {
                padding-inline: var(--space-4);
            }
        }
        "#
    );
    let count = u64::try_from(props.changes).unwrap_or(u64::MAX);
    let on_discard = props.on_discard.reform(|_: MouseEvent| ());
    html! {
        <div {class}>
            <div>
                <span class="count text-2 small" role="status">{ t_count("settings.unsaved", count, &[]) }</span>
                <Button kind={ButtonKind::Quiet} onclick={on_discard}>{ t("settings.discard") }</Button>
                <Button kind={ButtonKind::Primary} submit=true form={props.form.clone()} busy={props.busy}>
                    { t("settings.save") }
                </Button>
            </div>
        </div>
    }
}

/// Keeps the focus in a section when a row goes that had it: it then stands on the heading. The answer
/// is the section's `root`.
#[hook]
pub(super) fn use_focus_kept(rows: usize) -> NodeRef {
    let root = use_node_ref();
    let before = use_mut_ref(|| 0);
    use_effect_with(rows, {
        let root = root.clone();
        move |rows| {
            if *rows < before.replace(*rows) {
                catch_focus(&root, &["h2".to_owned()]);
            }
        }
    });
    root
}

/// How long a deletion can be undone, in milliseconds: as long as the message that offers it stands there.
pub(super) const UNDO_MS: u64 = 8_000;

/// Says that something is deleted, and how to undo it.
pub(super) fn offer_undo(toasts: &Toasts, about: AttrValue, told: AttrValue, undo: Callback<()>) {
    let act = ToastAct {
        about,
        label: t("actions.undo"),
        on_choose: undo,
    };
    toasts.status_with(told, act);
}
