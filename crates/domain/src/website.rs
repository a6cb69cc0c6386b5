//! What beats and time make of a website's status, and what a check of its installation comes to.

use switchboard_contract::time::Timestamp;
use switchboard_contract::website::{
    InstallOutcome, SILENT_AFTER_MS, WebsiteState, WebsiteStatus, WebsiteTrouble,
};

/// A page that has told of itself within this time is open now, in milliseconds: pages tell every quarter of a minute, and what
/// they tell is written down at most every half.
pub const HEARD_LATELY_MS: i64 = 5 * 60 * 1_000;

/// What one beat shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Everything is right.
    Good,
    /// The loader runs and something is wrong.
    Bad {
        /// What, for programs.
        trouble: WebsiteTrouble,
        /// The same for people.
        reason: String,
    },
}

/// What a website is like after a beat.
#[must_use]
pub fn after_beat(beat: &Beat, now: Timestamp) -> WebsiteStatus {
    let (state, reason, trouble) = match beat {
        Beat::Good => (WebsiteState::Online, None, None),
        Beat::Bad { trouble, reason } => (WebsiteState::Degraded, Some(reason.clone()), Some(*trouble)),
    };
    WebsiteStatus {
        state,
        last_seen_at: Some(now),
        reason,
        trouble,
    }
}

/// What a website has become by time alone, if it has become something else: silent, once nothing was heard for
/// [`SILENT_AFTER_MS`].
#[must_use]
pub fn after_silence(status: &WebsiteStatus, now: Timestamp) -> Option<WebsiteStatus> {
    let is_heard = matches!(status.state, WebsiteState::Online | WebsiteState::Degraded);
    let is_over = status
        .last_seen_at
        .is_some_and(|seen| seen.plus_millis(SILENT_AFTER_MS) <= now);
    (is_heard && is_over).then_some(WebsiteStatus {
        state: WebsiteState::Silent,
        last_seen_at: status.last_seen_at,
        reason: None,
        trouble: None,
    })
}

/// Whether two are the same but for their age.
#[must_use]
pub fn says_the_same(one: &WebsiteStatus, other: &WebsiteStatus) -> bool {
    one.state == other.state && one.reason == other.reason && one.trouble == other.trouble
}

/// What the server found where the snippet should stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The website's own snippet.
    Own,
    /// A snippet of another website.
    Other,
    /// A page without one.
    None,
    /// No page.
    Unreachable,
    /// It is not looked at.
    OutOfReach,
}

/// What the beats alone say of the installation; none: somebody has to look at the page.
#[must_use]
pub fn install_by_beats(status: &WebsiteStatus, now: Timestamp) -> Option<InstallOutcome> {
    let is_heard = status
        .last_seen_at
        .is_some_and(|seen| now < seen.plus_millis(HEARD_LATELY_MS));
    match status.state {
        WebsiteState::Degraded if status.trouble == Some(WebsiteTrouble::OtherKey) => {
            Some(InstallOutcome::OtherKey)
        }
        WebsiteState::Degraded => Some(InstallOutcome::OriginRefused),
        WebsiteState::Online if is_heard => Some(InstallOutcome::Working),
        _ => None,
    }
}

/// What a look at the page says of it, where the beats say nothing.
#[must_use]
pub const fn install_by_look(look: Look) -> InstallOutcome {
    match look {
        Look::Own => InstallOutcome::SnippetFound,
        Look::Other => InstallOutcome::OtherKey,
        Look::None => InstallOutcome::NotFound,
        Look::Unreachable => InstallOutcome::Unreachable,
        Look::OutOfReach => InstallOutcome::OutOfReach,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn bad() -> Beat {
        Beat::Bad {
            trouble: WebsiteTrouble::OriginRefused,
            reason: "foreign".to_owned(),
        }
    }

    #[test]
    fn silence_begins_at_the_end_of_its_window_and_is_told_once() {
        for beat in [Beat::Good, bad()] {
            let heard = after_beat(&beat, at(1_000));
            assert_eq!(after_silence(&heard, at(1_000 + SILENT_AFTER_MS - 1)), None);
            let silent = after_silence(&heard, at(1_000 + SILENT_AFTER_MS)).expect("silent");
            assert_eq!(
                (silent.state, silent.last_seen_at, silent.reason.as_deref()),
                (WebsiteState::Silent, Some(at(1_000)), None)
            );
            assert_eq!(after_silence(&silent, at(i64::MAX / 2)), None, "it stays so");
        }
        assert_eq!(
            after_silence(&WebsiteStatus::default(), at(i64::MAX / 2)),
            None,
            "what was never seen cannot fall silent"
        );
    }

    #[test]
    fn a_beat_ends_a_silence() {
        let silent = after_silence(&after_beat(&bad(), at(0)), at(SILENT_AFTER_MS)).expect("silent");
        let back = after_beat(&Beat::Good, at(SILENT_AFTER_MS + 1));
        assert_eq!(back.state, WebsiteState::Online);
        assert!(!says_the_same(&silent, &back));
        assert!(says_the_same(
            &back,
            &after_beat(&Beat::Good, at(SILENT_AFTER_MS * 2))
        ));
    }

    #[test]
    fn beats_speak_before_the_page_does() {
        let online = after_beat(&Beat::Good, at(0));
        let just = HEARD_LATELY_MS - 1;
        assert_eq!(install_by_beats(&online, at(just)), Some(InstallOutcome::Working));
        assert_eq!(
            install_by_beats(&online, at(HEARD_LATELY_MS)),
            None,
            "too long ago to say"
        );
        let refused = after_beat(&bad(), at(0));
        assert_eq!(
            install_by_beats(&refused, at(HEARD_LATELY_MS)),
            Some(InstallOutcome::OriginRefused)
        );
        let keyed = Beat::Bad {
            trouble: WebsiteTrouble::OtherKey,
            reason: "keyed".to_owned(),
        };
        assert_eq!(
            install_by_beats(&after_beat(&keyed, at(0)), at(HEARD_LATELY_MS)),
            Some(InstallOutcome::OtherKey)
        );
        assert_eq!(install_by_beats(&WebsiteStatus::default(), at(0)), None);
        assert_eq!(install_by_look(Look::Own), InstallOutcome::SnippetFound);
        assert_eq!(install_by_look(Look::None), InstallOutcome::NotFound);
    }
}
