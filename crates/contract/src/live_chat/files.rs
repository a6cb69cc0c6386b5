//! Files that are sent with messages: bounds, names, and which of them are shown as pictures.

/// Most files in one message.
pub const MAX_ATTACHMENTS: usize = 10;
/// Most bytes in one file.
pub const MAX_ATTACHMENT_BYTES: u64 = 10 * 1024 * 1024;
/// Most characters in a file's name; what is longer loses its middle, never its ending.
pub const MAX_FILE_NAME_CHARS: usize = 120;
/// Media types that are shown as pictures. The server gives them to nothing whose size in pixels it could not read.
pub const PICTURES: [&str; 4] = ["image/gif", "image/jpeg", "image/png", "image/webp"];

/// Whether a file of this media type is shown as a picture.
#[must_use]
pub fn is_picture(media_type: &str) -> bool {
    PICTURES.contains(&media_type)
}

/// A file's name as everybody sees it: without folders, on one line, with nothing invisible or turned around in it, so that
/// `gpj.exe` cannot be read as `exe.jpg`. Never empty.
#[must_use]
pub fn file_name(given: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name: String = base
        .chars()
        .map(|c| if c.is_control() || is_invisible(c) { '_' } else { c })
        .collect();
    // Windows leaves these out at the end, so that what follows would be another ending.
    name.truncate(name.trim_end_matches([' ', '.']).len());
    let name = name.trim_start();
    if name.chars().all(|c| c == '_' || c == '.' || c.is_whitespace()) {
        return "file".to_owned();
    }
    shortened(name)
}

fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= MAX_FILE_NAME_CHARS {
        return name.to_owned();
    }
    const ENDING: usize = 20;
    let start = name.chars().take(MAX_FILE_NAME_CHARS - ENDING - 1);
    let ending = name.chars().skip(count - ENDING);
    start.chain(['…']).chain(ending).collect()
}

/// Characters that show nothing themselves, or make what is around them read as something else.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_without_folders_or_tricks() {
        let cases = [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\plan.pdf", "plan.pdf"),
            ("invoice\u{202e}gpj.exe", "invoice_gpj.exe"),
            ("a\r\nSet-Cookie: x=1.txt", "a__Set-Cookie: x=1.txt"),
            ("photo.jpg.exe", "photo.jpg.exe"),
            ("tricky.exe. . .", "tricky.exe"),
            ("  رسم.png", "رسم.png"),
            ("z\u{200b}ero.txt", "z_ero.txt"),
            ("", "file"),
            ("..", "file"),
            ("\u{202e}\u{202e}", "file"),
            ("folder/", "file"),
        ];
        for (given, wanted) in cases {
            assert_eq!(file_name(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = file_name(&format!("{}.tar.gz", "é".repeat(500)));
        assert_eq!(name.chars().count(), MAX_FILE_NAME_CHARS);
        assert!(name.ends_with(".tar.gz"), "{name}");
        assert_eq!(file_name(&name), name, "cleaning twice changes nothing");
    }
}
