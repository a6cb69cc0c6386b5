//! The widget's configuration as the fields of a form, and what of it two people have changed differently.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contract::validate::Violation;
use switchboard_contract::website::WidgetConfig;
use switchboard_contract::website::rules as website_rules;
use switchboard_contract::website::widget::rules::{
    MAX_LAUNCHER, MAX_OFFSET, MAX_OPEN_AFTER, MAX_RADIUS, MIN_LAUNCHER,
};
use switchboard_contract::website::widget::{
    PreChatForm, WidgetBehaviour, WidgetLauncher, WidgetPosition, WidgetTexts, WidgetTheme, rules,
};
use switchboard_engine::form::{Field, Form, Kind};

/// Names of the fields: the wire's paths, so that the server's messages find them.
pub const ACCENT: &str = "theme.accent";
/// See [`ACCENT`].
pub const ACCENT_TEXT: &str = "theme.accentText";
/// See [`ACCENT`].
pub const RADIUS: &str = "theme.radius";
/// See [`ACCENT`].
pub const FONT: &str = "theme.font";
/// See [`ACCENT`].
pub const CORNER: &str = "position.corner";
/// See [`ACCENT`].
pub const SIDE: &str = "position.side";
/// See [`ACCENT`].
pub const BOTTOM: &str = "position.bottom";
/// See [`ACCENT`].
pub const ICON: &str = "launcher.icon";
/// See [`ACCENT`].
pub const LAUNCHER_TEXT: &str = "launcher.text";
/// See [`ACCENT`].
pub const SIZE: &str = "launcher.size";
/// See [`ACCENT`]; empty for never.
pub const OPEN_AFTER: &str = "behaviour.openAfter";
/// See [`ACCENT`]; empty for never.
pub const OPEN_ON_SCROLL: &str = "behaviour.openOnScroll";
/// See [`ACCENT`]; one a line.
pub const HIDE_ON: &str = "behaviour.hideOn";
/// See [`ACCENT`].
pub const MOBILE: &str = "behaviour.mobile";
/// See [`ACCENT`].
pub const SOUND: &str = "behaviour.sound";
/// See [`ACCENT`].
pub const LOCALE: &str = "locale";
/// See [`ACCENT`].
pub const TITLE: &str = "title";
/// See [`ACCENT`].
pub const GREETING: &str = "greeting";
/// See [`ACCENT`].
pub const PLACEHOLDER: &str = "placeholder";
/// See [`ACCENT`].
pub const OFFLINE: &str = "offlineMessage";
/// See [`ACCENT`].
pub const REFUSED: &str = "refusedMessage";
/// See [`ACCENT`]; as JSON.
pub const PRE_CHAT: &str = "preChatForm";
/// See [`ACCENT`]; as JSON.
pub const TRANSLATIONS: &str = "translations";
/// See [`ACCENT`].
pub const BRANDING: &str = "branding";
/// See [`ACCENT`].
pub const SHARE_DRAFTS: &str = "shareDrafts";

/// Every field in the order of the page.
pub const FIELDS: [&str; 25] = [
    ACCENT,
    ACCENT_TEXT,
    RADIUS,
    FONT,
    CORNER,
    SIDE,
    BOTTOM,
    ICON,
    LAUNCHER_TEXT,
    SIZE,
    OPEN_AFTER,
    OPEN_ON_SCROLL,
    HIDE_ON,
    MOBILE,
    SOUND,
    LOCALE,
    TITLE,
    GREETING,
    PLACEHOLDER,
    OFFLINE,
    REFUSED,
    PRE_CHAT,
    TRANSLATIONS,
    BRANDING,
    SHARE_DRAFTS,
];

/// What the fields hold.
pub type Values = BTreeMap<&'static str, String>;

/// A value of several kinds as the wire spells it.
fn word<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).ok();
    json.as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn of_word<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_value(serde_json::Value::from(text)).unwrap_or_default()
}

fn maybe(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// What the fields of a configuration hold.
pub fn values_of(config: &WidgetConfig) -> Values {
    let json = |text: serde_json::Result<String>| text.unwrap_or_default();
    let (theme, behaviour) = (&config.theme, &config.behaviour);
    [
        (ACCENT, theme.accent.clone()),
        (ACCENT_TEXT, theme.accent_text.clone()),
        (RADIUS, theme.radius.to_string()),
        (FONT, word(&theme.font)),
        (CORNER, word(&config.position.corner)),
        (SIDE, config.position.side.to_string()),
        (BOTTOM, config.position.bottom.to_string()),
        (ICON, word(&config.launcher.icon)),
        (LAUNCHER_TEXT, config.launcher.text.clone()),
        (SIZE, config.launcher.size.to_string()),
        (OPEN_AFTER, maybe(behaviour.open_after.map(u64::from))),
        (OPEN_ON_SCROLL, maybe(behaviour.open_on_scroll.map(u64::from))),
        (HIDE_ON, behaviour.hide_on.join("\n")),
        (MOBILE, word(&behaviour.mobile)),
        (SOUND, behaviour.sound.to_string()),
        (LOCALE, config.locale.clone()),
        (TITLE, config.title.clone()),
        (GREETING, config.greeting.clone().unwrap_or_default()),
        (PLACEHOLDER, config.placeholder.clone()),
        (OFFLINE, config.offline_message.clone()),
        (REFUSED, config.refused_message.clone()),
        (PRE_CHAT, json(serde_json::to_string(&config.pre_chat_form))),
        (TRANSLATIONS, json(serde_json::to_string(&config.translations))),
        (BRANDING, config.branding.to_string()),
        (SHARE_DRAFTS, config.share_drafts.to_string()),
    ]
    .into()
}

/// The configuration that the fields hold; what does not read takes its default.
pub fn config_of(values: &Values) -> WidgetConfig {
    let text = |name: &str| values.get(name).map_or("", String::as_str);
    let is_on = |name: &str| text(name) == "true";
    let usual = WidgetConfig::default();
    WidgetConfig {
        theme: WidgetTheme {
            accent: text(ACCENT).trim().to_owned(),
            accent_text: text(ACCENT_TEXT).trim().to_owned(),
            radius: text(RADIUS).trim().parse().unwrap_or(usual.theme.radius),
            font: of_word(text(FONT)),
        },
        position: WidgetPosition {
            corner: of_word(text(CORNER)),
            side: text(SIDE).trim().parse().unwrap_or(usual.position.side),
            bottom: text(BOTTOM).trim().parse().unwrap_or(usual.position.bottom),
        },
        launcher: WidgetLauncher {
            icon: of_word(text(ICON)),
            text: text(LAUNCHER_TEXT).trim().to_owned(),
            size: text(SIZE).trim().parse().unwrap_or(usual.launcher.size),
        },
        behaviour: WidgetBehaviour {
            open_after: text(OPEN_AFTER).trim().parse().ok(),
            open_on_scroll: text(OPEN_ON_SCROLL).trim().parse().ok(),
            hide_on: lines(text(HIDE_ON)).map(str::to_owned).collect(),
            mobile: of_word(text(MOBILE)),
            sound: is_on(SOUND),
        },
        locale: text(LOCALE).trim().to_owned(),
        title: text(TITLE).trim().to_owned(),
        greeting: Some(text(GREETING).trim().to_owned()).filter(|text| !text.is_empty()),
        placeholder: text(PLACEHOLDER).trim().to_owned(),
        pre_chat_form: pre_chat_of(text(PRE_CHAT)),
        offline_message: text(OFFLINE).trim().to_owned(),
        refused_message: text(REFUSED).trim().to_owned(),
        translations: translations_of(text(TRANSLATIONS)),
        branding: is_on(BRANDING),
        share_drafts: is_on(SHARE_DRAFTS),
        version: 0,
    }
}

/// What visitors are asked, in a field.
pub fn pre_chat_of(text: &str) -> PreChatForm {
    serde_json::from_str(text).unwrap_or_default()
}

/// The further languages in a field.
pub fn translations_of(text: &str) -> BTreeMap<String, WidgetTexts> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Lines that are not empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn whole(text: &str, least: u64, most: u64) -> Result<(), Violation> {
    if text.trim().is_empty() {
        return Err(Violation::Required);
    }
    // What is no number is as good as one that is too small.
    text.trim().parse().map_or_else(
        |_| rules::number(0, least.max(1), most),
        |value| rules::number(value, least, most),
    )
}

fn maybe_whole(text: &str, most: u64) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Ok(())
    } else {
        whole(text, 1, most)
    }
}

/// The rule of one field that only the whole configuration can judge.
fn part(name: &'static str, judge: fn(&str) -> Result<(), Violation>) -> Field {
    Field::new(
        name,
        Kind::Choice,
        Rc::new(move |text: &str, _: &Form| judge(text)),
    )
}

fn translations_rule(text: &str) -> Result<(), Violation> {
    translations_of(text).values().try_for_each(WidgetTexts::check)
}

/// The fields, holding what the configuration has.
pub fn fields(config: &WidgetConfig) -> Vec<Field> {
    let values = values_of(config);
    FIELDS
        .into_iter()
        .map(|name| field(name).holding(values.get(name).cloned().unwrap_or_default()))
        .collect()
}

fn field(name: &'static str) -> Field {
    match name {
        ACCENT => Field::text(ACCENT, rules::colour),
        ACCENT_TEXT => Field::new(
            ACCENT_TEXT,
            Kind::Text,
            Rc::new(|text: &str, form: &Form| rules::text_on(text, form.value(ACCENT))),
        ),
        RADIUS => Field::text(RADIUS, |text| whole(text, 0, MAX_RADIUS)),
        SIDE => Field::text(SIDE, |text| whole(text, 0, MAX_OFFSET)),
        BOTTOM => Field::text(BOTTOM, |text| whole(text, 0, MAX_OFFSET)),
        SIZE => Field::text(SIZE, |text| whole(text, MIN_LAUNCHER, MAX_LAUNCHER)),
        LAUNCHER_TEXT => Field::text(LAUNCHER_TEXT, rules::launcher_text),
        OPEN_AFTER => Field::text(OPEN_AFTER, |text| maybe_whole(text, MAX_OPEN_AFTER)),
        OPEN_ON_SCROLL => Field::text(OPEN_ON_SCROLL, |text| maybe_whole(text, 100)),
        HIDE_ON => Field::text(HIDE_ON, |text| website_rules::page_rules(lines(text))),
        LOCALE => Field::text(LOCALE, |text| switchboard_contract::validate::locale(text.trim())),
        TITLE => Field::text(TITLE, rules::title),
        GREETING => Field::text(GREETING, website_rules::greeting),
        PLACEHOLDER => Field::text(PLACEHOLDER, rules::title),
        OFFLINE => Field::text(OFFLINE, rules::notice),
        REFUSED => Field::text(REFUSED, rules::notice),
        PRE_CHAT => part(PRE_CHAT, |text| pre_chat_of(text).check()),
        TRANSLATIONS => part(TRANSLATIONS, translations_rule),
        other => Field::choice(other),
    }
}

/// The fields that `mine` and `theirs` have both changed since `base`, to different values.
pub fn conflicts(base: &Values, theirs: &Values, mine: &Values) -> Vec<&'static str> {
    FIELDS
        .into_iter()
        .filter(|name| {
            let (base, theirs, mine) = (base.get(name), theirs.get(name), mine.get(name));
            mine != base && theirs != base && mine != theirs
        })
        .collect()
}

/// What the person has changed since `base`, put over `theirs`.
pub fn merged(base: &Values, theirs: &Values, mine: &Values) -> Values {
    let mut all = theirs.clone();
    for (name, value) in mine {
        if base.get(name) != Some(value) {
            all.insert(name, value.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_survives_the_fields() {
        let mut config = WidgetConfig {
            greeting: Some("Hello\nthere".to_owned()),
            title: "Help".to_owned(),
            branding: false,
            ..WidgetConfig::default()
        };
        config.behaviour.hide_on = vec!["/a".to_owned(), "/b/*".to_owned()];
        config.behaviour.open_after = Some(7);
        config
            .translations
            .insert("ar".to_owned(), WidgetTexts::default());
        assert_eq!(config_of(&values_of(&config)), config);
        assert_eq!(
            config_of(&values_of(&WidgetConfig::default())),
            WidgetConfig::default()
        );
        assert_eq!(values_of(&config).len(), FIELDS.len());
    }

    #[test]
    fn two_people_disagree_only_about_what_both_changed() {
        let base = values_of(&WidgetConfig::default());
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        mine.insert(TITLE, "Mine".to_owned());
        theirs.insert(TITLE, "Theirs".to_owned());
        theirs.insert(RADIUS, "3".to_owned());
        assert_eq!(conflicts(&base, &theirs, &mine), [TITLE]);
        mine.insert(TITLE, "Theirs".to_owned());
        mine.insert(SIZE, "60".to_owned());
        assert!(conflicts(&base, &theirs, &mine).is_empty());
        let both = merged(&base, &theirs, &mine);
        assert_eq!((both[RADIUS].as_str(), both[SIZE].as_str()), ("3", "60"));
    }

    #[test]
    fn numbers_are_whole() {
        for (text, expected) in [
            ("12", Ok(())),
            (" 12 ", Ok(())),
            ("", Err(Violation::Required)),
            ("x", Err(Violation::TooSmall(1))),
            ("25", Err(Violation::TooLarge(24))),
        ] {
            assert_eq!(whole(text, 0, 24), expected, "{text}");
        }
        assert_eq!(maybe_whole("", 5), Ok(()));
        assert_eq!(maybe_whole("0", 5), Err(Violation::TooSmall(1)));
    }
}
