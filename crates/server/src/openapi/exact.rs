//! Says in the schemas what serde does and the derive cannot see: answers hold every field that is not left out when
//! empty, optional ones are absent rather than null, and the words that stand for "unknown to this build" never travel.

use serde_json::{Map, Value};

/// Bodies of requests: there, a field with a default may be left out.
const REQUESTS: &[&str] = &[
    "ChangeCannedReply",
    "ChangeConversations",
    "ChangeLabel",
    "ConversationChange",
    "ConversationRef",
    "CreateCannedReply",
    "CreateLabel",
    "MarkRead",
    "VisitorRead",
    "InviteRequest",
    "LoginRequest",
    "LogoutRequest",
    "RefreshRequest",
    "OpenFrame",
    "PageBeat",
    "SendMessage",
    "StartVisitorSession",
    "UpdateMe",
    "UpdateMember",
    "VisitorSend",
];

/// Fields that are null, not absent, when there is nothing.
const NULLABLE: &[(&str, &str)] = &[
    ("Signal", "body"),
    ("LogEvent", "body"),
    ("Website", "archiveAfter"),
    ("Website", "autoCloseAfter"),
    ("Website", "deleteAfter"),
    ("WidgetConfig", "greeting"),
];

/// Fields of requests where null says something else than leaving them out.
const NULL_IS_A_VALUE: &[(&str, &str)] = &[
    ("ConversationChange", "assigneeId"),
    ("ConversationChange", "snoozedUntil"),
    ("UpdateMe", "avatarUrl"),
];

/// Fields that are left out when empty although they are never null.
const LEFT_OUT_WHEN_EMPTY: &[(&str, &str)] = &[
    ("EventPage", "signals"),
    ("LiveChatMessage", "mentions"),
    ("Problem", "current"),
    ("Problem", "fields"),
];

/// Changes `document` in place.
pub(super) fn tell(document: &mut Value) {
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, schema) in schemas {
        drop_unknown(schema);
        if let Some(schema) = schema.as_object_mut() {
            let is_request = REQUESTS.contains(&name.as_str());
            tell_fields(name, schema, is_request);
        }
    }
}

fn drop_unknown(schema: &mut Value) {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|word| word != "unknown");
    }
}

fn tell_fields(name: &str, schema: &mut Map<String, Value>, is_request: bool) {
    let mut required: Vec<Value> = match schema.get("required") {
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (field, value) in fields.iter_mut() {
        let named = |list: &[(&str, &str)]| list.contains(&(name, field.as_str()));
        let listed = required.iter().any(|name| name == field);
        let always = if named(NULLABLE) {
            true
        } else if named(NULL_IS_A_VALUE) {
            false
        } else {
            let was_nullable = !listed && drop_null(value);
            !is_request && !was_nullable && !named(LEFT_OUT_WHEN_EMPTY)
        };
        if always && !listed {
            required.push(Value::String(field.clone()));
        }
    }
    required.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
}

/// Takes null out of what a field may be; true when it was in.
fn drop_null(value: &mut Value) -> bool {
    if let Some(Value::Array(types)) = value.get_mut("type") {
        let before = types.len();
        types.retain(|kind| kind != "null");
        let dropped = types.len() != before;
        if let [only] = types.as_slice() {
            let only = only.clone();
            if let Some(value) = value.as_object_mut() {
                value.insert("type".to_owned(), only);
            }
        }
        return dropped;
    }
    if let Some(Value::Array(kinds)) = value.get_mut("oneOf") {
        let before = kinds.len();
        kinds.retain(|kind| kind.get("type").is_none_or(|kind| kind != "null"));
        let dropped = kinds.len() != before;
        if let [only] = kinds.as_slice() {
            *value = only.clone();
        }
        return dropped;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use serde_json::{Value, json};
    use switchboard_contract::problem::{Problem, ProblemCode};
    use switchboard_contract::website::WidgetConfig;

    fn required(document: &Value, name: &str) -> Vec<String> {
        document["components"]["schemas"][name]["required"]
            .as_array()
            .expect(name)
            .iter()
            .map(|field| field.as_str().expect("a name").to_owned())
            .collect()
    }

    #[test]
    fn what_is_required_is_really_sent() {
        let document = document().expect("writes");
        let values = [
            (
                "Problem",
                serde_json::to_value(Problem::new(ProblemCode::NotFound, "")).expect("writes"),
            ),
            (
                "WidgetConfig",
                serde_json::to_value(WidgetConfig::default()).expect("writes"),
            ),
        ];
        for (name, value) in values {
            let sent: Vec<&String> = value.as_object().expect("an object").keys().collect();
            for field in required(&document, name) {
                assert!(sent.contains(&&field), "{name}.{field}");
            }
        }
    }

    #[test]
    fn every_reference_has_a_target_and_no_word_is_unknown() {
        let document = document().expect("writes");
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("a name");
            assert!(schemas.contains_key(name), "{name}");
        }
        for (name, schema) in schemas {
            let words = schema["enum"].as_array();
            assert!(
                words.is_none_or(|words| !words.contains(&json!("unknown"))),
                "{name}"
            );
        }
    }

    #[test]
    fn optional_is_absent_and_not_null() {
        let document = document().expect("writes");
        let field =
            |name: &str, field: &str| document["components"]["schemas"][name]["properties"][field].clone();
        assert_eq!(
            field("LiveChatConversation", "autoCloseAt")["$ref"],
            "#/components/schemas/Timestamp"
        );
        assert_eq!(
            field("Website", "autoCloseAfter")["type"],
            json!(["integer", "null"])
        );
        assert!(required(&document, "LiveChatConversation").contains(&"messages".to_owned()));
        assert!(!required(&document, "SendMessage").contains(&"force".to_owned()));
    }
}
