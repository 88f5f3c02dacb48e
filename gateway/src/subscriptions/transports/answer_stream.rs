//! One operation, answered as one HTTP stream: what Server-Sent Events and multipart have in common.
//!
//! The first bytes go out at once, so that proxies pass the head of the answer on. A request that is refused
//! is answered with status 200 and its errors in the stream's own form.

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

use super::departure::Departure;
use super::execute;
use super::execute::Prepared;
use crate::accounts::tickets::{Ticket, TicketStream, Use};
use crate::app::App;
use crate::principal::Principal;
use crate::rejection::{ClientRejection, ErrorCode, Rejection};
use crate::router_client::GraphqlRequest;
use crate::steps::find_address::ClientAddress;
use crate::subscriptions::catch_up::{Arrival, Subscription};
use crate::subscriptions::limits::addresses::{AddressPlace, SOCKETS_OF_ONE_ADDRESS};
use crate::subscriptions::measures;
use crate::subscriptions::measures::Transport;
use crate::subscriptions::operation::LiveOperation;
use crate::subscriptions::refusal::Refusal;
use crate::subscriptions::subscriber::Ending;

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

/// A request that wants to be answered with a stream.
pub struct StreamRequest {
    /// In whose name; an anonymous shopper when there is a ticket.
    pub principal: Principal,
    /// Where it comes from.
    pub address: ClientAddress,
    /// A mutation must not come by GET.
    pub method: Method,
    /// What is asked.
    pub graphql: GraphqlRequest,
    /// What the client has seen; goes before the argument `after`.
    pub last_event_id: Option<String>,
    /// Says who the caller is.
    pub ticket: Option<Ticket>,
    /// The page that asks, when it is one.
    pub origin: Option<String>,
}

/// Answers a request with a stream.
pub async fn answer<F: StreamFormat>(app: Arc<App>, request: StreamRequest) -> Response {
    let spread = app.hub.config().drain_spread;
    let departure = Departure::new(app.adapters.tasks.draining(), spread);
    let mut chunks = Chunks::<F>::new(departure);
    match execute::prepare(&app, &request.method, &request.graphql) {
        Ok(Prepared::Live(operation)) => chunks.open(&app, &request, *operation).await,
        Ok(Prepared::Once(_)) if request.ticket.is_some() => {
            let refusal = Rejection::from(ClientRejection::TicketForStreamsOnly);
            chunks.refuse(&refusal.into());
        }
        Ok(Prepared::Once(valid)) => {
            chunks.source = Source::Once(Box::pin(async move {
                execute::execute(&app, &request.principal, &valid, &request.graphql).await
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
    departure: Departure,
    format: PhantomData<F>,
}

enum Source {
    Done,
    Once(BoxFuture<'static, Result<Bytes, Refusal>>),
    Live(Box<Live>),
}

/// A subscription and what it holds as long as its stream is open.
struct Live {
    subscription: Subscription,
    ticket: Option<TicketStream>,
    _place: AddressPlace,
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
            // Over for good: if it came back, two pages with one ticket would send each other away for ever.
            () = replaced => Arrival::Ended(Ending::Refused(Refusal::new(
                ErrorCode::Unauthenticated,
                "the ticket was used again, the stream goes on there",
            ))),
            arrival = subscription.next() => arrival,
        }
    }
}

impl<F: StreamFormat> Chunks<F> {
    fn new(departure: Departure) -> Self {
        Self {
            pending: VecDeque::from([F::opening()]),
            source: Source::Done,
            departure,
            format: PhantomData,
        }
    }

    async fn open(&mut self, app: &Arc<App>, request: &StreamRequest, operation: LiveOperation) {
        match open::<F>(app, request, operation).await {
            Ok(live) => {
                // A client that is cut off before its first event resumes here and not at "now".
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
                Source::Once(answer) => match answer.await {
                    Ok(answer) => {
                        self.pending.extend([F::next(&answer, None), F::complete()]);
                        self.source = Source::Done;
                    }
                    Err(refusal) => self.refuse(&refusal),
                },
                Source::Live(live) => {
                    let arrival = tokio::select! {
                        biased;
                        () = self.departure.due() => Arrival::Ended(Ending::GoingAway),
                        arrival = live.next() => arrival,
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

/// Counts the stream, finds out who stands behind a ticket, and subscribes in that name.
async fn open<F: StreamFormat>(
    app: &Arc<App>,
    request: &StreamRequest,
    mut operation: LiveOperation,
) -> Result<Live, Ending> {
    let counted = app
        .addresses
        .take(&request.principal.tenant, request.address);
    let place = counted
        .map_err(|full| Ending::Refused(Refusal::limit(SOCKETS_OF_ONE_ADDRESS, full.limit)))?;
    if let Some(seen) = &request.last_event_id {
        operation.after = Some(seen.clone());
    }
    let (principal, ticket) = match &request.ticket {
        None => (request.principal.clone(), None),
        Some(ticket) => {
            let principal = redeem(app, request, ticket).await?;
            (principal, Some(app.tickets.enter(ticket)))
        }
    };
    app.hub
        .count_operation(&principal)
        .map_err(Ending::Refused)?;
    let subscription = app
        .hub
        .subscribe(&principal, operation, F::TRANSPORT)
        .await?;
    Ok(Live {
        subscription,
        ticket,
        _place: place,
    })
}

async fn redeem(
    app: &Arc<App>,
    request: &StreamRequest,
    ticket: &Ticket,
) -> Result<Principal, Ending> {
    let usage = Use {
        ticket,
        request: &request.graphql,
        origin: request.origin.as_deref(),
        resumes: request.last_event_id.is_some(),
    };
    let principal = app.tickets.redeem(&request.principal, usage).await?;
    let admitted = app.accounts.admit(&principal).await;
    admitted.map_err(|rejection| Ending::Refused(rejection.into()))?;
    Ok(principal)
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
