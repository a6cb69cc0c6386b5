//! Passwords: the rule for new ones, and argon2id, off the async threads, as slow for an unknown address as for a known one.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use switchboard_contract::password::{self, Common, Personal};
use switchboard_contract::validate::Violation;
use tokio::sync::Semaphore;

use crate::problem::{ApiError, ApiResult};

/// The list that the dashboard's meter fetches too.
static COMMON: LazyLock<Common> =
    LazyLock::new(|| Common::new(include_str!("../../../../assets/common-passwords.txt")));

/// Each hash takes a core and 19 MiB for a moment: more at once would only let a flood take the machine.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2)))
});

/// The rule for a new password.
///
/// # Errors
/// The rule that `text` breaks.
pub fn check_new(text: &str, personal: &Personal<'_>) -> Result<(), Violation> {
    password::check(text, personal, &COMMON)
}

/// A hash that no password fits, with the parameters of real ones: checking against it takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoYm9hcmQtMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a new password.
///
/// # Errors
/// When the system has no randomness.
pub async fn hash(password: String) -> ApiResult<String> {
    off_thread(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| ApiError::internal(error.to_string()))
    })
    .await
}

/// Whether `password` fits `stored`; without one it takes as long and never fits.
///
/// # Errors
/// When the stored hash does not read.
pub async fn verify(password: String, stored: Option<String>) -> ApiResult<bool> {
    off_thread(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&stored).map_err(|error| ApiError::internal(error.to_string()))?;
        let fits = Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        Ok(fits && known)
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    // The semaphore is never closed.
    let _permit = HASHING.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let stored = hash("correct horse".to_owned()).await.expect("hashes");
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "like {NOBODY}"
        );
        assert!(
            verify("correct horse".to_owned(), Some(stored.clone()))
                .await
                .expect("reads")
        );
        assert!(
            !verify("wrong horse".to_owned(), Some(stored))
                .await
                .expect("reads")
        );
        assert!(!verify("anything".to_owned(), None).await.expect("reads"));
    }
}
