//! `switchboard-server generate`: fills the database with plausible conversations, for load tests and benchmarks.
//!
//! Generated rows have no entries in the event log. The log's head moves past them and its floor with it, so that a
//! client that was connected before learns by a snapshot that it missed something.

pub mod facts;
mod random;
mod store;
mod story;
mod words;

use std::fmt;
use std::time::{Duration, Instant};

use switchboard_contract::time::Timestamp;

use crate::config::ConfigError;
use crate::problem::ApiResult;
use crate::state::AppState;
use random::Random;

/// Messages that one transaction stores at least, before it commits.
const BATCH: usize = 5_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many conversations.
    pub conversations: u64,
    /// How many messages, in all of them together.
    pub messages: u64,
    /// Over how many days, ending now.
    pub days: u64,
    /// Decides everything else.
    pub seed: u64,
}

impl Plan {
    /// Refuses plans that cannot be kept.
    ///
    /// # Errors
    /// One line about what to change.
    pub fn check(&self) -> Result<(), ConfigError> {
        let complaint = if !(1..=10_000_000).contains(&self.conversations) {
            "--conversations is from 1 to 10000000"
        } else if !(self.conversations..=1_000_000_000).contains(&self.messages) {
            "--messages is at least one for each conversation, and at most 1000000000"
        } else if !(1..=3_660).contains(&self.days) {
            "--days is from 1 to 3660"
        } else {
            return Ok(());
        };
        Err(ConfigError::new(format!("generate: {complaint}")))
    }
}

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Conversations stored.
    pub conversations: u64,
    /// Messages stored.
    pub messages: u64,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Stored {} conversations with {} messages in {:.1} s.",
            self.conversations,
            self.messages,
            self.took.as_secs_f64()
        )
    }
}

/// Stores what `plan` says, in the oldest account.
///
/// # Errors
/// When there is no account or no website to put it in, the same data was generated before, or the database fails.
pub async fn fill(state: &AppState, plan: &Plan) -> ApiResult<Report> {
    let begun = Instant::now();
    let place = store::place(&state.db).await?;
    let mut random = Random::new(plan.seed);
    // The same seed within the same hour makes the same rows.
    let now = state.clock.now().as_millis();
    let end = Timestamp::from_millis(now - now.rem_euclid(HOUR_MS));

    let mut report = Report {
        conversations: 0,
        messages: 0,
        took: Duration::ZERO,
    };
    let mut batch = Vec::new();
    let mut waiting = 0;
    for size in story::sizes(plan, &mut random) {
        let story = story::story(plan, size, end, &mut random);
        report.conversations += 1;
        report.messages += size;
        waiting += story.lines.len();
        batch.push(story);
        if waiting >= BATCH {
            store::batch(&state.db, &place, std::mem::take(&mut batch)).await?;
            waiting = 0;
        }
    }
    if !batch.is_empty() {
        store::batch(&state.db, &place, batch).await?;
    }
    report.took = begun.elapsed();
    Ok(report)
}
