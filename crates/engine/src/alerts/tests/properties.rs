//! Over any sequence of what may happen to the tabs of a browser.

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Act {
    /// A visitor writes in this conversation.
    Says(u8),
    Pass(u64),
    Open,
    /// A tab dies without a word, and another one leads, if there is one.
    Close(usize),
    /// Another tab leads.
    Lead(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => any::<u8>().prop_map(Act::Says),
        4 => (0_u64..4_000).prop_map(Act::Pass),
        1 => Just(Act::Open),
        1 => any::<usize>().prop_map(Act::Close),
        1 => any::<usize>().prop_map(Act::Lead),
    ]
}

/// Conversations of which something was told, each as often as it was; in a digest they are counted only.
fn told(browser: &Browser) -> (Vec<ConversationId>, u64) {
    let effects = browser.told.iter().flatten();
    let (mut alone, mut counted) = (Vec::new(), 0);
    for effect in effects {
        match effect {
            Effect::Alert(alert) => alone.push(alert.conversation),
            Effect::Digest(digest) => counted += digest.conversations,
            _ => {}
        }
    }
    (alone, counted)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn everything_is_told_once_whoever_leads(acts in proptest::collection::vec(act(), 1..60)) {
        let mut browser = Browser::new(2);
        let (mut open, mut leader) = (vec![0, 1], 0);
        let mut said = BTreeSet::new();
        for act in acts {
            match act {
                // In a conversation each, so that none is told together with another.
                Act::Says(n) => if said.insert(n) { browser.says(n) },
                Act::Pass(ms) => browser.pass(ms),
                Act::Open => {
                    let tab = browser.open();
                    for news in browser.events.clone() {
                        browser.hears(tab, news);
                    }
                    open.push(tab);
                }
                Act::Close(which) if open.len() > 1 => {
                    let tab = open.remove(which % open.len());
                    browser.close(tab);
                    if tab == leader {
                        leader = open[0];
                        browser.lead(leader);
                    }
                }
                Act::Close(_) => {}
                Act::Lead(which) => {
                    leader = open[which % open.len()];
                    browser.lead(leader);
                }
            }
        }
        browser.pass(10_000);
        let (alone, counted) = told(&browser);
        let different: BTreeSet<_> = alone.iter().copied().collect();
        prop_assert_eq!(different.len(), alone.len(), "twice: {:?}", alone);
        prop_assert_eq!(alone.len() as u64 + counted, said.len() as u64);
    }

    #[test]
    fn what_is_gathered_stays_bounded(conversations in 0_u16..2_000) {
        let mut machine = Alerts::default();
        let mut out = Vec::new();
        machine.step(crate::Now::default(), Event::Begin { me: me(), mark: None }, &mut out);
        for n in 0..conversations {
            let [high, low] = n.to_be_bytes();
            let id = ConversationId::from_parts(Timestamp::default(), [high, low, 0, 0, 0, 0, 0, 0, 0, 0]);
            let mut news = browser::gone(u64::from(n), 0);
            let message = switchboard_contract::live_chat::LiveChatMessage {
                conversation_id: id,
                ..crate::thread::tests::message(1)
            };
            news.fact = Fact::Message(Rc::new(message));
            machine.step(crate::Now::default(), Event::News(news), &mut out);
        }
        prop_assert!(machine.gathered.take().len() <= MAX_KEPT);
        prop_assert!(machine.begun.len() <= MAX_KEPT && machine.told.len() <= MAX_KEPT);
    }
}
