//! The way out: what waits to be sent is not lost without a word.

use switchboard_contract::ids::MemberId;
use yew::prelude::*;

use crate::auth::use_auth;
use crate::chat::{Chat, QueueCount, count_kept, forget_kept, use_queue_count};
use crate::i18n::{number, t, t_count, t_with};
use crate::ui::{Dialog, DialogAct, Progress};

/// How someone signs out; from [`use_leave`].
#[derive(Clone, PartialEq)]
pub struct Leave {
    ask: Callback<Callback<()>>,
    go: Callback<()>,
}

impl Leave {
    /// Goes on with `then` once nothing waits any more, or the person gives it up; never, if they stay.
    pub fn ask(&self, then: Callback<()>) {
        self.ask.emit(then);
    }

    /// Erases what waits and ends the session, here at once.
    pub fn go(&self) {
        self.go.emit(());
    }
}

/// How someone signs out.
///
/// # Panics
/// Outside of a [`LeaveProvider`].
#[hook]
pub fn use_leave() -> Leave {
    let Some(leave) = use_context::<Leave>() else {
        panic!("a LeaveProvider has to stand above this component")
    };
    leave
}

/// Signs out, after asking about what waits.
///
/// # Panics
/// Outside of a [`LeaveProvider`].
#[hook]
pub fn use_sign_out() -> Callback<()> {
    let leave = use_leave();
    Callback::from(move |()| {
        let go = leave.go.clone();
        leave.ask(go);
    })
}

/// What the dialog is about.
#[derive(Clone, PartialEq)]
struct Asking {
    then: Callback<()>,
    /// What the browser keeps, where no chat knows better.
    kept: QueueCount,
    /// The person wants it sent first: how many waited when that began.
    sending: Option<u64>,
    /// Whether the person has chosen to send first: once nothing waits any more, that is what they wanted.
    chosen: bool,
}

/// Props for [`LeaveProvider`].
#[derive(Properties, PartialEq)]
pub struct LeaveProviderProps {
    /// Who is signed in.
    pub owner: MemberId,
    /// What may sign out.
    pub children: Html,
}

/// Asks whoever signs out while something waits: send it first, give it up, or stay. Works with a chat above it, which shows
/// how sending goes, and without one, by what the browser keeps.
#[component]
pub fn LeaveProvider(props: &LeaveProviderProps) -> Html {
    let session = use_auth().session().clone();
    let chat = use_context::<Chat>();
    let asking = use_state(|| None::<Asking>);
    let live = use_queue_count(chat.as_ref());
    let owner = props.owner;
    let ask = {
        let (chat, asking) = (chat.clone(), asking.setter());
        Callback::from(move |then: Callback<()>| {
            let asking = asking.clone();
            let decide = move |kept: QueueCount| {
                if kept.total() == 0 {
                    then.emit(());
                } else {
                    asking.set(Some(Asking {
                        then,
                        kept,
                        sending: None,
                        chosen: false,
                    }));
                }
            };
            match &chat {
                Some(chat) => decide(chat.queue_count()),
                None => count_kept(owner, decide),
            }
        })
    };
    let go = {
        let chat = chat.clone();
        Callback::from(move |()| {
            match &chat {
                Some(chat) => drop(chat.forget()),
                None => forget_kept(owner, || {}),
            }
            session.sign_out();
        })
    };
    let now = (*asking).clone().map(|asking| {
        let waiting = if chat.is_some() { live } else { asking.kept };
        (asking, waiting)
    });
    {
        let setter = asking.setter();
        use_effect_with(now.clone(), move |now| {
            let Some((asking, waiting)) = now else { return };
            if waiting.total() == 0 {
                setter.set(None);
                if asking.chosen {
                    asking.then.emit(());
                }
            } else if asking.sending.is_some() && waiting.unsent == 0 {
                // What is left was refused: sending it as it is leads nowhere.
                setter.set(Some(Asking {
                    sending: None,
                    ..asking.clone()
                }));
            }
        });
    }
    let dialog = now.map(|(asking_now, waiting)| {
        let stay = {
            let asking = asking.setter();
            Callback::from(move |()| asking.set(None))
        };
        let send = {
            let (asking, chat, asking_now) = (asking.setter(), chat.clone(), asking_now.clone());
            Callback::from(move |()| {
                asking.set(Some(Asking {
                    sending: Some(waiting.unsent),
                    chosen: true,
                    ..asking_now.clone()
                }));
                if let Some(chat) = &chat {
                    chat.wake();
                }
            })
        };
        let discard = {
            let (asking, then) = (asking.setter(), asking_now.then.clone());
            Callback::from(move |()| {
                asking.set(None);
                then.emit(());
            })
        };
        let can_send = chat.is_some() && waiting.unsent > 0;
        let sending = asking_now.sending;
        html! { <Question {waiting} {can_send} {sending} {stay} {send} {discard} /> }
    });
    html! {
        <ContextProvider<Leave> context={Leave { ask, go }}>
            { props.children.clone() }
            <div>{ dialog }</div>
        </ContextProvider<Leave>>
    }
}

#[derive(Properties, PartialEq)]
struct QuestionProps {
    waiting: QueueCount,
    can_send: bool,
    sending: Option<u64>,
    stay: Callback<()>,
    send: Callback<()>,
    discard: Callback<()>,
}

/// Says what would be lost, and offers what can be done.
#[component]
fn Question(props: &QuestionProps) -> Html {
    let QueueCount { unsent, blocked } = props.waiting;
    let discard = DialogAct {
        text: t("leaving.discard"),
        danger: true,
        on_choose: props.discard.clone(),
    };
    let (confirm, danger, on_confirm, other) = if props.can_send {
        (t("leaving.send"), false, props.send.clone(), Some(discard))
    } else {
        (discard.text, true, discard.on_choose, None)
    };
    html! {
        <Dialog
            title={t("leaving.title")}
            {confirm}
            {danger}
            busy={props.sending.is_some()}
            {on_confirm}
            {other}
            cancel={t("leaving.stay")}
            on_cancel={props.stay.clone()}
        >
            <div class="stack">
                <p hidden={unsent == 0}>{ t_count("leaving.unsent", unsent, &[]) }</p>
                <p hidden={blocked == 0}>{ t_count("leaving.blocked", blocked, &[]) }</p>
                <div role="status">
                    if props.sending.is_some() {
                        <p>{ t("leaving.sending") }</p>
                    }
                </div>
                <div>
                    if let Some(all) = props.sending {
                        { sent(all, unsent) }
                    }
                </div>
            </div>
        </Dialog>
    }
}

/// How much of it has gone out; `Stay` stops waiting for the rest.
fn sent(all: u64, left: u64) -> Html {
    let gone = all.saturating_sub(left);
    let detail = t_with("leaving.sent", &[("count", &number(gone)), ("all", &number(all))]);
    // Precise for any queue that fits a device.
    let done = gone as f64 / all.max(1) as f64;
    html! { <Progress label={t("leaving.under_way")} {done} {detail} /> }
}
