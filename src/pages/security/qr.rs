//! A QR code from its rows of `0` and `1`.

use std::fmt::Write as _;

use yew::prelude::*;

use crate::scoped;

/// Modules of empty space around a code, which readers need.
const QUIET: usize = 4;

/// Props for [`QrCode`].
#[derive(Properties, PartialEq)]
pub struct QrCodeProps {
    /// Rows of `0` (light) and `1` (dark), without the space around.
    pub rows: Vec<String>,
    /// What it holds, in words.
    pub label: AttrValue,
}

/// The code, dark on light in every theme: many readers cannot read the opposite.
#[component]
pub fn QrCode(props: &QrCodeProps) -> Html {
    let class = scoped!(
        r#"
        inline-size: 11rem;
        block-size: 11rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: #ffffff;
        fill: #000000;
        shape-rendering: crispEdges;
        forced-color-adjust: none;
        "#
    );
    let side = props.rows.len() + 2 * QUIET;
    html! {
        <svg {class} viewBox={format!("0 0 {side} {side}")} role="img" aria-label={props.label.clone()} focusable="false">
            <path d={path(&props.rows)} />
        </svg>
    }
}

/// One rectangle for each run of dark modules in a row.
fn path(rows: &[String]) -> String {
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        let mut at = 0;
        for run in row.split_inclusive(|c| c != '1') {
            let dark = run.bytes().take_while(|b| *b == b'1').count();
            if dark > 0 {
                // Writing to a text does not fail.
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", at + QUIET, y + QUIET);
            }
            at += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn runs_become_rectangles() {
        let rows = ["110", "011", "000", "101"].map(String::from);
        assert_eq!(path(&rows), "M4 4h2v1h-2zM5 5h2v1h-2zM4 7h1v1h-1zM6 7h1v1h-1z");
    }
}
