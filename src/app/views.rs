//! The chunks' views: what draws the pages that each holds. Nothing but [`crate::chunks`] may name them, or they would become
//! part of the main module.

use std::rc::Rc;

use switchboard_contract::auth::Me;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::chunked::InChunk;
use super::installed::use_installed;
use crate::alerts::AlertsProvider;
use crate::appearance;
use crate::auth::{AuthState, MeProvider, use_auth};
use crate::chat::ChatProvider;
use crate::chunks::Chunk;
use crate::forms::{Guarded, UnsavedProvider, open_member_drafts};
use crate::pages;
use crate::query::QueryProvider;
use crate::routes::Route;
use crate::shell::{ForeignQueue, LeaveProvider, NewerBuild, Shell};

/// [`Chunk::Desk`]: the frame with the page of a member in it.
pub fn desk(route: Route) -> Html {
    html! { <Desk {route} /> }
}

/// [`Chunk::Websites`]
pub fn websites(route: Route) -> Html {
    match route {
        Route::NewWebsite => html! { <pages::NewWebsite /> },
        Route::Website { id } => html! { <pages::WebsiteDetails key={id.to_string()} {id} /> },
        Route::WebsiteSettings { id } => html! { <pages::WebsiteSettings key={id.to_string()} {id} /> },
        Route::WebsiteWidget { id } => html! { <pages::WebsiteWidget key={id.to_string()} {id} /> },
        _ => html! { <pages::Websites /> },
    }
}

/// [`Chunk::Settings`]
pub fn settings(route: Route) -> Html {
    match route {
        Route::Team => html! { <pages::Team /> },
        Route::CannedReplies => html! { <pages::CannedReplies /> },
        Route::Labels => html! { <pages::Labels /> },
        Route::Notifications => html! { <pages::Notifications /> },
        Route::Appearance => html! { <pages::Appearance /> },
        Route::Security => html! { <pages::Security /> },
        Route::Tokens => html! { <pages::Tokens /> },
        Route::Webhooks => html! { <pages::Webhooks /> },
        Route::Audit => html! { <pages::Audit /> },
        _ => html! { <pages::Profile /> },
    }
}

/// [`Chunk::Analytics`]
pub fn analytics(_: Route) -> Html {
    html! { <pages::Analytics /> }
}

/// [`Chunk::Guests`]
pub fn guests(route: Route) -> Html {
    match route {
        Route::Register => html! { <pages::Register /> },
        Route::ForgotPassword => html! { <pages::ForgotPassword /> },
        Route::ResetPassword => html! { <pages::ResetPassword /> },
        Route::AcceptInvitation => html! { <QueryProvider><pages::AcceptInvitation /></QueryProvider> },
        _ => html! { <pages::VerifyEmail /> },
    }
}

/// The page of a member, in the frame that [`desk`] draws.
fn member_page(route: Route) -> Html {
    match route {
        Route::Overview => html! { <pages::Overview /> },
        Route::Conversations => html! { <pages::Conversations /> },
        Route::Conversation { id } => html! { <pages::Conversations selected={Some(id)} /> },
        Route::Visitors => html! { <pages::Visitors /> },
        _ => match Chunk::of(route) {
            Some(chunk) => html! { <InChunk key={chunk as usize} {chunk} {route} /> },
            None => html! { <pages::NotFound /> },
        },
    }
}

#[derive(Properties, PartialEq)]
struct DeskProps {
    route: Route,
}

#[component]
fn Desk(props: &DeskProps) -> Html {
    match use_auth().state {
        AuthState::SignedIn(me) => {
            html! { <Workspace key={me.id.to_string()} me={me.clone()} route={props.route} /> }
        }
        _ => html! { <span hidden=true /> },
    }
}

#[derive(Properties, PartialEq)]
struct WorkspaceProps {
    me: Rc<Me>,
    route: Route,
}

/// The frame with a member's page in it. The frame stays while pages change.
#[component]
fn Workspace(props: &WorkspaceProps) -> Html {
    let me = &props.me;
    // Before the page asks for its drafts.
    use_memo(me.id, |id| open_member_drafts(*id));
    use_effect_with(me.preferences.clone(), appearance::adopt);
    let newer = use_installed();
    let page = use_callback((), |route: Route, ()| {
        html! { <Shell {route}>{ member_page(route) }</Shell> }
    });
    let inside = if me.totp_enrolment_due {
        html! {
            <LeaveProvider owner={me.id}>
                <EnrolmentFirst route={props.route} />
            </LeaveProvider>
        }
    } else {
        html! {
            <ChatProvider>
                <LeaveProvider owner={me.id}>
                    <ForeignQueue>
                        // Inside of what signs out: that has a question of its own.
                        <UnsavedProvider>
                            <AlertsProvider>
                                <Guarded route={props.route} {page} />
                            </AlertsProvider>
                        </UnsavedProvider>
                    </ForeignQueue>
                </LeaveProvider>
            </ChatProvider>
        }
    };
    html! {
        <MeProvider me={me.clone()}>
            <ContextProvider<NewerBuild> context={newer}>
                <QueryProvider key={me.totp_enrolment_due.to_string()}>{ inside }</QueryProvider>
            </ContextProvider<NewerBuild>>
        </MeProvider>
    }
}

#[derive(Properties, PartialEq)]
struct EnrolmentFirstProps {
    route: Route,
}

/// The account waits for this person's second factor: until then the server refuses everything else, so every way leads
/// to where it is set up, and nothing is asked of the chat.
#[component]
fn EnrolmentFirst(props: &EnrolmentFirstProps) -> Html {
    let navigator = use_navigator();
    use_effect_with(props.route, move |route| {
        if let (Some(navigator), true) = (navigator, *route != Route::Security) {
            navigator.replace(&Route::Security);
        }
    });
    html! { <Shell route={Route::Security}>{ member_page(Route::Security) }</Shell> }
}
