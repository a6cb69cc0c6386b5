//! Whether a failed request is tried again by itself, and when.

use crate::random::Random;

/// Tries in all, the first included.
pub const MAX_ATTEMPTS: u32 = 4;
const BASE_MS: u64 = 400;
const CAP_MS: u64 = 5_000;
/// A wait that the server asks for is honoured up to here; beyond it the caller decides.
const MAX_RETRY_AFTER_MS: u64 = 30_000;

/// How a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: refused, cut, unresolvable.
    Network,
    /// No answer in time.
    TimedOut,
    /// An answer outside 2xx.
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After` or `retryAfterMs`, in milliseconds.
        retry_after_ms: Option<u64>,
    },
}

/// How long to wait before the next try, in milliseconds; `None` to give up and tell the caller.
///
/// Only requests that may be repeated without harm (`idempotent`) are, and only after failures that pass: no answer, 408,
/// 429, 502, 503, 504. `attempt` counts the tries made so far, from 1.
pub fn next_wait(attempt: u32, idempotent: bool, failure: Failure, random: &mut Random) -> Option<u64> {
    if !idempotent || attempt >= MAX_ATTEMPTS {
        return None;
    }
    let asked = match failure {
        Failure::Network | Failure::TimedOut => 0,
        Failure::Status {
            status: 408 | 429 | 502 | 503 | 504,
            retry_after_ms,
        } => retry_after_ms.unwrap_or(0),
        Failure::Status { .. } => return None,
    };
    (asked <= MAX_RETRY_AFTER_MS).then(|| asked + random.full_jitter(attempt - 1, BASE_MS, CAP_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Failure {
        Failure::Status {
            status,
            retry_after_ms: None,
        }
    }

    #[test]
    fn only_passing_failures_of_idempotent_requests_are_retried() {
        let mut random = Random::from_seed(1);
        for failure in [
            Failure::Network,
            Failure::TimedOut,
            status(408),
            status(429),
            status(502),
            status(504),
        ] {
            assert!(next_wait(1, true, failure, &mut random).is_some(), "{failure:?}");
            assert_eq!(next_wait(1, false, failure, &mut random), None, "{failure:?}");
            assert_eq!(
                next_wait(MAX_ATTEMPTS, true, failure, &mut random),
                None,
                "{failure:?}"
            );
        }
        for failure in [
            status(400),
            status(401),
            status(404),
            status(409),
            status(422),
            status(500),
        ] {
            assert_eq!(next_wait(1, true, failure, &mut random), None, "{failure:?}");
        }
    }

    #[test]
    fn the_server_is_given_the_time_that_it_asks_for() {
        let mut random = Random::from_seed(1);
        let asked = |ms| Failure::Status {
            status: 429,
            retry_after_ms: Some(ms),
        };
        assert!(next_wait(1, true, asked(3_000), &mut random).is_some_and(|wait| wait >= 3_000));
        assert_eq!(
            next_wait(1, true, asked(3_600_000), &mut random),
            None,
            "an hour is for people to decide"
        );
    }
}
