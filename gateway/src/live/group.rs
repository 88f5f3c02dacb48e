//! Groups of subscribers that share reads.
//!
//! A group is all subscribers of a stream whose document, variables, schema and forwarded identity are equal: they
//! get byte-equal events, so one read serves them all.
//!
//! Each group has a *floor*: every matching event after it is either pending or not yet seen by the tail, and will be
//! delivered to the members at that time. A subscriber that has read up to the floor or further can therefore join
//! without a gap; events that it has already seen are skipped for it. A group runs at most one read at a time, so its
//! events cannot overtake each other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};

use super::event_page::PageEvent;
use super::model::Ending;
use super::operation::{LiveOperation, no_longer_valid};
use super::page_reads::PageReads;
use super::stream::Interest;
use super::subscriber::{Pushed, SubscriberQueue};
use crate::answer::Refusal;
use crate::principal::Principal;
use crate::schema::ApiSchema;

/// Maximum number of pending positions in memory. Beyond it, only the last position is kept and the others are found
/// again in the feed, so that a group that cannot read has bounded memory.
const PENDING_LIMIT: usize = 1_024;

/// Hash over everything that can change the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupKey([u8; 32]);

impl GroupKey {
    /// The key of a subscriber.
    pub fn of(principal: &Principal, operation: &LiveOperation) -> Self {
        let query = &operation.query;
        let mut hash = Sha256::new();
        hash.update(operation.schema.as_bytes());
        hash.update(principal.tenant.id.uuid().as_bytes());
        hash.update(principal.fingerprint());
        for part in [&query.text, &query.variables, &operation.response_key] {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// A different key for a group whose own key is taken.
    pub(super) fn derived(self) -> Self {
        Self(Sha256::digest(self.0).into())
    }
}

/// What a group reads; replaced when the schema changes.
pub struct Plan {
    /// The key of the group.
    pub key: GroupKey,
    /// The operation that the group reads.
    pub operation: Arc<LiveOperation>,
    /// Entries that can match the operation.
    pub interest: Interest,
}

impl Plan {
    /// The plan of a subscription of a principal.
    pub fn new(key: GroupKey, principal: &Principal, operation: Arc<LiveOperation>) -> Self {
        let interest = operation
            .field
            .interest(&operation.arguments, &principal.caller);
        Self {
            key,
            operation,
            interest,
        }
    }
}

/// Next step of the reader of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Read through the router: `wanted` entries after `after` can match.
    Read {
        /// Position before the first of them.
        after: i64,
        /// Number of pending positions.
        wanted: usize,
    },
    /// Scan the feed after `after` for the next pending positions and pass them to [`Group::refill`].
    Scan {
        /// Position up to which everything was delivered.
        after: i64,
    },
}

/// Subscribers that share a read.
pub struct Group {
    /// The principal that reads: that of any member, because they are equal.
    pub principal: Principal,
    plan: RwLock<Arc<Plan>>,
    /// Set when the group was terminated.
    terminated: OnceLock<Refusal>,
    /// Shared page reads of subscribers that are catching up.
    pub page_reads: PageReads,
    state: Mutex<State>,
}

struct State {
    floor: i64,
    pending: VecDeque<i64>,
    /// The last matching position if there are more than [`PENDING_LIMIT`].
    beyond: Option<i64>,
    reading: bool,
    authorized: bool,
    members: HashMap<u64, Member>,
}

struct Member {
    seen: i64,
    queue: Arc<SubscriberQueue>,
}

impl Group {
    /// An empty group whose floor is the position of the tail.
    pub fn new(
        key: GroupKey,
        principal: Principal,
        operation: Arc<LiveOperation>,
        floor: i64,
    ) -> Self {
        let plan = Plan::new(key, &principal, operation);
        let state = State {
            floor,
            pending: VecDeque::new(),
            beyond: None,
            reading: false,
            authorized: false,
            members: HashMap::new(),
        };
        Self {
            principal,
            plan: RwLock::new(Arc::new(plan)),
            terminated: OnceLock::new(),
            page_reads: PageReads::default(),
            state: Mutex::new(state),
        }
    }

    /// The current plan.
    pub fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read())
    }

    /// The current key.
    pub fn key(&self) -> GroupKey {
        self.plan().key
    }

    /// The refusal with which the group was terminated, if it was.
    pub fn terminated(&self) -> Option<&Refusal> {
        self.terminated.get()
    }

    /// Ends the group for good: its members, the subscribers that are catching up, and any that join later.
    pub fn terminate(&self, refusal: Refusal) {
        let ending = Ending::Refused(self.terminated.get_or_init(|| refusal).clone());
        self.end_all(&ending);
    }

    /// The plan under a new schema. A group whose field now belongs to another stream is refused, too.
    pub fn renewed_plan(&self, api: &ApiSchema) -> Result<Plan, Refusal> {
        let before = self.plan();
        let operation = before.operation.renewed(api)?;
        if operation.field.stream != before.operation.field.stream {
            return Err(no_longer_valid("the field now belongs to another stream"));
        }
        let key = GroupKey::of(&self.principal, &operation);
        Ok(Plan::new(key, &self.principal, operation.into()))
    }

    /// Replaces the plan.
    pub(super) fn set_plan(&self, plan: Plan) {
        *self.plan.write() = Arc::new(plan);
    }

    /// Adds a matching position from the tail. Returns whether a reader must be started.
    pub fn add_pending(&self, seq: i64) -> bool {
        let mut state = self.state.lock();
        if seq <= state.floor || state.last_pending() >= Some(seq) {
            return false;
        }
        if state.members.is_empty() && !state.reading {
            state.floor = seq;
            return false;
        }
        if state.pending.len() < PENDING_LIMIT && state.beyond.is_none() {
            state.pending.push_back(seq);
        } else {
            state.beyond = Some(seq);
        }
        !std::mem::replace(&mut state.reading, true)
    }

    /// The next step of the reader; `None` ends it.
    pub fn next_work(&self) -> Option<Work> {
        let mut state = self.state.lock();
        if state.members.is_empty() {
            // No members to read for: a subscriber that joins later catches up to this position by itself.
            state.floor = state.floor.max(state.last_pending().unwrap_or(i64::MIN));
            state.pending = VecDeque::new();
            state.beyond = None;
        }
        let work = match (state.pending.front(), state.beyond) {
            (Some(front), _) => Some(Work::Read {
                after: state.floor.max(front - 1),
                wanted: state.pending.len(),
            }),
            (None, Some(_)) => Some(Work::Scan { after: state.floor }),
            (None, None) => None,
        };
        state.reading = work.is_some();
        work
    }

    /// Delivers a page to every member. Returns whether the page reached the first pending position.
    pub fn deliver(&self, events: &[Arc<PageEvent>], scanned_to: i64) -> bool {
        let mut state = self.state.lock();
        let State { members, .. } = &mut *state;
        for event in events {
            members.retain(|_, member| {
                if event.seq <= member.seen {
                    return true;
                }
                member.seen = event.seq;
                member.queue.push(event) == Pushed::Queued
            });
        }
        let wanted = state.pending.front().copied();
        state.authorized = true;
        state.advance_floor(scanned_to);
        wanted.is_none_or(|wanted| wanted <= scanned_to)
    }

    /// Adds the pending positions that a scan found: all matching ones up to `scanned_to`.
    pub fn refill(&self, found: impl IntoIterator<Item = i64>, scanned_to: i64) {
        let mut state = self.state.lock();
        let floor = state.floor;
        state.pending = found.into_iter().filter(|seq| *seq > floor).collect();
        state.beyond = state.beyond.filter(|last| *last > scanned_to);
        if state.pending.is_empty() {
            state.advance_floor(scanned_to);
        }
    }

    /// Adds a subscriber that has seen everything up to `seen`. `false` if it must catch up first.
    pub fn join(&self, id: u64, seen: i64, queue: &Arc<SubscriberQueue>) -> bool {
        let start = |state: &State| (seen >= state.floor).then_some(seen);
        self.join_from(id, queue, start).is_some()
    }

    /// Adds a subscriber that wants events after `head` or later. Returns its start position; `None` if no read with
    /// this query and identity was answered yet, so that its permission is unknown.
    pub fn join_now(&self, id: u64, head: i64, queue: &Arc<SubscriberQueue>) -> Option<i64> {
        let start = |state: &State| state.authorized.then(|| state.floor.max(head));
        self.join_from(id, queue, start)
    }

    /// Adds a subscriber at its start position, if there is one. A subscriber of a terminated group ends at once.
    fn join_from(
        &self,
        id: u64,
        queue: &Arc<SubscriberQueue>,
        start: impl FnOnce(&State) -> Option<i64>,
    ) -> Option<i64> {
        let mut state = self.state.lock();
        if let Some(refusal) = self.terminated.get() {
            queue.end(Ending::Refused(refusal.clone()));
            return Some(state.floor);
        }
        let seen = start(&state)?;
        let queue = Arc::clone(queue);
        state.members.insert(id, Member { seen, queue });
        Some(seen)
    }

    /// Records that a read with this query and identity was answered, so the caller has permission.
    pub fn mark_authorized(&self) {
        self.state.lock().authorized = true;
    }

    /// Whether [`Self::mark_authorized`] was called.
    pub fn is_authorized(&self) -> bool {
        self.state.lock().authorized
    }

    /// Removes a member.
    pub fn leave(&self, id: u64) {
        self.state.lock().members.remove(&id);
    }

    /// Ends every member. Subscribers that are catching up are not members.
    pub fn end_all(&self, ending: &Ending) {
        let mut state = self.state.lock();
        state.authorized = false;
        for (_, member) in state.members.drain() {
            member.queue.end(ending.clone());
        }
    }

    /// Called when the reader stops. If it was still reading (panic or shutdown), the members end.
    pub fn reader_stopped(&self) {
        let was_reading = std::mem::replace(&mut self.state.lock().reading, false);
        if was_reading {
            self.end_all(&Ending::Unavailable);
        }
    }

    /// Position up to which everything was delivered; `None` if nothing is pending.
    pub fn delivered(&self) -> Option<i64> {
        let state = self.state.lock();
        let pending = state.pending.front().map(|first| first - 1);
        pending.or(state.beyond.map(|_| state.floor))
    }

    /// Whether no position is pending and no read is running.
    pub fn is_idle(&self) -> bool {
        let state = self.state.lock();
        !state.reading && state.pending.is_empty() && state.beyond.is_none()
    }
}

impl State {
    fn last_pending(&self) -> Option<i64> {
        self.beyond.or_else(|| self.pending.back().copied())
    }

    fn advance_floor(&mut self, scanned_to: i64) {
        self.floor = self.floor.max(scanned_to);
        while self.pending.front().is_some_and(|seq| *seq <= self.floor) {
            self.pending.pop_front();
        }
        self.beyond = self.beyond.filter(|last| *last > self.floor);
    }
}
