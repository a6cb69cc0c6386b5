//! Offsets: dense, from 1, in commit order (`protocol.md` *Realtime*, rule 1).

use switchboard_contract::position::Offset;

/// The offsets of `count` new events, given the log's head after them. Whoever moved the head holds it until the commit,
/// so the ranges of two transactions follow each other in commit order and without a hole.
pub fn allocate(new_head: Offset, count: u64) -> impl Iterator<Item = Offset> {
    let first = new_head.0.saturating_sub(count) + 1;
    (first..=new_head.0).map(Offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_dense_across_calls() {
        let all: Vec<u64> = allocate(Offset(2), 2)
            .chain(allocate(Offset(2), 0))
            .chain(allocate(Offset(5), 3))
            .map(|offset| offset.0)
            .collect();
        assert_eq!(all, [1, 2, 3, 4, 5]);
    }
}
