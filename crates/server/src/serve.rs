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
    let db = state.db.clone();

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
    println!("Switchboard listens on http://{addr}");

    wait_for_signal().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    let ended = async {
        hub.drain().await;
        server.await
    };
    if tokio::time::timeout(LAST_CALL, ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    db.close().await;
    Ok(())
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    let _ = tokio::signal::ctrl_c().await;
}
