//! Stub of the router.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// A router that answers as the test configures.
pub struct RouterStub {
    answer: Mutex<Reply>,
    asked: Mutex<Vec<Asked>>,
    healthy: AtomicBool,
    pub working: AtomicUsize,
}

/// One request that the router got.
#[derive(Clone)]
pub struct Asked {
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Clone)]
pub enum Reply {
    Now(StatusCode, Vec<Bytes>),
    BreaksOff(Bytes),
    Never,
}

impl RouterStub {
    pub(super) fn new() -> Self {
        let answer = br#"{"data":{"shop":{"name":"Kava"}}}"#;
        Self {
            answer: Mutex::new(Reply::Now(StatusCode::OK, vec![Bytes::from_static(answer)])),
            asked: Mutex::default(),
            healthy: AtomicBool::new(true),
            working: AtomicUsize::new(0),
        }
    }

    pub fn replies(&self, reply: Reply) {
        *self.answer.lock().unwrap() = reply;
    }

    pub fn answers(&self, answer: &Value) {
        self.replies(Reply::Now(StatusCode::OK, vec![answer.to_string().into()]));
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The one request that came.
    pub fn only_asked(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "requests at the router");
        asked[0].clone()
    }

    pub fn set_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::Relaxed);
    }
}

pub(super) fn routes(router: Arc<RouterStub>) -> Router {
    Router::new()
        .route("/graphql", post(answer_graphql))
        .route("/health", get(answer_health))
        .with_state(router)
}

async fn answer_health(State(router): State<Arc<RouterStub>>) -> StatusCode {
    if router.healthy.load(Ordering::Relaxed) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

struct Working(Arc<RouterStub>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer_graphql(
    State(router): State<Arc<RouterStub>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    router.asked.lock().unwrap().push(Asked { headers, body });
    router.working.fetch_add(1, Ordering::Relaxed);
    let _working = Working(Arc::clone(&router));
    let reply = router.answer.lock().unwrap().clone();
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    match reply {
        Reply::Now(status, pieces) if pieces.len() == 1 => {
            (status, content_type, pieces.concat()).into_response()
        }
        Reply::Now(status, pieces) => {
            let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
            let stream = futures_util::stream::iter(pieces);
            (status, content_type, Body::from_stream(stream)).into_response()
        }
        Reply::BreaksOff(first) => {
            let pieces = [Ok(first), Err(std::io::Error::other("broken on purpose"))];
            // The first piece is on its way before the connection breaks.
            let stream = futures_util::stream::iter(pieces).then(|piece| async {
                if piece.is_err() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                piece
            });
            (content_type, Body::from_stream(stream)).into_response()
        }
        Reply::Never => std::future::pending().await,
    }
}
