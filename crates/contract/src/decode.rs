//! Reading JSON in a program that is downloaded.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a text by way of a [`Value`], as the bodies of events are read anyway: a type that is only read so is compiled for
/// one kind of input, which is a good part of a program's size. It costs a little more time than reading the text itself.
/// Of a field that stands there twice, the last one counts.
///
/// # Errors
/// When the text is no JSON, with the place, or not such a `T`.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let value: Value = serde_json::from_str(text)?;
    T::deserialize(&value)
}

/// A field that is there, be it null: absent stays `None` by `default`.
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
