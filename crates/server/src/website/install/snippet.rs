//! Finds the widget's snippet in the text of a page.

use switchboard_domain::website::Look;
use url::Url;

/// What the scripts of a page at `url` say: the snippet of the website with `key`, that of another one from the same server (`own`
/// origins), or neither.
pub(super) fn look(html: &str, url: &Url, key: &str, own: &[String]) -> Look {
    let mut found = Look::None;
    for tag in Scripts(html) {
        let (Some(src), Some(named)) = (attribute(tag, "src"), attribute(tag, "data-key")) else {
            continue;
        };
        if named == key {
            return Look::Own;
        }
        let loader = url.join(&unescaped(src)).ok();
        let is_ours = loader.is_some_and(|loader| {
            loader.path() == "/widget.js" && own.contains(&loader.origin().ascii_serialization())
        });
        if is_ours {
            found = Look::Other;
        }
    }
    found
}

/// What stands inside each opening `<script …>` tag, comments left out.
struct Scripts<'h>(&'h str);

impl<'h> Iterator for Scripts<'h> {
    type Item = &'h str;

    fn next(&mut self) -> Option<&'h str> {
        loop {
            let at = self.0.find('<')?;
            let rest = &self.0[at..];
            if rest.starts_with("<!--") {
                self.0 = rest.find("-->").map_or("", |end| &rest[end..]);
                continue;
            }
            let tag = &rest[1..];
            let is_script = tag
                .get(..6)
                .is_some_and(|name| name.eq_ignore_ascii_case("script"))
                && tag[6..].starts_with(|next: char| next.is_ascii_whitespace() || next == '/');
            if !is_script {
                self.0 = tag;
                continue;
            }
            let inside = &tag[6..];
            let end = end_of_tag(inside)?;
            self.0 = &inside[end..];
            return Some(&inside[..end]);
        }
    }
}

/// Where the `>` stands that is in no quotes.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in inside.char_indices() {
        match (quote, sign) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

/// The value of an attribute of a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|sign: char| sign.is_ascii_whitespace() || sign == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|sign: char| sign.is_ascii_whitespace() || sign == '=' || sign == '/')
            // A sign that begins no name is one by itself.
            .map_or(rest.len(), |end| end.max(1));
        let is_it = rest
            .get(..end)
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = &value[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or_default())
            }
            _ => {
                let end = value
                    .find(|sign: char| sign.is_ascii_whitespace())
                    .unwrap_or(value.len());
                (&value[..end], &value[end..])
            }
        };
        if is_it {
            return Some(value);
        }
        rest = after;
    }
}

/// Of what HTML escapes an address needs only this.
fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str) -> Look {
        let url = Url::parse("https://shop.example/a/b").expect("an address");
        look(html, &url, "key-1", &["https://chat.example".to_owned()])
    }

    #[test]
    fn the_snippet_is_found_however_it_is_written() {
        for html in [
            r#"<script async src="https://chat.example/widget.js" data-key="key-1"></script>"#,
            "<p>1 < 2</p><SCRIPT\n data-key=key-1\n src='//chat.example/widget.js'></SCRIPT>",
            r#"<script>if (1 < 2) {}</script><script data-a="x > y" src="/proxied.js" data-key = "key-1" async/>"#,
        ] {
            assert_eq!(found(html), Look::Own, "{html}");
        }
    }

    #[test]
    fn another_websites_snippet_is_told_apart() {
        let other = r#"<script src="https://chat.example/widget.js" data-key="key-2"></script>"#;
        assert_eq!(found(other), Look::Other);
        let both = format!("{other}<script src=https://chat.example/widget.js data-key=key-1></script>");
        assert_eq!(found(&both), Look::Own);
    }

    #[test]
    fn what_only_looks_like_it_is_none() {
        for html in [
            "",
            "<",
            "<script",
            "<script ",
            r#"<script data-key="key-1""#,
            r#"<!-- <script src="https://chat.example/widget.js" data-key="key-1"></script> -->"#,
            r#"<!-- <script src="https://chat.example/widget.js" data-key="key-1"></script>"#,
            r#"<script src="https://chat.example/widget.js"></script>"#,
            r#"<script src="https://elsewhere.example/widget.js" data-key="key-2"></script>"#,
            r#"<scripts src="https://chat.example/widget.js" data-key="key-1">"#,
            r#"<script data-src="https://chat.example/widget.js" data-key="key-1"></script>"#,
            "<script ====\" src data-key=></script>",
            "<script é=ü data-key='key-1></script>",
        ] {
            assert_eq!(found(html), Look::None, "{html}");
        }
    }
}
