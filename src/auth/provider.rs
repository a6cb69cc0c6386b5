//! Who is signed in, for every component below.

use std::rc::Rc;

use switchboard_contract::auth::{AccessGrant, Me};
use yew::prelude::*;

use super::session::{AuthState, Session};
use crate::api::Api;

/// The session and who it belongs to.
#[derive(Clone, PartialEq)]
pub struct Auth {
    /// Who is signed in.
    pub state: AuthState,
    session: Session,
}

impl Auth {
    /// The session itself, for calls without a token.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// A sign-in succeeded.
    pub fn adopt(&self, grant: AccessGrant) {
        self.session.adopt(grant);
    }

    /// Ends the session.
    pub fn sign_out(&self) {
        self.session.sign_out();
    }
}

/// Props for [`AuthProvider`].
#[derive(Properties, PartialEq)]
pub struct AuthProviderProps {
    /// Made once, before the first render.
    pub session: Session,
    /// What may ask who is signed in.
    pub children: Html,
}

/// Starts the session and tells everything below whenever who is signed in changes. A renewed token changes nothing here.
#[component]
pub fn AuthProvider(props: &AuthProviderProps) -> Html {
    let session = props.session.clone();
    let state = use_state(|| session.state());
    {
        let setter = state.setter();
        use_effect_with(session.clone(), move |session| {
            session.start(Callback::from(move |state| setter.set(state)));
            let session = session.clone();
            move || session.stop()
        });
    }
    let auth = Auth {
        state: (*state).clone(),
        session,
    };
    html! {
        <ContextProvider<Auth> context={auth}>
            { props.children.clone() }
        </ContextProvider<Auth>>
    }
}

/// The session and who is signed in.
///
/// # Panics
/// Outside of an [`AuthProvider`].
#[hook]
pub fn use_auth() -> Auth {
    let Some(auth) = use_context::<Auth>() else {
        panic!("an AuthProvider has to stand above this component")
    };
    auth
}

/// The API on behalf of whoever is signed in. The same handle as long as the page lives.
///
/// # Panics
/// Outside of an [`AuthProvider`].
#[hook]
pub fn use_api() -> Api {
    Api::new(use_auth().session)
}

/// The signed-in member, on pages that need one.
///
/// # Panics
/// On pages for guests: [`MeProvider`] stands only above pages for members.
#[hook]
pub fn use_me() -> Rc<Me> {
    let Some(me) = use_context::<Rc<Me>>() else {
        panic!("a MeProvider has to stand above this component")
    };
    me
}

/// Props for [`MeProvider`].
#[derive(Properties, PartialEq)]
pub struct MeProviderProps {
    /// Who is signed in.
    pub me: Rc<Me>,
    /// The pages of members.
    pub children: Html,
}

/// Tells everything below who is signed in. The last one known stays for what is still being taken down after a sign-out.
#[component]
pub fn MeProvider(props: &MeProviderProps) -> Html {
    html! {
        <ContextProvider<Rc<Me>> context={props.me.clone()}>
            { props.children.clone() }
        </ContextProvider<Rc<Me>>>
    }
}
