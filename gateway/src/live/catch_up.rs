//! The life of one subscription: it catches up from its cursor, joins the live tail of its group, and catches up
//! again whenever its queue overflows.
//!
//! A subscriber that is behind reads pages through the router with its own selection and joins the group once it has
//! read as far as the group. No events are buffered for it meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::channels::ChannelHandle;
use super::event_page::{Page, PageEvent};
use super::group::Group;
use super::limits::quotas::QuotaPermit;
use super::metrics;
use super::metrics::OpenSubscription;
use super::model::{Ending, Lane};
use super::page_reads::PageRead;
use super::subscriber::{Dequeued, SubscriberQueue};
use crate::access::registry::Registration;

/// Window in which overflows are counted.
const OVERFLOW_WINDOW: Duration = Duration::from_mins(1);

/// What a subscription returns to its transport.
#[derive(Debug)]
pub enum Arrival {
    /// The next event.
    Event(Arc<PageEvent>),
    /// No event for a heartbeat interval: the transport sends a heartbeat. The cursor, if there is one, is a position
    /// that the subscription reached without an event; a client that resumes there skips entries that do not match.
    Heartbeat(Option<String>),
    /// The subscription has ended.
    Ended(Ending),
}

/// An open subscription; dropping it closes it.
pub struct Subscription {
    parts: SubscriptionParts,
    phase: Phase,
    /// Position up to which events were taken by the transport, or do not match.
    position: i64,
    /// The last position that was sent to the client.
    sent_position: i64,
    /// The head of the log when the last catch-up started: events up to it are marked as replayed.
    replayed_to: i64,
    overflows: Vec<Instant>,
}

enum Phase {
    /// A member of the group.
    Live,
    /// A page is being read.
    Reading(Arc<PageRead>),
    /// A page is being delivered.
    Delivering(PageDelivery),
}

/// The rest of a page.
struct PageDelivery {
    page: Arc<Page>,
    next: usize,
    /// The position that the page was read after.
    after: i64,
}

/// Where a subscription starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// From now on: after the highest known head.
    Now(i64),
    /// After this position.
    After(i64),
}

/// The parts of a subscription that the hub prepared.
pub struct SubscriptionParts {
    /// Number of the subscription in this process.
    pub id: u64,
    /// The channel of its stream.
    pub channel: ChannelHandle,
    /// The group of the subscription; it was acquired and is released when the subscription is dropped.
    pub group: Arc<Group>,
    /// Its queue.
    pub queue: Arc<SubscriberQueue>,
    /// Expiry of the token of the caller.
    pub expires_at: Option<Instant>,
    /// Ends the subscription when access is revoked.
    pub registration: Registration,
    /// Permit of the quotas.
    pub permit: QuotaPermit,
    /// Count in the metrics.
    pub count: OpenSubscription,
    /// Count in the hub.
    pub open: TaskTrackerToken,
}

impl Subscription {
    /// Joins the group at once if that leaves no gap and the group is known to be authorized; otherwise the
    /// subscription starts with a catch-up.
    pub fn begin(parts: SubscriptionParts, start: Start) -> Self {
        let SubscriptionParts {
            id, group, queue, ..
        } = &parts;
        let (joined, wanted) = match start {
            Start::Now(head) => (group.join_now(*id, head, queue), head),
            Start::After(seen) => {
                let joins = group.is_authorized() && group.join(*id, seen, queue);
                (joins.then_some(seen), seen)
            }
        };
        let position = joined.unwrap_or(wanted);
        let mut subscription = Self {
            parts,
            phase: Phase::Live,
            position,
            sent_position: position,
            replayed_to: i64::MIN,
            overflows: Vec::new(),
        };
        if joined.is_none() {
            subscription.start_catch_up();
        }
        subscription
    }

    /// Waits for the next event, heartbeat or end. Cancel-safe: nothing is lost.
    pub async fn next(&mut self) -> Arrival {
        let heartbeat = Instant::now() + self.parts.channel.stream.services.config.heartbeat;
        loop {
            if self
                .parts
                .expires_at
                .is_some_and(|end| end <= Instant::now())
            {
                return Arrival::Ended(Ending::TokenExpired);
            }
            let until = self
                .parts
                .expires_at
                .map_or(heartbeat, |end| end.min(heartbeat));
            match tokio::time::timeout_at(until, self.advance()).await {
                Ok(Some(arrival)) => return arrival,
                Err(_) if heartbeat <= Instant::now() => {
                    return Arrival::Heartbeat(self.new_position());
                }
                Ok(None) | Err(_) => {}
            }
        }
    }

    /// The cursor of the current position, at which a client that got all events resumes.
    pub fn cursor(&self) -> String {
        self.parts.channel.stream.cursor(self.position)
    }

    async fn advance(&mut self) -> Option<Arrival> {
        match &mut self.phase {
            Phase::Live => match self.parts.queue.pop().await {
                Dequeued::Event(event) => Some(self.deliver(event)),
                Dequeued::Overflowed => self.overflowed(),
                Dequeued::Ended(ending) => Some(Arrival::Ended(ending)),
            },
            Phase::Reading(read) => {
                let page = tokio::select! {
                    biased;
                    ending = self.parts.queue.ended() => return Some(Arrival::Ended(ending)),
                    page = read.outcome() => page,
                };
                match page {
                    Ok(page) => {
                        self.parts.group.mark_authorized();
                        let (next, after) = (0, self.position);
                        self.phase = Phase::Delivering(PageDelivery { page, next, after });
                        None
                    }
                    Err(end) => Some(Arrival::Ended(end.into())),
                }
            }
            Phase::Delivering(delivery) => {
                if let Some(ending) = self.parts.queue.ending() {
                    return Some(Arrival::Ended(ending));
                }
                if let Some(event) = delivery.page.events.get(delivery.next).map(Arc::clone) {
                    delivery.next += 1;
                    return Some(self.deliver(event));
                }
                let (page, after) = (Arc::clone(&delivery.page), delivery.after);
                self.finish_page(&page, after)
            }
        }
    }

    fn deliver(&mut self, event: Arc<PageEvent>) -> Arrival {
        self.position = event.seq;
        self.sent_position = event.seq;
        self.parts.count.event_delivered();
        Arrival::Event(event)
    }

    fn finish_page(&mut self, page: &Page, after: i64) -> Option<Arrival> {
        self.position = self.position.max(page.scanned_to);
        let SubscriptionParts {
            id,
            channel,
            group,
            queue,
            ..
        } = &self.parts;
        if let Some(ending) = channel.ending() {
            return Some(Arrival::Ended(ending));
        }
        if page.has_more && page.scanned_to <= after {
            tracing::error!("a page of events did not advance the position");
            return Some(Arrival::Ended(Ending::Unavailable));
        }
        if !page.has_more && group.join(*id, self.position, queue) {
            self.phase = Phase::Live;
        } else {
            self.read_next_page();
        }
        None
    }

    fn overflowed(&mut self) -> Option<Arrival> {
        metrics::overflow();
        let now = Instant::now();
        self.overflows
            .retain(|at| now.duration_since(*at) < OVERFLOW_WINDOW);
        self.overflows.push(now);
        if self.overflows.len() > self.parts.channel.stream.services.config.overflows {
            return Some(Arrival::Ended(Ending::TooSlow));
        }
        self.start_catch_up();
        None
    }

    /// Reads from the log from now on.
    fn start_catch_up(&mut self) {
        metrics::catch_up_started();
        self.replayed_to = self.parts.channel.head();
        self.read_next_page();
    }

    fn read_next_page(&mut self) {
        let lane = Lane::CatchUp {
            replayed_to: self.replayed_to,
        };
        let (after, stream) = (self.position, Arc::clone(&self.parts.channel.stream));
        let (group, services) = (Arc::clone(&self.parts.group), Arc::clone(&stream.services));
        let first = services.config.events_per_page();
        let read = async move { stream.read(&group, after, first, lane).await };
        let page_reads = &self.parts.group.page_reads;
        self.phase = Phase::Reading(page_reads.join(&services.tasks, after, read));
    }

    fn new_position(&mut self) -> Option<String> {
        if !matches!(self.phase, Phase::Live) {
            return None;
        }
        // Order matters: once the group has nothing to deliver, an empty queue means that everything was taken.
        let settled = self.parts.channel.settled_position(&self.parts.group)?;
        if !self.parts.queue.is_empty() || settled <= self.sent_position {
            return None;
        }
        self.position = settled;
        self.sent_position = settled;
        Some(self.cursor())
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.parts.group.leave(self.parts.id);
        self.parts.channel.release_group(&self.parts.group);
    }
}
