//! `backup FILE` and `restore FILE`: all that the server keeps, the database and the files that people sent, in one archive (tar).
//!
//! A backup is made while the server runs: the database is read in one snapshot, and the files after it, so that each that the snapshot
//! names is there unless it was deleted meanwhile. What is restored is another generation of the event log, since what happened after the
//! backup is gone: its epoch changes, and every client asks anew instead of going on from a position that means something else now.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr as _;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use uuid::Uuid;

use crate::config::{Config, ConfigError};
use crate::db::Dialect;
use crate::live_chat::attachments::files;
use crate::state::AppState;

const ABOUT: &str = "switchboard-backup.json";
const DATABASE: &str = "database";
const FILES: &str = "attachments";
/// What this program writes; another number is of another program.
const FORMAT: u32 = 1;
/// Longest description that is read, in bytes.
const MOST_ABOUT: u64 = 64 * 1024;

/// What an archive says of itself, as its first entry.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    format: u32,
    database: String,
    program: String,
}

const fn name_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
    }
}

fn dialect_of(config: &Config) -> Dialect {
    if config.database_url.starts_with("sqlite:") {
        Dialect::Sqlite
    } else {
        Dialect::Postgres
    }
}

/// Writes a backup to `file`, which must not be there yet. Answers what to tell the person.
///
/// # Errors
/// One line that says what to do. What was begun is taken away again.
pub async fn backup(config: &Config, file: &Path) -> Result<String, ConfigError> {
    if file.exists() {
        return Err(ConfigError::new(format!(
            "backup: {} is there already; name another file or move it away",
            file.display()
        )));
    }
    let scratch = Scratch::new(with_ending(file, ".part"))?;
    let database = scratch.0.join(DATABASE);
    let dialect = dialect_of(config);
    match dialect {
        Dialect::Sqlite => copy_sqlite(config, &database).await?,
        Dialect::Postgres => {
            let mut dump = postgres_tool("pg_dump", &config.database_url)?;
            dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"])
                .arg(&database);
            run("backup", dump).await?;
        }
    }
    let about = About {
        format: FORMAT,
        database: name_of(dialect).to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let (files, target, archive) = (
        config.data_dir.join(FILES),
        file.to_owned(),
        scratch.0.join("archive"),
    );
    let count = blocking(move || {
        let count = pack(&about, &database, &files, &archive)?;
        fs::rename(&archive, &target)?;
        Ok(count)
    })
    .await
    .map_err(|error| unwritten("backup", file, &error))?;
    Ok(format!(
        "Kept the {} database and {count} files in {}.",
        name_of(dialect),
        file.display()
    ))
}

/// Reads a backup into a database that holds nothing yet. Answers what to tell the person.
///
/// # Errors
/// One line that says what to do; nothing that was there before is changed.
pub async fn restore(config: &Config, file: &Path) -> Result<String, ConfigError> {
    let dialect = dialect_of(config);
    config.prepare_data_dir()?;
    let files = config.data_dir.join(FILES);
    expect_nothing(config, &files).await?;
    let scratch = Scratch::new(config.data_dir.join(format!("restoring-{}", Uuid::new_v4())))?;
    let (archive, folder) = (file.to_owned(), scratch.0.clone());
    let (about, count) = blocking(move || unpack(&archive, &folder))
        .await
        .map_err(|error| unread(file, &error))?;
    if about.format != FORMAT {
        return Err(ConfigError::new(format!(
            "restore: {} was written by Switchboard {}; restore it with that version",
            file.display(),
            about.program
        )));
    }
    if about.database != name_of(dialect) {
        return Err(ConfigError::new(format!(
            "restore: {} is of a {} database and DATABASE_URL names another kind; set DATABASE_URL to one of that kind",
            file.display(),
            about.database
        )));
    }
    let database = scratch.0.join(DATABASE);
    match dialect {
        Dialect::Sqlite => {
            let target = sqlite_file(config)?;
            let moved = blocking(move || put(&database, &target)).await;
            moved.map_err(|error| unwritten("restore", &config.data_dir, &error))?;
        }
        Dialect::Postgres => {
            let mut load = postgres_tool("pg_restore", &config.database_url)?;
            let name = database_name(&config.database_url)?;
            load.args([
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
            ])
            .args(["--dbname", &name])
            .arg(&database);
            run("restore", load).await?;
        }
    }
    let unpacked = scratch.0.join(FILES);
    if unpacked.exists() {
        let moved = blocking(move || {
            // An empty one may be there.
            let _ = fs::remove_dir(&files);
            fs::rename(&unpacked, &files)
        });
        moved
            .await
            .map_err(|error| unwritten("restore", &config.data_dir, &error))?;
    }
    begin_anew(config).await?;
    Ok(format!(
        "The database and {count} files are back. Clients load anew; whoever was signed in since the backup signs in again."
    ))
}

/// Whoever goes on from a position of what is gone now has to be told.
async fn begin_anew(config: &Config) -> Result<(), ConfigError> {
    let state = AppState::open(Config {
        demo: false,
        ..config.clone()
    })
    .await?;
    let epoch = Uuid::new_v4().to_string();
    let done = state
        .db
        .write(move |tx| {
            let epoch = epoch.clone();
            Box::pin(async move {
                sqlx::query("UPDATE accounts SET epoch = $1")
                    .bind(epoch)
                    .execute(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await;
    state.db.close().await;
    done.map_err(|error| {
        ConfigError::new(format!(
            "restore: the log's new generation cannot be kept: {error}"
        ))
    })
}

/// Nothing is overwritten: what is there may be newer than the backup.
async fn expect_nothing(config: &Config, files: &Path) -> Result<(), ConfigError> {
    let in_the_way = |what: &str| {
        ConfigError::new(format!(
            "restore: {what}; name an empty database (DATABASE_URL) and an empty folder (SWITCHBOARD_DATA_DIR), or move away what is there"
        ))
    };
    match dialect_of(config) {
        Dialect::Sqlite => {
            let file = sqlite_file(config)?;
            if file.exists() {
                return Err(in_the_way(&format!("{} is there already", file.display())));
            }
        }
        Dialect::Postgres => {
            let tables: i64 = async {
                let mut connection = connect(config).await?;
                let tables = sqlx::query_scalar(
                    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()",
                )
                .fetch_one(&mut connection)
                .await?;
                connection.close().await?;
                Ok::<i64, sqlx::Error>(tables)
            }
            .await
            .map_err(|error| unreachable(&error))?;
            if tables > 0 {
                return Err(in_the_way("the database has tables already"));
            }
        }
    }
    let has_files = fs::read_dir(files).is_ok_and(|mut entries| entries.next().is_some());
    if has_files {
        return Err(in_the_way(&format!("{} holds files already", files.display())));
    }
    Ok(())
}

async fn connect(config: &Config) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&config.database_url).await
}

fn unreachable(error: &sqlx::Error) -> ConfigError {
    ConfigError::new(format!(
        "The database cannot be read ({error}); check that it is there and that DATABASE_URL names it"
    ))
}

fn sqlite_file(config: &Config) -> Result<PathBuf, ConfigError> {
    let options =
        SqliteConnectOptions::from_str(&config.database_url).map_err(|error| unreachable(&error))?;
    Ok(options.get_filename().to_owned())
}

/// One snapshot, also while the server writes.
async fn copy_sqlite(config: &Config, target: &Path) -> Result<(), ConfigError> {
    let file = sqlite_file(config)?;
    if !file.exists() {
        return Err(ConfigError::new(format!(
            "backup: there is no database at {}; set SWITCHBOARD_DATA_DIR or DATABASE_URL to what the server uses",
            file.display()
        )));
    }
    let path = target.to_string_lossy().replace('\'', "''");
    let copied = async {
        let mut connection = connect(config).await?;
        sqlx::query(AssertSqlSafe(format!("VACUUM INTO '{path}'")))
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    copied.await.map_err(|error| unreachable(&error))
}

/// A program of PostgreSQL that reaches the database by its environment: arguments are seen by everyone on the machine.
fn postgres_tool(program: &str, url: &str) -> Result<Command, ConfigError> {
    let url = url::Url::parse(url).map_err(|_| ConfigError::new("DATABASE_URL cannot be read as a URL"))?;
    let mut command = Command::new(program);
    let mut set = |variable: &str, value: String| {
        if !value.is_empty() {
            command.env(variable, value);
        }
    };
    set("PGHOST", url.host_str().map(decoded).unwrap_or_default());
    set(
        "PGPORT",
        url.port().map(|port| port.to_string()).unwrap_or_default(),
    );
    set("PGUSER", decoded(url.username()));
    set("PGPASSWORD", url.password().map(decoded).unwrap_or_default());
    set("PGDATABASE", decoded(url.path().trim_start_matches('/')));
    for (name, value) in url.query_pairs() {
        let variable = match &*name {
            "host" => "PGHOST",
            "port" => "PGPORT",
            "user" => "PGUSER",
            "password" => "PGPASSWORD",
            "dbname" => "PGDATABASE",
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            _ => continue,
        };
        set(variable, value.into_owned());
    }
    Ok(command)
}

fn database_name(url: &str) -> Result<String, ConfigError> {
    let url = url::Url::parse(url).map_err(|_| ConfigError::new("DATABASE_URL cannot be read as a URL"))?;
    let named = url.query_pairs().find(|(name, _)| name == "dbname");
    Ok(named.map_or_else(
        || decoded(url.path().trim_start_matches('/')),
        |(_, value)| value.into_owned(),
    ))
}

/// A part of a URL as it is meant.
fn decoded(part: &str) -> String {
    let pair = format!("part={}", part.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn run(what: &'static str, mut command: Command) -> Result<(), ConfigError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = blocking(move || command.output()).await.map_err(|error| {
        ConfigError::new(format!(
            "{what}: {program} cannot be run ({error}); install PostgreSQL's client programs, in the version of the database or newer"
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    Err(ConfigError::new(format!(
        "{what}: {program} failed: {}",
        said.join(" ")
    )))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn unwritten(what: &str, place: &Path, error: &io::Error) -> ConfigError {
    ConfigError::new(format!(
        "{what}: {} cannot be written ({error}); name a place with room that you may write to",
        place.display()
    ))
}

fn unread(file: &Path, error: &io::Error) -> ConfigError {
    ConfigError::new(format!(
        "restore: {} cannot be read as a backup ({error}); name a file that `switchboard-server backup` wrote",
        file.display()
    ))
}

/// Writes the archive; answers how many files people sent.
fn pack(about: &About, database: &Path, files: &Path, archive: &Path) -> io::Result<u64> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Everything that anyone said stands in it.
        options.mode(0o600);
    }
    let mut builder = tar::Builder::new(options.open(archive)?);
    let described = serde_json::to_vec(about).map_err(io::Error::other)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(described.len() as u64);
    header.set_mode(0o600);
    builder.append_data(&mut header, ABOUT, described.as_slice())?;
    builder.append_path_with_name(database, DATABASE)?;
    let mut count = 0;
    for entry in files::listed(files)? {
        match builder.append_path_with_name(files.join(&entry), Path::new(FILES).join(&entry)) {
            Ok(()) => count += 1,
            // Deleted since it was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    builder.into_inner()?.sync_all()?;
    Ok(count)
}

/// Reads the archive into a folder; answers what it says of itself, and how many files people sent.
fn unpack(archive: &Path, folder: &Path) -> io::Result<(About, u64)> {
    let mut archive = tar::Archive::new(File::open(archive)?);
    let (mut about, mut count, mut has_database) = (None, 0, false);
    fs::create_dir(folder.join(FILES))?;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        match (name.as_str(), name.strip_prefix("attachments/")) {
            (ABOUT, _) => {
                let mut text = Vec::new();
                entry.by_ref().take(MOST_ABOUT).read_to_end(&mut text)?;
                about = Some(serde_json::from_slice(&text).map_err(io::Error::other)?);
            }
            (DATABASE, _) => {
                io::copy(&mut entry, &mut File::create(folder.join(DATABASE))?)?;
                has_database = true;
            }
            // A name that the server makes leads nowhere else.
            (_, Some(file)) if files::is_plain(file) => {
                io::copy(&mut entry, &mut File::create(folder.join(FILES).join(file))?)?;
                count += 1;
            }
            _ => return Err(io::Error::other(format!("it holds `{name}`"))),
        }
    }
    match about {
        Some(about) if has_database => Ok((about, count)),
        _ => Err(io::Error::other("it is not whole")),
    }
}

/// Moves a file, also to another disk.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => fs::copy(from, to).map(drop),
        moved => moved,
    }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A folder for what is not finished, which goes again whatever happens.
struct Scratch(PathBuf);

impl Scratch {
    fn new(folder: PathBuf) -> Result<Self, ConfigError> {
        fs::create_dir(&folder).map_err(|error| {
            ConfigError::new(format!(
                "{} cannot be made ({error}); name a place that you may write to, and remove what an earlier try has left there",
                folder.display()
            ))
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is named by the next try.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        let url = "postgres://sam%40home:p%2Bs%20s@db.example:5433/chat?sslmode=require";
        let command = postgres_tool("pg_dump", url).expect("a command");
        assert_eq!(command.get_args().count(), 0);
        let set: Vec<(String, String)> = command
            .get_envs()
            .map(|(name, value)| {
                let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
                (text(name), value.map(text).unwrap_or_default())
            })
            .collect();
        let expected = [
            ("PGDATABASE", "chat"),
            ("PGHOST", "db.example"),
            ("PGPASSWORD", "p+s s"),
            ("PGPORT", "5433"),
            ("PGSSLMODE", "require"),
            ("PGUSER", "sam@home"),
        ];
        assert_eq!(
            set,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(database_name(url).expect("a name"), "chat");
    }
}
