//! The variables of canned replies: `{{visitor.firstName}}`, with what stands there when it has no value:
//! `{{visitor.firstName|there}}`. What is filled in is never read for variables again.

use std::ops::Range;

const OPENING: &str = "{{";
const CLOSING: &str = "}}";

/// What a canned reply can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variable {
    /// The visitor's name.
    VisitorName,
    /// The first word of it.
    VisitorFirstName,
    /// The visitor's address.
    VisitorEmail,
    /// The name of the operator who writes.
    AgentName,
    /// The first word of it.
    AgentFirstName,
    /// The name of the website that the visitor is on.
    WebsiteName,
}

/// Each variable, in the order in which they are offered.
pub const VARIABLES: [Variable; 6] = [
    Variable::VisitorName,
    Variable::VisitorFirstName,
    Variable::VisitorEmail,
    Variable::AgentName,
    Variable::AgentFirstName,
    Variable::WebsiteName,
];

impl Variable {
    /// What stands between the braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VisitorName => "visitor.name",
            Self::VisitorFirstName => "visitor.firstName",
            Self::VisitorEmail => "visitor.email",
            Self::AgentName => "agent.name",
            Self::AgentFirstName => "agent.firstName",
            Self::WebsiteName => "website.name",
        }
    }

    fn named(name: &str) -> Option<Self> {
        VARIABLES.into_iter().find(|variable| variable.name() == name)
    }
}

/// What variables stand for; empty text counts as unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The visitor's name.
    pub visitor_name: Option<String>,
    /// The visitor's address.
    pub visitor_email: Option<String>,
    /// The name of the operator who writes.
    pub agent_name: Option<String>,
    /// The name of the website.
    pub website_name: Option<String>,
}

impl Values {
    fn of(&self, variable: Variable) -> Option<&str> {
        let (value, is_first) = match variable {
            Variable::VisitorName => (&self.visitor_name, false),
            Variable::VisitorFirstName => (&self.visitor_name, true),
            Variable::VisitorEmail => (&self.visitor_email, false),
            Variable::AgentName => (&self.agent_name, false),
            Variable::AgentFirstName => (&self.agent_name, true),
            Variable::WebsiteName => (&self.website_name, false),
        };
        let value = value.as_deref()?.trim();
        let value = if is_first { first_name(value) } else { value };
        Some(value).filter(|value| !value.is_empty())
    }
}

/// A canned reply with its variables filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The text. A variable that has neither value nor default stands in it as it was written, so that it is seen.
    pub text: String,
    /// Where those stand in [`Self::text`], in bytes, ascending.
    pub missing: Vec<Range<usize>>,
}

/// Fills in the variables of `template`. What reads as none stays as it is.
#[must_use]
pub fn expand(template: &str, values: &Values) -> Expansion {
    let mut expansion = Expansion::default();
    for piece in Pieces(template) {
        let place = match piece {
            Piece::Text(text) => {
                expansion.text.push_str(text);
                continue;
            }
            Piece::Place(place) => place,
        };
        let value = place.variable.and_then(|variable| values.of(variable));
        match value.or(place.default) {
            Some(value) if place.variable.is_some() => expansion.text.push_str(value),
            _ => {
                let start = expansion.text.len();
                expansion.text.push_str(place.source);
                if place.variable.is_some() {
                    expansion.missing.push(start..expansion.text.len());
                }
            }
        }
    }
    expansion
}

/// Where the first known variable stands in a text that is about to be sent, in bytes: nobody wants a visitor to read it.
#[must_use]
pub fn first_open(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for piece in Pieces(text) {
        let length = match &piece {
            Piece::Text(text) => text.len(),
            Piece::Place(place) if place.variable.is_some() => {
                return Some(start..start + place.source.len());
            }
            Piece::Place(place) => place.source.len(),
        };
        start += length;
    }
    None
}

/// The first word of a person's name; empty without one.
#[must_use]
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

/// Whether every `{{…}}` in `template` names a variable.
pub(super) fn are_known(template: &str) -> bool {
    Pieces(template).all(|piece| !matches!(piece, Piece::Place(place) if place.variable.is_none()))
}

enum Piece<'a> {
    Text(&'a str),
    Place(Place<'a>),
}

/// A `{{…}}`.
struct Place<'a> {
    /// As it was written, braces included.
    source: &'a str,
    /// What it names, when that is known.
    variable: Option<Variable>,
    /// What stands there without a value.
    default: Option<&'a str>,
}

/// The rest of a template, taken apart from the front: texts and places, which together are the whole of it.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.0;
        if rest.is_empty() {
            return None;
        }
        let Some(end) = rest
            .find(OPENING)
            .and_then(|start| Some(start + OPENING.len() + rest[start + OPENING.len()..].find(CLOSING)?))
        else {
            // Braces that do not close are text.
            self.0 = "";
            return Some(Piece::Text(rest));
        };
        // The innermost pair: braces before it are text.
        let start = rest[..end].rfind(OPENING).unwrap_or(0);
        if start > 0 {
            let (text, rest) = rest.split_at(start);
            self.0 = rest;
            return Some(Piece::Text(text));
        }
        let (source, after) = rest.split_at(end + CLOSING.len());
        self.0 = after;
        let inside = &source[OPENING.len()..source.len() - CLOSING.len()];
        let (name, default) = match inside.split_once('|') {
            Some((name, default)) => (name, Some(default.trim())),
            None => (inside, None),
        };
        Some(Piece::Place(Place {
            source,
            variable: Variable::named(name.trim()),
            default,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            visitor_name: Some(" Ines  Okafor ".into()),
            visitor_email: None,
            agent_name: Some("Mara Lindt".into()),
            website_name: Some("Tents & more".into()),
        }
    }

    #[test]
    fn variables_are_filled_in() {
        let template =
            "Hi {{visitor.firstName}} ({{visitor.name}}), {{ agent.firstName }} of {{website.name}} here.";
        let expansion = expand(template, &values());
        assert_eq!(
            expansion.text,
            "Hi Ines (Ines  Okafor), Mara of Tents & more here."
        );
        assert_eq!(expansion.missing, []);
    }

    #[test]
    fn a_default_stands_for_a_value_that_is_not_known() {
        let text = |template: &str| expand(template, &values()).text;
        assert_eq!(text("{{visitor.email|no address}}"), "no address");
        assert_eq!(text("{{visitor.email|}}"), "");
        assert_eq!(text("{{visitor.firstName|there}}"), "Ines");
        let nobody = expand("Hi {{visitor.firstName| there }}!", &Values::default());
        assert_eq!(nobody.text, "Hi there!");
    }

    #[test]
    fn what_is_missing_is_seen() {
        let expansion = expand("Zu {{visitor.email}} – ja? {{visitor.email}}", &values());
        assert_eq!(expansion.text, "Zu {{visitor.email}} – ja? {{visitor.email}}");
        let told: Vec<&str> = expansion
            .missing
            .iter()
            .map(|range| &expansion.text[range.clone()])
            .collect();
        assert_eq!(told, ["{{visitor.email}}", "{{visitor.email}}"]);
        let open = first_open(&expansion.text).expect("one");
        assert_eq!(open, expansion.missing[0]);
        assert_eq!(first_open("Use {{x}} and {{ here"), None);
    }

    #[test]
    fn a_value_is_never_read_for_variables() {
        let hostile = Values {
            visitor_name: Some("{{agent.name}}".into()),
            ..values()
        };
        let expansion = expand("{{visitor.name}}", &hostile);
        assert_eq!(expansion.text, "{{agent.name}}");
        assert_eq!(expansion.missing, []);
    }

    #[test]
    fn other_braces_stay() {
        for text in [
            "",
            "{{",
            "}}",
            "{ {visitor.name} }",
            "a {{ b",
            "{{visitor.name",
            "{{x}} é {{y|z}}",
        ] {
            assert_eq!(expand(text, &values()).text, text);
        }
        assert_eq!(
            expand("{{ {{visitor.firstName}} }}", &values()).text,
            "{{ Ines }}"
        );
    }
}
