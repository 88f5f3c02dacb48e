//! Signals that ask the process to stop.

/// Completes at the first SIGTERM or SIGINT after the call.
pub async fn shutdown_signal() {
    use tokio::signal::unix::{SignalKind, signal};

    match (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(error = %crate::log::chain(&error), "signal handlers not installed, only SIGKILL stops the process");
            std::future::pending::<()>().await;
        }
    }
}
