//! GraphQL over Server-Sent Events, distinct connections mode: one request, one operation, one stream.
//!
//! Events of a subscription carry their cursor as `id`, so a browser's `EventSource` resumes by itself with
//! `Last-Event-ID`. Whatever is not an event has no `id` of its own: heartbeats are comments, and a position that
//! was reached without an event is a block with nothing but an `id`. A stream that ends without `complete` wants
//! the client to come back.

use std::collections::VecDeque;
use std::convert::Infallible;
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
use super::measures::Transport;
use super::operation::LiveOperation;
use super::refusal::Refusal;
use super::subscriber::Ending;
use crate::app::App;
use crate::principal::Principal;
use crate::rejection::ErrorCode;
use crate::router_client::GraphqlRequest;

/// A comment: says that the stream is alive.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// The operation is over; a client must not come back for it.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");
/// How soon a client that was sent away should come back, in milliseconds.
const RETRY: Bytes = Bytes::from_static(b"retry: 1000\n\n");

/// Answers a request with an event stream; a mutation must not come by GET. `last_event_id` goes before the argument `after`.
///
/// A request that is refused is answered with status 200 and its errors as an event: browsers show nothing of
/// another status to the page.
pub async fn sse(
    app: Arc<App>,
    principal: Principal,
    (method, request): (&Method, GraphqlRequest),
    last_event_id: Option<String>,
) -> Response {
    let mut events = Events {
        pending: VecDeque::from([HEARTBEAT]),
        source: Source::Done,
        draining: app.adapters.tasks.draining(),
    };
    match execute::prepare(&app, method, &request) {
        Ok(Prepared::Live(mut operation)) => {
            operation.after = last_event_id
                .filter(|id| !id.is_empty())
                .or(operation.after);
            events.open(&app, &principal, operation).await;
        }
        Ok(Prepared::Once(valid)) => {
            events.source = Source::Once(Box::pin(async move {
                execute::execute(&app, &principal, &valid, &request).await
            }));
        }
        Err(refusal) => events.refuse(&refusal),
    }
    let body = Body::from_stream(stream::unfold(events, |mut events| async move {
        let chunk = events.next_chunk().await?;
        Some((Ok::<_, Infallible>(chunk), events))
    }));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream; charset=utf-8"),
        ),
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

/// The stream's state.
struct Events {
    pending: VecDeque<Bytes>,
    source: Source,
    draining: CancellationToken,
}

enum Source {
    Done,
    Once(BoxFuture<'static, Result<Bytes, Refusal>>),
    Live(Box<Subscription>),
}

impl Events {
    async fn open(&mut self, app: &App, principal: &Principal, operation: LiveOperation) {
        match app
            .hub
            .subscribe(principal, operation, Transport::Sse)
            .await
        {
            Ok(subscription) => {
                // A client that is cut off before its first event resumes here and not at "now".
                self.pending.push_back(position(&subscription.cursor()));
                self.source = Source::Live(Box::new(subscription));
            }
            Err(ending) => self.end(ending),
        }
    }

    async fn next_chunk(&mut self) -> Option<Bytes> {
        loop {
            if let Some(chunk) = self.pending.pop_front() {
                return Some(chunk);
            }
            match &mut self.source {
                Source::Done => return None,
                Source::Once(answer) => match answer.await {
                    Ok(answer) => {
                        self.pending.extend([event(&answer, None), COMPLETE]);
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
                    match arrival {
                        Arrival::Event(next) => {
                            return Some(event(&next.payload, Some(&next.cursor)));
                        }
                        Arrival::Quiet(None) => return Some(HEARTBEAT),
                        Arrival::Quiet(Some(cursor)) => {
                            self.pending.extend([HEARTBEAT, position(&cursor)]);
                        }
                        Arrival::Ended(ending) => self.end(ending),
                    }
                }
            }
        }
    }

    fn end(&mut self, ending: Ending) {
        self.source = Source::Done;
        match ending {
            Ending::Refused(refusal) => self.refuse(&refusal),
            Ending::TokenExpired => self.say(&Refusal::new(
                ErrorCode::Unauthenticated,
                "the access token has expired: resume with a new one",
            )),
            Ending::Revoked => {
                self.say(&Refusal::new(
                    ErrorCode::Unauthenticated,
                    "access was revoked",
                ));
            }
            Ending::TooSlow | Ending::Unavailable | Ending::GoingAway => {
                self.pending.push_back(RETRY);
            }
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.source = Source::Done;
        self.say(refusal);
        self.pending.push_back(COMPLETE);
    }

    fn say(&mut self, refusal: &Refusal) {
        self.pending
            .push_back(event(refusal.to_answer().as_bytes(), None));
    }
}

/// A `next` event. Line breaks in the JSON are white space and stay such.
fn event(payload: &[u8], cursor: Option<&str>) -> Bytes {
    let mut text = Vec::with_capacity(payload.len() + cursor.map_or(0, str::len) + 32);
    text.extend_from_slice(b"event: next\n");
    if let Some(cursor) = cursor {
        text.extend_from_slice(b"id: ");
        text.extend_from_slice(cursor.as_bytes());
        text.push(b'\n');
    }
    for line in payload.split(|byte| matches!(byte, b'\n' | b'\r')) {
        text.extend_from_slice(b"data: ");
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.push(b'\n');
    text.into()
}

/// Moves the client's `lastEventId` and shows nothing to the page.
fn position(cursor: &str) -> Bytes {
    format!("id: {cursor}\n\n").into()
}
