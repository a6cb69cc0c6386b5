//! The facts of one website and day in little room: a range of years is read in a moment. A pack holds nothing that the facts do
//! not, and is made from them again whenever one of them changes.

use std::collections::BTreeMap;

use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::Rating;
use switchboard_contract::time::Timestamp;

use super::fact::{Fact, QUARTER_MS, Reply};

/// The way of writing; a pack of another one is made anew.
const VERSION: u8 = 1;

type Id = [u8; 16];

macro_rules! bytes {
    ($id:expr) => {
        *$id.as_uuid().as_bytes()
    };
}

macro_rules! id {
    ($kind:ident, $bytes:expr) => {
        $kind::from_uuid(uuid::Uuid::from_bytes($bytes))
    };
}

/// Packs facts, all of one website.
#[must_use]
pub fn pack(facts: &[Fact]) -> Vec<u8> {
    let mut names = Names::default();
    let mut body = Writer::default();
    for fact in facts {
        body.fact(fact, &mut names);
    }
    let mut out = Writer(vec![VERSION]);
    out.count(names.ids.len());
    for id in &names.ids {
        out.0.extend_from_slice(id);
    }
    out.count(facts.len());
    out.0.append(&mut body.0);
    out.0
}

/// The facts of a pack, which are of this website; none when it was written otherwise.
#[must_use]
pub fn unpack(pack: &[u8], website_id: WebsiteId) -> Option<Vec<Fact>> {
    let (version, rest) = pack.split_first()?;
    if *version != VERSION {
        return None;
    }
    let mut reader = Reader(rest);
    let names: Vec<Id> = reader.many(Reader::id)?;
    let facts = reader.many(|reader| reader.fact(&names, website_id))?;
    reader.0.is_empty().then_some(facts)
}

/// Ids that stand in many facts are written once.
#[derive(Default)]
struct Names {
    ids: Vec<Id>,
    places: BTreeMap<Id, usize>,
}

impl Names {
    fn place(&mut self, id: Id) -> usize {
        *self.places.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len() - 1
        })
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    /// Seven bits a byte, the lowest first.
    fn number(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.0.push(low & 0x7f);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Small where the value is near 0, on either side.
    fn signed(&mut self, value: i64) {
        self.number((value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned());
    }

    /// 0 for none.
    fn maybe(&mut self, value: Option<i64>) {
        match value {
            None => self.number(0),
            Some(value) => {
                self.number(1);
                self.signed(value);
            }
        }
    }

    fn fact(&mut self, fact: &Fact, names: &mut Names) {
        let start = fact.started_at.as_millis();
        let since_start = |at: Option<Timestamp>| at.map(|at| at.as_millis() - start);
        let flags = u8::from(fact.is_open)
            | u8::from(fact.is_rating_requested) << 1
            | u8::from(fact.conversation_id.is_some()) << 2
            | u8::from(fact.assignee_id.is_some()) << 3
            | match fact.rating {
                None => 0,
                Some(Rating::Good) => 1,
                Some(Rating::Bad) => 2,
                Some(Rating::Unknown) => 3,
            } << 4;
        self.0.push(flags);
        if let Some(id) = fact.conversation_id {
            self.0.extend_from_slice(&bytes!(id));
        }
        if let Some(id) = fact.assignee_id {
            self.count(names.place(bytes!(id)));
        }
        self.count(names.place(bytes!(fact.funnel_id)));
        self.count(fact.labels.len());
        for label in &fact.labels {
            self.count(names.place(bytes!(label)));
        }
        self.signed(start);
        self.maybe(since_start(fact.first_message_at));
        self.maybe(since_start(fact.first_closed_at));
        self.maybe(fact.resolution_business_ms);
        self.number(fact.reopened);
        self.maybe(since_start(fact.waiting_since));
        self.count(fact.replies.len());
        for reply in &fact.replies {
            self.count(names.place(bytes!(reply.by)));
            self.signed(reply.since.as_millis() - start);
            self.signed(reply.wait_ms());
            self.maybe(reply.business_ms);
        }
        self.count(fact.messages.len());
        for (at, count) in &fact.messages {
            self.signed(at.as_millis().div_euclid(QUARTER_MS));
            self.number(*count);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn id(&mut self) -> Option<Id> {
        let (id, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*id)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn maybe(&mut self) -> Option<Option<i64>> {
        match self.number()? {
            0 => Some(None),
            _ => self.signed().map(Some),
        }
    }

    /// As many as the number before them says, and no more room than there are bytes.
    fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        let mut items = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items)
    }

    fn named(&mut self, names: &[Id]) -> Option<Id> {
        let place = usize::try_from(self.number()?).ok()?;
        names.get(place).copied()
    }

    fn fact(&mut self, names: &[Id], website_id: WebsiteId) -> Option<Fact> {
        let flags = self.byte()?;
        let has = |bit: u8| flags & (1 << bit) != 0;
        let conversation_id = if has(2) {
            Some(id!(ConversationId, self.id()?))
        } else {
            None
        };
        let assignee_id = if has(3) {
            Some(id!(MemberId, self.named(names)?))
        } else {
            None
        };
        let funnel_id = id!(FunnelId, self.named(names)?);
        let labels = self.many(|reader| Some(id!(LabelId, reader.named(names)?)))?;
        let started_at = Timestamp::from_millis(self.signed()?);
        let after_start = |millis: Option<i64>| millis.map(|millis| started_at.plus_millis(millis));
        Some(Fact {
            conversation_id,
            website_id,
            funnel_id,
            labels,
            assignee_id,
            is_open: has(0),
            started_at,
            first_message_at: after_start(self.maybe()?),
            first_closed_at: after_start(self.maybe()?),
            resolution_business_ms: self.maybe()?,
            reopened: self.number()?,
            rating: match (flags >> 4) & 3 {
                0 => None,
                1 => Some(Rating::Good),
                2 => Some(Rating::Bad),
                _ => Some(Rating::Unknown),
            },
            is_rating_requested: has(1),
            waiting_since: after_start(self.maybe()?),
            replies: self.many(|reader| {
                let by = id!(MemberId, reader.named(names)?);
                let since = started_at.plus_millis(reader.signed()?);
                Some(Reply {
                    by,
                    since,
                    at: since.plus_millis(reader.signed()?),
                    business_ms: reader.maybe()?,
                })
            })?,
            messages: self.many(|reader| {
                let quarter = reader.signed()?.checked_mul(QUARTER_MS)?;
                Some((Timestamp::from_millis(quarter), reader.number()?))
            })?,
        })
    }
}
