//! Lines of a file of comma-separated values (RFC 4180).

/// A line of cells, and how each is written.
#[derive(Default)]
pub struct Line(String);

impl Line {
    /// A text. Programs that open files take some beginnings for a formula: those get an apostrophe.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        let text = match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.to_owned(),
        };
        if text.contains([',', '"', '\n', '\r']) {
            self.0.push('"');
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(&text);
        }
        self.0.push(',');
        self
    }

    /// A number; empty where there is none.
    #[must_use]
    pub fn number(mut self, number: Option<f64>) -> Self {
        if let Some(number) = number {
            self.0.push_str(&number.to_string());
        }
        self.0.push(',');
        self
    }

    /// Several texts.
    #[must_use]
    pub fn texts<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().fold(self, Self::text)
    }

    /// The line as it is written.
    #[must_use]
    pub fn end(mut self) -> String {
        self.0.pop();
        self.0.push_str("\r\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_holds_stays_in_it_and_is_no_formula() {
        let line = Line::default()
            .text("a, \"b\"")
            .text("=1+1")
            .text("two\nlines")
            .number(Some(1.5))
            .number(None)
            .number(Some(-3.0))
            .end();
        assert_eq!(line, "\"a, \"\"b\"\"\",'=1+1,\"two\nlines\",1.5,,-3\r\n");
    }
}
