//! Just enough reading of Rust to look at code without its comments, and at its string literals.

/// A string literal and the line that it starts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// What stands between the quotes, escapes as written.
    pub text: String,
    /// Counted from 1.
    pub line: usize,
    /// The code just before it, up to a few dozen characters.
    pub before: String,
}

/// The code with comments blanked out, line numbers kept; and its string literals.
pub fn read(source: &str) -> (String, Vec<Literal>) {
    let mut code = String::with_capacity(source.len());
    let mut literals = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(next) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = &rest[end..];
            continue;
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            code.extend(rest[..end].chars().filter(|c| *c == '\n'));
            line += rest[..end].matches('\n').count();
            rest = &rest[end..];
            continue;
        } else if let Some((open, close)) = string_start(rest, &code) {
            let end = open + string_end(&rest[open..], &close);
            let text = rest[open..end].to_owned();
            literals.push(Literal {
                text,
                line,
                before: tail(&code),
            });
            (end + close.len()).min(rest.len())
        } else if let Some(length) = character(rest) {
            length
        } else {
            next.len_utf8()
        };
        code.push_str(&rest[..length]);
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    (code, literals)
}

/// Where the text of a string begins and what ends it, when one begins here.
fn string_start(rest: &str, before: &str) -> Option<(usize, String)> {
    if rest.starts_with('"') {
        return Some((1, "\"".to_owned()));
    }
    let after_name = before
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '_');
    let raw = rest
        .strip_prefix('r')
        .filter(|_| !after_name || before.ends_with('b'))?;
    let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
    raw[hashes..]
        .starts_with('"')
        .then(|| (hashes + 2, format!("\"{}", "#".repeat(hashes))))
}

fn string_end(text: &str, close: &str) -> usize {
    if close.len() > 1 {
        return text.find(close).unwrap_or(text.len());
    }
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal, so that `'"'` opens no string; a lifetime has none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let length = if first == '\\' {
        1 + inner[1..].chars().next()?.len_utf8()
    } else {
        first.len_utf8()
    };
    let close = inner[length..]
        .find('\'')
        .filter(|at| first == '\\' || *at == 0)?;
    (close <= 8).then_some(1 + length + close + 1)
}

fn tail(code: &str) -> String {
    let start = code.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    code[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_comments_out_and_keeps_lines() {
        let (code, literals) = read("a // \"no\"\n/* \"no\n*/ b(\"yes // text\")");
        assert_eq!(code, "a \n\n b(\"yes // text\")");
        assert_eq!(literals.len(), 1);
        assert_eq!((literals[0].text.as_str(), literals[0].line), ("yes // text", 3));
        assert!(literals[0].before.ends_with("b("));
    }

    #[test]
    fn reads_escapes_raw_strings_and_characters() {
        let (_, literals) = read(r###"f('"', "a\"b", r#"c"d"#, 'x', &'a str, '\'', "e")"###);
        let texts: Vec<&str> = literals.iter().map(|literal| literal.text.as_str()).collect();
        assert_eq!(texts, ["a\\\"b", "c\"d", "e"]);
    }
}
