//! The second factor: time-based codes (RFC 6238: SHA-1, six digits, 30 seconds, which is what authenticator apps take)
//! and recovery codes. Pure: time and randomness come in as arguments.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use qrcode::{EcLevel, QrCode};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate::{RECOVERY_CODE_CHARS, typed_code};
use url::form_urlencoded;

use crate::problem::{ApiError, ApiResult};

/// Bytes of a secret: the length of SHA-1's output, as RFC 4226 asks.
pub const SECRET_BYTES: usize = 20;
/// Recovery codes that a member gets.
pub const RECOVERY_CODES: usize = 10;
/// Random bytes of a recovery code: 80 bits, so that its plain hash cannot be searched.
pub const RECOVERY_BYTES: usize = 10;

/// How long a code holds, in milliseconds.
const STEP_MS: i64 = 30_000;
/// Codes of this many steps before and after are taken too: clocks differ, and people type slowly.
const WINDOW: i64 = 1;
/// What authenticator apps show above the code.
const ISSUER: &str = "Switchboard";

/// Base 32 of RFC 4648: what authenticator apps take.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Base 32 without letters that read as digits (Crockford's), for codes that people copy from paper.
const READABLE: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of a recovery code between hyphens.
const GROUP: usize = 4;

/// What server and authenticator share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// From random bytes.
    #[must_use]
    pub const fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(random)
    }

    /// As stored and typed.
    #[must_use]
    pub fn to_base32(&self) -> String {
        letters(&self.0, BASE32)
    }

    /// What [`Secret::to_base32`] wrote; none for anything else.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        bytes(text, BASE32)?.try_into().ok().map(Self)
    }

    /// The step of the code that `typed` is, when it holds at `now` and is of a later step than `last_step`: the caller
    /// stores it, so that no code works twice. Takes as long whichever step fits.
    #[must_use]
    pub fn accept(&self, typed: &str, now: Timestamp, last_step: Option<i64>) -> Option<i64> {
        let typed = typed_code(typed);
        let current = now.as_millis().div_euclid(STEP_MS);
        (current - WINDOW..=current + WINDOW)
            .map(|step| {
                let fits = bool::from(self.code(step).as_bytes().ct_eq(typed.as_bytes()));
                (step, fits)
            })
            .fold(None, |found, (step, fits)| {
                let fresh = last_step.is_none_or(|last| step > last);
                if fits && fresh { Some(step) } else { found }
            })
    }

    /// The code of a step, counted from 1970 in steps of 30 s.
    #[must_use]
    pub fn code(&self, step: i64) -> String {
        format!("{:06}", hotp(&self.0, step) % 1_000_000)
    }

    /// The code that an authenticator shows at `now`.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code(now.as_millis().div_euclid(STEP_MS))
    }

    /// `otpauth://totp/…`, which authenticator apps open or scan; `email` tells two accounts apart there.
    #[must_use]
    pub fn uri(&self, email: &str) -> String {
        let escape = |text: &str| {
            // A space in a label must be `%20`: some apps show a `+` as it is.
            form_urlencoded::byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        format!(
            "otpauth://totp/{ISSUER}:{}?secret={}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30",
            escape(email),
            self.to_base32()
        )
    }
}

/// RFC 4226's truncation, before the digits are cut.
fn hotp(key: &[u8], counter: i64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of every length")
    };
    mac.update(&counter.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]) & 0x7fff_ffff
}

/// `text` as a QR code: rows of `1` (dark) and `0`, without a quiet zone.
///
/// # Errors
/// When `text` is longer than a QR code holds; addresses are not.
pub fn qr_rows(text: &str) -> ApiResult<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(ApiError::internal)?;
    let modules: Vec<char> = code
        .to_colors()
        .into_iter()
        .map(|color| color.select('1', '0'))
        .collect();
    Ok(modules
        .chunks(code.width())
        .map(|row| row.iter().collect())
        .collect())
}

/// A recovery code, such as `k7dm-2r9x-pqwt-h04c`.
#[must_use]
pub fn recovery_code(random: [u8; RECOVERY_BYTES]) -> String {
    let code = letters(&random, READABLE);
    let groups: Vec<&str> = (0..code.len())
        .step_by(GROUP)
        .map(|at| &code[at..at + GROUP])
        .collect();
    groups.join("-")
}

/// The form of a typed recovery code whose hash is stored: without hyphens, lower case, look-alikes read as digits. None for
/// what cannot be a recovery code.
#[must_use]
pub fn normal_recovery_code(typed: &str) -> Option<String> {
    let code: String = typed_code(typed)
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        })
        .collect();
    let fits = code.len() == RECOVERY_CODE_CHARS && code.bytes().all(|b| READABLE.contains(&b));
    fits.then_some(code)
}

/// Whole bytes in letters of five bits; both lengths used here leave no remainder.
fn letters(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    bytes
        .chunks(5)
        .flat_map(|chunk| {
            let bits = chunk
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            (0..8).rev().map(move |at| (bits >> (at * 5)) & 31)
        })
        .filter_map(|index| alphabet.get(usize::try_from(index).ok()?))
        .map(|letter| char::from(*letter))
        .collect()
}

fn bytes(text: &str, alphabet: &[u8; 32]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(8) {
        return None;
    }
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(8) {
        let mut bits = 0_u64;
        for letter in chunk {
            let value = alphabet.iter().position(|known| known == letter)?;
            bits = bits << 5 | u64::try_from(value).ok()?;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn rfc() -> Secret {
        Secret::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // Appendix B of RFC 6238 lists eight digits; six are their end.
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(rfc().code_at(at(seconds)), code[2..], "{seconds}");
        }
        // Appendix D of RFC 4226: the same secret, counted.
        let counted: Vec<String> = (0..4).map(|step| rfc().code(step)).collect();
        assert_eq!(counted, ["755224", "287082", "359152", "969429"]);
    }

    #[test]
    fn neighbours_are_taken_and_no_code_twice() {
        let now = at(3_000);
        let step = 100;
        for (offset, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = rfc().code(step + offset);
            assert_eq!(
                rfc().accept(&code, now, None),
                taken.then_some(step + offset),
                "{offset}"
            );
        }
        let code = rfc().code(step);
        assert_eq!(rfc().accept(&code, now, Some(step - 1)), Some(step));
        assert_eq!(rfc().accept(&code, now, Some(step)), None, "used before");
        assert_eq!(
            rfc().accept(&rfc().code(step - 1), now, Some(step)),
            None,
            "older than one used"
        );
        assert_eq!(
            rfc().accept(&format!("{} {}", &code[..3], &code[3..]), now, None),
            Some(step)
        );
        assert_eq!(rfc().accept("", now, None), None);
        assert_eq!(rfc().accept("94287082", at(59), None), None, "eight digits");
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        assert_eq!(rfc().to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(Secret::from_base32(&rfc().to_base32()), Some(rfc()));
        for bad in [
            "",
            "GEZDGNBV",
            "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
        ] {
            assert_eq!(Secret::from_base32(bad), None, "{bad}");
        }
        assert_eq!(
            rfc().uri("jane doe+x@harbour.example"),
            "otpauth://totp/Switchboard:jane%20doe%2Bx%40harbour.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Switchboard&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", rfc()), "Secret");
    }

    #[test]
    fn qr_codes_are_square_and_have_their_three_corners() {
        let rows = qr_rows(&rfc().uri(&format!("{}@harbour.example", "a".repeat(238)))).expect("fits");
        assert!(rows.iter().all(|row| row.len() == rows.len()));
        let finder = "1111111";
        assert!(rows[0].starts_with(finder) && rows[0].ends_with(finder));
        assert!(rows[rows.len() - 1].starts_with(finder));
    }

    #[test]
    fn recovery_codes_are_readable() {
        assert_eq!(recovery_code([0; RECOVERY_BYTES]), "0000-0000-0000-0000");
        assert_eq!(recovery_code([0xff; RECOVERY_BYTES]), "zzzz-zzzz-zzzz-zzzz");
        let code = recovery_code([7, 99, 200, 13, 5, 81, 164, 33, 250, 9]);
        let normal = normal_recovery_code(&code).expect("one of its own");
        assert_eq!(
            normal_recovery_code(&code.to_uppercase().replace('-', " ")),
            Some(normal)
        );
        assert_eq!(
            normal_recovery_code("OoIi-lL00-0000-0000"),
            Some("0011110000000000".to_owned())
        );
        for bad in ["", "123456", "uuuu-uuuu-uuuu-uuuu", "0000-0000-0000-000é"] {
            assert_eq!(normal_recovery_code(bad), None, "{bad}");
        }
    }
}
