//! Files of messages: taking them, sending them, handing them out, and taking them away.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use common::{AGENT, Answer, App, ChattingVisitor, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_contract::live_chat::MAX_ATTACHMENT_BYTES;
use switchboard_server::live_chat::attachments::{files::FileStore, sweep};

common::on_both_databases! {
    a_file_goes_from_an_operator_to_the_visitor,
    a_file_goes_from_a_visitor_to_the_team,
    a_repeat_is_told_the_same_and_an_id_stands_for_one_content,
    what_is_too_large_or_empty_is_refused,
    a_file_is_what_its_content_says,
    names_are_harmless_wherever_they_stand,
    a_file_is_sent_once_by_its_uploader_to_its_conversation,
    nobody_else_gets_a_file,
    a_note_keeps_its_files_from_the_visitor,
    a_message_may_be_files_alone,
    what_is_never_sent_goes_after_a_day,
    deleting_takes_the_files,
    erasing_a_person_takes_what_they_uploaded,
    a_start_removes_what_a_crash_left,
    sending_the_same_file_twice_at_once_sends_it_once,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xf0\x08\x06\0\0\0";

struct Upload<'a> {
    id: String,
    name: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Upload<'a> {
    fn new(name: &'a str, bytes: &[u8]) -> Self {
        Self {
            id: new_id(),
            name,
            bytes: bytes.to_vec(),
        }
    }

    async fn to(&self, app: &App, path: &str, token: &str, conversation: Option<&str>) -> Answer {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("id", &self.id).append_pair("name", self.name);
        if let Some(conversation) = conversation {
            query.append_pair("conversationId", conversation);
        }
        app.post(&format!("{path}?{}", query.finish()))
            .bearer(token)
            // What the sender says it is counts for nothing.
            .body("text/html", self.bytes.clone())
            .send()
            .await
    }

    async fn by_operator(&self, app: &App, token: &str, conversation: &str) -> Answer {
        self.to(app, "/api/live-chat/attachments", token, Some(conversation))
            .await
    }

    async fn by_visitor(&self, app: &App, token: &str) -> Answer {
        self.to(app, "/api/visitor/attachments", token, None).await
    }
}

async fn fetch(app: &App, side: &str, token: &str, id: &str) -> Answer {
    app.get(&format!("/api/{side}/attachments/{id}"))
        .bearer(token)
        .send()
        .await
}

async fn say_with(app: &App, token: &str, text: &str, files: &[&str]) -> Answer {
    app.post("/api/visitor/messages")
        .bearer(token)
        .json(&json!({"id": new_id(), "content": text, "attachments": files}))
        .send()
        .await
}

async fn scene(app: &App) -> (String, ChattingVisitor) {
    (app.token(AGENT).await, app.chatting_visitor("Hello").await)
}

/// How many files the folder holds.
async fn files(app: &App) -> usize {
    app.state.files.all().await.expect("lists").len()
}

/// Takes away what nobody needs, now.
async fn tidy(app: &App) {
    let now = app.state.clock.now();
    sweep::tidy(&app.state.db, &app.state.files, now)
        .await
        .expect("tidies");
}

async fn a_file_goes_from_an_operator_to_the_visitor(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("shot.png", PNG);
    let kept = upload.by_operator(app, &agent, &chat.conversation).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
    let told = json!({
        "id": upload.id, "name": "shot.png", "mediaType": "image/png", "size": PNG.len(), "width": 320, "height": 240,
    });
    assert_eq!(kept.json, told);
    let before = fetch(app, "visitor", &chat.token, &upload.id).await;
    before.problem(404, "not_found");
    let sent = app
        .reply(
            &agent,
            &chat.conversation,
            "Look",
            json!({"attachments": [upload.id]}),
        )
        .await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    assert_eq!(sent.json["message"]["attachments"], json!([told]));
    let thread = app.get("/api/visitor/messages").bearer(&chat.token).send().await;
    assert_eq!(
        thread.json["items"]
            .as_array()
            .expect("items")
            .last()
            .expect("one")["attachments"],
        json!([told])
    );
    for (side, token) in [("live-chat", &agent), ("visitor", &chat.token)] {
        let got = fetch(app, side, token, &upload.id).await;
        assert_eq!(got.status, 200, "{}", got.text);
        assert_eq!(got.text, String::from_utf8_lossy(PNG));
        assert_eq!(got.header("content-type"), Some("image/png"));
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(got.header("cache-control"), Some("private, no-cache"));
        let disposition = got.header("content-disposition").expect("a disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"shot.png\""),
            "{disposition}"
        );
        let policy = got.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("sandbox"),
            "{policy}"
        );
        let again = app
            .get(&format!("/api/{side}/attachments/{}", upload.id))
            .bearer(token)
            .header("if-none-match", got.header("etag").expect("a tag"))
            .send()
            .await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
    let transcript = app
        .get(&format!(
            "/api/live-chat/conversations/{}/transcript",
            chat.conversation
        ))
        .bearer(&agent)
        .send()
        .await;
    assert!(transcript.text.contains("shot.png"), "{}", transcript.text);
}

async fn a_file_goes_from_a_visitor_to_the_team(app: &App) {
    let agent = app.token(AGENT).await;
    // Before there is a conversation at all.
    let token = app.visit().await.at("/visitorToken");
    let upload = Upload::new("plan.pdf", b"%PDF-1.7 plan");
    let kept = upload.by_visitor(app, &token).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
    assert_eq!(fetch(app, "visitor", &token, &upload.id).await.status, 200);
    fetch(app, "live-chat", &agent, &upload.id)
        .await
        .problem(404, "not_found");
    let sent = say_with(app, &token, "The plan", &[&upload.id]).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    assert_eq!(sent.at("/message/attachments/0/name"), "plan.pdf");
    let got = fetch(app, "live-chat", &agent, &upload.id).await;
    assert_eq!((got.status, got.text.as_str()), (200, "%PDF-1.7 plan"));
    // The upload again, as after an answer that was lost.
    assert_eq!(upload.by_visitor(app, &token).await.status, 200);
}

async fn a_repeat_is_told_the_same_and_an_id_stands_for_one_content(app: &App) {
    let (agent, chat) = scene(app).await;
    let mut upload = Upload::new("a.txt", b"words");
    let first = upload.by_operator(app, &agent, &chat.conversation).await;
    let again = upload.by_operator(app, &agent, &chat.conversation).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json, again.json);
    assert_eq!(files(app).await, 1);
    let owner = app.token(OWNER).await;
    upload
        .by_operator(app, &owner, &chat.conversation)
        .await
        .problem(409, "id_reused");
    upload
        .by_visitor(app, &chat.token)
        .await
        .problem(409, "id_reused");
    let elsewhere = app.chatting_visitor("Hello").await;
    upload
        .by_operator(app, &agent, &elsewhere.conversation)
        .await
        .problem(409, "id_reused");
    upload.bytes = b"other words".to_vec();
    upload
        .by_operator(app, &agent, &chat.conversation)
        .await
        .problem(409, "id_reused");
    assert_eq!(files(app).await, 1, "what was refused is not kept");
    let content = fetch(app, "live-chat", &agent, &upload.id).await;
    assert_eq!(content.text, "words");
    // A repeat of the message, once its file is sent.
    let message = json!({"id": new_id(), "attachments": [upload.id]});
    for status in [201, 200] {
        let sent = app
            .reply(&agent, &chat.conversation, "Here", message.clone())
            .await;
        assert_eq!(sent.status, status, "{}", sent.text);
    }
    let mut without = message;
    without["attachments"] = json!([]);
    app.reply(&agent, &chat.conversation, "Here", without)
        .await
        .problem(409, "id_reused");
}

async fn what_is_too_large_or_empty_is_refused(app: &App) {
    let (agent, chat) = scene(app).await;
    let most = usize::try_from(MAX_ATTACHMENT_BYTES).expect("fits");
    let largest = Upload::new("large.bin", &vec![0; most]);
    assert_eq!(
        largest.by_operator(app, &agent, &chat.conversation).await.status,
        201
    );
    let over = Upload::new("over.bin", &vec![0; most + 1]);
    over.by_operator(app, &agent, &chat.conversation)
        .await
        .problem(413, "body_too_large");
    over.by_visitor(app, &chat.token)
        .await
        .problem(413, "body_too_large");
    let empty = Upload::new("empty.txt", b"");
    let refused = empty.by_visitor(app, &chat.token).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["body"].is_array());
    assert_eq!(files(app).await, 1);
    for query in ["", "id=x&name=a", &format!("id={}", new_id())] {
        let refused = app
            .post(&format!("/api/visitor/attachments?{query}"))
            .bearer(&chat.token)
            .body("text/plain", "x")
            .send()
            .await;
        refused.problem(400, "bad_request");
    }
}

async fn a_file_is_what_its_content_says(app: &App) {
    let (agent, chat) = scene(app).await;
    let mut polyglot = b"GIF89a\x40\x01\xf0\0\0\0\0".to_vec();
    polyglot.extend_from_slice(b"/*<script>alert(1)</script>*/");
    let cases: [(&str, &[u8], &str); 7] = [
        (
            "page.png",
            b"<!doctype html><script>alert(1)</script>",
            "application/octet-stream",
        ),
        (
            "drawing.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "application/octet-stream",
        ),
        ("photo.jpg.html", PNG, "image/png"),
        ("script.js", b"alert(1)", "text/plain"),
        ("tool.pdf", b"MZ\x90\0\x03", "application/octet-stream"),
        ("both.gif", &polyglot, "image/gif"),
        ("cut.png", &PNG[..20], "application/octet-stream"),
    ];
    for (name, bytes, media_type) in cases {
        let upload = Upload::new(name, bytes);
        let kept = upload.by_operator(app, &agent, &chat.conversation).await;
        assert_eq!(kept.at("/mediaType"), media_type, "{name}");
        let got = fetch(app, "live-chat", &agent, &upload.id).await;
        assert_eq!(got.header("content-type"), Some(media_type), "{name}");
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"), "{name}");
        assert!(
            got.header("content-disposition")
                .is_some_and(|header| header.starts_with("attachment;"))
        );
    }
}

async fn names_are_harmless_wherever_they_stand(app: &App) {
    let (agent, chat) = scene(app).await;
    for (given, kept) in [
        ("../../../etc/passwd", "passwd"),
        ("invoice\u{202e}gpj.exe", "invoice_gpj.exe"),
        ("a\r\nSet-Cookie: x=1", "a__Set-Cookie: x=1"),
        (
            "\"><img src=x onerror=alert(1)>.png",
            "\"><img src=x onerror=alert(1)>.png",
        ),
        ("\0", "file"),
    ] {
        let upload = Upload::new(given, b"words");
        let answer = upload.by_operator(app, &agent, &chat.conversation).await;
        assert_eq!(answer.at("/name"), kept, "{given:?}");
        let got = fetch(app, "live-chat", &agent, &upload.id).await;
        assert_eq!(got.header("set-cookie"), None);
        let disposition = got.header("content-disposition").expect("a disposition");
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
    }
}

async fn a_file_is_sent_once_by_its_uploader_to_its_conversation(app: &App) {
    let (agent, chat) = scene(app).await;
    let owner = app.token(OWNER).await;
    let elsewhere = app.chatting_visitor("Hello").await;
    let upload = Upload::new("a.txt", b"words");
    upload.by_operator(app, &agent, &chat.conversation).await;
    let with = json!({"attachments": [upload.id]});
    let refused = |answer: Answer| {
        assert!(answer.problem(422, "validation_failed")["fields"]["attachments"].is_array());
    };
    refused(
        app.reply(&owner, &chat.conversation, "Mine now", with.clone())
            .await,
    );
    refused(
        app.reply(&agent, &elsewhere.conversation, "Elsewhere", with.clone())
            .await,
    );
    refused(say_with(app, &chat.token, "Mine now", &[&upload.id]).await);
    let twice = json!({"attachments": [upload.id, upload.id]});
    refused(app.reply(&agent, &chat.conversation, "Twice", twice).await);
    let many: Vec<String> = (0..11).map(|_| new_id()).collect();
    refused(
        app.reply(&agent, &chat.conversation, "Many", json!({"attachments": many}))
            .await,
    );
    assert_eq!(
        app.reply(&agent, &chat.conversation, "Once", with.clone())
            .await
            .status,
        201
    );
    refused(app.reply(&agent, &chat.conversation, "Again", with).await);
}

async fn nobody_else_gets_a_file(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("a.txt", b"words");
    upload.by_operator(app, &agent, &chat.conversation).await;
    let owner = app.token(OWNER).await;
    // Not sent yet: nobody's but its uploader's.
    fetch(app, "live-chat", &owner, &upload.id)
        .await
        .problem(404, "not_found");
    app.reply(
        &agent,
        &chat.conversation,
        "Here",
        json!({"attachments": [upload.id]}),
    )
    .await;
    assert_eq!(fetch(app, "live-chat", &owner, &upload.id).await.status, 200);
    let other = app.second_account("other@demo.test").await;
    fetch(app, "live-chat", &other.token, &upload.id)
        .await
        .problem(404, "not_found");
    let stranger = app.chatting_visitor("Hello").await;
    fetch(app, "visitor", &stranger.token, &upload.id)
        .await
        .problem(404, "not_found");
    let foreign = Upload::new("b.txt", b"words");
    foreign
        .by_operator(app, &other.token, &chat.conversation)
        .await
        .problem(404, "not_found");
    assert_eq!(files(app).await, 1);
    // An agent who no longer sees the website.
    app.execute("DELETE FROM member_websites").await;
    fetch(app, "live-chat", &agent, &upload.id)
        .await
        .problem(404, "not_found");
    foreign
        .by_operator(app, &agent, &chat.conversation)
        .await
        .problem(404, "not_found");
}

async fn a_note_keeps_its_files_from_the_visitor(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("secret.txt", b"words");
    upload.by_operator(app, &agent, &chat.conversation).await;
    let note = json!({"attachments": [upload.id], "visibility": "internal"});
    assert_eq!(
        app.reply(&agent, &chat.conversation, "Between us", note)
            .await
            .status,
        201
    );
    fetch(app, "visitor", &chat.token, &upload.id)
        .await
        .problem(404, "not_found");
    let owner = app.token(OWNER).await;
    assert_eq!(fetch(app, "live-chat", &owner, &upload.id).await.status, 200);
}

async fn a_message_may_be_files_alone(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("plan.pdf", b"%PDF-1.7");
    upload.by_visitor(app, &chat.token).await;
    say_with(app, &chat.token, " ", &[])
        .await
        .problem(422, "validation_failed");
    let sent = say_with(app, &chat.token, "", &[&upload.id]).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let listed = app
        .get(&format!("/api/live-chat/conversations/{}", chat.conversation))
        .bearer(&agent)
        .send()
        .await;
    assert_eq!(listed.at("/lastMessage"), "plan.pdf");
}

async fn what_is_never_sent_goes_after_a_day(app: &App) {
    let (agent, chat) = scene(app).await;
    let (sent, unsent) = (Upload::new("a.txt", b"one"), Upload::new("b.txt", b"two"));
    for upload in [&sent, &unsent] {
        upload.by_operator(app, &agent, &chat.conversation).await;
    }
    app.reply(
        &agent,
        &chat.conversation,
        "Here",
        json!({"attachments": [sent.id]}),
    )
    .await;
    let now = app.state.clock.now();
    let tidy = async |ms| {
        sweep::tidy(&app.state.db, &app.state.files, now.plus_millis(ms))
            .await
            .expect("tidies")
    };
    tidy(sweep::UNSENT_MS - 60_000).await;
    assert_eq!(files(app).await, 2);
    tidy(sweep::UNSENT_MS + 60_000).await;
    assert_eq!(files(app).await, 1);
    assert_eq!(fetch(app, "live-chat", &agent, &sent.id).await.status, 200);
    fetch(app, "live-chat", &agent, &unsent.id)
        .await
        .problem(404, "not_found");
    let late = app
        .reply(
            &agent,
            &chat.conversation,
            "Late",
            json!({"attachments": [unsent.id]}),
        )
        .await;
    late.problem(422, "validation_failed");
    // The client still has it: the same upload again is a first one.
    assert_eq!(
        unsent.by_operator(app, &agent, &chat.conversation).await.status,
        201
    );
}

async fn deleting_takes_the_files(app: &App) {
    let (agent, chat) = scene(app).await;
    let owner = app.token(OWNER).await;
    let (sent, unsent, theirs) = (
        Upload::new("a.txt", b"one"),
        Upload::new("b.txt", b"two"),
        Upload::new("c.txt", b"three"),
    );
    for upload in [&sent, &unsent] {
        upload.by_operator(app, &agent, &chat.conversation).await;
    }
    theirs.by_visitor(app, &chat.token).await;
    app.reply(
        &agent,
        &chat.conversation,
        "Here",
        json!({"attachments": [sent.id]}),
    )
    .await;
    say_with(app, &chat.token, "Mine", &[&theirs.id]).await;
    assert_eq!(files(app).await, 3);
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    assert_eq!(
        app.call(Method::DELETE, &path).bearer(&owner).send().await.status,
        204
    );
    for upload in [&sent, &unsent, &theirs] {
        fetch(app, "live-chat", &agent, &upload.id)
            .await
            .problem(404, "not_found");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM attachments").await, 0);
    tidy(app).await;
    assert_eq!(files(app).await, 0);
    let late = Upload::new("late.txt", b"words");
    late.by_operator(app, &agent, &chat.conversation)
        .await
        .problem(410, "gone");
    assert_eq!(files(app).await, 0);
}

async fn erasing_a_person_takes_what_they_uploaded(app: &App) {
    let owner = app.token(OWNER).await;
    let visit = app.visit().await;
    let (token, person) = (visit.at("/visitorToken"), visit.at("/user/id"));
    Upload::new("a.txt", b"never sent").by_visitor(app, &token).await;
    assert_eq!(files(app).await, 1);
    let path = format!("/api/visitors/{person}");
    assert_eq!(
        app.call(Method::DELETE, &path).bearer(&owner).send().await.status,
        204
    );
    tidy(app).await;
    assert_eq!(files(app).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM attachments").await, 0);
}

async fn a_start_removes_what_a_crash_left(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("a.txt", b"words");
    upload.by_operator(app, &agent, &chat.conversation).await;
    let orphan = uuid::Uuid::new_v4();
    let store: &Arc<dyn FileStore> = &app.state.files;
    store.put(orphan, b"left".to_vec().into()).await.expect("writes");
    let look = async |later| {
        let now = SystemTime::now() + Duration::from_secs(later);
        sweep::orphans(&app.state.db, store, now).await.expect("looks");
    };
    look(60).await;
    assert_eq!(files(app).await, 2, "it may be one that is just being uploaded");
    look(2 * 60 * 60).await;
    assert_eq!(files(app).await, 1);
    assert_eq!(fetch(app, "live-chat", &agent, &upload.id).await.status, 200);
}

async fn sending_the_same_file_twice_at_once_sends_it_once(app: &App) {
    let (agent, chat) = scene(app).await;
    let upload = Upload::new("a.txt", b"words");
    let uploads = (0..4).map(|_| upload.by_operator(app, &agent, &chat.conversation));
    let mut told: Vec<u16> = futures_util::future::join_all(uploads)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    told.sort_unstable();
    assert_eq!(told, [200, 200, 200, 201]);
    assert_eq!(files(app).await, 1);
    let messages = (0..4).map(|n| {
        let with: Value = json!({"attachments": [upload.id]});
        let (agent, conversation) = (&agent, &chat.conversation);
        async move {
            app.reply(agent, conversation, &format!("Copy {n}"), with)
                .await
                .status
        }
    });
    let mut told = futures_util::future::join_all(messages).await;
    told.sort_unstable();
    assert_eq!(told, [201, 422, 422, 422]);
}
