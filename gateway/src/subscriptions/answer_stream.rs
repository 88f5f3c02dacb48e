//! One operation, answered as one HTTP stream: what Server-Sent Events and multipart have in common.
//!
//! The first bytes go out at once, so that proxies pass the head of the answer on. A request that is refused
//! is answered with status 200 and its errors in the stream's own form.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Body;
use axum::response::IntoResponse;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use http::HeaderName;
use http::HeaderValue;
use http::Method;
use http::header;
use tokio_util::sync::CancellationToken;

use super::catch_up::Arrival;
use super::catch_up::Subscription;
use super::execute;
use super::execute::Prepared;
use super::measures;
use super::measures::Transport;
use super::operation::LiveOperation;
use super::refusal::Refusal;
use super::subscriber::Ending;
use crate::app::App;
use crate::principal::Principal;
use crate::rejection::ErrorCode;
use crate::router_client::GraphqlRequest;

/// How a stream is written.
pub trait StreamFormat: Send + 'static {
    /// The label of its metrics.
    const TRANSPORT: Transport;

    /// The `Content-Type` of the answer.
    fn content_type() -> HeaderValue;

    /// The first bytes.
    fn opening() -> Bytes;

    /// Says that the stream is alive.
    fn heartbeat() -> Bytes;

    /// Tells a position that was reached without an event, if there is a way that clients do not take for one.
    fn position(cursor: &str) -> Option<Bytes>;

    /// An answer; `payload` is JSON. Events have a cursor.
    fn next(payload: &[u8], cursor: Option<&str>) -> Bytes;

    /// Nothing follows, and a client must not come back for it.
    fn complete() -> Bytes;

    /// The stream ends although the operation does not; the client may come back and resume.
    fn interrupted(interruption: &Interruption) -> Bytes;
}

/// Why a stream ends before its operation.
#[derive(Debug)]
pub enum Interruption {
    /// The caller has to sign in again first.
    AccessEnded(Refusal),
    /// The client should come back after a moment.
    ComeBack(Refusal),
}

/// Answers a request with a stream; a mutation must not come by GET. `last_event_id` goes before the argument
/// `after`.
pub async fn answer<F: StreamFormat>(
    app: Arc<App>,
    principal: Principal,
    (method, request): (&Method, GraphqlRequest),
    last_event_id: Option<String>,
) -> Response {
    let mut chunks = Chunks::<F>::new(app.adapters.tasks.draining());
    match execute::prepare(&app, method, &request) {
        Ok(Prepared::Live(mut operation)) => {
            operation.after = last_event_id
                .filter(|id| !id.is_empty())
                .or(operation.after);
            chunks.open(&app, &principal, operation).await;
        }
        Ok(Prepared::Once(valid)) => {
            chunks.source = Source::Once(Box::pin(async move {
                execute::execute(&app, &principal, &valid, &request).await
            }));
        }
        Err(refusal) => chunks.refuse(&refusal),
    }
    let body = Body::from_stream(stream::unfold(chunks, |mut chunks| async move {
        let chunk = chunks.next().await?;
        measures::bytes_out(F::TRANSPORT, chunk.len());
        Some((Ok::<_, Infallible>(chunk), chunks))
    }));
    let headers = [
        (header::CONTENT_TYPE, F::content_type()),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache, no-transform"),
        ),
        // Proxies of the nginx family hold answers back otherwise.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    (headers, body).into_response()
}

/// The state of a stream.
struct Chunks<F> {
    pending: VecDeque<Bytes>,
    source: Source,
    draining: CancellationToken,
    format: PhantomData<F>,
}

enum Source {
    Done,
    Once(BoxFuture<'static, Result<Bytes, Refusal>>),
    Live(Box<Subscription>),
}

impl<F: StreamFormat> Chunks<F> {
    fn new(draining: CancellationToken) -> Self {
        Self {
            pending: VecDeque::from([F::opening()]),
            source: Source::Done,
            draining,
            format: PhantomData,
        }
    }

    async fn open(&mut self, app: &App, principal: &Principal, operation: LiveOperation) {
        let opened = app.hub.subscribe(principal, operation, F::TRANSPORT).await;
        match opened {
            Ok(subscription) => {
                // A client that is cut off before its first event resumes here and not at "now".
                self.pending.extend(F::position(&subscription.cursor()));
                self.source = Source::Live(Box::new(subscription));
            }
            Err(ending) => self.end(ending),
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(chunk) = self.pending.pop_front() {
                return Some(chunk);
            }
            match &mut self.source {
                Source::Done => return None,
                Source::Once(answer) => match answer.await {
                    Ok(answer) => {
                        self.pending.extend([F::next(&answer, None), F::complete()]);
                        self.source = Source::Done;
                    }
                    Err(refusal) => self.refuse(&refusal),
                },
                Source::Live(subscription) => {
                    let arrival = tokio::select! {
                        biased;
                        () = self.draining.cancelled() => Arrival::Ended(Ending::GoingAway),
                        arrival = subscription.next() => arrival,
                    };
                    self.take(arrival);
                }
            }
        }
    }

    fn take(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Event(event) => {
                let next = F::next(&event.payload, Some(&event.cursor));
                self.pending.push_back(next);
            }
            Arrival::Quiet(cursor) => {
                self.pending.push_back(F::heartbeat());
                self.pending.extend(cursor.as_deref().and_then(F::position));
            }
            Arrival::Ended(ending) => self.end(ending),
        }
    }

    fn end(&mut self, ending: Ending) {
        match interruption(ending) {
            Ok(interruption) => {
                self.source = Source::Done;
                self.pending.push_back(F::interrupted(&interruption));
            }
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.source = Source::Done;
        let errors = F::next(refusal.to_answer().as_bytes(), None);
        self.pending.extend([errors, F::complete()]);
    }
}

/// What the client is told about an ending; `Err` when the operation itself is over.
fn interruption(ending: Ending) -> Result<Interruption, Refusal> {
    let access = |message| {
        let refusal = Refusal::new(ErrorCode::Unauthenticated, message);
        Interruption::AccessEnded(refusal)
    };
    let come_back = |message| {
        let refusal = Refusal::new(ErrorCode::ServiceUnavailable, message);
        Interruption::ComeBack(refusal)
    };
    Ok(match ending {
        Ending::Refused(refusal) => return Err(refusal),
        Ending::TokenExpired => access("the access token has expired: resume with a new one"),
        Ending::Revoked => access("access was revoked"),
        Ending::TooSlow => {
            come_back("events were not read fast enough: resume with the last cursor")
        }
        Ending::Unavailable => come_back("parts are down: resume with the last cursor in a moment"),
        Ending::GoingAway => come_back("the gateway restarts: resume with the last cursor"),
    })
}
