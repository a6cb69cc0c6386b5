//! The text of a message as people mean it: links, emphasis, code, lists and quotes. It stays text: whoever draws it makes
//! nodes of what is told here, never markup.
//!
//! Nothing nests but emphasis, which is told piece by piece, so that no text can make this go deep, and every character is
//! looked at a bounded number of times. What is no mark is kept as it is.

mod inline;
mod links;

pub use links::Link;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines as they were typed.
    Text,
    /// Lines of code.
    Code,
    /// Lines that repeat what somebody said.
    Quote,
    /// An entry of a list.
    Bullet,
    /// An entry of a list with its number.
    Numbered(u32),
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What they are.
    pub kind: Kind,
    /// Their text, in order. A line break is `\n`.
    pub spans: Vec<Span<'a>>,
}

/// How a piece of text is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Between `**`.
    pub bold: bool,
    /// Between `*` or `_`.
    pub italic: bool,
    /// Between backticks.
    pub code: bool,
}

/// A piece of text that looks the same throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// The text, as typed.
    pub text: &'a str,
    /// How it is set.
    pub style: Style,
    /// Where it leads.
    pub link: Option<Link>,
}

impl Span<'_> {
    /// The address that it leads to: `http`, `https` or `mailto` and nothing else.
    #[must_use]
    pub fn href(&self) -> Option<String> {
        let prefix = match self.link? {
            Link::Whole => "",
            Link::Bare => "https://",
            Link::Mail => "mailto:",
        };
        let mut href = String::from(prefix);
        href.push_str(self.text);
        Some(href)
    }
}

/// What begins a block of code, and ends it.
const FENCE: &str = "```";
/// The name of a language behind [`FENCE`] is no longer than this, in bytes.
const LANGUAGE: usize = 16;

/// Reads a text. Blocks come in its order; between them one line break is left out.
#[must_use]
pub fn parse(text: &str) -> Vec<Block<'_>> {
    let last_fence = last_fence(text);
    let mut blocks: Vec<Block> = Vec::new();
    let mut rest = 0;
    // Where the line break before a line begins, for those that go on with the block before them.
    let mut joint = 0;
    while rest < text.len() {
        let end = line_end(text, rest);
        let line = &text[rest..end];
        if last_fence.is_some_and(|last| rest < last)
            && opens_code(line)
            && let Some((code, after)) = code_until(text, end + 1)
        {
            blocks.push(Block {
                kind: Kind::Code,
                spans: vec![Span {
                    text: code,
                    style: Style::default(),
                    link: None,
                }],
            });
            (joint, rest) = (after, after + 1);
            continue;
        }
        let (kind, mark) = kind_of(line);
        let from = rest + mark;
        let goes_on =
            matches!(kind, Kind::Text | Kind::Quote) && blocks.last().is_some_and(|block| block.kind == kind);
        if goes_on {
            if let Some(block) = blocks.last_mut() {
                inline::push(&mut block.spans, text, joint..joint + 1, Style::default(), None);
            }
        } else {
            let spans = Vec::new();
            blocks.push(Block { kind, spans });
        }
        if let Some(block) = blocks.last_mut() {
            inline::read(text, from..end, &mut block.spans);
        }
        (joint, rest) = (end, end + 1);
    }
    blocks
}

/// Where the last line begins that may end code: what begins after it has no end.
fn last_fence(text: &str) -> Option<usize> {
    let mut end = text.len();
    for line in text.rsplit('\n') {
        let start = end - line.len();
        if line.trim_end() == FENCE {
            return Some(start);
        }
        end = start.saturating_sub(1);
    }
    None
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at)
}

/// Code begins at a line of its own, which may name its language.
fn opens_code(line: &str) -> bool {
    line.trim_end().strip_prefix(FENCE).is_some_and(|language| {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+#-".contains(&byte);
        language.len() <= LANGUAGE && language.bytes().all(is_name)
    })
}

/// The code that begins at `from`, and where its last line ends; none where it has no end, or nothing stands in it.
fn code_until(text: &str, from: usize) -> Option<(&str, usize)> {
    let mut start = from;
    while start < text.len() {
        let end = line_end(text, start);
        if text[start..end].trim_end() == FENCE {
            return (start > from).then(|| (&text[from..start - 1], end));
        }
        start = end + 1;
    }
    None
}

/// What a line is by how it begins, and how many bytes say so.
fn kind_of(line: &str) -> (Kind, usize) {
    let indent = line.bytes().take(3).take_while(|byte| *byte == b' ').count();
    let bytes = &line.as_bytes()[indent..];
    match bytes {
        [b'>'] => return (Kind::Quote, indent + 1),
        [b'>', b' ', ..] => return (Kind::Quote, indent + 2),
        [b'-' | b'*', b' ', rest @ ..] if !rest.trim_ascii().is_empty() => return (Kind::Bullet, indent + 2),
        _ => {}
    }
    let digits = bytes
        .iter()
        .take(9)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if let (1.., [b'.' | b')', b' ', rest @ ..]) = (digits, &bytes[digits..])
        && !rest.trim_ascii().is_empty()
        && let Ok(number) = line[indent..indent + digits].parse()
    {
        return (Kind::Numbered(number), indent + digits + 2);
    }
    (Kind::Text, 0)
}

#[cfg(test)]
mod tests;
