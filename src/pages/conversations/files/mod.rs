//! Files of messages: attaching them, seeing them on their way, and what the other side sent.
//!
//! | file | holds |
//! | --- | --- |
//! | `attach.rs` | the button, pasting, dropping onto the thread |
//! | `tray.rs` | what is attached and not sent |
//! | `waiting.rs` | the files of a message that waits |
//! | `shown.rs` | the files of a stored message |
//! | `picture.rs` | a picture: in the thread, and large |

mod attach;
mod picture;
mod shown;
mod tray;
mod waiting;

pub(super) use attach::{AttachButton, use_drop};
pub(super) use shown::ShownFiles;
pub(super) use tray::Tray;
pub(super) use waiting::WaitingFiles;

use switchboard_contract::live_chat::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS};
use switchboard_engine::store::{MAX_KEPT_BYTES, Unfit};
use yew::AttrValue;

use crate::i18n::{file_size, number, t_with};

/// Why a file was not attached, and what helps.
pub(super) fn refusal(name: &str, unfit: Unfit) -> AttrValue {
    let name = ("name", name);
    match unfit {
        Unfit::Empty => t_with("files.empty", &[name]),
        Unfit::TooLarge => t_with(
            "files.too_large",
            &[name, ("most", &file_size(MAX_ATTACHMENT_BYTES))],
        ),
        Unfit::TooMany => t_with(
            "files.too_many",
            &[name, ("most", &number(MAX_ATTACHMENTS as u64))],
        ),
        Unfit::NoRoom => t_with("files.no_room", &[name, ("most", &file_size(MAX_KEPT_BYTES))]),
    }
}
