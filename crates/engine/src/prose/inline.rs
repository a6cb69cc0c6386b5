//! One line: emphasis, code and links.

use std::ops::Range;

use super::links::{self, Link};
use super::{Span, Style};

enum Token {
    Text,
    /// May begin or end emphasis: which mark, and whether it may begin and end it.
    Mark {
        which: usize,
        opens: bool,
        closes: bool,
    },
    /// A mark that says what it should.
    Toggle(usize),
    /// Backticks around code.
    Ticks,
    Code,
    Link(Link),
}

/// `*`, `**`, `_`, `__`.
const MARKS: usize = 4;

/// Reads a line and adds what it says to `spans`.
pub(super) fn read<'a>(text: &'a str, line: Range<usize>, spans: &mut Vec<Span<'a>>) {
    let mut tokens = tokens(text, line);
    pair(&mut tokens);
    let mut on = [false; MARKS];
    for (token, range) in tokens {
        let style = Style {
            italic: on[0] || on[2],
            bold: on[1] || on[3],
            code: false,
        };
        match token {
            Token::Text | Token::Mark { .. } => push(spans, text, range, style, None),
            Token::Toggle(which) => on[which] = !on[which],
            Token::Ticks => {}
            Token::Code => push(spans, text, range, Style { code: true, ..style }, None),
            Token::Link(link) => push(spans, text, range, style, Some(link)),
        }
    }
}

/// Adds a piece; one that goes on with the last one becomes part of it.
pub(super) fn push<'a>(
    spans: &mut Vec<Span<'a>>,
    text: &'a str,
    range: Range<usize>,
    style: Style,
    link: Option<Link>,
) {
    if range.is_empty() {
        return;
    }
    if let Some(last) = spans.last_mut()
        && (last.style, last.link, link) == (style, None, None)
    {
        let start = last.text.as_ptr() as usize - text.as_ptr() as usize;
        if start + last.text.len() == range.start {
            last.text = &text[start..range.end];
            return;
        }
    }
    let text = &text[range];
    spans.push(Span { text, style, link });
}

fn tokens(text: &str, line: Range<usize>) -> Vec<(Token, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    // Where what is not told yet begins.
    let mut open = line.start;
    let mut at = line.start;
    // No more runs of so many backticks stand in the line.
    let mut no_ticks = [false; 4];
    while at < line.end {
        let byte = bytes[at];
        let found = match byte {
            b'*' | b'_' => {
                let length = run(bytes, at..line.end);
                let range = at..at + length;
                let mark = (length <= 2).then(|| {
                    let before = text[line.start..at].chars().next_back();
                    let after = text[range.end..line.end].chars().next();
                    Token::Mark {
                        which: usize::from(byte == b'_') * 2 + length - 1,
                        opens: after.is_some_and(|c| !c.is_whitespace())
                            && before.is_none_or(|c| !c.is_alphanumeric()),
                        closes: before.is_some_and(|c| !c.is_whitespace())
                            && after.is_none_or(|c| !c.is_alphanumeric()),
                    }
                });
                (range, mark, None)
            }
            b'`' => {
                let length = run(bytes, at..line.end);
                let inner = at + length;
                let end = no_ticks.get(length).copied().filter(|none| !none).and_then(|_| {
                    let end = run_of(bytes, inner..line.end, length).filter(|end| *end > inner);
                    no_ticks[length] = end.is_none();
                    end
                });
                (at..inner, end.map(|_| Token::Ticks), end)
            }
            b'h' | b'H' | b'm' | b'M' | b'w' | b'W' => {
                let (length, link) = links::at(text, line.start, at, line.end);
                (at..at + length, link.map(Token::Link), None)
            }
            b'@' => match links::mail(text, open, at, line.end) {
                Some(range) => (range, Some(Token::Link(Link::Mail)), None),
                None => (at..at + 1, None, None),
            },
            _ => (at..at + 1, None, None),
        };
        let (range, token, code) = found;
        at = range.end;
        let Some(token) = token else { continue };
        tokens.push((Token::Text, open..range.start));
        tokens.push((token, range.clone()));
        if let Some(end) = code {
            let after = end + range.len();
            tokens.push((Token::Code, range.end..end));
            tokens.push((Token::Ticks, end..after));
            at = after;
        }
        open = at;
    }
    tokens.push((Token::Text, open..line.end));
    tokens
}

/// How many of the byte at the start of `range` stand there.
fn run(bytes: &[u8], range: Range<usize>) -> usize {
    let first = bytes[range.start];
    bytes[range].iter().take_while(|byte| **byte == first).count()
}

/// Where exactly `length` backticks stand next to each other.
fn run_of(bytes: &[u8], range: Range<usize>, length: usize) -> Option<usize> {
    let mut at = range.start;
    while at < range.end {
        if bytes[at] != b'`' {
            at += 1;
            continue;
        }
        let found = run(bytes, at..range.end);
        if found == length {
            return Some(at);
        }
        at += found;
    }
    None
}

/// Each mark that may end emphasis ends what the last one of its kind began; all others are text.
fn pair(tokens: &mut [(Token, Range<usize>)]) {
    let mut begun: [Option<usize>; MARKS] = [None; MARKS];
    for place in 0..tokens.len() {
        let Token::Mark { which, opens, closes } = tokens[place].0 else {
            continue;
        };
        match begun[which].filter(|_| closes) {
            Some(from) => {
                begun[which] = None;
                tokens[from].0 = Token::Toggle(which);
                tokens[place].0 = Token::Toggle(which);
            }
            None if opens => begun[which] = Some(place),
            None => {}
        }
    }
}
