//! What each operation does to what is kept.

use switchboard_contract::ids::{ActionId, MemberId};

use super::{Action, Answer, Entry, LaneKind, Meta, Op, Standing, To, Write, action_id};
use crate::planted::{self, Bug};

/// Decides what one operation of `owner` does to what is kept. `entries` are those of [`Op::scope`], in any order.
#[must_use]
pub fn plan(owner: MemberId, op: Op, meta: &Meta, mut entries: Vec<Entry>) -> (Vec<Write>, Answer) {
    entries.sort_by_key(|entry| entry.position);
    let count = entries.len() as u64;
    match op {
        Op::Open { erase } => return open(owner, erase, meta, entries),
        // The browser has dropped everything: the count begins anew, or nothing of it is there.
        Op::Reopen { sign_in } if meta.owner.is_none() && meta.sign_in < sign_in => {
            let sign_ins = Meta {
                sign_in,
                ..meta.clone()
            };
            return open(owner, false, &sign_ins, entries);
        }
        Op::Reopen { .. } if meta.owner == Some(owner) => return open(owner, false, meta, entries),
        _ => {}
    }
    if meta.owner != Some(owner) {
        let owned = meta.owner.is_some();
        return (
            Vec::new(),
            Answer::Foreign {
                entries: count,
                owned,
            },
        );
    }
    if let Op::Change { term: Some(term), .. } | Op::Remove { term: Some(term), .. } = op
        && term < meta.term
        && !planted::on(Bug::NoFencing)
    {
        return (Vec::new(), Answer::Fenced { term: meta.term });
    }
    match op {
        // Answered above.
        Op::Open { .. } | Op::Reopen { .. } => (
            Vec::new(),
            Answer::Foreign {
                entries: count,
                owned: true,
            },
        ),
        Op::Append(entry) => append(*entry, meta, &entries),
        Op::Change { id, to, known, .. } => change(id, to, known, entries),
        Op::Remove { id, .. } => remove(id, entries),
        Op::Claim => {
            let term = meta.term + 1;
            let next = meta.next;
            let meta = Meta { term, ..meta.clone() };
            (vec![Write::Meta(meta)], Answer::Claimed { term, entries, next })
        }
        // A tab that has slept through this end and another sign-in of the same person.
        Op::End { sign_in } if sign_in < meta.sign_in => (
            Vec::new(),
            Answer::Foreign {
                entries: count,
                owned: true,
            },
        ),
        Op::Clear | Op::End { .. } => {
            let meta = Meta {
                owner: None,
                ..meta.clone()
            };
            let answer = Answer::Cleared { entries: count };
            (vec![Write::DeleteAll, Write::Meta(meta)], answer)
        }
    }
}

fn open(owner: MemberId, erase: bool, meta: &Meta, entries: Vec<Entry>) -> (Vec<Write>, Answer) {
    if meta.owner == Some(owner) {
        let answer = Answer::Opened {
            entries,
            next: meta.next,
            erased: 0,
            sign_in: meta.sign_in,
            term: meta.term,
        };
        return (Vec::new(), answer);
    }
    let erased = entries.len() as u64;
    if erased > 0 && !erase {
        // What the person decides about is what waits: what was only seen goes with who saw it.
        return (
            vec![Write::DeleteArchive],
            Answer::Foreign {
                entries: erased,
                owned: meta.owner.is_some(),
            },
        );
    }
    let sign_in = meta.sign_in + 1;
    let meta = Meta {
        owner: Some(owner),
        sign_in,
        ..meta.clone()
    };
    let answer = Answer::Opened {
        entries: Vec::new(),
        next: meta.next,
        erased,
        sign_in,
        term: meta.term,
    };
    if planted::on(Bug::OutboxKeptForOther) {
        return (vec![Write::Meta(meta)], answer);
    }
    (vec![Write::DeleteAll, Write::Meta(meta)], answer)
}

fn append(mut entry: Entry, meta: &Meta, lane: &[Entry]) -> (Vec<Write>, Answer) {
    if let Some(known) = lane.iter().find(|known| known.id == entry.id) {
        let answer = Answer::Appended {
            entry: Box::new(known.clone()),
            superseded: Vec::new(),
        };
        return (Vec::new(), answer);
    }
    entry.position = meta.next;
    entry.after = lane.iter().rev().find_map(Entry::message_id).map(action_id);
    // A read mark holds for everything before it: the ones that still wait have nothing left to say.
    let superseded: Vec<ActionId> = match entry.lane.kind {
        LaneKind::Read => lane.iter().map(|known| known.id).collect(),
        LaneKind::Write => Vec::new(),
    };
    let mut writes: Vec<Write> = superseded.iter().copied().map(Write::Delete).collect();
    writes.push(Write::Put(Box::new(entry.clone())));
    writes.push(Write::Meta(Meta {
        next: meta.next + 1,
        ..meta.clone()
    }));
    let answer = Answer::Appended {
        entry: Box::new(entry),
        superseded,
    };
    (writes, answer)
}

fn change(id: ActionId, to: To, known: u32, mut lane: Vec<Entry>) -> (Vec<Write>, Answer) {
    let Some(index) = lane.iter().position(|entry| entry.id == id) else {
        return (Vec::new(), Answer::Missing(id));
    };
    let before = lane.clone();
    if let To::Again { seen_seq, .. } = to {
        for entry in &mut lane {
            if let Action::Send(draft) = &mut entry.action {
                draft.seen_seq = draft.seen_seq.max(seen_seq);
            }
        }
    }
    let entry = &mut lane[index];
    // What a tab has decided while the store failed is counted on from, or that tab would take what is kept now for older.
    entry.revision = entry.revision.max(known);
    match (to, &entry.standing) {
        // Given up is given up: only the server's word that it has it can change that.
        (To::Blocked(_) | To::Again { .. }, Standing::TakingBack) => {}
        (To::Blocked(problem), _) => entry.standing = Standing::Blocked(problem),
        (To::Again { reopen, .. }, _) => {
            entry.standing = Standing::Waiting;
            entry.reopen |= reopen;
            entry.hold_ms = None;
        }
        (To::TakingBack, _) => entry.standing = Standing::TakingBack,
    }
    let mut entries: Vec<Entry> = lane
        .into_iter()
        .zip(before)
        // The one that is meant counts on also where it stands so already: a tab may know it otherwise.
        .filter(|(now, then)| now != then || now.id == id)
        .map(|(now, _)| now)
        .collect();
    for entry in &mut entries {
        entry.revision += 1;
    }
    let writes = entries.iter().cloned().map(Box::new).map(Write::Put).collect();
    (writes, Answer::Changed { id, entries })
}

/// What named the one that goes as its predecessor names that one's predecessor instead. For a message that is stored this
/// changes nothing on the server; for one that was given up it keeps the lane from waiting for what never comes.
fn remove(id: ActionId, lane: Vec<Entry>) -> (Vec<Write>, Answer) {
    let Some(gone) = lane.iter().find(|entry| entry.id == id) else {
        return (Vec::new(), Answer::Missing(id));
    };
    let before = gone.after;
    let relinked: Vec<Entry> = lane
        .into_iter()
        .filter(|entry| entry.after == Some(id) && !planted::on(Bug::LaneNotRelinked))
        .map(|mut entry| {
            entry.after = before;
            entry.revision += 1;
            entry
        })
        .collect();
    let mut writes = vec![Write::Delete(id)];
    writes.extend(relinked.iter().cloned().map(Box::new).map(Write::Put));
    (writes, Answer::Removed { id, relinked })
}

/// Lets nobody wait for messages that are `lost`: kept, but no longer readable. What named one of them as its predecessor
/// names the message before it in its lane. Answers with the entries that changed.
pub fn relink(entries: &mut [Entry], lost: &[ActionId]) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.position);
    let mut changed = Vec::new();
    for index in 0..entries.len() {
        let (before, rest) = entries.split_at_mut(index);
        let Some(entry) = rest.first_mut() else { break };
        if entry.after.is_some_and(|after| lost.contains(&after)) {
            entry.after = before
                .iter()
                .rev()
                .filter(|earlier| earlier.lane == entry.lane)
                .find_map(Entry::message_id)
                .map(action_id);
            entry.revision += 1;
            changed.push(entry.clone());
        }
    }
    changed
}
