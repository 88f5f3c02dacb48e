//! Opens the subscriptions of this process, and passes hints to the tails of their streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ids::TenantId;
use internal_call::CallError;
use service::Clock;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::catch_up::{Start, Subscription, SubscriptionParts};
use super::channels::Channels;
use super::group::{Group, GroupKey};
use super::limits::quotas::Quotas;
use super::limits::rate_limiter::RateLimiter;
use super::metrics::{OpenSubscription, Transport};
use super::model::Ending;
use super::operation::LiveOperation;
use super::reader::Services;
use super::stream::{LiveField, StreamKey};
use super::subscriber::{QueueLimits, SubscriberQueue};
use super::tail::Channel;
use super::{heads, renewal};
use crate::access::Revocations;
use crate::answer::Refusal;
use crate::config::LiveConfig;
use crate::principal::Principal;
use crate::schema::CurrentSchema;
use crate::upstream::Subgraph;

/// All subscriptions of this process.
pub struct Hub {
    services: Arc<Services>,
    clock: Arc<dyn Clock>,
    api: CurrentSchema,
    channels: Arc<Channels>,
    revocations: Arc<Revocations>,
    /// Counts the open subscriptions: each holds a token of it.
    open: TaskTracker,
    quotas: Quotas,
    operations: RateLimiter<[u8; 32]>,
    last_id: AtomicU64,
}

impl Hub {
    /// Starts polling heads and following the schema. Subscriptions are opened with [`Self::subscribe`];
    /// `revocations` ends those whose callers lose access.
    pub fn start(
        services: Services,
        api: CurrentSchema,
        clock: Arc<dyn Clock>,
        revocations: Arc<Revocations>,
    ) -> Arc<Self> {
        let services = Arc::new(services);
        let channels = Arc::new(Channels::new(Arc::clone(&services)));
        let tasks = &services.tasks;
        let watch = renewal::watch(Arc::clone(&channels), api.changes(), tasks.token());
        tasks.spawn("subscriptions.schema", watch);
        for owner in [Subgraph::Catalog, Subgraph::Orders, Subgraph::Customers] {
            if LiveField::all().iter().any(|field| field.owner == owner) {
                let poll = heads::poll(Arc::clone(&services), Arc::clone(&channels), owner);
                tasks.spawn("subscriptions.heads", poll);
            }
        }
        let config = &services.config;
        Arc::new(Self {
            operations: RateLimiter::new(config.operations_per_second, config.operations_burst),
            services,
            clock,
            api,
            channels,
            revocations,
            open: TaskTracker::new(),
            quotas: Quotas::default(),
            last_id: AtomicU64::new(0),
        })
    }

    /// Opens a subscription.
    pub async fn subscribe(
        &self,
        principal: &Principal,
        operation: LiveOperation,
        transport: Transport,
    ) -> Result<Subscription, Ending> {
        let permit = self.quotas.acquire(principal).map_err(Ending::Refused)?;
        let key = StreamKey {
            tenant: principal.tenant.id,
            stream: operation.field.stream,
        };
        let channel = self.channels.acquire(operation.field, key).await;
        let channel = channel.map_err(|error| {
            log_unavailable(&error);
            // A client that resumes must not learn that its subscription is over for good.
            match operation.after {
                Some(_) => Ending::Unavailable,
                None => Ending::Refused(Refusal::unavailable()),
            }
        })?;
        let start = match operation.after.as_deref() {
            None => Start::Now(channel.head()),
            Some(cursor) => Start::After(self.position(&channel, cursor).await?),
        };
        let group = self.join_group(&channel, principal, operation)?;
        let config = &self.services.config;
        let queue = Arc::new(SubscriberQueue::new(QueueLimits {
            events: config.queue_events,
            bytes: config.queue_bytes,
        }));
        let revocable = Arc::clone(&queue);
        let parts = SubscriptionParts {
            id: self.last_id.fetch_add(1, Ordering::Relaxed),
            channel,
            group,
            queue,
            expires_at: self.expires_at(principal),
            registration: self.revocations.register(principal, revocable),
            permit,
            count: OpenSubscription::count(transport),
            open: self.open.token(),
        };
        Ok(Subscription::begin(parts, start))
    }

    /// Counts an operation that a caller starts, or refuses it over the rate limit.
    pub fn count_operation(&self, principal: &Principal) -> Result<(), Refusal> {
        let (key, now) = (principal.quota_key(), Instant::now());
        if self.operations.try_acquire(key, now) {
            return Ok(());
        }
        let limit = self.services.config.operations_per_second;
        Err(Refusal::limit("operations per second of one caller", limit))
    }

    /// The group of a subscriber under the current schema.
    fn join_group(
        &self,
        channel: &Channel,
        principal: &Principal,
        operation: LiveOperation,
    ) -> Result<Arc<Group>, Ending> {
        let mut operation = Arc::new(operation);
        loop {
            let key = GroupKey::of(principal, &operation);
            let is_current = || self.api.get().id() == operation.schema;
            let create = |floor| Group::new(key, principal.clone(), Arc::clone(&operation), floor);
            if let Some(group) = channel.acquire_group(key, is_current, create) {
                return Ok(group);
            }
            let renewed = operation.renewed(&self.api.get());
            operation = Arc::new(renewed.map_err(Ending::Refused)?);
        }
    }

    /// A hint says that the head of a stream is `seq`. It may be wrong, late or repeated.
    pub fn hint(&self, tenant: TenantId, stream: &str, seq: i64) {
        let field = LiveField::all().iter().find(|field| field.stream == stream);
        let Some(field) = field else { return };
        let key = StreamKey {
            tenant,
            stream: field.stream,
        };
        if let Some(channel) = self.channels.get(&key) {
            channel.advance_head(seq);
        }
    }

    /// Number of open subscriptions.
    pub fn open_subscriptions(&self) -> usize {
        self.open.len()
    }

    /// The expiry of the caller's token on the monotonic clock.
    pub fn expires_at(&self, principal: &Principal) -> Option<Instant> {
        let left = principal.expires_at? - self.clock.now();
        Some(Instant::now() + left.to_std().unwrap_or_default())
    }

    /// The settings.
    pub fn config(&self) -> &LiveConfig {
        &self.services.config
    }

    /// The position of a client's cursor, if the log still has all events after it.
    async fn position(&self, channel: &Channel, text: &str) -> Result<i64, Ending> {
        let stream = &channel.stream;
        let StreamKey {
            tenant,
            stream: name,
        } = stream.key;
        let Ok(found) = event_cursor::decode(&self.services.cursor_keys, tenant, name, text) else {
            return Err(Ending::Refused(Refusal::cursor_invalid()));
        };
        if found.epoch == stream.epoch && found.seq > channel.head() {
            // Another gateway may know a higher head than this one.
            match self.services.heads(stream.owner, &[stream.key]).await {
                Ok(heads) => heads::apply([channel], &heads),
                Err(error) => {
                    log_unavailable(&error);
                    return Err(Ending::Unavailable);
                }
            }
        }
        let reachable = found.epoch == stream.epoch
            && found.seq <= channel.head()
            && channel.reaches_back_to(found.seq);
        if !reachable {
            return Err(Ending::Refused(Refusal::cursor_expired()));
        }
        let limit = self.services.config.replay_events;
        if channel.head() - found.seq > limit {
            return Err(Ending::Refused(Refusal::replay_too_long(limit)));
        }
        Ok(found.seq)
    }
}

/// The subgraph that owns a stream did not answer.
fn log_unavailable(error: &CallError) {
    tracing::warn!(error = %service::log::chain(error), "a stream could not be opened");
}
