//! Runs the server until it is told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt as _;

use crate::config::{Config, ConfigError};
use crate::router;
use crate::state::AppState;

/// How long requests and sockets have to end once the server is told to stop.
const LAST_CALL: Duration = Duration::from_secs(5);

/// Opens everything, says so in one line on standard output, and serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// One line that says what to do when the server cannot start.
pub async fn serve(mut config: Config) -> Result<(), ConfigError> {
    config.prepare_data_dir()?;
    let listener = config.listen().await?;
    let addr = config.addr;
    let state = AppState::open(config).await?;
    let hub = state.hub.clone();
    let closing = state.clone();

    // Small answers and frames leave at once.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
    });
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut stopping = stopped.clone();
    let server = tokio::spawn(
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                // An error means that the sender is gone, which is a reason to stop as well.
                let _ = stopping.wait_for(|stop| *stop).await;
            })
            .into_future(),
    );
    let stop_signal = StopSignal::listen()
        .map_err(|error| ConfigError::new(format!("Cannot listen for signals ({error}); try again")))?;
    println!("Switchboard listens on http://{addr}");

    stop_signal.heard().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    let ended = async {
        hub.drain().await;
        server.await
    };
    if tokio::time::timeout(LAST_CALL, ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    closing.close().await;
    Ok(())
}

/// The wish of whoever runs the server that it stops: SIGTERM or Ctrl-C.
#[cfg(unix)]
struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    /// Listens from now on, so that no wish is missed once the server has said that it is there.
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn heard(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The wish of whoever runs the server that it stops: Ctrl-C.
#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn heard(self) {
        // Without a handler there is nothing to hear, and the system ends the program by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
