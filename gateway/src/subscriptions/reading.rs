//! Reads events through the router: for the live tail of a group and for subscribers that catch up.
//!
//! A part that is down pauses the read; nothing is skipped for that. After [`SubscriptionsConfig::patience`] the
//! client is asked to come back, with its cursor. Only an event that cannot be resolved although everything
//! answers is given up after a few attempts: the client gets its errors and its cursor, and the events after it.

use std::sync::Arc;
use std::time::Duration;

use event_log::cursor::CursorKeys;
use event_log::{Position, cursor};
use ids::TenantId;
use internal_api::events::{FEED, FeedRequest, FeedResponse};
use serde_json::Value;
use service::trace::TraceContext;
use service::{Deadline, Tasks, deadlines, trace};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use uuid::Uuid;

use super::config::SubscriptionsConfig;
use super::groups::{Group, Work};
use super::limits::pace::Paces;
use super::measures::WaitingCatchUp;
use super::page::{Page, PageEvent, PageFailure};
use super::patience::Patience;
use super::refusal::Refusal;
use super::stream::{Interest, LiveField, StreamKey};
use super::subscriber::Ending;
use super::{measures, page};
use crate::internal_client::{CallError, InternalClient, Subgraph};
use crate::rejection::ErrorCode;
use crate::router_client::{GraphqlRequest, RouterClient};

/// Attempts at an event, or at a linked object, that fails although everything answers.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);
/// Entries of one internal feed call.
const FEED_ENTRIES: u32 = 500;

/// What reading needs of the gateway. One for the whole hub.
pub struct Services {
    /// GraphQL.
    pub router: RouterClient,
    /// Feeds and heads.
    pub internal: InternalClient,
    /// Signs and checks cursors.
    pub cursor_keys: CursorKeys,
    /// Background work.
    pub tasks: Tasks,
    /// The settings.
    pub config: SubscriptionsConfig,
    /// Pages that are read for resuming subscribers, over all tenants. No tenant waits here with more than
    /// [`SubscriptionsConfig::catch_ups_per_tenant`] reads of a stream, and who comes first is served first, so
    /// tenants take turns.
    pub catch_ups: Semaphore,
    /// Reads for live events, per tenant.
    pub router_calls: Paces<TenantId>,
}

/// One stream of one tenant in one epoch of its log.
pub struct Stream {
    /// Which.
    pub key: StreamKey,
    /// Who owns it.
    pub owner: Subgraph,
    /// The epoch in which the positions count.
    pub epoch: Uuid,
    /// What reading needs.
    pub services: Arc<Services>,
    live_reads: Semaphore,
    catch_ups: Semaphore,
}

/// Who waits for a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Members of a group.
    Live,
    /// One subscriber that is behind. A storm of these must not delay the others.
    CatchUp {
        /// Events up to here were there before the subscriber fell behind or came back.
        replayed_to: i64,
    },
}

impl Lane {
    fn replayed_to(self) -> i64 {
        match self {
            Self::Live => i64::MIN,
            Self::CatchUp { replayed_to } => replayed_to,
        }
    }
}

/// Why reading cannot go on.
#[derive(Clone, Debug)]
pub enum ReadEnd {
    /// Something has been down for too long.
    Unavailable,
    /// The subgraph refuses the query.
    Refused(Refusal),
}

impl From<ReadEnd> for Ending {
    fn from(end: ReadEnd) -> Self {
        match end {
            ReadEnd::Unavailable => Self::Unavailable,
            ReadEnd::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// Entries of the feed that can concern somebody.
pub struct Found {
    /// Their positions, ascending.
    pub positions: Vec<i64>,
    /// Everything up to here was looked at.
    pub scanned_to: i64,
}

impl Stream {
    /// A stream whose log is in `epoch`.
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

    /// The text of a position.
    pub fn cursor(&self, seq: i64) -> String {
        let StreamKey { tenant, stream } = self.key;
        let position = Position {
            epoch: self.epoch,
            seq,
        };
        cursor::encode(&self.services.cursor_keys, tenant, stream, position)
    }

    /// The position of a cursor of this stream and epoch.
    fn position(&self, text: &str) -> Option<i64> {
        let keys = &self.services.cursor_keys;
        let position = cursor::decode(keys, self.key.tenant, self.key.stream, text).ok()?;
        (position.epoch == self.epoch).then_some(position.seq)
    }

    /// Entries after a position.
    pub async fn feed(&self, after: i64) -> Result<FeedResponse, CallError> {
        let StreamKey { tenant, stream } = self.key;
        let request = FeedRequest {
            tenant,
            stream: stream.to_owned(),
            after,
            limit: FEED_ENTRIES,
        };
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        self.services
            .internal
            .post((self.owner, FEED), Some(tenant), &request, deadline)
            .await
    }

    /// Entries after a position that can concern `interest`, from one part of the feed.
    pub async fn find(&self, interest: &Interest, after: i64) -> Result<Found, ReadEnd> {
        let mut patience = Patience::new(self.services.config.patience);
        let feed = loop {
            match self.feed(after).await {
                Ok(feed) => break feed,
                Err(error) => self.pause(&mut patience, &error).await?,
            }
        };
        if feed.epoch != self.epoch || feed.min_seq > after + 1 {
            return Err(ReadEnd::Refused(Refusal::cursor_expired()));
        }
        let scanned_to = feed.entries.last().map_or(after, |entry| entry.seq);
        let positions = feed
            .entries
            .iter()
            .filter(|entry| interest.takes(&entry.event_type, &entry.subjects))
            .map(|entry| entry.seq)
            .collect();
        Ok(Found {
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
    ) -> Result<Page, ReadEnd> {
        let mut patience = Patience::new(self.services.config.patience);
        let mut first = first;
        let mut attempts = 1;
        loop {
            match self.attempt(group, after, first, lane).await {
                Ok(page) if !page.incomplete || attempts >= ATTEMPTS => return Ok(page),
                Err(PageFailure::Refused(refusal)) => return Err(ReadEnd::Refused(refusal)),
                Err(PageFailure::Unavailable) => {
                    let delay = patience.next_delay().ok_or(ReadEnd::Unavailable)?;
                    tokio::time::sleep(delay).await;
                    continue;
                }
                // One event takes its neighbours with it: read it alone.
                Err(PageFailure::Failed(_)) if first > 1 => {
                    first = 1;
                    continue;
                }
                Err(PageFailure::Failed(errors)) if attempts >= ATTEMPTS => {
                    return self.give_up_on_next(group, after, &errors, lane).await;
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
                self.wait_for_turn().await;
                (self.live_reads.acquire().await.map_err(closed)?, None)
            }
            Lane::CatchUp { .. } => {
                let _waiting = WaitingCatchUp::count();
                let of_tenant = self.catch_ups.acquire().await.map_err(closed)?;
                let of_all = self.services.catch_ups.acquire().await.map_err(closed)?;
                (of_tenant, Some(of_all))
            }
        };
        if let Some(refusal) = group.broken() {
            return Err(PageFailure::Refused(refusal.clone()));
        }
        let plan = group.plan();
        let query = &plan.operation.query;
        let variables = query.page_variables(&self.cursor(after), first).map_err(|error| {
            tracing::error!(reason = %error, "variables of an event query could not be written");
            PageFailure::Unavailable
        })?;
        let request = GraphqlRequest {
            query: query.text.clone(),
            operation_name: query.operation_name.clone(),
            variables: Some(variables),
        };
        measures::router_call(lane);
        let deadline = Deadline::after(deadlines::ROUTER);
        let call = self
            .services
            .router
            .execute(&group.principal, &request, deadline);
        let answer = match trace::scope(TraceContext::new_root(), call).await {
            Ok(answer) => answer,
            Err(rejection) if rejection.code() == ErrorCode::ServiceUnavailable => {
                tracing::debug!(reason = %rejection, "event query has to wait");
                return Err(PageFailure::Unavailable);
            }
            Err(rejection) => return Err(PageFailure::Refused(rejection.into())),
        };
        let key = &plan.operation.response_key;
        page::read_page(&answer, key, lane.replayed_to(), |text| self.position(text))
    }

    /// Waits while the tenant has used up its reads. Events are late then, and more of them share a read.
    async fn wait_for_turn(&self) {
        let turn = &self.services.router_calls;
        let wait = turn.reserve(self.key.tenant, Instant::now());
        if !wait.is_zero() {
            measures::over_budget();
            tokio::time::sleep(wait).await;
        }
    }

    /// The event after `after` cannot be resolved: a page with its errors, so that progress continues.
    async fn give_up_on_next(
        &self,
        group: &Group,
        after: i64,
        errors: &Value,
        lane: Lane,
    ) -> Result<Page, ReadEnd> {
        let mut after = after;
        loop {
            let found = self.find(&group.plan().interest, after).await?;
            if let Some(seq) = found.positions.first().copied() {
                tracing::error!(
                    tenant.id = %self.key.tenant,
                    stream = self.key.stream,
                    seq,
                    "an event could not be resolved and was passed on as an error"
                );
                let cursor = self.cursor(seq);
                let payload = page::failed_payload(errors, &cursor, seq <= lane.replayed_to());
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
            if found.scanned_to == after {
                // Nothing there that could have failed: the fault is not in an event.
                return Err(ReadEnd::Unavailable);
            }
            after = found.scanned_to;
        }
    }

    async fn pause(&self, patience: &mut Patience, error: &CallError) -> Result<(), ReadEnd> {
        let delay = patience.next_delay().ok_or(ReadEnd::Unavailable)?;
        tracing::debug!(reason = %error, stream = self.key.stream, "feed has to wait");
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// Reads for a group until nothing is pending. Started when [`Group::note`] says so.
pub async fn read_pending(stream: Arc<Stream>, group: Arc<Group>) {
    let reader = Reader(&group);
    let config = &stream.services.config;
    let mut patience = Patience::new(config.patience);
    while let Some(work) = reader.0.next_work() {
        let progress = match work {
            Work::Read { after, wanted } => {
                let first = u32::try_from(wanted)
                    .unwrap_or(u32::MAX)
                    .min(config.page_events);
                stream
                    .read(&group, after, first, Lane::Live)
                    .await
                    .map(|page| group.deliver(&page.events, page.scanned_to))
            }
            Work::Find { after } => stream
                .find(&group.plan().interest, after)
                .await
                .map(|found| {
                    group.refill(found.positions, found.scanned_to);
                    found.scanned_to > after
                }),
        };
        match progress {
            Ok(true) => patience.reset(),
            // The log has told of an event that the query does not show yet.
            Ok(false) => match patience.next_delay() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => group.end_all(&Ending::Unavailable),
            },
            Err(end) => group.end_all(&end.into()),
        }
    }
}

struct Reader<'a>(&'a Group);

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
