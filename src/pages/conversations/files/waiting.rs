//! The files of a message that waits to be sent.

use switchboard_contract::ids::ActionId;
use switchboard_engine::queue::Queued;
use switchboard_engine::store::File;
use yew::prelude::*;

use super::tray::view_kind;
use crate::chat::use_upload;
use crate::i18n::{file_size, t_with};
use crate::scoped;
use crate::ui::Progress;

/// Props for [`WaitingFiles`].
#[derive(Properties, PartialEq)]
pub struct WaitingFilesProps {
    /// The message.
    pub queued: Queued,
    /// Gives the message up.
    pub on_cancel: Callback<()>,
}

/// Each with how far it has come.
#[component]
pub fn WaitingFiles(props: &WaitingFilesProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        inline-size: min(100%, 22rem);

        .file {
            display: grid;
            grid-template-columns: 2.25rem minmax(0, 1fr);
            align-items: center;
            gap: var(--space-2);
            padding: var(--space-2);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: var(--surface);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        img, .kind {
            display: grid;
            place-items: center;
            inline-size: 2.25rem;
            block-size: 2.25rem;
            border-radius: var(--radius-xs);
            background: var(--hover);
            object-fit: cover;
        }
        .size {
            color: var(--text-3);
        }
        "#
    );
    let entry = props.queued.entry.id;
    let files = props.queued.entry.files().iter().map(|file| {
        let on_cancel = props.on_cancel.clone();
        html! { <WaitingFile key={file.id.to_string()} {entry} file={file.clone()} {on_cancel} /> }
    });
    html! { <div {class}>{ for files }</div> }
}

#[derive(Properties, PartialEq)]
struct WaitingFileProps {
    entry: ActionId,
    file: File,
    on_cancel: Callback<()>,
}

#[component]
fn WaitingFile(props: &WaitingFileProps) -> Html {
    let file = &props.file;
    let (progress, preview) = use_upload(props.entry, file);
    html! {
        <div class="file">
            { view_kind(preview.as_ref().map(|url| url.text())) }
            <div>
                if let Some(done) = progress {
                    <Progress
                        label={t_with("files.uploading", &[("name", &file.name)])}
                        {done}
                        on_cancel={props.on_cancel.clone()}
                    />
                } else {
                    <div class="truncate" title={file.name.clone()}><bdi>{ file.name.clone() }</bdi></div>
                    <div class="size">{ file_size(file.size) }</div>
                }
            </div>
        </div>
    }
}
