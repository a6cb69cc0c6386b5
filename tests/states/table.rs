//! The table: every page, what it always offers, and how each of its panels looks while it loads, when there is nothing, when
//! it failed, when what it shows is old, and when all is well. A new page joins by an entry in [`PAGES`]; those of
//! websites stand in a file of their own.

use serde_json::{Value, json};

use crate::answers::{
    audit, breakdown, canned_replies, conversations, figures, hours, labels, members, no_figures, no_items,
    no_page, no_rows, no_websites, none_of_account, series, sessions, steps, thread, tokens, visitors,
    webhooks, websites,
};
use crate::support::inbox::{conversation, visitor_details};

/// A role and an accessible name. News (`status`, `alert`) only have to begin like this; `text` stands anywhere on the page.
pub type Told = (&'static str, &'static str);

/// Who looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody is signed in.
    Nobody,
    /// A member with this role.
    Member(&'static str),
}

/// A page.
pub struct Page {
    /// Its route, as `routes.rs` has it.
    pub route: &'static str,
    /// An address of it; `{conversation}` stands for one that is on no list, `{website}` for one that there is.
    pub path: &'static str,
    /// Who looks at it.
    pub who: Who,
    /// What it offers in every state.
    pub always: &'static [Told],
    /// What it loads.
    pub panels: &'static [Panel],
    /// What it sends.
    pub form: Option<Form>,
}

/// A part of a page that shows something loaded.
pub struct Panel {
    /// Names it in what a failure says.
    pub name: &'static str,
    /// The request that brings it: a path, and behind a `?` what its query has to hold.
    pub asks: &'static str,
    /// While it is on its way.
    pub loading: &'static [Told],
    /// When there is nothing: the answer, and what is said. `None` for what is never empty.
    pub empty: Option<State>,
    /// When it cannot be had. `Retry` has to be offered, and to bring what `ready` has.
    pub error: &'static [Told],
    /// When what is shown is old: what is said besides the data.
    pub stale: Stale,
    /// When it is there.
    pub ready: State,
    /// What has to stand in the same place, and as high, while it loads and when it is there: a selector.
    pub shape: Option<&'static str>,
}

/// An answer, and what the page says to it.
pub struct State {
    /// The body of the answer.
    pub body: fn() -> Value,
    /// What is told.
    pub told: &'static [Told],
}

/// How something shown becomes old.
pub enum Stale {
    /// It is asked for again when someone comes back to it after a while, and then cannot be had.
    AskedAgain(&'static [Told]),
    /// The connection keeps it up to date, and is lost.
    Disconnected,
    /// It is shown once.
    Never,
}

/// What a page sends.
pub struct Form {
    /// Fields by their id, and what is typed.
    pub fields: &'static [(&'static str, &'static str)],
    /// The headings of the steps behind the fields, in order: `Continue` leads on, `Back` leads back.
    pub steps: &'static [&'static str],
    /// The button that sends it, in the last step.
    pub submit: &'static str,
    /// Where it is sent.
    pub posts: &'static str,
    /// What is told when it comes to nothing.
    pub refused: &'static [Told],
}

/// What is said when the server fails.
macro_rules! failed {
    ($what:literal) => {
        concat!($what, " The server cannot answer now.")
    };
}
pub(crate) use failed;

/// What a form says to that.
pub const SERVER_FAILED: &[Told] = &[("alert", "The server cannot answer now.")];
/// Someone who may do everything.
pub const ADMIN: Who = Who::Member("owner");

/// Every page but those of `websites.rs`.
pub const PAGES: &[Page] = &[
    Page {
        route: "/",
        path: "/",
        who: ADMIN,
        always: &[
            ("heading", "Overview"),
            ("heading", "Latest conversations"),
            ("heading", "Website status"),
            ("link", "All open"),
        ],
        panels: &[
            Panel {
                name: "latest conversations",
                asks: "/api/live-chat/conversations?status=open&limit=200",
                loading: &[("status", "Loading conversations")],
                empty: Some(State {
                    body: no_page,
                    told: &[("text", "Nothing is waiting")],
                }),
                error: &[("alert", failed!("Conversations could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("Conversations could not be loaded."))]),
                ready: State {
                    body: conversations,
                    told: &[("table", "Latest conversations"), ("link", "First Visitor")],
                },
                shape: Some("[aria-labelledby='latest-heading'] tbody tr"),
            },
            Panel {
                name: "figures",
                asks: "/api/analytics/overview",
                loading: &[("status", "Loading: Visitors now")],
                empty: None,
                error: &[("alert", failed!("The figures could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The figures could not be loaded."))]),
                ready: State {
                    body: figures,
                    told: &[("definition", "1")],
                },
                shape: Some("dl > div"),
            },
            Panel {
                name: "trends",
                asks: "/api/analytics/series",
                loading: &[("status", "Loading: Conversations by time")],
                empty: None,
                error: &[("alert", failed!("The figures by time could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The figures by time could not be loaded."))]),
                ready: State {
                    body: series,
                    told: &[("text", "at most 7")],
                },
                shape: Some(".trend-room"),
            },
            Panel {
                name: "website status",
                asks: "/api/websites?pageSize=8",
                loading: &[("status", "Loading websites")],
                empty: Some(State {
                    body: no_websites,
                    told: &[("text", "No website yet")],
                }),
                error: &[("alert", failed!("Websites could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("Websites could not be loaded."))]),
                ready: State {
                    body: websites,
                    told: &[("table", "Website status")],
                },
                shape: Some("[aria-labelledby='sites-heading'] tbody tr"),
            },
        ],
        form: None,
    },
    Page {
        route: "/conversations",
        path: "/conversations",
        who: ADMIN,
        always: INBOX,
        panels: &[LIST],
        form: None,
    },
    Page {
        route: "/conversations/:id",
        path: "/conversations/{conversation}",
        who: ADMIN,
        always: THREAD,
        panels: &[
            Panel {
                name: "messages",
                asks: "/api/live-chat/conversations/{conversation}/messages",
                loading: &[("status", "Loading messages")],
                empty: None,
                error: &[("alert", failed!("Messages could not be loaded."))],
                stale: Stale::Disconnected,
                ready: State {
                    body: thread,
                    told: &[("article", "Third Visitor, 9:30 AM")],
                },
                shape: None,
            },
            Panel {
                name: "visitor",
                asks: "/api/live-chat/conversations/{conversation}",
                loading: &[("status", "Loading the visitor")],
                empty: None,
                error: &[("alert", failed!("The visitor could not be loaded."))],
                stale: Stale::Disconnected,
                ready: State {
                    body: || conversation(3, "Third Visitor", "about tents"),
                    told: &[("region", "Visitor"), ("heading", "Third Visitor")],
                },
                shape: Some(".visitor-id"),
            },
            Panel {
                name: "what is known of the visitor",
                asks: "/api/visitors/01890a5d-ac96-774b-bcce-b302099a8057",
                loading: &[("status", "Loading what is known of the visitor")],
                empty: None,
                error: &[(
                    "alert",
                    failed!("What is known of the visitor could not be loaded."),
                )],
                stale: Stale::AskedAgain(&[(
                    "alert",
                    failed!("What is known of the visitor could not be loaded."),
                )]),
                ready: State {
                    body: || visitor_details("Third Visitor"),
                    told: &[
                        ("list", "Pages seen"),
                        ("button", "Block"),
                        ("button", "Export data"),
                    ],
                },
                shape: None,
            },
        ],
        form: None,
    },
    Page {
        route: "/visitors",
        path: "/visitors",
        who: ADMIN,
        always: &[
            ("heading", "Visitors"),
            ("button", "Refresh"),
            ("searchbox", "Search visitors"),
        ],
        panels: &[Panel {
            name: "visitors",
            asks: "/api/visitors?online=true",
            loading: &[("status", "Loading visitors")],
            empty: Some(State {
                body: no_page,
                told: &[("text", "Nobody is on your websites now")],
            }),
            error: &[("alert", failed!("Visitors could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Visitors could not be loaded."))]),
            ready: State {
                body: visitors,
                told: &[("table", "Visitors"), ("columnheader", "Page")],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/analytics",
        path: "/analytics",
        who: ADMIN,
        always: &[
            ("heading", "Analytics"),
            ("button", "Export CSV"),
            ("group", "Filters"),
            ("combobox", "Days"),
        ],
        panels: &[
            Panel {
                name: "figures",
                asks: "/api/analytics/overview",
                loading: &[("status", "Loading: Conversations")],
                empty: Some(State {
                    body: no_figures,
                    told: &[("text", "Nothing was measured in these days")],
                }),
                error: &[("alert", failed!("The figures could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The figures could not be loaded."))]),
                ready: State {
                    body: figures,
                    told: &[("button", "Conversations: 7. Show what stands behind it")],
                },
                shape: Some("dl > div"),
            },
            Panel {
                name: "by time",
                asks: "/api/analytics/series",
                loading: &[("status", "Loading the figures by time")],
                empty: None,
                error: &[("alert", failed!("The figures by time could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The figures by time could not be loaded."))]),
                ready: State {
                    body: series,
                    told: &[("button", "View as table: Conversations by time")],
                },
                shape: None,
            },
            Panel {
                name: "hours of the week",
                asks: "/api/analytics/heatmap",
                loading: &[("status", "Loading the hours")],
                empty: None,
                error: &[("alert", failed!("The hours could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The hours could not be loaded."))]),
                ready: State {
                    body: hours,
                    told: &[("table", "Conversations by hour of the week")],
                },
                shape: Some("td"),
            },
            Panel {
                name: "how long it took",
                asks: "/api/analytics/histogram",
                loading: &[("status", "Loading the durations")],
                empty: None,
                error: &[("alert", failed!("The durations could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The durations could not be loaded."))]),
                ready: State {
                    body: steps,
                    told: &[("button", "View as table: First response, by how long it took")],
                },
                shape: None,
            },
            Panel {
                name: "table",
                asks: "/api/analytics/breakdown",
                loading: &[("status", "Loading the table")],
                empty: Some(State {
                    body: no_rows,
                    told: &[("text", "Nothing to list")],
                }),
                error: &[("alert", failed!("The table could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The table could not be loaded."))]),
                ready: State {
                    body: breakdown,
                    told: &[("table", "Operators"), ("columnheader", "Missed")],
                },
                shape: None,
            },
        ],
        form: None,
    },
    Page {
        route: "/settings/profile",
        path: "/settings/profile",
        who: ADMIN,
        always: &[
            ("heading", "Profile"),
            ("navigation", "Settings"),
            ("textbox", "Full name"),
        ],
        panels: &[],
        form: Some(Form {
            fields: &[("name", "Another Name")],
            steps: &[],
            submit: "Save changes",
            posts: "/api/auth/me",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/settings/team",
        path: "/settings/team",
        who: ADMIN,
        always: &[
            ("heading", "Team"),
            ("heading", "Members"),
            ("button", "Invite member"),
        ],
        panels: &[
            Panel {
                name: "members",
                asks: "/api/team/members",
                loading: &[("status", "Loading the team")],
                empty: None,
                error: &[("alert", failed!("The team could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The team could not be loaded."))]),
                ready: State {
                    body: members,
                    told: &[("table", "Members"), ("columnheader", "Role")],
                },
                shape: Some("tbody tr"),
            },
            Panel {
                name: "second factor for everyone",
                asks: "/api/team/security",
                loading: &[("status", "Loading the team")],
                empty: None,
                error: &[("alert", failed!("The account's rule could not be loaded."))],
                stale: Stale::AskedAgain(&[("alert", failed!("The account's rule could not be loaded."))]),
                ready: State {
                    body: || json!({"requireTotp": false}),
                    told: &[("switch", "Require a second factor")],
                },
                shape: None,
            },
        ],
        form: None,
    },
    Page {
        route: "/settings/canned-replies",
        path: "/settings/canned-replies",
        who: ADMIN,
        always: &[
            ("heading", "Canned replies"),
            ("searchbox", "Search canned replies"),
            ("button", "Add canned reply"),
        ],
        panels: &[Panel {
            name: "canned replies",
            asks: "/api/live-chat/canned-replies",
            loading: &[("status", "Loading canned replies")],
            empty: Some(State {
                body: none_of_account,
                told: &[("text", "No canned replies yet")],
            }),
            error: &[("alert", failed!("Canned replies could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Canned replies could not be loaded."))]),
            ready: State {
                body: canned_replies,
                told: &[("table", "Canned replies"), ("columnheader", "Shortcut")],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/settings/labels",
        path: "/settings/labels",
        who: ADMIN,
        always: &[("heading", "Labels"), ("button", "Add label")],
        panels: &[Panel {
            name: "labels",
            asks: "/api/live-chat/labels",
            loading: &[("status", "Loading labels")],
            empty: Some(State {
                body: none_of_account,
                told: &[("text", "No labels yet")],
            }),
            error: &[("alert", failed!("Labels could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Labels could not be loaded."))]),
            ready: State {
                body: labels,
                told: &[("table", "Labels"), ("columnheader", "Colour")],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/settings/appearance",
        path: "/settings/appearance",
        who: ADMIN,
        always: &[
            ("heading", "Appearance"),
            ("radio", "Dark"),
            ("radio", "Compact"),
            ("radio", "Reduced"),
            ("combobox", "Language"),
        ],
        panels: &[],
        form: None,
    },
    Page {
        route: "/settings/notifications",
        path: "/settings/notifications",
        who: ADMIN,
        always: &[
            ("heading", "Notifications"),
            ("switch", "New conversations"),
            ("button", "Test"),
        ],
        panels: &[Panel {
            name: "websites",
            asks: "/api/websites?pageSize=200",
            loading: &[("status", "Loading websites")],
            empty: Some(State {
                body: no_websites,
                told: &[("text", "No website yet")],
            }),
            error: &[("alert", failed!("Websites could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Websites could not be loaded."))]),
            ready: State {
                body: websites,
                told: &[("checkbox", "Shop")],
            },
            shape: None,
        }],
        form: None,
    },
    Page {
        route: "/settings/security",
        path: "/settings/security",
        who: ADMIN,
        always: &[("heading", "Security"), ("button", "Sign out everywhere")],
        panels: &[Panel {
            name: "sessions",
            asks: "/api/auth/sessions",
            loading: &[("status", "Loading your sessions")],
            empty: None,
            error: &[("alert", failed!("Your sessions could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Your sessions could not be loaded."))]),
            ready: State {
                body: sessions,
                told: &[("list", "Sessions"), ("button", "Sign out Firefox 145, Android")],
            },
            shape: None,
        }],
        form: None,
    },
    Page {
        route: "/settings/audit",
        path: "/settings/audit",
        who: ADMIN,
        always: &[
            ("heading", "Audit log"),
            ("group", "Filter changes"),
            ("button", "Export"),
        ],
        panels: &[Panel {
            name: "changes",
            asks: "/api/audit",
            loading: &[("status", "Loading the audit log")],
            empty: Some(State {
                body: no_page,
                told: &[("text", "Nothing changed yet")],
            }),
            error: &[("alert", failed!("The audit log could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("The audit log could not be loaded."))]),
            ready: State {
                body: audit,
                told: &[
                    ("table", "Changes"),
                    ("columnheader", "From where"),
                    ("text", "Role: Agent → Admin"),
                    ("text", "Firefox 145, Android · PT"),
                    ("text", "Nobody signed in"),
                ],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/settings/tokens",
        path: "/settings/tokens",
        who: ADMIN,
        always: &[("heading", "API tokens"), ("button", "Make token")],
        panels: &[Panel {
            name: "tokens",
            asks: "/api/tokens",
            loading: &[("status", "Loading API tokens")],
            empty: Some(State {
                body: no_items,
                told: &[("text", "No API tokens yet")],
            }),
            error: &[("alert", failed!("API tokens could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("API tokens could not be loaded."))]),
            ready: State {
                body: tokens,
                told: &[
                    ("table", "Tokens"),
                    ("columnheader", "Scopes"),
                    ("text", "analytics:read"),
                    ("text", "Ended"),
                    ("button", "Revoke Reporting"),
                ],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/settings/webhooks",
        path: "/settings/webhooks",
        who: ADMIN,
        always: &[("heading", "Webhooks"), ("button", "Add webhook")],
        panels: &[Panel {
            name: "webhooks",
            asks: "/api/webhooks",
            loading: &[("status", "Loading webhooks")],
            empty: Some(State {
                body: no_items,
                told: &[("text", "No webhooks yet")],
            }),
            error: &[("alert", failed!("Webhooks could not be loaded."))],
            stale: Stale::AskedAgain(&[("alert", failed!("Webhooks could not be loaded."))]),
            ready: State {
                body: webhooks,
                told: &[
                    ("table", "Webhooks"),
                    ("columnheader", "Events"),
                    ("text", "https://hooks.example/in"),
                    ("text", "Switched off"),
                ],
            },
            shape: Some("tbody tr"),
        }],
        form: None,
    },
    Page {
        route: "/login",
        path: "/login",
        who: Who::Nobody,
        always: &[
            ("heading", "Sign in"),
            ("textbox", "Email"),
            ("textbox", "Password"),
            ("checkbox", "Keep me signed in"),
            ("button", "Sign in"),
            ("link", "Forgot password?"),
            ("link", "Create an account"),
        ],
        panels: &[],
        form: Some(Form {
            fields: &[("email", "person@example.com"), ("password", "a password")],
            steps: &[],
            submit: "Sign in",
            posts: "/api/auth/login",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/register",
        path: "/register",
        who: Who::Nobody,
        always: &[
            ("heading", "Create your account"),
            ("textbox", "Full name"),
            ("textbox", "Company"),
            ("textbox", "Email"),
            ("textbox", "Password"),
            ("button", "Create account"),
        ],
        panels: &[],
        form: Some(Form {
            fields: &[
                ("name", "Example Person"),
                ("company", "Example"),
                ("email", "person@example.com"),
                ("password", "orange lamp quietly walks"),
            ],
            steps: &[],
            submit: "Create account",
            posts: "/api/auth/register",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/verify-email",
        path: "/verify-email?token=abc",
        who: Who::Nobody,
        always: &[("heading", "Verify your email")],
        panels: &[Panel {
            name: "verification",
            asks: "/api/auth/verify-email",
            loading: &[("status", "One moment…")],
            empty: None,
            error: &[(
                "alert",
                "Your address could not be verified yet The server cannot answer now.",
            )],
            stale: Stale::Never,
            ready: State {
                body: || json!({}),
                told: &[("link", "Sign in")],
            },
            shape: None,
        }],
        form: None,
    },
    Page {
        route: "/forgot-password",
        path: "/forgot-password",
        who: Who::Nobody,
        always: &[
            ("heading", "Reset your password"),
            ("textbox", "Email"),
            ("button", "Send reset link"),
        ],
        panels: &[],
        form: Some(Form {
            fields: &[("email", "person@example.com")],
            steps: &[],
            submit: "Send reset link",
            posts: "/api/auth/forgot-password",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/reset-password",
        path: "/reset-password?token=abc",
        who: Who::Nobody,
        always: &[
            ("heading", "Choose a new password"),
            ("textbox", "New password"),
            ("button", "Save password"),
        ],
        panels: &[],
        form: Some(Form {
            fields: &[("password", "orange lamp quietly walks")],
            steps: &[],
            submit: "Save password",
            posts: "/api/auth/reset-password",
            refused: SERVER_FAILED,
        }),
    },
    Page {
        route: "/accept-invitation",
        path: "/accept-invitation?token=abc",
        who: Who::Nobody,
        always: &[],
        panels: &[Panel {
            name: "invitation",
            asks: "/api/team/invitations/abc",
            loading: &[("status", "Reading your invitation…")],
            empty: None,
            error: &[("alert", failed!("The invitation could not be loaded."))],
            // What is being filled in stays as it is; sending it tells whether the invitation still holds.
            stale: Stale::Never,
            ready: State {
                body: || {
                    json!({
                        "accountName": "Example", "email": "new@example.com", "invitedBy": "Someone", "role": "agent",
                    })
                },
                told: &[
                    ("heading", "Join Example"),
                    ("textbox", "Full name"),
                    ("button", "Join"),
                ],
            },
            shape: None,
        }],
        form: None,
    },
    Page {
        route: "/dev/gallery",
        path: "/dev/gallery",
        who: Who::Nobody,
        always: &[
            ("heading", "Gallery"),
            ("button", "Dark"),
            ("button", "Right to left"),
        ],
        panels: &[],
        form: None,
    },
    Page {
        route: "/404",
        path: "/no/such/page",
        who: ADMIN,
        always: &[("heading", "Page not found"), ("link", "Go to Overview")],
        panels: &[],
        form: None,
    },
];

const INBOX: &[Told] = &[
    ("heading", "Conversations"),
    ("searchbox", "Search conversations"),
    ("tab", "Open"),
    ("tab", "Closed"),
    ("tab", "Archived"),
];

const THREAD: &[Told] = &[
    ("heading", "Conversations"),
    ("log", "Messages"),
    ("textbox", "Reply"),
    ("button", "Internal note"),
    ("button", "Send"),
];

const LIST: Panel = Panel {
    name: "list",
    asks: "/api/live-chat/conversations?status=open",
    loading: &[("status", "Loading conversations")],
    empty: Some(State {
        body: no_page,
        told: &[("text", "Nothing is waiting")],
    }),
    error: &[("alert", failed!("Conversations could not be loaded."))],
    stale: Stale::Disconnected,
    ready: State {
        body: conversations,
        told: &[("list", "Conversations")],
    },
    shape: None,
};
