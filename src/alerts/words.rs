//! Alerts in words.

use switchboard_contract::website::{Website, WebsiteState};
use switchboard_engine::alerts::{Alert, Digest, Kind};
use yew::AttrValue;

use crate::i18n::{t, t_count, t_with};
use crate::people::visitor_name;

/// More of a message than this many characters does not help to decide whether to look.
const SHORT: usize = 140;

/// What stands above, and what below: in one line in the page, in two on the desktop.
pub(super) struct Words {
    pub(super) title: AttrValue,
    pub(super) body: AttrValue,
}

impl Words {
    /// Of one alert.
    pub(super) fn of(alert: &Alert) -> Self {
        let name = alert
            .about
            .as_ref()
            .map_or_else(|| t("visitor.anonymous"), |about| visitor_name(&about.user));
        let said = alert.message.as_ref();
        let author = said
            .and_then(|message| message.author_name.as_deref())
            .unwrap_or_default();
        let title = match alert.kind {
            Kind::Message => name,
            Kind::New => t_with("alerts.new", &[("name", &name)]),
            Kind::Waiting => t_with("alerts.waiting", &[("name", &name)]),
            Kind::Assigned => t_with("alerts.assigned", &[("name", &name)]),
            Kind::Mentioned => t_with("alerts.mentioned", &[("author", author), ("name", &name)]),
        };
        let text = said.map_or_else(String::new, |message| short(&message.content));
        let body = match alert.count {
            0 | 1 => AttrValue::from(text),
            count => t_count("alerts.messages", count, &[("text", &text)]),
        };
        Self { title, body }
    }

    /// Of one alert, without a name or a word of anyone.
    pub(super) fn bare(kind: Kind) -> Self {
        let title = match kind {
            Kind::Message => t("alerts.bare_message"),
            Kind::New => t("alerts.bare_new"),
            Kind::Waiting => t("alerts.bare_waiting"),
            Kind::Assigned => t("alerts.bare_assigned"),
            Kind::Mentioned => t("alerts.bare_mentioned"),
        };
        Self {
            title,
            body: AttrValue::default(),
        }
    }

    /// Of a website with which something is wrong.
    pub(super) fn of_website(website: &Website) -> Self {
        let name = [("name", website.name.as_str())];
        match website.status.state {
            WebsiteState::Silent => Self {
                title: t_with("alerts.website_silent", &name),
                body: AttrValue::default(),
            },
            _ => Self {
                title: t_with("alerts.website_degraded", &name),
                body: AttrValue::from(website.status.reason.clone().unwrap_or_default()),
            },
        }
    }

    /// Of such a website, without its name.
    pub(super) fn bare_website() -> Self {
        Self {
            title: t("alerts.bare_website"),
            body: AttrValue::default(),
        }
    }

    /// Of many things at once.
    pub(super) fn counted(digest: &Digest) -> Self {
        let title = if digest.while_away {
            t("alerts.while_away")
        } else {
            t("alerts.at_once")
        };
        let counts = [
            (digest.new > 0).then(|| t_count("alerts.count_new", digest.new, &[])),
            (digest.messages > 0).then(|| t_count("alerts.count_messages", digest.messages, &[])),
            (digest.mentions > 0).then(|| t_count("alerts.count_mentions", digest.mentions, &[])),
            (digest.assigned > 0).then(|| t_count("alerts.count_assigned", digest.assigned, &[])),
            (digest.waiting > 0).then(|| t_count("alerts.count_waiting", digest.waiting, &[])),
        ];
        let counts: Vec<String> = counts
            .into_iter()
            .flatten()
            .map(|text| text.to_string())
            .collect();
        Self {
            title,
            body: AttrValue::from(counts.join(" · ")),
        }
    }

    /// Both in one line.
    pub(super) fn line(&self) -> AttrValue {
        if self.body.is_empty() {
            self.title.clone()
        } else {
            t_with("alerts.line", &[("title", &self.title), ("text", &self.body)])
        }
    }
}

/// The first line of it that holds something, cut.
fn short(text: &str) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut cut: String = line.chars().take(SHORT).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn of_a_long_message_its_beginning_is_told() {
        assert_eq!(short("\n  Hello \nthere"), "Hello");
        assert_eq!(short(""), "");
        let long = "ä".repeat(200);
        assert_eq!(short(&long).chars().count(), 141);
        assert!(short(&long).ends_with('…'));
    }
}
