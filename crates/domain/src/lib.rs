//! The server's decisions: pure functions over plain data, without I/O, clock or randomness. The server's handlers call
//! them, and so does the simulation's model of the server: what is tested there is the rule that ships.
//!
//! | module | decides |
//! | --- | --- |
//! | [`accept`] | whether a message is stored, repeated, refused or taken back |
//! | [`action`] | whether an action is done or was done before |
//! | [`conversation`] | what messages, operators and time do to a conversation |
//! | [`change`] | which steps an operator's change of a conversation takes |
//! | [`deletion`] | whether a conversation is deleted, and what stays of it |
//! | [`ledger`], [`stored`], [`words`] | what one transaction writes: conversation, messages, events, notices |
//! | [`assignment`] | who gets a conversation that begins |
//! | [`rating`] | what a visitor may say of a conversation that is over |
//! | [`allocate`] | which offsets new events get |
//! | [`audience`] | who may see what |
//! | [`replay`] | how a stream goes on after `hello` |
//! | [`flow`] | what a stream is sent, in which order, and how much of it may be unacknowledged |
//! | [`standing`] | what becomes of a stream whose person may no longer follow it |
//! | [`projection`] | what a visitor gets to see |
//! | [`rotation`] | what a refresh token is worth |
//! | [`analytics`] | what reports count, and how |
//! | [`team`] | who may do what to whom in a team |
//! | [`website`] | what beats and time make of a website's status; what a check of its installation comes to |

pub mod accept;
pub mod action;
pub mod allocate;
pub mod analytics;
pub mod assignment;
pub mod audience;
pub mod change;
pub mod conversation;
pub mod deletion;
pub mod flow;
pub mod ledger;
pub mod lifecycle;
pub mod planted;
pub mod projection;
pub mod rating;
pub mod replay;
pub mod retention;
pub mod rotation;
pub mod standing;
pub mod stored;
pub mod team;
pub mod website;
pub mod words;
