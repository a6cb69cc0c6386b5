//! The realtime engine against a model of the server, through schedules of faults.
//!
//! | module | holds |
//! | --- | --- |
//! | [`server`] | the model of the server, which decides by `switchboard_domain` |
//! | [`page`] | one tab's program: the engine's machines and what its shells do for them |
//! | [`world`] | a browser with its tabs, the network between, people, faults, and what must hold |
//! | [`report`] | many schedules and what came of them |

pub mod page;
pub mod report;
pub mod server;
pub mod world;
