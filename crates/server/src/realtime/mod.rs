//! The realtime socket (`protocol.md` *Realtime*): a view of the event log, never its source.
//!
//! | module | holds |
//! | --- | --- |
//! | [`hub`] | wake-ups and signals between the tasks of this process |
//! | [`nodes`] | the same between servers on one database |
//! | `tickets` | `POST …/ticket`, and taking tickets |
//! | `socket` | the upgrade, the first frame, the task of a live socket |
//! | `connection` | a live socket's rules, without I/O |
//! | `subscriber` | who is at the other end, what they may see, what is asked of the database |
//! | `standing`, `watch` | whether they still may, looked at for all sockets together |
//! | `frames`, `budget` | reading frames, bounding their number |
//! | `attendance` | who is there, for every server on the same database |
//! | `signals`, [`presence`] | telling typing and viewing on; who is there |

mod attendance;
pub(crate) mod budget;
mod connection;
mod frames;
pub mod hub;
pub(crate) mod nodes;
pub mod presence;
mod signals;
mod socket;
mod standing;
mod subscriber;
mod tickets;
mod watch;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use attendance::run as note_attendance;
pub(crate) use nodes::run as talk_with_others;
pub(crate) use signals::visitor_types;
pub(crate) use subscriber::availability;
pub(crate) use watch::run as watch_sockets;

use crate::state::AppState;

/// The routes of the socket and its tickets.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/realtime/ticket", post(tickets::for_operator))
        .route("/api/visitor/ticket", post(tickets::for_visitor))
        .route("/api/realtime", get(socket::upgrade))
}
