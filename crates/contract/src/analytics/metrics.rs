//! What is measured: each metric with its definition, once, for the server, for tool-tips and for the headers of files.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A metric, by its name on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Metric {
    /// Conversations that began.
    Conversations,
    /// How long visitors waited for the first answer.
    FirstResponseSeconds,
    /// The same within business hours.
    FirstResponseSecondsBusiness,
    /// Conversations that nobody has answered.
    Unanswered,
    /// How long visitors waited for each answer.
    ReplySeconds,
    /// The same within business hours.
    ReplySecondsBusiness,
    /// How long conversations took until they were first closed.
    ResolutionSeconds,
    /// The same within business hours.
    ResolutionSecondsBusiness,
    /// Conversations that were opened again.
    Reopened,
    /// How many of the ratings were good.
    Satisfaction,
    /// Ratings.
    Ratings,
    /// Requests for a rating that visitors have seen.
    RatingRequests,
    /// Conversations that were closed without an answer.
    Missed,
    /// Messages.
    Messages,
    /// People on the websites.
    Visitors,
    /// A metric that this build does not know.
    #[serde(other)]
    Unknown,
}

/// What the numbers of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Seconds, to the millisecond, as a distribution.
    Seconds,
    /// A part of a whole, from 0 to 1.
    Share,
}

/// What a report can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// One website.
    Website,
    /// One funnel.
    Funnel,
    /// One operator.
    Operator,
    /// One label.
    Label,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Which one.
    pub metric: Metric,
    /// What it is called.
    pub name: &'static str,
    /// What its numbers are.
    pub unit: Unit,
    /// What it is, in a sentence or two.
    pub definition: &'static str,
    /// How it is computed.
    pub computation: &'static str,
    /// What it can be narrowed to.
    pub filters: &'static [Aspect],
    /// Whose it is, where a report asks for operators; empty where it is nobody's.
    pub operator: &'static str,
}

const ALL: &[Aspect] = &[Aspect::Website, Aspect::Funnel, Aspect::Operator, Aspect::Label];
const IN_CHARGE: &str =
    "The operator in charge of the conversation; where nobody is, the one who answered first.";
const WHO_ANSWERED: &str = "The operator who wrote the answer.";
const WITHOUT_CLOSED_HOURS: &str = "Closed hours and holidays of the website's calendar, as it was then, are taken out. Median and 90th percentile by nearest rank.";
const NEAREST_RANK: &str = "Median and 90th percentile by nearest rank; the mean beside them.";

/// Every metric.
pub const DEFINITIONS: [Definition; 15] = [
    Definition {
        metric: Metric::Conversations,
        name: "Conversations",
        unit: Unit::Count,
        definition: "Conversations whose first message from the visitor lies in the range. All metrics but messages and visitors are \
                     about these.",
        computation: "Each is counted once, at its first message from the visitor.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::FirstResponseSeconds,
        name: "First response",
        unit: Unit::Seconds,
        definition: "How long visitors waited for the first public answer of a person. Automation does not stop the clock; what \
                     nobody has answered is not in it.",
        computation: NEAREST_RANK,
        filters: ALL,
        operator: WHO_ANSWERED,
    },
    Definition {
        metric: Metric::FirstResponseSecondsBusiness,
        name: "First response in business hours",
        unit: Unit::Seconds,
        definition: "How long visitors waited for the first public answer of a person, while the website was open.",
        computation: WITHOUT_CLOSED_HOURS,
        filters: ALL,
        operator: WHO_ANSWERED,
    },
    Definition {
        metric: Metric::Unanswered,
        name: "Unanswered",
        unit: Unit::Count,
        definition: "Conversations that no person has answered yet, open or closed.",
        computation: "Each is counted once, at its first message from the visitor.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::ReplySeconds,
        name: "Reply time",
        unit: Unit::Seconds,
        definition: "How long visitors waited for each public answer of a person, from the first of their messages since the answer \
                     before.",
        computation: NEAREST_RANK,
        filters: ALL,
        operator: WHO_ANSWERED,
    },
    Definition {
        metric: Metric::ReplySecondsBusiness,
        name: "Reply time in business hours",
        unit: Unit::Seconds,
        definition: "How long visitors waited for each public answer of a person, while the website was open.",
        computation: WITHOUT_CLOSED_HOURS,
        filters: ALL,
        operator: WHO_ANSWERED,
    },
    Definition {
        metric: Metric::ResolutionSeconds,
        name: "Time to close",
        unit: Unit::Seconds,
        definition: "How long conversations took from the visitor's first message until they were first closed. Closing again does \
                     not change it.",
        computation: NEAREST_RANK,
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::ResolutionSecondsBusiness,
        name: "Time to close in business hours",
        unit: Unit::Seconds,
        definition: "How long conversations took until they were first closed, while the website was open.",
        computation: WITHOUT_CLOSED_HOURS,
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Reopened,
        name: "Reopened",
        unit: Unit::Count,
        definition: "Conversations that were opened again after they had been closed.",
        computation: "Each is counted once, however often it was opened again.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Satisfaction,
        name: "Satisfaction",
        unit: Unit::Share,
        definition: "How many of the ratings were good.",
        computation: "Good ratings divided by all ratings; the last one of a conversation counts.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Ratings,
        name: "Ratings",
        unit: Unit::Count,
        definition: "Conversations that their visitor has rated. The response rate is ratings divided by requests.",
        computation: "Each is counted once, at its first message from the visitor.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::RatingRequests,
        name: "Rating requests",
        unit: Unit::Count,
        definition: "Conversations whose visitor was shown the request for a rating: the closed conversation was read to its end, or \
                     rated.",
        computation: "Each is counted once, at its first message from the visitor.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Missed,
        name: "Missed",
        unit: Unit::Count,
        definition: "Conversations that were closed and that no person has answered.",
        computation: "Each is counted once, at its first message from the visitor.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Messages,
        name: "Messages",
        unit: Unit::Count,
        definition: "Public messages of visitors, operators and automation that were sent in the range, in whichever conversation.",
        computation: "Each is counted in the quarter of an hour in which it was sent. Notes and notices do not count.",
        filters: ALL,
        operator: IN_CHARGE,
    },
    Definition {
        metric: Metric::Visitors,
        name: "Visitors",
        unit: Unit::Count,
        definition: "Different people who were on the websites in the range.",
        computation: "Each is counted once in a range, and once in each interval of a chart: intervals add up to more than the range.",
        filters: &[Aspect::Website, Aspect::Funnel],
        operator: "",
    },
];

impl Metric {
    /// Every metric, in the order in which reports show them.
    pub fn all() -> impl Iterator<Item = Self> {
        DEFINITIONS.iter().map(|definition| definition.metric)
    }

    /// What it is; none for one that this build does not know.
    #[must_use]
    pub fn definition(self) -> Option<&'static Definition> {
        DEFINITIONS.iter().find(|definition| definition.metric == self)
    }

    /// What its numbers are.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.definition()
            .map_or(Unit::Count, |definition| definition.unit)
    }

    /// Whether it can be narrowed to this.
    #[must_use]
    pub fn takes(self, aspect: Aspect) -> bool {
        self.definition()
            .is_some_and(|definition| definition.filters.contains(&aspect))
    }
}

impl fmt::Display for Metric {
    /// The name on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_defined_once_and_known_by_its_name() {
        for definition in &DEFINITIONS {
            let metric = definition.metric;
            assert_eq!(
                DEFINITIONS.iter().filter(|other| other.metric == metric).count(),
                1,
                "{metric}"
            );
            let name = metric.to_string();
            let read: Metric = serde_json::from_value(name.clone().into()).expect("reads");
            assert_eq!(read, metric, "{name}");
            for text in [definition.name, definition.definition, definition.computation] {
                assert!(!text.is_empty(), "{name}");
            }
            assert_eq!(
                definition.operator.is_empty(),
                !metric.takes(Aspect::Operator),
                "{name} says whose it is"
            );
        }
        assert_eq!(
            Metric::FirstResponseSecondsBusiness.to_string(),
            "firstResponseSecondsBusiness"
        );
        assert_eq!(Metric::Unknown.definition(), None);
    }
}
