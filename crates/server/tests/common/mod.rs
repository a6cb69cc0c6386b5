//! Runs the real server on a fresh database and calls it over HTTP. Every test runs on SQLite and on Postgres:
//!
//! ```ignore
//! mod common;
//! common::on_both_databases! { a_test, another_test }
//! async fn a_test(app: &common::App) { … }
//! ```
//!
//! Postgres is the server at `SWITCHBOARD_TEST_POSTGRES_URL` (a superuser's URL); each test makes a database of its own.

#![allow(
    dead_code,
    missing_docs,
    reason = "each test binary uses its own part of the harness"
)]
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::net::SocketAddr;
use std::path::PathBuf;

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use switchboard_contract::ids::{AccountId, MemberId, WebsiteId};
use switchboard_server::config::Config;
use switchboard_server::db::Dialect;
use switchboard_server::seed::{DEMO_PASSWORD, DEMO_PUBLIC_KEY};
use switchboard_server::state::AppState;
use uuid::Uuid;

const POSTGRES_URL: &str = "SWITCHBOARD_TEST_POSTGRES_URL";

pub const OWNER: &str = "owner@demo.test";
pub const AGENT: &str = "agent@demo.test";

/// Makes each async function `fn name(app: &App)` two tests: `sqlite::name` and `postgres::name`.
#[allow(unused_macros, reason = "some tests are of one database")]
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let app = crate::common::App::start(switchboard_server::db::Dialect::Sqlite).await;
                super::$name(&app).await;
                app.close().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let app = crate::common::App::start(switchboard_server::db::Dialect::Postgres).await;
                super::$name(&app).await;
                app.close().await;
            })*
        }
    };
}
#[allow(unused_imports, reason = "see the macro")]
pub(crate) use on_both_databases;

/// A running server in demo mode, with the demo data.
pub struct App {
    pub state: AppState,
    /// `http://127.0.0.1:<port>`, which is the public URL too.
    pub base: String,
    pub http: reqwest::Client,
    database: Database,
    server: tokio::task::JoinHandle<()>,
}

/// Where a test's data is, so that a server can be started on it again.
#[derive(Clone)]
struct Database {
    url: String,
    folder: PathBuf,
    /// Its name and its server, for Postgres.
    drop: Option<(String, String)>,
}

impl Database {
    async fn create(dialect: Dialect) -> Self {
        let name = format!("switchboard_test_{}", Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(&name);
        match dialect {
            Dialect::Sqlite => Self {
                url: format!("sqlite://{}/test.sqlite", folder.display()),
                folder,
                drop: None,
            },
            Dialect::Postgres => {
                let server = std::env::var(POSTGRES_URL)
                    .unwrap_or_else(|_| panic!("run through `cargo xtask test`, or set {POSTGRES_URL}"));
                run_on(&server, &format!("CREATE DATABASE {name}")).await;
                let mut url = url::Url::parse(&server).expect("a URL");
                url.set_path(&name);
                Self {
                    url: url.into(),
                    folder,
                    drop: Some((server, name)),
                }
            }
        }
    }
}

impl Database {
    fn config(&self) -> Config {
        let folder = self.folder.display().to_string();
        Config::from_lookup(|name| {
            Ok(match name {
                "SWITCHBOARD_ADDR" => Some("127.0.0.1:0".to_owned()),
                "SWITCHBOARD_DEMO" => Some("1".to_owned()),
                "SWITCHBOARD_DATA_DIR" => Some(folder.clone()),
                "DATABASE_URL" => Some(self.url.clone()),
                _ => None,
            })
        })
        .expect("a configuration")
    }
}

async fn run_on(server: &str, statement: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(server)
        .await
        .expect("the test Postgres server answers");
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await
        .expect("the statement runs");
    connection.close().await.expect("closes");
}

impl App {
    /// A server on a fresh database.
    pub async fn start(dialect: Dialect) -> Self {
        Self::start_with(dialect, |_| {}).await
    }

    /// A server on what a backup holds.
    pub async fn start_from(dialect: Dialect, file: &std::path::Path) -> Self {
        let database = Database::create(dialect).await;
        let config = database.config();
        switchboard_server::backup::restore(&config, file)
            .await
            .expect("the backup is restored");
        Self::run(database, |_| {}).await
    }

    /// The configuration of a server on the same data.
    pub fn config(&self) -> Config {
        self.database.config()
    }

    /// The same with other settings.
    pub async fn start_with(dialect: Dialect, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::run(Database::create(dialect).await, adjust).await
    }

    async fn run(database: Database, adjust: impl FnOnce(&mut Config)) -> Self {
        // Why something failed is told beside the test that failed. Fails itself when it was done before.
        let _ = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::WARN)
            .with_test_writer()
            .try_init();
        let mut config = database.config();
        adjust(&mut config);
        config.prepare_data_dir().expect("a folder");
        let listener = config.listen().await.expect("a port");
        let base = config.public_url.clone();
        let state = AppState::open(config).await.expect("opens");
        let service =
            switchboard_server::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.expect("serves") });
        Self {
            state,
            base,
            http: reqwest::Client::new(),
            database,
            server,
        }
    }

    /// Stops this server without a goodbye and starts another one, on another port, on the same data.
    pub async fn restart(&self) -> Self {
        self.server.abort();
        Self::run(self.database.clone(), |_| {}).await
    }

    /// Another server on the same data, beside this one.
    pub async fn beside(&self, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::run(self.database.clone(), adjust).await
    }

    /// The same in a runtime of its own, in which everything of it ends at once when that is shut down: a server that can be killed.
    pub async fn killable_beside(
        &self,
        adjust: impl FnOnce(&mut Config) + Send + 'static,
    ) -> (Self, tokio::runtime::Runtime) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let database = self.database.clone();
        let app = runtime
            .spawn(async move { Self::run(database, adjust).await })
            .await
            .expect("starts");
        (app, runtime)
    }

    /// Stops the server and removes its data. A test that fails leaves them.
    pub async fn close(self) {
        self.server.abort();
        self.state.db.close().await;
        if let Some((server, name)) = &self.database.drop {
            run_on(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        // Postgres tests have nothing in it.
        let _ = std::fs::remove_dir_all(&self.database.folder);
    }

    /// The socket's address.
    pub fn socket_url(&self) -> String {
        format!("{}/api/realtime", self.base.replacen("http", "ws", 1))
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call(self.http.request(method, format!("{}{path}", self.base)))
    }

    /// Signs in and answers the whole response: token in the body, cookie in the headers.
    pub async fn sign_in(&self, email: &str) -> Answer {
        let answer = self
            .post("/api/auth/login")
            .json(&json!({"email": email, "password": DEMO_PASSWORD, "keepSignedIn": true}))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// Signs in and answers the access token.
    pub async fn token(&self, email: &str) -> String {
        self.sign_in(email).await.at("/accessToken")
    }

    /// Begins a visit of the demo shop; answers the session.
    pub async fn visit(&self) -> Answer {
        let answer = self
            .post("/api/visitor/sessions")
            .header("origin", &self.base)
            .json(&json!({
                "publicKey": DEMO_PUBLIC_KEY,
                "page": format!("{}/demo/tents", self.base),
                "pageTitle": "Tents",
                "locale": "en-GB",
            }))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// A visitor with a conversation of one message.
    pub async fn chatting_visitor(&self, text: &str) -> ChattingVisitor {
        let token = self.visit().await.at("/visitorToken");
        let sent = self.say(&token, text).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        ChattingVisitor {
            token,
            conversation: sent.at("/conversation/id"),
        }
    }

    /// A visitor's message with a new id.
    pub async fn say(&self, visitor_token: &str, text: &str) -> Answer {
        self.post("/api/visitor/messages")
            .bearer(visitor_token)
            .json(&json!({"id": new_id(), "content": text}))
            .send()
            .await
    }

    /// An operator's message with a new id; `more` is merged into the body.
    pub async fn reply(&self, token: &str, conversation: &str, text: &str, more: Value) -> Answer {
        let mut body = json!({"id": new_id(), "conversationId": conversation, "content": text});
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        self.post("/api/live-chat/messages")
            .bearer(token)
            .json(&body)
            .send()
            .await
    }

    /// Runs one statement, for states that no route leads to yet.
    pub async fn execute(&self, statement: &str) {
        let statement = statement.to_owned();
        self.state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    sqlx::query(AssertSqlSafe(statement)).execute(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
            .expect("the statement runs");
    }

    /// One number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        self.state
            .db
            .read(move |tx| {
                Box::pin(async move {
                    Ok(sqlx::query(AssertSqlSafe(sql))
                        .fetch_one(tx.conn())
                        .await?
                        .try_get(0)?)
                })
            })
            .await
            .expect("a number")
    }

    /// Another account with one owner and one website; the owner's password is the demo one.
    pub async fn second_account(&self, email: &str) -> SecondAccount {
        let account = AccountId::from_uuid(Uuid::now_v7());
        let member = MemberId::from_uuid(Uuid::now_v7());
        let website = WebsiteId::from_uuid(Uuid::now_v7());
        let key = format!("key-{}", Uuid::new_v4().simple());
        for statement in [
            format!(
                "INSERT INTO accounts (id, name, epoch, created_at) VALUES ('{account}', 'Other', 'other-epoch', 0)"
            ),
            format!(
                "INSERT INTO members (id, account_id, name, email, password_hash, role, created_at) \
                 SELECT '{member}', '{account}', 'Other Owner', '{email}', password_hash, 'owner', 0 \
                 FROM members WHERE email = '{OWNER}'"
            ),
            format!(
                "INSERT INTO websites (id, account_id, name, domain, allowed_origins, timezone, public_key, widget, \
                 created_at, updated_at) VALUES ('{website}', '{account}', 'Other site', 'other.example', \
                 '[\"https://other.example\"]', 'UTC', '{key}', '{{}}', 0, 0)"
            ),
            format!(
                "INSERT INTO funnels (id, website_id, name, is_default) VALUES ('{}', '{website}', 'Chat', 1)",
                Uuid::now_v7()
            ),
        ] {
            self.execute(&statement).await;
        }
        SecondAccount {
            token: self.token(email).await,
            account: account.to_string(),
            website: website.to_string(),
            public_key: key,
        }
    }
}

pub struct ChattingVisitor {
    pub token: String,
    pub conversation: String,
}

pub struct SecondAccount {
    pub token: String,
    pub account: String,
    pub website: String,
    pub public_key: String,
}

pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// A request in the making.
pub struct Call(RequestBuilder);

impl Call {
    pub fn bearer(self, token: &str) -> Self {
        Self(self.0.bearer_auth(token))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        Self(self.0.header(name, value))
    }

    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header("content-type", media_type).body(body.into()))
    }

    pub async fn send(self) -> Answer {
        let response = self.0.send().await.expect("an answer");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.expect("a body");
        Answer {
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }
}

/// A response, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null when the body is not JSON.
    pub json: Value,
    pub text: String,
}

impl Answer {
    /// The string at a JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> String {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no text at {pointer} in {} {}", self.status, self.text))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The refresh cookie as a browser would send it back.
    #[track_caller]
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .and_then(|cookie| cookie.split(';').next())
            .expect("a cookie")
            .to_owned()
    }

    /// Checks that this is a problem with a code, complete in every part; answers it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> &Value {
        assert_eq!(
            (self.status, self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], format!("urn:switchboard:problem:{code}"));
        for field in ["title", "detail"] {
            assert!(
                self.json[field].as_str().is_some_and(|text| !text.is_empty()),
                "{}",
                self.text
            );
        }
        assert_eq!(
            self.json["requestId"].as_str(),
            self.header("x-request-id"),
            "{}",
            self.text
        );
        &self.json
    }
}
