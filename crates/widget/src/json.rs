//! One way to read JSON, for size: each type is read from a parsed value only, so that its reading is compiled once and
//! not again for every source of text. This halves what the visitor downloads for it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a text; none when it is not JSON, or not of this shape.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    of(parse(text)?)
}

/// Reads a value; none when it is not of this shape.
pub(crate) fn of<T: DeserializeOwned>(value: Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// Writes a value; empty for one that JSON cannot tell, which nothing here is.
pub(crate) fn write<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[inline(never)]
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
