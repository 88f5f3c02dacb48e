//! All subscriptions of this process: opens them, follows the streams that they need, wakes the tails.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_log::cursor;
use ids::TenantId;
use service::Clock;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use super::catch_up::{Opening, Start, Subscription};
use super::config::SubscriptionsConfig;
use super::groups::{Group, GroupKey};
use super::limits::pace::Paces;
use super::limits::quotas::Quotas;
use super::measures::{OpenSubscription, Transport};
use super::operation::LiveOperation;
use super::patience::Patience;
use super::reading::{Services, Stream};
use super::refusal::Refusal;
use super::stream::{LiveField, StreamKey};
use super::subscriber::{Ending, Outlet, QueueLimits};
use super::tail::Channel;
use super::{heads, renewal};
use crate::accounts::Accounts;
use crate::accounts::presences::Presence;
use crate::api_schema::CurrentSchema;
use crate::app::Adapters;
use crate::internal_client::{CallError, Subgraph};
use crate::principal::Principal;

/// How long opening a stream waits for a subgraph that is down.
const OPENING_PATIENCE: Duration = Duration::from_secs(5);

/// The subscriptions of this process.
pub struct Hub {
    services: Arc<Services>,
    clock: Arc<dyn Clock>,
    api: CurrentSchema,
    channels: Mutex<HashMap<StreamKey, Arc<Slot>>>,
    accounts: Arc<Accounts>,
    open: Mutex<HashMap<u64, Presence>>,
    quotas: Quotas,
    operations: Paces<[u8; 32]>,
    last_id: AtomicU64,
}

/// The place of a channel, from the first who wants it until it has been idle for a while.
struct Slot {
    channel: OnceCell<Arc<Channel>>,
    usage: Mutex<Usage>,
}

struct Usage {
    leases: usize,
    idle_since: Instant,
}

/// Keeps a channel open.
pub struct Lease {
    hub: Arc<Hub>,
    channel: Arc<Channel>,
    _hold: Hold,
}

struct Hold(Arc<Slot>);

impl Hub {
    /// Starts to follow heads. Subscriptions are opened with [`Self::subscribe`]; `accounts` ends those whose
    /// callers lose their access.
    pub fn start(
        adapters: Adapters,
        config: SubscriptionsConfig,
        accounts: Arc<Accounts>,
    ) -> Arc<Self> {
        let Adapters {
            config: gateway,
            clock,
            api,
            router,
            internal,
            tasks,
        } = adapters;
        let operations = Paces::new(config.operations_per_second, config.operations_burst);
        let calls = config.router_calls_per_second;
        let services = Services {
            router,
            internal,
            cursor_keys: gateway.cursor_keys.clone(),
            tasks: tasks.clone(),
            catch_ups: Semaphore::new(config.catch_ups),
            router_calls: Paces::new(calls, calls),
            config,
        };
        let hub = Arc::new(Self {
            services: Arc::new(services),
            clock,
            api,
            channels: Mutex::default(),
            accounts,
            open: Mutex::default(),
            quotas: Quotas::default(),
            operations,
            last_id: AtomicU64::new(0),
        });
        let watch = renewal::watch(Arc::clone(&hub), hub.api.changes());
        tasks.spawn("subscriptions.schema", watch);
        for owner in [Subgraph::Catalog, Subgraph::Orders, Subgraph::Customers] {
            if LiveField::all().iter().any(|field| field.owner == owner) {
                let watch = heads::watch(Arc::clone(&hub), owner);
                tasks.spawn("subscriptions.heads", watch);
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
        let place = self.quotas.take(principal).map_err(Ending::Refused)?;
        let key = StreamKey {
            tenant: principal.tenant.id,
            stream: operation.field.stream,
        };
        let lease = self.lease(operation.field, key).await.map_err(|failed| {
            failed.log();
            // A client that resumes must not be told that its subscription is over for good.
            match operation.after {
                Some(_) => Ending::Unavailable,
                None => Ending::Refused(Refusal::unavailable()),
            }
        })?;
        let start = match operation.after.as_deref() {
            None => Start::Now(lease.channel().head()),
            Some(cursor) => Start::After(self.position(lease.channel(), cursor).await?),
        };
        let group = self.enter(lease.channel(), principal, operation)?;
        let config = &self.services.config;
        let limits = QueueLimits {
            events: config.queue_events,
            bytes: config.queue_bytes,
        };
        let outlet = Arc::new(Outlet::new(limits));
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let revocable = Arc::clone(&outlet);
        let presence = self.accounts.attend(principal, revocable);
        self.open().insert(id, presence);
        let opening = Opening {
            id,
            lease,
            group,
            outlet,
            expires_at: self.expires_at(principal),
            place,
            count: OpenSubscription::count(transport),
        };
        Ok(Subscription::begin(opening, start))
    }

    /// Counts an operation that a caller starts, or refuses it because there were too many lately.
    pub fn count_operation(&self, principal: &Principal) -> Result<(), Refusal> {
        let limit = self.services.config.operations_per_second;
        if self.operations.take(principal.person(), Instant::now()) {
            Ok(())
        } else {
            Err(Refusal::too_many_operations(limit))
        }
    }

    /// The group of a subscriber, under the schema of this moment.
    fn enter(
        &self,
        channel: &Channel,
        principal: &Principal,
        operation: LiveOperation,
    ) -> Result<Arc<Group>, Ending> {
        let mut operation = Arc::new(operation);
        loop {
            let key = GroupKey::of(principal, &operation);
            let is_current = || self.api.get().id() == operation.schema;
            let make = |floor| Group::new(key, principal.clone(), Arc::clone(&operation), floor);
            if let Some(group) = channel.enter(key, is_current, make) {
                return Ok(group);
            }
            let renewed = operation.renewed(&self.api.get());
            operation = Arc::new(renewed.map_err(Ending::Refused)?);
        }
    }

    /// Somebody says that a stream is as far as `seq`. May be wrong, late or repeated.
    pub fn hint(&self, tenant: TenantId, stream: &str, seq: i64) {
        let field = LiveField::all().iter().find(|field| field.stream == stream);
        let Some(field) = field else { return };
        let key = StreamKey {
            tenant,
            stream: field.stream,
        };
        let slot = self.channels().get(&key).map(Arc::clone);
        if let Some(channel) = slot.as_ref().and_then(|slot| slot.channel.get()) {
            channel.announce(seq);
        }
    }

    /// How many subscriptions are open.
    pub fn open_subscriptions(&self) -> usize {
        self.open().len()
    }

    /// When the caller's token ends, on the clock that timers use.
    pub fn expires_at(&self, principal: &Principal) -> Option<Instant> {
        let left = principal.expires_at? - self.clock.now();
        Some(Instant::now() + left.to_std().unwrap_or_default())
    }

    /// The settings.
    pub fn config(&self) -> &SubscriptionsConfig {
        &self.services.config
    }

    /// The position of a client's cursor, if the log still has everything after it.
    async fn position(&self, channel: &Channel, text: &str) -> Result<i64, Ending> {
        let stream = &channel.stream;
        let keys = &self.services.cursor_keys;
        let Ok(found) = cursor::decode(keys, stream.key.tenant, stream.key.stream, text) else {
            return Err(Ending::Refused(Refusal::cursor_invalid()));
        };
        if found.epoch == stream.epoch && found.seq > channel.head() {
            // Another gateway may know more than this one.
            let heads = heads::ask(&self.services, stream.owner, vec![stream.key]).await;
            match heads {
                Ok(heads) => heads::observe([channel], &heads),
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

    async fn lease(
        self: &Arc<Self>,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<Lease, OpeningFailed> {
        let hold = self.hold(key);
        let channel = hold
            .0
            .channel
            .get_or_try_init(|| self.open_channel(field, key))
            .await?;
        let channel = Arc::clone(channel);
        Ok(Lease {
            hub: Arc::clone(self),
            channel,
            _hold: hold,
        })
    }

    fn hold(&self, key: StreamKey) -> Hold {
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
        slot.usage().leases += 1;
        Hold(slot)
    }

    async fn open_channel(
        &self,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<Arc<Channel>, OpeningFailed> {
        let mut patience = Patience::new(OPENING_PATIENCE);
        let heads = loop {
            match heads::ask(&self.services, field.owner, vec![key]).await {
                Ok(heads) => break heads,
                Err(error) => match patience.next_delay() {
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

    /// What reading needs.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// The streams that somebody here listens to, or did a moment ago.
    pub(super) fn channels_in_use(&self) -> Vec<Arc<Channel>> {
        let channels = self.channels();
        let all = channels.values().filter_map(|slot| slot.channel.get());
        all.map(Arc::clone).collect()
    }

    /// Stops to follow streams that nobody has listened to for a while.
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

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Presence>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The owner of a stream did not answer.
struct OpeningFailed(CallError);

impl OpeningFailed {
    fn log(&self) {
        let reason = crate::rejection::chain(&self.0);
        tracing::warn!(%reason, "a stream could not be opened");
    }
}

impl Slot {
    fn new() -> Self {
        let usage = Mutex::new(Usage {
            leases: 0,
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
        usage.leases == 0 && usage.idle_since.elapsed() >= idle_for
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut usage = self.0.usage();
        usage.leases -= 1;
        usage.idle_since = Instant::now();
    }
}

impl Lease {
    /// What it keeps open.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// A subscription is over.
    pub fn forget(&self, id: u64) {
        // Taken out first: it leaves another list, and no lock is held for that.
        let presence = self.hub.open().remove(&id);
        drop(presence);
    }
}
