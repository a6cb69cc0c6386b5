//! No component renders nothing: yew 0.23 can panic when such a component stands between conditional siblings
//! (docs/choices.md). `<span hidden=true/>` is what stands there instead.

use super::{rust_files, rust_text, verdict};
use crate::failure::Outcome;

/// Looks through the dashboard.
pub fn check() -> Outcome {
    let mut complaints = Vec::new();
    for (file, text) in rust_files("src")? {
        complaints.extend(
            empty_renders(&text)
                .iter()
                .map(|line| format!("{}:{line}", file.display())),
        );
    }
    verdict(
        "empty renders",
        &complaints,
        "render `<span hidden=true/>`, or give the conditional an element of its own",
    )
}

/// The lines on which something renders nothing.
fn empty_renders(source: &str) -> Vec<usize> {
    let (code, _) = rust_text::read(source);
    let mut lines = Vec::new();
    for (at, _) in code.match_indices("html!") {
        let content: String = code[at + "html!".len()..]
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(7)
            .collect();
        if ["{}", "()", "[]", "{<></>}", "(<></>)"]
            .iter()
            .any(|empty| content.starts_with(empty))
        {
            lines.push(line_of(&code, at));
        }
    }
    for nothing in ["Html::default()", "VNode::default()"] {
        lines.extend(code.match_indices(nothing).map(|(at, _)| line_of(&code, at)));
    }
    lines.sort_unstable();
    lines
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_way_to_render_nothing() {
        let source = "fn a() -> Html { html! {} }\nfn b() { html!{\n} }\nfn c() { Html::default() }\nfn d() { html! { <></> } }";
        assert_eq!(empty_renders(source), [1, 2, 4, 5]);
    }

    #[test]
    fn leaves_content_and_comments_alone() {
        assert!(empty_renders("html! { <span hidden=true/> } // not html!{}").is_empty());
    }
}
