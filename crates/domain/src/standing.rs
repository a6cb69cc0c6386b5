//! What becomes of whoever follows a stream when the person's rights are looked at again (`protocol.md` *Realtime*, rules 5
//! and 9).

use switchboard_contract::realtime::close;
use switchboard_contract::time::Timestamp;

use crate::audience::Rights;

/// The close code for a session that holds no longer: it came to its end, or somebody ended it.
#[must_use]
pub fn close_code(ends_at: Option<Timestamp>, now: Timestamp) -> u16 {
    if ends_at.is_some_and(|end| end <= now) {
        close::EXPIRED
    } else {
        close::REVOKED
    }
}

/// Whether what was shown has to be fetched anew, because the person may see other things than before.
#[must_use]
pub fn must_resync(before: &Rights, now: &Rights) -> bool {
    before != now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_ended_by_itself_is_not_revoked() {
        let at = Timestamp::from_millis;
        assert_eq!(close_code(Some(at(10)), at(10)), close::EXPIRED);
        assert_eq!(close_code(Some(at(11)), at(10)), close::REVOKED);
        assert_eq!(close_code(None, at(10)), close::REVOKED);
        assert!(must_resync(&Rights::All, &Rights::Websites(Default::default())));
    }
}
