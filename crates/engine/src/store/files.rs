//! Files of messages that wait: what the queue knows of them, and how much of them it keeps. The bytes are the shell's: it keeps
//! them beside the entry, in the same transaction, and lets them go with it.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::AttachmentId;
use switchboard_contract::live_chat::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS};

/// Most bytes of files that wait on a device.
pub const MAX_KEPT_BYTES: u64 = 50 * 1024 * 1024;

/// A file that is to be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Chosen by the tab where it was attached.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// What the browser takes it for; the server decides by its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
}

impl std::fmt::Debug for File {
    /// Leaves out the name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("id", &self.id)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Why a file is not attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is empty.
    Empty,
    /// It is over [`MAX_ATTACHMENT_BYTES`].
    TooLarge,
    /// There are [`MAX_ATTACHMENTS`] already.
    TooMany,
    /// With it more than [`MAX_KEPT_BYTES`] would wait on this device.
    NoRoom,
}

/// Whether a file of so many bytes may join `attached` ones, while so many bytes wait on the device already.
///
/// # Errors
/// Why it may not.
pub fn fits(size: u64, attached: &[File], waiting: u64) -> Result<(), Unfit> {
    let beside: u64 = attached.iter().map(|file| file.size).sum();
    if size == 0 {
        Err(Unfit::Empty)
    } else if size > MAX_ATTACHMENT_BYTES {
        Err(Unfit::TooLarge)
    } else if attached.len() >= MAX_ATTACHMENTS {
        Err(Unfit::TooMany)
    } else if waiting.saturating_add(beside).saturating_add(size) > MAX_KEPT_BYTES {
        Err(Unfit::NoRoom)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn file(size: u64) -> File {
        File {
            id: AttachmentId::from_parts(Timestamp::default(), [1; 10]),
            name: "plan.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size,
        }
    }

    #[test]
    fn a_file_fits_up_to_each_bound() {
        assert_eq!(fits(0, &[], 0), Err(Unfit::Empty));
        assert_eq!(fits(1, &[], 0), Ok(()));
        assert_eq!(fits(MAX_ATTACHMENT_BYTES, &[], 0), Ok(()));
        assert_eq!(fits(MAX_ATTACHMENT_BYTES + 1, &[], 0), Err(Unfit::TooLarge));
        let nine = vec![file(1); MAX_ATTACHMENTS - 1];
        assert_eq!(fits(1, &nine, 0), Ok(()));
        let ten = vec![file(1); MAX_ATTACHMENTS];
        assert_eq!(fits(1, &ten, 0), Err(Unfit::TooMany));
        let beside = [file(10)];
        assert_eq!(fits(5, &beside, MAX_KEPT_BYTES - 15), Ok(()));
        assert_eq!(fits(6, &beside, MAX_KEPT_BYTES - 15), Err(Unfit::NoRoom));
        assert_eq!(fits(1, &[], u64::MAX), Err(Unfit::NoRoom));
    }

    #[test]
    fn a_name_is_in_no_debug_output() {
        assert!(!format!("{:?}", file(1)).contains("plan"));
    }
}
