//! What in a text is an address. By type: `http`, `https`, `mailto`; whatever else looks like one stays text.

use std::ops::Range;

/// How the text of a link becomes an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is one, with its scheme.
    Whole,
    /// The name of a website without a scheme.
    Bare,
    /// A mail address.
    Mail,
}

/// The longest local part of a mail address (RFC 5321, 4.5.3.1.1), in bytes.
const LOCAL: usize = 64;
/// The longest name of a host (RFC 1035, 2.3.4), in bytes.
const HOST: usize = 253;

/// Whether a link begins at `at`, and how many bytes are settled by that: those of the link, or of what only looks like one.
pub(super) fn at(text: &str, start: usize, at: usize, end: usize) -> (usize, Option<Link>) {
    let rest = &text[at..end];
    let begins = |prefix: &str| {
        rest.as_bytes()
            .get(..prefix.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let (prefix, link) = if begins("https://") {
        (8, Link::Whole)
    } else if begins("http://") {
        (7, Link::Whole)
    } else if begins("www.") {
        (4, Link::Bare)
    } else if begins("mailto:") {
        let sign = rest.bytes().take(7 + LOCAL + 1).position(|byte| byte == b'@');
        let range = sign.and_then(|sign| mail(text, at + 7, at + sign, end));
        return match range.filter(|range| range.start == at + 7 && is_word_start(text, start, at)) {
            Some(range) => (range.end - at, Some(Link::Whole)),
            None => (1, None),
        };
    } else {
        return (1, None);
    };
    if !is_word_start(text, start, at) {
        return (1, None);
    }
    let whole = rest.find(ends_link).unwrap_or(rest.len());
    let length = without_tail(&rest[..whole]);
    if length > prefix && is_authority(&rest[prefix..length]) {
        (length, Some(link))
    } else {
        (whole.max(1), None)
    }
}

/// The mail address around the `@` at `at`, where it is one. It does not reach back further than `start`.
pub(super) fn mail(text: &str, start: usize, at: usize, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let local = bytes[start..at]
        .iter()
        .rev()
        .take(LOCAL + 1)
        .take_while(|byte| is_local(byte))
        .count();
    let from = at - local;
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let mut host = bytes[at + 1..end]
        .iter()
        .take(HOST + 1)
        .take_while(|byte| is_host(byte))
        .count();
    while host > 0 && matches!(bytes[at + host], b'.' | b'-') {
        host -= 1;
    }
    let name = &text[at + 1..at + 1 + host];
    let top = name.rsplit_once('.').map_or("", |(_, top)| top);
    let goes_on = |c: char| c.is_alphanumeric() || c == '@';
    let stands_alone = text[start..from].chars().next_back().is_none_or(|c| !goes_on(c))
        && text[at + 1 + host..end]
            .chars()
            .next()
            .is_none_or(|c| !goes_on(c));
    let is_address = (1..=LOCAL).contains(&local)
        && host <= HOST
        && bytes[from] != b'.'
        && bytes[at - 1] != b'.'
        && top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && name.split('.').all(|label| !label.is_empty());
    (is_address && stands_alone).then_some(from..at + 1 + host)
}

fn is_word_start(text: &str, start: usize, at: usize) -> bool {
    text[start..at]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '@' | '/' | '.' | '-'))
}

/// What stands in no address: spaces, controls, quotes, and what changes the direction of a text or is not seen.
fn ends_link(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '<' | '>' | '"' | '`' | '\\' | '{' | '}' | '|' | '^' | '“' | '”' | '„' | '«' | '»'
                | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
        )
}

/// How long an address is without what ends the sentence that it stands in.
fn without_tail(link: &str) -> usize {
    let count = |sign: char| link.chars().filter(|c| *c == sign).count();
    let (mut round, mut square) = (
        count(')').saturating_sub(count('(')),
        count(']').saturating_sub(count('[')),
    );
    let mut length = link.len();
    for c in link.chars().rev() {
        match c {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '*' | '_' | '~' | '。' | '，' | '、' => {}
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            _ => break,
        }
        length -= c.len_utf8();
    }
    length
}

/// Whether what follows the scheme begins with the name of a host, and a port perhaps. Not with somebody's name before it:
/// that makes an address look like another one's.
fn is_authority(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[') {
        Some(six) => {
            let Some((host, port)) = six.split_once(']') else {
                return false;
            };
            if !host.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
                return false;
            }
            (host, port)
        }
        None => {
            let host = authority.split(':').next().unwrap_or_default();
            if !host
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            {
                return false;
            }
            (host, &authority[host.len()..])
        }
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_port
        && host
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == ':')
        && !host.contains("..")
}
