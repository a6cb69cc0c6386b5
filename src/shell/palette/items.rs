//! What the command palette offers, before anything is typed.

use std::rc::Rc;

use switchboard_contract::auth::{Role, Theme};
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatUser};
use switchboard_contract::website::Website;
use yew::AttrValue;

use crate::i18n::{list_time, t, t_with};
use crate::people::{short_address, visitor_name};
use crate::routes::{Route, Section};
use crate::shell::deeds::Deed;
use crate::shell::keys::way_key;
use crate::ui::IconName;
use switchboard_contract::time::Timestamp;

/// What follows when something is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// A page, with its query.
    Page(Route, Vec<(&'static str, String)>),
    /// Something that the page does by a key.
    Deed(Deed),
    /// Light or dark.
    Theme(Theme),
    /// The list of shortcuts.
    Shortcuts,
    /// The way out.
    SignOut,
}

/// Under which heading something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Recent,
    Actions,
    Conversations,
    Pages,
    Settings,
    Websites,
    Visitors,
    Search,
}

impl Group {
    pub(super) fn heading(self) -> AttrValue {
        match self {
            Self::Recent => t("palette.recent"),
            Self::Actions => t("palette.actions"),
            Self::Conversations => t("nav.conversations"),
            Self::Pages => t("palette.pages"),
            Self::Settings => t("nav.settings"),
            Self::Websites => t("nav.websites"),
            Self::Visitors => t("palette.visitors"),
            Self::Search => t("palette.elsewhere"),
        }
    }
}

/// Something offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// Names it among all others, also at the next visit.
    pub key: String,
    pub group: Group,
    pub icon: IconName,
    pub name: AttrValue,
    /// Quietly behind the name.
    pub detail: AttrValue,
    /// Further words by which it is found.
    pub words: String,
    /// The keys that do the same, one after the other.
    pub shortcut: Vec<&'static str>,
    pub goal: Goal,
}

impl Item {
    fn new(key: impl Into<String>, group: Group, icon: IconName, name: AttrValue, goal: Goal) -> Self {
        Self {
            key: key.into(),
            group,
            icon,
            name,
            detail: AttrValue::default(),
            words: String::new(),
            shortcut: Vec::new(),
            goal,
        }
    }

    fn words(self, words: &AttrValue) -> Self {
        Self {
            words: words.to_string(),
            ..self
        }
    }

    fn detail(self, detail: impl Into<AttrValue>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    fn shortcut(self, keys: &[&'static str]) -> Self {
        Self {
            shortcut: keys.to_vec(),
            ..self
        }
    }
}

fn page(group: Group, icon: IconName, route: Route) -> Item {
    let key = format!("page:{}", yew_router::Routable::to_path(&route));
    Item::new(key, group, icon, route.heading(), Goal::Page(route, Vec::new()))
}

/// Pages and settings.
pub(super) fn pages(role: Role) -> Vec<Item> {
    let sections = Section::ALL
        .into_iter()
        .filter(|section| *section != Section::Settings);
    let sections = sections.map(|section| {
        page(Group::Pages, section.icon(), section.route()).shortcut(&["g", way_key(section)])
    });
    let settings = [
        (Route::Profile, IconName::User, t("palette.words_profile")),
        (Route::Team, IconName::Users, t("palette.words_team")),
        (Route::CannedReplies, IconName::Note, t("palette.words_canned")),
        (Route::Labels, IconName::Tag, t("palette.words_labels")),
        (
            Route::Notifications,
            IconName::Info,
            t("palette.words_notifications"),
        ),
        (Route::Appearance, IconName::Eye, t("palette.words_appearance")),
        (Route::Security, IconName::Lock, t("palette.words_security")),
        (Route::Tokens, IconName::Lock, t("palette.words_tokens")),
        (Route::Webhooks, IconName::Send, t("palette.words_webhooks")),
        (Route::Audit, IconName::Clock, t("palette.words_audit")),
    ];
    let settings = settings
        .into_iter()
        .filter(|(route, ..)| route.is_for(role))
        .map(|(route, icon, words)| page(Group::Settings, icon, route).words(&words));
    sections.chain(settings).collect()
}

/// What can be done from here.
pub(super) fn actions(role: Role, route: Route) -> Vec<Item> {
    let mut all = Vec::new();
    let deeds = Deed::ALL.into_iter().filter(|deed| match route {
        Route::Conversation { .. } => deed.is_of_one() || *deed == Deed::Search,
        Route::Conversations => *deed == Deed::Search,
        _ => false,
    });
    all.extend(deeds.map(|deed| {
        let icon = match deed {
            Deed::Reply => IconName::Send,
            Deed::Note => IconName::Note,
            Deed::Close => IconName::Check,
            Deed::Assign => IconName::Assign,
            _ => IconName::Search,
        };
        Item::new(
            format!("deed:{}", deed.key()),
            Group::Actions,
            icon,
            deed.text(),
            Goal::Deed(deed),
        )
        .shortcut(&[deed.key()])
    }));
    if matches!(role, Role::Owner | Role::Admin) {
        let goal = Goal::Page(Route::NewWebsite, Vec::new());
        all.push(Item::new(
            "act:website",
            Group::Actions,
            IconName::Plus,
            t("website_new.heading"),
            goal,
        ));
        let goal = Goal::Page(Route::Team, Vec::new());
        all.push(Item::new(
            "act:invite",
            Group::Actions,
            IconName::Plus,
            t("team.invite"),
            goal,
        ));
    }
    let themes = [
        ("act:light", Theme::Light, t("palette.light")),
        ("act:dark", Theme::Dark, t("palette.dark")),
        ("act:system", Theme::System, t("palette.system")),
    ];
    all.extend(
        themes.map(|(key, theme, name)| {
            Item::new(key, Group::Actions, IconName::Moon, name, Goal::Theme(theme))
        }),
    );
    let name = t("shortcuts.title");
    all.push(
        Item::new(
            "act:shortcuts",
            Group::Actions,
            IconName::Info,
            name,
            Goal::Shortcuts,
        )
        .shortcut(&["?"]),
    );
    let name = t("account.sign_out");
    all.push(Item::new(
        "act:out",
        Group::Actions,
        IconName::Logout,
        name,
        Goal::SignOut,
    ));
    all
}

pub(super) fn conversation(conversation: &LiveChatConversation, now: Timestamp) -> Item {
    let goal = Goal::Page(Route::Conversation { id: conversation.id }, Vec::new());
    let user = &conversation.user;
    let said = conversation.last_message.chars().take(80).collect::<String>();
    let time = list_time(conversation.last_message_at, now);
    // What was said may be written the other way round: it keeps its own order within the line.
    let detail = if said.is_empty() {
        time
    } else {
        format!("{time} · \u{2068}{said}\u{2069}")
    };
    Item {
        words: format!(
            "{} {} {}",
            user.email.as_deref().unwrap_or_default(),
            conversation.funnel_name,
            said
        ),
        ..Item::new(
            format!("conversation:{}", conversation.id),
            Group::Conversations,
            IconName::Chat,
            visitor_name(user),
            goal,
        )
    }
    .detail(detail)
}

/// A website, with its settings and its widget for those who may change them.
pub(super) fn website(website: &Website, role: Role) -> Vec<Item> {
    let id = website.id;
    let domain = website.domain.to_string();
    let item = |part: &str, route: Route, icon, name: AttrValue| {
        Item {
            words: domain.clone(),
            ..Item::new(
                format!("website{part}:{id}"),
                Group::Websites,
                icon,
                name,
                Goal::Page(route, Vec::new()),
            )
        }
        .detail(domain.clone())
    };
    let name = website.name.clone();
    let with = |part: &AttrValue| t_with("palette.of_website", &[("website", &name), ("part", part)]);
    let mut all = vec![item(
        "",
        Route::Website { id },
        IconName::Globe,
        name.clone().into(),
    )];
    if matches!(role, Role::Owner | Role::Admin) {
        all.push(item(
            "-widget",
            Route::WebsiteWidget { id },
            IconName::Chat,
            with(&t("widget.heading")),
        ));
        all.push(item(
            "-settings",
            Route::WebsiteSettings { id },
            IconName::Settings,
            with(&t("nav.settings")),
        ));
    }
    all
}

/// Somebody on the websites now: leads to the list of those who are called so.
pub(super) fn visitor(user: &LiveChatUser) -> Item {
    let name = visitor_name(user);
    let page = user.page.as_deref().map(short_address).unwrap_or_default();
    let title = user.page_title.as_deref().unwrap_or(page).to_owned();
    let known = user
        .name
        .clone()
        .or_else(|| user.email.clone())
        .unwrap_or_default();
    let query = if known.is_empty() {
        Vec::new()
    } else {
        vec![("q", known)]
    };
    Item {
        words: format!("{} {page}", user.email.as_deref().unwrap_or_default()),
        ..Item::new(
            format!("visitor:{}", user.id),
            Group::Visitors,
            IconName::User,
            name,
            Goal::Page(Route::Visitors, query),
        )
    }
    .detail(title)
}

/// To look for the same where there is more than the palette lists.
pub(super) fn elsewhere(typed: &str) -> Vec<Item> {
    let places = [
        (
            "search:conversations",
            Route::Conversations,
            IconName::Chat,
            t_with("palette.in_conversations", &[("text", typed)]),
        ),
        (
            "search:visitors",
            Route::Visitors,
            IconName::Users,
            t_with("palette.in_visitors", &[("text", typed)]),
        ),
    ];
    places
        .into_iter()
        .map(|(key, route, icon, name)| {
            let mut query = vec![("q", typed.to_owned())];
            if route == Route::Conversations {
                query.insert(0, ("status", "all".to_owned()));
            }
            Item::new(key, Group::Search, icon, name, Goal::Page(route, query))
        })
        .collect()
}

/// The newest copy of each conversation: one that is known here says more than what a search found.
pub(super) fn merged(
    known: &[Rc<LiveChatConversation>],
    found: &[LiveChatConversation],
    now: Timestamp,
) -> Vec<Item> {
    let is_known = |other: &&LiveChatConversation| !known.iter().any(|known| known.id == other.id);
    let found = found.iter().filter(is_known);
    known
        .iter()
        .map(Rc::as_ref)
        .chain(found)
        .map(|each| conversation(each, now))
        .collect()
}
