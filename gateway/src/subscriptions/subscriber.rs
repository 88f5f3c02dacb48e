//! What stands between a group and one subscriber: a queue that is bounded by count and bytes.
//!
//! A queue that overflows is thrown away as a whole and the subscriber reads on from the log, after the last
//! event that it took. So a slow reader costs no memory, delays nobody and loses nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::page::PageEvent;
use super::refusal::Refusal;
use crate::accounts::presences::Revocable;

/// Bounds of a queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Events.
    pub events: usize,
    /// Bytes of their payloads.
    pub bytes: usize,
}

/// Why a subscription is over.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The access token's life is over; the client may come back with a new one.
    TokenExpired,
    /// The session, the role or the shop's service ended.
    Revoked,
    /// The client does not keep up even from the log; it may come back and resume.
    TooSlow,
    /// Parts behind the gateway have been down for too long; the client may come back and resume.
    Unavailable,
    /// The gateway stops; the client may resume at another one.
    GoingAway,
    /// With errors that say what to change.
    Refused(Refusal),
}

/// What a queue had to say.
#[derive(Debug)]
pub enum Taken {
    /// The next event.
    Event(Arc<PageEvent>),
    /// Events were thrown away; read them from the log.
    Overflowed,
    /// Nothing comes after this.
    Ended(Ending),
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It will be delivered.
    Queued,
    /// It was thrown away with everything before it; the subscriber has left the group.
    Overflowed,
}

/// The queue of one subscriber. Groups push, the subscriber's own task takes.
pub struct Outlet {
    limits: QueueLimits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<PageEvent>>,
    bytes: usize,
    overflowed: bool,
    ended: Option<Ending>,
}

impl Outlet {
    /// An empty queue.
    pub fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Adds an event, or overflows.
    pub fn push(&self, event: &Arc<PageEvent>) -> Pushed {
        let mut state = self.state();
        if state.overflowed {
            return Pushed::Overflowed;
        }
        let bytes = state.bytes + event.payload.len();
        // A single event may be larger than the bound: it must get through somehow.
        let full = state.queue.len() >= self.limits.events
            || (bytes > self.limits.bytes && !state.queue.is_empty());
        if full {
            state.queue = VecDeque::new();
            state.bytes = 0;
            state.overflowed = true;
        } else {
            state.queue.push_back(Arc::clone(event));
            state.bytes = bytes;
        }
        drop(state);
        self.changed.notify_one();
        if full {
            Pushed::Overflowed
        } else {
            Pushed::Queued
        }
    }

    /// Ends the subscription. What is queued is dropped: after a revocation nothing more may be seen, and in
    /// every other case the client resumes after the last event that it got.
    pub fn end(&self, ending: Ending) {
        let mut state = self.state();
        if state.ended.is_none() {
            state.ended = Some(ending);
            state.queue = VecDeque::new();
        }
        drop(state);
        self.changed.notify_one();
    }

    /// How it ended, if it did.
    pub fn ending(&self) -> Option<Ending> {
        self.state().ended.clone()
    }

    /// Waits until the subscription has ended.
    pub async fn ended(&self) -> Ending {
        loop {
            let changed = self.changed.notified();
            if let Some(ending) = self.ending() {
                return ending;
            }
            changed.await;
        }
    }

    /// Whether nothing waits to be taken.
    pub fn is_empty(&self) -> bool {
        let state = self.state();
        state.queue.is_empty() && !state.overflowed && state.ended.is_none()
    }

    /// The next thing. Safe to drop at any time; only one task may take.
    pub async fn take(&self) -> Taken {
        loop {
            let changed = self.changed.notified();
            if let Some(taken) = self.try_take() {
                return taken;
            }
            changed.await;
        }
    }

    fn try_take(&self) -> Option<Taken> {
        let mut state = self.state();
        if let Some(ending) = &state.ended {
            return Some(Taken::Ended(ending.clone()));
        }
        if state.overflowed {
            state.overflowed = false;
            return Some(Taken::Overflowed);
        }
        let event = state.queue.pop_front()?;
        state.bytes -= event.payload.len();
        if state.queue.is_empty() {
            // An idle subscriber keeps no memory of its busy times.
            state.queue = VecDeque::new();
        }
        Some(Taken::Event(event))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revocable for Outlet {
    fn revoke(&self) {
        self.end(Ending::Revoked);
    }

    fn kind(&self) -> &'static str {
        "subscription"
    }
}
