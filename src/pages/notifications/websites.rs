//! Of which websites something is told, and how many conversations each of them gives to one person.

use switchboard_contract::auth::Role;
use switchboard_contract::website::{AssignmentMode, Website};
use yew::prelude::*;

use super::values::{MUTED, ids, join};
use crate::auth::use_me;
use crate::forms::FormHandle;
use crate::i18n::{t, t_count};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Checkbox, Link, Loading, Skeleton, view_query};

/// The server's largest page.
const MOST: u32 = 200;

/// Props for [`Websites`].
#[derive(Properties, PartialEq)]
pub(super) struct WebsitesProps {
    /// The form.
    pub form: FormHandle,
}

/// A box to tick for each.
#[component]
pub(super) fn Websites(props: &WebsitesProps) -> Html {
    let form = &props.form;
    let sites = use_query(asks::websites(1, MOST));
    let muted = ids(&form.value(MUTED));
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);
        "#
    );
    let site = |site: &Website| {
        let (id, form) = (site.id, form.clone());
        let onchange = Callback::from(move |on: bool| {
            let mut muted = ids(&form.value(MUTED));
            if on {
                muted.remove(&id);
            } else {
                muted.insert(id);
            }
            form.set(MUTED, join(&muted));
        });
        html! {
            <Checkbox
                key={id.to_string()}
                label={site.name.clone()}
                name={MUTED}
                checked={!muted.contains(&id)}
                {onchange}
            />
        }
    };
    let skeleton = || html! { <Loading label={t("websites.loading")}><Skeleton inline="12rem" /></Loading> };
    html! {
        <fieldset {class} id={form.id(MUTED)} tabindex="-1">
            <legend class="sr">{ t("notifications.websites") }</legend>
            { view_query(&sites, &t("websites.failed"), skeleton, |found| {
                if found.items.is_empty() {
                    html! { <p class="hint">{ t("websites.empty") }</p> }
                } else {
                    html! { <>{ for found.items.iter().map(site) }</> }
                }
            }) }
        </fieldset>
    }
}

/// The limits of those websites that hand out conversations by themselves, with the way to where owners and admins set them.
#[component]
pub(super) fn Limits() -> Html {
    let me = use_me();
    let manages = matches!(me.role, Role::Owner | Role::Admin);
    let sites = use_query(asks::websites(1, MOST));
    let site = |site: &Website| {
        let cap = site.assignment.cap.map_or_else(
            || t("assignment.no_cap"),
            |cap| t_count("assignment.cap_of", u64::from(cap), &[]),
        );
        let name = html! { <bdi>{ site.name.clone() }</bdi> };
        let name = if manages {
            html! { <Link class="link" to={Route::WebsiteSettings { id: site.id }}>{ name }</Link> }
        } else {
            name
        };
        html! { <li key={site.id.to_string()}>{ name }{ ": " }{ cap }</li> }
    };
    let automatic: Vec<&Website> = sites
        .data
        .as_ref()
        .map(|data| data.value.items.iter())
        .into_iter()
        .flatten()
        .filter(|site| site.assignment.mode != AssignmentMode::Manual)
        .collect();
    html! {
        <div class="form-item">
            if !automatic.is_empty() {
                <h3 class="label">{ t("notifications.limits") }</h3>
                <p class="hint">{ t("notifications.limits_hint") }</p>
                <ul role="list">{ for automatic.into_iter().map(site) }</ul>
            }
        </div>
    }
}
