//! How a website's widget looks, what it says and what it does.
//!
//! | module | holds |
//! | --- | --- |
//! | [`colour`] | colours, and whether text can be read on them |
//! | [`rules`] | what a configuration may be |
//! | [`visit`] | what of it one visitor gets: one language, open or closed |
//! | [`launcher`] | what the button on the website looks like |
//! | [`pre_chat`] | what visitors are asked before they write |

pub mod colour;
pub mod launcher;
pub mod pre_chat;
pub mod rules;
pub mod visit;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::WebsiteId;
use crate::time::Timestamp;

pub use pre_chat::{AnswerPreChat, PreChatField, PreChatForm, PreChatKind};
pub use visit::VisitorWidget;

/// The corner of the host page that the launcher sits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Corner {
    /// The end of the line, at the bottom.
    #[default]
    BottomRight,
    /// The start of the line, at the bottom.
    BottomLeft,
    /// A corner that this build does not know.
    #[serde(other)]
    Unknown,
}

/// Where the launcher sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PositionOnWire", rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetPosition {
    /// In which corner.
    pub corner: Corner,
    /// Pixels from the page's side.
    pub side: u16,
    /// Pixels from the page's lower end.
    pub bottom: u16,
}

impl Default for WidgetPosition {
    fn default() -> Self {
        Self {
            corner: Corner::default(),
            side: 20,
            bottom: 20,
        }
    }
}

/// A position as it was first stored, a corner only, or whole.
#[derive(Deserialize)]
#[serde(untagged)]
enum PositionOnWire {
    Corner(Corner),
    Whole {
        #[serde(default)]
        corner: Corner,
        side: Option<u16>,
        bottom: Option<u16>,
    },
}

impl From<PositionOnWire> for WidgetPosition {
    fn from(wire: PositionOnWire) -> Self {
        let usual = Self::default();
        match wire {
            PositionOnWire::Corner(corner) => Self { corner, ..usual },
            PositionOnWire::Whole { corner, side, bottom } => Self {
                corner,
                side: side.unwrap_or(usual.side),
                bottom: bottom.unwrap_or(usual.bottom),
            },
        }
    }
}

/// The kind of letters in the chat. Fonts that the visitor's own device has: nothing is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WidgetFont {
    /// What the device writes its menus in.
    #[default]
    System,
    /// Round letters.
    Rounded,
    /// Letters with feet.
    Serif,
    /// Letters of one width.
    Mono,
    /// One that this build does not know: as [`WidgetFont::System`].
    #[serde(other)]
    Unknown,
}

impl WidgetFont {
    /// The value of CSS's `font-family`.
    #[must_use]
    pub const fn families(self) -> &'static str {
        match self {
            Self::System | Self::Unknown => {
                "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", Arial, sans-serif"
            }
            Self::Rounded => {
                "ui-rounded, \"Hiragino Maru Gothic ProN\", Quicksand, Nunito, system-ui, sans-serif"
            }
            Self::Serif => "ui-serif, Georgia, Cambria, \"Noto Serif\", \"Times New Roman\", serif",
            Self::Mono => "ui-monospace, Menlo, Consolas, \"Noto Sans Mono\", monospace",
        }
    }
}

/// Colours and shape of the widget. Colours are `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetTheme {
    /// Launcher, header and the visitor's bubbles.
    pub accent: String,
    /// Text on the accent colour.
    pub accent_text: String,
    /// Corner radius in pixels.
    pub radius: u8,
    /// The letters.
    pub font: WidgetFont,
}

impl Default for WidgetTheme {
    fn default() -> Self {
        Self {
            accent: "#3158cf".to_owned(),
            accent_text: "#ffffff".to_owned(),
            radius: 12,
            font: WidgetFont::default(),
        }
    }
}

/// What is drawn on the launcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LauncherIcon {
    /// A speech bubble.
    #[default]
    Bubble,
    /// Two of them.
    Bubbles,
    /// A question mark.
    Question,
    /// A letter.
    Envelope,
    /// One that this build does not know: as [`LauncherIcon::Bubble`].
    #[serde(other)]
    Unknown,
}

/// The button on the website.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetLauncher {
    /// What is drawn on it.
    pub icon: LauncherIcon,
    /// Words beside the icon; empty for the icon alone.
    pub text: String,
    /// Its height in pixels.
    pub size: u8,
}

impl Default for WidgetLauncher {
    fn default() -> Self {
        Self {
            icon: LauncherIcon::default(),
            text: String::new(),
            size: 52,
        }
    }
}

/// What the widget does on narrow screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MobileMode {
    /// The open chat covers the page.
    #[default]
    FullScreen,
    /// The open chat stands above the page, as on wide screens.
    Window,
    /// There is no chat.
    Hidden,
    /// A mode that this build does not know: as [`MobileMode::FullScreen`].
    #[serde(other)]
    Unknown,
}

/// What the widget does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetBehaviour {
    /// Opens after so many seconds on a page, unless the visitor has closed it in this tab; null = never. Never on narrow screens.
    pub open_after: Option<u16>,
    /// Opens once so many hundredths of the page have been seen, under the same conditions; null = never.
    pub open_on_scroll: Option<u8>,
    /// Pages without the widget: paths from `/`, in which `*` stands for anything.
    pub hide_on: Vec<String>,
    /// On narrow screens.
    pub mobile: MobileMode,
    /// Whether an answer that the visitor does not see makes a sound.
    pub sound: bool,
}

impl Default for WidgetBehaviour {
    fn default() -> Self {
        Self {
            open_after: None,
            open_on_scroll: None,
            hide_on: Vec::new(),
            mobile: MobileMode::default(),
            sound: true,
        }
    }
}

/// What the widget says in one further language. What is empty is said in the language of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetTexts {
    /// See [`WidgetConfig::title`].
    pub title: String,
    /// See [`WidgetConfig::greeting`].
    pub greeting: String,
    /// See [`WidgetConfig::placeholder`].
    pub placeholder: String,
    /// See [`WidgetLauncher::text`].
    pub launcher_text: String,
    /// See [`WidgetConfig::offline_message`].
    pub offline_message: String,
    /// See [`WidgetConfig::refused_message`].
    pub refused_message: String,
    /// See [`PreChatForm::intro`].
    pub pre_chat_intro: String,
}

/// The configuration of a website's widget. Missing fields take their defaults, so old ones still load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetConfig {
    /// Colours and shape.
    pub theme: WidgetTheme,
    /// Where the launcher sits.
    pub position: WidgetPosition,
    /// The button on the website.
    pub launcher: WidgetLauncher,
    /// What it does by itself.
    pub behaviour: WidgetBehaviour,
    /// The language of the texts here (BCP 47).
    pub locale: String,
    /// The chat's heading; the widget's own words where it is empty.
    pub title: String,
    /// The line above the first message.
    pub greeting: Option<String>,
    /// Stands in the empty textbox; the widget's own words where it is empty.
    pub placeholder: String,
    /// What visitors are asked before they write.
    pub pre_chat_form: PreChatForm,
    /// Said outside of the website's business hours; the widget's own words where it is empty.
    pub offline_message: String,
    /// Said to visitors who may not write; the widget's own words where it is empty.
    pub refused_message: String,
    /// The texts in further languages, by BCP 47 tag. A visitor gets those of their own language where there are any.
    pub translations: BTreeMap<String, WidgetTexts>,
    /// Whether it says below the chat whose software it is.
    pub branding: bool,
    /// Whether operators see what a visitor writes before it is sent. Off unless the website chooses it: people do not
    /// expect it.
    pub share_drafts: bool,
    /// Counts publications.
    pub version: u64,
}

impl Default for WidgetConfig {
    fn default() -> Self {
        Self {
            theme: WidgetTheme::default(),
            position: WidgetPosition::default(),
            launcher: WidgetLauncher::default(),
            behaviour: WidgetBehaviour::default(),
            locale: "en".to_owned(),
            title: String::new(),
            greeting: None,
            placeholder: String::new(),
            pre_chat_form: PreChatForm::default(),
            offline_message: String::new(),
            refused_message: String::new(),
            translations: BTreeMap::new(),
            branding: true,
            share_drafts: false,
            version: 0,
        }
    }
}

/// `GET` and `PUT /api/websites/{id}/widget`: the configuration that is worked at, and the one that visitors get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetDraft {
    /// Whose.
    pub website_id: WebsiteId,
    /// What is worked at.
    pub draft: WidgetConfig,
    /// What visitors get.
    pub published: WidgetConfig,
    /// When that was published; null for what the website began with.
    #[serde(default)]
    pub published_at: Option<Timestamp>,
    /// Counts changes of the draft and publications; `If-Match`.
    pub version: u64,
}

impl WidgetDraft {
    /// Whether visitors would get something else if it were published.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let draft = WidgetConfig {
            version: self.published.version,
            ..self.draft.clone()
        };
        draft != self.published
    }
}

/// Most publications in a [`WidgetHistory`].
pub const MAX_PUBLICATIONS: u32 = 50;

/// `GET /api/websites/{id}/widget/history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetHistory {
    /// What was published, the newest first; at most [`MAX_PUBLICATIONS`].
    pub items: Vec<WidgetPublication>,
}

/// One configuration that visitors got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetPublication {
    /// When it was published.
    pub at: Timestamp,
    /// By whom; null where nobody of the account did.
    #[serde(default)]
    pub by: Option<String>,
    /// The configuration; its `version` names it.
    pub config: WidgetConfig,
}

/// `POST /api/websites/{id}/widget/restore`: takes a configuration of before as the draft; visitors get it once it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreWidget {
    /// The configuration's `version`.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_configurations_still_load() {
        let old: WidgetConfig = serde_json::from_str(
            r##"{"theme":{"accent":"#112233","accentText":"#ffffff","radius":4},"position":"bottom-left",
            "greeting":"Hello","shareDrafts":true,"version":3}"##,
        )
        .expect("loads");
        let expected = WidgetConfig {
            theme: WidgetTheme {
                accent: "#112233".to_owned(),
                radius: 4,
                ..WidgetTheme::default()
            },
            position: WidgetPosition {
                corner: Corner::BottomLeft,
                ..WidgetPosition::default()
            },
            greeting: Some("Hello".to_owned()),
            share_drafts: true,
            version: 3,
            ..WidgetConfig::default()
        };
        assert_eq!(old, expected);
        let nothing: WidgetConfig = serde_json::from_str("{}").expect("loads");
        assert_eq!(nothing, WidgetConfig::default());
        assert!(nothing.check().is_ok(), "the defaults are right");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut config = WidgetConfig::default();
        config.position.side = 48;
        config
            .translations
            .insert("ar".to_owned(), WidgetTexts::default());
        config.behaviour.open_after = Some(5);
        let text = serde_json::to_string(&config).expect("JSON");
        assert_eq!(
            serde_json::from_str::<WidgetConfig>(&text).expect("loads"),
            config
        );
        let half: WidgetConfig = serde_json::from_str(r#"{"position":{"side":5}}"#).expect("loads");
        assert_eq!((half.position.side, half.position.bottom), (5, 20));
    }

    #[test]
    fn values_of_a_newer_server_load() {
        let newer: WidgetConfig = serde_json::from_str(
            r#"{"position":{"corner":"top"},"theme":{"font":"script"},"launcher":{"icon":"robot"},
            "behaviour":{"mobile":"sheet"},"later":1}"#,
        )
        .expect("loads");
        assert_eq!(newer.position.corner, Corner::Unknown);
        assert_eq!(newer.theme.font, WidgetFont::Unknown);
        assert!(newer.check().is_err(), "what is not known is not sent back");
    }

    #[test]
    fn a_draft_knows_whether_visitors_would_see_it() {
        let mut draft = WidgetDraft {
            website_id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id"),
            draft: WidgetConfig::default(),
            published: WidgetConfig {
                version: 4,
                ..WidgetConfig::default()
            },
            published_at: None,
            version: 9,
        };
        assert!(!draft.is_changed(), "the count of publications is no change");
        draft.draft.branding = false;
        assert!(draft.is_changed());
    }
}
