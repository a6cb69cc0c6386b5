//! What is attached to a message that is being written.

use switchboard_contract::ids::AttachmentId;
use yew::prelude::*;

use crate::chat::Picked;
use crate::i18n::{file_size, t, t_with};
use crate::scoped;
use crate::ui::{Icon, IconButton, IconName, IconSize};

/// Props for [`Tray`].
#[derive(Properties, PartialEq)]
pub struct TrayProps {
    /// The files.
    pub files: Vec<Picked>,
    /// Take one away.
    pub on_detach: Callback<AttachmentId>,
}

/// A list of them, each with a way to take it away again.
#[component]
pub fn Tray(props: &TrayProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-3) 0;
        list-style: none;

        li {
            display: grid;
            grid-template-columns: 2.25rem minmax(0, 1fr) auto;
            align-items: center;
            gap: var(--space-2);
            inline-size: min(15rem, 100%);
            padding: var(--space-1);
            border: 1px solid var(--line);
            border-radius: var(--radius-s);
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
    let files = props.files.iter().map(|picked| {
        let (file, id) = (&picked.file, picked.file.id);
        let label = t_with("files.remove", &[("name", &file.name)]);
        let onclick = props.on_detach.reform(move |_: MouseEvent| id);
        html! {
            <li key={id.to_string()}>
                { view_kind(picked.preview.as_ref().map(|url| url.text())) }
                <div>
                    <div class="truncate" title={file.name.clone()}><bdi>{ file.name.clone() }</bdi></div>
                    <div class="size">{ file_size(file.size) }</div>
                </div>
                <IconButton icon={IconName::X} size={IconSize::Small} {label} {onclick} />
            </li>
        }
    });
    html! { <ul {class} aria-label={t("files.attached")}>{ for files }</ul> }
}

/// A small picture of a file, or the sign of one.
pub(super) fn view_kind(preview: Option<&str>) -> Html {
    match preview {
        Some(url) => html! { <img src={url.to_owned()} alt="" /> },
        None => html! { <span class="kind"><Icon name={IconName::File} /></span> },
    }
}
