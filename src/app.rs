//! The providers and the switch from route to page.

mod chunked;
mod installed;
pub(crate) mod views;

use chunked::InChunk;
use yew::prelude::*;
use yew_router::BrowserRouter;
use yew_router::hooks::{use_location, use_navigator, use_route};
use yew_router::query::Raw;

use crate::api::{Retrying, Transport};
use crate::appearance;
use crate::auth::return_to::{self, Way};
use crate::auth::{Auth, AuthProvider, AuthState, Session, use_auth};
use crate::browser::Task;
use crate::chat::{count_kept, forget_kept};
use crate::chunks::Chunk;
use crate::config::{self, Config, ConfigError};
use crate::forms::forget_member_drafts;
use crate::i18n::{language_for, t, t_count};
use crate::language::{self, use_language};
use crate::pages;
use crate::routes::{Access, Route};
use crate::scoped;
use crate::ui::{ErrorState, Loading, Mark, ToastProvider, use_toasts};
use switchboard_engine::refresh::SignedOut;

/// The program: reads its configuration, then becomes the dashboard or the page that says what to fix.
#[component]
pub fn Root() -> Html {
    let outcome = use_state(|| None::<Result<Config, ConfigError>>);
    let speaks = use_state(|| false);
    {
        let (setter, speaks) = (outcome.setter(), speaks.setter());
        use_effect_with((), move |()| {
            let tasks = [
                Task::spawn(async move { setter.set(Some(config::load().await)) }),
                Task::spawn(async move {
                    language::begin().await;
                    speaks.set(true);
                }),
            ];
            move || drop(tasks)
        });
    }
    match outcome.as_ref().filter(|_| *speaks) {
        None => html! { <Starting /> },
        Some(Ok(config)) => html! { <App config={config.clone()} /> },
        Some(Err(error)) => html! { <pages::ConfigProblem error={error.clone()} /> },
    }
}

/// Props for [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// Where the API is.
    pub config: Config,
}

/// The dashboard.
///
/// The providers nest in this order: the configuration is needed to reach the API; messages of every page, those about
/// signing in included, show in one place; the router stands above the session, because who is signed in decides where
/// to go; everything below knows who that is.
#[component]
pub fn App(props: &AppProps) -> Html {
    let session = use_memo(props.config.api_base_url.clone(), |base| {
        Session::new(Transport::new(base.clone()))
    });
    html! {
        <ContextProvider<Config> context={props.config.clone()}>
            <ToastProvider>
                <BrowserRouter>
                    <AuthProvider session={(*session).clone()}>
                        <Switch />
                    </AuthProvider>
                </BrowserRouter>
            </ToastProvider>
        </ContextProvider<Config>>
    }
}

/// The configuration of this bundle.
///
/// # Panics
/// Outside of [`App`].
#[hook]
pub fn use_config() -> Config {
    let Some(config) = use_context::<Config>() else {
        panic!("App has to stand above this component")
    };
    config
}

/// Everything that is said, in the language of whoever is signed in: where that changes, all of it is drawn anew. What is typed
/// and what waits is kept where it survives that.
#[component]
fn Switch() -> Html {
    let chosen = match use_auth().state {
        AuthState::SignedIn(me) => me.preferences.locale.clone(),
        AuthState::Restoring(_) | AuthState::SignedOut(_) => appearance::kept().locale,
    };
    match use_language(language_for(chosen.as_deref())) {
        Some(language) => html! { <Pages key={language.tag} /> },
        None => html! { <Starting /> },
    }
}

/// Picks the page by the route and by who is signed in. While that is not known yet, no page is shown that might be the
/// wrong one.
#[component]
fn Pages() -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let auth = use_auth();
    use_effect_with(auth.state.clone(), |state| {
        // Someone whose time was over comes back to what they were typing; whoever left does not.
        if matches!(state, AuthState::SignedOut(SignedOut::Here | SignedOut::Revoked)) {
            forget_member_drafts();
        }
    });
    use_erasing(&auth);
    // Beside the question of who is here, or while somebody types who they are.
    use_effect_with((), |()| Chunk::Desk.prefetch());
    match (route.access(), &auth.state) {
        // Stays in place when it comes out who is signed in.
        (Access::Link, _) => link_page(route),
        (Access::Member | Access::Anyone, AuthState::SignedIn(me)) => {
            // Keyed by the person: nothing of one is ever shown to another.
            html! { <InChunk key={me.id.to_string()} chunk={Chunk::Desk} {route} alone=true /> }
        }
        (Access::Guest, AuthState::SignedIn(_)) => html! { <BackToWork /> },
        (_, AuthState::Restoring(retrying)) => {
            let session = auth.session().clone();
            let on_retry = Callback::from(move |()| session.wake());
            html! { <Starting retrying={retrying.clone()} {on_retry} /> }
        }
        (Access::Member, AuthState::SignedOut(reason)) => html! { <ToLogin from={route} reason={*reason} /> },
        (Access::Guest | Access::Anyone, AuthState::SignedOut(_)) => guest_page(route),
    }
}

/// Erases what this browser keeps for someone whose access was taken away, also while no page was open, and says what is lost.
#[hook]
fn use_erasing(auth: &Auth) {
    let toasts = use_toasts();
    let session = auth.session().clone();
    use_effect_with(auth.state.clone(), move |state| {
        let Some(owner) = session
            .to_be_erased()
            .filter(|_| matches!(state, AuthState::SignedOut(_)))
        else {
            return;
        };
        forget_member_drafts();
        count_kept(owner, move |kept| {
            forget_kept(owner, move || {
                session.erased();
                if kept.total() > 0 {
                    toasts.alert(t_count("leaving.lost", kept.total(), &[]));
                }
            });
        });
    });
}

fn link_page(route: Route) -> Html {
    #[cfg(debug_assertions)]
    if route == Route::Gallery {
        return html! { <crate::gallery::Gallery /> };
    }
    html! { <InChunk chunk={Chunk::Guests} {route} alone=true /> }
}

fn guest_page(route: Route) -> Html {
    match (route, Chunk::of(route)) {
        (_, Some(chunk)) => html! { <InChunk {chunk} {route} alone=true /> },
        (Route::NotFound, None) => html! { <pages::NotFoundAlone /> },
        (_, None) => html! { <pages::Login /> },
    }
}

#[derive(Properties, PartialEq)]
struct ToLoginProps {
    from: Route,
    reason: SignedOut,
}

/// Sends someone to the sign-in page, and notes where they wanted to go unless they just left.
#[component]
fn ToLogin(props: &ToLoginProps) -> Html {
    let navigator = use_navigator();
    let location = use_location();
    let wanted = Way::new(
        props.from,
        location.as_ref().map_or("", |location| location.query_str()),
    );
    let reason = props.reason;
    use_effect_with((), move |()| {
        let Some(navigator) = navigator else { return };
        let parameter = wanted.and_then(|way| way.parameter());
        match parameter.filter(|_| reason != SignedOut::Here) {
            // A pair of texts always has a query form.
            Some(query) => {
                let _ = navigator.replace_with_query(&Route::Login, [query]);
            }
            None => navigator.replace(&Route::Login),
        }
    });
    html! { <span hidden=true /> }
}

/// Sends someone who has signed in to where they wanted to go.
#[component]
fn BackToWork() -> Html {
    let navigator = use_navigator();
    let wanted = use_location().and_then(|location| {
        let query = location.query::<Vec<(String, String)>>().ok()?;
        let (_, path) = query.into_iter().find(|(name, _)| name == return_to::PARAMETER)?;
        Way::read(&path)
    });
    use_effect_with((), move |()| {
        let Some(navigator) = navigator else { return };
        match wanted {
            // A query that is one already has a query form.
            Some(way) if !way.query.is_empty() => {
                let _ = navigator.replace_with_query(&way.route, Raw(way.query));
            }
            Some(way) => navigator.replace(&way.route),
            None => navigator.replace(&Route::Overview),
        }
    });
    html! { <span hidden=true /> }
}

#[derive(Properties, PartialEq)]
struct StartingProps {
    #[prop_or_default]
    retrying: Option<Retrying>,
    #[prop_or_default]
    on_retry: Callback<()>,
}

/// Before the first page: nothing for a blink, then the mark, then why it takes so long.
#[component]
fn Starting(props: &StartingProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        place-items: center;
        min-block-size: 100dvh;

        .mark {
            inline-size: 2rem;
            block-size: 2rem;
        }
        "#
    );
    html! {
        <main {class} id="main">
            if let Some(retrying) = &props.retrying {
                <ErrorState
                    title={t("app.start_failed")}
                    error={retrying.error.clone()}
                    retrying={retrying.clone()}
                    on_retry={props.on_retry.clone()}
                />
            } else {
                <Loading label={t("app.starting")}><Mark /></Loading>
            }
        </main>
    }
}
