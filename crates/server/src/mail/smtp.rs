//! Composing a message and handing it to a mail server.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::{Host, Url};

use super::{Mail, Queued};
use crate::config::ConfigError;

/// How long one step of the conversation with the mail server may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Whether mail can be addressed to `email` at all; stricter than the form's rule, which knows no mail. Hosts named by
/// number (`jane@[192.0.2.1]`) are out: headers with them do not read back.
#[must_use]
pub fn is_deliverable(email: &str) -> bool {
    email
        .parse::<Address>()
        .is_ok_and(|address| !address.domain().starts_with('['))
}

/// Why a letter did not leave. Holds nothing of what the mail server said: it repeats addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Try again later. The status of the mail server, when it answered.
    Later(Option<u16>),
    /// It will never leave.
    Never(Option<u16>),
}

/// The way to the mail server.
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
}

impl Smtp {
    /// Over `url` (`smtp://` or `smtps://`, with user and password, `?tls=required|opportunistic`); the sender is
    /// `no-reply` at the public URL's host, unless the URL says `?from=address`.
    ///
    /// # Errors
    /// One line that never repeats the URL, which may hold a password.
    pub(super) fn new(url: &str, public_url: &str) -> Result<Self, ConfigError> {
        let complain = || {
            ConfigError::new(
                "SWITCHBOARD_SMTP_URL: not a mail server's address; write it like \
                 smtp://user:password@mail.example.com:587?tls=required&from=chat@example.com",
            )
        };
        let mut url = Url::parse(url).map_err(|_| complain())?;
        let given = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let tls = given("tls").or_else(|| default_tls(&url).map(str::to_owned));
        let sender = match given("from") {
            Some(text) => text.parse().map_err(|_| complain())?,
            None => default_sender(public_url).ok_or_else(complain)?,
        };
        url.set_query(tls.map(|tls| format!("tls={tls}")).as_deref());
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| complain())?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self {
            transport,
            sender: Mailbox::new(Some("Switchboard".to_owned()), sender),
        })
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// Whether to try again.
    pub(super) async fn send(&self, queued: &Queued) -> Result<(), Failure> {
        let message = self.compose(queued).ok_or(Failure::Never(None))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let status = error.status().map(u16::from);
                // The mailbox or the letter is refused for good. Other refusals, such as a wrong password of ours, are
                // the administrator's to cure, and the letter waits.
                match status {
                    Some(550..=554) => Err(Failure::Never(status)),
                    _ => Err(Failure::Later(status)),
                }
            }
        }
    }

    /// The message; none when the address cannot be written. Every header is built from parsed parts, so a line break
    /// in any of them cannot begin another header.
    fn compose(&self, queued: &Queued) -> Option<Message> {
        let Mail {
            to,
            subject,
            text,
            html,
            ..
        } = &queued.mail;
        let recipient: Address = to.parse().ok()?;
        let since = Duration::from_millis(u64::try_from(queued.created_at).ok()?);
        let written: SystemTime = UNIX_EPOCH.checked_add(since)?;
        // Keeps out-of-office programs quiet (RFC 3834).
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        let message = Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, recipient))
            .subject(subject)
            .date(written)
            // The same at every try, so that a mail server may drop the second copy after a lost answer.
            .message_id(Some(format!("<{}@{}>", queued.id, self.sender.email.domain())))
            .raw_header(automatic);
        match html {
            Some(html) => message.multipart(MultiPart::alternative_plain_html(text.clone(), html.clone())),
            None => message.header(ContentType::TEXT_PLAIN).body(text.clone()),
        }
        .ok()
    }
}

/// Passwords leave this machine encrypted, other mail where the server can.
fn default_tls(url: &Url) -> Option<&'static str> {
    // The `url` crate reads addresses as addresses in web URLs only.
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match (url.scheme(), url.password()) {
        ("smtp", _) if local => None,
        ("smtp", Some(_)) => Some("required"),
        ("smtp", None) => Some("opportunistic"),
        _ => None,
    }
}

fn default_sender(public_url: &str) -> Option<Address> {
    let url = Url::parse(public_url).ok()?;
    match url.host()? {
        Host::Domain(name) => Address::new("no-reply", name).ok(),
        // A machine without a name writes to itself only.
        Host::Ipv4(_) | Host::Ipv6(_) => Address::new("no-reply", "localhost").ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn smtp(url: &str) -> Result<Smtp, ConfigError> {
        Smtp::new(url, "https://chat.example.com")
    }

    fn queued(to: &str, subject: &str) -> Queued {
        Queued {
            id: Uuid::nil(),
            mail: Mail {
                to: to.to_owned(),
                subject: subject.to_owned(),
                text: "Grüße,\n.\nhttps://chat.example.com/x\n".to_owned(),
                links: Vec::new(),
                html: None,
            },
            created_at: 1_795_339_800_000,
            attempts: 1,
        }
    }

    #[tokio::test]
    async fn passwords_leave_encrypted() {
        let tls = |url: &str| default_tls(&Url::parse(url).expect("a URL"));
        assert_eq!(tls("smtp://u:p@mail.example.com:587"), Some("required"));
        assert_eq!(tls("smtp://mail.example.com"), Some("opportunistic"));
        assert_eq!(tls("smtp://u:p@127.0.0.1:2525"), None);
        assert_eq!(tls("smtps://u:p@mail.example.com"), None);
        for bad in [
            "mail.example.com",
            "smtp://mail.example.com?tls=perhaps",
            "smtp://hunter2@m?from=nobody",
        ] {
            let line = smtp(bad).err().expect("refused").to_string();
            assert!(
                !line.contains("hunter2") && line.starts_with("SWITCHBOARD_SMTP_URL"),
                "{line}"
            );
        }
    }

    #[tokio::test]
    async fn the_sender_is_the_public_host_or_the_one_given() {
        let sender = |url: &str| smtp(url).map(|smtp| smtp.sender.email.to_string());
        assert_eq!(
            sender("smtp://127.0.0.1:2525").as_deref(),
            Ok("no-reply@chat.example.com")
        );
        assert_eq!(
            sender("smtp://127.0.0.1:2525?from=chat@harbour.example").as_deref(),
            Ok("chat@harbour.example")
        );
        for public_url in ["http://127.0.0.1:8787", "http://[::1]:8787", "http://localhost"] {
            let smtp = Smtp::new("smtp://127.0.0.1:2525", public_url).expect("a server");
            assert_eq!(
                smtp.sender.email.to_string(),
                "no-reply@localhost",
                "{public_url}"
            );
            assert!(smtp.compose(&queued("jane@harbour.example", "Hello")).is_some());
        }
    }

    #[tokio::test]
    async fn no_text_becomes_a_header() {
        let smtp = smtp("smtp://127.0.0.1:2525").expect("a server");
        let message = smtp
            .compose(&queued(
                "jane@harbour.example",
                "Hello\r\nBcc: all@example.com\r\n\r\nbody",
            ))
            .expect("composed");
        let text = String::from_utf8(message.formatted()).expect("ASCII");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers and a body");
        assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
        assert!(headers.contains("Auto-Submitted: auto-generated"), "{headers}");
        for bad in [
            "jane@harbour.example\r\nBcc: all@example.com",
            "jane@harbour.example, all@example.com",
            "<jane@x>",
            "jane@[192.0.2.1]",
            "",
        ] {
            assert!(smtp.compose(&queued(bad, "Hello")).is_none(), "{bad:?}");
            assert!(!is_deliverable(bad), "{bad:?}");
        }
        assert!(is_deliverable("名@例え.jp"));
    }
}
