//! What the chat looks like and says, as the loader hands it over: read by hand, as it is downloaded by every visitor and derived
//! readers of so many fields are large. What is missing, or something else, takes its default.

use serde_json::Value;
use switchboard_contract::website::VisitorWidget;
use switchboard_contract::website::widget::{PreChatField, PreChatForm, PreChatKind};

fn text(from: &Value, name: &str) -> String {
    from[name].as_str().unwrap_or_default().to_owned()
}

fn is_on(from: &Value, name: &str) -> bool {
    from[name].as_bool() == Some(true)
}

fn put(place: &mut String, from: &Value, name: &str) {
    if let Some(text) = from[name].as_str() {
        place.clear();
        place.push_str(text);
    }
}

/// Reads [`VisitorWidget`].
pub(crate) fn read(from: &Value) -> VisitorWidget {
    let mut widget = VisitorWidget::default();
    let theme = &from["theme"];
    put(&mut widget.theme.accent, theme, "accent");
    put(&mut widget.theme.accent_text, theme, "accentText");
    put(&mut widget.theme.font, theme, "font");
    if let Some(radius) = theme["radius"]
        .as_u64()
        .and_then(|radius| u8::try_from(radius).ok())
    {
        widget.theme.radius = radius;
    }
    put(&mut widget.language, from, "language");
    put(&mut widget.title, from, "title");
    put(&mut widget.placeholder, from, "placeholder");
    put(&mut widget.offline_message, from, "offlineMessage");
    put(&mut widget.refused_message, from, "refusedMessage");
    widget.greeting = from["greeting"].as_str().map(str::to_owned);
    widget.right_to_left = is_on(from, "rightToLeft");
    widget.is_open = from["isOpen"].as_bool() != Some(false);
    widget.sound = is_on(from, "sound");
    widget.branding = is_on(from, "branding");
    widget.share_drafts = is_on(from, "shareDrafts");
    widget.pre_chat_form = form(&from["preChatForm"]);
    widget
}

fn form(from: &Value) -> Option<PreChatForm> {
    let fields = from["fields"].as_array()?.iter().map(|field| PreChatField {
        key: text(field, "key"),
        kind: match field["kind"].as_str() {
            Some("name") => PreChatKind::Name,
            Some("email") => PreChatKind::Email,
            _ => PreChatKind::Text,
        },
        label: text(field, "label"),
        is_required: is_on(field, "isRequired"),
    });
    Some(PreChatForm {
        is_on: true,
        intro: text(from, "intro"),
        fields: fields.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::website::WidgetConfig;

    #[test]
    fn what_the_server_writes_is_read() {
        let mut config = WidgetConfig {
            title: "Help".to_owned(),
            greeting: Some("Hello".to_owned()),
            placeholder: "Ask".to_owned(),
            offline_message: "Away".to_owned(),
            refused_message: "No".to_owned(),
            share_drafts: true,
            locale: "ar".to_owned(),
            ..WidgetConfig::default()
        };
        config.theme.radius = 3;
        config.theme.accent = "#112233".to_owned();
        config.theme.font = switchboard_contract::website::widget::WidgetFont::Serif;
        config.pre_chat_form = PreChatForm {
            is_on: true,
            intro: "First".to_owned(),
            fields: [PreChatKind::Name, PreChatKind::Email, PreChatKind::Text]
                .into_iter()
                .map(|kind| PreChatField {
                    key: "k".to_owned(),
                    kind,
                    label: "l".to_owned(),
                    is_required: kind == PreChatKind::Email,
                })
                .collect(),
        };
        for is_open in [true, false] {
            let (sent, _) = config.for_visit("ar", is_open);
            assert_eq!(read(&serde_json::to_value(&sent).expect("JSON")), sent);
        }
    }

    #[test]
    fn what_is_missing_takes_its_default() {
        for value in [
            Value::Null,
            serde_json::json!({}),
            serde_json::json!({"theme": 1, "isOpen": "x"}),
        ] {
            assert_eq!(read(&value), VisitorWidget::default(), "{value}");
        }
    }
}
