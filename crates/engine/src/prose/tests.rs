use proptest::prelude::*;

use super::*;

/// What is drawn, written down: `[b:…]`, `[i:…]`, `[c:…]`, `<href>` behind links, one line a block.
fn drawn(text: &str) -> String {
    let blocks = parse(text);
    let lines = blocks.iter().map(|block| {
        let spans = block.spans.iter().map(|span| {
            let mut out = span.text.replace('\n', "⏎");
            for (is_on, sign) in [
                (span.style.code, 'c'),
                (span.style.italic, 'i'),
                (span.style.bold, 'b'),
            ] {
                if is_on {
                    out = format!("[{sign}:{out}]");
                }
            }
            match span.href() {
                Some(href) => format!("{out}<{href}>"),
                None => out,
            }
        });
        let kind = match block.kind {
            Kind::Text => String::new(),
            Kind::Code => "code ".into(),
            Kind::Quote => "> ".into(),
            Kind::Bullet => "- ".into(),
            Kind::Numbered(number) => format!("{number}. "),
        };
        kind + &spans.collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn emphasis_is_told_piece_by_piece() {
    for (text, expected) in [
        ("plain", "plain"),
        ("a **b** c", "a [b:b] c"),
        ("*a* _b_ __c__", "[i:a] [i:b] [b:c]"),
        ("**a *b* c**", "[b:a ][b:[i:b]][b: c]"),
        ("*a **b* c**", "[i:a ][b:[i:b]][b: c]"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("5 * 3 * 2 = **", "5 * 3 * 2 = **"),
        ("**open", "**open"),
        ("*** and ****x****", "*** and ****x****"),
        ("a `**b**` c", "a [c:**b**] c"),
        ("``a`b`` ` `", "[c:a`b] [c: ]"),
        ("a\nb *c\nd*", "a⏎b *c⏎d*"),
    ] {
        assert_eq!(drawn(text), expected, "{text}");
    }
}

#[test]
fn lines_become_blocks() {
    for (text, expected) in [
        ("a\n\nb", "a⏎⏎b"),
        ("to do:\n- one\n- *two*\nthen", "to do:\n- one\n- [i:two]\nthen"),
        ("1. a\n2) b\n10. c", "1. a\n2. b\n10. c"),
        ("> said\n> twice\nanswer", "> said⏎twice\nanswer"),
        (">5 of them", ">5 of them"),
        ("- \n-\n1. ", "- ⏎-⏎1. "),
        (
            "```\nlet a = 1;\n\n*b*\n```\nafter",
            "code let a = 1;⏎⏎*b*\nafter",
        ),
        ("```rust\nfn\n```", "code fn"),
        ("```\nno end", "```⏎no end"),
        ("```hello\n```", "```hello⏎```"),
        ("```a```", "[c:a]"),
    ] {
        assert_eq!(drawn(text), expected, "{text}");
    }
}

#[test]
fn addresses_are_links_by_type() {
    for (text, expected) in [
        (
            "see https://a.example/x_y_z?q=1#f.",
            "see https://a.example/x_y_z?q=1#f<https://a.example/x_y_z?q=1#f>.",
        ),
        (
            "(http://a.example/b_(c))",
            "(http://a.example/b_(c)<http://a.example/b_(c)>)",
        ),
        (
            "**HTTPS://A.example**",
            "[b:HTTPS://A.example]<HTTPS://A.example>",
        ),
        ("www.a.example, ok", "www.a.example<https://www.a.example>, ok"),
        (
            "http://127.0.0.1:8787/a http://[::1]:80/",
            "http://127.0.0.1:8787/a<http://127.0.0.1:8787/a> http://[::1]:80/<http://[::1]:80/>",
        ),
        (
            "first_last+x@mail.example.org.",
            "first_last+x@mail.example.org<mailto:first_last+x@mail.example.org>.",
        ),
        (
            "mailto:a@b.example?subject=x",
            "mailto:a@b.example<mailto:a@b.example>?subject=x",
        ),
        (
            "https://müller.example/ä",
            "https://müller.example/ä<https://müller.example/ä>",
        ),
        (
            "https://a.example\u{202e}gpj",
            "https://a.example<https://a.example>\u{202e}gpj",
        ),
    ] {
        assert_eq!(drawn(text), expected, "{text}");
    }
}

/// Strings that try to become something else than text.
const HOSTILE: &[&str] = &[
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript\u{ff1a}alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "file:///etc/passwd",
    "blob:https",
    "[a](javascript:alert(1))",
    "![a](x onerror=alert(1))",
    "<a href=javascript:alert(1)>x</a>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "&#106;avascript:alert(1)",
    "%6Aavascript:alert(1)",
    "http://",
    "https://",
    "http:///a",
    "https://@",
    "https://user@",
    "https://bank.example@evil.example",
    "https://bank.example:443@evil.example/",
    "https://bank.example\\@evil.example",
    "http:javascript:alert(1)",
    "xhttps://a.example",
    "javascript://a.example/%0Aalert(1)",
    "mailto:",
    "mailto:@",
    "a@b",
    "@a.example",
    "a@.example",
    "a@b..example",
    "www.",
    "http://%6a",
    "undefined",
    "null",
    "NaN",
    "-1/0",
    "0x",
    "1E+02",
    "/dev/null; touch x",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "ﷺ",
    "😍👩🏽‍🚀",
    "مُنَاقَشَةُ",
    "\u{feff}",
    "\u{202e}txt",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "'; DROP TABLE messages; --",
    "\0",
    "\r\n",
    "\u{2028}\u{2029}",
];

#[test]
fn hostile_strings_stay_text() {
    for text in HOSTILE {
        for span in parse(text).iter().flat_map(|block| &block.spans) {
            let href = span.href().unwrap_or_default();
            let is_known = ["https://bank.example", "https://a.example"].contains(&href.as_str());
            assert!(href.is_empty() || is_known, "{text}: {href}");
        }
    }
}

#[test]
fn a_name_before_the_host_is_no_link() {
    for text in ["https://bank.example@evil.example", "http://a:b@evil.example/x"] {
        assert!(
            parse(text)[0].spans.iter().all(|span| span.link.is_none()),
            "{text}"
        );
    }
}

#[test]
fn the_longest_texts_of_marks_are_read() {
    for piece in [
        "*",
        "_",
        "`",
        "``` ",
        "**a",
        "*a*",
        "`a``",
        "http://",
        "http://@",
        "a@",
        "@",
        "- ",
        "> ",
        "1. ",
        "```\n",
        "(",
        "https://a.b)",
        "www.",
        "mailto:a@",
    ] {
        let text = piece.repeat(10_000 / piece.len());
        assert!(!parse(&text).is_empty(), "{piece}");
    }
}

/// Bytes that may be left out: marks, and the line breaks beside blocks.
fn is_mark(left: &str) -> bool {
    let is_one = |c: char| "*_`>-.)# +\n\r\t".contains(c) || c.is_ascii_digit() || c.is_ascii_lowercase();
    left.chars().all(is_one)
}

proptest! {
    /// Everything that was typed is drawn, in its order, without the marks.
    #[test]
    fn nothing_but_marks_is_left_out(
        pieces in prop::collection::vec(prop_oneof![
            Just("*"), Just("**"), Just("_"), Just("`"), Just("```"), Just("\n"), Just(" "), Just("> "), Just("- "), Just("1. "),
            Just("https://a.example"), Just("www.b.example"), Just("a@b.example"), Just("mailto:"), Just("É"), Just("X"), Just("\r"), Just("."),
        ], 0..60),
        tail in ".{0,20}",
    ) {
        let text = pieces.concat() + &tail;
        let mut at = 0;
        for span in parse(&text).iter().flat_map(|block| &block.spans) {
            let start = span.text.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert!(start >= at, "in order");
            prop_assert!(is_mark(&text[at..start]), "{:?} of {text:?}", &text[at..start]);
            at = start + span.text.len();
            if let Some(href) = span.href() {
                let begins = ["http://", "https://", "mailto:"].iter().any(|scheme| href.to_ascii_lowercase().starts_with(scheme));
                prop_assert!(begins && !href.contains(char::is_whitespace), "{href}");
            }
        }
        prop_assert!(is_mark(&text[at..]), "{:?} of {text:?}", &text[at..]);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        let drawn: usize = parse(&text).iter().flat_map(|block| &block.spans).map(|span| span.text.len()).sum();
        prop_assert!(drawn <= text.len());
    }
}
