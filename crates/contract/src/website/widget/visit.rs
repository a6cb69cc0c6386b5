//! What one visitor gets of a configuration: in one language, with people there or not.

use serde::{Deserialize, Serialize};

use super::launcher::LauncherLook;
use super::{PreChatForm, WidgetConfig, WidgetFont, WidgetTexts, WidgetTheme};

/// Languages that are written from right to left, by primary subtag.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur"];

/// In [`crate::visitor::VisitorSession`], for the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorWidget {
    /// Colours and shape.
    pub theme: VisitorTheme,
    /// The language that the texts are in (BCP 47).
    pub language: String,
    /// Whether that is written from right to left.
    pub right_to_left: bool,
    /// The heading; the widget's own words where it is empty.
    pub title: String,
    /// The line above the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// Stands in the empty textbox; the widget's own words where it is empty.
    pub placeholder: String,
    /// Whether people are there now, by the website's business hours.
    pub is_open: bool,
    /// Said while they are not; the widget's own words where it is empty.
    pub offline_message: String,
    /// Said to a visitor who may not write; the widget's own words where it is empty.
    pub refused_message: String,
    /// What this visitor is asked before they write; null for nothing, or nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_chat_form: Option<PreChatForm>,
    /// Whether an answer that the visitor does not see makes a sound.
    pub sound: bool,
    /// Whether it says below the chat whose software it is.
    pub branding: bool,
    /// Whether operators see what a visitor writes before it is sent.
    pub share_drafts: bool,
}

impl Default for VisitorWidget {
    fn default() -> Self {
        Self {
            theme: VisitorTheme::default(),
            language: String::new(),
            right_to_left: false,
            title: String::new(),
            greeting: None,
            placeholder: String::new(),
            is_open: true,
            offline_message: String::new(),
            refused_message: String::new(),
            pre_chat_form: None,
            sound: false,
            branding: false,
            share_drafts: false,
        }
    }
}

/// A theme as the frame applies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorTheme {
    /// Header and the visitor's bubbles, `#rrggbb`.
    pub accent: String,
    /// Text on that, `#rrggbb`.
    pub accent_text: String,
    /// Corner radius in pixels.
    pub radius: u8,
    /// The value of CSS's `font-family`.
    pub font: String,
}

impl Default for VisitorTheme {
    fn default() -> Self {
        Self::from(&WidgetTheme::default())
    }
}

impl From<&WidgetTheme> for VisitorTheme {
    fn from(theme: &WidgetTheme) -> Self {
        Self {
            accent: theme.accent.clone(),
            accent_text: theme.accent_text.clone(),
            radius: theme.radius,
            font: match theme.font {
                // The frame's own.
                WidgetFont::System | WidgetFont::Unknown => String::new(),
                font => font.families().to_owned(),
            },
        }
    }
}

/// The first part of a tag: the language.
pub(super) fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// Whether a language is written from right to left.
#[must_use]
pub fn is_right_to_left(tag: &str) -> bool {
    RIGHT_TO_LEFT
        .iter()
        .any(|language| language.eq_ignore_ascii_case(primary(tag)))
}

impl WidgetConfig {
    /// The further texts for a visitor whose browser prefers `locale`: those of this very tag, else of its language; none where
    /// the configuration's own texts are nearer, or nothing fits.
    fn texts_for(&self, locale: &str) -> Option<(&str, &WidgetTexts)> {
        let exact = |tag: &str| tag.eq_ignore_ascii_case(locale);
        let near = |tag: &str| primary(tag).eq_ignore_ascii_case(primary(locale));
        let find = |fits: &dyn Fn(&str) -> bool| {
            let mut all = self.translations.iter();
            all.find(|(tag, _)| fits(tag))
                .map(|(tag, texts)| (tag.as_str(), texts))
        };
        if exact(&self.locale) {
            return None;
        }
        find(&exact).or_else(|| if near(&self.locale) { None } else { find(&near) })
    }

    /// What a visitor gets whose browser prefers `locale` (BCP 47; may be empty), while people are there or not, and the look of
    /// the launcher. The questions of the form are all of them: which ones this visitor has answered, the caller knows.
    #[must_use]
    pub fn for_visit(&self, locale: &str, is_open: bool) -> (VisitorWidget, LauncherLook) {
        let found = self.texts_for(locale);
        let language = found.map_or(self.locale.as_str(), |(tag, _)| tag);
        let say = |own: &str, further: fn(&WidgetTexts) -> &String| {
            let further = found
                .map(|(_, texts)| further(texts).as_str())
                .filter(|text| !text.is_empty());
            further.unwrap_or(own).to_owned()
        };
        let greeting = say(self.greeting.as_deref().unwrap_or_default(), |texts| {
            &texts.greeting
        });
        let form = &self.pre_chat_form;
        let widget = VisitorWidget {
            theme: VisitorTheme::from(&self.theme),
            language: language.to_owned(),
            right_to_left: is_right_to_left(language),
            title: say(&self.title, |texts| &texts.title),
            greeting: Some(greeting).filter(|text| !text.is_empty()),
            placeholder: say(&self.placeholder, |texts| &texts.placeholder),
            is_open,
            offline_message: say(&self.offline_message, |texts| &texts.offline_message),
            refused_message: say(&self.refused_message, |texts| &texts.refused_message),
            pre_chat_form: form.is_on.then(|| PreChatForm {
                intro: say(&form.intro, |texts| &texts.pre_chat_intro),
                ..form.clone()
            }),
            sound: self.behaviour.sound,
            branding: self.branding,
            share_drafts: self.share_drafts,
        };
        let text = say(&self.launcher.text, |texts| &texts.launcher_text);
        (widget, self.launcher_look(language, &text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> WidgetConfig {
        let mut config = WidgetConfig {
            title: "Help".to_owned(),
            greeting: Some("Hello".to_owned()),
            ..WidgetConfig::default()
        };
        config.launcher.text = "Chat".to_owned();
        for (tag, title, greeting) in [
            ("ar", "مساعدة", ""),
            ("de", "Hilfe", "Hallo"),
            ("de-CH", "Hilfe", "Grüezi"),
        ] {
            let texts = WidgetTexts {
                title: title.to_owned(),
                greeting: greeting.to_owned(),
                ..WidgetTexts::default()
            };
            config.translations.insert(tag.to_owned(), texts);
        }
        config
    }

    #[test]
    fn a_visitor_gets_the_nearest_language() {
        let config = config();
        for (locale, language, greeting) in [
            ("de-CH", "de-CH", "Grüezi"),
            ("de-AT", "de", "Hallo"),
            ("DE", "de", "Hallo"),
            ("en-GB", "en", "Hello"),
            ("tlh", "en", "Hello"),
            ("", "en", "Hello"),
        ] {
            let (widget, _) = config.for_visit(locale, true);
            assert_eq!(widget.language, language, "{locale}");
            assert_eq!(widget.greeting.as_deref(), Some(greeting), "{locale}");
            assert!(!widget.right_to_left);
        }
    }

    #[test]
    fn what_is_not_translated_is_said_in_the_own_language() {
        let (widget, look) = config().for_visit("ar-EG", false);
        assert!(widget.right_to_left);
        assert_eq!(widget.title, "مساعدة");
        assert_eq!(widget.greeting.as_deref(), Some("Hello"));
        assert_eq!(look.text, "Chat");
        assert!(!widget.is_open);
    }

    #[test]
    fn a_form_that_is_off_is_not_asked() {
        let mut config = config();
        config
            .pre_chat_form
            .fields
            .push(super::super::PreChatField::default());
        assert_eq!(config.for_visit("en", true).0.pre_chat_form, None);
        config.pre_chat_form.is_on = true;
        assert!(config.for_visit("en", true).0.pre_chat_form.is_some());
    }

    #[test]
    fn a_frame_reads_what_is_missing_as_its_default() {
        let widget: VisitorWidget = serde_json::from_str("{}").expect("reads");
        assert_eq!(widget, VisitorWidget::default());
        assert!(widget.is_open, "nobody is sent away by an old server");
    }
}
