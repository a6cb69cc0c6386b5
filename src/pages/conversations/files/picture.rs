//! A picture that was sent: in the thread, and large in a dialog.

use switchboard_contract::live_chat::Attachment;
use yew::prelude::*;

use super::shown::FileCard;
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{save_url, use_task};
use crate::chat::{SeenPicture, use_chat, use_reconnections};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::Dialog;

/// Props for [`ShownPicture`].
#[derive(Properties, PartialEq)]
pub(super) struct ShownPictureProps {
    /// The file.
    pub file: Attachment,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// The picture in the room that was kept for it; pressed, it is shown large. Where it cannot be had it says why, and
/// tries again once the connection is back.
#[component]
pub(super) fn ShownPicture(props: &ShownPictureProps) -> Html {
    let file = &props.file;
    let (api, chat, task) = (use_api(), use_chat(), use_task());
    let seen = use_state_eq(|| chat.seen_picture(file.id));
    let failed = use_state_eq(|| None::<ApiError>);
    let tries = use_state_eq(|| 0_u32);
    let reconnections = use_reconnections();
    let is_large = use_state_eq(|| false);
    {
        let (seen, failed) = (seen.clone(), failed.setter());
        use_effect_with((file.clone(), *tries, reconnections), move |(file, ..)| {
            let file = file.clone();
            if seen.is_none() {
                let seen = seen.setter();
                task.run(async move {
                    match api.attachment(&file).await {
                        Ok(blob) => {
                            if let Some(picture) = SeenPicture::of(&blob) {
                                chat.keep_picture(file.id, picture.clone());
                                seen.set(Some(picture));
                                failed.set(None);
                            }
                        }
                        Err(error) => failed.set(Some(error)),
                    }
                });
            }
        });
    }
    let on_retry = {
        let (tries, failed) = (tries.clone(), failed.setter());
        Callback::from(move |_: MouseEvent| {
            failed.set(None);
            tries.set(*tries + 1);
        })
    };
    let open = |large: bool| {
        let setter = is_large.setter();
        Callback::from(move |()| setter.set(large))
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);
        inline-size: 100%;
        justify-items: inherit;

        .room {
            display: block;
            overflow: hidden;
            padding: 0;
            inline-size: min(100%, calc(var(--width) * 1px), calc(18rem * var(--width) / var(--height)));
            min-inline-size: 1.5rem;
            min-block-size: 1.5rem;
            aspect-ratio: var(--width) / var(--height);
            border-radius: var(--radius-m);
            background: var(--hover);
        }
        .room img {
            display: block;
            inline-size: 100%;
            block-size: 100%;
            object-fit: contain;
        }
        .failed {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
            color: var(--danger-text);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .large {
            display: block;
            max-inline-size: 100%;
            max-block-size: 70vh;
            margin-inline: auto;
        }
        "#
    );
    if let Some(error) = &*failed {
        return html! {
            <div {class}>
                <FileCard file={file.clone()} />
                <div class="failed" role="alert">
                    <span>{ t("files.failed") }{ " " }{ error.message() }</span>
                    <button class="text-btn" type="button" onclick={on_retry}>{ t("error.retry") }</button>
                </div>
            </div>
        };
    }
    let room = format!("--width:{};--height:{}", props.width, props.height);
    let url = seen.as_ref().map(|seen| seen.url().to_owned());
    let on_save = {
        let (name, url) = (file.name.clone(), url.clone());
        Callback::from(move |()| {
            if let Some(url) = &url {
                // A browser that refuses says so itself.
                let _ = save_url(&name, url);
            }
        })
    };
    html! {
        <div {class}>
            <button
                class="room"
                type="button"
                style={room}
                aria-busy={url.is_none().then_some("true")}
                aria-label={t_with("files.open", &[("name", &file.name)])}
                onclick={open(true).reform(|_: MouseEvent| ())}
            >
                if let Some(url) = url.clone() {
                    <img src={url} alt="" width={props.width.to_string()} height={props.height.to_string()} />
                }
            </button>
            <div>
                if let Some(url) = url.filter(|_| *is_large) {
                    <Dialog
                        title={file.name.clone()}
                        wide=true
                        confirm={t("files.download")}
                        cancel={t("files.close")}
                        on_confirm={on_save}
                        on_cancel={open(false)}
                    >
                        <img class="large" src={url} alt={file.name.clone()} />
                    </Dialog>
                }
            </div>
        </div>
    }
}
