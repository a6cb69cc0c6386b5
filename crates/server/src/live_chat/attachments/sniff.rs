//! What a file is, by its content: a small table of beginnings. What browsers could run is never told as what it is.

use switchboard_contract::live_chat::is_picture;

/// The media type of everything that is not known, or better not told.
pub const ANYTHING: &str = "application/octet-stream";
/// A picture with more pixels than this is none: showing it would take more memory than a device has.
const MAX_PIXELS: u64 = 100_000_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its media type.
    pub media_type: &'static str,
    /// Width and height of a picture, in pixels.
    pub pixels: Option<(u32, u32)>,
}

impl Kind {
    const fn of(media_type: &'static str) -> Self {
        Self {
            media_type,
            pixels: None,
        }
    }
}

/// Beginnings of files, each with where it stands.
const BEGINNINGS: [(usize, &[u8], &str); 16] = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
];

/// What a file with this content is.
#[must_use]
pub fn kind(bytes: &[u8]) -> Kind {
    let known = BEGINNINGS
        .iter()
        .find(|(at, beginning, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(beginning)))
        .map(|(.., media_type)| *media_type);
    match known {
        Some("image/webp" | "audio/wav") if !bytes.starts_with(b"RIFF") => Kind::of(ANYTHING),
        Some(media_type) if is_picture(media_type) => match pixels(media_type, bytes) {
            Some(pixels) if may_be_shown(pixels) => Kind {
                media_type,
                pixels: Some(pixels),
            },
            _ => Kind::of(ANYTHING),
        },
        Some(media_type) => Kind::of(media_type),
        None if is_plain_text(bytes) => Kind::of("text/plain"),
        None => Kind::of(ANYTHING),
    }
}

fn may_be_shown((width, height): (u32, u32)) -> bool {
    width > 0 && height > 0 && u64::from(width) * u64::from(height) <= MAX_PIXELS
}

/// A picture's size, from its header; none where that is not whole.
fn pixels(media_type: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    match media_type {
        "image/png" => {
            let header = bytes.get(12..24)?.strip_prefix(b"IHDR")?;
            Some((big(header.get(..4)?), big(header.get(4..8)?)))
        }
        "image/gif" => Some((little(bytes.get(6..8)?), little(bytes.get(8..10)?))),
        "image/jpeg" => jpeg_pixels(bytes),
        "image/webp" => webp_pixels(bytes.get(12..)?),
        _ => None,
    }
}

fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
}

fn little(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
}

/// The first frame header (ITU T.81, B.2.2) among a JPEG's segments.
fn jpeg_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        // Any number of fill bytes stands before a marker.
        while bytes.get(at)? == &0xff && bytes.get(at + 1)? == &0xff {
            at += 1;
        }
        let (0xff, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else {
            return None;
        };
        let length = usize::try_from(big(bytes.get(at + 2..at + 4)?)).ok()?;
        match marker {
            // Tables and lossless frames share the range with the frames that browsers show.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let height = big(bytes.get(at + 5..at + 7)?);
                return Some((big(bytes.get(at + 7..at + 9)?), height));
            }
            // The picture begins, or ends, without a frame.
            0xd8..=0xda => return None,
            _ if length < 2 => return None,
            _ => at += 2 + length,
        }
    }
}

/// The size in the first chunk of a WebP (RFC 9649).
fn webp_pixels(chunk: &[u8]) -> Option<(u32, u32)> {
    let body = chunk.get(8..)?;
    match chunk.get(..4)? {
        b"VP8X" => Some((little(body.get(4..7)?) + 1, little(body.get(7..10)?) + 1)),
        b"VP8L" => {
            let packed = little(body.strip_prefix(b"\x2f")?.get(..4)?);
            Some(((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1))
        }
        b"VP8 " => {
            let size = body.get(3..10)?.strip_prefix(b"\x9d\x01\x2a")?;
            Some((little(&size[..2]) & 0x3fff, little(&size[2..4]) & 0x3fff))
        }
        _ => None,
    }
}

/// Text that holds no markup near its beginning and is no script: browsers once took such files for pages.
fn is_plain_text(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 4_096;
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let controls = text.chars().any(|c| c.is_control() && !"\t\r\n\u{c}".contains(c));
    let begins: String = text
        .chars()
        .take(LOOKED_AT)
        .collect::<String>()
        .to_ascii_lowercase();
    let marked_up = ["<!", "<?", "<script", "<svg", "<html", "<body", "<iframe", "<img"];
    !controls
        && !begins.starts_with('<')
        && !begins.starts_with("#!")
        && !marked_up.iter().any(|tag| begins.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xf0\x08\x06\0\0\0";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\xf0\x01\x40\x03";

    fn sniffed(bytes: &[u8]) -> (&'static str, Option<(u32, u32)>) {
        let kind = kind(bytes);
        (kind.media_type, kind.pixels)
    }

    #[test]
    fn pictures_tell_their_size() {
        let size = Some((320, 240));
        assert_eq!(sniffed(PNG), ("image/png", size));
        assert_eq!(sniffed(JPEG), ("image/jpeg", size));
        assert_eq!(sniffed(b"GIF89a\x40\x01\xf0\0\0\0\0"), ("image/gif", size));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0";
        assert_eq!(sniffed(extended), ("image/webp", size));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\x3f\xc1\x3b\0";
        assert_eq!(sniffed(lossless), ("image/webp", size));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\0";
        assert_eq!(sniffed(lossy), ("image/webp", size));
    }

    #[test]
    fn a_picture_that_cannot_be_measured_is_none() {
        for cut in 0..24 {
            assert_ne!(sniffed(&PNG[..cut]).0, "image/png", "{cut}");
        }
        for cut in 0..JPEG.len() {
            let (media_type, pixels) = sniffed(&JPEG[..cut]);
            assert_eq!(media_type == "image/jpeg", pixels.is_some(), "{cut}");
        }
        let nothing = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0";
        let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0";
        for refused in [nothing.as_slice(), bomb] {
            assert_eq!(sniffed(refused), (ANYTHING, None));
        }
    }

    #[test]
    fn what_could_run_is_never_told_as_such() {
        let hostile: [&[u8]; 10] = [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><svg/>",
            b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>",
            b"hello <script>alert(1)</script>",
            b"#!/bin/sh\nrm -rf /",
            b"MZ\x90\0\x03",
            b"\x7fELF",
            b"",
            b"\0\0\0\0",
            b"caf\xe9",
        ];
        for bytes in hostile {
            let told = sniffed(bytes).0;
            assert!(
                told == ANYTHING || bytes.is_empty() && told == "text/plain",
                "{told}"
            );
        }
    }

    #[test]
    fn other_files_are_known_by_their_beginning() {
        let cases: [(&[u8], &str); 7] = [
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (b"\0\0\0\x20ftypisom", "video/mp4"),
            (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
            (b"xxxx\0\0\0\0WAVEfmt ", ANYTHING),
            ("Grüße, 1 < 2\r\n\tund mehr".as_bytes(), "text/plain"),
            (b"a,b\n1,2\n", "text/plain"),
        ];
        for (bytes, wanted) in cases {
            assert_eq!(sniffed(bytes).0, wanted);
        }
    }
}
