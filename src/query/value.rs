//! Values of any type in one cache.

use std::any::Any;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contract::decode;
use switchboard_engine::query::{Change, Key};

/// A value whose type only its reader knows. Cheap to clone; equal to another when both are of one type and equal.
#[derive(Clone)]
pub(super) struct Value {
    any: Rc<dyn Any>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl Value {
    pub(super) fn new<T: PartialEq + 'static>(value: T) -> Self {
        Self {
            any: Rc::new(value),
            same: same::<T>,
        }
    }

    /// The value, to someone who knows its type.
    pub(super) fn read<T: 'static>(&self) -> Option<Rc<T>> {
        self.any.clone().downcast().ok()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.any, &other.any) || (self.same)(&*self.any, &*other.any)
    }
}

/// How values of one type are written down and read.
#[derive(Clone, Copy)]
pub(super) struct Codec {
    /// `None` for a value of another type.
    pub(super) write: fn(&Value) -> Option<String>,
    /// `None` for a text that is none.
    pub(super) read: fn(&str) -> Option<Value>,
}

impl Codec {
    pub(super) fn of<T: Serialize + DeserializeOwned + PartialEq + 'static>() -> Self {
        Self {
            write: |value| serde_json::to_string(&*value.read::<T>()?).ok(),
            read: |text| decode::<T>(text).ok().map(Value::new),
        }
    }
}

fn same<T: PartialEq + 'static>(one: &dyn Any, other: &dyn Any) -> bool {
    match (one.downcast_ref::<T>(), other.downcast_ref::<T>()) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// A change of values of one type; others stay as they are.
pub(super) fn change_of<T: PartialEq + 'static>(change: impl Fn(&T) -> T + 'static) -> Change<Value> {
    Rc::new(
        move |_: &Key, value: &Value| match value.any.downcast_ref::<T>() {
            Some(typed) => Value::new(change(typed)),
            None => value.clone(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_what_it_is() {
        let value = Value::new(7_u32);
        assert_eq!(value.read::<u32>().as_deref(), Some(&7));
        assert_eq!(value.read::<String>(), None);
        assert!(value == Value::new(7_u32) && value != Value::new(8_u32));
        assert!(value != Value::new(7_u64), "another type");
    }

    #[test]
    fn a_value_is_written_and_read_as_what_it_is() {
        let codec = Codec::of::<Vec<u32>>();
        let text = (codec.write)(&Value::new(vec![1_u32, 2])).expect("written");
        let read = (codec.read)(&text).expect("read");
        assert!(read == Value::new(vec![1_u32, 2]));
        assert!((codec.read)("{}").is_none() && (codec.write)(&Value::new(7_u32)).is_none());
    }

    #[test]
    fn a_change_concerns_its_type_only() {
        let key = Key::new("numbers", "");
        let double = change_of(|number: &u32| number * 2);
        assert_eq!(
            double(&key, &Value::new(7_u32)).read::<u32>().as_deref(),
            Some(&14)
        );
        assert_eq!(
            double(&key, &Value::new(7_u64)).read::<u64>().as_deref(),
            Some(&7)
        );
    }
}
