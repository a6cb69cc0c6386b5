//! New passwords: the one rule that the form's meter and the server share, and an estimate of how hard one is to guess.
//!
//! The rule ([`check`]) is about what attackers try first: short ones, common ones, and the person's own name. The
//! estimate ([`strength`]) never contradicts it: a password that breaks the rule scores 0, one that keeps it at least 1.

mod common;
mod strength;

pub use common::Common;
pub use strength::{MAX_SCORE, Reason, Strength, strength};

use crate::validate::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, Violation};

/// What the person told about themselves; a password made of it is guessed first. Empty fields are ignored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Personal<'a> {
    /// The address used to sign in.
    pub email: &'a str,
    /// Full name.
    pub name: &'a str,
    /// The account's name.
    pub company: &'a str,
}

/// Shortest part of a name that counts as personal: shorter ones are in every password by chance.
const MIN_PERSONAL_PART: usize = 3;
/// With this many characters beside the personal parts a password is the person's own invention again.
const ENOUGH_BESIDE: usize = 6;

/// The rule for a new password.
///
/// # Errors
/// The rule that `text` breaks; none of them repeats the text.
pub fn check(text: &str, personal: &Personal<'_>, common: &Common) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::Required);
    }
    match text.chars().count() {
        length if length < MIN_PASSWORD_CHARS => Err(Violation::TooShort(MIN_PASSWORD_CHARS)),
        length if length > MAX_PASSWORD_CHARS => Err(Violation::TooLong(MAX_PASSWORD_CHARS)),
        _ if common.holds(text) => Err(Violation::CommonPassword),
        _ if is_personal(text, personal) => Err(Violation::PersonalPassword),
        _ => Ok(()),
    }
}

/// Whether little is left of `text` without the person's address, name and company.
fn is_personal(text: &str, personal: &Personal<'_>) -> bool {
    let mut parts = personal_parts(personal);
    // The longest first, so that `janedoe` goes as one and not as `jane` with a rest.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let plain = letters_and_digits(text);
    let mut rest = plain.clone();
    for part in &parts {
        rest = rest.replace(part.as_str(), "");
    }
    rest.len() < plain.len() && rest.chars().count() < ENOUGH_BESIDE
}

fn personal_parts(personal: &Personal<'_>) -> Vec<String> {
    let (local, host) = personal.email.split_once('@').unwrap_or((personal.email, ""));
    let words = [personal.name, personal.company, local]
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    [personal.email, personal.name, personal.company, local]
        .into_iter()
        .chain(host.split('.').next())
        .chain(words)
        .map(letters_and_digits)
        .filter(|part| part.chars().count() >= MIN_PERSONAL_PART)
        .collect()
}

fn letters_and_digits(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::common::tests::shipped;
    use super::*;

    const JANE: Personal<'static> = Personal {
        email: "jane.doe@harbour.example",
        name: "Jane Doe",
        company: "Harbour Books",
    };

    fn outcome(text: &str) -> Result<(), Violation> {
        check(text, &JANE, &shipped())
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(outcome(""), Err(Violation::Required));
        assert_eq!(outcome("vexkübzq9"), Err(Violation::TooShort(10)));
        assert_eq!(outcome("vexkübzq9é"), Ok(()));
        assert_eq!(outcome(&"vexkbzq9é".repeat(57)), Err(Violation::TooLong(512)));
    }

    #[test]
    fn common_ones_are_refused_in_every_dress() {
        for common in [
            "1234567890",
            "Qwertyuiop",
            "password2024!",
            "PASSWORD123456",
            "P@ssw0rd!!",
            "!!letmein!!!",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabc",
            "monkeymonkey",
            "123password456",
        ] {
            assert_eq!(outcome(common), Err(Violation::CommonPassword), "{common}");
        }
    }

    #[test]
    fn ones_own_name_is_refused_unless_it_is_a_small_part() {
        for personal in [
            "jane.doe@harbour.example",
            "JaneDoe2024",
            "Harbour-Books1",
            "doe.jane.99",
            "harbourharbour",
        ] {
            assert_eq!(outcome(personal), Err(Violation::PersonalPassword), "{personal}");
        }
        assert_eq!(outcome("jane likes winter tea"), Ok(()));
        assert_eq!(
            check("vexkubzq9wet", &Personal::default(), &shipped()),
            Ok(()),
            "empty fields are not part of everything"
        );
    }

    #[test]
    fn long_and_odd_ones_are_welcome() {
        for good in [
            "correct horse battery staple",
            "73920571648392057164",
            "ελληνικά-λέξεις",
            "🦊🦊🐻🐼🐨🐯🦁🐮🐷🐸",
        ] {
            assert_eq!(outcome(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_demo_password_keeps_the_rule() {
        assert_eq!(outcome("switchboard-demo"), Ok(()));
    }
}
