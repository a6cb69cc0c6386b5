//! How alerts come on this device: the part of the settings that does not follow the person.

use serde::{Deserialize, Serialize};

/// How loud it was before anybody chose.
const USUAL: u8 = 60;

/// How alerts come on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertDevice {
    /// The person wants alerts on the desktop here.
    pub desktop: bool,
    /// From silent (0) to as loud as it goes (100).
    pub volume: u8,
}

impl Default for AlertDevice {
    fn default() -> Self {
        Self {
            desktop: false,
            volume: USUAL,
        }
    }
}
