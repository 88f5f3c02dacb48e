//! Follows one stream of one tenant: reads the compact feed after its position and tells the groups that an
//! entry can concern.
//!
//! Hints and the heads that the hub asks for once a second only say how far the log is; the tail reads what
//! lies between. A lost hint costs time, a repeated or late one nothing.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use internal_api::events::{FeedEntry, FeedResponse};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::group_index::Groups;
use super::groups::{Group, GroupKey};
use super::patience::Patience;
use super::reading::Stream;
use super::refusal::Refusal;
use super::subscriber::Ending;
use super::{measures, reading, renewal};
use crate::api_schema::ApiSchema;

/// A stream with local subscribers.
pub struct Channel {
    /// What it follows.
    pub stream: Arc<Stream>,
    state: Mutex<State>,
    /// The newest position that anybody has told of.
    target: AtomicI64,
    /// The oldest position that is kept.
    oldest: AtomicI64,
    wake: Notify,
    closed: CancellationToken,
    expired: AtomicBool,
}

struct State {
    /// Everything up to here was told to the groups.
    position: i64,
    groups: Groups,
}

impl Channel {
    /// A channel that begins at `head`. [`Self::follow`] has to run for it.
    pub fn new(stream: Arc<Stream>, head: i64, oldest: i64) -> Self {
        let closed = stream.services.tasks.token().child_token();
        Self {
            stream,
            state: Mutex::new(State {
                position: head,
                groups: Groups::default(),
            }),
            target: AtomicI64::new(head),
            oldest: AtomicI64::new(oldest),
            wake: Notify::new(),
            closed,
            expired: AtomicBool::new(false),
        }
    }

    /// The newest position that this gateway knows of.
    pub fn head(&self) -> i64 {
        self.target
            .load(Ordering::Acquire)
            .max(self.state().position)
    }

    /// Whether everything after this position is still in the log.
    pub fn reaches_back_to(&self, position: i64) -> bool {
        position + 1 >= self.oldest.load(Ordering::Acquire)
    }

    /// Somebody says that the log is as far as `seq`.
    pub fn announce(&self, seq: i64) {
        if self.target.fetch_max(seq, Ordering::AcqRel) < seq {
            self.wake.notify_one();
        }
    }

    /// What the owner of the log says about it.
    pub fn observe(&self, epoch: Uuid, head: i64, oldest: i64) {
        if epoch != self.stream.epoch {
            self.expire();
            return;
        }
        self.oldest.fetch_max(oldest, Ordering::AcqRel);
        self.announce(head);
    }

    /// The log has begun anew, or lost what was not read yet: nobody's position counts any more.
    pub fn expire(&self) {
        tracing::warn!(
            tenant.id = %self.stream.key.tenant,
            stream = self.stream.key.stream,
            "positions of this stream have expired"
        );
        self.expired.store(true, Ordering::Release);
        let ending = Ending::Refused(Refusal::cursor_expired());
        for group in self.state().groups.all() {
            group.end_all(&ending);
        }
        self.close();
    }

    /// Stops following.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Whether nobody follows any more.
    pub fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// How subscriptions of a closed channel end.
    pub fn ending(&self) -> Option<Ending> {
        if self.expired.load(Ordering::Acquire) {
            Some(Ending::Refused(Refusal::cursor_expired()))
        } else {
            self.is_closed().then_some(Ending::GoingAway)
        }
    }

    /// The group of this key; a new one starts at the position of the tail. `None` when `is_current` says that
    /// another schema holds by now: who enters after [`Self::renew`] was begun must know the new one.
    pub fn enter(
        &self,
        key: GroupKey,
        is_current: impl FnOnce() -> bool,
        make: impl FnOnce(i64) -> Group,
    ) -> Option<Arc<Group>> {
        let mut state = self.state();
        if !is_current() {
            return None;
        }
        let State { position, groups } = &mut *state;
        let group = groups.enter(key, || {
            measures::group_opened();
            make(*position)
        });
        Some(group)
    }

    /// Gives back one [`Self::enter`].
    pub fn leave(&self, group: &Arc<Group>) {
        let mut state = self.state();
        let before = state.groups.len();
        state.groups.leave(group);
        if state.groups.len() < before {
            measures::group_closed();
        }
    }

    /// Another schema holds: groups go on under it, from where they are, or end.
    pub fn renew(&self, api: &ApiSchema) {
        let old: Vec<_> = {
            let state = self.state();
            let all = state.groups.all();
            all.filter(|group| group.plan().operation.schema != api.id())
                .map(Arc::clone)
                .collect()
        };
        for group in old {
            let plan = renewal::renewed_plan(&group, api);
            let mut state = self.state();
            let before = state.groups.len();
            state.groups.renew(&group, plan);
            if state.groups.len() < before {
                measures::group_closed();
            }
        }
    }

    /// The position of the tail, if the group has delivered everything that matched up to it.
    pub fn settled_position(&self, group: &Group) -> Option<i64> {
        let state = self.state();
        group.is_idle().then_some(state.position)
    }

    /// How many positions lie between the head of the log and the group that is furthest behind.
    pub fn lag(&self) -> i64 {
        let head = self.head();
        let state = self.state();
        let behind = state.groups.all().filter_map(|group| group.delivered());
        let delivered = behind.min().unwrap_or(state.position);
        head - delivered.min(state.position)
    }

    /// Follows the stream until the channel is closed.
    pub async fn follow(self: Arc<Self>) {
        let mut patience = Patience::new(Duration::MAX);
        let mut gap = None;
        while !self.is_closed() {
            let position = self.state().position;
            if self.target.load(Ordering::Acquire) <= position {
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = self.closed.cancelled() => {}
                }
                continue;
            }
            match self.stream.feed(position).await {
                Ok(feed) => {
                    patience.reset();
                    gap = self.take(position, &feed, gap);
                }
                Err(error) => {
                    tracing::warn!(
                        reason = %crate::rejection::chain(&error),
                        stream = self.stream.key.stream,
                        "feed could not be read, trying again"
                    );
                    let delay = patience.next_delay().unwrap_or(Duration::from_secs(1));
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = self.closed.cancelled() => {}
                    }
                }
            }
        }
    }

    /// Takes what the feed brought. Returns the position that was missing, when there was a gap: it is asked for
    /// once more before anybody is told what comes after it.
    fn take(
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
        self.target.fetch_max(feed.head, Ordering::AcqRel);
        if feed.entries.is_empty() {
            // Whoever announced more was wrong, or ahead of what this database shows: ask again when
            // somebody speaks up.
            self.target
                .store(position.max(feed.head), Ordering::Release);
        }
        let dense = dense_prefix(position, &feed.entries);
        let missing = position + i64::try_from(dense.len()).unwrap_or(i64::MAX) + 1;
        let gap = (dense.len() < feed.entries.len()).then_some(missing);
        if gap.is_some() && gap == known_gap {
            // Numbers are dense and become visible in order, so this cannot happen by itself.
            tracing::error!(
                tenant.id = %self.stream.key.tenant,
                stream = self.stream.key.stream,
                missing,
                "the event log has a gap"
            );
            self.tell(&feed.entries);
        } else {
            self.tell(dense);
        }
        gap
    }

    fn tell(self: &Arc<Self>, entries: &[FeedEntry]) {
        let mut to_read = Vec::new();
        let mut state = self.state();
        for entry in entries {
            let mut concerns = false;
            for group in state.groups.matching(&entry.event_type, &entry.subjects) {
                concerns = true;
                if group.note(entry.seq) {
                    to_read.push(Arc::clone(group));
                }
            }
            if concerns {
                measures::entry(self.stream.key.stream);
            }
            state.position = entry.seq;
        }
        drop(state);
        for group in to_read {
            let read = reading::read_pending(Arc::clone(&self.stream), group);
            self.stream
                .services
                .tasks
                .spawn("subscriptions.group", read);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entries up to the first that is not the sequel of the one before it.
fn dense_prefix(position: i64, entries: &[FeedEntry]) -> &[FeedEntry] {
    let dense = (position + 1..)
        .zip(entries)
        .take_while(|(expected, entry)| entry.seq == *expected);
    entries.get(..dense.count()).unwrap_or_default()
}
