//! Broken rules of the contract, in the person's language.

use switchboard_contract::live_chat::VARIABLES;
use switchboard_contract::validate::Violation;
use yew::AttrValue;

use super::{t, t_count, t_with};

/// What to do about a broken rule.
#[must_use]
pub fn rule(violation: Violation) -> AttrValue {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    match violation {
        Violation::Required => t("rule.required"),
        Violation::Email => t("rule.email"),
        Violation::TooLong(most) => t_count("rule.too_long", count(most), &[]),
        Violation::TooShort(least) => t_count("rule.too_short", count(least), &[]),
        Violation::CommonPassword => t("rule.common_password"),
        Violation::PersonalPassword => t("rule.personal_password"),
        Violation::ControlCharacters => t("rule.control_characters"),
        Violation::TotpCode => t("rule.totp_code"),
        Violation::SecondFactor => t("rule.second_factor"),
        Violation::Picture => t("rule.picture"),
        Violation::FileTooLarge(most) => t_count("rule.file_too_large", count(most), &[]),
        Violation::Locale => t("rule.locale"),
        Violation::Choice => t("rule.choice"),
        Violation::WrongPassword => t("rule.wrong_password"),
        Violation::WrongCode => t("rule.wrong_code"),
        Violation::WrongFirstCode => t("rule.wrong_first_code"),
        Violation::OwnEmail => t("rule.own_email"),
        Violation::AlreadyMember => t("rule.already_member"),
        Violation::ForeignWebsite => t("rule.foreign_website"),
        Violation::LabelTaken => t("rule.label_taken"),
        Violation::MentionInReply => t("rule.mention_in_reply"),
        Violation::Shortcut => t("rule.shortcut"),
        Violation::ShortcutTaken => t("rule.shortcut_taken"),
        Violation::Variable => {
            let names = VARIABLES.map(|variable| format!("{{{{{}}}}}", variable.name()));
            t_with("rule.variable", &[("names", &names.join(", "))])
        }
        Violation::Domain => t("rule.domain"),
        Violation::DomainTaken => t("rule.domain_taken"),
        Violation::Timezone => t("rule.timezone"),
        Violation::Origin => t("rule.origin"),
        Violation::Phone => t("rule.phone"),
        Violation::Window => t("rule.window"),
        Violation::Cap => t("rule.cap"),
        Violation::Hours => t("rule.hours"),
        Violation::QuietHours => t("rule.quiet_hours"),
        Violation::Minutes(most) => t_count("rule.minutes", count(most), &[]),
        Violation::Date => t("rule.date"),
        Violation::PageRule => t("rule.page_rule"),
        Violation::FunnelTaken => t("rule.funnel_taken"),
        Violation::DefaultFunnel => t("rule.default_funnel"),
        Violation::Colour => t("rule.colour"),
        Violation::LanguageTaken => t("rule.language_taken"),
        Violation::QuestionTaken => t("rule.question_taken"),
        Violation::NoQuestion => t("rule.no_question"),
        Violation::TooSmall(least) => t_with("rule.too_small", &[("number", &count(least).to_string())]),
        Violation::TooLarge(most) => t_with("rule.too_large", &[("number", &count(most).to_string())]),
        Violation::Contrast(colour) => t_with("rule.contrast", &[("colour", &colour.to_string())]),
        Violation::TooMany(most) => t_count("rule.too_many", count(most), &[]),
        Violation::TooManyViews(most) => t_count("rule.too_many_views", count(most), &[]),
        Violation::TooManyWebsites(most) => t_count("rule.too_many_websites", count(most), &[]),
    }
}
