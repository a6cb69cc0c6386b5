//! What a client sends: one text frame of JSON each. Everything else has a close code and a reason.

use axum::extract::ws::Message;
use switchboard_contract::realtime::{ClientFrame, MAX_FRAME_BYTES, close};

/// Why a socket closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The close code.
    pub(super) code: u16,
    /// For people.
    pub(super) reason: &'static str,
    /// How long the client waits before it tries again, in milliseconds.
    pub(super) retry_ms: u64,
}

impl End {
    /// An end that the client may try to mend at once.
    pub(super) const fn new(code: u16, reason: &'static str) -> Self {
        // A close frame holds 125 bytes, two of which are the code.
        debug_assert!(reason.len() <= 123);
        Self {
            code,
            reason,
            retry_ms: 0,
        }
    }

    /// The same, to be tried again after so many milliseconds.
    pub(super) const fn retry_in(self, retry_ms: u64) -> Self {
        Self { retry_ms, ..self }
    }

    /// A frame that breaks the protocol.
    pub(super) const fn bad_frame(reason: &'static str) -> Self {
        Self::new(close::BAD_FRAME, reason).retry_in(5_000)
    }
}

/// Reads one message of the socket; none for control frames and for frames of a later protocol.
pub(super) fn read(message: &Message) -> Result<Option<ClientFrame>, End> {
    let text = match message {
        Message::Text(text) => text.as_str(),
        Message::Binary(_) => return Err(End::bad_frame("Send text frames, not binary ones.")),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(None),
    };
    if text.len() > MAX_FRAME_BYTES {
        return Err(End::bad_frame("The frame is over 64 KiB."));
    }
    match serde_json::from_str(text) {
        Ok(ClientFrame::Unknown) => Ok(None),
        Ok(frame) => Ok(Some(frame)),
        Err(_) => Err(End::bad_frame("The frame is not JSON of this protocol.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(message: Message) -> Option<u16> {
        read(&message).err().map(|end| end.code)
    }

    #[test]
    fn whatever_is_not_the_protocol_is_refused() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let frames = [
            "",
            "hello",
            "{",
            "[]",
            "1",
            "{}",
            r#"{"t":7}"#,
            r#"{"t":"ack"}"#,
            r#"{"t":"ack","offset":1}"#,
            r#"{"t":"ack","offset":"-1"}"#,
            r#"{"t":"ack","offset":"18446744073709551616"}"#,
            r#"{"t":"ack","offset":"1","offset":"2"}"#,
            r#"{"t":"pong","n":1e400}"#,
            r#"{"t":"pong","n":-1}"#,
            &deep,
        ];
        for text in frames {
            assert_eq!(code(Message::text(text)), Some(close::BAD_FRAME), "{text:.40}");
        }
        assert_eq!(code(Message::binary(vec![0xff])), Some(close::BAD_FRAME));
        assert_eq!(
            code(Message::text(" ".repeat(MAX_FRAME_BYTES + 1))),
            Some(close::BAD_FRAME)
        );
    }

    #[test]
    fn later_frames_and_fields_are_let_pass() {
        assert_eq!(read(&Message::text(r#"{"t":"later","x":[1]}"#)), Ok(None));
        assert_eq!(
            read(&Message::text(r#"{"t":"pong","n":3,"new":true}"#)),
            Ok(Some(ClientFrame::Pong { n: 3 }))
        );
    }
}
