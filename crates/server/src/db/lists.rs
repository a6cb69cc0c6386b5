//! Lists of ids in statements: `IN ($1, $2, …)`.

/// Ids in one statement at most; both databases take many more, but a statement is also parsed.
const MOST: usize = 512;

/// `ids` in pieces for one statement each. A piece is filled up with its last id to a power of two, so that there are few
/// different statements to prepare.
pub fn chunks<T: Copy>(ids: &[T]) -> impl Iterator<Item = Vec<T>> {
    ids.chunks(MOST).map(|piece| {
        let mut piece = piece.to_vec();
        if let Some(last) = piece.last().copied() {
            piece.resize(piece.len().next_power_of_two(), last);
        }
        piece
    })
}

/// `$1, $2, …`, a place for each id.
pub fn places<T>(ids: &[T]) -> String {
    let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_one_piece_of_few_sizes() {
        assert_eq!(chunks::<u16>(&[]).count(), 0);
        let three: Vec<_> = chunks(&[1, 2, 3]).collect();
        assert_eq!(three, [[1, 2, 3, 3]]);
        assert_eq!(places(&three[0]), "$1, $2, $3, $4");
        let ids: Vec<u16> = (0..1_300).collect();
        let pieces: Vec<_> = chunks(&ids).collect();
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [512, 512, 512]);
        let mut all = pieces.concat();
        all.dedup();
        assert_eq!(all, ids);
    }
}
