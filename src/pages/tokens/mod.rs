//! API tokens: who may call the API in place of people. For owners and admins.

mod make;

use switchboard_contract::tokens::{ApiScope, ApiToken, ApiTokenList};
use yew::prelude::*;

use super::settings::{SettingsPage, SettingsSection, use_focus_kept};
use crate::api::ApiError;
use crate::auth::{use_api, use_me};
use crate::browser::now;
use crate::i18n::{date_long, relative, t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query, use_query_client};
use crate::routes::Route;
use crate::ui::{
    Button, ButtonKind, Dialog, EmptyState, IconName, Link, Loading, Skeleton, Table, use_toasts, view_query,
};
use make::Make;

/// Which dialog is open.
#[derive(Clone, PartialEq)]
enum Open {
    Make,
    Revoke(ApiToken),
}

/// The page. Agents who come by its address are told whom it is for.
#[component]
pub fn Tokens() -> Html {
    let me = use_me();
    if !Route::Tokens.is_for(me.role) {
        return html! {
            <SettingsPage route={Route::Tokens} lead={t("tokens.lead")}>
                <EmptyState icon={IconName::Lock} title={t("tokens.forbidden")} text={t("tokens.forbidden_text")}>
                    <Link class="btn" to={Route::Profile}>{ t("verify.to_profile") }</Link>
                </EmptyState>
            </SettingsPage>
        };
    }
    html! { <List /> }
}

#[component]
fn List() -> Html {
    let list = use_query(asks::api_tokens());
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let open = use_state(|| None::<Open>);
    let on_make = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(Some(Open::Make)))
    };
    let on_revoke = {
        let open = open.setter();
        Callback::from(move |token: ApiToken| open.set(Some(Open::Revoke(token))))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let ready = |found: &ApiTokenList| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Lock} title={t("tokens.empty")} text={t("tokens.empty_text")} />
            };
        }
        html! {
            <Table label={t("tokens.all")} fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for found.items.iter().map(|token| row(token, &on_revoke)) }
                </tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Make => html! { <Make {on_close} /> },
        Open::Revoke(token) => html! { <Revoke token={token.clone()} {on_close} /> },
    });
    let tools = html! {
        <Button kind={ButtonKind::Primary} icon={IconName::Plus} onclick={on_make}>{ t("tokens.make") }</Button>
    };
    html! {
        <SettingsPage route={Route::Tokens} lead={t("tokens.lead")}>
            <SettingsSection id="tokens" {root} title={t("tokens.all")} about={t("tokens.about")} wide=true {tools}>
                <div>{ view_query(&list, &t("tokens.failed"), skeleton, ready) }</div>
                <div>{ dialog }</div>
            </SettingsSection>
        </SettingsPage>
    }
}

fn head() -> Html {
    html! {
        <>
            <colgroup>
                <col />
                <col style="inline-size: 12rem" />
                <col style="inline-size: 8rem" class="col-low" />
                <col style="inline-size: 8.5rem" />
                <col style="inline-size: 6.5rem" />
            </colgroup>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("tokens.name") }</th>
                    <th role="columnheader">{ t("tokens.scopes") }</th>
                    <th role="columnheader" class="col-low">{ t("tokens.used") }</th>
                    <th role="columnheader">{ t("tokens.ends") }</th>
                    <th role="columnheader"><span class="sr">{ t("tokens.revoke") }</span></th>
                </tr>
            </thead>
        </>
    }
}

fn row(token: &ApiToken, on_revoke: &Callback<ApiToken>) -> Html {
    let now = now().wall;
    let used = token
        .last_used_at
        .map_or_else(|| t("tokens.never_used"), |at| relative(at, now).into());
    let ends = match token.expires_at {
        None => t("tokens.never"),
        Some(at) if at <= now => t("tokens.ended"),
        Some(at) => date_long(at).into(),
    };
    let is_over = token.expires_at.is_some_and(|at| at <= now);
    let scopes: Vec<&str> = token
        .scopes
        .iter()
        .map(|scope| ApiScope::as_str(*scope))
        .collect();
    let scopes = scopes.join(", ");
    let onclick = {
        let token = token.clone();
        on_revoke.reform(move |_: MouseEvent| token.clone())
    };
    html! {
        <tr role="row" key={token.id.to_string()}>
            <td role="cell">
                <bdi class="truncate strong" title={token.name.clone()}>{ token.name.clone() }</bdi>
                <span class="meta truncate">
                    <bdi dir="ltr">{ format!("sb_…{}", token.hint) }</bdi>{ " · " }<bdi>{ token.member_name.clone() }</bdi>
                </span>
            </td>
            <td role="cell" data-label={t("tokens.scopes")} class="text-2 truncate" title={scopes.clone()}><bdi dir="ltr">{ scopes.clone() }</bdi></td>
            <td role="cell" data-label={t("tokens.used")} class="text-2 col-low">{ used }</td>
            <td role="cell" data-label={t("tokens.ends")} class={if is_over { "late" } else { "text-2" }}>{ ends }</td>
            <td role="cell" class="end">
                <Button kind={ButtonKind::Quiet} label={t_with("tokens.revoke_named", &[("name", &token.name)])} {onclick}>
                    { t("tokens.revoke") }
                </Button>
            </td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("tokens.loading")}>
            <Table label="" fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..3).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="9rem" /></td>
                            <td><Skeleton inline="10rem" /></td>
                            <td class="col-low"><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="4rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}

#[derive(Properties, PartialEq)]
struct RevokeProps {
    token: ApiToken,
    on_close: Callback<()>,
}

/// Says what revoking means, then does it.
#[component]
fn Revoke(props: &RevokeProps) -> Html {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    let name = AttrValue::from(props.token.name.clone());
    let on_confirm = {
        let (id, name, on_close) = (props.token.id, name.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (api, toasts, name) = (api.clone(), toasts.clone(), name.clone());
            let mutating = Mutating {
                target: asks::all(topic::TOKENS),
                change: Box::new(move |list: &ApiTokenList| {
                    let mut list = list.clone();
                    list.items.retain(|token| token.id != id);
                    list
                }),
            };
            let call = async move {
                match api.revoke_api_token(id).await {
                    // Gone already is as good.
                    Err(ApiError::NotFound(_)) => Ok(()),
                    outcome => outcome,
                }
            };
            client.mutate(mutating, call, move |outcome| match outcome {
                Ok(()) => toasts.status(t_with("tokens.revoked", &[("name", &name)])),
                Err(error) => toasts.alert(error.message()),
            });
            on_close.emit(());
        })
    };
    html! {
        <Dialog
            title={t_with("tokens.revoke_title", &[("name", &name)])}
            confirm={t("tokens.revoke")}
            danger=true
            {on_confirm}
            on_cancel={props.on_close.clone()}
        >
            <p>{ t("tokens.revoke_text") }</p>
        </Dialog>
    }
}
