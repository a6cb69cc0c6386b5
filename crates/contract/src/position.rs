//! Positions in an event log (`protocol.md` *Realtime*).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Counts the events of a log from 1; 0 is "before the first". A string on the wire, because JSON numbers end at 2⁵³.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct Offset(pub u64);

impl Offset {
    /// The offset after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Offset {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("expected an offset: digits in a string"))
    }
}

/// Names a generation of a log; a restore or a failover starts a new one. Opaque.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Epoch(pub String);

/// A place in a log: `asOf` of every snapshot, `position` of every accepted change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// The log's generation.
    pub epoch: Epoch,
    /// The last event reflected.
    pub offset: Offset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_travel_as_strings() {
        let position = Position {
            epoch: Epoch("e1".into()),
            offset: Offset(u64::MAX),
        };
        let json = serde_json::to_string(&position).expect("serialises");
        assert_eq!(json, r#"{"epoch":"e1","offset":"18446744073709551615"}"#);
        assert_eq!(serde_json::from_str::<Position>(&json).expect("reads"), position);
        assert!(
            serde_json::from_str::<Offset>("7").is_err(),
            "a number is refused"
        );
    }
}
