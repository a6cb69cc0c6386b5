//! Every text that leaves by mail: plain words, one thing to do, and what to do when it was not you.
//!
//! A letter to an address that is not verified holds nothing that its sender typed, so nobody can write to strangers
//! through this server; the one exception is a transcript, whose sender answers for it. Subjects are constant: no header is made of what people type.

use super::Mail;
use crate::widget_delivery::escape;

/// Writes letters whose links lead to one public origin.
#[derive(Clone, Copy, Debug)]
pub struct Letters<'a> {
    /// `SWITCHBOARD_PUBLIC_URL`, without a trailing slash.
    pub public_url: &'a str,
}

/// A message of the team, for a letter to somebody who has left.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who wrote it.
    pub author: String,
    /// What.
    pub text: String,
}

const IGNORE: &str = "If this was not you, you can ignore this mail: nothing happens without the link.";

impl Letters<'_> {
    /// To an address that someone registered.
    #[must_use]
    pub fn verify(&self, to: &str, token: &str) -> Mail {
        let link = self.link("/verify-email", token);
        letter(
            to,
            "Verify your email for Switchboard",
            &[
                "Welcome to Switchboard. Open this link to verify that this address is yours; then you can sign in:",
                &link,
                "The link works once, for 24 hours.",
                IGNORE,
            ],
            &[&link],
        )
    }

    /// To an address that has an account and was registered again.
    #[must_use]
    pub fn already_registered(&self, to: &str) -> Mail {
        let sign_in = format!("{}/login", self.public_url);
        let forgot = format!("{}/forgot-password", self.public_url);
        letter(
            to,
            "You already have a Switchboard account",
            &[
                "Someone, most likely you, tried to create a Switchboard account with this address. You already have one. \
                 Sign in here:",
                &sign_in,
                "If you no longer know the password, choose a new one here:",
                &forgot,
                "If this was not you, you can ignore this mail: nothing has changed.",
            ],
            &[&sign_in, &forgot],
        )
    }

    /// To a member who forgot the password.
    #[must_use]
    pub fn reset(&self, to: &str, token: &str) -> Mail {
        let link = self.link("/reset-password", token);
        letter(
            to,
            "Choose a new password for Switchboard",
            &[
                "You asked to choose a new password. Open this link:",
                &link,
                "The link works once, for 30 minutes. Saving the new password signs you out on every device.",
                IGNORE,
            ],
            &[&link],
        )
    }

    /// To a member whose password was changed or reset.
    #[must_use]
    pub fn password_changed(&self, to: &str) -> Mail {
        let forgot = format!("{}/forgot-password", self.public_url);
        letter(
            to,
            "Your Switchboard password was changed",
            &[
                "The password of your Switchboard account was changed just now. If this was you, there is nothing to do.",
                "If it was not you, choose a new password at once:",
                &forgot,
            ],
            &[&forgot],
        )
    }

    /// To whoever made a webhook that nothing has taken for a day.
    #[must_use]
    pub fn webhook_disabled(&self, to: &str) -> Mail {
        let page = format!("{}/settings/webhooks", self.public_url);
        letter(
            to,
            "A Switchboard webhook was switched off",
            &[
                "A webhook of your Switchboard account could not be delivered for 24 hours, and was switched off. What became of each \
                 try stands here, where it can be switched on again; it then goes on where it stopped:",
                &page,
                "What the log has kept for less than a week is not lost.",
            ],
            &[&page],
        )
    }

    /// To the new address of a member who changes it.
    #[must_use]
    pub fn email_change(&self, to: &str, token: &str) -> Mail {
        let link = self.link("/verify-email", token);
        letter(
            to,
            "Verify your new email for Switchboard",
            &[
                "You asked to sign in to Switchboard with this address from now on. Open this link to verify that it is yours:",
                &link,
                "The link works once, for 24 hours. Until then the old address stays in use.",
                IGNORE,
            ],
            &[&link],
        )
    }

    /// To the old address of a member who changes it.
    #[must_use]
    pub fn email_change_notice(&self, to: &str) -> Mail {
        let security = format!("{}/settings/security", self.public_url);
        letter(
            to,
            "Your Switchboard email is about to change",
            &[
                "Someone who knows your password asked to change the address that you sign in with. It changes once the new \
                 address is verified. If this was you, there is nothing to do.",
                "If it was not you, sign in now, change your password and end the sessions that you do not know:",
                &security,
            ],
            &[&security],
        )
    }

    /// To someone invited to an account, by a member whose own address is verified.
    #[must_use]
    pub fn invitation(&self, to: &str, inviter: &str, account: &str, token: &str) -> Mail {
        let link = self.link("/accept-invitation", token);
        letter(
            to,
            "You are invited to a team on Switchboard",
            &[
                &format!(
                    "{inviter} invites you to answer the visitors of {account} with Switchboard. Open this link to accept:"
                ),
                &link,
                "The link works once, for 7 days.",
                "If you do not know who this is, you can ignore this mail.",
            ],
            &[&link],
        )
    }

    /// To whoever a member sends a transcript to. It holds what was said: who sends it is a known member of an account, and the number
    /// of these letters is bounded.
    #[must_use]
    pub fn transcript(&self, to: &str, transcript: &str) -> Mail {
        letter(
            to,
            "The transcript of your conversation",
            &[
                "Here is what was said in your conversation with us.",
                transcript.trim_end(),
                "If you do not know what this is about, you can ignore this mail.",
            ],
            &[],
        )
    }

    /// To somebody who wrote on a website and left before they were answered. `link` leads back to their chat.
    #[must_use]
    pub fn replies(&self, to: &str, website: &str, replies: &[Reply], link: &str) -> Mail {
        let link = format!("{}/c/{link}", self.public_url);
        let intro = format!("You wrote to {website}, and this is the answer:");
        let ask = "To answer, open the chat again:";
        let ends = "The link works for 7 days. Answers to this mail reach nobody.";
        let stranger = "If you did not write there, somebody has given your address by mistake: you can ignore this mail.";
        let said: Vec<String> = replies
            .iter()
            .map(|reply| format!("{}:\n{}", reply.author, reply.text))
            .collect();
        let mut paragraphs = vec![intro.as_str()];
        paragraphs.extend(said.iter().map(String::as_str));
        paragraphs.extend([ask, &link, ends, stranger]);
        let quotes: String = replies
            .iter()
            .map(|reply| {
                let lines = escape(&reply.text).replace('\n', "<br>\n");
                format!(
                    "<p><b>{}</b></p>\n<blockquote dir=\"auto\">{lines}</blockquote>\n",
                    escape(&reply.author)
                )
            })
            .collect();
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<p>{}</p>\n{quotes}<p>{ask}</p>\n\
             <p><a href=\"{href}\">{href}</a></p>\n<p>{ends}</p>\n<p>{stranger}</p>\n</html>\n",
            escape(&intro),
            href = escape(&link),
        );
        Mail {
            html: Some(html),
            ..letter(to, "You have an answer", &paragraphs, &[&link])
        }
    }

    fn link(&self, path: &str, token: &str) -> String {
        // Tokens are URL-safe letters by construction.
        format!("{}{path}?token={token}", self.public_url)
    }
}

fn letter(to: &str, subject: &str, paragraphs: &[&str], links: &[&str]) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: format!("{}\n", paragraphs.join("\n\n")),
        links: links.iter().map(|link| (*link).to_owned()).collect(),
        html: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_its_links_on_lines_of_their_own() {
        let letters = Letters {
            public_url: "https://chat.example.com",
        };
        let to = "jane@harbour.example";
        let all = [
            letters.verify(to, "t0ken"),
            letters.already_registered(to),
            letters.reset(to, "t0ken"),
            letters.password_changed(to),
            letters.email_change(to, "t0ken"),
            letters.email_change_notice(to),
            letters.invitation(to, "Jane", "Harbour", "t0ken"),
            letters.replies(to, "Harbour", &[], "t0ken"),
        ];
        let mut subjects = std::collections::BTreeSet::new();
        for mail in all {
            assert_eq!(mail.to, to);
            assert!(!mail.links.is_empty());
            for link in &mail.links {
                assert!(link.starts_with("https://chat.example.com/"), "{link}");
                assert!(mail.text.lines().any(|line| line == link), "{}", mail.text);
            }
            assert!(!format!("{mail:?}").contains("t0ken"));
            assert!(subjects.insert(mail.subject), "subjects tell letters apart");
        }
        assert_eq!(
            letters.reset(to, "t0ken").links,
            ["https://chat.example.com/reset-password?token=t0ken"]
        );
    }

    #[test]
    fn what_people_wrote_stays_text() {
        let hostile = "<script>alert(1)</script>\n\"'&<img src=x onerror=1>";
        let reply = Reply {
            author: "<b>Eve</b>".to_owned(),
            text: hostile.to_owned(),
        };
        let letters = Letters {
            public_url: "https://chat.example.com",
        };
        let mail = letters.replies("jane@harbour.example", "<i>Shop", &[reply], "t0ken");
        assert!(mail.text.contains(hostile), "{}", mail.text);
        let html = mail.html.expect("a second form");
        for raw in ["<script", "<img", "<b>Eve", "<i>"] {
            assert!(!html.contains(raw), "{raw} in {html}");
        }
        assert!(
            html.contains("&lt;script&gt;alert(1)&lt;/script&gt;<br>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://chat.example.com/c/t0ken\""),
            "{html}"
        );
    }
}
