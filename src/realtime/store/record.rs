//! How an entry is written down: `{id, lane, entry}`, the entry as JSON, so that what can be read does not depend on how the
//! browser copies objects, and id and lane beside it, to find it by.

use js_sys::{Object, Reflect};
use switchboard_contract::decode;
use switchboard_contract::ids::ActionId;
use switchboard_engine::store::{Entry, Lane, LaneKind};
use wasm_bindgen::JsValue;

/// A lane as a key.
pub fn lane_key(lane: Lane) -> JsValue {
    let kind = match lane.kind {
        LaneKind::Write => "write",
        LaneKind::Read => "read",
    };
    JsValue::from_str(&format!("{}/{kind}", lane.conversation))
}

/// An entry's id as a key.
pub fn id_key(id: ActionId) -> JsValue {
    JsValue::from_str(&id.to_string())
}

/// The record of an entry. `None` only where there is no memory left for it.
pub fn write(entry: &Entry) -> Option<JsValue> {
    let record = Object::new();
    let text = serde_json::to_string(entry).ok()?;
    for (name, value) in [
        ("id", id_key(entry.id)),
        ("lane", lane_key(entry.lane)),
        ("entry", JsValue::from_str(&text)),
    ] {
        Reflect::set(&record, &JsValue::from_str(name), &value).ok()?;
    }
    Some(record.into())
}

/// The entry of a record, if it is one that this program can read.
pub fn read(record: &JsValue) -> Option<Entry> {
    let entry: Entry = decode(&field(record, "entry")?.as_string()?).ok()?;
    // Found by what stands beside it, so both have to agree.
    let agrees = field(record, "id")? == id_key(entry.id) && field(record, "lane")? == lane_key(entry.lane);
    agrees.then_some(entry)
}

/// The key of a record, whatever else is in it.
pub fn key(record: &JsValue) -> Option<JsValue> {
    field(record, "id")
}

fn field(record: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(record, &JsValue::from_str(name)).ok()
}
