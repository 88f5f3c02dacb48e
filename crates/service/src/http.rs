//! Health, readiness, metrics, and serving until the process is asked to stop.

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
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::{Readiness, Tasks, deadlines, shutdown_signal, telemetry};

/// A balancer that asks more seldom than this is not waited for when stopping.
const PROBE_WINDOW: Duration = Duration::from_secs(15);
/// Connections of one process unless it is told otherwise; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 10_000;
/// File descriptors of a process beside those of its clients' connections.
const OTHER_DESCRIPTORS: u64 = 1_024;
/// Time for the head of a request. It also ends connections that idle, so it is longer than clients
/// keep theirs (90 s): no request meets a door that closes.
const HEAD_TIMEOUT: Duration = Duration::from_secs(100);
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(50);

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
/// Handlers find the client's address as `ConnectInfo<SocketAddr>`. HTTP/1.1 with upgrades; the
/// number of connections and the time to send a request's head are bounded.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> io::Result<()> {
    serve_up_to(MAX_CONNECTIONS, listener, router, tasks, readiness).await
}

/// The same with a number of connections of its own; upgraded ones count until they end. Raises the
/// process's limit of open files when it is lower than that needs.
pub async fn serve_up_to(
    max_connections: usize,
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> io::Result<()> {
    make_room_for(max_connections);
    let stopping = tasks.token();
    let connections = Connections::new(&tasks, max_connections);
    let mut accepting = Box::pin(accept(&listener, router, &connections));
    tokio::select! {
        () = &mut accepting => {}
        () = shutdown_signal() => {}
        () = stopping.cancelled() => {}
    }
    tracing::info!("stopping");
    let mut hurry = std::pin::pin!(shutdown_signal());
    readiness.set_ready(false);
    if readiness.was_probed_within(PROBE_WINDOW) && !stopping.is_cancelled() {
        tokio::select! {
            () = &mut accepting => {}
            () = tokio::time::sleep(deadlines::SHUTDOWN_PAUSE) => {}
            () = &mut hurry => {}
        }
    }
    drop(accepting);
    drop(listener);
    tasks.draining().cancel();
    tokio::select! {
        () = connections.drained() => {}
        () = tokio::time::sleep(deadlines::DRAIN) => {
            tracing::warn!("requests in flight were cut off");
        }
        () = &mut hurry => tracing::warn!("requests in flight were cut off by a second signal"),
    }
    tasks.shutdown(deadlines::TASKS_GRACE).await;
    tracing::info!("stopped");
    Ok(())
}

/// Accepts connections for ever.
async fn accept(listener: &TcpListener, router: Router, connections: &Connections) {
    while let Ok(place) = Arc::clone(&connections.room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, address)) => {
                attend(stream, (address, place), router.clone(), connections);
            }
            // One connection that broke before it was accepted; or no file descriptor is left, and
            // then only time helps.
            Err(error) => {
                tracing::warn!(%error, "connection was not accepted");
                tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
    }
}

/// Serves one connection in the background.
#[expect(
    clippy::disallowed_methods,
    reason = "connections are drained by `serve`, not as tasks"
)]
fn attend(
    stream: TcpStream,
    (address, place): (SocketAddr, OwnedSemaphorePermit),
    router: Router,
    connections: &Connections,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets may wait");
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
            TokioIo::new(Seated {
                stream,
                _place: place,
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
                // The request in flight is answered, then the connection ends.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended early");
        }
    }));
}

/// Raises the soft limit of open files as far as `connections` need and the hard limit allows.
fn make_room_for(connections: usize) {
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX);
    let wanted = wanted.saturating_add(OTHER_DESCRIPTORS);
    let limit = getrlimit(Resource::Nofile);
    // An absent limit is no limit.
    let Some(current) = limit.current.filter(|current| *current < wanted) else {
        return;
    };
    let raised = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let new = Rlimit {
        current: Some(raised),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, new) {
        Ok(()) if raised == wanted => {}
        Ok(()) => tracing::warn!(
            limit = raised,
            wanted,
            "the limit of open files is too low for the connections that are allowed"
        ),
        Err(error) => tracing::warn!(
            %error,
            limit = current,
            wanted,
            "the limit of open files could not be raised"
        ),
    }
}

/// A connection and its place among those that are allowed. What takes the connection over in an upgrade
/// takes the place as well.
struct Seated {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Seated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Seated {
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
    room: Arc<Semaphore>,
}

impl Connections {
    fn new(tasks: &Tasks, room: usize) -> Self {
        Self {
            tracker: TaskTracker::new(),
            draining: tasks.draining(),
            room: Arc::new(Semaphore::new(room)),
        }
    }

    /// Ends when the last one has ended. Sockets that were upgraded are their owners' business.
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
    async fn a_request_in_flight_is_answered_while_stopping() {
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
    async fn an_upgraded_connection_keeps_its_place() {
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
            assert!(
                waiting.await.is_err(),
                "there is one place, and it is taken"
            );
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
