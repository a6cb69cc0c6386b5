//! Icons: one path each on a 24-unit grid, drawn with the text's colour.

use yew::prelude::*;

/// An icon, by what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// Something failed.
    Alert,
    /// Put away.
    Archive,
    /// Put someone in charge.
    Assign,
    /// Attach a file.
    Attach,
    /// Back, at the start of the line.
    Back,
    /// A day.
    Calendar,
    /// Conversations.
    Chat,
    /// Analytics.
    Chart,
    /// Sent.
    Check,
    /// Delivered or read.
    Checks,
    /// Waiting, or a time.
    Clock,
    /// Copy.
    Copy,
    /// Opens downwards.
    Down,
    /// Save as a file.
    Download,
    /// Change what was written.
    Edit,
    /// Leads out of the app.
    External,
    /// Show what is hidden.
    Eye,
    /// A file.
    File,
    /// Show less: what fits.
    Filter,
    /// Websites.
    Globe,
    /// Something to know.
    Info,
    /// Towards the start of the line.
    Left,
    /// Internal, or not allowed.
    Lock,
    /// Sign out.
    Logout,
    /// A desktop computer.
    Monitor,
    /// Asleep until later.
    Moon,
    /// More actions.
    More,
    /// An internal note.
    Note,
    /// No connection.
    Offline,
    /// All is well.
    Ok,
    /// Overview.
    Overview,
    /// The side of the frame.
    Panel,
    /// The panel at the end of the line.
    PanelEnd,
    /// A phone.
    Phone,
    /// Add.
    Plus,
    /// Try again.
    Refresh,
    /// Towards the end of the line.
    Right,
    /// Search.
    Search,
    /// Send.
    Send,
    /// Settings.
    Settings,
    /// Emoji.
    Smile,
    /// A label.
    Tag,
    /// Delete.
    Trash,
    /// More or less, such as urgency.
    UpDown,
    /// One person.
    User,
    /// Several people.
    Users,
    /// Needs attention.
    Warn,
    /// Close.
    X,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM12 8v4.5M12 15.7h.01",
            Self::Archive => {
                "M5 5h14a1 1 0 0 1 1 1v2a1 1 0 0 1 -1 1h-14a1 1 0 0 1 -1 -1v-2a1 1 0 0 1 1 -1ZM5.5 9v8.5A1.5 1.5 0 0 0 7 19h10a1.5 1.5 0 0 0 1.5-1.5V9M10 12.5h4"
            }
            Self::Assign => {
                "M6.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0ZM3.5 19.5a6.5 6.5 0 0 1 13 0M19 7.5v6M16 10.5h6"
            }
            Self::Attach => {
                "M19.5 11.2l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l7.9-7.9a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2l7.2-7.1"
            }
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Calendar => {
                "M7 5.5h10a2.5 2.5 0 0 1 2.5 2.5v9a2.5 2.5 0 0 1-2.5 2.5H7A2.5 2.5 0 0 1 4.5 17V8A2.5 2.5 0 0 1 7 5.5ZM4.5 10.5h15M8.5 3.5v4M15.5 3.5v4"
            }
            Self::Chat => "M20 11.6a7.4 7.4 0 0 1-11 6.5L4.5 19.5l1.4-4.3A7.4 7.4 0 1 1 20 11.6Z",
            Self::Chart => "M5 20v-8M12 20V4M19 20v-5",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Checks => "M2.5 12.5l4.5 4.5 9-9.5M12.5 16.5l.5.5 8.5-9.5",
            Self::Clock => "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM12 7.5V12l3 2",
            Self::Copy => {
                "M11 9h7a2 2 0 0 1 2 2v7a2 2 0 0 1 -2 2h-7a2 2 0 0 1 -2 -2v-7a2 2 0 0 1 2 -2ZM5.5 15A1.5 1.5 0 0 1 4 13.5v-8A1.5 1.5 0 0 1 5.5 4h8A1.5 1.5 0 0 1 15 5.5"
            }
            Self::Down => "M7 10l5 5 5-5",
            Self::Download => "M12 4.5v10M7.5 10.5l4.5 4.5 4.5-4.5M5 19.5h14",
            Self::Edit => {
                "M14.5 6.5l3 3M5 19l.8-3.8L15.5 5.5a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2L8.8 18.2 5 19Z"
            }
            Self::External => {
                "M14 4.5h5.5V10M19.5 4.5l-8 8M18 14v4a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 5 18V8a1.5 1.5 0 0 1 1.5-1.5H10"
            }
            Self::Eye => {
                "M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6ZM9.3 12a2.7 2.7 0 1 0 5.4 0a2.7 2.7 0 1 0 -5.4 0Z"
            }
            Self::File => {
                "M7 3.5h6.5L18 8v11a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19V5A1.5 1.5 0 0 1 7 3.5ZM13.5 3.5V8H18"
            }
            Self::Filter => "M4 6.5h16M7 12h10M10 17.5h4",
            Self::Globe => {
                "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM4 12h16M12 4c2.1 2.3 3.2 5 3.2 8s-1.1 5.7-3.2 8c-2.1-2.3-3.2-5-3.2-8s1.1-5.7 3.2-8Z"
            }
            Self::Info => "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM12 11.5V16M12 8.3h.01",
            Self::Left => "M14 7l-5 5 5 5",
            Self::Lock => {
                "M7 10.5h10a2 2 0 0 1 2 2v5.5a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-5.5a2 2 0 0 1 2 -2ZM8 10.5V8a4 4 0 0 1 8 0v2.5"
            }
            Self::Logout => {
                "M10 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H10M15.5 8l4 4-4 4M19.5 12H10"
            }
            Self::Monitor => {
                "M5.5 5h13a2 2 0 0 1 2 2v7a2 2 0 0 1 -2 2h-13a2 2 0 0 1 -2 -2v-7a2 2 0 0 1 2 -2ZM9 20h6M12 16v4"
            }
            Self::Moon => "M20 14.2A8 8 0 1 1 9.8 4a6.4 6.4 0 0 0 10.2 10.2Z",
            Self::More => "M5.5 12h.01M12 12h.01M18.5 12h.01",
            Self::Note => {
                "M6 4.5h12A1.5 1.5 0 0 1 19.5 6v8l-5.5 5.5H6A1.5 1.5 0 0 1 4.5 18V6A1.5 1.5 0 0 1 6 4.5ZM14 19.3V14h5.3"
            }
            Self::Offline => {
                "M4 4l16 16M12 18.5h.01M8.7 15.3a4.7 4.7 0 0 1 6.1-.400M5.3 11.8a9.5 9.5 0 0 1 4-2.4M14 9.3a9.5 9.5 0 0 1 4.7 2.5"
            }
            Self::Ok => "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM8.5 12.3l2.4 2.4 4.6-5",
            Self::Overview => {
                "M5.5 4h3.5a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1 -1.5 1.5h-3.5a1.5 1.5 0 0 1 -1.5 -1.5v-6a1.5 1.5 0 0 1 1.5 -1.5ZM15 4h3.5a1.5 1.5 0 0 1 1.5 1.5v2a1.5 1.5 0 0 1 -1.5 1.5h-3.5a1.5 1.5 0 0 1 -1.5 -1.5v-2a1.5 1.5 0 0 1 1.5 -1.5ZM15 12h3.5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1 -1.5 1.5h-3.5a1.5 1.5 0 0 1 -1.5 -1.5v-5a1.5 1.5 0 0 1 1.5 -1.5ZM5.5 16h3.5a1.5 1.5 0 0 1 1.5 1.5v1a1.5 1.5 0 0 1 -1.5 1.5h-3.5a1.5 1.5 0 0 1 -1.5 -1.5v-1a1.5 1.5 0 0 1 1.5 -1.5Z"
            }
            Self::Panel => {
                "M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-13a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2ZM9 5v14"
            }
            Self::PanelEnd => {
                "M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-13a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2ZM15 5v14"
            }
            Self::Phone => {
                "M9 3.5h6a2 2 0 0 1 2 2v13a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2v-13a2 2 0 0 1 2 -2ZM11 17.5h2"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Refresh => "M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.4M19.5 4.5V9H15",
            Self::Right => "M10 7l5 5-5 5",
            Self::Search => "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0 -13 0ZM20 20l-4.3-4.3",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Settings => {
                "M4 7.5h8.5M17.5 7.5H20M4 16.5h2.5M11.5 16.5H20M12.5 7.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0ZM6.5 16.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0Z"
            }
            Self::Smile => "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0ZM8.5 14a4 4 0 0 0 7 0M9 9.8h.01M15 9.8h.01",
            Self::Tag => {
                "M4.5 6A1.5 1.5 0 0 1 6 4.5h5.7l7.4 7.4a1.5 1.5 0 0 1 0 2.1l-5.1 5.1a1.5 1.5 0 0 1-2.1 0L4.5 11.7V6ZM8.5 8.5h.01"
            }
            Self::Trash => "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.2 10.5v5.5M13.8 10.5v5.5",
            Self::UpDown => "M8 9.5l4-4 4 4M8 14.5l4 4 4-4",
            Self::User => "M8.3 8a3.7 3.7 0 1 0 7.4 0a3.7 3.7 0 1 0 -7.4 0ZM5 20a7 7 0 0 1 14 0",
            Self::Users => {
                "M6 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0ZM3.5 19.5a6 6 0 0 1 12 0M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.6a6 6 0 0 1 2.8 4.9"
            }
            Self::Warn => {
                "M10.7 5 3.7 17a1.5 1.5 0 0 0 1.3 2.3h14a1.5 1.5 0 0 0 1.3-2.3l-7-12a1.5 1.5 0 0 0-2.6 0ZM12 10v3.5M12 16.3h.01"
            }
            Self::X => "M6.5 6.5l11 11M17.5 6.5l-11 11",
        }
    }

    /// Whether it points along the line and is mirrored where text runs from right to left.
    const fn is_directional(self) -> bool {
        matches!(
            self,
            Self::Back | Self::Left | Self::Logout | Self::Panel | Self::PanelEnd | Self::Right | Self::Send
        )
    }
}

/// The size of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IconSize {
    /// 14 px, with small text.
    Small,
    /// 16 px.
    #[default]
    Medium,
    /// 18 px, in navigation.
    Large,
}

/// Props for [`Icon`].
#[derive(Properties, PartialEq)]
pub struct IconProps {
    /// Which one.
    pub name: IconName,
    /// How large.
    #[prop_or_default]
    pub size: IconSize,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
}

/// A decorative icon: hidden from screen readers, so a word or a label has to stand beside it.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    let size = match props.size {
        IconSize::Small => Some("icon-s"),
        IconSize::Medium => None,
        IconSize::Large => Some("icon-l"),
    };
    let mirrored = props.name.is_directional().then_some("icon-dir");
    html! {
        <svg class={classes!("icon", size, mirrored, props.class.clone())} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.name.path()} />
        </svg>
    }
}
