//! stand-in
use crate::Now;
use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Word {
    Ask,
    Here { term: u64, shown: bool },
    HandOver,
    Yours { tab: String },
}
#[derive(Clone, Debug)]
pub enum Event {
    Start,
    Stop,
    Locked { generation: u64 },
    Claimed { generation: u64, term: u64 },
    ClaimFailed { generation: u64 },
    Fenced { term: u64 },
    Heard { from: String, word: Word },
    Shown(bool),
    Awake,
    Timer { generation: u64 },
}
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    RequestLock { generation: u64 },
    ReleaseLock,
    Claim { generation: u64 },
    Lead { term: u64 },
    Follow,
    Say(Word),
    SetTimer { generation: u64, after_ms: u64 },
}
#[derive(Debug)]
pub struct Leader {
    term: Option<u64>,
}
impl Leader {
    pub fn new(_tab: String, _seed: u64) -> Self {
        Self { term: None }
    }
    pub fn step(&mut self, _now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start => {
                out.push(Effect::RequestLock { generation: 1 });
                out.push(Effect::Say(Word::Ask));
            }
            Event::Locked { .. } => out.push(Effect::Claim { generation: 1 }),
            Event::Claimed { term, .. } => {
                self.term = Some(term);
                out.push(Effect::Lead { term });
            }
            Event::ClaimFailed { .. } => {
                self.term = Some(0);
                out.push(Effect::Lead { term: 0 });
            }
            Event::Fenced { .. } => {
                self.term = None;
                out.push(Effect::Follow);
            }
            Event::Stop => {
                self.term = None;
                out.push(Effect::ReleaseLock);
            }
            _ => {}
        }
    }
}
