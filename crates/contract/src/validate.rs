//! Rules that forms and handlers share: what a form accepts, the server accepts.

mod avatar;
mod violation;

pub use avatar::{MAX_AVATAR_BYTES, avatar};
pub use violation::Violation;

use std::collections::BTreeSet;

use crate::ids::AttachmentId;
use crate::live_chat::{MAX_ATTACHMENTS, MAX_MESSAGE_CHARS};
use crate::problem::FieldErrors;

/// Fewest characters in a password.
pub const MIN_PASSWORD_CHARS: usize = 10;
/// Most characters in a password: hashing time is bounded.
pub const MAX_PASSWORD_CHARS: usize = 512;
/// Most characters in an address (RFC 5321).
pub const MAX_EMAIL_CHARS: usize = 254;
/// Most characters in a person's or a company's name.
pub const MAX_NAME_CHARS: usize = 100;
/// Most characters in a phone number.
pub const MAX_PHONE_CHARS: usize = 40;
/// Characters of a recovery code, hyphens not counted.
pub const RECOVERY_CODE_CHARS: usize = 16;
/// Most characters in a language tag.
const MAX_LOCALE_CHARS: usize = 35;

/// An email address: something, one `@`, a host without spaces. Whether it receives mail only mail can tell.
///
/// # Errors
/// The rule that `text` breaks.
pub fn email(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Violation::Required);
    }
    if text.chars().count() > MAX_EMAIL_CHARS {
        return Err(Violation::TooLong(MAX_EMAIL_CHARS));
    }
    let valid = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    });
    if valid { Ok(()) } else { Err(Violation::Email) }
}

/// A password typed to sign in: anything, within bounds. The rules for a new one are stricter.
///
/// # Errors
/// The rule that `text` breaks.
pub fn entered_password(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        Err(Violation::Required)
    } else if text.chars().count() > MAX_PASSWORD_CHARS {
        Err(Violation::TooLong(MAX_PASSWORD_CHARS))
    } else {
        Ok(())
    }
}

/// A person's full name: one line.
///
/// # Errors
/// The rule that `text` breaks.
pub fn person_name(text: &str) -> Result<(), Violation> {
    one_line(text)
}

/// A phone number as people write it: digits, and what they put between.
///
/// # Errors
/// The rule that `text` breaks.
pub fn phone(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        Err(Violation::Required)
    } else if text.chars().count() > MAX_PHONE_CHARS {
        Err(Violation::TooLong(MAX_PHONE_CHARS))
    } else if text.chars().filter(char::is_ascii_digit).count() >= 3
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "+()-./# x".contains(c))
    {
        Ok(())
    } else {
        Err(Violation::Phone)
    }
}

/// A company's name: one line.
///
/// # Errors
/// The rule that `text` breaks.
pub fn company(text: &str) -> Result<(), Violation> {
    one_line(text)
}

/// One line of at most [`MAX_NAME_CHARS`], with nothing invisible in it.
pub(crate) fn one_line(text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Err(Violation::Required)
    } else if text.chars().count() > MAX_NAME_CHARS {
        Err(Violation::TooLong(MAX_NAME_CHARS))
    } else if text.chars().any(|c| c.is_control() || turns_direction(c)) {
        Err(Violation::ControlCharacters)
    } else {
        Ok(())
    }
}

/// Marks that make the text around them read as something else.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// The code of an authenticator: six digits; spaces do not count.
///
/// # Errors
/// The rule that `text` breaks.
pub fn totp_code(text: &str) -> Result<(), Violation> {
    match typed_code(text) {
        code if code.is_empty() => Err(Violation::Required),
        code if is_six_digits(&code) => Ok(()),
        _ => Err(Violation::TotpCode),
    }
}

/// What a sign-in with a second factor takes: the code of an authenticator, or a recovery code.
///
/// # Errors
/// The rule that `text` breaks.
pub fn second_factor(text: &str) -> Result<(), Violation> {
    match typed_code(text) {
        code if code.is_empty() => Err(Violation::Required),
        code if is_six_digits(&code) => Ok(()),
        code if code.len() == RECOVERY_CODE_CHARS && code.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Ok(())
        }
        _ => Err(Violation::SecondFactor),
    }
}

/// A code as typed, without what people put between its parts.
#[must_use]
pub fn typed_code(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn is_six_digits(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())
}

/// A language tag in the shape of BCP 47, such as `en`, `pt-BR` or `zh-Hant-TW`. Whether texts exist in it is another question.
///
/// # Errors
/// The rule that `tag` breaks.
pub fn locale(tag: &str) -> Result<(), Violation> {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let fits = tag.len() <= MAX_LOCALE_CHARS
        && (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits { Ok(()) } else { Err(Violation::Locale) }
}

/// The text of a message: something to read, within [`MAX_MESSAGE_CHARS`].
///
/// # Errors
/// The rule that `text` breaks.
pub fn message_text(text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Err(Violation::Required)
    } else if text.chars().count() > MAX_MESSAGE_CHARS {
        Err(Violation::TooLong(MAX_MESSAGE_CHARS))
    } else {
        Ok(())
    }
}

/// The text of a message that comes with so many files: it may be empty where there is one.
///
/// # Errors
/// The rule that `text` breaks.
pub fn message_text_beside(text: &str, files: usize) -> Result<(), Violation> {
    match message_text(text) {
        Err(Violation::Required) if files > 0 => Ok(()),
        outcome => outcome,
    }
}

/// The files of a message: each once, and no more than [`MAX_ATTACHMENTS`].
///
/// # Errors
/// The rule that `files` breaks.
pub fn attachments(files: &[AttachmentId]) -> Result<(), Violation> {
    let different: BTreeSet<&AttachmentId> = files.iter().collect();
    if files.len() > MAX_ATTACHMENTS || different.len() < files.len() {
        Err(Violation::TooMany(MAX_ATTACHMENTS))
    } else {
        Ok(())
    }
}

/// Collects violations by field.
#[derive(Debug, Default)]
pub struct Checks(FieldErrors);

impl Checks {
    /// Notes the outcome of one rule.
    #[must_use]
    pub fn field(mut self, name: &str, outcome: Result<(), Violation>) -> Self {
        if let Err(violation) = outcome {
            self.0
                .entry(name.to_owned())
                .or_default()
                .push(violation.message());
        }
        self
    }

    /// Ends the check.
    ///
    /// # Errors
    /// Messages by field when any rule was broken.
    pub fn finish(self) -> Result<(), FieldErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in [
            "a@b",
            "first.last+tag@sub.example.com",
            "名@例え.jp",
            " padded@example.com ",
        ] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in [
            "nobody",
            "@host",
            "a@",
            "a@@b",
            "a b@c",
            "a@.c",
            "a@c.",
            "a@b\u{7f}",
        ] {
            assert_eq!(email(bad), Err(Violation::Email), "{bad}");
        }
        assert_eq!(email("  "), Err(Violation::Required));
        assert_eq!(
            email(&format!("{}@b", "a".repeat(254))),
            Err(Violation::TooLong(254))
        );
    }

    #[test]
    fn phone_numbers_are_written_as_people_do() {
        for good in ["+49 (30) 123-45.67", "112", "0123/456 x7", " +1 555 0100 "] {
            assert_eq!(phone(good), Ok(()), "{good}");
        }
        for bad in ["call me", "+", "1\r\n2 3", "１２３"] {
            assert_eq!(phone(bad), Err(Violation::Phone), "{bad:?}");
        }
        assert_eq!(phone(""), Err(Violation::Required));
        assert_eq!(phone(&"1".repeat(41)), Err(Violation::TooLong(40)));
    }

    #[test]
    fn names_are_one_line() {
        for good in [
            "Jane Doe",
            "Łukasz Żak",
            "山田 太郎",
            "O'Neill & Söhne, Ltd.",
            "محمد",
        ] {
            assert_eq!(person_name(good), Ok(()), "{good}");
        }
        assert_eq!(company(" "), Err(Violation::Required));
        assert_eq!(company(&"é".repeat(101)), Err(Violation::TooLong(100)));
        for bad in [
            "Jane\r\nBcc: all@example.com",
            "a\u{0}b",
            "\u{202e}ecila",
            "a\u{2028}b",
        ] {
            assert_eq!(person_name(bad), Err(Violation::ControlCharacters), "{bad:?}");
        }
    }

    #[test]
    fn codes_may_hold_what_people_put_between() {
        assert_eq!(totp_code(" 123 456 "), Ok(()));
        assert_eq!(totp_code(""), Err(Violation::Required));
        for bad in ["12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(totp_code(bad), Err(Violation::TotpCode), "{bad}");
        }
        assert_eq!(second_factor("123456"), Ok(()));
        assert_eq!(second_factor("k7dm-2r9x-PQWT-h04c"), Ok(()));
        assert_eq!(second_factor("k7dm-2r9x"), Err(Violation::SecondFactor));
    }

    #[test]
    fn language_tags() {
        for good in ["en", "pt-BR", "zh-Hant-TW", "ar"] {
            assert_eq!(locale(good), Ok(()), "{good}");
        }
        for bad in ["", "e", "english", "en_GB", "en-", "en-\u{e9}", "../en"] {
            assert_eq!(locale(bad), Err(Violation::Locale), "{bad}");
        }
    }

    #[test]
    fn messages_are_counted_in_characters() {
        assert_eq!(message_text(&"é".repeat(MAX_MESSAGE_CHARS)), Ok(()));
        assert_eq!(
            message_text(&"é".repeat(MAX_MESSAGE_CHARS + 1)),
            Err(Violation::TooLong(MAX_MESSAGE_CHARS))
        );
        assert_eq!(message_text(" \n"), Err(Violation::Required));
        assert_eq!(message_text_beside(" ", 0), Err(Violation::Required));
        assert_eq!(message_text_beside("", 1), Ok(()));
        assert!(message_text_beside(&"x".repeat(MAX_MESSAGE_CHARS + 1), 1).is_err());
    }

    #[test]
    fn checks_collect_by_field() {
        let outcome = Checks::default()
            .field("email", email(""))
            .field("password", Ok(()))
            .finish();
        let fields = outcome.expect_err("one broken rule");
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["email"]);
    }
}
