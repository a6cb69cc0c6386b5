//! The refresh cookie: what is in it and how it travels (`protocol.md` *Auth*). Tokens are derived from the server's key,
//! the sign-in and a number, so the database holds none of them.

use axum::http::{HeaderMap, HeaderValue, header};
use subtle::ConstantTimeEq;
use switchboard_contract::ids::SessionId;
use uuid::Uuid;

use super::keys::{self, Keys, Purpose};
use crate::config::Config;
use crate::problem::{ApiError, ApiResult};

/// The cookie's name where the connection is encrypted; browsers tie it to this very host.
const SECURE_NAME: &str = "__Host-switchboard-refresh";
/// Its name on plain loopback addresses, where browsers refuse the prefix.
const PLAIN_NAME: &str = "switchboard-refresh";

const CLAIMS_BYTES: usize = 16 + 4;
const TOKEN_BYTES: usize = CLAIMS_BYTES + keys::BYTES;

/// What a refresh token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The sign-in: the family.
    pub session_id: SessionId,
    /// The token's number in it.
    pub generation: u32,
}

impl RefreshToken {
    /// The token's text.
    fn sign(self, keys: &Keys) -> String {
        let claims = self.claims();
        let mut token = claims.to_vec();
        token.extend(keys.mac(Purpose::Refresh, &[&claims]));
        keys::encode(&token)
    }

    /// What `text` names; none unless its MAC is right.
    fn verify(text: &str, keys: &Keys) -> Option<Self> {
        let token: [u8; TOKEN_BYTES] = keys::decode(text)?;
        let (claims, mac) = token.split_at(CLAIMS_BYTES);
        if !bool::from(keys.mac(Purpose::Refresh, &[claims]).ct_eq(mac)) {
            return None;
        }
        let (session, generation) = claims.split_at(16);
        Some(Self {
            session_id: SessionId::from_uuid(Uuid::from_slice(session).ok()?),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }

    fn claims(self) -> [u8; CLAIMS_BYTES] {
        let mut claims = [0; CLAIMS_BYTES];
        claims[..16].copy_from_slice(self.session_id.as_uuid().as_bytes());
        claims[16..].copy_from_slice(&self.generation.to_be_bytes());
        claims
    }
}

/// How long the browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Until it closes.
    UntilClosed,
    /// This many seconds.
    Seconds(i64),
}

/// The header that hands out `token`.
///
/// # Errors
/// Never in practice: the value is plain ASCII.
pub fn set(config: &Config, keys: &Keys, token: RefreshToken, keep: Keep) -> ApiResult<HeaderValue> {
    cookie(config, &token.sign(keys), keep)
}

/// The header that takes the cookie away.
///
/// # Errors
/// Never in practice: the value is plain ASCII.
pub fn clear(config: &Config) -> ApiResult<HeaderValue> {
    cookie(config, "", Keep::Seconds(0))
}

/// The token in the request's cookie; none when it is missing or not this server's.
#[must_use]
pub fn read(config: &Config, keys: &Keys, headers: &HeaderMap) -> Option<RefreshToken> {
    let name = name(config);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .find_map(|(_, value)| RefreshToken::verify(value, keys))
}

fn name(config: &Config) -> &'static str {
    if config.is_https() {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

fn cookie(config: &Config, value: &str, keep: Keep) -> ApiResult<HeaderValue> {
    let mut text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict", name(config));
    if config.is_https() {
        text.push_str("; Secure");
    }
    if let Keep::Seconds(seconds) = keep {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    let mut header = HeaderValue::from_str(&text).map_err(ApiError::internal)?;
    header.set_sensitive(true);
    Ok(header)
}
