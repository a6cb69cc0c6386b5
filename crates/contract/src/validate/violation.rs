//! What can be wrong with a field, and the words in which the server says it.

use crate::website::widget::colour::Colour;

macro_rules! violations {
    (
        plain { $($(#[$doc:meta])* $plain:ident = $text:literal;)* }
        counted { $($(#[$about:meta])* $counted:ident = $before:literal, $after:literal;)* }
        coloured { $($(#[$colour_about:meta])* $coloured:ident = $ahead:literal, $behind:literal;)* }
    ) => {
        /// A rule that a value breaks. Some only the server can judge.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Violation {
            $($(#[$doc])* $plain,)*
            $($(#[$about])* $counted(usize),)*
            $($(#[$colour_about])* $coloured(Colour),)*
        }

        impl Violation {
            /// The message in English, as the server sends it. The words are part of the contract: see
            /// [`Violation::told`].
            #[must_use]
            pub fn message(self) -> String {
                match self {
                    $(Self::$plain => $text.to_owned(),)*
                    $(Self::$counted(count) => format!(concat!($before, "{}", $after), count),)*
                    $(Self::$coloured(colour) => format!(concat!($ahead, "{}", $behind), colour),)*
                }
            }

            /// The violation that a message of the server tells, so that a client can say it in its person's language;
            /// `None` for words that this build does not know, which are shown as they are.
            #[must_use]
            pub fn told(message: &str) -> Option<Self> {
                match message {
                    $($text => return Some(Self::$plain),)*
                    _ => {}
                }
                $(
                    let count = message
                        .strip_prefix($before)
                        .and_then(|rest| rest.strip_suffix($after))
                        .and_then(|count| count.parse().ok());
                    if let Some(count) = count {
                        return Some(Self::$counted(count));
                    }
                )*
                $(
                    let colour = message
                        .strip_prefix($ahead)
                        .and_then(|rest| rest.strip_suffix($behind))
                        .and_then(Colour::parse);
                    if let Some(colour) = colour {
                        return Some(Self::$coloured(colour));
                    }
                )*
                None
            }

            /// Each of them, the counted ones with a count of 7, the coloured ones in one colour.
            #[cfg(test)]
            fn each() -> Vec<Self> {
                vec![
                    $(Self::$plain,)*
                    $(Self::$counted(7),)*
                    $(Self::$coloured(Colour { red: 0, green: 0x0a, blue: 0xff }),)*
                ]
            }
        }
    };
}

violations! {
    plain {
        /// Nothing was entered.
        Required = "Fill in this field.";
        /// Not an email address.
        Email = "Enter an email address, such as name@example.com.";
        /// A password that guessing programs try first.
        CommonPassword = "This password is among the first that are guessed. Choose another one.";
        /// A password made of the person's own address, name or company.
        PersonalPassword = "This password is made of your own name, address or company. Choose another one.";
        /// Control characters, or marks that turn the direction of text around.
        ControlCharacters = "Leave out invisible control characters.";
        /// Not a code of six digits.
        TotpCode = "Enter the six digits that your authenticator shows.";
        /// Neither a code of six digits nor a recovery code.
        SecondFactor = "Enter the six digits of your authenticator, or a recovery code.";
        /// Not a picture in one of the accepted formats.
        Picture = "Choose a PNG, JPEG or WebP picture.";
        /// Not a language tag (BCP 47).
        Locale = "Choose a language, such as en or pt-BR.";
        /// A value that is none of those offered.
        Choice = "Choose one of the values that are offered.";
        /// Not the password of the person who is signed in.
        WrongPassword = "This is not your password. Check it and try again.";
        /// A code, at signing in, that is not right or not right any more.
        WrongCode = "This code is not right, or it was used before. Try the next one.";
        /// The first code of an authenticator that is being set up is not right.
        WrongFirstCode = "This code is not right. Check that the clock of your phone is right, and enter the code that it shows now.";
        /// The address that the person has.
        OwnEmail = "This is your address already.";
        /// The address of someone who is in the team.
        AlreadyMember = "This person is in your team already.";
        /// Websites that the person who chooses does not see.
        ForeignWebsite = "Choose among your own websites.";
        /// The name of another label.
        LabelTaken = "Another label has this name.";
        /// Members named in what a visitor reads.
        MentionInReply = "Mention members in internal notes only.";
        /// Not a shortcut of a canned reply.
        Shortcut = "Use small letters from a to z, digits and hyphens.";
        /// The shortcut of another canned reply of the same scope.
        ShortcutTaken = "Another canned reply has this shortcut.";
        /// A variable that canned replies do not have.
        Variable = "Use only these variables: {{visitor.name}}, {{visitor.firstName}}, {{visitor.email}}, {{agent.name}}, {{agent.firstName}}, {{website.name}}.";
        /// Not a host name.
        Domain = "Enter a domain, such as shop.example.";
        /// The domain of another website of the account.
        DomainTaken = "Another of your websites has this domain.";
        /// Not a time zone.
        Timezone = "Choose a time zone, such as Europe/Berlin.";
        /// Not an origin.
        Origin = "Enter addresses such as https://shop.example, without a path.";
        /// Not a phone number.
        Phone = "Enter a phone number, such as +49 30 1234567.";
        /// A window of the lifecycle that is over at once.
        Window = "Choose at least one second, or never.";
        /// A cap of open conversations that is none.
        Cap = "Choose a number from 1 to 1000, or no limit.";
        /// Openings that do not read, end before they begin or overlap.
        Hours = "Let each opening end after it begins, and none overlap.";
        /// Quiet hours that do not read, or end when they begin.
        QuietHours = "Enter when quiet hours begin and end, such as 22:00 and 07:00.";
        /// Not a day, or one that stands there already.
        Date = "Enter each day once, such as 2026-12-25.";
        /// Not a page rule.
        PageRule = "Enter paths that begin with /, such as /tents/*.";
        /// The name of another funnel of the website.
        FunnelTaken = "Another funnel of this website has this name.";
        /// Pages or a place for the funnel that takes what no other one covers.
        DefaultFunnel = "The default funnel covers every other page and comes last.";
        /// Not a colour.
        Colour = "Enter a colour in six hexadecimal digits, such as #3158cf.";
        /// Languages that are named twice, or the one that the texts are in already.
        LanguageTaken = "Name each language once, and not the one that the texts are in.";
        /// Questions that stand there twice.
        QuestionTaken = "Ask each thing once.";
        /// A form that asks nothing.
        NoQuestion = "Ask at least one thing, or leave the form out.";
    }
    counted {
        /// Longer than this many characters.
        TooLong = "Use at most ", " characters.";
        /// Shorter than this many characters.
        TooShort = "Use at least ", " characters.";
        /// A file over this many KiB.
        FileTooLarge = "Choose a file of at most ", " KiB.";
        /// More than this many websites.
        TooManyWebsites = "Choose at most ", " websites.";
        /// More than this many saved views.
        TooManyViews = "Keep at most ", " views. Delete one of yours first.";
        /// Not a number of minutes up to this.
        Minutes = "Choose from 1 to ", " minutes.";
        /// More than this many entries of a list.
        TooMany = "Enter at most ", " of them.";
        /// A number under this one.
        TooSmall = "Choose ", " or more.";
        /// A number over this one.
        TooLarge = "Choose ", " or less.";
    }
    coloured {
        /// Text that cannot be read on the colour behind it (WCAG 2.2, 1.4.3); this one in place of the colour would do.
        Contrast = "Text in this colour is hard to read. Try ", " as the colour behind it.";
    }
}

impl From<Violation> for String {
    fn from(violation: Violation) -> Self {
        violation.message()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_tells_its_violation() {
        for violation in Violation::each() {
            assert_eq!(Violation::told(&violation.message()), Some(violation));
        }
    }

    #[test]
    fn other_words_tell_none() {
        for message in [
            "",
            "Use at most  characters.",
            "Use at most 7",
            "Use at most -7 characters.",
            "fill in this field.",
        ] {
            assert_eq!(Violation::told(message), None, "{message}");
        }
    }
}
