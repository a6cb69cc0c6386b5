//! The conversations of the demo shop.

/// Who says a line.
#[derive(Clone, Copy)]
pub(super) enum Says {
    Visitor,
    Agent,
    Note,
}

/// A line, so many minutes after the one before.
pub(super) type Line = (Says, i64, &'static str);

/// A page of the shop: its path and title, and for how many seconds it was looked at; never longer than the loader's beats tell.
pub(super) type Stop = (&'static str, &'static str, i64);

/// A conversation of the demo shop.
pub(super) struct Story {
    pub(super) visitor: &'static str,
    pub(super) email: Option<&'static str>,
    pub(super) locale: &'static str,
    pub(super) timezone: &'static str,
    pub(super) country: &'static str,
    pub(super) browser: &'static str,
    pub(super) os: &'static str,
    pub(super) device: &'static str,
    pub(super) page: &'static str,
    pub(super) page_title: &'static str,
    pub(super) referrer: Option<&'static str>,
    /// Where the visitor was before they wrote.
    pub(super) trail: &'static [Stop],
    /// When it began.
    pub(super) minutes_ago: i64,
    pub(super) lines: &'static [Line],
}

/// All of them, oldest first.
pub(super) const STORIES: &[Story] = &[
    Story {
        visitor: "Ines Falk",
        email: Some("ines.falk@example.com"),
        locale: "de-DE",
        timezone: "Europe/Berlin",
        country: "DE",
        browser: "Firefox 145",
        os: "Windows",
        device: "desktop",
        page: "/demo/tents",
        page_title: "Tents",
        referrer: Some("https://search.example/"),
        trail: &[("/demo", "Outdoor equipment", 35), ("/demo/packs", "Packs", 80)],
        minutes_ago: 26 * 60,
        lines: &[
            (
                Says::Visitor,
                0,
                "Hello, does the two-person tent come with a footprint?",
            ),
            (
                Says::Agent,
                3,
                "Hi Ines, it does. The footprint is in the same bag.",
            ),
            (Says::Visitor, 2, "Perfect, thank you. I will order it tonight."),
            (Says::Agent, 1, "Great. Orders before 18:00 leave the same day."),
        ],
    },
    Story {
        visitor: "Youssef Amrani",
        email: None,
        locale: "fr-FR",
        timezone: "Europe/Paris",
        country: "FR",
        browser: "Chrome 142",
        os: "Android",
        device: "phone",
        page: "/demo",
        page_title: "Outdoor equipment",
        referrer: None,
        trail: &[("/demo/delivery", "Delivery and returns", 110)],
        minutes_ago: 5 * 60,
        lines: &[
            (Says::Visitor, 0, "Bonjour, livrez-vous en Corse ?"),
            (
                Says::Agent,
                6,
                "Bonjour, oui : comptez deux jours de plus que pour le continent.",
            ),
            (
                Says::Note,
                1,
                "Asked about Corsica. The carrier's page still says no; ask them to fix it.",
            ),
            (Says::Visitor, 9, "Merci. Et les frais de port ?"),
        ],
    },
    Story {
        visitor: "Hana Kimura",
        email: Some("hana@example.com"),
        locale: "ja-JP",
        timezone: "Asia/Tokyo",
        country: "JP",
        browser: "Safari 18",
        os: "iOS",
        device: "phone",
        page: "/demo/tents",
        page_title: "Tents",
        referrer: None,
        trail: &[
            ("/demo", "Outdoor equipment", 20),
            ("/demo/stoves", "Stoves", 65),
            ("/demo/delivery", "Delivery and returns", 40),
        ],
        minutes_ago: 95,
        lines: &[
            (Says::Visitor, 0, "Hi! My tent arrived with a bent pole."),
            (
                Says::Agent,
                4,
                "I am sorry about that, Hana. Could you tell me your order number?",
            ),
            (Says::Visitor, 2, "It is 20418."),
            (
                Says::Agent,
                3,
                "Thank you. A new pole leaves our shop today; you need not send the old one back.",
            ),
            (Says::Visitor, 1, "That was quick. Thank you!"),
        ],
    },
    Story {
        visitor: "Tomasz Wolski",
        email: None,
        locale: "pl-PL",
        timezone: "Europe/Warsaw",
        country: "PL",
        browser: "Edge 142",
        os: "Windows",
        device: "desktop",
        page: "/demo",
        page_title: "Outdoor equipment",
        referrer: Some("https://forum.example/topic/best-stove"),
        trail: &[("/demo/packs", "Packs", 95), ("/demo/stoves", "Stoves", 50)],
        minutes_ago: 22,
        lines: &[
            (Says::Visitor, 0, "Which stove works above 3000 m?"),
            (Says::Visitor, 4, "I mean with the small cartridges."),
        ],
    },
];
