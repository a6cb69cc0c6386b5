//! The server's decisions: pure functions over plain data, without I/O, clock or randomness. The server's handlers call
//! them, and so does the simulation's model of the server: what is tested there is the rule that ships.
//!
//! | module | decides |
//! | --- | --- |
//! | [`accept`] | whether a message is stored, repeated or refused |
//! | [`conversation`] | what messages, operators and time do to a conversation |
//! | [`change`] | which steps an operator's change of a conversation takes |
//! | [`allocate`] | which offsets new events get |
//! | [`replay`] | how a stream goes on after `hello` |
//! | [`projection`] | what a visitor gets to see |
//! | [`rotation`] | what a refresh token is worth |
//! | [`team`] | who may do what to whom in a team |

pub mod accept;
pub mod allocate;
pub mod change;
pub mod conversation;
pub mod projection;
pub mod replay;
pub mod rotation;
pub mod team;
