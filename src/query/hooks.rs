//! What components read of what is loaded.

use std::rc::Rc;

use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::asks::Ask;
use super::client::QueryClient;
use crate::api::{Api, ApiError, Retrying};
use crate::auth::use_auth;
use crate::browser::{Interval, is_shown};

/// A value with its age.
#[derive(Debug)]
pub struct Loaded<T> {
    /// What came, with what the person has changed since folded over it.
    pub value: Rc<T>,
    /// When it came, by this device's clock.
    pub at: Timestamp,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            at: self.at,
        }
    }
}

impl<T> PartialEq for Loaded<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.value, &other.value) && self.at == other.at
    }
}

/// What a component knows of something that it loads. A failure keeps the last good data.
#[derive(PartialEq)]
pub struct Query<T> {
    /// The last good data.
    pub data: Option<Loaded<T>>,
    /// Why the last try failed; `None` again once one succeeds.
    pub error: Option<ApiError>,
    /// Whether a try is on its way.
    pub is_loading: bool,
    /// That try failed and is repeated by itself.
    pub retrying: Option<Retrying>,
    /// Tries again now.
    pub reload: Callback<()>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            error: self.error.clone(),
            is_loading: self.is_loading,
            retrying: self.retrying.clone(),
            reload: self.reload.clone(),
        }
    }
}

impl<T> Query<T> {
    /// What stands in the way of newer data: why the last try failed, also while it is repeated by itself.
    #[must_use]
    pub fn trouble(&self) -> Option<&ApiError> {
        self.error
            .as_ref()
            .or_else(|| self.retrying.as_ref().map(|retrying| &retrying.error))
    }
}

/// Props for [`QueryProvider`].
#[derive(Properties, PartialEq)]
pub struct QueryProviderProps {
    /// What may load data.
    pub children: Html,
}

/// Holds what is loaded, and forgets it when it goes. Where someone is signed in it stands below a key that names them: nothing of
/// one person is ever shown to another, and all of it is gone with them. The page that an invitation leads to stands for whoever
/// holds its link, signed in or not, and has one of its own: what that loads is asked for by the link's token, and nothing of it is
/// kept or told to other tabs.
#[component]
pub fn QueryProvider(props: &QueryProviderProps) -> Html {
    let auth = use_auth();
    let client = use_memo((), |()| QueryClient::new(Api::new(auth.session().clone())));
    use_effect_with((), {
        let client = client.clone();
        move |()| {
            client.listen();
            move || client.forget()
        }
    });
    html! {
        <ContextProvider<QueryClient> context={(*client).clone()}>
            { props.children.clone() }
        </ContextProvider<QueryClient>>
    }
}

/// What is loaded, for whoever changes it.
///
/// # Panics
/// Outside of a [`QueryProvider`].
#[hook]
pub fn use_query_client() -> QueryClient {
    let Some(client) = use_context::<QueryClient>() else {
        panic!("a QueryProvider has to stand above this component")
    };
    client
}

/// What is known of what is asked for; nothing is asked for `None`. What several components want is fetched once, and shown at
/// once to whoever comes back.
///
/// # Panics
/// Outside of a [`QueryProvider`].
#[hook]
pub fn use_query<T: PartialEq + 'static>(ask: impl Into<Option<Ask<T>>>) -> Query<T> {
    let ask: Option<Ask<T>> = ask.into();
    let client = use_query_client();
    let update = use_force_update();
    let key = ask.as_ref().map(|ask| ask.key().clone());
    use_effect_with((client.clone(), key.clone()), {
        let ask = ask.clone();
        let told = client.told();
        move |(client, _)| {
            if client.told() != told {
                update.force_update();
            }
            let watching = ask.map(|ask| client.watch(&ask, Callback::from(move |()| update.force_update())));
            move || drop(watching)
        }
    });
    let reload = use_callback((client.clone(), key.clone()), |(), (client, key)| {
        if let Some(key) = key {
            client.reload(key.clone());
        }
    });
    let Some(key) = key else {
        return Query {
            data: None,
            error: None,
            is_loading: false,
            retrying: None,
            reload,
        };
    };
    let (view, value, retrying) = client.view(&key);
    Query {
        data: value.zip(view.at).map(|(value, at)| Loaded { value, at }),
        // Before the first look nothing is on its way yet, but it will be.
        is_loading: view.is_fetching || (view.value.is_none() && view.error.is_none()),
        error: view.error,
        retrying,
        reload,
    }
}

/// The same, showing the last data of an earlier question until the new one is answered: for pages of one list.
#[hook]
pub fn use_kept<T: 'static>(query: Query<T>) -> Query<T> {
    let last = use_mut_ref(|| None::<Loaded<T>>);
    if query.data.is_some() {
        *last.borrow_mut() = query.data.clone();
        return query;
    }
    let kept = last.borrow().clone();
    Query { data: kept, ..query }
}

/// Asks again every so often, in milliseconds, while somebody looks: for what no event tells of. One question at a time: asked
/// over and over, a slow server would never get to answer.
#[hook]
pub fn use_asked_again<T: 'static>(query: &Query<T>, every_ms: u64) {
    let deps = (query.reload.clone(), query.is_loading, every_ms);
    use_effect_with(deps, |(reload, is_loading, every_ms)| {
        let reload = reload.clone();
        let asking = (!is_loading).then(|| {
            Interval::new(*every_ms, move || {
                if is_shown() {
                    reload.emit(());
                }
            })
        });
        move || drop(asking)
    });
}
