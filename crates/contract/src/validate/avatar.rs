//! Pictures of members.

use super::Violation;

/// Largest picture of a member, in bytes before encoding.
pub const MAX_AVATAR_BYTES: usize = 64 * 1024;

/// A member's picture as a `data:` URL: PNG, JPEG or WebP by its own first bytes, at most [`MAX_AVATAR_BYTES`].
///
/// # Errors
/// The rule that `url` breaks.
pub fn avatar(url: &str) -> Result<(), Violation> {
    let (kind, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or(Violation::Picture)?;
    let unpadded = data.trim_end_matches('=');
    let padding = data.len() - unpadded.len();
    let is_base64 =
        data.len().is_multiple_of(4) && padding <= 2 && unpadded.bytes().all(|b| base64_value(b).is_some());
    if !is_base64 {
        return Err(Violation::Picture);
    }
    if unpadded.len() * 3 / 4 > MAX_AVATAR_BYTES {
        return Err(Violation::FileTooLarge(MAX_AVATAR_BYTES / 1024));
    }
    let start = base64_start(unpadded);
    let fits = match kind {
        "image/png" => start.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => start.starts_with(b"\xff\xd8\xff"),
        "image/webp" => start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP"),
        _ => false,
    };
    if fits { Ok(()) } else { Err(Violation::Picture) }
}

/// The first twelve bytes: enough to tell a picture's format.
fn base64_start(data: &str) -> Vec<u8> {
    data.as_bytes()
        .chunks_exact(4)
        .take(4)
        .flat_map(|chunk| {
            let bits = chunk
                .iter()
                .fold(0_u32, |bits, b| bits << 6 | base64_value(*b).unwrap_or(0));
            let [_, bytes @ ..] = bits.to_be_bytes();
            bytes
        })
        .collect()
}

const fn base64_value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_what_they_say() {
        let url = |kind: &str, data: &str| format!("data:{kind};base64,{data}");
        // The first bytes of each format, padded to sixteen letters.
        let (png, jpeg, webp) = ("iVBORw0KGgoAAAAA", "/9j/4AAQSkZJRgAB", "UklGRgAAAABXRUJQ");
        assert_eq!(avatar(&url("image/png", png)), Ok(()));
        assert_eq!(avatar(&url("image/jpeg", jpeg)), Ok(()));
        assert_eq!(avatar(&url("image/webp", webp)), Ok(()));
        for bad in [
            url("image/png", jpeg),
            url("image/svg+xml", "PHN2ZyB4bWxucz0i"),
            url("image/png", "PHN2ZyB4bWxucz0i"),
            url("image/png", "iVBORw0KGgoAAAA"),
            url("image/png", "iVBORw0KGgoAAA\n="),
            url("text/html", png),
            "https://example.com/picture.png".to_owned(),
            String::new(),
        ] {
            assert_eq!(avatar(&bad), Err(Violation::Picture), "{bad}");
        }
        let padded = |bytes: usize| format!("{png}{}", "AAAA".repeat((bytes - 12) / 3));
        assert_eq!(avatar(&url("image/png", &padded(MAX_AVATAR_BYTES))), Ok(()));
        assert_eq!(
            avatar(&url("image/png", &padded(MAX_AVATAR_BYTES + 3))),
            Err(Violation::FileTooLarge(64))
        );
    }
}
