//! The text of a message with its links, emphasis, lists and code, as nodes. Nothing of it ever becomes markup.

use switchboard_engine::prose::{Block, Kind, Span, parse};
use yew::prelude::*;

/// Draws a text. It stands where white space counts, and long words wrap.
pub fn view_prose(text: &str) -> Html {
    view_prose_with(text, &|text| html! { { text.to_owned() } })
}

/// The same, with `leaf` for each piece of text between the marks.
pub fn view_prose_with(text: &str, leaf: &dyn Fn(&str) -> Html) -> Html {
    let blocks = parse(text);
    if let [block] = &blocks[..]
        && let (Kind::Text, [span]) = (block.kind, &block.spans[..])
        && span.link.is_none()
        && span.style == Default::default()
    {
        return leaf(span.text);
    }
    let mut rest = &blocks[..];
    let mut views = Vec::new();
    while let [block, ..] = rest {
        let alike =
            |other: &&Block| is_entry(block.kind) == is_entry(other.kind) && is_entry(block.kind).is_some();
        let count = rest.iter().take_while(alike).count().max(1);
        let (group, after) = rest.split_at(count);
        views.push(view_blocks(block.kind, group, leaf));
        rest = after;
    }
    html! { <>{ for views }</> }
}

/// Of which kind of list an entry is: a numbered one or not.
const fn is_entry(kind: Kind) -> Option<bool> {
    match kind {
        Kind::Bullet => Some(false),
        Kind::Numbered(_) => Some(true),
        Kind::Text | Kind::Code | Kind::Quote => None,
    }
}

/// One block, or the entries of one list.
fn view_blocks(kind: Kind, blocks: &[Block], leaf: &dyn Fn(&str) -> Html) -> Html {
    let spans = || {
        blocks
            .iter()
            .flat_map(|block| &block.spans)
            .map(|span| view_span(span, leaf))
    };
    let entries = || blocks.iter().map(|block| view_entry(block, leaf));
    match kind {
        Kind::Text => html! { <div dir="auto">{ for spans() }</div> },
        Kind::Quote => html! { <blockquote dir="auto">{ for spans() }</blockquote> },
        Kind::Code => html! { <pre dir="auto"><code>{ for spans() }</code></pre> },
        Kind::Bullet => html! { <ul>{ for entries() }</ul> },
        Kind::Numbered(_) => html! { <ol>{ for entries() }</ol> },
    }
}

fn view_entry(block: &Block, leaf: &dyn Fn(&str) -> Html) -> Html {
    let value = match block.kind {
        Kind::Numbered(number) => Some(number.to_string()),
        _ => None,
    };
    html! { <li {value} dir="auto">{ for block.spans.iter().map(|span| view_span(span, leaf)) }</li> }
}

fn view_span(span: &Span, leaf: &dyn Fn(&str) -> Html) -> Html {
    let text = leaf(span.text);
    let mut view = match span.href() {
        Some(href) => html! { <a {href} target="_blank" rel="noopener noreferrer nofollow">{ text }</a> },
        None => text,
    };
    if span.style.code {
        view = html! { <code>{ view }</code> };
    }
    if span.style.italic {
        view = html! { <em>{ view }</em> };
    }
    if span.style.bold {
        view = html! { <strong>{ view }</strong> };
    }
    view
}
