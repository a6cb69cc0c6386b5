//! Reports (`protocol.md` *Analytics*), as pure functions: what is kept of a conversation ([`fact`]), how it is tallied ([`tally`]),
//! what days and business hours are by a clock of the world ([`calendar`], [`business`]), and facts in little room ([`pack`]).

pub mod business;
pub mod calendar;
pub mod fact;
pub mod pack;
pub mod tally;
