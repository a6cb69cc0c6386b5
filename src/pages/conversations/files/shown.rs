//! The files of a stored message.

use switchboard_contract::live_chat::{Attachment, is_picture};
use yew::prelude::*;

use super::picture::ShownPicture;
use super::tray::view_kind;
use crate::auth::use_api;
use crate::browser::{save_blob, use_task};
use crate::i18n::{file_size, t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, IconName};

/// Props for [`ShownFiles`].
#[derive(Properties, PartialEq)]
pub struct ShownFilesProps {
    /// The files.
    pub files: Vec<Attachment>,
}

/// Pictures as pictures, everything else as something to save.
#[component]
pub fn ShownFiles(props: &ShownFilesProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        justify-items: inherit;
        gap: var(--space-2);
        inline-size: min(85%, 32rem);
        "#
    );
    let files = props.files.iter().map(|file| {
        let key = file.id.to_string();
        // Only what the server has measured: its room is kept before it is there.
        match (file.width, file.height) {
            (Some(width), Some(height)) if is_picture(&file.media_type) => {
                html! { <ShownPicture {key} file={file.clone()} {width} {height} /> }
            }
            _ => html! { <FileCard {key} file={file.clone()} /> },
        }
    });
    html! { <div {class}>{ for files }</div> }
}

/// Props for [`FileCard`].
#[derive(Properties, PartialEq)]
pub(super) struct FileCardProps {
    /// The file.
    pub file: Attachment,
}

/// A file's name and size, and a button that saves it.
#[component]
pub(super) fn FileCard(props: &FileCardProps) -> Html {
    let file = &props.file;
    let (api, task) = (use_api(), use_task());
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<AttrValue>);
    let onclick = {
        let file = file.clone();
        let (is_busy, busy, failed) = (*busy, busy.setter(), failed.setter());
        Callback::from(move |_: MouseEvent| {
            if is_busy {
                return;
            }
            busy.set(true);
            failed.set(None);
            let (api, file, busy, failed) = (api.clone(), file.clone(), busy.clone(), failed.clone());
            task.run(async move {
                let outcome = api.attachment(&file).await;
                busy.set(false);
                match outcome {
                    Ok(blob) if save_blob(&file.name, &blob) => {}
                    Ok(_) => failed.set(Some(t("files.not_saved"))),
                    Err(error) => failed.set(Some(error.message())),
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: 2.25rem minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-2);
        inline-size: min(100%, 22rem);
        padding: var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        font-size: var(--text-12);
        line-height: var(--lh-12);
        text-align: start;

        .kind {
            display: grid;
            place-items: center;
            inline-size: 2.25rem;
            block-size: 2.25rem;
            border-radius: var(--radius-xs);
            background: var(--hover);
        }
        .size {
            color: var(--text-3);
        }
        .failed {
            grid-column: 1 / -1;
            color: var(--danger-text);
        }
        .failed:empty {
            display: none;
        }
        "#
    );
    let has_failed = failed.is_some();
    let text = if has_failed {
        t("error.retry")
    } else {
        t("files.download")
    };
    html! {
        <div {class}>
            { view_kind(None) }
            <div>
                <div class="truncate" title={file.name.clone()}><bdi>{ file.name.clone() }</bdi></div>
                <div class="size">{ file_size(file.size) }</div>
            </div>
            <Button
                kind={ButtonKind::Quiet}
                icon={if has_failed { IconName::Refresh } else { IconName::Download }}
                label={t_with("files.download_label", &[("what", &text), ("name", &file.name)])}
                busy={*busy}
                {onclick}
            >
                { text }
            </Button>
            <div class="failed" role="alert">
                if let Some(why) = &*failed {
                    { t("files.failed") }{ " " }{ why.clone() }
                }
            </div>
        </div>
    }
}
