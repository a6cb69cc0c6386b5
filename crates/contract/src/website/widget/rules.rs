//! What a configuration may be: the customiser and the server ask the same questions.

use super::colour::Colour;
use super::pre_chat::short_text;
use super::{Corner, LauncherIcon, MobileMode, WidgetConfig, WidgetFont, WidgetTexts};
use crate::problem::FieldErrors;
use crate::validate::{self, Checks, Violation};
use crate::website::rules;

/// The largest corner radius, in pixels.
pub const MAX_RADIUS: u64 = 24;
/// The largest distance from the page's side or lower end, in pixels.
pub const MAX_OFFSET: u64 = 200;
/// The smallest launcher, in pixels: a finger can hit it (WCAG 2.2, 2.5.5).
pub const MIN_LAUNCHER: u64 = 44;
/// The largest launcher, in pixels.
pub const MAX_LAUNCHER: u64 = 72;
/// The longest wait until the chat opens by itself, in seconds.
pub const MAX_OPEN_AFTER: u64 = 600;
/// Most characters on the launcher.
pub const MAX_LAUNCHER_TEXT_CHARS: usize = 24;
/// Most characters in the heading and in the empty textbox.
pub const MAX_TITLE_CHARS: usize = 60;
/// Most characters in what is said outside of the business hours, and to those who may not write.
pub const MAX_NOTICE_CHARS: usize = 300;
/// Most further languages.
pub const MAX_TRANSLATIONS: usize = 20;

/// A colour, `#rrggbb`.
///
/// # Errors
/// The rule that `text` breaks.
pub fn colour(text: &str) -> Result<(), Violation> {
    match text.trim() {
        "" => Err(Violation::Required),
        text if Colour::parse(text).is_some() => Ok(()),
        _ => Err(Violation::Colour),
    }
}

/// The colour of text that stands on `accent`: one that can be read there. Where `accent` is no colour, its own field says so.
///
/// # Errors
/// The rule that `text` breaks; for text that is hard to read with a colour behind it that would do.
pub fn text_on(text: &str, accent: &str) -> Result<(), Violation> {
    colour(text)?;
    let (Some(text), Some(accent)) = (Colour::parse(text.trim()), Colour::parse(accent.trim())) else {
        return Ok(());
    };
    if text.reads_on(accent) {
        return Ok(());
    }
    Err(Violation::Contrast(text.readable_ground(accent)))
}

/// A number from `least` to `most`.
///
/// # Errors
/// The rule that `value` breaks.
pub fn number(value: u64, least: u64, most: u64) -> Result<(), Violation> {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    if value < least {
        Err(Violation::TooSmall(count(least)))
    } else if value > most {
        Err(Violation::TooLarge(count(most)))
    } else {
        Ok(())
    }
}

/// The words on the launcher: one line, or none.
///
/// # Errors
/// The rule that `text` breaks.
pub fn launcher_text(text: &str) -> Result<(), Violation> {
    line(text, MAX_LAUNCHER_TEXT_CHARS)
}

/// The heading, or what stands in the empty textbox: one line, or none.
///
/// # Errors
/// The rule that `text` breaks.
pub fn title(text: &str) -> Result<(), Violation> {
    line(text, MAX_TITLE_CHARS)
}

/// What is said outside of the business hours, or to those who may not write: some lines, or none.
///
/// # Errors
/// The rule that `text` breaks.
pub fn notice(text: &str) -> Result<(), Violation> {
    short_text(text, MAX_NOTICE_CHARS)
}

fn line(text: &str, most: usize) -> Result<(), Violation> {
    short_text(text, most)?;
    if text.contains('\n') {
        return Err(Violation::ControlCharacters);
    }
    Ok(())
}

fn choice(is_known: bool) -> Result<(), Violation> {
    if is_known { Ok(()) } else { Err(Violation::Choice) }
}

impl WidgetTexts {
    /// Every rule.
    ///
    /// # Errors
    /// The first one that it breaks.
    pub fn check(&self) -> Result<(), Violation> {
        title(&self.title)?;
        rules::greeting(&self.greeting)?;
        title(&self.placeholder)?;
        launcher_text(&self.launcher_text)?;
        notice(&self.offline_message)?;
        notice(&self.refused_message)?;
        short_text(&self.pre_chat_intro, super::pre_chat::MAX_QUESTION_CHARS)
    }
}

impl WidgetConfig {
    /// Every rule.
    ///
    /// # Errors
    /// Messages by field, named by its path, such as `theme.accent`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let (theme, behaviour) = (&self.theme, &self.behaviour);
        let among = |value: Option<u64>, most: u64| value.map_or(Ok(()), |value| number(value, 1, most));
        Checks::default()
            .field("theme.accent", colour(&theme.accent))
            .field("theme.accentText", text_on(&theme.accent_text, &theme.accent))
            .field("theme.radius", number(theme.radius.into(), 0, MAX_RADIUS))
            .field("theme.font", choice(theme.font != WidgetFont::Unknown))
            .field("position.corner", choice(self.position.corner != Corner::Unknown))
            .field("position.side", number(self.position.side.into(), 0, MAX_OFFSET))
            .field(
                "position.bottom",
                number(self.position.bottom.into(), 0, MAX_OFFSET),
            )
            .field(
                "launcher.icon",
                choice(self.launcher.icon != LauncherIcon::Unknown),
            )
            .field("launcher.text", launcher_text(&self.launcher.text))
            .field(
                "launcher.size",
                number(self.launcher.size.into(), MIN_LAUNCHER, MAX_LAUNCHER),
            )
            .field(
                "behaviour.openAfter",
                among(behaviour.open_after.map(u64::from), MAX_OPEN_AFTER),
            )
            .field(
                "behaviour.openOnScroll",
                among(behaviour.open_on_scroll.map(u64::from), 100),
            )
            .field(
                "behaviour.hideOn",
                rules::page_rules(behaviour.hide_on.iter().map(String::as_str)),
            )
            .field(
                "behaviour.mobile",
                choice(behaviour.mobile != MobileMode::Unknown),
            )
            .field("locale", validate::locale(&self.locale))
            .field("title", title(&self.title))
            .field(
                "greeting",
                rules::greeting(self.greeting.as_deref().unwrap_or_default()),
            )
            .field("placeholder", title(&self.placeholder))
            .field("preChatForm", self.pre_chat_form.check())
            .field("offlineMessage", notice(&self.offline_message))
            .field("refusedMessage", notice(&self.refused_message))
            .field("translations", self.check_translations())
            .finish()
    }

    fn check_translations(&self) -> Result<(), Violation> {
        if self.translations.len() > MAX_TRANSLATIONS {
            return Err(Violation::TooMany(MAX_TRANSLATIONS));
        }
        for (tag, texts) in &self.translations {
            validate::locale(tag)?;
            if tag.eq_ignore_ascii_case(&self.locale) {
                return Err(Violation::LanguageTaken);
            }
            texts.check()?;
        }
        Ok(())
    }

    /// The same with colours in small letters and no space around texts and pages; nothing empty among the pages.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        let trim = |text: &mut String| *text = text.trim().to_owned();
        for colour in [&mut self.theme.accent, &mut self.theme.accent_text] {
            *colour = colour.trim().to_ascii_lowercase();
        }
        for text in [
            &mut self.title,
            &mut self.placeholder,
            &mut self.offline_message,
            &mut self.refused_message,
            &mut self.launcher.text,
            &mut self.pre_chat_form.intro,
        ] {
            trim(text);
        }
        self.greeting = self
            .greeting
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty());
        for field in &mut self.pre_chat_form.fields {
            trim(&mut field.label);
        }
        self.behaviour.hide_on.iter_mut().for_each(trim);
        self.behaviour.hide_on.retain(|rule| !rule.is_empty());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(change: impl FnOnce(&mut WidgetConfig)) -> Vec<String> {
        let mut config = WidgetConfig::default();
        change(&mut config);
        config
            .check()
            .err()
            .map(|fields| fields.into_keys().collect())
            .unwrap_or_default()
    }

    #[test]
    fn text_that_cannot_be_read_is_refused_with_a_colour_that_would_do() {
        let refused = text_on("#ffffff", "#ffd500").expect_err("white on yellow");
        let Violation::Contrast(suggested) = refused else {
            panic!("{refused:?}")
        };
        assert!(Colour::WHITE.reads_on(suggested));
        assert!(
            refused.message().contains(&suggested.to_string()),
            "{}",
            refused.message()
        );
        assert_eq!(text_on("#000000", "#ffd500"), Ok(()));
        assert_eq!(text_on("#ffffff", "yellow"), Ok(()), "the other field says so");
        assert_eq!(text_on("white", "#ffd500"), Err(Violation::Colour));
        assert_eq!(
            broken(|config| config.theme.accent = "#ffd500".to_owned()),
            ["theme.accentText"]
        );
        assert_eq!(
            broken(|config| config.theme.accent = "url(x)".to_owned()),
            ["theme.accent"]
        );
    }

    #[test]
    fn numbers_have_ranges() {
        assert_eq!(broken(|config| config.theme.radius = 25), ["theme.radius"]);
        assert_eq!(broken(|config| config.position.side = 201), ["position.side"]);
        assert_eq!(broken(|config| config.launcher.size = 43), ["launcher.size"]);
        assert_eq!(broken(|config| config.launcher.size = 73), ["launcher.size"]);
        assert_eq!(
            broken(|config| config.behaviour.open_after = Some(0)),
            ["behaviour.openAfter"]
        );
        assert_eq!(
            broken(|config| config.behaviour.open_on_scroll = Some(101)),
            ["behaviour.openOnScroll"]
        );
        assert_eq!(number(3, 4, 5), Err(Violation::TooSmall(4)));
        assert_eq!(number(6, 4, 5), Err(Violation::TooLarge(5)));
    }

    #[test]
    fn texts_have_lengths() {
        assert_eq!(
            broken(|config| config.launcher.text = "x".repeat(25)),
            ["launcher.text"]
        );
        assert_eq!(broken(|config| config.title = "two\nlines".to_owned()), ["title"]);
        assert_eq!(
            broken(|config| config.offline_message = "x".repeat(301)),
            ["offlineMessage"]
        );
        assert!(broken(|config| config.offline_message = "two\nlines".to_owned()).is_empty());
        assert_eq!(
            broken(|config| config.behaviour.hide_on = vec!["checkout".to_owned()]),
            ["behaviour.hideOn"]
        );
    }

    #[test]
    fn each_language_stands_there_once() {
        let of = |tag: &str| {
            let tag = tag.to_owned();
            broken(move |config| {
                config.translations.insert(tag, WidgetTexts::default());
            })
        };
        assert!(of("ar").is_empty());
        assert_eq!(of("en"), ["translations"]);
        assert_eq!(of("not a language"), ["translations"]);
        let long = broken(|config| {
            let texts = WidgetTexts {
                title: "x".repeat(61),
                ..WidgetTexts::default()
            };
            config.translations.insert("de".to_owned(), texts);
        });
        assert_eq!(long, ["translations"]);
    }

    #[test]
    fn what_is_typed_is_tidied() {
        let config = WidgetConfig {
            greeting: Some("  ".to_owned()),
            title: " Help ".to_owned(),
            ..WidgetConfig::default()
        };
        let mut typed = config;
        typed.theme.accent = " #3158CF ".to_owned();
        typed.behaviour.hide_on = vec![" /a ".to_owned(), String::new()];
        let tidy = typed.tidied();
        assert_eq!(tidy.greeting, None);
        assert_eq!(tidy.title, "Help");
        assert_eq!(tidy.theme.accent, "#3158cf");
        assert_eq!(tidy.behaviour.hide_on, ["/a"]);
    }
}
