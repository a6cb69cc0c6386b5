//! What is chosen for a member: role and websites. Used for inviting and for changing.

use std::collections::BTreeSet;
use std::rc::Rc;

use switchboard_contract::auth::Role;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::Website;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::members::MOST_SITES;
use crate::auth::use_me;
use crate::forms::{Choice, FormHandle, FormSelect};
use crate::i18n::t;
use crate::people::role_name;
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Checkbox, view_trouble, while_retrying};

/// The field of the role.
pub const ROLE: &str = "role";
/// The field of the websites: their ids with spaces between.
pub const WEBSITES: &str = "websiteIds";

const ROLES: [(Role, &str); 3] = [
    (Role::Agent, "agent"),
    (Role::Admin, "admin"),
    (Role::Owner, "owner"),
];

/// Both fields, holding what the member has.
pub fn fields(role: Role, websites: &[WebsiteId]) -> [Field; 2] {
    let role = ROLES
        .into_iter()
        .find(|(known, _)| *known == role)
        .map_or("agent", |(_, name)| name);
    [
        Field::choice(ROLE).holding(role),
        Field::choice(WEBSITES).holding(join(websites.iter().copied().collect())),
    ]
}

/// The role that is chosen.
pub fn role(form: &FormHandle) -> Role {
    let chosen = form.value(ROLE);
    ROLES
        .into_iter()
        .find(|(_, name)| *name == chosen)
        .map_or(Role::Agent, |(role, _)| role)
}

/// The websites that are chosen.
pub fn websites(form: &FormHandle) -> BTreeSet<WebsiteId> {
    form.value(WEBSITES)
        .split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect()
}

fn join(ids: BTreeSet<WebsiteId>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    ids.join(" ")
}

/// The field of the load cap.
pub const LOAD_CAP: &str = "loadCap";

/// The field of the load cap, holding what the member has.
pub fn load_cap_field(cap: Option<u32>) -> Field {
    Field::choice(LOAD_CAP).holding(cap.map_or_else(String::new, |cap| cap.to_string()))
}

/// The load cap that is chosen.
pub fn load_cap(form: &FormHandle) -> Option<u32> {
    form.value(LOAD_CAP).parse().ok()
}

/// Props for [`MemberFields`].
#[derive(Properties, PartialEq)]
pub struct MemberFieldsProps {
    /// The form, with [`fields`].
    pub form: FormHandle,
    /// The account's websites; `None` while they are not known.
    pub sites: Option<Rc<Vec<Website>>>,
}

/// Both fields. Only agents have websites of their own: admins and owners see all.
#[component]
pub fn MemberFields(props: &MemberFieldsProps) -> Html {
    let me = use_me();
    let form = &props.form;
    let offered: Vec<Choice> = ROLES
        .into_iter()
        // Nobody raises anyone above themselves.
        .filter(|(role, _)| *role <= me.role && me.role != Role::Unknown)
        .map(|(role, value)| Choice {
            value: value.into(),
            text: role_name(role),
        })
        .collect();
    let chosen = role(form);
    let hint = match chosen {
        Role::Owner => t("team.owner_hint"),
        Role::Admin => t("team.admin_hint"),
        Role::Agent | Role::Unknown => t("team.agent_hint"),
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);
        max-block-size: 12rem;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        overflow: auto;
        "#
    );
    let picked = websites(form);
    let site = |site: &Website| {
        let (id, form) = (site.id, form.clone());
        let onchange = Callback::from(move |on: bool| {
            let mut next = websites(&form);
            if on {
                next.insert(id);
            } else {
                next.remove(&id);
            }
            form.set(WEBSITES, join(next));
        });
        html! {
            <Checkbox
                key={site.id.to_string()}
                label={site.name.clone()}
                name={WEBSITES}
                checked={picked.contains(&site.id)}
                {onchange}
            />
        }
    };
    html! {
        <div class="form">
            <FormSelect form={form.clone()} name={ROLE} choices={offered} {hint} />
            <div>
                if chosen == Role::Agent {
                    <fieldset class="form-item">
                        <legend class="label">{ t("team.websites") }</legend>
                        if let Some(sites) = &props.sites {
                            if sites.is_empty() {
                                <p class="hint">{ t("websites.empty") }</p>
                            } else {
                                <div {class} tabindex="-1">{ for sites.iter().map(site) }</div>
                            }
                        } else {
                            <NoSites />
                        }
                        <p class="hint">{ t("team.websites_hint") }</p>
                    </fieldset>
                }
            </div>
        </div>
    }
}

/// The websites are on their way, or could not be had.
#[component]
fn NoSites() -> Html {
    let sites = use_query(asks::websites(1, MOST_SITES));
    if sites.error.is_some() {
        return view_trouble(&sites, &t("websites.failed"));
    }
    let loading = html! { <p class="hint">{ t("team.websites_loading") }</p> };
    while_retrying(sites.retrying.as_ref(), loading)
}
