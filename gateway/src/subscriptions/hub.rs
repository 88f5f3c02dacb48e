//! Registry of the subscriptions of this process: opens them, follows the streams that they need and passes hints to
//! the tails.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_log::cursor;
use ids::TenantId;
use service::Clock;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use super::backoff::Backoff;
use super::catch_up::{Opening, Start, Subscription};
use super::config::SubscriptionsConfig;
use super::group::{Group, GroupKey};
use super::limits::quotas::Quotas;
use super::limits::rate_limiter::RateLimiter;
use super::metrics::{OpenSubscription, Transport};
use super::operation::LiveOperation;
use super::reader::{Services, Stream};
use super::refusal::Refusal;
use super::stream::{LiveField, StreamKey};
use super::subscriber::{Ending, QueueLimits, SubscriberQueue};
use super::tail::Channel;
use super::{heads, renewal};
use crate::access::Revocations;
use crate::access::registry::Registration;
use crate::api_schema::CurrentSchema;
use crate::app::Adapters;
use crate::internal_client::{CallError, Subgraph};
use crate::principal::Principal;

/// How long opening a stream retries while its subgraph is unavailable.
const OPENING_TIMEOUT: Duration = Duration::from_secs(5);

/// All subscriptions of this process.
pub struct Hub {
    services: Arc<Services>,
    clock: Arc<dyn Clock>,
    api: CurrentSchema,
    channels: Mutex<HashMap<StreamKey, Arc<Slot>>>,
    revocations: Arc<Revocations>,
    open: Mutex<HashMap<u64, Registration>>,
    quotas: Quotas,
    operations: RateLimiter<[u8; 32]>,
    last_id: AtomicU64,
}

/// The entry of a channel, from its first subscriber until it has been idle for a while.
struct Slot {
    channel: OnceCell<Arc<Channel>>,
    usage: Mutex<Usage>,
}

struct Usage {
    handles: usize,
    idle_since: Instant,
}

/// RAII handle: the channel stays open while it is alive.
pub struct ChannelHandle {
    hub: Arc<Hub>,
    channel: Arc<Channel>,
    _guard: SlotGuard,
}

struct SlotGuard(Arc<Slot>);

impl Hub {
    /// Starts polling heads and following the schema. Subscriptions are opened with [`Self::subscribe`];
    /// `revocations` ends those whose callers lose access.
    pub fn start(
        adapters: Adapters,
        config: SubscriptionsConfig,
        revocations: Arc<Revocations>,
    ) -> Arc<Self> {
        let Adapters {
            config: gateway,
            clock,
            api,
            router,
            internal,
            tasks,
        } = adapters;
        let operations = RateLimiter::new(config.operations_per_second, config.operations_burst);
        let calls = config.router_calls_per_second;
        let services = Services {
            router,
            internal,
            cursor_keys: gateway.cursor_keys.clone(),
            tasks: tasks.clone(),
            catch_ups: Semaphore::new(config.catch_ups),
            router_calls: RateLimiter::new(calls, calls),
            config,
        };
        let hub = Arc::new(Self {
            services: Arc::new(services),
            clock,
            api,
            channels: Mutex::default(),
            revocations,
            open: Mutex::default(),
            quotas: Quotas::default(),
            operations,
            last_id: AtomicU64::new(0),
        });
        let watch = renewal::watch(Arc::clone(&hub), hub.api.changes());
        tasks.spawn("subscriptions.schema", watch);
        for owner in [Subgraph::Catalog, Subgraph::Orders, Subgraph::Customers] {
            if LiveField::all().iter().any(|field| field.owner == owner) {
                let poll = heads::poll(Arc::clone(&hub), owner);
                tasks.spawn("subscriptions.heads", poll);
            }
        }
        hub
    }

    /// Opens a subscription.
    pub async fn subscribe(
        self: &Arc<Self>,
        principal: &Principal,
        operation: LiveOperation,
        transport: Transport,
    ) -> Result<Subscription, Ending> {
        let permit = self.quotas.acquire(principal).map_err(Ending::Refused)?;
        let key = StreamKey {
            tenant: principal.tenant.id,
            stream: operation.field.stream,
        };
        let handle = self
            .acquire_channel(operation.field, key)
            .await
            .map_err(|failed| {
                failed.log();
                // A client that resumes must not learn that its subscription is over for good.
                match operation.after {
                    Some(_) => Ending::Unavailable,
                    None => Ending::Refused(Refusal::unavailable()),
                }
            })?;
        let start = match operation.after.as_deref() {
            None => Start::Now(handle.channel().head()),
            Some(cursor) => Start::After(self.position(handle.channel(), cursor).await?),
        };
        let group = self.join_group(handle.channel(), principal, operation)?;
        let config = &self.services.config;
        let limits = QueueLimits {
            events: config.queue_events,
            bytes: config.queue_bytes,
        };
        let queue = Arc::new(SubscriberQueue::new(limits));
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let revocable = Arc::clone(&queue);
        let registration = self.revocations.register(principal, revocable);
        self.open().insert(id, registration);
        let opening = Opening {
            id,
            handle,
            group,
            queue,
            expires_at: self.expires_at(principal),
            permit,
            count: OpenSubscription::count(transport),
        };
        Ok(Subscription::begin(opening, start))
    }

    /// Counts an operation that a caller starts, or refuses it over the rate limit.
    pub fn count_operation(&self, principal: &Principal) -> Result<(), Refusal> {
        let limit = self.services.config.operations_per_second;
        if self
            .operations
            .try_acquire(principal.quota_key(), Instant::now())
        {
            Ok(())
        } else {
            Err(Refusal::too_many_operations(limit))
        }
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
        let slot = self.channels().get(&key).map(Arc::clone);
        if let Some(channel) = slot.as_ref().and_then(|slot| slot.channel.get()) {
            channel.advance_head(seq);
        }
    }

    /// Number of open subscriptions.
    pub fn open_subscriptions(&self) -> usize {
        self.open().len()
    }

    /// The expiry of the caller's token on the monotonic clock.
    pub fn expires_at(&self, principal: &Principal) -> Option<Instant> {
        let left = principal.expires_at? - self.clock.now();
        Some(Instant::now() + left.to_std().unwrap_or_default())
    }

    /// The settings.
    pub fn config(&self) -> &SubscriptionsConfig {
        &self.services.config
    }

    /// The position of a client's cursor, if the log still has all events after it.
    async fn position(&self, channel: &Channel, text: &str) -> Result<i64, Ending> {
        let stream = &channel.stream;
        let keys = &self.services.cursor_keys;
        let Ok(found) = cursor::decode(keys, stream.key.tenant, stream.key.stream, text) else {
            return Err(Ending::Refused(Refusal::cursor_invalid()));
        };
        if found.epoch == stream.epoch && found.seq > channel.head() {
            // Another gateway may know a higher head than this one.
            let heads = heads::fetch(&self.services, stream.owner, vec![stream.key]).await;
            match heads {
                Ok(heads) => heads::apply([channel], &heads),
                Err(error) => {
                    OpeningFailed(error).log();
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

    async fn acquire_channel(
        self: &Arc<Self>,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<ChannelHandle, OpeningFailed> {
        let guard = self.acquire_slot(key);
        let channel = guard
            .0
            .channel
            .get_or_try_init(|| self.open_channel(field, key))
            .await?;
        let channel = Arc::clone(channel);
        Ok(ChannelHandle {
            hub: Arc::clone(self),
            channel,
            _guard: guard,
        })
    }

    fn acquire_slot(&self, key: StreamKey) -> SlotGuard {
        let mut channels = self.channels();
        let usable = channels
            .get(&key)
            .filter(|slot| !slot.is_closed())
            .map(Arc::clone);
        let slot = usable.unwrap_or_else(|| {
            let slot = Arc::new(Slot::new());
            channels.insert(key, Arc::clone(&slot));
            slot
        });
        slot.usage().handles += 1;
        SlotGuard(slot)
    }

    async fn open_channel(
        &self,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<Arc<Channel>, OpeningFailed> {
        let mut backoff = Backoff::new(OPENING_TIMEOUT);
        let heads = loop {
            match heads::fetch(&self.services, field.owner, vec![key]).await {
                Ok(heads) => break heads,
                Err(error) => match backoff.next_delay() {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => return Err(OpeningFailed(error)),
                },
            }
        };
        let (head, oldest) = heads
            .heads
            .first()
            .map_or((0, 0), |stream| (stream.head, stream.min_seq));
        let stream = Stream::new(field, key, heads.epoch, Arc::clone(&self.services));
        let channel = Arc::new(Channel::new(Arc::new(stream), head, oldest));
        let follow = Arc::clone(&channel).follow();
        self.services.tasks.spawn("subscriptions.tail", follow);
        Ok(channel)
    }

    /// Dependencies of reading.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// Channels with subscribers, and those that had some a moment ago.
    pub(super) fn channels_in_use(&self) -> Vec<Arc<Channel>> {
        let channels = self.channels();
        let all = channels.values().filter_map(|slot| slot.channel.get());
        all.map(Arc::clone).collect()
    }

    /// Stops following streams that have been without subscribers for a while.
    pub(super) fn remove_idle(&self) {
        let idle_for = self.services.config.idle_stream;
        self.channels().retain(|_, slot| {
            let keep = !slot.is_closed() && !slot.is_idle(idle_for);
            if !keep && let Some(channel) = slot.channel.get() {
                channel.close();
            }
            keep
        });
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<StreamKey, Arc<Slot>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Registration>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subgraph that owns a stream did not answer.
struct OpeningFailed(CallError);

impl OpeningFailed {
    fn log(&self) {
        let error = service::log::chain(&self.0);
        tracing::warn!(%error, "a stream could not be opened");
    }
}

impl Slot {
    fn new() -> Self {
        let usage = Mutex::new(Usage {
            handles: 0,
            idle_since: Instant::now(),
        });
        Self {
            channel: OnceCell::new(),
            usage,
        }
    }

    fn is_closed(&self) -> bool {
        self.channel
            .get()
            .is_some_and(|channel| channel.is_closed())
    }

    fn is_idle(&self, idle_for: Duration) -> bool {
        let usage = self.usage();
        usage.handles == 0 && usage.idle_since.elapsed() >= idle_for
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SlotGuard {
    fn drop(&mut self) {
        let mut usage = self.0.usage();
        usage.handles -= 1;
        usage.idle_since = Instant::now();
    }
}

impl ChannelHandle {
    /// The channel that this handle keeps open.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Removes the registration of a subscription that has ended.
    pub fn deregister(&self, id: u64) {
        // Dropped after the lock is released: dropping it locks the registry of revocations.
        let registration = self.hub.open().remove(&id);
        drop(registration);
    }
}
