//! The course of one subscription: from its cursor through the log to the live tail of its group, and back to
//! the log whenever its queue overflows.
//!
//! A subscriber that is behind reads pages through the router with its own selection and joins the group once
//! it has read as far as the group. Nothing is buffered for it meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::groups::Group;
use super::hub::Lease;
use super::limits::quotas::Place;
use super::measures;
use super::measures::OpenSubscription;
use super::page::{Page, PageEvent};
use super::page_reads::PageRead;
use super::reading::Lane;
use super::subscriber::{Ending, Outlet, Taken};
use super::tail::Channel;

/// Overflows are counted over this time.
const OVERFLOW_WINDOW: Duration = Duration::from_mins(1);

/// What a subscription has to say.
#[derive(Debug)]
pub enum Arrival {
    /// The next event.
    Event(Arc<PageEvent>),
    /// Nothing for a while: time for a sign of life. The cursor, when there is one, is a position that the
    /// subscriber has reached without an event; resuming there skips what it has no interest in.
    Quiet(Option<String>),
    /// Over.
    Ended(Ending),
}

/// An open subscription; dropping it closes it.
pub struct Subscription {
    id: u64,
    lease: Lease,
    group: Arc<Group>,
    outlet: Arc<Outlet>,
    phase: Phase,
    /// Everything up to here was taken by the transport, or is of no interest.
    position: i64,
    /// The last position that the client was told.
    told: i64,
    /// The head of the log when it was last behind: events up to here are marked as replayed.
    replayed_to: i64,
    expires_at: Option<Instant>,
    overflows: Vec<Instant>,
    count: OpenSubscription,
    _place: Place,
}

enum Phase {
    /// A member of the group.
    Live,
    /// A page is on its way.
    Reading(Arc<PageRead>),
    /// A page is being handed over.
    Page(Handing),
}

/// What is left of a page.
struct Handing {
    page: Arc<Page>,
    next: usize,
    reach: Reach,
}

impl Handing {
    fn of(page: Arc<Page>, after: i64) -> Self {
        let reach = match page.has_more {
            false => Reach::End,
            true if page.scanned_to > after => Reach::Further,
            true => Reach::Nowhere,
        };
        Self {
            page,
            next: 0,
            reach,
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
enum Reach {
    /// To the end of the log, as it was then.
    End,
    /// Further than the position that it was read after.
    Further,
    /// Nowhere, although there is more.
    Nowhere,
}

/// Where a subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what happens from now on: after the newest position that is known.
    Now(i64),
    /// After this position.
    After(i64),
}

/// What the hub has prepared for a subscription.
pub struct Opening {
    /// Number of the subscription in this process.
    pub id: u64,
    /// Keeps the channel open.
    pub lease: Lease,
    /// The group that it will belong to; was entered and is left when the subscription is dropped.
    pub group: Arc<Group>,
    /// Its queue.
    pub outlet: Arc<Outlet>,
    /// When the caller's token ends.
    pub expires_at: Option<Instant>,
    /// Counted against the limits.
    pub place: Place,
    /// Counted in the metrics.
    pub count: OpenSubscription,
}

impl Subscription {
    /// Joins the group at once if that leaves no gap and the group has proof that the caller may read;
    /// otherwise the first thing is to read.
    pub fn begin(opening: Opening, start: Start) -> Self {
        let Opening {
            id,
            lease,
            group,
            outlet,
            expires_at,
            place,
            count,
        } = opening;
        let (joined, wanted) = match start {
            Start::Now(head) => (group.join_now(id, head, &outlet), head),
            Start::After(seen) => {
                let joins = group.is_proven() && group.join(id, seen, &outlet);
                (joins.then_some(seen), seen)
            }
        };
        let position = joined.unwrap_or(wanted);
        let mut subscription = Self {
            id,
            lease,
            group,
            outlet,
            phase: Phase::Live,
            position,
            told: position,
            replayed_to: i64::MIN,
            expires_at,
            overflows: Vec::new(),
            count,
            _place: place,
        };
        if joined.is_none() {
            subscription.fall_behind();
        }
        subscription
    }

    /// The next thing. Safe to drop at any time: nothing is lost.
    pub async fn next(&mut self) -> Arrival {
        let heartbeat = Instant::now() + self.channel().stream.services.config.heartbeat;
        loop {
            if self.expires_at.is_some_and(|end| end <= Instant::now()) {
                return Arrival::Ended(Ending::TokenExpired);
            }
            let until = self.expires_at.map_or(heartbeat, |end| end.min(heartbeat));
            match tokio::time::timeout_at(until, self.advance()).await {
                Ok(Some(arrival)) => return arrival,
                Err(_) if heartbeat <= Instant::now() => return Arrival::Quiet(self.checkpoint()),
                Ok(None) | Err(_) => {}
            }
        }
    }

    /// The cursor at which this subscription stands: where a client that got everything resumes.
    pub fn cursor(&self) -> String {
        self.channel().stream.cursor(self.position)
    }

    async fn advance(&mut self) -> Option<Arrival> {
        match &mut self.phase {
            Phase::Live => match self.outlet.take().await {
                Taken::Event(event) => Some(self.hand_over(event)),
                Taken::Overflowed => self.overflowed(),
                Taken::Ended(ending) => Some(Arrival::Ended(ending)),
            },
            Phase::Reading(read) => {
                let page = tokio::select! {
                    biased;
                    ending = self.outlet.ended() => return Some(Arrival::Ended(ending)),
                    page = read.outcome() => page,
                };
                match page {
                    Ok(page) => {
                        self.group.prove();
                        self.phase = Phase::Page(Handing::of(page, self.position));
                        None
                    }
                    Err(end) => Some(Arrival::Ended(end.into())),
                }
            }
            Phase::Page(handing) => {
                if let Some(ending) = self.outlet.ending() {
                    return Some(Arrival::Ended(ending));
                }
                if let Some(event) = handing.next() {
                    return Some(self.hand_over(event));
                }
                self.position = self.position.max(handing.page.scanned_to);
                let reach = handing.reach;
                self.page_is_over(reach)
            }
        }
    }

    fn hand_over(&mut self, event: Arc<PageEvent>) -> Arrival {
        self.position = event.seq;
        self.told = event.seq;
        self.count.event();
        Arrival::Event(event)
    }

    fn page_is_over(&mut self, reach: Reach) -> Option<Arrival> {
        if let Some(ending) = self.channel().ending() {
            return Some(Arrival::Ended(ending));
        }
        match reach {
            Reach::Nowhere => {
                tracing::error!("a page of events did not go past its own beginning");
                return Some(Arrival::Ended(Ending::Unavailable));
            }
            Reach::End if self.group.join(self.id, self.position, &self.outlet) => {
                self.phase = Phase::Live;
            }
            Reach::End | Reach::Further => self.read_on(),
        }
        None
    }

    fn overflowed(&mut self) -> Option<Arrival> {
        measures::overflow();
        let now = Instant::now();
        self.overflows
            .retain(|at| now.duration_since(*at) < OVERFLOW_WINDOW);
        self.overflows.push(now);
        if self.overflows.len() > self.channel().stream.services.config.overflows {
            return Some(Arrival::Ended(Ending::TooSlow));
        }
        self.fall_behind();
        None
    }

    /// From here on it reads from the log.
    fn fall_behind(&mut self) {
        measures::catch_up();
        self.replayed_to = self.channel().head();
        self.read_on();
    }

    fn read_on(&mut self) {
        let lane = Lane::CatchUp {
            replayed_to: self.replayed_to,
        };
        let stream = &self.channel().stream;
        self.phase = Phase::Reading(PageRead::join(stream, &self.group, self.position, lane));
    }

    fn checkpoint(&mut self) -> Option<String> {
        if !matches!(self.phase, Phase::Live) {
            return None;
        }
        // In this order: once the group has nothing to deliver, an empty queue means that all was taken.
        let settled = self.channel().settled_position(&self.group)?;
        if !self.outlet.is_empty() || settled <= self.told {
            return None;
        }
        self.position = settled;
        self.told = settled;
        Some(self.cursor())
    }

    fn channel(&self) -> &Channel {
        self.lease.channel()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.group.leave(self.id);
        self.channel().leave(&self.group);
        self.lease.forget(self.id);
    }
}
