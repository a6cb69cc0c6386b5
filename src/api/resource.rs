//! Loading something for a component: what came, what failed, and trying again.

use std::future::Future;
use std::rc::Rc;

use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::{Api, ApiError, Retrying};
use crate::auth::use_api;
use crate::browser::{Task, now};

/// A value with its age.
#[derive(Debug)]
pub struct Loaded<T> {
    /// What came.
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
pub struct Resource<T> {
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

impl<T> Clone for Resource<T> {
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

struct State<T> {
    data: Option<Loaded<T>>,
    error: Option<ApiError>,
    is_loading: bool,
    retrying: Option<Retrying>,
}

enum Step<T> {
    Begin,
    Retry(Retrying),
    End(Result<T, ApiError>),
}

impl<T: 'static> Reducible for State<T> {
    type Action = Step<T>;

    fn reduce(self: Rc<Self>, step: Step<T>) -> Rc<Self> {
        let data = self.data.clone();
        Rc::new(match step {
            Step::Begin => Self {
                data,
                error: self.error.clone(),
                is_loading: true,
                retrying: None,
            },
            Step::Retry(retrying) => Self {
                data,
                error: self.error.clone(),
                is_loading: true,
                retrying: Some(retrying),
            },
            Step::End(Ok(value)) => Self {
                data: Some(Loaded {
                    value: Rc::new(value),
                    at: now().wall,
                }),
                error: None,
                is_loading: false,
                retrying: None,
            },
            Step::End(Err(error)) => Self {
                data,
                error: Some(error),
                is_loading: false,
                retrying: None,
            },
        })
    }
}

/// Loads on mount and whenever `key` changes; what is on its way is aborted when the component goes.
#[hook]
pub fn use_resource<K, T, F, Fut>(key: K, fetch: F) -> Resource<T>
where
    K: PartialEq + Clone + 'static,
    T: 'static,
    F: Fn(Api, K) -> Fut + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    let api = use_api();
    let state = use_reducer(|| State {
        data: None,
        error: None,
        is_loading: true,
        retrying: None,
    });
    let attempt = use_state(|| 0_u32);
    {
        let dispatcher = state.dispatcher();
        use_effect_with((key, *attempt, api), move |(key, _, api)| {
            dispatcher.dispatch(Step::Begin);
            let tell = {
                let dispatcher = dispatcher.clone();
                Callback::from(move |retrying| dispatcher.dispatch(Step::Retry(retrying)))
            };
            let answer = fetch(api.telling(tell), key.clone());
            let task = Task::spawn(async move { dispatcher.dispatch(Step::End(answer.await)) });
            move || drop(task)
        });
    }
    let reload = {
        let attempt = attempt.clone();
        Callback::from(move |()| attempt.set(*attempt + 1))
    };
    Resource {
        data: state.data.clone(),
        error: state.error.clone(),
        is_loading: state.is_loading,
        retrying: state.retrying.clone(),
        reload,
    }
}
