//! The life of one subscription: it catches up from its cursor, joins the live tail of its group, and catches up
//! again whenever its queue overflows.
//!
//! A subscriber that is behind reads pages through the router with its own selection and joins the group once it has
//! read as far as the group. No events are buffered for it meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::event_page::{Page, PageEvent};
use super::group::Group;
use super::hub::ChannelHandle;
use super::limits::quotas::QuotaPermit;
use super::metrics;
use super::metrics::OpenSubscription;
use super::page_reads::PageRead;
use super::reader::Lane;
use super::subscriber::{Dequeued, Ending, SubscriberQueue};
use super::tail::Channel;

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
    id: u64,
    handle: ChannelHandle,
    group: Arc<Group>,
    queue: Arc<SubscriberQueue>,
    phase: Phase,
    /// Position up to which events were taken by the transport, or do not match.
    position: i64,
    /// The last position that was sent to the client.
    sent_position: i64,
    /// The head of the log when the last catch-up started: events up to it are marked as replayed.
    replayed_to: i64,
    expires_at: Option<Instant>,
    overflows: Vec<Instant>,
    count: OpenSubscription,
    _permit: QuotaPermit,
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
    progress: PageProgress,
}

impl PageDelivery {
    fn of(page: Arc<Page>, after: i64) -> Self {
        let progress = match page.has_more {
            false => PageProgress::ReachedEnd,
            true if page.scanned_to > after => PageProgress::Advanced,
            true => PageProgress::Stuck,
        };
        Self {
            page,
            next: 0,
            progress,
        }
    }

    fn next(&mut self) -> Option<Arc<PageEvent>> {
        let event = self.page.events.get(self.next).map(Arc::clone)?;
        self.next += 1;
        Some(event)
    }
}

/// How far a page went.
#[derive(Clone, Copy)]
enum PageProgress {
    /// It reached the end of the log at that time.
    ReachedEnd,
    /// It went past the position that it was read after.
    Advanced,
    /// It did not go past that position although there are more events.
    Stuck,
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
pub struct Opening {
    /// Number of the subscription in this process.
    pub id: u64,
    /// Keeps the channel open.
    pub handle: ChannelHandle,
    /// The group of the subscription; it was acquired and is released when the subscription is dropped.
    pub group: Arc<Group>,
    /// Its queue.
    pub queue: Arc<SubscriberQueue>,
    /// Expiry of the token of the caller.
    pub expires_at: Option<Instant>,
    /// Permit of the quotas.
    pub permit: QuotaPermit,
    /// Count in the metrics.
    pub count: OpenSubscription,
}

impl Subscription {
    /// Joins the group at once if that leaves no gap and the group is known to be authorized; otherwise the
    /// subscription starts with a catch-up.
    pub fn begin(opening: Opening, start: Start) -> Self {
        let Opening {
            id,
            handle,
            group,
            queue,
            expires_at,
            permit,
            count,
        } = opening;
        let (joined, wanted) = match start {
            Start::Now(head) => (group.join_now(id, head, &queue), head),
            Start::After(seen) => {
                let joins = group.is_authorized() && group.join(id, seen, &queue);
                (joins.then_some(seen), seen)
            }
        };
        let position = joined.unwrap_or(wanted);
        let mut subscription = Self {
            id,
            handle,
            group,
            queue,
            phase: Phase::Live,
            position,
            sent_position: position,
            replayed_to: i64::MIN,
            expires_at,
            overflows: Vec::new(),
            count,
            _permit: permit,
        };
        if joined.is_none() {
            subscription.start_catch_up();
        }
        subscription
    }

    /// Waits for the next event, heartbeat or end. Cancel-safe: nothing is lost.
    pub async fn next(&mut self) -> Arrival {
        let heartbeat = Instant::now() + self.channel().stream.services.config.heartbeat;
        loop {
            if self.expires_at.is_some_and(|end| end <= Instant::now()) {
                return Arrival::Ended(Ending::TokenExpired);
            }
            let until = self.expires_at.map_or(heartbeat, |end| end.min(heartbeat));
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
        self.channel().stream.cursor(self.position)
    }

    async fn advance(&mut self) -> Option<Arrival> {
        match &mut self.phase {
            Phase::Live => match self.queue.pop().await {
                Dequeued::Event(event) => Some(self.deliver(event)),
                Dequeued::Overflowed => self.overflowed(),
                Dequeued::Ended(ending) => Some(Arrival::Ended(ending)),
            },
            Phase::Reading(read) => {
                let page = tokio::select! {
                    biased;
                    ending = self.queue.ended() => return Some(Arrival::Ended(ending)),
                    page = read.outcome() => page,
                };
                match page {
                    Ok(page) => {
                        self.group.mark_authorized();
                        self.phase = Phase::Delivering(PageDelivery::of(page, self.position));
                        None
                    }
                    Err(end) => Some(Arrival::Ended(end.into())),
                }
            }
            Phase::Delivering(delivery) => {
                if let Some(ending) = self.queue.ending() {
                    return Some(Arrival::Ended(ending));
                }
                if let Some(event) = delivery.next() {
                    return Some(self.deliver(event));
                }
                self.position = self.position.max(delivery.page.scanned_to);
                let progress = delivery.progress;
                self.finish_page(progress)
            }
        }
    }

    fn deliver(&mut self, event: Arc<PageEvent>) -> Arrival {
        self.position = event.seq;
        self.sent_position = event.seq;
        self.count.event_delivered();
        Arrival::Event(event)
    }

    fn finish_page(&mut self, progress: PageProgress) -> Option<Arrival> {
        if let Some(ending) = self.channel().ending() {
            return Some(Arrival::Ended(ending));
        }
        match progress {
            PageProgress::Stuck => {
                tracing::error!("a page of events did not advance the position");
                return Some(Arrival::Ended(Ending::Unavailable));
            }
            PageProgress::ReachedEnd if self.group.join(self.id, self.position, &self.queue) => {
                self.phase = Phase::Live;
            }
            PageProgress::ReachedEnd | PageProgress::Advanced => self.read_next_page(),
        }
        None
    }

    fn overflowed(&mut self) -> Option<Arrival> {
        metrics::overflow();
        let now = Instant::now();
        self.overflows
            .retain(|at| now.duration_since(*at) < OVERFLOW_WINDOW);
        self.overflows.push(now);
        if self.overflows.len() > self.channel().stream.services.config.overflows {
            return Some(Arrival::Ended(Ending::TooSlow));
        }
        self.start_catch_up();
        None
    }

    /// Reads from the log from now on.
    fn start_catch_up(&mut self) {
        metrics::catch_up_started();
        self.replayed_to = self.channel().head();
        self.read_next_page();
    }

    fn read_next_page(&mut self) {
        let lane = Lane::CatchUp {
            replayed_to: self.replayed_to,
        };
        let stream = &self.channel().stream;
        self.phase = Phase::Reading(PageRead::join(stream, &self.group, self.position, lane));
    }

    fn new_position(&mut self) -> Option<String> {
        if !matches!(self.phase, Phase::Live) {
            return None;
        }
        // Order matters: once the group has nothing to deliver, an empty queue means that everything was taken.
        let settled = self.channel().settled_position(&self.group)?;
        if !self.queue.is_empty() || settled <= self.sent_position {
            return None;
        }
        self.position = settled;
        self.sent_position = settled;
        Some(self.cursor())
    }

    fn channel(&self) -> &Channel {
        self.handle.channel()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.group.leave(self.id);
        self.channel().release_group(&self.group);
        self.handle.deregister(self.id);
    }
}
