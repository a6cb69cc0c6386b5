//! The browser shell of the engine's machines for a live connection. It decides nothing.
//!
//! | module | carries out |
//! | --- | --- |
//! | [`socket`] | [`switchboard_engine::socket`]: the WebSocket and its ticket |
//! | [`store`] | [`switchboard_engine::store`]: the queue of waiting actions, in IndexedDB |
//! | [`tabs`] | what tabs tell each other, and the lock that one of them holds |
//! | [`timers`] | waiting, punctual in hidden pages too |
//! | [`wake`] | signs of the network, the page's visibility and sleep |

mod address;
pub mod socket;
pub mod store;
pub mod tabs;
pub mod timers;
pub mod wake;

pub use address::realtime_url;
pub use socket::Socket;
pub use store::Store;
pub use tabs::Tabs;
pub use timers::Timers;
pub use wake::{Sign, Wake};
