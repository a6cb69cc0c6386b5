//! Another mail for an address that waits to be verified.

use switchboard_contract::auth::EmailRequest;
use yew::prelude::*;

use crate::api::{ApiError, auth};
use crate::auth::use_auth;
use crate::browser::use_task;
use crate::forms::{use_cooldown, wait_text};
use crate::i18n::{t, t_with};
use crate::ui::Button;

/// Nobody needs a third mail within a minute, in milliseconds; the server may ask for more.
const PAUSE_MS: u64 = 60_000;

/// Props for [`Resend`].
#[derive(Properties, PartialEq)]
pub struct ResendProps {
    /// Where the mail goes.
    pub email: AttrValue,
}

/// A button with its cool-down, and what came of it.
#[component]
pub fn Resend(props: &ResendProps) -> Html {
    let auth = use_auth();
    let cooldown = use_cooldown();
    let said = use_state(|| None::<AttrValue>);
    let busy = use_state(|| false);
    let task = use_task();
    let onclick = {
        let (email, pause) = (props.email.clone(), cooldown.starter());
        let (said, busy) = (said.clone(), busy.clone());
        Callback::from(move |_: MouseEvent| {
            let transport = auth.session().transport().clone();
            let request = EmailRequest {
                email: email.to_string(),
            };
            let (said, done, pause, email) = (said.setter(), busy.setter(), pause.clone(), email.clone());
            busy.set(true);
            task.run(async move {
                said.set(Some(
                    match auth::resend_verification(&transport, &request).await {
                        Ok(()) => {
                            pause.emit(PAUSE_MS);
                            t_with("resend.sent", &[("email", &email)])
                        }
                        Err(ApiError::RateLimited(wait)) => {
                            pause.emit(wait);
                            t("resend.too_soon")
                        }
                        Err(error) => error.message(),
                    },
                ));
                done.set(false);
            });
        })
    };
    let waits = cooldown.left() > 0;
    html! {
        <div class="stack">
            <div class="row wrap">
                <Button busy={*busy} disabled={waits} {onclick}>{ t("resend.button") }</Button>
                if waits {
                    <span class="small text-3 num" role="timer">{ wait_text(cooldown.left()) }</span>
                }
            </div>
            <p class="small text-2" role="status">{ (*said).clone() }</p>
        </div>
    }
}
