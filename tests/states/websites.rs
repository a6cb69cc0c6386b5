//! The pages of websites, in the table's words.

use crate::answers::{
    conversations, funnels, history, no_history, no_page, no_publications, no_websites, some_publications,
    website, websites, websites_in_the_middle, widget,
};
use crate::table::{ADMIN, Form, Page, Panel, SERVER_FAILED, Stale, State, Told, Who, failed};

const NOT_FOR_AGENTS: &[Told] = &[("link", "Websites"), ("text", "For owners and admins")];

/// The list, and what is below it.
pub const PAGES: &[Page] = &[
    Page {
        route: "/websites",
        path: "/websites",
        who: ADMIN,
        always: &[
            ("heading", "Websites"),
            ("searchbox", "Search websites"),
            ("link", "Add website"),
        ],
        panels: &[Panel {
            name: "websites",
            asks: "/api/websites?pageSize=25",
            loading: &[("status", "Loading websites")],
            empty: Some(State {
                body: no_websites,
                told: &[("text", "No website yet")],
            }),
            error: &[("alert", failed!("Websites could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Websites could not be loaded."))]),
            ready: State {
                body: websites,
                told: &[
                    ("table", "Websites"),
                    ("columnheader", "Status"),
                    ("columnheader", "Today"),
                    ("link", "Shop"),
                ],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/websites",
        path: "/websites?q=shop&sort=-name&page=2",
        who: ADMIN,
        always: &[
            ("heading", "Websites"),
            ("searchbox", "Search websites"),
            ("link", "Add website"),
        ],
        panels: &[Panel {
            name: "websites as the address asks for them",
            asks: "/api/websites?pageSize=25&q=shop&sort=-name&page=2",
            loading: &[("status", "Loading websites")],
            empty: Some(State {
                body: no_websites,
                told: &[("text", "No website fits “shop”")],
            }),
            error: &[("alert", failed!("Websites could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Websites could not be loaded."))]),
            ready: State {
                body: websites_in_the_middle,
                told: &[
                    ("table", "Websites"),
                    ("navigation", "Pages of websites"),
                    ("text", "Page 2 of 3"),
                    ("button", "Previous"),
                    ("button", "Next"),
                ],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/websites/new",
        path: "/websites/new",
        who: ADMIN,
        always: &[("heading", "Add website"), ("list", "Steps"), ("link", "Cancel")],
        panels: &[],
        form: Some(Form {
            fields: &[("website-name", "Shop"), ("website-domain", "boots.example")],
            steps: &["Hours", "Widget"],
            submit: "Continue",
            posts: "/api/websites",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/websites/new",
        path: "/websites/new?added={website}",
        who: ADMIN,
        always: &[("heading", "Add website"), ("list", "Steps")],
        panels: &[Panel {
            name: "the website that was added",
            asks: "/api/websites/{website}",
            loading: &[("status", "Loading the website")],
            empty: None,
            error: &[("alert", failed!("The website could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("The website could not be loaded."))]),
            ready: State {
                body: website,
                told: &[
                    ("heading", "Install"),
                    ("textbox", "Install snippet"),
                    ("button", "Copy snippet"),
                    ("button", "Check installation"),
                    ("button", "Finish"),
                    ("link", "Set up the widget"),
                ],
            },
            shape: None,
        }],
        form: None,
    },
    Page {
        route: "/websites/new",
        path: "/websites/new",
        who: Who::Member("agent"),
        always: NOT_FOR_AGENTS,
        panels: &[],
        form: None,
    },
    Page {
        route: "/websites/:id",
        path: "/websites/{website}",
        who: ADMIN,
        always: &[("link", "Website settings")],
        panels: &[
            Panel {
                name: "website",
                asks: "/api/websites/{website}",
                loading: &[("status", "Loading the website")],
                empty: None,
                error: &[("alert", failed!("The website could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The website could not be loaded."))]),
                ready: State {
                    body: website,
                    told: &[
                        ("heading", "Shop"),
                        ("region", "Installation"),
                        ("textbox", "Install snippet"),
                        ("button", "Copy snippet"),
                        ("button", "Check installation"),
                        ("region", "About this website"),
                    ],
                },
                shape: Some("[aria-labelledby='website-latest'] .section-head"),
            },
            Panel {
                name: "latest conversations",
                asks: "/api/live-chat/conversations?websiteId={website}&limit=8",
                loading: &[("status", "Loading conversations")],
                empty: Some(State {
                    body: no_page,
                    told: &[("text", "No conversation yet")],
                }),
                error: &[("alert", failed!("Conversations could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("Conversations could not be loaded."))]),
                ready: State {
                    body: conversations,
                    told: &[("table", "Latest conversations"), ("link", "First Visitor")],
                },
                shape: Some("[aria-labelledby='website-latest'] tbody tr"),
            },
            Panel {
                name: "status history",
                asks: "/api/websites/{website}/status",
                loading: &[("status", "Loading the history")],
                empty: Some(State {
                    body: no_history,
                    told: &[("text", "No change yet")],
                }),
                error: &[("alert", failed!("The history could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The history could not be loaded."))]),
                ready: State {
                    body: history,
                    told: &[("list", "Status history")],
                },
                shape: Some("[aria-labelledby='website-history'] .section-head"),
            },
        ],
        form: None,
    },
    Page {
        route: "/websites/:id/settings",
        path: "/websites/{website}/settings",
        who: ADMIN,
        always: &[("heading", "Website settings"), ("link", "Websites")],
        panels: &[
            Panel {
                name: "website",
                asks: "/api/websites/{website}",
                loading: &[("status", "Loading the website")],
                empty: None,
                error: &[("alert", failed!("The website could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The website could not be loaded."))]),
                ready: State {
                    body: website,
                    told: &[
                        ("link", "Shop"),
                        ("region", "General"),
                        ("textbox", "Name"),
                        ("region", "Business hours"),
                        ("region", "Assignment"),
                        ("region", "Lifecycle"),
                        ("region", "Allowed origins"),
                        ("button", "Delete website"),
                    ],
                },
                shape: Some("#website-general"),
            },
            Panel {
                name: "funnels",
                asks: "/api/websites/{website}/funnels",
                loading: &[("status", "Loading funnels")],
                empty: None,
                error: &[("alert", failed!("Funnels could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("Funnels could not be loaded."))]),
                ready: State {
                    body: funnels,
                    told: &[("table", "Funnels"), ("button", "Actions for Website chat")],
                },
                shape: Some("#website-funnels"),
            },
        ],
        form: Some(Form {
            fields: &[
                ("website-name", "Another shop"),
                ("website-domain", "another.example"),
            ],
            steps: &[],
            submit: "Save changes",
            posts: "/api/websites/{website}",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/websites/:id/settings",
        path: "/websites/{website}/settings",
        who: Who::Member("agent"),
        always: NOT_FOR_AGENTS,
        panels: &[],
        form: None,
    },
    Page {
        route: "/websites/:id/widget",
        path: "/websites/{website}/widget",
        who: ADMIN,
        always: &[("heading", "Widget"), ("link", "Websites")],
        panels: &[
            Panel {
                name: "website",
                asks: "/api/websites/{website}",
                loading: &[("status", "Loading the website")],
                empty: None,
                error: &[("alert", failed!("The website could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The website could not be loaded."))]),
                ready: State {
                    body: website,
                    told: &[("link", "Shop")],
                },
                shape: None,
            },
            Panel {
                name: "configuration",
                asks: "/api/websites/{website}/widget",
                loading: &[("status", "Loading the widget's configuration")],
                empty: None,
                error: &[(
                    "alert",
                    failed!("The widget's configuration could not be loaded."),
                )],
                stale: Stale::AskedAgain(&[(
                    "alert",
                    failed!("The widget's configuration could not be loaded."),
                )]),
                ready: State {
                    body: widget,
                    told: &[
                        ("textbox", "Accent colour"),
                        ("textbox", "Greeting"),
                        ("textbox", "Launcher text"),
                        ("region", "Preview"),
                        ("textbox", "Install snippet"),
                        ("button", "Copy snippet"),
                        ("button", "Check installation"),
                        ("button", "Publish"),
                    ],
                },
                shape: None,
            },
            Panel {
                name: "publications",
                asks: "/api/websites/{website}/widget/history",
                loading: &[("status", "Loading publications")],
                empty: Some(State {
                    body: no_publications,
                    told: &[("text", "Nothing published yet")],
                }),
                error: &[("alert", failed!("What was published could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("What was published could not be loaded."))]),
                ready: State {
                    body: some_publications,
                    told: &[("table", "Publications")],
                },
                shape: None,
            },
        ],
        form: Some(Form {
            fields: &[("widget-title", "Help")],
            steps: &[],
            submit: "Save changes",
            posts: "/api/websites/{website}/widget",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/websites/:id/widget",
        path: "/websites/{website}/widget",
        who: Who::Member("agent"),
        always: NOT_FOR_AGENTS,
        panels: &[],
        form: None,
    },
];
