//! Reading JSON in a program that is downloaded.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a text by way of a [`Value`], as the bodies of events are read anyway: a type that is only read so is compiled for
/// one kind of input, which is a good part of a program's size. It costs a little more time than reading the text itself.
///
/// # Errors
/// When the text is no JSON, with the place; when an object names a field twice, so that two readers could read two things;
/// when it is not such a `T`.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let Unambiguous(value) = serde_json::from_str(text)?;
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

/// JSON in which every field of an object stands once.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unambiguous(value))) = fields.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom("a field stands there twice"));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_reads_is_what_was_written() {
        let text = r#"{"a":[1,-2,1.5,18446744073709551615,true,null,"x\n"],"b":{"c":{}}}"#;
        let plain: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(decode::<Value>(text).expect("JSON"), plain);
    }

    #[test]
    fn a_field_that_stands_there_twice_is_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"[{"a":1},{"b":[{"c":1,"c":null}]}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert!(decode::<Value>(text).is_err(), "{text}");
        }
        assert!(decode::<Value>(r#"[{"a":1},{"a":1}]"#).is_ok(), "two objects");
    }

    #[test]
    fn bad_text_is_an_error_and_depth_is_bounded() {
        for text in ["", "{", "nul", "{\"a\":1}x", "1e999"] {
            assert!(decode::<Value>(text).is_err(), "{text}");
        }
        assert!(decode::<Value>(&"[".repeat(100_000)).is_err());
    }
}
