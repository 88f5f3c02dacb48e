//! The streams that this process follows: each from its first subscriber until it has been idle for a while.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use internal_call::CallError;
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::reader::{Services, Stream};
use super::stream::{LiveField, StreamKey};
use super::tail::Channel;
use crate::upstream::Backoff;

/// How long opening a stream retries while its subgraph is unavailable.
const OPENING_TIMEOUT: Duration = Duration::from_secs(5);

/// All followed streams.
pub struct Channels {
    services: Arc<Services>,
    slots: Mutex<HashMap<StreamKey, Arc<Slot>>>,
}

/// The entry of a channel.
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
    channel: Arc<Channel>,
    _guard: SlotGuard,
}

struct SlotGuard(Arc<Slot>);

impl Channels {
    /// No stream is followed yet.
    pub fn new(services: Arc<Services>) -> Self {
        Self {
            services,
            slots: Mutex::default(),
        }
    }

    /// The channel of a stream; follows the stream if it is not followed yet.
    pub async fn acquire(
        &self,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<ChannelHandle, CallError> {
        let guard = self.acquire_slot(key);
        let slot = &guard.0;
        let opened = slot.channel.get_or_try_init(|| self.open(field, key)).await;
        let channel = Arc::clone(opened?);
        Ok(ChannelHandle {
            channel,
            _guard: guard,
        })
    }

    fn acquire_slot(&self, key: StreamKey) -> SlotGuard {
        let mut slots = self.slots.lock();
        let usable = slots
            .get(&key)
            .filter(|slot| !slot.is_closed())
            .map(Arc::clone);
        let slot = usable.unwrap_or_else(|| {
            let slot = Arc::new(Slot::new());
            slots.insert(key, Arc::clone(&slot));
            slot
        });
        slot.usage.lock().handles += 1;
        SlotGuard(slot)
    }

    async fn open(
        &self,
        field: &'static LiveField,
        key: StreamKey,
    ) -> Result<Arc<Channel>, CallError> {
        let mut backoff = Backoff::new(OPENING_TIMEOUT);
        let heads = loop {
            match self.services.heads(field.owner, &[key]).await {
                Ok(heads) => break heads,
                Err(error) => match backoff.next_delay() {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => return Err(error),
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

    /// The channel of a stream that is followed.
    pub fn get(&self, key: &StreamKey) -> Option<Arc<Channel>> {
        self.slots.lock().get(key)?.channel.get().map(Arc::clone)
    }

    /// Channels with subscribers, and those that had some a moment ago.
    pub fn in_use(&self) -> Vec<Arc<Channel>> {
        let slots = self.slots.lock();
        let channels = slots.values().filter_map(|slot| slot.channel.get());
        channels.map(Arc::clone).collect()
    }

    /// Stops following streams that have been without subscribers for a while.
    pub fn remove_idle(&self) {
        let idle_for = self.services.config.idle_stream;
        self.slots.lock().retain(|_, slot| {
            let keep = !slot.is_closed() && !slot.is_idle(idle_for);
            if !keep && let Some(channel) = slot.channel.get() {
                channel.close();
            }
            keep
        });
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
        let usage = self.usage.lock();
        usage.handles == 0 && usage.idle_since.elapsed() >= idle_for
    }
}

impl Drop for SlotGuard {
    fn drop(&mut self) {
        let mut usage = self.0.usage.lock();
        usage.handles -= 1;
        usage.idle_since = Instant::now();
    }
}

impl Deref for ChannelHandle {
    type Target = Channel;

    fn deref(&self) -> &Channel {
        &self.channel
    }
}
