//! The server's key, kept in the database so that every node and every restart derive the same tokens; and random
//! secrets, of which only hashes are stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::problem::{ApiError, ApiResult};

/// Bytes of a MAC, a hash and a random secret.
pub const BYTES: usize = 32;

/// Secrets that sign tokens.
pub struct Keys {
    root: [u8; BYTES],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// What a MAC is for; one purpose's MAC is worthless for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Access tokens.
    Access,
    /// Refresh tokens.
    Refresh,
    /// The subject of a counter of tries, so that the table holds no addresses.
    Throttle,
    /// The secrets with which websites prove who their visitors are.
    Identity,
    /// What a website proves when a visitor is slowed down and yet a person.
    Challenge,
    /// The secrets with which webhooks are signed.
    Webhook,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Access => b"access",
            Self::Refresh => b"refresh",
            Self::Throttle => b"throttle",
            Self::Identity => b"identity",
            Self::Challenge => b"challenge",
            Self::Webhook => b"webhook",
        }
    }
}

impl Keys {
    /// Reads the key, making it at the first start.
    ///
    /// # Errors
    /// The database's failure, or no randomness.
    pub async fn load(db: &Db) -> ApiResult<Self> {
        let fresh = encode(&random()?);
        let stored: String = db
            .write(move |tx| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO server_keys (name, value) VALUES ('root', $1) ON CONFLICT (name) DO NOTHING",
                    )
                    .bind(fresh)
                    .execute(tx.conn())
                    .await?;
                    Ok(
                        sqlx::query_scalar("SELECT value FROM server_keys WHERE name = 'root'")
                            .fetch_one(tx.conn())
                            .await?,
                    )
                })
            })
            .await?;
        let root = decode(&stored).ok_or_else(|| ApiError::internal("the server's key does not read"))?;
        Ok(Self { root })
    }

    /// The MAC of `parts` for one purpose. Parts are length-prefixed, so no two lists of parts share a MAC.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; BYTES] {
        // The key has a fixed length that HMAC takes; any length would do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.root) else {
            unreachable!("HMAC takes keys of every length")
        };
        for part in std::iter::once(&purpose.label()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Random bytes from the operating system.
///
/// # Errors
/// When the system has none to give.
pub fn random() -> ApiResult<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::unavailable(error.to_string()))?;
    Ok(bytes)
}

/// A new secret of 256 bits, in URL-safe letters.
///
/// # Errors
/// When the system has no randomness.
pub fn new_secret() -> ApiResult<String> {
    Ok(encode(&random()?))
}

/// What is stored of a secret. Plain SHA-256 will do: the secret itself is random, so nothing can be guessed.
#[must_use]
pub fn hash(secret: &str) -> String {
    encode(&Sha256::digest(secret.as_bytes()))
}

/// Bytes in URL-safe letters.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes that [`encode`] wrote, when there are exactly `N`.
#[must_use]
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode_any(text)?.try_into().ok()
}

/// The bytes that [`encode`] wrote.
#[must_use]
pub fn decode_any(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// `token` under a code that nobody else knows and that is never used for another token: the code's digest is a one-time
/// pad. None unless the token is a [`new_secret`].
#[must_use]
pub fn seal(token: &str, code: &str) -> Option<String> {
    Some(encode(&padded(decode(token)?, code)))
}

/// The token that [`seal`] put under `code`.
#[must_use]
pub fn unseal(sealed: &str, code: &str) -> Option<String> {
    seal(sealed, code)
}

fn padded(mut bytes: [u8; BYTES], code: &str) -> [u8; BYTES] {
    let pad = Sha256::new()
        .chain_update(b"frame-code")
        .chain_update(code.as_bytes())
        .finalize();
    for (byte, pad) in bytes.iter_mut().zip(pad) {
        *byte ^= pad;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_opens_the_seal() {
        let (token, code) = (new_secret().expect("random"), new_secret().expect("random"));
        let sealed = seal(&token, &code).expect("a secret");
        assert_ne!(sealed, token);
        assert_ne!(sealed, hash(&code));
        assert_eq!(unseal(&sealed, &code), Some(token.clone()));
        assert_ne!(unseal(&sealed, "another"), Some(token));
        assert_eq!(seal("short", &code), None);
    }

    #[test]
    fn macs_depend_on_purpose_and_on_where_parts_end() {
        let keys = Keys { root: [7; BYTES] };
        let mac = keys.mac(Purpose::Access, &[b"ab", b"c"]);
        assert_eq!(mac, keys.mac(Purpose::Access, &[b"ab", b"c"]));
        assert_ne!(mac, keys.mac(Purpose::Access, &[b"a", b"bc"]));
        assert_ne!(mac, keys.mac(Purpose::Refresh, &[b"ab", b"c"]));
    }
}
