//! Makes up conversations: who, when, what. Pure; the same plan gives the same stories.

use switchboard_contract::ids::{ConversationId, MessageId, VisitorId};
use switchboard_contract::live_chat::{ConversationStatus, MessageType, Visibility};
use switchboard_contract::time::Timestamp;

use super::Plan;
use super::random::Random;
use super::words;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A made-up conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Story {
    pub(super) id: ConversationId,
    pub(super) visitor: VisitorId,
    pub(super) name: Option<&'static str>,
    pub(super) email: Option<String>,
    pub(super) locale: &'static str,
    pub(super) device: (&'static str, &'static str, &'static str),
    pub(super) page: (&'static str, &'static str),
    /// Chooses website, funnel and operator among those that there are.
    pub(super) choice: u64,
    pub(super) status: ConversationStatus,
    pub(super) archived: bool,
    pub(super) assigned: bool,
    pub(super) lines: Vec<Line>,
}

/// A made-up message; its place in the story is its `seq`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) id: MessageId,
    pub(super) kind: MessageType,
    pub(super) visibility: Visibility,
    pub(super) text: &'static str,
    pub(super) at: Timestamp,
}

/// How many messages each conversation has: at least one, a few very many.
pub(super) fn sizes(plan: &Plan, random: &mut Random) -> Vec<u64> {
    let count = usize::try_from(plan.conversations).unwrap_or(usize::MAX);
    let mut sizes = vec![1; count];
    let mut left = plan.messages.saturating_sub(plan.conversations);
    while left > 0 {
        // The smaller of two draws makes early conversations the long ones.
        let index = random
            .below(plan.conversations)
            .min(random.below(plan.conversations));
        let add = (1 + random.below(8)).min(left);
        if let Some(size) = usize::try_from(index).ok().and_then(|index| sizes.get_mut(index)) {
            *size += add;
        }
        left -= add;
    }
    sizes
}

/// One conversation of `size` messages that ends before `end`.
pub(super) fn story(plan: &Plan, size: u64, end: Timestamp, random: &mut Random) -> Story {
    let span = plan.days * DAY_MS;
    // Long talks get a tighter rhythm rather than a place outside the plan's days.
    let rhythm = (span / (size + 1)).clamp(1, 4 * 60 * 1_000);
    let length = rhythm * size;
    let back = length + random.below(span.saturating_sub(length));
    let mut at = end.plus_millis(-back.cast_signed());
    let visitor = VisitorId::from_parts(at, random.bytes());
    let id = ConversationId::from_parts(at, random.bytes());
    let (name, locale) = random.pick(words::VISITORS).copied().unwrap_or(("Visitor", "en"));
    let known = random.chance(60);
    let closed = random.chance(80);

    let mut lines = Vec::new();
    for n in 0..size {
        let (kind, visibility, texts) = match n {
            0 => (MessageType::User, Visibility::Public, words::QUESTIONS),
            _ if random.chance(5) => (MessageType::Bot, Visibility::Internal, words::NOTES),
            _ if random.chance(50) => (MessageType::Bot, Visibility::Public, words::ANSWERS),
            _ => (MessageType::User, Visibility::Public, words::QUESTIONS),
        };
        lines.push(Line {
            id: MessageId::from_parts(at, random.bytes()),
            kind,
            visibility,
            text: random.pick(texts).copied().unwrap_or("…"),
            at,
        });
        at = at.plus_millis((1 + random.below(rhythm)).cast_signed());
    }
    Story {
        id,
        visitor,
        name: known.then_some(name),
        email: random
            .chance(30)
            .then(|| format!("visitor-{:08x}@example.com", random.next() >> 32)),
        locale,
        device: random
            .pick(words::DEVICES)
            .copied()
            .unwrap_or(("Firefox 145", "Linux", "desktop")),
        page: random.pick(words::PAGES).copied().unwrap_or(("/", "Home")),
        choice: random.next(),
        status: if closed {
            ConversationStatus::Closed
        } else {
            ConversationStatus::Open
        },
        archived: closed && random.chance(30),
        assigned: random.chance(70),
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan {
        conversations: 200,
        messages: 5_000,
        days: 30,
        seed: 7,
    };

    fn stories(seed: u64) -> Vec<Story> {
        let mut random = Random::new(seed);
        let end = Timestamp::from_millis(1_795_339_800_000);
        sizes(&PLAN, &mut random)
            .into_iter()
            .map(|size| story(&PLAN, size, end, &mut random))
            .collect()
    }

    #[test]
    fn the_seed_decides_everything() {
        assert_eq!(stories(7), stories(7));
        assert_ne!(stories(7), stories(8));
    }

    #[test]
    fn the_plan_is_kept() {
        let end = Timestamp::from_millis(1_795_339_800_000);
        let begin = end.plus_millis(-(PLAN.days * DAY_MS).cast_signed());
        let stories = stories(7);
        assert_eq!(stories.len(), 200);
        assert_eq!(
            stories.iter().map(|story| story.lines.len()).sum::<usize>(),
            5_000
        );
        for line in stories.iter().flat_map(|story| &story.lines) {
            assert!(begin <= line.at && line.at <= end);
        }
    }
}
