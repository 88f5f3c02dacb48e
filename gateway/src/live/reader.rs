//! Reads events through the router: for the live tail of a group and for subscribers that catch up.
//!
//! While a service is unavailable, reads are retried with back-off and nothing is skipped. After
//! [`LiveConfig::retry_timeout`] the client is asked to reconnect with its cursor. An event is skipped only
//! if it cannot be resolved after several attempts although every service answers: the client gets its errors, its
//! cursor and the events after it.

use std::sync::Arc;
use std::time::Duration;

use event_cursor::{CursorKeys, Position};
use ids::TenantId;
use internal_api::events::{FeedRequest, FeedResponse, HeadsResponse};
use internal_call::CallError;
use serde_json::Value;
use service::trace::TraceContext;
use service::{Deadline, Tasks, deadlines, trace};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use uuid::Uuid;

use super::event_page::{Page, PageEvent, PageFailure};
use super::group::{Group, Work};
use super::limits::rate_limiter::RateLimiter;
use super::metrics::Counted;
use super::model::{Ending, Lane, ReadError};
use super::operation::PageQuery;
use super::stream::{Interest, LiveField, StreamKey};
use super::{event_page, metrics};
use crate::answer::{ErrorCode, InternalRejection, Refusal, Rejection};
use crate::config::{GatewayConfig, LiveConfig};
use crate::schema::GraphqlRequest;
use crate::upstream::{Backoff, Masked, RouterClient, Subgraph, Subgraphs, internal};

/// Attempts for an event, or a linked object, that fails although every service answers.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);
/// Maximum number of entries of one feed call.
const FEED_ENTRIES: u32 = 500;

/// Dependencies of reading. One for the whole hub.
pub struct Services {
    /// Page queries.
    pub router: RouterClient,
    /// Feeds and heads.
    pub subgraphs: Subgraphs,
    /// Signs and checks cursors.
    pub cursor_keys: CursorKeys,
    /// Background work.
    pub tasks: Tasks,
    /// Settings of subscriptions.
    pub config: LiveConfig,
    /// Permits of page reads for catching-up subscribers of all tenants. One stream of a tenant waits here with at
    /// most [`LiveConfig::catch_ups_per_tenant`] reads, and permits are granted in order, so tenants take
    /// turns.
    pub catch_ups: Semaphore,
    /// Rate limit of reads for live events, per tenant.
    pub router_calls: RateLimiter<TenantId>,
}

impl Services {
    /// With the permits of the settings.
    pub fn new(
        config: &GatewayConfig,
        router: RouterClient,
        subgraphs: Subgraphs,
        tasks: Tasks,
    ) -> Self {
        let live = config.live.clone();
        let calls = live.router_calls_per_second;
        Self {
            router,
            subgraphs,
            cursor_keys: config.cursor_keys.clone(),
            tasks,
            catch_ups: Semaphore::new(live.catch_ups),
            router_calls: RateLimiter::new(calls, calls),
            config: live,
        }
    }

    /// The heads of some streams of one subgraph.
    pub async fn heads(
        &self,
        owner: Subgraph,
        keys: &[StreamKey],
    ) -> Result<HeadsResponse, CallError> {
        let streams = keys.iter().map(|key| (key.tenant, key.stream));
        internal::heads(self.subgraphs.of(owner), streams).await
    }
}

/// One stream of one tenant in one epoch of its log.
pub struct Stream {
    /// Tenant and name of the stream.
    pub key: StreamKey,
    /// Subgraph that owns the stream.
    pub owner: Subgraph,
    /// Epoch of the positions.
    pub epoch: Uuid,
    /// Dependencies of reading.
    pub services: Arc<Services>,
    live_reads: Semaphore,
    catch_ups: Semaphore,
}

/// Matching entries of a part of the feed.
pub struct FeedScan {
    /// Matching positions, ascending.
    pub positions: Vec<i64>,
    /// Position up to which entries were scanned.
    pub scanned_to: i64,
}

impl Stream {
    /// A stream whose log has this `epoch`.
    pub fn new(field: &LiveField, key: StreamKey, epoch: Uuid, services: Arc<Services>) -> Self {
        let live_reads = Semaphore::new(services.config.live_reads);
        let catch_ups = Semaphore::new(services.config.catch_ups_per_tenant);
        Self {
            key,
            owner: field.owner,
            epoch,
            services,
            live_reads,
            catch_ups,
        }
    }

    /// The cursor of a position.
    pub fn cursor(&self, seq: i64) -> String {
        let StreamKey { tenant, stream } = self.key;
        let position = Position {
            epoch: self.epoch,
            seq,
        };
        event_cursor::encode(&self.services.cursor_keys, tenant, stream, position)
    }

    /// The position of a cursor of this stream and epoch.
    fn position(&self, text: &str) -> Option<i64> {
        let keys = &self.services.cursor_keys;
        let position = event_cursor::decode(keys, self.key.tenant, self.key.stream, text).ok()?;
        (position.epoch == self.epoch).then_some(position.seq)
    }

    /// Reads the entries after a position.
    pub async fn feed(&self, after: i64) -> Result<FeedResponse, CallError> {
        let StreamKey { tenant, stream } = self.key;
        let request = FeedRequest {
            tenant,
            stream: stream.to_owned(),
            after,
            limit: FEED_ENTRIES,
        };
        let owner = self.services.subgraphs.of(self.owner);
        owner.call(&request, internal::deadline()).await
    }

    /// Scans one part of the feed after a position for entries that match `interest`.
    pub async fn scan(&self, interest: &Interest, after: i64) -> Result<FeedScan, ReadError> {
        let mut backoff = Backoff::new(self.services.config.retry_timeout);
        let feed = loop {
            match self.feed(after).await {
                Ok(feed) => break feed,
                Err(error) => self.back_off(&mut backoff, &error).await?,
            }
        };
        if feed.epoch != self.epoch || feed.min_seq > after + 1 {
            return Err(ReadError::Refused(Refusal::cursor_expired()));
        }
        let scanned_to = feed.entries.last().map_or(after, |entry| entry.seq);
        let positions = feed
            .entries
            .iter()
            .filter(|entry| interest.matches(&entry.event_type, &entry.subjects))
            .map(|entry| entry.seq)
            .collect();
        Ok(FeedScan {
            positions,
            scanned_to,
        })
    }

    /// The next events of a group after a position, at most `first`.
    pub async fn read(
        &self,
        group: &Group,
        after: i64,
        first: u32,
        lane: Lane,
    ) -> Result<Page, ReadError> {
        let mut backoff = Backoff::new(self.services.config.retry_timeout);
        let mut first = first;
        let mut attempts = 1;
        loop {
            match self.attempt(group, after, first, lane).await {
                Ok(page) if !page.incomplete || attempts >= ATTEMPTS => return Ok(page),
                Err(PageFailure::Refused(refusal)) => return Err(ReadError::Refused(refusal)),
                Err(PageFailure::Unavailable) => {
                    let delay = backoff.next_delay().ok_or(ReadError::Unavailable)?;
                    tokio::time::sleep(delay).await;
                    continue;
                }
                // One failing event fails the whole page: read it alone.
                Err(PageFailure::Failed(_)) if first > 1 => {
                    first = 1;
                    continue;
                }
                Err(PageFailure::Failed(errors)) if attempts >= ATTEMPTS => {
                    return self.skip_next(group, after, &errors, lane).await;
                }
                Ok(_) | Err(PageFailure::Failed(_)) => {}
            }
            tokio::time::sleep(BETWEEN_ATTEMPTS * attempts).await;
            attempts += 1;
        }
    }

    async fn attempt(
        &self,
        group: &Group,
        after: i64,
        first: u32,
        lane: Lane,
    ) -> Result<Page, PageFailure> {
        let closed = |_closed| PageFailure::Unavailable;
        let _permits = match lane {
            Lane::Live => {
                self.wait_for_rate_limit().await;
                (self.live_reads.acquire().await.map_err(closed)?, None)
            }
            Lane::CatchUp { .. } => {
                let _waiting = Counted::waiting_catch_up();
                let of_tenant = self.catch_ups.acquire().await.map_err(closed)?;
                let of_all = self.services.catch_ups.acquire().await.map_err(closed)?;
                (of_tenant, Some(of_all))
            }
        };
        if let Some(refusal) = group.terminated() {
            return Err(PageFailure::Refused(refusal.clone()));
        }
        let plan = group.plan();
        metrics::router_call(lane);
        let answer = match self
            .query_page(group, &plan.operation.query, after, first)
            .await
        {
            Ok(answer) => answer,
            Err(rejection) if rejection.code() == ErrorCode::ServiceUnavailable => {
                tracing::debug!(error = %service::log::chain(&rejection), "event query is retried");
                return Err(PageFailure::Unavailable);
            }
            Err(rejection) => return Err(PageFailure::Refused(rejection.into())),
        };
        let key = &plan.operation.response_key;
        event_page::read_page(&answer.body, key, lane.replayed_to(), |text| {
            self.position(text)
        })
    }

    async fn query_page(
        &self,
        group: &Group,
        query: &PageQuery,
        after: i64,
        first: u32,
    ) -> Result<Masked, Rejection> {
        let variables = query
            .page_variables(&self.cursor(after), first)
            .map_err(|source| InternalRejection::broken("serializing an event query", source))?;
        let request = GraphqlRequest {
            query: query.text.clone(),
            operation_name: query.operation_name.clone(),
            variables: Some(variables),
        };
        let deadline = Deadline::after(deadlines::ROUTER);
        let router = &self.services.router;
        let call = router.execute(&group.principal, request.to_body()?, deadline);
        trace::scope(TraceContext::new_root(), call).await
    }

    /// Waits while the tenant exceeds its rate limit. Its events are delayed then, and more of them share a read.
    async fn wait_for_rate_limit(&self) {
        let rate_limit = &self.services.router_calls;
        let wait = rate_limit.reserve(self.key.tenant, Instant::now());
        if !wait.is_zero() {
            metrics::read_delayed();
            tokio::time::sleep(wait).await;
        }
    }

    /// The event after `after` cannot be resolved: returns a page with its errors, so that reading continues after
    /// it.
    async fn skip_next(
        &self,
        group: &Group,
        after: i64,
        errors: &Value,
        lane: Lane,
    ) -> Result<Page, ReadError> {
        let mut after = after;
        loop {
            let scan = self.scan(&group.plan().interest, after).await?;
            if let Some(seq) = scan.positions.first().copied() {
                tracing::error!(
                    tenant.id = %self.key.tenant,
                    stream = self.key.stream,
                    seq,
                    "an event could not be resolved and was delivered as an error"
                );
                let cursor = self.cursor(seq);
                let payload =
                    event_page::failed_payload(errors, &cursor, seq <= lane.replayed_to());
                let event = PageEvent {
                    seq,
                    cursor,
                    payload,
                };
                return Ok(Page {
                    events: vec![Arc::new(event)],
                    scanned_to: seq,
                    has_more: true,
                    incomplete: false,
                });
            }
            if scan.scanned_to == after {
                // No event that could have failed: the failure is not in an event.
                return Err(ReadError::Unavailable);
            }
            after = scan.scanned_to;
        }
    }

    async fn back_off(&self, backoff: &mut Backoff, error: &CallError) -> Result<(), ReadError> {
        let delay = backoff.next_delay().ok_or(ReadError::Unavailable)?;
        tracing::debug!(
            error = %service::log::chain(error),
            stream = self.key.stream,
            "feed read is retried"
        );
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// Reads for a group until nothing is pending. Started when [`Group::add_pending`] returns `true`.
pub async fn read_pending(stream: Arc<Stream>, group: Arc<Group>) {
    let reader = ReaderGuard(&group);
    let config = &stream.services.config;
    let mut backoff = Backoff::new(config.retry_timeout);
    while let Some(work) = reader.0.next_work() {
        let progress = match work {
            Work::Read { after, wanted } => {
                let first = u32::try_from(wanted)
                    .unwrap_or(u32::MAX)
                    .min(config.events_per_page());
                stream
                    .read(&group, after, first, Lane::Live)
                    .await
                    .map(|page| group.deliver(&page.events, page.scanned_to))
            }
            Work::Scan { after } => stream
                .scan(&group.plan().interest, after)
                .await
                .map(|scan| {
                    group.refill(scan.positions, scan.scanned_to);
                    scan.scanned_to > after
                }),
        };
        match progress {
            Ok(true) => backoff.reset(),
            // The log has an event that the query does not show yet.
            Ok(false) => match backoff.next_delay() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => group.end_all(&Ending::Unavailable),
            },
            Err(end) => group.end_all(&end.into()),
        }
    }
}

/// Ends the members if the reader stops early.
struct ReaderGuard<'a>(&'a Group);

impl Drop for ReaderGuard<'_> {
    fn drop(&mut self) {
        self.0.reader_stopped();
    }
}
