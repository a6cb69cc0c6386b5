//! Where files are kept: by names that the server makes, whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// What a file that is being written is called at its end.
const UNFINISHED: &str = ".part";

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// When it was written.
    pub written_at: SystemTime,
}

/// Keeps files by name. A name is the text of a UUID, made by the server, so that nothing of what people type gets into it.
pub trait FileStore: Send + Sync {
    /// Keeps a file. Once this has answered it survives a crash; until then there is none of this name.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put(&self, name: Uuid, bytes: Bytes) -> BoxFuture<'static, io::Result<()>>;

    /// A file's content; none where there is no such file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn get(&self, name: Uuid) -> BoxFuture<'static, io::Result<Option<Bytes>>>;

    /// Removes a file; one that is not there counts as removed.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, name: &str) -> BoxFuture<'static, io::Result<()>>;

    /// Everything that is kept, also what was never finished.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn all(&self) -> BoxFuture<'static, io::Result<Vec<Kept>>>;
}

/// A folder of this machine.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Path>);

impl Folder {
    /// Files below `data_dir`, in a folder that is made with the first of them.
    #[must_use]
    pub fn below(data_dir: &Path) -> Self {
        Self(data_dir.join("attachments").into())
    }
}

impl FileStore for Folder {
    fn put(&self, name: Uuid, bytes: Bytes) -> BoxFuture<'static, io::Result<()>> {
        let folder = self.0.clone();
        blocking(move || {
            fs::create_dir_all(&folder)?;
            let path = folder.join(name.to_string());
            let unfinished = folder.join(format!("{name}{UNFINISHED}"));
            let written = write(&unfinished, &bytes).and_then(|()| fs::rename(&unfinished, &path));
            if written.is_err() {
                // It may not even have been made; what matters is why.
                let _ = fs::remove_file(&unfinished);
            }
            written?;
            // The name is durable once the folder is.
            File::open(&folder)?.sync_all()
        })
    }

    fn get(&self, name: Uuid) -> BoxFuture<'static, io::Result<Option<Bytes>>> {
        let path = self.0.join(name.to_string());
        blocking(move || absent(fs::read(path)).map(|read| read.map(Bytes::from)))
    }

    fn remove(&self, name: &str) -> BoxFuture<'static, io::Result<()>> {
        let path = plain(name).map(|name| self.0.join(name));
        blocking(move || match path {
            Some(path) => absent(fs::remove_file(path)).map(drop),
            None => Err(io::Error::new(ErrorKind::InvalidInput, "not the name of a file")),
        })
    }

    fn all(&self) -> BoxFuture<'static, io::Result<Vec<Kept>>> {
        let folder = self.0.clone();
        blocking(move || {
            let Some(entries) = absent(fs::read_dir(&folder))? else {
                return Ok(Vec::new());
            };
            let mut all = Vec::new();
            for entry in entries {
                let entry = entry?;
                // One that goes meanwhile is not there.
                let Some(about) = absent(entry.metadata())?.filter(fs::Metadata::is_file) else {
                    continue;
                };
                if let Ok(name) = entry.file_name().into_string() {
                    let written_at = about.modified()?;
                    all.push(Kept { name, written_at });
                }
            }
            Ok(all)
        })
    }
}

/// The names of the finished files in a folder; none where there is no such folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn listed(folder: &Path) -> io::Result<Vec<String>> {
    let Some(entries) = absent(fs::read_dir(folder))? else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Ok(name) = entry?.file_name().into_string() {
            names.extend(Some(name).filter(|name| is_plain(name) && !name.ends_with(UNFINISHED)));
        }
    }
    Ok(names)
}

/// Whether a name leads nowhere but into its folder.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    plain(name).is_some() && !name.is_empty()
}

/// A name without a way out of the folder.
fn plain(name: &str) -> Option<PathBuf> {
    let fits = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && !name.starts_with('.');
    fits.then(|| PathBuf::from(name))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs what waits for the disk where it keeps nobody else waiting.
fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> BoxFuture<'static, io::Result<T>> {
    Box::pin(async move {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(io::Error::other)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_there_whole_until_it_is_removed() {
        let data = std::env::temp_dir().join(format!("switchboard-files-{}", Uuid::new_v4()));
        let folder = Folder::below(&data);
        let name = Uuid::new_v4();
        assert_eq!(folder.get(name).await.expect("reads"), None);
        assert_eq!(folder.all().await.expect("lists"), []);
        folder
            .put(name, Bytes::from_static(b"words"))
            .await
            .expect("writes");
        assert_eq!(
            folder.get(name).await.expect("reads"),
            Some(Bytes::from_static(b"words"))
        );
        let all = folder.all().await.expect("lists");
        assert_eq!(
            all.iter().map(|kept| kept.name.as_str()).collect::<Vec<_>>(),
            [name.to_string()]
        );
        for _ in 0..2 {
            folder.remove(&name.to_string()).await.expect("removes");
        }
        assert_eq!(folder.get(name).await.expect("reads"), None);
        fs::remove_dir_all(&data).expect("tidies up");
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let folder = Folder::below(Path::new("nowhere"));
        for name in ["../x", "a/b", "..", ".hidden", "a\\b", "c:x"] {
            assert!(folder.remove(name).await.is_err(), "{name}");
        }
    }
}
