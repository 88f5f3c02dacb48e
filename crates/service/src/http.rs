//! Liveness, readiness, metrics, and the HTTP server with graceful shutdown.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::{Readiness, Tasks, deadlines, shutdown_signal, telemetry};

/// Shutdown waits for load balancers only if a readiness probe arrived within this time.
const PROBE_WINDOW: Duration = Duration::from_secs(15);
/// Default limit of open connections of a process; more wait in the kernel's accept queue.
const MAX_CONNECTIONS: usize = 10_000;
/// File descriptors that a process needs besides those of client connections.
const OTHER_DESCRIPTORS: u64 = 1_024;
/// Time-out for the head of a request. It also closes idle connections, so it is longer than the
/// keep-alive of our clients (90 s): no request is sent on a connection that is being closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(100);
/// Delay after a failed accept.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// `GET /healthz` (liveness), `GET /readyz` (readiness), `GET /metrics`.
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

/// Listens on `address`, which is `host:port`; port 0 takes a free port.
pub async fn bind(address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until SIGTERM, SIGINT or the shutdown of `tasks`, then shuts down in order: not ready, a pause
/// for load balancers that probe, no new connections, drain of in-flight requests, background tasks.
/// A second signal ends the pause or the drain at once.
///
/// Handlers get the client's address as `ConnectInfo<SocketAddr>`. The protocol is HTTP/1.1 with
/// upgrades. The number of connections and the time to send a request's head are limited.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> io::Result<()> {
    serve_up_to(MAX_CONNECTIONS, listener, router, tasks, readiness).await
}

/// Serves like [`serve`] with another limit of open connections. Upgraded connections count until they
/// end. Raises the process's limit of open files when it is lower than the connections need.
pub async fn serve_up_to(
    max_connections: usize,
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> io::Result<()> {
    raise_open_files_limit(max_connections);
    let stopping = tasks.token();
    let connections = Connections::new(&tasks, max_connections);
    let mut accepting = Box::pin(accept(&listener, router, &connections));
    tokio::select! {
        () = &mut accepting => {}
        () = shutdown_signal() => {}
        () = stopping.cancelled() => {}
    }
    tracing::info!("stopping");
    let mut second_signal = std::pin::pin!(shutdown_signal());
    readiness.set_ready(false);
    if readiness.was_probed_within(PROBE_WINDOW) && !stopping.is_cancelled() {
        tokio::select! {
            () = &mut accepting => {}
            () = tokio::time::sleep(deadlines::SHUTDOWN_PAUSE) => {}
            () = &mut second_signal => {}
        }
    }
    drop(accepting);
    drop(listener);
    tasks.draining().cancel();
    tokio::select! {
        () = connections.drained() => {}
        () = tokio::time::sleep(deadlines::DRAIN) => {
            tracing::warn!("in-flight requests aborted at the drain time-out");
        }
        () = &mut second_signal => tracing::warn!("in-flight requests aborted by a second signal"),
    }
    tasks.shutdown(deadlines::TASKS_GRACE).await;
    tracing::info!("stopped");
    Ok(())
}

/// Accepts connections in a loop, each with a permit.
async fn accept(listener: &TcpListener, router: Router, connections: &Connections) {
    while let Ok(permit) = Arc::clone(&connections.permits).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, address)) => {
                serve_connection(stream, (address, permit), router.clone(), connections);
            }
            // The connection broke before it was accepted, or no file descriptor is left; the latter
            // only time can resolve.
            Err(error) => {
                tracing::warn!(error = %crate::log::chain(&error), "connection not accepted");
                tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}

/// Serves one connection in the background.
#[expect(
    clippy::disallowed_methods,
    reason = "connections are drained by `serve`, not as tasks"
)]
fn serve_connection(
    stream: TcpStream,
    (address, permit): (SocketAddr, OwnedSemaphorePermit),
    router: Router,
    connections: &Connections,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %crate::log::chain(&error), "TCP_NODELAY not set");
    }
    let answer = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(
            TokioIo::new(LimitedStream {
                stream,
                _permit: permit,
            }),
            answer,
        )
        .with_upgrades();
    let draining = connections.draining.clone();
    tokio::spawn(connections.tracker.track_future(async move {
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = draining.cancelled() => {
                // The in-flight request is answered, then the connection closes.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %crate::log::chain(&error), "connection ended early");
        }
    }));
}

/// Raises the soft limit of open files as far as `connections` need and the hard limit allows.
fn raise_open_files_limit(connections: usize) {
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX);
    let wanted = wanted.saturating_add(OTHER_DESCRIPTORS);
    // "Unlimited" is the largest number.
    let Ok((current, maximum)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    if current >= wanted {
        return;
    }
    let raised = maximum.min(wanted);
    match setrlimit(Resource::RLIMIT_NOFILE, raised, maximum) {
        Ok(()) if raised == wanted => {}
        Ok(()) => tracing::warn!(
            limit = raised,
            wanted,
            "limit of open files is too low for the connection limit"
        ),
        Err(error) => tracing::warn!(
            error = %crate::log::chain(&error),
            limit = current,
            wanted,
            "limit of open files not raised"
        ),
    }
}

/// A connection that holds a connection permit. An upgrade takes over the connection and with it the
/// permit.
struct LimitedStream {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for LimitedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for LimitedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The open connections of a server.
struct Connections {
    tracker: TaskTracker,
    draining: CancellationToken,
    permits: Arc<Semaphore>,
}

impl Connections {
    fn new(tasks: &Tasks, max_connections: usize) -> Self {
        Self {
            tracker: TaskTracker::new(),
            draining: tasks.draining(),
            permits: Arc::new(Semaphore::new(max_connections)),
        }
    }

    /// Completes when the last connection has ended. Upgraded sockets are not awaited; their owners close
    /// them.
    async fn drained(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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
    async fn an_in_flight_request_is_answered_during_shutdown() {
        let tasks = Tasks::new();
        let readiness = Readiness::new();
        let started = Arc::new(tokio::sync::Notify::new());
        let seen = Arc::clone(&started);
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
            let mut stream = TcpStream::connect(address).await.unwrap();
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

    #[tokio::test]
    async fn an_upgraded_connection_keeps_its_permit() {
        let tasks = Tasks::new();
        let (sockets, mut upgraded) = tokio::sync::mpsc::unbounded_channel();
        let upgrade = move |mut request: Request<Body>| async move {
            let upgrade = hyper::upgrade::on(&mut request);
            let wait = async move { sockets.send(upgrade.await.unwrap()).is_ok() };
            Tasks::new().spawn("test.upgrade", async move {
                assert!(wait.await);
            });
            let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "test")];
            (StatusCode::SWITCHING_PROTOCOLS, headers)
        };
        let router = Router::new().route("/upgrade", get(upgrade));
        let router = router.merge(health_routes(Readiness::new()));
        let listener = bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve_up_to(1, listener, router, tasks.clone(), Readiness::new());
        let clients = async {
            let mut first = TcpStream::connect(address).await.unwrap();
            let ask =
                b"GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n";
            first.write_all(ask).await.unwrap();
            let socket = upgraded.recv().await.unwrap();
            let mut second = TcpStream::connect(address).await.unwrap();
            let ask = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            second.write_all(ask).await.unwrap();
            let mut answer = String::new();
            let pause = Duration::from_millis(200);
            let waiting = tokio::time::timeout(pause, second.read_to_string(&mut answer));
            assert!(waiting.await.is_err(), "the only permit is taken");
            drop(socket);
            second.read_to_string(&mut answer).await.unwrap();
            tasks.token().cancel();
            answer
        };

        let (outcome, answer) = tokio::join!(server, clients);

        outcome.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
