//! The realtime engine against a model of the server, through schedules of faults.
//!
//! | module | holds |
//! | --- | --- |
//! | [`server`] | the model of the server, which decides by `switchboard_domain` |

pub mod server;
