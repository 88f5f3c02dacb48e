//! One operation that is answered as one HTTP stream: the common part of Server-Sent Events and multipart.
//!
//! The first bytes are sent at once, so that proxies forward the head of the answer. A request that is refused is
//! answered with status 200 and its errors in the format of the stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Method, header};

use super::drain_delay::DrainDelay;
use crate::access::tickets::{Redemption, Ticket, TicketStream};
use crate::answer::{ClientRejection, ErrorCode, Refusal, Rejection};
use crate::live::catch_up::{Arrival, Subscription};
use crate::live::limits::addresses::{AddressPermit, SOCKETS_OF_ONE_ADDRESS};
use crate::live::limits::client_address::ClientAddress;
use crate::live::metrics;
use crate::live::metrics::Transport;
use crate::live::model::Ending;
use crate::live::operation::LiveOperation;
use crate::live::server::{LiveServer, Prepared};
use crate::principal::Principal;
use crate::schema::GraphqlRequest;

/// Format of a stream.
pub trait StreamFormat: Send + 'static {
    /// Label of the metrics.
    const TRANSPORT: Transport;

    /// The `Content-Type` of the answer.
    fn content_type() -> HeaderValue;

    /// The first bytes.
    fn opening() -> Bytes;

    /// A heartbeat.
    fn heartbeat() -> Bytes;

    /// A position that was reached without an event, if the format can express it without an event.
    fn position(cursor: &str) -> Option<Bytes>;

    /// An answer; `payload` is JSON. Events have a cursor.
    fn next(payload: &[u8], cursor: Option<&str>) -> Bytes;

    /// The end of the operation: the client must not reconnect.
    fn complete() -> Bytes;

    /// The end of the stream before the end of the operation: the client may reconnect and resume.
    fn interrupted(interruption: &Interruption) -> Bytes;
}

/// Why a stream ends before its operation.
#[derive(Debug)]
pub enum Interruption {
    /// Access ended: the caller must sign in again first.
    AccessEnded(Refusal),
    /// The client should reconnect after a moment.
    Retry(Refusal),
}

/// A request that is answered with a stream.
pub struct StreamRequest {
    /// Principal of the request; an anonymous shopper if there is a ticket.
    pub principal: Principal,
    /// Address of the client.
    pub address: ClientAddress,
    /// HTTP method: a mutation must not use GET.
    pub method: Method,
    /// The GraphQL request.
    pub graphql: GraphqlRequest,
    /// Last position that the client has seen; takes precedence over the argument `after`.
    pub last_event_id: Option<String>,
    /// Stream ticket that identifies the caller.
    pub ticket: Option<Ticket>,
    /// Origin of the page that sent the request, if there is one.
    pub origin: Option<String>,
}

/// Answers a request with a stream.
pub async fn answer<F: StreamFormat>(server: Arc<LiveServer>, request: StreamRequest) -> Response {
    let mut chunks = Chunks::<F>::new(server.drain_delay());
    match server.prepare(&request.method, &request.graphql) {
        Ok(Prepared::Live(operation)) => chunks.open(&server, &request, *operation).await,
        Ok(Prepared::OneShot(_)) if request.ticket.is_some() => {
            let refusal = Rejection::from(ClientRejection::TicketForStreamsOnly);
            chunks.refuse(&refusal.into());
        }
        Ok(Prepared::OneShot(valid)) => {
            chunks.source = Source::OneShot(Box::pin(async move {
                let StreamRequest {
                    principal, graphql, ..
                } = &request;
                server.execute(principal, &valid, graphql).await
            }));
        }
        Err(refusal) => chunks.refuse(&refusal),
    }
    let body = Body::from_stream(stream::unfold(chunks, |mut chunks| async move {
        let chunk = chunks.next().await?;
        metrics::bytes_written(F::TRANSPORT, chunk.len());
        Some((Ok::<_, Infallible>(chunk), chunks))
    }));
    let headers = [
        (header::CONTENT_TYPE, F::content_type()),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache, no-transform"),
        ),
        // Proxies of the nginx family buffer answers otherwise.
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
    drain_delay: DrainDelay,
    format: PhantomData<F>,
}

enum Source {
    Done,
    OneShot(BoxFuture<'static, Result<Bytes, Refusal>>),
    Live(Box<Live>),
}

/// A subscription and what it holds while its stream is open.
struct Live {
    subscription: Subscription,
    ticket: Option<TicketStream>,
    _permit: AddressPermit,
}

impl Live {
    async fn next(&mut self) -> Arrival {
        let Self {
            subscription,
            ticket,
            ..
        } = self;
        let replaced = async {
            match ticket {
                Some(ticket) => ticket.replaced().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // Ends without reconnect: otherwise two pages with one ticket would disconnect each other in a loop.
            () = replaced => Arrival::Ended(Ending::Refused(Refusal::new(
                ErrorCode::Unauthenticated,
                "the ticket was used again: this stream is replaced by a newer one",
            ))),
            arrival = subscription.next() => arrival,
        }
    }
}

impl<F: StreamFormat> Chunks<F> {
    fn new(drain_delay: DrainDelay) -> Self {
        Self {
            pending: VecDeque::from([F::opening()]),
            source: Source::Done,
            drain_delay,
            format: PhantomData,
        }
    }

    async fn open(
        &mut self,
        server: &LiveServer,
        request: &StreamRequest,
        operation: LiveOperation,
    ) {
        match open::<F>(server, request, operation).await {
            Ok(live) => {
                // A client that disconnects before its first event resumes here and not at a later "now".
                self.pending
                    .extend(F::position(&live.subscription.cursor()));
                self.source = Source::Live(Box::new(live));
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
                Source::OneShot(answer) => match answer.await {
                    Ok(answer) => {
                        self.pending.extend([F::next(&answer, None), F::complete()]);
                        self.source = Source::Done;
                    }
                    Err(refusal) => self.refuse(&refusal),
                },
                Source::Live(live) => {
                    let arrival = tokio::select! {
                        biased;
                        () = self.drain_delay.wait() => Arrival::Ended(Ending::GoingAway),
                        arrival = live.next() => arrival,
                    };
                    self.push_arrival(arrival);
                }
            }
        }
    }

    fn push_arrival(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Event(event) => {
                let next = F::next(&event.payload, Some(&event.cursor));
                self.pending.push_back(next);
            }
            Arrival::Heartbeat(cursor) => {
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

/// Acquires a permit, redeems a ticket, applies the rate limit and opens the subscription.
async fn open<F: StreamFormat>(
    server: &LiveServer,
    request: &StreamRequest,
    mut operation: LiveOperation,
) -> Result<Live, Ending> {
    let tenant = &request.principal.tenant;
    let permit = server
        .addresses
        .acquire(tenant, request.address)
        .map_err(|exceeded| {
            Ending::Refused(Refusal::limit(SOCKETS_OF_ONE_ADDRESS, exceeded.limit))
        })?;
    if let Some(seen) = &request.last_event_id {
        operation.after = Some(seen.clone());
    }
    let (principal, ticket) = match &request.ticket {
        None => (request.principal.clone(), None),
        Some(ticket) => {
            let principal = redeem(server, request, ticket).await?;
            (principal, Some(server.access.tickets.register(ticket)))
        }
    };
    server
        .hub
        .count_operation(&principal)
        .map_err(Ending::Refused)?;
    let subscription = server
        .hub
        .subscribe(&principal, operation, F::TRANSPORT)
        .await?;
    Ok(Live {
        subscription,
        ticket,
        _permit: permit,
    })
}

async fn redeem(
    server: &LiveServer,
    request: &StreamRequest,
    ticket: &Ticket,
) -> Result<Principal, Ending> {
    let redemption = Redemption {
        ticket,
        request: &request.graphql,
        origin: request.origin.as_deref(),
        resumes: request.last_event_id.is_some(),
    };
    let redeemed = server.access.redeem(&request.principal, redemption).await;
    redeemed.map_err(|rejection| match rejection {
        Rejection::Client(_) => Ending::Refused(rejection.into()),
        Rejection::Internal(_) => {
            rejection.log();
            // The browser reconnects by itself, and the ticket is still valid then.
            Ending::Unavailable
        }
    })
}

/// The interruption that the client is notified of; `Err` if the operation itself has ended.
fn interruption(ending: Ending) -> Result<Interruption, Refusal> {
    let access = |message| {
        let refusal = Refusal::new(ErrorCode::Unauthenticated, message);
        Interruption::AccessEnded(refusal)
    };
    let retry = |message| {
        let refusal = Refusal::new(ErrorCode::ServiceUnavailable, message);
        Interruption::Retry(refusal)
    };
    Ok(match ending {
        Ending::Refused(refusal) => return Err(refusal),
        Ending::TokenExpired => access("the access token has expired: resume with a new one"),
        Ending::Revoked => access("access was revoked"),
        Ending::TooSlow => retry("events were not read fast enough: resume with the last cursor"),
        Ending::Unavailable => {
            retry("a service is unavailable: resume with the last cursor in a moment")
        }
        Ending::GoingAway => retry("the gateway restarts: resume with the last cursor"),
    })
}
