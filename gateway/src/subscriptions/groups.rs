//! Who shares a read.
//!
//! A group is all subscribers of a stream whose document, variables, schema and forwarded identity are equal: they
//! get byte-equal events, so one read serves them all.
//!
//! Each group has a *floor*: every matching event after it is either pending or not yet seen by the tail, and
//! will be delivered to the members of that moment. A subscriber that has read up to the floor or further may
//! therefore join without a gap; what it has already seen is left out for it. At most one read of a group is
//! under way, so its events cannot overtake each other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use super::operation::LiveOperation;
use super::page::PageEvent;
use super::page_reads::PageReads;
use super::refusal::Refusal;
use super::stream::Interest;
use super::subscriber::{Ending, Outlet, Pushed};
use crate::principal::Principal;

/// Positions that a group remembers one by one. Behind them only the last is kept and the rest found again in
/// the feed, so that a group that cannot read costs no memory.
const PENDING_LIMIT: usize = 1_024;

/// Hash over everything that can make a difference in the answer.
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

    /// Another key for a group whose own is taken.
    pub(super) fn beside(self) -> Self {
        Self(Sha256::digest(self.0).into())
    }
}

/// What a group reads; another one after a change of the schema.
pub struct Plan {
    /// The key of the group.
    pub key: GroupKey,
    /// What it reads.
    pub operation: Arc<LiveOperation>,
    /// Which entries can concern it.
    pub interest: Interest,
}

impl Plan {
    /// The plan of a subscription in the name of a principal.
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

/// What the reader of a group has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Read through the router: `wanted` entries after `after` can match.
    Read {
        /// Position before the first of them.
        after: i64,
        /// How many positions are known to be pending.
        wanted: usize,
    },
    /// Find the next pending positions after `after` in the feed and hand them to [`Group::refill`].
    Find {
        /// Everything up to here was delivered.
        after: i64,
    },
}

/// Subscribers that share a read.
pub struct Group {
    /// In whose name it reads: any member's, they are equal.
    pub principal: Principal,
    plan: RwLock<Arc<Plan>>,
    /// Why it has ended for good.
    broken: OnceLock<Refusal>,
    /// Reads for those who are catching up.
    pub(super) page_reads: PageReads,
    state: Mutex<State>,
}

struct State {
    floor: i64,
    pending: VecDeque<i64>,
    /// The last matching position when there are more than [`PENDING_LIMIT`].
    beyond: Option<i64>,
    reading: bool,
    proven: bool,
    members: HashMap<u64, Member>,
}

struct Member {
    seen: i64,
    outlet: Arc<Outlet>,
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
            proven: false,
            members: HashMap::new(),
        };
        Self {
            principal,
            plan: RwLock::new(Arc::new(plan)),
            broken: OnceLock::new(),
            page_reads: PageReads::default(),
            state: Mutex::new(state),
        }
    }

    /// What it reads now.
    pub fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its key now.
    pub fn key(&self) -> GroupKey {
        self.plan().key
    }

    /// Why it has ended for good, if it has.
    pub fn broken(&self) -> Option<&Refusal> {
        self.broken.get()
    }

    /// Ends it for good: its members, those who are on their way to become one, and who comes later.
    pub fn break_off(&self, refusal: Refusal) {
        let ending = Ending::Refused(self.broken.get_or_init(|| refusal).clone());
        self.end_all(&ending);
    }

    pub(super) fn set_plan(&self, plan: Plan) {
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(plan);
    }

    /// The tail has seen a matching entry. Returns whether a reader has to be started.
    pub fn note(&self, seq: i64) -> bool {
        let mut state = self.state();
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

    /// What the reader does next; `None` ends it.
    pub fn next_work(&self) -> Option<Work> {
        let mut state = self.state();
        if state.members.is_empty() {
            // Nobody to read for: whoever joins later reads up to here by itself.
            state.floor = state.floor.max(state.last_pending().unwrap_or(i64::MIN));
            state.pending = VecDeque::new();
            state.beyond = None;
        }
        let work = match (state.pending.front(), state.beyond) {
            (Some(front), _) => Some(Work::Read {
                after: state.floor.max(front - 1),
                wanted: state.pending.len(),
            }),
            (None, Some(_)) => Some(Work::Find { after: state.floor }),
            (None, None) => None,
        };
        state.reading = work.is_some();
        work
    }

    /// Hands a page to every member. Returns whether the page went far enough to contain the first pending
    /// position.
    pub fn deliver(&self, events: &[Arc<PageEvent>], scanned_to: i64) -> bool {
        let mut state = self.state();
        let State { members, .. } = &mut *state;
        for event in events {
            members.retain(|_, member| {
                if event.seq <= member.seen {
                    return true;
                }
                member.seen = event.seq;
                member.outlet.push(event) == Pushed::Queued
            });
        }
        let wanted = state.pending.front().copied();
        state.proven = true;
        state.settle(scanned_to);
        wanted.is_none_or(|wanted| wanted <= scanned_to)
    }

    /// Pending positions found again: all matching ones up to `scanned_to`.
    pub fn refill(&self, found: impl IntoIterator<Item = i64>, scanned_to: i64) {
        let mut state = self.state();
        let floor = state.floor;
        state.pending = found.into_iter().filter(|seq| *seq > floor).collect();
        state.beyond = state.beyond.filter(|last| *last > scanned_to);
        if state.pending.is_empty() {
            state.settle(scanned_to);
        }
    }

    /// Lets a subscriber in that has seen everything up to `seen`. `false` if it has to read on first.
    pub fn join(&self, id: u64, seen: i64, outlet: &Arc<Outlet>) -> bool {
        let mut state = self.state();
        if self.turns_away(outlet) {
            return true;
        }
        if seen < state.floor {
            return false;
        }
        state.members.insert(
            id,
            Member {
                seen,
                outlet: Arc::clone(outlet),
            },
        );
        true
    }

    /// Lets a subscriber in that wants what comes after `head` or later. Returns where it starts; `None` if
    /// nobody has read with this query and identity yet, so that permission is not known.
    pub fn join_now(&self, id: u64, head: i64, outlet: &Arc<Outlet>) -> Option<i64> {
        let mut state = self.state();
        if self.turns_away(outlet) {
            return Some(head);
        }
        if !state.proven {
            return None;
        }
        let seen = state.floor.max(head);
        state.members.insert(
            id,
            Member {
                seen,
                outlet: Arc::clone(outlet),
            },
        );
        Some(seen)
    }

    /// Who joins a broken group is told so, by the queue that it waits at.
    fn turns_away(&self, outlet: &Outlet) -> bool {
        match self.broken.get() {
            Some(refusal) => outlet.end(Ending::Refused(refusal.clone())),
            None => return false,
        }
        true
    }

    /// A read with this query and identity was answered.
    pub fn prove(&self) {
        self.state().proven = true;
    }

    /// Whether [`Self::prove`] was called.
    pub fn is_proven(&self) -> bool {
        self.state().proven
    }

    /// Takes a subscriber out.
    pub fn leave(&self, id: u64) {
        self.state().members.remove(&id);
    }

    /// Ends every member. Subscribers that are catching up are not members.
    pub fn end_all(&self, ending: &Ending) {
        let mut state = self.state();
        state.proven = false;
        for (_, member) in state.members.drain() {
            member.outlet.end(ending.clone());
        }
    }

    /// The reader is gone, by a panic or at the end of the process.
    pub fn abandon(&self) {
        let was_reading = std::mem::replace(&mut self.state().reading, false);
        if was_reading {
            self.end_all(&Ending::Unavailable);
        }
    }

    /// Up to where everything was delivered; `None` when there is nothing left to deliver.
    pub fn delivered(&self) -> Option<i64> {
        let state = self.state();
        let pending = state.pending.front().map(|first| first - 1);
        pending.or(state.beyond.map(|_| state.floor))
    }

    /// Whether nothing is pending and nothing is being read.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        !state.reading && state.pending.is_empty() && state.beyond.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn last_pending(&self) -> Option<i64> {
        self.beyond.or_else(|| self.pending.back().copied())
    }

    fn settle(&mut self, scanned_to: i64) {
        self.floor = self.floor.max(scanned_to);
        while self.pending.front().is_some_and(|seq| *seq <= self.floor) {
            self.pending.pop_front();
        }
        self.beyond = self.beyond.filter(|last| *last > self.floor);
    }
}
