//! Follows one stream of one tenant: reads the feed after its position and notifies the groups that an entry can
//! match.
//!
//! Hints and the polls of the hub only advance the announced head; the tail reads the entries up to it. A lost hint costs
//! time, a repeated or late one nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use internal_api::events::{FeedEntry, FeedResponse};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::group::{Group, GroupKey};
use super::group_index::GroupIndex;
use super::model::Ending;
use super::reader::Stream;
use super::{metrics, reader};
use crate::answer::Refusal;
use crate::schema::ApiSchema;
use crate::upstream::Backoff;

/// A stream that has subscribers in this process.
pub struct Channel {
    /// The stream that it follows.
    pub stream: Arc<Stream>,
    state: Mutex<State>,
    /// Highest head reported by hints or polling.
    announced_head: AtomicI64,
    /// The oldest position that the log still has.
    oldest: AtomicI64,
    wake: Notify,
    closed: CancellationToken,
    expired: AtomicBool,
}

struct State {
    /// Position up to which entries were passed to the groups.
    position: i64,
    groups: GroupIndex,
}

impl Channel {
    /// A channel whose tail starts at `head`. [`Self::follow`] must run for it.
    pub fn new(stream: Arc<Stream>, head: i64, oldest: i64) -> Self {
        let closed = stream.services.tasks.token().child_token();
        Self {
            stream,
            state: Mutex::new(State {
                position: head,
                groups: GroupIndex::default(),
            }),
            announced_head: AtomicI64::new(head),
            oldest: AtomicI64::new(oldest),
            wake: Notify::new(),
            closed,
            expired: AtomicBool::new(false),
        }
    }

    /// The highest head that this gateway knows.
    pub fn head(&self) -> i64 {
        self.announced_head
            .load(Ordering::Acquire)
            .max(self.state.lock().position)
    }

    /// Whether the log still has all events after this position.
    pub fn reaches_back_to(&self, position: i64) -> bool {
        position + 1 >= self.oldest.load(Ordering::Acquire)
    }

    /// Raises the announced head and wakes the tail.
    pub fn advance_head(&self, seq: i64) {
        if self.announced_head.fetch_max(seq, Ordering::AcqRel) < seq {
            self.wake.notify_one();
        }
    }

    /// Applies the head and the oldest position that the owning subgraph reported.
    pub fn apply_head(&self, epoch: Uuid, head: i64, oldest: i64) {
        if epoch != self.stream.epoch {
            self.expire();
            return;
        }
        self.oldest.fetch_max(oldest, Ordering::AcqRel);
        self.advance_head(head);
    }

    /// Ends all subscriptions: the log has a new epoch, or lost entries that were not read yet, so no position is
    /// valid any more.
    pub fn expire(&self) {
        tracing::warn!(
            tenant.id = %self.stream.key.tenant,
            stream = self.stream.key.stream,
            "positions of this stream have expired"
        );
        self.expired.store(true, Ordering::Release);
        let ending = Ending::Refused(Refusal::cursor_expired());
        for group in self.state.lock().groups.all() {
            group.end_all(&ending);
        }
        self.close();
    }

    /// Stops following.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Whether the channel was closed.
    pub fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// How subscriptions of a closed channel end; `None` while it is open.
    pub fn ending(&self) -> Option<Ending> {
        if self.expired.load(Ordering::Acquire) {
            Some(Ending::Refused(Refusal::cursor_expired()))
        } else {
            self.is_closed().then_some(Ending::GoingAway)
        }
    }

    /// Returns the group of this key and creates it at the position of the tail if there is none. `None` if
    /// `is_current` reports that the schema has changed: a subscription that enters after [`Self::renew`] started
    /// must know the new schema.
    pub fn acquire_group(
        &self,
        key: GroupKey,
        is_current: impl FnOnce() -> bool,
        create: impl FnOnce(i64) -> Group,
    ) -> Option<Arc<Group>> {
        let mut state = self.state.lock();
        if !is_current() {
            return None;
        }
        let State { position, groups } = &mut *state;
        Some(groups.acquire(key, || create(*position)))
    }

    /// Ends one [`Self::acquire_group`].
    pub fn release_group(&self, group: &Arc<Group>) {
        self.state.lock().groups.release(group);
    }

    /// Moves all groups to a new schema; those that are not valid there end.
    pub fn renew(&self, api: &ApiSchema) {
        let old: Vec<_> = {
            let state = self.state.lock();
            let all = state.groups.all();
            all.filter(|group| group.plan().operation.schema != api.id())
                .map(Arc::clone)
                .collect()
        };
        for group in old {
            let plan = group.renewed_plan(api);
            self.state.lock().groups.renew(&group, plan);
        }
    }

    /// The position of the tail, if the group has delivered all matching events up to it.
    pub fn settled_position(&self, group: &Group) -> Option<i64> {
        let state = self.state.lock();
        group.is_idle().then_some(state.position)
    }

    /// Lag: positions between the head of the log and the group that is furthest behind.
    pub fn lag(&self) -> i64 {
        let head = self.head();
        let state = self.state.lock();
        let behind = state.groups.all().filter_map(|group| group.delivered());
        let delivered = behind.min().unwrap_or(state.position);
        head - delivered.min(state.position)
    }

    /// Follows the stream until the channel is closed.
    pub async fn follow(self: Arc<Self>) {
        let mut backoff = Backoff::new(Duration::MAX);
        let mut gap = None;
        while !self.is_closed() {
            let position = self.state.lock().position;
            if self.announced_head.load(Ordering::Acquire) <= position {
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = self.closed.cancelled() => {}
                }
                continue;
            }
            match self.stream.feed(position).await {
                Ok(feed) => {
                    backoff.reset();
                    gap = self.process_feed(position, &feed, gap);
                }
                Err(error) => {
                    tracing::warn!(
                        error = %service::log::chain(&error),
                        stream = self.stream.key.stream,
                        "feed could not be read, retrying"
                    );
                    let delay = backoff.next_delay().unwrap_or(Duration::from_secs(1));
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = self.closed.cancelled() => {}
                    }
                }
            }
        }
    }

    /// Processes a part of the feed. Returns the first missing position if there is a gap: the feed is read once more
    /// before the entries after the gap are dispatched.
    fn process_feed(
        self: &Arc<Self>,
        position: i64,
        feed: &FeedResponse,
        known_gap: Option<i64>,
    ) -> Option<i64> {
        if feed.epoch != self.stream.epoch || feed.min_seq > position + 1 {
            self.expire();
            return None;
        }
        self.oldest.fetch_max(feed.min_seq, Ordering::AcqRel);
        self.announced_head.fetch_max(feed.head, Ordering::AcqRel);
        if feed.entries.is_empty() {
            // The announced head was wrong, or ahead of what this database shows yet: the next hint or poll wakes the
            // tail again.
            self.announced_head
                .store(position.max(feed.head), Ordering::Release);
        }
        let dense = dense_prefix(position, &feed.entries);
        let missing = position + i64::try_from(dense.len()).unwrap_or(i64::MAX) + 1;
        let gap = (dense.len() < feed.entries.len()).then_some(missing);
        if gap.is_some() && gap == known_gap {
            // Seqs are dense and become visible in order, so a gap that stays means a damaged log.
            tracing::error!(
                tenant.id = %self.stream.key.tenant,
                stream = self.stream.key.stream,
                missing,
                "the event log has a gap"
            );
            self.dispatch(&feed.entries);
        } else {
            self.dispatch(dense);
        }
        gap
    }

    fn dispatch(self: &Arc<Self>, entries: &[FeedEntry]) {
        let mut to_read = Vec::new();
        let mut state = self.state.lock();
        for entry in entries {
            let mut matched = false;
            for group in state.groups.matching(&entry.event_type, &entry.subjects) {
                matched = true;
                if group.add_pending(entry.seq) {
                    to_read.push(Arc::clone(group));
                }
            }
            if matched {
                metrics::entry_matched(self.stream.key.stream);
            }
            state.position = entry.seq;
        }
        drop(state);
        for group in to_read {
            let read = reader::read_pending(Arc::clone(&self.stream), group);
            self.stream
                .services
                .tasks
                .spawn("subscriptions.group", read);
        }
    }
}

/// The entries before the first gap.
fn dense_prefix(position: i64, entries: &[FeedEntry]) -> &[FeedEntry] {
    let dense = (position + 1..)
        .zip(entries)
        .take_while(|(expected, entry)| entry.seq == *expected);
    entries.get(..dense.count()).unwrap_or_default()
}
