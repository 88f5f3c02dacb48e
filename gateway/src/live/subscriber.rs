//! The queue between a group and one subscriber, bounded by count and bytes.
//!
//! A queue that overflows is dropped as a whole and the subscriber reads from the log, after the last event that it
//! took. So a slow reader costs no memory, delays no other subscriber and loses no event.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::event_page::PageEvent;
use super::model::Ending;
use crate::access::registry::Revocable;

/// Limits of a queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Number of events.
    pub events: usize,
    /// Bytes of their payloads.
    pub bytes: usize,
}

/// What a queue returns to its subscriber.
#[derive(Debug)]
pub enum Dequeued {
    /// The next event.
    Event(Arc<PageEvent>),
    /// Events were dropped; read them from the log.
    Overflowed,
    /// The subscription has ended.
    Ended(Ending),
}

/// Result of adding an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The event is queued.
    Queued,
    /// The event was dropped with everything before it; the subscriber has left the group.
    Overflowed,
}

/// The queue of one subscriber. Groups push; the task of the subscriber pops.
pub struct SubscriberQueue {
    limits: QueueLimits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    events: VecDeque<Arc<PageEvent>>,
    bytes: usize,
    overflowed: bool,
    ended: Option<Ending>,
}

impl SubscriberQueue {
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
        let mut state = self.state.lock();
        if state.overflowed {
            return Pushed::Overflowed;
        }
        let bytes = state.bytes + event.payload.len();
        // A single event may be larger than the limit: it is queued if it is the only one.
        let full = state.events.len() >= self.limits.events
            || (bytes > self.limits.bytes && !state.events.is_empty());
        if full {
            state.events = VecDeque::new();
            state.bytes = 0;
            state.overflowed = true;
        } else {
            state.events.push_back(Arc::clone(event));
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

    /// Ends the subscription and drops the queued events: after a revocation nothing more may be delivered, and in
    /// every other case the client resumes after the last event that it got.
    pub fn end(&self, ending: Ending) {
        let mut state = self.state.lock();
        if state.ended.is_none() {
            state.ended = Some(ending);
            state.events = VecDeque::new();
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Why the subscription ended, or `None` while it runs.
    pub fn ending(&self) -> Option<Ending> {
        self.state.lock().ended.clone()
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

    /// Whether there is nothing to pop.
    pub fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.events.is_empty() && !state.overflowed && state.ended.is_none()
    }

    /// Waits for the next event, overflow or end. Cancel-safe; only one task may pop.
    pub async fn pop(&self) -> Dequeued {
        loop {
            let changed = self.changed.notified();
            if let Some(dequeued) = self.try_pop() {
                return dequeued;
            }
            changed.await;
        }
    }

    fn try_pop(&self) -> Option<Dequeued> {
        let mut state = self.state.lock();
        if let Some(ending) = &state.ended {
            return Some(Dequeued::Ended(ending.clone()));
        }
        if state.overflowed {
            state.overflowed = false;
            return Some(Dequeued::Overflowed);
        }
        let event = state.events.pop_front()?;
        state.bytes -= event.payload.len();
        if state.events.is_empty() {
            // Frees the memory of the burst.
            state.events = VecDeque::new();
        }
        Some(Dequeued::Event(event))
    }
}

impl Revocable for SubscriberQueue {
    fn revoke(&self) {
        self.end(Ending::Revoked);
    }

    fn kind(&self) -> &'static str {
        "subscription"
    }
}
