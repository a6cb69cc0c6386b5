//! What the environment says: every variable of the server, read once at start-up. A bad value is one clear line.

mod values;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::HeaderName;
use url::Url;

use crate::http::CountryFile;

use values::{database_url, derived_public_url, parse_duration, parse_switch, sqlite_url};
pub use values::{loopback_twin, parse_origin};

/// The settings of a running server.
#[derive(Clone)]
pub struct Config {
    /// Where to listen (`SWITCHBOARD_ADDR`, default `127.0.0.1:8787`; port 0 takes a free one).
    pub addr: SocketAddr,
    /// `sqlite://<path>` or `postgres://…` (`DATABASE_URL`, default: `switchboard.sqlite` in [`Self::data_dir`]).
    pub database_url: String,
    /// The origin under which browsers reach the server, without a trailing slash (`SWITCHBOARD_PUBLIC_URL`,
    /// default: `http://` and the address).
    pub public_url: String,
    /// Other origins that may call with credentials (`SWITCHBOARD_ALLOWED_ORIGINS`, separated by commas).
    pub allowed_origins: Vec<String>,
    /// Proxies in front of the server whose word about a caller's address counts, besides this machine's own
    /// (`SWITCHBOARD_TRUSTED_PROXIES`, addresses separated by commas).
    pub trusted_proxies: Vec<IpAddr>,
    /// The header in which a trusted proxy names the caller's country as an ISO 3166 code
    /// (`SWITCHBOARD_COUNTRY_HEADER`); without it those of common content networks count.
    pub country_header: Option<HeaderName>,
    /// Which country an address is in, where no proxy says (`SWITCHBOARD_COUNTRY_FILE`, in the MMDB format).
    pub country_file: Option<CountryFile>,
    /// How long an access token lives (`SWITCHBOARD_ACCESS_TTL`, default 10 minutes).
    pub access_ttl: Duration,
    /// How long a session lives when it is kept (`SWITCHBOARD_REFRESH_TTL`, default 30 days).
    pub refresh_ttl: Duration,
    /// How many messages one visitor may send in half a minute, and ten times as many all at one address
    /// (`SWITCHBOARD_VISITOR_MESSAGES`, default 300).
    pub visitor_messages: u32,
    /// Where mail leaves (`SWITCHBOARD_SMTP_URL`).
    pub smtp_url: Option<String>,
    /// Where the server keeps its files (`SWITCHBOARD_DATA_DIR`, default `switchboard-data` in the working folder).
    pub data_dir: PathBuf,
    /// The dashboard's built files, served when set (`SWITCHBOARD_DASHBOARD_DIR`).
    pub dashboard_dir: Option<PathBuf>,
    /// Seeds demo data once and serves `/demo` (`SWITCHBOARD_DEMO`; loopback addresses only).
    pub demo: bool,
    /// Webhooks may go to this machine, to private networks and unencrypted (`SWITCHBOARD_WEBHOOKS_ANYWHERE`).
    pub webhooks_anywhere: bool,
    /// How much of the logs is kept.
    pub logs: LogConfig,
    /// Timings of the socket; not read from the environment.
    pub realtime: RealtimeConfig,
}

/// How much of the logs is kept: of the events for clients that come back, whichever is less, and of the audit log.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// How long an event is kept (`SWITCHBOARD_LOG_AGE`, default 7 days).
    pub age: Duration,
    /// How many events of an account are kept (`SWITCHBOARD_LOG_EVENTS`, default 100,000).
    pub events: u64,
    /// How long an entry of the audit log is kept (`SWITCHBOARD_AUDIT_AGE`, default 365 days).
    pub audit_age: Duration,
}

/// Timings and bounds of the realtime socket.
#[derive(Clone, Debug)]
pub struct RealtimeConfig {
    /// How often the server pings.
    pub heartbeat: Duration,
    /// How long after a ping without any frame from the client the link counts as dead.
    pub dead_after: Duration,
    /// How long the first frame may take.
    pub hello_timeout: Duration,
    /// How often the sessions behind all sockets are checked for revocation.
    pub recheck: Duration,
    /// How long events may stay unacknowledged before a client counts as slow.
    pub ack_timeout: Duration,
    /// Bytes that may be sent without an acknowledgement. `protocol.md` allows 1 MiB; less of it lets a page that catches up
    /// draw in between, as each frame costs it time even where it only waits its turn.
    pub unacked_bytes: usize,
    /// How long after a member's last connection ended the team is told so.
    pub presence_grace: Duration,
}

impl Default for RealtimeConfig {
    fn default() -> Self {
        use switchboard_contract::realtime::{HEARTBEAT_MS, HELLO_TIMEOUT_MS};
        Self {
            heartbeat: Duration::from_millis(HEARTBEAT_MS),
            dead_after: Duration::from_secs(5),
            hello_timeout: Duration::from_millis(HELLO_TIMEOUT_MS),
            recheck: Duration::from_secs(2),
            ack_timeout: Duration::from_secs(10),
            unacked_bytes: 256 * 1024,
            presence_grace: Duration::from_secs(5),
        }
    }
}

/// Why the server cannot start; one line for people that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    /// An error with this line.
    #[must_use]
    pub fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Debug for Config {
    /// Leaves out what may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("addr", &self.addr)
            .field("public_url", &self.public_url)
            .field("allowed_origins", &self.allowed_origins)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("data_dir", &self.data_dir)
            .field("dashboard_dir", &self.dashboard_dir)
            .field("demo", &self.demo)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// One line about the first variable that cannot be read.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| match std::env::var_os(name) {
            None => Ok(None),
            Some(value) => value
                .into_string()
                .map(Some)
                .map_err(|_| ConfigError::new(format!("{name}: the value is not valid UTF-8; set it anew"))),
        })
    }

    /// Reads variables from `lookup`; an empty value counts as unset.
    ///
    /// # Errors
    /// One line about the first variable that cannot be read.
    pub fn from_lookup(
        lookup: impl Fn(&str) -> Result<Option<String>, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let var = |name: &str| -> Result<Option<String>, ConfigError> {
            Ok(lookup(name)?
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty()))
        };
        let addr: SocketAddr = match var("SWITCHBOARD_ADDR")? {
            None => SocketAddr::from(([127, 0, 0, 1], 8787)),
            Some(text) => text.parse().map_err(|_| {
                ConfigError::new(format!(
                    "SWITCHBOARD_ADDR: `{text}` is not an address; write it like 127.0.0.1:8787 or [::1]:8787"
                ))
            })?,
        };
        let data_dir =
            PathBuf::from(var("SWITCHBOARD_DATA_DIR")?.unwrap_or_else(|| "switchboard-data".to_owned()));
        let database_url = match var("DATABASE_URL")? {
            None => sqlite_url(&data_dir.join("switchboard.sqlite")),
            Some(text) => database_url(text)?,
        };
        let public_url = match var("SWITCHBOARD_PUBLIC_URL")? {
            None => derived_public_url(addr),
            Some(text) => parse_origin(&text).ok_or_else(|| {
                ConfigError::new(format!(
                    "SWITCHBOARD_PUBLIC_URL: `{text}` is not an origin; write it like https://chat.example.com, without a path"
                ))
            })?,
        };
        let allowed_origins = match var("SWITCHBOARD_ALLOWED_ORIGINS")? {
            None => Vec::new(),
            Some(text) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| {
                    parse_origin(part).ok_or_else(|| {
                        ConfigError::new(format!(
                            "SWITCHBOARD_ALLOWED_ORIGINS: `{part}` is not an origin; write a list like https://app.example.com,http://localhost:8080"
                        ))
                    })
                })
                .collect::<Result<_, _>>()?,
        };
        let trusted_proxies = match var("SWITCHBOARD_TRUSTED_PROXIES")? {
            None => Vec::new(),
            Some(text) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| {
                    part.parse::<IpAddr>().map_err(|_| {
                        ConfigError::new(format!(
                            "SWITCHBOARD_TRUSTED_PROXIES: `{part}` is not an address; write a list like 10.0.0.2,10.0.0.3"
                        ))
                    })
                })
                .collect::<Result<_, _>>()?,
        };
        let country_header = var("SWITCHBOARD_COUNTRY_HEADER")?
            .map(|text| {
                text.to_ascii_lowercase().parse::<HeaderName>().map_err(|_| {
                    ConfigError::new(format!(
                        "SWITCHBOARD_COUNTRY_HEADER: `{text}` is not a header's name; write it like X-Country-Code"
                    ))
                })
            })
            .transpose()?;
        let country_file = var("SWITCHBOARD_COUNTRY_FILE")?
            .map(|path| {
                CountryFile::open(Path::new(&path)).map_err(|why| {
                    ConfigError::new(format!(
                        "SWITCHBOARD_COUNTRY_FILE: {why}; name a country or city database such as GeoLite2-Country.mmdb"
                    ))
                })
            })
            .transpose()?;
        let ttl = |name: &str, default: u64| -> Result<Duration, ConfigError> {
            match var(name)? {
                None => Ok(Duration::from_secs(default)),
                Some(text) => parse_duration(&text).ok_or_else(|| {
                    ConfigError::new(format!(
                        "{name}: `{text}` is not a duration; write it like 5s, 10m, 12h or 30d"
                    ))
                }),
            }
        };
        let log_events = match var("SWITCHBOARD_LOG_EVENTS")? {
            None => 100_000,
            Some(text) => text.parse::<u64>().ok().filter(|count| *count > 0).ok_or_else(|| {
                ConfigError::new(format!(
                    "SWITCHBOARD_LOG_EVENTS: `{text}` is not a number of events; write a whole number from 1, like 100000"
                ))
            })?,
        };
        let visitor_messages = match var("SWITCHBOARD_VISITOR_MESSAGES")? {
            None => 300,
            Some(text) => text.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(|| {
                ConfigError::new(format!(
                    "SWITCHBOARD_VISITOR_MESSAGES: `{text}` is not a number of messages; write a whole number from 1, like 300"
                ))
            })?,
        };
        let smtp_url = var("SWITCHBOARD_SMTP_URL")?;
        if let Some(text) = &smtp_url
            && !Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
        {
            // The value is not repeated: it may hold a password.
            return Err(ConfigError::new(
                "SWITCHBOARD_SMTP_URL: not a mail server's address; write it like smtp://user:password@mail.example.com:587",
            ));
        }
        let dashboard_dir = var("SWITCHBOARD_DASHBOARD_DIR")?.map(PathBuf::from);
        if let Some(dir) = &dashboard_dir
            && !dir.join("index.html").is_file()
        {
            return Err(ConfigError::new(format!(
                "SWITCHBOARD_DASHBOARD_DIR: `{}` holds no index.html; name the folder that `cargo xtask build` wrote",
                dir.display()
            )));
        }
        let webhooks_anywhere = match var("SWITCHBOARD_WEBHOOKS_ANYWHERE")? {
            None => false,
            Some(text) => parse_switch(&text).ok_or_else(|| {
                ConfigError::new(format!(
                    "SWITCHBOARD_WEBHOOKS_ANYWHERE: `{text}` is neither yes nor no; write 1 or 0"
                ))
            })?,
        };
        let demo = match var("SWITCHBOARD_DEMO")? {
            None => false,
            Some(text) => parse_switch(&text).ok_or_else(|| {
                ConfigError::new(format!(
                    "SWITCHBOARD_DEMO: `{text}` is neither yes nor no; write 1 or 0"
                ))
            })?,
        };
        if demo && !addr.ip().is_loopback() {
            return Err(ConfigError::new(format!(
                "SWITCHBOARD_DEMO: demo mode has known passwords and listens on loopback addresses only, not on {}; \
                 unset it or set SWITCHBOARD_ADDR=127.0.0.1:{}",
                addr,
                addr.port()
            )));
        }
        Ok(Self {
            addr,
            database_url,
            public_url,
            allowed_origins,
            trusted_proxies,
            country_header,
            country_file,
            access_ttl: ttl("SWITCHBOARD_ACCESS_TTL", 10 * 60)?,
            refresh_ttl: ttl("SWITCHBOARD_REFRESH_TTL", 30 * 24 * 60 * 60)?,
            visitor_messages,
            smtp_url,
            data_dir,
            dashboard_dir,
            demo,
            webhooks_anywhere,
            logs: LogConfig {
                age: ttl("SWITCHBOARD_LOG_AGE", 7 * 24 * 60 * 60)?,
                events: log_events,
                audit_age: ttl("SWITCHBOARD_AUDIT_AGE", 365 * 24 * 60 * 60)?,
            },
            realtime: RealtimeConfig::default(),
        })
    }

    /// Makes the data folder and tries to write there.
    ///
    /// # Errors
    /// One line about a folder that cannot be made or written.
    pub fn prepare_data_dir(&self) -> Result<(), ConfigError> {
        let complain = |what: &str, error: &std::io::Error| {
            ConfigError::new(format!(
                "The data folder `{}` cannot be {what} ({error}); set SWITCHBOARD_DATA_DIR to a folder that you may write to",
                self.data_dir.display()
            ))
        };
        std::fs::create_dir_all(&self.data_dir).map_err(|error| complain("created", &error))?;
        let probe = self.data_dir.join(format!(".write-test-{}", std::process::id()));
        std::fs::write(&probe, b"").map_err(|error| complain("written to", &error))?;
        std::fs::remove_file(&probe).map_err(|error| complain("written to", &error))
    }

    /// Starts to listen. With port 0 the address, and a public URL that was derived from it, take the real port.
    ///
    /// # Errors
    /// One line about an address that is taken or not allowed.
    pub async fn listen(&mut self) -> Result<tokio::net::TcpListener, ConfigError> {
        let complain = |error: std::io::Error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    "another program listens there; stop it or set SWITCHBOARD_ADDR to another port"
                }
                std::io::ErrorKind::PermissionDenied => {
                    "this user may not listen there; set SWITCHBOARD_ADDR to a port from 1024"
                }
                _ => "set SWITCHBOARD_ADDR to an address of this machine",
            };
            ConfigError::new(format!("Cannot listen on {} ({error}): {hint}", self.addr))
        };
        let listener = tokio::net::TcpListener::bind(self.addr).await.map_err(complain)?;
        let bound = listener.local_addr().map_err(complain)?;
        if self.public_url == derived_public_url(self.addr) {
            self.public_url = derived_public_url(bound);
        }
        self.addr = bound;
        Ok(listener)
    }

    /// Whether browsers reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Origins that count as the server's own: the public one, and in demo mode its loopback twin
    /// (`localhost` for `127.0.0.1` and the other way round), so that the demo page is really cross-site.
    #[must_use]
    pub fn own_origins(&self) -> Vec<String> {
        let mut origins = vec![self.public_url.clone()];
        if self.demo {
            origins.extend(loopback_twin(&self.public_url));
        }
        origins
    }

    /// Whether `origin` is one that serves the chat's frame: the server's own.
    #[must_use]
    pub fn allows_visitors_from(&self, origin: &str) -> bool {
        self.own_origins().iter().any(|own| own == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| {
            Ok(vars
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned()))
        })
    }

    fn complaint(name: &str, value: &str) -> String {
        read(&[(name, value)]).expect_err("a bad value").to_string()
    }

    #[test]
    fn defaults_are_the_protocols() {
        let config = read(&[]).expect("defaults");
        assert_eq!(config.addr.to_string(), "127.0.0.1:8787");
        assert_eq!(config.public_url, "http://127.0.0.1:8787");
        assert_eq!(config.access_ttl, Duration::from_secs(600));
        assert_eq!(config.refresh_ttl, Duration::from_secs(2_592_000));
        assert_eq!(
            config.database_url,
            "sqlite://switchboard-data/switchboard.sqlite"
        );
        assert!(!config.demo);
    }

    #[test]
    fn bad_values_are_one_line_that_names_the_variable() {
        for (name, value) in [
            ("SWITCHBOARD_ADDR", "localhost"),
            ("DATABASE_URL", "mysql://root:hunter2@db/x"),
            ("DATABASE_URL", "postgres://u:hunter2@host"),
            ("SWITCHBOARD_PUBLIC_URL", "chat.example.com"),
            ("SWITCHBOARD_PUBLIC_URL", "https://chat.example.com/path"),
            ("SWITCHBOARD_ALLOWED_ORIGINS", "https://a.example,*"),
            ("SWITCHBOARD_TRUSTED_PROXIES", "10.0.0.0/8"),
            ("SWITCHBOARD_COUNTRY_HEADER", "X Country"),
            ("SWITCHBOARD_COUNTRY_FILE", "no-such-file.mmdb"),
            ("SWITCHBOARD_COUNTRY_FILE", "Cargo.toml"),
            ("SWITCHBOARD_ACCESS_TTL", "5x"),
            ("SWITCHBOARD_REFRESH_TTL", "forever"),
            ("SWITCHBOARD_LOG_AGE", "a week"),
            ("SWITCHBOARD_AUDIT_AGE", "forever"),
            ("SWITCHBOARD_LOG_EVENTS", "0"),
            ("SWITCHBOARD_VISITOR_MESSAGES", "few"),
            ("SWITCHBOARD_SMTP_URL", "hunter2"),
            ("SWITCHBOARD_DASHBOARD_DIR", "no-such-folder"),
            ("SWITCHBOARD_DEMO", "perhaps"),
        ] {
            let line = complaint(name, value);
            assert!(line.starts_with(&format!("{name}: ")), "{line}");
            assert!(!line.contains('\n'), "{line}");
            assert!(!line.contains("hunter2"), "{line}");
        }
    }

    #[test]
    fn demo_mode_stays_on_loopback() {
        let line = read(&[("SWITCHBOARD_DEMO", "1"), ("SWITCHBOARD_ADDR", "0.0.0.0:8787")])
            .expect_err("refused")
            .to_string();
        assert!(line.contains("loopback"), "{line}");
        let config = read(&[("SWITCHBOARD_DEMO", "yes"), ("SWITCHBOARD_ADDR", "[::1]:80")]).expect("fine");
        assert_eq!(config.public_url, "http://[::1]");
    }

    #[test]
    fn the_frames_origin_is_the_servers_own() {
        let mut config = read(&[
            ("SWITCHBOARD_PUBLIC_URL", "http://127.0.0.1:8787"),
            ("SWITCHBOARD_ALLOWED_ORIGINS", "https://app.example.com"),
        ])
        .expect("fine");
        assert!(config.allows_visitors_from("http://127.0.0.1:8787"));
        for foreign in [
            "null",
            "",
            "https://app.example.com",
            "http://localhost:8787",
            "http://127.0.0.1:8787.evil.example",
        ] {
            assert!(!config.allows_visitors_from(foreign), "{foreign}");
        }
        config.demo = true;
        assert!(config.allows_visitors_from("http://localhost:8787"));
    }

    #[test]
    fn an_unwritable_folder_says_what_to_set() {
        let file = std::env::temp_dir().join(format!("switchboard-config-{}", std::process::id()));
        std::fs::write(&file, b"").expect("a file in the way");
        let mut config = read(&[]).expect("defaults");
        config.data_dir = file.join("data");
        let line = config.prepare_data_dir().expect_err("not a folder").to_string();
        std::fs::remove_file(&file).expect("cleaned");
        assert!(line.contains("SWITCHBOARD_DATA_DIR"), "{line}");
    }

    #[test]
    fn debug_output_holds_no_password() {
        let config = read(&[("DATABASE_URL", "postgres://u:hunter2@h/d")]).expect("fine");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
