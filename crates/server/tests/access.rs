//! Who may call what, for every operation of the OpenAPI document: signed out, with too low a role, with an id of another
//! account. An operation without a line in [`RULES`] fails, so nothing is served that nobody has thought about.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use std::collections::BTreeMap;

use accounts::{get, invite, me, new_member};
use common::{AGENT, Answer, App, OWNER};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_server::openapi;

common::on_both_databases! {
    every_operation_is_refused_to_those_who_may_not,
}

/// Who an operation is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    /// Everyone: nothing to refuse.
    Anyone,
    /// The holder of the refresh cookie, from a page of ours.
    RefreshCookie,
    /// A visitor with a token.
    Visitor,
    /// Every member.
    Agent,
    /// Members who manage the team.
    Admin,
    /// Owners.
    Owner,
}

/// What the ids in an operation's path or body name, and so what another account has of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Names {
    /// No id at all.
    Nothing,
    /// A conversation, in the path.
    Conversation,
    /// A conversation, in the body's `conversationId`.
    ConversationInBody,
    /// A conversation, in the query's `conversationId`, for a file.
    ConversationInQuery,
    /// A file, in the path.
    File,
    /// Conversations, in the body's `items`; each is answered by itself.
    ConversationItems,
    /// A visitor, in the body's `userId`.
    VisitorInBody,
    /// A label, in the path.
    Label,
    /// A canned reply, in the path.
    CannedReply,
    /// A saved filter, in the path.
    View,
    /// An id that its sender chooses, in the path: what another account has under it is another thing.
    Chosen,
    /// A website, in the path.
    Website,
    /// A website and one of its funnels, in the path.
    Funnel,
    /// Somebody on a website, in the path.
    Person,
    /// Somebody on a website and a note about them, in the path.
    Note,
    /// A sign-in of a member, in the path.
    Session,
    /// A program's token, in the path.
    ApiToken,
    /// Another server that is told what happens, in the path.
    Webhook,
    /// A member, in the path.
    Member,
    /// A mailed token, in the path: whoever has it may use it.
    Token,
    /// A website's public key, in the path: it stands in that website's pages.
    PublicKey,
}

use For::{Admin, Agent, Anyone, Owner, RefreshCookie, Visitor};
use Names::{
    ApiToken, CannedReply, Chosen, Conversation, ConversationInBody, ConversationInQuery, ConversationItems,
    File, Funnel, Label, Member, Note, Nothing, Person, PublicKey, Session, Token, View, VisitorInBody,
    Webhook, Website,
};

/// Every operation.
const RULES: &[(&str, &str, For, Names)] = &[
    ("POST", "/api/auth/register", Anyone, Nothing),
    ("POST", "/api/auth/verify-email", Anyone, Nothing),
    ("POST", "/api/auth/resend-verification", Anyone, Nothing),
    ("POST", "/api/auth/login", Anyone, Nothing),
    ("POST", "/api/auth/login/totp", Anyone, Nothing),
    ("POST", "/api/auth/refresh", RefreshCookie, Nothing),
    ("POST", "/api/auth/logout", RefreshCookie, Nothing),
    ("POST", "/api/auth/forgot-password", Anyone, Nothing),
    ("POST", "/api/auth/reset-password", Anyone, Nothing),
    ("GET", "/api/auth/me", Agent, Nothing),
    ("PATCH", "/api/auth/me", Agent, Nothing),
    ("PUT", "/api/auth/password", Agent, Nothing),
    ("POST", "/api/auth/email-change", Agent, Nothing),
    ("GET", "/api/auth/sessions", Agent, Nothing),
    ("DELETE", "/api/auth/sessions/{id}", Agent, Session),
    ("POST", "/api/auth/totp/enrol", Agent, Nothing),
    ("POST", "/api/auth/totp/confirm", Agent, Nothing),
    ("POST", "/api/auth/totp/disable", Agent, Nothing),
    ("GET", "/api/team/members", Agent, Nothing),
    ("POST", "/api/team/members", Admin, Nothing),
    ("PATCH", "/api/team/members/{id}", Admin, Member),
    ("DELETE", "/api/team/members/{id}", Admin, Member),
    ("POST", "/api/team/invitations", Admin, Nothing),
    ("GET", "/api/team/invitations/{token}", Anyone, Token),
    ("POST", "/api/team/invitations/{token}/accept", Anyone, Token),
    ("GET", "/api/team/security", Agent, Nothing),
    ("PATCH", "/api/team/security", Owner, Nothing),
    ("GET", "/api/audit", Owner, Nothing),
    ("GET", "/api/audit/export.csv", Owner, Nothing),
    ("GET", "/api/tokens", Admin, Nothing),
    ("POST", "/api/tokens", Admin, Nothing),
    ("DELETE", "/api/tokens/{id}", Admin, ApiToken),
    ("GET", "/api/webhooks", Admin, Nothing),
    ("POST", "/api/webhooks", Admin, Nothing),
    ("PATCH", "/api/webhooks/{id}", Admin, Webhook),
    ("DELETE", "/api/webhooks/{id}", Admin, Webhook),
    ("GET", "/api/webhooks/{id}/secret", Admin, Webhook),
    ("GET", "/api/webhooks/{id}/deliveries", Admin, Webhook),
    ("POST", "/api/webhooks/{id}/test", Admin, Webhook),
    (
        "POST",
        "/api/webhooks/{id}/deliveries/{deliveryId}/redeliver",
        Admin,
        Webhook,
    ),
    ("GET", "/api/live-chat/conversations", Agent, Nothing),
    ("GET", "/api/live-chat/conversations/{id}", Agent, Conversation),
    ("DELETE", "/api/live-chat/conversations/{id}", Admin, Conversation),
    (
        "GET",
        "/api/live-chat/conversations/{id}/messages",
        Agent,
        Conversation,
    ),
    ("POST", "/api/live-chat/conversations", Agent, VisitorInBody),
    (
        "GET",
        "/api/live-chat/conversations/{id}/transcript",
        Agent,
        Conversation,
    ),
    (
        "POST",
        "/api/live-chat/conversations/{id}/transcript/mail",
        Agent,
        Conversation,
    ),
    ("POST", "/api/live-chat/messages", Agent, ConversationInBody),
    ("POST", "/api/live-chat/attachments", Agent, ConversationInQuery),
    ("GET", "/api/live-chat/attachments/{id}", Agent, File),
    ("PATCH", "/api/live-chat/conversations", Agent, ConversationItems),
    (
        "POST",
        "/api/live-chat/conversations/{id}/read",
        Agent,
        Conversation,
    ),
    ("DELETE", "/api/live-chat/messages/{id}", Agent, Chosen),
    ("GET", "/api/live-chat/labels", Agent, Nothing),
    ("POST", "/api/live-chat/labels", Agent, Nothing),
    ("PATCH", "/api/live-chat/labels/{id}", Admin, Label),
    ("DELETE", "/api/live-chat/labels/{id}", Admin, Label),
    ("GET", "/api/live-chat/labels/{id}/contents", Admin, Label),
    ("GET", "/api/live-chat/canned-replies", Agent, Nothing),
    ("POST", "/api/live-chat/canned-replies", Agent, Nothing),
    ("PATCH", "/api/live-chat/canned-replies/{id}", Agent, CannedReply),
    ("DELETE", "/api/live-chat/canned-replies/{id}", Agent, CannedReply),
    ("GET", "/api/live-chat/views", Agent, Nothing),
    ("POST", "/api/live-chat/views", Agent, Nothing),
    ("PATCH", "/api/live-chat/views/{id}", Agent, View),
    ("DELETE", "/api/live-chat/views/{id}", Agent, View),
    ("GET", "/api/visitors", Agent, Nothing),
    ("GET", "/api/visitors/{id}", Agent, Person),
    ("PATCH", "/api/visitors/{id}", Agent, Person),
    ("DELETE", "/api/visitors/{id}", Admin, Person),
    ("POST", "/api/visitors/{id}/block", Agent, Person),
    ("GET", "/api/visitors/{id}/export", Agent, Person),
    ("POST", "/api/visitors/{id}/notes", Agent, Person),
    ("PATCH", "/api/visitors/{id}/notes/{noteId}", Agent, Note),
    ("DELETE", "/api/visitors/{id}/notes/{noteId}", Agent, Note),
    ("GET", "/api/analytics/overview", Agent, Nothing),
    ("GET", "/api/analytics/series", Agent, Nothing),
    ("GET", "/api/analytics/heatmap", Agent, Nothing),
    ("GET", "/api/analytics/breakdown", Agent, Nothing),
    ("GET", "/api/analytics/histogram", Agent, Nothing),
    ("GET", "/api/analytics/conversations", Agent, Nothing),
    ("GET", "/api/analytics/export.csv", Agent, Nothing),
    ("GET", "/api/websites", Agent, Nothing),
    ("POST", "/api/websites", Admin, Nothing),
    ("GET", "/api/websites/{id}", Agent, Website),
    ("PATCH", "/api/websites/{id}", Admin, Website),
    ("DELETE", "/api/websites/{id}", Admin, Website),
    ("GET", "/api/websites/{id}/contents", Admin, Website),
    ("POST", "/api/websites/{id}/restore", Admin, Website),
    ("GET", "/api/websites/{id}/status", Agent, Website),
    ("POST", "/api/websites/{id}/check-install", Admin, Website),
    ("GET", "/api/websites/{id}/identity", Admin, Website),
    ("POST", "/api/websites/{id}/identity", Admin, Website),
    ("GET", "/api/websites/{id}/widget", Agent, Website),
    ("PUT", "/api/websites/{id}/widget", Admin, Website),
    ("POST", "/api/websites/{id}/widget/publish", Admin, Website),
    ("GET", "/api/websites/{id}/widget/history", Admin, Website),
    ("POST", "/api/websites/{id}/widget/restore", Admin, Website),
    ("GET", "/api/widget/{publicKey}", Anyone, PublicKey),
    ("GET", "/api/websites/{id}/funnels", Agent, Website),
    ("POST", "/api/websites/{id}/funnels", Admin, Website),
    ("PATCH", "/api/websites/{id}/funnels/{funnelId}", Admin, Funnel),
    ("DELETE", "/api/websites/{id}/funnels/{funnelId}", Admin, Funnel),
    ("POST", "/api/visitor/sessions", Anyone, Nothing),
    ("POST", "/api/visitor/frame", Anyone, Nothing),
    ("GET", "/api/visitor/messages", Visitor, Nothing),
    ("POST", "/api/visitor/messages", Visitor, Nothing),
    ("POST", "/api/visitor/attachments", Visitor, Nothing),
    ("GET", "/api/visitor/attachments/{id}", Visitor, File),
    ("POST", "/api/visitor/page", Visitor, Nothing),
    ("POST", "/api/visitor/pre-chat", Visitor, Nothing),
    ("POST", "/api/visitor/rating", Visitor, Nothing),
    ("POST", "/api/visitor/read", Visitor, Nothing),
    ("POST", "/api/visitor/ticket", Visitor, Nothing),
    ("POST", "/api/visitor/typing", Visitor, Nothing),
    ("POST", "/api/visitor/identify", Visitor, Nothing),
    ("POST", "/api/visitor/attributes", Visitor, Nothing),
    ("POST", "/api/visitor/challenge", Visitor, Nothing),
    ("POST", "/api/visitor/resume", Anyone, Nothing),
    ("POST", "/api/realtime/ticket", Agent, Nothing),
    ("GET", "/api/realtime", Anyone, Nothing),
    ("GET", "/api/events", Agent, Nothing),
    ("GET", "/healthz", Anyone, Nothing),
    ("GET", "/readyz", Anyone, Nothing),
    ("GET", "/metrics", Anyone, Nothing),
];

/// What programs may do: the scope that each operation needs, by path and method. A token with every scope is refused everything else.
const TOKENS: &[(&str, &[(&str, &str)])] = &[
    (
        "/api/live-chat/conversations",
        &[("GET", CR), ("POST", CW), ("PATCH", CW)],
    ),
    (
        "/api/live-chat/conversations/{id}",
        &[("GET", CR), ("DELETE", CW)],
    ),
    ("/api/live-chat/conversations/{id}/messages", &[("GET", CR)]),
    ("/api/live-chat/conversations/{id}/transcript", &[("GET", CR)]),
    (
        "/api/live-chat/conversations/{id}/transcript/mail",
        &[("POST", CW)],
    ),
    ("/api/live-chat/conversations/{id}/read", &[("POST", CW)]),
    ("/api/live-chat/messages", &[("POST", CW)]),
    ("/api/live-chat/messages/{id}", &[("DELETE", CW)]),
    ("/api/live-chat/attachments", &[("POST", CW)]),
    ("/api/live-chat/attachments/{id}", &[("GET", CR)]),
    ("/api/live-chat/labels", &[("GET", CR), ("POST", CW)]),
    ("/api/live-chat/labels/{id}", &[("PATCH", CW), ("DELETE", CW)]),
    ("/api/live-chat/labels/{id}/contents", &[("GET", CR)]),
    ("/api/live-chat/canned-replies", &[("GET", CR), ("POST", CW)]),
    (
        "/api/live-chat/canned-replies/{id}",
        &[("PATCH", CW), ("DELETE", CW)],
    ),
    ("/api/visitors", &[("GET", VR)]),
    (
        "/api/visitors/{id}",
        &[("GET", VR), ("PATCH", VW), ("DELETE", VW)],
    ),
    ("/api/visitors/{id}/block", &[("POST", VW)]),
    ("/api/visitors/{id}/export", &[("GET", VR)]),
    ("/api/visitors/{id}/notes", &[("POST", VW)]),
    (
        "/api/visitors/{id}/notes/{noteId}",
        &[("PATCH", VW), ("DELETE", VW)],
    ),
    ("/api/websites", &[("GET", WR), ("POST", WW)]),
    (
        "/api/websites/{id}",
        &[("GET", WR), ("PATCH", WW), ("DELETE", WW)],
    ),
    ("/api/websites/{id}/contents", &[("GET", WR)]),
    ("/api/websites/{id}/restore", &[("POST", WW)]),
    ("/api/websites/{id}/status", &[("GET", WR)]),
    ("/api/websites/{id}/check-install", &[("POST", WW)]),
    ("/api/websites/{id}/widget", &[("GET", WR), ("PUT", WW)]),
    ("/api/websites/{id}/widget/publish", &[("POST", WW)]),
    ("/api/websites/{id}/widget/history", &[("GET", WR)]),
    ("/api/websites/{id}/widget/restore", &[("POST", WW)]),
    ("/api/websites/{id}/funnels", &[("GET", WR), ("POST", WW)]),
    (
        "/api/websites/{id}/funnels/{funnelId}",
        &[("PATCH", WW), ("DELETE", WW)],
    ),
    ("/api/analytics/overview", &[("GET", AR)]),
    ("/api/analytics/series", &[("GET", AR)]),
    ("/api/analytics/heatmap", &[("GET", AR)]),
    ("/api/analytics/breakdown", &[("GET", AR)]),
    ("/api/analytics/histogram", &[("GET", AR)]),
    ("/api/analytics/conversations", &[("GET", AR)]),
    ("/api/analytics/export.csv", &[("GET", AR)]),
];
const CR: &str = "conversations:read";
const CW: &str = "conversations:write";
const VR: &str = "visitors:read";
const VW: &str = "visitors:write";
const WR: &str = "websites:read";
const WW: &str = "websites:write";
const AR: &str = "analytics:read";
const SCOPES: [&str; 7] = [CR, CW, VR, VW, WR, WW, AR];

/// Two accounts: the caller's members, and what the other one has.
struct World {
    /// Access tokens by role.
    tokens: BTreeMap<&'static str, String>,
    /// Ids of the other account.
    foreign: BTreeMap<&'static str, String>,
    /// A token in a mail that the other account sent.
    foreign_invitation: String,
    /// The access token of the other account's owner.
    foreign_owner: String,
    /// Secrets of API tokens of the caller's owner, by scope: with every other scope, and with this one alone. Under `all` one with all.
    programs: BTreeMap<&'static str, (String, String)>,
}

/// The secret of a new API token.
async fn program(app: &App, owner: &str, scopes: &[&str]) -> String {
    let body = json!({"name": "Program", "scopes": scopes});
    let made = accounts::call(app, Method::POST, "/api/tokens", owner, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.at("/secret")
}

async fn programs(app: &App, owner: &str) -> BTreeMap<&'static str, (String, String)> {
    let mut programs = BTreeMap::new();
    for scope in SCOPES {
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        let pair = (
            program(app, owner, &others).await,
            program(app, owner, &[scope]).await,
        );
        programs.insert(scope, pair);
    }
    let all = program(app, owner, &SCOPES).await;
    programs.insert("all", (all.clone(), all));
    programs
}

async fn world(app: &App) -> World {
    let owner = app.token(OWNER).await;
    let (_, admin) = new_member(app, &owner, "admin@demo.test", "admin").await;
    let other = app.second_account("other@demo.test").await;
    let (member, colleague) = new_member(app, &other.token, "colleague@demo.test", "agent").await;
    let session = me(app, &colleague).await.at("/sessionId");
    let (visitor, conversation, message) = foreign_conversation(app, &other.public_key).await;
    let note = json!({"id": common::new_id(), "content": "Other note"});
    let path = format!("/api/visitors/{visitor}/notes");
    let note = accounts::call(app, Method::POST, &path, &other.token, note).await;
    let file = format!(
        "/api/live-chat/attachments?id={}&name=other.txt&conversationId={conversation}",
        common::new_id()
    );
    let file = accounts::call(app, Method::POST, &file, &other.token, json!("Other file")).await;
    let label = json!({"id": common::new_id(), "name": "Other label", "colour": "blue"});
    let label = accounts::call(app, Method::POST, "/api/live-chat/labels", &other.token, label).await;
    let view = json!({"id": common::new_id(), "name": "Other view", "isShared": true});
    let view = accounts::call(app, Method::POST, "/api/live-chat/views", &other.token, view).await;
    let canned = json!({
        "id": common::new_id(), "shortcut": "other", "title": "Other", "content": "Other", "scope": "shared",
    });
    let canned = accounts::call(
        app,
        Method::POST,
        "/api/live-chat/canned-replies",
        &other.token,
        canned,
    )
    .await;
    let webhook =
        json!({"id": common::new_id(), "url": "https://hooks.example/in", "events": ["message.created"]});
    let webhook = accounts::call(app, Method::POST, "/api/webhooks", &other.token, webhook).await;
    let program = json!({"name": "Other", "scopes": ["websites:read"]});
    let program = accounts::call(app, Method::POST, "/api/tokens", &other.token, program).await;
    let funnels = get(
        app,
        &format!("/api/websites/{}/funnels", other.website),
        &other.token,
    )
    .await;
    let funnel = funnels.at("/items/0/id");
    invite(app, &other.token, "invited@demo.test", "agent", &[]).await;
    let foreign_invitation = accounts::mailed_token(app, "invited@demo.test", "/accept-invitation").await;
    let agent = app.token(AGENT).await;
    let programs = programs(app, &owner).await;
    World {
        tokens: BTreeMap::from([("agent", agent), ("admin", admin), ("owner", owner)]),
        foreign: BTreeMap::from([
            ("member", member),
            ("session", session),
            ("webhook", webhook.at("/id")),
            ("apitoken", program.at("/token/id")),
            ("visitor", visitor.clone()),
            ("conversation", conversation),
            ("message", message),
            ("file", file.at("/id")),
            ("label", label.at("/id")),
            ("cannedreply", canned.at("/id")),
            ("view", view.at("/id")),
            ("person", visitor),
            ("note", note.at("/id")),
            ("website", other.website),
            ("funnel", funnel),
        ]),
        foreign_invitation,
        foreign_owner: other.token,
        programs,
    }
}

/// A visitor of the other account, a conversation with them and its message.
async fn foreign_conversation(app: &App, public_key: &str) -> (String, String, String) {
    let visit = app
        .post("/api/visitor/sessions")
        .header("origin", "https://other.example")
        .json(&json!({
            "publicKey": public_key, "page": "https://other.example/", "pageTitle": "Other", "locale": "en-GB",
        }))
        .send()
        .await;
    let said = app.say(&visit.at("/visitorToken"), "Hello?").await;
    (
        visit.at("/user/id"),
        said.at("/conversation/id"),
        said.at("/message/id"),
    )
}

async fn every_operation_is_refused_to_those_who_may_not(app: &App) {
    let document = openapi::document().expect("writes");
    let world = world(app).await;
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let method = method.to_uppercase();
            let rule = RULES
                .iter()
                .find(|rule| (rule.0, rule.1) == (method.as_str(), path.as_str()));
            let Some(&(_, _, role, names)) = rule else {
                panic!("{method} {path} has no line in RULES: say who it is for and what its ids name");
            };
            operations += 1;
            let call = Operation {
                app,
                world: &world,
                method: method.parse().expect("a method"),
                path,
                body: body(&document, operation),
                names,
            };
            call.names_what_it_says();
            call.try_signed_out(role).await;
            call.try_with_too_low_a_role(role).await;
            call.try_with_a_foreign_id(role).await;
            call.try_with_a_program(role).await;
        }
    }
    assert_eq!(operations, RULES.len(), "a line in RULES has no operation");
    for (who, token) in &world.tokens {
        assert_eq!(
            me(app, token).await.status,
            200,
            "{who} was not touched by any of it"
        );
    }
    let members = get(app, "/api/team/members", &world.tokens["owner"]).await;
    assert_eq!(
        members.json["items"].as_array().map(Vec::len),
        Some(3),
        "{}",
        members.text
    );
}

struct Operation<'a> {
    app: &'a App,
    world: &'a World,
    method: Method,
    path: &'a str,
    /// A body of the right shape, where there is one.
    body: Option<Value>,
    names: Names,
}

impl Operation<'_> {
    /// A line that forgets an id in the path would try nothing.
    fn names_what_it_says(&self) {
        let in_path = !matches!(
            self.names,
            Nothing | ConversationInBody | ConversationInQuery | ConversationItems | VisitorInBody
        );
        assert_eq!(self.path.contains('{'), in_path, "{} {}", self.method, self.path);
    }

    async fn try_signed_out(&self, role: For) {
        let what = format!("{} {} signed out", self.method, self.path);
        let (status, code) = match role {
            Anyone => return,
            // Without a cookie a page of ours is told that the session has ended, and signing out has nothing to do.
            RefreshCookie => return self.try_without_page().await,
            Visitor | Agent | Admin | Owner => (401, "unauthenticated"),
        };
        let forged = format!("B{}", &self.world.tokens["owner"][1..]);
        for token in [None, Some("nonsense"), Some(forged.as_str())] {
            refused(
                &self.send(token, &self.own_path(), self.body.clone()).await,
                status,
                code,
                &what,
            );
        }
        if role == Visitor {
            let token = self.world.tokens["owner"].as_str();
            let answer = self.send(Some(token), &self.own_path(), self.body.clone()).await;
            refused(&answer, status, code, &format!("{what}, with a member's token"));
        }
    }

    async fn try_without_page(&self) {
        let answer = self.send(None, self.path, self.body.clone()).await;
        refused(&answer, 403, "origin_refused", self.path);
    }

    async fn try_with_too_low_a_role(&self, role: For) {
        let too_low: &[&str] = match role {
            Anyone | RefreshCookie | Visitor | Agent => return,
            Admin => &["agent"],
            Owner => &["agent", "admin"],
        };
        for who in too_low {
            let token = self.world.tokens[who].as_str();
            let answer = self.send(Some(token), &self.own_path(), self.body.clone()).await;
            refused(
                &answer,
                403,
                "forbidden",
                &format!("{} {} as {who}", self.method, self.path),
            );
        }
    }

    /// A token with every scope but the one that is needed, and one with nothing but that.
    async fn try_with_a_program(&self, role: For) {
        let what = format!("{} {} with a token", self.method, self.path);
        let needed = TOKENS
            .iter()
            .find(|(path, _)| *path == self.path)
            .and_then(|(_, all)| all.iter().find(|(method, _)| self.method.as_str() == *method))
            .map(|(_, scope)| *scope);
        if !matches!(role, Agent | Admin | Owner) {
            assert_eq!(needed, None, "{what}: it needs no member");
            return;
        }
        let secret = self.world.programs[needed.map_or("all", |scope| scope)]
            .0
            .as_str();
        let answer = self.send(Some(secret), &self.own_path(), self.body.clone()).await;
        refused(&answer, 403, "forbidden", &format!("{what} that lacks it"));
        let Some(needed) = needed else { return };
        let secret = self.world.programs[needed].1.as_str();
        let answer = self.send(Some(secret), &self.own_path(), self.body.clone()).await;
        assert!(
            !matches!(answer.status, 401 | 403 | 429),
            "{what} that has it: {} {}",
            answer.status,
            answer.text
        );
    }

    async fn try_with_a_foreign_id(&self, role: For) {
        let what = format!("{} {} with a foreign id", self.method, self.path);
        // Who may do it here may not do it there.
        let token = self.world.tokens[if role == Agent { "agent" } else { "owner" }].as_str();
        match self.names {
            Nothing | PublicKey => {}
            // A visitor's token is of one account; `attachments.rs` tries it on files of others.
            File if role == Visitor => {}
            ConversationInQuery => {
                let path = format!(
                    "{}?id={}&name=a.txt&conversationId={}",
                    self.path,
                    common::new_id(),
                    self.world.foreign["conversation"]
                );
                let body = Some(json!("a file"));
                refused(
                    &self.send(Some(token), &path, body).await,
                    404,
                    "not_found",
                    &what,
                );
            }
            // Whoever has the token may use it, signed in as someone else or not: what it opens is its own account's.
            Token => {
                let path = self.path.replace("{token}", &self.world.foreign_invitation);
                assert_eq!(role, Anyone, "{what}");
                if self.method == Method::GET {
                    let answer = self.send(Some(token), &path, None).await;
                    assert_eq!(answer.json["accountName"], "Other", "{what}: {}", answer.text);
                }
            }
            ConversationInBody => {
                let mut body = self.body.clone().expect("a body");
                body["conversationId"] = self.world.foreign["conversation"].as_str().into();
                refused(
                    &self.send(Some(token), self.path, Some(body)).await,
                    404,
                    "not_found",
                    &what,
                );
            }
            VisitorInBody => {
                let mut body = self.body.clone().expect("a body");
                body["userId"] = self.world.foreign["visitor"].as_str().into();
                refused(
                    &self.send(Some(token), self.path, Some(body)).await,
                    404,
                    "not_found",
                    &what,
                );
            }
            ConversationItems => {
                let mut body = self.body.clone().expect("a body");
                body["items"] = json!([{"id": self.world.foreign["conversation"]}]);
                body["set"] = json!({"status": "closed"});
                let answer = self.send(Some(token), self.path, Some(body)).await;
                assert_eq!(
                    answer.json["results"][0]["problem"]["code"], "not_found",
                    "{what}: {}",
                    answer.text
                );
            }
            Chosen => {
                let path = self.path.replace("{id}", &self.world.foreign["message"]);
                let answer = self.send(Some(token), &path, None).await;
                assert_eq!(answer.status, 204, "{what}: {}", answer.text);
                let thread = format!(
                    "/api/live-chat/conversations/{}/messages",
                    self.world.foreign["conversation"]
                );
                let kept = get(self.app, &thread, &self.world.foreign_owner).await;
                assert!(
                    kept.text.contains(&self.world.foreign["message"]),
                    "{what}: {}",
                    kept.text
                );
            }
            Webhook | ApiToken | Conversation | File | Label | CannedReply | View | Person | Note
            | Session | Member | Website | Funnel => {
                let kind = match self.names {
                    Funnel => "website".to_owned(),
                    Note => "person".to_owned(),
                    names => format!("{names:?}").to_lowercase(),
                };
                let path = self
                    .path
                    .replace("{id}", &self.world.foreign[kind.as_str()])
                    .replace("{funnelId}", &self.world.foreign["funnel"])
                    .replace("{deliveryId}", &common::new_id())
                    .replace("{noteId}", &self.world.foreign["note"]);
                refused(
                    &self.send(Some(token), &path, self.body.clone()).await,
                    404,
                    "not_found",
                    &what,
                );
            }
        }
    }

    /// The path with ids that would do.
    fn own_path(&self) -> String {
        self.path
            .replace("{id}", &common::new_id())
            .replace("{funnelId}", &common::new_id())
            .replace("{deliveryId}", &common::new_id())
            .replace("{noteId}", &common::new_id())
            .replace("{token}", "x")
    }

    async fn send(&self, token: Option<&str>, path: &str, body: Option<Value>) -> Answer {
        let mut call = self.app.call(self.method.clone(), path);
        if let Some(token) = token {
            call = call.bearer(token);
        }
        if let Some(body) = body {
            call = call.json(&body);
        }
        call.send().await
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!(
        (answer.status, answer.json["code"].as_str()),
        (status, Some(code)),
        "{what}: {}",
        answer.text
    );
}

/// A body that the operation's schema allows: required fields only, filled in by their types.
fn body(document: &Value, operation: &Value) -> Option<Value> {
    let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
    Some(example(document, schema, ""))
}

fn example(document: &Value, schema: &Value, field: &str) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.trim_start_matches('#');
        return example(document, document.pointer(target).expect("a target"), field);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|words| words.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().filter_map(Value::as_str);
            fields
                .map(|name| {
                    (
                        name.to_owned(),
                        example(document, &schema["properties"][name], name),
                    )
                })
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Some("array") => json!([]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(1),
        _ if schema["format"] == "uuid" || field.ends_with("Id") || field == "id" => json!(common::new_id()),
        _ if field == "email" => json!("someone@harbour.example"),
        _ => json!("Some words of text"),
    }
}
