//! What the button on the website looks like and when the chat opens by itself: ready for the loader, which has no room to work
//! it out.

use serde::{Deserialize, Serialize};

use super::colour::Colour;
use super::rules::{MAX_LAUNCHER, MAX_OFFSET, MAX_RADIUS, MIN_LAUNCHER};
use super::visit::{is_right_to_left, primary};
use super::{Corner, LauncherIcon, MobileMode, WidgetConfig, WidgetTheme};

/// In an answer to the loader.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LauncherLook {
    /// The style sheet of its shadow root.
    pub style: String,
    /// Words on the button, in the visitor's language where there are any.
    pub text: String,
    /// `ltr` or `rtl`: how its words are written, and which end of the line its corner is at.
    pub dir: String,
    /// Name of the closed button; `text` follows it where there is any.
    pub open: String,
    /// Name of the button while the chat is open.
    pub close: String,
    /// Name of the chat's frame.
    pub chat: String,
    /// Follows the number of answers that wait to be read.
    pub unread: String,
    /// A regular expression of paths without the widget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_on: Option<String>,
    /// When the chat opens by itself; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<LauncherOpens>,
}

/// When the chat opens by itself: whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LauncherOpens {
    /// After so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u32>,
    /// Once so many hundredths of the page have been seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_scroll: Option<u8>,
}

/// The launcher's own words in one language.
struct Words {
    language: &'static str,
    open: &'static str,
    close: &'static str,
    chat: &'static str,
    unread: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    open: "Open chat",
    close: "Close chat",
    chat: "Chat",
    unread: " new",
};

/// The languages that the widget speaks by itself.
const WORDS: [Words; 2] = [
    ENGLISH,
    Words {
        language: "ar",
        open: "فتح المحادثة",
        close: "إغلاق المحادثة",
        chat: "محادثة",
        unread: " رسائل جديدة",
    },
];

/// The words of a language (BCP 47); English where there are none.
fn words(language: &str) -> &'static Words {
    WORDS
        .iter()
        .find(|words| words.language.eq_ignore_ascii_case(primary(language)))
        .unwrap_or(&ENGLISH)
}

/// Narrower than this, in pixels, a screen is a phone's; the loader knows it too.
const NARROW_PX: u16 = 480;
/// Between launcher and chat, in pixels.
const GAP_PX: u16 = 12;

impl WidgetConfig {
    /// What the loader draws for a visitor who reads `language` (BCP 47), with these words on the button.
    #[must_use]
    pub fn launcher_look(&self, language: &str, text: &str) -> LauncherLook {
        let words = words(language);
        let opens = LauncherOpens {
            after_ms: self
                .behaviour
                .open_after
                .map(|seconds| u32::from(seconds) * 1_000),
            on_scroll: self.behaviour.open_on_scroll,
        };
        LauncherLook {
            style: self.style(!text.is_empty()),
            text: text.to_owned(),
            dir: if is_right_to_left(language) { "rtl" } else { "ltr" }.to_owned(),
            open: words.open.to_owned(),
            close: words.close.to_owned(),
            chat: words.chat.to_owned(),
            unread: words.unread.to_owned(),
            hide_on: expression(&self.behaviour.hide_on),
            opens: Some(opens).filter(|opens| *opens != LauncherOpens::default()),
        }
    }

    /// Only numbers and what stands here reaches the sheet, whatever the configuration holds.
    fn style(&self, has_text: bool) -> String {
        let usual = WidgetTheme::default();
        let colour = |text: &str, usual: &str| {
            Colour::parse(text).map_or_else(|| usual.to_owned(), |colour| colour.to_string())
        };
        let ground = colour(&self.theme.accent, &usual.accent);
        let ink = colour(&self.theme.accent_text, &usual.accent_text);
        let bounded = |value: u64, least: u64, most: u64| value.clamp(least, most);
        let side = bounded(self.position.side.into(), 0, MAX_OFFSET);
        let bottom = bounded(self.position.bottom.into(), 0, MAX_OFFSET);
        let size = bounded(self.launcher.size.into(), MIN_LAUNCHER, MAX_LAUNCHER);
        let radius = bounded(self.theme.radius.into(), 0, MAX_RADIUS) + 4;
        let inset = match self.position.corner {
            Corner::BottomLeft => format!("{side}px auto"),
            Corner::BottomRight | Corner::Unknown => format!("auto {side}px"),
        };
        let (round, inline) = (size / 2, if has_text { 20 } else { 0 });
        let above = bottom + size + u64::from(GAP_PX);
        let font = self.theme.font.families();
        let icon = icon(self.launcher.icon);
        let narrow = match self.behaviour.mobile {
            MobileMode::FullScreen | MobileMode::Unknown => {
                ":host([open]) button{visibility:hidden}\
                 iframe{inset:0!important;width:100%;height:100%;border-radius:0}"
            }
            MobileMode::Window => "",
            MobileMode::Hidden => ":host{display:none!important}",
        };
        format!(
            ":host{{all:initial!important;display:contents!important}}\
             :host([hidden]){{display:none!important}}\
             button,iframe{{position:fixed;bottom:{bottom}px;inset-inline:{inset};z-index:2147483647;border:0;\
             box-shadow:0 4px 24px #0004}}\
             button{{display:flex;align-items:center;justify-content:center;gap:8px;box-sizing:border-box;height:{size}px;\
             min-width:{size}px;max-width:calc(100vw - {side}px);padding:0 {inline}px;border-radius:{round}px;\
             background:{ground};color:{ink};font:600 15px/1.2 {font};white-space:nowrap;cursor:pointer}}\
             button:focus-visible{{outline:2px solid #fff;box-shadow:0 0 0 4px #000}}\
             button::before{{content:\"\";flex:none;width:24px;height:24px;background:currentColor;clip-path:{icon}}}\
             :host([open]) button::before{{clip-path:polygon(0 25%,50% 60%,100% 25%,50% 90%)}}\
             button::after{{content:attr(data-unread);position:absolute;inset-block-start:-4px;inset-inline-end:-4px;padding:0 6px;\
             border-radius:10px;background:#c00;color:#fff;font:12px/20px sans-serif}}\
             button[data-unread=\"0\"]::after,output{{clip-path:inset(50%)}}\
             output{{position:fixed}}\
             iframe{{bottom:{above}px;width:min(376px,100vw - {margins}px);height:min(620px,100vh - {headroom}px);\
             border-radius:{radius}px;visibility:hidden}}\
             :host([open]) iframe{{visibility:visible}}\
             @media(max-width:{NARROW_PX}px){{{narrow}}}",
            margins = 2 * side,
            headroom = above + 20,
        )
    }
}

/// The value of CSS's `clip-path` that draws an icon of 24 by 24 pixels.
const fn icon(icon: LauncherIcon) -> &'static str {
    match icon {
        LauncherIcon::Bubble | LauncherIcon::Unknown => {
            "path(\"M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4.5V17H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z\")"
        }
        LauncherIcon::Bubbles => {
            "path(\"M4 2h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H8l-4 3.5V12a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z\
             M18 7h2a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2v3.5L16 18h-5a2 2 0 0 1-2-2v-2h5a4 4 0 0 0 4-4z\")"
        }
        LauncherIcon::Question => {
            "path(evenodd,\"M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22zM11 16h2v2h-2z\
             M12 5.5a4 4 0 0 0-4 4h2a2 2 0 1 1 2.6 1.9c-.9.3-1.6 1-1.6 2V15h2v-1.4A4 4 0 0 0 12 5.5z\")"
        }
        LauncherIcon::Envelope => {
            "path(\"M3 4h18a1 1 0 0 1 1 1v1l-10 6.5L2 6V5a1 1 0 0 1 1-1z\
             M2 8.4l10 6.5l10-6.5V19a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z\")"
        }
    }
}

/// Page rules as one expression, in which `*` stands for anything and everything else for itself; none without any.
fn expression(rules: &[String]) -> Option<String> {
    if rules.is_empty() {
        return None;
    }
    let one = |rule: &String| -> String {
        rule.chars().fold(String::new(), |mut written, c| {
            match c {
                '*' => written.push_str(".*"),
                c if c.is_alphanumeric() || matches!(c, '/' | '_') => written.push(c),
                c => written.extend(['\\', c]),
            }
            written
        })
    };
    let all: Vec<String> = rules.iter().map(one).collect();
    Some(format!("^(?:{})$", all.join("|")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_follows_the_configuration() {
        let mut config = WidgetConfig::default();
        config.theme.accent = "#0a7d4b".to_owned();
        config.position.corner = Corner::BottomLeft;
        config.position.bottom = 40;
        config.launcher.size = 60;
        let look = config.launcher_look("en", "Ask us");
        for part in [
            "background:#0a7d4b",
            "20px auto",
            "bottom:40px",
            "height:60px",
            "bottom:112px",
            "padding:0 20px",
        ] {
            assert!(look.style.contains(part), "{part} in {}", look.style);
        }
        assert_eq!(look.text, "Ask us");
        assert!(config.launcher_look("en", "").style.contains("padding:0 0px"));
        config.behaviour.mobile = MobileMode::Hidden;
        assert!(
            config
                .launcher_look("en", "")
                .style
                .ends_with("{:host{display:none!important}}")
        );
    }

    #[test]
    fn its_own_words_are_in_the_language_of_the_texts() {
        let config = WidgetConfig::default();
        let arabic = config.launcher_look("ar-EG", "");
        assert_eq!(
            (arabic.dir.as_str(), arabic.close.as_str()),
            ("rtl", "إغلاق المحادثة")
        );
        let hebrew = config.launcher_look("he", "");
        assert_eq!(
            (hebrew.dir.as_str(), hebrew.open.as_str()),
            ("rtl", "Open chat"),
            "what it cannot say in Hebrew"
        );
        assert_eq!(config.launcher_look("en", "").unread, " new");
    }

    #[test]
    fn it_opens_by_itself_only_where_that_is_wanted() {
        let mut config = WidgetConfig::default();
        assert_eq!(config.launcher_look("en", "").opens, None);
        config.behaviour.open_after = Some(3);
        let opens = LauncherOpens {
            after_ms: Some(3_000),
            on_scroll: None,
        };
        assert_eq!(config.launcher_look("en", "").opens, Some(opens));
    }

    #[test]
    fn nothing_but_numbers_and_colours_reaches_the_sheet() {
        let mut config = WidgetConfig::default();
        config.theme.accent = "red;}body{background:url(//evil.example)".to_owned();
        config.theme.radius = 255;
        config.position.side = u16::MAX;
        let style = config.launcher_look("en", "</style><script>").style;
        assert!(!style.contains("evil") && !style.contains("script"), "{style}");
        assert!(
            style.contains("#3158cf") && style.contains("border-radius:28px"),
            "{style}"
        );
        assert!(style.contains("auto 200px"), "{style}");
    }

    #[test]
    fn page_rules_become_one_expression() {
        assert_eq!(expression(&[]), None);
        let rules = ["/checkout/*".to_owned(), "/a.b-c".to_owned()];
        assert_eq!(
            expression(&rules).as_deref(),
            Some("^(?:/checkout/.*|/a\\.b\\-c)$")
        );
    }
}
