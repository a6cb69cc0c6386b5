//! What the loader on the host page and the frame tell each other by `postMessage`: values of JSON. Either side takes only
//! what comes from the other's window and origin, and ignores what it cannot read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_contract::ids::VisitorId;
use switchboard_contract::website::VisitorWidget;

use crate::json;

/// From the loader: an object with one of these by name.
#[derive(Clone, Debug, PartialEq)]
pub enum FromHost {
    /// A visit has begun on the host page.
    Session(HostSession),
    /// The chat was opened or closed.
    Shown(Shown),
    /// The server takes no more visits of this page: there is no use in asking again.
    Refused,
    /// The page has shown the server that the visitor is a person.
    Solved,
}

/// What the frame needs to speak for the visitor.
#[derive(Clone, PartialEq)]
pub struct HostSession {
    /// To be traded for the visitor's token; works once.
    pub code: String,
    /// Whose it is, so that a token kept from before need not be traded for again.
    pub visitor: VisitorId,
    /// What the chat looks like and says.
    pub widget: VisitorWidget,
}

impl std::fmt::Debug for HostSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostSession")
    }
}

/// Whether the visitor sees the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Shown {
    /// Whether it is open.
    pub shown: bool,
    /// Whether the visitor opened it just now and wants to write.
    #[serde(default)]
    pub focus: bool,
}

/// To the loader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ToHost {
    /// The frame listens.
    Ready,
    /// The code was spent or too old, or the token ended: send another [`HostSession`].
    SessionNeeded,
    /// So many answers wait to be read.
    Unread(u64),
    /// The visitor wants the chat closed.
    Close,
    /// The server slows the visitor down; the page may have a way to show that they are a person.
    Call(Call, String),
}

/// What the loader has no room for and `visitor.js` does; `boot.js` calls it too, for what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// Solve this challenge.
    Challenge,
}

/// Reads a message of the loader; none when it is something else.
#[must_use]
pub fn read(text: &str) -> Option<FromHost> {
    let message: Message = json::read(text)?;
    let session = message.session.map(|session| {
        FromHost::Session(HostSession {
            code: session.code,
            visitor: session.visitor,
            widget: crate::widget::read(&session.widget),
        })
    });
    session
        .or(message.shown.map(FromHost::Shown))
        .or(message.refused.map(|_| FromHost::Refused))
        .or(message.solved.map(|_| FromHost::Solved))
}

/// [`HostSession`] as it travels.
#[derive(Deserialize)]
struct Session {
    code: String,
    visitor: VisitorId,
    #[serde(default)]
    widget: Value,
}

/// [`FromHost`] as it travels.
#[derive(Deserialize)]
struct Message {
    session: Option<Session>,
    shown: Option<Shown>,
    refused: Option<Value>,
    solved: Option<Value>,
}

/// Writes a message to the loader.
#[must_use]
pub fn write(message: &ToHost) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_loader_sends_is_read() {
        let text = r##"{"session":{"code":"c","visitor":"01890a5d-ac96-774b-bcce-b302099a8057",
            "widget":{"theme":{"accent":"#112233"},"greeting":"Hello"}}}"##;
        let Some(FromHost::Session(session)) = read(text) else {
            panic!("a session")
        };
        assert_eq!(session.code, "c");
        assert_eq!(session.widget.theme.accent, "#112233");
        assert_eq!(
            session.widget.theme.accent_text, "#ffffff",
            "missing fields take their defaults"
        );
        assert_eq!(
            read(r#"{"shown":{"shown":true}}"#),
            Some(FromHost::Shown(Shown {
                shown: true,
                focus: false
            }))
        );
        assert_eq!(read(r#"{"refused":1}"#), Some(FromHost::Refused));
        assert_eq!(read(r#"{"solved":true}"#), Some(FromHost::Solved));
    }

    #[test]
    fn anything_else_is_ignored() {
        for text in [
            "",
            "null",
            "{}",
            "\"ready\"",
            r#"{"later":{}}"#,
            r#"{"shown":{"shown":"yes"}}"#,
            r#"{"session":{"code":1}}"#,
            r#"{"session":{"code":"c","visitor":"me"}}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_frame_sends_has_the_shape_that_the_loader_reads() {
        assert_eq!(write(&ToHost::Ready), r#""ready""#);
        assert_eq!(write(&ToHost::SessionNeeded), r#""sessionNeeded""#);
        assert_eq!(write(&ToHost::Unread(2)), r#"{"unread":2}"#);
        assert_eq!(write(&ToHost::Close), r#""close""#);
        let challenge = ToHost::Call(Call::Challenge, "c".to_owned());
        assert_eq!(write(&challenge), r#"{"call":["challenge","c"]}"#);
    }

    #[test]
    fn debug_output_holds_no_code() {
        let message =
            read(r#"{"session":{"code":"secret","visitor":"01890a5d-ac96-774b-bcce-b302099a8057"}}"#);
        assert!(!format!("{message:?}").contains("secret"));
    }
}
