//! Health, readiness, metrics, and serving until the process is asked to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::Readiness;
use crate::Tasks;
use crate::deadlines;
use crate::shutdown_signal;
use crate::telemetry;

/// A balancer that asks more seldom than this is not waited for when stopping.
const PROBE_WINDOW: Duration = Duration::from_secs(15);

/// `GET /healthz` (the process turns), `GET /readyz` (it wants traffic), `GET /metrics`.
pub fn health_routes(readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(readiness)
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, &'static str) {
    if readiness.probe() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    }
}

async fn metrics() -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        telemetry::metrics_text(),
    )
}

/// Opens the port. `address` is `host:port`; port 0 takes a free one.
pub async fn bind(address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until SIGTERM, SIGINT or the end of `tasks`, then stops in order: not ready, a pause for
/// balancers that watch, no new connections, answers to what is in flight, background tasks.
/// A second signal cuts the waiting short.
///
/// Handlers find the client's address as `ConnectInfo<SocketAddr>`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> io::Result<()> {
    let draining = tasks.draining();
    let stopping = tasks.token();
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets may wait");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { draining.cancelled().await });
    let mut server = std::pin::pin!(server.into_future());

    let ended_by_itself = tokio::select! {
        ended = &mut server => Some(ended),
        () = shutdown_signal() => None,
        () = stopping.cancelled() => None,
    };
    readiness.set_ready(false);
    let result = match ended_by_itself {
        Some(ended) => ended,
        None => drain(server, &tasks, &readiness).await,
    };
    tasks.shutdown(deadlines::TASKS_GRACE).await;
    tracing::info!("stopped");
    result
}

async fn drain(
    server: impl Future<Output = io::Result<()>>,
    tasks: &Tasks,
    readiness: &Readiness,
) -> io::Result<()> {
    let mut server = std::pin::pin!(server);
    let mut hurry = std::pin::pin!(shutdown_signal());
    tracing::info!("stopping");
    if readiness.was_probed_within(PROBE_WINDOW) && !tasks.token().is_cancelled() {
        tokio::select! {
            ended = &mut server => return ended,
            () = tokio::time::sleep(deadlines::SHUTDOWN_PAUSE) => {}
            () = &mut hurry => {}
        }
    }
    tasks.draining().cancel();
    tokio::select! {
        ended = &mut server => ended,
        () = tokio::time::sleep(deadlines::DRAIN) => {
            tracing::warn!("requests in flight were cut off");
            Ok(())
        }
        () = &mut hurry => {
            tracing::warn!("requests in flight were cut off by a second signal");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tokio::io::AsyncReadExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn readiness_follows_the_flag() {
        let readiness = Readiness::new();
        let routes = health_routes(readiness.clone());
        let ask = || Request::get("/readyz").body(Body::empty()).unwrap();

        let before = routes.clone().oneshot(ask()).await.unwrap();
        readiness.set_ready(true);
        let after = routes.oneshot(ask()).await.unwrap();

        assert_eq!(before.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(after.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_request_in_flight_is_answered_while_stopping() {
        let tasks = Tasks::new();
        let readiness = Readiness::new();
        let started = std::sync::Arc::new(tokio::sync::Notify::new());
        let seen = std::sync::Arc::clone(&started);
        let router = Router::new().route(
            "/slow",
            get(move || async move {
                seen.notify_one();
                tokio::time::sleep(Duration::from_millis(200)).await;
                "done"
            }),
        );
        let listener = bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(listener, router, tasks.clone(), readiness);
        let client = async {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
                .await
                .unwrap();
            started.notified().await;
            tasks.token().cancel();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };

        let (outcome, answer) = tokio::join!(server, client);

        outcome.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("done"), "{answer}");
    }
}
